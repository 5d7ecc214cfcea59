"""Pro-rata and the bounds: one sweep over the moves in order of time, never all pairs of sources and holders.

What was asked about is a tag on the balances that hold it. A move takes a part of the payer's tag along:

- pro-rata: `tag × amount ÷ balance`. Tags are carried in units of 2^-32 fen and each move rounds down, so an
  amount differs from the exact fraction by less than 2^-32 fen a move; in the end they are rounded to whole
  fen by largest remainder, and sum exactly to what was asked.
- bounds: at most `min(tag, amount)`, at least what the untagged rest of the balance cannot cover. They are
  certain, and near for short histories; over long ones they widen, as they must where everything mixed.

Backward is the same sweep over the moves reversed. Chunks in which no payer holds a tag are passed over.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from ledger.domain.history import IntArray
from ledger.tracing.columns import MoveColumns
from ledger.tracing.shares import Rule, Share, added_up, by_largest_remainder, tightened
from ledger.tracing.steps import ALL_THE_WAY, BoolArray, Horizon, Why

_CHUNK: Final = 8_192
_FINE_BITS: Final = 32


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


def spread(
    stream: Stream,
    rule: Rule,
    starts: Sequence[Start],
    *,
    stop: BoolArray | None = None,
    ending: IntArray | None = None,
    horizon: Horizon = ALL_THE_WAY,
    within: tuple[int, int] | None = None,
) -> list[Share]:
    """Where what starts there is in the end.

    Args:
        rule: pro-rata or bounds; first in, first out is a walk (`ledger.tracing.walk`).
        stop: by axis, True where money is not followed further; the source always ends it.
        ending: rows of moves that end it as well.
        within: for the bounds, what the starts hold together at least and at most; None: all.
    """
    sweeps = spreads(stream, rule, starts, stop=stop, ending=ending, horizon=horizon, within=within)
    return added_up(chain.from_iterable(sweeps))


def spreads(
    stream: Stream,
    rule: Rule,
    starts: Sequence[Start],
    *,
    stop: BoolArray | None = None,
    ending: IntArray | None = None,
    horizon: Horizon = ALL_THE_WAY,
    within: tuple[int, int] | None = None,
) -> Iterator[list[Share]]:
    """The same sweep by sweep.

    Money that comes round and is asked about again starts again: by the bounds it is swept apart, because one
    sweep knows no balance with more tags than fen.
    """
    course = _Course(stream, _stops(stream, stop), ending, horizon)
    waiting = sorted((start for start in starts if start.amount), key=lambda start: stream.after(start.row))
    total = sum(start.amount for start in waiting)
    least, most = within or (total, total)
    while waiting:
        tags: _Tags = (_Prorata if rule is Rule.PRORATA else _Bounds)(stream, horizon)
        later = _swept(stream, course, tags, waiting)
        mine = sum(start.amount for start in waiting) - sum(start.amount for start in later)
        yield tags.shares((max(0, least - (total - mine)), min(mine, most)))
        waiting = later


def _swept(stream: Stream, course: _Course, tags: _Tags, starts: Sequence[Start]) -> list[Start]:
    """Sweeps from the first start to the end. Those that may be money of an earlier one are given back."""
    course.live[:] = False
    later: list[Start] = []
    at, row, is_round = stream.before(starts[0].row), -1, False
    for start in starts:
        first, after = stream.before(start.row), stream.after(start.row)
        _follow(course, tags, at, first)
        if start.row != row:
            row, is_round = start.row, first < after and tags.comes_round(int(stream.payer[first]))
        _follow(course, tags, max(at, first), after)
        at = after
        if is_round:
            later.append(start)
            continue
        tags.add(start)
        course.live[start.axis] = True
    _follow(course, tags, at, len(stream))
    return later


def _follow(course: _Course, tags: _Tags, begin: int, end: int) -> None:
    for chunk in course.chunks(begin, end):
        tags.meet(chunk)
        course.learn(chunk, tags)


def _stops(stream: Stream, stop: BoolArray | None) -> BoolArray:
    stops = np.zeros(stream.axes, dtype=np.bool_) if stop is None else stop.copy()
    if stream.source >= 0:
        stops[stream.source] = True
    return stops


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Moves that may carry tags. A payee beyond the axes is a place where money ended, or was cut."""

    payer: list[int]
    payee: list[int]
    amount: list[int]
    balance: list[int]
    axes: IntArray


class _Course:
    """The moves of a stream that matter, chunk by chunk. `live`: axes that may hold tags now."""

    def __init__(self, stream: Stream, stop: BoolArray, ending: IntArray | None, horizon: Horizon) -> None:
        self._stream = stream
        self._stop = stop
        self._ending = ending
        self._horizon = horizon
        self.live = np.zeros(stream.axes, dtype=np.bool_)

    def chunks(self, begin: int, end: int) -> Iterator[_Chunk]:
        """Those of `[begin, end)`; `learn` comes after each."""
        for first in range(begin, end, _CHUNK):
            part = slice(first, min(first + _CHUNK, end))
            chosen = self._chosen(self._stream.payer[part], self._payee(part))
            if len(chosen):
                yield self._chunk(first + chosen)

    def learn(self, chunk: _Chunk, tags: _Tags) -> None:
        """After a chunk. Where most moves matter, asking which axes are empty costs more than it saves."""
        if 2 * len(chunk.payer) < _CHUNK:
            axes = np.unique(chunk.axes)
            self.live[axes] = tags.held(axes)
        else:
            self.live[chunk.axes] = True

    def _payee(self, part: slice | IntArray) -> IntArray:
        stream, axes = self._stream, self._stream.axes
        payer, payee = stream.payer[part], stream.payee[part]
        ends = self._stop[payee]
        if self._ending is not None:
            ends |= np.isin(stream.row[part], self._ending)
        after = np.where(ends, axes + payer, payee)
        return np.where(self._horizon.hides(stream.row[part]), 2 * axes + payer, after)

    def _chosen(self, payer: IntArray, payee: IntArray) -> IntArray:
        """Moves whose payer is live, or may become so by an earlier one of the chunk."""
        live = self.live[payer]
        if not live.any():
            return np.zeros(0, dtype=np.int64)
        reached = self.live.copy()
        while True:
            reached[payee[live & (payee < len(reached))]] = True
            more = reached[payer]
            if int(more.sum()) == int(live.sum()):
                return np.flatnonzero(live)
            live = more

    def _chunk(self, places: IntArray) -> _Chunk:
        stream = self._stream
        payer, payee = stream.payer[places], self._payee(places)
        axes = np.concatenate((payer, payee[payee < stream.axes]))
        amount, balance = stream.amount[places], stream.balance[places]
        return _Chunk(payer.tolist(), payee.tolist(), amount.tolist(), balance.tolist(), axes)


class _Tags(ABC):
    """Tags by layer (the number of moves made, where that is limited; else one layer) and place."""

    def __init__(self, stream: Stream, horizon: Horizon) -> None:
        self._axes = stream.axes
        self._width = 3 * stream.axes
        self._hops = horizon.hops
        self._least = horizon.least
        self._layers = 1 if horizon.hops is None else horizon.hops + 1

    @abstractmethod
    def add(self, start: Start) -> None:
        """Puts a tag where the question begins."""

    @abstractmethod
    def meet(self, chunk: _Chunk) -> None:
        """Moves what the chunk's moves take along."""

    def comes_round(self, axis: int) -> bool:
        """Whether a tag there would be counted twice, and the rule cannot say so."""
        return False

    @abstractmethod
    def held(self, axes: IntArray) -> list[bool]:
        """Which of the axes have a tag."""

    @abstractmethod
    def shares(self, total: tuple[int, int]) -> list[Share]:
        """The answer; together so much at least and at most."""

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

    def _by_place(self, tags: Sequence[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for at, amount in enumerate(tags):
            if amount:
                found[at % self._width] = found.get(at % self._width, 0) + amount
        return found

    def _share(self, place: int, least: int, most: int) -> Share:
        return Share(place % self._axes, (Why.REST, Why.STOP, Why.CUT)[place // self._axes], least, most)

    def _is_held(self, tags: Sequence[int], axes: IntArray) -> list[bool]:
        layers = range(0, self._layers * self._width, self._width)
        return [any(tags[layer + axis] for layer in layers) for axis in axes.tolist()]


class _Prorata(_Tags):
    def __init__(self, stream: Stream, horizon: Horizon) -> None:
        super().__init__(stream, horizon)
        self._tags = [0] * (self._width * self._layers)
        self._smallest = horizon.least << _FINE_BITS

    def add(self, start: Start) -> None:
        self._tags[start.axis] += start.amount << _FINE_BITS

    def held(self, axes: IntArray) -> list[bool]:
        return self._is_held(self._tags, axes)

    def meet(self, chunk: _Chunk) -> None:
        if self._hops is None and self._least <= 1:
            self._meet_all(chunk)
        else:
            self._meet_limited(chunk)

    def _meet_all(self, chunk: _Chunk) -> None:
        tags = self._tags
        for payer, payee, amount, balance in zip(
            chunk.payer, chunk.payee, chunk.amount, chunk.balance, strict=True
        ):
            tag = tags[payer]
            if tag:
                part = tag * amount // balance
                tags[payer] = tag - part
                tags[payee] += part

    def _meet_limited(self, chunk: _Chunk) -> None:
        tags = self._tags
        for payer, payee, amount, balance in zip(
            chunk.payer, chunk.payee, chunk.amount, chunk.balance, strict=True
        ):
            cut = 2 * self._axes + payer
            for source, to in self._ways(payer, payee):
                part = tags[source] * amount // balance
                tags[source] -= part
                tags[cut if self._least > 1 and part < self._smallest else to] += part

    def shares(self, total: tuple[int, int]) -> list[Share]:
        fine = self._by_place(self._tags)
        whole = by_largest_remainder(list(fine.values()), total[1], _FINE_BITS)
        return [self._share(place, had, had) for place, had in zip(fine, whole, strict=True) if had]


class _Bounds(_Tags):
    def __init__(self, stream: Stream, horizon: Horizon) -> None:
        super().__init__(stream, horizon)
        self._low = [0] * (self._width * self._layers)
        self._high = [0] * (self._width * self._layers)
        self._rest = stream.rest

    def add(self, start: Start) -> None:
        self._low[start.axis] += start.amount if start.least is None else start.least
        self._high[start.axis] += start.amount

    def held(self, axes: IntArray) -> list[bool]:
        return self._is_held(self._high, axes)

    def comes_round(self, axis: int) -> bool:
        return self._is_held(self._high, np.array([axis]))[0]

    def meet(self, chunk: _Chunk) -> None:
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

    def shares(self, total: tuple[int, int]) -> list[Share]:
        most = {
            place: min(had, total[1], self._room(place, had))
            for place, had in self._by_place(self._high).items()
        }
        found = tightened(self._by_place(self._low), most, total)
        return [self._share(place, least, high) for place, (least, high) in sorted(found.items()) if high]

    def _room(self, place: int, otherwise: int) -> int:
        """No more can rest on an axis than its balance."""
        return int(self._rest[place]) if place < self._axes else otherwise
