"""What the indicators look at: moves as columns, what contracts told, days, ties. Nothing here is a
judgement."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from ledger.domain.bankmoney import Mismatch
from ledger.domain.history import EventRow, IntArray
from ledger.domain.indicators import DEFAULT
from ledger.tracing.alerts.kin import Kin, Tag
from ledger.tracing.axes import Kind, line_axis
from ledger.tracing.books import Bond, Books
from ledger.tracing.columns import MoveColumns
from ledger.tracing.impactbooks import readable
from ledger.tracing.world import World

_PAYING: Final = frozenset({Kind.LINE, Kind.ENCUMBRANCE, Kind.COST})
"""Sub-accounts of a bond from which payees are paid. What leaves the pool is placed, and told apart."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a reader brings that no contract told: keyed tags, and how a bank's statement differs."""

    tags: Sequence[Tag] = ()
    mismatches: Sequence[Mismatch] = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """A move from a bond's books to a payee's general account."""

    row: int
    bond: int
    kind: Kind
    payer_axis: int
    axis: int
    payee: str
    amount: int
    day: int
    event: EventRow | None = None


@dataclass(slots=True)
class Case:
    """One world and what a reader brings, with what several indicators ask of it."""

    world: World
    beside: Beside = field(default_factory=Beside)
    _payments: dict[int, list[Payment]] | None = None
    _homes: dict[str, set[int]] = field(default_factory=dict)
    _balances: dict[str, tuple[IntArray, IntArray]] = field(default_factory=dict)
    _grouped: dict[tuple[str, ...], Mapping[Any, list[EventRow]]] = field(default_factory=dict)
    _service: dict[int, set[int]] | None = None
    _seen: list[int] = field(default_factory=list)
    _kin: Kin | None = None

    @property
    def books(self) -> Books:
        return self.world.books

    def of(self, name: str) -> Sequence[EventRow]:
        """Events of one kind, as `Contract.Event`."""
        return self.books.told.of(name)

    def grouped(self, field: str, *names: str) -> Mapping[Any, list[EventRow]]:
        """Events of some kinds by one of their arguments, each group in chain order."""
        key = (field, *names)
        if key not in self._grouped:
            found: defaultdict[Any, list[EventRow]] = defaultdict(list)
            for row in self.books.told.of_any(*names):
                found[row.args[field]].append(row)
            self._grouped[key] = found
        return self._grouped[key]

    def bonds(self) -> list[Bond]:
        """Those that have raised money."""
        return [bond for bond in self.books.bonds.values() if bond.closed]

    def declared(self, bond: int) -> Mapping[str, Any]:
        """What a bond's limits disclose: jurisdiction, look-back, refinanced share; else nothing."""
        told = self.grouped("bond", "LimitTerms.LimitsDeclared").get(bond)
        return dict(told[-1].args["terms"]) if told else {}

    def jurisdiction(self, bond: int) -> str:
        """The one whose rules a bond says it follows; else `default`."""
        code = self.declared(bond).get("jurisdiction")
        return readable(code) if code else DEFAULT

    # --- days ---

    def day(self, block: int) -> int:
        """The business date of a block."""
        return self.world.day_of(block)

    @property
    def today(self) -> int:
        return self.world.today()

    def first_block(self, day: int) -> int:
        """The first block that told something on that business date or later."""
        found = bisect_left(self._blocks, day, key=self.day)
        return self._blocks[found] if found < len(self._blocks) else self.world.header.number

    @property
    def _blocks(self) -> list[int]:
        if not self._seen:
            cashes = {bond.cash for bond in self.books.bonds.values()}
            moved = [self.columns(cash).rows.block for cash in sorted(cashes)]
            told = np.array(sorted(self.books.told.blocks()), dtype=np.int64)
            self._seen.extend(np.unique(np.concatenate([told, *moved])).tolist())
        return self._seen

    # --- ties ---

    @property
    def kin(self) -> Kin:
        if self._kin is None:
            told = self.books.told.of_any("Participants.Admitted", "Participants.Amended")
            self._kin = Kin(told, self.beside.tags)
        return self._kin

    def homes(self, account: str) -> set[int]:
        """The axes on which money is with a party or who is related to it: general ones, and those on which
        it waits to pay the coupons of that party's bonds."""
        if account not in self._homes:
            circle = self.kin.circle(account)
            general = {self.world.axis(one) for one in circle}
            own = {bond.id for bond in self.books.bonds.values() if bond.issuer in circle}
            service = (self._services().get(bond, set()) for bond in own)
            self._homes[account] = {one for one in general if one is not None}.union(*service)
        return self._homes[account]

    def _services(self) -> dict[int, set[int]]:
        """Where money waits to be paid as a bond's coupons or redemption, by bond."""
        if self._service is None:
            self._service = defaultdict(set)
            for number, meaning in enumerate(self.world.meanings()):
                if meaning.kind is Kind.SERVICE:
                    self._service[meaning.bond].add(number)
        return self._service

    # --- moves ---

    def columns(self, cash: str) -> MoveColumns:
        return self.world.columns(cash)

    def balances(self, cash: str) -> tuple[IntArray, IntArray]:
        """By row: the payer's balance before a move, and the payee's after it."""
        if cash not in self._balances:
            self._balances[cash] = self.columns(cash).balances()
        return self._balances[cash]

    def payments(self, bond: Bond) -> list[Payment]:
        """What was paid from a bond's books to payees, in order; a holder's claim waits and is none."""
        if self._payments is None:
            self._payments = self._all_payments()
        return self._payments.get(bond.id, [])

    def after(self, cash: str, axis: int, row: int) -> IntArray:
        """The rows of the moves out of an axis after a move."""
        side = self.columns(cash).outgoing
        rows = side.row[side.first[axis] : side.first[axis + 1]]
        return rows[int(rows.searchsorted(row, side="right")) :]

    def into_after(self, cash: str, axis: int, row: int) -> IntArray:
        """The rows of the moves into an axis after a move."""
        side = self.columns(cash).incoming
        rows = side.row[side.first[axis] : side.first[axis + 1]]
        return rows[int(rows.searchsorted(row, side="right")) :]

    def until(self, cash: str, rows: IntArray, day: int) -> Iterator[int]:
        """Those up to a day. Business dates never go back."""
        blocks = self.columns(cash).rows.block
        for row in rows.tolist():
            if self.day(int(blocks[row])) > day:
                return
            yield row

    def leaving(self, cash: str, address: str, offset: int) -> int | None:
        """The row of the move by which a number left an axis; None when nothing moved there."""
        axis = self.world.axis(address)
        if axis is None:
            return None
        columns = self.columns(cash)
        if offset >= columns.counters(axis)[1]:
            return None
        edge = columns.outgoing.holding(np.array([axis]), np.array([offset]))
        return int(columns.outgoing.row[int(edge[0])])

    def bond_of(self, line: int) -> Bond:
        """The bond that a budget line is of."""
        return self.books.bonds[self.books.lines[line].bond]

    # --- building ---

    def _all_payments(self) -> dict[int, list[Payment]]:
        found: defaultdict[int, list[Payment]] = defaultdict(list)
        for cash in sorted({bond.cash for bond in self.bonds()}):
            for one in self._paid_in(cash):
                found[one.bond].append(one)
        return found

    def _paid_in(self, cash: str) -> Iterator[Payment]:
        columns, meanings = self.columns(cash), self.world.meanings()
        rows = columns.rows
        paying = np.array([meaning.kind in _PAYING and meaning.bond > 0 for meaning in meanings])
        general = np.array([meaning.kind is Kind.GENERAL for meaning in meanings])
        mine = np.flatnonzero(paying[rows.from_axis] & general[rows.to_axis])
        self.world.load_days(rows.block[mine].tolist())
        told = self._told_payments()
        for row in mine.tolist():
            source, to = int(rows.from_axis[row]), int(rows.to_axis[row])
            event = told.get((columns.axes[source], int(rows.out_offset[row])))
            meaning, day = meanings[source], self.day(int(rows.block[row]))
            yield Payment(
                row,
                meaning.bond,
                meaning.kind,
                source,
                to,
                columns.axes[to],
                int(rows.amount[row]),
                day,
                event,
            )

    def _told_payments(self) -> dict[tuple[str, int], EventRow]:
        paid = self.of("Proceeds.Paid")
        return {(line_axis(row.args["line"]), row.args["outOffset"]): row for row in paid}


def bunches(days: Sequence[int], longest: int) -> Iterator[list[int]]:
    """Places of days that follow each other, cut where the span from a bunch's first would be longer."""
    bunch: list[int] = []
    for place, day in enumerate(days):
        if bunch and day - days[bunch[0]] > longest:
            yield bunch
            bunch = []
        bunch.append(place)
    if bunch:
        yield bunch


def distinct(accounts: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(accounts))
