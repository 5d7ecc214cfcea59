#!/usr/bin/env python3
"""Checks a Green Ledger evidence pack offline, with Python (3.9 or later) and its standard library alone.

    python3 verify_pack.py [DIR] [--trust 0xADDRESS ...]     exit status 0: all of it follows, 1: it does not

It holds for chains with Ethereum's headers and tries: a block's hash is keccak256 of its RLP header; state,
receipts and transactions are Merkle-Patricia tries. README.txt says what is proved, attested and trusted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

if __package__:
    from .fates import Book, Fate, Move
    from .proofs import Wrong, hexed, keccak, need, recover, rlp_decode, rlp_int, trie_get, unhex, word
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from fates import *  # type: ignore[import-not-found]  # noqa: F403
    from proofs import *  # type: ignore[import-not-found]  # noqa: F403

FORMAT = "green-ledger-evidence-1"
# Fixed here and not read: a pack free to choose a slot could show any word of the storage as a counter.
AXES_SLOT, CONTROLLERS_SLOT = 0, 3
COUNTER = (1 << 112) - 1
ALWAYS = (
    "state",
    "tx",
    "block",
    "payee_account",
)  # what every interval must say; the rest where it speaks of it
UNREADABLE = (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)
PROCEEDS = b"PROCEEDS".ljust(32, b"\0")
MOVED = keccak(b"Moved(address,address,uint256,uint256,uint256,bytes32)")
REFUNDED = keccak(b"Refunded(uint32,uint32,address,uint256,uint256,uint256,bytes32)")
LINE_OPENED = keccak(b"LineOpened(uint32,uint32,uint32,uint96,bool,string)")
PROJECT = keccak(b"ProjectRegistered(uint32,uint32,address,uint8,bytes3,uint96,string,bytes32)")
RETURNED = keccak(b"PlacementReturned(uint32,uint32,uint256,uint256,uint256,uint256,bytes32)")
MADE_GOOD = keccak(b"LossMadeGood(uint32,uint32,address,uint256,uint256,uint256,bytes32)")
PLACED = keccak(b"Placed(uint32,uint32,address,uint256,uint256,uint32,string,bytes32)")
LOST = keccak(b"PlacementLost(uint32,uint32,uint256,uint256,bytes32)")
OUTSIDE = "OUTSIDE"  # a general axis, or a claim kept for its owner: the first payee, where this pack ends
FLOWS = {  # from, to: the state of the fen that went there; none before closing or when a booking goes back
    (OUTSIDE, "ESCROW"): "", ("ESCROW", OUTSIDE): "", ("ESCROW", "ORIGIN"): "",
    ("ORIGIN", "COST"): "cost", ("COST", OUTSIDE): "cost",
    ("ORIGIN", "POOL"): "unallocated", ("LINE", "POOL"): "unallocated",
    ("LINE", "LINE"): "available",
    ("POOL", "LINE"): "available", ("ENCUMBRANCE", "LINE"): "available", (OUTSIDE, "LINE"): "available",
    ("POOL", OUTSIDE): "placed", (OUTSIDE, "POOL"): "unallocated",
    ("POOL", "RETURNED"): "returned", ("RETURNED", OUTSIDE): "returned",
    ("LINE", "ENCUMBRANCE"): "encumbered", ("LINE", OUTSIDE): "spent", ("ENCUMBRANCE", OUTSIDE): "spent",
}  # fmt: skip


def axis_of(name: str, *parts: int | str) -> str:
    """A purpose's axis: "axis", then the low 128 bits of keccak(module, keccak(abi.encode(name, parts)))."""
    heads = b"".join(word(part) for part in parts)
    purpose = word(32 + len(heads)) + heads + word(len(name)) + name.encode().ljust(32, b"\0")
    return hexed(b"axis" + keccak(PROCEEDS + keccak(purpose))[16:])


def text_at(data: bytes, argument: int) -> str:
    """A string among an event's arguments."""
    start = int.from_bytes(data[32 * argument : 32 * argument + 32], "big")
    length = int.from_bytes(data[start : start + 32], "big")
    return data[start + 32 : start + 32 + length].decode()


def checkpoint_digest(chain_id: int, block: int, block_hash: str) -> bytes:
    """What a participant signs (EIP-712): on this chain, this block has this hash."""
    domain = keccak(b"EIP712Domain(string name,string version,uint256 chainId)")
    domain = keccak(domain + keccak(b"Green Ledger Checkpoint") + keccak(b"1") + word(chain_id))
    struct = keccak(b"Checkpoint(uint256 block,bytes32 blockHash)") + word(block) + word(block_hash)
    return keccak(b"\x19\x01" + domain + keccak(struct))


# --- the pack, file by file ---


class Pack:
    """A folder under check. `step` says what is being looked at; every complaint begins with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.step = "manifest.json"
        self.facts: dict[str, Any] = {}  # counters.json
        self.blocks: dict[int, list[Any]] = {}  # number → hash, then the header's fields
        self.tops: list[int] = []  # the last block of each unbroken run of headers
        self.vouched: dict[int, str] = {}  # block → one the reader trusts, who signed its hash
        self.logs: list[tuple[tuple[int, int, int], str, Any]] = []
        self.purposes: dict[str, list[Any]] = {}  # axis → name and parts
        self.counters: dict[str, tuple[int, int]] = {}
        self.moves: list[Move] = []
        self.book = Book()
        self.names: dict[str, tuple[str, str | None]] = {}  # axis of a budget line → its name, its project's
        self.states: dict[str, int] = {}

    def load(self, name: str) -> Any:
        self.step = name
        return json.loads((self.folder / name).read_bytes())

    def each(self, part: str) -> Iterator[Any]:
        for path in sorted((self.folder / part).iterdir()):
            yield self.load(f"{part}/{path.name}")

    def changed(self) -> list[str]:
        """The files that are not as listed; they are checked all the same, to say what it means."""
        listed = self.load("manifest.json")
        written = json.dumps(listed, sort_keys=True, indent=1) + "\n"
        need(written.encode() == (self.folder / self.step).read_bytes(), "not as the builder writes it")
        need(listed["format"] == FORMAT, f"the format is not {FORMAT}")
        there = {p.relative_to(self.folder).as_posix(): p for p in self.folder.rglob("*") if p.is_file()}
        del there[self.step]
        hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in there.items()}
        names, files = sorted({*hashes, *listed["files"]}), listed["files"]
        return [f"{n}: not the file in manifest.json" for n in names if hashes.get(n) != files.get(n)]

    def check(self, trust: Sequence[str]) -> None:
        self.check_headers()
        self.check_checkpoints(trust)
        self.check_receipts()
        self.check_counters()
        self.check_moves()
        self.check_tiles()
        self.follow()
        self.read_names()
        self.check_documents()
        self.check_answer()

    def check_headers(self) -> None:
        for run in self.each("headers"):
            for number, raw in enumerate(run["headers"], run["from"]):
                self.step = f"headers/: block {number}"
                fields = rlp_decode(unhex(raw))
                need(int.from_bytes(fields[8], "big") == number, "the header has another number")
                need(number not in self.blocks, "given twice")
                if number > run["from"]:
                    need(fields[0] == self.blocks[number - 1][0], "its parent is not the block before")
                self.blocks[number] = [keccak(unhex(raw)), *fields]
            self.tops.append(run["from"] + len(run["headers"]) - 1)
        self.facts = self.load("counters.json")
        head, top = self.facts["block"], max(self.tops)
        need(head == top, f"the counters are of block {head}, the headers end at {top}")
        need(hexed(self.block(head)[0]) == self.facts["block_hash"], f"the header of {head} has another hash")

    def block(self, number: int) -> list[Any]:
        need(number in self.blocks, f"the pack has no header of block {number}")
        return self.blocks[number]

    def check_checkpoints(self, trust: Sequence[str]) -> None:
        for i, point in enumerate(self.load("checkpoints.json")):
            self.step = f"checkpoints.json: checkpoint {i}"
            digest = checkpoint_digest(point["chain_id"], point["block"], point["block_hash"])
            signer = recover(digest, unhex(point["signature"]))
            need(signer == point["signer"], f"signed by {signer}, not by {point['signer']}")
            need(point["chain_id"] == self.facts["chain_id"], "signed for another chain")
            need(hexed(self.block(point["block"])[0]) == point["block_hash"], "the block has another hash")
            if signer in trust:
                self.vouched[point["block"]] = signer

    def check_receipts(self) -> None:
        for part in self.each("receipts"):
            index, header = part["tx_index"], self.block(part["block"])
            raw = trie_get(header[5], rlp_int(index), part["transaction_proof"])
            need(hexed(keccak(raw)) == part["tx"], f"the transaction there is {hexed(keccak(raw))}")
            receipt = trie_get(header[6], rlp_int(index), part["receipt_proof"])
            fields = rlp_decode(receipt[1:] if receipt[0] < 0x80 else receipt)  # EIP-2718: a type goes first
            for position, log in enumerate(fields[3]):
                self.logs.append(((part["block"], index, position), part["tx"], log))

    def check_counters(self) -> None:
        facts = self.load("counters.json")
        layout = [facts["layout"]["axes_slot"], facts["layout"]["controllers_slot"]]
        need(layout == [AXES_SLOT, CONTROLLERS_SLOT], "another storage layout")
        state = self.block(facts["block"])[4]
        account = trie_get(state, keccak(unhex(facts["cash"])), facts["account_proof"])
        _, _, storage, code = rlp_decode(account)
        need(hexed(code) == facts["code_hash"], f"the code hash of Cash is {hexed(code)}")

        def slot(key: bytes, mapping: int, proof: Sequence[str]) -> int:
            value = trie_get(storage, keccak(keccak(key + word(mapping))), proof)
            return int.from_bytes(rlp_decode(value) if value else b"", "big")

        self.step = "counters.json: controller"
        controller = hexed(slot(PROCEEDS, CONTROLLERS_SLOT, facts["controller_proof"]).to_bytes(20, "big"))
        need(controller == facts["controller"], f"the module PROCEEDS is controlled by {controller}")
        for entry in facts["axes"]:
            axis, purpose = entry["axis"], entry["purpose"]
            self.step = f"counters.json: axis {axis} ({' '.join(map(str, purpose))})"
            packed = slot(word(axis), AXES_SLOT, entry["proof"])
            found = (packed & COUNTER, packed >> 112 & COUNTER, packed >> 224)
            stated = (int(entry["in"]), int(entry["out"]), entry["flags"])
            need(found == stated, f"in, out and flags are {found}, not {stated}")
            general = purpose == [OUTSIDE]
            need(general or axis == axis_of(*purpose), "its purpose has another address")
            need(found[2] == int(packed > 0 and not general), f"flags {found[2]} do not fit its purpose")
            need(axis not in self.purposes, "given twice")
            self.purposes[axis], self.counters[axis] = purpose, found[:2]
            if purpose[0] in ("ORIGIN", "COST", "POOL", "RETURNED", "ESCROW"):
                need(purpose[1] == facts["bond"], "it belongs to another bond")

    def kind(self, axis: str) -> str:
        name: str = self.purposes[axis][0]
        return OUTSIDE if name == "CLAIM" else name

    def ours(self) -> list[str]:
        return [axis for axis in self.purposes if self.kind(axis) != OUTSIDE]

    def check_moves(self) -> None:
        proved = {(move.block, move.tx_index, move.log_index): move for move in self.proved_moves()}
        for row in self.load("moves.json"):
            place = (row["block"], row["tx_index"], row["log_index"])
            self.step = f"moves.json: move {'/'.join(map(str, place))}"
            need(place in proved, "no receipt has it, or it is here twice")
            move = proved.pop(place)
            said = {field: str(value) for field, value in row.items()}
            need(said == {f: str(v) for f, v in move._asdict().items()}, "the receipt says otherwise")
            for axis in (move.from_axis, move.to_axis):
                need(axis in self.purposes, f"counters.json does not say what axis {axis} is")
            self.moves.append(move)
        self.step = "moves.json"
        need(self.moves == sorted(self.moves), "not in the order of the chain")
        need(not proved, f"left out: {', '.join(map(str, proved.values()))}")

    def proved_moves(self) -> Iterator[Move]:
        ours = set(self.ours())
        for place, tx, (address, topics, data) in self.logs:
            if hexed(address) == self.facts["cash"] and topics[:1] == [MOVED]:
                source, target = (hexed(topic[12:]) for topic in topics[1:])
                if source in ours or target in ours:
                    amount, out, into = (int.from_bytes(data[at : at + 32], "big") for at in (0, 32, 64))
                    yield Move(*place, tx, source, target, amount, out, into, hexed(data[96:]))

    def check_tiles(self) -> None:
        """None is missing: what came into and left each axis, end to end, reaches the proved counters."""
        reached = {(axis, way): 0 for axis in self.ours() for way in ("into", "out of")}
        for move in self.moves:
            for tile, offset in (
                ((move.to_axis, "into"), move.in_offset),
                ((move.from_axis, "out of"), move.out_offset),
            ):
                if tile in reached:
                    self.no_gap(tile, reached[tile], offset, f"before {move}")
                    reached[tile] += move.amount
        for (axis, way), end in reached.items():
            self.no_gap((axis, way), end, self.counters[axis][way == "out of"], "at the end")

    def no_gap(self, tile: tuple[str, str], reached: int, expected: int, where: str) -> None:
        name = " ".join(map(str, self.purposes[tile[0]]))
        gap = f"[{reached}, {expected}) is missing {where}"
        need(reached == expected, f"moves {tile[1]} axis {tile[0]} ({name}): {gap}")

    def emitted(self, event: bytes) -> Iterator[tuple[int, int, list[int], bytes]]:
        """Events of the controller: block, transaction, indexed arguments and data."""
        for (block, index, _), _, (address, topics, data) in self.logs:
            if hexed(address) == self.facts["controller"] and topics[:1] == [event]:
                yield block, index, [int.from_bytes(topic, "big") for topic in topics[1:]], data

    def refunds(self) -> dict[tuple[int, int, str, int], tuple[str, int, int]]:
        """By block, transaction, line and in-offset: which axis, out-offset and amount came back."""
        found = {}
        for block, index, (_, line, axis), data in self.emitted(REFUNDED):
            offset, amount, into = (int.from_bytes(data[at : at + 32], "big") for at in (0, 32, 64))
            found[block, index, axis_of("LINE", line), into] = (
                hexed(axis.to_bytes(20, "big")),
                offset,
                amount,
            )
        for event in (RETURNED, MADE_GOOD):
            for block, index, (_, bond, *_), data in self.emitted(event):
                offset, amount, into = (int.from_bytes(data[at : at + 32], "big") for at in (0, 32, 64))
                pool = axis_of("POOL", bond)
                found[block, index, pool, into] = (pool, offset, amount)
        return found

    def placements(self) -> set[tuple[int, int, str, int]]:
        """By block, transaction, pool and out-offset: what left a pool for a bank."""
        return {
            (block, index, axis_of("POOL", bond), int.from_bytes(data[32:64], "big"))
            for block, index, (_, bond, _), data in self.emitted(PLACED)
        }

    def read_names(self) -> None:
        """What the budget lines and their projects were called when they were opened."""
        projects = {topics[0]: text_at(data, 3) for _, _, topics, data in self.emitted(PROJECT)}
        for _, _, (line, _, project), data in self.emitted(LINE_OPENED):
            self.names[axis_of("LINE", line)] = (text_at(data, 2), projects.get(project))

    def follow(self) -> None:
        refunds, placed = self.refunds(), self.placements()
        for move in self.moves:
            self.step = f"moves.json: {move}"
            flow = (self.kind(move.from_axis), self.kind(move.to_axis))
            need(flow in FLOWS, f"a bond's money never goes from {flow[0]} to {flow[1]}")
            if flow[0] == OUTSIDE and flow[1] in ("LINE", "POOL"):
                key = (move.block, move.tx_index, move.to_axis, move.in_offset)
                need(key in refunds, "money from outside that reverses no payment")
                was = {"LINE": "spent", "POOL": "placed"}[flow[1]]
                self.book.reverse(move, *refunds[key], was, FLOWS[flow])
            elif flow == ("POOL", OUTSIDE):
                key = (move.block, move.tx_index, move.from_axis, move.out_offset)
                need(key in placed, "money from the pool that no placement took")
                self.book.enter(move, "placed", "")
            elif flow[1] == "ORIGIN":
                self.book.number(move)
            elif FLOWS[flow]:
                self.book.enter(move, FLOWS[flow], {"LINE": move.to_axis, "POOL": ""}.get(flow[1]))
        for _, _, (_, bond), data in self.emitted(LOST):
            offset, amount = (int.from_bytes(data[at : at + 32], "big") for at in (0, 32))
            self.book.lose(axis_of("POOL", bond), offset, amount)

    def check_documents(self) -> None:
        cited: dict[str, list[str]] = {}
        for move in self.moves:
            cited.setdefault(move.document, []).append(move.place)
        for document, places in self.load("documents.json").items():
            need(cited.pop(document, None) == places, f"other moves cite document {document}")
        need(not cited, f"moves cite documents that are left out: {', '.join(cited)}")

    def check_answer(self) -> None:
        """The answer follows from the moves; what it says beyond the fields compared here is attested."""
        answer, reached = self.load("answer.json"), 0
        for field in ("chain_id", "block", "block_hash", "bond"):
            need(str(answer[field]) == str(self.facts[field]), f"{field} is not that of counters.json")
        raised = self.counters[axis_of("ORIGIN", self.facts["bond"])][1]
        stated = {state: int(amount) for state, amount in answer["states"].items()}
        self.states = dict.fromkeys(stated, 0)
        for fate in self.book.fates:
            self.states[fate.state] += fate.end - fate.start
        need(int(answer["raised"]) == raised == sum(self.states.values()), f"raised is {raised}")
        need(stated == self.states, f"the states are {self.states}")
        need(answer["conserved"] is True, "it denies that it is conserved")
        for entry in answer["intervals"]:
            start, end = int(entry["start"]), int(entry["end"])
            self.step = f"answer.json: interval [{start}, {end})"
            need(start == reached < end, f"the one before it ends at {reached}")
            for fate in self.book.among(start, end):
                self.compare(entry, fate)
            reached = end
        need(reached == raised, f"it ends before {raised}, which is raised")

    def compare(self, entry: dict[str, Any], fate: Fate) -> None:
        for field, value in self.expected(fate).items():
            had = entry[field] if field in ALWAYS else entry.get(field, value)
            if had and field in ("payee_account", "refund_of"):
                had = had.lower().split(":")[0]  # a payment is told as TX:LOG; the log's number is attested
            need(had == value, f"{field} is {value} for [{fate.start}, {fate.end}), by {fate.move}")
        if entry.get("piece") is not None:
            first = self.piece(fate) + int(entry["start"]) - fate.start
            last = first + int(entry["end"]) - int(entry["start"])
            need(entry["piece"] == {"start": str(first), "end": str(last)}, f"the piece is [{first}, {last})")

    def expected(self, fate: Fate) -> dict[str, Any]:
        source, target = self.purposes[fate.move.from_axis], self.purposes[fate.move.to_axis]
        locked = {"encumbered": target, "spent": source}.get(fate.state, [""])
        line, project = self.names.get(fate.line, (None, None)) if fate.line else (None, None)
        payee = target[-1] if target[0] == "CLAIM" else fate.move.to_axis
        return {
            "state": fate.state,
            "tx": fate.move.tx,
            "block": fate.move.block,
            "payee_account": payee if self.kind(fate.move.to_axis) == OUTSIDE else None,
            "refund_of": fate.refund_of or None,
            "receivable": str(locked[1]) if locked[0] == "ENCUMBRANCE" else None,
            "line": line,
            "project": project,
        }

    def piece(self, fate: Fate) -> int:
        """The first fen of the receivable: they are numbered as those of its encumbrance are."""
        offset = fate.move.in_offset if fate.state == "encumbered" else fate.move.out_offset
        return offset + fate.at

    def statement(self) -> str:
        """What the reader still has to believe."""
        open_ = [hexed(self.blocks[top][0]) for top in self.tops if top not in self.vouched]
        if open_:
            these = "this block hash is" if len(open_) == 1 else "these block hashes are"
            return f"complete only if {these} true: {', '.join(open_)}"
        return "complete; the block hash is signed by " + ", ".join(sorted(set(self.vouched.values())))

    def report(self) -> dict[str, Any]:
        facts = {f: self.facts[f] for f in ("bond", "chain_id", "block", "block_hash", "cash", "code_hash")}
        counts = {"moves": len(self.moves), "axes": len(self.purposes), "headers": len(self.blocks)}
        return {"statement": self.statement(), **facts, **counts, "states": self.states}


def verify_pack(folder: str | Path, trust: Sequence[str] = ()) -> dict[str, Any]:
    """Checks a pack. `trust` names addresses whose signature under a block hash the reader believes.

    Returns `{ok, problems, statement, bond, chain_id, block, block_hash, cash, code_hash, moves, axes,
    headers, states}`, or `{ok, problems}`: each problem is a sentence that begins with the file it is in.
    """
    pack, problems = Pack(Path(folder)), []
    try:
        problems = pack.changed()
        pack.check([address.lower() for address in trust])
    except Wrong as wrong:
        problems.append(f"{pack.step}: {wrong}")
    except UNREADABLE as why:
        problems.append(f"{pack.step}: cannot be read: {type(why).__name__}: {why}")
    if problems:
        return {"ok": False, "problems": problems}
    return {"ok": True, "problems": [], **pack.report()}


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks a Green Ledger evidence pack offline.")
    parser.add_argument("folder", nargs="?", default=Path(__file__).parent, type=Path, metavar="DIR")
    parser.add_argument("--trust", action="append", default=[], metavar="0xADDRESS")
    asked = parser.parse_args()
    report = verify_pack(asked.folder, asked.trust)
    for problem in report.pop("problems"):
        print(f"WRONG  {problem}")
    for name, value in report.items():
        print(f"{name}: {value}")
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
