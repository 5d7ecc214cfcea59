"""The first creditor and every later holder: accept, refuse, split, pass on; refunds and claims."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import HolderCaller, LedgerHere, ParticipantCaller, PartyReceivable, SupplierCaller
from api.schemas.bonds import PieceRefundIn, Refunded, RefundIn
from api.schemas.common import Act, Amount, CashName
from api.schemas.receivables import AcceptanceIn, Accepted, PieceTransferIn, RefusalIn, SplitIn, Transferred
from ledger.services.proceeds import Payment, Refund

router = APIRouter(tags=["supplier"])


@router.post("/receivables/{receivable}/acceptance")
def accept(
    caller: SupplierCaller, ledger: LedgerHere, receivable: PartyReceivable, body: AcceptanceIn | None = None
) -> Accepted:
    """Accepts a confirmed payable, with the supplier's consent on record: its pieces open."""
    consent = body.consent.paper() if body and body.consent else None
    return Accepted.model_validate(ledger.supplier.accept(caller.account, receivable, consent))


@router.post("/receivables/{receivable}/refusal")
def refuse(caller: SupplierCaller, ledger: LedgerHere, receivable: PartyReceivable, body: RefusalIn) -> Act:
    """Refuses it; capacity, line and bond money are released."""
    return Act.model_validate(ledger.supplier.refuse(caller.account, receivable, body.reason))


@router.post("/receivables/{receivable}/return")
def return_unanswered(caller: ParticipantCaller, ledger: LedgerHere, receivable: PartyReceivable) -> Act:
    """Returns a proposal that was not answered in time; either party may."""
    return Act.model_validate(ledger.supplier.return_unanswered(caller.account, receivable))


@router.post("/receivables/{receivable}/splits")
def split(caller: HolderCaller, ledger: LedgerHere, receivable: PartyReceivable, body: SplitIn) -> Act:
    """Cuts a piece in two."""
    return Act.model_validate(ledger.supplier.split(caller.account, receivable, body.start, body.at))


@router.post("/receivables/{receivable}/transfers")
def transfer(
    caller: HolderCaller, ledger: LedgerHere, receivable: PartyReceivable, body: PieceTransferIn
) -> Transferred:
    """Passes an interval on against a trade document."""
    done = ledger.supplier.transfer(
        caller.account,
        receivable,
        body.recipient,
        start=body.start,
        end=body.end,
        trade_document=body.trade_document.paper(),
        sequence=body.sequence,
    )
    return Transferred.model_validate(done)


@router.post("/receivables/{receivable}/refunds")
def refund_piece(
    caller: HolderCaller, ledger: LedgerHere, receivable: PartyReceivable, body: PieceRefundIn
) -> Refunded:
    """Gives back part of what a bond-funded piece was paid at maturity."""
    done = ledger.supplier.refund_piece(
        caller.account, receivable, body.start, body.amount.money(), body.document.paper()
    )
    return _refunded(done, body.amount)


@router.post("/refunds")
def refund(caller: ParticipantCaller, ledger: LedgerHere, body: RefundIn) -> Refunded:
    """Gives back part of one direct payment, which the money then reverses."""
    payment = Payment("", 0, body.line, caller.account, 0, body.offset, body.fingerprint)
    done = ledger.supplier.refund(caller.account, payment, body.amount.money(), body.document.paper())
    return _refunded(done, body.amount)


@router.post("/claims/{cash}/proceeds")
def claim_proceeds(caller: ParticipantCaller, ledger: LedgerHere, cash: CashName) -> Act:
    """Takes what a bond's books keep for one who could not receive at the time."""
    return Act.model_validate(ledger.supplier.claim(caller.account, cash))


@router.post("/claims/{cash}/settlement")
def claim_settlement(caller: ParticipantCaller, ledger: LedgerHere, cash: CashName) -> Act:
    """Takes what a settlement keeps for one who could not receive at the time."""
    return Act.model_validate(ledger.supplier.claim_settlement(caller.account, cash))


def _refunded(done: Refund, amount: Amount) -> Refunded:
    return Refunded(
        tx=done.tx, block=done.block, line=done.line, amount=amount, reversed_offset=done.reversed_offset
    )
