"""Discount interest in whole fen. Every convention has a name; rounding is half-up to the fen (FIN-5).

Source: RULES, "Discount": amount x annual rate x days / 360; the first day counts, the last does not.
Where the due day is no banking day it rolls forward and the added days count (`dates.BankingCalendar`).
Rates are parts per million a year, so 3% is 30,000 ppm.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from ledger.domain.dates import BankingCalendar, days_between
from ledger.domain.daycount import DayCount, fraction_parts
from ledger.errors import BadInput

PPM: Final = 1_000_000
MOST_ROLLED: Final = 10
"""Days that an end may lie after the due day, as `Financing` allows."""
MOST_AHEAD: Final = 11
"""Days that a funding day may lie after the acceptance, as `Financing` allows."""
_YEAR: Final = 360
_NORMAL_YEAR: Final = 365


class BadDiscount(BadInput):
    """A discount that cannot be computed, or leaves nothing to pay."""

    code = "bad-discount"


class Convention(IntEnum):
    """How the days of a discount are counted, as `IFinancing.Quote.convention` numbers it."""

    ACT_360 = 1
    THIRTY_360 = 2
    ACT_360_ROLLED = 3


LABELS: Final[dict[Convention, str]] = {
    Convention.ACT_360: "ACT/360",
    Convention.THIRTY_360: "30/360",
    Convention.ACT_360_ROLLED: "ACT/360 rolled",
}
"""Their names for people. 30/360 counts months of 30 days (30E/360), as bills are quoted."""


def convention(label: str) -> Convention:
    """The convention of a name. BadDiscount for any other."""
    found = {name: one for one, name in LABELS.items()}.get(label)
    if found is None:
        raise BadDiscount("no such convention", had=label, needed=", ".join(LABELS.values()))
    return found


def discount_half_up(face: int, rate_ppm: int, days: int) -> int:
    """`face x rate x days / 360` half-up: exactly `Financing.discountHalfUp` on chain.

    Args:
        face: fen.
        rate_ppm: a year, in parts per million.
        days: counted by a named convention (`days_of`).
    """
    for what, value in (("face", face), ("rate", rate_ppm), ("days", days)):
        if value < 0:
            raise BadDiscount(f"{what} cannot be negative", had=value, needed=0)
    divisor = _YEAR * PPM
    return (2 * face * rate_ppm * days + divisor) // (2 * divisor)


def days_of(convention: Convention, funding_day: int, end_day: int) -> int:
    """Days from `funding_day` (counted) to `end_day` (not counted): exactly `Financing.daysOf` on chain."""
    if convention == Convention.THIRTY_360:
        days_between(funding_day, end_day)
        return fraction_parts(DayCount.THIRTY_E_360, funding_day, end_day)[0]
    return days_between(funding_day, end_day)


def end_of(convention: Convention, due: int, calendar: BankingCalendar) -> int:
    """The day that a discount runs up to: the due day, or the banking day that it rolls to.

    Raises:
        BadDiscount: when banks stay closed for longer than `Financing` lets an end roll.
    """
    if convention != Convention.ACT_360_ROLLED:
        return due
    rolled = calendar.roll_following(due)
    if rolled > due + MOST_ROLLED:
        raise BadDiscount("banks stay closed for too long", had=rolled - due, needed=MOST_ROLLED)
    return rolled


def net(face: int, discount: int, fee: int) -> int:
    """What the holder receives; FIN-1: face - discount - fee to the fen.

    Raises:
        BadDiscount: when nothing would be left.
    """
    left = face - discount - fee
    if left <= 0:
        raise BadDiscount("discount and fee leave nothing to pay", had=discount + fee, needed=f"< {face}")
    return left


def annual_cost_ppm(face: int, net: int, days: int) -> int:
    """What the money costs a year, discount and fee together: (face - net) / net x 365 / days, half-up.

    In parts per million of what the holder receives, `days` by the calendar: so quotes of unlike conventions
    can be compared.
    """
    if net <= 0 or days <= 0:
        raise BadDiscount("a cost needs money and days", had=(net, days), needed="more than none")
    above, below = (face - net) * _NORMAL_YEAR * PPM, net * days
    return (2 * above + below) // (2 * below)
