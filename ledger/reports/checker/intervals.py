"""Where any numbered fen of any sub-account went, or what funded them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

if __package__:
    from .answers import check_sources, horizon_of, need_whole, rest, sub_account, tiled
    from .bonds import Bond
    from .moves import BOOKS, LEFT, Cash, Leaf
    from .packs import Pack
    from .proofs import need
    from .sweeps import check_holders
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from bonds import *  # type: ignore[import-not-found]  # noqa: F403


class IntervalPack(Pack):
    """`trace interval`. Money on a bond's books is followed as the bond's; elsewhere by the rule."""

    kind = "interval"
    subject = ("cash", "address", "direction")

    def check_kind(self) -> None:
        self.cash, self.axis = Cash(self, self.facts["cash"]), str(self.facts["address"])
        self.answer = answer = self.load("answer.json")
        self.check_place(answer)
        start, end, rule = int(answer["start"]), int(answer["end"]), answer["rule"]
        came = self.cash.counters(self.axis)[0]
        need(0 <= start < end <= came, f"[{start}, {end}) is not in [0, {came}) that came in")
        self.same(answer, {"amount": str(end - start), **sub_account(self.cash, self.axis)})
        if rule != "fifo":
            need_whole(answer)
        if answer["direction"] == "backward":
            named = "parts" if rule == "fifo" else "shares"
            told = {**answer, "sources": answer[named]}
            check_sources(self.cash, told, self.axis, start, end, None, 0, rule, horizon_of(answer))
        elif rule == "fifo":
            self.check_parts(start, end)
        else:
            self.check_shares(start, end)

    @property
    def of_bond(self) -> bool:
        return self.cash.kind(self.axis) in BOOKS

    def check_parts(self, start: int, end: int) -> None:
        leaves = self.cash.walk(self.axis, start, end, refunds=self.of_bond, horizon=horizon_of(self.answer))
        if self.of_bond:  # then a refund that is left out would be a gap of the bond's books
            bonds = {self.cash.bond_of(stop.axis) for leaf in leaves for stop in leaf.stops} - {None}
            for bond in sorted(bonds):  # type: ignore[type-var]
                Bond(self.cash, bond)  # type: ignore[arg-type]
        for part, leaf in tiled(self, self.answer["parts"], leaves, start, end, "part"):
            low, high = int(part["start"]), int(part["end"])
            self.same(part, rest(self.cash, leaf, low, high, part))
        cut = sum(leaf.end - leaf.start for leaf in leaves if leaf.why == "cut")
        self.step = "answer.json"
        self.same(self.answer, {"cut": str(cut), "complete": not cut})

    def check_shares(self, start: int, end: int) -> None:
        """On the bond's own books the money is followed by its numbers first."""
        told, starts, own = self.answer["shares"], [], frozenset[str]()
        if self.of_bond:
            bond = Bond(self.cash, self.cash.bond_of(self.axis) or 0)
            own = bond.own
            leaves = self.cash.walk(self.axis, start, end, ends=lambda axis: axis not in own)
            resting = [leaf for leaf in leaves if leaf.last.axis in own]
            self.step = "answer.json"
            self.check_resting(told[: len(resting)], resting)
            told = told[len(resting) :]
            moves = {move: at for at, move in enumerate(self.cash.moves)}
            paid = [leaf for leaf in leaves if leaf.last.axis not in own]
            starts = [(moves[leaf.last.move], leaf.last.axis, leaf.end - leaf.start) for leaf in paid]  # type: ignore[index]
        else:
            came = self.cash.cut(self.axis, start, end, back=True)
            starts = [(at, self.axis, high - low) for low, high, at in came if at is not None]
        check_holders(self.cash, told, starts, self.answer["rule"], own)
        need(self.answer["cut"] == "0" and self.answer["complete"] is True, "it denies that it is complete")

    def check_resting(self, told: Sequence[Any], resting: Sequence[Leaf]) -> None:
        need(len(told) == len(resting), f"{len(resting)} parts rest on the bond's own books")
        for line, leaf in zip(told, resting):  # noqa: B905
            amount, axis = str(leaf.end - leaf.start), leaf.last.axis
            ends = {"horizon": LEFT.get(self.cash.kind(axis))}
            self.same(line, {"least": amount, "most": amount, **ends, **sub_account(self.cash, axis)})

    def found(self) -> dict[str, Any]:
        return {"amount": self.answer["amount"]}
