"""LEG-1: of an attester's bank reference one leg stands, and the contract says what its events said."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.checks.view import Seen, View, tag

_REPORTED, _ATTESTED = 1, 2
_AFTER: Final = {"LegConfirmed": 2, "LegSuperseded": 3, "LegWithdrawn": 4, "LegRefused": 5}
_NAMES: Final = ("LegReported", "LegAttested", *_AFTER)


@dataclass(slots=True)
class _Leg:
    """A leg as its events make it."""

    attester: str
    content: Mapping[str, Any]
    state: int


def once(view: View) -> Generator[str, None, str]:
    legs: dict[int, _Leg] = {}
    for event in view.of(*(f"Legs.{name}" for name in _NAMES)):
        yield from _take(legs, event)
    said = int(view.call("Legs", "count"))
    if said != len(legs):
        yield f"{said} legs by the contract, {len(legs)} by its events"
    yield from _states(view, legs)
    standing = yield from _references(view, legs)
    yield from _asked_by_nobody(view)
    return f"{standing} of {len(legs)} legs stand, each by a reference of its own"


def _take(legs: dict[int, _Leg], event: Seen) -> Generator[str, None, None]:
    number = event.number("leg")
    if event.name in _AFTER:
        if number not in legs:
            yield f"leg {number}: {event.name} and nothing before"
            return
        legs[number].state = _AFTER[event.name]
        return
    state = _ATTESTED if event.name == "LegAttested" else _REPORTED
    legs[number] = _Leg(str(event.args["attester"]), event.args["content"], state)


def _states(view: View, legs: Mapping[int, _Leg]) -> Generator[str, None, None]:
    numbers = list(legs)
    for number, one in zip(numbers, view.ask("Legs", "leg", [(n,) for n in numbers]), strict=True):
        if int(one["state"]) != legs[number].state:
            yield f"leg {number}: state {one['state']}, its events make {legs[number].state}"


def _references(view: View, legs: Mapping[int, _Leg]) -> Generator[str, None, int]:
    """Each reference that an attested leg names stands for it alone."""
    stands = {number: leg for number, leg in legs.items() if leg.state == _ATTESTED}
    asked = [(leg.attester, leg.content["bank"], leg.content["bankReference"]) for leg in stands.values()]
    keys: dict[tuple[Any, ...], int] = {}
    for number, key, found in zip(stands, asked, view.ask("Legs", "legOf", asked), strict=True):
        if int(found) != number:
            yield f"leg {number}: its reference {tag(key[2])} stands for leg {found}"
        if keys.setdefault(key, number) != number:
            yield f"legs {keys[key]} and {number} stand by one reference"
    return len(stands)


def _asked_by_nobody(view: View) -> Generator[str, None, None]:
    """No money ever moved by it: no ledger cash has it for a controller's account."""
    address = view.contracts["Legs"].address
    for cash in view.cashes():
        incoming, outgoing, _ = view.call(cash, "axis", address)
        if int(incoming) or int(outgoing):
            yield f"{cash}: money moved on the account of Legs"
