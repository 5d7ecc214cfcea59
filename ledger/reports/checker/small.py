#!/usr/bin/env python3
"""A second checker of evidence packs, to be read in one sitting; it shares no line with the first one.

    python3 small.py [DIR or FILE.zip]     Python 3.9 or later; exits with 1 and says why unless all follows

CHECKED of any pack: its files are those of manifest.json; headers lead to the block hash; each transaction
and its receipt are in their block; each word of storage is in the state; moves.json has the moves of the
receipts and no others; no transaction that the answer names is left out; axes are what counters.json says.
NONE MISSING, since the moves laid end to end reach both counters in the state: of a bond's books (bond,
project, idle, two dates), of an account, of a statement's money.
OF THE ANSWER: of a bond, where each raised fen went and the sums by state; of an account and of a statement's
money, each line and the sums.
NOT HERE, but in verify_pack.py: who signed the block hash; the answers of other kinds; of these the names,
what became of money after it was paid, other rules, units, pieces and legs; that no refund is made up; which
moves cite which document.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

# --- what Ethereum proves: keccak-256, RLP, tries -------------------------------------------------------

_CONSTANTS = (
    "1 8082 800000000000808a 8000000080008000 808b 80000001 8000000080008081 8000000000008009 8a 88 80008009 "
    "8000000a 8000808b 800000000000008b 8000000000008089 8000000000008003 8000000000008002 8000000000000080 "
    "800a 800000008000000a 8000000080008081 8000000000008080 80000001 8000000080008008"
)
ROUNDS = [int(constant, 16) for constant in _CONSTANTS.split()]
TURNS = (0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14)


class Wrong(Exception):
    """What does not follow."""


def need(true: object, message: str) -> None:
    if not true:
        raise Wrong(message)


def turn(lane: int, by: int) -> int:
    return (lane << by | lane >> (64 - by)) & 0xFFFFFFFFFFFFFFFF


def keccak(data: bytes) -> bytes:
    padded = bytearray(data) + bytes(136 - len(data) % 136)
    padded[len(data)] ^= 1
    padded[-1] ^= 0x80
    a = [0] * 25
    for at in range(0, len(padded), 136):
        a = [x ^ y for x, y in zip(a, (*struct.unpack_from("<17Q", padded, at), *[0] * 8))]  # noqa: B905
        for constant in ROUNDS:
            sums = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
            mixed, b = [sums[x - 1] ^ turn(sums[(x + 1) % 5], 1) for x in range(5)], [0] * 25
            for i in range(25):
                x, y = i % 5, i // 5
                b[y + 5 * ((2 * x + 3 * y) % 5)] = turn(a[i] ^ mixed[x], TURNS[i])
            a = [b[i] ^ (~b[i - i % 5 + (i + 1) % 5] & b[i - i % 5 + (i + 2) % 5]) for i in range(25)]
            a[0] ^= constant
    return struct.pack("<4Q", *a[:4])


def first_item(data: bytes) -> tuple[Any, bytes]:
    """The first RLP item of `data` (bytes, or a list of items), and the bytes behind it."""
    if data[0] < 0x80:
        return data[:1], data[1:]
    is_list, start = data[0] >= 0xC0, 1
    size = data[0] - (0xC0 if is_list else 0x80)
    if size > 55:
        start = size - 54
        size = int.from_bytes(data[1:start], "big")
    body, behind = data[start : start + size], data[start + size :]
    need(len(body) == size, "an RLP item is cut short")
    if not is_list:
        return body, behind
    items = []
    while body:
        item, body = first_item(body)
        items.append(item)
    return items, behind


def rlp(data: bytes) -> Any:
    item, behind = first_item(data)
    need(not behind, "bytes behind an RLP item")
    return item


def proved(root: bytes, key: bytes, proof: list[str]) -> bytes:
    """The value under a key of the trie with this root; empty where the proof shows that there is none."""
    nodes = [raw(node) for node in proof]
    value = descend(root, key.hex(), nodes)
    need(not nodes, "the proof has nodes that its path does not use")
    return value


def descend(place: Any, path: str, nodes: list[bytes]) -> bytes:
    if isinstance(place, bytes):  # a hash; a node shorter than that stands in its parent itself
        if place == b"" or (place == EMPTY and not nodes):
            return b""
        need(nodes and keccak(nodes[0]) == place, f"the proof does not lead on from {hexed(place)}")
        place = rlp(nodes.pop(0))
    if len(place) == 17:
        return descend(place[int(path[0], 16)], path[1:], nodes) if path else bytes(place[16])
    prefix = place[0].hex() if place else "2"  # the empty trie's one node has nothing
    part = prefix[2 - int(prefix[0]) % 2 :]
    if prefix[0] in "23":  # a leaf
        return bytes(place[1]) if path == part else b""
    return descend(place[1], path[len(part) :], nodes) if path.startswith(part) else b""


EMPTY = keccak(b"\x80")  # the root of a trie with nothing in it


def raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def word(value: int | str) -> bytes:
    return (value if isinstance(value, int) else int(value, 16)).to_bytes(32, "big")


def values(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 32], "big") for at in range(0, len(data), 32)]


# --- a pack: its files, blocks, receipts and state ------------------------------------------------------


class Pack:
    """What is proved of any pack. `step` is the file under check, with which every complaint begins."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.step = files, ""
        self.blocks: dict[int, list[Any]] = {}  # number → hash, then the header's fields
        self.receipts: dict[tuple[int, str], list[Any]] = {}  # block and transaction → its logs
        self.logs: list[Any] = []  # block, index, log, transaction, address, topics, data
        self.words: dict[tuple[str, str], int] = {}  # contract and slot → word of the state
        self.believe: list[str] = []  # hashes that nothing in the pack leads to

    def load(self, name: str) -> Any:
        self.step = name
        need(name in self.files, "left out")
        return json.loads(self.files[name])

    def check(self) -> None:
        listed = self.load("manifest.json")["files"]
        for name in sorted({*self.files, *listed} - {"manifest.json"}):
            found = hashlib.sha256(self.files.get(name, b"")).hexdigest()
            need(name in self.files and found == listed.get(name), f"{name} is not the file listed")
        self.facts, self.answer = self.load("counters.json"), self.load("answer.json")
        self.head = self.facts["block"]
        for part, read in (("headers/", self.read_headers), ("receipts/", self.read_receipt)):
            for name in sorted(name for name in self.files if name.startswith(part)):
                read(self.load(name))
        self.read_state(self.load("counters.json"))
        self.moves = list(self.moved(self.load("moves.json")))
        self.step = "receipts"
        for block, tx in named(self.answer):
            need((block, tx) in self.receipts, f"that of transaction {tx} in block {block} is left out")

    def read_headers(self, run: Any) -> None:
        for number, header in enumerate(run["headers"], run["from"]):
            fields = rlp(raw(header))
            need(int.from_bytes(fields[8], "big") == number, f"the header of {number} has another number")
            if number > run["from"]:
                need(fields[0] == self.blocks[number - 1][0], f"{number} does not follow the block before it")
            need(number not in self.blocks, f"{number} is given twice")
            self.blocks[number] = [keccak(raw(header)), *fields]
        top = self.head if run["from"] <= self.head <= number else number
        self.believe.append(hexed(self.blocks[top][0]))

    def block(self, number: int) -> list[Any]:
        need(number in self.blocks, f"the pack has no header of block {number}")
        return self.blocks[number]

    def read_receipt(self, part: Any) -> None:
        number, index, header = part["block"], part["tx_index"], self.block(part["block"])
        key = index.to_bytes((index.bit_length() + 7) // 8, "big")
        key = key if 0 < index < 128 else bytes([128 + len(key)]) + key  # the RLP of the index
        sent = hexed(keccak(proved(header[5], key, part["transaction_proof"])))
        need(number <= self.head and sent == part["tx"], f"the transaction at {number}/{index} is {sent}")
        receipt = proved(header[6], key, part["receipt_proof"])
        logs = rlp(receipt[receipt[0] < 0x80 :])[3]  # a type goes first
        self.receipts[number, sent] = logs
        for at, (address, topics, data) in enumerate(logs):
            self.logs.append(((number, index, at), sent, hexed(address), topics, data))

    def read_state(self, facts: Any) -> None:
        need(hexed(self.block(self.head)[0]) == facts["block_hash"], "the header has another hash")
        for part in facts["state"]:
            account = proved(self.block(self.head)[4], keccak(raw(part["address"])), part["account_proof"])
            for one in part["words"]:
                found = proved(rlp(account)[2], keccak(raw(one["slot"])), one["proof"])
                value = int.from_bytes(rlp(found) if found else b"", "big")
                need(hex(value) == one["value"], f"word {one['slot']} of {part['address']} is {hex(value)}")
                self.words[part["address"], one["slot"]] = value
        for axis, purpose in facts["purposes"].items():
            need(axis == axis_of(*purpose), f"axis {axis} is not that of {purpose}")

    def moved(self, rows: Any) -> Iterator[Any]:
        """The moves that the receipts have, which are those of moves.json, in the order of the chain."""
        cashes, told = {address for address, _ in self.words}, [row for row in rows if "cash" in row]
        for row in rows:
            need((row["block"], row["tx"]) in self.receipts, f"no receipt has {called(row)}")
        for place, tx, address, topics, data in sorted(self.logs, key=lambda log: log[0]):
            if topics[:1] == [MOVED] and address in cashes:
                amounts = dict(zip(("amount", "out_offset", "in_offset"), map(str, values(data))))  # noqa: B905
                row = dict(zip(("block", "tx_index", "log_index"), place), tx=tx, cash=address, **amounts)  # noqa: B905
                row |= {"from_axis": hexed(topics[1][12:]), "to_axis": hexed(topics[2][12:])}
                row |= {"document": hexed(data[96:128])}
                need(row in told, f"left out, or told otherwise: {called(row)}")
                need(row == told.pop(0), f"a move that no receipt has, or not in order, before {called(row)}")
                yield {**row, **{name: int(row[name]) for name in amounts}}
        need(not told, f"no receipt has {[called(row) for row in told]}")

    def emitted(self, address: str, event: str) -> Iterator[tuple[Any, list[int], list[int]]]:
        """Block, index and log of its events of one kind, their indexed arguments, and their data."""
        for place, _, emitter, topics, data in self.logs:
            if emitter == address and topics[:1] == [keccak(event.encode())]:
                yield place, [int.from_bytes(topic, "big") for topic in topics[1:]], values(data)


MOVED = keccak(b"Moved(address,address,uint256,uint256,uint256,bytes32)")
BESIDE = {"attested", "converted", "economic", "history", "works", "placement"}  # what no move proves


def called(row: Any) -> str:
    return f"move {'/'.join(map(str, place_of(row)))} of transaction {row['tx']}"


def place_of(row: Any) -> tuple[Any, ...]:
    return row["block"], row["tx_index"], row["log_index"]


def named(answer: Any) -> Iterator[tuple[int, str]]:
    """The transactions that an answer names."""
    if isinstance(answer, dict):
        if isinstance(answer.get("tx"), str) and isinstance(answer.get("block"), int):
            yield answer["block"], answer["tx"]
        answer = [part for name, part in answer.items() if name not in BESIDE]
    for part in answer if isinstance(answer, list) else ():
        yield from named(part)


# --- money: sub-accounts without a gap, and where a raised fen went -------------------------------------


def axis_of(name: str, *parts: Any) -> str:
    """The address of a purpose: "axis", then half of keccak(module, keccak(abi.encode(name, parts)))."""
    module = MODULES.get(name, "PROCEEDS")
    if name == "CLAIM" and len(parts) > 1:
        *parts, module = parts  # type: ignore[assignment]
    heads = b"".join(map(word, parts))
    purpose = keccak(word(32 + len(heads)) + heads + word(len(name)) + name.encode().ljust(32, b"\0"))
    return hexed(b"axis" + keccak(module.encode().ljust(32, b"\0") + purpose)[16:])


MODULES = {"SOURCE": "CASH", "REDEMPTION": "CASH", "SETTLEMENT": "MATURITY", "SERVICE": "SERVICE",
           "ASSET_POOL": "POOLS", "TRANCHE": "POOLS"}  # fmt: skip
BOOKS = ("ORIGIN", "COST", "POOL", "LINE", "ENCUMBRANCE", "RETURNED")
STATES = {"ORIGIN": "unallocated", "POOL": "unallocated", "LINE": "available", "ENCUMBRANCE": "encumbered"}


class Cash:
    """The moves of one cash, by the numbers that each sub-account gave to its fen."""

    def __init__(self, pack: Pack, address: str) -> None:
        self.pack, self.address, self.whole = pack, address, dict[str, list[int]]()
        self.moves = [move for move in pack.moves if move["cash"] == address]
        self.into, self.out = dict[str, list[Tile]](), dict[str, list[Tile]]()
        for move in self.moves:  # in the order of the chain, and so of the numbers
            into, out = move["in_offset"], move["out_offset"]
            self.into.setdefault(move["to_axis"], []).append((into, into + move["amount"], move))
            self.out.setdefault(move["from_axis"], []).append((out, out + move["amount"], move))

    def kind(self, axis: str) -> str:
        """What a sub-account is for; empty for somebody's account, and a claim is as good as one."""
        purpose = self.pack.facts["purposes"].get(axis, ["UNNAMED" if axis[:10] == hexed(b"axis") else ""])
        return "" if purpose[0] in ("CLAIM", "REDEMPTION") else str(purpose[0])

    def counters(self, axis: str) -> list[int]:
        """What came into a sub-account and what went out of it; and no move of it is missing."""
        slot = self.address, hexed(keccak(word(axis) + word(0)))
        need(slot in self.pack.words, f"counters.json has no word of axis {axis}")
        packed, self.pack.step = self.pack.words[slot], "moves.json"
        found = [packed & (1 << 112) - 1, packed >> 112 & (1 << 112) - 1]
        for way, tiles, counter in zip(("into", "out of"), (self.into, self.out), found):  # noqa: B905
            reached = 0
            for start, end, move in (*tiles.get(axis, ()), (counter, counter, None)):
                where = f"before {called(move)}" if move else "at the end"
                need(start == reached, f"moves {way} axis {axis}: [{reached}, {start}) is missing {where}")
                reached = end
        self.whole[axis] = found
        return found

    def check_lines(self, axis: str, told: Any, after: int = -1) -> None:
        """An account's lines, or those of a statement that opens after a block; the balances give amounts."""
        (into, out), opening, balance, lines = self.counters(axis), 0, 0, []
        for move in self.moves:
            if axis in (move["from_axis"], move["to_axis"]):
                balance += move["amount"] if axis == move["to_axis"] else -move["amount"]
                opening = balance if move["block"] <= after else opening
                lines += [] if move["block"] <= after else [(move["block"], move["tx"], str(balance))]
        self.pack.step = f"answer.json: {axis}"
        shown = [(row["block"], row["tx"], row["balance"]) for row in told["moves"]]
        need(shown == lines, f"not its lines: {sorted({*shown} ^ {*lines})[:1]}")
        sums = {"in": into, "out": out, "balance": balance, "opening": opening, "closing": balance}
        for name in sums.keys() & told.keys():
            need(told[name] == str(sums[name]), f"{name} is {sums[name]}")


class Books(Cash):
    """A bond's: from its origin along the moves to its other sub-accounts, each of them without a gap."""

    def __init__(self, pack: Pack, address: str, bond: int) -> None:
        super().__init__(pack, address)
        self.origin, self.pool = axis_of("ORIGIN", bond), axis_of("POOL", bond)
        waiting = [self.origin]
        while waiting:
            axis = waiting.pop()
            self.counters(axis)
            onto = {move["to_axis"] for _, _, move in self.out.get(axis, ())} - self.whole.keys()
            waiting += [other for other in sorted(onto) if self.kind(other) in BOOKS]
        slot = hexed(keccak(b"PROCEEDS".ljust(32, b"\0") + word(3)))
        controller = hexed(word(pack.words[address, slot])[12:])
        self.lost = [data[:2] for _, topics, data in pack.emitted(controller, LOST) if topics[1] == bond]
        self.undone: dict[str, list[Tile]] = {}  # payments that a move back undid, by what they had left
        for event in BACK:
            for place, topics, (number, amount, into, *_) in pack.emitted(controller, event):
                paid = event == BACK[0]
                source = hexed(word(topics[2])[12:]) if paid else axis_of("POOL", topics[1])
                target = axis_of("LINE", topics[1]) if paid else source
                for start, _, move in self.into.get(target, ()):
                    if start == into and place_of(move)[:2] == place[:2]:
                        self.undone.setdefault(source, []).append((number, number + amount, move))

    def follow(self, fen: int) -> tuple[int, dict[str, Any]]:
        """Where a raised fen went, and the number up to which those after it went the same way."""
        axis, at, same, lost = self.origin, fen, self.whole[self.origin][1] - fen, False
        way, last = ["ORIGIN"], cast(Any, None)
        while axis in self.whole:
            tiles = [*self.undone.get(axis, ()), *self.out.get(axis, ())]
            tile = next((tile for tile in tiles if tile[0] <= at < tile[1]), None)
            if tile is None:
                break
            gone = [(start, start + amount) for start, amount in self.lost if axis == self.pool]
            lost = any(start <= at < end for start, end in gone)
            edges = [edge for start, end, *_ in (*tiles, *gone) for edge in (start, end)]
            same = min([same, *(edge - at for edge in edges if edge > at)])
            need(last is None or place_of(last) < place_of(tile[2]), f"{called(tile[2])} comes too early")
            last = tile[2]
            axis, at = last["to_axis"], at - tile[0] + last["in_offset"]
            way.append(self.kind(axis))
        need(last, f"raised fen {fen} never left the origin")
        state = "spent" if way[-1] == "" else STATES.get(way[-1], way[-1])
        if way[-2:] == ["POOL", ""]:
            state = "lost" if lost else "placed"
        state = next((name.lower() for name in ("COST", "RETURNED") if name in way), state)
        payee = str(self.pack.facts["purposes"].get(axis, [0, axis])[1]).lower() if way[-1] == "" else None
        return fen + same, {"state": state, "block": last["block"], "tx": last["tx"], "payee_account": payee}

    def check_intervals(self, told: Any) -> None:
        at, states = 0, dict.fromkeys(told["states"], 0)
        for one in told["intervals"]:
            self.pack.step = f"answer.json: interval [{one['start']}, {one['end']})"
            start, end = int(one["start"]), int(one["end"])
            need(start == at < end, f"the one before it ends at {at}")
            upto, fate = self.follow(start)
            need(end <= upto, f"only fen up to {upto} went the same way")
            for name, value in {**fate, "amount": str(end - start)}.items():
                had = one[name].lower() if isinstance(one[name], str) else one[name]
                need(had == value, f"{name} is {value}")
            at = end
            states[fate["state"]] += end - start
        self.pack.step = "answer.json"
        raised = self.whole[self.origin][1]
        need(at == raised == int(told["raised"]), f"{raised} fen were raised, {at} are told")
        sums = {name: str(amount) for name, amount in states.items()}
        need(told["states"] == sums, f"the states come to {sums}")


Tile = tuple[int, int, Any]  # first number, the one after the last, the move
LOST = "PlacementLost(uint32,uint32,uint256,uint256,bytes32)"
BACK = (
    "Refunded(uint32,uint32,address,uint256,uint256,uint256,bytes32)",
    "PlacementReturned(uint32,uint32,uint256,uint256,uint256,uint256,bytes32)",
    "LossMadeGood(uint32,uint32,address,uint256,uint256,uint256,bytes32)",
)


# --- the kinds ------------------------------------------------------------------------------------------

SUBJECT = {"bond": ("bond",), "idle": ("bond",), "compare": ("bond",), "account": ("account", "cash"),
           "statement": ("account",)}  # fmt: skip


def check_kind(pack: Pack) -> list[Cash]:
    """What of this kind's answer can be checked here; which cashes' sub-accounts were laid end to end."""
    kind, facts, answer = pack.facts["kind"], pack.facts, pack.answer
    pack.step = "answer.json"
    told = {**answer, **(answer.get("last") or answer.get("after") or {})}  # of two blocks the later
    for name in ("chain_id", "block", "block_hash", *SUBJECT.get(kind, ())):
        had = told[f"as_of_{name}" if f"as_of_{name}" in told else name]
        need(str(had).lower() == str(facts[name]).lower(), f"{name} is not that of counters.json")
    if kind in ("bond", "idle", "compare"):
        books = [Books(pack, facts["cash"], facts["bond"])]
        if kind == "bond":
            books[0].check_intervals(answer)
        return [*books]
    if kind in ("project", "compare-project"):
        pairs = zip(facts["sections"], answer["sections" if kind == "project" else "lines"])  # noqa: B905
        return [Books(pack, where["cash"], told["bond"]) for where, told in pairs]
    if kind == "account":
        cash = Cash(pack, facts["cash"])
        cash.check_lines(facts["account"], answer)
        return [cash]
    return check_statement(pack) if kind == "statement" else []


def check_statement(pack: Pack) -> list[Cash]:
    after = -1 if pack.answer["first"] is None else pack.answer["first"]["block"]
    sections = {(one["cash"].lower(), one["address"].lower()): one for one in pack.answer["cash"]}
    cashes = [Cash(pack, address) for address in pack.facts["cashes"]]
    for cash in cashes:
        named = pack.facts["purposes"].items()
        claims = [axis for axis, (_, *of) in named if not cash.kind(axis) and of[0] == pack.facts["account"]]
        for axis in (pack.facts["account"], *claims):
            told = sections.pop((cash.address, axis), None)
            need((told is None) == (cash.counters(axis)[0] == 0), f"answer.json: {axis} of {cash.address}")
            if told is not None:
                cash.check_lines(axis, told, after)
    need(not sections, f"answer.json: counters.json does not name {sorted(sections)}")
    return cashes


def read(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        files = [one for one in path.rglob("*") if one.is_file()]
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in files}
    with zipfile.ZipFile(path) as packed:
        entries = [entry for entry in packed.infolist() if not entry.is_dir()]
        need(sum(entry.file_size for entry in entries) < 1 << 30, "more than a gigabyte, unpacked")
        return {entry.filename: packed.read(entry) for entry in entries}


def verify(path: Path) -> list[str]:
    """Lines about what was found, of which the last begins with WRONG when something does not follow."""
    pack = Pack({})
    try:
        pack.files = read(path)
        pack.check()
        cashes = check_kind(pack)
    except Wrong as wrong:
        return [f"WRONG  {pack.step or path}: {wrong}"]
    except Exception as why:  # whatever nonsense a file has, it cannot be read
        return [f"WRONG  {pack.step or path}: cannot be read: {type(why).__name__}: {why}"]
    whole = sum(len(cash.whole) for cash in cashes)
    return [
        f"kind: {pack.facts['kind']}",
        f"follows, if these block hashes are true: {', '.join(pack.believe)}",
        f"moves: {len(pack.moves)} in {len(pack.receipts)} receipts; words of state: {len(pack.words)}",
        f"sub-accounts in which no move is missing: {whole}",
        "the rest is checked by verify_pack.py alone; see the first lines of this file",
    ]


if __name__ == "__main__":
    said = verify(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
    print(*said, sep="\n")
    sys.exit(said[-1].startswith("WRONG"))
