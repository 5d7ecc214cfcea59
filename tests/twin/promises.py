"""The promises of DESIGN 6 that a state alone can break, computed on the twin. Each fault is one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ledger.domain import purposes
from ledger.domain.intervals import BadInterval, Interval, require_tiling
from ledger.domain.states import PieceState, ReceivableState
from ledger.domain.twin import World
from ledger.domain.twin.bondservice import SETTLED, Service
from ledger.domain.twin.pieces import LAST_LOCK, locked_by
from tests.twin.facilities import unfair
from tests.twin.limits import beyond
from tests.twin.pools import stray, unequal
from tests.twin.works import overspent


def broken(world: World) -> list[str]:
    """Every promise that does not hold now."""
    return [
        *_cash(world),
        *_pieces(world),
        *_bonds(world),
        *overspent(world),
        *_units(world),
        *_services(world),
        *_documents(world),
        *_lines(world),
        *_loans(world),
        *_settlements(world),
        *beyond(world),
        *unfair(world),
        *stray(world.asset_pools),
        *unequal(world.tranches, world.asset_pools.pools),
    ]


def _cash(world: World) -> Iterator[str]:
    for cash in world.cashes.values():
        balances = [axis.balance for key, axis in cash.axes.items() if key != cash.source]
        if any(balance < 0 for balance in balances):
            yield "CASH-1: an axis paid out more than it received"
        if sum(balances) != cash.total_supply():
            yield f"CASH-1: balances {sum(balances)} are not the supply {cash.total_supply()}"


def _pieces(world: World) -> Iterator[str]:
    for id_, entry in world.book.receivables.items():
        pieces = list(world.book.walk(id_))
        try:
            require_tiling([Interval(start, piece.end) for start, piece in pieces], Interval(0, entry.face))
        except BadInterval as fault:
            yield f"PIECE-1: receivable {id_}: {fault.message}"
        done = sum(p.end - start for start, p in pieces if p.kind >= PieceState.PAID)
        if done != entry.discharged or len(pieces) != entry.pieces:
            yield f"PIECE-1: receivable {id_} counts {entry.discharged} discharged, its pieces {done}"
        if any(p.sequence > LAST_LOCK + (p.kind >= PieceState.PAID) for _, p in pieces):
            yield f"PIECE-1: receivable {id_} used numbers kept for discharge"
    yield from _locks(world)


def _locks(world: World) -> Iterator[str]:
    """Every piece that `Transfers` locked is offered, pledged or frozen, and of those none is free."""
    transfers, mine = world.transfers, locked_by(world.book.module_of(world.transfers.address)[0])
    reasons = {*transfers.holds, *transfers.freezes}
    for at, piece in world.book.pieces.items():
        if (piece.state == mine) != (at in reasons) and piece.kind < PieceState.PAID:
            yield f"PIECE-5: the piece at {at} is in state {piece.state}, and held: {at in reasons}"


def _bonds(world: World) -> Iterator[str]:
    for bond in world.proceeds.books:
        states, raised = world.proceeds.states(bond), world.proceeds.raised(bond)
        parts = [getattr(states, name) for name in states.__slots__]
        if sum(parts) != raised or min(parts) < 0:
            yield f"BOND-1: bond {bond} raised {raised}, its states are {parts}"


def _units(world: World) -> Iterator[str]:
    for id_, token in world.bonds.tokens.items():
        allotted = world.bonds.bond(id_).allotted_units
        if token.total_supply != allotted:
            yield f"HOLD-1: bond {id_} allotted {allotted} units, {token.total_supply} are held"
        for holder in token.history:
            held = token.holding(holder)
            if held.frozen_by_authority + held.frozen_by_depository > held.units:
                yield f"HOLD-1: bond {id_}: more units of {holder} are frozen than it holds: {held}"


def _services(world: World) -> Iterator[str]:
    back: Counter[int] = Counter()
    for id_, service in world.service.services.items():
        back[service.bond] += service.units * service.from_proceeds
        cash = world.cashes[world.service.standing(service.bond).cash]
        axis = cash.axis(purposes.axis_of(purposes.SERVICE, purposes.service(id_)))
        paid = sum(_paid_by_issuer(world, id_, service))
        if axis.incoming != service.paid_in or not paid <= service.paid_in <= service.total:
            yield f"SVC-1: payment {id_} has {service.paid_in} of {service.total} and paid {paid}"
        settled = service.state == SETTLED
        if axis.outgoing != (service.total if settled else paid) or (settled and service.short):
            yield f"SVC-1: payment {id_} paid {paid}, {axis.outgoing} left its sub-account"
    for bond, fen in back.items():
        if world.proceeds.states(bond).returned != fen:
            yield f"SVC-2: bond {bond} returned {fen} by its redemptions, its state says otherwise"


def _paid_by_issuer(world: World, id_: int, service: Service) -> Iterator[int]:
    """What each holder has got of the issuer's part, once."""
    token = world.bonds.tokens[service.bond]
    holders = {who for number, who in world.service.settled | set(world.service.partial) if number == id_}
    for holder in holders:
        whole = service.entitlement(token.units_at(holder, service.record_day))
        settled = (id_, holder) in world.service.settled
        yield whole if settled else world.service.partial[id_, holder]


def _documents(world: World) -> Iterator[str]:
    for fingerprint, capacity in world.documents.capacities.items():
        if not 0 <= capacity.used <= capacity.total:
            yield f"DOC-1: {fingerprint.hex()} used {capacity.used} of {capacity.total}"


def _lines(world: World) -> Iterator[str]:
    for id_, line in world.lines.lines.items():
        if line.used > line.limit:
            yield f"LINE-1: line {id_} uses {line.used} of {line.limit}"


def _loans(world: World) -> Iterator[str]:
    owed: Counter[int] = Counter()
    for drawdown in world.loans.drawdowns.values():
        owed[drawdown.line] += drawdown.outstanding
        if drawdown.outstanding > drawdown.drawn:
            yield f"LOAN-1: a drawdown of {drawdown.drawn} owes {drawdown.outstanding}"
    for id_, line in world.loans.lines.items():
        if not 0 <= line.outstanding <= line.limit or owed[id_] != line.outstanding:
            yield f"LOAN-1: line {id_} of {line.limit} has {line.outstanding}, its drawdowns {owed[id_]}"


def _settlements(world: World) -> Iterator[str]:
    """What left a settlement account is what pieces have received, those discharged otherwise included."""
    for id_, receivable in world.receivables.receivables.items():
        open_ = receivable.state == ReceivableState.ACCEPTED and not receivable.budget_line
        if not open_ or not receivable.face:
            continue
        axis = world.cashes[receivable.cash].axis(
            purposes.axis_of(purposes.MATURITY, purposes.settlement(id_))
        )
        received = world.maturity.received(id_, 0, receivable.face)
        if axis.outgoing != received or received > axis.incoming:
            yield f"MAT-2: receivable {id_} gave out {axis.outgoing}, its pieces received {received}"
