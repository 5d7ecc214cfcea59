"""The moves of one `Cash` as columns, proved complete on the way in.

Moves into an axis tile `[0, in)` and moves out of it tile `[0, out)` (CASH-1). So a list of moves with an
omission, a repetition or an exchange shows as a gap or an overlap, except at the very end of an axis: for
that the counters of the chain's state are compared (`require_counters`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ledger.domain.history import LARGEST, IntArray, MoveRows
from ledger.errors import LedgerError


class IncompleteHistory(LedgerError):
    """Moves do not tile: one is missing, doubled, exchanged, or spends what had not come in."""

    code = "incomplete-history"


@dataclass(frozen=True, slots=True)
class Side:
    """The moves in one direction, grouped by axis and sorted by their number on it.

    `first[a] : first[a + 1]` are the moves of axis `a`. Move k is `[near, near + amount)` on its own axis and
    `[far, far + amount)` on `far_axis`; `row` is its row in the columns. `refund[k]` is the row of the refund
    when the interval was refunded and the move therefore leads to its substitute, else -1.

    `key` sorts all axes' numbers in one line: `base[a] + near`. It is None when all numbers together pass 63
    bits; the answers are the same then, and slower.
    """

    first: IntArray
    near: IntArray
    amount: IntArray
    far_axis: IntArray
    far: IntArray
    row: IntArray
    refund: IntArray
    base: IntArray
    key: IntArray | None

    @classmethod
    def of(
        cls,
        first: IntArray,
        near: IntArray,
        amount: IntArray,
        far_axis: IntArray,
        far: IntArray,
        row: IntArray,
        refund: IntArray,
    ) -> Side:
        """From columns that are grouped and sorted already."""
        base = np.zeros(len(first) - 1, dtype=np.int64)
        key = None
        if _sum(amount) <= LARGEST:
            through = np.concatenate(([0], np.cumsum(amount)))
            base = through[first[:-1]]
            key = near + np.repeat(base, np.diff(first))
        return cls(first, near, amount, far_axis, far, row, refund, base, key)

    def total(self, axis: IntArray) -> IntArray:
        """The counter of each axis in this direction."""
        low, last = self.first[axis], self.first[axis + 1] - 1
        some = last >= low
        totals = np.zeros(len(axis), dtype=np.int64)
        totals[some] = self.near[last[some]] + self.amount[last[some]]
        return totals

    def holding(self, axis: IntArray, number: IntArray) -> IntArray:
        """The move whose interval holds `number` of `axis`; each number must lie below the axis's counter."""
        if self.key is not None:
            return self.key.searchsorted(self.base[axis] + number, side="right") - 1
        return _holding(self.near, self.first[axis], self.first[axis + 1], number)


def _sum(amounts: IntArray) -> int:
    """Exact beyond 63 bits."""
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
        _require_order(rows)
        out = (rows.from_axis, rows.out_offset)
        into = (rows.to_axis, rows.in_offset)
        outgoing = _group(*out, *into, rows.amount, len(axes))
        incoming = _group(*into, *out, rows.amount, len(axes))
        _require_tiling(outgoing, axes, "outgoing")
        _require_tiling(incoming, axes, "incoming")
        _require_covered(rows, axes, source)
        return cls(axes, source, rows, outgoing, incoming)

    def counters(self, axis: int) -> tuple[int, int]:
        """`(in, out)` of an axis, as the chain's slot should have them."""
        one = np.array([axis], dtype=np.int64)
        return int(self.incoming.total(one)[0]), int(self.outgoing.total(one)[0])

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


def _group(
    axis: IntArray, near: IntArray, far_axis: IntArray, far: IntArray, amount: IntArray, axes: int
) -> Side:
    order = np.argsort(axis, kind="stable")
    first = np.searchsorted(axis[order], np.arange(axes + 1))
    nothing = np.full(len(order), -1, dtype=np.int64)
    return Side.of(first, near[order], amount[order], far_axis[order], far[order], order, nothing)


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
    expected = np.zeros(len(side.near), dtype=np.int64)
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


def _require_covered(rows: MoveRows, axes: Sequence[str], source: int) -> None:
    """out <= in on every axis at every moment; on the source axis the other way round."""
    axis = np.concatenate((rows.to_axis, rows.from_axis))
    change = np.concatenate((rows.amount, -rows.amount))
    change[axis == source] *= -1
    moment = np.tile(np.arange(len(rows)), 2)
    order = np.lexsort((moment, axis))
    axis, running = axis[order], np.cumsum(change[order])
    # Sums over all axes may wrap past 64 bits; differences within one axis come out right all the same.
    begins = np.flatnonzero(np.diff(axis, prepend=-2))
    before = np.concatenate(([0], running))[begins]
    balance = running - np.repeat(before, np.diff(np.append(begins, len(axis))))
    if len(balance) and int(balance.min()) < 0:
        at = int(np.argmax(balance < 0))
        who = axes[int(axis[at])]
        raise IncompleteHistory(
            f"axis {who} paid out {-int(balance[at])} that had not come in",
            who=who,
            had=_place(rows, int(moment[order][at])),
        )
