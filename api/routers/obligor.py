"""The obligor confirms payables within a bank's line, pays in, and settles."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import AnyCaller, LedgerHere, ObligorCaller, ParticipantCaller, PartyReceivable
from api.schemas.common import Act, Amount
from api.schemas.maturity import PaidIn, PaymentIn
from api.schemas.receivables import (
    Batch,
    Confirmed,
    PaperIn,
    ReceivableIn,
    ReceivableOut,
    ReceivablePage,
    ReceivableRow,
    RefusalIn,
    Settled,
)
from api.schemas.rules import NoticeOut

router = APIRouter(prefix="/receivables", tags=["obligor"])


@router.post("")
def confirm(caller: ObligorCaller, ledger: LedgerHere, body: ReceivableIn) -> Confirmed:
    """Confirms a payable against an invoice that both sides signed (77号文 art. 11 and 12)."""
    done = ledger.obligor.confirm(
        caller.account,
        body.supplier,
        body.face.money(),
        cash=body.cash,
        due=body.due,
        credit_line=body.credit_line,
        fingerprint=body.fingerprint,
        contract=body.contract.paper(),
        delivery=body.delivery.paper(),
        budget_line=body.budget_line,
        delivered=body.delivered,
        programme=body.programme,
        order=body.order,
        reasons=body.reasons,
        green=body.green.use() if body.green else None,
    )
    return Confirmed(
        tx=done.tx,
        block=done.block,
        id=done.id,
        obligor=done.obligor,
        supplier=done.supplier,
        face=Amount.of(done.face, body.face.currency),
        notices=[NoticeOut.of(one) for one in done.notices],
    )


@router.get("")
def receivables(
    caller: AnyCaller,
    ledger: LedgerHere,
    state: str | None = None,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ReceivablePage:
    """The caller's receivables as obligor or supplier, a page at a time; to an authority, everybody's."""
    party = None if caller.supervises else caller.account
    answer = ledger.books.receivable_list(party, state, after=after, limit=limit)
    rows = [ReceivableRow.of(row) for row in answer["receivables"]]
    return ReceivablePage(receivables=rows, next=answer["next"])


@router.get("/{receivable}")
def show(caller: AnyCaller, ledger: LedgerHere, receivable: PartyReceivable) -> ReceivableOut:
    """A receivable as it stands, for its parties and auditors."""
    return ReceivableOut.of(ledger.books.receivable(receivable), ledger.books.green(receivable))


@router.get("/{receivable}/pieces")
def pieces(caller: AnyCaller, ledger: LedgerHere, receivable: PartyReceivable) -> dict[str, Any]:
    """Its pieces, tiling `[0, face)`: the same document as `greenledger piece show --json`."""
    return dict(ledger.auditor.piece_show(receivable))


@router.post("/{receivable}/delivery")
def deliver(caller: ObligorCaller, ledger: LedgerHere, receivable: PartyReceivable, body: PaperIn) -> Act:
    """The obligor files the delivery evidence of what it confirmed on an order."""
    return Act.model_validate(ledger.obligor.deliver(caller.account, receivable, body.document.paper()))


@router.post("/{receivable}/voiding/proposal")
def propose_void(
    caller: ParticipantCaller, ledger: LedgerHere, receivable: PartyReceivable, body: RefusalIn
) -> Act:
    """One party wants it voided, before anything happened to it."""
    return Act.model_validate(ledger.obligor.propose_void(caller.account, receivable, body.reason))


@router.post("/{receivable}/voiding/withdrawal")
def withdraw_void(caller: ParticipantCaller, ledger: LedgerHere, receivable: PartyReceivable) -> Act:
    """Takes that wish back."""
    return Act.model_validate(ledger.obligor.withdraw_void(caller.account, receivable))


@router.post("/{receivable}/voiding")
def void(caller: ParticipantCaller, ledger: LedgerHere, receivable: PartyReceivable) -> Act:
    """Voids what the other party proposed to; everything is undone."""
    return Act.model_validate(ledger.obligor.void(caller.account, receivable))


@router.post("/{receivable}/payment-in")
def pay_in(
    caller: ObligorCaller, ledger: LedgerHere, receivable: PartyReceivable, body: PaymentIn | None = None
) -> PaidIn:
    """Puts up money for a receivable that no bond funds: any part, or all that is missing."""
    given = body.amount.money() if body and body.amount else None
    done = ledger.obligor.pay_in(caller.account, receivable, given)
    code = ledger.books.receivable(receivable).currency
    return PaidIn(tx=done.tx, block=done.block, receivable=receivable, amount=Amount.of(done.amount, code))


@router.post("/{receivable}/settlements")
def settle(
    caller: ParticipantCaller, ledger: LedgerHere, receivable: PartyReceivable, body: Batch
) -> Settled:
    """Settles the next pieces of a due receivable; any of its parties may. Repeat until `done`."""
    return Settled.model_validate(ledger.obligor.settle_batch(caller.account, receivable, body.pieces))
