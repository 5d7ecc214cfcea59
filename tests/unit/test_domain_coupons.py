"""Schedules, rates and amounts of coupons, against what was published."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from ledger.domain.calendars import CALENDARS, BusinessDayRule, adjusted, calendar, easter, parse_calendar
from ledger.domain.coupons import (
    BadSchedule,
    CouponKind,
    Period,
    Plan,
    ServiceTerms,
    due_floor,
    entitlement_floor,
    period_fraction,
    period_rate,
    schedule,
    terms_hash,
)
from ledger.domain.dates import BadDate, BankingCalendar, format_day, parse_day
from ledger.domain.daycount import DayCount, year_fraction
from ledger.domain.states import Polarity
from ledger.errors import NotFound

WEEKENDS = CALENDARS["WEEKENDS"].days


def days(*texts: str) -> list[int]:
    return [parse_day(text) for text in texts]


def spans(periods: list[Period]) -> list[tuple[str, str]]:
    return [(format_day(period.start), format_day(period.end)) for period in periods]


# --- published figures -------------------------------------------------------------------------------------


def test_300_units_of_1000_at_3_638_per_cent_for_365_over_360() -> None:
    """The test case so|bond publishes: 11,065.58. The exact figure is 11,065.58333…, and the third of a cent
    is cut off (rounding down; half-up would give the same here)."""
    fraction = year_fraction(DayCount.ACT_360, parse_day("2023-11-30"), parse_day("2024-11-29"))
    assert fraction == Fraction(365, 360)
    exact = Fraction(300 * 100_000 * 36_380, 10**6) * fraction
    assert exact == Fraction(1_106_558_33333, 100_000) + Fraction(1, 300_000)
    assert entitlement_floor(300, 100_000, 36_380, fraction) == 1_106_558


def chubu() -> dict[str, str]:
    table = Path(__file__).parents[1] / "data" / "finance_terms" / "chubu_568_published.csv"
    with table.open(encoding="utf-8") as rows:
        return next(csv.DictReader(rows))


def chubu_periods(issued: str) -> tuple[ServiceTerms, list[Period]]:
    """The published rules on an issue day, which the table does not give."""
    maturity = parse_day(chubu()["maturity_date"])
    plan = Plan(parse_day(issued), maturity, 2, "long first", BusinessDayRule.PRECEDING, WEEKENDS)
    rate = int(Fraction(chubu()["coupon_pct"]) * 10_000)
    terms = ServiceTerms(day_count=DayCount.ACT_ACT_ICMA, frequency=2, rate_ppm=rate)
    return terms, schedule(plan)


def test_chubu_568_pays_on_25_may_and_25_november_after_a_long_first_coupon() -> None:
    _, periods = chubu_periods("2024-05-17")
    assert spans(periods)[:2] == [("2024-05-17", "2024-11-25"), ("2024-11-25", "2025-05-25")]
    assert spans(periods)[-1] == ("2033-11-25", "2034-05-25")
    assert {format_day(period.end)[5:] for period in periods} == {"05-25", "11-25"}
    assert len(periods) == 20


def test_chubu_568_pays_on_the_previous_business_day() -> None:
    _, periods = chubu_periods("2024-05-17")
    paid = {format_day(period.end): format_day(period.pay_day) for period in periods}
    assert paid["2025-05-25"] == "2025-05-23"  # a Sunday
    assert paid["2024-11-25"] == "2024-11-25"


def test_chubu_568_counts_broken_periods_by_day_and_cuts_off_fractions_of_a_yen() -> None:
    """1.214% on 100,000,000 yen: a half-year is 607,000; eight days before it are 8/182 of a half-year."""
    terms, periods = chubu_periods("2024-05-17")
    assert terms.rate_ppm == 12_140
    assert entitlement_floor(1, 100_000_000, 12_140, period_fraction(terms, periods[1])) == 607_000
    first = period_fraction(terms, periods[0])
    assert first == Fraction(1, 2) + Fraction(8, 2 * 182)
    exact = Fraction(607_000) + Fraction(607_000 * 8, 182)
    assert exact.denominator != 1
    assert entitlement_floor(1, 100_000_000, 12_140, first) == exact.__floor__() == 633_681


# --- schedules ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stub", "expected"),
    [
        ("short first", ["2025-01-10", "2025-02-15", "2025-08-15", "2026-02-15"]),
        ("long first", ["2025-01-10", "2025-08-15", "2026-02-15"]),
        ("short last", ["2025-01-10", "2025-07-10", "2026-01-10", "2026-02-15"]),
        ("long last", ["2025-01-10", "2025-07-10", "2026-02-15"]),
    ],
)
def test_stubs(stub: str, expected: list[str]) -> None:
    periods = schedule(Plan(*days("2025-01-10", "2026-02-15"), 2, stub))  # type: ignore[arg-type]
    assert spans(periods) == list(pairwise(expected))


def test_a_short_first_coupon_is_measured_by_the_half_year_it_lies_in() -> None:
    first = schedule(Plan(*days("2025-01-10", "2026-02-15"), 2))[0]
    assert (first.ref_start, first.ref_end) == tuple(days("2024-08-15", "2025-02-15"))
    terms = ServiceTerms(day_count=DayCount.ACT_ACT_ICMA, frequency=2)
    assert period_fraction(terms, first) == Fraction(36, 2 * 184)


def test_whole_terms_have_no_stub_and_tile() -> None:
    dice = Random(568)
    for _ in range(100):
        start = dice.randrange(15_000, 20_000)
        stub = dice.choice(("short first", "long first", "short last", "long last"))
        plan = Plan(start, start + dice.randrange(1, 3_000), dice.choice((1, 2, 4, 12)), stub)  # type: ignore[arg-type]
        periods = schedule(plan)
        assert periods[0].start == plan.start and periods[-1].end == plan.end
        assert all(a.end == b.start for a, b in pairwise(periods))


@pytest.mark.parametrize(("length", "frequency"), [(0, 1), (5_000, 12), (400, 5)])
def test_impossible_schedules_are_refused(length: int, frequency: int) -> None:
    with pytest.raises(BadSchedule):
        schedule(Plan(19_000, 19_000 + length, frequency))


def test_record_fixing_and_pay_days_follow_the_plan() -> None:
    plan = Plan(*days("2025-02-15", "2025-08-16"), 2, "long first", BusinessDayRule.FOLLOWING, WEEKENDS, 3)
    only = schedule(replace(plan, kind=CouponKind.FLOATING))[0]
    assert [format_day(day) for day in (only.pay_day, only.record_day, only.fixing_day)] == [
        "2025-08-18",
        "2025-08-15",
        "2025-02-13",
    ]
    assert schedule(replace(plan, kind=CouponKind.KPI))[0].fixing_day == only.record_day - 2


# --- business days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (BusinessDayRule.NONE, "2025-08-31"),
        (BusinessDayRule.FOLLOWING, "2025-09-01"),
        (BusinessDayRule.MODIFIED_FOLLOWING, "2025-08-29"),
        (BusinessDayRule.PRECEDING, "2025-08-29"),
    ],
)
def test_business_day_rules(rule: BusinessDayRule, expected: str) -> None:
    assert format_day(adjusted(parse_day("2025-08-31"), rule, WEEKENDS)) == expected  # a Sunday


def test_target_closes_at_easter_and_the_fixed_days() -> None:
    assert [easter(year) for year in (2008, 2024, 2025, 2038)] == [
        dt.date(2008, 3, 23),
        dt.date(2024, 3, 31),
        dt.date(2025, 4, 20),
        dt.date(2038, 4, 25),
    ]
    target = calendar("TARGET").days
    for closed in ("2025-04-18", "2025-04-21", "2025-05-01", "2025-12-26"):
        assert not target.is_open(parse_day(closed))
    assert target.is_open(parse_day("2025-11-03"))


def test_a_supplied_calendar_says_where_it_is_from() -> None:
    text = '{"name": "CN-2025", "source": "notice", "holidays": ["2025-10-01"], "workdays": ["2025-09-28"]}'
    supplied = parse_calendar(text)
    found = calendar("CN-2025", {"CN-2025": supplied}).days
    assert found.is_open(parse_day("2025-09-28")) and not found.is_open(parse_day("2025-10-01"))
    with pytest.raises(NotFound):
        calendar("CN-2025")
    for bad in ("[]", "{", '{"name": "X", "source": "", "holidays": []}'):
        with pytest.raises(BadDate):
            parse_calendar(bad)


# --- rates -------------------------------------------------------------------------------------------------

PERIOD = Period(0, 180, 0, 180, 179, 170, 181, rate_ppm=25_000, target=100)


@pytest.mark.spec("SVC-3")
@pytest.mark.parametrize(
    ("kind", "posted", "last", "expected"),
    [
        (CouponKind.FIXED, None, None, 30_000),
        (CouponKind.STEP, None, 30_000, 25_000),
        (CouponKind.FLOATING, 5_000, None, 35_000),
        (CouponKind.FLOATING, -40_000, None, 10_000),  # the floor
        (CouponKind.FLOATING, 90_000, None, 60_000),  # the cap
        (CouponKind.FLOATING, None, 41_000, 41_000),  # nobody fixed: the last rate
        (CouponKind.FLOATING, None, None, 30_000),
        (CouponKind.KPI, 100, 30_000, 30_000),
        (CouponKind.KPI, 99, 30_000, 34_000),  # missed: the step
        (CouponKind.KPI, None, 34_000, 41_000),  # no report: the last rate and the penalty
        (CouponKind.KPI, None, 58_000, 60_000),  # within the cap
    ],
)
def test_a_rate_is_what_its_terms_say(kind: CouponKind, posted: int, last: int, expected: int) -> None:
    """SVC-3: every kind, with floor, cap, step and penalty."""
    terms = ServiceTerms(
        coupon_kind=kind,
        polarity=Polarity.HIGHER,
        rate_ppm=30_000,
        floor_ppm=10_000,
        cap_ppm=60_000,
        step_ppm=4_000,
        penalty_ppm=7_000,
    )
    assert period_rate(terms, PERIOD, posted, last) == expected


@pytest.mark.parametrize(("value", "rate"), [(100, 30_000), (101, 34_000), (0, 30_000)])
def test_polarity_decides_what_missing_a_target_means(value: int, rate: int) -> None:
    terms = ServiceTerms(coupon_kind=CouponKind.KPI, polarity=Polarity.LOWER, rate_ppm=30_000, step_ppm=4_000)
    assert period_rate(terms, PERIOD, value) == rate


# --- amounts -----------------------------------------------------------------------------------------------


def test_holders_together_never_get_more_than_the_whole() -> None:
    dice = Random(5)
    for _ in range(200):
        units = [dice.randrange(1_000) for _ in range(8)]
        terms = (dice.randrange(1, 10**7), dice.randrange(200_000), Fraction(dice.randrange(1, 400), 360))
        total = entitlement_floor(sum(units), *terms)
        each = [entitlement_floor(held, *terms) for held in units]
        assert 0 <= total - sum(each) < len(units)
        paid_in = dice.randrange(total + 1)
        assert sum(due_floor(owed, paid_in, total) for owed in each) <= paid_in


def test_a_negative_amount_is_no_entitlement() -> None:
    with pytest.raises(BadSchedule):
        entitlement_floor(-1, 1, 1, Fraction(1))


def test_terms_hash_binds_every_field() -> None:
    terms = ServiceTerms()
    assert terms_hash(terms, [PERIOD]) != terms_hash(terms, [])
    assert terms_hash(terms, [PERIOD]) != terms_hash(replace(terms, grace_days=1), [PERIOD])
    assert terms_hash(terms, [PERIOD]) != terms_hash(terms, [replace(PERIOD, record_day=178)])


def test_banking_days_default_to_weekdays() -> None:
    assert BankingCalendar() == WEEKENDS
