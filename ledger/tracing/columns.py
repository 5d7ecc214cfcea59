"""The moves of one `Cash` as columns, proved complete on the way in.

Moves into an axis tile `[0, in)` and moves out of it tile `[0, out)` (CASH-1). So a list of moves with an
omission, a repetition or an exchange shows as a gap or an overlap, except at the very end of an axis: for
that the counters of the chain's state are compared (`require_counters`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from ledger.domain.history import LARGEST, IntArray, MoveRows
from ledger.errors import LedgerError
from ledger.tracing.compiled import loops_for

TABLE_WIDTH: Final = 6
"""Columns of `Side.table`."""


class IncompleteHistory(LedgerError):
    """Moves do not tile: one is missing, doubled, exchanged, or spends what had not come in."""

    code = "incomplete-history"


@dataclass(frozen=True)
class Side:
    """The moves in one direction, grouped by axis and sorted by their number on it.

    `first[a] : first[a + 1]` are the moves of axis `a`. Move k is `[near, near + amount)` on its own axis and
    `[far, far + amount)` on `far_axis`; `row` is its row in the columns. `refund[k]` is the row of the refund
    when the interval was refunded and the move therefore leads to its substitute, else -1. `near_by[k]` is a
    move from which the one that holds `far` is soon found; no answer depends on where it is. `made_of` is the
    table in which the columns are, where they are in one.
    """

    first: IntArray
    near: IntArray
    amount: IntArray
    far_axis: IntArray
    far: IntArray
    row: IntArray
    refund: IntArray
    near_by: IntArray
    made_of: IntArray | None = None

    @classmethod
    def of(
        cls,
        first: IntArray,
        near: IntArray,
        amount: IntArray,
        far_axis: IntArray,
        far: IntArray,
        row: IntArray,
        refund: IntArray | None = None,
        near_by: IntArray | None = None,
    ) -> Side:
        """From columns that are grouped and sorted already; without `refund`, no interval was refunded."""
        if refund is None:
            refund = _same(-1, len(row))
        if near_by is None:
            near_by = _same(0, len(row))
        if near.dtype == np.int64 and loops_for(len(row)) is not None:
            table = np.column_stack((near, amount, far_axis, far, row, near_by))
            return cls.tabled(first, table, refund)
        return cls(first, near, amount, far_axis, far, row, refund, near_by)

    @classmethod
    def tabled(cls, first: IntArray, table: IntArray, refund: IntArray | None = None) -> Side:
        """From `table`, in which all columns but `refund` then are: of a long history they are kept once."""
        near, amount, far_axis, far, row, near_by = table.T
        if refund is None:
            refund = _same(-1, len(row))
        return cls(first, near, amount, far_axis, far, row, refund, near_by, table)

    @cached_property
    def table(self) -> IntArray:
        """What the compiled walk reads of a move, side by side, for that is one wait for memory: near,
        amount, far axis, far, row and near by."""
        if self.made_of is not None:
            return self.made_of
        columns = (self.near, self.amount, self.far_axis, self.far, self.row, self.near_by)
        return np.column_stack(columns)

    @cached_property
    def counters(self) -> IntArray:
        """The counter of every axis in this direction."""
        return self.total(np.arange(len(self.first) - 1))

    @cached_property
    def refunds(self) -> IntArray:
        """`refund` as a column in memory; empty when no interval was refunded."""
        if not any(self.refund.strides) or int(self.refund.max(initial=-1)) < 0:
            return np.empty(0, dtype=np.int64)
        return np.ascontiguousarray(self.refund)

    @cached_property
    def _line(self) -> tuple[IntArray, IntArray] | None:
        """All axes' numbers in one line: where each axis begins on it, and each move. None when all numbers
        together pass 63 bits; the answers are the same then, and slower."""
        if exact_sum(self.amount) > LARGEST:
            return None
        through = np.concatenate(([0], np.cumsum(self.amount)))
        base = through[self.first[:-1]]
        return base, self.near + np.repeat(base, np.diff(self.first))

    def moment(self, edge: IntArray) -> IntArray:
        """The row of the move, or of the refund by which the money came back: when it moved."""
        return np.where(self.refund[edge] >= 0, self.refund[edge], self.row[edge])

    def total(self, axis: IntArray) -> IntArray:
        """The counter of each axis in this direction."""
        low, last = self.first[axis], self.first[axis + 1] - 1
        some = last >= low
        totals = np.zeros(len(axis), dtype=self.near.dtype)
        totals[some] = self.near[last[some]] + self.amount[last[some]]
        return totals

    def counter(self, axis: int) -> int:
        """The counter of one axis in this direction."""
        low, last = self.first.item(axis), self.first.item(axis + 1) - 1
        return int(self.near.item(last) + self.amount.item(last)) if last >= low else 0

    def holding(self, axis: IntArray, number: IntArray) -> IntArray:
        """The move whose interval holds `number` of `axis`; each number must lie below the axis's counter."""
        if self._line is not None:
            base, key = self._line
            return key.searchsorted(base[axis] + number, side="right") - 1
        return _holding(self.near, self.first[axis], self.first[axis + 1], number)


def _same(number: int, rows: int) -> IntArray:
    """A column of one number, which takes no memory and cannot be written to."""
    return np.broadcast_to(np.int64(number), rows)


def exact_sum(amounts: IntArray) -> int:
    """Exact beyond 63 bits."""
    if int(amounts.max(initial=0)) * len(amounts) <= LARGEST and int(amounts.min(initial=0)) >= 0:
        return int(amounts.sum())
    return (int((amounts >> 32).sum()) << 32) + int((amounts & 0xFFFFFFFF).sum())


def _holding(near: IntArray, low: IntArray, high: IntArray, number: IntArray) -> IntArray:
    """Binary search in many slices at once: the last index of `[low, high)` with `near <= number`."""
    while True:
        open_ = high - low > 1
        if not open_.any():
            return low
        middle = (low + high) >> 1
        below = near[np.where(open_, middle, low)] <= number
        low = np.where(open_ & below, middle, low)
        high = np.where(open_ & ~below, middle, high)


@dataclass(frozen=True, slots=True)
class MoveColumns:
    """All moves of one `Cash`: `axes` gives the address of each axis number, `source` the source's number."""

    axes: Sequence[str]
    source: int
    rows: MoveRows
    outgoing: Side
    incoming: Side

    @classmethod
    def build(cls, axes: Sequence[str], source: int, rows: MoveRows) -> MoveColumns:
        """Sorts the moves both ways and proves that they tile.

        Args:
            source: the axis that money is minted from and burned to, or -1 when it has not appeared yet.
            rows: in chain order.

        Raises:
            IncompleteHistory: naming the axis and the first number that is missing or doubled.
        """
        # Both ways at once: neither numpy nor the compiled loops hold the interpreter's lock.
        with ThreadPoolExecutor(max_workers=2) as pool:
            out = (rows.from_axis, rows.out_offset)
            into = (rows.to_axis, rows.in_offset)
            other = pool.submit(_group, *into, *out, rows.amount, len(axes))
            proved = _is_proved(rows, len(axes), source)
            outgoing = _group(*out, *into, rows.amount, len(axes))
            columns = cls(axes, source, rows, outgoing, other.result())
        if not proved:
            _require_order(rows)
            _require_tiling(outgoing, axes, "outgoing")
            _require_tiling(columns.incoming, axes, "incoming")
            _require_covered(columns)
        return columns

    def balances(self) -> tuple[IntArray, IntArray]:
        """By row: the payer's balance before the move, and the payee's after it."""
        before, after = np.empty_like(self.rows.amount), np.empty_like(self.rows.amount)
        loops = _loops(self.rows)
        if loops is not None:
            moves = _contiguous(self.rows.from_axis, self.rows.to_axis, self.rows.amount)
            loops.balances(*moves, len(self.axes), before, after)
            return before, after
        before[self.outgoing.row] = _balances_before(self.outgoing, self.incoming)
        after[self.incoming.row] = (
            self.incoming.near + self.incoming.amount - _through(self.outgoing, self.incoming)
        )
        return before, after

    def counters(self, axis: int) -> tuple[int, int]:
        """`(in, out)` of an axis, as the chain's slot should have them."""
        return self.incoming.counter(axis), self.outgoing.counter(axis)

    def require_counters(self, proved: Mapping[int, tuple[int, int]]) -> None:
        """Compares with `(in, out)` read from the chain's state: what an omitted last move cannot pass.

        Raises:
            IncompleteHistory: naming the first axis that differs.
        """
        for axis, counters in proved.items():
            had = self.counters(axis)
            if had != counters:
                raise IncompleteHistory(
                    f"the moves of axis {self.axes[axis]} end at in, out = {had}, the chain says {counters}",
                    who=self.axes[axis],
                    had=had,
                    needed=counters,
                )


def _loops(rows: MoveRows) -> Any | None:
    """The compiled loops, where they serve: they know no numbers beyond 63 bits."""
    return loops_for(len(rows)) if rows.amount.dtype == np.int64 else None


def _contiguous(*columns: IntArray) -> list[IntArray]:
    return [np.ascontiguousarray(column) for column in columns]


def _is_proved(rows: MoveRows, axes: int, source: int) -> bool:
    """All that is required, in one pass. What is wanting in a refused history, the checks by numpy say."""
    loops = _loops(rows)
    return loops is not None and bool(loops.proved(*_contiguous(*rows.columns()), axes, source))


def _group(
    axis: IntArray, near: IntArray, far_axis: IntArray, far: IntArray, amount: IntArray, axes: int
) -> Side:
    loops = loops_for(len(axis)) if amount.dtype == np.int64 else None
    if loops is not None:
        table = np.empty((len(axis), TABLE_WIDTH), np.int64)
        first = loops.grouped(*_contiguous(axis, near, far_axis, far, amount), axes, table)
        return Side.tabled(first, table)
    order = _by_axis(axis, axes)
    first = np.concatenate(([0], np.cumsum(np.bincount(axis, minlength=axes))))
    near, amount, far_axis, far = (column.take(order) for column in (near, amount, far_axis, far))
    return Side.of(first, near, amount, far_axis, far, order)


def _by_axis(axis: IntArray, axes: int) -> IntArray:
    """The rows sorted by axis, in their order within each. Numbers sort faster than places of numbers do."""
    bits = len(axis).bit_length()
    if bits + axes.bit_length() > 62:
        return np.argsort(axis, kind="stable")
    packed = (axis << bits) | np.arange(len(axis))
    packed.sort()
    return packed & ((1 << bits) - 1)


def _through(side: Side, at: Side) -> IntArray:
    """What had gone through `side` of the same axis before each move of `at`."""
    axes = len(side.first) - 1
    mine = np.repeat(np.arange(axes), np.diff(side.first))
    theirs = np.repeat(np.arange(axes), np.diff(at.first))
    moves = len(side.row) + 1
    last = np.searchsorted(mine * moves + side.row, theirs * moves + at.row) - 1
    some = last >= side.first[theirs]
    through = np.zeros_like(at.near)
    through[some] = side.near[last[some]] + side.amount[last[some]]
    return through


def _balances_before(outgoing: Side, incoming: Side) -> IntArray:
    """The payer's balance before each move of `outgoing`."""
    return _through(incoming, outgoing) - outgoing.near


def _require_order(rows: MoveRows) -> None:
    """A move of nothing or out of chain order could hide an exchange of two moves."""
    if len(rows) and int(rows.amount.min()) <= 0:
        at = int(np.argmin(rows.amount))
        raise IncompleteHistory("a move of nothing", who=_place(rows, at), had=int(rows.amount[at]), needed=1)
    same = rows.block[1:] == rows.block[:-1]
    wrong = (rows.block[1:] < rows.block[:-1]) | (same & (rows.log[1:] <= rows.log[:-1]))
    if wrong.any():
        at = int(np.argmax(wrong)) + 1
        raise IncompleteHistory(
            "a move stands before an earlier one, or twice", had=_place(rows, at), needed=_place(rows, at - 1)
        )


def _place(rows: MoveRows, at: int) -> str:
    return f"block {int(rows.block[at])}, log {int(rows.log[at])}"


def _require_tiling(side: Side, axes: Sequence[str], direction: str) -> None:
    expected = np.zeros_like(side.near)
    expected[1:] = side.near[:-1] + side.amount[:-1]
    expected[side.first[:-1][side.first[:-1] < side.first[1:]]] = 0
    wrong = np.flatnonzero(side.near != expected)
    if not len(wrong):
        return
    at = int(wrong[0])
    axis = axes[int(np.searchsorted(side.first, at, side="right")) - 1]
    had, needed = int(side.near[at]), int(expected[at])
    kind = "gap" if had > needed else "overlap"
    raise IncompleteHistory(
        f"{kind} in the {direction} moves of axis {axis} at {needed}", who=axis, had=had, needed=needed
    )


def _require_covered(columns: MoveColumns) -> None:
    """out <= in on every axis at every moment; on the source axis the other way round."""
    paid, source = columns.outgoing, columns.source
    lacking = paid.amount - _balances_before(paid, columns.incoming)
    if source >= 0:
        minted = slice(int(paid.first[source]), int(paid.first[source + 1]))
        lacking[minted] = 0
        _require_minted(columns, minted)
    if len(lacking) and int(lacking.max()) > 0:
        at = int(np.argmax(lacking > 0))
        raise _not_covered(columns, int(columns.rows.from_axis[paid.row[at]]), int(paid.row[at]), lacking[at])


def _require_minted(columns: MoveColumns, minted: slice) -> None:
    paid, came, source = columns.outgoing, columns.incoming, columns.source
    burned = slice(int(came.first[source]), int(came.first[source + 1]))
    before = np.searchsorted(paid.row[minted], came.row[burned])
    through = np.concatenate(([0], paid.near[minted] + paid.amount[minted]))[before]
    lacking = came.near[burned] + came.amount[burned] - through
    if len(lacking) and int(lacking.max()) > 0:
        at = int(np.argmax(lacking > 0))
        raise _not_covered(columns, source, int(came.row[burned][at]), lacking[at])


def _not_covered(columns: MoveColumns, axis: int, row: int, lacking: int) -> IncompleteHistory:
    who = columns.axes[axis]
    return IncompleteHistory(
        f"axis {who} paid out {lacking} that had not come in", who=who, had=_place(columns.rows, row)
    )
