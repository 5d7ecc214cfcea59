"""BOND-1 computed for one answer: the states sum, the lists tile, and the axes' counters say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ledger.domain.intervals import Interval, tiles
from ledger.tracing import axes
from ledger.tracing.books import Bond
from ledger.tracing.columns import MoveColumns
from ledger.tracing.hops import Json
from ledger.tracing.world import World

STATES: Final = ("cost", "unallocated", "placed", "lost", "available", "encumbered", "spent", "returned")


def states_of(intervals: Sequence[Json]) -> dict[str, int]:
    """Fen by state, as the intervals have them."""
    found = dict.fromkeys(STATES, 0)
    for interval in intervals:
        found[interval["state"]] += int(interval["end"]) - int(interval["start"])
    return found


def is_conserved(world: World, bond: Bond, states: Mapping[str, int], intervals: Sequence[Json]) -> bool:
    """True when nothing is missing, doubled, or differs from the counters. Never assumed."""
    if not bond.closed:
        return not intervals and not any(states.values())
    return (
        sum(states.values()) == bond.raised
        and _tile(intervals, Interval(0, bond.raised))
        and all(_tile(interval[key], _span(interval)) for interval in intervals for key in _lists(interval))
        and states == _counted(world, bond)
    )


def _lists(interval: Json) -> list[str]:
    return [key for key in ("onward", "economic") if interval[key]]


def _tile(parts: Sequence[Json], whole: Interval) -> bool:
    return tiles(map(_span, parts), whole)


def _span(part: Json) -> Interval:
    return Interval(int(part["start"]), int(part["end"]))


def _counted(world: World, bond: Bond) -> dict[str, int]:
    """The states as counters and the events of payments give them, without any walk."""
    columns, books = world.columns(bond.cash), world.books
    spent = books.spent[bond.id]
    lines = [axes.line_axis(line.id) for line in books.lines_of(bond.id)]
    locked = [axes.encumbrance_axis(receivable.id) for receivable in books.receivables_of(bond.id)]
    resting = [axes.origin_axis(bond.id), axes.pool_axis(bond.id)]
    out = [placement for placement in books.placements.values() if placement.bond == bond.id]
    return dict.fromkeys(STATES, 0) | {
        "cost": _counters(world, columns, axes.cost_axis(bond.id))[0],
        "unallocated": _balance(world, columns, resting),
        "placed": sum(one.placed for one in out),
        "lost": sum(one.lost for one in out),
        "available": _balance(world, columns, lines),
        "encumbered": _balance(world, columns, locked),
        "spent": spent.paid - spent.refunded,
        "returned": _counters(world, columns, axes.returned_axis(bond.id))[0],
    }


def _balance(world: World, columns: MoveColumns, addresses: Sequence[str]) -> int:
    counters = [_counters(world, columns, address) for address in addresses]
    return sum(incoming - outgoing for incoming, outgoing in counters)


def _counters(world: World, columns: MoveColumns, address: str) -> tuple[int, int]:
    axis = world.axis(address)
    return (0, 0) if axis is None else columns.counters(axis)
