"""What a programme asks of a confirmation and its answer: two persons, orders, reasons, consent; green fen;
voiding by both parties; an obligor in default."""

from itertools import count, pairwise

import pytest

from tests.contracts import given
from tests.contracts.given import FACE, TENOR
from tests.contracts.refusals import emitted, refused
from tests.contracts.test_accounts import UNBOUNDED, House
from tests.contracts.world import (
    ATTESTATION,
    BLOCK,
    BY_DOCUMENT,
    CONSENT,
    CONTRACT,
    DECLARED,
    DELIVERY,
    MAX_TENOR_DAYS,
    OBLIGOR,
    ORDER,
    ORDERS,
    OTHER,
    TRADE,
    TWO_PERSONS,
    WARN,
    ZERO,
    axis_of,
    digest,
    label,
    programme,
    purpose,
)

ASKED = 180
ORDERED = 2
"""Number of the programme whose orders are financed."""
_salts = count(1)


@pytest.fixture(scope="module")
def confirmation(world):
    """A payable of the core enterprise's, from general money."""
    return given.confirmation(world, world.core)


@pytest.fixture
def proposed(world, confirmation):
    return world.core.confirms(confirmation)


@pytest.fixture
def receivable(world, proposed):
    world.supplier.accepts(proposed)
    return proposed


def confirming_refused(world, confirmation, *refusal, **changes):
    """The question and the act."""
    changed = tuple((confirmation | changes).values())
    with refused(*refusal):
        world.receivables.checkConfirm(changed, world.core)
    with refused(*refusal):
        world.receivables.confirm(changed, world.core.by)


def record(world, receivable):
    return world.receivables.receivable(receivable)


def line_use(world, confirmation):
    return tuple(map(int, world.credit_lines.line(confirmation["creditLine"])[7:9]))


# --- programme ---


def test_a_confirmation_names_a_programme_there_is(world, confirmation):
    confirming_refused(world, confirmation, "Unknown", "PROGRAMME", 0, programme=0)
    confirming_refused(world, confirmation, "Unknown", "PROGRAMME", 9, programme=9)


def test_the_book_opens_with_the_terms_of_the_programme(world, confirmation):
    receivable = world.core.confirms(confirmation | {"programme": ORDERED})
    world.supplier.accepts(receivable)
    limits = world.piece_book.receivableOf(receivable)[3]
    assert (int(limits[3]), int(limits[4])) == (confirmation["due"], ORDERS)


# --- two persons ---


class Firm(House):
    """An obligor's account, whose clerks may file documents alone and whatever else they are given."""

    def __init__(self, world, *alone):
        self.alone = alone
        super().__init__(world)

    def settings(self, policy):
        keys, _, policies = super().settings(policy)
        documents = self.world.documents
        files = (documents.address, documents.register.signature, (0, 1, UNBOUNDED))
        return keys, [files, *self.alone], policies

    def filed(self, kind):
        paper = digest(f"firm's paper {next(_salts)}")
        documents = self.world.documents
        call = (documents.address, documents.register.encode_input(paper, kind, ZERO))
        self.contract.execute([call], self.clerk.by)
        return paper

    def confirmation(self):
        """All that a payable to the supplier needs; the invoice carries four signatures."""
        world = self.world
        obligation = given.obligation(world, self, world.supplier, FACE)
        raw = world.documents.obligationDigest(tuple(obligation.values()))
        both = self.signs(bytes(raw), self.clerk, self.approver)
        theirs = world.supplier.signs("Obligation", obligation, world.documents)
        world.documents.registerObligation(tuple(obligation.values()), both, theirs, world.stranger.by)
        return given.confirmation(
            world,
            self,
            fingerprint=obligation["fingerprint"],
            contractDocument=self.filed(CONTRACT),
            deliveryDocument=self.filed(DELIVERY),
            creditLine=world.bank.grants(self, 5 * FACE),
            programme=3,
        )


@pytest.fixture(scope="module")
def double(world):
    """The number of a programme that asks for two persons."""
    world.changes(world.programmes, "set", 3, programme(terms=TWO_PERSONS))
    return 3


def confirming(world, confirmation):
    return world.receivables.address, world.receivables.confirm.encode_input(tuple(confirmation.values()))


@pytest.mark.spec("CONF-1")
def test_two_persons_confirm_and_one_alone_cannot(world, double):
    firm = Firm(world)
    world.operator.admits(firm, OBLIGOR)
    confirmation = firm.confirmation()
    world.receivables.checkConfirm(tuple(confirmation.values()), firm.address)
    call = confirming(world, confirmation)
    with refused("NoLimit", world.receivables, world.receivables.confirm.signature):
        firm.contract.execute([call], firm.clerk.by)
    proposal = firm.proposed(call)
    assert world.receivables.count() == 0
    tx = firm.contract.approve(proposal, [call], firm.approver.by)
    emitted(tx, "ActDone", proposal=proposal, clerk=firm.clerk, approver=firm.approver)
    emitted(tx, "Confirmed", receivable=1, obligor=firm.address, supplier=world.supplier)


@pytest.mark.spec("CONF-1")
def test_a_plain_key_is_one_person(world, confirmation, double):
    confirming_refused(world, confirmation, "TwoPersonsNeeded", world.core, UNBOUNDED, programme=double)


@pytest.mark.spec("CONF-1")
def test_an_account_whose_clerk_may_confirm_alone_is_one_person(world, double):
    receivables = world.receivables
    firm = Firm(world, (receivables.address, receivables.confirm.signature, (3, FACE, UNBOUNDED)))
    limit = tuple(map(int, firm.contract.limitOf(receivables, receivables.confirm.signature)))
    assert limit == (3, FACE, UNBOUNDED)
    world.operator.admits(firm, OBLIGOR)
    confirmation = firm.confirmation()
    with refused("TwoPersonsNeeded", firm, FACE):
        receivables.checkConfirm(tuple(confirmation.values()), firm.address)
    call = confirming(world, confirmation)
    with refused("TwoPersonsNeeded", firm, FACE):
        firm.contract.execute([call], firm.clerk.by)
    proposal = firm.proposed(call)
    with refused("TwoPersonsNeeded", firm, FACE):
        firm.contract.approve(proposal, [call], firm.approver.by)


# --- orders ---


@pytest.fixture
def ordered(world, confirmation):
    order = given.filed(world, world.core, ORDER)
    return world.core.confirms(
        confirmation | {"programme": ORDERED, "order": True, "deliveryDocument": order}
    )


def test_an_order_is_confirmed_and_marked_where_the_programme_finances_orders(world, confirmation, ordered):
    assert record(world, ordered)[5] is True
    order = given.filed(world, world.core, ORDER)
    confirming_refused(world, confirmation, "OrdersNotFinanced", 1, order=True, deliveryDocument=order)


def test_an_order_is_no_delivery_and_a_delivery_no_order(world, confirmation):
    order = given.filed(world, world.core, ORDER)
    asked = confirmation | {"programme": ORDERED}
    confirming_refused(world, asked, "DocumentUnknown", order, world.core, DELIVERY, deliveryDocument=order)
    confirming_refused(
        world, asked, "DocumentUnknown", asked["deliveryDocument"], world.core, ORDER, order=True
    )


@pytest.mark.parametrize("accepted", [False, True])
def test_delivery_evidence_makes_an_order_an_ordinary_payable(world, ordered, accepted):
    if accepted:
        world.supplier.accepts(ordered)
    delivery = given.filed(world, world.core, DELIVERY)
    tx = world.receivables.deliver(ordered, delivery, world.core.by)
    emitted(tx, "Delivered", receivable=ordered, document=delivery)
    assert record(world, ordered)[5] is False
    with refused("WrongState", "ORDER", ordered, 0, 1):
        world.receivables.deliver(ordered, delivery, world.core.by)


def test_who_may_file_the_delivery_and_of_what(world, ordered):
    proposed = world.core.confirms(given.confirmation(world, world.core))
    delivery = given.filed(world, world.core, DELIVERY)
    for who in (world.supplier, world.operator):
        with refused("NotParty", who, world.core):
            world.receivables.deliver(ordered, delivery, who.by)
    with refused("DocumentUnknown", digest("?"), world.core, DELIVERY):
        world.receivables.deliver(ordered, digest("?"), world.core.by)
    with refused("WrongState", "ORDER", proposed, 0, 1):
        world.receivables.deliver(proposed, delivery, world.core.by)
    with refused("Unknown", "RECEIVABLE", 99):
        world.receivables.deliver(99, delivery, world.core.by)
    world.receivables.refuse(ordered, digest("no"), world.supplier.by)
    with refused("WrongState", "RECEIVABLE", ordered, 3, 2):
        world.receivables.deliver(ordered, delivery, world.core.by)
    world.operator.suspends(world.core)
    with refused("WrongState", "RECEIVABLE", ordered, 3, 2):
        world.receivables.deliver(ordered, delivery, world.core.by)


def test_a_suspended_obligor_files_no_delivery(world, ordered):
    delivery = given.filed(world, world.core, DELIVERY)
    world.operator.suspends(world.core)
    with refused("Suspended", world.core):
        world.receivables.deliver(ordered, delivery, world.core.by)


# --- reasons for a long tenor (77号文 art. 11) ---


def test_a_long_tenor_has_its_banks_reasons(world, confirmation):
    long = confirmation | {"due": world.today + ASKED + 1}
    foreign = given.filed(world, world.core, ATTESTATION)
    for reasons in (ZERO, foreign):
        confirming_refused(world, long, "DocumentUnknown", reasons, world.bank, ATTESTATION, reasons=reasons)
    world.core.confirms(long | {"reasons": given.filed(world, world.bank, ATTESTATION)})


def test_half_a_year_needs_no_reasons(world, confirmation):
    world.core.confirms(confirmation | {"due": world.today + ASKED})


def test_a_programme_may_block_long_tenors(world, confirmation):
    world.changes(world.programmes, "setLevel", 1, label("77-11"), BLOCK)
    reasons = given.filed(world, world.bank, ATTESTATION)
    confirming_refused(
        world,
        confirmation,
        "TenorTooLong",
        ASKED + 1,
        ASKED,
        due=world.today + ASKED + 1,
        reasons=reasons,
    )


def test_a_programme_may_only_warn_of_long_tenors_and_of_nothing_else(world, confirmation):
    world.changes(world.programmes, "setLevel", 1, label("77-11"), WARN)
    confirming_refused(
        world,
        confirmation,
        "TenorTooLong",
        MAX_TENOR_DAYS + 1,
        MAX_TENOR_DAYS,
        due=world.today + MAX_TENOR_DAYS + 1,
    )
    long = tuple((confirmation | {"due": world.today + ASKED + 1}).values())
    tx = world.receivables.confirm(long, world.core.by)
    emitted(tx, "RuleWarned", receivable=1, rule="77-11", had=ASKED + 1, needed=ASKED)


# --- consent ---


@pytest.mark.spec("CONF-1")
def test_consent_is_declared_or_on_file(world, proposed):
    paper = given.filed(world, world.supplier, CONSENT)
    for how, document in ((0, ZERO), (3, ZERO), (DECLARED, paper)):
        with refused("ConsentMissing", proposed, how):
            world.supplier.accepts(proposed, how, document)
    other = given.filed(world, world.supplier, OTHER)
    foreign = given.filed(world, world.core, CONSENT)
    for document in (ZERO, other, foreign):
        with refused("DocumentUnknown", document, world.supplier, CONSENT):
            world.supplier.accepts(proposed, BY_DOCUMENT, document)
    tx = world.supplier.accepts(proposed, BY_DOCUMENT, paper)
    emitted(tx, "Accepted", receivable=proposed, consent=BY_DOCUMENT, document=paper)


@pytest.mark.spec("CONF-1")
def test_a_declared_consent_is_on_record(world, proposed):
    tx = world.supplier.accepts(proposed)
    emitted(tx, "Accepted", receivable=proposed, consent=DECLARED, document=ZERO)


# --- voiding ---


def asked_to_void(world, receivable, by):
    return world.receivables.proposeVoid(receivable, label("WRONG GOODS"), by.by)


def voiding_refused(world, receivable, *refusal, by=None):
    """The question and the act, by the obligor."""
    by = by or world.core
    with refused(*refusal):
        world.receivables.checkVoid(receivable, by)
    with refused(*refusal):
        world.receivables.void(receivable, by.by)


@pytest.mark.spec("CONF-2", "PIECE-1", "LINE-1", "DOC-1")
@pytest.mark.parametrize("first", ["core", "supplier"])
def test_both_parties_void_what_nothing_happened_to(world, confirmation, receivable, first):
    pair = {"core": (world.core, world.supplier), "supplier": (world.supplier, world.core)}[first]
    tx = asked_to_void(world, receivable, pair[0])
    emitted(tx, "VoidProposed", receivable=receivable, by=pair[0], reason="WRONG GOODS")
    number = 1 if first == "core" else 2
    voiding_refused(world, receivable, "WrongState", "VOID", receivable, number, 3 - number, by=pair[0])
    world.receivables.checkVoid(receivable, pair[1])
    tx = world.receivables.void(receivable, pair[1].by)
    emitted(tx, "Voided", receivable=receivable, by=pair[1])
    emitted(tx, "Discharged", receivable=receivable, start=0, end=FACE, how=5)
    assert record(world, receivable)[3] == 6 and line_use(world, confirmation) == (0, 0)
    assert world.used(confirmation["fingerprint"]) == 0
    assert world.core.confirms(confirmation) == receivable + 1


@pytest.mark.spec("CONF-2")
def test_one_party_alone_voids_nothing(world, receivable):
    voiding_refused(world, receivable, "WrongState", "VOID", receivable, 0, 2)
    for who in (world.bank, world.operator):
        with refused("NotParty", who, world.core):
            asked_to_void(world, receivable, who)
        voiding_refused(world, receivable, "NotParty", who, world.core, by=who)
        with refused("NotParty", who, world.core):
            world.receivables.withdrawVoid(receivable, who.by)
    with refused("ZeroHash", "REASON"):
        world.receivables.proposeVoid(receivable, ZERO, world.core.by)


@pytest.mark.spec("CONF-2")
def test_a_wish_is_withdrawn_by_who_had_it(world, receivable):
    asked_to_void(world, receivable, world.supplier)
    for who in (world.core, world.supplier):
        with refused("WrongState", "VOID", receivable, 2, 0):
            asked_to_void(world, receivable, who)
    with refused("WrongState", "VOID", receivable, 2, 1):
        world.receivables.withdrawVoid(receivable, world.core.by)
    tx = world.receivables.withdrawVoid(receivable, world.supplier.by)
    emitted(tx, "VoidWithdrawn", receivable=receivable, by=world.supplier)
    voiding_refused(world, receivable, "WrongState", "VOID", receivable, 0, 2)


@pytest.mark.spec("CONF-2")
def test_what_was_cut_passed_on_or_locked_is_not_voided(world, receivable):
    asked_to_void(world, receivable, world.supplier)
    trade = given.filed(world, world.supplier, TRADE)
    world.changes(world.piece_book, "setModule", world.deployer, 9, 4)
    world.piece_book.lock(receivable, 0, 0, world.deployer.by)
    voiding_refused(world, receivable, "PieceLocked", receivable, 0, 9)
    world.piece_book.unlock(receivable, 0, 1, world.deployer.by)
    world.receivables.checkVoid(receivable, world.core)
    world.supplier.splits(receivable, 0, 400_000)
    voiding_refused(world, receivable, "PieceNotWhole", receivable, 400_000, FACE)
    world.supplier.passes_on(receivable, 0, 0, 400_000, world.subsupplier, trade)
    voiding_refused(world, receivable, "TooManyLayers", 1, 0)
    world.receivables.withdrawVoid(receivable, world.supplier.by)
    with refused("TooManyLayers", 1, 0):
        asked_to_void(world, receivable, world.supplier)


@pytest.mark.spec("CONF-2")
def test_what_was_discharged_already_is_not_voided(world, receivable):
    asked_to_void(world, receivable, world.supplier)
    world.changes(world.piece_book, "setModule", world.deployer, 9, 8)
    world.piece_book.discharge(receivable, 0, 4, world.deployer.by)
    voiding_refused(world, receivable, "AlreadyDischarged", receivable, 0, 4)


@pytest.mark.spec("CONF-2")
def test_what_money_came_in_for_is_not_voided(world, receivable):
    asked_to_void(world, receivable, world.supplier)
    world.changes(world.cash, "setController", label("MATURITY"), world.deployer)
    given.moneyed(world, world.core, 5, world.deployer)
    settlement = axis_of("MATURITY", "SETTLEMENT", receivable)
    collect = world.cash.collect
    collect(label("MATURITY"), purpose("SETTLEMENT", receivable), world.core, 5, ZERO, world.deployer.by)
    assert world.axis(settlement) == (5, 0)
    voiding_refused(world, receivable, "MoneyCameIn", receivable, 5)


@pytest.mark.spec("CONF-2")
def test_from_the_due_date_on_nothing_is_voided(world, confirmation, receivable):
    asked_to_void(world, receivable, world.supplier)
    world.days_pass(TENOR)
    voiding_refused(world, receivable, "DateOutOfOrder", "DUE", confirmation["due"], confirmation["due"])


@pytest.mark.spec("CONF-2")
def test_a_suspended_party_voids_nothing(world, receivable):
    asked_to_void(world, receivable, world.supplier)
    world.operator.suspends(world.core)
    voiding_refused(world, receivable, "Suspended", world.core)


def test_only_what_was_accepted_is_voided(world, proposed):
    for act in (
        lambda: asked_to_void(world, proposed, world.core),
        lambda: world.receivables.withdrawVoid(proposed, world.core.by),
        lambda: world.receivables.void(proposed, world.core.by),
    ):
        with refused("WrongState", "RECEIVABLE", proposed, 1, 2):
            act()


@pytest.mark.spec("CONF-2", "BOND-1")
def test_voiding_gives_a_bonds_money_back_to_its_line(world):
    line = given.funded_line(world)
    receivable = world.company.confirms(given.confirmation(world, world.company, line))
    world.supplier.accepts(receivable)
    bond = int(world.proceeds.line(line)["bond"])
    asked_to_void(world, receivable, world.company)
    tx = world.receivables.void(receivable, world.supplier.by)
    emitted(tx, "EncumbranceReleased", bond=bond, line=line, receivable=receivable, amount=FACE)
    states = world.states(bond)
    assert (states["available"], states["encumbered"]) == (given.ALLOCATED, 0)


# --- default (77号文 art. 15) ---


@pytest.fixture(scope="module")
def maturity(world):
    """An account with the duty of Maturity."""
    world.changes(world.receivables, "setDuty", world.deployer, label("MATURITY"))
    return world.deployer.by


@pytest.mark.spec("CONF-3")
def test_an_obligor_in_default_confirms_nothing_until_it_is_cured(world, confirmation, receivable, maturity):
    tx = world.receivables.markOverdue(receivable, maturity)
    emitted(tx, "MarkedOverdue", receivable=receivable, obligor=world.core, count=1)
    assert record(world, receivable)[9] == world.today and world.receivables.overdue(world.core) == 1
    confirming_refused(world, confirmation, "ObligorInDefault", world.core, 1)
    with refused("WrongState", "OVERDUE", receivable, 1, 0):
        world.receivables.markOverdue(receivable, maturity)
    tx = world.receivables.markCured(receivable, maturity)
    emitted(tx, "MarkedCured", receivable=receivable, obligor=world.core, count=0)
    with refused("WrongState", "OVERDUE", receivable, 0, 1):
        world.receivables.markCured(receivable, maturity)
    confirming_refused(world, confirmation, "CapacityExceeded", confirmation["fingerprint"], 0, FACE)


@pytest.mark.spec("CONF-3")
def test_what_is_settled_is_cured(world, receivable, maturity):
    world.receivables.markOverdue(receivable, maturity)
    tx = world.receivables.markSettled(receivable, maturity)
    emitted(tx, "Settled", receivable=receivable)
    emitted(tx, "MarkedCured", receivable=receivable, obligor=world.core, count=0)
    assert record(world, receivable)[9] == 0 and world.receivables.overdue(world.core) == 0
    for act in (world.receivables.markOverdue, world.receivables.markCured):
        with refused("WrongState", "RECEIVABLE", receivable, 5, 2):
            act(receivable, maturity)


def test_only_maturity_marks_defaults(world, receivable):
    for who in (world.core, world.operator):
        for act in (world.receivables.markOverdue, world.receivables.markCured):
            with refused("NotModule", who, "MATURITY"):
                act(receivable, who.by)


# --- green ---


@pytest.fixture(scope="module")
def framework(world):
    """A reviewed framework of the core enterprise's, which is an issuer too."""
    world.operator.amends(world.core, roles=int(world.participants.admission(world.core)[0]) | 1)
    framework = world.core.registers_framework("SOLAR", "WIND")
    world.verifier.reviews(framework)
    return framework


@pytest.fixture(scope="module")
def green(world, confirmation, framework):
    """A third of the face, odd fen included, buys wind."""
    paper = given.filed(world, world.core, OTHER)
    return confirmation | {
        "green": FACE // 3 + 1,
        "framework": framework,
        "category": 1,
        "greenDocument": paper,
    }


@pytest.mark.spec("GREEN-1")
def test_green_fen_follow_every_interval_and_sum_to_their_amount(world, green):
    receivable = world.core.confirms(green)
    whole = FACE // 3 + 1
    found = world.receivables.greenOf(receivable)
    assert tuple(found) == (whole, green["framework"], 1, False)
    share = world.receivables.greenShare
    assert share(receivable, 0, FACE) == whole
    for cuts in ((0, 1, 2, 7, FACE), (0, 333, 500_001, FACE), (0, FACE // 2, FACE)):
        parts = [int(share(receivable, a, b)) for a, b in pairwise(cuts)]
        assert sum(parts) == whole
        assert all(part <= b - a for part, (a, b) in zip(parts, pairwise(cuts), strict=True))


@pytest.mark.spec("GREEN-1")
def test_what_a_bond_funds_is_green_by_its_bond_and_counted_there(world):
    line = given.funded_line(world)
    confirmation = given.confirmation(world, world.company, line)
    with refused("GreenTooLarge", 1, 0):
        world.company.confirms(confirmation | {"green": 1})
    receivable = world.company.confirms(confirmation)
    amount, framework, category, by_bond = world.receivables.greenOf(receivable)
    line_ = world.proceeds.line(line)
    assert (
        (amount, by_bond) == (FACE, True)
        and category == line_["category"]
        and framework == line_["framework"]
    )
    assert world.receivables.greenShare(receivable, 10, 35) == 25


@pytest.mark.spec("GREEN-1")
def test_green_is_at_most_the_face_of_an_eligible_category(world, confirmation, green, framework):
    confirming_refused(world, green, "GreenTooLarge", FACE + 1, FACE, green=FACE + 1)
    foreign = given.reviewed_framework(world)
    confirming_refused(world, green, "NotParty", world.core, world.issuer, framework=foreign)
    confirming_refused(world, green, "CategoryNotAdmitted", framework, 5, category=5)
    paper = digest("unfiled")
    confirming_refused(world, green, "DocumentUnknown", paper, world.core, 0, greenDocument=paper)
    review = world.review_of(framework, world.verifier)
    world.days_pass(review["validUntil"] - world.today + 1)
    renewed = {"due": world.today + TENOR, "creditLine": world.bank.grants(world.core, FACE)}
    confirming_refused(world, green, "ReviewLapsed", framework, ..., world.today, **renewed)


def test_a_share_is_of_the_receivable(world, proposed):
    share = world.receivables.greenShare
    assert share(proposed, 0, FACE) == 0 and share(proposed, 5, 5) == 0
    with refused("CutOutside", 0, FACE, FACE + 1):
        share(proposed, 0, FACE + 1)
    with refused("CutOutside", 0, 4, 5):
        share(proposed, 5, 4)
    with refused("Unknown", "RECEIVABLE", 99):
        share(99, 0, 1)
