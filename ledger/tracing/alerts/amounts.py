"""A finding's amount by each rule: of its first payment, what was at its end right after the path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.tracing.columns import MoveColumns
from ledger.tracing.shares import Rule, Share, of_flow
from ledger.tracing.sweep import Start, Stream, spread
from ledger.tracing.walk import Horizon, forward


@dataclass(frozen=True, slots=True)
class Amounts:
    """By first in, first out; by pro-rata; and between what any rule could give."""

    fifo: int
    prorata: int
    least: int
    most: int

    @property
    def differ(self) -> bool:
        """The answer depends on the accounting rule."""
        return not self.fifo == self.prorata == self.least == self.most


class Weigher:
    """Keeps what every finding's weighing needs."""

    def __init__(self, columns: MoveColumns, stream: Stream | None = None) -> None:
        self._columns = columns
        self._stream = stream or Stream.forward_of(columns)

    def weigh(self, path: Sequence[int], end: int) -> Amounts:
        """The shares of a path's first payment at the axis `end`, by each rule, right after its last move."""
        rows, first = self._columns.rows, path[0]
        horizon = Horizon(last_row=max(path))
        start = Start(first, int(rows.to_axis[first]), int(rows.amount[first]))
        at = int(rows.in_offset[first])
        fifo = of_flow(forward(self._columns, start.axis, at, at + start.amount, horizon=horizon))
        prorata, bounds = (
            spread(self._stream, rule, [start], horizon=horizon) for rule in (Rule.PRORATA, Rule.BOUNDS)
        )
        least, most = _at(bounds, end)
        return Amounts(_at(fifo, end)[1], _at(prorata, end)[1], least, min(most, start.amount))


def _at(shares: Iterable[Share], axis: int) -> tuple[int, int]:
    """What rested there then, gone on since or not."""
    there = [share for share in shares if share.axis == axis]
    return sum(share.least for share in there), sum(share.most for share in there)
