"""A bond's pocket and its refinancing: reasons, bits, and the day that a look-back reaches to."""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final

from ledger.domain.dates import add_months

MILLION: Final = 1_000_000
POCKET: Final = 4
"""The bit of a budget line's conditions that makes it a pocket line."""
_ANY: Final = 12 * 1_900
"""Months that reach behind 1970 from every day of this millennium."""


class PocketReason(IntEnum):
    """Why an activity may stand outside the technical screening criteria (Reg. (EU) 2023/2631 art. 5)."""

    NO_CRITERIA = 1
    INTERNATIONAL_SUPPORT = 2


class Binding(IntFlag):
    """Which of a bond's limits refuse a payment; what does not bind is only shown."""

    LOOK_BACK = 1
    SHARE = 2


def oldest_expense(issue_date: int, months: int, binds: bool) -> int:
    """The first day of an expense within the look-back; zero when the issue date is not published or no
    look-back is disclosed, and never before 1970."""
    if not issue_date or not (months or binds) or months > _ANY:
        return 0
    return max(add_months(issue_date, -months), 0)


def share_down(raised: int, ppm: int) -> int:
    """`⌊raised × ppm / 10⁶⌋` fen."""
    return raised * ppm // MILLION
