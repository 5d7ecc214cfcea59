"""What the ledger's own index shows: schemes are raised, honest cases are not, and no label is ever read."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

import pytest

from ledger.domain.bankmoney import Booking, Leg, reconcile
from ledger.domain.dates import date_of
from ledger.tracing.alerts.case import Beside
from ledger.tracing.readmodel import ReadModel
from tests.unit.schemes import HONEST, SCHEMES, Planted, planted
from tests.unit.town import day_of

pytestmark = pytest.mark.spec("ALERT-1")

Json = dict[str, Any]


def beside(made: Planted) -> Beside:
    """The tags that a bank attests, and its statement compared with the ledger's mints and burns."""
    town = made.town
    told = [row for row in town.index.told if row.contract == "Cash"]
    legs = [
        Leg(
            date_of(day_of(town.index.times[row.block])),
            row.args["bankReference"],
            "in" if row.name == "Minted" else "out",
            row.args["amount"],
            row.args.get("to", row.args.get("holder")),
            row.tx,
        )
        for row in told
    ]
    days = {leg.reference: leg.day for leg in legs}
    lines = [Booking(days[ref], ref, way, amount, who) for ref, way, amount, who in town.statement]
    first, last = min(days.values()), max(days.values())
    return Beside(made.tags, reconcile(lines, legs, str, first, last).mismatches)


@cache
def found(seed: int) -> tuple[Planted, list[Json]]:
    made = planted(seed)
    return made, ReadModel(made.town.index).findings(beside=beside(made))["findings"]


def raised(made: Planted, told: list[Json]) -> dict[int, set[str]]:
    by_bond: defaultdict[int, set[str]] = defaultdict(set)
    for one in told:
        by_bond[one["bond"] or 0].add(one["indicator"])
    return by_bond


def test_there_are_enough_of_both() -> None:
    made, _ = found(1)
    assert len(SCHEMES) >= 30 and len(HONEST) >= 20
    assert len(made.town.ordinary) > 99_000
    assert len(made.town.index.columns) > 100_000


@pytest.mark.parametrize("name", SCHEMES)
def test_every_scheme_is_raised(name: str) -> None:
    made, told = found(1)
    case = made.cases[name]
    assert case.must <= raised(made, told)[case.bond]


def test_nothing_else_is_raised() -> None:
    made, told = found(1)
    may: defaultdict[int, set[str]] = defaultdict(set)
    for case in made.cases.values():
        may[case.bond] |= case.must | case.may
    assert [one for one in told if one["indicator"] not in may[one["bond"] or 0]] == []
