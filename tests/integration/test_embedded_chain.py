"""The embedded chain: what it answers, what it refuses, its clock, its history, and who keeps it alive."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from eth_account import Account

from ledger.chain.embedded import EmbeddedChain, embedded
from ledger.chain.journal import Journal, Record
from ledger.chain.journaled import CHAIN_ID, JournaledChain
from ledger.chain.rpc import Rpc
from ledger.errors import BadInput, JournalCorrupt, JournalMismatch, NotFound, RpcError

pytestmark = pytest.mark.spec("EMB-1")

SEND = "eth_sendRawTransaction"
KEYS = [bytes([number]) * 32 for number in range(1, 9)]
# Runtime code that answers block.timestamp: TIMESTAMP, MSTORE at 0, RETURN 32 bytes.
CLOCK = "0x4260005260206000f3"


def raw(key: int, nonce: int, *, gas: int = 21_000, data: str = "0x", to: bytes | None = None) -> str:
    transaction = {
        "chainId": CHAIN_ID,
        "nonce": nonce,
        "gas": gas,
        "gasPrice": 0,
        "value": 0,
        "data": data,
        "to": bytes([0xEE, key, *nonce.to_bytes(18, "big")]) if to is None else to,
    }
    return "0x" + bytes(Account.sign_transaction(transaction, KEYS[key]).raw_transaction).hex()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(*pids: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, f"still there: {[pid for pid in pids if is_alive(pid)]}"
        time.sleep(0.02)


def stop(chain: EmbeddedChain) -> None:
    chain.close()
    wait_until_gone(chain.pid, chain.anvil_pid)


def fast(folder: Path, **options: Any) -> EmbeddedChain:
    """A chain whose node leaves at once when nobody uses it."""
    return EmbeddedChain(folder, linger=0, **options)


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[EmbeddedChain]:
    with fast(tmp_path / "state") as opened:
        yield opened
    wait_until_gone(opened.pid, opened.anvil_pid)


@pytest.fixture
def rpc(chain: EmbeddedChain) -> Rpc:
    return Rpc(chain.locate)


def latest(rpc: Rpc) -> dict[str, Any]:
    block: dict[str, Any] = rpc.call("eth_getBlockByNumber", "latest", False)
    return block


# --- what it answers


def test_the_shortest_use(tmp_path: Path) -> None:
    with embedded(tmp_path) as url:
        assert int(Rpc(url).call("eth_chainId"), 16) == CHAIN_ID


def test_a_chain_is_the_same_after_a_restart(tmp_path: Path) -> None:
    with fast(tmp_path) as first:
        rpc = Rpc(first.locate)
        hashes = [rpc.call(SEND, raw(0, nonce)) for nonce in range(5)]
        before = [rpc.call("eth_getTransactionReceipt", one) for one in hashes]
        head = latest(rpc)
    wait_until_gone(first.pid, first.anvil_pid)
    with fast(tmp_path) as second:
        assert second.pid != first.pid
        rpc = Rpc(second.locate)
        assert [rpc.call("eth_getTransactionReceipt", one) for one in hashes] == before
        assert latest(rpc) == head


def test_transactions_of_one_batch_are_mined_together_and_in_order(rpc: Rpc) -> None:
    sent = [raw(nonce % 3, nonce // 3) for nonce in range(60)]
    hashes = rpc.batch([(SEND, (one,)) for one in sent])
    block = latest(rpc)
    assert int(block["number"], 16) == 1
    assert block["transactions"] == hashes


def test_one_refused_transaction_of_a_batch_stops_no_other(rpc: Rpc) -> None:
    answers = rpc.batch([(SEND, (raw(0, 0),)), (SEND, ("0x1234",)), (SEND, (raw(1, 0),))])
    assert [isinstance(answer, RpcError) for answer in answers] == [False, True, False]
    assert len(latest(rpc)["transactions"]) == 2


def test_sends_and_reads_of_one_batch_are_answered_in_their_order(rpc: Rpc) -> None:
    answers = rpc.batch(
        [("eth_blockNumber", ()), (SEND, (raw(0, 0),)), ("eth_blockNumber", ()), ("evm_mine", ())]
    )
    assert answers[0] == "0x0"
    assert answers[2] == "0x1"
    assert isinstance(answers[3], RpcError)


def test_a_transaction_sent_twice_counts_once(rpc: Rpc) -> None:
    one = raw(0, 0)
    rpc.call(SEND, one)
    with pytest.raises(RpcError, match="nonce too low"):
        rpc.call(SEND, one)
    assert int(latest(rpc)["number"], 16) == 1


def test_a_transaction_ahead_of_its_turn_waits_for_the_missing_one_even_over_a_kill(tmp_path: Path) -> None:
    with fast(tmp_path) as chain:
        rpc = Rpc(chain.locate)
        early = rpc.call(SEND, raw(0, 1))
        assert rpc.call("eth_getTransactionReceipt", early) is None
        os.kill(chain.pid, signal.SIGKILL)
        rpc.call(SEND, raw(0, 0))
        assert rpc.call("eth_getTransactionReceipt", early)["status"] == "0x1"
        stop(chain)


def test_a_batch_larger_than_a_block_fills_several(tmp_path: Path) -> None:
    """Nothing accepted may be left lying in the pool, and a replay makes the same blocks."""
    heavy = "0xfe"  # INVALID: burns all its gas at once
    with fast(tmp_path) as chain:
        rpc = Rpc(chain.locate)
        sent = [raw(key, 0, gas=300_000_000, data=heavy, to=b"") for key in range(5)]
        hashes = rpc.batch([(SEND, (one,)) for one in sent])
        receipts = [rpc.call("eth_getTransactionReceipt", one) for one in hashes]
        assert len({receipt["blockNumber"] for receipt in receipts}) == 2
        stop(chain)
    with fast(tmp_path) as chain:
        rpc = Rpc(chain.locate)
        assert [rpc.call("eth_getTransactionReceipt", one) for one in hashes] == receipts


def test_many_senders_share_blocks_and_all_of_them_count(chain: EmbeddedChain, rpc: Rpc) -> None:
    def send_all(key: int) -> list[str]:
        own = Rpc(chain.url)
        return [own.call(SEND, raw(key, nonce)) for nonce in range(15)]

    with ThreadPoolExecutor(8) as pool:
        hashes = [one for sent in pool.map(send_all, range(8)) for one in sent]
    assert len(set(hashes)) == 120
    assert all(rpc.call("eth_getTransactionReceipt", one)["status"] == "0x1" for one in hashes)
    _, records = Journal(chain.folder / "journal").read()
    journaled_ones = [one for record in records for one in record.transactions]
    assert len(journaled_ones) == len(set(journaled_ones)) == 120


def test_gas_costs_nothing_so_an_empty_account_can_act_and_a_full_block_raises_no_price(rpc: Rpc) -> None:
    rpc.call(SEND, raw(0, 0, gas=900_000_000, data="0xfe", to=b""))
    rpc.call(SEND, raw(0, 1))
    assert rpc.call("eth_gasPrice") == "0x0"
    assert latest(rpc)["baseFeePerGas"] == "0x0"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[JournaledChain]:
    """The chain inside this process, where a test can stand in the middle of a commit."""
    chain = JournaledChain(tmp_path)
    yield chain
    chain.stop()


def test_a_batch_is_one_record_and_one_sync(here: JournaledChain, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def counted(file: int) -> None:
        synced.append(os.fstat(file).st_size)
        real(file)

    monkeypatch.setattr("ledger.chain.journal.os.fsync", counted)
    answers = here.send([raw(key, nonce) for key in range(4) for nonce in range(25)])
    assert all(isinstance(answer, str) for answer in answers)
    assert synced == [here.journal_path.stat().st_size], "synced once, after all was written"


def test_nothing_is_acknowledged_that_was_not_synced(
    here: JournaledChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("ledger.chain.journal.os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        here.send([raw(0, 0)])


def test_nobody_reads_a_block_before_it_is_synced(
    here: JournaledChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a reader could act on a block that a crash then takes back."""
    question = b'{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}'
    writing, go_on = threading.Event(), threading.Event()
    real = os.fsync

    def slow(file: int) -> None:
        writing.set()
        assert go_on.wait(30)
        real(file)

    monkeypatch.setattr("ledger.chain.journal.os.fsync", slow)
    with ThreadPoolExecutor(2) as pool:
        sending = pool.submit(here.send, [raw(0, 0)])
        assert writing.wait(30)
        reading = pool.submit(here.ask, question)
        time.sleep(0.3)
        assert not reading.done()
        assert not sending.done()
        go_on.set()
        assert json.loads(reading.result(30))["result"] == "0x1"
        assert isinstance(sending.result(30)[0], str)


# --- what it refuses


@pytest.mark.parametrize(
    "method",
    [
        "anvil_setBalance", "anvil_impersonate", "anvil_setStorageAt", "anvil_reset", "anvil_dumpState",
        "hardhat_setCode", "hardhat_reset", "evm_mine", "evm_increaseTime", "evm_snapshot", "evm_revert",
        "eth_sendTransaction", "eth_sendUnsignedTransaction", "eth_sign", "eth_signTypedData", "eth_accounts",
        "debug_traceTransaction", "txpool_content", "personal_unlockAccount", "wallet_getCapabilities", "",
    ],
)  # fmt: skip
def test_nobody_can_act_for_others_or_turn_the_clock(rpc: Rpc, method: str) -> None:
    with pytest.raises(RpcError, match="not offered") as refused:
        rpc.call(method)
    assert refused.value.number == -32601


def post(chain: EmbeddedChain, body: bytes, **headers: str) -> tuple[int, Any]:
    where = urlsplit(chain.url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=10)
    connection.request("POST", "/", body, headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (b"{", -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (b'{"id":1,"method":7}', -32600),
        (b'{"method":"eth_chainId"}', -32600),
        (b'{"id":1,"method":"eth_chainId","params":{}}', -32602),
        (b'{"id":1,"method":"eth_sendRawTransaction","params":[]}', -32602),
        (b'{"id":1,"method":"eth_sendRawTransaction","params":[5]}', -32602),
    ],
)
def test_nonsense_is_answered_and_harms_nobody(chain: EmbeddedChain, body: bytes, number: int) -> None:
    status, answer = post(chain, body)
    assert (status, answer["error"]["code"]) == (200, number)
    assert Rpc(chain.url).call("eth_blockNumber") == "0x0"


def test_malformed_blocks_get_an_error_and_the_node_lives(chain: EmbeddedChain, rpc: Rpc) -> None:
    for block in ("0xzz", {"blockHash": "0x12"}, {"blockHash": "0x" + "00" * 32}, {}, 7, "0x-5"):
        answer = rpc.batch([("eth_getBalance", ("0x" + "11" * 20, block))])[0]
        assert isinstance(answer, RpcError | str), block
    assert is_alive(chain.pid)


def test_web_pages_are_refused(chain: EmbeddedChain) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}).encode()
    assert post(chain, body, Origin="https://example.org")[0] == 403
    assert post(chain, body, Host="rebound.example.org:80")[0] == 403
    assert post(chain, body)[0] == 200


def test_another_chain_id_is_kept_and_a_wrong_one_refused(tmp_path: Path) -> None:
    with fast(tmp_path, chain_id=77) as chain:
        assert chain.chain_id == 77
        stop(chain)
    with pytest.raises(BadInput, match="another chain"):
        fast(tmp_path, chain_id=78).open()
    with fast(tmp_path) as chain:
        assert chain.chain_id == 77


def test_reading_a_chain_that_is_not_there_creates_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        EmbeddedChain(tmp_path / "nothing", create=False).open()
    assert not (tmp_path / "nothing").exists()


def test_a_missing_engine_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLEDGER_ANVIL", "/nonexistent/anvil")
    with pytest.raises(NotFound, match="GREENLEDGER_ANVIL"):
        fast(tmp_path).open()


# --- a damaged journal


def filled(folder: Path, count: int = 3) -> Path:
    with fast(folder) as chain:
        for nonce in range(count):
            Rpc(chain.url).call(SEND, raw(0, nonce))
    wait_until_gone(chain.pid, chain.anvil_pid)
    return folder / "journal"


def test_a_flipped_byte_is_a_clear_error_that_loses_nothing(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    whole = journal.read_bytes()
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 1
    journal.write_bytes(damaged)
    for _ in range(2):
        with pytest.raises(JournalCorrupt, match="damaged at line") as said:
            fast(tmp_path).open()
        assert said.value.code == "journal-corrupt"
    assert journal.read_bytes() == bytes(damaged)
    journal.write_bytes(whole)
    with fast(tmp_path) as chain:
        assert Rpc(chain.url).call("eth_blockNumber") == "0x3"


def test_a_torn_tail_is_cut_and_the_chain_goes_on(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    journal.write_bytes(journal.read_bytes()[:-7])
    with fast(tmp_path) as chain:
        rpc = Rpc(chain.url)
        assert rpc.call("eth_blockNumber") == "0x2"
        rpc.call(SEND, raw(0, 2))
        stop(chain)
    with fast(tmp_path) as chain:
        assert Rpc(chain.url).call("eth_blockNumber") == "0x3"


def test_blocks_that_come_out_otherwise_are_a_clear_error(tmp_path: Path) -> None:
    """As after a change of Anvil that makes other blocks: the digests are right, the hashes are not."""
    journal = filled(tmp_path)
    header, records = Journal(journal).read()
    kept = list(records)
    journal.unlink()
    rewritten = Journal(journal)
    rewritten.create(header)
    for record in kept:
        wrong = record.blocks if record is not kept[1] else ((2, "0x" + "ab" * 32),)
        rewritten.append(Record(record.time, record.transactions, wrong))
    rewritten.close()
    before = journal.read_bytes()
    with pytest.raises(JournalMismatch, match="block 2 comes out as 0x"):
        fast(tmp_path).open()
    assert journal.read_bytes() == before


# --- its clock


def test_the_clock_is_the_present_and_does_not_jump(tmp_path: Path) -> None:
    times: list[int] = []
    for start in range(3):
        with fast(tmp_path) as chain:
            rpc = Rpc(chain.url)
            replayed = [
                int(rpc.call("eth_getBlockByNumber", hex(n + 1), False)["timestamp"], 16)
                for n in range(len(times))
            ]
            assert replayed == times, "a replay keeps the times it finds"
            before = int(time.time())
            for nonce in range(start * 5, start * 5 + 5):
                rpc.call(SEND, raw(0, nonce))
                times.append(int(latest(rpc)["timestamp"], 16))
            assert before <= times[-5]
            assert times[-1] <= int(time.time())
            stop(chain)
    assert times == sorted(times)


def test_a_read_at_pending_sees_the_present_after_a_restart(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    time.sleep(3)
    with fast(tmp_path) as chain:
        rpc = Rpc(chain.url)
        before = int(time.time())
        seen = int(rpc.call("eth_call", {"data": CLOCK}, "pending"), 16)
        assert before - 1 <= seen <= time.time() + 1
        assert seen >= int(latest(rpc)["timestamp"], 16) + 2, (
            "not the time where the last block left the clock"
        )


def test_a_system_clock_set_back_stops_the_chains_clock_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    now = int(time.time())
    monkeypatch.setattr("ledger.chain.journaled.time.time", lambda: now)
    chain = JournaledChain(folder)
    try:
        chain.send([raw(0, 0)])
        now -= 86_400
        chain.send([raw(0, 1)])
        now += 86_400 + 10
        chain.send([raw(0, 2)])
        seen = [chain.anvil.rpc.call("eth_getBlockByNumber", hex(n), False)["timestamp"] for n in (1, 2, 3)]
    finally:
        chain.stop()
    assert [int(one, 16) - now for one in seen] == [-10, -10, 0]


# --- its history


def test_old_states_stay_provable_after_many_blocks_and_after_a_restart(tmp_path: Path) -> None:
    """Anvil keeps the last 16 states here; older ones come from a replay up to that block."""
    account = Account.from_key(KEYS[0]).address
    with fast(tmp_path, states=16) as chain:
        rpc = Rpc(chain.locate)
        seen = {}
        for nonce in range(60):
            rpc.call(SEND, raw(0, nonce))
            if nonce in (4, 20, 58):
                seen[nonce + 1] = (
                    rpc.call("eth_getProof", account, [], "latest"),
                    latest(rpc)["hash"],
                )
        check_old_states(rpc, account, seen)
        rpc.call(SEND, raw(0, 60))
        stop(chain)
    with fast(tmp_path, states=16) as chain:
        check_old_states(Rpc(chain.locate), account, seen)


def check_old_states(rpc: Rpc, account: str, seen: dict[int, tuple[Any, str]]) -> None:
    for number, (proof, block_hash) in seen.items():
        assert rpc.call("eth_getProof", account, [], hex(number)) == proof
        assert rpc.call("eth_getProof", account, [], {"blockHash": block_hash}) == proof
        assert rpc.call("eth_getTransactionCount", account, hex(number)) == hex(number)
        time_then = rpc.call("eth_getBlockByNumber", hex(number), False)["timestamp"]
        assert int(rpc.call("eth_call", {"data": CLOCK}, hex(number)), 16) == int(time_then, 16)
    mixed = [("eth_blockNumber", ()), ("eth_getTransactionCount", (account, "0x3")), ("eth_chainId", ())]
    assert rpc.batch(mixed)[1] == "0x3"
    assert rpc.call("eth_getTransactionCount", account, "earliest") == "0x0"


def test_asking_for_old_states_and_writing_do_not_disturb_each_other(tmp_path: Path) -> None:
    """The replay for an old block reads the journal while others append to it, and must never repair it."""
    account = Account.from_key(KEYS[0]).address
    with fast(tmp_path, states=8) as chain:
        rpc = Rpc(chain.locate)
        rpc.batch([(SEND, (raw(1, nonce),)) for nonce in range(50)])
        for nonce in range(30):
            rpc.call(SEND, raw(0, nonce))

        def write() -> None:
            own = Rpc(chain.url)
            for nonce in range(30, 130):
                own.call(SEND, raw(0, nonce))

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write)
            asked = 0
            while not writing.done() or asked < 10:
                block = asked * 7 % 20 + 1
                count = rpc.call("eth_getTransactionCount", account, hex(block))
                assert int(count, 16) == max(0, block - 1)
                asked += 1
            writing.result()
        head = latest(rpc)
        stop(chain)
    with fast(tmp_path) as chain:
        assert latest(Rpc(chain.url)) == head
        assert list(tmp_path.glob("journal.torn-*")) == []


# --- who keeps it alive


def test_two_clients_share_one_node_and_the_last_ends_it(tmp_path: Path) -> None:
    with fast(tmp_path) as one, fast(tmp_path) as two:
        assert (one.pid, one.url) == (two.pid, two.url)
        two.close()
        time.sleep(0.5)
        assert is_alive(one.pid)
    wait_until_gone(one.pid, one.anvil_pid)
    assert not (tmp_path / "node.json").exists()


def test_a_client_that_is_killed_leaves_nothing_running(tmp_path: Path) -> None:
    program = (
        "import sys, time; from ledger.chain.embedded import EmbeddedChain\n"
        f"chain = EmbeddedChain({str(tmp_path)!r}, linger=0).open()\n"
        "print(chain.pid, chain.anvil_pid, flush=True); time.sleep(60)"
    )
    client = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert client.stdout is not None
    pids = [int(pid) for pid in client.stdout.readline().split()]
    assert all(is_alive(pid) for pid in pids)
    client.kill()
    client.wait()
    wait_until_gone(*pids)


def test_commands_started_at_once_share_one_chain(tmp_path: Path) -> None:
    """Five processes open the folder at the same moment and each sends; every transaction counts, once."""
    program = (
        "import sys, time\n"
        "from ledger.chain.embedded import EmbeddedChain\n"
        "from ledger.chain.rpc import Rpc\n"
        f"with EmbeddedChain({str(tmp_path)!r}, linger=0) as chain:\n"
        "    rpc = Rpc(chain.locate)\n"
        "    sent = [rpc.call('eth_sendRawTransaction', raw) for raw in sys.argv[1:]]\n"
        "    print(chain.pid, *sent, flush=True)\n"
        "    time.sleep(1)"
    )
    commands = [
        subprocess.Popen(
            [sys.executable, "-c", program, *(raw(key, nonce) for nonce in range(3))],
            stdout=subprocess.PIPE,
            text=True,
        )
        for key in range(5)
    ]
    said = [command.communicate(timeout=60)[0].split() for command in commands]
    assert [command.returncode for command in commands] == [0] * 5
    assert len({pid for pid, *_ in said}) == 1
    hashes = [one for _, *sent in said for one in sent]
    with fast(tmp_path, create=False) as chain:
        rpc = Rpc(chain.url)
        assert all(rpc.call("eth_getTransactionReceipt", one)["status"] == "0x1" for one in hashes)
        total = sum(len(rpc.call("eth_getBlockByNumber", hex(n), False)["transactions"]) for n in range(1, 16)
                    if n <= int(rpc.call("eth_blockNumber"), 16))  # fmt: skip
    assert total == len(set(hashes)) == 15


def test_a_stale_card_of_a_killed_node_misleads_nobody(tmp_path: Path) -> None:
    with fast(tmp_path) as chain:
        os.kill(chain.pid, signal.SIGKILL)
        wait_until_gone(chain.pid, chain.anvil_pid)
        assert (tmp_path / "node.json").exists()
        dead = chain.pid
        assert Rpc(chain.locate()).call("eth_blockNumber") == "0x0"
        assert chain.pid != dead
