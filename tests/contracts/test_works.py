"""Works: milestones and retention hold a part of a budget line back until their certificates are filed."""

import pytest

from tests.contracts import given
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import NOBODY, OBLIGOR, OTHER, SUPPLIER, VERIFIER, ZERO, digest, label

CONSENT = 44
BUDGET, ADVANCE, EACH = 1_000_000, 200_000, 400_000
RETENTION = 50_000  # 5%
MILESTONES, KEPT, WORKS = 1, 2, 8
pytestmark = pytest.mark.spec("BOND-11")


@pytest.fixture(scope="module")
def bond(world):
    return given.closed_bond(world)


@pytest.fixture
def line(world, bond):
    """Nothing is on it yet."""
    framework = int(world.bond_office.bond(bond)["terms"][0])
    return world.issuer.opens_line(bond, world.issuer.registers_project(framework, world.company), BUDGET)


def milestones(world, *amounts):
    """Due every ten days."""
    return [(fen, world.today + 10 * n, label(f"M{n}")) for n, fen in enumerate(amounts, 1)]


def set_works(
    world, line, *amounts, retention=0, by=None, certifier=None, terms=None, due=None, consent=ZERO
):
    terms = milestones(world, *amounts) if terms is None else terms
    due = world.today + 100 if due is None else due
    args = (line, certifier or world.verifier, terms, retention, due, consent)
    return world.proceeds.setWorks(*args, (by or world.issuer).by)


def certify(world, line, index, by=None, name="certificate"):
    by = by or world.verifier
    return world.proceeds.certifyMilestone(line, index, by.files(name), by.by)


def certify_final(world, line, by=None, name="acceptance"):
    by = by or world.verifier
    return world.proceeds.certifyFinal(line, by.files(name), by.by)


def invoice(world, total=BUDGET, payee=None):
    return given.signed_obligation(world, world.issuer, payee or world.supplier, total)


@pytest.fixture
def works(world, line):
    """An advance and two milestones, all of it allocated."""
    set_works(world, line, EACH, EACH)
    world.issuer.allocates(line, BUDGET)
    return line


def released(world, line):
    """What is released, and what of it is gone."""
    return tuple(map(int, world.proceeds.releasedOf(line)))


def group_of(world, who):
    return int(world.participants.admission(who)[3])


def conditions(world, line):
    return int(world.proceeds.line(line)["conditions"])


def test_a_milestone_releases_its_amount_when_its_certificate_is_filed(world, bond, works):
    paper = invoice(world)
    with refused("NotReleased", works, ADVANCE, ADVANCE + 1):
        world.proceeds.checkPay(works, paper, ADVANCE + 1)
    world.issuer.pays(works, paper, ADVANCE)
    with refused("NotReleased", works, 0, 1):
        world.issuer.pays(works, paper, 1)
    tx = certify(world, works, 1)
    emitted(
        tx,
        "MilestoneCertified",
        line=works,
        bond=bond,
        certifier=world.verifier,
        index=1,
        amount=EACH,
        day=world.today,
        document=digest("certificate"),
    )
    assert released(world, works) == (ADVANCE + EACH, ADVANCE)
    world.issuer.pays(works, paper, EACH)
    with refused("NotReleased", works, 0, 1):
        world.issuer.pays(works, paper, 1)
    certify(world, works, 0, name="second certificate")
    assert conditions(world, works) == WORKS, "nothing holds any more; who may be paid is still asked"
    world.issuer.pays(works, paper, EACH)
    assert released(world, works) == (BUDGET, BUDGET)


@pytest.mark.spec("BOND-11", "BOND-2")
def test_a_payable_passes_the_same_gate_and_gives_room_back(world, works):
    confirmation = given.confirmation(world, world.company, works, face=ADVANCE + 1)
    with refused("NotReleased", works, ADVANCE, ADVANCE + 1):
        world.receivables.checkConfirm(tuple(confirmation.values()), world.company)
    with refused("NotReleased", works, ADVANCE, ADVANCE + 1):
        world.receivables.confirm(tuple(confirmation.values()), world.company.by)
    confirmation = given.confirmation(world, world.company, works, face=ADVANCE)
    tx = world.receivables.confirm(tuple(confirmation.values()), world.company.by)
    receivable = int(tx.events["Confirmed"]["receivable"])
    assert released(world, works) == (ADVANCE, ADVANCE)
    world.receivables.refuse(receivable, digest("why"), world.supplier.by)
    assert released(world, works) == (ADVANCE, 0)


def test_what_came_back_may_be_spent_again_and_what_was_taken_off_is_not_spent(world, works):
    paper = invoice(world)
    world.proceeds.deallocate(works, 5, world.issuer.by)
    world.issuer.pays(works, paper, ADVANCE)
    assert released(world, works) == (ADVANCE, ADVANCE)
    world.supplier.approves(world.proceeds, ADVANCE)
    uses = [given.use(works, 5, ADVANCE)]
    world.proceeds.refund(works, 5, paper, 7, digest("note"), uses, world.supplier.by)
    with refused("NotReleased", works, 7, 8):
        world.issuer.pays(works, paper, 8)
    world.issuer.pays(works, paper, 7)


@pytest.mark.spec("BOND-13")
def test_what_works_hold_back_is_taken_off_the_line_only_by_the_verifiers_consent(world, bond, works):
    for ask in (world.proceeds.checkDeallocate, world.proceeds.deallocate):
        with refused("NotReleased", works, ADVANCE, ADVANCE + 1):
            ask(works, ADVANCE + 1, world.issuer.by)
        with refused("OverBudget", works, BUDGET, BUDGET + 1):
            ask(works, BUDGET + 1, world.issuer.by)
        with refused("ZeroAmount"):
            ask(works, 0, world.issuer.by)
    world.issuer.pays(works, invoice(world), ADVANCE)
    with refused("NotReleased", works, 0, 1):
        world.proceeds.deallocate(works, 1, world.issuer.by)
    certify(world, works, 0)
    world.proceeds.checkDeallocate(works, EACH)
    world.proceeds.deallocate(works, EACH, world.issuer.by)
    with refused("NotReleased", works, 0, 1):
        world.proceeds.deallocate(works, 1, world.issuer.by)
    other = given.open_line(world, bond, "WIND")
    world.issuer.files("plan", OTHER)
    tx = world.proceeds.proposeReallocation(works, other, EACH, digest("plan"), world.issuer.by)
    proposal = int(tx.events["ReallocationProposed"]["reallocation"])
    world.verifier.files("consent", OTHER)
    tx = world.proceeds.consentReallocation(proposal, digest("consent"), world.verifier.by)
    emitted(tx, "Reallocated", to=other, amount=EACH, verifier=world.verifier)


@pytest.mark.spec("BOND-13")
def test_retention_stays_on_the_line_until_the_final_certificate(world, line):
    set_works(world, line, retention=RETENTION)
    world.issuer.allocates(line, BUDGET)
    most = BUDGET * 95 // 100
    with refused("NotReleased", line, most, most + 1):
        world.proceeds.deallocate(line, most + 1, world.issuer.by)
    world.proceeds.deallocate(line, most, world.issuer.by)
    for ask in (world.proceeds.checkDeallocate, world.proceeds.deallocate):
        with refused("NotReleased", line, 0, 1):
            ask(line, 1, world.issuer.by)
    certify_final(world, line)
    world.proceeds.deallocate(line, BUDGET - most, world.issuer.by)


@pytest.mark.spec("BOND-12")
def test_retention_is_kept_until_the_final_certificate(world, bond, line):
    tx = set_works(world, line, retention=RETENTION)
    emitted(
        tx,
        "WorksSet",
        line=line,
        bond=bond,
        certifier=world.verifier,
        retention=RETENTION,
        finalDueDay=world.today + 100,
        consent=ZERO,
    )
    world.issuer.allocates(line, BUDGET)
    paper, most = invoice(world), BUDGET * 95 // 100
    with refused("NotReleased", line, most, most + 1):
        world.issuer.pays(line, paper, most + 1)
    world.issuer.pays(line, paper, most)
    with refused("NotReleased", line, 0, 1):
        world.issuer.pays(line, paper, 1)
    emitted(certify_final(world, line), "FinallyCertified", line=line, bond=bond, day=world.today)
    with refused("WrongState", "RETENTION", line, 0, KEPT):
        certify_final(world, line, name="once more")
    world.issuer.pays(line, paper, BUDGET - most)


@pytest.mark.spec("BOND-11", "BOND-12")
def test_retention_is_of_whatever_is_released_rounded_down(world, line):
    set_works(world, line, 333_333, retention=33_333)
    assert conditions(world, line) == WORKS | MILESTONES | KEPT
    most = (BUDGET - 333_333) * (1_000_000 - 33_333) // 1_000_000
    assert released(world, line) == (most, 0)
    certify(world, line, 0)
    assert released(world, line) == (BUDGET * (1_000_000 - 33_333) // 1_000_000, 0)
    certify_final(world, line)
    assert released(world, line) == (BUDGET, 0) and conditions(world, line) == WORKS
    named = world.proceeds.works(line)
    assert list(named[:6]) == [world.verifier, 0, 33_333, world.today + 100, world.today, False]
    assert [list(one) for one in named[6]] == [[333_333, world.today + 10, world.today]]


def test_works_are_set_by_the_issuer_once_and_before_the_first_fen(world, bond, line):
    with refused("NotParty", world.rival, world.issuer):
        set_works(world, line, EACH, by=world.rival)
    with refused("Unknown", "LINE", 99):
        set_works(world, 99, EACH)
    set_works(world, line, EACH)
    with refused("AlreadyUsed", "WORKS", line.to_bytes(32, "big")):
        set_works(world, line, EACH)
    begun = given.open_line(world, bond, "WIND")
    world.issuer.allocates(begun, 9)
    world.proceeds.deallocate(begun, 9, world.issuer.by)
    with refused("LineBegun", begun, 9):
        set_works(world, begun, EACH)


def test_works_hold_something_within_the_budget_in_the_order_of_days(world, line):
    with refused("ZeroAmount"):
        set_works(world, line)
    with refused("ZeroAmount"):
        set_works(world, line, EACH, 0)
    with refused("AmountTooLarge", 1_000_000, 999_999):
        set_works(world, line, retention=1_000_000)
    with refused("TooManyMilestones", line, 13, 12):
        set_works(world, line, *(13 * [1]))
    with refused("OverBudget", line, BUDGET, BUDGET + 1):
        set_works(world, line, BUDGET, 1)
    first, second = milestones(world, EACH, EACH)
    with refused("DateOutOfOrder", "MILESTONE", first[1], second[1]):
        set_works(world, line, terms=[second, first])
    with refused("DateOutOfOrder", "MILESTONE", world.today - 1, world.today):
        set_works(world, line, terms=[(1, world.today - 1, label("M"))])
    with refused("DateOutOfOrder", "FINAL", second[1] - 1, second[1]):
        set_works(world, line, EACH, EACH, retention=1, due=second[1] - 1)
    set_works(world, line, *(12 * [1]))


def test_the_certifier_is_a_verifier_and_nobodys_kin(world, line):
    with refused("SameParty", world.issuer, world.issuer):
        set_works(world, line, EACH, certifier=world.issuer)
    with refused("SameParty", world.company, world.company):
        set_works(world, line, EACH, certifier=world.company)
    with refused("MissingRole", world.supplier, SUPPLIER, VERIFIER):
        set_works(world, line, EACH, certifier=world.supplier)
    with refused("NotAdmitted", NOBODY):
        set_works(world, line, EACH, certifier=NOBODY)
    world.operator.amends(world.issuer, group=9)
    for relative in (world.issuer, world.company):
        group = group_of(world, relative)
        world.operator.amends(world.verifier, group=group)
        with refused("RelatedParties", relative, world.verifier, group):
            set_works(world, line, EACH)


def test_an_engineer_certifies_with_the_verifiers_consent_which_is_used_once(world, line, bond):
    engineer = world.rival
    other = given.open_line(world, bond, "WIND")
    with refused("DocumentUnknown", digest("engineer"), world.verifier, CONSENT):
        set_works(world, line, EACH, certifier=engineer, consent=digest("engineer"))
    consent = world.verifier.files("engineer", CONSENT)
    with refused("NotAdmitted", world.stranger):
        set_works(world, line, EACH, certifier=world.stranger, consent=consent)
    set_works(world, line, EACH, certifier=engineer, consent=consent)
    with refused("AlreadyUsed", "CONSENT", consent):
        set_works(world, other, EACH, certifier=engineer, consent=consent)
    assert world.proceeds.works(line)[5]
    certify(world, line, 0, by=engineer)


def test_only_the_named_certifier_certifies_each_milestone_once_with_a_paper(world, works):
    world.operator.amends(world.auditor, roles=VERIFIER)
    for other in (world.auditor, world.issuer):
        with refused("NotParty", other, world.verifier):
            certify(world, works, 0, by=other)
    with refused("DocumentUnknown", digest("?"), world.verifier, 0):
        world.proceeds.certifyMilestone(works, 0, digest("?"), world.verifier.by)
    with refused("Unknown", "WORKS", 99):
        certify(world, 99, 0, name="of nothing")
    with refused("Unknown", "MILESTONE", 2):
        certify(world, works, 2, name="third")
    with refused("WrongState", "RETENTION", works, 0, KEPT):
        certify_final(world, works)
    certify(world, works, 0)
    with refused("AlreadyUsed", "MILESTONE", ZERO):
        certify(world, works, 0, name="again")
    paper = world.verifier.files("later")
    world.operator.amends(world.verifier, roles=OBLIGOR)
    with refused("MissingRole", world.verifier, OBLIGOR, VERIFIER):
        world.proceeds.certifyMilestone(works, 1, paper, world.verifier.by)
    world.operator.amends(world.verifier, roles=VERIFIER)
    group = group_of(world, world.company)
    world.operator.amends(world.verifier, group=group)
    with refused("RelatedParties", world.company, world.verifier, group):
        world.proceeds.certifyMilestone(works, 1, paper, world.verifier.by)


def test_the_certifier_is_not_paid_from_the_line(world, line):
    consent = world.verifier.files("engineer", CONSENT)
    set_works(world, line, EACH, certifier=world.supplier, consent=consent)
    world.issuer.allocates(line, BUDGET)
    paper = invoice(world)
    with refused("SameParty", world.supplier, world.supplier):
        world.issuer.pays(line, paper, 1)
    with refused("SameParty", world.supplier, world.supplier):
        world.proceeds.checkEncumber(line, world.issuer, paper, 1)
