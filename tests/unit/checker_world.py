"""A chain in miniature, with real headers, tries and proofs, on which `Cash` alone lives.

Moves keep the contract's counters; refunds emit the event of `Proceeds`. Nothing refuses anything: hostile
histories can be built as well as honest ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import rlp
from eth_hash.auto import keccak

from ledger.reports.checker.answers import PROJECT
from ledger.reports.checker.moves import AXES_SLOT, CONTROLLERS_SLOT, LINE_OPENED, MOVED, REFUNDED, SOURCE
from ledger.reports.checker.proofs import hexed, rlp_int, word
from ledger.reports.sources import Place, Purpose
from ledger.reports.tries import Trie
from ledger.reports.wire import receipt_bytes, transaction_bytes

CHAIN_ID = 31337
CASH = "0x" + "ca" * 20
CONTROLLER = "0x" + "c0" * 20
CODE_HASH = keccak(b"Cash")
ZERO = "0x" + "00" * 32
SOURCE_AXIS = SOURCE
PROCEEDS = b"PROCEEDS".ljust(32, b"\0")
FIELDS = (
    "parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom difficulty number "
    "gasLimit gasUsed timestamp extraData mixHash nonce baseFeePerGas"
)


@dataclass
class Header:
    fields: dict[str, Any]


@dataclass
class Tx:
    fields: dict[str, Any]
    logs: list[dict[str, Any]] = field(default_factory=list)


class World:
    """Moves go into the transaction begun last; `mine` makes a block of those since the block before."""

    def __init__(self) -> None:
        self.chain_id = CHAIN_ID
        self.blocks: list[dict[str, Any]] = []
        self.waiting: list[Tx] = []
        self.txs: dict[str, Tx] = {}
        self.by_block: list[list[Tx]] = []
        self.slots: dict[int, int] = {}
        self.states: list[tuple[Trie, Trie, dict[int, int]]] = []
        self.slots[_key(PROCEEDS, CONTROLLERS_SLOT)] = int(CONTROLLER, 16)
        self.count = 0
        self.mine()

    # --- acting ---

    def begin(self) -> None:
        self.count += 1
        fields = {
            "type": hex([0, 2][self.count % 2]),
            "chainId": hex(CHAIN_ID),
            "nonce": hex(self.count),
            "gasPrice": "0x1",
            "maxPriorityFeePerGas": "0x0",
            "maxFeePerGas": "0x2",
            "gas": "0x5208",
            "to": CONTROLLER,
            "value": "0x0",
            "input": "0x",
            "accessList": [],
            "v": "0x1b",
            "yParity": "0x0",
            "r": "0x1",
            "s": "0x1",
        }
        self.waiting.append(Tx(fields))

    def move(self, source: str, target: str, amount: int, document: str = ZERO) -> None:
        out, into = self.counters(source)[1], self.counters(target)[0]
        self.count_on(source, out=amount)
        self.count_on(target, into=amount)
        self.emit(CASH, [MOVED, word(source), word(target)], [amount, out, into, document])

    def refund(self, payer: str, line: Purpose, reversed_axis: str, offset: int, amount: int) -> None:
        into = self.counters(line.axis)[0]
        self.move(payer, line.axis, amount, document="0x" + "dd" * 32)
        topics = [REFUNDED, word(7), word(int(line.parts[0])), word(reversed_axis)]
        self.emit(CONTROLLER, topics, [offset, amount, into, ZERO])

    def open_line(self, line: int, name: str, project: str) -> None:
        """In the transaction begun last, as if the project had the line's number."""
        number = word(line)
        self.emit(
            CONTROLLER, [PROJECT, number, word(1), word(CASH)], [0, ZERO, 1000, 5 * 32, ZERO, *_text(project)]
        )
        self.emit(CONTROLLER, [LINE_OPENED, number, word(7), number], [1000, 1, 3 * 32, *_text(name)])

    def emit(self, address: str, topics: Iterable[bytes], data: Iterable[int | str]) -> None:
        log = {"address": address, "topics": [hexed(topic) for topic in topics]}
        self.waiting[-1].logs.append({**log, "data": hexed(b"".join(word(part) for part in data))})

    def counters(self, axis: str) -> tuple[int, int]:
        packed = self.slots.get(_key(word(axis), AXES_SLOT), 0)
        return packed & ((1 << 112) - 1), packed >> 112 & ((1 << 112) - 1)

    def count_on(self, axis: str, into: int = 0, out: int = 0) -> None:
        key = _key(word(axis), AXES_SLOT)
        start = (2 if axis == SOURCE_AXIS else int(axis.startswith(hexed(b"axis")))) << 224
        self.slots[key] = self.slots.get(key, start) + into + (out << 112)

    def mine(self) -> None:
        number, txs, self.waiting = len(self.blocks), self.waiting, []
        receipts = []
        for index, tx in enumerate(txs):
            encoded = _encoded(tx.fields)
            tx.fields["hash"] = hexed(keccak(encoded))
            receipts.append(
                {
                    "type": tx.fields["type"],
                    "status": "0x1",
                    "cumulativeGasUsed": hex(21000 * (index + 1)),
                    "logsBloom": "0x" + "00" * 256,
                    "logs": tx.logs,
                    "transactionHash": tx.fields["hash"],
                    "blockNumber": hex(number),
                }
            )
            tx.fields["blockNumber"] = hex(number)
            before = sum(len(one["logs"]) for one in receipts[:-1])
            for position, log in enumerate(tx.logs):
                log |= {"blockNumber": hex(number), "transactionHash": tx.fields["hash"]}
                log["logIndex"] = hex(before + position)
            self.txs[tx.fields["hash"]] = tx
        self.by_block.append(txs)
        self.states.append(self._state())
        sent = Trie({rlp_int(i): transaction_bytes(tx.fields) for i, tx in enumerate(txs)})
        paid = Trie({rlp_int(i): receipt_bytes(receipt) for i, receipt in enumerate(receipts)})
        self.blocks.append(self._header(number, sent, paid) | {"receipts": receipts})

    def _state(self) -> tuple[Trie, Trie, dict[int, int]]:
        storage = Trie({keccak(word(key)): rlp.encode(value) for key, value in self.slots.items() if value})
        accounts = {CASH: rlp.encode([1, 0, storage.root, CODE_HASH])}
        accounts |= {"0x" + f"{i:040x}": rlp.encode([i, 1, b"", b""]) for i in range(1, 20)}
        trie = Trie({keccak(bytes.fromhex(who[2:])): value for who, value in accounts.items()})
        return trie, storage, dict(self.slots)

    def _header(self, number: int, sent: Trie, paid: Trie) -> dict[str, Any]:
        fields: dict[str, Any] = dict.fromkeys(FIELDS.split(), "0x")
        fields |= dict.fromkeys(("sha3Uncles", "mixHash"), ZERO)
        fields["parentHash"] = self.blocks[-1]["hash"] if self.blocks else ZERO
        fields |= {"miner": "0x" + "00" * 20, "logsBloom": "0x" + "00" * 256, "nonce": "0x" + "00" * 8}
        fields |= {"stateRoot": hexed(self.states[-1][0].root), "transactionsRoot": hexed(sent.root)}
        fields |= {"receiptsRoot": hexed(paid.root), "number": hex(number), "timestamp": hex(1000 + number)}
        fields |= dict.fromkeys(["difficulty", "gasUsed"], "0x0") | {
            "gasLimit": "0x1c9c380",
            "baseFeePerGas": "0x7",
        }
        return fields | {"hash": hexed(keccak(rlp.encode([_item(n, fields[n]) for n in FIELDS.split()])))}

    # --- reading: EvidenceChain ---

    def headers(self, numbers: Iterable[int]) -> list[Header]:
        return [Header(self.blocks[number]) for number in numbers]

    def receipts(self, block: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.blocks[block]["receipts"]
        return found

    def transaction(self, tx: str) -> dict[str, Any]:
        return self.txs[tx].fields

    def proof(self, address: str, slots: Sequence[int], block: int) -> dict[str, Any]:
        accounts, storage, values = self.states[block]
        return {
            "codeHash": hexed(CODE_HASH),
            "accountProof": [hexed(n) for n in accounts.proof(keccak(bytes.fromhex(address[2:])))],
            "storageProof": [
                {
                    "value": hex(values.get(slot, 0)),
                    "proof": [hexed(n) for n in storage.proof(keccak(word(slot)))],
                }
                for slot in slots
            ],
        }

    def logs(
        self,
        first: int,
        last: int,
        addresses: Sequence[str] | None = None,
        topics: Sequence[Any] | None = None,
    ) -> Iterator[dict[str, Any]]:
        for txs in self.by_block[first : last + 1]:
            for log in (log for tx in txs for log in tx.logs):
                if log["address"] in (addresses or []) and _fits(log["topics"], topics or []):
                    yield log

    def places(self) -> list[Place]:
        return [Place(int(tx.logs[0]["blockNumber"], 16), tx.fields["hash"]) for tx in self.txs.values()]


def _text(text: str) -> list[int]:
    """The tail of a string among an event's data: its length, then its bytes in one word."""
    raw = text.encode()
    return [len(raw), int.from_bytes(raw.ljust(32, b"\0"), "big")]


def _key(key: bytes, slot: int) -> int:
    return int.from_bytes(keccak(key + word(slot)), "big")


def _fits(had: Sequence[str], wanted: Sequence[Any]) -> bool:
    pairs = zip(had, wanted, strict=False)
    return all(want is None or one == want or (isinstance(want, list) and one in want) for one, want in pairs)


def _item(name: str, value: str) -> Any:
    integers = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas")
    return int(value, 16) if name in integers else bytes.fromhex(value[2:])


def _encoded(f: dict[str, Any]) -> bytes:
    """A legacy or an EIP-1559 transaction, by the reference's RLP."""
    to, data = bytes.fromhex(f["to"][2:]), b""
    if f["type"] == "0x0":
        return bytes(rlp.encode([int(f["nonce"], 16), 1, 21000, to, 0, data, 27, 1, 1]))
    return b"\x02" + rlp.encode([CHAIN_ID, int(f["nonce"], 16), 0, 2, 21000, to, 0, data, [], 0, 1, 1])
