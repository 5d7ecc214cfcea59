"""How a walk advances, level by level.

Over a long history the whole walk runs compiled. Else narrow levels go part by part in plain Python, wide
ones all at once in columns: the first costs microseconds a part, the second a fixed price a level. All give
the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ledger.domain.history import IntArray
from ledger.tracing.columns import Side
from ledger.tracing.compiled import loops_for

BoolArray = NDArray[np.bool_]

_NARROW: Final = 32
"""Levels of up to so many parts go part by part."""


class Why(IntEnum):
    """Why a walk went no further."""

    REST = 0
    """The money is here now (forward)."""
    STOP = 1
    """An axis the walk was told not to leave, or the source: minted (backward), burned (forward)."""
    CUT = 2
    """It goes on, but beyond the horizon that was asked for."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far to follow: `hops` moves at most (None: all the way); parts below `least` are not followed;
    nor are moves before `first_row` of the columns, or after `last_row` (None: none is after)."""

    hops: int | None = None
    least: int = 1
    first_row: int = 0
    last_row: int | None = None

    @property
    def limits_time(self) -> bool:
        """Some moves may be too early or too late."""
        return self.first_row > 0 or self.last_row is not None

    def hides(self, row: IntArray) -> BoolArray:
        """The moves that are beyond the limit of time."""
        hidden = row < self.first_row
        return hidden if self.last_row is None else hidden | (row > self.last_row)


ALL_THE_WAY: Final = Horizon()


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
        """In the order of the fields."""
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

    def columns(self) -> tuple[IntArray, ...]:
        """In the order of the fields."""
        return self.start, self.amount, self.node, self.why


_Node = tuple[int, int, int, int, int, int]
_Leaf = tuple[int, int, int, int]


class Walk:
    """One walk over one side, from one interval to all its ends."""

    def __init__(self, side: Side, stop: BoolArray, horizon: Horizon) -> None:
        self._side = side
        self._stop = stop
        self._horizon = horizon
        self._nodes: list[Nodes] = []
        self._leaves: list[Leaves] = []
        self._hop = 0
        # Beyond 63 bits the columns hold Python's integers, for which part by part is always the faster way.
        self._is_wide = side.near.dtype == object

    def run(self, axis: int, start: int, end: int) -> tuple[Nodes, Leaves]:
        """All stops, and the leaves in order."""
        loops = None if self._is_wide else loops_for(len(self._side.row))
        if loops is not None:
            return self._compiled(loops, axis, start, end)
        level = self._as_nodes([(start, end - start, axis, start, -1, -1)])
        self._nodes.append(level)
        base = 0
        while len(level):
            if self._is_wide or len(level) <= _NARROW:
                level, base = self._narrow(level, base)
            else:
                level, base = self._wide(level, base)
        return Nodes(*_joined(self._nodes)), _sorted(Leaves(*_joined(self._leaves)))

    def _compiled(self, loops: Any, axis: int, start: int, end: int) -> tuple[Nodes, Leaves]:
        side, limits = self._side, self._horizon
        last = len(side.row) if limits.last_row is None else limits.last_row
        nodes, leaves = loops.walked(
            side.first,
            side.counters,
            side.table,
            side.refunds,
            self._stop,
            (-1 if limits.hops is None else limits.hops, limits.least, limits.first_row, last),
            (axis, start, end),
        )
        return Nodes(*nodes.T), _sorted(Leaves(*leaves.T))

    # --- part by part ---

    def _narrow(self, level: Nodes, base: int) -> tuple[Nodes, int]:
        """As many levels as stay narrow. Returns the first that does not, and the row of its first part."""
        parts: list[_Node] = list(zip(*(column.tolist() for column in level.columns()), strict=True))
        found: list[_Node] = []
        leaves: list[_Leaf] = []
        following = base + len(parts)
        while parts and (self._is_wide or len(parts) <= _NARROW):
            children: list[_Node] = []
            for offset, part in enumerate(parts):
                self._advance(part, base + offset, children, leaves)
            base, following = following, following + len(children)
            found += children
            parts = children
            self._hop += 1
        self._nodes.append(self._as_nodes(found))
        self._leaves.append(Leaves(*self._columns(leaves, 4, {0, 1})))
        return self._as_nodes(parts), base

    def _advance(self, part: _Node, row: int, children: list[_Node], leaves: list[_Leaf]) -> None:
        start, amount, axis, at = part[:4]
        halted = self._hop > 0 and bool(self._stop[axis])
        low, high = self._side.first.item(axis), self._side.first.item(axis + 1)
        moved = 0 if halted or low == high else self._moved(high - 1, at, amount)
        if moved < amount:
            leaves.append((start + moved, amount - moved, row, int(Why.STOP if halted else Why.REST)))
        if moved and self._is_cut(amount):
            leaves.append((start, moved, row, int(Why.CUT)))
        elif moved:
            self._descend(part, row, moved, (low, high), children, leaves)

    def _moved(self, last: int, at: int, amount: int) -> int:
        total = self._side.near.item(last) + self._side.amount.item(last)
        return max(0, min(total - at, amount))

    def _is_cut(self, amount: int) -> bool:
        hops = self._horizon.hops
        return (hops is not None and self._hop >= hops) or amount < self._horizon.least

    def _descend(
        self,
        part: _Node,
        row: int,
        moved: int,
        span: tuple[int, int],
        children: list[_Node],
        leaves: list[_Leaf],
    ) -> None:
        start, _, _, at = part[:4]
        side, end, (low, high) = self._side, at + moved, span
        edge = low + int(side.near[low:high].searchsorted(at, side="right")) - 1
        number, limited = at, self._horizon.limits_time
        while number < end:
            near = side.near.item(edge)
            until = min(near + side.amount.item(edge), end)
            far = side.far.item(edge) + number - near
            if limited and self._horizon.hides(side.moment(np.array([edge])))[0]:
                leaves.append((start + number - at, until - number, row, int(Why.CUT)))
            else:
                children.append(
                    (start + number - at, until - number, side.far_axis.item(edge), far, edge, row)
                )
            number, edge = until, edge + 1

    def _as_nodes(self, rows: list[_Node]) -> Nodes:
        return Nodes(*self._columns(rows, 6, {0, 1, 3}))

    def _columns(self, rows: list[_Node] | list[_Leaf], width: int, fen: set[int]) -> list[IntArray]:
        """Rows as columns, those of amounts and numbers of fen as wide as the side's own."""
        if not self._is_wide:
            return list(np.array(rows, dtype=np.int64).reshape(-1, width).T)
        columns = list(zip(*rows, strict=True)) or [()] * width
        return [np.array(c, dtype=object if at in fen else np.int64) for at, c in enumerate(columns)]

    # --- all at once ---

    def _wide(self, level: Nodes, base: int) -> tuple[Nodes, int]:
        halted = self._stop[level.axis] if self._hop else np.zeros(len(level), dtype=np.bool_)
        moved = np.clip(self._side.total(level.axis) - level.at, 0, level.amount)
        moved[halted] = 0
        why = np.where(halted, int(Why.STOP), int(Why.REST))
        self._leaves.append(_ends(level, base, moved, level.amount - moved, why))
        cut = np.where(self._are_cut(level), moved, 0)
        self._leaves.append(_ends(level, base, np.zeros_like(moved), cut, np.full_like(why, int(Why.CUT))))
        children = self._shown(_children(self._side, level, base, moved - cut))
        self._nodes.append(children)
        self._hop += 1
        return children, base + len(level)

    def _shown(self, children: Nodes) -> Nodes:
        """Those within the limit of time; the others become leaves of their parents."""
        if not self._horizon.limits_time:
            return children
        hidden = self._horizon.hides(self._side.moment(children.edge))
        start, amount, parent = (c[hidden] for c in (children.start, children.amount, children.parent))
        self._leaves.append(Leaves(start, amount, parent, np.full(len(start), int(Why.CUT))))
        return Nodes(*(column[~hidden] for column in children.columns()))

    def _are_cut(self, level: Nodes) -> BoolArray:
        hops = self._horizon.hops
        if hops is not None and self._hop >= hops:
            return np.ones(len(level), dtype=np.bool_)
        return level.amount < self._horizon.least


def _ends(level: Nodes, base: int, skip: IntArray, amount: IntArray, why: IntArray) -> Leaves:
    some = np.flatnonzero(amount)
    return Leaves((level.start + skip)[some], amount[some], base + some, why[some])


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


def _joined(parts: list[Nodes] | list[Leaves]) -> list[IntArray]:
    return [np.concatenate(column) for column in zip(*(part.columns() for part in parts), strict=True)]


def _sorted(leaves: Leaves) -> Leaves:
    order = np.argsort(leaves.start, kind="stable")
    return Leaves(*(column[order] for column in leaves.columns()))
