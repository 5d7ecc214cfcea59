"""Engines and transactions as every table here needs them, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import ExceptionContext, make_url

from ledger.errors import DatabaseDamaged

_LOCK: Final = 0x677265656E
"""Any number that nothing else in the database locks."""


def engine_of(url: str | Path) -> Engine:
    """An engine for an SQLAlchemy URL, or for the path of an SQLite file."""
    text = f"sqlite:///{url}" if isinstance(url, Path) or "://" not in url else url
    parsed = make_url(text)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, isolation_level="REPEATABLE READ")
    engine = create_engine(parsed, connect_args={"timeout": 60})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _name_damage)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes; writers take turns."""
    with engine.connect().execution_options(writes=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            _one_at_a_time(connection)
            yield connection


def _configure_sqlite(connection: Any, _record: object) -> None:
    # The driver's own idea of when a transaction begins would break snapshots and atomic schema changes.
    connection.isolation_level = None
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.DatabaseError as failure:
        raise _damage(failure) or failure from failure


def _name_damage(context: ExceptionContext) -> None:
    damage = _damage(context.original_exception)
    if damage is not None:
        raise damage from context.original_exception


def _damage(failure: BaseException) -> DatabaseDamaged | None:
    """SQLite gives what is damaged its most general error, and everything else one of its kinds."""
    if type(failure) is not sqlite3.DatabaseError:
        return None
    return DatabaseDamaged(
        "the database file is damaged",
        had=str(failure),
        needed="a whole database: put this one aside, and the index is made anew from the chain",
    )


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: a reader that turns writer half-way could only fail.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _one_at_a_time(connection: Connection) -> None:
    """Writers wait for each other before they look at anything; SQLite's `BEGIN IMMEDIATE` did so already."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
