"""The settlement bank: bank money into ledger cash and back, and credit lines."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import AnyCaller, BankCaller, Caller, LedgerHere, LineOwnerCaller, ObligorCaller, reads
from api.routers.cash import moved
from api.schemas.common import Act, Amount, CashName
from api.schemas.people import BankBooking, CashMoved, CreditLineOut, LineChange, LineGrant, LineGranted
from ledger.errors import NotFound
from ledger.services.bank import CreditLine
from ledger.services.bank import LineGranted as Granted

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


@router.post("/credit-lines")
def grant(caller: BankCaller, ledger: LedgerHere, body: LineGrant) -> LineGranted:
    """Grants a line that confirmed payables may use."""
    return _granted(ledger.bank.grant_line(caller.account, body.holder, body.limit.money(), body.expires))


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


def _visible(ledger: LedgerHere, caller: Caller, line: int) -> CreditLine:
    """The line; NotFound for one that is none of the caller's business."""
    found = ledger.books.credit_line(line)
    parties = {found.bank, found.holder}
    if found.parent is not None:
        parent = ledger.books.credit_line(found.parent)
        parties |= {parent.bank, parent.holder}
    if caller.account not in parties and not reads(ledger, caller, *sorted(parties)):
        raise NotFound(f"there is no credit line {line}", who=line)
    return found


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
    )
