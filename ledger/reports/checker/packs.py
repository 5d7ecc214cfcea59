"""What every pack proves: blocks are linked, receipts are in them, words of storage are in the state.

What the answer says is for the kinds, which ask for events (`emitted`) and for words (`word`), say which acts
the answer follows from (`rows`), and what it must say (`same`).
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
    from .proofs import hexed, keccak, need, recover, rlp_decode, rlp_int, trie_get, unhex, word
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from proofs import *  # type: ignore[import-not-found]  # noqa: F403

FORMAT = "green-ledger-evidence-3"
LARGEST, MOST_FILES = 1 << 30, 200_000  # bytes and files of a zip, unpacked
# Fixed here and not read: a pack free to choose a slot could show any word of the storage as a counter.
LAYOUT = {
    "Cash": "0: axis → in (bits 0..111), out (112..223), flags; 3: module → controller",
    "PieceBook": "0: receivable → start → holder (0..159), end (64), state (8), layers (8), sequence (16); "
    "1: receivable → face (64)",
    "GreenBond": "3: holder → units (64)",
    "AssetPools": "2: pool → 168: pieces (32); +1: face (64); 4: pool → number → receivable, start, end (64 "
    "each), sequence (16), state (8); +1: collected (64)",
    "Legs": "1: leg → 160: state (8)",
    "key": "keccak256(key as 32 bytes ++ slot as 32 bytes), the outermost mapping first",
}


def slot_of(base: int, *keys: int | str | bytes) -> bytes:
    """Where the storage has an entry of a mapping, or of a mapping of mappings."""
    at = word(base)
    for key in keys:
        at = keccak((key if isinstance(key, bytes) else word(key)) + at)
    return at


def bits(packed: int, first: int, length: int) -> int:
    return packed >> first & (1 << length) - 1


def values_of(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 32], "big") for at in range(0, len(data), 32)]


def checkpoint_digest(chain_id: int, block: int, block_hash: str) -> bytes:
    """What a participant signs (EIP-712): on this chain, this block has this hash."""
    domain = keccak(b"EIP712Domain(string name,string version,uint256 chainId)")
    domain = keccak(domain + keccak(b"Green Ledger Checkpoint") + keccak(b"1") + word(chain_id))
    struct = keccak(b"Checkpoint(uint256 block,bytes32 blockHash)") + word(block) + word(block_hash)
    return keccak(b"\x19\x01" + domain + keccak(struct))


def read(path: Path | IO[bytes]) -> dict[str, bytes]:
    """The files of a pack by name, from a folder or a zip; of a zip nothing is written anywhere."""
    if isinstance(path, Path) and path.is_dir():
        return {p.relative_to(path).as_posix(): p.read_bytes() for p in path.rglob("*") if p.is_file()}
    with zipfile.ZipFile(path) as packed:
        entries = [entry for entry in packed.infolist() if not entry.is_dir()]
        names = [entry.filename for entry in entries]
        need(len(names) == len(set(names)), "a name is in the zip twice")
        need(len(names) <= MOST_FILES, f"the zip has more than {MOST_FILES} files")
        size = sum(entry.file_size for entry in entries)
        need(size <= LARGEST, f"the zip would unpack to {size} bytes, more than {LARGEST}")
        strange = [name for name in names if name.startswith("/") or ".." in name.split("/") or "\\" in name]
        need(not strange, f"the zip names files elsewhere: {', '.join(strange)}")
        return {name: packed.read(name) for name in names}


class Pack:
    """Files under check. `step` says what is being looked at; every complaint begins with it."""

    kind = ""
    subject: tuple[str, ...] = ()  # fields that the answer and counters.json have in common

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.step = "manifest.json"
        self.facts: dict[str, Any] = {}  # counters.json
        self.blocks: dict[int, list[Any]] = {}  # number → hash, then the header's fields
        self.runs: list[
            tuple[int, int]
        ] = []  # unbroken headers: the last block that something rests on, the top
        self.vouched: dict[int, str] = {}  # block → one the reader trusts, who signed its hash
        self.logs: list[tuple[tuple[int, int, int], str, Any]] = []  # block/transaction/log, transaction, log
        self.words: dict[tuple[str, str], int] = {}  # contract and slot → word of storage at the pack's block
        self.codes: dict[str, str] = {}  # contract → the hash of its code
        self.rows: dict[tuple[int, int, int], dict[str, Any]] = {}  # acts that the answer follows from

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
        need(
            listed["format"] == FORMAT, f"the format is {listed['format']}; this checker reads {FORMAT} alone"
        )
        written = json.dumps(listed, sort_keys=True, indent=1) + "\n"
        need(written.encode() == self.files[self.step], "not as the builder writes it")
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
        self.check_rows()
        self.check_documents()

    # --- what Ethereum proves ---

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

    @property
    def head(self) -> int:
        """The block of the answer."""
        return int(self.facts["block"])

    def block(self, number: int) -> list[Any]:
        need(number in self.blocks, f"the pack has no header of block {number}")
        return self.blocks[number]

    def time(self, number: int) -> int:
        return int.from_bytes(self.block(number)[12], "big")

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
            need(part["block"] <= self.head, "later than the block of counters.json")
            raw = trie_get(header[5], rlp_int(index), part["transaction_proof"])
            need(hexed(keccak(raw)) == part["tx"], f"the transaction there is {hexed(keccak(raw))}")
            receipt = trie_get(header[6], rlp_int(index), part["receipt_proof"])
            fields = rlp_decode(receipt[1:] if receipt[0] < 0x80 else receipt)  # EIP-2718: a type goes first
            for position, log in enumerate(fields[3]):
                self.logs.append(((part["block"], index, position), part["tx"], log))
        self.logs.sort(key=lambda log: log[0])

    def check_state(self) -> None:
        facts = self.load("counters.json")
        need(facts["layout"] == LAYOUT, "another storage layout")
        for part in facts["state"]:
            address = part["address"]
            self.step = f"counters.json: {address}"
            account = trie_get(self.block(self.head)[4], keccak(unhex(address)), part["account_proof"])
            _, _, storage, code = rlp_decode(account)
            need(hexed(code) == part["code_hash"], f"the code hash of the contract is {hexed(code)}")
            self.codes[address] = hexed(code)
            for one in part["words"]:
                self.step = f"counters.json: word {one['slot']} of {address}"
                value = trie_get(storage, keccak(unhex(one["slot"])), one["proof"])
                number = int.from_bytes(rlp_decode(value) if value else b"", "big")
                need(hex(number) == one["value"], f"it is {hex(number)}")
                self.words[address, one["slot"]] = number

    def word(self, contract: str, slot: bytes, what: str) -> int:
        """A word of a contract's storage; `what` says of what, should it not be in the pack."""
        key = (contract, hexed(slot))
        need(key in self.words, f"the state of {what} is not in counters.json (word {key[1]} of {contract})")
        return self.words[key]

    def emitted(self, contract: str, event: bytes) -> Iterator[tuple[Any, list[int], bytes]]:
        """Its events of one kind: place and transaction, indexed arguments, data."""
        for place, tx, (address, topics, data) in self.logs:
            if topics[:1] == [event] and hexed(address) == contract:
                yield (*place, tx), [int.from_bytes(topic, "big") for topic in topics[1:]], data

    # --- what the answer follows from ---

    def check_rows(self) -> None:
        left, before = dict(self.rows), (-1, 0, 0)
        for row in self.load("moves.json"):
            place = (row["block"], row["tx_index"], row["log_index"])
            self.step = f"moves.json: {called(row)}"
            need(place in left, "no receipt has it, or it is here twice")
            need(row == left.pop(place), "the receipt says otherwise")
            need(before < place, "not in the order of the chain")
            before = place
        self.step = "moves.json"
        need(not left, f"left out: {', '.join(called(row) for _, row in sorted(left.items()))}")

    def check_documents(self) -> None:
        cited = citations(self.rows)
        for document, places in self.load("documents.json").items():
            need(cited.pop(document, None) == places, f"other moves cite document {document}")
        need(not cited, f"moves cite documents that are left out: {', '.join(cited)}")

    def check_place(self, told: Mapping[str, Any]) -> None:
        names = {"block": "as_of_block", "block_hash": "as_of_block_hash"} if "as_of_block" in told else {}
        for field in ("chain_id", "block", "block_hash", *self.subject):
            had = str(told[names.get(field, field)])
            need(had.lower() == str(self.facts[field]).lower(), f"{field} is not that of counters.json")

    def same(self, told: Any, proved: Any, where: str = "") -> None:
        """What is proved is told so. What the answer says beyond it is attested."""
        if isinstance(proved, dict):
            need(isinstance(told, dict), f"{where} is {proved}")
            for name, value in proved.items():
                need(name in told, f"{where} {name} is left out".strip())
                self.same(told[name], value, f"{where} {name}".strip())
        elif isinstance(proved, list):
            need(isinstance(told, list) and len(told) == len(proved), f"{where}: there are {len(proved)}")
            for number, value in enumerate(proved):
                self.same(told[number], value, f"{where} {number}")
        else:
            had = told.lower() if isinstance(told, str) and told[:2] in ("0x", "0X") else told
            if where.endswith("refund_of") and had:
                had = had.split(":")[0]  # a payment is told as TX:LOG; the log's number is attested
            need(had == proved and type(had) is type(proved), f"{where} is {proved}")

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
        facts = {"kind": self.kind} | {name: self.facts[name] for name in ("chain_id", "block", "block_hash")}
        figures = {"contracts": self.codes, "headers": len(self.blocks), "acts": len(self.rows)}
        subject = {name: self.facts[name] for name in self.subject}
        return {"statement": self.statement(), **facts, **subject, **figures, **self.found()}

    # --- what each kind says for itself ---

    def check_kind(self) -> None:
        raise NotImplementedError

    def found(self) -> dict[str, Any]:
        return {}


def called(row: Mapping[str, Any]) -> str:
    """A row of moves.json in a sentence."""
    place = f"{row['block']}/{row['tx_index']}/{row['log_index']} of transaction {row['tx']}"
    if "act" in row:
        return f"act {row['sequence']} ({row['act']}) on the piece at {row['start']}, {place}"
    return f"move {place}"


def citations(rows: Mapping[tuple[int, int, int], Mapping[str, Any]]) -> dict[str, list[str]]:
    """By document: the acts that cite it, as block/transaction/log."""
    cited: dict[str, list[str]] = {}
    for place, row in sorted(rows.items()):
        if row["document"]:
            cited.setdefault(row["document"], []).append("/".join(map(str, place)))
    return cited
