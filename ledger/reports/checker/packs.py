"""What every pack proves: blocks are linked, receipts are in them, words of storage are in the state; and,
where it is about money, which moves there were and that none is missing. What the answer says is for the
kinds.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

if __package__:
    from .fates import Move
    from .proofs import hexed, keccak, need, recover, rlp_decode, rlp_int, trie_get, unhex, word
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from fates import *  # type: ignore[import-not-found]  # noqa: F403
    from proofs import *  # type: ignore[import-not-found]  # noqa: F403

FORMAT = "green-ledger-evidence-2"
# Fixed here and not read: a pack free to choose a slot could show any word of the storage as a counter.
AXES_SLOT, CONTROLLERS_SLOT = 0, 3
COUNTER = (1 << 112) - 1
PROCEEDS = b"PROCEEDS".ljust(32, b"\0")
MOVED = keccak(b"Moved(address,address,uint256,uint256,uint256,bytes32)")
REFUNDED = keccak(b"Refunded(uint32,uint32,address,uint256,uint256,uint256,bytes32)")
RETURNED = keccak(b"PlacementReturned(uint32,uint32,uint256,uint256,uint256,uint256,bytes32)")
MADE_GOOD = keccak(b"LossMadeGood(uint32,uint32,address,uint256,uint256,uint256,bytes32)")
OUTSIDE = "OUTSIDE"  # a general axis, or a claim kept for its owner
UNNAMED, SOURCE = "UNNAMED", "SOURCE"  # a purpose axis of no bond; where money is minted
FLAGS = {OUTSIDE: 0, SOURCE: 2}  # what a used axis has in the state; every purpose has 1


def axis_of(name: str, *parts: int | str) -> str:
    """A purpose's axis: "axis", then the low 128 bits of keccak(module, keccak(abi.encode(name, parts)))."""
    heads = b"".join(word(part) for part in parts)
    purpose = word(32 + len(heads)) + heads + word(len(name)) + name.encode().ljust(32, b"\0")
    return hexed(b"axis" + keccak(PROCEEDS + keccak(purpose))[16:])


def checkpoint_digest(chain_id: int, block: int, block_hash: str) -> bytes:
    """What a participant signs (EIP-712): on this chain, this block has this hash."""
    domain = keccak(b"EIP712Domain(string name,string version,uint256 chainId)")
    domain = keccak(domain + keccak(b"Green Ledger Checkpoint") + keccak(b"1") + word(chain_id))
    struct = keccak(b"Checkpoint(uint256 block,bytes32 blockHash)") + word(block) + word(block_hash)
    return keccak(b"\x19\x01" + domain + keccak(struct))


def read(path: Path | IO[bytes]) -> dict[str, bytes]:
    """The files of a pack by name, from a folder or a zip."""
    if isinstance(path, Path) and path.is_dir():
        return {p.relative_to(path).as_posix(): p.read_bytes() for p in path.rglob("*") if p.is_file()}
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        need(len(names) == len(set(names)), "a name is in the zip twice")
        return {name: packed.read(name) for name in names}


class Pack:
    """Files under check. `step` says what is being looked at; every complaint begins with it."""

    kind = ""  # also the field of counters.json that says what it is about
    contract = "cash"  # whose storage is proved

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.step = "manifest.json"
        self.facts: dict[str, Any] = {}  # counters.json
        self.blocks: dict[int, list[Any]] = {}  # number → hash, then the header's fields
        self.runs: list[
            tuple[int, int]
        ] = []  # of headers, unbroken: the last block on which something rests, the top
        self.vouched: dict[int, str] = {}  # block → one the reader trusts, who signed its hash
        self.logs: list[tuple[tuple[int, int, int], str, Any]] = []
        self.storage = b""

    def load(self, name: str) -> Any:
        self.step = name
        need(name in self.files, "left out")
        return json.loads(self.files[name])

    def each(self, part: str) -> Iterator[Any]:
        for name in sorted(name for name in self.files if name.startswith(f"{part}/")):
            yield self.load(name)

    def changed(self) -> list[str]:
        """The files that are not as listed; they are checked all the same, to say what it means."""
        listed = self.load("manifest.json")
        written = json.dumps(listed, sort_keys=True, indent=1) + "\n"
        need(written.encode() == self.files[self.step], "not as the builder writes it")
        need(listed["format"] == FORMAT, f"the format is not {FORMAT}")
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}
        del hashes[self.step]
        names, files = sorted({*hashes, *listed["files"]}), listed["files"]
        return [f"{n}: not the file in manifest.json" for n in names if hashes.get(n) != files.get(n)]

    def check(self, trust: Sequence[str]) -> None:
        self.check_headers()
        self.check_checkpoints(trust)
        self.check_receipts()
        self.check_state()
        self.check_kind()
        self.check_documents()
        self.check_place()
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
            top = run["from"] + len(run["headers"]) - 1
            self.runs.append((top, top))
        self.facts = self.load("counters.json")
        head, self.runs = self.facts["block"], sorted(self.runs)
        top = self.runs[-1][1]
        need(
            all(number in self.blocks for number in range(head, top)), "blocks beyond it are not linked to it"
        )
        self.runs[-1] = head, top
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
            need(part["block"] <= self.facts["block"], "later than the block of counters.json")
            raw = trie_get(header[5], rlp_int(index), part["transaction_proof"])
            need(hexed(keccak(raw)) == part["tx"], f"the transaction there is {hexed(keccak(raw))}")
            receipt = trie_get(header[6], rlp_int(index), part["receipt_proof"])
            fields = rlp_decode(receipt[1:] if receipt[0] < 0x80 else receipt)  # EIP-2718: a type goes first
            for position, log in enumerate(fields[3]):
                self.logs.append(((part["block"], index, position), part["tx"], log))
        self.logs.sort(key=lambda log: log[0])

    def check_state(self) -> None:
        """The contract whose storage counts, in the state of the pack's block."""
        facts = self.load("counters.json")
        need(facts["layout"] == self.layout(), "another storage layout")
        state, name = self.block(facts["block"])[4], self.contract
        account = trie_get(state, keccak(unhex(facts[name])), facts["account_proof"])
        _, _, self.storage, code = rlp_decode(account)
        need(hexed(code) == facts["code_hash"], f"the code hash of the contract is {hexed(code)}")

    def slot(self, key: bytes, proof: Sequence[str]) -> int:
        value = trie_get(self.storage, keccak(key), proof)
        return int.from_bytes(rlp_decode(value) if value else b"", "big")

    def check_documents(self) -> None:
        cited: dict[str, list[str]] = {}
        for document, place in self.cited():
            cited.setdefault(document, []).append(place)
        for document, places in self.load("documents.json").items():
            need(cited.pop(document, None) == places, f"other moves cite document {document}")
        need(not cited, f"moves cite documents that are left out: {', '.join(cited)}")

    def check_place(self) -> None:
        answer, facts = self.load("answer.json"), self.facts
        names = {"block": "as_of_block", "block_hash": "as_of_block_hash"} if "as_of_block" in answer else {}
        for field in ("chain_id", "block", "block_hash", *self.subject):
            had = str(answer[names.get(field, field)])
            need(had.lower() == str(facts[field]).lower(), f"{field} is not that of counters.json")

    def statement(self) -> str:
        """What the reader still has to believe."""
        open_, signers = [], set()
        for last, top in self.runs:
            vouching = [signer for block, signer in self.vouched.items() if last <= block <= top]
            signers.update(vouching)
            open_ += [] if vouching else [hexed(self.blocks[last][0])]
        if open_:
            these = "this block hash is" if len(open_) == 1 else "these block hashes are"
            return f"complete only if {these} true: {', '.join(open_)}"
        return "complete; the block hash is signed by " + ", ".join(sorted(signers))

    def report(self) -> dict[str, Any]:
        names = (self.kind, "chain_id", "block", "block_hash", self.contract, "code_hash")
        facts = {"kind": self.kind} | {name: self.facts[name] for name in names}
        return {"statement": self.statement(), **facts, "headers": len(self.blocks), **self.found()}

    # --- what each kind says for itself ---

    subject: tuple[str, ...] = ()  # fields that the answer and counters.json have in common

    def layout(self) -> dict[str, Any]:
        raise NotImplementedError

    def check_kind(self) -> None:
        raise NotImplementedError

    def cited(self) -> Iterator[tuple[str, str]]:
        """Documents, each with the place of the act that cites it."""
        raise NotImplementedError

    def check_answer(self) -> None:
        raise NotImplementedError

    def found(self) -> dict[str, Any]:
        raise NotImplementedError


class CashPack(Pack):
    """About money: counters of `Cash`, and the moves that reach them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(files)
        self.purposes: dict[str, list[Any]] = {}  # axis → name and parts
        self.counters: dict[str, tuple[int, int]] = {}
        self.moves: list[Move] = []
        self.own: frozenset[str] = frozenset()

    def layout(self) -> dict[str, Any]:
        return cash_layout()

    def check_kind(self) -> None:
        self.check_counters()
        self.check_moves()
        self.check_tiles()

    def check_counters(self) -> None:
        facts = self.facts
        self.step = "counters.json: controller"
        key = PROCEEDS + word(CONTROLLERS_SLOT)
        controller = hexed(self.slot(keccak(key), facts["controller_proof"]).to_bytes(20, "big"))
        need(controller == facts["controller"], f"the module PROCEEDS is controlled by {controller}")
        for entry in facts["axes"]:
            axis, purpose = entry["axis"], entry["purpose"]
            self.step = f"counters.json: axis {axis} ({' '.join(map(str, purpose))})"
            packed = self.slot(keccak(word(axis) + word(AXES_SLOT)), entry["proof"])
            found = (packed & COUNTER, packed >> 112 & COUNTER, packed >> 224)
            stated = (int(entry["in"]), int(entry["out"]), entry["flags"])
            need(found == stated, f"in, out and flags are {found}, not {stated}")
            named = purpose[0] not in (OUTSIDE, UNNAMED, SOURCE)
            need(not named or axis == axis_of(*purpose), "its purpose has another address")
            flags = FLAGS.get(purpose[0], 1) if packed else 0
            need(found[2] == flags, f"flags {found[2]} do not fit its purpose")
            need(axis not in self.purposes, "given twice")
            self.purposes[axis], self.counters[axis] = purpose, found[:2]

    def kind_of(self, axis: str) -> str:
        name: str = self.purposes[axis][0]
        return OUTSIDE if name == "CLAIM" else name

    def ours(self) -> list[str]:
        """The axes whose every move the pack must have."""
        raise NotImplementedError

    def check_moves(self) -> None:
        self.own = frozenset(self.ours())
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
        for place, tx, (address, topics, data) in self.logs:
            if hexed(address) == self.facts["cash"] and topics[:1] == [MOVED]:
                source, target = (hexed(topic[12:]) for topic in topics[1:])
                amount, out, into = (int.from_bytes(data[at : at + 32], "big") for at in (0, 32, 64))
                move = Move(*place, tx, source, target, amount, out, into, hexed(data[96:]))
                if self.concerns(move):
                    yield move

    def concerns(self, move: Move) -> bool:
        return move.from_axis in self.own or move.to_axis in self.own

    def check_tiles(self) -> None:
        """None is missing: what came into and left each axis, end to end, reaches the proved counters."""
        reached = {(axis, way): 0 for axis in sorted(self.own) for way in ("into", "out of")}
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

    def cited(self) -> Iterator[tuple[str, str]]:
        return ((move.document, move.place) for move in self.moves)

    def found(self) -> dict[str, Any]:
        return {"moves": len(self.moves), "axes": len(self.purposes)}


def cash_layout() -> dict[str, Any]:
    return {
        "axes_slot": AXES_SLOT,
        "controllers_slot": CONTROLLERS_SLOT,
        "key": "keccak256(axis as 32 bytes ++ axes_slot as 32 bytes)",
        "packing": "in: bits 0..111, out: 112..223, flags: 224..255 (0 general, 1 purpose, 2 source)",
    }
