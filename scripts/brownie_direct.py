"""A pytest plugin for Brownie's runs: an act or a question costs one request to the node, a refused act two.

Brownie is made for a developer's console. For each transaction it asks the node some fifteen times (prices,
nonces, the transaction, the receipt, the block), takes a snapshot so that the act can be undone by hand, and
reads a trace of every step of what was refused. Tests here need the receipt, the events and the refusal's
bytes. So acts and questions go straight to the node; contracts, encoding, decoding, errors and events stay
Brownie's, and whatever else a test asks of an act is asked of Brownie's own receipt, when it is asked.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.client import HTTPConnection
from threading import local
from typing import Any
from urllib.parse import urlsplit

import eth_event
from brownie import web3
from brownie.exceptions import VirtualMachineError
from brownie.network import contract as brownie_contract
from brownie.network import event as brownie_event
from brownie.network.account import Account
from brownie.network.contract import ContractCall, _ContractMethod
from brownie.network.state import Chain
from brownie.network.transaction import TransactionReceipt
from eth_utils import to_checksum_address
from hexbytes import HexBytes
from web3.datastructures import AttributeDict
from web3.providers import HTTPProvider

PAUSES = (0.002, 0.005, 0.02, 0.1, 0.5, 2.0)
"""While a node mines, a transaction is in no block for an instant; then its receipt is asked for again."""

NO_STEPS = {"disableStack": True, "disableStorage": True, "enableMemory": False}

_here = local()
_checksummed = cache(to_checksum_address)


# --- requests ---


def post(uri: str, method: str, params: Any) -> dict[str, Any]:
    """The node's answer, over a connection that stays open and is opened once more when it was closed."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, default=_hex)
    for last_try in (False, True):
        try:
            connection = _connection(uri)
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            return json.loads(connection.getresponse().read())
        except ConnectionError:
            _here.connection = None
            if last_try:
                raise


def _connection(uri: str) -> HTTPConnection:
    """A node that was started anew has another port."""
    if getattr(_here, "uri", None) != uri or _here.connection is None:
        address = urlsplit(uri)
        _here.uri, _here.connection = uri, HTTPConnection(address.hostname, address.port, timeout=120)
    return _here.connection


def _hex(value: Any) -> str:
    return "0x" + bytes(value).hex()


def ask(method: str, *params: Any) -> Any:
    """The result; RuntimeError when the node has none to give."""
    answer = web3.provider.make_request(method, params)
    if "error" in answer:
        raise RuntimeError(f"{method}: {answer['error']}")
    return answer["result"]


# --- acts ---


class Act:
    """A transaction that was mined. What is not here, Brownie's receipt of it has."""

    def __init__(self, sender: Any, receipt: dict[str, Any]) -> None:
        self.sender = sender
        self.txid = receipt["transactionHash"]
        self.status = int(receipt["status"], 16)
        self.block_number = int(receipt["blockNumber"], 16)
        self.gas_used = int(receipt["gasUsed"], 16)
        self._receipt = receipt
        self._events: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(TransactionReceipt(self.txid, self.sender, silent=True), name)

    @property
    def logs(self) -> list[AttributeDict]:
        return [AttributeDict(_log(entry)) for entry in self._receipt["logs"]]

    @property
    def events(self) -> Any:
        if self._events is None:
            decoded = [one for log in self._receipt["logs"] for one in _decoded(_log(log))]
            self._events = brownie_event.EventDict(map(brownie_event.format_event, decoded))
        return self._events


def _log(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {
        "address": _checksummed(entry["address"]),
        "topics": [HexBytes(topic) for topic in entry["topics"]],
        "data": HexBytes(entry["data"]),
        "logIndex": int(entry["logIndex"], 16),
    }


def _decoded(log: dict[str, Any]) -> Any:
    topics = brownie_event._deployment_topics.get(log["address"], brownie_event._topics)
    return eth_event.decode_logs([log], topics, allow_undecoded=True)


def sent(transaction: dict[str, Any]) -> dict[str, Any]:
    """The receipt of a transaction that is sent now; VirtualMachineError when the node will not take it."""
    method = "eth_sendTransactionSync" if answers_with_the_receipt() else "eth_sendTransaction"
    answer = web3.provider.make_request(method, [transaction])
    result = answer["result"] if "error" not in answer else _mined_all_the_same(answer["error"])
    return result if isinstance(result, dict) else receipt_of(result)


def _mined_all_the_same(error: dict[str, Any]) -> str:
    """The hash of what was refused: Ganache calls that an error, and mines it."""
    data = error.get("data")
    found = data.get("hash") if isinstance(data, dict) else data
    if not isinstance(found, str) or len(found) != 66:
        raise _refusal(error)
    return found


@cache
def answers_with_the_receipt() -> bool:
    """Anvil does; Ganache with the transaction's hash."""
    return ask("web3_clientVersion").startswith("anvil/")


def receipt_of(transaction_hash: str) -> dict[str, Any]:
    for pause in (*PAUSES, 0):
        if (receipt := ask("eth_getTransactionReceipt", transaction_hash)) is not None:
            return receipt
        time.sleep(pause)
    raise RuntimeError(f"no receipt of {transaction_hash}")


def _refusal(error: dict[str, Any]) -> VirtualMachineError:
    return VirtualMachineError(ValueError(error | {"data": error.get("data") or "0x"}))


def transfer(
    self: Account,
    to: Any = None,
    amount: int = 0,
    gas_limit: int | None = None,
    gas_price: int | None = None,
    data: str | None = None,
    **_: Any,
) -> Act:
    """As Brownie's, on a development network: mined at once, and an act that is refused is mined too."""
    transaction = {
        "from": self.address,
        "value": hex(amount),
        "gas": hex(gas_limit or Chain().block_gas_limit),
        "data": data or "0x",
    }
    if to is not None:
        transaction["to"] = str(to)
    if gas_price is not None:
        transaction["gasPrice"] = hex(gas_price)
    act = Act(self, sent(transaction))
    if not act.status:
        raise _refusal_of(act)
    return act


def _refusal_of(act: Act) -> VirtualMachineError:
    output = ask("debug_traceTransaction", act.txid, NO_STEPS).get("returnValue")
    refusal = _refusal({"message": "execution reverted", "data": output})
    # Ganache gives no bytes; then Brownie finds them in the last step's memory.
    return refusal if output else refusal._with_attr(revert_msg=act.revert_msg)


# --- questions ---


def call(self: _ContractMethod, *args: Any, block_identifier: Any = None, override: Any = None) -> Any:
    args, options = brownie_contract._get_tx(self._owner, args)
    question = {"to": self._address, "data": self.encode_input(*args)}
    if options["from"]:
        question["from"] = str(options["from"])
    block = hex(block_identifier) if isinstance(block_identifier, int) else block_identifier or "latest"
    answer = web3.provider.make_request("eth_call", [question, block, *([override] if override else [])])
    if "error" in answer:
        raise _refusal(answer["error"])
    if self.abi["outputs"] and answer["result"] == "0x":
        raise ValueError("No data was returned - the call likely reverted")
    return self.decode_output(answer["result"])


# --- time, which is the node's alone, without the snapshots that Brownie's `undo` would need ---


def now(self: Chain) -> int:
    """When the last block was mined."""
    return int(ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16)


def sleep(self: Chain, seconds: int) -> None:
    ask("evm_increaseTime", hex(seconds))


def mine(self: Chain) -> None:
    """One block."""
    ask("evm_mine")


@contextmanager
def undone() -> Iterator[None]:
    """What happens to the chain inside has not happened afterwards."""
    snapshot = ask("evm_snapshot")
    yield
    assert ask("evm_revert", snapshot), f"the node has no snapshot {snapshot}"


HTTPProvider.make_request = lambda self, method, params: post(self.endpoint_uri, method, params)
Account.transfer = transfer
_ContractMethod.call = call
ContractCall.__call__ = call
Chain.time, Chain.sleep, Chain.mine = now, sleep, mine
