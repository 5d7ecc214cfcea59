"""BOND-11 to BOND-13: what left a budget line stayed within what its works had released at that moment, and
what they held back was not taken off it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final

from ledger.checks.view import Seen, View
from ledger.domain.works import released

_GOING: Final = ("Paid", "Encumbered")
_BACK: Final = ("EncumbranceReleased", "EncumbranceNetted", "Refunded")
_WORKS: Final = ("WorksSet", "MilestoneCertified", "FinallyCertified")
_PUT: Final = ("Allocated", "Deallocated", "Reallocated")


@dataclass(slots=True)
class _Line:
    """A line's works as its events have made them so far."""

    certifier: str
    budget: int
    amounts: list[int]
    retention: int
    certified: set[int] = field(default_factory=set)

    @property
    def released(self) -> int:
        held = sum(fen for index, fen in enumerate(self.amounts) if index not in self.certified)
        return released(self.budget, held, self.retention)


def released_only(view: View) -> Generator[str, None, str]:
    lines: dict[int, _Line] = {}
    gone: dict[int, int] = defaultdict(int)
    budgets = {event.number("line"): event.number("budget") for event in view.of("Proceeds.LineOpened")}
    put: dict[int, int] = defaultdict(int)
    names = (*_WORKS, *_GOING, *_BACK, *_PUT)
    for event in view.of(*(f"Proceeds.{name}" for name in names)):
        if event.name in _PUT:
            _put(event, put)
            yield from _kept(event, lines, put, gone)
            continue
        line = event.number("line")
        if event.name == "WorksSet":
            if gone[line]:
                yield f"budget line {line}: conditions in {event.tx} after {gone[line]} had left it"
            lines[line] = _set(event, budgets[line])
        elif event.name in _WORKS:
            yield from _certified(event, lines[line])
        else:
            gone[line] += _amount(event) if event.name in _GOING else -_amount(event)
            yield from _judged(event, lines.get(line), gone[line])
    for line, works in lines.items():
        said = tuple(int(value) for value in view.call("Proceeds", "releasedOf", line))
        if said != (works.released, gone[line]):
            made = (works.released, gone[line])
            yield f"budget line {line}: released and gone are {said}, events make {made}"
        yield from _told_otherwise(view, line, works)
    return f"{len(lines)} budget lines with milestones or retention spent what was released, and no more"


def _put(event: Seen, put: dict[int, int]) -> None:
    """Counts what the issuer gave to a line, or took off it unspent."""
    if event.name == "Reallocated":
        put[event.number("from")] -= event.number("amount")
        put[event.number("to")] += event.number("amount")
        return
    put[event.number("line")] += event.number("amount") * (1 if event.name == "Allocated" else -1)


def _kept(
    event: Seen, lines: dict[int, _Line], put: dict[int, int], gone: dict[int, int]
) -> Generator[str, None, None]:
    """A reallocation takes what it wants: the verifier consented."""
    if event.name != "Deallocated" or event.number("line") not in lines:
        return
    line = event.number("line")
    held, left = lines[line].budget - lines[line].released, put[line] - gone[line]
    if left < held:
        yield f"budget line {line}: {event.tx} left {left} of {held} that its works hold back"


def _told_otherwise(view: View, line: int, works: _Line) -> Generator[str, None, None]:
    """Its certifier and milestones, each with its amount and whether it is certified."""
    record = view.call("Proceeds", "works", line)
    if record["certifier"] != works.certifier:
        yield f"budget line {line}: its certifier is {record['certifier']}, events make {works.certifier}"
    said = [(int(one["amount"]), bool(one["certifiedOn"])) for one in record["milestones"]]
    made = [(fen, index in works.certified) for index, fen in enumerate(works.amounts)]
    if said != made:
        yield f"budget line {line}: its milestones are {said}, events make {made}"


def _set(event: Seen, budget: int) -> _Line:
    amounts = [int(one["amount"]) for one in event.args["milestones"]]
    return _Line(event.args["certifier"], budget, amounts, event.number("retention"))


def _certified(event: Seen, works: _Line) -> Generator[str, None, None]:
    line = event.number("line")
    if event.args["certifier"] != works.certifier:
        yield f"budget line {line}: {event.args['certifier']} certified in {event.tx}, not {works.certifier}"
    if event.name == "FinallyCertified":
        works.retention = 0
        return
    index = event.number("index")
    if index in works.certified or index >= len(works.amounts):
        yield f"budget line {line}: milestone {index} was certified again in {event.tx}, or is none"
    works.certified.add(index)


def _judged(event: Seen, works: _Line | None, gone: int) -> Generator[str, None, None]:
    if works is None or event.name not in _GOING:
        return
    if gone > works.released:
        yield f"budget line {event.args['line']}: {gone} gone of {works.released} released in {event.tx}"
    if event.args.get("payee") == works.certifier:
        yield f"budget line {event.args['line']} paid its own certifier in {event.tx}"


def _amount(event: Seen) -> int:
    if event.name == "EncumbranceNetted":
        return event.number("end") - event.number("start")
    return event.number("amount")
