"""The chain client, on the embedded chain and on networks that are slower, dearer and less reliable."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from ledger.chain import sending
from ledger.chain.abi import ABI_FOLDER, Abis
from ledger.chain.accounts import PUBLIC_ACCOUNTS
from ledger.chain.client import Act, ChainClient
from ledger.chain.deployments import Deployment, Deployments
from ledger.chain.embedded import EmbeddedChain
from ledger.chain.rpc import Rpc
from ledger.crypto.signer import LocalSigner
from ledger.errors import (
    BadInput,
    ChainUnavailable,
    Conflict,
    ContractRefusal,
    HistoryUnavailable,
    NotAllowed,
    NotFound,
    ReceiptTimeout,
    RpcError,
    TransactionRejected,
)
from ledger.ports import Chain, Contract, Mined
from tests.anvil import anvil as started

FIXTURES = Path(__file__).parent / "chain_fixtures"
LABEL = b"label".ljust(32, b"\0")
ALICE, BOB, CAROL = (LocalSigner(bytes([number]) * 32) for number in (0x41, 0x42, 0x43))
FREE = ("--gas-price", "0", "--block-base-fee-per-gas", "0", "--disable-min-priority-fee")


@contextmanager
def anvil(*flags: str) -> Iterator[str]:
    """A bare Anvil without accounts, that logs nothing."""
    with started("--accounts", "0", *flags) as url:
        Rpc(url).call("anvil_setLoggingEnabled", False)
        yield url


def client_of(url: str | Callable[[], str], folder: Path, **options: Any) -> ChainClient:
    return ChainClient(url, abis=Abis(FIXTURES, ABI_FOLDER), lock_folder=folder / "locks", **options)


def counter(client: ChainClient) -> Contract:
    created = client.deploy(ALICE, "Counter").created
    assert created is not None
    return Contract("Counter", created)


@pytest.fixture(scope="module")
def embedded_chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedChain]:
    with EmbeddedChain(tmp_path_factory.mktemp("state"), linger=0) as chain:
        yield chain


@pytest.fixture(scope="module")
def client(embedded_chain: EmbeddedChain, tmp_path_factory: pytest.TempPathFactory) -> ChainClient:
    return client_of(embedded_chain.locate, tmp_path_factory.mktemp("client"), public_accounts=True)


@pytest.fixture
def contract(client: ChainClient) -> Contract:
    return counter(client)


# --- a node that misbehaves

DROP = object()
Rule = Callable[[Any], Any]
"""From a request to what to do: None lets it pass, DROP passes it on and loses the answer, else this is the
answer."""


@contextmanager
def proxy(url: str, rule: Rule) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked = json.loads(body)
            verdict = rule(asked)
            answer = (
                Rpc(url).post(body) if verdict is None or verdict is DROP else json.dumps(verdict).encode()
            )
            self.close_connection = True
            if verdict is DROP:
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def methods(asked: Any) -> list[str]:
    return [one["method"] for one in (asked if isinstance(asked, list) else [asked])]


def failure(asked: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": asked["id"], "error": {"code": code, "message": message}}


# --- reading


def test_it_is_the_chain_that_the_services_ask_for(client: ChainClient) -> None:
    chain: Chain = client
    assert chain.chain_id == 20250615
    assert chain.block_number() >= 0


def test_values_of_every_shape_go_there_and_back(client: ChainClient, contract: Contract) -> None:
    pair = {"left": 2**128 - 1, "right": BOB.address}
    answer = client.call(contract, "mirror", [pair, [pair, (0, ALICE.address)], b"\0\xff"])
    assert answer == (pair, [pair, {"left": 0, "right": ALICE.address}], b"\0\xff")
    assert client.call(contract, "total") == 0


@pytest.mark.parametrize(
    ("function", "args", "error"),
    [
        ("mirror", [{"left": 1}, [], b""], BadInput),
        ("mirror", [{"left": 1, "right": "0x00", "third": 3}, [], b""], BadInput),
        ("mirror", [(1, 2, 3), [], b""], BadInput),
        ("mirror", [{"left": 2**128, "right": "0x" + "11" * 20}, [], b""], BadInput),
        ("countUpTo", [-1], BadInput),
        ("countUpTo", ["ten"], BadInput),
        ("countUpTo", [], BadInput),
        ("noSuchAct", [], NotFound),
    ],
)
def test_arguments_that_do_not_fit_are_refused_before_anything_is_asked(
    client: ChainClient, contract: Contract, function: str, args: list[Any], error: type[Exception]
) -> None:
    def must_not_be_asked(_: Any) -> Any:
        raise AssertionError("asked")

    with proxy(client.rpc.url, must_not_be_asked) as url:
        lonely = ChainClient(url, abis=client.abis, patience=0)
        with pytest.raises(error):
            lonely.call(contract, function, args)


def test_several_reads_of_an_old_block_in_one_question(client: ChainClient, contract: Contract) -> None:
    first = client.send(ALICE, contract, "count", [1, LABEL])
    client.send(ALICE, contract, "count", [1, LABEL])
    asked: list[tuple[Contract, str, list[Any]]] = [(contract, "total", []), (contract, "times", [1])]
    assert client.call_many(asked, first.block) == [1, 1]
    assert client.call_many(asked, first.block_hash) == [1, 1]
    assert client.call_many(asked) == [2, 2]


def test_an_address_without_the_contract_is_named(client: ChainClient) -> None:
    with pytest.raises(NotFound, match="no Counter at that address"):
        client.call(Contract("Counter", CAROL.address), "total")


def test_headers_proofs_logs_and_receipts(client: ChainClient, contract: Contract) -> None:
    mined = client.send_many([Act(ALICE, contract, "count", [n, LABEL]) for n in range(3)])
    block = mined[0].block
    assert {one.block for one in mined} == {block}
    header = client.header(block)
    assert (header.hash, header.timestamp) == (mined[0].block_hash, mined[0].timestamp)
    assert client.header(header.hash) == header
    assert [one.number for one in client.headers([0, block])] == [0, block]
    assert client.headers([block])[0].parent == client.header(block - 1).hash
    logs = list(client.logs(0, block, [contract.address]))
    events = [client.decode(log) for log in logs]
    assert [event.args["id"] for event in events if event] == [0, 1, 2]
    assert [receipt["transactionHash"] for receipt in client.receipts(block)] == [one.tx for one in mined]
    proof = client.proof(contract.address, [0], block)
    assert int(proof["storageProof"][0]["value"], 16) == client.storage(contract.address, 0, block) == 3
    assert client.code(contract.address) == "0x" + client.abis["Counter"].deployed_bytecode.removeprefix("0x")
    assert client.mined(mined[1].tx) == mined[1]
    for missing in (lambda: client.header(10**9), lambda: client.mined("0x" + "00" * 32)):
        with pytest.raises(NotFound):
            missing()


def test_events_carry_their_contract_and_arguments(client: ChainClient, contract: Contract) -> None:
    event = client.send(BOB, contract, "count", [7, LABEL]).event("Counted")
    assert event.args == {"who": BOB.address, "id": 7, "total": 1, "label": LABEL}
    assert (event.contract, event.address, event.log_index) == ("Counter", contract.address, 0)


def test_an_event_that_several_contracts_have_is_named_once_its_address_is_known(client: ChainClient) -> None:
    transfer = client.abis.topic("Cash", "Transfer")
    log = {"topics": [transfer, "0x" + "00" * 32, "0x" + "00" * 31 + "01"], "data": "0x" + "00" * 31 + "05",
           "logIndex": "0x0", "address": "0x" + "22" * 20}  # fmt: skip
    event = client.decode(log)
    assert event is not None
    assert list(event.args.values()) == ["0x" + "00" * 20, "0x" + "00" * 19 + "01", 5]
    client.know(Contract("Cash", "0x" + "22" * 20))
    named = client.decode(log)
    assert named is not None
    assert named.contract == "Cash"
    assert client.decode({**log, "topics": ["0x" + "ab" * 32]}) is None


def test_web3_works_over_the_same_connection(client: ChainClient, contract: Contract) -> None:
    assert client.web3.eth.chain_id == client.chain_id
    ours = client.web3.eth.contract(address=contract.address, abi=client.abis["Counter"].abi)  # type: ignore[call-overload]
    assert ours.functions.total().call() == 0


# --- refusals


def test_a_refusal_costs_nothing_and_says_who_had_and_needed(client: ChainClient, contract: Contract) -> None:
    client.send(ALICE, contract, "count", [1, LABEL])
    before = client.block_number()
    with pytest.raises(ContractRefusal) as refused:
        client.send(BOB, contract, "countUpTo", [1])
    error = refused.value
    assert (error.name, error.code, error.contract) == ("TooMany", "too-many", "Counter")
    assert (error.who, error.had, error.needed) == (BOB.address, 1, 1)
    assert error.arguments == {"who": BOB.address, "had": 1, "needed": 1}
    assert client.block_number() == before
    with pytest.raises(ContractRefusal, match="TooMany"):
        client.may(BOB, contract, "countUpTo", [1])
    client.may(BOB, contract, "countUpTo", [2])


def test_a_refusal_in_a_block_is_explained_by_doing_it_again(client: ChainClient, contract: Contract) -> None:
    """Two want the last place: both pass the simulation, one finds it taken."""
    acts = [Act(who, contract, "countUpTo", [1]) for who in (ALICE, BOB)]
    won, lost = client.outcomes(acts)
    assert isinstance(won, Mined)
    assert isinstance(lost, ContractRefusal)
    assert (lost.name, lost.who, lost.had, lost.needed) == ("TooMany", BOB.address, 1, 1)
    assert lost.transaction is not None
    with pytest.raises(ContractRefusal, match="TooMany"):
        client.mined(lost.transaction)
    with pytest.raises(ContractRefusal, match="TooMany"):
        client.send_many([Act(who, contract, "countUpTo", [2], 100_000) for who in (ALICE, BOB)])


@pytest.mark.parametrize(
    ("function", "args", "name", "arguments"),
    [
        ("say", ["没有"], "RevertedWithWords", {"message": "没有"}),
        ("say", [""], "RevertedWithWords", {"message": ""}),
        ("divide", [0], "ContractPanic", {"number": 0x12, "meaning": "division by zero"}),
        ("known", [9], "Unknown", {"what": "COUNT", "id": 9}),
    ],
)
def test_each_kind_of_revert_has_a_name(
    client: ChainClient,
    contract: Contract,
    function: str,
    args: list[Any],
    name: str,
    arguments: dict[str, Any],
) -> None:
    with pytest.raises(ContractRefusal) as refused:
        client.call(contract, function, args)
    assert (refused.value.name, refused.value.arguments) == (name, arguments)


def test_too_little_gas_is_told_from_a_refusal(client: ChainClient, contract: Contract) -> None:
    with pytest.raises(ContractRefusal) as refused:
        client.send(ALICE, contract, "count", [1, LABEL], gas=23_000)
    assert refused.value.name == "OutOfGas"


def test_errors_of_every_contract_are_known_by_their_selector() -> None:
    abis = Abis()
    names = {entry["name"] for name in abis.names() for entry in abis[name].entries("error")}
    assert {"NotAdmitted", "MissingRole", "WrongState"} <= names
    unknown = abis.refusal("0xdeadbeef")
    assert (unknown.name, unknown.arguments) == ("UnknownRefusal", {"data": "0xdeadbeef"})
    assert abis.refusal("0x").name == "ReasonlessRefusal"


def test_a_library_error_that_surfaces_through_another_contract_is_decoded(client: ChainClient) -> None:
    data = client.abis["Counter"].encode_call("known", [9])  # the shape does not matter, the selector does
    assert client.abis.refusal("0x" + data[2:10]).name == "UnknownRefusal"


def test_anvils_public_accounts_sign_on_the_embedded_chain_only(
    client: ChainClient, contract: Contract
) -> None:
    key = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
    public = LocalSigner(key)
    assert public.address in PUBLIC_ACCOUNTS
    client.send(public, contract, "count", [1, LABEL])
    elsewhere = ChainClient(client.rpc.url, abis=client.abis)
    with pytest.raises(NotAllowed, match="public") as refused:
        elsewhere.send(public, contract, "count", [2, LABEL])
    assert refused.value.who == public.address
    assert client.call(contract, "times", [2]) == 0


def test_the_ten_public_accounts_are_those_of_the_mnemonic() -> None:
    Account.enable_unaudited_hdwallet_features()
    words = "test " * 11 + "junk"
    derived = {Account.from_mnemonic(words, account_path=f"m/44'/60'/0'/0/{n}").address for n in range(10)}
    assert derived == PUBLIC_ACCOUNTS


def test_signing_is_done_by_coincurve() -> None:
    """The pure-Python fallback is ten times slower, and is chosen silently when coincurve is missing."""
    from eth_keys.backends.coincurve import CoinCurveECCBackend
    from eth_keys.main import KeyAPI

    assert isinstance(KeyAPI().backend, CoinCurveECCBackend)


# --- acting once, whatever happens


def test_many_acts_of_many_accounts_share_a_block(client: ChainClient, contract: Contract) -> None:
    acts = [Act((ALICE, BOB, CAROL)[n % 3], contract, "count", [n, LABEL]) for n in range(300)]
    mined = client.send_many(acts)
    assert len({one.block for one in mined}) == 1
    assert [one.event("Counted").args["id"] for one in mined] == list(range(300))
    assert client.send_many([]) == []


def test_threads_that_act_for_one_account_take_turns(client: ChainClient, contract: Contract) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: client.send(ALICE, contract, "count", [n, LABEL]), range(48)))
    assert [client.call(contract, "times", [n]) for n in range(48)] == [1] * 48
    assert client.call(contract, "total") == 48


PROCESS = """
import sys
from pathlib import Path
from ledger.chain.abi import ABI_FOLDER, Abis
from ledger.chain.client import ChainClient
from ledger.crypto.signer import LocalSigner
from ledger.ports import Contract
url, locks, fixtures, address, key, first, count = sys.argv[1:]
client = ChainClient(url, abis=Abis(Path(fixtures), ABI_FOLDER), lock_folder=Path(locks))
signer, contract = LocalSigner(bytes.fromhex(key)), Contract("Counter", address)
for number in range(int(first), int(first) + int(count)):
    client.send(signer, contract, "count", [number, bytes(32)])
"""


def run_processes(url: str, folder: Path, address: str, keys: list[str], count: int) -> None:
    """One process for each key; a key that comes twice is an account that two processes act for."""
    shared = [url, str(folder / "locks"), str(FIXTURES), address]
    started = [
        subprocess.Popen([sys.executable, "-c", PROCESS, *shared, key, str(place * 1000), str(count)])
        for place, key in enumerate(keys)
    ]
    assert [process.wait(60) for process in started] == [0] * len(keys)


def test_processes_that_act_for_one_account_take_turns(
    client: ChainClient, contract: Contract, tmp_path: Path
) -> None:
    run_processes(client.rpc.url, tmp_path, contract.address, ["41" * 32, "41" * 32, "42" * 32], 8)
    assert client.call(contract, "total") == 24
    times = [client.call(contract, "times", [place * 1000 + n]) for place in range(3) for n in range(8)]
    assert times == [1] * 24


def test_a_slow_chain_with_several_senders_mines_each_act_once(tmp_path: Path) -> None:
    """A block each second, a price for gas, accounts funded by a payment, two processes for one account."""
    with anvil("--block-time", "1", "--chain-id", "9001") as url:
        client = client_of(url, tmp_path)
        client.rpc.call("anvil_setBalance", ALICE.address, hex(10**20))
        contract = counter(client)
        for other in (BOB, CAROL):
            client.pay(ALICE, other.address, 10**18)
        with ThreadPoolExecutor(3) as pool:
            jobs: list[Future[Any]] = [
                pool.submit(run_processes, url, tmp_path, contract.address, ["41" * 32, "42" * 32], 2),
                pool.submit(
                    client.send_many, [Act(CAROL, contract, "count", [5000 + n, LABEL]) for n in range(20)]
                ),
                pool.submit(
                    client.send_many, [Act(ALICE, contract, "count", [6000 + n, LABEL]) for n in range(20)]
                ),
            ]
            for job in jobs:
                job.result()
        assert client.call(contract, "total") == 44
        sent = client.transaction(client.send(ALICE, contract, "count", [1, LABEL]).tx)
        assert sent["type"] == "0x2", "a chain with a base fee gets an EIP-1559 transaction"


def test_an_account_used_without_turns_by_somebody_else_still_acts_once(
    client: ChainClient, contract: Contract, tmp_path: Path
) -> None:
    """Another machine cannot share our lock files. Nonces collide, and each act still counts once."""
    stranger = client_of(client.rpc.url, tmp_path / "another machine")
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(
                lambda own, start: [
                    own.send(CAROL, contract, "count", [start + n, LABEL]) for n in range(15)
                ],
                own,
                start,
            )
            for own, start in ((client, 0), (stranger, 100))
        ]
        for job in jobs:
            job.result()
    times = [client.call(contract, "times", [start + n]) for start in (0, 100) for n in range(15)]
    assert times == [1] * 30


def test_a_lost_answer_is_met_by_the_same_bytes_again(
    client: ChainClient, contract: Contract, tmp_path: Path
) -> None:
    lost: list[Any] = []

    def lose_first_answers(asked: Any) -> Any:
        if "eth_sendRawTransaction" in methods(asked) and len(lost) < 2:
            lost.append(asked)
            return DROP
        return None

    with proxy(client.rpc.url, lose_first_answers) as url:
        unlucky = client_of(url, tmp_path)
        unlucky.send(ALICE, contract, "count", [1, LABEL])
    assert len(lost) == 2
    assert lost[0][0]["params"] == lost[1][0]["params"]
    assert client.call(contract, "times", [1]) == 1


def test_an_act_is_not_done_again_because_a_second_node_has_not_heard_of_it(
    client: ChainClient, contract: Contract, tmp_path: Path
) -> None:
    """Behind one address stand two nodes: one took the act and its answer was lost, the other lags behind
    it."""
    client.send(ALICE, contract, "count", [0, LABEL])
    sends: list[Any] = []
    lagging = 3

    def two_nodes(asked: Any) -> Any:
        nonlocal lagging
        if "eth_sendRawTransaction" in methods(asked):
            sends.append(asked)
            return DROP if len(sends) == 1 else None
        if methods(asked) == ["eth_getTransactionByHash", "eth_getTransactionCount"] and lagging:
            lagging -= 1
            return [{"id": asked[0]["id"], "result": None}, {"id": asked[1]["id"], "result": "0x1"}]
        return None

    with proxy(client.rpc.url, two_nodes) as url:
        client_of(url, tmp_path).send(ALICE, contract, "count", [1, LABEL])
    assert lagging == 0
    assert len(sends) == 2
    assert client.call(contract, "times", [1]) == 1


def test_nonsense_is_no_transaction_to_finish(client: ChainClient) -> None:
    for raw in ("0x", "0x1234", "", "0x02c0", "hello", "0xf8" + "00" * 40):
        with pytest.raises(BadInput, match="no signed transaction"):
            client.finish(raw)


def test_acts_go_through_while_the_embedded_node_is_killed(tmp_path: Path) -> None:
    with EmbeddedChain(tmp_path / "state", linger=0) as chain:
        client = client_of(chain.locate, tmp_path)
        contract = counter(client)
        stop = threading.Event()

        def kill_now_and_then() -> None:
            while not stop.wait(0.4):
                with suppress(ProcessLookupError):
                    os.kill(chain.pid, signal.SIGKILL)
                time.sleep(0.6)

        killer = threading.Thread(target=kill_now_and_then)
        killer.start()
        try:
            for n in range(60):
                client.send(ALICE, contract, "count", [n, LABEL])
                time.sleep(0.02)
        finally:
            stop.set()
            killer.join()
        assert [client.call(contract, "times", [n]) for n in range(60)] == [1] * 60


def test_an_act_kept_before_it_left_can_be_finished_after_a_crash(
    client: ChainClient, contract: Contract, tmp_path: Path
) -> None:
    kept: list[str] = []

    def lose_it(asked: Any) -> Any:
        if "eth_sendRawTransaction" in methods(asked):
            return [failure(one, -32005, "limit exceeded") for one in asked]
        return None

    with proxy(client.rpc.url, lose_it) as url, pytest.raises(TransactionRejected):
        client_of(url, tmp_path).send(
            ALICE, contract, "count", [1, LABEL], on_signed=lambda signed: kept.append(signed.raw)
        )
    assert client.call(contract, "times", [1]) == 0
    mined = client.finish(kept[0])
    assert client.finish(kept[0]) == mined
    assert client.call(contract, "times", [1]) == 1


def test_an_act_whose_nonce_went_to_another_is_known_not_to_have_happened(
    client: ChainClient, contract: Contract, tmp_path: Path
) -> None:
    kept: list[str] = []

    def stop_here(signed: Any) -> None:
        kept.append(signed.raw)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.send(ALICE, contract, "count", [1, LABEL], on_signed=stop_here)
    client.send(ALICE, contract, "count", [2, LABEL])
    with pytest.raises(Conflict, match="did not happen"):
        client.finish(kept[0])
    assert client.call(contract, "times", [1]) == 0


def test_no_answer_at_all_is_said_after_patience_has_run_out() -> None:
    lonely = ChainClient("http://127.0.0.1:9", patience=0.3)
    with pytest.raises(ChainUnavailable) as unavailable:
        lonely.block_number()
    assert unavailable.value.status == "unavailable"
    with pytest.raises(BadInput, match="URL"):
        ChainClient("ftp://nowhere").block_number()


# --- networks that are not Anvil in its everyday clothes


def test_a_transaction_in_no_block_is_a_timeout_and_can_be_finished_later(tmp_path: Path) -> None:
    with anvil("--no-mining", *FREE) as url:
        client = client_of(url, tmp_path, timeout=1)
        kept: list[str] = []
        with pytest.raises(ReceiptTimeout) as late:
            client.send(ALICE, Contract("Counter", BOB.address), "count", [1, LABEL],
                        on_signed=lambda signed: kept.append(signed.raw))  # fmt: skip
        client.rpc.call("evm_mine")
        assert client.finish(kept[0]).tx == late.value.who


def test_a_block_counts_when_enough_blocks_follow_and_not_when_it_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_RESEND_AFTER", 0.2)
    with anvil("--no-mining", *FREE) as url:
        client = client_of(url, tmp_path, finality_depth=2)
        rpc = client.rpc
        with ThreadPoolExecutor(1) as pool:
            job = pool.submit(client.send, ALICE, Contract("Counter", BOB.address), "count", [1, LABEL])
            while int(rpc.call("txpool_status")["pending"], 16) == 0:
                time.sleep(0.01)
            snapshot = rpc.call("evm_snapshot")
            rpc.call("evm_mine")
            first = rpc.call("eth_getBlockByNumber", "latest", False)
            assert len(first["transactions"]) == 1
            time.sleep(0.3)
            assert not job.done(), "one block is not enough"
            rpc.call("evm_revert", snapshot)
            rpc.call("anvil_setNextBlockTimestamp", int(first["timestamp"], 16) + 100)
            while not job.done():
                rpc.call("evm_mine")
                time.sleep(0.1)
            mined = job.result()
        assert mined.block_hash != first["hash"]
        assert client.header(mined.block).hash == mined.block_hash
        assert client.final_block() == client.block_number() - 2
        assert client.final_block() >= mined.block


def test_a_chain_without_base_fee_gets_a_plain_price(tmp_path: Path) -> None:
    with anvil("--hardfork", "berlin", "--gas-price", "7") as url:
        client = client_of(url, tmp_path)
        client.rpc.call("anvil_setBalance", ALICE.address, hex(10**20))
        sent = client.transaction(client.pay(ALICE, BOB.address, 5).tx)
        assert (int(sent["type"], 16), int(sent["gasPrice"], 16)) == (0, 7)


def test_too_little_coin_for_the_fee_is_said(tmp_path: Path) -> None:
    with anvil() as url:
        client = client_of(url, tmp_path)
        with pytest.raises((TransactionRejected, RpcError), match=r"(?i)insufficient funds"):
            client.send(ALICE, Contract("Counter", BOB.address), "count", [1, LABEL])


def test_a_state_that_the_node_no_longer_has_is_said(tmp_path: Path) -> None:
    with anvil("--prune-history", "4", *FREE) as url:
        client = client_of(url, tmp_path)
        contract = counter(client)
        client.rpc.call("anvil_mine", 20)
        with pytest.raises(HistoryUnavailable):
            client.call(contract, "total", block=1)
        with pytest.raises(HistoryUnavailable):
            client.proof(contract.address, [0], 1)


@pytest.mark.parametrize("limit", [1, 7])
def test_logs_are_read_in_ranges_that_the_node_allows(
    client: ChainClient, contract: Contract, tmp_path: Path, limit: int
) -> None:
    first = client.block_number() + 1
    for n in range(20):
        client.send(ALICE, contract, "count", [n, LABEL])
    asked_for = []

    def refuse_long_ranges(asked: Any) -> Any:
        if methods(asked) != ["eth_getLogs"]:
            return None
        wanted = asked["params"][0]
        size = int(wanted["toBlock"], 16) - int(wanted["fromBlock"], 16) + 1
        asked_for.append(size)
        return failure(asked, -32005, "query returned more than 10000 results") if size > limit else None

    with proxy(client.rpc.url, refuse_long_ranges) as url:
        limited = client_of(url, tmp_path)
        logs = list(
            limited.logs(first, first + 19, [contract.address], [limited.abis.topic("Counter", "Counted")])
        )
    assert [int(log["topics"][2], 16) for log in logs] == list(range(20))
    assert max(asked_for) > limit >= min(asked_for)


def test_a_node_that_refuses_even_one_blocks_logs_is_believed(client: ChainClient, tmp_path: Path) -> None:
    def refuse(asked: Any) -> Any:
        return failure(asked, -32000, "no logs here") if methods(asked) == ["eth_getLogs"] else None

    with proxy(client.rpc.url, refuse) as url, pytest.raises(RpcError, match="no logs here"):
        list(client_of(url, tmp_path).logs(0, 5))


def test_receipts_come_one_by_one_where_blocks_are_not_offered(
    client: ChainClient, contract: Contract, tmp_path: Path
) -> None:
    block = client.send_many([Act(ALICE, contract, "count", [n, LABEL]) for n in range(3)])[0].block
    refused = []

    def without_block_receipts(asked: Any) -> Any:
        if methods(asked) != ["eth_getBlockReceipts"]:
            return None
        refused.append(asked)
        return failure(asked, -32601, "the method eth_getBlockReceipts does not exist")

    with proxy(client.rpc.url, without_block_receipts) as url:
        older = client_of(url, tmp_path)
        assert older.receipts(block) == older.receipts(block) == client.receipts(block)
    assert len(refused) == 1, "asked once, remembered"


# --- where contracts stand


def test_deployments_are_written_and_found_by_name(tmp_path: Path) -> None:
    deployments = Deployments(tmp_path / "somewhere")
    assert deployments.names() == []
    with pytest.raises(NotFound, match="not deployed"):
        deployments.contract("Cash")
    written = Deployment(
        "CashCNY",
        "0x" + "11" * 20,
        3,
        "0x" + "22" * 32,
        ["人民币", 5],
        "0x" + "33" * 32,
        "contract",
        "Cash",
        {"salt": 1},
    )
    deployments.write(written)
    assert deployments["CashCNY"] == written
    assert deployments.contracts() == [Contract("Cash", "0x" + "11" * 20)]
    content = json.loads((deployments.folder / "CashCNY.json").read_text())
    assert set(content) == {"address", "block", "tx", "args", "codeHash", "kind", "abi", "salt"}
