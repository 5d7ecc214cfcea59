"""Evidence packs: one answer, with everything needed to check it offline against a block's hash (DESIGN 4).

A pack is a folder; `checker/verify_pack.py`, a copy of which lies in it, says what each file must prove.
Amounts and offsets are integer strings in minor units, addresses and hashes `0x…` in lower case.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eth_hash.auto import keccak

from ledger.errors import BadInput, LedgerError
from ledger.ports import Signer
from ledger.reports.checker.proofs import recover, rlp_int, word
from ledger.reports.checker.verify_pack import (
    AXES_SLOT,
    CONTROLLERS_SLOT,
    FORMAT,
    MOVED,
    OUTSIDE,
    PROCEEDS,
    checkpoint_digest,
    verify_pack,
)
from ledger.reports.sources import (
    Books,
    EvidenceChain,
    Json,
    Place,
    Purpose,
    openings_of,
    places_of,
    purposes_of,
)
from ledger.reports.tries import Trie
from ledger.reports.wire import UnsupportedChain, header_rlp, receipt_bytes, transaction_bytes

_CHECKER: Final = Path(__file__).parent / "checker"
_COPIED: Final = {
    "verify_pack.py": "verify_pack.py",
    "fates.py": "fates.py",
    "proofs.py": "proofs.py",
    "README.txt": "README.md",
}

LONGEST_GAP: Final = 4096
"""Blocks without a move between two with one, above which the headers between are left out (a header is about
0.6 kB) and the earlier block's hash becomes one more that a reader has to trust."""

_HEADERS_AT_ONCE: Final = 256
_SLOTS_AT_ONCE: Final = 128

_LAYOUT: Final = {
    "axes_slot": AXES_SLOT,
    "controllers_slot": CONTROLLERS_SLOT,
    "key": "keccak256(axis as 32 bytes ++ axes_slot as 32 bytes)",
    "packing": "in: bits 0..111, out: bits 112..223, flags: bits 224..255 (0 general, 1 purpose, 2 source)",
}


class EvidenceFails(LedgerError):
    """The answer does not follow from the chain, so there is no pack. `had` lists what was wrong."""

    code = "evidence-fails"
    status = "broken"


def bond_pack(
    chain: EvidenceChain,
    answer: Json,
    books: Books,
    out_dir: Path,
    checkpoints: Sequence[Json] = (),
) -> Path:
    """A pack for what `trace bond` answered. What to prove is found in the chain's logs, not in the index.

    Raises: as `build_pack`.
    """
    last = int(answer["block"])
    purposes = purposes_of(chain, books, int(answer["bond"]), last)
    places = places_of(chain, books, purposes, last) + openings_of(chain, books, int(answer["bond"]), last)
    return build_pack(chain, answer, places, purposes, out_dir, checkpoints, cash=books.cash)


def build_pack(
    chain: EvidenceChain,
    answer: Json,
    places: Iterable[Place],
    purposes: Iterable[Purpose],
    out_dir: Path,
    checkpoints: Sequence[Json] = (),
    *,
    cash: str,
) -> Path:
    """Writes a pack into `out_dir`, checks it, and returns `out_dir`.

    Args:
        answer: `trace bond ID --json`; its block is the pack's.
        places: the transactions that moved money of the bond, or named its budget lines and projects.
        purposes: what its axes are for; those that no move touches are left out.
        checkpoints: as `sign_checkpoint` makes them, of blocks whose header is in the pack.

    Raises:
        BadInput: when `out_dir` holds something already.
        UnsupportedChain: when the chain's hashes are not Ethereum's.
        EvidenceFails: when the answer does not follow from the chain; what was written shows it.
    """
    out_dir = Path(out_dir)
    if out_dir.exists() and any(out_dir.iterdir()):
        raise BadInput("a pack needs a folder of its own", who=str(out_dir), needed="an empty folder")
    files = dict(_files(chain, answer, _by_block(places), purposes, cash.lower()))
    files["checkpoints.json"] = _json([_lowered(point) for point in checkpoints])
    _write(out_dir, files)
    report = verify_pack(out_dir)
    if not report["ok"]:
        raise EvidenceFails("; ".join(report["problems"]), who=str(out_dir), had=report["problems"])
    return out_dir


def sign_checkpoint(signer: Signer, chain_id: int, block: int, block_hash: str) -> dict[str, Any]:
    """What a participant hands to readers: on this chain, this block has this hash."""
    signature = signer.sign_digest(checkpoint_digest(chain_id, block, block_hash))
    return {
        "chain_id": chain_id,
        "block": block,
        "block_hash": block_hash.lower(),
        "signer": recover(checkpoint_digest(chain_id, block, block_hash), signature),
        "signature": "0x" + signature.hex(),
    }


# --- the files ---


def _files(
    chain: EvidenceChain,
    answer: Json,
    blocks: Mapping[int, set[str]],
    purposes: Iterable[Purpose],
    cash: str,
) -> Iterator[tuple[str, bytes]]:
    head = int(answer["block"])
    headers = _headers(chain, [*blocks, head])
    receipts = [part for block in blocks.items() for part in _receipts(chain, headers, *block)]
    known = {purpose.axis: purpose for purpose in purposes}
    moves = [move for part in receipts for move in _moves(part, cash, known)]
    for part in receipts:
        yield f"receipts/{part['block']}-{part['tx_index']}.json", _json(_without_logs(part))
    for run in _runs(headers):
        yield f"headers/{run[0]}-{run[-1]}.json", _json(_run(headers, run))
    yield "answer.json", _json(answer)
    yield "moves.json", _json(moves)
    yield "documents.json", _json(_documents(moves))
    yield "counters.json", _json(_counters(chain, answer, cash, headers[head], _axes(known, moves)))


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    copied = {name: Path(_CHECKER, original).read_bytes() for name, original in _COPIED.items()}
    everything = {**files, **copied}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in everything.items()}
    everything["manifest.json"] = (
        json.dumps({"format": FORMAT, "files": hashes}, sort_keys=True, indent=1) + "\n"
    ).encode()
    for part in ("headers", "receipts"):
        Path(folder, part).mkdir(parents=True, exist_ok=True)
    for name, content in everything.items():
        Path(folder, name).write_bytes(content)


# --- headers ---


def _headers(chain: EvidenceChain, used: Iterable[int]) -> dict[int, Json]:
    """The headers of the blocks used and, so that each is linked to the last, of those between them."""
    numbers: list[int] = []
    for block in sorted(set(used)):
        near = numbers and block - numbers[-1] <= LONGEST_GAP
        numbers += range(numbers[-1] + 1 if near else block, block + 1)
    found: list[Json] = []
    for at in range(0, len(numbers), _HEADERS_AT_ONCE):
        found += [header.fields for header in chain.headers(numbers[at : at + _HEADERS_AT_ONCE])]
    return dict(zip(numbers, found, strict=True))


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if not runs or runs[-1][-1] != number - 1:
            runs.append([])
        runs[-1].append(number)
    return runs


def _run(headers: Mapping[int, Json], run: Sequence[int]) -> Json:
    return {"from": run[0], "headers": ["0x" + header_rlp(headers[number]).hex() for number in run]}


# --- receipts and moves ---


def _by_block(places: Iterable[Place]) -> dict[int, set[str]]:
    blocks: dict[int, set[str]] = {}
    for place in sorted(places, key=lambda place: place.block):
        blocks.setdefault(place.block, set()).add(place.tx)
    return blocks


def _receipts(
    chain: EvidenceChain, headers: Mapping[int, Json], block: int, wanted: set[str]
) -> Iterator[dict[str, Any]]:
    receipts = chain.receipts(block)
    transactions = [transaction_bytes(chain.transaction(receipt["transactionHash"])) for receipt in receipts]
    paid = _trie([receipt_bytes(receipt) for receipt in receipts], headers[block], "receiptsRoot")
    sent = _trie(transactions, headers[block], "transactionsRoot")
    for index, receipt in enumerate(receipts):
        if receipt["transactionHash"] in wanted:
            yield {
                "block": block,
                "tx_index": index,
                "tx": receipt["transactionHash"],
                "transaction_proof": _hexes(sent.proof(rlp_int(index))),
                "receipt_proof": _hexes(paid.proof(rlp_int(index))),
                "logs": receipt["logs"],
            }


def _trie(values: Sequence[bytes], header: Json, name: str) -> Trie:
    trie = Trie({rlp_int(index): value for index, value in enumerate(values)})
    if "0x" + trie.root.hex() != header[name]:
        raise UnsupportedChain(
            f"the {name} of a block does not follow from what the node gave for it",
            who=int(header["number"], 16),
            had="0x" + trie.root.hex(),
            needed=header[name],
        )
    return trie


def _without_logs(part: Json) -> Json:
    """The logs are inside the receipt, at the end of its proof."""
    return {name: value for name, value in part.items() if name != "logs"}


def _moves(part: Json, cash: str, known: Mapping[str, Purpose]) -> Iterator[dict[str, Any]]:
    ours = {axis for axis, purpose in known.items() if purpose.name != "CLAIM"}
    for position, log in enumerate(part["logs"]):
        if log["address"].lower() != cash or log["topics"][0] != "0x" + MOVED.hex():
            continue
        source, target = ("0x" + topic[-40:].lower() for topic in log["topics"][1:])
        if source in ours or target in ours:
            data = bytes.fromhex(log["data"][2:])
            amount, out, into = (str(int.from_bytes(data[at : at + 32], "big")) for at in (0, 32, 64))
            yield {
                "block": part["block"],
                "tx_index": part["tx_index"],
                "log_index": position,
                "tx": part["tx"],
                "from_axis": source,
                "to_axis": target,
                "amount": amount,
                "out_offset": out,
                "in_offset": into,
                "document": "0x" + data[96:].hex(),
            }


def _documents(moves: Iterable[Json]) -> dict[str, list[str]]:
    """By document: the moves that cite it, as block/transaction/log."""
    cited: dict[str, list[str]] = {}
    for move in moves:
        place = f"{move['block']}/{move['tx_index']}/{move['log_index']}"
        cited.setdefault(move["document"], []).append(place)
    return cited


# --- counters ---


def _axes(known: Mapping[str, Purpose], moves: Iterable[Json]) -> dict[str, list[Any]]:
    """Every axis that a move touches, and the origin axis in any case, with what it is for."""
    origins = [axis for axis, purpose in known.items() if purpose.name == "ORIGIN"]
    touched = [move[end] for move in moves for end in ("from_axis", "to_axis")]
    return {
        axis: [known[axis].name, *known[axis].parts] if axis in known else [OUTSIDE]
        for axis in dict.fromkeys([*origins, *touched])
    }


def _counters(
    chain: EvidenceChain, answer: Json, cash: str, head: Json, axes: Mapping[str, list[Any]]
) -> dict[str, Any]:
    controllers = int.from_bytes(keccak(PROCEEDS + word(CONTROLLERS_SLOT)), "big")
    slots = {axis: int.from_bytes(keccak(word(axis) + word(AXES_SLOT)), "big") for axis in axes}
    account, proved = _prove(chain, cash, [controllers, *slots.values()], int(answer["block"]))
    controller = proved[controllers]
    return {
        "bond": int(answer["bond"]),
        "chain_id": chain.chain_id,
        "block": int(answer["block"]),
        "block_hash": head["hash"],
        "cash": cash,
        "code_hash": account["codeHash"],
        "account_proof": account["accountProof"],
        "layout": _LAYOUT,
        "controller": f"0x{int(controller['value'], 16):040x}",
        "controller_proof": controller["proof"],
        "axes": [_axis(axis, purpose, proved[slots[axis]]) for axis, purpose in axes.items()],
    }


def _axis(axis: str, purpose: list[Any], proved: Json) -> dict[str, Any]:
    packed = int(proved["value"], 16)
    counter = (1 << 112) - 1
    return {
        "axis": axis,
        "purpose": purpose,
        "in": str(packed & counter),
        "out": str(packed >> 112 & counter),
        "flags": packed >> 224,
        "proof": proved["proof"],
    }


def _prove(chain: EvidenceChain, cash: str, slots: Sequence[int], block: int) -> tuple[Json, dict[int, Json]]:
    """The account's part of the proofs, and each slot's."""
    account: Json = {}
    proved: dict[int, Json] = {}
    for at in range(0, len(slots), _SLOTS_AT_ONCE):
        some = slots[at : at + _SLOTS_AT_ONCE]
        account = chain.proof(cash, some, block)
        proved |= dict(zip(some, account["storageProof"], strict=True))
    return account, proved


# --- small parts ---


def _json(value: Any) -> bytes:
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def _hexes(nodes: Iterable[bytes]) -> list[str]:
    return ["0x" + node.hex() for node in nodes]


def _lowered(point: Json) -> Json:
    return {name: value.lower() if isinstance(value, str) else value for name, value in point.items()}
