"""Shares of partial payments to the fen, and due dates at the edges of the calendar."""

from __future__ import annotations

import datetime as dt
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.calendars import CALENDARS
from ledger.domain.dates import BankingCalendar, business_date, day_number, parse_day
from ledger.domain.intervals import Interval, share_floor
from ledger.domain.maturity import (
    BUCKETS,
    STAGES,
    bucket_of,
    due_day,
    in_buckets,
    overdue_from,
    paid_between,
    stage_of,
)

WEEKENDS = CALENDARS["WEEKENDS"].days
TARGET = CALENDARS["TARGET"].days


@st.composite
def receivables(draw: st.DrawFn) -> tuple[int, list[int], list[int]]:
    """A face, cuts of it, and what is paid in by each round; the last one completes the face."""
    face = draw(st.one_of(st.integers(2, 40), st.integers(2, 2**64 - 1)))
    cuts = draw(st.lists(st.integers(1, face - 1), max_size=6, unique=True))
    paid = draw(st.lists(st.integers(1, face - 1), max_size=4, unique=True))
    return face, sorted(cuts), [*sorted(paid), face]


def shares(face: int, cuts: list[int], rounds: list[int]) -> list[list[int]]:
    """By round, what each piece gets of it."""
    pieces = list(pairwise([0, *cuts, face]))
    sums = [[paid_between(a, b, rounds[:n], face) for a, b in pieces] for n in range(len(rounds) + 1)]
    return [[new - old for old, new in zip(*two, strict=True)] for two in pairwise(sums)]


@pytest.mark.spec("MAT-2")
@given(receivables())
def test_each_round_gives_exactly_what_was_paid_in_and_all_of_them_each_piece_its_fen(
    case: tuple[int, list[int], list[int]],
) -> None:
    """MAT-2: no fen is made or lost by a round, none goes back, and at the end each piece has its length."""
    face, cuts, rounds = case
    given_out = shares(face, cuts, rounds)
    assert [sum(one) for one in given_out] == [new - old for old, new in pairwise([0, *rounds])]
    assert all(part >= 0 for one in given_out for part in one)
    lengths = [b - a for a, b in pairwise([0, *cuts, face])]
    assert [sum(parts) for parts in zip(*given_out, strict=True)] == lengths


@pytest.mark.spec("MAT-2")
@pytest.mark.parametrize("face", range(2, 10))
def test_on_small_faces_every_order_of_payments_pays_each_fen_once(face: int) -> None:
    """MAT-2, all of them: the fen that have been paid are some, then more, then all; none is paid twice."""
    parts = [*range(1, face)]
    for count in range(4):
        for partial in combinations(parts, count):
            rounds = [*partial, face]
            for one in shares(face, parts, rounds):
                assert set(one) <= {0, 1}
            assert [sum(fen) for fen in zip(*shares(face, parts, rounds), strict=True)] == [1] * face


@pytest.mark.spec("MAT-2")
@given(receivables())
def test_a_first_payment_is_shared_as_the_design_says_and_later_ones_stay_close(
    case: tuple[int, list[int], list[int]],
) -> None:
    """MAT-2: DESIGN 2.3 to the fen for the first; each later round adds less than a fen to the distance."""
    face, cuts, rounds = case
    for a, b in pairwise([0, *cuts, face]):
        assert paid_between(a, b, rounds[:1], face) == share_floor(rounds[0], Interval(a, b), face)
        for n, paid in enumerate(rounds, 1):
            assert abs(face * paid_between(a, b, rounds[:n], face) - paid * (b - a)) < 2 * n * face


@pytest.mark.spec("MAT-2")
@given(receivables(), st.data())
def test_a_cut_between_two_rounds_changes_nobodys_money(
    case: tuple[int, list[int], list[int]], data: st.DataObject
) -> None:
    """MAT-2: cut before any round, or between them, a piece's parts get together what it would have."""
    face, cuts, rounds = case
    for n in range(data.draw(st.integers(0, len(rounds))), len(rounds) + 1):
        for a, b in pairwise([0, *cuts, face]):
            middle = data.draw(st.integers(a, b))
            parts = [paid_between(x, y, rounds[:n], face) for x, y in ((a, middle), (middle, b))]
            assert sum(parts) == paid_between(a, b, rounds[:n], face)


def test_what_falls_on_a_closed_day_is_paid_on_the_next_open_one() -> None:
    """Month end, leap day, Easter, the turn of the year, and a weekend day that is worked."""
    rolled = {
        "2026-02-28": "2026-03-02",  # a Saturday, the month's last day: the next month
        "2028-02-29": "2028-02-29",  # a Tuesday
        "2032-02-29": "2032-03-01",  # a Sunday
        "2026-04-03": "2026-04-07",  # Good Friday to the Tuesday after Easter Monday
        "2026-12-25": "2026-12-28",  # Friday; the 26th is closed, the 27th a Sunday
        "2027-01-01": "2027-01-04",
    }
    for day, paid in rolled.items():
        assert due_day(parse_day(day), TARGET) == parse_day(paid)
    golden_week = BankingCalendar.from_dates([f"2026-10-0{n}" for n in range(1, 8)], workdays=["2026-10-10"])
    assert due_day(parse_day("2026-10-01"), golden_week) == parse_day("2026-10-08")
    assert due_day(parse_day("2026-10-10"), golden_week) == parse_day("2026-10-10")
    assert due_day(parse_day("2026-10-10"), WEEKENDS) == parse_day("2026-10-12")


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2028-02-28T15:59:59+00:00", 8 * 3600, "2028-02-28"),  # Shanghai, a second before the leap day
        ("2028-02-28T16:00:00+00:00", 8 * 3600, "2028-02-29"),
        ("2028-02-28T16:00:00+00:00", 0, "2028-02-28"),  # the same second elsewhere
        ("2026-03-31T18:29:59+00:00", 5 * 3600 + 1800, "2026-03-31"),  # India, half an hour
        ("2026-03-31T18:30:00+00:00", 5 * 3600 + 1800, "2026-04-01"),
        ("2026-03-31T18:14:59+00:00", 5 * 3600 + 2700, "2026-03-31"),  # Nepal, three quarters
        ("2026-03-31T18:15:00+00:00", 5 * 3600 + 2700, "2026-04-01"),
        ("2026-12-31T14:59:59+00:00", 9 * 3600, "2026-12-31"),  # Tokyo
        ("2026-12-31T15:00:00+00:00", 9 * 3600, "2027-01-01"),
        ("2027-01-01T02:29:59+00:00", -(2 * 3600 + 1800), "2026-12-31"),  # Newfoundland's summer time
        ("2027-01-01T02:30:00+00:00", -(2 * 3600 + 1800), "2027-01-01"),
    ],
)
def test_a_day_begins_at_the_deployments_own_midnight(moment: str, zone: int, day: str) -> None:
    seconds = int(dt.datetime.fromisoformat(moment).timestamp())
    assert business_date(seconds, zone) == parse_day(day)


def test_every_day_has_one_bucket_and_every_late_day_one_stage() -> None:
    due = day_number(dt.date(2026, 6, 30))
    names = [bucket_of(due, due - ahead) for ahead in (-1, 0, 7, 8, 30, 31, 90, 91, 180, 181, 400)]
    assert names == [
        "overdue", "0-7", "0-7", "8-30", "8-30", "31-90", "31-90", "91-180", "91-180", "over 180", "over 180",
    ]  # fmt: skip
    late = [stage_of(due, due + days) for days in (0, 1, 30, 31, 60, 61, 90, 91, 1000)]
    assert late == [None, "1-30", "1-30", "31-60", "31-60", "61-90", "61-90", "over 90", "over 90"]
    for bands, days in ((BUCKETS, range(-500, 500)), (STAGES, range(1, 500))):
        assert all(sum(day in band for band in bands) == 1 for day in days)


def test_sums_by_bucket_name_every_bucket_and_lose_nothing() -> None:
    sums = in_buckets([(100, 5), (99, 7), (107, 11), (400, 13)], 100)
    assert sums == {"overdue": 7, "0-7": 16, "8-30": 0, "31-90": 0, "91-180": 0, "over 180": 13}


def test_a_grace_of_no_days_makes_the_day_after_overdue() -> None:
    assert overdue_from(20_000, 0) == 20_001 and overdue_from(20_000, 5) == 20_006
