"""A chain in memory that gives logs as a node does, and can change its mind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.domain.history import Header

ABI_FOLDER = Path(__file__).parents[2] / "ledger/chain/abi"
Log = dict[str, Any]


@cache
def abi_of(contract: str) -> list[dict[str, Any]]:
    """The ABI that ships with the package."""
    return list(json.loads((ABI_FOLDER / f"{contract}.json").read_text())["abi"])


def address(name: str) -> str:
    """Some address, by a name."""
    return "0x" + hashlib.sha256(name.encode()).hexdigest()[:40]


def word(text: str) -> bytes:
    """ASCII in 32 bytes."""
    return text.encode().ljust(32, b"\0")


@dataclass
class Emitted:
    """One log to be mined: which contract said what."""

    address: str
    topics: list[str]
    data: str


def emit(at: str, contract: str, event: str, **args: Any) -> Emitted:
    """An event of a shipped ABI; bytes and addresses as strings of hexadecimal."""
    (entry,) = (e for e in abi_of(contract) if e["type"] == "event" and e["name"] == event)
    signature = f"{event}({','.join(map(_type, entry['inputs']))})"
    indexed = [p for p in entry["inputs"] if p["indexed"]]
    plain = [p for p in entry["inputs"] if not p["indexed"]]
    topics = [
        keccak(signature.encode()),
        *(encode([_type(p)], [_value(p, args[p["name"]])]) for p in indexed),
    ]
    data = encode([_type(p) for p in plain], [_value(p, args[p["name"]]) for p in plain])
    return Emitted(at, ["0x" + t.hex() for t in topics], "0x" + data.hex())


def moved(
    cash: str, source: str, to: str, amount: int, out_offset: int, in_offset: int, document: bytes = bytes(32)
) -> Emitted:
    """One cash move."""
    offsets = {"outOffset": out_offset, "inOffset": in_offset}
    return emit(
        cash, "Cash", "Moved", fromAxis=source, toAxis=to, amount=amount, document=document, **offsets
    )


def _type(part: Mapping[str, Any]) -> str:
    kind: str = part["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(_type, part['components']))}){kind.removeprefix('tuple')}"


def _value(part: Mapping[str, Any], value: Any) -> Any:
    if part["type"] == "tuple":
        return tuple(_value(p, value[p["name"]]) for p in part["components"])
    if part["type"].endswith("]"):
        return [_value({**part, "type": part["type"].rpartition("[")[0]}, one) for one in value]
    if part["type"].startswith("bytes") and isinstance(value, str):
        return bytes.fromhex(value.removeprefix("0x"))
    return value


@dataclass
class Block:
    header: Header
    logs: list[Log] = field(default_factory=list)


class FakeChain:
    """Blocks from number 0 on; satisfies `LogSource`. `salt` tells forks apart."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.salt = 0
        self.asked = 0
        self.mine([])

    def mine(self, transactions: Sequence[Sequence[Emitted]]) -> int:
        """One block; each inner list is a transaction. Returns its number."""
        number = len(self.blocks)
        parent = self.blocks[-1].header.hash if self.blocks else "0x" + "00" * 32
        own = _hash(f"{parent}/{number}/{self.salt}/{transactions!r}")
        block = Block(Header(number, own, parent, 1_600_000_000 + 60 * number))
        for index, emitted in enumerate(transactions):
            tx = _hash(f"{own}/{index}")
            block.logs += [_log(block.header, tx, len(block.logs) + i, one) for i, one in enumerate(emitted)]
        self.blocks.append(block)
        return number

    def fork(self, after: int) -> None:
        """Forgets every block above `after`; what is mined next has other hashes."""
        del self.blocks[after + 1 :]
        self.salt += 1

    # --- LogSource ---

    def get_logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        self.asked += 1
        wanted = {a.lower() for a in addresses}
        return [
            log
            for block in self.blocks[first : last + 1]
            for log in block.logs
            if log["address"].lower() in wanted
        ]

    def headers(self, numbers: Sequence[int]) -> list[Header | None]:
        self.asked += 1
        return [self.blocks[n].header if n < len(self.blocks) else None for n in numbers]

    def head(self) -> int:
        return len(self.blocks) - 1


def _hash(text: str) -> str:
    return "0x" + hashlib.sha256(text.encode()).hexdigest()


def _log(header: Header, tx: str, index: int, one: Emitted) -> Log:
    return {
        "address": one.address,
        "topics": one.topics,
        "data": one.data,
        "blockNumber": hex(header.number),
        "blockHash": header.hash,
        "transactionHash": tx,
        "logIndex": hex(index),
    }
