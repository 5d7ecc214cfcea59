"""Everything that answers at one block need: facts by name, moves as columns, places in the chain."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ledger.domain.dates import format_day
from ledger.domain.history import EventRow, Header, IntArray, MoveRef, MoveRows
from ledger.domain.limits import Limits
from ledger.domain.money import currency
from ledger.errors import NotFound
from ledger.tracing.axes import SOURCE, Axis, Kind
from ledger.tracing.books import Books
from ledger.tracing.columns import MoveColumns, Side
from ledger.tracing.piececolumns import PieceColumns
from ledger.tracing.refunds import Refund, incoming_with, outgoing_with
from ledger.tracing.steps import BoolArray, Horizon
from ledger.tracing.sweep import Stream


class History(Protocol):
    """One consistent view of the index; the store's snapshot is one."""

    @property
    def chain_id(self) -> int: ...

    def progress(self) -> Header | None: ...

    def header_at_or_before(self, number: int) -> Header | None: ...

    def addresses(self, first: int = 0) -> list[str]: ...

    def moves(self, cash: str, after: int = -1, up_to: int | None = None) -> MoveRows: ...

    def move_refs(self, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], MoveRef]: ...

    def moves_of(self, tx: str) -> list[tuple[str, int, int]]: ...

    def moves_citing(self, cash: str, documents: Iterable[str]) -> list[tuple[int, int]]: ...

    def events(
        self, after: int = -1, up_to: int | None = None, contracts: Sequence[str] | None = None
    ) -> list[EventRow]: ...

    def timestamps(self, blocks: Iterable[int]) -> dict[int, int]: ...


_Build = Callable[[MoveColumns, Iterable[Refund]], Side]


@dataclass(slots=True)
class State:
    """What is kept between questions: facts and columns up to `header`."""

    header: Header
    books: Books
    addresses: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    rows: dict[str, MoveRows] = field(default_factory=dict)
    built: dict[str, MoveColumns] = field(default_factory=dict)
    sides: dict[tuple[str, bool], Side] = field(default_factory=dict)
    streams: dict[tuple[str, bool], Stream] = field(default_factory=dict)
    meanings: list[Axis] = field(default_factory=list)
    converting: dict[str, IntArray] = field(default_factory=dict)
    pieces: PieceColumns | None = None

    @classmethod
    def read(cls, history: History, header: Header, zone_seconds: int) -> State:
        """From the index's beginning up to a block."""
        books = Books(zone_seconds)
        books.apply(history.events(up_to=header.number))
        state = cls(header, books)
        state._learn(history)
        return state

    def advance(self, history: History, header: Header) -> None:
        """Takes in what came after `self.header`, which the chain must still have."""
        done, last = self.header.number, header.number
        self.books.apply(history.events(after=done, up_to=last))
        self._learn(history)
        # A cash without moves may have been listed since, and be read from its beginning.
        self.rows = {
            cash: rows.followed_by(history.moves(cash, after=done, up_to=last))
            for cash, rows in self.rows.items()
            if len(rows)
        }
        # What is computed from them is computed again when it is asked for: new facts explain old axes, too.
        self.built.clear()
        self.sides.clear()
        self.streams.clear()
        self.meanings.clear()
        self.converting.clear()
        self.pieces = None
        self.header = header

    def take_moves(self, later: State) -> None:
        """Moves that a later state of the same chain has in memory already."""
        for cash, rows in later.rows.items():
            if cash not in self.rows and self.header.number <= later.header.number:
                self.rows[cash] = rows.up_to(self.header.number)

    def _learn(self, history: History) -> None:
        fresh = history.addresses(len(self.addresses))
        self.numbers |= {address: len(self.addresses) + i for i, address in enumerate(fresh)}
        self.addresses += fresh


class World:
    """A state, with a snapshot to look details up in."""

    def __init__(self, history: History, state: State) -> None:
        self.history = history
        self.state = state
        self.books = state.books
        self.header = state.header
        self._refs: dict[tuple[int, int], MoveRef] = {}
        self._timestamps: dict[int, int] = {}

    # --- moves ---

    def columns(self, cash: str) -> MoveColumns:
        """The moves of one `Cash`, proved to tile."""
        state = self.state
        if cash not in state.built:
            if cash not in state.rows:
                state.rows[cash] = self.history.moves(cash, up_to=self.header.number)
            source = state.numbers.get(SOURCE, -1)
            state.built[cash] = MoveColumns.build(state.addresses, source, state.rows[cash])
        return state.built[cash]

    def axis(self, address: str) -> int | None:
        """The number of an axis; None when nothing ever touched it."""
        return self.state.numbers.get(address)

    def address(self, axis: int) -> str | None:
        """Of an axis by its number; None for a place that is none."""
        return self.state.addresses[axis] if axis < len(self.state.addresses) else None

    def meanings(self) -> list[Axis]:
        """What each axis is for, by number."""
        state = self.state
        if not state.meanings:
            state.meanings = [self.books.axes.meaning(address) for address in state.addresses]
        return state.meanings

    def outgoing(self, cash: str) -> Side:
        """The outgoing moves, refunded intervals leading to their substitutes."""
        return self._side(cash, outgoing_with, outgoing=True)

    def incoming(self, cash: str) -> Side:
        """The incoming moves, substitutes coming from what was reversed."""
        return self._side(cash, incoming_with, outgoing=False)

    def _side(self, cash: str, build: _Build, *, outgoing: bool) -> Side:
        sides = self.state.sides
        if (cash, outgoing) not in sides:
            sides[cash, outgoing] = build(self.columns(cash), self.refunds(cash))
        return sides[cash, outgoing]

    def stream(self, cash: str, *, backward: bool) -> Stream:
        """The moves in the order in which the rules other than first in, first out meet them."""
        streams = self.state.streams
        if (cash, backward) not in streams:
            build = Stream.backward_of if backward else Stream.forward_of
            streams[cash, backward] = build(self.columns(cash))
        return streams[cash, backward]

    def origins(self) -> BoolArray:
        """True for every bond's origin axis."""
        return np.array([meaning.kind is Kind.ORIGIN for meaning in self.meanings()], dtype=np.bool_)

    def horizon(self, cash: str, limits: Limits, *, backward: bool) -> Horizon:
        """A reader's limits in rows of the columns."""
        blocks = self.columns(cash).rows.block
        if limits.until is None:
            return Horizon(limits.hops, limits.least)
        if backward:
            first = int(blocks.searchsorted(self._block(blocks, limits, backward=True), side="left"))
            return Horizon(limits.hops, limits.least, first_row=first)
        last = int(blocks.searchsorted(self._block(blocks, limits, backward=False), side="right")) - 1
        return Horizon(limits.hops, limits.least, last_row=last)

    def _block(self, blocks: IntArray, limits: Limits, *, backward: bool) -> int:
        """The block of a limit; of a day, its first one backward, and the last block before the next."""
        if limits.day is None:
            return limits.block or 0
        distinct = np.unique(blocks).tolist()
        wanted = limits.day if backward else limits.day + 1
        found = bisect_left(distinct, wanted, key=self.day_of)
        if backward:
            return int(distinct[found]) if found < len(distinct) else self.header.number + 1
        return int(distinct[found - 1]) if found else -1

    def day_of(self, block: int) -> int:
        """The business date of any block that has rows; `load_days` before many."""
        if block not in self._timestamps:
            self._timestamps.update(self.history.timestamps([block]))
        return self.day(block)

    def time_of(self, block: int) -> int:
        """UTC seconds of any block that has rows."""
        self.day_of(block)
        return self._timestamps[block]

    def refunds(self, cash: str) -> list[Refund]:
        """The refunds of all bonds in this cash, by numbers of axes."""
        numbers = self.state.numbers
        return [
            Refund(numbers[r.axis], r.reversed_offset, r.amount, numbers[r.into], r.in_offset)
            for r in self.books.refunds
            if self.books.bonds[r.bond].cash == cash
        ]

    def converting_rows(self, cash: str) -> IntArray:
        """The moves that cite a registered conversion document, in order."""
        found = self.state.converting
        if cash not in found:
            registered = self.books.conversions
            places = self.history.moves_citing(cash, registered) if registered else []
            known = [place for place in places if place[0] <= self.header.number]
            found[cash] = np.array([self.row_at(cash, *place) for place in known], dtype=np.int64)
        return found[cash]

    # --- places ---

    def row_at(self, cash: str, block: int, log: int) -> int:
        """The row of a move of a cash, which must be there."""
        rows = self.columns(cash).rows
        first, end = np.searchsorted(rows.block, [block, block + 1])
        return int(first + np.searchsorted(rows.log[first:end], log))

    def load(self, columns: MoveColumns, rows: IntArray) -> None:
        """Fetches what `ref` and `day` will be asked for, all at once."""
        wanted = np.unique(rows[rows >= 0])
        blocks, logs = columns.rows.block[wanted].tolist(), columns.rows.log[wanted].tolist()
        places = [place for place in zip(blocks, logs, strict=True) if place not in self._refs]
        self._refs.update(self.history.move_refs(places))
        self._timestamps.update(self.history.timestamps(block for block, _ in places))

    def load_days(self, blocks: Iterable[int]) -> None:
        """Fetches what `day` will be asked for."""
        self._timestamps.update(self.history.timestamps(set(blocks) - self._timestamps.keys()))

    def ref(self, columns: MoveColumns, row: int) -> MoveRef:
        """Where a move stands; `load` comes first."""
        return self._refs[int(columns.rows.block[row]), int(columns.rows.log[row])]

    def day(self, block: int) -> int:
        """The business date of a loaded block."""
        return self.books.business_day(block, self._timestamps.get(block, 0))

    def head(self) -> dict[str, Any]:
        """Which chain and block an answer holds at, as each of them says: `as_of` is the block's date."""
        return {
            "chain_id": self.history.chain_id,
            "block": self.header.number,
            "block_hash": self.header.hash,
            "as_of": format_day(self.today()),
        }

    def today(self) -> int:
        """The business date at the end of this state."""
        return self.books.business_day(self.header.number, self.header.timestamp)

    # --- names ---

    def currency(self, cash: str) -> tuple[str, int]:
        """Code and digits of the minor unit.

        Raises:
            NotFound: when the cash was never listed.
        """
        code = self.books.currencies.get(cash)
        if code is None:
            raise NotFound(f"{cash} is not listed as ledger cash", who=cash)
        return code, currency(code).digits
