"""SIGKILL at any instant, inside a commit too: what was acknowledged is there, unchanged, and nothing
twice."""

from __future__ import annotations

import itertools
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_utils.crypto import keccak

from ledger.chain.embedded import EmbeddedChain
from ledger.chain.journal import Journal
from ledger.chain.journaled import CHAIN_ID
from ledger.chain.rpc import Rpc
from ledger.errors import ChainUnavailable, RpcError
from tests.deep import depth

pytestmark = pytest.mark.spec("EMB-1")

RANDOM_KILLS = depth(12, 100)
SEND = "eth_sendRawTransaction"
KEY = b"\x21" * 32
SENDER = Account.from_key(KEY).address


def raw(nonce: int) -> str:
    transaction = {
        "chainId": CHAIN_ID,
        "nonce": nonce,
        "gas": 21_000,
        "gasPrice": 0,
        "value": 0,
        "data": "0x",
        "to": b"\xdd" * 12 + nonce.to_bytes(8, "big"),
    }
    return "0x" + bytes(Account.sign_transaction(transaction, KEY).raw_transaction).hex()


@dataclass
class Witness:
    """What the chain told us, to be held against it after every kill."""

    blocks: dict[str, str] = field(
        default_factory=dict
    )  # transaction hash → block hash, of acknowledged ones
    seen: dict[int, str] = field(default_factory=dict)  # block number → hash, read by others

    def check(self, rpc: Rpc) -> None:
        asked = list(self.blocks)
        receipts = rpc.batch([("eth_getTransactionReceipt", (one,)) for one in asked])
        for one, receipt in zip(asked, receipts, strict=True):
            assert isinstance(receipt, dict), f"the acknowledged transaction {one} is gone"
            assert receipt["blockHash"] == self.blocks[one]
        numbers = list(self.seen)
        headers = rpc.batch([("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
        for number, header in zip(numbers, headers, strict=True):
            assert isinstance(header, dict), f"block {number}, which a reader saw, is gone"
            assert header["hash"] == self.seen[number]


def deliver(rpc: Rpc, transactions: list[str]) -> list[str]:
    """Send until each was acknowledged or turns out to have arrived earlier. Returns their hashes."""
    while True:
        try:
            answers = rpc.batch([(SEND, (one,)) for one in transactions])
        except ChainUnavailable:
            continue
        for answer in answers:
            if isinstance(answer, RpcError):
                assert "nonce too low" in answer.message or "already" in answer.message
        return ["0x" + keccak(hexstr=one).hex() for one in transactions]


def is_alive(pid: int) -> bool:
    """Running, that is: dead but not yet reaped is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def block_of(rpc: Rpc, transaction: str) -> str:
    while True:
        try:
            return str(rpc.call("eth_getTransactionReceipt", transaction)["blockHash"])
        except ChainUnavailable:
            continue


def journaled(folder: Path) -> list[str]:
    _, records = Journal(folder / "journal").read()
    return [one for record in records for one in record.transactions]


def test_random_kills_of_node_and_engine_lose_and_repeat_nothing(tmp_path: Path) -> None:
    """A writer sends singles and batches, a reader looks on, and again and again one of the two processes
    dies."""
    chance = random.Random(20250615)
    witness = Witness()
    done = threading.Event()
    failures: list[BaseException] = []
    with EmbeddedChain(tmp_path, linger=0) as chain:

        def write() -> None:
            rpc, nonces = Rpc(chain.locate), itertools.count()
            while not done.is_set():
                batch = [raw(next(nonces)) for _ in range(random.choice((1, 1, 1, 7)))]
                for one in deliver(rpc, batch):
                    witness.blocks[one] = block_of(rpc, one)

        def look() -> None:
            rpc = Rpc(chain.locate)
            while not done.is_set():
                try:
                    block: dict[str, Any] = rpc.call("eth_getBlockByNumber", "latest", False)
                except ChainUnavailable:
                    continue
                witness.seen.setdefault(int(block["number"], 16), block["hash"])

        def guarded(work: Any) -> None:
            try:
                work()
            except BaseException as failure:
                failures.append(failure)
                done.set()

        threads = [threading.Thread(target=guarded, args=(work,)) for work in (write, look)]
        for thread in threads:
            thread.start()
        orphans = set()
        kills = 0
        while kills < RANDOM_KILLS and not failures:
            chain.locate()
            time.sleep(chance.uniform(0, 0.25))
            node, engine = chain.pid, chain.anvil_pid
            with suppress(ProcessLookupError):  # it was still dying of the last one
                os.kill(engine if kills % 5 == 4 else node, signal.SIGKILL)
                kills += 1
            orphans |= {node, engine}
        time.sleep(0.3)
        done.set()
        for thread in threads:
            thread.join(60)
        assert failures == []
        rpc = Rpc(chain.locate)
        witness.check(rpc)
        count = int(rpc.call("eth_getTransactionCount", SENDER, "latest"), 16)
        orphans -= {chain.pid, chain.anvil_pid}
        assert not [pid for pid in orphans if is_alive(pid)], "processes left behind"
    assert len(witness.blocks) == count, "each nonce was used by the transaction that was acknowledged for it"
    assert count > 10, "the writer came through between the kills"
    written = journaled(tmp_path)
    assert len(written) == len(set(written)) == count


POINTS = ["mined", "before-write", "half-written", "before-sync", "after-sync", "before-answer"]


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_inside_a_commit_leaves_all_of_a_batch_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    witness = Witness()
    monkeypatch.setenv("GREENLEDGER_CRASH_AT", f"{point}:3")
    with EmbeddedChain(tmp_path, linger=0) as chain:
        rpc = Rpc(chain.url)  # this address only: the node is not started anew behind our back
        for nonce in range(2):
            (one,) = rpc.batch([(SEND, (raw(nonce),))])
            witness.blocks[one] = block_of(rpc, one)
        third = [raw(nonce) for nonce in range(2, 6)]
        with pytest.raises(ChainUnavailable):
            rpc.batch([(SEND, (one,)) for one in third])
        monkeypatch.delenv("GREENLEDGER_CRASH_AT")
        rpc = Rpc(chain.locate)
        witness.check(rpc)
        count = int(rpc.call("eth_getTransactionCount", SENDER, "latest"), 16)
        assert count == (6 if point in ("before-sync", "after-sync", "before-answer") else 2)
        deliver(rpc, third)
        assert int(rpc.call("eth_getTransactionCount", SENDER, "latest"), 16) == 6
        torn = list(tmp_path.glob("journal.torn-*"))
        assert bool(torn) == (point == "half-written")
    written = journaled(tmp_path)
    assert len(written) == len(set(written)) == 6


def test_the_power_failing_before_the_sync_loses_only_what_nobody_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL leaves the page cache; a power failure does not. Cut what was not synced, and look."""
    monkeypatch.setenv("GREENLEDGER_CRASH_AT", "before-sync:3")
    with EmbeddedChain(tmp_path, linger=0) as chain:
        rpc = Rpc(chain.url)
        acknowledged = [rpc.call(SEND, raw(nonce)) for nonce in range(2)]
        synced = (tmp_path / "journal").stat().st_size
        with pytest.raises(ChainUnavailable):
            rpc.call(SEND, raw(2))
        os.truncate(tmp_path / "journal", synced + 11)
        monkeypatch.delenv("GREENLEDGER_CRASH_AT")
        rpc = Rpc(chain.locate)
        assert all(rpc.call("eth_getTransactionReceipt", one) for one in acknowledged)
        assert rpc.call("eth_blockNumber") == "0x2"


def test_a_disk_that_takes_no_more_ends_the_node_and_nothing_is_acknowledged(tmp_path: Path) -> None:
    """A limit on file size stands for a full disk: the write fails, so the block must be forgotten."""
    with EmbeddedChain(tmp_path, linger=0) as chain:
        first = Rpc(chain.url).call(SEND, raw(0))
    while is_alive(chain.pid):
        time.sleep(0.02)
    size = (tmp_path / "journal").stat().st_size
    node = subprocess.Popen(
        [sys.executable, "-m", "ledger.chain.node", str(tmp_path), "--linger", "30"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100)),
        stderr=subprocess.DEVNULL,
    )
    try:
        while not (tmp_path / "node.json").exists():
            time.sleep(0.02)
        with EmbeddedChain(tmp_path) as limited:
            assert limited.pid == node.pid
            rpc = Rpc(limited.url)
            with pytest.raises(ChainUnavailable):
                rpc.call(SEND, raw(1))
            assert node.wait(10) != 0
            rpc = Rpc(limited.locate)
            assert rpc.call("eth_getTransactionReceipt", first) is not None
            assert rpc.call("eth_blockNumber") == "0x1"
            rpc.call(SEND, raw(1))
            assert rpc.call("eth_blockNumber") == "0x2"
    finally:
        node.kill()
        node.wait()
