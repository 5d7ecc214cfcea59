"""Refunded fen are substitutes (DESIGN 2.2).

Money that comes back from a general axis is not, by FIFO, the money that left. A refund names the payment it
reverses, so on the bond's own axes the reversed interval continues where the substitutes came in: the
payment's edge is cut and redirected, and walking back from the substitutes leads to the reversed payment. The
payee's general axis keeps its plain first-in-first-out order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ledger.domain.history import IntArray
from ledger.tracing.columns import IncompleteHistory, MoveColumns, Side

_Edge = tuple[int, int, int, int, int, int, int]
"""axis, near, amount, far axis, far, row, refund"""


@dataclass(frozen=True, slots=True)
class Refund:
    """`[reversed_offset, + amount)` that left `axis` came back as `[in_offset, + amount)` of `line_axis`."""

    axis: int
    reversed_offset: int
    amount: int
    line_axis: int
    in_offset: int


def outgoing_with(columns: MoveColumns, refunds: Iterable[Refund]) -> Side:
    """The outgoing moves with each refunded interval leading to its substitute.

    Raises:
        IncompleteHistory: when a refund names no move of the columns.
    """
    by_edge: dict[int, list[Refund]] = defaultdict(list)
    for refund in refunds:
        by_edge[_holding(columns.outgoing, columns, refund.axis, refund.reversed_offset)].append(refund)
    pieces = [piece for edge, found in by_edge.items() for piece in _cut_edge(columns, edge, found)]
    return _replace(columns.outgoing, sorted(by_edge), pieces)


def incoming_with(columns: MoveColumns, refunds: Iterable[Refund]) -> Side:
    """The incoming moves, with each substitute coming from the interval that was reversed.

    Raises:
        IncompleteHistory: as `outgoing_with`.
    """
    side = columns.incoming
    far_axis, far, row, refund_row = (c.copy() for c in (side.far_axis, side.far, side.row, side.refund))
    for refund in refunds:
        edge = _returning(columns, refund)
        paid = _holding(columns.outgoing, columns, refund.axis, refund.reversed_offset)
        refund_row[edge] = row[edge]
        far_axis[edge], far[edge], row[edge] = refund.axis, refund.reversed_offset, columns.outgoing.row[paid]
    return Side.of(side.first, side.near, side.amount, far_axis, far, row, refund_row)


def returning_rows(columns: MoveColumns, refunds: Iterable[Refund]) -> IntArray:
    """The rows of the moves that brought substitutes back."""
    edges = [_returning(columns, refund) for refund in refunds]
    return columns.incoming.row[np.array(edges, dtype=np.int64)]


def _returning(columns: MoveColumns, refund: Refund) -> int:
    """The move that brought the substitutes, exactly as the refund says."""
    edge = _holding(columns.incoming, columns, refund.line_axis, refund.in_offset)
    had = (int(columns.incoming.near[edge]), int(columns.incoming.amount[edge]))
    if had != (refund.in_offset, refund.amount):
        raise IncompleteHistory(
            "a refund differs from its move",
            who=columns.axes[refund.line_axis],
            had=had,
            needed=(refund.in_offset, refund.amount),
        )
    return edge


def _holding(side: Side, columns: MoveColumns, axis: int, number: int) -> int:
    one, wanted = np.array([axis]), np.array([number])
    if number >= int(side.total(one)[0]):
        raise IncompleteHistory("a refund names no move", who=columns.axes[axis], had=number)
    return int(side.holding(one, wanted)[0])


def _cut_edge(columns: MoveColumns, edge: int, refunds: list[Refund]) -> list[_Edge]:
    """One payment as it stands after its refunds: the parts kept, and the parts that came back."""
    side = columns.outgoing
    near, end = int(side.near[edge]), int(side.near[edge] + side.amount[edge])
    axis, far, row = refunds[0].axis, int(side.far[edge]), int(side.row[edge])
    pieces: list[_Edge] = []
    at = near
    for refund in sorted(refunds, key=lambda r: r.reversed_offset):
        if refund.reversed_offset > at:
            kept = refund.reversed_offset - at
            pieces.append((axis, at, kept, int(side.far_axis[edge]), far + at - near, row, -1))
        back = int(columns.incoming.row[_returning(columns, refund)])
        pieces.append(
            (axis, refund.reversed_offset, refund.amount, refund.line_axis, refund.in_offset, row, back)
        )
        at = refund.reversed_offset + refund.amount
    if at < end:
        pieces.append((axis, at, end - at, int(side.far_axis[edge]), far + at - near, row, -1))
    return pieces


def _replace(side: Side, edges: list[int], pieces: list[_Edge]) -> Side:
    if not edges:
        return side
    axis = np.repeat(np.arange(len(side.first) - 1), np.diff(side.first))
    old = (axis, side.near, side.amount, side.far_axis, side.far, side.row, side.refund)
    new = np.array(pieces, dtype=np.int64).T
    merged = [np.concatenate((np.delete(column, edges), more)) for column, more in zip(old, new, strict=True)]
    order = np.lexsort((merged[1], merged[0]))
    axis, near, amount, far_axis, far, row, refund = (column[order] for column in merged)
    first: IntArray = np.searchsorted(axis, np.arange(len(side.first)))
    return Side.of(first, near, amount, far_axis, far, row, refund)
