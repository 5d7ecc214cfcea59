"""LOAN-1: what is outstanding stays within its line, and is what was drawn less what was repaid of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from typing import Any

from ledger.checks.view import View


def within(view: View) -> Generator[str, None, str]:
    limits = {e.number("line"): int(e.args["terms"]["limit"]) for e in view.of("SupplierLoans.LoanGranted")}
    drawn, repaid = _sums(view, "Drawn", "amount"), _sums(view, "Repaid", "principal")
    applied = [event.number("line") for event in view.of("SupplierLoans.LoanApplied")]
    said = int(view.call("SupplierLoans", "count"))
    if said != len(applied):
        yield f"{said} loan lines by the contract, {len(applied)} were applied for"
    lines = view.ask("SupplierLoans", "line", [(number,) for number in applied])
    for number, line in zip(applied, lines, strict=True):
        yield from _one(number, line, limits.get(number, 0), (drawn[number], repaid[number]))
    yield from _drawdowns(view, drawn, repaid)
    return f"{len(applied)} loan lines within their limits"


def _one(number: int, line: Any, limit: int, moved: tuple[int, int]) -> Generator[str, None, None]:
    had = int(line["drawn"]), int(line["repaid"])
    if had != moved:
        yield f"loan line {number}: drawn and repaid are {had}, its events make {moved}"
    if not 0 <= had[0] - had[1] <= limit or int(line["limit"]) != limit:
        yield f"loan line {number}: {had[0] - had[1]} outstanding, granted {limit}"


def _drawdowns(view: View, drawn: dict[int, int], repaid: dict[int, int]) -> Generator[str, None, None]:
    """What the drawdowns of a line owe adds up to what is outstanding on it."""
    owed: dict[int, int] = defaultdict(int)
    made = [event.number("drawdown") for event in view.of("SupplierLoans.Drawn")]
    for one in view.ask("SupplierLoans", "drawdown", [(number,) for number in made]):
        owed[int(one["line"])] += int(one["outstanding"])
    for number, amount in drawn.items():
        if owed[number] != amount - repaid[number]:
            yield f"loan line {number}: its drawdowns owe {owed[number]}, not {amount - repaid[number]}"


def _sums(view: View, name: str, what: str) -> dict[int, int]:
    """Of one amount of one event, by loan line."""
    sums: dict[int, int] = defaultdict(int)
    for event in view.of(f"SupplierLoans.{name}"):
        sums[event.number("line")] += event.number(what)
    return sums
