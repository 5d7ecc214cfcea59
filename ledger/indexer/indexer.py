"""Keeps the index at the chain's head.

One step reads a range of blocks and is written with its block hashes and the new progress in one
transaction, so a restart continues exactly where the last step ended. Before a step the stored tip is
compared with the chain; when it is gone, the last common block is searched for and all above it forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

from ledger.domain.history import Batch, Discovered, EventRow, Header
from ledger.errors import ChainUnavailable, Conflict
from ledger.indexer.decode import Abi, Decoder, move_logs
from ledger.indexer.source import Log, LogSource

_HEADERS_AT_ONCE: Final = 200
_ATTEMPTS: Final = 5
_ANNOUNCED: Final = {
    ("BondOffice", "BondRegistered"): ("token", "GreenBond"),
    ("CashRegistry", "CashListed"): ("cash", "Cash"),
}
"""Events that announce a contract: the argument with its address, and the name of its ABI."""


class ChainUnsettled(ChainUnavailable):
    """The chain changed while it was read, several times in a row. Asking again may help."""

    code = "chain-unsettled"


class _Moved(Exception):
    """The chain changed between two questions of one step."""


@dataclass(slots=True)
class _Found:
    """What one step read. `hashes`: the block hash that the logs of each block named."""

    moves: list[Log]
    rows: list[EventRow]
    discovered: list[Discovered]
    hashes: dict[int, str]


class IndexStore(Protocol):
    """The part of the store that writing needs; errors as there."""

    def progress(self) -> Header | None: ...

    def header_at_or_before(self, number: int) -> Header | None: ...

    def discovered(self) -> list[Discovered]: ...

    def append(self, batch: Batch, after: Header | None) -> None: ...

    def roll_back(self, to: Header | None, after: Header | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Settings:
    """How far behind the head to stay, and how much to read at once.

    Attributes:
        confirmations: blocks that must follow a block before it is read at all (0: finality is instant, or
            rollbacks are welcome).
        linked: how many blocks behind the head every header is kept and its parent compared; before, only
            the headers of blocks with logs and of each step's end are.
        span: blocks in one step.
    """

    confirmations: int = 0
    linked: int = 256
    span: int = 2_000


DEFAULTS: Final = Settings()

Progress = Callable[[int, int], None]
"""Called after each step with (last block read, block to reach)."""


class Indexer:
    """Reads the logs of some contracts, and of those that they announce, into a store.

    Args:
        contracts: address → (name, ABI).
        start_block: where the first of them was deployed.
        announced: ABIs of announced contracts by name; `Cash` need not be given when `contracts` has one.
    """

    def __init__(
        self,
        source: LogSource,
        store: IndexStore,
        contracts: Mapping[str, tuple[str, Abi]],
        start_block: int,
        *,
        announced: Mapping[str, Abi] | None = None,
        settings: Settings = DEFAULTS,
        progress: Progress | None = None,
    ) -> None:
        self._source = source
        self._store = store
        self._contracts = dict(contracts)
        self._start = start_block
        self._abis = dict(contracts.values()) | dict(announced or {})
        self._settings = settings
        self._report = progress or (lambda _done, _target: None)

    def sync(self, to: int | None = None) -> Header | None:
        """Brings the store up to block `to`, or to the head less the confirmations.

        Returns:
            The last block known afterwards; None while the chain has not reached the start block.

        Raises:
            ChainUnsettled: when the chain changed during each of several attempts.
            MalformedLog, CounterTooLarge: as decoding; nothing of that step is written.
        """
        failures, before = 0, self._store.progress()
        while failures < _ATTEMPTS:
            try:
                return self._sync(to)
            except _Moved:
                now = self._store.progress()
                failures, before = (failures + 1 if now == before else 0), now
        raise ChainUnsettled("the chain changed each time it was read", had=_ATTEMPTS)

    def _sync(self, to: int | None) -> Header | None:
        head = self._source.head() - self._settings.confirmations
        target = head if to is None else min(to, head)
        tip = self._common()
        while (tip.number if tip else self._start - 1) < target:
            tip = self._step(tip, target)
            self._report(tip.number, target)
        return tip

    # --- one step ---

    def _step(self, tip: Header | None, target: int) -> Header:
        first = tip.number + 1 if tip else self._start
        last = min(first + self._settings.span - 1, target)
        # The same end before and after means the same chain in between.
        end = self._header(last)
        if tip is not None and not self._on_chain(tip):
            raise _Moved
        found = self._read(first, last)
        headers = self._headers(found, first, last)
        if self._header(last) != end or headers[-1] != end:
            raise _Moved
        _require_linked(headers, tip)
        batch = Batch(end, headers, move_logs(found.moves), found.rows, found.discovered)
        self._write(lambda: self._store.append(batch, tip))
        return end

    def _write(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Conflict as conflict:  # another process was faster; its work is as good as ours
            raise _Moved from conflict

    def _read(self, first: int, last: int) -> _Found:
        """All logs of the range, with those of contracts announced in it from their own beginning on."""
        decoder = self._decoder()
        found = _Found([], [], [], {})
        fresh = self._take(found, decoder, self._source.get_logs(decoder.addresses, first, last))
        while fresh:
            found.discovered += fresh
            addresses = [contract.address for contract in fresh]
            fresh = self._take(found, decoder, self._source.get_logs(addresses, self._start, last))
        found.moves.sort(key=_position)
        found.rows.sort(key=lambda row: (row.block, row.log))
        return found

    def _take(self, found: _Found, decoder: Decoder, logs: Sequence[Log]) -> list[Discovered]:
        moves, others = decoder.split(logs)
        rows = [decoder.event(log) for log in others]
        found.moves += moves
        found.rows += rows
        found.hashes.update((int(log["blockNumber"], 16), log["blockHash"]) for log in logs)
        return self._announced(decoder, rows)

    def _decoder(self) -> Decoder:
        decoder = Decoder()
        for address, (name, abi) in self._contracts.items():
            decoder.add(address, name, abi)
        for contract in self._store.discovered():
            decoder.add(contract.address, contract.name, self._abis[contract.name])
        return decoder

    def _announced(self, decoder: Decoder, rows: Sequence[EventRow]) -> list[Discovered]:
        fresh = []
        for row in rows:
            argument, name = _ANNOUNCED.get((row.contract, row.name), ("", ""))
            if name in self._abis and not decoder.knows(row.args[argument]):
                decoder.add(row.args[argument], name, self._abis[name])
                fresh.append(Discovered(row.args[argument], name, row.block))
        return fresh

    # --- blocks ---

    def _headers(self, found: _Found, first: int, last: int) -> list[Header]:
        """The headers to keep, in order; the logs must belong to them."""
        linked = range(max(first, self._source.head() - self._settings.linked), last + 1)
        headers = self._fetch(sorted({*found.hashes, *linked, last}))
        if any(found.hashes.get(header.number, header.hash) != header.hash for header in headers):
            raise _Moved
        return [header for header in headers if header.number >= first or self._is_new(header)]

    def _is_new(self, header: Header) -> bool:
        """False for a block kept already: an announced contract had logs in it before."""
        kept = self._store.header_at_or_before(header.number)
        return kept is None or kept.number != header.number

    def _fetch(self, numbers: Sequence[int]) -> list[Header]:
        found: list[Header] = []
        for at in range(0, len(numbers), _HEADERS_AT_ONCE):
            for header in self._source.headers(numbers[at : at + _HEADERS_AT_ONCE]):
                if header is None:
                    raise _Moved
                found.append(header)
        return found

    def _header(self, number: int) -> Header:
        return self._fetch([number])[0]

    # --- reorganisations ---

    def _common(self) -> Header | None:
        """The last stored block that the chain still has; everything above it is forgotten."""
        tip = self._store.progress()
        if tip is None or self._on_chain(tip):
            return tip
        common = self._last_common(tip)
        self._write(lambda: self._store.roll_back(common, tip))
        return common

    def _last_common(self, gone: Header) -> Header | None:
        """If the chain has a stored block, it has all those before it: halve, over the stored blocks."""
        low, high = self._start - 1, gone.number
        common: Header | None = None
        while high - low > 1:
            middle = (low + high) // 2
            at = self._store.header_at_or_before(middle)
            if at is None or at.number <= low:
                low = middle
            elif self._on_chain(at):
                low, common = middle, at
            else:
                high = at.number
        return common

    def _on_chain(self, header: Header) -> bool:
        (found,) = self._source.headers([header.number])
        return found is not None and found.hash == header.hash


def _position(log: Log) -> tuple[int, int]:
    return int(log["blockNumber"], 16), int(log["logIndex"], 16)


def _require_linked(headers: Sequence[Header], tip: Header | None) -> None:
    """Neighbours must name each other. A node that answers otherwise changed its mind, or lies."""
    chain = [tip, *headers] if tip else list(headers)
    for before, after in pairwise(chain):
        if after.number == before.number + 1 and after.parent != before.hash:
            raise _Moved
