"""Green loans beside bonds: a borrower, one lender or a club, and drawdowns numbered among the bonds.

A facility answers its borrower, its lenders and their auditors. What is done to a drawdown after it is taken
(projects, budget lines, payments, interest, repayment, its trace) is asked by its number among the bonds.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path

from api.deps import AnyCaller, Caller, IssuerCaller, LedgerHere, ParticipantCaller, acting, reads
from api.routers.auditor import RuleName, shown
from api.schemas.bonds import Booked, ClosedBond
from api.schemas.common import Act, Amount
from api.schemas.facilities import (
    CommitmentIn,
    Committed,
    DrawdownIn,
    DrawdownRequested,
    FacilityIn,
    FacilityOpened,
    FacilityOut,
    LenderIn,
    LendIn,
    Released,
    TakeIn,
)
from ledger.domain.roles import Role
from ledger.errors import NotFound
from ledger.services.facilities import Facility

router = APIRouter(tags=["facilities"])

Json = dict[str, Any]
Number = Annotated[int, Path(ge=1, lt=2**32)]
Loan = Annotated[int, Path(ge=1, lt=2**32, description="Number of the drawdown among the bonds.")]
LenderCaller = Annotated[Caller, Depends(acting(Role.INVESTOR | Role.FINANCIER))]


# --- borrower ----------------------------------------------------------------------------------------------


@router.post("/facilities")
def open_facility(caller: IssuerCaller, ledger: LedgerHere, body: FacilityIn) -> FacilityOpened:
    """Opens a facility under a framework of the caller's."""
    made = ledger.facilities.open(
        caller.account,
        framework=body.framework,
        cash=body.cash,
        denomination=body.denomination.money(),
        units=body.units,
        available_until=body.available_until,
        final_maturity=body.final_maturity,
        document=body.document.paper(),
        max_cost_ppm=body.max_cost_ppm,
    )
    return FacilityOpened.model_validate(made)


@router.post("/facilities/{facility}/lenders")
def agree(caller: IssuerCaller, ledger: LedgerHere, facility: Number, body: LenderIn) -> Act:
    """Agrees to a lender, and asks it for units."""
    _concerned(ledger, caller, facility)
    return Act.model_validate(ledger.facilities.agree(caller.account, facility, body.lender, body.units))


@router.post("/facilities/{facility}/drawdowns")
def request(
    caller: IssuerCaller, ledger: LedgerHere, facility: Number, body: DrawdownIn
) -> DrawdownRequested:
    """Asks for a drawdown: calls on each lender for its part."""
    _concerned(ledger, caller, facility)
    made = ledger.facilities.request(
        caller.account,
        facility,
        body.label,
        units=body.units,
        closes_on=body.closes_on,
        maturity=body.maturity,
        document=body.document.paper(),
        min_units=body.min_units,
        issue_date=body.issue_date,
        rate_ppm=body.rate_ppm,
        service_terms=body.service_terms,
        instalments=[part.money() for part in body.instalments],
    )
    return DrawdownRequested.of(made)


@router.post("/facilities/{facility}/drawdowns/{loan}/taking")
def take(
    caller: IssuerCaller, ledger: LedgerHere, facility: Number, loan: Loan, body: TakeIn | None = None
) -> ClosedBond:
    """Takes what was lent: units against money, lender by lender."""
    unit = _drawdown(ledger, caller, facility, loan).currency
    asked = body or TakeIn()
    cost = asked.cost.money() if asked.cost else 0
    done = ledger.facilities.take(caller.account, loan, cost=cost, value_date=asked.value_date)
    raised, withheld = Amount.of(done.raised, unit), Amount.of(done.cost, unit)
    return ClosedBond(tx=done.tx, block=done.block, id=loan, raised=raised, cost=withheld)


@router.post("/facilities/{facility}/cancellation")
def cancel(caller: IssuerCaller, ledger: LedgerHere, facility: Number) -> Act:
    """Gives up what was not called."""
    _concerned(ledger, caller, facility)
    return Act.model_validate(ledger.facilities.cancel(caller.account, facility))


# --- lender ------------------------------------------------------------------------------------------------


@router.post("/facilities/{facility}/commitments")
def commit(
    caller: LenderCaller, ledger: LedgerHere, facility: Number, body: CommitmentIn | None = None
) -> Committed:
    """Commits what the borrower asked for, by default all of it."""
    _concerned(ledger, caller, facility)
    units = body.units if body else None
    return Committed.model_validate(ledger.facilities.commit(caller.account, facility, units))


@router.post("/facilities/{facility}/drawdowns/{loan}/lending")
def lend(
    caller: LenderCaller, ledger: LedgerHere, facility: Number, loan: Loan, body: LendIn | None = None
) -> Booked:
    """Lends the caller's part; the money waits in escrow until the borrower takes it."""
    unit = _drawdown(ledger, caller, facility, loan).currency
    done = ledger.facilities.lend(caller.account, loan, body.units if body else None)
    plain = {name: getattr(done, name) for name in ("tx", "block", "bond", "investor", "units")}
    return Booked(amount=Amount.of(done.amount, unit), **plain)


# --- anyone whom it concerns -------------------------------------------------------------------------------


@router.post("/facilities/{facility}/drawdowns/{loan}/release")
def release(caller: ParticipantCaller, ledger: LedgerHere, facility: Number, loan: Loan) -> Released:
    """What was called and not lent goes back to the commitments."""
    _drawdown(ledger, caller, facility, loan)
    return Released.model_validate(ledger.facilities.release(caller.account, loan))


@router.get("/facilities")
def facilities(caller: ParticipantCaller, ledger: LedgerHere) -> list[FacilityOut]:
    """Those that the caller borrows or lends under, or may read."""
    return [FacilityOut.of(one) for one in ledger.facilities.every() if _sees(ledger, caller, one)]


@router.get("/facilities/{facility}")
def facility(caller: AnyCaller, ledger: LedgerHere, facility: Number) -> FacilityOut:
    """Its agreement, its lenders, and its drawdowns added up."""
    return FacilityOut.of(_concerned(ledger, caller, facility))


@router.get("/traces/facilities/{facility}")
def trace(
    caller: AnyCaller,
    ledger: LedgerHere,
    facility: Number,
    view: Literal["cash", "economic"] = "cash",
    rule: RuleName = "fifo",
) -> Json:
    """Where every fen of it is, drawdown by drawdown, at one block."""
    found = _concerned(ledger, caller, facility)
    answer = dict(ledger.facilities.trace(facility, view, rule))
    if reads(ledger, caller, found.borrower):
        return answer
    return {**answer, "drawdowns": [shown(ledger, caller, one) for one in answer["drawdowns"]]}


def _sees(ledger: LedgerHere, caller: Caller, found: Facility) -> bool:
    return found.concerns(caller.account) or reads(ledger, caller, found.borrower)


def _concerned(ledger: LedgerHere, caller: Caller, facility: int) -> Facility:
    """NotFound, worded alike, for one that is none of the caller's business."""
    found = ledger.facilities.show(facility)
    if not _sees(ledger, caller, found):
        raise NotFound(f"there is no facility {facility}", who=facility)
    return found


def _drawdown(ledger: LedgerHere, caller: Caller, facility: int, loan: int) -> Facility:
    found = _concerned(ledger, caller, facility)
    if loan not in {one.loan for one in found.drawdowns}:
        raise NotFound(f"there is no drawdown {loan}", who=loan)
    return found
