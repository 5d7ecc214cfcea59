"""Discount conventions against published figures."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from ledger.domain import discount
from ledger.domain.dates import parse_day
from ledger.domain.discount import BadDiscount, count_days, discount_half_up, months_as_days, net
from ledger.domain.money import currency, parse_major

DATA = Path(__file__).parents[1] / "data" / "finance_terms"


def published_eurobond_cases() -> list[tuple[str, str, int]]:
    with (DATA / "daycount_cases.csv").open(encoding="utf-8") as rows:
        return [
            (row["start"], row["end"], int(row["expected"]))
            for row in csv.DictReader(rows)
            if row["convention"] == "30/360 EurobondBasis"
        ]


@pytest.mark.spec("FIN-1")
def test_the_published_check_value_pays_out_992_500() -> None:
    """FIN-1: CNY 1,000,000 at 3% for 3 months (90/360) pays out 992,500, as published."""
    with (DATA / "receivable_terms_published.csv").open(encoding="utf-8") as rows:
        published = next(csv.DictReader(rows))
    assert published["item"] == "face 1,000,000 CNY, 3 months, discount rate 3%"
    cny = currency("CNY")
    face = parse_major("1,000,000", cny).minor
    paid_out = net(face, discount_half_up(face, 30_000, months_as_days(3)), 0)
    assert paid_out == parse_major(published["value"], cny).minor


@pytest.mark.parametrize(("start", "end", "days"), published_eurobond_cases())
def test_thirty_360_eurobond_as_published_by_isda(start: str, end: str, days: int) -> None:
    assert count_days("30E/360", parse_day(start), parse_day(end)) == days


def test_all_published_eurobond_cases_were_read() -> None:
    assert len(published_eurobond_cases()) == 17


def test_conventions_differ_and_are_named() -> None:
    start, end = parse_day("2025-07-01"), parse_day("2025-10-01")
    assert count_days("ACT/360", start, end) == 92
    assert count_days("MONTHS/360", start, end) == 90
    with pytest.raises(BadDiscount, match="whole months"):
        count_days("MONTHS/360", start, parse_day("2025-10-02"))


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
    with pytest.raises(BadDiscount):
        discount.months_as_days(-1)
