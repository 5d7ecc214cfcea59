"""The index, and what the chain is never told: SQLite by default, PostgreSQL by URL, one schema."""

from ledger.store.checkpoints import CheckpointBook
from ledger.store.requests import RequestBook
from ledger.store.snapshot import Snapshot
from ledger.store.store import IndexConflict, OtherLedger, Store

__all__ = ["CheckpointBook", "IndexConflict", "OtherLedger", "RequestBook", "Snapshot", "Store"]
