"""Discount interest in whole fen. Every convention has a name; rounding is half-up to the fen.

Source: RULES, "Discount": amount x annual rate x days / 360; the first day counts, the last does not.
Where the due day is no banking day it rolls forward and the added days count (`dates.BankingCalendar`).
Rates are parts per million a year, so 3% is 30,000 ppm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from ledger.domain.dates import date_of, days_between
from ledger.errors import BadInput

PPM: Final = 1_000_000
_YEAR: Final = 360
_MONTH: Final = 30

Convention = Literal["ACT/360", "30E/360", "MONTHS/360"]


class BadDiscount(BadInput):
    """A discount that cannot be computed, or leaves nothing to pay."""

    code = "bad-discount"


def discount_half_up(face: int, rate_ppm: int, days: int) -> int:
    """`face x rate x days / 360` half-up: exactly `Financing.discountHalfUp` on chain.

    Args:
        face: fen.
        rate_ppm: a year, in parts per million.
        days: counted by a named convention (`count_days`).
    """
    for what, value in (("face", face), ("rate", rate_ppm), ("days", days)):
        if value < 0:
            raise BadDiscount(f"{what} cannot be negative", had=value, needed=0)
    divisor = _YEAR * PPM
    return (2 * face * rate_ppm * days + divisor) // (2 * divisor)


def count_days(convention: Convention, start: int, end: int) -> int:
    """Days from `start` (counted) to `end` (not counted) under a named convention; day numbers since 1970."""
    return _COUNTS[convention](start, end)


def months_as_days(months: int) -> int:
    """Whole months as 30 days each: "3 months" is 90/360, as bills are quoted."""
    if months < 0:
        raise BadDiscount("months cannot be negative", had=months, needed=0)
    return months * _MONTH


def net(face: int, discount: int, fee: int) -> int:
    """What the holder receives; FIN-1: face - discount - fee to the fen.

    Raises:
        BadDiscount: when nothing would be left.
    """
    left = face - discount - fee
    if left <= 0:
        raise BadDiscount("discount and fee leave nothing to pay", had=discount + fee, needed=f"< {face}")
    return left


def _actual(start: int, end: int) -> int:
    return days_between(start, end)


def _thirty_eurobond(start: int, end: int) -> int:
    """ISDA 30E/360: both days 31 count as 30."""
    days_between(start, end)
    first, last = date_of(start), date_of(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    return months * _MONTH + min(last.day, _MONTH) - min(first.day, _MONTH)


def _whole_months(start: int, end: int) -> int:
    """30 days a month between equal days of the month; refused where the dates are not whole months apart."""
    days = _thirty_eurobond(start, end)
    if days % _MONTH:
        raise BadDiscount("the dates are not whole months apart", had=days, needed="a multiple of 30 days")
    return days


_COUNTS: Final[dict[Convention, Callable[[int, int], int]]] = {
    "ACT/360": _actual,
    "30E/360": _thirty_eurobond,
    "MONTHS/360": _whole_months,
}
