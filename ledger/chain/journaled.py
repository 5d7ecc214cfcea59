"""Anvil with a memory: mines what is sent, remembers it in the journal, and only then says so.

The order is mine, write, sync, answer. Nobody reads in between (see Gate), so no one ever sees a block that a
crash could still take back; and since Anvil dies with this process, what was not synced never happened.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from ledger.chain import faults
from ledger.chain.anvil import Anvil, anvil_version, find_anvil
from ledger.chain.gate import Gate
from ledger.chain.journal import FORMAT, Header, Journal, Record
from ledger.chain.rpc import Rpc
from ledger.errors import BadInput, JournalMismatch, LedgerError

CHAIN_ID = 20250615
HARDFORK = "paris"
GAS_LIMIT = 1_000_000_000  # of a block: room for a batch of several hundred acts
STATES_KEPT = (
    512  # Anvil copies the whole state for every block it keeps: older ones are replayed when asked for
)
_CHECK_EVERY = 200  # blocks whose hashes are compared in one question


@dataclass
class _Sending:
    """Transactions of one request, waiting for their block."""

    transactions: Sequence[str]
    answers: list[Any] = field(default_factory=list)


class JournaledChain:
    """The chain of one state folder. Its caller holds the folder's lock.

    Any exception out of `send` other than a LedgerError about the transactions themselves means that chain
    and journal may differ: the caller must end the process, and the next start replays what the journal has.
    """

    def __init__(self, folder: Path, *, chain_id: int | None = None, states: int = STATES_KEPT) -> None:
        self.journal_path = folder / "journal"
        self._states = states
        self._binary = find_anvil()
        self._gate = Gate()
        self._waiting: list[_Sending] = []
        self._waiting_lock = Lock()
        # The kernel ends an Anvil when the *thread* that started it ends, so one lasting thread starts them
        # all.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="anvil-starter")
        self._old: _OldStates | None = None
        self._old_lock = Lock()
        self._journal = Journal(self.journal_path)
        if not self.journal_path.exists():
            self._journal.create(self._fresh_header(chain_id))
        self.header, records = self._journal.read()
        if chain_id not in (None, self.header.chain_id):
            raise BadInput("This state folder holds another chain", had=self.header.chain_id, needed=chain_id)
        self._anvil = self._start()
        self._time, self.height = self._replay(records)

    @property
    def anvil(self) -> Anvil:
        return self._anvil

    def send(self, transactions: Sequence[str]) -> list[Any]:
        """Mine these together and remember them. For each its hash, or the RpcError with which it was
        refused.

        Those who send while another block is being written share the next one, and its one sync.
        """
        sending = _Sending(transactions)
        with self._waiting_lock:
            self._waiting.append(sending)
        with self._gate.exclusive():
            if not sending.answers:
                with self._waiting_lock:
                    together, self._waiting = self._waiting, []
                self._commit(together)
        return sending.answers

    def ask(self, body: bytes) -> bytes:
        """Anvil's raw answer to a raw request that only reads."""
        with self._gate.shared():
            return self._anvil.rpc.post(body)

    def ask_at(self, block: int, method: str, params: Sequence[Any]) -> Any:
        """A result from the state of an old block, whatever its age. Raises RpcError."""
        if self.keeps_state_of(block):
            with self._gate.shared():
                return self._anvil.rpc.call(method, *params)
        with self._old_lock:  # what is old does not change, so nobody else need wait for the replay
            return self._states_around(block).call(method, *params)

    def number_of(self, block_hash: str) -> int | None:
        """The number of a block, from its hash; None when there is none."""
        with self._gate.shared():
            block = self._anvil.rpc.batch([("eth_getBlockByHash", (block_hash, False))])[0]
        return int(block["number"], 16) if isinstance(block, dict) else None

    def keeps_state_of(self, block: int) -> bool:
        return block > self.height - self._states

    def stop(self) -> None:
        with self._gate.exclusive():
            self._anvil.stop()
            if self._old:
                self._old.anvil.stop()
            self._journal.close()

    def _fresh_header(self, chain_id: int | None) -> Header:
        return Header(
            format=FORMAT,
            chain_id=CHAIN_ID if chain_id is None else chain_id,
            genesis_time=int(time.time()),
            hardfork=HARDFORK,
            gas_limit=GAS_LIMIT,
            anvil=anvil_version(self._binary),
        )

    def _start(self) -> Anvil:
        header = self.header
        return self._starter.submit(
            lambda: Anvil(
                self._binary,
                chain_id=header.chain_id,
                genesis_time=header.genesis_time,
                hardfork=header.hardfork,
                gas_limit=header.gas_limit,
                states=self._states,
            )
        ).result()

    def _commit(self, together: Sequence[_Sending]) -> None:
        transactions = [raw for sending in together for raw in sending.transactions]
        answers = _submit(self._anvil.rpc, transactions)
        accepted = [raw for raw, answer in zip(transactions, answers, strict=True) if isinstance(answer, str)]
        if accepted:
            now = max(int(time.time()), self._time)
            blocks = self._mine(now)
            faults.reach("mined")
            self._journal.append(Record(now, tuple(accepted), tuple(blocks)))
            self._time = now
        rest = iter(answers)
        for sending in together:
            sending.answers = list(islice(rest, len(sending.transactions)))

    def _mine(self, now: int) -> list[tuple[int, str]]:
        """Mine until nothing that can be mined is left: a block's gas may not hold a whole batch."""
        rpc, blocks = self._anvil.rpc, []
        while True:
            rpc.call("evm_mine", {"timestamp": now})
            block, pool = rpc.batch([("eth_getBlockByNumber", ("latest", False)), ("txpool_status", ())])
            number = int(block["number"], 16)
            if number != self.height + 1:
                raise RuntimeError(f"Anvil mined block {number} where {self.height + 1} was due")
            self.height = number
            blocks.append((number, block["hash"]))
            if not int(pool["pending"], 16) or not block["transactions"]:
                return blocks

    def _replay(self, records: Iterable[Record]) -> tuple[int, int]:
        """Make every block of the journal again. Returns the clock's lower bound and the last block's
        number."""
        header, last, height = self.header, self.header.genesis_time, 0
        for record in replayed(
            self._anvil.rpc, records, self.journal_path, header.anvil, anvil_version(self._binary)
        ):
            last = record.time
            height = record.blocks[-1][0]
        # Reading at "pending" shall see the present; Anvil's own clock stands where the last block left it.
        now = max(int(time.time()), last)
        self._anvil.rpc.call("evm_setTime", now)
        return now, height

    def _states_around(self, block: int) -> Rpc:
        """A second Anvil that has replayed the journal to somewhat past `block`."""
        if self._old is None or block not in self._old.range:
            if self._old is not None:
                self._old.anvil.stop()
                self._old = None
            anvil = self._start()
            top = self._replay_to(anvil, block + self._states // 2)  # later blocks are asked for next
            self._old = _OldStates(anvil, range(max(0, top - self._states + 1), top + 1))
        return self._old.anvil.rpc

    def _replay_to(self, anvil: Anvil, block: int) -> int:
        _, records = Journal(self.journal_path).read(repair=False)
        version, top = self.header.anvil, 0
        wanted = _until(records, block)
        for record in replayed(anvil.rpc, wanted, self.journal_path, version, version):
            top = record.blocks[-1][0]
        return top


@dataclass
class _OldStates:
    anvil: Anvil
    range: range


def replayed(rpc: Rpc, records: Iterable[Record], path: Path, wrote: str, runs: str) -> Iterator[Record]:
    """Make the records' blocks again, giving each record back when made and all hashes so far were
    compared."""
    records = iter(records)
    while some := list(islice(records, _CHECK_EVERY)):
        for record in some:
            _remake(rpc, record, path)
        _compare(rpc, [block for record in some for block in record.blocks], path, wrote, runs)
        yield from some


def _remake(rpc: Rpc, record: Record, path: Path) -> None:
    for raw, answer in zip(record.transactions, _submit(rpc, record.transactions), strict=True):
        if isinstance(answer, LedgerError):
            raise JournalMismatch(
                f"{path}: a transaction of block {record.blocks[0][0]} is no longer accepted: "
                f"{answer.message}. Nothing was changed.",
                who=raw[:20],
            )
    for _ in record.blocks:
        rpc.call("evm_mine", {"timestamp": record.time})


def _compare(rpc: Rpc, blocks: Sequence[tuple[int, str]], path: Path, wrote: str, runs: str) -> None:
    made = rpc.batch([("eth_getBlockByNumber", (hex(number), False)) for number, _ in blocks])
    for (number, expected), block in zip(blocks, made, strict=True):
        got = block["hash"] if isinstance(block, dict) else None
        if got != expected:
            raise JournalMismatch(
                f"{path}: block {number} comes out as {got}, but was {expected}. "
                f"Written with Anvil {wrote}, replayed with {runs}. Nothing was changed.",
                who=number,
                had=got,
                needed=expected,
            )


def _submit(rpc: Rpc, transactions: Sequence[str]) -> list[Any]:
    return rpc.batch([("eth_sendRawTransaction", (raw,)) for raw in transactions])


def _until(records: Iterable[Record], block: int) -> Iterator[Record]:
    for record in records:
        yield record
        if record.blocks[-1][0] >= block:
            return
