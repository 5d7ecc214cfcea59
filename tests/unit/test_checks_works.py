"""What `greenledger check` finds in the events of lines with works: that nothing held was taken off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from ledger.checks import works
from ledger.checks.view import Seen, View
from ledger.ports import Contract

PROCEEDS = Contract("Proceeds", "0x" + "11" * 20)
CERTIFIER, PAYEE = "0x" + "22" * 20, "0x" + "33" * 20
OPENED: list[tuple[str, dict[str, Any]]] = [
    ("LineOpened", {"line": 1, "budget": 100}),
    ("LineOpened", {"line": 2, "budget": 100}),
    ("WorksSet", {"line": 1, "certifier": CERTIFIER, "retention": 0, "milestones": [{"amount": 60}]}),
    ("Allocated", {"line": 1, "amount": 100}),
    ("Allocated", {"line": 2, "amount": 100}),
    ("Paid", {"line": 1, "amount": 10, "payee": PAYEE}),
]
CERTIFIED = ("MilestoneCertified", {"line": 1, "certifier": CERTIFIER, "index": 0})


class Told:
    """A view of nothing but these events; the contract agrees with what they make of line 1."""

    def __init__(self, events: list[tuple[str, dict[str, Any]]], released: int) -> None:
        self._released = released
        self._events = [
            Seen("Proceeds", PROCEEDS, name, args, block, 0, f"0x{block}")
            for block, (name, args) in enumerate(events)
        ]

    def of(self, *names: str) -> Iterator[Seen]:
        return (event for event in self._events if f"Proceeds.{event.name}" in names)

    def call(self, _: str, function: str, line: int) -> Any:
        if function == "releasedOf":
            return self._released, 10
        assert (function, line) == ("works", 1)
        certified = any(event.name == "MilestoneCertified" for event in self._events)
        return {"certifier": CERTIFIER, "milestones": [{"amount": 60, "certifiedOn": int(certified)}]}


def found(*more: tuple[str, dict[str, Any]], released: int = 40) -> list[str]:
    return list(works.released_only(cast(View, Told([*OPENED, *more], released))))


def taken(line: int, amount: int) -> tuple[str, dict[str, Any]]:
    return "Deallocated", {"line": line, "amount": amount}


@pytest.mark.spec("BOND-13")
def test_what_is_left_above_what_the_works_hold_may_be_taken_off() -> None:
    assert found(taken(1, 30)) == []
    assert found(taken(1, 20), taken(1, 10)) == []
    assert found(taken(2, 100)) == [], "no works are on that line"
    assert found(CERTIFIED, taken(1, 90), released=100) == []


@pytest.mark.spec("BOND-13")
def test_what_was_held_and_is_gone_is_found() -> None:
    assert found(taken(1, 31)) == ["budget line 1: 0x6 left 59 of 60 that its works hold back"]
    assert found(taken(1, 20), taken(1, 11)) == ["budget line 1: 0x7 left 59 of 60 that its works hold back"]


@pytest.mark.spec("BOND-13")
def test_what_the_verifier_consented_to_is_no_finding() -> None:
    moved = ("Reallocated", {"from": 1, "to": 2, "amount": 50})
    assert found(moved) == []
    assert found(moved, taken(2, 150)) == []
    assert found(moved, taken(1, 1)) == ["budget line 1: 0x7 left 39 of 60 that its works hold back"]
