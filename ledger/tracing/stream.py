"""The moves in the order in which a sweep meets them, and where what is asked about begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.domain.history import IntArray
from ledger.tracing.columns import MoveColumns


@dataclass(frozen=True, slots=True)
class Stream:
    """The moves in the order in which tags meet them.

    Backward, the order is reversed, and who was paid is called the payer. `balance`: the payer's, before the
    move in this order. `row`: the move's row in the columns. `rest`: each axis's balance after the last.
    """

    axes: int
    source: int
    payer: IntArray
    payee: IntArray
    amount: IntArray
    balance: IntArray
    row: IntArray
    rest: IntArray
    backward: bool

    def __len__(self) -> int:
        return len(self.row)

    @classmethod
    def forward_of(cls, columns: MoveColumns) -> Stream:
        """For where money went."""
        rows = columns.rows
        before, _ = columns.balances()
        axes = np.arange(len(columns.axes))
        rest = columns.incoming.total(axes) - columns.outgoing.total(axes)
        moves = (rows.from_axis, rows.to_axis, rows.amount, before, np.arange(len(rows)))
        return cls(len(axes), columns.source, *moves, rest, backward=False)

    @classmethod
    def backward_of(cls, columns: MoveColumns) -> Stream:
        """For where money came from."""
        rows = columns.rows
        _, after = columns.balances()
        axes = len(columns.axes)
        moves = (rows.to_axis, rows.from_axis, rows.amount, after, np.arange(len(rows)))
        nothing = np.zeros(axes, dtype=rows.amount.dtype)
        payer, payee, amount, balance, row = (column[::-1] for column in moves)
        return cls(axes, columns.source, payer, payee, amount, balance, row, nothing, backward=True)

    def after(self, row: int) -> int:
        """The place in this order right behind a move."""
        return len(self) - row if self.backward else row + 1

    def before(self, row: int) -> int:
        """The place right before it; there is nothing before the end of the history, backward."""
        return max(0, self.after(row) - 1)


@dataclass(frozen=True, slots=True)
class Start:
    """`amount` fen on `axis`: forward, right after the move `row`; backward, right before it.

    `least`: for the bounds, so many are certain, and `amount` is the most; None: all are.
    """

    row: int
    axis: int
    amount: int
    least: int | None = None
