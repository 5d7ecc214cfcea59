"""What the indicators of greenwashing compare with: dated data for each jurisdiction, as the rules are.

An indicator says what it asks, its clause and source and how sure they are, and its figures. A jurisdiction's
own row binds where it is in force; else the row of `default` does. Readers may choose other figures; a name
that nobody knows is refused, so that a slip of the pen never silences an indicator.
"""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from ledger.domain.dates import date_of, day_number, parse_day
from ledger.errors import BadInput

_FILE: Final = Path(__file__).parent / "indicators.toml"
_GRADES: Final = ("A", "B", "C")
DEFAULT: Final = "default"

Figure = int | tuple[int, ...] | tuple[str, ...]
"""An amount, a share in millionths or a number of days; several limits; or days of the year as `MM-DD`."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row: in force in a jurisdiction from `since` on, until a later row of the same two."""

    id: str
    jurisdiction: str
    clause: str
    source: str
    grade: str
    since: dt.date
    en: str
    zh: str
    parameters: Mapping[str, Figure]

    def __post_init__(self) -> None:
        if self.grade not in _GRADES:
            raise BadInput("no such grade of an indicator", who=self.id, had=self.grade)

    def whole(self, name: str) -> int:
        """A figure that is one whole number."""
        figure = self.parameters[name]
        if not isinstance(figure, int):
            raise BadInput("a parameter is one whole number", who=f"{self.id}.{name}", had=figure)
        return figure

    def limits(self, name: str) -> tuple[int, ...]:
        """A figure that is several whole numbers."""
        figure = self.parameters[name]
        return tuple(int(one) for one in figure) if isinstance(figure, tuple) else (figure,)

    def days(self, name: str) -> tuple[str, ...]:
        """A figure that is days of the year."""
        figure = self.parameters[name]
        return tuple(str(one) for one in figure) if isinstance(figure, tuple) else ()

    def says(self, language: str = "en") -> str:
        return self.zh if language == "zh" else self.en


def jurisdictions(rows: Iterable[Indicator] | None = None) -> list[str]:
    """Those that have rows, `default` first."""
    named = {row.jurisdiction for row in (all_indicators() if rows is None else rows)}
    return [DEFAULT, *sorted(named - {DEFAULT})]


def in_force(
    jurisdiction: str | None, day: int, rows: Sequence[Indicator] | None = None
) -> dict[str, Indicator]:
    """The row of each indicator that binds on a day.

    Raises:
        BadInput: for a jurisdiction that has no rows.
    """
    known = all_indicators() if rows is None else rows
    chosen = DEFAULT if jurisdiction is None else jurisdiction
    if chosen not in jurisdictions(known):
        raise BadInput("unknown jurisdiction", had=chosen, needed=", ".join(jurisdictions(known)))
    found: dict[str, Indicator] = {}
    for where in (DEFAULT, chosen):
        of_one = [row for row in known if row.jurisdiction == where and day_number(row.since) <= day]
        found |= {row.id: row for row in sorted(of_one, key=lambda row: row.since)}
    return found


def begins(jurisdiction: str | None, rows: Sequence[Indicator] | None = None) -> list[int]:
    """The days on which something begins to bind there, in order."""
    known = all_indicators() if rows is None else rows
    mine = (DEFAULT, DEFAULT if jurisdiction is None else jurisdiction)
    return sorted({day_number(row.since) for row in known if row.jurisdiction in mine})


@cache
def all_indicators() -> tuple[Indicator, ...]:
    """Every row of the file."""
    return tuple(indicators_of(_FILE.read_text(encoding="utf-8")))


def indicators_of(text: str) -> list[Indicator]:
    """Rows as TOML tells them.

    Raises:
        BadInput: for a field that a row does not have, two rows of one day, or figures that the row of
            `default` does not have.
    """
    try:
        rows = [_indicator(row) for row in tomllib.loads(text).get("indicator", [])]
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as failure:
        raise BadInput("the indicators cannot be read", had=str(failure)) from None
    by_default = {row.id: row for row in rows if row.jurisdiction == DEFAULT}
    for row in rows:
        if row.id not in by_default or set(row.parameters) != set(by_default[row.id].parameters):
            raise BadInput("an indicator has a row of default with the same parameters", who=row.id)
    if len({(row.id, row.jurisdiction, row.since) for row in rows}) != len(rows):
        raise BadInput("each row of an indicator has a day of its own")
    return rows


def changed(text: str, rows: Sequence[Indicator] | None = None) -> list[Indicator]:
    """The rows with a reader's own figures: JSON of `{indicator: {parameter: figure}}`, with an optional
    `jurisdiction` and `since` in each; without them every row of the indicator changes.

    Raises:
        BadInput: for other JSON, an unknown indicator or parameter, or a figure of another kind.
    """
    known = list(all_indicators() if rows is None else rows)
    try:
        given = json.loads(text)
    except json.JSONDecodeError as failure:
        raise BadInput("the parameters are no JSON", had=str(failure)) from None
    if not isinstance(given, dict) or not all(isinstance(one, dict) for one in given.values()):
        raise BadInput("parameters are an object by indicator", had=given)
    for id_, figures in given.items():
        known = _with(known, id_, dict(figures))
    return known


def _with(known: list[Indicator], id_: str, figures: dict[str, Any]) -> list[Indicator]:
    mine = [row for row in known if row.id == id_]
    if not mine:
        raise BadInput("unknown indicator", had=id_, needed=", ".join(sorted({row.id for row in known})))
    where, since = figures.pop("jurisdiction", None), figures.pop("since", None)
    pattern = mine[0].parameters
    values = {name: _figure(f"{id_}.{name}", pattern, name, value) for name, value in figures.items()}
    if since is not None:
        place = where or DEFAULT
        base = [row for row in mine if row.jurisdiction == place] or mine
        begun = replace(base[-1], jurisdiction=place, since=date_of(parse_day(since)))
        return [*known, replace(begun, parameters={**begun.parameters, **values})]
    return [
        replace(row, parameters={**row.parameters, **values})
        if row.id == id_ and where in (None, row.jurisdiction)
        else row
        for row in known
    ]


def _figure(who: str, pattern: Mapping[str, Figure], name: str, value: Any) -> Figure:
    if name not in pattern:
        raise BadInput("unknown parameter", who=who, had=name, needed=", ".join(pattern))
    like = pattern[name]
    if isinstance(like, tuple):
        if isinstance(value, list) and value and all(_is_like(one, like[0]) for one in value):
            return tuple(value)
    elif _is_like(value, like):
        return int(value)
    raise BadInput("a parameter is of another kind", who=who, had=value, needed=like)


def _is_like(value: Any, like: int | str) -> bool:
    if isinstance(like, str):
        if isinstance(value, str):
            parse_day(f"2023-{value}")
        return isinstance(value, str)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _indicator(row: Mapping[str, Any]) -> Indicator:
    said = dict(row)
    figures = said.pop("parameters")
    frozen = {name: tuple(one) if isinstance(one, list) else one for name, one in figures.items()}
    return Indicator(**said, parameters=frozen)
