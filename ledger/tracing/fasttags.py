"""Tags on balances for long histories: the same rules as `ledger.tracing.tags`, moved by compiled loops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ledger.domain.history import IntArray
from ledger.tracing.course import Course
from ledger.tracing.shares import Share
from ledger.tracing.steps import BoolArray, Horizon
from ledger.tracing.stream import Start, Stream
from ledger.tracing.tags import FINE_BITS, Tags


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

    def _nothing(self, dtype: type) -> NDArray[Any]:
        return np.zeros(self._width * self._layers, dtype=dtype)

    def _course(self, course: Course, begin: int, end: int) -> tuple[Any, ...]:
        """What the loops ask for, up to the tags."""
        if self._ending is None:
            self._ending = self._marked(course.ending)
        last = self._last if course.horizon.last_row is None else course.horizon.last_row
        span, layers = (course.horizon.first_row, last), (self._layers, self._hops is not None)
        return self._moves, self._backward, (begin, end), course.stop, self._ending, span, layers

    def _marked(self, ending: IntArray | None) -> BoolArray:
        if ending is None:
            return np.zeros(0, dtype=np.bool_)
        marked = np.zeros(self._last + 1, dtype=np.bool_)
        marked[ending] = True
        return marked


class FastProrata(_FastTags):
    """A tag's whole fen and its fraction of one are two columns, for together they pass 64 bits."""

    def __init__(self, loops: Any, stream: Stream, horizon: Horizon) -> None:
        super().__init__(loops, stream, horizon)
        self._whole, self._fine = self._nothing(np.uint64), self._nothing(np.uint64)

    def add(self, start: Start) -> None:
        self._whole[start.axis] += np.uint64(start.amount)

    def follow(self, course: Course, begin: int, end: int) -> None:
        self._loops.prorata(*self._course(course, begin, end), self._least, self._whole, self._fine)

    def shares(self, total: tuple[int, int]) -> list[Share]:
        return self._rounded(self._held(), total[1])

    def _held(self) -> Iterator[tuple[int, int]]:
        at = np.flatnonzero(self._whole | self._fine)
        for place, whole, fine in zip(
            at.tolist(), self._whole[at].tolist(), self._fine[at].tolist(), strict=True
        ):
            yield place, (whole << FINE_BITS) + fine


class FastBounds(_FastTags):
    def __init__(self, loops: Any, stream: Stream, horizon: Horizon) -> None:
        super().__init__(loops, stream, horizon)
        self._low, self._high = self._nothing(np.int64), self._nothing(np.int64)

    def add(self, start: Start) -> None:
        self._low[start.axis] += start.amount if start.least is None else start.least
        self._high[start.axis] += start.amount

    def comes_round(self, axis: int) -> bool:
        return bool(self._high[axis :: self._width].any())

    def follow(self, course: Course, begin: int, end: int) -> None:
        self._loops.bounds(*self._course(course, begin, end), self._low, self._high)

    def shares(self, total: tuple[int, int]) -> list[Share]:
        return self._between(_some(self._low), _some(self._high), total)


def _some(tags: IntArray) -> Iterator[tuple[int, int]]:
    at = np.flatnonzero(tags)
    return zip(at.tolist(), tags[at].tolist(), strict=True)
