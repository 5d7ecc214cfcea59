"""Asset pools (ABS): registered, filled, subscribed, closed, bought, collected, distributed, looked through.

While a pool is open its terms are every participant's to read, so that pieces are put in and tranches
subscribed; before and after, a pool exists for its originator, trustee and investors, and for those whom one
of them lets audit. What lies behind its pieces is for these alone at any time.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from api.deps import (
    AnyCaller,
    Caller,
    FinancierCaller,
    HolderCaller,
    LedgerHere,
    ParticipantCaller,
    reads,
)
from api.routers.questions import Before, Moment
from api.schemas.common import Act, Amount
from api.schemas.pools import (
    Batch,
    BreachIn,
    LotOut,
    PartIn,
    PartOut,
    PoolIn,
    PoolOut,
    PoolRegistered,
    SubscriptionIn,
)
from ledger.domain.states import AssetPoolState
from ledger.errors import NotFound
from ledger.services.assetpools import Moved, TrancheTerms

router = APIRouter(prefix="/pools", tags=["asset pools"])

PoolId = Annotated[int, Path(ge=1, lt=2**32, description="Number of the asset pool.")]
Number = Annotated[int, Path(ge=1, lt=2**32, description="Number of the piece in its pool.")]
Json = dict[str, Any]


def _is_party(ledger: LedgerHere, caller: Caller, pool: int) -> bool:
    if caller.supervises:
        return True
    parties = ledger.asset_pools.parties(pool)
    return caller.account in parties or reads(ledger, caller, *parties)


def _party_pool(pool: PoolId, ledger: LedgerHere, caller: AnyCaller) -> int:
    if not _is_party(ledger, caller, pool):
        raise NotFound(f"there is no asset pool {pool}", who=pool)
    return pool


def _seen_pool(pool: PoolId, ledger: LedgerHere, caller: AnyCaller) -> int:
    if ledger.asset_pools.pool(pool).state is AssetPoolState.OPEN and not caller.operator:
        return pool
    return _party_pool(pool, ledger, caller)


PartyPool = Annotated[int, Depends(_party_pool)]
"""For its parties; it does not exist for anybody else."""
SeenPool = Annotated[int, Depends(_seen_pool)]
"""The same, and for every participant while it is open."""


# --- originator and trustee ------------------------------------------------------------------------------


@router.post("")
def register(caller: HolderCaller, ledger: LedgerHere, body: PoolIn) -> PoolRegistered:
    """Publishes an asset pool in the caller's name; its trustee takes it on."""
    done = ledger.asset_pools.register(
        caller.account,
        body.name,
        trustee=body.trustee,
        cash=body.cash,
        closes_on=body.closes_on,
        due_by=body.due_by,
        tranches=[TrancheTerms(one.nominal.money(), one.rate_ppm) for one in body.tranches],
        document=body.document.paper(),
        advance_ppm=body.advance_ppm,
        min_piece=body.min_piece.money() if body.min_piece else 1,
        min_face=body.min_face.money() if body.min_face else 1,
        open_to_holders=body.open_to_holders,
    )
    return PoolRegistered.model_validate(done)


@router.post("/{pool}/taking-on")
def take_on(caller: FinancierCaller, ledger: LedgerHere, pool: PartyPool) -> Act:
    """The trustee takes it on: it opens for pieces and subscriptions."""
    return Act.model_validate(ledger.asset_pools.take_on(caller.account, pool))


@router.post("/{pool}/closing")
def close(caller: FinancierCaller, ledger: LedgerHere, pool: PartyPool) -> Act:
    """The trustee closes it, from its cut-off day on."""
    return Act.model_validate(ledger.asset_pools.close(caller.account, pool))


@router.post("/{pool}/cancellation")
def cancel(caller: ParticipantCaller, ledger: LedgerHere, pool: SeenPool) -> Act:
    """Originator or trustee before closing; ten days after the cut-off day anyone."""
    return Act.model_validate(ledger.asset_pools.cancel(caller.account, pool))


@router.post("/{pool}/pieces/{number}/breach")
def declare_breach(
    caller: FinancierCaller, ledger: LedgerHere, pool: PartyPool, number: Number, body: BreachIn
) -> Act:
    """The trustee declares a piece in breach of the terms, against a document."""
    done = ledger.asset_pools.declare_breach(caller.account, pool, number, body.document.paper())
    return Act.model_validate(done)


@router.post("/{pool}/pieces/{number}/repurchase")
def repurchase(caller: HolderCaller, ledger: LedgerHere, pool: PartyPool, number: Number) -> Act:
    """The originator buys a piece in breach back, at face less what it brought in."""
    return Act.model_validate(ledger.asset_pools.repurchase(caller.account, pool, number))


# --- holders and investors -------------------------------------------------------------------------------


@router.post("/{pool}/pieces")
def add(caller: HolderCaller, ledger: LedgerHere, pool: SeenPool, body: PartIn) -> PartOut:
    """Puts an interval of the caller's in. It stays the caller's, locked, until the pool buys it."""
    done = ledger.asset_pools.add(caller.account, pool, body.receivable, start=body.start, end=body.end)
    return PartOut(
        tx=done.tx,
        block=done.block,
        pool=pool,
        piece=done.piece,
        receivable=done.receivable,
        start=done.start,
        end=done.end,
        price=Amount.of(done.price, ledger.asset_pools.pool(pool).currency),
    )


@router.post("/{pool}/pieces/{number}/withdrawal")
def take_out(caller: HolderCaller, ledger: LedgerHere, pool: SeenPool, number: Number) -> Act:
    """Takes a piece of the caller's out, before the cut-off day."""
    return Act.model_validate(ledger.asset_pools.take_out(caller.account, pool, number))


@router.post("/{pool}/subscriptions")
def subscribe(caller: ParticipantCaller, ledger: LedgerHere, pool: SeenPool, body: SubscriptionIn) -> LotOut:
    """Money to the pool, a lot of the tranche to the caller."""
    done = ledger.asset_pools.subscribe(caller.account, pool, body.tranche, body.amount.money())
    return LotOut.model_validate(done)


# --- anyone who sees it ----------------------------------------------------------------------------------


@router.post("/{pool}/purchases")
def buy(caller: ParticipantCaller, ledger: LedgerHere, pool: PartyPool) -> Batch:
    """After closing: piece to the trustee and price to its holder, until all are bought."""
    return _batch(ledger, ledger.asset_pools.buy(caller.account, pool))


@router.post("/{pool}/collections")
def collect(caller: ParticipantCaller, ledger: LedgerHere, pool: PartyPool) -> Batch:
    """Brings what was paid on the pool's pieces to the pool."""
    return _batch(ledger, ledger.asset_pools.collect(caller.account, pool))


@router.post("/{pool}/distributions")
def distribute(caller: ParticipantCaller, ledger: LedgerHere, pool: PartyPool) -> Batch:
    """Collects, sends the money down the waterfall, and pays the lots."""
    return _batch(ledger, ledger.asset_pools.distribute(caller.account, pool))


@router.post("/{pool}/refunds")
def refund(caller: ParticipantCaller, ledger: LedgerHere, pool: PartyPool) -> Batch:
    """Gives the subscriptions of a cancelled pool back."""
    return _batch(ledger, ledger.asset_pools.pay(caller.account, pool))


@router.get("")
def pools(caller: AnyCaller, ledger: LedgerHere) -> list[PoolOut]:
    """The caller's asset pools, and those that are open."""
    own = set(ledger.asset_pools.numbers(None if caller.supervises else caller.account))
    shown = (ledger.asset_pools.pool(number) for number in ledger.asset_pools.numbers())
    return [PoolOut.of(one) for one in shown if one.id in own or one.state is AssetPoolState.OPEN]


@router.get("/{pool}")
def pool_(caller: AnyCaller, ledger: LedgerHere, pool: SeenPool) -> PoolOut:
    """Its terms, and how far it has come."""
    return PoolOut.of(ledger.asset_pools.pool(pool))


@router.get("/{pool}/tranches")
def tranches(caller: AnyCaller, ledger: LedgerHere, pool: PartyPool) -> Json:
    """Tranches and lots with what they got: the same document as `greenledger pool show --json`."""
    return dict(ledger.asset_pools.show(pool))


@router.get("/{pool}/look-through")
def lookthrough(caller: AnyCaller, ledger: LedgerHere, pool: PartyPool) -> Json:
    """Every fen of every piece: the same document as `greenledger pool lookthrough --json`."""
    return dict(ledger.asset_pools.lookthrough(pool))


@router.get("/{pool}/changes/{before}")
def changes(
    caller: AnyCaller, ledger: LedgerHere, pool: PartyPool, before: Before, after: Moment = None
) -> Json:
    """The pool at two blocks or dates: its pieces, and what it collected and paid."""
    return dict(ledger.auditor.compare_pool(pool, before, after))


def _batch(ledger: LedgerHere, done: Moved) -> Batch:
    code = ledger.asset_pools.pool(done.pool).currency
    return Batch(
        pool=done.pool,
        count=done.count,
        amount=Amount.of(done.amount, code),
        transactions=list(done.transactions),
    )
