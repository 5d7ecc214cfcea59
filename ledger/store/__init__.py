"""Where the index is kept: SQLite by default, PostgreSQL by URL, one schema."""

from ledger.store.snapshot import Snapshot
from ledger.store.store import IndexConflict, OtherLedger, Store

__all__ = ["IndexConflict", "OtherLedger", "Snapshot", "Store"]
