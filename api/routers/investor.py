"""The investor books a bond, gets back what was not allotted, and holds units."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import InvestorCaller, LedgerHere
from api.schemas.bonds import Booked, BookingIn, CancellationIn, UnitsOut, UnitsTransfer
from api.schemas.common import Act, Amount
from ledger.services.bonds import Booking

router = APIRouter(prefix="/bonds/{bond}", tags=["investor"])

Id = Annotated[int, Path(ge=1, lt=2**32)]


@router.post("/bookings")
def book(caller: InvestorCaller, ledger: LedgerHere, bond: Id, body: BookingIn) -> Booked:
    """Books units; the money waits in escrow until allotment."""
    return _booked(ledger, ledger.investor.book(caller.account, bond, body.units))


@router.post("/bookings/cancellation")
def cancel_booking(
    caller: InvestorCaller, ledger: LedgerHere, bond: Id, body: CancellationIn | None = None
) -> Booked:
    """Takes back some units of the caller's booking, by default all, until booking ends."""
    units = body.units if body else None
    return _booked(ledger, ledger.investor.cancel_booking(caller.account, bond, units))


@router.post("/bookings/return")
def return_booking(caller: InvestorCaller, ledger: LedgerHere, bond: Id) -> Booked:
    """After the bond was cancelled: takes back what was booked."""
    return _booked(ledger, ledger.investor.return_booking(caller.account, bond))


@router.get("/units")
def units(caller: InvestorCaller, ledger: LedgerHere, bond: Id) -> UnitsOut:
    """The caller's own units, and those that it booked and that wait to be allotted."""
    investor = ledger.investor
    return UnitsOut(
        bond=bond,
        investor=caller.account,
        units=investor.units(caller.account, bond),
        booked=investor.booked(caller.account, bond),
    )


@router.post("/units/transfers")
def transfer_units(caller: InvestorCaller, ledger: LedgerHere, bond: Id, body: UnitsTransfer) -> Act:
    """Passes units on to another admitted investor."""
    return Act.model_validate(ledger.investor.transfer_units(caller.account, bond, body.to, body.units))


def _booked(ledger: LedgerHere, done: Booking) -> Booked:
    code = ledger.books.bond(done.bond).currency
    return Booked(
        tx=done.tx,
        block=done.block,
        bond=done.bond,
        investor=done.investor,
        units=done.units,
        amount=Amount.of(done.amount, code),
    )
