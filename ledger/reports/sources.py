"""What a pack must prove: of bonds, accounts and receivables found in the chain's logs alone, of a payment
in its answer's paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from eth_hash.auto import keccak

from ledger.errors import NotFound
from ledger.ports import Deployment
from ledger.reports.checker.bonds import LINE_OPENED, LOST, PROJECT
from ledger.reports.checker.packs import MOVED, axis_of
from ledger.reports.checker.pieces import ACTS

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
    """A transaction in which something happened that the pack must prove."""

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


def account_logs(chain: EvidenceChain, cash: str, account: str, first: int, last: int) -> list[Json]:
    """Every move into and out of an account, in the order of the chain."""
    moved, this = "0x" + MOVED.hex(), _topic(int(account, 16))
    found: dict[tuple[int, int], Json] = {}
    for topics in ([moved, this], [moved, None, this]):
        for log in chain.logs(first, last, [cash], topics):
            found[int(log["blockNumber"], 16), int(log["logIndex"], 16)] = log
    return [found[place] for place in sorted(found)]


def account_places(chain: EvidenceChain, cash: str, account: str, first: int, last: int) -> list[Place]:
    """The transactions that moved money of an account."""
    return list({_place(log): None for log in account_logs(chain, cash, account, first, last)})


def account_answer(chain: EvidenceChain, cash: str, account: str, first: int, last: int) -> dict[str, Any]:
    """A participant's whole statement in one ledger cash, from the chain's logs (integer strings in minor
    units):

        {chain_id, block, block_hash, account, cash, in, out, balance,
         moves: [{block, tx, log, direction, other, amount, offset, balance, document}]}

    `offset` is the first number of the move's fen among all that came in, or went out; `other` the axis on
    the other side; `balance` what was there after the move.
    """
    [header] = chain.headers([last])
    account, totals = account.lower(), {"in": 0, "out": 0}
    moves = []
    for log in account_logs(chain, cash, account, first, last):
        source, target = (_address(topic) for topic in log["topics"][1:])
        data = bytes.fromhex(log["data"][2:])
        amount, out, into = (int.from_bytes(data[at : at + 32], "big") for at in (0, 32, 64))
        way = "in" if target == account else "out"
        totals[way] += amount
        moves.append(
            {
                "block": int(log["blockNumber"], 16),
                "tx": log["transactionHash"],
                "log": int(log["logIndex"], 16),
                "direction": way,
                "other": source if way == "in" else target,
                "amount": str(amount),
                "offset": str(into if way == "in" else out),
                "balance": str(totals["in"] - totals["out"]),
                "document": "0x" + data[96:].hex(),
            }
        )
    place = {"chain_id": chain.chain_id, "block": last, "block_hash": header.fields["hash"]}
    figures = {
        "in": str(totals["in"]),
        "out": str(totals["out"]),
        "balance": str(totals["in"] - totals["out"]),
    }
    return {**place, "account": account, "cash": cash.lower(), **figures, "moves": moves}


def act_places(chain: EvidenceChain, book: str, receivable: int, first: int, last: int) -> list[Place]:
    """The transactions with an act on one of a receivable's pieces."""
    acts = ["0x" + topic.hex() for topic in ACTS]
    logs = chain.logs(first, last, [book], [acts, _topic(receivable)])
    return list({_place(log): None for log in logs})


def path_places(chain: EvidenceChain, answer: Json) -> list[Place]:
    """The transactions that the paths of `trace payment` mention, the payment's own among them."""
    hops = [hop for source in answer["sources"] for hop in source["path"]]
    found = {Place(int(hop["block"]), str(hop["tx"])): None for hop in hops if hop["tx"]}
    for hop in hops:
        if hop["refund_of"]:
            tx = str(hop["refund_of"]).partition(":")[0]
            found[Place(int(chain.transaction(tx)["blockNumber"], 16), tx)] = None
    return [Place(int(answer["block"]), str(answer["tx"])), *found]


def payment_move(chain: EvidenceChain, answer: Json) -> str:
    """The payment's place as packs tell it: block/transaction/log, the log counted within the transaction."""
    for index, receipt in enumerate(chain.receipts(int(answer["block"]))):
        for position, log in enumerate(receipt["logs"]):
            if receipt["transactionHash"] == answer["tx"] and int(log["logIndex"], 16) == answer["log"]:
                return f"{answer['block']}/{index}/{position}"
    raise NotFound(f"{answer['tx']} has no log {answer['log']}", who=answer["tx"])


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
