"""The issuer: frameworks, bonds, projects, and spending what was raised."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import AnyCaller, IssuerCaller, LedgerHere, ParticipantCaller, reads
from api.schemas.bonds import (
    Allotment,
    Allotted,
    AmountIn,
    BondIn,
    BudgetLineIn,
    ClosedBond,
    Closing,
    CostIn,
    FrameworkIn,
    FrameworkVersion,
    MayPay,
    Moved,
    OpenedLine,
    Paid,
    PaymentIn,
    PlaceOut,
    ProjectIn,
    RegisteredBond,
    RegisteredProject,
)  # fmt: skip
from api.schemas.common import Act, Amount
from ledger.domain.mandates import MandateKind
from ledger.errors import NotFound
from ledger.services import proceeds

router = APIRouter(tags=["issuer"])

Id = Annotated[int, Path(ge=1, lt=2**32)]


# --- frameworks ------------------------------------------------------------------------------------------


@router.post("/frameworks")
def register_framework(caller: IssuerCaller, ledger: LedgerHere, body: FrameworkIn) -> FrameworkVersion:
    """Registers what the issuer promises to fund and how."""
    done = ledger.issuer.register_framework(
        caller.account,
        body.document.paper(),
        catalogue=body.catalogue,
        categories=body.categories,
        undertakings=[one.undertaking() for one in body.undertakings],
    )
    return FrameworkVersion.model_validate(done)


@router.put("/frameworks/{framework}")
def amend_framework(
    caller: IssuerCaller, ledger: LedgerHere, framework: Id, body: FrameworkIn
) -> FrameworkVersion:
    """Makes a new version. It voids the review for new allocation, payment and confirmation."""
    done = ledger.issuer.amend_framework(
        caller.account,
        framework,
        body.document.paper(),
        catalogue=body.catalogue,
        categories=body.categories,
        undertakings=[one.undertaking() for one in body.undertakings],
    )
    return FrameworkVersion.model_validate(done)


# --- bonds -----------------------------------------------------------------------------------------------


@router.post("/bonds")
def register_bond(caller: IssuerCaller, ledger: LedgerHere, body: BondIn) -> RegisteredBond:
    """Opens a bond for booking, under a framework with a review in force."""
    done = ledger.issuer.register_bond(
        caller.account,
        body.label,
        framework=body.framework,
        cash=body.cash,
        denomination=body.denomination.money(),
        issue_price=body.issue_price.money() if body.issue_price else None,
        min_units=body.min_units,
        max_units=body.max_units,
        closes_on=body.closes_on,
        isin=body.isin,
        issue_date=body.issue_date,
        maturity=body.maturity,
        coupon_ppm=body.coupon_ppm,
        max_cost_ppm=body.max_cost_ppm,
        service_terms=body.service_terms,
        document=body.document.paper(),
    )
    return RegisteredBond.model_validate(done)


@router.get("/bonds/{bond}/bookings")
def bookings(caller: AnyCaller, ledger: LedgerHere, bond: Id) -> list[PlaceOut]:
    """The order of bookings, for the issuer, its bookrunner and its auditors."""
    issuer = ledger.books.bond(bond).issuer
    runs = ledger.mandates.holds(issuer, caller.account, MandateKind.BOOKRUNNER, bond)
    if caller.account != issuer and not runs and not reads(ledger, caller, issuer, bond=bond):
        raise NotFound(f"no bookings of bond {bond} are to be seen here", who=bond)
    return [PlaceOut.model_validate(place) for place in ledger.books.order(bond)]


@router.post("/bonds/{bond}/allotments")
def allot(caller: ParticipantCaller, ledger: LedgerHere, bond: Id, body: Allotment) -> Allotted:
    """Ends booking and allots by the order of bookings, pro rata to the unit; or its bookrunner does."""
    return Allotted.model_validate(ledger.issuer.allot(caller.account, bond, places=body.places))


@router.post("/bonds/{bond}/closing")
def close(caller: ParticipantCaller, ledger: LedgerHere, bond: Id, body: Closing) -> ClosedBond:
    """After allotment: what was allotted is raised, the cost of it withheld; or its bookrunner does."""
    code = ledger.books.bond(bond).currency
    cost = body.cost.money() if body.cost else 0
    done = ledger.issuer.close(caller.account, bond, cost=cost, value_date=body.value_date)
    return ClosedBond(
        tx=done.tx,
        block=done.block,
        id=done.id,
        raised=Amount.of(done.raised, code),
        cost=Amount.of(done.cost, code),
    )


@router.post("/bonds/{bond}/cancellation")
def cancel(caller: ParticipantCaller, ledger: LedgerHere, bond: Id) -> Act:
    """The issuer may until allotment begins; anyone may when the floor was missed, or 30 days passed."""
    return Act.model_validate(ledger.issuer.cancel(caller.account, bond))


# --- projects, lines, spending ---------------------------------------------------------------------------


@router.post("/projects")
def register_project(caller: IssuerCaller, ledger: LedgerHere, body: ProjectIn) -> RegisteredProject:
    """Registers a project under one category of a framework."""
    done = ledger.issuer.register_project(
        caller.account,
        body.label,
        framework=body.framework,
        company=body.company,
        category=body.category,
        budget=body.budget.money(),
        currency=body.budget.currency,
        document=body.document.paper(),
    )
    return RegisteredProject.model_validate(done)


@router.post("/bonds/{bond}/budget-lines")
def open_line(caller: IssuerCaller, ledger: LedgerHere, bond: Id, body: BudgetLineIn) -> OpenedLine:
    """Opens a budget line: this bond's money for one project."""
    done = ledger.issuer.open_line(
        caller.account,
        bond,
        body.project,
        budget=body.budget.money(),
        label=body.label,
        company_may_spend=body.company_may_spend,
    )
    return OpenedLine.model_validate(done)


@router.post("/budget-lines/{line}/allocations")
def allocate(caller: IssuerCaller, ledger: LedgerHere, line: Id, body: AmountIn) -> Moved:
    """Pool → budget line; checks category and review."""
    return _moved(ledger.issuer.allocate(caller.account, line, body.amount.money()), body.amount)


@router.post("/budget-lines/{line}/deallocations")
def deallocate(caller: IssuerCaller, ledger: LedgerHere, line: Id, body: AmountIn) -> Moved:
    """Budget line → pool, of what is not spent and no works hold back."""
    return _moved(ledger.issuer.deallocate(caller.account, line, body.amount.money()), body.amount)


@router.post("/budget-lines/{line}/payments")
def pay(caller: IssuerCaller, ledger: LedgerHere, line: Id, body: PaymentIn) -> Paid:
    """Pays the payee of an obligation document, through the gate."""
    done = ledger.issuer.pay(caller.account, line, body.fingerprint, body.amount.money())
    return Paid(
        tx=done.tx,
        block=done.block,
        line=done.line,
        payee=done.payee,
        amount=body.amount,
        offset=done.offset,
        fingerprint=done.fingerprint,
    )


@router.post("/budget-lines/{line}/payments/check")
def check_pay(caller: IssuerCaller, ledger: LedgerHere, line: Id, body: PaymentIn) -> MayPay:
    """May this be paid, and if not why: the same answer as the gate's, and nothing moves."""
    ledger.issuer.check_pay(line, body.fingerprint, body.amount.money())
    return MayPay()


@router.post("/bonds/{bond}/costs")
def pay_cost(caller: IssuerCaller, ledger: LedgerHere, bond: Id, body: CostIn) -> Act:
    """Pays withheld issue costs to whom they are owed."""
    done = ledger.issuer.pay_cost(
        caller.account, bond, body.payee, body.amount.money(), body.document.paper()
    )
    return Act.model_validate(done)


def _moved(done: proceeds.Moved, amount: Amount) -> Moved:
    return Moved(tx=done.tx, block=done.block, line=done.line, amount=amount)
