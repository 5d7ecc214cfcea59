"""From moves to what became of each fen: arithmetic on intervals, with the standard library alone.

Fen x that leaves an axis is fen x that came into it, so on a bond's own axes nothing is assumed and nothing
estimated. The one exception is named by the chain itself: a refund says which payment it reverses.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

if __package__:
    from .proofs import need
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from proofs import *  # type: ignore[import-not-found]  # noqa: F403

Parts = Sequence[tuple[int, int]]
"""Origin fen, as (first, how many)."""


class Move(NamedTuple):
    """One `Moved` event, in the order of the chain; `log_index` counts within the transaction."""

    block: int
    tx_index: int
    log_index: int
    tx: str
    from_axis: str
    to_axis: str
    amount: int
    out_offset: int
    in_offset: int
    document: str

    @property
    def place(self) -> str:
        return f"{self.block}/{self.tx_index}/{self.log_index}"

    def __str__(self) -> str:
        return f"move {self.place} of transaction {self.tx}"


class Fate(NamedTuple):
    """The origin fen `[start, end)` are in `state` since `move`, of whose fen they are the ones from `at` on.

    `line` is the axis of the budget line they are or were on, `refund_of` the transaction whose payment they
    were when they last came back; empty where there was none.
    """

    start: int
    end: int
    state: str
    move: Move
    at: int
    line: str = ""
    refund_of: str = ""

    def within(self, start: int, end: int) -> Fate:
        low = max(start, self.start)
        return self._replace(start=low, end=min(end, self.end), at=self.at + low - self.start)


class Book:
    """Which origin fen are where, after the moves entered so far."""

    def __init__(self) -> None:
        self.fates: list[Fate] = []  # by origin number
        self._held: dict[str, list[tuple[int, int, int]]] = {}  # axis → (offset, fen, length), by offset

    def number(self, move: Move) -> None:
        """The fen get their origin numbers where they come into the origin axis."""
        self._hold(move, [(move.in_offset, move.amount)])

    def enter(self, move: Move, state: str, line: str | None = None) -> None:
        """`line`: the budget line they come to; empty where they leave it; None where it stays the same."""
        self._settle(move, self._at(move.from_axis, move.out_offset, move.amount), state, line, "")

    def reverse(
        self, move: Move, axis: str, offset: int, amount: int, was: str = "spent", now: str = "available"
    ) -> None:
        """What left `axis` as `[offset, offset + amount)` came back with `move`: the same origin fen."""
        need(amount == move.amount, f"its refund is of {amount}")
        parts, at, paid = self._at(axis, offset, amount), offset, ""
        for fen, length in parts:
            for fate in self.among(fen, fen + length):
                same = fate.move.from_axis == axis and fate.move.out_offset + fate.at == at + fate.start - fen
                need(fate.state == was and same, f"the fen that left {axis} at {at} are not {was}")
                paid = fate.move.tx
            at += length
        self._settle(move, parts, now, move.to_axis if now == "available" else "", paid)

    def lose(self, axis: str, offset: int, amount: int) -> None:
        """Of what left `axis` as `[offset, offset + amount)` and did not come back, nothing will."""
        at = offset
        for fen, length in self._at(axis, offset, amount):
            low, high = self._reach(fen, fen + length)
            new = []
            for old in self.fates[low:high]:
                mine = old.within(fen, fen + length)
                left = mine.move.out_offset + mine.at
                if mine.state == "placed" and mine.move.from_axis == axis and left == at + mine.start - fen:
                    mine = mine._replace(state="lost")
                new += [old.within(old.start, fen), mine, old.within(fen + length, old.end)]
            self.fates[low:high] = [fate for fate in new if fate.start < fate.end]
            at += length

    def among(self, start: int, end: int) -> list[Fate]:
        low, high = self._reach(start, end)
        return [fate.within(start, end) for fate in self.fates[low:high]]

    def _reach(self, start: int, end: int) -> tuple[int, int]:
        """The fates that have fen of `[start, end)`, as a slice of all."""
        low = bisect_left(self.fates, (start,))
        low -= low > 0 and self.fates[low - 1].end > start
        return low, bisect_left(self.fates, (end,))

    def _at(self, axis: str, offset: int, amount: int) -> Parts:
        """The origin fen that came into `axis` as `[offset, offset + amount)`."""
        end, found, held = offset + amount, [], self._held.get(axis, [])
        for start, fen, length in held[max(bisect_left(held, (offset + 1,)) - 1, 0) :]:
            if start >= end:
                break
            low, high = max(start, offset), min(start + length, end)
            found.append((fen + low - start, high - low))
        need(sum(length for _, length in found) == amount, f"axis {axis} has had no [{offset}, {end})")
        return found

    def _hold(self, move: Move, parts: Parts) -> None:
        offset = move.in_offset
        for fen, length in parts:
            self._held.setdefault(move.to_axis, []).append((offset, fen, length))
            offset += length

    def _settle(self, move: Move, parts: Parts, state: str, line: str | None, refund_of: str) -> None:
        self._hold(move, parts)
        at = 0
        for fen, length in parts:
            low, high = self._reach(fen, fen + length)
            before = self.fates[low:high] or [Fate(fen, fen + length, state, move, at)]
            new = [old.within(old.start, fen) for old in before[:1] if old.start < fen]
            for old in (old.within(fen, fen + length) for old in before):
                kept = old.line if line is None else line
                since = at + old.start - fen
                new.append(Fate(old.start, old.end, state, move, since, kept, refund_of or old.refund_of))
            new += [old.within(fen + length, old.end) for old in before[-1:] if old.end > fen + length]
            self.fates[low:high] = new
            at += length
