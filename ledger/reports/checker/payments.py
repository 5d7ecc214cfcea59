"""What a pack about one payment proves: what funded it, fen by fen, back to the mint.

Fen x that leaves an axis is fen x that came into it: on a bond's own axes that is no assumption, elsewhere
it is the rule first in, first out. A refund names the payment whose fen it brings back.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any, NamedTuple

if __package__:
    from .fates import Move
    from .packs import OUTSIDE, SOURCE, CashPack
    from .proofs import need
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from packs import *  # type: ignore[import-not-found]  # noqa: F403


class Hop(NamedTuple):
    """The fen stood on `axis` as `[start, ...)`; `move` took them from there, or brought them back there."""

    axis: str
    start: int
    move: Move | None = None
    refund_of: str = ""


class Leaf(NamedTuple):
    """Fen `[start, end)` of the payment, and where they stood, from the payment back to their mint."""

    start: int
    end: int
    hops: tuple[Hop, ...]


class PaymentPack(CashPack):
    """`trace payment`, by first in, first out and without a horizon."""

    kind = "payment"

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(files)
        self.payment: Move
        self.refunded: dict[tuple[int, int, str, int], tuple[str, int, int]] = {}
        self.into: dict[str, list[tuple[int, int]]] = {}  # axis → in-offset and index of move, by offset
        self.leaves: list[Leaf] = []

    def ours(self) -> list[str]:
        return []

    def concerns(self, move: Move) -> bool:
        return True

    def check_tiles(self) -> None:
        """None is missing: what came into each axis on the way back tiles what left it, fen for fen."""
        for index, move in enumerate(self.moves):
            self.into.setdefault(move.to_axis, []).append((move.in_offset, index))
        for tiles in self.into.values():
            tiles.sort()
        chosen = [move for move in self.moves if move.place == self.facts["payment"]]
        need(chosen, f"the payment {self.facts['payment']} is missing")
        self.payment = chosen[0]
        self.refunded = self.refunds()
        waiting = [
            Leaf(
                0, self.payment.amount, (Hop(self.payment.from_axis, self.payment.out_offset, self.payment),)
            )
        ]
        while waiting:
            leaf = waiting.pop()
            if self.purposes[leaf.hops[-1].axis] == [SOURCE]:
                self.leaves.append(leaf)
            else:
                waiting += reversed(self.behind(leaf))

    def behind(self, leaf: Leaf) -> list[Leaf]:
        """The same fen one move earlier."""
        hop, found, at = leaf.hops[-1], [], leaf.start
        end = hop.start + leaf.end - leaf.start
        tiles = self.into.get(hop.axis, [])
        number, i = hop.start, max(bisect_left(tiles, (hop.start + 1, 0)) - 1, 0)
        while number < end:
            move = self.moves[tiles[i][1]] if i < len(tiles) else self.payment
            here = i < len(tiles) and move.in_offset <= number < move.in_offset + move.amount
            missing = f"[{number}, {end}) is missing before {hop.move}"
            need(
                here, f"moves into axis {hop.axis} ({' '.join(map(str, self.purposes[hop.axis]))}): {missing}"
            )
            need(hop.move is None or move < hop.move, f"{move} is not before {hop.move}")
            length = min(end, move.in_offset + move.amount) - number
            hops = [before._replace(start=before.start + at - leaf.start) for before in leaf.hops]
            found.append(Leaf(at, at + length, (*hops, self.earlier(move, number - move.in_offset))))
            number, at, i = number + length, at + length, i + 1
        return found

    def earlier(self, move: Move, skipped: int) -> Hop:
        """Where the fen of a move stood before; of a refund, where those stood that it stands for."""
        key = (move.block, move.tx_index, move.to_axis, move.in_offset)
        if key not in self.refunded:
            return Hop(move.from_axis, move.out_offset + skipped, move)
        axis, offset, amount = self.refunded[key]
        need(amount == move.amount, f"the refund of {move} is of {amount}")
        number = offset + skipped
        left = [
            m for m in self.moves if m.from_axis == axis and m.out_offset <= number < m.out_offset + m.amount
        ]
        need(left, f"the payment that {move} reverses is missing")
        return Hop(axis, number, move, left[0].tx)

    def check_answer(self) -> None:
        """Names, categories and log numbers are attested, and so is what else the answer says."""
        answer, reached, payment = self.load("answer.json"), 0, self.payment
        need(answer["rule"] == "fifo" and answer["cut"] == "0", "only a whole trace by first in, first out")
        need(answer["complete"] is True, "it denies that it is complete")
        stated = {name: answer[name] for name in ("block", "tx", "amount", "document")}
        proved = {"block": payment.block, "tx": payment.tx, "amount": str(payment.amount)}
        for field, value in {**proved, "document": payment.document}.items():
            need(stated[field] == value, f"{field} is {value}")
        ends = {"payer": (payment.from_axis, answer["payer"]["account"])}
        ends["payee_account"] = (payment.to_axis, answer["payee_account"])
        for field, (axis, had) in ends.items():
            known = self.purposes[axis] != [OUTSIDE] or (had or "").lower() == axis
            need(known, f"{field} is {axis}")
        for source in answer["sources"]:
            start, end = int(source["start"]), int(source["end"])
            self.step = f"answer.json: source [{start}, {end})"
            need(start == reached < end, f"the one before it ends at {reached}")
            need(source["amount"] == str(end - start), f"amount is {end - start}")
            for leaf in self.leaves:
                if leaf.start < end and start < leaf.end:
                    need(leaf.start <= start and end <= leaf.end, f"its fen came by {leaf.hops[-1].move}")
                    self.compare(source, leaf, start - leaf.start, end - start)
            reached = end
        need(reached == payment.amount, f"it ends before {payment.amount}, which was paid")

    def compare(self, source: dict[str, Any], leaf: Leaf, skipped: int, amount: int) -> None:
        need(source["end_of_trace"] == "minted", "it ends where the money was minted")
        need(len(source["path"]) == len(leaf.hops), f"its path has {len(leaf.hops)} steps")
        for i, (told, hop) in enumerate(zip(source["path"], leaf.hops)):  # noqa: B905  as long as each other
            first, move = hop.start + skipped, hop.move if i else None
            refund_of = (told["refund_of"] or "").split(":")[0]
            had = [told["address"].lower(), told["start"], told["end"], told["tx"], told["block"], refund_of]
            proved = [hop.axis, str(first), str(first + amount), move and move.tx, move and move.block]
            need(had == [*proved, hop.refund_of], f"step {i} of its path is {[*proved, hop.refund_of]}")
        purposes = [(self.purposes[hop.axis], hop.start + skipped) for hop in leaf.hops]
        origin = next(((p[1], at) for p, at in purposes if p[0] == "ORIGIN"), None)
        bond, first = origin or (None, 0)
        need(source["bond"] == bond, f"its bond is {bond}")
        if origin:
            numbers = [source["origin_start"], source["origin_end"]]
            need(
                numbers == [str(first), str(first + amount)], f"it is [{first}, {first + amount}) of the bond"
            )
        investor = next((p[2] for p, _ in purposes if p[0] == "ESCROW"), None)
        need(not origin or (source["investor"]["account"] or "").lower() == investor, f"{investor} put it in")

    def found(self) -> dict[str, Any]:
        bonds = sorted({str(p[1]) for p in self.purposes.values() if p[0] == "ORIGIN"})
        return {**super().found(), "amount": self.payment.amount, "bonds": ", ".join(bonds)}
