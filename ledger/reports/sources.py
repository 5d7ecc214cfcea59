"""What a pack about one bond must prove, found in the chain's logs alone: the index is not asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from eth_hash.auto import keccak

from ledger.reports.checker.verify_pack import MOVED, axis_of

Json = Mapping[str, Any]

_ASKED_AT_ONCE = 200
"""Axes in one question for logs: nodes bound its length."""


class HeaderLike(Protocol):
    """A block's header; `fields` as JSON-RPC gives them."""

    @property
    def fields(self) -> Json: ...


class EvidenceChain(Protocol):
    """A chain that can be asked for logs and proofs. Answers are JSON-RPC's own; blocks are numbers."""

    @property
    def chain_id(self) -> int: ...

    def headers(self, numbers: Iterable[int]) -> Sequence[HeaderLike]: ...

    def receipts(self, block: int) -> Sequence[Json]:
        """Those of all transactions of a block, in order."""

    def transaction(self, tx: str) -> Json: ...

    def proof(self, address: str, slots: Sequence[int], block: int) -> Json: ...

    def logs(
        self, first: int, last: int, addresses: Sequence[str] | None, topics: Sequence[Any] | None
    ) -> Iterable[Json]: ...


@dataclass(frozen=True, slots=True)
class Books:
    """Where a bond's books stand: three contracts' addresses, and the block before which there were none."""

    cash: str
    proceeds: str
    bond_office: str
    first_block: int = 0


@dataclass(frozen=True, slots=True)
class Purpose:
    """What an axis of the module PROCEEDS is for, by the names of the library `Purposes`."""

    name: str
    parts: tuple[int | str, ...]

    @property
    def axis(self) -> str:
        """In lower case."""
        return axis_of(self.name, *self.parts)


@dataclass(frozen=True, slots=True)
class Place:
    """A transaction that moved money of the bond."""

    block: int
    tx: str


def purposes_of(chain: EvidenceChain, books: Books, bond: int, last: int) -> list[Purpose]:
    """Every purpose that money of the bond may have had up to block `last`, used or not."""

    def topics(address: str, signature: str, *where: str | None) -> Iterator[list[str]]:
        asked = ["0x" + keccak(signature.encode()).hex(), *where]
        for log in chain.logs(books.first_block, last, [address], asked):
            yield [str(topic) for topic in log["topics"]]

    this = f"0x{bond:064x}"
    found = [Purpose(name, (bond,)) for name in ("ORIGIN", "COST", "POOL")]
    for event in topics(books.bond_office, "Booked(uint32,address,uint64,uint256)", this):
        found += [Purpose("ESCROW", (bond, _address(event[2]))), Purpose("CLAIM", (_address(event[2]),))]
    for event in topics(books.proceeds, "LineOpened(uint32,uint32,uint32,uint96,bool,string)", None, this):
        found.append(Purpose("LINE", (int(event[1], 16),)))
    for event in topics(books.proceeds, "Encumbered(uint32,uint32,uint64,uint256)", this):
        found.append(Purpose("ENCUMBRANCE", (int(event[3], 16),)))
    for event in topics(books.proceeds, "EncumbrancePaid(uint32,uint64,address,uint64,uint64,bool)", this):
        found.append(Purpose("CLAIM", (_address(event[3]),)))
    return list(dict.fromkeys(found))


def places_of(chain: EvidenceChain, books: Books, purposes: Iterable[Purpose], last: int) -> list[Place]:
    """The transactions up to block `last` that moved money into or out of these axes, claims apart."""
    axes = [f"0x{int(purpose.axis, 16):064x}" for purpose in purposes if purpose.name != "CLAIM"]
    moved = "0x" + MOVED.hex()
    found = set()
    for at in range(0, len(axes), _ASKED_AT_ONCE):
        some = axes[at : at + _ASKED_AT_ONCE]
        for topics in ([moved, some], [moved, None, some]):
            for log in chain.logs(books.first_block, last, [books.cash], topics):
                found.add((int(log["blockNumber"], 16), str(log["transactionHash"])))
    return [Place(block, tx) for block, tx in sorted(found)]


def _address(topic: str) -> str:
    return "0x" + topic[-40:].lower()
