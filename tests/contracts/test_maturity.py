"""Maturity: from the due date anyone settles, each holder gets exactly its share, to the fen."""

import brownie
import pytest
from brownie import chain
from eth_abi import encode
from eth_utils import keccak

from tests.contracts import given
from tests.contracts.given import FACE, TENOR
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import ZERO, axis_of, programme


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


def of(world, receivable):
    return world.receivables.receivable(receivable).dict()


def state(world, receivable):
    return int(of(world, receivable)["state"])


def line(world, receivable):
    """What the receivable's credit line has reserved and outstanding."""
    found = world.credit_lines.line(of(world, receivable)["creditLine"]).dict()
    return int(found["reserved"]), int(found["outstanding"])


def progress(world, receivable):
    """previous, target, cursor, early"""
    return tuple(map(int, world.maturity.progress(receivable)))


def shares(*payments):
    """What each piece gets of each payment, shared over the fen still owed: derived here a second time."""
    edges, got, paid, found = (0, 300_000, 700_000, FACE), [0, 0, 0, 0], 0, []
    for amount in payments:
        new = [had + amount * (edge - had) // (FACE - paid) for edge, had in zip(edges, got, strict=True)]
        found.append([b - a - (d - c) for a, b, c, d in zip(new, new[1:], got, got[1:], strict=False)])
        got, paid = new, paid + amount
    return found


PIECES = ((0, 300_000), (300_000, 700_000), (700_000, FACE))


def settling_refused(world, receivable, *refusal):
    """The question and the act."""
    with refused(*refusal):
        world.maturity.checkSettle(receivable)
    with refused(*refusal):
        world.stranger.settles(receivable)


# --- paying in ---


@pytest.mark.spec("CASH-1")
def test_the_obligor_pays_in_the_whole_face_at_once(world, receivable):
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


def test_only_the_obligor_pays_in_and_no_more_than_the_face(world, paid_in):
    for who in (world.company, world.supplier, world.stranger):
        with refused("NotParty", who, world.core):
            who.pays_in(paid_in)
    with refused("AmountTooLarge", 1, 0):
        world.core.pays_in(paid_in, 1)


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
    assert line(world, due) == (0, 0) and progress(world, due) == (0, FACE, FACE, 0)


@pytest.mark.spec("PIECE-1", "MAT-1")
def test_settlement_goes_on_in_batches(world, due):
    for paid in (300_000, 700_000):
        assert state(world, due) == 2
        world.stranger.settles(due, 1)
        assert progress(world, due)[2] == paid == world.piece_book.receivableOf(due)[1]
        assert line(world, due) == (0, FACE)
    world.investor.settles(due, 1)
    assert state(world, due) == 5 and line(world, due) == (0, 0)


@pytest.mark.spec("MAT-1")
def test_nothing_is_settled_before_the_due_date(world, paid_in):
    due = int(of(world, paid_in)["due"])
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
    bond = int(world.proceeds.line(of(world, funded)["budgetLine"])["bond"])
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


# --- partial payment ---


@pytest.mark.spec("MAT-2", "CASH-1")
def test_partial_payments_are_shared_to_the_fen_round_by_round(world, receivable):
    given.moneyed(world, world.core, FACE, world.maturity)
    world.core.pays_in(receivable, 100_001)
    world.core.pays_in(receivable, 233_332)
    world.days_pass(TENOR)
    first, second, third = shares(333_333, 1, 123_457)
    tx = world.stranger.settles(receivable)
    emitted(tx, "RoundOpened", receivable=receivable, previous=0, target=333_333)
    for (start, end), amount in zip(PIECES, first, strict=True):
        emitted(tx, "PieceSettled", start=start, end=end, amount=amount, kept=False)
        assert world.maturity.received(receivable, start, end) == amount
    assert "Discharged" not in tx.events and state(world, receivable) == 2
    assert line(world, receivable)[1] == FACE and progress(world, receivable) == (333_333, 333_333, 0, 0)
    settling_refused(world, receivable, "NotPaidIn", receivable, 333_333, FACE)
    world.core.pays_in(receivable, 1)
    world.stranger.settles(receivable)
    world.core.pays_in(receivable, 123_457)
    world.stranger.settles(receivable)
    assert list(map(int, world.maturity.rounds(receivable))) == [333_333, 333_334, 456_791]
    for (start, end), *amounts in zip(PIECES, first, second, third, strict=True):
        assert world.maturity.received(receivable, start, end) == sum(amounts)
    world.core.pays_in(receivable)
    world.stranger.settles(receivable)
    assert (world.supplier.balance(), world.subsupplier.balance()) == (600_000, 400_000)
    assert state(world, receivable) == 5 and world.axis(settlement(receivable)) == (FACE, FACE)


@pytest.mark.spec("MAT-2")
def test_after_many_partial_payments_what_comes_waits_for_the_whole(world, receivable):
    given.moneyed(world, world.core, FACE, world.maturity)
    world.days_pass(TENOR)
    for _ in range(32):
        world.core.pays_in(receivable, 7)
        world.stranger.settles(receivable)
    world.core.pays_in(receivable, 7)
    settling_refused(world, receivable, "NotPaidIn", receivable, 33 * 7, FACE)
    world.core.pays_in(receivable)
    world.stranger.settles(receivable)
    assert (world.supplier.balance(), world.subsupplier.balance()) == (600_000, 400_000)


@pytest.mark.spec("MAT-2")
def test_money_that_comes_during_a_round_waits_for_the_next(world, receivable):
    given.moneyed(world, world.core, FACE, world.maturity)
    world.core.pays_in(receivable, 500_000)
    world.days_pass(TENOR)
    world.stranger.settles(receivable, 1)
    world.core.pays_in(receivable, 500_000)
    assert progress(world, receivable) == (0, 500_000, 300_000, 0)
    assert world.maturity.received(receivable, 0, 300_000) == 150_000
    assert world.maturity.received(receivable, 300_000, FACE) == 0
    assert world.maturity.received(receivable, 200_000, 400_000) == 50_000
    world.stranger.settles(receivable, 2)
    assert progress(world, receivable) == (500_000, 500_000, 0, 0)
    world.stranger.settles(receivable)
    assert state(world, receivable) == 5 and world.supplier.balance() == 600_000


@pytest.mark.spec("MAT-2")
def test_what_an_interval_received_is_asked_of_fen_that_there_are(world, receivable):
    with refused("Unknown", "RECEIVABLE", 99):
        world.maturity.received(99, 0, 1)
    for start, end in ((5, 4), (0, FACE + 1)):
        with refused("CutOutside", 0, FACE, end):
            world.maturity.received(receivable, start, end)


# --- what was discharged otherwise ---


@pytest.mark.spec("MAT-4", "PIECE-1")
def test_the_share_of_a_piece_discharged_otherwise_goes_back(world, due):
    """By a module that voids: the piece is not paid, its share is the obligor's again, in the same act."""
    world.changes(world.piece_book, "setModule", world.deployer, 9, 8)
    world.piece_book.discharge(due, 300_000, 5, world.deployer.by)
    tx = world.stranger.settles(due)
    emitted(tx, "NettedBack", obligor=world.core, start=300_000, end=700_000, amount=400_000, kept=False)
    assert world.subsupplier.balance() == 0 and world.core.balance() == 400_000
    assert state(world, due) == 5 and world.axis(settlement(due)) == (FACE, FACE)


@pytest.mark.spec("MAT-4", "BOND-1")
def test_bond_money_of_a_piece_discharged_otherwise_is_the_lines_again(world, funded):
    world.changes(world.piece_book, "setModule", world.deployer, 9, 8)
    world.piece_book.discharge(funded, 300_000, 4, world.deployer.by)
    tx = world.stranger.settles(funded)
    emitted(tx, "EncumbranceNetted", receivable=funded, start=300_000, end=700_000)
    assert "NettedBack" not in tx.events and world.subsupplier.balance() == 0
    bond = int(world.proceeds.line(of(world, funded)["budgetLine"])["bond"])
    states = world.states(bond)
    assert (states["encumbered"], states["spent"]) == (0, 600_000) and sum(states.values()) == given.RAISED


@pytest.mark.spec("MAT-4")
def test_where_nothing_is_owed_any_more_all_goes_back_and_the_line_is_free(world, paid_in):
    """All discharged by another module before the due date: anyone closes it."""
    world.changes(world.piece_book, "setModule", world.deployer, 9, 8)
    for start, _ in PIECES:
        world.piece_book.discharge(paid_in, start, 4, world.deployer.by)
    world.operator.suspends(world.core)
    tx = world.stranger.settles(paid_in)
    emitted(tx, "NettedBack", obligor=world.core, start=0, end=FACE, amount=FACE, kept=True)
    assert world.axis(claim_axis("MATURITY", world.core)) == (FACE, 0)
    assert state(world, paid_in) == 5 and line(world, paid_in) == (0, 0)


def test_bond_money_need_not_wait_for_the_day_where_nothing_is_owed(world, encumbered):
    world.changes(world.piece_book, "setModule", world.deployer, 9, 8)
    for start, _ in PIECES:
        world.piece_book.discharge(encumbered, start, 4, world.deployer.by)
    world.stranger.settles(encumbered)
    assert state(world, encumbered) == 5 and world.axis(axis_of("PROCEEDS", "ENCUMBRANCE", encumbered)) == (
        FACE,
        FACE,
    )


# --- early ---


def early(world, receivable, start=300_000, holder=None, **changes):
    plain = {
        "receivable": receivable,
        "start": start,
        "sequence": world.sequence(receivable, start),
        "holder": (holder or world.subsupplier).address,
        "amount": 390_000,
        "nonce": 1,
        "deadline": world.now + 3_600,
    }
    return plain | changes


def early_refused(world, quote, *refusal, obligor=None):
    """The question and the act."""
    obligor = obligor or world.core
    signature = world.subsupplier.signs("EarlyQuote", quote, world.maturity)
    with refused(*refusal):
        world.maturity.checkEarly(tuple(quote.values()), obligor)
    with refused(*refusal):
        obligor.settles_early(quote, signature)


@pytest.fixture
def moneyed(world, receivable):
    given.moneyed(world, world.core, 2 * FACE, world.maturity)
    return receivable


@pytest.mark.spec("MAT-4", "LINE-1")
def test_an_obligor_settles_a_piece_early_for_what_its_holder_asks(world, moneyed):
    quote = early(world, moneyed)
    world.maturity.checkEarly(tuple(quote.values()), world.core)
    tx = world.core.settles_early(quote, world.subsupplier.signs("EarlyQuote", quote, world.maturity))
    digest = str(world.maturity.earlyDigest(tuple(quote.values())))
    emitted(tx, "SettledEarly", quote=digest, start=300_000, end=700_000, amount=390_000)
    emitted(tx, "Moved", fromAxis=world.core, toAxis=world.subsupplier, amount=390_000, document=digest)
    assert world.subsupplier.balance() == 390_000 and line(world, moneyed) == (0, 600_000)
    assert int(world.piece_book.piece(moneyed, 300_000)[2]) == 3
    world.core.pays_in(moneyed)
    world.days_pass(TENOR)
    world.stranger.settles(moneyed)
    assert (world.supplier.balance(), world.core.balance()) == (600_000, 2 * FACE - 390_000 - 600_000)
    assert state(world, moneyed) == 5 and line(world, moneyed) == (0, 0)


@pytest.mark.spec("MAT-4")
def test_the_last_piece_settled_early_closes_the_receivable_and_returns_what_was_paid_in(world, moneyed):
    world.core.pays_in(moneyed, 50_000)
    for number, (start, end) in enumerate(PIECES):
        holder = world.subsupplier if start == 300_000 else world.supplier
        quote = early(world, moneyed, start, holder, amount=end - start, nonce=number)
        tx = world.core.settles_early(quote, holder.signs("EarlyQuote", quote, world.maturity))
    emitted(tx, "NettedBack", start=0, end=FACE, amount=50_000, kept=False)
    emitted(tx, "Settled", receivable=moneyed)
    assert world.core.balance() == FACE and line(world, moneyed) == (0, 0)


def test_a_bond_funded_piece_settled_early_gives_its_share_back_to_the_line(world, encumbered):
    given.moneyed(world, world.company, FACE, world.maturity)
    quote = early(world, encumbered, amount=400_000)
    world.company.settles_early(quote, world.subsupplier.signs("EarlyQuote", quote, world.maturity))
    assert world.subsupplier.balance() == 400_000
    world.days_pass(TENOR)
    tx = world.stranger.settles(encumbered)
    emitted(tx, "EncumbranceNetted", receivable=encumbered, start=300_000, end=700_000)
    assert world.subsupplier.balance() == 400_000 and line(world, encumbered) == (0, 0)


@pytest.mark.spec("MAT-4")
def test_early_settlement_takes_both_sides(world, moneyed):
    quote = early(world, moneyed)
    early_refused(world, quote, "NotParty", world.company, world.core, obligor=world.company)
    with refused("BadSignature", world.subsupplier, ...):
        world.core.settles_early(quote, world.supplier.signs("EarlyQuote", quote, world.maturity))
    early_refused(
        world, quote | {"holder": world.supplier.address}, "NotHolder", world.supplier, world.subsupplier
    )
    early_refused(world, quote | {"receivable": 99}, "WrongState", "RECEIVABLE", 99, 0, 2)


@pytest.mark.spec("MAT-4")
def test_an_early_quote_is_for_the_piece_as_it_was_and_for_its_time(world, moneyed):
    quote = early(world, moneyed)
    early_refused(world, quote | {"amount": 0}, "ZeroAmount")
    early_refused(world, quote | {"amount": 400_001}, "AmountTooLarge", 400_001, 400_000)
    world.subsupplier.splits(moneyed, 300_000, 500_000)
    early_refused(world, quote, "StaleSequence", moneyed, 300_000, quote["sequence"], quote["sequence"] + 1)
    quote = early(world, moneyed, amount=1)
    chain.sleep(3_601)
    chain.mine()
    with refused("DeadlinePassed", quote["deadline"], ...):
        world.maturity.checkEarly(tuple(quote.values()), world.core)
    world.days_pass(TENOR)
    late = early(world, moneyed, amount=1)
    early_refused(world, late, "DateOutOfOrder", "DUE", int(of(world, moneyed)["due"]), world.today)


def test_an_early_quote_serves_once_and_can_be_taken_back(world, moneyed):
    quote = early(world, moneyed)
    tx = world.maturity.revokeEarly(1, world.subsupplier.by)
    emitted(tx, "EarlyQuoteRevoked", holder=world.subsupplier, nonce=1)
    nonce = "0x" + f"{1:064x}"
    early_refused(world, quote, "AlreadyUsed", "NONCE", nonce)
    with refused("AlreadyUsed", "NONCE", nonce):
        world.maturity.revokeEarly(1, world.subsupplier.by)


def test_a_locked_or_discharged_piece_is_not_settled_early(world, moneyed):
    locked = given.accepted_quote(world, moneyed, start=0, end=300_000)
    assert locked["holder"] == world.supplier.address
    early_refused(world, early(world, moneyed, 0, world.supplier), "PieceLocked", moneyed, 0, 2)
    world.changes(world.piece_book, "setModule", world.deployer, 9, 8)
    world.piece_book.discharge(moneyed, 300_000, 5, world.deployer.by)
    early_refused(world, early(world, moneyed), "AlreadyDischarged", moneyed, 300_000, 5)


# --- overdue ---


@pytest.mark.spec("MAT-3")
def test_what_is_not_paid_in_is_overdue_after_its_grace_and_stops_new_confirmations(world, receivable):
    world.changes(world.programmes, "set", 1, programme(graceDays=2))
    first = int(of(world, receivable)["due"]) + 3
    world.days_pass(TENOR + 2)
    overdue_refused(world, receivable, "NothingOverdue", receivable, FACE, first - 1, first)
    world.days_pass(1)
    world.maturity.checkOverdue(receivable)
    tx = world.maturity.markOverdue(receivable, world.stranger.by)
    emitted(tx, "MarkedOverdue", receivable=receivable, obligor=world.core)
    assert int(of(world, receivable)["overdueOn"]) == world.today
    overdue_refused(world, receivable, "AlreadyUsed", "OVERDUE", "0x" + f"{receivable:064x}")
    confirmation = given.confirmation(world, world.core)
    with refused("ObligorInDefault", world.core, 1):
        world.core.confirms(confirmation)
    given.moneyed(world, world.core, FACE, world.maturity)
    world.core.pays_in(receivable)
    tx = world.stranger.settles(receivable)
    emitted(tx, "MarkedCured", receivable=receivable, obligor=world.core)
    world.core.confirms(confirmation)


def overdue_refused(world, receivable, *refusal):
    """The question and the act."""
    with refused(*refusal):
        world.maturity.checkOverdue(receivable)
    with refused(*refusal):
        world.maturity.markOverdue(receivable, world.stranger.by)


@pytest.mark.spec("MAT-3")
def test_a_part_paid_in_does_not_save_the_obligor_and_the_whole_does(world, receivable):
    given.moneyed(world, world.core, FACE, world.maturity)
    world.core.pays_in(receivable, FACE - 1)
    world.days_pass(TENOR + 1)
    world.maturity.checkOverdue(receivable)
    world.core.pays_in(receivable, 1)
    overdue_refused(world, receivable, "NothingOverdue", receivable, 0, world.today, world.today)


def test_bond_money_is_never_overdue(world, funded):
    world.days_pass(30)
    overdue_refused(world, funded, "NothingOverdue", funded, 0, world.today, world.today - 29)
    overdue_refused(world, 99, "WrongState", "RECEIVABLE", 99, 0, 2)


# --- locked pieces ---


@pytest.fixture
def keeper(world):
    """Of the locks of a module that the deployer plays."""
    world.changes(world.piece_book, "setModule", world.deployer, 9, 4)
    keeper = world.new("SettableKeeper")
    tx = world.changes(world.maturity, "setKeeper", 9, keeper)
    emitted(tx, "KeeperSet", module=9, keeper=keeper)
    assert world.maturity.keeperOf(9) == keeper
    return keeper


def locked(world, receivable, start=300_000):
    world.piece_book.lock(receivable, start, world.sequence(receivable, start), world.deployer.by)


def held_key(receivable, start):
    raw = keccak(encode(["string", "uint256", "uint256"], ["HELD", receivable, start]))
    return brownie.web3.to_checksum_address(raw[12:].hex())


@pytest.mark.spec("MAT-6")
def test_the_money_of_a_locked_piece_goes_where_its_keeper_says(world, paid_in, keeper):
    locked(world, paid_in)
    keeper.tell(paid_in, 300_000, world.financier, False, world.deployer.by)
    world.days_pass(TENOR)
    tx = world.stranger.settles(paid_in)
    emitted(tx, "PieceSettled", holder=world.subsupplier, payee=world.financier, amount=400_000, kept=False)
    assert (world.financier.balance(), world.subsupplier.balance()) == (400_000, 0)


@pytest.mark.spec("MAT-6", "CASH-1")
def test_what_nobody_may_have_yet_is_held_and_released_to_whom_the_keeper_names(world, receivable, keeper):
    """In two rounds; between them another holder's money is not held up."""
    given.moneyed(world, world.core, FACE, world.maturity)
    locked(world, receivable)
    keeper.tell(receivable, 300_000, world.subsupplier, True, world.deployer.by)
    world.core.pays_in(receivable, 500_000)
    world.days_pass(TENOR)
    key = held_key(receivable, 300_000)
    tx = world.stranger.settles(receivable)
    emitted(tx, "PieceSettled", holder=world.subsupplier, payee=key, amount=200_000, kept=True)
    assert world.supplier.balance() == 300_000 and world.maturity.heldBy(receivable, 300_000) == 9
    world.core.pays_in(receivable)
    world.stranger.settles(receivable)
    assert world.axis(axis_of("MATURITY", "CLAIM", key)) == (400_000, 0) and state(world, receivable) == 5
    with refused("StillHeld", receivable, 300_000, 9):
        world.maturity.releaseHeld(receivable, 300_000, world.stranger.by)
    keeper.tell(receivable, 300_000, world.financier, False, world.deployer.by)
    tx = world.maturity.releaseHeld(receivable, 300_000, world.stranger.by)
    emitted(tx, "HeldReleased", receivable=receivable, start=300_000, payee=world.financier)
    assert world.financier.balance() == 400_000 and world.maturity.heldBy(receivable, 300_000) == 0
    with refused("NothingToClaim", key):
        world.maturity.releaseHeld(receivable, 300_000, world.stranger.by)


@pytest.mark.spec("MAT-6", "BOND-1")
def test_bond_money_too_is_held_and_released(world, encumbered, keeper):
    locked(world, encumbered)
    keeper.tell(encumbered, 300_000, world.subsupplier, True, world.deployer.by)
    world.days_pass(TENOR)
    world.stranger.settles(encumbered)
    key = held_key(encumbered, 300_000)
    assert world.axis(axis_of("PROCEEDS", "CLAIM", key)) == (400_000, 0)
    keeper.tell(encumbered, 300_000, ZERO[:42], False, world.deployer.by)
    world.operator.suspends(world.subsupplier)
    world.maturity.releaseHeld(encumbered, 300_000, world.stranger.by)
    assert world.axis(claim_axis("PROCEEDS", world.subsupplier)) == (400_000, 0)


def test_without_a_keeper_any_more_what_is_held_goes_to_the_holder(world, paid_in, keeper):
    locked(world, paid_in)
    keeper.tell(paid_in, 300_000, world.subsupplier, True, world.deployer.by)
    world.days_pass(TENOR)
    world.stranger.settles(paid_in)
    world.changes(world.maturity, "setKeeper", 9, ZERO[:42])
    world.maturity.releaseHeld(paid_in, 300_000, world.stranger.by)
    assert world.subsupplier.balance() == 400_000


def test_only_the_delayed_powers_name_keepers(world):
    for who in (world.operator, world.guardian):
        with refused("NotPowers", who, world.powers):
            world.maturity.setKeeper(9, world.stranger, who.by)
