"""Maturity: from the due date anyone settles, each holder gets exactly its fen."""

import pytest

from tests.contracts import given
from tests.contracts.given import FACE, TENOR
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import axis_of


@pytest.fixture(scope="module")
def receivable(world):
    """Of the core enterprise's, from general money, in three pieces."""
    receivable = given.accepted_receivable(world)
    given.three_pieces(world, receivable)
    return receivable


@pytest.fixture
def paid_in(world, receivable):
    given.moneyed(world, world.core, FACE, world.maturity)
    world.core.pays_in(receivable)
    return receivable


@pytest.fixture
def due(world, paid_in):
    world.days_pass(TENOR)
    return paid_in


@pytest.fixture(scope="module")
def encumbered(world):
    """Of the project company's, from bond money, in three pieces."""
    receivable = given.accepted_receivable(world, world.company, given.funded_line(world))
    given.three_pieces(world, receivable)
    return receivable


@pytest.fixture
def funded(world, encumbered):
    """The same, due."""
    world.days_pass(TENOR)
    return encumbered


def settlement(receivable):
    return axis_of("MATURITY", "SETTLEMENT", receivable)


def claim_axis(module, who):
    return axis_of(module, "CLAIM", who.address)


def state(world, receivable):
    return int(world.receivables.receivable(receivable)[3])


def settling_refused(world, receivable, *refusal):
    """The question and the act."""
    with refused(*refusal):
        world.maturity.checkSettle(receivable)
    with refused(*refusal):
        world.stranger.settles(receivable)


# --- paying in ---


@pytest.mark.spec("CASH-1")
def test_the_obligor_pays_in_the_whole_face(world, receivable):
    given.moneyed(world, world.core, FACE, world.maturity)
    tx = world.core.pays_in(receivable)
    emitted(tx, "PaidIn", receivable=receivable, obligor=world.core, amount=FACE)
    emitted(tx, "Moved", fromAxis=world.core, toAxis=settlement(receivable), amount=FACE, inOffset=0)
    assert world.axis(settlement(receivable)) == (FACE, 0)


def test_paying_in_takes_money_and_an_allowance(world, receivable):
    world.bank.mints(world.core, FACE - 1)
    with refused("InsufficientAllowance", world.core, world.maturity, 0, FACE):
        world.core.pays_in(receivable)
    world.core.approves(world.maturity, FACE)
    with refused("InsufficientBalance", world.core, FACE - 1, FACE):
        world.core.pays_in(receivable)


def test_only_the_obligor_pays_in_and_once(world, paid_in):
    for who in (world.company, world.supplier, world.stranger):
        with refused("NotParty", who, world.core):
            who.pays_in(paid_in)
    with refused("AlreadyUsed", "RECEIVABLE", "0x" + f"{paid_in:064x}"):
        world.core.pays_in(paid_in)


def test_what_a_bond_funds_is_not_paid_in(world, funded):
    given.moneyed(world, world.company, FACE, world.maturity)
    with refused("AlreadyUsed", "RECEIVABLE", "0x" + f"{funded:064x}"):
        world.company.pays_in(funded)


def test_what_is_not_accepted_is_not_paid_in(world):
    proposed = world.core.confirms(given.confirmation(world, world.core))
    with refused("WrongState", "RECEIVABLE", proposed, 1, 2):
        world.core.pays_in(proposed)
    with refused("WrongState", "RECEIVABLE", 99, 0, 2):
        world.core.pays_in(99)


def test_a_suspended_obligor_pays_its_debt(world, receivable):
    given.moneyed(world, world.core, FACE, world.maturity)
    world.operator.suspends(world.core)
    world.core.pays_in(receivable)
    world.days_pass(TENOR)
    world.stranger.settles(receivable)
    assert state(world, receivable) == 5


# --- settling ---


@pytest.mark.spec("PIECE-1", "LINE-1", "CASH-1", "MAT-1")
def test_each_holder_gets_exactly_its_fen(world, due):
    world.maturity.checkSettle(due)
    tx = world.stranger.settles(due)
    emitted(
        tx,
        "PieceSettled",
        receivable=due,
        holder=world.subsupplier,
        start=300_000,
        end=700_000,
        kept=False,
    )
    emitted(
        tx, "Moved", fromAxis=settlement(due), toAxis=world.subsupplier, amount=400_000, outOffset=300_000
    )
    emitted(tx, "Settled", receivable=due)
    assert (world.supplier.balance(), world.subsupplier.balance()) == (600_000, 400_000)
    assert world.axis(settlement(due)) == (FACE, FACE)
    face, discharged, pieces, _ = world.piece_book.receivableOf(due)
    assert (face, discharged, pieces, state(world, due)) == (FACE, FACE, 3, 5)
    line = int(world.receivables.receivable(due)[5])
    assert list(map(int, world.credit_lines.line(line)[7:9])) == [0, 0]


@pytest.mark.spec("PIECE-1", "MAT-1")
def test_settlement_goes_on_in_batches(world, due):
    line = int(world.receivables.receivable(due)[5])
    for paid in (300_000, 700_000):
        assert state(world, due) == 2
        world.stranger.settles(due, 1)
        assert world.maturity.cursor(due) == paid == world.piece_book.receivableOf(due)[1]
        assert world.credit_lines.line(line)[8] == FACE
    world.investor.settles(due, 1)
    assert state(world, due) == 5 and world.credit_lines.line(line)[8] == 0


@pytest.mark.spec("MAT-1")
def test_nothing_is_settled_before_the_due_date(world, paid_in):
    due = int(world.receivables.receivable(paid_in)[1])
    world.days_pass(TENOR - 1)
    settling_refused(world, paid_in, "NotDue", paid_in, due, due - 1)


def test_nothing_is_settled_without_the_money(world, receivable):
    world.days_pass(TENOR)
    settling_refused(world, receivable, "NotPaidIn", receivable, 0, FACE)


@pytest.mark.spec("MAT-1")
def test_nothing_is_settled_twice(world, due):
    world.stranger.settles(due)
    settling_refused(world, due, "WrongState", "RECEIVABLE", due, 5, 2)
    with refused("WrongState", "RECEIVABLE", due, 5, 2):
        world.core.pays_in(due)
    settling_refused(world, 99, "WrongState", "RECEIVABLE", 99, 0, 2)


def test_a_batch_of_nothing(world, due):
    with refused("ZeroAmount"):
        world.stranger.settles(due, 0)


def test_overdue_money_still_settles(world, receivable):
    world.days_pass(TENOR + 40)
    given.moneyed(world, world.core, FACE, world.maturity)
    world.core.pays_in(receivable)
    world.stranger.settles(receivable)
    assert state(world, receivable) == 5


@pytest.mark.spec("BOND-1", "BOND-2")
def test_bond_money_settles_without_anybodys_consent(world, funded):
    tx = world.stranger.settles(funded)
    locked = axis_of("PROCEEDS", "ENCUMBRANCE", funded)
    emitted(tx, "Moved", fromAxis=locked, toAxis=world.subsupplier, amount=400_000, outOffset=300_000)
    emitted(
        tx,
        "EncumbrancePaid",
        receivable=funded,
        holder=world.subsupplier,
        start=300_000,
        end=700_000,
        kept=False,
    )
    bond = int(world.proceeds.line(int(world.receivables.receivable(funded)[6]))[1])
    states = world.states(bond)
    assert (states["encumbered"], states["spent"]) == (0, FACE) and sum(states.values()) == given.RAISED


@pytest.mark.spec("PIECE-1", "PIECE-2")
def test_a_locked_piece_is_settled_all_the_same(world, paid_in):
    """A quote was accepted and neither funded nor lapsed: the holder is paid, the quote comes to nothing."""
    quote = given.accepted_quote(world, paid_in, start=0, end=300_000)
    world.days_pass(TENOR)
    world.stranger.settles(paid_in)
    assert world.supplier.balance() == 600_000
    with refused("StaleSequence", paid_in, 0, 2, 3):
        world.financing.lapse(tuple(quote.values()), world.stranger.by)


# --- claims ---


@pytest.mark.spec("PIECE-1", "CASH-1", "BOND-5")
@pytest.mark.parametrize("how", ["suspends", "lapses"])
def test_a_holder_who_cannot_receive_keeps_a_claim_and_stops_nobody(world, due, how):
    getattr(world.operator, how)(world.subsupplier)
    tx = world.stranger.settles(due)
    emitted(tx, "PieceSettled", holder=world.subsupplier, start=300_000, end=700_000, kept=True)
    assert world.axis(claim_axis("MATURITY", world.subsupplier)) == (400_000, 0)
    assert world.supplier.balance() == 600_000 and state(world, due) == 5
    with refused(
        "Suspended" if how == "suspends" else "Lapsed", *([...] if how == "suspends" else [..., ..., ...])
    ):
        world.maturity.claim(world.cash, world.subsupplier.by)
    world.operator.amends(world.subsupplier, suspended=False, lapse=world.today + 1)
    tx = world.maturity.claim(world.cash, world.subsupplier.by)
    emitted(tx, "Moved", toAxis=world.subsupplier, amount=400_000, document="CLAIM")
    assert world.subsupplier.balance() == 400_000
    with refused("NothingToClaim", world.subsupplier):
        world.maturity.claim(world.cash, world.subsupplier.by)


@pytest.mark.spec("BOND-1", "BOND-5")
def test_a_claim_on_bond_money_waits_with_the_proceeds(world, funded):
    world.operator.suspends(world.subsupplier)
    tx = world.stranger.settles(funded)
    emitted(tx, "EncumbrancePaid", holder=world.subsupplier, kept=True)
    emitted(tx, "PieceSettled", holder=world.subsupplier, kept=True)
    assert world.axis(claim_axis("PROCEEDS", world.subsupplier)) == (400_000, 0)
    world.operator.amends(world.subsupplier, suspended=False)
    world.proceeds.claim(world.cash, world.subsupplier.by)
    assert world.subsupplier.balance() == 400_000
    with refused("NothingToClaim", world.subsupplier):
        world.maturity.claim(world.cash, world.subsupplier.by)


def test_nobody_claims_what_is_anothers(world, due):
    world.operator.suspends(world.subsupplier)
    world.stranger.settles(due)
    for who in (world.supplier, world.operator, world.core):
        with refused("NothingToClaim", who):
            world.maturity.claim(world.cash, who.by)


def test_settlement_goes_by_the_order_of_the_fen_only(world, due):
    """Discharged behind the cursor's back by a faulty module, a piece is never paid a second time."""
    world.changes(world.piece_book, "setModule", world.deployer, 9, 8)
    world.piece_book.discharge(due, 300_000, 5, world.deployer.by)
    world.stranger.settles(due, 1)
    with refused("AlreadyDischarged", due, 300_000, 5):
        world.stranger.settles(due, 1)
    assert world.subsupplier.balance() == 0
