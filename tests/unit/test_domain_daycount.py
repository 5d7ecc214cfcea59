"""Every published day-count case, as exact fractions."""

from __future__ import annotations

import csv
import re
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest

from ledger.domain.dates import BadDate, date_of, parse_day
from ledger.domain.daycount import (
    BadDayCount,
    DayCount,
    Reference,
    fraction_parts,
    thirty_days,
    year_fraction,
)

CASES: Final = Path(__file__).parents[1] / "data" / "finance_terms" / "daycount_cases.csv"
NAMES: Final = {
    "Actual/Actual ISDA": DayCount.ACT_ACT_ISDA,
    "Actual/Actual AFB": DayCount.ACT_ACT_AFB,
    "Actual/Actual ISMA": DayCount.ACT_ACT_ICMA,
    "30/360 BondBasis": DayCount.THIRTY_360,
    "30/360 EurobondBasis": DayCount.THIRTY_E_360,
    "30/360 USA": DayCount.THIRTY_USA,
    "30/360 ISDA": DayCount.THIRTY_E_360_ISDA,
}
Case = dict[str, str]


def published() -> list[Case]:
    with CASES.open(encoding="utf-8") as rows:
        return list(csv.DictReader(rows))


def computed(case: Case) -> Fraction:
    name, _, termination = re.fullmatch(r"(.*?)( \(termination date (.*)\))?", case["convention"]).groups()  # type: ignore[union-attr]
    return year_fraction(
        NAMES[name],
        parse_day(case["start"]),
        parse_day(case["end"]),
        reference(case),
        parse_day(termination) if termination else None,
    )


def reference(case: Case) -> Reference | None:
    if not case["ref_start"]:
        return None
    start, end = parse_day(case["ref_start"]), parse_day(case["ref_end"])
    months = (date_of(end).year - date_of(start).year) * 12 + date_of(end).month - date_of(start).month
    return Reference(start, end, 12 // months)


def test_all_published_cases_are_there() -> None:
    assert len(published()) == 71


@pytest.mark.spec("DAY-1")
@pytest.mark.parametrize("case", published(), ids=lambda c: f"{c['convention']} {c['start']} {c['end']}")
def test_day_count_equals_the_published_case(case: Case) -> None:
    """DAY-1: all 71 cases. A published fraction is met to within less than one unit of its last digit: the
    source pads some with zeros and cuts one off instead of rounding it."""
    if case["unit"] == "days":
        assert computed(case) == Fraction(int(case["expected"]), 360)
    else:
        digits = len(case["expected"].rstrip("0").split(".")[1])
        assert abs(computed(case) - Fraction(case["expected"])) < Fraction(1, 10**digits)


def test_actual_days_over_fixed_years() -> None:
    start, end = parse_day("2023-11-30"), parse_day("2024-11-29")
    assert year_fraction(DayCount.ACT_360, start, end) == Fraction(365, 360)
    assert year_fraction(DayCount.ACT_365F, start, end) == 1
    assert fraction_parts(DayCount.ACT_365F, start, end) == (365, 365)


def test_icma_counts_each_regular_period_by_its_own_days() -> None:
    """A long last coupon: one whole half-year, then 30 of the 184 days of the next."""
    parts = fraction_parts(
        DayCount.ACT_ACT_ICMA,
        parse_day("2025-01-15"),
        parse_day("2025-08-14"),
        Reference(parse_day("2025-01-15"), parse_day("2025-07-15"), 2),
    )
    assert Fraction(*parts) == Fraction(1, 2) + Fraction(30, 2 * 184)


def test_a_long_first_period_reaches_back_over_regular_ones() -> None:
    start, low, high = parse_day("2023-01-01"), parse_day("2024-01-01"), parse_day("2024-07-01")
    assert year_fraction(DayCount.ACT_ACT_ICMA, start, high, Reference(low, high, 2)) == Fraction(3, 2)
    with pytest.raises(BadDayCount):
        year_fraction(DayCount.ACT_ACT_ICMA, start - 800, high, Reference(low, high, 2))


@pytest.mark.parametrize(
    "reference",
    [None, Reference(10, 10, 2), Reference(10, 377, 1), Reference(10, 100, 5)],
    ids=["none", "empty", "longer than a year", "five a year"],
)
def test_icma_needs_its_reference(reference: Reference | None) -> None:
    with pytest.raises(BadDayCount):
        year_fraction(DayCount.ACT_ACT_ICMA, 10, 100, reference)


def test_days_go_forward() -> None:
    for convention in DayCount:
        with pytest.raises(BadDate):
            year_fraction(convention, 100, 99, Reference(90, 100, 2))
    assert thirty_days(DayCount.THIRTY_360, 100, 100) == 0
