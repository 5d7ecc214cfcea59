"""Discount conventions against published figures."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from ledger.domain import discount
from ledger.domain.dates import BankingCalendar, format_day, parse_day
from ledger.domain.discount import (
    BadDiscount,
    Convention,
    annual_cost_ppm,
    convention,
    days_of,
    discount_half_up,
    end_of,
    net,
)
from ledger.domain.money import currency, parse_major

DATA = Path(__file__).parents[1] / "data" / "finance_terms"


def published_eurobond_cases() -> list[tuple[str, str, int]]:
    with (DATA / "daycount_cases.csv").open(encoding="utf-8") as rows:
        return [
            (row["start"], row["end"], int(row["expected"]))
            for row in csv.DictReader(rows)
            if row["convention"] == "30/360 EurobondBasis"
        ]


@pytest.mark.spec("FIN-5")
def test_the_published_check_value_pays_out_992_500() -> None:
    """FIN-5: CNY 1,000,000 at 3% for 3 months (90/360) pays out 992,500, as published."""
    with (DATA / "receivable_terms_published.csv").open(encoding="utf-8") as rows:
        published = next(csv.DictReader(rows))
    assert published["item"] == "face 1,000,000 CNY, 3 months, discount rate 3%"
    cny = currency("CNY")
    face = parse_major("1,000,000", cny).minor
    start, end = parse_day("2025-07-01"), parse_day("2025-10-01")
    three_months = days_of(Convention.THIRTY_360, start, end)
    paid_out = net(face, discount_half_up(face, 30_000, three_months), 0)
    assert paid_out == parse_major(published["value"], cny).minor


@pytest.mark.parametrize(("start", "end", "days"), published_eurobond_cases())
def test_thirty_360_eurobond_as_published_by_isda(start: str, end: str, days: int) -> None:
    assert days_of(Convention.THIRTY_360, parse_day(start), parse_day(end)) == days


def test_all_published_eurobond_cases_were_read() -> None:
    assert len(published_eurobond_cases()) == 17


def test_conventions_differ_and_are_named() -> None:
    start, end = parse_day("2025-07-01"), parse_day("2025-10-01")
    assert [days_of(one, start, end) for one in Convention] == [92, 90, 92]
    assert [convention(label) for label in discount.LABELS.values()] == list(Convention)
    with pytest.raises(BadDiscount, match="no such convention"):
        convention("ACT/365")


@pytest.mark.spec("FIN-5")
def test_an_end_rolls_to_the_next_banking_day_and_those_days_count() -> None:
    """FIN-5: Saturday 4 October 2025 lies in a closure; banks open again on the 9th."""
    due = parse_day("2025-10-04")
    closure = BankingCalendar.from_dates([f"2025-10-0{n}" for n in range(1, 9)])
    assert end_of(Convention.ACT_360, due, closure) == end_of(Convention.THIRTY_360, due, closure) == due
    assert end_of(Convention.ACT_360_ROLLED, due, BankingCalendar()) == due + 2
    rolled = end_of(Convention.ACT_360_ROLLED, due, closure)
    assert format_day(rolled) == "2025-10-09"
    assert days_of(Convention.ACT_360_ROLLED, parse_day("2025-07-01"), rolled) == 100
    long = BankingCalendar(frozenset(range(due, due + discount.MOST_ROLLED + 1)))
    with pytest.raises(BadDiscount, match="closed for too long"):
        end_of(Convention.ACT_360_ROLLED, due, long)


def test_all_in_cost_a_year_is_on_what_was_received() -> None:
    """Of 1,000,000 fen 990,000 are received for 365 days: 10,000 / 990,000, half-up."""
    assert annual_cost_ppm(1_000_000, 990_000, 365) == 10_101
    assert annual_cost_ppm(1_000_000, 1_000_000, 90) == 0
    with pytest.raises(BadDiscount):
        annual_cost_ppm(1_000_000, 0, 90)


@pytest.mark.spec("FIN-1")
def test_rounding_is_half_up_to_the_fen() -> None:
    """FIN-1: exactly one half rounds up, less rounds down."""
    assert discount_half_up(180, 1_000_000, 1) == 1
    assert discount_half_up(179, 1_000_000, 1) == 0
    assert discount_half_up(540, 1_000_000, 1) == 2
    dice = Random(3)
    for _ in range(500):
        face, rate, days = dice.randrange(1 << 64), dice.randrange(1 << 21), dice.randrange(400)
        exact = Fraction(face * rate * days, 360 * 10**6)
        assert discount_half_up(face, rate, days) == (exact + Fraction(1, 2)).__floor__()


def test_net_must_leave_something() -> None:
    assert net(100, 60, 39) == 1
    with pytest.raises(BadDiscount):
        net(100, 60, 40)


@pytest.mark.parametrize("values", [(-1, 1, 1), (1, -1, 1), (1, 1, -1)])
def test_negative_terms_are_refused(values: tuple[int, int, int]) -> None:
    with pytest.raises(BadDiscount):
        discount_half_up(*values)
