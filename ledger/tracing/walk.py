"""Both questions: where did these fen go, and where did they come from.

An interval of an axis is cut by the moves that cover it, each part is renumbered by one subtraction, and so
on level by level, all parts of a level at once. Fen x that leaves an axis is fen x that entered it, so the
only rule needed is the identity; on a general axis that identity is the named assumption "fifo".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ledger.domain.history import IntArray
from ledger.errors import BadInput
from ledger.tracing.columns import MoveColumns, Side

BoolArray = NDArray[np.bool_]


class Why(IntEnum):
    """Why a walk went no further."""

    REST = 0
    """The money is here now (forward)."""
    STOP = 1
    """An axis the walk was told not to leave, or the source: minted (backward), burned (forward)."""
    CUT = 2
    """It goes on, but beyond the horizon that was asked for."""


class BadRange(BadInput):
    """An interval that is empty or reaches beyond what the axis has seen."""

    code = "bad-range"


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far to follow: `hops` moves at most (None: all the way); parts below `least` are not followed."""

    hops: int | None = None
    least: int = 1


@dataclass(frozen=True, slots=True)
class Nodes:
    """One stop of the walk a row: fen `[start, start + amount)` of the question are `[at, …)` of `axis`.

    `edge` is the move of the walked side by which they got there (-1: where the question began), `parent` the
    stop before, as a row of all nodes.
    """

    start: IntArray
    amount: IntArray
    axis: IntArray
    at: IntArray
    edge: IntArray
    parent: IntArray

    def __len__(self) -> int:
        return len(self.start)

    def columns(self) -> tuple[IntArray, ...]:
        return self.start, self.amount, self.axis, self.at, self.edge, self.parent


@dataclass(frozen=True, slots=True)
class Leaves:
    """Where parts of the question end, sorted by `start`; they tile it. `node`: the stop they end at."""

    start: IntArray
    amount: IntArray
    node: IntArray
    why: IntArray

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True)
class Flow:
    """The answer as columns."""

    side: Side
    nodes: Nodes
    leaves: Leaves

    def axis(self, leaf: int) -> int:
        """The axis a leaf ends on."""
        return int(self.nodes.axis[self.leaves.node[leaf]])

    def at(self, leaf: int) -> int:
        """The leaf's first number on that axis."""
        return self.number(int(self.leaves.node[leaf]), int(self.leaves.start[leaf]))

    def number(self, node: int, start: int) -> int:
        """The number that fen `start` of the question has on a node's axis."""
        return int(self.nodes.at[node]) + start - int(self.nodes.start[node])

    def path(self, leaf: int) -> list[int]:
        """The nodes from where the question began to where the leaf ends."""
        return list(self._upwards(int(self.leaves.node[leaf])))[::-1]

    def cut(self) -> int:
        """Fen that were not followed to their end because of the horizon."""
        return int(self.leaves.amount[self.leaves.why == Why.CUT].sum())

    def _upwards(self, node: int) -> Iterator[int]:
        while node >= 0:
            yield node
            node = int(self.nodes.parent[node])


def forward(
    columns: MoveColumns,
    axis: int,
    start: int,
    end: int,
    *,
    side: Side | None = None,
    stop: BoolArray | None = None,
    horizon: Horizon = Horizon(),
) -> Flow:
    """Where the fen `[start, end)` that came into `axis` are now.

    Args:
        side: outgoing moves with refunds substituted; the plain ones when None.
        stop: by axis, True where the walk is to end; burned money always ends it.

    Raises:
        BadRange: when the axis has not received so much.
    """
    _require_range(start, end, columns.counters(axis)[axis == columns.source])
    return _walk(side or columns.outgoing, axis, start, end, _stops(columns, stop), horizon)


def backward(
    columns: MoveColumns,
    axis: int,
    start: int,
    end: int,
    *,
    side: Side | None = None,
    stop: BoolArray | None = None,
    horizon: Horizon = Horizon(),
) -> Flow:
    """What funded the fen `[start, end)` that came into, and left as the same numbers, `axis`.

    Raises:
        BadRange: when the axis has not received so much.
    """
    _require_range(start, end, columns.counters(axis)[0])
    return _walk(side or columns.incoming, axis, start, end, _stops(columns, stop), horizon)


def _require_range(start: int, end: int, total: int) -> None:
    if not 0 <= start < end <= total:
        raise BadRange(f"[{start}, {end}) is not in [0, {total})", had=end, needed=total)


def _stops(columns: MoveColumns, stop: BoolArray | None) -> BoolArray:
    stops = np.zeros(len(columns.axes), dtype=np.bool_) if stop is None else stop.copy()
    if columns.source >= 0:
        stops[columns.source] = True
    return stops


def _walk(side: Side, axis: int, start: int, end: int, stop: BoolArray, horizon: Horizon) -> Flow:
    levels = [_root(axis, start, end)]
    ends: list[Leaves] = []
    base, hop = 0, 0
    while len(levels[-1]):
        halted = stop[levels[-1].axis] if hop else np.zeros(1, dtype=np.bool_)
        children, leaves = _step(side, levels[-1], base, halted, _cut(levels[-1], hop, horizon))
        base += len(levels[-1])
        levels.append(children)
        ends.append(leaves)
        hop += 1
    return Flow(side, _join_nodes(levels), _join_leaves(ends))


def _root(axis: int, start: int, end: int) -> Nodes:
    columns = (start, end - start, axis, start, -1, -1)
    return Nodes(*(np.array([value], dtype=np.int64) for value in columns))


def _cut(level: Nodes, hop: int, horizon: Horizon) -> BoolArray:
    if horizon.hops is not None and hop >= horizon.hops:
        return np.ones(len(level), dtype=np.bool_)
    return level.amount < horizon.least


def _step(side: Side, level: Nodes, base: int, halted: BoolArray, cut: BoolArray) -> tuple[Nodes, Leaves]:
    """One level further: the parts that moved on, and the parts that end here."""
    moved = np.clip(side.total(level.axis) - level.at, 0, level.amount)
    moved[halted] = 0
    resting = level.amount - moved
    rest_why = np.where(halted, int(Why.STOP), int(Why.REST))
    leaves = [_leaves(level, base, moved, resting, rest_why)]
    if cut.any():
        stopped = np.where(cut, moved, 0)
        leaves.append(_leaves(level, base, np.zeros_like(moved), stopped, np.full_like(moved, int(Why.CUT))))
        moved = moved - stopped
    return _children(side, level, base, moved), _join_leaves(leaves)


def _leaves(level: Nodes, base: int, skip: IntArray, amount: IntArray, why: IntArray) -> Leaves:
    some = np.flatnonzero(amount)
    return Leaves((level.start + skip)[some], amount[some], base + some, why[some].astype(np.int64))


def _children(side: Side, level: Nodes, base: int, moved: IntArray) -> Nodes:
    some = np.flatnonzero(moved)
    axis, at, length = level.axis[some], level.at[some], moved[some]
    low, high = side.holding(axis, at), side.holding(axis, at + length - 1)
    count = high - low + 1
    of = np.repeat(np.arange(len(some)), count)
    edge = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + low[of]
    near, until = side.near[edge], side.near[edge] + side.amount[edge]
    begin = np.maximum(near, at[of])
    amount = np.minimum(until, (at + length)[of]) - begin
    start = level.start[some][of] + begin - at[of]
    return Nodes(start, amount, side.far_axis[edge], side.far[edge] + begin - near, edge, base + some[of])


def _join_nodes(levels: list[Nodes]) -> Nodes:
    columns = zip(*(level.columns() for level in levels), strict=True)
    return Nodes(*(np.concatenate(column) for column in columns))


def _join_leaves(parts: list[Leaves]) -> Leaves:
    start = np.concatenate([part.start for part in parts])
    order = np.argsort(start, kind="stable")
    return Leaves(
        start[order],
        np.concatenate([part.amount for part in parts])[order],
        np.concatenate([part.node for part in parts])[order],
        np.concatenate([part.why for part in parts])[order],
    )
