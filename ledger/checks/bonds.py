"""BOND-1: the states partition `[0, raised)`, as counters and events give them and as the contract says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from typing import Final

from ledger.checks.cash import Counters, counters
from ledger.checks.view import View
from ledger.domain import purposes
from ledger.domain.purposes import PROCEEDS, axis_of
from ledger.errors import LedgerError

STATES: Final = ("cost", "unallocated", "placed", "lost", "available", "encumbered", "spent", "returned")


def partition(view: View) -> Generator[str, None, str]:
    cashes = {e.number("bond"): view.cash_named(e.args["cash"]) for e in view.of("Proceeds.BondBooksOpened")}
    counted = {cash: counters(view, cash)[0] for cash in set(cashes.values())}
    spent, parts, away = _spent(view), _parts(view), _away(view)
    closed = {e.number("bond"): e.number("raised") for e in view.of("Proceeds.ProceedsReceived")}
    for bond, raised in closed.items():
        derived = _derived(bond, counted[cashes[bond]], parts[bond]) | away[bond] | {"spent": spent[bond]}
        yield from _compared(view, bond, raised, derived)
        origin = _counter(counted[cashes[bond]], purposes.origin(bond))[0]
        (said,) = view.ask_each("Proceeds", "raised", [(bond,)])
        if not origin == raised == said:
            yield f"bond {bond}: raised {raised}, {said} by the contract, {origin} on its origin sub-account"
    return f"the states of {len(closed)} bonds partition what they raised"


def _compared(view: View, bond: int, raised: int, derived: dict[str, int]) -> Generator[str, None, None]:
    (said,) = view.ask_each("Proceeds", "states", [(bond,)])
    if isinstance(said, LedgerError):
        yield f"bond {bond}: the contract cannot say its states: {said}"
        return
    if sum(derived.values()) != raised:
        yield f"bond {bond}: states add up to {sum(derived.values())}, raised {raised}"
    for state in STATES:
        if derived[state] != int(said[state]):
            yield f"bond {bond}: {state} is {said[state]} by the contract, {derived[state]} by its moves"


def _spent(view: View) -> dict[int, int]:
    """Of each bond: what was paid and settled, less what came back."""
    spent: dict[int, int] = defaultdict(int)
    for event in view.of("Proceeds.Paid"):
        spent[event.number("bond")] += event.number("amount")
    for event in view.of("Proceeds.EncumbrancePaid"):
        spent[event.number("bond")] += event.number("end") - event.number("start")
    for event in view.of("Proceeds.Refunded"):
        spent[event.number("bond")] -= event.number("amount")
    return spent


def _away(view: View) -> dict[int, dict[str, int]]:
    """Of each bond: what is placed, and what is lost and not made good."""
    away: dict[int, dict[str, int]] = defaultdict(lambda: {"placed": 0, "lost": 0})
    for name, part, placed, lost in (
        ("Placed", "amount", 1, 0),
        ("PlacementReturned", "principal", -1, 0),
        ("PlacementLost", "amount", -1, 1),
        ("LossMadeGood", "amount", 0, -1),
    ):
        for event in view.of(f"Proceeds.{name}"):
            mine, fen = away[event.number("bond")], event.number(part)
            mine["placed"] += placed * fen
            mine["lost"] += lost * fen
    return away


def _parts(view: View) -> dict[int, tuple[list[bytes], set[bytes]]]:
    """Of each bond: the purposes of its budget lines, and of its encumbrances."""
    parts: dict[int, tuple[list[bytes], set[bytes]]] = defaultdict(lambda: ([], set()))
    for event in view.of("Proceeds.LineOpened"):
        parts[event.number("bond")][0].append(purposes.budget_line(event.number("line")))
    for event in view.of("Proceeds.Encumbered"):
        parts[event.number("bond")][1].add(purposes.encumbrance(event.number("receivable")))
    return parts


def _derived(bond: int, counted: Counters, parts: tuple[list[bytes], set[bytes]]) -> dict[str, int]:
    """All that lies on the bond's axes or was set aside, from their counters: nothing is a residue."""

    def balance(purpose: bytes) -> int:
        incoming, outgoing = _counter(counted, purpose)
        return incoming - outgoing

    return dict.fromkeys(STATES, 0) | {
        "cost": _counter(counted, purposes.cost(bond))[0],
        "unallocated": balance(purposes.origin(bond)) + balance(purposes.pool(bond)),
        "returned": _counter(counted, purposes.returned(bond))[0],
        "available": sum(map(balance, parts[0])),
        "encumbered": sum(map(balance, parts[1])),
    }


def _counter(counted: Counters, purpose: bytes) -> list[int]:
    return counted.get(axis_of(PROCEEDS, purpose), [0, 0])
