"""Impact shares: nothing counted twice, nothing lost, and quantities that are exact (IMP-3)."""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random

import pytest

from ledger.domain.impact import (
    Basis,
    BasisKind,
    Span,
    Stake,
    UnitMove,
    basis_text,
    financed_shares,
    largest_remainder,
    quantity,
    share_out,
    shown,
    spans,
    supply,
)
from ledger.domain.obligations import NOBODY
from ledger.errors import BadInput

YEAR = 365


def held(units: int, first: int = 0, last: int = YEAR - 1) -> list[Span]:
    return [Span(first, last, units)]


# --- quantities and their basis ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [("4200000", (4_200_000, 0)), ("191.7", (1_917, 1)), ("0", (0, 0)), ("0.050", (50, 3))],
)
def test_a_quantity_is_read_and_shown_exactly(text: str, read: tuple[int, int]) -> None:
    assert quantity(text) == read
    assert shown(*read) == text


@pytest.mark.parametrize(
    "text", ["", "-1", "1e6", "1,000", "01", ".5", "1.", "1." + "0" * 19, "9" * 40, "about 4"]
)
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(BadInput, match="plain decimal"):
        quantity(text)


def test_a_basis_says_what_the_factor_is() -> None:
    basis = Basis(
        BasisKind.AVERAGE,
        "生态环境部",
        value="0.5366",
        unit="kgCO2/kWh",
        year="2022",
        region="CN",
        version="1",
    )
    assert json.loads(basis_text(basis)) == {
        "kind": "average",
        "region": "CN",
        "source": "生态环境部",
        "unit": "kgCO2/kWh",
        "value": "0.5366",
        "version": "1",
        "year": "2022",
    }
    assert basis_text(Basis(BasisKind.NONE, "meter")) == '{"kind":"none","source":"meter"}'


@pytest.mark.parametrize(
    ("basis", "message"),
    [
        (Basis(BasisKind.NONE, ""), "source"),
        (Basis(BasisKind.FOSSIL, "s", value="0.8", unit="t"), "more than a number"),
        (
            Basis(BasisKind.MARGINAL, "s", value="x", unit="t", year="1", region="r", version="1"),
            "plain decimal",
        ),
        (Basis(BasisKind.UNPUBLISHED, "s" * 1_100), "too long"),
    ],
)
def test_what_is_no_basis(basis: Basis, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        basis_text(basis)


# --- holdings ----------------------------------------------------------------------------------------------


def test_a_holding_of_a_day_is_the_one_at_its_end() -> None:
    moves = [
        UnitMove(3, NOBODY, "a", 10),
        UnitMove(5, "a", "b", 4),
        UnitMove(5, "b", "c", 4),
        UnitMove(8, "a", "c", 6),
        UnitMove(12, "c", "a", 1),
    ]
    assert spans(moves, 1, 10) == {
        "a": [Span(3, 4, 10), Span(5, 7, 6)],
        "c": [Span(5, 7, 4), Span(8, 10, 10)],
    }
    assert spans(moves, 6, 6) == {"a": [Span(6, 6, 6)], "c": [Span(6, 6, 4)]}
    assert spans(moves, 1, 2) == {}
    assert [supply(moves, day) for day in (2, 3, 12)] == [0, 10, 10]


def test_random_holdings_tile_every_day() -> None:
    dice = Random(7)
    for _ in range(50):
        units = {"a": 100}
        moves = [UnitMove(dice.randrange(20), NOBODY, "a", 100)]
        day = moves[0].day
        for _ in range(dice.randrange(30)):
            day += dice.randrange(3)
            source = dice.choice([who for who, had in units.items() if had])
            target, moved = dice.choice("abcd"), dice.randint(1, units[source])
            units[source] -= moved
            units[target] = units.get(target, 0) + moved
            moves.append(UnitMove(day, source, target, moved))
        found = spans(moves, 0, 60)
        for one in range(moves[0].day, 61):
            assert sum(s.units for all_ in found.values() for s in all_ if s.first <= one <= s.last) == 100


# --- shares ------------------------------------------------------------------------------------------------


@pytest.mark.spec("IMP-3")
def test_the_published_case_of_ten_loans() -> None:
    """EUR 500m in loans of 528: 500/528 of 4.2m tCO2, 60 to 40; 28/528 are other funding."""
    stake = Stake(1, 500, 100, {"a": held(60, 9, 9), "b": held(40, 9, 9)})
    shares = share_out(4_200_000, 0, 1, 528, [stake])
    assert [shown(s.value, shares.decimals) for s in shares.holders] == ["2386363.636364", "1590909.090909"]
    assert shown(shares.other, shares.decimals) == "222727.272727" and shares.unheld == 0
    assert sum(s.value for s in shares.holders) + shares.other == shares.value == 4_200_000 * 10**6
    assert shares.holders[0].part == Fraction(500, 528) * Fraction(60, 100)


@pytest.mark.spec("IMP-3")
def test_who_held_half_the_year_gets_half() -> None:
    stake = Stake(1, 100, 10, {"a": held(10, 0, 99), "b": held(10, 100, 199)})
    shares = share_out(1_000, 0, 400, 200, [stake])
    assert [s.value for s in shares.holders] == [125_000_000, 125_000_000]
    assert (shares.unheld, shares.other) == (250_000_000, 500_000_000)


@pytest.mark.spec("IMP-3")
def test_more_put_in_than_the_total_never_counts_twice() -> None:
    stakes = [Stake(bond, 80, 1, {"a": held(1)}) for bond in (1, 2)]
    assert financed_shares(stakes, 100) == {1: Fraction(1, 2), 2: Fraction(1, 2)}
    shares = share_out(9, 0, YEAR, 100, stakes)
    assert [s.value for s in shares.holders] == [4_500_000, 4_500_000] and shares.other == 0


@pytest.mark.spec("IMP-3")
def test_random_shares_sum_to_the_whole_and_stay_under_the_financed_share() -> None:
    dice = Random(3)
    for _ in range(200):
        days, total = dice.randint(1, 400), dice.randint(1, 10**9)
        stakes = []
        for bond in range(dice.randrange(4)):
            units = dice.randint(1, 1000)
            cut = dice.randint(0, units)
            split = {"a": held(cut, 1, days), "b": held(units - cut, dice.randint(1, days), days)}
            split = {who: [s for s in one if s.units] for who, one in split.items()}
            stakes.append(Stake(bond, dice.randrange(total), units, split))
        shares = share_out(dice.randrange(10**12), dice.randrange(9), days, total, stakes)
        assert sum(s.value for s in shares.holders) + shares.unheld + shares.other == shares.value
        assert min([shares.unheld, shares.other, *(s.value for s in shares.holders)]) >= 0
        for bond, financed in financed_shares(stakes, total).items():
            mine = [s for s in shares.holders if s.bond == bond]
            assert sum((s.part for s in mine), Fraction(0)) <= financed
            assert all(abs(s.part * shares.value - s.value) < 1 for s in mine)


def test_a_figure_without_any_bond_is_other_funding() -> None:
    shares = share_out(5, 8, 1, 1, [Stake(1, 0, 10, {"a": held(10, 0, 0)}), Stake(2, 1, 0, {})])
    assert (shares.holders, shares.decimals, shares.value) == ((), 8, 5)
    assert (shares.unheld, shares.other) == (5, 0)


def test_largest_remainder() -> None:
    third = Fraction(1, 3)
    assert largest_remainder(100, [third] * 3) == [34, 33, 33]
    assert largest_remainder(0, [Fraction(1)]) == [0]
    for parts in ([Fraction(1, 2)], [Fraction(3, 2), Fraction(-1, 2)]):
        with pytest.raises(BadInput, match="parts of a whole"):
            largest_remainder(10, parts)
