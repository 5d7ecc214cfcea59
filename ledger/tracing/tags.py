"""Tags on balances, and how moves take them along: by pro-rata and by bounds, in plain Python."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from ledger.domain.history import IntArray
from ledger.tracing.course import Chunk, Course
from ledger.tracing.shares import Share, by_largest_remainder, tightened
from ledger.tracing.steps import Horizon, Why
from ledger.tracing.stream import Start, Stream

FINE_BITS: Final = 32


class Tags(ABC):
    """Tags by layer (the number of moves made, where that is limited; else one layer) and place."""

    def __init__(self, stream: Stream, horizon: Horizon) -> None:
        self._axes = stream.axes
        self._width = 3 * stream.axes
        self._hops = horizon.hops
        self._least = horizon.least
        self._layers = 1 if horizon.hops is None else horizon.hops + 1
        self._rest = stream.rest

    @abstractmethod
    def add(self, start: Start) -> None:
        """Puts a tag where the question begins."""

    @abstractmethod
    def follow(self, course: Course, begin: int, end: int) -> None:
        """Moves what the moves `[begin, end)` of the course take along."""

    @abstractmethod
    def shares(self, total: tuple[int, int]) -> list[Share]:
        """The answer; together so much at least and at most."""

    def comes_round(self, axis: int) -> bool:
        """Whether a tag there would be counted twice, and the rule cannot say so."""
        return False

    def _rounded(self, fine: Iterable[tuple[int, int]], total: int) -> list[Share]:
        """From tags in units of 2^-FINE_BITS fen, by place in all layers."""
        found = self._by_place(fine)
        whole = by_largest_remainder(list(found.values()), total, FINE_BITS)
        return [self._share(place, had, had) for place, had in zip(found, whole, strict=True) if had]

    def _between(
        self, low: Iterable[tuple[int, int]], high: Iterable[tuple[int, int]], total: tuple[int, int]
    ) -> list[Share]:
        """From the least and the most, by place in all layers."""
        most = {
            place: min(had, total[1], self._room(place, had)) for place, had in self._by_place(high).items()
        }
        found = tightened(self._by_place(low), most, total)
        return [self._share(place, least, had) for place, (least, had) in sorted(found.items()) if had]

    def _room(self, place: int, otherwise: int) -> int:
        """No more can rest on an axis than its balance."""
        return int(self._rest[place]) if place < self._axes else otherwise

    def _by_place(self, tags: Iterable[tuple[int, int]]) -> dict[int, int]:
        found: dict[int, int] = {}
        for at, amount in tags:
            if amount:
                found[at % self._width] = found.get(at % self._width, 0) + amount
        return found

    def _share(self, place: int, least: int, most: int) -> Share:
        return Share(place % self._axes, (Why.REST, Why.STOP, Why.CUT)[place // self._axes], least, most)


class _PlainTags(Tags):
    """Chunk by chunk, move by move."""

    def follow(self, course: Course, begin: int, end: int) -> None:
        for chunk in course.chunks(begin, end):
            self._meet(chunk)
            course.learn(chunk, self._held)

    @abstractmethod
    def _meet(self, chunk: Chunk) -> None:
        """Moves what the chunk's moves take along."""

    @abstractmethod
    def _held(self, axes: IntArray) -> list[bool]:
        """Which of the axes have a tag."""

    def _ways(self, payer: int, payee: int) -> list[tuple[int, int]]:
        """(from, to) in every layer, the deepest first so that no tag moves twice; beyond it, it is cut."""
        if self._hops is None:
            return [(payer, payee)]
        width, deepest = self._width, (self._layers - 1) * self._width
        upper = range(deepest - width, -1, -width)
        return [
            (deepest + payer, deepest + 2 * self._axes + payer),
            *((layer + payer, layer + width + payee) for layer in upper),
        ]

    def _is_held(self, tags: Sequence[int], axes: IntArray) -> list[bool]:
        layers = range(0, self._layers * self._width, self._width)
        return [any(tags[layer + axis] for layer in layers) for axis in axes.tolist()]


class Prorata(_PlainTags):
    def __init__(self, stream: Stream, horizon: Horizon) -> None:
        super().__init__(stream, horizon)
        self._tags = [0] * (self._width * self._layers)
        self._smallest = horizon.least << FINE_BITS

    def add(self, start: Start) -> None:
        self._tags[start.axis] += start.amount << FINE_BITS

    def shares(self, total: tuple[int, int]) -> list[Share]:
        return self._rounded(enumerate(self._tags), total[1])

    def _held(self, axes: IntArray) -> list[bool]:
        return self._is_held(self._tags, axes)

    def _meet(self, chunk: Chunk) -> None:
        if self._hops is None and self._least <= 1:
            self._meet_all(chunk)
        else:
            self._meet_limited(chunk)

    def _meet_all(self, chunk: Chunk) -> None:
        tags = self._tags
        for payer, payee, amount, balance in zip(
            chunk.payer, chunk.payee, chunk.amount, chunk.balance, strict=True
        ):
            tag = tags[payer]
            if tag:
                part = tag * amount // balance
                tags[payer] = tag - part
                tags[payee] += part

    def _meet_limited(self, chunk: Chunk) -> None:
        tags = self._tags
        for payer, payee, amount, balance in zip(
            chunk.payer, chunk.payee, chunk.amount, chunk.balance, strict=True
        ):
            cut = 2 * self._axes + payer
            for source, to in self._ways(payer, payee):
                part = tags[source] * amount // balance
                tags[source] -= part
                tags[cut if self._least > 1 and part < self._smallest else to] += part


class Bounds(_PlainTags):
    def __init__(self, stream: Stream, horizon: Horizon) -> None:
        super().__init__(stream, horizon)
        self._low = [0] * (self._width * self._layers)
        self._high = [0] * (self._width * self._layers)

    def add(self, start: Start) -> None:
        self._low[start.axis] += start.amount if start.least is None else start.least
        self._high[start.axis] += start.amount

    def shares(self, total: tuple[int, int]) -> list[Share]:
        return self._between(enumerate(self._low), enumerate(self._high), total)

    def comes_round(self, axis: int) -> bool:
        return self._is_held(self._high, np.array([axis]))[0]

    def _held(self, axes: IntArray) -> list[bool]:
        return self._is_held(self._high, axes)

    def _meet(self, chunk: Chunk) -> None:
        low, high = self._low, self._high
        for payer, payee, amount, balance in zip(
            chunk.payer, chunk.payee, chunk.amount, chunk.balance, strict=True
        ):
            for source, to in self._ways(payer, payee):
                most = high[source]
                if most:
                    most, least = min(most, balance), low[source]
                    high[source], low[source] = min(most, balance - amount), max(0, least - amount)
                    high[to] += min(most, amount)
                    low[to] += max(0, least + amount - balance)
