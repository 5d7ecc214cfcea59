"""Business-day rules and named calendars: on which day a payment that falls on a closed day is made.

A calendar is data that a deployment supplies with its source (`parse_calendar`). Two ship here: weekends
alone, and TARGET, whose six closing days follow a rule. Warning: the TARGET rule (1 January, Good Friday,
Easter Monday, 1 May, 25 and 26 December, every year since 2002) was written from memory of the ECB's notice,
not from a text at hand; holidays of Japan and of China are announced year by year and are not here at all.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ledger.domain.dates import BadDate, BankingCalendar, date_of, day_number
from ledger.errors import NotFound

_TARGET_YEARS: Final = range(2002, 2100)


class BusinessDayRule(IntEnum):
    """Where a payment goes when its day is closed, as `IBondService.ServiceTerms.businessDayRule`."""

    NONE = 0
    FOLLOWING = 1
    MODIFIED_FOLLOWING = 2
    PRECEDING = 3


@dataclass(frozen=True, slots=True)
class NamedCalendar:
    """Banking days under a name, and where they were taken from."""

    name: str
    source: str
    days: BankingCalendar


def adjusted(day: int, rule: BusinessDayRule, calendar: BankingCalendar) -> int:
    """The day of payment under a rule."""
    if rule == BusinessDayRule.NONE:
        return day
    if rule == BusinessDayRule.PRECEDING:
        return calendar.roll_preceding(day)
    following = calendar.roll_following(day)
    if rule == BusinessDayRule.MODIFIED_FOLLOWING and date_of(following).month != date_of(day).month:
        return calendar.roll_preceding(day)
    return following


def calendar(name: str, supplied: Mapping[str, NamedCalendar] | None = None) -> NamedCalendar:
    """A calendar by its name, the supplied ones first. NotFound when nobody supplied it."""
    known = {**CALENDARS, **(supplied or {})}
    if name not in known:
        raise NotFound(f"there is no calendar {name}", who=name, needed=", ".join(sorted(known)))
    return known[name]


def parse_calendar(text: str) -> NamedCalendar:
    """From JSON `{"name", "source", "holidays": ["YYYY-MM-DD"], "workdays": […]}`.

    Raises:
        BadDate: for another form, or a calendar that does not say where it was taken from.
    """
    try:
        content = json.loads(text)
        name, source = str(content["name"]), str(content["source"])
        days = BankingCalendar.from_dates(content["holidays"], content.get("workdays", ()))
    except (ValueError, KeyError, TypeError):
        raise BadDate("not a calendar", had=text[:40], needed="JSON with name, source, holidays") from None
    if not name or not source:
        raise BadDate("a calendar without name or source", had=name, needed="where its days were taken from")
    return NamedCalendar(name, source, days)


def easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar."""
    golden, century = year % 19, year // 100
    leap, drift = century // 4, (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - drift + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (year % 100 // 4) - epact - year % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, rest = divmod(epact + weekday - 7 * late + 114, 31)
    return dt.date(year, month, rest + 1)


def _target_holidays(year: int) -> list[int]:
    sunday = day_number(easter(year))
    fixed = ((1, 1), (5, 1), (12, 25), (12, 26))
    return [sunday - 2, sunday + 1, *(day_number(dt.date(year, month, day)) for month, day in fixed)]


CALENDARS: Final[dict[str, NamedCalendar]] = {
    "WEEKENDS": NamedCalendar("WEEKENDS", "Saturdays and Sundays", BankingCalendar()),
    "TARGET": NamedCalendar(
        "TARGET",
        "ECB, long-term calendar of TARGET closing days since 2002 (the rule, from memory)",
        BankingCalendar(frozenset(day for year in _TARGET_YEARS for day in _target_holidays(year))),
    ),
}
