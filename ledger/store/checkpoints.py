"""Checkpoints: which participant signed that a block has a hash.

Beside the index and apart from it, as requests for quotes are: nothing here comes from the chain, so no
rollback touches it. After a reorganisation a checkpoint of a block that is no more stays, as what somebody
once signed; it goes into no pack. Several ledgers may share a database.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import BigInteger, Column, MetaData, String, Table, delete, insert, select

from ledger.ports import KeptCheckpoint
from ledger.store.engine import engine_of, writing

metadata = MetaData()

_checkpoints = Table(
    "checkpoints",
    metadata,
    Column("ledger", String(80), primary_key=True),
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("block_hash", String(66), primary_key=True),
    Column("signer", String(42), primary_key=True),
    Column("chain_id", BigInteger, nullable=False),
    Column("account", String(42), nullable=False),
    Column("signature", String(132), nullable=False),
)
_KEPT: Final = tuple(column for column in _checkpoints.columns if column.name != "ledger")


class CheckpointBook:
    """One ledger's checkpoints. Safe among threads and processes.

    Args:
        url: an SQLAlchemy URL, or the path of an SQLite file.
        ledger: names the ledger among those that share the database.
    """

    def __init__(self, url: str | Path, ledger: str) -> None:
        self._ledger = ledger
        self._engine = engine_of(url)
        with writing(self._engine) as connection:
            metadata.create_all(connection)

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()

    def keep(self, point: KeptCheckpoint) -> None:
        """Keeps a checkpoint; the same one again changes nothing."""
        row = {column.name: getattr(point, column.name) for column in _KEPT} | {"ledger": self._ledger}
        keys = [column == row[column.name] for column in _checkpoints.primary_key.columns]
        with writing(self._engine) as connection:
            connection.execute(delete(_checkpoints).where(*keys))
            connection.execute(insert(_checkpoints), row)

    def points(self) -> list[KeptCheckpoint]:
        """All of them, the latest block first."""
        mine = select(*_KEPT).where(_checkpoints.c.ledger == self._ledger)
        order = _checkpoints.c.block.desc(), _checkpoints.c.signer
        with self._engine.connect() as connection, connection.begin():
            rows = connection.execute(mine.order_by(*order)).all()
        return [KeptCheckpoint(**row._mapping) for row in rows]
