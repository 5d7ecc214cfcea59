"""Single rules of the twin, one by one: what a reader wants to see work before the histories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.discount import Convention, discount_half_up
from ledger.domain.states import PieceState
from ledger.domain.twin import Refusal, World
from ledger.domain.twin.bonds import Terms
from ledger.domain.twin.frameworks import Content
from ledger.domain.twin.participants import Admission
from ledger.domain.twin.pieces import LAST_SEQUENCE, Piece
from ledger.domain.twin.receivables import Confirmation
from ledger.domain.twin.transfers import Part
from ledger.domain.typed_data import Obligation, Quote, TypedData
from tests.twin.actors import BANK, COMPANIES, FINANCIERS, INVESTORS, ISSUERS, NOBODY, OPERATOR, SUPPLIERS
from tests.twin.acts import CATALOGUE, DAY, Histories
from tests.twin.alone import ADDRESSES, CHAIN_ID, new_world
from tests.twin.opening import opening

ISSUER, SUPPLIER = ISSUERS[0].address, SUPPLIERS[0].address
INVOICE = keccak(b"invoice 0")[:12] + purposes.address_bytes(SUPPLIERS[0].address)
DUE_DAYS, FACE = 30, 100_000


@pytest.fixture
def world() -> World:
    """After the opening: bond 1 raised 850,000 fen, 5,000 are cost, two lines hold 400,000 each."""
    world = new_world()
    for act in opening(Histories(world, 0)):
        world.act(act.sender, act.at, act.function, *act.args)
    return world


@pytest.fixture
def do(world: World) -> Callable[..., Any]:
    """`do(sender, contract's name, function, ...)`."""
    return lambda sender, name, function, *args: world.act(sender, ADDRESSES[name], function, *args)[0]


def confirmed(world: World, do: Callable[..., Any]) -> int:
    """The issuer confirmed 100,000 fen to the first supplier, funded from line 1; it was accepted."""
    document = {kind: keccak(purposes.address_bytes(ISSUER) + bytes([kind])) for kind in (33, 34)}
    due = world.participants.today() + DUE_DAYS
    cash = ADDRESSES["Cash"]
    terms = Confirmation(SUPPLIER, cash, FACE, due, 1, 1, INVOICE, document[33], document[34])
    id_: int = do(ISSUER, "Receivables", "confirm", terms)
    do(SUPPLIER, "Receivables", "accept", id_, 2, bytes(32))
    return id_


def days_pass(world: World, do: Callable[..., Any], days: int) -> None:
    world.stage.timestamp += days * DAY
    do(OPERATOR.address, "Participants", "postBusinessDate", world.participants.today() + days)


def suspend(world: World, do: Callable[..., Any], who: str, suspended: bool) -> None:
    had = world.participants.admission(who)
    changed = Admission(had.roles, suspended, had.lapse_day, had.group)
    do(OPERATOR.address, "Participants", "amend", who, changed, keccak(b"why"))


@pytest.mark.spec("CASH-1")
def test_moves_carry_both_offsets_and_tile_both_axes(world: World) -> None:
    """CASH-1: fen x that leaves an axis is fen x that entered it."""
    a, b = (investor.address for investor in INVESTORS[:2])
    cash, offsets = world.cashes[ADDRESSES["Cash"]], []
    left, entered = cash.axis(a).outgoing, cash.axis(b).incoming
    for amount in (5, 7):
        _, events = world.act(a, ADDRESSES["Cash"], "transfer", b, amount)
        moved = next(event for event in events if event.name == "Moved")
        offsets.append(moved.values[2:5])
    assert offsets == [(5, left, entered), (7, left + 5, entered + 5)]


@pytest.mark.spec("CASH-3")
def test_nobody_pushes_money_onto_a_purpose(world: World, do: Callable[..., Any]) -> None:
    """CASH-3: not even before the purpose was ever credited."""
    for purpose in (purposes.pool(1), purposes.pool(99)):
        axis = purposes.axis_of(purposes.PROCEEDS, purpose)
        with pytest.raises(Refusal, match="NotGeneralAxis"):
            do(INVESTORS[0].address, "Cash", "transfer", axis, 1)
        with pytest.raises(Refusal, match="NotGeneralAxis"):
            do(BANK.address, "Cash", "mint", axis, 1, keccak(b"reference"))


@pytest.mark.spec("BOND-1")
def test_every_fen_of_the_bond_has_one_state(world: World, do: Callable[..., Any]) -> None:
    """BOND-1: the states sum to what was raised, through encumbering, paying and refunding."""
    states = world.proceeds.states
    assert (states(1).cost, states(1).unallocated, states(1).available) == (5_000, 5_000, 840_000)
    confirmed(world, do)
    assert (states(1).encumbered, states(1).available) == (FACE, 840_000 - FACE)
    out_offset = do(ISSUER, "Proceeds", "pay", 1, INVOICE, 60_000)
    assert (out_offset, states(1).spent) == (FACE, 60_000)
    uses = world.documents.uses_of(INVOICE)
    do(SUPPLIER, "Proceeds", "refund", 1, out_offset, INVOICE, 20_000, keccak(b"credit note"), uses)
    assert (states(1).spent, states(1).available) == (40_000, 840_000 - FACE - 40_000)
    assert (
        sum(getattr(states(1), name) for name in states(1).__slots__) == world.proceeds.raised(1) == 850_000
    )


@pytest.mark.spec("BOND-4")
def test_a_refund_takes_the_payments_next_unrefunded_fen(world: World, do: Callable[..., Any]) -> None:
    """BOND-4: never more than the payment's length, one counter per payment."""
    out_offset = do(ISSUER, "Proceeds", "pay", 1, INVOICE, 1_000)
    reversed_, rest = [], (keccak(b"credit note"), world.documents.uses_of(INVOICE))
    for amount in (300, 200):
        args = (1, out_offset, INVOICE, amount, *rest)
        _, events = world.act(SUPPLIER, ADDRESSES["Proceeds"], "refund", *args)
        reversed_.append(next(e.values[3] for e in events if e.name == "Refunded"))
    assert reversed_ == [out_offset, out_offset + 300]
    with pytest.raises(Refusal) as refused:
        do(SUPPLIER, "Proceeds", "refund", 1, out_offset, INVOICE, 501, *rest)
    assert (refused.value.name, refused.value.values) == ("RefundTooLarge", (500, 501))


@pytest.mark.spec("BOND-2")
def test_what_is_encumbered_is_paid_whatever_happens_to_the_review(
    world: World, do: Callable[..., Any]
) -> None:
    """BOND-2: the gate stands before the obligation; settlement asks nothing any more."""
    id_ = confirmed(world, do)
    edited = Content(keccak(b"edited"), CATALOGUE, [keccak(b"other")], [])
    do(ISSUER, "Frameworks", "amend", 1, edited)
    with pytest.raises(Refusal, match="ReviewMissing"):
        do(ISSUER, "Proceeds", "pay", 1, INVOICE, 1)
    suspend(world, do, ISSUER, True)
    days_pass(world, do, DUE_DAYS)
    assert do(SUPPLIER, "Maturity", "settle", id_, 9) == FACE
    assert world.proceeds.states(1).encumbered == 0


@pytest.mark.spec("BOND-5")
def test_who_cannot_receive_keeps_a_claim_and_stops_nobody(world: World, do: Callable[..., Any]) -> None:
    """BOND-5: the suspended holder's money waits, the others are paid, and it is paid out later."""
    id_, trade = confirmed(world, do), keccak(purposes.address_bytes(SUPPLIER) + bytes([32]))
    other = SUPPLIERS[1].address
    do(SUPPLIER, "Transfers", "transfer", Part(id_, 0, 0, 40_000, FACE), other, trade)
    suspend(world, do, SUPPLIER, True)
    days_pass(world, do, DUE_DAYS)
    do(other, "Maturity", "settle", id_, 9)
    cash = world.cashes[ADDRESSES["Cash"]]
    assert (cash.balance_of(SUPPLIER), cash.balance_of(other)) == (0, FACE - 40_000)
    suspend(world, do, SUPPLIER, False)
    do(SUPPLIER, "Proceeds", "claim", ADDRESSES["Cash"])
    assert cash.balance_of(SUPPLIER) == 40_000


@pytest.mark.spec("PIECE-1")
def test_both_parts_of_a_cut_carry_the_next_number(world: World, do: Callable[..., Any]) -> None:
    """PIECE-1: a history with a hole in its numbers shows."""
    id_ = confirmed(world, do)
    do(SUPPLIER, "Transfers", "split", id_, 0, 0, 30_000)
    assert [(s, p.end, p.sequence) for s, p in world.book.walk(id_)] == [(0, 30_000, 1), (30_000, FACE, 1)]
    with pytest.raises(Refusal) as refused:
        do(SUPPLIER, "Transfers", "split", id_, 0, 0, 20_000)
    assert (refused.value.name, refused.value.values) == ("StaleSequence", (id_, 0, 0, 1))


@pytest.mark.spec("PIECE-2")
def test_nobody_can_exhaust_a_piece(world: World, do: Callable[..., Any]) -> None:
    """PIECE-2: the last 256 numbers are kept for discharge, which ignores locks."""
    id_ = confirmed(world, do)
    locked = PieceState.LOCKED | 2 << 3
    for state in (PieceState.HELD, locked):
        world.book.pieces[id_, 0] = Piece(SUPPLIER, FACE, state, 0, LAST_SEQUENCE)
        with pytest.raises(Refusal, match=r"SequenceReserved|PieceLocked"):
            do(SUPPLIER, "Transfers", "split", id_, 0, LAST_SEQUENCE, 50_000)
    days_pass(world, do, DUE_DAYS)
    do(SUPPLIER, "Maturity", "settle", id_, 1)
    assert world.book.piece(id_, 0) == Piece(SUPPLIER, FACE, PieceState.PAID, 0, LAST_SEQUENCE + 1)


@pytest.mark.spec("DOC-1")
def test_one_invoice_is_used_once_over_bond_and_receivable_together(
    world: World, do: Callable[..., Any]
) -> None:
    """DOC-1: 200,000 in total; 100,000 confirmed leave 100,000 for a direct payment."""
    confirmed(world, do)
    with pytest.raises(Refusal) as refused:
        do(ISSUER, "Proceeds", "pay", 1, INVOICE, 100_001)
    assert (refused.value.name, refused.value.values) == ("CapacityExceeded", (INVOICE, 100_000, 100_001))
    do(ISSUER, "Proceeds", "pay", 1, INVOICE, 100_000)


@pytest.mark.spec("DOC-2")
def test_an_invoice_needs_both_signatures_for_this_chain(world: World, do: Callable[..., Any]) -> None:
    """DOC-2: signed by one side only, or for another chain, it is no obligation."""
    buyer, seller = COMPANIES[0], SUPPLIERS[0]
    fresh = keccak(b"fresh")[:12] + purposes.address_bytes(seller.address)
    invoice = Obligation(fresh, fresh, 1, b"CNY", 9, 20_000, buyer.address, seller.address, NOBODY)
    here, there = (TypedData(chain, ADDRESSES["Documents"], invoice).digest() for chain in (CHAIN_ID, 1))
    for first, second in ((buyer.sign(here), buyer.sign(here)), (buyer.sign(there), seller.sign(here))):
        with pytest.raises(Refusal, match="BadSignature"):
            do(ISSUER, "Documents", "registerObligation", invoice, first, second)
    do(ISSUER, "Documents", "registerObligation", invoice, buyer.sign(here), seller.sign(here))


@pytest.mark.spec("LINE-1")
def test_a_subsidiary_is_held_by_both_levels(world: World, do: Callable[..., Any]) -> None:
    """LINE-1: what a subsidiary uses counts at its own level and at the bank's."""
    confirmed(world, do)
    company = COMPANIES[0].address
    world.lines.check_reserve(2, company, b"CNY", 1_000_000)
    for line, limit in ((2, 50_000), (1, FACE + 40_000)):
        owner = world.lines.line(line).bank
        do(owner, "CreditLines", "change", line, limit, world.participants.today() + 900, False)
        with pytest.raises(Refusal, match="LineExceeded"):
            world.lines.check_reserve(2, company, b"CNY", 50_001)
    with pytest.raises(Refusal, match="LineExceeded"):
        world.lines.check_reserve(2, company, b"CNY", 40_001)
    world.lines.check_reserve(2, company, b"CNY", 40_000)


def test_a_refused_act_changes_nothing_even_halfway(world: World, do: Callable[..., Any]) -> None:
    """A booking whose money is missing has taken no place in the order."""
    id_ = second_bond(world, do)
    before = world.views()
    with pytest.raises(Refusal, match="InsufficientBalance"):
        do(INVESTORS[0].address, "BondOffice", "book", id_, 10_000_000)
    assert world.views() == before


def second_bond(world: World, do: Callable[..., Any], most: int = 50, floor: int = 0) -> int:
    """A bond of the issuer's that takes bookings today, at one fen a unit."""
    today, cash = world.participants.today(), ADDRESSES["Cash"]
    terms = Terms(1, cash, bytes(12), 1, 1, floor, most, today, document=keccak(b"second"))
    return int(do(ISSUER, "BondOffice", "register", terms, "second"))


@pytest.mark.spec("BOND-6")
@pytest.mark.parametrize("batch", [1, 2, 3, 5])
def test_allotment_is_pro_rata_to_the_unit_in_any_batches(
    world: World, do: Callable[..., Any], batch: int
) -> None:
    """BOND-6: 7 + 0 + 11 + 3 booked of 10 units; each gets its interval's share, and they sum to 10."""
    id_ = second_bond(world, do, most=10)
    wanted = {INVESTORS[0]: 7, INVESTORS[1]: 5, INVESTORS[2]: 11, FINANCIERS[0]: 3}
    for investor, units in wanted.items():
        do(investor.address, "BondOffice", "book", id_, units)
    do(INVESTORS[1].address, "BondOffice", "cancelBooking", id_, 5)
    while world.bonds.allotment(id_).next < len(wanted):
        do(ISSUER, "BondOffice", "allot", id_, batch)
    got = [world.bonds.tokens[id_].balance_of(investor.address) for investor in wanted]
    assert got == [70 // 21, 0, 180 // 21 - 70 // 21, 10 - 180 // 21] == [3, 0, 5, 2]
    with pytest.raises(Refusal, match="AllotmentDone"):
        do(ISSUER, "BondOffice", "allot", id_, batch)


@pytest.mark.spec("BOND-6")
def test_nothing_booked_is_ever_stuck(world: World, do: Callable[..., Any]) -> None:
    """BOND-6: what the issuer began and left, anybody finishes, without costs; nobody before."""
    stranger = SUPPLIERS[0].address
    id_ = second_bond(world, do)
    for investor in INVESTORS:
        do(investor.address, "BondOffice", "book", id_, 30)
    do(ISSUER, "BondOffice", "allot", id_, 1)
    days_pass(world, do, 30)
    with pytest.raises(Refusal, match="MandateMissing"):
        do(stranger, "BondOffice", "allot", id_, 9)
    days_pass(world, do, 1)
    do(stranger, "BondOffice", "allot", id_, 9)
    with pytest.raises(Refusal, match="CostAboveCap"):
        do(stranger, "BondOffice", "close", id_, 1, 0)
    do(stranger, "BondOffice", "close", id_, 0, 0)
    assert world.proceeds.raised(id_) == 50


@pytest.mark.spec("MAT-1")
def test_settlement_waits_for_the_due_date_and_goes_in_batches(world: World, do: Callable[..., Any]) -> None:
    """MAT-1: never early, each fen once, whatever the size of the batch."""
    id_ = confirmed(world, do)
    for at in (30_000, 60_000):
        start, piece = next((s, p) for s, p in world.book.walk(id_) if s < at < p.end)
        do(SUPPLIER, "Transfers", "split", id_, start, piece.sequence, at)
    days_pass(world, do, DUE_DAYS - 1)
    with pytest.raises(Refusal, match="NotDue"):
        do(SUPPLIER, "Maturity", "settle", id_, 1)
    days_pass(world, do, 1)
    assert [do(SUPPLIER, "Maturity", "settle", id_, n) for n in (1, 1, 9)] == [30_000, 60_000, FACE]
    assert world.cashes[ADDRESSES["Cash"]].balance_of(SUPPLIER) == FACE
    with pytest.raises(Refusal, match="WrongState"):
        do(SUPPLIER, "Maturity", "settle", id_, 1)


@pytest.mark.spec("FIN-1", "FIN-2", "FIN-3")
def test_a_quote_locks_its_interval_and_moves_piece_and_money_together(
    world: World, do: Callable[..., Any]
) -> None:
    """FIN-1, FIN-2, FIN-3: exactly the quoted fen, for exactly the net, after registration."""
    id_, financier, day = confirmed(world, do), FINANCIERS[0], world.participants.today()
    face, deadline = 40_000, world.stage.timestamp + DAY
    discount = discount_half_up(face, 36_000, DUE_DAYS)
    quote = Quote(
        id_,
        0,
        0,
        0,
        face,
        SUPPLIER,
        financier.address,
        36_000,
        Convention.ACT_360,
        True,
        day,
        day + DUE_DAYS,
        discount,
        80,
        NOBODY,
        face - discount - 80,
        1,
        deadline,
    )
    signature = financier.sign(TypedData(CHAIN_ID, ADDRESSES["Financing"], quote).digest())
    do(SUPPLIER, "Financing", "accept", quote, signature)
    assert [(s, p.end, p.kind) for s, p in world.book.walk(id_)] == [(0, face, 2), (face, FACE, 1)]
    with pytest.raises(Refusal, match="PieceLocked"):
        do(SUPPLIER, "Transfers", "split", id_, 0, world.book.piece(id_, 0).sequence, 50)
    on_file = [keccak(purposes.address_bytes(financier.address) + bytes([kind])) for kind in (35, 36)]
    number = b"0001".ljust(32, b"\0")
    for papers in ((keccak(b"none"), on_file[1]), (on_file[0], keccak(b"none"))):
        with pytest.raises(Refusal, match="DocumentUnknown"):
            do(financier.address, "Financing", "fund", quote, number, *papers)
    do(financier.address, "Financing", "fund", quote, number, *on_file)
    assert world.financing.recourse(id_, 0, 0) == SUPPLIER
    assert world.book.piece(id_, 0).holder == financier.address
    assert world.cashes[ADDRESSES["Cash"]].balance_of(SUPPLIER) == face - discount - 80 == 39_800
