"""Day numbers, business dates and banking days."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.domain import dates
from ledger.domain.dates import BadDate, BankingCalendar, parse_day


def test_day_numbers_count_from_1970() -> None:
    assert parse_day("1970-01-01") == 0
    assert parse_day("2000-03-01") == 11_017
    assert dates.format_day(parse_day("2025-06-15")) == "2025-06-15"
    assert dates.date_of(365) == dt.date(1971, 1, 1)


@pytest.mark.parametrize(
    "text", ["", "2025-6-15", "2025-02-30", "15.06.2025", "1969-12-31", "2025-06-15T00:00"]
)
def test_malformed_dates_are_refused(text: str) -> None:
    with pytest.raises(BadDate):
        parse_day(text)


def test_business_date_follows_the_time_zone() -> None:
    evening = int(dt.datetime(2025, 6, 14, 16, 0, tzinfo=dt.UTC).timestamp())
    assert dates.format_day(dates.business_date(evening, 0)) == "2025-06-14"
    assert dates.format_day(dates.business_date(evening, 8 * 3600)) == "2025-06-15"
    assert dates.format_day(dates.business_date(evening - 1, 8 * 3600)) == "2025-06-14"


def test_days_between_counts_the_first_and_not_the_last() -> None:
    assert dates.days_between(parse_day("2024-02-28"), parse_day("2024-03-01")) == 2
    assert dates.days_between(5, 5) == 0
    with pytest.raises(BadDate, match="out of order"):
        dates.days_between(6, 5)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2024-12-15", 1, "2025-01-15"),
        ("2024-03-31", -1, "2024-02-29"),
    ],
)
def test_add_months_stops_at_the_months_end(start: str, months: int, end: str) -> None:
    assert dates.format_day(dates.add_months(parse_day(start), months)) == end


def test_rolling_uses_the_calendar_given() -> None:
    calendar = BankingCalendar.from_dates(
        holidays=["2025-10-01", "2025-10-02", "2025-10-03", "2025-10-06"], workdays=["2025-10-11"]
    )
    assert dates.format_day(calendar.roll_following(parse_day("2025-10-01"))) == "2025-10-07"
    assert dates.format_day(calendar.roll_following(parse_day("2025-10-11"))) == "2025-10-11"
    assert dates.format_day(calendar.roll_following(parse_day("2025-10-12"))) == "2025-10-13"
    assert dates.format_day(calendar.roll_preceding(parse_day("2025-10-05"))) == "2025-09-30"
    assert not calendar.is_open(parse_day("2025-10-04"))


def test_a_calendar_without_banking_days_is_an_error_and_no_endless_loop() -> None:
    with pytest.raises(BadDate, match="no banking day"):
        BankingCalendar(weekend=frozenset(range(1, 8))).roll_following(20_000)
