"""How partial payments are shared; the day that is paid on, buckets of days ahead, stages of days overdue.

Each payment is shared over the fen that are still owed: of U owed fen, u(x) of them before x, the fen before
x get floor(A * u(x) / U) of a payment A. The first payment P so gives `[a, b)` exactly
floor(P*b/F) - floor(P*a/F) (DESIGN 2.3); every payment is given out to the fen, and no fen gives one back.
Sharing the sum of all payments by that formula each time would not do: it takes a fen back from some pieces
as P grows (of five fen, the third has one when two are paid and none when three are).

On chain a due date is one number, and whoever confirms rolls it to a banking day first (`due_day`). Buckets
and stages are data for reading: no contract knows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.domain.calendars import BusinessDayRule, adjusted
from ledger.domain.dates import BankingCalendar

_ENDLESS: Final = 10**9


@dataclass(frozen=True, slots=True)
class Band:
    """Whole days from `first` to `last`, both counted, under a name."""

    name: str
    first: int
    last: int

    def __contains__(self, days: int) -> bool:
        return self.first <= days <= self.last


OVERDUE: Final = "overdue"
BUCKETS: Final = (
    Band(OVERDUE, -_ENDLESS, -1),
    Band("0-7", 0, 7),
    Band("8-30", 8, 30),
    Band("31-90", 31, 90),
    Band("91-180", 91, 180),
    Band("over 180", 181, _ENDLESS),
)
"""By days until the due date; what is due today has zero."""

STAGES: Final = (
    Band("1-30", 1, 30),
    Band("31-60", 31, 60),
    Band("61-90", 61, 90),
    Band("over 90", 91, _ENDLESS),
)
"""By days after the due date. Ours, after banks' habit; no rule at hand names them."""


MOST_ROUNDS: Final = 32
"""Partial payments that are shared out before the whole; what comes after waits for the whole."""


def paid_below(offset: int, targets: Sequence[int], face: int) -> int:
    """Fen that those before `offset` have got when `targets` are the sums shared out in turn, rising."""
    received = paid = 0
    for target in targets:
        received += (target - paid) * (offset - received) // (face - paid)
        paid = target
    return received


def paid_between(start: int, end: int, targets: Sequence[int], face: int) -> int:
    """What the fen `[start, end)` have got of it: additive under cuts."""
    return paid_below(end, targets, face) - paid_below(start, targets, face)


def due_day(day: int, calendar: BankingCalendar) -> int:
    """The banking day on which what falls due on `day` is paid: that day, or the next one that is open."""
    return adjusted(day, BusinessDayRule.FOLLOWING, calendar)


def bucket_of(due: int, today: int) -> str:
    """The name of the bucket of a due date, both days as numbers."""
    return _name(BUCKETS, due - today)


def stage_of(due: int, today: int) -> str | None:
    """How far overdue, by name; None until the day after the due date."""
    return _name(STAGES, today - due) if today > due else None


def overdue_from(due: int, grace_days: int) -> int:
    """The first day on which what is not paid in may be marked overdue."""
    return due + grace_days + 1


def in_buckets(owed: Iterable[tuple[int, int]], today: int) -> dict[str, int]:
    """Minor units by bucket, every bucket named, from pairs of due day and amount."""
    sums = {band.name: 0 for band in BUCKETS}
    for due, amount in owed:
        sums[bucket_of(due, today)] += amount
    return sums


def _name(bands: Iterable[Band], days: int) -> str:
    return next(band.name for band in bands if days in band)
