"""Refunded fen are substitutes (DESIGN 2.2).

Money that comes back from a general axis is not, by FIFO, the money that left. A refund names the payment it
reverses, so on the bond's own axes the reversed interval continues where the substitutes came in: the
payment's edge is cut and redirected, and walking back from the substitutes leads to the reversed payment. The
payee's general axis keeps its plain first-in-first-out order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
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
    return _replace(
        columns.outgoing, {edge: _cut_edge(columns, edge, by_edge[edge]) for edge in sorted(by_edge)}
    )


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
    return Side.of(side.first, side.near, side.amount, far_axis, far, row, refund_row, side.near_by)


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


def _replace(side: Side, cut: Mapping[int, list[_Edge]]) -> Side:
    """The side with some edges, in ascending order, replaced by their pieces. All others keep their order."""
    if not cut:
        return side
    edges = np.array(list(cut), dtype=np.int64)
    new = np.array([piece for pieces in cut.values() for piece in pieces], dtype=np.int64).T
    count = np.array([len(pieces) for pieces in cut.values()])
    at = np.repeat(edges - np.arange(len(edges)), count)
    new = np.vstack((new, np.zeros_like(new[0])))
    old = (side.near, side.amount, side.far_axis, side.far, side.row, side.refund, side.near_by)
    columns = [
        np.insert(np.delete(column, edges), at, more) for column, more in zip(old, new[1:], strict=True)
    ]
    grown = np.zeros_like(side.first)
    np.add.at(grown, np.array([pieces[0][0] for pieces in cut.values()]) + 1, count - 1)
    return Side.of(side.first + np.cumsum(grown), *columns)
