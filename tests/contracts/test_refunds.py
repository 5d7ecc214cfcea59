"""Money that comes back: a refund names what it reverses and takes its next unrefunded fen."""

import pytest

from tests.contracts import given
from tests.contracts.given import ALLOCATED, FACE, RAISED
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import NOBODY, ZERO, axis_of, digest

PAID, WHY = 250_000, digest("credit note")
pytestmark = pytest.mark.spec("BOND-1")


@pytest.fixture(scope="module")
def line(world):
    return given.funded_line(world)


@pytest.fixture(scope="module")
def bond(world, line):
    return int(world.proceeds.line(line)["bond"])


@pytest.fixture(scope="module")
def axis(line):
    return axis_of("PROCEEDS", "LINE", line)


@pytest.fixture
def invoice(world):
    return given.signed_obligation(world, world.company, world.supplier, FACE)


@pytest.fixture
def paid(world, line, invoice):
    """A first payment of 7 fen, then one of PAID fen that left at offset 7; the supplier allows refunds."""
    world.issuer.pays(line, invoice, 7)
    world.issuer.pays(line, invoice, PAID)
    world.supplier.approves(world.proceeds, 2**256 - 1)
    return invoice


@pytest.fixture
def settled(world, line):
    """A receivable of the line, paid at maturity in three pieces."""
    receivable = given.accepted_receivable(world, world.company, line)
    given.three_pieces(world, receivable)
    world.days_pass(given.TENOR)
    world.stranger.settles(receivable)
    for who in (world.supplier, world.subsupplier):
        who.approves(world.proceeds, 2**256 - 1)
    return receivable


def both(line):
    """The two payments of `paid`, as their document remembers them."""
    return [given.use(line, 0, 7), given.use(line, 7, PAID)]


def refund(world, line, fingerprint, amount, by=None, offset=7, document=WHY, uses=None):
    uses, by = both(line) if uses is None else uses, by or world.supplier
    return world.proceeds.refund(line, offset, fingerprint, amount, document, uses, by.by)


def refund_piece(world, receivable, start, amount, by, document=WHY):
    return world.proceeds.refundEncumbered(receivable, start, amount, document, by.by)


# --- of a direct payment ---


@pytest.mark.spec("BOND-1", "DOC-1", "CASH-1", "BOND-4")
def test_a_refund_takes_the_payments_own_fen(world, bond, line, axis, paid):
    tx = refund(world, line, paid, 100)
    emitted(
        tx,
        "Refunded",
        bond=bond,
        line=line,
        axis=axis,
        reversedOffset=7,
        amount=100,
        inOffset=ALLOCATED,
        document=WHY,
    )
    emitted(tx, "Moved", fromAxis=world.supplier, toAxis=axis, amount=100, inOffset=ALLOCATED, document=WHY)
    emitted(tx, "CapacityReleased", fingerprint=paid, amount=100)
    states = world.states(bond)
    assert (states["spent"], states["available"]) == (PAID + 7 - 100, ALLOCATED - PAID - 7 + 100)
    assert sum(states.values()) == RAISED
    assert world.used(paid) == PAID + 7 - 100


@pytest.mark.spec("BOND-4")
def test_refunds_follow_each_other_up_to_the_payment(world, line, paid):
    refund(world, line, paid, 100)
    again = emitted(refund(world, line, paid, 200), "Refunded")
    assert (again["reversedOffset"], again["inOffset"]) == (107, ALLOCATED + 100)
    with refused("RefundTooLarge", PAID - 300, PAID - 299):
        refund(world, line, paid, PAID - 299)
    refund(world, line, paid, PAID - 300)
    with refused("RefundTooLarge", 0, 1):
        refund(world, line, paid, 1)
    assert world.used(paid) == 7


def test_refunded_money_is_spent_again_against_the_released_invoice(world, bond, line, paid):
    refund(world, line, paid, PAID)
    world.issuer.pays(line, paid, FACE - 7)
    assert world.states(bond)["spent"] == FACE
    assert world.states(bond)["available"] == ALLOCATED - FACE


def test_refunded_money_goes_back_to_the_pool(world, bond, line, paid):
    refund(world, line, paid, PAID)
    world.proceeds.deallocate(line, ALLOCATED - 7, world.issuer.by)
    states = world.states(bond)
    assert (states["available"], states["spent"]) == (0, 7) and sum(states.values()) == RAISED


@pytest.mark.spec("BOND-4")
def test_only_the_payee_refunds_and_names_its_payment(world, line, paid):
    for who in (world.issuer, world.company, world.subsupplier):
        with refused("NoSuchPayment", ...):
            refund(world, line, paid, 1, by=who)
    for offset in (6, 8, 7 + PAID):
        with refused("NoSuchPayment", ...):
            refund(world, line, paid, 1, offset=offset)
    with refused("NoSuchPayment", ...):
        refund(world, line, digest("?"), 1)
    with refused("NoSuchPayment", ...):
        refund(world, 99, paid, 1, uses=both(line))


@pytest.mark.spec("BOND-4")
def test_the_first_payment_of_a_document_is_refunded_like_the_others(world, line, paid):
    with refused("RefundTooLarge", 7, 8):
        refund(world, line, paid, 8, offset=0)
    emitted(refund(world, line, paid, 3, offset=0), "Refunded", reversedOffset=0, amount=3)
    emitted(refund(world, line, paid, 4, offset=0), "Refunded", reversedOffset=3, amount=4)
    with refused("RefundTooLarge", 0, 1):
        refund(world, line, paid, 1, offset=0)
    for who in (world.issuer, world.company, world.subsupplier):
        with refused("NoSuchPayment", ...):
            refund(world, line, paid, 1, by=who, offset=0)
    for elsewhere in ({"offset": 1}, {"offset": 2**112}, {"offset": 2**144}):
        with refused("NoSuchPayment", ...):
            refund(world, line, paid, 1, **elsewhere)
    with refused("NoSuchPayment", ...):
        refund(world, line + 1, paid, 1, offset=0, uses=both(line))


@pytest.mark.spec("BOND-4")
def test_a_refund_brings_all_payments_of_its_document_in_their_order(world, line, paid):
    first, second = both(line)
    more = given.use(line, 7, PAID + 1)
    for wrong in ([], [first], [second], [second, first], [first, more], [first, second, second]):
        with refused("NoSuchPayment", ...):
            refund(world, line, paid, 1, uses=wrong)
    world.issuer.pays(line, paid, 3)
    with refused("NoSuchPayment", ...):
        refund(world, line, paid, 1, uses=[first, second])
    refund(world, line, paid, 1, uses=[first, second, given.use(line, 7 + PAID, 3)])


@pytest.mark.spec("BOND-4")
def test_a_document_of_many_payments_has_its_further_ones_remembered_by_the_bonds_books(world, line, paid):
    """The first 32 with the document, for little; nobody's refund has to bring more than that."""
    for _ in range(30):
        world.issuer.pays(line, paid, 2)
    offset = 7 + PAID + 60
    tx = world.issuer.pays(line, paid, 9)
    emitted(tx, "Paid", outOffset=offset)
    uses = [*both(line), *(given.use(line, 7 + PAID + 2 * i, 2) for i in range(30))]
    with refused("RefundTooLarge", 2, 3):
        refund(world, line, paid, 3, offset=offset - 2, uses=uses)
    with refused("RefundTooLarge", 9, 10):
        refund(world, line, paid, 10, offset=offset, uses=[])
    emitted(refund(world, line, paid, 9, offset=offset, uses=[]), "Refunded", reversedOffset=offset)
    with refused("NoSuchPayment", ...):
        refund(world, line, paid, 1, offset=offset + 1, uses=[*uses, given.use(line, offset, 9)])


@pytest.mark.spec("BOND-4", "DOC-4")
def test_a_payment_is_refunded_once_under_all_names_of_its_document(world, line, paid):
    anew = given.named(digest("tag of a new epoch"), world.supplier.address)
    world.documents.link(paid, anew, world.supplier.by)
    for offset, had in ((0, 7), (7, PAID)):
        refund(world, line, anew, had - 2, offset=offset)
        refund(world, line, paid, 1, offset=offset)
        with refused("RefundTooLarge", 1, 2):
            refund(world, line, anew, 2, offset=offset)


def test_a_refund_has_an_amount_and_a_document(world, line, paid):
    with refused("ZeroAmount"):
        refund(world, line, paid, 0)
    with refused("ZeroHash", "DOCUMENT"):
        refund(world, line, paid, 1, document=ZERO)
    with refused("RefundTooLarge", PAID, 2**256 - 1):
        refund(world, line, paid, 2**256 - 1)


def test_a_refund_takes_money_that_is_there_and_allowed(world, line, paid):
    world.supplier.sends(world.investor, world.supplier.balance() - 5)
    with refused("InsufficientBalance", world.supplier, 5, 6):
        refund(world, line, paid, 6)
    world.supplier.approves(world.proceeds, 4)
    with refused("InsufficientAllowance", world.supplier, world.proceeds, 4, 5):
        refund(world, line, paid, 5)
    assert world.used(paid) == PAID + 7


def test_a_suspended_payee_may_give_money_back(world, bond, line, paid):
    world.operator.suspends(world.supplier)
    refund(world, line, paid, PAID)
    assert world.states(bond)["spent"] == 7


# --- of a payout at maturity ---


@pytest.mark.spec("BOND-1", "DOC-1", "BOND-4")
def test_a_holder_refunds_its_piece(world, bond, line, settled):
    fingerprint = str(world.receivables.receivable(settled).dict()["fingerprint"])
    tx = refund_piece(world, settled, 300_000, 1_000, world.subsupplier)
    emitted(
        tx,
        "Refunded",
        bond=bond,
        line=line,
        axis=axis_of("PROCEEDS", "ENCUMBRANCE", settled),
        reversedOffset=300_000,
        amount=1_000,
        inOffset=ALLOCATED,
        document=WHY,
    )
    again = emitted(refund_piece(world, settled, 300_000, 5, world.subsupplier), "Refunded")
    assert again["reversedOffset"] == 301_000
    states = world.states(bond)
    assert (states["spent"], states["encumbered"]) == (FACE - 1_005, 0) and sum(states.values()) == RAISED
    assert world.used(fingerprint) == FACE - 1_005


@pytest.mark.spec("BOND-4")
def test_a_piece_is_refunded_up_to_its_length(world, settled):
    refund_piece(world, settled, 300_000, 400_000, world.subsupplier)
    with refused("RefundTooLarge", 0, 1):
        refund_piece(world, settled, 300_000, 1, world.subsupplier)
    with refused("RefundTooLarge", 300_000, 300_001):
        refund_piece(world, settled, 0, 300_001, world.supplier)


@pytest.mark.spec("BOND-4")
def test_a_piece_is_refunded_by_its_last_holder(world, settled):
    with refused("NotParty", world.supplier, world.subsupplier):
        refund_piece(world, settled, 300_000, 1, world.supplier)
    with refused("NoPiece", settled, 5):
        refund_piece(world, settled, 5, 1, world.supplier)
    with refused("ZeroAmount"):
        refund_piece(world, settled, 0, 0, world.supplier)
    with refused("ZeroHash", "DOCUMENT"):
        refund_piece(world, settled, 0, 1, world.supplier, ZERO)


def test_what_is_not_paid_yet_is_not_refunded(world, line):
    receivable = given.accepted_receivable(world, world.company, line)
    with refused("WrongState", "PIECE", 0, 1, 3):
        refund_piece(world, receivable, 0, 1, world.supplier)


def test_what_no_bond_funded_is_not_refunded_to_a_bond(world):
    receivable = given.accepted_receivable(world)
    with refused("Unknown", "ENCUMBRANCE", receivable):
        refund_piece(world, receivable, 0, 1, world.supplier)
    assert world.proceeds.line(0)[0] == NOBODY
