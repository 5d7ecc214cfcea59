"""Both questions: where did these fen go, and where did they come from.

An interval of an axis is cut by the moves that cover it, each part is renumbered by one subtraction, and so
on level by level, all parts of a level at once. Fen x that leaves an axis is fen x that entered it, so the
only rule needed is the identity; on a general axis that identity is the named assumption "fifo".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ledger.errors import BadInput
from ledger.tracing.columns import MoveColumns, Side
from ledger.tracing.steps import ALL_THE_WAY, BoolArray, Horizon, Leaves, Nodes, Walk, Why

__all__ = ["ALL_THE_WAY", "BadRange", "Flow", "Horizon", "Leaves", "Nodes", "Why", "backward", "forward"]


class BadRange(BadInput):
    """An interval that is empty or reaches beyond what the axis has seen."""

    code = "bad-range"


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
    horizon: Horizon = ALL_THE_WAY,
) -> Flow:
    """Where the fen `[start, end)` that came into `axis` are now.

    Args:
        side: outgoing moves with refunds substituted; the plain ones when None.
        stop: by axis, True where the walk is to end; burned money always ends it.

    Raises:
        BadRange: when the axis has not received so much.
    """
    require_range(start, end, columns.counters(axis)[axis == columns.source])
    return _walk(side or columns.outgoing, axis, start, end, _stops(columns, stop), horizon)


def backward(
    columns: MoveColumns,
    axis: int,
    start: int,
    end: int,
    *,
    side: Side | None = None,
    stop: BoolArray | None = None,
    horizon: Horizon = ALL_THE_WAY,
) -> Flow:
    """What funded the fen `[start, end)` that came into, and left as the same numbers, `axis`.

    Raises:
        BadRange: when the axis has not received so much.
    """
    require_range(start, end, columns.counters(axis)[0])
    return _walk(side or columns.incoming, axis, start, end, _stops(columns, stop), horizon)


def require_range(start: int, end: int, total: int) -> None:
    """BadRange unless `[start, end)` is some part of `[0, total)`."""
    if not 0 <= start < end <= total:
        raise BadRange(f"[{start}, {end}) is not in [0, {total})", had=end, needed=total)


def _stops(columns: MoveColumns, stop: BoolArray | None) -> BoolArray:
    stops = np.zeros(len(columns.axes), dtype=np.bool_) if stop is None else stop.copy()
    if columns.source >= 0:
        stops[columns.source] = True
    return stops


def _walk(side: Side, axis: int, start: int, end: int, stop: BoolArray, horizon: Horizon) -> Flow:
    return Flow(side, *Walk(side, stop, horizon).run(axis, start, end))
