"""The contracts on a local Anvil over plain JSON-RPC: deployed by the plan, called, read back as tuples."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from eth_abi.abi import decode, encode
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address

from ledger.bootstrap.plan import DeploymentPlan, Ref, Wire
from ledger.domain.typed_data import Statement

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "ledger" / "chain" / "abi"
GAS = hex(8_000_000)
View = tuple[str, str, tuple[Any, ...]]
CLONE = (
    bytes.fromhex("3d602d80600a3d3981f3363d3d373d3d3d363d73"),
    bytes.fromhex("5af43d82803e903d91602b57fd5bf3"),
)
MANY = "0x" + "4d" * 20
MANY_CODE = bytes.fromhex(
    "6000 6000"  # where the next question is in the input, and where its answer comes to stand in memory
    "5b 8136 11 600e 57"  # while there are questions:
    "6000 f3"  # (none is left: all the answers)
    "5b 8135 6060 1c"  # the address of 20 bytes,
    "82 6014 01 35 60f0 1c"  # the length in 2,
    "80 84 6016 01 84 6005 01 37"  # the data: copied to where the answer will stand;
    "6000 6000 82 85 6005 01 85 5a fa"  # asked;
    "60f8 1b 3d 60d8 1b 17 83 52"  # answered in 1 byte (refused or not), 4 (length)
    "3d 6000 84 6005 01 3e"  # and the data;
    "91 3d 01 6005 01 91 6016 01 90 50 91 82 01 91 50"  # go on behind both
    "6004 56"
)
"""Code at the address `MANY`, which asks many questions at one go: a call for each costs Anvil far more."""
SETTINGS = "((address,uint8)[],(address,bytes4,(uint8,uint96,uint96))[],(address,uint32,uint32,bool)[])"


@dataclass(frozen=True)
class Reverted(Exception):
    """A refused call: the error's name and its arguments."""

    name: str
    values: tuple[Any, ...]


# --- a node -----------------------------------------------------------------------------------------------


class Node:
    """An Anvil that mines when told to, at the time it is told; killed on leaving."""

    def __init__(self, timestamp: int) -> None:
        binary = next(ROOT.glob("node_modules/@foundry-rs/anvil-*/bin/anvil"))
        options = (
            f"--port 0 --hardfork paris --accounts 0 --auto-impersonate --no-mining --timestamp {timestamp}"
        )
        # It keeps no states of blocks that are past: it would copy the whole state for each.
        free = "--prune-history --gas-limit 1000000000 --gas-price 0 --block-base-fee-per-gas 0"
        command = [str(binary), *options.split(), *free.split(), "--disable-min-priority-fee"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.http = http.client.HTTPConnection(self._address(), timeout=60)
        self.ask([("anvil_setLoggingEnabled", [False]), ("anvil_setCode", [MANY, "0x" + MANY_CODE.hex()])])

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self.process.kill()
        self.process.wait()

    def ask(self, questions: Sequence[tuple[str, list[Any]]]) -> list[Any]:
        """One batch; each answer is a result, or the error as a mapping with the key `code`."""
        body = [
            {"jsonrpc": "2.0", "id": id_, "method": method, "params": params}
            for id_, (method, params) in enumerate(questions)
        ]
        self.http.request("POST", "/", json.dumps(body), {"content-type": "application/json"})
        answers = json.loads(self.http.getresponse().read())
        return [a.get("result", a.get("error")) for a in sorted(answers, key=lambda a: a["id"])]

    def _address(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"Listening on (\S+)", line):
                return found[1]
        raise RuntimeError("Anvil did not start")


# --- encoding ---------------------------------------------------------------------------------------------


class Abi:
    """One contract's functions, events and errors."""

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        self.entries = list(entries)
        self.functions = {e["name"]: e for e in self.entries if e["type"] == "function"}
        self.events = {keccak(_signature(e)): e for e in self.entries if e["type"] == "event"}
        self.errors = {keccak(_signature(e))[:4]: e for e in self.entries if e["type"] == "error"}

    @cached_property
    def selectors(self) -> dict[str, bytes]:
        return {name: keccak(_signature(entry))[:4] for name, entry in self.functions.items()}

    def call(self, function: str, args: Sequence[Any]) -> str:
        inputs = self.functions[function]["inputs"]
        return "0x" + (self.selectors[function] + encode(_types(inputs), _plain(inputs, args))).hex()

    def creation(self, args: Sequence[Any]) -> bytes:
        inputs = next((e["inputs"] for e in self.entries if e["type"] == "constructor"), [])
        return encode(_types(inputs), _plain(inputs, args))

    def answer(self, function: str, data: bytes) -> Any:
        outputs = self.functions[function]["outputs"]
        values = _decoded(outputs, data)
        return values[0] if len(values) == 1 else values or None

    def event(self, log: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]] | None:
        topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
        entry = self.events.get(topics[0])
        if entry is None:
            return None
        indexed = [i for i in entry["inputs"] if i["indexed"]]
        other = [i for i in entry["inputs"] if not i["indexed"]]
        values = iter(_decoded(indexed, b"".join(topics[1:])))
        rest = iter(_decoded(other, bytes.fromhex(log["data"][2:])))
        return entry["name"], tuple(next(values if i["indexed"] else rest) for i in entry["inputs"])


def _types(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    return [_type(entry) for entry in entries]


def _type(entry: Mapping[str, Any]) -> str:
    if not entry["type"].startswith("tuple"):
        return str(entry["type"])
    return f"({','.join(_types(entry['components']))}){entry['type'].removeprefix('tuple')}"


def _signature(entry: Mapping[str, Any]) -> bytes:
    return f"{entry['name']}({','.join(_types(entry['inputs']))})".encode()


def _plain(entries: Sequence[Mapping[str, Any]], values: Sequence[Any]) -> list[Any]:
    return [_plain_one(entry, value) for entry, value in zip(entries, values, strict=True)]


def _plain_one(entry: Mapping[str, Any], value: Any) -> Any:
    if entry["type"] == "tuple[]":
        return [_plain_one({**entry, "type": "tuple"}, item) for item in value]
    if isinstance(value, Mapping):
        value = [value[part["name"]] for part in entry["components"]]
    elif isinstance(value, Statement):
        value = value.values()
    elif is_dataclass(value) and not isinstance(value, type):
        value = astuple(value)
    return tuple(_plain(entry["components"], value)) if entry["type"] == "tuple" else value


def _decoded(entries: Sequence[Mapping[str, Any]], data: bytes) -> tuple[Any, ...]:
    types = _types(entries)
    return tuple(_checksummed(t, v) for t, v in zip(types, decode(types, data), strict=True))


def _checksummed(kind: str, value: Any) -> Any:
    if kind == "address":
        return to_checksum_address(value)
    if kind.endswith("[]"):
        return tuple(_checksummed(kind[:-2], item) for item in value)
    if kind.startswith("("):
        return tuple(_checksummed(k, v) for k, v in zip(_split(kind), value, strict=True))
    return value


def _split(kind: str) -> list[str]:
    """The parts of a tuple type, nested ones whole."""
    parts, depth, start = [], 0, 1
    for at, letter in enumerate(kind):
        depth += (letter == "(") - (letter == ")")
        if (letter == "," and depth == 1) or depth == 0:
            parts.append(kind[start:at])
            start = at + 1
            if depth == 0:
                break
    return parts


@dataclass(frozen=True)
class Mark:
    """A state of the chain to go back to, once: Anvil forgets it then."""

    snapshot: str
    timestamp: int
    block: int


# --- a deployment -----------------------------------------------------------------------------------------


class Chain:
    """A deployment of the plan. Addresses are EIP-55; structs go in as dataclasses, come out as tuples."""

    def __init__(
        self, node: Node, deployer: str, plan: DeploymentPlan, timestamp: int, more: Sequence[Wire] = ()
    ) -> None:
        self.node = node
        self.timestamp = timestamp
        self.block = 0
        self.abis = {name: Abi(_artifact(name)["abi"]) for name in _names()}
        self.errors = {
            selector: entry for abi in self.abis.values() for selector, entry in abi.errors.items()
        }
        self.addresses: dict[str, str] = {}
        self.abi_at: dict[str, Abi] = {}
        self._questions: dict[View, bytes] = {}
        self._answers: dict[View, tuple[bytes, Any]] = {}
        self._create(deployer, plan)
        self._wire(deployer, plan, more)

    # --- setting up ---

    def _create(self, deployer: str, plan: DeploymentPlan) -> None:
        for creation in plan.creations():
            args = [self._resolved(argument) for argument in creation.args]
            abi = self.abis[creation.artifact]
            data = _artifact(creation.artifact)["bytecode"] + abi.creation(args).hex()
            receipt = self._mine({"from": deployer, "data": data, "gas": GAS, "gasPrice": "0x0"})
            address = to_checksum_address(receipt["contractAddress"])
            self.addresses[creation.name] = address
            self.abi_at[address] = self.abis[creation.abi]

    def _wire(self, deployer: str, plan: DeploymentPlan, more: Sequence[Wire]) -> None:
        powers = self.addresses["Powers"]
        for wire in (*plan.wires(), *more):
            target = self.addresses[wire.target]
            args = [self._resolved(argument) for argument in wire.args]
            data = bytes.fromhex(self.abi_at[target].call(wire.function, args)[2:])
            self.send(deployer, powers, "wire", (target, data))
        self.send(deployer, powers, "constitute", (plan.operator, plan.guardian, plan.delay))

    def _resolved(self, argument: Any) -> Any:
        return self.addresses[argument.name] if isinstance(argument, Ref) else argument

    def mark(self) -> Mark:
        return Mark(self.node.ask([("evm_snapshot", [])])[0], self.timestamp, self.block)

    def go_back(self, mark: Mark) -> None:
        assert self.node.ask([("evm_revert", [mark.snapshot])]) == [True], mark
        self.timestamp, self.block = mark.timestamp, mark.block

    # --- accounts ---

    def place(self, salt: bytes, settings: Sequence[Any]) -> str:
        """Where the factory will put an account: EIP-1014 over EIP-1167's code."""
        code = bytes.fromhex(self.addresses["Account-implementation"][2:]).join(CLONE)
        salted = keccak(encode(["bytes32", SETTINGS], [salt, settings]))
        factory = bytes.fromhex(self.addresses["AccountFactory"][2:])
        return str(to_checksum_address(keccak(b"\xff" + factory + salted + keccak(code))[12:]))

    def decode(self, at: str, data: bytes) -> tuple[str, tuple[Any, ...]]:
        """The function and arguments of a call to the contract there."""
        abi = self.abi_at[at]
        function = next(name for name, selector in abi.selectors.items() if selector == data[:4])
        return function, _decoded(abi.functions[function]["inputs"], data[4:])

    # --- acting and asking ---

    def send(self, sender: str, at: str, function: str, args: Sequence[Any]) -> Mapping[str, Any]:
        """Mines the act in a block of its own, at the chain's time; the receipt, whatever its status."""
        data = self.abi_at[at].call(function, args)
        return self._mine({"from": sender, "to": at, "data": data, "gas": GAS, "gasPrice": "0x0"})

    def _mine(self, transaction: Mapping[str, Any]) -> Mapping[str, Any]:
        self.timestamp += 1
        self.block += 1
        sent = self.node.ask([("eth_sendTransaction", [transaction])])[0]
        assert isinstance(sent, str), f"the node would not take it: {sent}"
        self.node.ask([("evm_mine", [self.timestamp])])
        receipt: Mapping[str, Any] = self.node.ask([("eth_getTransactionReceipt", [sent])])[0]
        return receipt

    def ask(self, sender: str, at: str, function: str, args: Sequence[Any]) -> Any:
        """What the act would return if it were mined in the next block.

        Raises:
            Reverted: with the contract's own error.
        """
        data = self.abi_at[at].call(function, args)
        transaction = {"from": sender, "to": at, "data": data, "gas": GAS, "gasPrice": "0x0"}
        override: list[Any] = [transaction, "latest", {}, {"time": hex(self.timestamp + 1)}]
        answer = self.node.ask([("eth_call", override)])[0]
        if isinstance(answer, Mapping):
            raise self._reverted(answer)
        return self.abi_at[at].answer(function, bytes.fromhex(answer[2:]))

    def read(self, views: Sequence[View]) -> list[Any]:
        """Many views at one go, on the latest block."""
        questions = b"".join(map(self._question, views)).hex()
        answer = self.node.ask([("eth_call", [{"to": MANY, "data": "0x" + questions}, "latest"])])[0]
        assert isinstance(answer, str), answer
        return [self._answer(view, one) for view, one in zip(views, _cut(answer), strict=True)]

    def _question(self, view: View) -> bytes:
        if view not in self._questions:
            data = bytes.fromhex(self.abi_at[view[0]].call(view[1], view[2])[2:])
            self._questions[view] = bytes.fromhex(view[0][2:]) + len(data).to_bytes(2, "big") + data
        return self._questions[view]

    def _answer(self, view: View, answer: bytes) -> Any:
        """Decoded once for each different answer: most views say the same after most acts."""
        known = self._answers.get(view)
        if known is None or known[0] != answer:
            done, data = answer[0], answer[5:]
            meaning = self.abi_at[view[0]].answer(view[1], data) if done else self._refusal(data)
            known = self._answers[view] = (answer, meaning)
        return known[1]

    def events(self, receipt: Mapping[str, Any]) -> list[tuple[str, str, tuple[Any, ...]]]:
        """(emitter, name, arguments) of every log; a log that no ABI knows is an error."""
        found = []
        for log in receipt["logs"]:
            emitter = to_checksum_address(log["address"])
            event = self.abi_at[emitter].event(log)
            assert event is not None, f"a log of {emitter} that its ABI does not know: {log['topics']}"
            found.append((emitter, *event))
        return found

    def _reverted(self, error: Mapping[str, Any]) -> Reverted:
        return self._refusal(bytes.fromhex((error.get("data") or "0x")[2:]), error.get("message"))

    def _refusal(self, data: bytes, message: str | None = None) -> Reverted:
        if data[:4] == keccak(b"Panic(uint256)")[:4]:
            return Reverted("Panic", (int.from_bytes(data[4:], "big"),))
        entry = self.errors.get(data[:4])
        if entry is None:
            return Reverted(f"no known error: {message}", (data,))
        return Reverted(entry["name"], _decoded(entry["inputs"], data[4:]))


def _cut(answers: str) -> Iterator[bytes]:
    """What `MANY` answers, one by one: refused or not in a byte, the length in four, the data."""
    rest = memoryview(bytes.fromhex(answers[2:]))
    while rest:
        end = 5 + int.from_bytes(rest[1:5], "big")
        yield bytes(rest[:end])
        rest = rest[end:]


def _artifact(name: str) -> dict[str, Any]:
    return dict(json.loads((ARTIFACTS / f"{name}.json").read_text(encoding="utf-8")))


def _names() -> list[str]:
    return [p.stem for p in sorted(ARTIFACTS.glob("*.json")) if p.stem != "manifest"]
