"""The next range of logs, asked for while the last one is decoded and written.

A node and this program then work at the same time. What was asked ahead is believed no more than what is
asked in time: it begins with the header of its last block, which must still be the chain's when its rows are
written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from ledger.domain.history import Header
from ledger.indexer.source import Log


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question: all logs of these addresses in the blocks `first` to `last`."""

    addresses: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`end`: the header of the last block wanted, read before the logs were."""

    end: Header
    logs: Sequence[Log]


class Ahead:
    """At most one question under way, in a thread of its own, which leaving the block waits for."""

    def __init__(self, ask: Callable[[Wanted], Answer]) -> None:
        self._ask = ask
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="index-ahead")
        self._under_way: tuple[Wanted, Future[Answer]] | None = None

    def __enter__(self) -> Ahead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)

    def begin(self, wanted: Wanted) -> None:
        """Asks now; what was asked before and never taken is forgotten."""
        self._under_way = wanted, self._thread.submit(self._ask, wanted)

    def take(self, wanted: Wanted) -> Answer:
        """The answer, from ahead when exactly this was asked; raises what asking raised."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None and under_way[0] == wanted:
            return under_way[1].result()
        return self._ask(wanted)
