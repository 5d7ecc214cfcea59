"""Writing the index: rows, block hashes and progress in one transaction, or none of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, insert, select

from ledger.domain.history import Batch, Discovered, EventRow, Header, MoveLogs
from ledger.domain.purposes import address_bytes
from ledger.errors import Conflict
from ledger.store import schema
from ledger.store.engine import engine_of, writing
from ledger.store.snapshot import Snapshot, header_of

_ONLY: Final = 1
"""The one row of `progress`."""


class IndexConflict(Conflict):
    """Somebody else moved the index in the meantime. Nothing was written; read the progress again."""

    code = "index-conflict"


class OtherLedger(Conflict):
    """The database holds the index of another chain or deployment, or was made by another version."""

    code = "other-ledger"


class Store:
    """One database. Safe to share among threads; several processes may write, and only one of them wins.

    Args:
        url: an SQLAlchemy URL, or the path of an SQLite file.
        chain_id, start_block: whose index this is. An empty database takes them on; another one must agree.

    Raises:
        OtherLedger: when it does not.
    """

    def __init__(self, url: str | Path, *, chain_id: int, start_block: int) -> None:
        self.chain_id = chain_id
        self.start_block = start_block
        self._engine = engine_of(url)
        self._numbers: dict[bytes, int] = {}
        self._identify()

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One consistent view: what others write meanwhile is not seen."""
        with self._engine.connect() as connection, connection.begin():
            yield Snapshot(connection, self.chain_id)

    def progress(self) -> Header | None:
        """The last block that is wholly known; None when there is none yet."""
        with self.snapshot() as history:
            return history.progress()

    def header_at_or_before(self, number: int) -> Header | None:
        """The last header kept that is not above `number`."""
        with self.snapshot() as history:
            return history.header_at_or_before(number)

    def discovered(self) -> list[Discovered]:
        """The contracts that other contracts announced so far."""
        with self.snapshot() as history:
            return history.discovered()

    def append(self, batch: Batch, after: Header | None) -> None:
        """Writes a batch that follows on `after`, all of it or nothing.

        Raises:
            IndexConflict: when the index does not stand at `after` any more.
        """
        with writing(self._engine) as connection:
            _require_progress(connection, after)
            _insert(connection, schema.blocks, map(_header_row, batch.headers))
            _insert(connection, schema.contracts, map(_discovered_row, batch.discovered))
            self._insert_moves(connection, batch.moves)
            _insert(connection, schema.events, map(_event_row, batch.events))
            _set_progress(connection, batch.tip)

    def roll_back(self, to: Header | None, after: Header | None) -> None:
        """Forgets every block above `to`, as if it had never been seen.

        Args:
            to: a header of this index, or None for all of it.
            after: where the caller believes the index stands.

        Raises:
            IndexConflict: when the index does not stand there any more.
        """
        number = self.start_block - 1 if to is None else to.number
        with writing(self._engine) as connection:
            _require_progress(connection, after)
            _forget_contracts(connection, number)
            for table in (schema.moves, schema.events):
                connection.execute(delete(table).where(table.c.block > number))
            connection.execute(delete(schema.blocks).where(schema.blocks.c.number > number))
            _set_progress(connection, to)

    def _identify(self) -> None:
        needed = {
            "version": str(schema.VERSION),
            "chain_id": str(self.chain_id),
            "start_block": str(self.start_block),
        }
        with writing(self._engine) as connection:
            schema.metadata.create_all(connection)
            had = {row.key: row.value for row in connection.execute(select(schema.meta))}
            if not had:
                _insert(connection, schema.meta, [{"key": k, "value": v} for k, v in needed.items()])
            elif had != needed:
                raise OtherLedger("the database belongs to another ledger", had=had, needed=needed)

    def _insert_moves(self, connection: Connection, moves: MoveLogs) -> None:
        cash = {address: address_bytes(address) for address in set(moves.cash)}
        self._number_all(connection, [*cash.values(), *moves.from_axis, *moves.to_axis])
        numbers = self._numbers
        columns = zip(
            moves.block.tolist(),
            moves.log.tolist(),
            [numbers[cash[one]] for one in moves.cash],
            moves.tx,
            [numbers[one] for one in moves.from_axis],
            [numbers[one] for one in moves.to_axis],
            moves.amount.tolist(),
            moves.out_offset.tolist(),
            moves.in_offset.tolist(),
            moves.document,
            strict=True,
        )
        _insert_many(connection, schema.moves, list(columns))

    def _number_all(self, connection: Connection, wanted: Sequence[bytes]) -> None:
        """Gives each new address the next number. Others may have written, so the table is asked first."""
        new = [address for address in dict.fromkeys(wanted) if address not in self._numbers]
        if not new:
            return
        table = schema.addresses
        known = {bytes(row.address): row.id for row in connection.execute(select(table))}
        fresh = [address for address in new if address not in known]
        given = {address: len(known) + i for i, address in enumerate(fresh)}
        _insert(connection, table, ({"id": i, "address": address} for address, i in given.items()))
        self._numbers = known | given


def _insert(connection: Connection, table: Table, rows: Any) -> None:
    values = list(rows)
    if values:
        connection.execute(insert(table), values)


def _insert_many(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    """As `_insert`, rows in the order of the table's columns: twice as fast where rows are very many."""
    if not rows:
        return
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    names = [column.name for column in table.columns]
    marks = ", ".join([mark] * len(names))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", rows)


def _require_progress(connection: Connection, after: Header | None) -> None:
    row = connection.execute(select(schema.progress)).one_or_none()
    had = header_of(row) if row else None
    if had != after:
        raise IndexConflict("the index was moved by somebody else", had=had, needed=after)


def _set_progress(connection: Connection, tip: Header | None) -> None:
    connection.execute(delete(schema.progress))
    if tip is not None:
        _insert(connection, schema.progress, [{"id": _ONLY, **_header_row(tip)}])


def _forget_contracts(connection: Connection, number: int) -> None:
    """A contract announced in a block that is gone was never read, in older blocks either."""
    gone = connection.execute(select(schema.contracts).where(schema.contracts.c.block > number)).all()
    for row in gone:
        connection.execute(delete(schema.events).where(schema.events.c.address == row.address))
        named = select(schema.addresses.c.id).where(schema.addresses.c.address == address_bytes(row.address))
        connection.execute(delete(schema.moves).where(schema.moves.c.cash.in_(named)))
    connection.execute(delete(schema.contracts).where(schema.contracts.c.block > number))


def _header_row(header: Header) -> dict[str, Any]:
    return {
        "number": header.number,
        "hash": header.hash,
        "parent": header.parent,
        "timestamp": header.timestamp,
    }


def _discovered_row(found: Discovered) -> dict[str, Any]:
    return {"address": found.address, "name": found.name, "block": found.block}


def _event_row(row: EventRow) -> dict[str, Any]:
    return {
        "block": row.block,
        "log": row.log,
        "tx": row.tx,
        "address": row.address,
        "contract": row.contract,
        "name": row.name,
        "args": _json(row.args),
    }


def _json(args: Mapping[str, Any]) -> str:
    return json.dumps(args, ensure_ascii=False, separators=(",", ":"))
