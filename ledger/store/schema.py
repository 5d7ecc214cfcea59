"""The tables. All that the chain said is keyed by block, so a rollback is `delete where block > n`.

`addresses` alone is not: it is a dictionary that gives each address a small number, and forgets nothing.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

VERSION: Final = 2
"""Raised when the tables change; an index of another version is made anew from the chain."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", String(80), nullable=False),
)

progress = Table(
    "progress",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", String(66), nullable=False),
    Column("parent", String(66), nullable=False),
    Column("timestamp", BigInteger, nullable=False),
)

blocks = Table(
    "blocks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(66), nullable=False),
    Column("parent", String(66), nullable=False),
    Column("timestamp", BigInteger, nullable=False),
)

contracts = Table(
    "contracts",
    metadata,
    Column("address", String(42), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("block", BigInteger, nullable=False),
)

addresses = Table(
    "addresses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("address", LargeBinary(20), nullable=False, unique=True),
)

moves = Table(
    "moves",
    metadata,
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("log", BigInteger, primary_key=True, autoincrement=False),
    Column("cash", Integer, nullable=False),
    Column("tx", LargeBinary(32), nullable=False),
    Column("from_axis", Integer, nullable=False),
    Column("to_axis", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("out_offset", BigInteger, nullable=False),
    Column("in_offset", BigInteger, nullable=False),
    Column("document", LargeBinary(32)),
    sqlite_with_rowid=False,
)
Index("moves_by_tx", moves.c.tx)

counters = Table(
    "counters",
    metadata,
    Column("cash", Integer, primary_key=True, autoincrement=False),
    Column("axis", Integer, primary_key=True, autoincrement=False),
    Column("outgoing", BigInteger, nullable=False),
    Column("incoming", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Where each axis's two counters stand after all moves of the index: the next move must begin there."""

events = Table(
    "events",
    metadata,
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("log", BigInteger, primary_key=True, autoincrement=False),
    Column("tx", String(66), nullable=False),
    Column("address", String(42), nullable=False),
    Column("contract", String(40), nullable=False),
    Column("name", String(60), nullable=False),
    Column("args", Text, nullable=False),
    sqlite_with_rowid=False,
)
