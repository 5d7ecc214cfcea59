"""Frameworks and reviews, bonds and booking, projects and spending."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field

from api.schemas.common import (
    Act,
    Amount,
    Answer,
    CashName,
    Code,
    Date,
    Hash,
    Id,
    Label,
    Offset,
    OffsetOut,
    Paper,
    Ppm,
    Request,
    Units,
    Who,
)
from api.schemas.promises import UndertakingIn
from ledger.services.bonds import MAX_COST_PPM, Bond
from ledger.services.proceeds import BudgetLine, Project

Isin = Annotated[str, Field(min_length=12, max_length=12)]

# --- frameworks ------------------------------------------------------------------------------------------


class FrameworkIn(Request):
    """`catalogue` names its version too, as every category code belongs to one. A review signs all of it; an
    amendment drops the undertakings that it does not name again."""

    document: Paper
    catalogue: Code
    categories: Annotated[list[Code], Field(min_length=1, max_length=255)]
    undertakings: Annotated[list[UndertakingIn], Field(max_length=64, default_factory=list)]


class FrameworkVersion(Act):
    id: int
    version: int
    content_hash: str
    document: str


class FrameworkOut(Answer):
    id: int
    issuer: str
    version: int
    content_hash: str
    catalogue: str


class ReviewIn(Request):
    """A review of the framework's present content, whose hash is named so that nothing else is signed."""

    content_hash: Hash
    document: Paper
    valid_until: Date
    kind: Literal["second_party_opinion", "verification", "certification", "rating"] = "second_party_opinion"
    outcome: Literal["positive", "qualified", "refused"] = "positive"
    shade: Literal["none", "light", "medium", "dark"] = "none"
    reasons: Paper | None = None


class Reviewed(Act):
    framework: int
    version: int
    verifier: str
    valid_until: Date


class Withdrawal(Request):
    document: Paper


# --- bonds -----------------------------------------------------------------------------------------------


class BondIn(Request):
    """A bond's terms. What nobody published is left out."""

    label: Label
    framework: Id
    cash: CashName
    denomination: Amount
    issue_price: Amount | None = None
    min_units: Annotated[int, Field(ge=0, lt=2**53)] = 0
    max_units: Units
    closes_on: Date
    isin: Isin | None = None
    issue_date: Date | None = None
    maturity: Date | None = None
    coupon_ppm: Ppm = 0
    max_cost_ppm: Annotated[int, Field(ge=0, le=1_000_000)] = MAX_COST_PPM
    service_terms: Hash | None = None
    document: Paper


class RegisteredBond(Act):
    id: int
    issuer: str
    token: str


class PlaceOut(Answer):
    """A place in the order of bookings; one that was taken back is empty."""

    investor: str
    units: int


class Allotment(Request):
    """`places`: how many bookings, in one transaction; all of them by default."""

    places: Annotated[int, Field(ge=1, le=500)] | None = None


class Allotted(Act):
    """Units allotted so far, and how many of the `places` bookings are `done`."""

    bond: int
    units: int
    done: int
    places: int


class Closing(Request):
    """`cost` is withheld for issue costs; `value_date` is the day the money counts from, if published."""

    cost: Amount | None = None
    value_date: Date | None = None


class ClosedBond(Act):
    id: int
    raised: Amount
    cost: Amount


class BookingIn(Request):
    units: Units


class CancellationIn(Request):
    units: Units


class Booked(Act):
    bond: int
    investor: str
    units: int
    amount: Amount


class UnitsOut(Answer):
    bond: int
    investor: str
    units: int
    booked: int


class UnitsTransfer(Request):
    to: Who
    units: Units


class BondOut(Answer):
    """A bond as it stands; null where nothing was published. `facility`: the green loan that it is a drawdown
    of, null for a bond."""

    id: int
    issuer: str
    state: str
    facility: int | None
    token: str
    framework: int
    cash: str
    isin: str | None
    denomination: Amount
    issue_price: Amount
    min_units: int
    max_units: int
    booked_units: int
    allotted_units: int
    closes_on: Date
    issue_date: Date | None
    maturity: Date | None
    coupon_ppm: int
    max_cost_ppm: int
    service_terms: str | None
    raised: Amount
    states: dict[str, Amount]

    @classmethod
    def of(cls, bond: Bond, raised: int, states: dict[str, int]) -> Self:
        same = set(cls.model_fields) - {"denomination", "issue_price", "raised", "states"}
        return cls.model_construct(
            **{name: getattr(bond, name) for name in same},
            denomination=Amount.of(bond.denomination, bond.currency),
            issue_price=Amount.of(bond.issue_price, bond.currency),
            raised=Amount.of(raised, bond.currency),
            states={state: Amount.of(minor, bond.currency) for state, minor in states.items()},
        )


# --- projects, lines, spending ---------------------------------------------------------------------------


class ProjectIn(Request):
    label: Label
    framework: Id
    company: Who
    category: Code
    budget: Amount
    document: Paper


class RegisteredProject(Act):
    id: int
    company: str


class ProjectOut(Answer):
    """A project as it stands, in minor units of its one currency."""

    id: int
    company: str
    framework: int
    currency: str
    budget_minor: OffsetOut
    allocated_minor: OffsetOut

    @classmethod
    def of(cls, found: Project) -> Self:
        return cls.model_construct(
            id=found.id,
            company=found.company,
            framework=found.framework,
            currency=found.currency,
            budget_minor=found.budget,
            allocated_minor=found.allocated,
        )


class BudgetLineIn(Request):
    project: Id
    budget: Amount
    label: Annotated[str, Field(max_length=200)] = ""
    company_may_spend: bool = False


class OpenedLine(Act):
    id: int
    bond: int
    project: int


class BudgetLineOut(Answer):
    id: int
    issuer: str
    bond: int
    project: int
    cash: str
    framework: int
    budget: Amount
    allocated: Amount
    company_may_spend: bool

    @classmethod
    def of(cls, line: BudgetLine) -> Self:
        same = ("id", "issuer", "bond", "project", "cash", "framework", "company_may_spend")
        return cls.model_construct(
            **{name: getattr(line, name) for name in same},
            budget=Amount.of(line.budget, line.currency),
            allocated=Amount.of(line.allocated, line.currency),
        )


class ReallocationIn(Request):
    """Available money for another budget line of the same bond."""

    target: Id
    amount: Amount
    document: Paper


class ProposedReallocation(Act):
    id: int
    source: int
    target: int
    amount: Amount


class ReallocationOut(Answer):
    id: int
    source: int
    target: int
    amount: Amount
    state: Literal["proposed", "done", "withdrawn"]


class ConsentIn(Request):
    document: Paper


class AmountIn(Request):
    amount: Amount


class Moved(Act):
    line: int
    amount: Amount


class PaymentIn(Request):
    """A payment to the payee of an obligation document, through the gate."""

    fingerprint: Hash
    amount: Amount


class Paid(Act):
    """`offset` is where the money left the line's sub-account; a refund names it."""

    line: int
    payee: str
    amount: Amount
    offset: OffsetOut
    fingerprint: str


class MayPay(Answer):
    """The gate would let this pass now; its refusal is the same problem that the payment would get."""

    allowed: Literal[True] = True


class CostIn(Request):
    payee: Who
    amount: Amount
    document: Paper


class RefundIn(Request):
    """Part of one direct payment, named by its line, offset and obligation."""

    line: Id
    offset: Offset
    fingerprint: Hash
    amount: Amount
    document: Paper


class PieceRefundIn(Request):
    """Part of what a bond-funded piece was paid at maturity."""

    start: Offset
    amount: Amount
    document: Paper


class Refunded(Act):
    line: int
    amount: Amount
    reversed_offset: OffsetOut
