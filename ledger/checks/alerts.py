"""ALERT-2: every alert is what its events made of it, and each finding of a bond has one."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.checks.view import Seen, View, tag
from ledger.domain.obligations import NOBODY
from ledger.domain.states import AlertState

_NAMES: Final = ("Raised", "Assigned", "Explained", "Confirmed", "Dismissed", "Reopened")
_FIELDS: Final = ("bond", "state", "reason", "round", "breach", "raisedBy", "subject", "judge")
_HASHES: Final = ("key", "indicator", "evidence", "explanation", "conclusion")
_OPEN: Final = (AlertState.RAISED, AlertState.ASSIGNED, AlertState.EXPLAINED)
_NOTHING: Final = bytes(32)


@dataclass(slots=True)
class _Alert:
    """As its events have made it so far; `cited`: every document that was evidence or a conclusion."""

    record: dict[str, Any]
    cited: set[bytes] = field(default_factory=set)

    @property
    def state(self) -> AlertState:
        return AlertState(self.record["state"])


def as_told(view: View) -> Generator[str, None, str]:
    alerts: dict[int, _Alert] = {}
    for event in view.of(*(f"Alerts.Alert{name}" for name in _NAMES)):
        yield from _take(alerts, event)
    said = int(view.call("Alerts", "count"))
    if said != len(alerts):
        yield f"{said} alerts by the contract, {len(alerts)} by its events"
    numbers = list(alerts)
    records = view.ask("Alerts", "alert", [(number,) for number in numbers])
    for number, record in zip(numbers, records, strict=True):
        yield from _unlike(number, alerts[number].record, record)
    asked = [(one.record["bond"], bytes(one.record["key"])) for one in alerts.values()]
    for number, found in zip(numbers, view.ask("Alerts", "idOf", asked), strict=True):
        if int(found) != number:
            yield f"alert {number}: its finding is said to be alert {found}'s"
    return f"{len(alerts)} alerts are what was raised, assigned, explained and judged"


def _take(alerts: dict[int, _Alert], event: Seen) -> Generator[str, None, None]:
    number, args = event.number("alert"), event.args
    if event.name == "AlertRaised":
        alerts[number] = _Alert(dict(args["terms"]), {bytes(args["terms"]["evidence"])})
        return
    if number not in alerts:
        yield f"alert {number}: {event.name} and nothing before"
        return
    one = alerts[number]
    is_open = one.state in _OPEN
    if is_open != (event.name != "AlertReopened"):
        yield f"alert {number}: {event.name} in {event.tx} while it was {one.state.name.lower()}"
    if event.name == "AlertReopened" and bytes(args["document"]) in one.cited:
        yield f"alert {number}: opened again in {event.tx} on a document that was cited before"
    if event.name in ("AlertConfirmed", "AlertDismissed") and args["by"] == one.record["raisedBy"]:
        yield f"alert {number}: judged in {event.tx} by who raised it"
    one.record.update(_after(event, one))
    if "document" in args and event.name != "AlertExplained":
        one.cited.add(bytes(args["document"]))


def _after(event: Seen, one: _Alert) -> dict[str, Any]:
    """What an event changes."""
    args, explained = event.args, bytes(one.record["explanation"]) != _NOTHING
    match event.name:
        case "AlertAssigned":
            return {"judge": args["judge"], "state": _OPEN[2 if explained else 1]}
        case "AlertExplained":
            assigned = one.record["judge"] != NOBODY
            return {"explanation": args["document"], "state": _OPEN[2] if assigned else one.state}
        case "AlertReopened":
            fresh = {"state": _OPEN[0], "reason": 0, "judge": NOBODY, "round": args["round"]}
            papers = {"evidence": args["document"], "explanation": _NOTHING, "conclusion": _NOTHING}
            return fresh | papers | {"raisedBy": args["by"]}
        case _:
            state = AlertState.CONFIRMED if event.name == "AlertConfirmed" else AlertState.DISMISSED
            ended = {"state": state, "reason": args["reason"], "judge": args["by"]}
            return ended | {"conclusion": args["document"], "breach": args.get("breach", 0)}


def _unlike(number: int, told: dict[str, Any], record: Any) -> Generator[str, None, None]:
    for name in _FIELDS:
        if record[name] != told[name]:
            yield f"alert {number}: {name} is {record[name]}, its events make {told[name]}"
    for name in _HASHES:
        if bytes(record[name]) != bytes(told[name]):
            yield f"alert {number}: {name} is {tag(record[name])}, its events make {tag(told[name])}"
