"""From the chain's logs to rows: read by ranges, checked by hashes, unwound on a reorganisation."""

from ledger.indexer.indexer import Indexer
from ledger.indexer.source import LogSource, RpcSource

__all__ = ["Indexer", "LogSource", "RpcSource"]
