"""The embedded chain beside the Anvil inside it: transactions a second, and how fast a journal is replayed.

    python scripts/bench/embedded.py [--count 1000] [--batch 500]

Both run here and now, one after the other, with the same signed transactions (a transfer of nothing, from
eight accounts). What the difference buys: each answer of the embedded chain comes after its journal was
synced.
"""

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from eth_account import Account

from ledger.chain.anvil import find_anvil
from ledger.chain.embedded import EmbeddedChain
from ledger.chain.journaled import CHAIN_ID, GAS_LIMIT
from ledger.chain.rpc import Rpc
from ledger.errors import ChainUnavailable

SEND = "eth_sendRawTransaction"
ACCOUNTS = 8


def signed(count: int) -> list[str]:
    """`count` raw transactions, from the accounts in turn."""
    made = []
    for number in range(count):
        key = bytes([1 + number % ACCOUNTS]) * 32
        fields: dict[str, object] = {
            "chainId": CHAIN_ID,
            "nonce": number // ACCOUNTS,
            "gas": 21_000,
            "gasPrice": 0,
            "value": 0,
        }
        fields |= {"to": bytes(19) + bytes([0xFF]), "data": "0x"}
        made.append("0x" + bytes(Account.sign_transaction(fields, key).raw_transaction).hex())
    return made


def one_by_one(rpc: Rpc, transactions: Sequence[str]) -> None:
    last = [rpc.call(SEND, raw) for raw in transactions][-1]
    while rpc.call("eth_getTransactionReceipt", last) is None:
        time.sleep(0.01)  # raw Anvil answers before it has mined


def in_batches(rpc: Rpc, transactions: Sequence[str], size: int, after_each: Callable[[], object]) -> None:
    for start in range(0, len(transactions), size):
        answers = rpc.batch([(SEND, (raw,)) for raw in transactions[start : start + size]])
        assert all(isinstance(answer, str) for answer in answers)
        after_each()


def check_all_mined(rpc: Rpc, count: int) -> None:
    senders = [Account.from_key(bytes([1 + number]) * 32).address for number in range(ACCOUNTS)]
    counts = rpc.batch([("eth_getTransactionCount", (sender, "latest")) for sender in senders])
    assert sum(int(one, 16) for one in counts) == count, "not everything was mined"


@contextmanager
def raw_anvil(*flags: str) -> Iterator[Rpc]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = (
        f"--quiet --port {port} --chain-id {CHAIN_ID} --gas-limit {GAS_LIMIT} --hardfork paris --order fifo"
    )
    free_gas = "--gas-price 0 --block-base-fee-per-gas 0 --disable-min-priority-fee"
    with tempfile.TemporaryDirectory() as states:  # which a killed Anvil leaves behind
        own = ("--cache-path", states, *flags)
        process = subprocess.Popen([find_anvil(), *options.split(), *free_gas.split(), *own])
        try:
            rpc = Rpc(f"http://127.0.0.1:{port}")
            wait_for(rpc)
            yield rpc
        finally:
            process.kill()
            process.wait()


def wait_for(rpc: Rpc) -> None:
    for _ in range(500):
        try:
            rpc.call("eth_chainId")
            return
        except ChainUnavailable:
            time.sleep(0.02)
    raise SystemExit("Anvil did not start")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def replayed(folder: Path, count: int) -> float:
    """Seconds from asking for the chain to its first answer."""
    start = time.perf_counter()
    with EmbeddedChain(folder, linger=0) as chain:
        rpc = Rpc(chain.url)
        rpc.call("eth_blockNumber")
        seconds = time.perf_counter() - start
        check_all_mined(rpc, count)
    wait_for_end(folder)
    return seconds


def wait_for_end(folder: Path) -> None:
    while (folder / "node.json").exists():
        time.sleep(0.05)


def measure_raw(transactions: Sequence[str], size: int) -> Iterator[tuple[str, float]]:
    with raw_anvil() as rpc:
        yield "raw Anvil, one by one", timed(lambda: one_by_one(rpc, transactions))
        check_all_mined(rpc, len(transactions))
    with raw_anvil("--no-mining") as rpc:
        mine = lambda: rpc.call("evm_mine")  # noqa: E731
        yield f"raw Anvil, batches of {size}", timed(lambda: in_batches(rpc, transactions, size, mine))
        check_all_mined(rpc, len(transactions))


def measure_ours(folder: Path, transactions: Sequence[str], size: int) -> Iterator[tuple[str, float]]:
    count = len(transactions)
    with EmbeddedChain(folder / "single", linger=0) as chain:
        yield "embedded chain, one by one", timed(lambda: one_by_one(Rpc(chain.url), transactions))
    wait_for_end(folder / "single")
    with EmbeddedChain(folder / "batch", linger=0) as chain:
        rpc = Rpc(chain.url)
        yield (
            f"embedded chain, batches of {size}",
            timed(lambda: in_batches(rpc, transactions, size, lambda: None)),
        )
    wait_for_end(folder / "batch")
    with EmbeddedChain(folder / "empty", linger=0):
        pass
    wait_for_end(folder / "empty")
    yield "start with an empty journal", replayed(folder / "empty", 0)
    yield f"start, {count} blocks of one replayed", replayed(folder / "single", count)
    yield f"start, {-(-count // size)} blocks of {size} replayed", replayed(folder / "batch", count)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=500)
    chosen = parser.parse_args()
    transactions = signed(chosen.count)
    print(f"{chosen.count} transactions from {ACCOUNTS} accounts")
    with tempfile.TemporaryDirectory() as folder:
        for name, seconds in (
            *measure_raw(transactions, chosen.batch),
            *measure_ours(Path(folder), transactions, chosen.batch),
        ):
            rate = "" if "empty" in name else f"{chosen.count / seconds:10,.0f} tx/s"
            print(f"{name:45}{seconds:8.2f} s{rate}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
