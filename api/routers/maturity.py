"""Due dates and what follows: the list, early settlement, being overdue, recourse, write-offs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.deps import (
    AnyCaller,
    Caller,
    HolderCaller,
    LedgerHere,
    ObligorCaller,
    ParticipantCaller,
    PartyReceivable,
    require_party,
)
from api.schemas.common import Act, Amount, Date
from api.schemas.maturity import (
    DemandIn,
    DemandOut,
    Demands,
    EarlyIn,
    EarlyPaper,
    Maturities,
    PieceStart,
    Repurchased,
    SettledEarly,
    WriteOffIn,
)
from ledger.errors import NotFound
from ledger.services.maturity import SignedEarly

router = APIRouter(tags=["maturity"])


@router.get("/maturities")
def maturities(caller: ParticipantCaller, ledger: LedgerHere, on: Date | None = None) -> Maturities:
    """What the caller owes and holds by due date, with the sums by bucket; an authority sees all."""
    return Maturities.model_validate(ledger.maturity.listed(on, _whose(caller)))


@router.get("/overdue")
def overdue(caller: ParticipantCaller, ledger: LedgerHere) -> Maturities:
    """The same, of what is past its due date today."""
    found: dict[str, Any] = {**ledger.maturity.listed(party=_whose(caller))}
    late = [one for one in found["receivables"] if one["stage"]]
    return Maturities.model_validate(found | {"receivables": late})


@router.post("/receivables/{receivable}/overdue-mark")
def mark_overdue(caller: ParticipantCaller, ledger: LedgerHere, receivable: PartyReceivable) -> Act:
    """Marks what is not paid in after due date and grace (77号文 art. 15)."""
    return Act.model_validate(ledger.maturity.mark_overdue(caller.account, receivable))


@router.post("/receivables/{receivable}/held-money")
def release_held(
    caller: ParticipantCaller, ledger: LedgerHere, receivable: PartyReceivable, body: PieceStart
) -> Act:
    """Pays what is held for a locked piece to whom the lock's module names now."""
    return Act.model_validate(ledger.maturity.release_held(caller.account, receivable, body.start))


# --- early -----------------------------------------------------------------------------------------------


@router.post("/early-quotes")
def early_quote(caller: HolderCaller, ledger: LedgerHere, body: EarlyIn) -> EarlyPaper:
    """Signs what the caller takes for its piece before the due date. Nothing is sent to the chain."""
    require_party(ledger, caller, body.receivable)
    signed = ledger.maturity.quote_early(
        caller.account, body.receivable, body.start, body.amount.money(), deadline=body.deadline
    )
    return EarlyPaper.of(signed)


@router.post("/early-quotes/settlement")
def settle_early(caller: ObligorCaller, ledger: LedgerHere, body: EarlyPaper) -> SettledEarly:
    """The obligor pays what the holder asks; the piece is discharged."""
    require_party(ledger, caller, body.quote.receivable)
    done = ledger.maturity.settle_early(caller.account, body.signed())
    code = ledger.books.receivable(done.receivable).currency
    sums = {name: Amount.of(getattr(done, name), code) for name in ("amount", "discount")}
    return SettledEarly(
        tx=done.tx, block=done.block, receivable=done.receivable, start=done.start, end=done.end, **sums
    )


@router.post("/early-quotes/revocation")
def revoke_early(caller: HolderCaller, ledger: LedgerHere, body: EarlyPaper) -> Act:
    """Takes back what the caller signed under this quote's nonce."""
    return Act.model_validate(ledger.maturity.revoke_early(caller.account, _own(caller, body).quote))


# --- holders of overdue pieces, and their sellers ----------------------------------------------------------


@router.post("/receivables/{receivable}/recourse-demands")
def demand_recourse(
    caller: HolderCaller, ledger: LedgerHere, receivable: PartyReceivable, body: DemandIn
) -> DemandOut:
    """Asks who sold the caller's overdue piece with recourse to take it back."""
    done = ledger.maturity.demand_recourse(
        caller.account,
        receivable,
        body.start,
        body.notice.paper(),
        financed_start=body.financed_start,
    )
    return DemandOut.model_validate(done)


@router.get("/receivables/{receivable}/recourse-demands")
def demands(caller: AnyCaller, ledger: LedgerHere, receivable: PartyReceivable) -> Demands:
    """What holders asked of those who sold them their pieces, and was not bought back yet."""
    found = ledger.maturity.demands(receivable)
    return Demands(receivable=receivable, demands=[DemandOut.model_validate(one) for one in found])


@router.post("/receivables/{receivable}/repurchases")
def repurchase(
    caller: HolderCaller, ledger: LedgerHere, receivable: PartyReceivable, body: PieceStart
) -> Repurchased:
    """The seller takes the piece back against its face less what it has received."""
    done = ledger.maturity.repurchase(caller.account, receivable, body.start)
    code = ledger.books.receivable(receivable).currency
    return Repurchased(
        tx=done.tx,
        block=done.block,
        receivable=receivable,
        start=done.start,
        end=done.end,
        amount=Amount.of(done.amount, code),
    )


@router.post("/receivables/{receivable}/write-offs")
def write_off(caller: HolderCaller, ledger: LedgerHere, receivable: PartyReceivable, body: WriteOffIn) -> Act:
    """Marks the caller's overdue piece as written off. Later money still reaches it."""
    done = ledger.maturity.write_off(caller.account, receivable, body.start, body.reasons.paper())
    return Act.model_validate(done)


# --- parts -------------------------------------------------------------------------------------------------


def _whose(caller: Caller) -> str | None:
    """Everybody's for an authority; else the caller's own."""
    return None if caller.supervises else caller.account


def _own(caller: Caller, paper: EarlyPaper) -> SignedEarly:
    """The quote, for its holder; it does not exist for anybody else."""
    if caller.account.lower() != paper.quote.holder.lower():
        raise NotFound("there is no such quote", who=paper.digest)
    return paper.signed()
