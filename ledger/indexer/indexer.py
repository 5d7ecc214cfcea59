"""Keeps the index at the chain's head.

One step reads a range of blocks and is written with its block hashes and the new progress in one
transaction, so a restart continues exactly where the last step ended. Before a step the stored tip is
compared with the chain; when it is gone, the last common block is searched for and all above it forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Protocol

from ledger.domain.history import Batch, Discovered, EventRow, Header
from ledger.errors import ChainUnavailable, Conflict, FalseAnswer
from ledger.indexer.ahead import Ahead, Answer, Wanted
from ledger.indexer.blooms import may_hold
from ledger.indexer.decode import Abi, Decoder, move_logs, place
from ledger.indexer.source import Log, LogSource

_HEADERS_AT_ONCE: Final = 200
_FIRST_SPAN: Final = 16
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
    """What one step read. `blocks`: numbers and hashes that the logs named; `logs`: how many there were."""

    moves: list[Log] = field(default_factory=list)
    rows: list[EventRow] = field(default_factory=list)
    discovered: list[Discovered] = field(default_factory=list)
    blocks: set[tuple[int, str]] = field(default_factory=set)
    said: dict[int, set[str]] = field(default_factory=dict)
    logs: int = 0


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
        span: blocks in one step, at most; fewer are read where many logs stand in each.
        logs: logs in one step, about: it is what one transaction writes and what memory holds.
    """

    confirmations: int = 0
    linked: int = 256
    span: int = 2_000
    logs: int = 10_000


DEFAULTS: Final = Settings()

Progress = Callable[[int, int, int], None]
"""Called after each step with (last block read, block to reach, logs of this step)."""


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
        self._report = progress or (lambda _done, _target, _logs: None)
        self._span = min(settings.span, _FIRST_SPAN)

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
        with Ahead(self._ask) as ahead:
            while (tip.number if tip else self._start - 1) < target:
                tip, logs = self._step(tip, target, ahead)
                self._report(tip.number, target, logs)
        return tip

    # --- one step ---

    def _ask(self, wanted: Wanted) -> Answer:
        """The end first: the same end before and after means the same chain in between."""
        return Answer(self._header(wanted.last), self._logs(wanted.addresses, wanted.first, wanted.last))

    def _wanted(self, decoder: Decoder, first: int, target: int) -> Wanted:
        return Wanted(tuple(decoder.addresses), first, min(first + self._span - 1, target))

    def _pace(self, logs: int) -> bool:
        """The next step's blocks, by how many logs these had: a node is slow to make one very long answer.

        Returns:
            Whether there is so much to read that asking ahead saves time.
        """
        if logs > self._settings.logs:
            self._span = max(self._span * self._settings.logs // logs, 1)
        elif 2 * logs < self._settings.logs:
            self._span = min(2 * self._span, self._settings.span)
            return False
        return True

    def _step(self, tip: Header | None, target: int, ahead: Ahead) -> tuple[Header, int]:
        """Reads and writes one range; its last block, and how many logs stood in it."""
        decoder = self._decoder()
        wanted = self._wanted(decoder, tip.number + 1 if tip else self._start, target)
        answer = ahead.take(wanted)
        if self._pace(len(answer.logs)) and wanted.last < target:
            ahead.begin(self._wanted(decoder, wanted.last + 1, target))
        if tip is not None and not self._on_chain(tip):
            raise _Moved
        found = self._read(decoder, answer.logs, wanted.last)
        headers = self._headers(found, wanted.first, wanted.last)
        if self._header(wanted.last) != answer.end or headers[-1] != answer.end:
            raise _Moved
        _require_linked(headers, tip)
        batch = Batch(answer.end, headers, move_logs(found.moves), found.rows, found.discovered)
        self._write(lambda: self._store.append(batch, tip))
        return answer.end, found.logs

    def _write(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Conflict as conflict:  # another process was faster; its work is as good as ours
            raise _Moved from conflict

    def _read(self, decoder: Decoder, logs: Sequence[Log], last: int) -> _Found:
        """What the logs say, and those of contracts announced in them from their own beginning on."""
        found = _Found()
        fresh = self._take(found, decoder, logs)
        while fresh:
            found.discovered += fresh
            addresses = [contract.address for contract in fresh]
            fresh = self._take(found, decoder, self._logs(addresses, self._start, last))
        if found.discovered:  # otherwise one answer, in order already
            found.moves.sort(key=_position)
            found.rows.sort(key=lambda row: (row.block, row.log))
        return found

    def _logs(self, addresses: Sequence[str], first: int, last: int) -> Sequence[Log]:
        return in_order(self._source.get_logs(addresses, first, last), addresses, first, last)

    def _take(self, found: _Found, decoder: Decoder, logs: Sequence[Log]) -> list[Discovered]:
        moves, others = decoder.split(logs)
        rows = [decoder.event(log) for log in others]
        found.moves += moves
        found.rows += rows
        found.logs += len(logs)
        for (number, hash_), said in _names(logs).items():
            found.blocks.add((number, hash_))
            found.said.setdefault(number, set()).update(said)
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
        headers = self._fetch(sorted({*found.said, *linked, last}))
        here = {header.number: header.hash for header in headers}
        if any(here[number] != hash_ for number, hash_ in found.blocks):
            raise _Moved
        for header in headers:
            _require_in_bloom(header, found.said.get(header.number, set()))
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


def in_order(logs: Sequence[Log], addresses: Sequence[str], first: int, last: int) -> Sequence[Log]:
    """Logs as a node should give them: in chain order, each once. What differs harmlessly is put right.

    Raises:
        FalseAnswer: at a log that was not asked for, or at two different ones in one place.
    """
    wanted = {address.lower() for address in addresses}
    if any(log.get("removed") for log in logs):
        raise _Moved
    if {address.lower() for address in {log["address"] for log in logs}} - wanted:
        stranger = next(log for log in logs if log["address"].lower() not in wanted)
        raise FalseAnswer(
            "the node gives a log of another contract than asked",
            who=place(stranger),
            had=stranger["address"],
        )
    if not all(before < after for before, after in pairwise(map(_position, logs))):
        logs = _each_once(logs)
    for log in (logs[0], logs[-1]) if logs else ():
        if not first <= _position(log)[0] <= last:
            raise FalseAnswer(
                "the node gives a log of another block than asked",
                who=place(log),
                had=_position(log)[0],
                needed=f"{first} to {last}",
            )
    return logs


def _each_once(logs: Sequence[Log]) -> list[Log]:
    found: dict[tuple[int, int], Log] = {}
    for log in sorted(logs, key=_position):
        other = found.setdefault(_position(log), log)
        if other != log:
            raise FalseAnswer(
                "the node gives two different logs in one place", who=place(log), had=log, needed=other
            )
    return list(found.values())


def _names(logs: Sequence[Log]) -> dict[tuple[int, str], set[str]]:
    """By block number and hash: the addresses and first topics that its logs put into the block's bloom."""
    found: dict[tuple[int, str], set[str]] = {}
    # Many logs say the same of one block: each saying is looked at once.
    for number, hash_, *said in {
        (log["blockNumber"], log["blockHash"], log["address"], *log["topics"][:1]) for log in logs
    }:
        found.setdefault((int(number, 16), hash_), set()).update(said)
    return found


def _require_in_bloom(header: Header, said: set[str]) -> None:
    for one in sorted(said):
        if header.bloom is not None and not may_hold(header.bloom, one):
            raise FalseAnswer(
                "the node gives a log that its own block header rules out",
                who=f"block {header.number}",
                had=one,
            )


def _position(log: Log) -> tuple[int, int]:
    return int(log["blockNumber"], 16), int(log["logIndex"], 16)


def _require_linked(headers: Sequence[Header], tip: Header | None) -> None:
    """Neighbours must name each other. A node that answers otherwise changed its mind, or lies."""
    chain = [tip, *headers] if tip else list(headers)
    for before, after in pairwise(chain):
        if after.number == before.number + 1 and after.parent != before.hash:
            raise _Moved
