"""The proofs in a pack: headers that link blocks, receipts in their tries, words of storage in the state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from eth_hash.auto import keccak

from ledger.reports.checker.packs import (
    AXES_SLOT,
    CONTROLLERS_SLOT,
    MOVED,
    OUTSIDE,
    PROCEEDS,
    SOURCE,
    UNNAMED,
    cash_layout,
)
from ledger.reports.checker.pieces import ACTS, piece_key, piece_layout, receivable_key
from ledger.reports.checker.proofs import rlp_int, word
from ledger.reports.sources import EvidenceChain, Json, Place
from ledger.reports.tries import Trie
from ledger.reports.wire import UnsupportedChain, header_rlp, receipt_bytes, transaction_bytes

LONGEST_GAP: Final = 4096
"""Blocks without a move between two with one, above which the headers between are left out (a header is about
0.6 kB) and the earlier block's hash becomes one more that a reader has to trust."""

_HEADERS_AT_ONCE: Final = 256
_SLOTS_AT_ONCE: Final = 128
_COUNTER: Final = (1 << 112) - 1

Progress = Callable[[int, int], None]
"""How many of how many blocks with a move in them are proved."""


# --- headers ---


def headers_of(chain: EvidenceChain, used: Iterable[int]) -> dict[int, Json]:
    """The headers of the blocks used and, so that each is linked to the last, of those between them."""
    numbers: list[int] = []
    for block in sorted(set(used)):
        near = numbers and block - numbers[-1] <= LONGEST_GAP
        numbers += range(numbers[-1] + 1 if near else block, block + 1)
    found: list[Json] = []
    for at in range(0, len(numbers), _HEADERS_AT_ONCE):
        found += [header.fields for header in chain.headers(numbers[at : at + _HEADERS_AT_ONCE])]
    return dict(zip(numbers, found, strict=True))


def runs_of(headers: Mapping[int, Json]) -> Iterator[tuple[str, Json]]:
    """Unbroken runs of headers, each with the name of its file."""
    runs: list[list[int]] = []
    for number in sorted(headers):
        if not runs or runs[-1][-1] != number - 1:
            runs.append([])
        runs[-1].append(number)
    for run in runs:
        encoded = ["0x" + header_rlp(headers[number]).hex() for number in run]
        yield f"headers/{run[0]}-{run[-1]}.json", {"from": run[0], "headers": encoded}


# --- receipts and what is in them ---


def receipts_of(
    chain: EvidenceChain, headers: Mapping[int, Json], places: Iterable[Place], progress: Progress
) -> list[dict[str, Any]]:
    """The proofs that these transactions happened; `logs` are for the builder and go into no file."""
    blocks: dict[int, set[str]] = {}
    for place in sorted(places, key=lambda place: place.block):
        blocks.setdefault(place.block, set()).add(place.tx)
    found: list[dict[str, Any]] = []
    for done, (block, wanted) in enumerate(blocks.items()):
        progress(done, len(blocks))
        found += _receipts(chain, headers[block], block, wanted)
    progress(len(blocks), len(blocks))
    return found


def _receipts(chain: EvidenceChain, header: Json, block: int, wanted: set[str]) -> Iterator[dict[str, Any]]:
    receipts = chain.receipts(block)
    transactions = [transaction_bytes(chain.transaction(receipt["transactionHash"])) for receipt in receipts]
    paid = _trie([receipt_bytes(receipt) for receipt in receipts], header, "receiptsRoot")
    sent = _trie(transactions, header, "transactionsRoot")
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


def moves_in(part: Json, cash: str, axes: frozenset[str] | None) -> Iterator[dict[str, Any]]:
    """The moves of a receipt that touch one of `axes`; all of them where none are named."""
    for position, log in enumerate(part["logs"]):
        if log["address"].lower() != cash or log["topics"][0] != "0x" + MOVED.hex():
            continue
        source, target = ("0x" + topic[-40:].lower() for topic in log["topics"][1:])
        if axes is None or source in axes or target in axes:
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


def acts_in(part: Json, book: str, receivable: int) -> Iterator[tuple[dict[str, Any], str]]:
    """The acts of a receipt on a receivable's pieces, each with the document that it cites; empty for
    none."""
    for position, log in enumerate(part["logs"]):
        name = ACTS.get(bytes.fromhex(log["topics"][0][2:])) if log["topics"] else None
        if name is None or log["address"].lower() != book or int(log["topics"][1], 16) != receivable:
            continue
        data = bytes.fromhex(log["data"][2:])
        start, number = (int.from_bytes(data[at : at + 32], "big") for at in (0, 96))
        opened = name == "Opened"
        yield (
            {
                "block": part["block"],
                "tx_index": part["tx_index"],
                "log_index": position,
                "tx": part["tx"],
                "act": name,
                "start": 0 if opened else start,
                "sequence": 0 if opened else number,
            },
            "0x" + data[128:160].hex() if name == "PieceMoved" else "",
        )


def cited(acts: Iterable[tuple[Json, str]]) -> dict[str, list[str]]:
    """By document: the acts that cite it, as block/transaction/log."""
    found: dict[str, list[str]] = {}
    for act, document in acts:
        if document:
            found.setdefault(document, []).append(f"{act['block']}/{act['tx_index']}/{act['log_index']}")
    return found


# --- words of storage ---


def counters_of(chain: EvidenceChain, cash: str, block: int, axes: Mapping[str, list[Any] | None]) -> Json:
    """The counters of these axes, proved. `axes` says what each is for; None: as its flags say."""
    controllers = int.from_bytes(keccak(PROCEEDS + word(CONTROLLERS_SLOT)), "big")
    slots = {axis: int.from_bytes(keccak(word(axis) + word(AXES_SLOT)), "big") for axis in axes}
    account, proved = _prove(chain, cash, [controllers, *slots.values()], block)
    controller = proved[controllers]
    return {
        "cash": cash,
        "layout": cash_layout(),
        "code_hash": account["codeHash"],
        "account_proof": account["accountProof"],
        "controller": f"0x{int(controller['value'], 16):040x}",
        "controller_proof": controller["proof"],
        "axes": [_axis(axis, purpose, proved[slots[axis]]) for axis, purpose in axes.items()],
    }


def _axis(axis: str, purpose: list[Any] | None, proved: Json) -> dict[str, Any]:
    packed = int(proved["value"], 16)
    flags = packed >> 224
    return {
        "axis": axis,
        "purpose": purpose or [(OUTSIDE, UNNAMED, SOURCE)[flags]],
        "in": str(packed & _COUNTER),
        "out": str(packed >> 112 & _COUNTER),
        "flags": flags,
        "proof": proved["proof"],
    }


def pieces_of(chain: EvidenceChain, book: str, block: int, receivable: int, starts: Sequence[int]) -> Json:
    """The words of a receivable and of its pieces, proved."""
    face = int.from_bytes(receivable_key(receivable), "big")
    slots = {start: int.from_bytes(piece_key(receivable, start), "big") for start in starts}
    account, proved = _prove(chain, book, [face, *slots.values()], block)
    words = {start: proved[slot] for start, slot in slots.items()}
    return {
        "book": book,
        "layout": piece_layout(),
        "code_hash": account["codeHash"],
        "account_proof": account["accountProof"],
        "face": {
            "value": str(int(proved[face]["value"], 16) & (1 << 64) - 1),
            "proof": proved[face]["proof"],
        },
        "pieces": [
            {"start": str(start), "value": hex(int(found["value"], 16)), "proof": found["proof"]}
            for start, found in words.items()
        ],
    }


def _prove(
    chain: EvidenceChain, address: str, slots: Sequence[int], block: int
) -> tuple[Json, dict[int, Json]]:
    """The account's part of the proofs, and each slot's."""
    account: Json = {}
    proved: dict[int, Json] = {}
    for at in range(0, len(slots), _SLOTS_AT_ONCE):
        some = slots[at : at + _SLOTS_AT_ONCE]
        account = chain.proof(address, some, block)
        proved |= dict(zip(some, account["storageProof"], strict=True))
    return account, proved


def _hexes(nodes: Iterable[bytes]) -> list[str]:
    return ["0x" + node.hex() for node in nodes]
