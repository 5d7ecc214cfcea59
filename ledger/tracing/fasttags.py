"""Tags on balances for long histories: the same rules as `ledger.tracing.tags`, moved by compiled loops."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np

from ledger.domain.history import IntArray
from ledger.tracing.columns import exact_sum
from ledger.tracing.course import Course
from ledger.tracing.shares import Share
from ledger.tracing.steps import BoolArray, Horizon, Why
from ledger.tracing.stream import Start, Stream
from ledger.tracing.tags import FINE_BITS, Tags

ROOM: Final = 2**62
"""Balances, and all that starts, below it leave the compiled loops the room they need."""

_WHYS: Final = (Why.REST, Why.STOP, Why.CUT)

_SHARE: Final = partial(tuple.__new__, Share)
"""A share from its four fields: what `Share._make` does, without a step of the interpreter for each."""


class _FastTags(Tags):
    def __init__(self, loops: Any, stream: Stream, horizon: Horizon) -> None:
        super().__init__(stream, horizon)
        self._loops = loops
        self._backward = stream.backward
        columns = (stream.payer, stream.payee, stream.amount, stream.balance, stream.row)
        self._moves = tuple(self._by_row(column) for column in columns)
        self._last = int(self._moves[-1][-1])
        self._ending: BoolArray | None = None

    def _by_row(self, column: IntArray) -> IntArray:
        return np.ascontiguousarray(column[::-1] if self._backward else column)

    def _course(self, course: Course, begin: int, end: int) -> tuple[Any, ...]:
        """What the loops ask for, up to the tags."""
        if self._ending is None:
            self._ending = self._marked(course.ending)
        last = self._last if course.horizon.last_row is None else course.horizon.last_row
        span, layers = (course.horizon.first_row, last), (self._layers, self._hops is not None)
        return self._moves, self._backward, (begin, end), course.stop, self._ending, span, layers

    def _listed(self, place: IntArray, least: IntArray, most: IntArray) -> list[Share]:
        """The answer, places without anything left out."""
        some = most > 0
        place, least, most = place[some], least[some], most[some]
        whys = [_WHYS[why] for why in (place // self._axes).tolist()]
        rows = zip((place % self._axes).tolist(), whys, least.tolist(), most.tolist(), strict=True)
        return list(map(_SHARE, rows))

    def _marked(self, ending: IntArray | None) -> BoolArray:
        if ending is None:
            return np.zeros(0, dtype=np.bool_)
        marked = np.zeros(self._last + 1, dtype=np.bool_)
        marked[ending] = True
        return marked


class FastProrata(_FastTags):
    """A tag is its whole fen and its fraction of one, for together they pass 64 bits."""

    def __init__(self, loops: Any, stream: Stream, horizon: Horizon) -> None:
        super().__init__(loops, stream, horizon)
        self._tags = np.zeros((self._width * self._layers, 2), dtype=np.uint64)

    def add(self, start: Start) -> None:
        self._tags[start.axis, 0] += np.uint64(start.amount)

    def follow(self, course: Course, begin: int, end: int) -> None:
        self._loops.prorata(*self._course(course, begin, end), self._least, self._tags)

    def shares(self, total: tuple[int, int]) -> list[Share]:
        at = np.flatnonzero(self._tags[:, 0] | self._tags[:, 1])
        whole, fraction = self._tags[at].T.astype(np.int64)
        if self._layers > 1:
            fine = (
                (had << FINE_BITS) + rest for had, rest in zip(whole.tolist(), fraction.tolist(), strict=True)
            )
            return self._rounded(zip(at.tolist(), fine, strict=True), total[1])
        # As `by_largest_remainder`: the largest first, the first among equals.
        whole[np.argsort(-fraction, kind="stable")[: total[1] - int(whole.sum())]] += 1
        return self._listed(at, whole, whole)


class FastBounds(_FastTags):
    """A tag is so many fen that are certain, and so many that are possible."""

    def __init__(self, loops: Any, stream: Stream, horizon: Horizon) -> None:
        super().__init__(loops, stream, horizon)
        self._tags = np.zeros((self._width * self._layers, 2), dtype=np.int64)

    def add(self, start: Start) -> None:
        self._tags[start.axis] += (start.amount if start.least is None else start.least, start.amount)

    def comes_round(self, axis: int) -> bool:
        return bool(self._tags[axis :: self._width, 1].any())

    def follow(self, course: Course, begin: int, end: int) -> None:
        self._loops.bounds(*self._course(course, begin, end), self._tags)

    def shares(self, total: tuple[int, int]) -> list[Share]:
        at = np.flatnonzero(self._tags[:, 1])
        low, high = self._tags[at].T
        if self._layers > 1:
            places = at.tolist()
            pairs = zip(places, low.tolist(), strict=True), zip(places, high.tolist(), strict=True)
            return self._between(*pairs, total)
        most = np.minimum(high, np.where(at < self._axes, self._rest[at % self._axes], high))
        most = np.minimum(most, total[1])
        # As `tightened`; sums of many bounds may pass 63 bits, and then they say nothing.
        floor, ceiling = total[0] - exact_sum(most), total[1] - exact_sum(low)
        least = np.maximum(low, max(floor, -ROOM) + most)
        return self._listed(at, least, np.minimum(most, max(ceiling, -ROOM) + low))
