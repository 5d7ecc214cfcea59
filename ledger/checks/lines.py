"""LINE-1: reserved and outstanding stay within every limit, at both levels, and are what receivables make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from typing import Any, Final

from ledger.checks.uses import confirmations
from ledger.checks.view import View

_STEPS: Final = {
    "Confirmed": (1, 0),
    "Accepted": (-1, 1),
    "Refused": (-1, 0),
    "Returned": (-1, 0),
    "Settled": (0, -1),
    "Voided": (0, -1),
}


def within(view: View) -> Generator[str, None, str]:
    granted = _granted(view)
    said = int(view.call("CreditLines", "count"))
    if said != len(granted):
        yield f"{said} credit lines by the contract, {len(granted)} were granted or asked for"
    lines = dict(zip(granted, view.ask("CreditLines", "line", [(i,) for i in granted]), strict=True))
    made = _made_by_receivables(view, {number: parent for number, (parent, _) in granted.items()})
    for number, line in lines.items():
        yield from _one(number, line, granted[number], made[number])
    return f"{len(lines)} credit lines within their limits, at both levels"


def _one(number: int, line: Any, granted: tuple[int, int], made: list[int]) -> Generator[str, None, None]:
    had = [int(line["reserved"]), int(line["outstanding"])]
    limit = int(line["limit"])
    if sum(had) > limit:
        yield f"credit line {number}: {had[0]} + {had[1]} is above the limit {limit}"
    if (int(line["parent"]), limit) != granted:
        yield f"credit line {number}: limit {limit}, granted and changed to {granted[1]}"
    if had != made:
        yield f"credit line {number}: reserved and outstanding are {had}, receivables make {made}"


def _granted(view: View) -> dict[int, tuple[int, int]]:
    """`(parent, limit)` of every line, as it was granted and last changed; nothing of one only asked for."""
    granted: dict[int, tuple[int, int]] = {}
    names = ("LineRequested", "LineGranted", "LineChanged")
    for event in view.of(*(f"CreditLines.{name}" for name in names)):
        number = event.number("line")
        if event.name == "LineRequested":
            granted[number] = 0, 0
            continue
        parent = event.number("parent") if event.name == "LineGranted" else granted[number][0]
        granted[number] = parent, event.number("limit")
    return granted


def _made_by_receivables(view: View, parents: dict[int, int]) -> dict[int, list[int]]:
    """`[reserved, outstanding]` of every line, following each receivable's life; both levels."""
    made: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    terms = confirmations(view)
    early: dict[int, int] = defaultdict(int)
    for event in view.of("Maturity.SettledEarly", *(f"Receivables.{name}" for name in _STEPS)):
        number = event.number("receivable")
        one = terms[number]
        line, steps, amount = int(one["creditLine"]), _STEPS.get(event.name, (0, -1)), int(one["face"])
        if event.name == "SettledEarly":
            amount = event.number("end") - event.number("start")
            early[number] += amount
        elif event.name == "Settled":
            amount -= early[number]
        while line:
            for place, sign in enumerate(steps):
                made[line][place] += sign * amount
            line = parents.get(line, 0)
    return made
