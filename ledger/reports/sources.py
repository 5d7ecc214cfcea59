"""Where in the chain's logs stands what a pack must prove; no index is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ledger.errors import NotFound
from ledger.reports.checker.answers import PROJECT
from ledger.reports.checker.bonds import LOST
from ledger.reports.checker.legs import ATTESTED, CONFIRMED, REPORTED
from ledger.reports.checker.moves import LINE_OPENED, MOVED, axis_of
from ledger.reports.checker.pieces import ACTS
from ledger.reports.checker.proofs import hexed
from ledger.reports.checker.statements import TRANSFER

Json = Mapping[str, Any]

_ASKED_AT_ONCE: Final = 200
"""Numbers in one question for logs: nodes bound its length."""
_BESIDE: Final = ("attested", "converted", "economic", "history", "works", "placement")
"""Parts of answers whose transactions no checker needs, or finds itself."""


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
class Purpose:
    """What an axis is for, by the names of the library `Purposes`; of a claim also whose module keeps it."""

    name: str
    parts: tuple[int | str, ...]
    module: str = ""

    @property
    def axis(self) -> str:
        """In lower case."""
        return axis_of(self.name, *self.parts, module=self.module)

    @property
    def told(self) -> list[Any]:
        """As `counters.json` has it."""
        return [self.name, *self.parts, *([self.module] if self.module else [])]


@dataclass(frozen=True, slots=True)
class Place:
    """A transaction in which something happened that the pack must prove."""

    block: int
    tx: str


# --- what an answer names --------------------------------------------------------------------------------


def named_in(chain: EvidenceChain, answer: Any) -> list[Place]:
    """The transactions on the ways of an answer, and those that were reversed on them."""
    found, reversed_ = dict.fromkeys(_named(answer)), dict.fromkeys(_reversed(answer))
    known = {place.tx for place in found}
    for tx in reversed_:
        if tx not in known:
            found[Place(int(chain.transaction(tx)["blockNumber"], 16), tx)] = None
    return list(found)


def _named(answer: Any) -> Iterator[Place]:
    for one in _within(answer):
        if isinstance(one.get("tx"), str) and isinstance(one.get("block"), int):
            yield Place(one["block"], one["tx"])


def _reversed(answer: Any) -> Iterator[str]:
    return (str(one["refund_of"]).partition(":")[0] for one in _within(answer) if one.get("refund_of"))


def _within(answer: Any) -> Iterator[Json]:
    """Every object of an answer, in order."""
    if isinstance(answer, Mapping):
        yield answer
        for name, value in answer.items():
            if name not in _BESIDE:
                yield from _within(value)
    elif isinstance(answer, Sequence) and not isinstance(answer, str):
        for value in answer:
            yield from _within(value)


def payment_place(chain: EvidenceChain, told: Json) -> str:
    """A payment as packs name it: block/transaction/log, the log counted within the transaction."""
    for index, receipt in enumerate(chain.receipts(int(told["block"]))):
        for position, log in enumerate(receipt["logs"]):
            if receipt["transactionHash"] == told["tx"] and int(log["logIndex"], 16) == told["log"]:
                return f"{told['block']}/{index}/{position}"
    raise NotFound(f"{told['tx']} has no log {told['log']}", who=told["tx"])


def purposes_in(parts: Iterable[Json]) -> set[str]:
    """The purpose axes that receipts moved money on."""
    moved, prefix = hexed(MOVED), hexed(b"axis")
    logs = (log for part in parts for log in part["logs"] if log["topics"][:1] == [moved])
    return {
        _address(topic) for log in logs for topic in log["topics"][1:] if _address(topic).startswith(prefix)
    }


# --- what the chain's logs say ---------------------------------------------------------------------------


def openings_of(
    chain: EvidenceChain, proceeds: str, lines: Sequence[int], bonds: Sequence[int], first: int, last: int
) -> list[Place]:
    """The transactions that opened budget lines, registered their projects, or declared losses of a bond's
    placements: no move tells of them."""
    opened = list(_numbered(chain, proceeds, LINE_OPENED, lines, first, last))
    projects = sorted({int(log["topics"][3], 16) for log in opened})
    registered = _numbered(chain, proceeds, PROJECT, projects, first, last)
    lost = _numbered(chain, proceeds, LOST, bonds, first, last, at=2)
    return [_place(log) for log in (*opened, *registered, *lost)]


def _numbered(
    chain: EvidenceChain,
    contract: str,
    event: bytes,
    numbers: Sequence[int],
    first: int,
    last: int,
    at: int = 1,
) -> Iterator[Json]:
    """Events whose indexed argument at a place is one of these numbers."""
    for start in range(0, len(numbers), _ASKED_AT_ONCE):
        some = [_topic(number) for number in numbers[start : start + _ASKED_AT_ONCE]]
        yield from chain.logs(first, last, [contract], [hexed(event), *[None] * (at - 1), some])


def account_logs(chain: EvidenceChain, cash: str, account: str, first: int, last: int) -> list[Json]:
    """Every move into and out of an axis, in the order of the chain."""
    this = _topic(int(account, 16))
    found: dict[tuple[int, int], Json] = {}
    for topics in ([hexed(MOVED), this], [hexed(MOVED), None, this]):
        for log in chain.logs(first, last, [cash], topics):
            found[int(log["blockNumber"], 16), int(log["logIndex"], 16)] = log
    return [found[place] for place in sorted(found)]


def account_places(chain: EvidenceChain, cash: str, account: str, first: int, last: int) -> list[Place]:
    """The transactions that moved money of an axis."""
    return list({_place(log): None for log in account_logs(chain, cash, account, first, last)})


def act_places(chain: EvidenceChain, book: str, receivable: int, first: int, last: int) -> list[Place]:
    """The transactions with an act on one of a receivable's pieces."""
    acts = [hexed(topic) for topic in ACTS]
    logs = chain.logs(first, last, [book], [acts, _topic(receivable)])
    return list({_place(log): None for log in logs})


def unit_places(chain: EvidenceChain, token: str, account: str, first: int, last: int) -> list[Place]:
    """The transactions that moved an account's units of a bond."""
    this, transfer = _topic(int(account, 16)), hexed(TRANSFER)
    asked: list[list[str | None]] = [[transfer, this], [transfer, None, this]]
    return list({_place(log): None for topics in asked for log in chain.logs(first, last, [token], topics)})


def leg_places(chain: EvidenceChain, legs: str, told: Json | None, first: int, last: int) -> list[Place]:
    """The transactions in which somebody attested the legs on the ways of an answer."""
    ways = [] if told is None else [*told["intervals"], *told["continuations"]]
    numbers = sorted({int(stop["leg"]) for one in ways for stop in one["path"]})
    events = (ATTESTED, REPORTED, CONFIRMED)
    return [_place(log) for event in events for log in _numbered(chain, legs, event, numbers, first, last)]


def account_answer(chain: EvidenceChain, cash: str, account: str, first: int, last: int) -> dict[str, Any]:
    """All of an account in one ledger cash, from the chain's logs (integer strings in minor units):

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


def _place(log: Json) -> Place:
    return Place(int(log["blockNumber"], 16), str(log["transactionHash"]))


def _topic(number: int) -> str:
    return f"0x{number:064x}"


def _address(topic: str) -> str:
    return "0x" + topic[-40:].lower()
