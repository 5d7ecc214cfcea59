"""Writing the index: rows, block hashes and progress in one transaction, or none of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Table, delete, func, insert, inspect, select

from ledger.domain.history import Batch, Discovered, EventRow, Header, IntArray, MoveLogs
from ledger.domain.purposes import address_bytes
from ledger.errors import Conflict, DatabaseDamaged, FalseAnswer
from ledger.store import schema
from ledger.store.engine import engine_of, writing
from ledger.store.snapshot import Snapshot, header_of, parts

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
        DatabaseDamaged: when parts of it are not there.
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
            FalseAnswer: when the moves do not continue both counters of every axis.
        """
        try:
            with writing(self._engine) as connection:
                _require_progress(connection, after)
                _insert_many(connection, schema.blocks, list(map(_header_tuple, batch.headers)))
                _insert(connection, schema.contracts, map(_discovered_row, batch.discovered))
                self._insert_moves(connection, batch.moves)
                _insert_many(connection, schema.events, list(map(_event_tuple, batch.events)))
                _set_progress(connection, batch.tip)
        except BaseException:
            self._numbers = {}  # numbers that this batch gave out went with it
            raise

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
            _turn_back_counters(connection, number)
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
            _require_all_tables(connection)
            schema.metadata.create_all(connection)
            had = {row.key: row.value for row in connection.execute(select(schema.meta))}
            if not had:
                _insert(connection, schema.meta, [{"key": k, "value": v} for k, v in needed.items()])
            elif had != needed:
                raise OtherLedger("the database belongs to another ledger", had=had, needed=needed)
            _require_whole(connection)

    def _insert_moves(self, connection: Connection, moves: MoveLogs) -> None:
        cash = {address: address_bytes(address) for address in set(moves.cash)}
        self._number_all(connection, [*cash.values(), *moves.from_axis, *moves.to_axis])
        numbers = self._numbers
        books = [numbers[cash[one]] for one in moves.cash]
        payers = [numbers[one] for one in moves.from_axis]
        payees = [numbers[one] for one in moves.to_axis]
        _advance(connection, moves, np.array([books, payers, payees], dtype=np.int64))
        columns = zip(
            moves.block.tolist(),
            moves.log.tolist(),
            books,
            moves.tx,
            payers,
            payees,
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


def _require_all_tables(connection: Connection) -> None:
    """All are made in one transaction. Another version's are left to who compares versions."""
    here = set(inspect(connection).get_table_names())
    version = select(schema.meta.c.value).where(schema.meta.c.key == "version")
    kept = connection.execute(version).scalar() if schema.meta.name in here else None
    gone = sorted({*schema.metadata.tables} - here)
    if kept == str(schema.VERSION) and gone:
        raise _damaged(f"no table {gone[0]}")
    if kept is None and here & {*schema.metadata.tables} - {schema.meta.name}:
        raise _damaged("tables without a word whose they are")


def _require_whole(connection: Connection) -> None:
    """What costs nothing to see: the index ends in a block that it has, and no row comes after."""
    tip = connection.execute(select(schema.progress)).one_or_none()
    end = tip.number if tip else -1
    for column in (schema.blocks.c.number, schema.moves.c.block, schema.events.c.block):
        last = connection.execute(select(func.max(column))).scalar()
        if last is not None and last > end:
            raise _damaged(f"{column.table.name} of block {last} in an index that ends at {end}")
    named = select(schema.blocks.c.hash).where(schema.blocks.c.number == end)
    if tip is not None and connection.execute(named).scalar() != tip.hash:
        raise _damaged(f"its last block, {end}, is not among its blocks")


def _damaged(had: str) -> DatabaseDamaged:
    return DatabaseDamaged(
        "the index's database is not whole",
        had=had,
        needed="a whole database: put this one aside, and the index is made anew from the chain",
    )


def _insert(connection: Connection, table: Table, rows: Any) -> None:
    values = list(rows)
    if values:
        connection.execute(insert(table), values)


def _insert_many(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    """As `_insert`, rows in the order of the table's columns: several times as fast where they are many."""
    if not rows:
        return
    names = ", ".join(column.name for column in table.columns)
    if connection.dialect.name == "postgresql":
        driver = connection.connection.cursor()
        with driver.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(table.columns))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)


# --- the counters of every axis ---


def _advance(connection: Connection, moves: MoveLogs, sides: IntArray) -> None:
    """Holds a batch's moves against the counters as they stand, and moves these on.

    Args:
        sides: numbers of cash, payer and payee, a row each.
    """
    if not len(moves):
        return
    cash, payer, payee = sides
    stand = _standing(connection, cash, payer, payee)
    keys = np.array(sorted(stand), dtype=np.int64)
    ends = np.array([stand[key] for key in keys.tolist()], dtype=np.int64)
    for place, axis, offset in ((0, payer, moves.out_offset), (1, payee, moves.in_offset)):
        at = np.searchsorted(keys, _keys(cash, axis))
        order = np.argsort(at, kind="stable")
        _require_tiled(moves, order, at[order], offset, ends[:, place])
        np.maximum.at(ends[:, place], at, offset + moves.amount)
    rows = zip((keys >> 32).tolist(), (keys & 0xFFFFFFFF).tolist(), *ends.T.tolist(), strict=True)
    for book in np.unique(cash).tolist():
        mine = [axis for key in stand for known, axis in [divmod(key, 1 << 32)] if known == book]
        for some in parts(mine):
            here = schema.counters.c.cash == book, schema.counters.c.axis.in_(some)
            connection.execute(delete(schema.counters).where(*here))
    _insert_many(connection, schema.counters, list(rows))


def _keys(cash: IntArray, axis: IntArray) -> IntArray:
    return (cash << 32) | axis


def _standing(
    connection: Connection, cash: IntArray, payer: IntArray, payee: IntArray
) -> dict[int, tuple[int, int]]:
    """Outgoing and incoming of every axis that the moves touch, by key; zero where nothing moved before."""
    touched = np.unique(np.concatenate([_keys(cash, payer), _keys(cash, payee)])).tolist()
    found = dict.fromkeys(touched, (0, 0))
    table = schema.counters
    for book in np.unique(cash).tolist():
        axes = [key & 0xFFFFFFFF for key in touched if key >> 32 == book]
        for some in parts(axes):
            query = select(table).where(table.c.cash == book, table.c.axis.in_(some))
            for row in connection.execute(query):
                found[row.cash << 32 | row.axis] = (row.outgoing, row.incoming)
    return found


def _require_tiled(moves: MoveLogs, order: IntArray, at: IntArray, offset: IntArray, ends: IntArray) -> None:
    """Of the moves in `order`, which groups them by axis, each begins where the one before ended."""
    begins, after = offset[order], (offset + moves.amount)[order]
    needed = np.concatenate([[0], after[:-1]])
    first = np.concatenate([[True], at[1:] != at[:-1]])
    needed[first] = ends[at[first]]
    wrong = np.flatnonzero(begins != needed)
    if len(wrong):
        worst = wrong[np.argmin(order[wrong])]
        row = order[worst]
        raise FalseAnswer(
            "a move does not begin where the one before it ended: the node left moves out or told some twice",
            who=f"block {moves.block[row]}, log {moves.log[row]}",
            had=int(begins[worst]),
            needed=int(needed[worst]),
        )


def _turn_back_counters(connection: Connection, number: int) -> None:
    """Each counter of an axis that moved above `number` stands again where its moves up to there end."""
    table, moves = schema.counters, schema.moves
    for axis, offset, counter in (
        (moves.c.from_axis, moves.c.out_offset, table.c.outgoing),
        (moves.c.to_axis, moves.c.in_offset, table.c.incoming),
    ):
        gone = (
            select(moves.c.cash, axis.label("axis"), func.min(offset).label("least"))
            .where(moves.c.block > number)
            .group_by(moves.c.cash, axis)
        )
        for row in connection.execute(gone).all():
            mine = table.c.cash == row.cash, table.c.axis == row.axis
            connection.execute(table.update().where(*mine).values({counter: row.least}))
    nothing = (table.c.outgoing == 0) & (table.c.incoming == 0)
    connection.execute(delete(table).where(nothing))


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
        for table in (schema.moves, schema.counters):
            connection.execute(delete(table).where(table.c.cash.in_(named)))
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


def _header_tuple(header: Header) -> tuple[Any, ...]:
    return tuple(_header_row(header).values())


def _event_tuple(row: EventRow) -> tuple[Any, ...]:
    return row.block, row.log, row.tx, row.address, row.contract, row.name, _json(row.args)


_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
