"""The dated parameters of a supplier's score: what each feature weighs, where its points begin and end.

They are data (`scorecards.csv`), and ours: no rule names them. A later card is a further group of rows with
its own first day; a score says which card it was made by.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from ledger.domain.dates import parse_day
from ledger.errors import NotFound

_FILE: Final = Path(__file__).parent / "scorecards.csv"
FULL: Final = 1_000


@dataclass(frozen=True, slots=True)
class Weighed:
    """One feature's part: no points at `zero_at` and beyond it, all of them at `full_at`."""

    feature: str
    weight: int
    zero_at: int
    full_at: int

    def points(self, value: int) -> int:
        """Of 1,000, rounded down, on a straight line between the two."""
        span = self.full_at - self.zero_at
        way = (value - self.zero_at) * FULL * (1 if span > 0 else -1)
        return max(0, min(FULL, way // abs(span)))


@dataclass(frozen=True, slots=True)
class Card:
    """In force from the day number `since` until a later card."""

    name: str
    since: int
    parts: tuple[Weighed, ...]


def card_on(day: int) -> Card:
    """The card in force on a day; NotFound before the first one."""
    found = [card for card in cards() if card.since <= day]
    if not found:
        raise NotFound("no scorecard is in force on that day", had=day, needed=cards()[0].since)
    return found[-1]


@cache
def cards() -> tuple[Card, ...]:
    """Every card, by its first day."""
    names = dict.fromkeys(row["card"] for row in _rows())
    found = [_card(name) for name in names]
    return tuple(sorted(found, key=lambda card: card.since))


def _card(name: str) -> Card:
    rows = [row for row in _rows() if row["card"] == name]
    [since] = {parse_day(row["since"]) for row in rows}
    parts = (
        Weighed(row["feature"], int(row["weight"]), int(row["zero_at"]), int(row["full_at"])) for row in rows
    )
    return Card(name, since, tuple(parts))


def _rows() -> Iterator[dict[str, str]]:
    with _FILE.open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)
