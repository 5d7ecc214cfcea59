"""Day counts as exact fractions. Each convention has a number; those up to 5 are also on chain (`DayCounts`).

Sources: ISDA's 30/360 worksheet and its memo on ACT/ACT, as published with `tests/data/finance_terms`. Days
are day numbers since 1970; the first day counts, the last does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from fractions import Fraction
from typing import Final, NamedTuple

from ledger.domain.dates import add_months, date_of, day_number, days_between
from ledger.errors import BadInput

FREQUENCIES: Final = (1, 2, 3, 4, 6, 12)
"""Coupons a year: what divides twelve months."""

_MOST_PARTS: Final = 4
_LONGEST_REFERENCE: Final = 366
_MONTH: Final = 30
_LONG_MONTH: Final = 31
_FEBRUARY: Final = 2


class BadDayCount(BadInput):
    """A period that no day count can measure as it is given."""

    code = "bad-day-count"


class DayCount(IntEnum):
    """The conventions, as `IBondService.ServiceTerms.dayCount` numbers the first five."""

    THIRTY_360 = 1
    THIRTY_E_360 = 2
    ACT_360 = 3
    ACT_365F = 4
    ACT_ACT_ICMA = 5
    THIRTY_USA = 6
    THIRTY_E_360_ISDA = 7
    ACT_ACT_ISDA = 8
    ACT_ACT_AFB = 9


LABELS: Final[dict[DayCount, str]] = {
    DayCount.THIRTY_360: "30/360",
    DayCount.THIRTY_E_360: "30E/360",
    DayCount.ACT_360: "ACT/360",
    DayCount.ACT_365F: "ACT/365F",
    DayCount.ACT_ACT_ICMA: "ACT/ACT ICMA",
    DayCount.THIRTY_USA: "30/360 USA",
    DayCount.THIRTY_E_360_ISDA: "30E/360 ISDA",
    DayCount.ACT_ACT_ISDA: "ACT/ACT ISDA",
    DayCount.ACT_ACT_AFB: "ACT/ACT AFB",
}
ON_CHAIN: Final = frozenset(list(DayCount)[:5])


class Reference(NamedTuple):
    """The regular coupon period that ACT/ACT ICMA measures against, and how many of them a year has."""

    start: int
    end: int
    frequency: int


def year_fraction(
    convention: DayCount,
    start: int,
    end: int,
    reference: Reference | None = None,
    termination: int | None = None,
) -> Fraction:
    """The part of a year from `start` to `end`.

    Args:
        reference: asked by ACT/ACT ICMA alone.
        termination: the last day of the whole bond, asked by 30E/360 ISDA alone.

    Raises:
        BadDate: when the end lies before the start.
        BadDayCount: without the reference that the convention needs.
    """
    days_between(start, end)
    if convention in ON_CHAIN:
        return Fraction(*fraction_parts(convention, start, end, reference))
    if convention == DayCount.ACT_ACT_ISDA:
        return _act_act_isda(start, end)
    if convention == DayCount.ACT_ACT_AFB:
        return _act_act_afb(start, end)
    return Fraction(thirty_days(convention, start, end, termination), 360)


def fraction_parts(
    convention: DayCount, start: int, end: int, reference: Reference | None = None
) -> tuple[int, int]:
    """Numerator and denominator, not reduced: what `DayCounts.fraction` gives on chain."""
    if convention in (DayCount.THIRTY_360, DayCount.THIRTY_E_360):
        return thirty_days(convention, start, end), 360
    if convention == DayCount.ACT_360:
        return days_between(start, end), 360
    if convention == DayCount.ACT_365F:
        return days_between(start, end), 365
    if convention != DayCount.ACT_ACT_ICMA or reference is None:
        raise BadDayCount(
            f"{convention.name} lacks what it measures by", had=None, needed="a reference period"
        )
    return _act_act_icma(start, end, reference)


def thirty_days(convention: DayCount, start: int, end: int, termination: int | None = None) -> int:
    """Days when every month has thirty; the conventions differ in what the ends of months count as."""
    first, last = date_of(start), date_of(end)
    d1, d2 = first.day, last.day
    if convention == DayCount.THIRTY_E_360:
        d1, d2 = min(d1, _MONTH), min(d2, _MONTH)
    elif convention == DayCount.THIRTY_E_360_ISDA:
        d1 = _MONTH if d1 == _LONG_MONTH or _ends_february(start) else d1
        closing = _ends_february(end) and end != termination
        d2 = _MONTH if d2 == _LONG_MONTH or closing else d2
    else:
        if convention == DayCount.THIRTY_USA and _ends_february(start):
            d1 = _MONTH
            d2 = _MONTH if _ends_february(end) else d2
        d1 = min(d1, _MONTH)
        d2 = _MONTH if d2 == _LONG_MONTH and d1 == _MONTH else d2
    return 360 * (last.year - first.year) + _MONTH * (last.month - first.month) + d2 - d1


def _ends_february(day: int) -> bool:
    return date_of(day).month == _FEBRUARY and date_of(day + 1).month != _FEBRUARY


def _act_act_icma(start: int, end: int, reference: Reference) -> tuple[int, int]:
    """Each regular period counts one nth of a year, each part of one by its days (ICMA rule 251)."""
    parts = list(_parts(start, end, reference))
    numerator, denominator = 0, 1
    for days, length in parts:
        of = reference.frequency * length
        numerator, denominator = numerator * of + days * denominator, denominator * of
    return numerator, denominator


def _parts(start: int, end: int, reference: Reference) -> Iterator[tuple[int, int]]:
    """(days, length) in each regular period that `[start, end)` touches."""
    months = 12 // _known_frequency(reference.frequency)
    if not 0 < reference.end - reference.start <= _LONGEST_REFERENCE:
        raise BadDayCount(
            "a reference period of no days, or of more than a year",
            had=reference.end - reference.start,
            needed=f"1 to {_LONGEST_REFERENCE}",
        )
    count = 0
    low, back = reference.start, 0
    while low > start:
        back += 1
        low = add_months(reference.start, -months * back)
    while low < end:
        high = _following(low, back, months, reference)
        if (overlap := min(high, end) - max(low, start)) > 0:
            yield overlap, high - low
            count += 1
        if count > _MOST_PARTS:
            raise BadDayCount("a period of more regular periods than fit", had=count, needed=_MOST_PARTS)
        low, back = high, back - 1


def _following(low: int, back: int, months: int, reference: Reference) -> int:
    """The end of the regular period that begins at `low`, `back` periods before the reference."""
    if back > 1:
        return add_months(reference.start, -months * (back - 1))
    if back == 1:
        return reference.start
    return add_months(reference.end, -months * back)


def _known_frequency(frequency: int) -> int:
    if frequency not in FREQUENCIES:
        raise BadDayCount("coupons a year divide twelve months", had=frequency, needed=FREQUENCIES)
    return frequency


def _act_act_isda(start: int, end: int) -> Fraction:
    """Days in leap years over 366, the others over 365."""
    total = Fraction(0)
    for year in range(date_of(start).year, date_of(end).year + 1):
        low, high = _new_year(year), _new_year(year + 1)
        total += Fraction(max(0, min(high, end) - max(low, start)), high - low)
    return total


def _act_act_afb(start: int, end: int) -> Fraction:
    """Whole years counted back from the end; the rest over 366 when it holds a 29 February, else 365."""
    years, high = 0, end
    while (earlier := _year_before(end, years + 1)) >= start:
        years, high = years + 1, earlier
    leap = any(_is_leap_day(day) for day in range(start, high))
    return years + Fraction(high - start, 366 if leap else 365)


def _year_before(day: int, years: int) -> int:
    """The same date `years` before, where 28 February of a leap year counts as its 29th."""
    earlier = add_months(day, -12 * years)
    return earlier + 1 if _is_leap_day(earlier + 1) else earlier


def _is_leap_day(day: int) -> bool:
    date = date_of(day)
    return (date.month, date.day) == (_FEBRUARY, 29)


def _new_year(year: int) -> int:
    return day_number(date_of(0).replace(year=year))
