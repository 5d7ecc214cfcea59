"""The settlement bank: bank money into ledger cash and back, and credit lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.deps import AnyCaller, BankCaller, Caller, LedgerHere, LineOwnerCaller, ObligorCaller, reads
from api.routers.cash import moved
from api.schemas.common import Act, Amount, CashName, content
from api.schemas.instructions import ReconciliationOut, StatementIn
from api.schemas.people import (
    AttestationIn,
    Attested,
    BankBooking,
    CashMoved,
    ConversionIn,
    ConvertedOut,
    CreditLineOut,
    CreditLinePage,
    LineAnswer,
    LineAsked,
    LineChange,
    LineGrant,
    LineGranted,
    LineRequest,
    ReasonIn,
    SideOut,
)
from ledger.errors import NotFound
from ledger.services.bank import CreditLine
from ledger.services.bank import LineGranted as Granted
from ledger.tracing.payment import SeveralPayments

router = APIRouter(tags=["bank"])

Line = Annotated[int, Path(ge=1, lt=2**32)]


@router.post("/cash/{cash}/mints")
def mint(caller: BankCaller, ledger: LedgerHere, cash: CashName, body: BankBooking) -> CashMoved:
    """Credits a participant for money that reached the bank under one of its bookings."""
    return moved(ledger.bank.mint(caller.account, body.holder, body.amount.money(), body.booking, cash))


@router.post("/cash/{cash}/burns")
def burn(caller: BankCaller, ledger: LedgerHere, cash: CashName, body: BankBooking) -> CashMoved:
    """Destroys what a participant put aside, the bank having paid it out."""
    return moved(ledger.bank.burn(caller.account, body.holder, body.amount.money(), body.booking, cash))


@router.post("/cash/{cash}/reconciliations")
def reconcile(caller: BankCaller, ledger: LedgerHere, cash: CashName, body: StatementIn) -> ReconciliationOut:
    """Compares the caller's statement (camt.053 or CSV) with the cash that it keeps; names differences."""
    kept = ledger.session.cash(cash)
    if kept.bank != caller.account:
        raise NotFound(f"there is no cash {cash} of yours", who=cash)
    found = ledger.bank.differences(content(body.statement), cash, body.first, body.last)
    return ReconciliationOut.model_validate(found.told(kept.currency))


@router.post("/conversions")
def convert(caller: BankCaller, ledger: LedgerHere, body: ConversionIn) -> ConvertedOut:
    """Registers that one payment was converted into another, by the bank of one of the two cashes."""
    names = [(one.tx, one.log) for one in (body.sold, body.bought)]
    moves = [_move(ledger, *name) for name in names]
    if not all(_concerns(caller, one, moves) for one in moves):
        raise _no_move(body.sold.tx)
    sides = ledger.bank.sold_by(*names[0]), ledger.bank.bought_by(*names[1])
    rate = body.numerator, body.denominator
    done = ledger.bank.register_conversion(caller.account, *sides, rate, body.residue, body.readers)
    sold, bought = SideOut.of(done.sold), SideOut.of(done.bought)
    return ConvertedOut(tx=done.tx, block=done.block, document=done.document, sold=sold, bought=bought)


@router.post("/credit-lines")
def grant(caller: BankCaller, ledger: LedgerHere, body: LineGrant) -> LineGranted:
    """Grants a line that confirmed payables may use."""
    return _granted(ledger.bank.grant_line(caller.account, body.holder, body.limit.money(), body.expires))


@router.get("/credit-lines")
def credit_lines(
    caller: AnyCaller,
    ledger: LedgerHere,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CreditLinePage:
    """The caller's lines and requests, as bank, holder or group, a page at a time."""
    found = ledger.books.credit_lines(after=after, limit=limit)
    mine = [_shown(line) for line in found if caller.account in _parties(ledger, line)]
    return CreditLinePage(lines=mine, next=found[-1].id if len(found) == limit else None)


@router.post("/credit-lines/requests", tags=["obligor"])
def request_line(caller: ObligorCaller, ledger: LedgerHere, body: LineRequest) -> LineAsked:
    """Asks a bank for a line; several may be asked."""
    done = ledger.obligor.request_line(caller.account, body.bank, body.limit.money(), body.expires)
    amount = Amount.of(done.limit, done.currency)
    return LineAsked(tx=done.tx, block=done.block, id=done.id, bank=done.bank, limit=amount)


@router.post("/credit-lines/{line}/grant")
def grant_requested(caller: BankCaller, ledger: LedgerHere, line: Line, body: LineAnswer) -> LineGranted:
    """Grants what the caller was asked for, or another limit or last day."""
    _visible(ledger, caller, line)
    limit = body.limit.money() if body.limit else None
    return _granted(ledger.bank.grant_requested(caller.account, line, limit=limit, expires=body.expires))


@router.post("/credit-lines/{line}/refusal")
def refuse_request(caller: BankCaller, ledger: LedgerHere, line: Line, body: ReasonIn) -> Act:
    """Refuses what the caller was asked for."""
    _visible(ledger, caller, line)
    return Act.model_validate(ledger.bank.refuse_request(caller.account, line, body.reason))


@router.post("/credit-lines/{line}/withdrawal", tags=["obligor"])
def withdraw_request(caller: ObligorCaller, ledger: LedgerHere, line: Line) -> Act:
    """Takes back what no bank has answered."""
    _visible(ledger, caller, line)
    return Act.model_validate(ledger.obligor.withdraw_request(caller.account, line))


@router.post("/attestations")
def attest(caller: BankCaller, ledger: LedgerHere, body: AttestationIn) -> Attested:
    """Files why a tenor above 180 days is reasonable (77号文 art. 11)."""
    return Attested(document=ledger.bank.attest(caller.account, body.document.paper(), body.readers))


@router.get("/credit-lines/{line}")
def credit_line(caller: AnyCaller, ledger: LedgerHere, line: Line) -> CreditLineOut:
    """A line as it stands, for its bank, its holder, the group that passed it on, and auditors."""
    return _shown(_visible(ledger, caller, line))


@router.patch("/credit-lines/{line}")
def change(caller: LineOwnerCaller, ledger: LedgerHere, line: Line, body: LineChange) -> Act:
    """Changes limit, last day or suspension. What is in use cannot be taken away: suspend the line."""
    _visible(ledger, caller, line)
    act = ledger.bank.change_line(
        caller.account,
        line,
        limit=body.limit.money() if body.limit else None,
        expires=body.expires,
        suspended=body.suspended,
    )
    return Act.model_validate(act)


@router.post("/credit-lines/{line}/subsidiaries", tags=["obligor"])
def grant_subsidiary(caller: ObligorCaller, ledger: LedgerHere, line: Line, body: LineGrant) -> LineGranted:
    """Passes part of a group's line on to a subsidiary of its own."""
    _visible(ledger, caller, line)
    return _granted(
        ledger.obligor.grant_sub(caller.account, line, body.holder, body.limit.money(), body.expires)
    )


def _move(ledger: LedgerHere, tx: str, log: int | None) -> Mapping[str, Any]:
    """The move; NotFound, worded as for one that concerns others."""
    try:
        return ledger.session.index().move_show(tx, log)
    except (NotFound, SeveralPayments):
        raise _no_move(tx) from None


def _no_move(tx: str) -> NotFound:
    return NotFound(f"{tx} moved no cash of yours", who=tx)


def _concerns(caller: Caller, one: Mapping[str, Any], both: list[Mapping[str, Any]]) -> bool:
    """Moves of a cash that the caller keeps, its own, and what their parties did in the other cash."""
    own = [move for move in both if caller.account in {move["bank"], *_accounts(move)}]
    return bool(own) and (one in own or any(_accounts(one) & _accounts(move) for move in own))


def _accounts(move: Mapping[str, Any]) -> set[str]:
    return {move[side]["account"] for side in ("payer", "payee")} - {None}


def _visible(ledger: LedgerHere, caller: Caller, line: int) -> CreditLine:
    """The line; NotFound for one that is none of the caller's business."""
    found = ledger.books.credit_line(line)
    parties = _parties(ledger, found)
    if caller.account not in parties and not reads(ledger, caller, *sorted(parties)):
        raise NotFound(f"there is no credit line {line}", who=line)
    return found


def _parties(ledger: LedgerHere, line: CreditLine) -> set[str]:
    if line.parent is None:
        return {line.bank, line.holder}
    return {line.bank, line.holder, ledger.books.credit_line(line.parent).holder}


def _granted(done: Granted) -> LineGranted:
    return LineGranted(
        tx=done.tx,
        block=done.block,
        id=done.id,
        holder=done.holder,
        limit=Amount.of(done.limit, done.currency),
    )


def _shown(line: CreditLine) -> CreditLineOut:
    def amount(minor: int) -> Amount:
        return Amount.of(minor, line.currency)

    return CreditLineOut(
        id=line.id,
        bank=line.bank,
        holder=line.holder,
        parent=line.parent,
        limit=amount(line.limit),
        reserved=amount(line.reserved),
        outstanding=amount(line.outstanding),
        free=amount(line.free),
        expires=line.expires,
        suspended=line.suspended,
        state=line.state,
    )
