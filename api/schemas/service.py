"""Coupons, redemption and default: term sheets, payments, what a holder is owed."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field

from api.schemas.common import Amount, Answer, Code, Date, Hash, Paper, Request, Who, amounts
from ledger.domain.states import PaymentKind, PaymentState
from ledger.services.service import Distributed, Owed, Payment, Schedule

Rate = Annotated[int, Field(ge=-(2**31), lt=2**31)]


Percent = Annotated[str, Field(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4})?$", examples=["1.214"])]
Days = Annotated[int, Field(ge=0, le=366)]


class TermSheet(Request):
    """Coupon terms as `ledger.services.termsheet` reads them; what is not said is none."""

    start: Date
    end: Date
    frequency: Literal[1, 2, 3, 4, 6, 12] | None = None
    stub: Annotated[str, Field(max_length=16, examples=["long first"])] | None = None
    kind: Literal["fixed", "step", "floating", "kpi"] | None = None
    rate: Percent | None = None
    rates: Annotated[list[Percent], Field(max_length=128)] | None = None
    targets: Annotated[list[Annotated[int, Field(ge=0, lt=2**53)]], Field(max_length=128)] | None = None
    floor: Percent | None = None
    cap: Percent | None = None
    step: Percent | None = None
    penalty: Percent | None = None
    day_count: Literal["30/360", "30E/360", "ACT/360", "ACT/365F", "ACT/ACT ICMA"] | None = None
    rule: Literal["none", "following", "modified following", "preceding"] | None = None
    calendar: Code | None = None
    record_days: Days | None = None
    fixing_days: Days | None = None
    grace_days: Days | None = None
    fixer: Who | None = None
    kpi: Code | None = None
    polarity: Literal["none", "higher", "lower"] | None = None
    callable_from: Date | None = None

    def said(self) -> dict[str, Any]:
        """Only what the sheet says, dates as they are written."""
        return self.model_dump(mode="json", exclude_none=True)


class SheetIn(Request):
    """A term sheet."""

    sheet: TermSheet


class TermsOut(Answer):
    """What a bond is registered with so that these coupons can be filed."""

    hash: Hash
    coupons: int


class FixingIn(Request):
    """A posted rate, in parts per million."""

    rate_ppm: Rate
    document: Paper


class ObservationIn(Request):
    """What a verifier observed, in the unit of the target."""

    value: Annotated[int, Field(ge=0, lt=2**53)]
    document: Paper


class RedemptionIn(Request):
    """By default all that is outstanding, with the last coupon; a bond without coupons says its days."""

    period: Annotated[int, Field(ge=0, lt=128)] | None = None
    per_unit: Amount | None = None
    from_proceeds: Amount | None = None
    record_day: Date | None = None
    pay_day: Date | None = None
    document: Paper | None = None


class PayIn(Request):
    """By default all that is missing."""

    amount: Amount | None = None


class PayOut(Request):
    """How many holders one transaction pays."""

    batch: Annotated[int, Field(ge=1, le=200)] = 100


class OpenedOut(Answer):
    """A payment that holders are owed now."""

    tx: str
    block: int
    payment: int
    bond: int


class PaymentOut(Answer):
    """One coupon or redemption; `total` is the issuer's part, `from_proceeds` comes on top of it."""

    id: int
    bond: int
    kind: str
    state: str
    period: int
    record_day: Date
    pay_day: Date
    rate_ppm: int
    units: int
    total: Amount
    paid_in: Amount
    from_proceeds: Amount
    settled_units: int
    in_default: bool

    @classmethod
    def of(cls, found: Payment) -> Self:
        plain = ("id", "bond", "period", "record_day", "pay_day", "rate_ppm", "units")
        return cls(
            **{name: getattr(found, name) for name in (*plain, "settled_units", "in_default")},
            kind=PaymentKind(found.kind).name.lower(),
            state=PaymentState(found.state).name.lower(),
            **amounts(found, "total", "paid_in", "from_proceeds"),
        )


class CouponOut(Answer):
    """One period of the filed schedule."""

    period: int
    start: Date
    end: Date
    record_day: Date
    pay_day: Date
    posted: int | None
    opened: bool


class ScheduleOut(Answer):
    """The filed coupons of a bond, its payments, and what is outstanding per unit."""

    bond: int
    kind: str
    coupons: list[CouponOut]
    payments: list[PaymentOut]
    principal: Amount
    outstanding: Amount
    in_default: bool
    redeemed: bool

    @classmethod
    def of(cls, found: Schedule, currency: str) -> Self:
        return cls(
            bond=found.bond,
            kind=found.kind,
            coupons=[CouponOut.model_validate(one) for one in found.coupons],
            payments=[PaymentOut.of(one) for one in found.payments],
            principal=Amount.of(found.principal, currency),
            outstanding=Amount.of(found.outstanding, currency),
            in_default=found.in_default,
            redeemed=found.redeemed,
        )


class OwedOut(Answer):
    """What the caller is owed of a payment, unused proceeds included."""

    payment: int
    entitlement: Amount
    due: Amount
    paid: Amount

    @classmethod
    def of(cls, found: Owed, currency: str) -> Self:
        names = ("entitlement", "due", "paid")
        return cls(
            payment=found.payment, **{name: Amount.of(getattr(found, name), currency) for name in names}
        )


class EntitlementsOut(Answer):
    """The caller's part of a bond's payments whose record day is over."""

    bond: int
    payments: list[OwedOut]


class PaidOut(Answer):
    """What paying out did; `kept` waits for holders who could not receive."""

    payment: int
    holders: int
    amount: Amount
    kept: Amount
    transactions: list[str]

    @classmethod
    def of(cls, done: Distributed, currency: str) -> Self:
        return cls(
            payment=done.payment,
            holders=done.holders,
            amount=Amount.of(done.amount, currency),
            kept=Amount.of(done.kept, currency),
            transactions=list(done.transactions),
        )
