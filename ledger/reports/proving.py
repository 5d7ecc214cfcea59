"""The proofs in a pack: headers that link blocks, and receipts in their tries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from ledger.reports.checker.proofs import rlp_int
from ledger.reports.sources import EvidenceChain, Json, Place
from ledger.reports.tries import Trie
from ledger.reports.wire import UnsupportedChain, header_rlp, receipt_bytes, transaction_bytes

LONGEST_GAP: Final = 4096
"""Blocks without a move between two with one, above which the headers between are left out (a header is about
0.6 kB) and the earlier block's hash becomes one more that a reader has to trust."""

_HEADERS_AT_ONCE: Final = 256

Progress = Callable[[int, int], None]
"""How many of how many blocks with a move in them are proved."""


# --- headers ---


def headers_of(chain: EvidenceChain, used: Iterable[int], known: Mapping[int, Json]) -> dict[int, Json]:
    """The headers of the blocks used and, so that each is linked to the last, of those between them; `known`
    are not asked for again."""
    numbers: list[int] = []
    for block in sorted(set(used)):
        near = numbers and block - numbers[-1] <= LONGEST_GAP
        numbers += range(numbers[-1] + 1 if near else block, block + 1)
    found = {number: known[number] for number in numbers if number in known}
    fresh = [number for number in numbers if number not in known]
    for at in range(0, len(fresh), _HEADERS_AT_ONCE):
        some = fresh[at : at + _HEADERS_AT_ONCE]
        found |= zip(some, (header.fields for header in chain.headers(some)), strict=True)
    return {number: found[number] for number in numbers}


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
) -> dict[Place, dict[str, Any]]:
    """The proofs that these transactions happened; `logs` are for the builder and go into no file."""
    blocks: dict[int, set[str]] = {}
    for place in sorted(places, key=lambda place: place.block):
        blocks.setdefault(place.block, set()).add(place.tx)
    found: dict[Place, dict[str, Any]] = {}
    for done, (block, wanted) in enumerate(blocks.items()):
        progress(done, len(blocks))
        found |= {Place(block, part["tx"]): part for part in _receipts(chain, headers[block], block, wanted)}
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


def _hexes(nodes: Iterable[bytes]) -> list[str]:
    return ["0x" + node.hex() for node in nodes]
