"""Moves that no ledger of ours numbered: any set of `time, from, to, amount` as columns.

Opening balances are unknown there. What an account pays beyond what it is known to have came from outside: it
is booked as a move from the axis `outside` right before, and shown as such. So every set tiles, whatever it
leaves out, and nothing is invented inside it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from ledger.domain.history import LARGEST, IntArray, MoveRows
from ledger.errors import BadInput
from ledger.tracing.columns import MoveColumns

OUTSIDE: Final = "outside"
HEADER: Final = ("time", "from", "to", "amount")
_OUTSIDE: Final = 0

Transfer = tuple[int, str, str, int]
"""UTC seconds, payer, payee, minor units"""


@dataclass(frozen=True, slots=True)
class ForeignMoves:
    """A set as columns.

    `time`: UTC seconds by row. `opened`: True for rows that book money from outside. `idle`: transfers that
    moved nothing, of no amount or from an account to itself.
    """

    columns: MoveColumns
    time: IntArray
    opened: IntArray
    idle: int

    def __len__(self) -> int:
        """Transfers of the set that moved something."""
        return int((self.opened == 0).sum())

    @property
    def from_outside(self) -> int:
        """All that came from outside, in minor units."""
        return self.columns.counters(_OUTSIDE)[1]


def foreign_moves(transfers: Iterable[Transfer]) -> ForeignMoves:
    """Transfers in order of time; those of one second stay in the order in which they are given.

    Raises:
        BadInput: for a negative amount, or the name `outside` for an account.
    """
    booked = _Booked()
    for time, payer, payee, amount in sorted(transfers, key=lambda one: one[0]):
        booked.add(time, payer, payee, amount)
    return booked.done()


class _Booked:
    """Counters by axis, and the rows that they give."""

    def __init__(self) -> None:
        self._axes = {OUTSIDE: _OUTSIDE}
        self._in, self._out = [0], [0]
        self._rows: list[tuple[int, int, int, int, int]] = []
        self._times: list[int] = []
        self._opened: list[bool] = []
        self._idle = 0

    def add(self, time: int, payer: str, payee: str, amount: int) -> None:
        if amount < 0 or OUTSIDE in (payer, payee):
            raise BadInput("no transfer between accounts", who=payer, had=amount)
        if not amount or payer == payee:
            self._idle += 1
            return
        source, to = self._axis(payer), self._axis(payee)
        lacking = self._out[source] + amount - self._in[source]
        if lacking > 0:
            self._move(time, _OUTSIDE, source, lacking)
        self._move(time, source, to, amount)

    def done(self) -> ForeignMoves:
        places = range(len(self._rows))
        whole = list(zip(*self._rows, strict=True)) or [()] * 5
        make = MoveRows.of if max(*self._in, *self._out) <= LARGEST else MoveRows.wide
        rows = make(places, [0] * len(places), *whole)
        columns = MoveColumns.build(list(self._axes), _OUTSIDE, rows)
        opened = np.array(self._opened, dtype=np.int64)
        return ForeignMoves(columns, np.array(self._times, dtype=np.int64), opened, self._idle)

    def _axis(self, name: str) -> int:
        axis = self._axes.setdefault(name, len(self._axes))
        if axis == len(self._in):
            self._in.append(0)
            self._out.append(0)
        return axis

    def _move(self, time: int, source: int, to: int, amount: int) -> None:
        self._rows.append((source, to, amount, self._out[source], self._in[to]))
        self._times.append(time)
        self._opened.append(source == _OUTSIDE)
        self._out[source] += amount
        self._in[to] += amount


def transfers_of(lines: Iterable[str]) -> list[Transfer]:
    """A CSV file's transfers; its header names `time`, `from`, `to` and `amount`, in any order.

    Times are UTC seconds or ISO dates and times (UTC where no zone is named), amounts whole minor units.

    Raises:
        BadInput: naming the line and what is wrong with it.
    """
    found = csv.reader(lines, strict=True)
    try:
        header = next(found, [])
        places = _places(header)
        return list(_transfers(found, places, len(header)))
    except csv.Error as failure:
        raise BadInput("the file is no CSV", who=f"line {found.line_num}", had=str(failure)) from None


def _places(header: Sequence[str]) -> list[int]:
    named = [name.strip().lower() for name in header]
    missing = [name for name in HEADER if named.count(name) != 1]
    if missing:
        raise BadInput("the header lacks a column", had=",".join(header), needed=",".join(missing))
    return [named.index(name) for name in HEADER]


def _transfers(found: Iterator[list[str]], places: list[int], width: int) -> Iterator[Transfer]:
    for number, line in enumerate(found, 2):
        if not line:
            continue
        if len(line) != width:
            raise BadInput("a line has other columns", who=f"line {number}", had=len(line), needed=width)
        time, payer, payee, amount = (line[at].strip() for at in places)
        if not payer or not payee:
            raise BadInput("a line names no account", who=f"line {number}", had=",".join(line))
        yield _seconds(time, number), payer, payee, _minor(amount, number)


def _minor(text: str, line: int) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise BadInput("an amount is a whole number of minor units", who=f"line {line}", had=text)
    return int(text)


def _seconds(text: str, line: int) -> int:
    if text.isascii() and text.isdecimal():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("a time is UTC seconds or an ISO date", who=f"line {line}", had=text) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
