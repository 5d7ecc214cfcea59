"""Reading the index, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, TypeVar

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, select, tuple_

from ledger.domain.history import Discovered, EventRow, Header, MoveRef, MoveRows
from ledger.domain.purposes import address_bytes, checksum
from ledger.store import schema

_AT_ONCE: Final = 300
"""Keys in one question; SQLite allows no more than some hundred parameters everywhere."""


_Key = TypeVar("_Key")


def header_of(row: Any) -> Header:
    """A header from a row of `blocks` or `progress`."""
    return Header(row.number, row.hash, row.parent, row.timestamp)


class Snapshot:
    """All questions to one snapshot of the index agree with each other."""

    def __init__(self, connection: Connection, chain_id: int) -> None:
        self._connection = connection
        self.chain_id = chain_id

    def progress(self) -> Header | None:
        """The last block that is wholly known."""
        row = self._connection.execute(select(schema.progress)).one_or_none()
        return header_of(row) if row else None

    def header_at_or_before(self, number: int) -> Header | None:
        """The last header kept that is not above `number`."""
        table = schema.blocks
        query = select(table).where(table.c.number <= number).order_by(table.c.number.desc()).limit(1)
        row = self._connection.execute(query).one_or_none()
        return header_of(row) if row else None

    def discovered(self) -> list[Discovered]:
        """Contracts that other contracts announced."""
        rows = self._connection.execute(select(schema.contracts).order_by(schema.contracts.c.block))
        return [Discovered(row.address, row.name, row.block) for row in rows]

    def addresses(self, first: int = 0) -> list[str]:
        """The address of each axis number from `first` on."""
        table = schema.addresses
        query = select(table.c.address).where(table.c.id >= first).order_by(table.c.id)
        return [checksum(bytes(row.address)) for row in self._connection.execute(query)]

    def cashes(self) -> list[str]:
        """The `Cash` contracts that have moves."""
        query = select(schema.addresses.c.address).where(
            schema.addresses.c.id.in_(select(schema.moves.c.cash).distinct())
        )
        return [checksum(bytes(row.address)) for row in self._connection.execute(query)]

    def moves(self, cash: str, after: int = -1, up_to: int | None = None) -> MoveRows:
        """The moves of one `Cash` in the blocks `(after, up_to]`, in chain order."""
        table = schema.moves
        columns = (
            table.c.block,
            table.c.log,
            table.c.from_axis,
            table.c.to_axis,
            table.c.amount,
            table.c.out_offset,
            table.c.in_offset,
        )
        named = select(schema.addresses.c.id).where(schema.addresses.c.address == address_bytes(cash))
        mine = table.c.cash == named.scalar_subquery()
        query = select(*columns).where(mine, _within(table.c.block, after, up_to))
        rows = self._connection.execute(query.order_by(table.c.block, table.c.log)).fetchall()
        if not rows:
            return MoveRows.none()
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows) * len(columns))
        return MoveRows.of(*flat.reshape(-1, len(columns)).T.copy())

    def move_refs(self, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], MoveRef]:
        """Transaction and document of the moves at these (block, log)."""
        table = schema.moves
        found: dict[tuple[int, int], MoveRef] = {}
        for some in parts(sorted(set(places))):
            query = select(table.c.block, table.c.log, table.c.tx, table.c.document)
            for row in self._connection.execute(query.where(tuple_(table.c.block, table.c.log).in_(some))):
                document = None if row.document is None else _hex(row.document)
                found[row.block, row.log] = MoveRef(row.block, _hex(row.tx), row.log, document)
        return found

    def moves_of(self, tx: str) -> list[tuple[str, int, int]]:
        """(cash, block, log) of the moves of one transaction, in order."""
        table, names = schema.moves, schema.addresses
        query = (
            select(names.c.address, table.c.block, table.c.log)
            .join(names, names.c.id == table.c.cash)
            .where(table.c.tx == bytes.fromhex(tx.removeprefix("0x")))
            .order_by(table.c.log)
        )
        return [(checksum(bytes(row.address)), row.block, row.log) for row in self._connection.execute(query)]

    def moves_citing(self, cash: str, documents: Iterable[str]) -> list[tuple[int, int]]:
        """(block, log) of the moves of one `Cash` that name one of these documents, in order."""
        table = schema.moves
        named = select(schema.addresses.c.id).where(schema.addresses.c.address == address_bytes(cash))
        mine = table.c.cash == named.scalar_subquery()
        found: list[tuple[int, int]] = []
        for some in parts([bytes.fromhex(one.removeprefix("0x")) for one in documents]):
            query = select(table.c.block, table.c.log).where(mine, table.c.document.in_(some))
            found += [(row.block, row.log) for row in self._connection.execute(query)]
        return sorted(found)

    def events(
        self, after: int = -1, up_to: int | None = None, contracts: Sequence[str] | None = None
    ) -> list[EventRow]:
        """The events in the blocks `(after, up_to]`, of the contracts of these names or of all."""
        table = schema.events
        query = select(table).where(_within(table.c.block, after, up_to))
        if contracts is not None:
            query = query.where(table.c.contract.in_(contracts))
        rows = self._connection.execute(query.order_by(table.c.block, table.c.log))
        return [_event(row) for row in rows]

    def timestamps(self, blocks: Iterable[int]) -> dict[int, int]:
        """UTC seconds of blocks that have rows."""
        table = schema.blocks
        found: dict[int, int] = {}
        for some in parts(sorted(set(blocks))):
            query = select(table.c.number, table.c.timestamp).where(table.c.number.in_(some))
            found.update((row.number, row.timestamp) for row in self._connection.execute(query))
        return found


def parts(keys: Sequence[_Key]) -> Iterator[Sequence[_Key]]:
    """The keys, as many at once as a question may hold."""
    for first in range(0, len(keys), _AT_ONCE):
        yield keys[first : first + _AT_ONCE]


def _within(column: ColumnElement[int], after: int, up_to: int | None) -> ColumnElement[bool]:
    return and_(column > after, column <= up_to) if up_to is not None else column > after


def _event(row: Any) -> EventRow:
    return EventRow(row.block, row.tx, row.log, row.address, row.contract, row.name, json.loads(row.args))


def _hex(raw: bytes) -> str:
    return "0x" + bytes(raw).hex()
