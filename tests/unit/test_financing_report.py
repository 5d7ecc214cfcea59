"""Same day: by the local calendar, and before the programme's cut-off."""

from __future__ import annotations

import pytest

from ledger.services.financing_report import is_same_day

MIDNIGHT = 20_000 * 86_400
HOUR = 3_600


@pytest.mark.parametrize(
    ("first", "last", "cut_off", "same"),
    [
        (9 * HOUR, 10 * HOUR, 17 * HOUR, True),
        (9 * HOUR, 17 * HOUR - 1, 17 * HOUR, True),
        (9 * HOUR, 17 * HOUR, 17 * HOUR, False),  # the cut-off itself is too late
        (18 * HOUR, 19 * HOUR, 17 * HOUR, False),
        (0, 24 * HOUR - 1, 0, True),  # without a cut-off, to the end of the day
        (24 * HOUR - 1, 24 * HOUR, 0, False),  # a second later is another day
        (23 * HOUR, 33 * HOUR, 17 * HOUR, False),  # the next morning
    ],
)
def test_same_day_is_before_the_cut_off_of_that_day(first: int, last: int, cut_off: int, same: bool) -> None:
    assert is_same_day(MIDNIGHT + first, MIDNIGHT + last, cut_off) is same


def test_one_moment_is_two_days_in_two_zones() -> None:
    """An hour apart: one afternoon in UTC, and the two sides of midnight in Shanghai."""
    first, last = MIDNIGHT + 15 * HOUR + 1_800, MIDNIGHT + 16 * HOUR + 1_800
    assert is_same_day(first, last, 17 * HOUR), "15:30 and 16:30 UTC"
    assert not is_same_day(first + 8 * HOUR, last + 8 * HOUR, 17 * HOUR), "23:30 and 00:30 in Shanghai"
