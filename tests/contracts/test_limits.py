"""A bond's pocket and its refinancing: declared before anybody books, then held at each act."""

import pytest

from tests.contracts import given
from tests.contracts.given import PRICE, RAISED
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import INVESTOR, ISSUER, REFINANCING, ZERO, digest, label

EU, CN = label("EU"), label("CN")
MOST = 150_000
LOOK_BACK, SHARE = 1, 2
NO_CRITERIA, INTERNATIONAL_SUPPORT = 1, 2
POCKET = 4


def declared(world, **changes):
    """All that a bond may declare: a pocket of 15%, 36 months of look-back, 30% refinanced, both binding."""
    plain = {
        "jurisdiction": EU,
        "pocketPpm": MOST,
        "lookBackMonths": 36,
        "refinancedPpm": 300_000,
        "lookBackBinds": True,
        "shareBinds": True,
        "document": changes.get("document") or given.filed(world, world.issuer, 63),
    }
    return tuple((plain | changes).values())


def declares(world, bond, by=None, **changes):
    return world.limit_terms.declare(bond, declared(world, **changes), (by or world.issuer).by)


def registered(world, **changes):
    return given.registered_bond(world, issueDate=world.today, **changes)


def closed(world, bond, funds=400):
    for actor, units in ((world.investor, 600), (world.fund, funds)):
        given.moneyed(world, actor, units * PRICE, world.proceeds)
        actor.books(bond, units)
    world.issuer.allots(bond)
    world.issuer.closes(bond)
    return bond


@pytest.fixture(scope="module")
def bond(world):
    """Closed, with all that can be declared; its issue date is the day on which it was registered."""
    id_ = registered(world)
    declares(world, id_)
    return closed(world, id_)


@pytest.fixture(scope="module")
def project(world, bond):
    framework = int(world.bond_office.bond(bond)["terms"][0])
    return world.issuer.registers_project(framework, world.company, budget=RAISED)


@pytest.fixture(scope="module")
def line(world, bond, project):
    id_ = world.issuer.opens_line(bond, project, RAISED)
    world.issuer.allocates(id_, RAISED // 2)
    world.issuer.approves(world.proceeds, 2**256 - 1)
    return id_


def opens_pocket(world, bond, project, reason=NO_CRITERIA, by=None, document=None):
    paper = given.filed(world, world.issuer, 63) if document is None else document
    args = (bond, project, RAISED, True, "Pocket", reason, paper)
    return world.proceeds.openPocketLine(*args, (by or world.issuer).by)


def limits(world, bond):
    names = ("pocketPpm", "refinancedPpm", "oldest", "binding", "pocket", "refinanced")
    return dict(zip(names, map(int, world.proceeds.limits(bond)), strict=True))


def statement(world, amount, age=0, **changes):
    """A refinancing of an expense that many days before the issue date."""
    plain = {"kind": REFINANCING, "attester": world.verifier.address, "date": world.today - age}
    return given.signed_obligation(world, world.issuer, world.issuer, amount, **plain | changes)


# --- declaring ---


@pytest.mark.spec("BOND-9", "BOND-10")
def test_a_bond_declares_its_limits_before_anybody_books(world):
    id_ = registered(world)
    terms = declared(world, document=given.filed(world, world.issuer, 63))
    oldest = world.limit_terms.checkDeclare(id_, world.issuer, terms)
    assert world.today - oldest in (1_095, 1_096), "three years"
    tx = world.limit_terms.declare(id_, terms, world.issuer.by)
    emitted(tx, "LimitsDeclared", bond=id_, issuer=world.issuer, oldest=oldest)
    said = {"pocketPpm": MOST, "refinancedPpm": 300_000, "oldest": oldest, "binding": LOOK_BACK | SHARE}
    emitted(tx, "LimitsSet", bond=id_, **said)
    assert list(world.limit_terms.terms(id_)) == list(terms)
    assert limits(world, id_) == said | {"pocket": 0, "refinanced": 0}
    with refused("WrongState", "LIMITS", id_, 1, 0):
        declares(world, id_)


def test_what_does_not_bind_only_shows(world):
    id_ = registered(world)
    declares(world, id_, lookBackBinds=False, shareBinds=False)
    assert limits(world, id_)["binding"] == 0 and limits(world, id_)["oldest"] > 0
    other = registered(world)
    declares(world, other, lookBackBinds=False, lookBackMonths=0)
    assert (limits(world, other)["oldest"], limits(world, other)["binding"]) == (0, SHARE)


def test_a_look_back_that_reaches_behind_1970_asks_nothing(world):
    for months in (12 * 80, 2**32 - 1):
        id_ = registered(world)
        declares(world, id_, lookBackMonths=months)
        assert limits(world, id_)["oldest"] == 0


def test_a_look_back_of_nothing_that_binds_begins_on_the_issue_date(world):
    id_ = registered(world)
    declares(world, id_, lookBackMonths=0)
    assert limits(world, id_)["oldest"] == world.today


def test_only_its_issuer_declares_for_a_bond(world):
    id_ = registered(world)
    with refused("Unknown", "BOND", 99):
        declares(world, 99)
    with refused("NotParty", world.rival, world.issuer):
        declares(world, id_, by=world.rival)
    world.operator.amends(world.issuer, roles=INVESTOR)
    with refused("MissingRole", world.issuer, INVESTOR, ISSUER):
        declares(world, id_)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"jurisdiction": label("XX")}, ("Unknown", "JURISDICTION", int(label("XX"), 16))),
        ({"pocketPpm": MOST + 1}, ("AboveRule", EU, MOST, MOST + 1)),
        ({"jurisdiction": CN, "pocketPpm": 1}, ("AboveRule", CN, 0, 1)),
        ({"refinancedPpm": 1_000_001}, ("AmountTooLarge", 1_000_001, 1_000_000)),
        ({"document": digest("no such paper")}, ("DocumentUnknown", digest("no such paper"), ..., 0)),
    ],
)
def test_limits_beyond_the_rules_are_refused(world, changes, refusal):
    id_ = registered(world)
    with refused(*refusal):
        declares(world, id_, **changes)


def test_a_look_back_that_binds_is_counted_from_a_published_day(world):
    id_ = given.registered_bond(world)
    with refused("DateOutOfOrder", "ISSUE_DATE", 0, world.today):
        declares(world, id_)
    declares(world, id_, lookBackBinds=False)
    assert limits(world, id_)["oldest"] == 0


def test_nothing_is_declared_once_booking_has_begun(world):
    id_ = registered(world)
    given.moneyed(world, world.investor, PRICE, world.proceeds)
    world.investor.books(id_, 1)
    with refused("BookingBegun", id_, 1):
        declares(world, id_)
    world.investor.unbooks(id_, 1)
    with refused("BookingBegun", id_, 1):
        declares(world, id_)
    world.bond_office.cancel(id_, world.issuer.by)
    with refused("WrongState", "BOND", id_, 3, 1):
        declares(world, id_)


def test_limits_come_through_their_module_alone(world):
    with refused("NotModule", world.issuer, "LIMITS"):
        world.proceeds.setLimits(1, MOST, 0, 0, 0, world.issuer.by)


def test_a_jurisdictions_rule_changes_by_the_delayed_powers(world):
    with refused("NotPowers", world.operator, world.powers):
        world.limit_terms.setJurisdiction(EU, (True, 1), world.operator.by)
    id_ = registered(world)
    declares(world, id_)
    tx = world.changes(world.limit_terms, "setJurisdiction", EU, (True, 100_000))
    emitted(tx, "JurisdictionSet", jurisdiction=EU)
    assert list(world.limit_terms.jurisdiction(EU)) == [True, 100_000]
    assert limits(world, id_)["pocketPpm"] == MOST, "what was declared stays"
    with refused("AboveRule", EU, 100_000, MOST):
        declares(world, registered(world))


# --- the pocket ---


@pytest.mark.spec("BOND-9")
def test_a_pocket_line_names_its_reason_and_its_paper(world, bond, project):
    paper = given.filed(world, world.issuer, 63)
    tx = opens_pocket(world, bond, project, INTERNATIONAL_SUPPORT, document=paper)
    id_ = emitted(tx, "LineOpened", bond=bond)["line"]
    emitted(tx, "PocketOpened", line=id_, bond=bond, reason=INTERNATIONAL_SUPPORT, document=paper)
    assert world.proceeds.line(id_)[5] == POCKET
    assert world.proceeds.pocketReason(id_) == INTERNATIONAL_SUPPORT


@pytest.mark.spec("BOND-9")
def test_all_pocket_lines_together_stay_within_the_pocket(world, bond, project, line):
    most = RAISED * MOST // 1_000_000
    first, second = (int(opens_pocket(world, bond, project).events["LineOpened"]["line"]) for _ in range(2))
    world.issuer.allocates(first, most - 5)
    with refused("OverPocket", bond, 5, 6):
        world.issuer.allocates(second, 6)
    world.issuer.allocates(second, 5)
    assert limits(world, bond)["pocket"] == most
    world.issuer.allocates(line, 1)
    world.proceeds.deallocate(first, 7, world.issuer.by)
    assert limits(world, bond)["pocket"] == most - 7
    with refused("OverPocket", bond, 7, 8):
        world.issuer.allocates(second, 8)


@pytest.mark.spec("BOND-9")
def test_money_comes_from_another_line_into_the_pocket_only_within_it(world, bond, project, line):
    most = RAISED * MOST // 1_000_000
    first, second = (int(opens_pocket(world, bond, project).events["LineOpened"]["line"]) for _ in range(2))
    world.issuer.allocates(first, most)
    into = world.issuer.proposes_reallocation(line, second, 1)
    with refused("OverPocket", bond, 0, 1):
        world.proceeds.consentReallocation(into, given.filed(world, world.verifier, 63), world.verifier.by)
    within = world.issuer.proposes_reallocation(first, second, 9)
    world.proceeds.consentReallocation(within, given.filed(world, world.verifier, 63), world.verifier.by)
    assert limits(world, bond)["pocket"] == most, "from pocket to pocket"
    out = world.issuer.proposes_reallocation(second, line, 9)
    world.proceeds.consentReallocation(out, given.filed(world, world.verifier, 63), world.verifier.by)
    assert limits(world, bond)["pocket"] == most - 9


@pytest.mark.spec("BOND-9", "BOND-10")
def test_a_share_of_what_was_raised_is_rounded_down(world):
    """149,999 parts in a million of 9,990,000 fen are 1,498,490.01."""
    id_, most = registered(world), 1_498_490
    declares(world, id_, pocketPpm=149_999, refinancedPpm=149_999)
    closed(world, id_, funds=399)
    framework = int(world.bond_office.bond(id_)["terms"][0])
    own = world.issuer.registers_project(framework, world.company, budget=RAISED)
    pocket = int(opens_pocket(world, id_, own).events["LineOpened"]["line"])
    with refused("OverPocket", id_, most, most + 1):
        world.issuer.allocates(pocket, most + 1)
    world.issuer.allocates(pocket, most)
    plain = world.issuer.opens_line(id_, own, most + 1)
    world.issuer.allocates(plain, most + 1)
    paper = statement(world, most + 1)
    with refused("OverRefinanced", id_, most, most + 1):
        world.proceeds.checkPay(plain, paper, most + 1)
    world.proceeds.checkPay(plain, paper, most)


def test_spending_from_the_pocket_leaves_it_as_full(world, bond, project):
    id_ = int(opens_pocket(world, bond, project).events["LineOpened"]["line"])
    world.issuer.allocates(id_, 100)
    invoice = given.signed_obligation(world, world.company, world.supplier, 60)
    world.issuer.pays(id_, invoice, 60)
    assert limits(world, bond)["pocket"] == 100


@pytest.mark.spec("BOND-9")
def test_a_bond_that_declared_no_pocket_has_none(world):
    id_ = closed(world, registered(world))
    framework = int(world.bond_office.bond(id_)["terms"][0])
    own = world.issuer.registers_project(framework, world.company, budget=RAISED)
    with refused("OverPocket", id_, 0, RAISED):
        opens_pocket(world, id_, own)


def test_a_pocket_line_is_the_issuers_with_a_known_reason_and_paper(world, bond, project):
    with refused("NotParty", world.rival, world.issuer):
        opens_pocket(world, bond, project, by=world.rival)
    for reason in (0, 3):
        with refused("ReasonUnknown", reason):
            opens_pocket(world, bond, project, reason)
    with refused("DocumentUnknown", ZERO, world.issuer, 0):
        opens_pocket(world, bond, project, document=ZERO)


# --- refinancing ---


@pytest.mark.spec("BOND-10")
def test_what_was_refinanced_is_counted_and_uncounted(world, bond, line):
    paper = statement(world, 500, age=30)
    world.proceeds.checkPay(line, paper, 500)
    tx = world.issuer.pays(line, paper, 500)
    said = {"bond": bond, "line": line, "fingerprint": paper}
    emitted(tx, "Refinanced", **said, expenseDay=world.today - 30, amount=500, total=500)
    assert limits(world, bond)["refinanced"] == 500
    offset = int(tx.events["Paid"]["outOffset"])
    uses = [given.use(line, offset, 500)]
    tx = world.proceeds.refund(line, offset, paper, 200, digest("note"), uses, world.issuer.by)
    emitted(tx, "RefinancingReversed", **said, amount=200, total=300)
    assert limits(world, bond)["refinanced"] == 300


@pytest.mark.spec("BOND-10")
def test_an_expense_before_the_look_back_is_not_reimbursed(world, bond, line):
    oldest = limits(world, bond)["oldest"]
    within = statement(world, 7, date=oldest)
    world.issuer.pays(line, within, 7)
    too_old = statement(world, 7, date=oldest - 1)
    for act in (
        lambda: world.proceeds.checkPay(line, too_old, 7),
        lambda: world.issuer.pays(line, too_old, 7),
    ):
        with refused("ExpenseTooOld", bond, oldest - 1, oldest):
            act()


@pytest.mark.spec("BOND-10")
def test_no_more_is_refinanced_than_was_disclosed(world, bond, line):
    most = RAISED * 300_000 // 1_000_000
    paper = statement(world, RAISED)
    world.issuer.pays(line, paper, most - 10)
    for act in (lambda: world.proceeds.checkPay(line, paper, 11), lambda: world.issuer.pays(line, paper, 11)):
        with refused("OverRefinanced", bond, 10, 11):
            act()
    world.issuer.pays(line, paper, 10)
    invoice = given.signed_obligation(world, world.company, world.supplier, 60)
    world.issuer.pays(line, invoice, 60)
    assert limits(world, bond)["refinanced"] == most, "new money is no part of it"


@pytest.mark.spec("BOND-10")
def test_a_bond_that_binds_itself_to_nothing_is_counted_all_the_same(world):
    id_ = closed(world, registered(world))
    own = given.open_line(world, id_)
    world.issuer.allocates(own, 1_000)
    world.issuer.pays(own, statement(world, 900, age=9_000), 900)
    assert limits(world, id_) == dict.fromkeys(limits(world, id_), 0) | {"refinanced": 900}
