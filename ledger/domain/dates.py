"""Days as the contracts count them: whole days since 1970-01-01, in the deployment's time zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.errors import BadInput

_EPOCH: Final = dt.date(1970, 1, 1).toordinal()
_DAY_SECONDS: Final = 86_400
_LONGEST_CLOSURE: Final = 60


class BadDate(BadInput):
    """Text that is no date, a date out of order, or a calendar without banking days."""

    code = "bad-date"


def day_number(date: dt.date) -> int:
    """Days since 1970-01-01; dates before it are refused, because the contracts cannot hold them."""
    day = date.toordinal() - _EPOCH
    if day < 0:
        raise BadDate(f"{date} lies before 1970", had=date.isoformat(), needed="1970-01-01 or later")
    return day


def date_of(day: int) -> dt.date:
    """The calendar date of a day number."""
    if day < 0:
        raise BadDate("day numbers start at 1970-01-01", had=day, needed=0)
    return dt.date.fromordinal(_EPOCH + day)


def parse_day(text: str) -> int:
    """The day number of `YYYY-MM-DD`.

    Raises:
        BadDate: for any other form.
    """
    try:
        date = dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise BadDate(f"not a date: {text!r}", had=text, needed="YYYY-MM-DD") from None
    if date.isoformat() != text:
        raise BadDate(f"not a date: {text!r}", had=text, needed="YYYY-MM-DD")
    return day_number(date)


def format_day(day: int) -> str:
    """`YYYY-MM-DD`."""
    return date_of(day).isoformat()


def business_date(timestamp: int, zone_seconds: int) -> int:
    """The date of a block: UTC seconds seen in the deployment's time zone (DESIGN 3, rule 9)."""
    return (timestamp + zone_seconds) // _DAY_SECONDS


def days_between(start: int, end: int) -> int:
    """Days from `start`, counted, to `end`, not counted.

    Raises:
        BadDate: when the end lies before the start.
    """
    if end < start:
        raise BadDate("dates out of order", had=format_day(end), needed=f"{format_day(start)} or later")
    return end - start


def add_months(day: int, months: int) -> int:
    """The same day of the month `months` later, or that month's last day."""
    date = date_of(day)
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return day_number(dt.date(year, month + 1, min(date.day, last)))


@dataclass(frozen=True, slots=True)
class BankingCalendar:
    """Banking days as data: weekends, the holidays published for a place, and weekend days that are worked.

    Args:
        holidays: day numbers on which banks are closed.
        workdays: weekend days on which banks are open (China moves working days to weekends).
        weekend: ISO weekdays that are closed, Saturday 6 and Sunday 7.
    """

    holidays: frozenset[int] = frozenset()
    workdays: frozenset[int] = frozenset()
    weekend: frozenset[int] = frozenset({6, 7})

    @classmethod
    def from_dates(cls, holidays: Iterable[str], workdays: Iterable[str] = ()) -> BankingCalendar:
        """From `YYYY-MM-DD` lists; BadDate for malformed ones."""
        return cls(frozenset(map(parse_day, holidays)), frozenset(map(parse_day, workdays)))

    def is_open(self, day: int) -> bool:
        """True on a banking day."""
        if day in self.workdays:
            return True
        return day not in self.holidays and date_of(day).isoweekday() not in self.weekend

    def roll_following(self, day: int) -> int:
        """`day`, or the next banking day after it: the convention of receivables (RULES, discount)."""
        return self._roll(day, 1)

    def roll_preceding(self, day: int) -> int:
        """`day`, or the last banking day before it: the convention of some bonds' coupons."""
        return self._roll(day, -1)

    def _roll(self, day: int, step: int) -> int:
        for rolled in range(day, day + step * _LONGEST_CLOSURE, step):
            if self.is_open(rolled):
                return rolled
        raise BadDate(f"no banking day within {_LONGEST_CLOSURE} days of {format_day(day)}")
