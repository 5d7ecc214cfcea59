"""What a pack about one bond must prove, found in the chain's logs alone: the index is not asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from eth_hash.auto import keccak

from ledger.ports import Deployment
from ledger.reports.checker.verify_pack import LINE_OPENED, LOST, MOVED, PROJECT, axis_of

Json = Mapping[str, Any]

BOOKED = keccak(b"Booked(uint32,address,uint64,uint256)")
ENCUMBERED = keccak(b"Encumbered(uint32,uint32,uint64,uint256)")
ENCUMBRANCE_PAID = keccak(b"EncumbrancePaid(uint32,uint64,address,uint64,uint64,bool)")
REDEMPTION = keccak(b"RedemptionAnnounced(uint32,uint32,(uint8,uint32,uint32,uint96,uint96),bytes32)")
SERVICE_PAID = keccak(b"ServicePaid(uint32,address,uint256,uint256,bool)")

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
    """Where a bond's books stand: four contracts' addresses, and the block before which there were none."""

    cash: str
    proceeds: str
    bond_office: str
    service: str
    first_block: int = 0

    @classmethod
    def of(cls, deployment: Deployment, cash: str) -> Books:
        """Those of a deployment, for a bond paid in the ledger cash at the address `cash`."""
        proceeds, office = deployment["Proceeds"].address, deployment["BondOffice"].address
        return cls(cash, proceeds, office, deployment["BondService"].address, deployment.start_block)


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
    this = _topic(bond)
    found = [Purpose(name, (bond,)) for name in ("ORIGIN", "COST", "POOL", "RETURNED")]
    for log in _events(chain, books, books.bond_office, last, BOOKED, this):
        investor = _address(log["topics"][2])
        found += [Purpose("ESCROW", (bond, investor)), Purpose("CLAIM", (investor,))]
    for log in _events(chain, books, books.proceeds, last, LINE_OPENED, None, this):
        found.append(Purpose("LINE", (int(log["topics"][1], 16),)))
    for log in _events(chain, books, books.proceeds, last, ENCUMBERED, this):
        found.append(Purpose("ENCUMBRANCE", (int(log["topics"][3], 16),)))
    for log in _events(chain, books, books.proceeds, last, ENCUMBRANCE_PAID, this):
        found.append(Purpose("CLAIM", (_address(log["topics"][3]),)))
    for log in _events(chain, books, books.service, last, REDEMPTION, this):
        for paid in _events(chain, books, books.service, last, SERVICE_PAID, log["topics"][2]):
            found.append(Purpose("CLAIM", (_address(paid["topics"][2]),)))
    return list(dict.fromkeys(found))


def openings_of(chain: EvidenceChain, books: Books, bond: int, last: int) -> list[Place]:
    """The transactions that opened the bond's budget lines, registered their projects, or declared a loss: no
    move tells of them."""
    opened = list(_events(chain, books, books.proceeds, last, LINE_OPENED, None, _topic(bond)))
    projects = sorted({str(log["topics"][3]) for log in opened})
    registered = _events(chain, books, books.proceeds, last, PROJECT, projects) if projects else ()
    lost = _events(chain, books, books.proceeds, last, LOST, None, _topic(bond))
    return [_place(log) for log in (*opened, *registered, *lost)]


def places_of(chain: EvidenceChain, books: Books, purposes: Iterable[Purpose], last: int) -> list[Place]:
    """The transactions up to block `last` that moved money into or out of these axes, claims apart."""
    axes = [_topic(int(purpose.axis, 16)) for purpose in purposes if purpose.name != "CLAIM"]
    moved = "0x" + MOVED.hex()
    found = set()
    for at in range(0, len(axes), _ASKED_AT_ONCE):
        some = axes[at : at + _ASKED_AT_ONCE]
        for topics in ([moved, some], [moved, None, some]):
            for log in chain.logs(books.first_block, last, [books.cash], topics):
                found.add(_place(log))
    return list(found)


def _events(
    chain: EvidenceChain,
    books: Books,
    address: str,
    last: int,
    event: bytes,
    *where: str | Sequence[str] | None,
) -> Iterable[Json]:
    asked = ["0x" + event.hex(), *where]
    return chain.logs(books.first_block, last, [address], asked)


def _place(log: Json) -> Place:
    return Place(int(log["blockNumber"], 16), str(log["transactionHash"]))


def _topic(number: int) -> str:
    return f"0x{number:064x}"


def _address(topic: str) -> str:
    return "0x" + topic[-40:].lower()
