"""What a pack about a bond's trace proves: what became of each raised fen, and on whose budget line.

A move's kind follows from what its two axes are for; refunds, placements and losses are told by the
contract that controls the module PROCEEDS.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

if __package__:
    from .fates import Book, Fate
    from .packs import OUTSIDE, CashPack, axis_of
    from .proofs import keccak, need
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from packs import *  # type: ignore[import-not-found]  # noqa: F403

ALWAYS = (
    "state",
    "tx",
    "block",
    "payee_account",
)  # what every interval must say; the rest where it speaks of it
LINE_OPENED = keccak(b"LineOpened(uint32,uint32,uint32,uint96,bool,string)")
PROJECT = keccak(b"ProjectRegistered(uint32,uint32,address,uint8,bytes3,uint96,string,bytes32)")
PLACED = keccak(b"Placed(uint32,uint32,address,uint256,uint256,uint32,string,bytes32)")
LOST = keccak(b"PlacementLost(uint32,uint32,uint256,uint256,bytes32)")
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


def text_at(data: bytes, argument: int) -> str:
    """A string among an event's arguments."""
    start = int.from_bytes(data[32 * argument : 32 * argument + 32], "big")
    length = int.from_bytes(data[start : start + 32], "big")
    return data[start + 32 : start + 32 + length].decode()


class BondPack(CashPack):
    """`trace bond`, by first in, first out and the cash view."""

    kind = "bond"
    subject = ("bond",)

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(files)
        self.book = Book()
        self.names: dict[str, tuple[str, str | None]] = {}  # axis of a budget line → its name, its project's
        self.states: dict[str, int] = {}

    def check_kind(self) -> None:
        super().check_kind()
        self.follow()
        self.read_names()

    def check_counters(self) -> None:
        super().check_counters()
        for axis, purpose in self.purposes.items():
            self.step = f"counters.json: axis {axis} ({' '.join(map(str, purpose))})"
            if purpose[0] in ("ORIGIN", "COST", "POOL", "RETURNED", "ESCROW"):
                need(purpose[1] == self.facts["bond"], "it belongs to another bond")

    def ours(self) -> list[str]:
        return [axis for axis in self.purposes if self.kind_of(axis) != OUTSIDE]

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
            flow = (self.kind_of(move.from_axis), self.kind_of(move.to_axis))
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

    def check_answer(self) -> None:
        """The answer follows from the moves; what it says beyond the fields compared here is attested."""
        answer, reached = self.load("answer.json"), 0
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
            "payee_account": payee if self.kind_of(fate.move.to_axis) == OUTSIDE else None,
            "refund_of": fate.refund_of or None,
            "receivable": str(locked[1]) if locked[0] == "ENCUMBRANCE" else None,
            "line": line,
            "project": project,
        }

    def piece(self, fate: Fate) -> int:
        """The first fen of the receivable: they are numbered as those of its encumbrance are."""
        offset = fate.move.in_offset if fate.state == "encumbered" else fate.move.out_offset
        return offset + fate.at

    def found(self) -> dict[str, Any]:
        return {**super().found(), "states": self.states}
