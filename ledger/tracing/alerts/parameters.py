"""What the indicators compare with: dated, and a choice of whoever reads the alerts (RULES.md, grade C)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from ledger.domain.dates import parse_day
from ledger.errors import BadInput

_DAY: Final = 86_400
_FOREVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class Parameters:
    """In force from the day `since` (UTC) until a later set. Amounts are minor units, shares millionths.

    Args:
        least: smaller payments begin no finding.
        trip_days, trip_moves, trip_share: a round trip is over within so many days and moves, and at each
            move at least this share goes on.
        split_limits, split_below, split_times, split_days: so many payments to one payee within so many days,
            each at or above that share of an approval limit and below the limit.
        report_days, report_window: days of the year that are reported on (`MM-DD`), and how many days around
            them count.
        back_share, back_most: what comes back, between these shares of what went out.
        turn_hours, turn_times, turn_share: so many times within so many hours, at least this share of an
            account's balance goes out and comes back.
    """

    since: str = "1970-01-01"
    least: int = 100_000
    trip_days: int = 60
    trip_moves: int = 5
    trip_share: int = 975_000
    split_limits: tuple[int, ...] = (5_000_000, 10_000_000, 50_000_000)
    split_below: int = 900_000
    split_times: int = 3
    split_days: int = 5
    report_days: tuple[str, ...] = ("06-30", "12-31")
    report_window: int = 2
    back_share: int = 980_000
    back_most: int = 1_080_000
    turn_hours: int = 24
    turn_times: int = 2
    turn_share: int = 200_000


DEFAULT: Final = Parameters()


def periods(parameters: Sequence[Parameters]) -> Iterator[tuple[Parameters, int, int]]:
    """Each set, and the UTC seconds `[begin, end)` in which it is in force."""
    ordered = sorted(parameters, key=lambda one: parse_day(one.since))
    begins = [parse_day(one.since) * _DAY for one in ordered]
    yield from zip(ordered, begins, [*begins[1:], _FOREVER], strict=True)


def parameters_of(text: str) -> list[Parameters]:
    """A JSON list of sets, or one set; what a set leaves out is as in `Parameters`.

    Raises:
        BadInput: for other JSON, an unknown name, a value of another kind, or two sets of one day.
    """
    try:
        given = json.loads(text)
    except json.JSONDecodeError as failure:
        raise BadInput("the parameters are no JSON", had=str(failure)) from None
    sets = [_set(one) for one in (given if isinstance(given, list) else [given])]
    days = [parse_day(one.since) for one in sets]
    if not sets or len(set(days)) != len(days):
        raise BadInput("each set of parameters has a day of its own", had=[one.since for one in sets])
    return sets


def _set(given: Any) -> Parameters:
    if not isinstance(given, dict):
        raise BadInput("a set of parameters is an object", had=given)
    known = {field.name: getattr(DEFAULT, field.name) for field in fields(Parameters)}
    for name, value in given.items():
        if name not in known:
            raise BadInput("unknown parameter", had=name, needed=", ".join(known))
        if not _is_like(value, known[name]):
            raise BadInput("a parameter is of another kind", who=name, had=value, needed=known[name])
    for day in given.get("report_days", ()):
        parse_day(f"2023-{day}")
    values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in given.items()}
    return Parameters(**values)


def _is_like(value: Any, known: Any) -> bool:
    if isinstance(known, tuple):
        return isinstance(value, list) and all(_is_like(one, known[0]) for one in value)
    if isinstance(known, str):
        return isinstance(value, str)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
