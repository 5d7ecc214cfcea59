"""Logs by ranges, as large as the node allows: providers limit the blocks, the logs or the time of a
question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ledger.chain.rpc import Rpc
from ledger.errors import RpcError

_FIRST_RANGE = 2_000  # blocks
_LARGEST_RANGE = 100_000


def read_logs(
    rpc: Rpc, first: int, last: int, addresses: Sequence[str] | None, topics: Sequence[Any] | None
) -> Iterator[dict[str, Any]]:
    """All logs of the blocks `first` to `last`, both included, in order.

    A refused range is halved, down to one block, whose refusal is raised as RpcError; a granted one is
    doubled.
    """
    size = _FIRST_RANGE
    while first <= last:
        end = min(first + size - 1, last)
        try:
            found = rpc.call("eth_getLogs", _filter(first, end, addresses, topics))
        except RpcError:
            if end == first:
                raise
            size = max(1, (end - first + 1) // 2)
            continue
        yield from found
        first, size = end + 1, min(size * 2, _LARGEST_RANGE)


def _filter(
    first: int, last: int, addresses: Sequence[str] | None, topics: Sequence[Any] | None
) -> dict[str, Any]:
    wanted: dict[str, Any] = {"fromBlock": hex(first), "toBlock": hex(last)}
    if addresses is not None:
        wanted["address"] = list(addresses)
    if topics is not None:
        wanted["topics"] = list(topics)
    return wanted
