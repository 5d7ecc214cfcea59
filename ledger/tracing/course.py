"""The moves of a stream that matter to a question, as plain lists: for the loops that are not compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ledger.domain.history import IntArray
from ledger.tracing.steps import BoolArray, Horizon
from ledger.tracing.stream import Stream

_CHUNK: Final = 8_192


@dataclass(frozen=True, slots=True)
class Chunk:
    """Moves that may carry tags. A payee beyond the axes is a place where money ended, or was cut."""

    payer: list[int]
    payee: list[int]
    amount: list[int]
    balance: list[int]
    axes: IntArray


class Course:
    """The moves of a stream that matter, chunk by chunk. `live`: axes that may hold tags now.

    Money ends on the axes of `stop`, and at the moves whose rows `ending` names.
    """

    def __init__(self, stream: Stream, stop: BoolArray, ending: IntArray | None, horizon: Horizon) -> None:
        self._stream = stream
        self.stop = stop
        self.ending = ending
        self.horizon = horizon
        self.live = np.zeros(stream.axes, dtype=np.bool_)

    def chunks(self, begin: int, end: int) -> Iterator[Chunk]:
        """Those of `[begin, end)`; `learn` comes after each."""
        for first in range(begin, end, _CHUNK):
            part = slice(first, min(first + _CHUNK, end))
            chosen = self._chosen(self._stream.payer[part], self._payee(part))
            if len(chosen):
                yield self._chunk(first + chosen)

    def learn(self, chunk: Chunk, held: Callable[[IntArray], list[bool]]) -> None:
        """After a chunk. Where most moves matter, asking which axes are empty costs more than it saves."""
        if 2 * len(chunk.payer) < _CHUNK:
            axes = np.unique(chunk.axes)
            self.live[axes] = held(axes)
        else:
            self.live[chunk.axes] = True

    def _payee(self, part: slice | IntArray) -> IntArray:
        stream, axes = self._stream, self._stream.axes
        payer, payee = stream.payer[part], stream.payee[part]
        ends = self.stop[payee]
        if self.ending is not None:
            ends |= np.isin(stream.row[part], self.ending)
        after = np.where(ends, axes + payer, payee)
        return np.where(self.horizon.hides(stream.row[part]), 2 * axes + payer, after)

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

    def _chunk(self, places: IntArray) -> Chunk:
        stream = self._stream
        payer, payee = stream.payer[places], self._payee(places)
        axes = np.concatenate((payer, payee[payee < stream.axes]))
        amount, balance = stream.amount[places], stream.balance[places]
        return Chunk(payer.tolist(), payee.tolist(), amount.tolist(), balance.tolist(), axes)
