"""Coupons: schedules, the rate of each kind, and amounts in whole fen.

`ServiceTerms` and `Period` are those of `IBondService`, field by field: a bond's terms carry the hash of both
(`terms_hash`), so a schedule that was published cannot be exchanged. Rates are parts per million a year.
Rounding has one name: `entitlement_floor` cuts off the fraction of a fen, holder by holder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final, Literal, get_args

from eth_hash.auto import keccak

from ledger.domain.calendars import CALENDARS, BusinessDayRule, adjusted
from ledger.domain.dates import BankingCalendar, add_months, days_between, format_day
from ledger.domain.daycount import FREQUENCIES, DayCount, Reference, fraction_parts, year_fraction
from ledger.domain.purposes import ADDRESS, WORD, address_bytes
from ledger.domain.states import Polarity
from ledger.errors import BadInput

PPM: Final = 1_000_000
MAX_PERIODS: Final = 128
_MOST_RATE: Final = 2**32 - 1
NO_FIXER: Final = "0x" + "00" * ADDRESS

Stub = Literal["short first", "long first", "short last", "long last"]


class BadSchedule(BadInput):
    """Coupon terms that contradict themselves."""

    code = "bad-schedule"


class CouponKind(IntEnum):
    """`IBondService.ServiceTerms.couponKind`."""

    FIXED = 1
    STEP = 2
    FLOATING = 3
    KPI = 4


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """As `IBondService.ServiceTerms`, in its order.

    Args:
        rate_ppm: the coupon (fixed), the margin (floating) or the rate of a period that met its KPI.
        cap_ppm: zero says that there is none.
        step_ppm: added when a KPI's target is missed.
        penalty_ppm: added to the last rate when no report came.
        fixer: who posts fixings or observations.
        callable_from: day from which the issuer may redeem early; zero says never.
    """

    coupon_kind: int = CouponKind.FIXED
    day_count: int = DayCount.THIRTY_360
    frequency: int = 1
    business_day_rule: int = BusinessDayRule.NONE
    polarity: int = Polarity.NONE
    rate_ppm: int = 0
    floor_ppm: int = 0
    cap_ppm: int = 0
    step_ppm: int = 0
    penalty_ppm: int = 0
    grace_days: int = 0
    callable_from: int = 0
    fixer: str = NO_FIXER
    calendar: bytes = bytes(WORD)
    kpi: bytes = bytes(WORD)


@dataclass(frozen=True, slots=True)
class Period:
    """One coupon as `IBondService.Period`: `[start, end)` accrues, the reference is what ICMA measures by.

    `rate_ppm` is said by a step coupon, `target` by a KPI coupon, `fixing_day` by both floating and KPI.
    """

    start: int
    end: int
    ref_start: int
    ref_end: int
    record_day: int
    fixing_day: int
    pay_day: int
    rate_ppm: int = 0
    target: int = 0


# --- schedules ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """What a published term sheet says of its coupon days.

    Args:
        start: first day of interest; `end`: maturity. Coupon days are counted back from the end (stub first)
            or on from the start (stub last).
        record_days: how many days before its pay day the holdings of a coupon are taken.
        fixing_days: how many days before its start a floating rate is fixed; a KPI is due that many days
            before its pay day's record day.
    """

    start: int
    end: int
    frequency: int
    stub: Stub = "short first"
    rule: BusinessDayRule = BusinessDayRule.NONE
    calendar: BankingCalendar = CALENDARS["WEEKENDS"].days
    record_days: int = 1
    fixing_days: int = 2
    kind: CouponKind = CouponKind.FIXED


def schedule(plan: Plan) -> list[Period]:
    """The coupon periods of a plan, in order, tiling `[start, end)`.

    Raises:
        BadSchedule: when the plan holds no period, or more than a bond may have.
    """
    days, regular = _boundaries(plan)
    if len(days) - 1 > MAX_PERIODS:
        raise BadSchedule("more coupons than a bond may have", had=len(days) - 1, needed=MAX_PERIODS)
    return [
        _period(plan, start, end, regular[n], regular[n + 1]) for n, (start, end) in enumerate(pairwise(days))
    ]


def _boundaries(plan: Plan) -> tuple[list[int], list[int]]:
    """Coupon days with the real start and end, and beside them the regular days they stand for."""
    if plan.stub not in get_args(Stub):
        raise BadSchedule("not a stub", had=plan.stub, needed=", ".join(get_args(Stub)))
    if plan.frequency not in FREQUENCIES:
        raise BadSchedule("coupons a year divide twelve months", had=plan.frequency, needed=FREQUENCIES)
    if days_between(plan.start, plan.end) == 0:
        raise BadSchedule("a bond of no days", had=plan.end, needed=f"after {format_day(plan.start)}")
    months, first = 12 // plan.frequency, plan.stub.endswith("first")
    anchor, step = (plan.end, -months) if first else (plan.start, months)
    regular = [anchor]
    while plan.start < regular[-1] if first else regular[-1] < plan.end:
        regular.append(add_months(anchor, step * len(regular)))
    days = [*regular[:-1], plan.start if first else plan.end]
    if plan.stub.startswith("long") and regular[-1] != days[-1] and len(days) > 2:
        del days[-2], regular[-1]
    return (days[::-1], regular[::-1]) if first else (days, regular)


def _period(plan: Plan, start: int, end: int, ref_start: int, ref_end: int) -> Period:
    pay_day = adjusted(end, plan.rule, plan.calendar)
    record_day = pay_day - plan.record_days
    fixing = 0
    if plan.kind == CouponKind.FLOATING:
        fixing = max(0, start - plan.fixing_days)
    elif plan.kind == CouponKind.KPI:
        fixing = record_day - plan.fixing_days
    return Period(start, end, ref_start, ref_end, record_day, fixing, pay_day)


# --- rates -------------------------------------------------------------------------------------------------


def within(terms: ServiceTerms, rate_ppm: int) -> int:
    """A rate held between the floor and, when there is one, the cap; never below zero."""
    rate = max(rate_ppm, terms.floor_ppm)
    return min(rate, terms.cap_ppm or _MOST_RATE)


def period_rate(terms: ServiceTerms, period: Period, posted: int | None, last_ppm: int | None = None) -> int:
    """The rate of a period by what its kind says.

    Args:
        posted: the fixing in ppm (floating) or the observed value (KPI); None when nobody posted.
        last_ppm: the rate of the period before; None in the first.
    """
    if terms.coupon_kind == CouponKind.FIXED:
        return terms.rate_ppm
    if terms.coupon_kind == CouponKind.STEP:
        return period.rate_ppm
    last = terms.rate_ppm if last_ppm is None else last_ppm
    if terms.coupon_kind == CouponKind.FLOATING:
        return within(terms, last if posted is None else posted + terms.rate_ppm)
    if posted is None:
        return within(terms, last + terms.penalty_ppm)
    return within(terms, terms.rate_ppm + (0 if met(terms, period, posted) else terms.step_ppm))


def met(terms: ServiceTerms, period: Period, value: int) -> bool:
    """Whether an observation reaches its target, by the polarity that the terms state."""
    if terms.polarity == Polarity.HIGHER:
        return value >= period.target
    return value <= period.target


# --- amounts -----------------------------------------------------------------------------------------------


def entitlement_floor(units: int, principal: int, rate_ppm: int, fraction: Fraction) -> int:
    """`⌊units x principal per unit x rate x fraction⌋`: what one holder is owed, less than a fen cut off."""
    for what, value in (("units", units), ("principal", principal), ("rate", rate_ppm)):
        if value < 0:
            raise BadSchedule(f"{what} cannot be negative", had=value, needed=0)
    return (units * principal * rate_ppm * fraction.numerator) // (PPM * fraction.denominator)


def due_floor(entitlement: int, paid_in: int, total: int) -> int:
    """What of an entitlement is due once `paid_in` of `total` is there: pro rata, whole when all is."""
    return entitlement if paid_in >= total else entitlement * paid_in // total


def period_parts(terms: ServiceTerms, period: Period) -> tuple[int, int]:
    """Numerator and denominator of a period's part of a year, as the contract computes them."""
    reference = Reference(period.ref_start, period.ref_end, terms.frequency)
    return fraction_parts(DayCount(terms.day_count), period.start, period.end, reference)


def period_fraction(terms: ServiceTerms, period: Period) -> Fraction:
    """A period's part of a year."""
    reference = Reference(period.ref_start, period.ref_end, terms.frequency)
    return year_fraction(DayCount(terms.day_count), period.start, period.end, reference)


# --- what a bond's terms carry -----------------------------------------------------------------------------


def terms_hash(terms: ServiceTerms, periods: Sequence[Period]) -> bytes:
    """`keccak256(abi.encode(ServiceTerms, Period[]))`: `IBondOffice.Terms.serviceTerms`."""
    head = [_word(getattr(terms, name)) for name in ServiceTerms.__slots__]
    array = [_word(getattr(period, name)) for period in periods for name in Period.__slots__]
    offset = _word(WORD * (len(head) + 1))
    return bytes(keccak(b"".join([*head, offset, _word(len(periods)), *array])))


def _word(value: int | str | bytes) -> bytes:
    if isinstance(value, bytes):
        return value.ljust(WORD, b"\0")
    if isinstance(value, str):
        return address_bytes(value).rjust(WORD, b"\0")
    return value.to_bytes(WORD, "big")
