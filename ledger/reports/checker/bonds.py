"""A bond's own books: whole, and what became of each raised fen; and the answers that are about them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

if __package__:
    from .answers import horizon_of, names_of, need_whole, path, rest, tiled, waits
    from .legs import check_legs
    from .moves import ENDLESS, OUTSIDE, Cash, Horizon, Leaf, axis_of
    from .packs import Pack, values_of
    from .proofs import keccak, need
    from .sweeps import Start, check_holders
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from answers import *  # type: ignore[import-not-found]  # noqa: F403
    from legs import *  # type: ignore[import-not-found]  # noqa: F403

PLACED = keccak(b"Placed(uint32,uint32,address,uint256,uint256,uint32,string,bytes32)")
LOST = keccak(b"PlacementLost(uint32,uint32,uint256,uint256,bytes32)")
STATES = {"ORIGIN": "unallocated", "POOL": "unallocated", "LINE": "available", "ENCUMBRANCE": "encumbered"}
FLOWS = {  # from, to: the only ways that a bond's money goes
    (OUTSIDE, "ESCROW"), ("ESCROW", OUTSIDE), ("ESCROW", "ORIGIN"), ("ORIGIN", "COST"), ("COST", OUTSIDE),
    ("ORIGIN", "POOL"), ("LINE", "POOL"), ("LINE", "LINE"), ("POOL", "LINE"), ("ENCUMBRANCE", "LINE"),
    (OUTSIDE, "LINE"), ("POOL", OUTSIDE), (OUTSIDE, "POOL"), ("POOL", "RETURNED"), ("RETURNED", OUTSIDE),
    ("LINE", "ENCUMBRANCE"), ("LINE", OUTSIDE), ("ENCUMBRANCE", OUTSIDE),
}  # fmt: skip
FAR = 64  # moves that money is followed beyond the first payee where no limit was given


class Bond:
    """No move into or out of its sub-accounts is missing, and none is of a kind that there cannot be."""

    def __init__(self, cash: Cash, bond: int) -> None:
        self.cash, self.bond = cash, bond
        self.own = cash.books(bond)
        self.origin, self.pool = axis_of("ORIGIN", bond), axis_of("POOL", bond)
        escrows = {axis for axis in cash.purposes if cash.purposes[axis][:2] == ["ESCROW", bond]}
        for axis in sorted({*self.own, *escrows, self.origin}):
            cash.whole(axis)
        for at, move in enumerate(cash.moves):
            if {move.from_axis, move.to_axis} & {*self.own, *escrows}:
                self.check_flow(at)
        self.lost = [
            tuple(values_of(data)[:2])
            for place, (_, of), data in cash.pack.emitted(cash.controller, LOST)
            if of == bond and place[0] <= cash.block
        ]
        self.raised = cash.counters(self.origin)[1]
        self.leaves = (
            cash.walk(self.origin, 0, self.raised, ends=lambda axis: axis not in self.own)
            if self.raised
            else []
        )

    def check_flow(self, at: int) -> None:
        move, pack = self.cash.moves[at], self.cash.pack
        pack.step = f"moves.json: {move}"
        source, target = (self.kind(axis) for axis in (move.from_axis, move.to_axis))
        need((source, target) in FLOWS, f"a bond's money never goes from {source} to {target}")
        for axis in (move.from_axis, move.to_axis):
            need(
                self.kind(axis) == OUTSIDE or axis in self.own or self.kind(axis) == "ESCROW",
                "to another bond's books",
            )
        if source == OUTSIDE and target in ("LINE", "POOL"):
            need(at in self.cash.came_back, "money from outside that reverses no payment")
            self.cash.reversed_by(at)
        if (source, target) == ("POOL", OUTSIDE):
            told = pack.emitted(self.cash.controller, PLACED)
            numbers = [
                values_of(data)[1] for place, _, data in told if place[:2] == (move.block, move.tx_index)
            ]
            need(move.out_offset in numbers, "money from the pool that no placement took")

    def kind(self, axis: str) -> str:
        name = self.cash.kind(axis)
        return OUTSIDE if name in ("CLAIM", "REDEMPTION") else name

    # --- what became of a fen ---

    def passed(self, leaf: Leaf) -> list[str]:
        return [self.kind(stop.axis) for stop in leaf.stops]

    def is_placed(self, leaf: Leaf) -> bool:
        return self.passed(leaf)[-2:] == ["POOL", OUTSIDE]

    def state(self, leaf: Leaf, start: int, end: int) -> str:
        kinds = self.passed(leaf)
        if self.is_placed(leaf):
            low, high = (at + leaf.stops[-2].shift for at in (start, end))
            lost = sum(max(0, min(high, at + amount) - max(low, at)) for at, amount in self.lost)
            need(lost in (0, high - low), f"{lost} of it are lost")
            return "lost" if lost else "placed"
        set_aside = "cost" if "COST" in kinds else "returned" if "RETURNED" in kinds else ""
        return set_aside or STATES.get(kinds[-1], "spent")

    def line(self, leaf: Leaf) -> str:
        """The axis of the budget line that the money is on or left last; empty for none."""
        kinds = self.passed(leaf)
        if kinds[-1] == "POOL" or self.is_placed(leaf) or "RETURNED" in kinds:
            return ""
        return next((stop.axis for stop in reversed(leaf.stops) if self.kind(stop.axis) == "LINE"), "")

    def payee(self, leaf: Leaf) -> str | None:
        return None if leaf.last.axis in self.own else self.cash.party(leaf.last.axis)

    def fate(self, leaf: Leaf, start: int, end: int) -> dict[str, Any]:
        move, kinds = leaf.last.move, self.passed(leaf)
        assert move is not None
        step = -1 if kinds[-1] == "ENCUMBRANCE" else -2 if kinds[-2:] == ["ENCUMBRANCE", OUTSIDE] else 0
        locked = self.cash.purposes[leaf.stops[step].axis][1] if step else None
        return {
            "state": self.state(leaf, start, end),
            "tx": move.tx,
            "block": move.block,
            "payee_account": self.payee(leaf),
            "refund_of": next((stop.refund_of for stop in reversed(leaf.stops) if stop.refund_of), None),
            "receivable": None if locked is None else str(locked),
            **names_of(self.cash, self.line(leaf)),
        }

    def piece(self, leaf: Leaf, start: int, end: int) -> dict[str, str]:
        """The receivable's fen that the money is for: they are numbered as those of its encumbrance are."""
        step = -1 if self.passed(leaf)[-1] == "ENCUMBRANCE" else -2
        first = start + leaf.stops[step].shift
        return {"start": str(first), "end": str(first + end - start)}

    # --- what an answer says of it ---

    def check(
        self, answer: Mapping[str, Any], told: Sequence[Any], leaves: Sequence[Leaf], held: Sequence[Any]
    ) -> None:
        """Intervals of `ledger.tracing.bond` for some of the leaves; beyond the first payee by the rule."""
        pack, rule = self.cash.pack, answer["rule"]
        follows = answer["view"] == "cash" and rule == "fifo"
        starts: list[Start] = []
        for one, leaf in self.matched(told, leaves):
            start, end = int(one["start"]), int(one["end"])
            pack.same(one, self.fate(leaf, start, end))
            if one.get("path"):  # an answer may say no ways
                pack.same(one["path"][1:], path(self.cash, leaf, start, end), "path after its first stop")
                pack.same(one["path"][0], {"parties": list(self.subscribers(start, end))}, "path 0")
            if one["piece"] is not None:
                pack.same(one["piece"], self.piece(leaf, start, end), "piece")
            paid = self.payee(leaf) is not None and not self.is_placed(leaf)
            if paid and follows:
                self.check_onward(one, leaf, start, end, horizon_of(answer))
            else:
                need(one["onward"] == [], "it goes on from where it rests")
            if paid:
                starts.append((self.cash.moves.index(leaf.last.move), leaf.last.axis, end - start))  # type: ignore[arg-type]
        pack.step = "answer.json: holders"
        if answer["view"] == "cash" and not follows:
            need_whole(answer)
            check_holders(self.cash, held, starts, rule, self.own)
        else:
            need(held == [], "no rule that numbers no fen was asked for")

    def matched(self, told: Sequence[Any], leaves: Sequence[Leaf]) -> Iterator[tuple[Any, Leaf]]:
        """Runs of fen side by side are tiled, run by run."""
        at = 0
        for start, end in runs(leaves):
            some = [one for one in told if start <= int(one["start"]) < end]
            here = [leaf for leaf in leaves if start <= leaf.start < end]
            yield from tiled(self.cash.pack, some, here, start, end, "interval")
            at += len(some)
        need(at == len(told), "an interval has fen that are not asked for")

    def check_onward(self, one: Mapping[str, Any], leaf: Leaf, start: int, end: int, asked: Horizon) -> None:
        horizon = asked._replace(hops=FAR) if asked.hops == ENDLESS else asked
        shift, cash = leaf.last.shift, self.cash
        after = cash.walk(leaf.last.axis, start + shift, end + shift, refunds=False, horizon=horizon)
        moved = [part._replace(start=part.start - shift, end=part.end - shift) for part in after]
        for part, onward in tiled(
            cash.pack, one["onward"], moved, start, end, f"interval [{start}, {end}) onward"
        ):
            low, high = int(part["start"]) + shift, int(part["end"]) + shift
            cash.pack.same(part, rest(cash, onward, low, high, part))

    def subscribers(self, start: int, end: int) -> Iterator[dict[str, Any]]:
        for low, high, at in self.cash.cut(self.origin, start, end, back=True):
            assert at is not None
            investor = self.cash.party(self.cash.moves[at].from_axis)
            yield {"account": investor, "start": str(low), "end": str(high)}

    def states(self, leaves: Sequence[Leaf], told: Sequence[Any]) -> dict[str, int]:
        """Amounts by state, of intervals that are checked."""
        sums = dict.fromkeys(
            ("cost", "unallocated", "placed", "lost", "available", "encumbered", "spent", "returned"), 0
        )
        for one in told:
            sums[one["state"]] += int(one["end"]) - int(one["start"])
        return sums


def runs(leaves: Sequence[Leaf]) -> list[tuple[int, int]]:
    """Fen side by side, as intervals."""
    found: list[tuple[int, int]] = []
    for leaf in leaves:
        if found and found[-1][1] == leaf.start:
            found[-1] = found[-1][0], leaf.end
        else:
            found.append((leaf.start, leaf.end))
    return found


def texts(amounts: Mapping[str, int]) -> dict[str, str]:
    return {name: str(amount) for name, amount in amounts.items()}


class BondPack(Pack):
    """`trace bond`: where each raised fen is, by either view and any rule."""

    kind = "bond"
    subject = ("bond",)

    def check_kind(self) -> None:
        self.books = Bond(Cash(self, self.facts["cash"]), self.facts["bond"])
        answer = self.load("answer.json")
        self.check_place(answer)
        self.same(answer, {"raised": str(self.books.raised), "conserved": True})
        self.books.check(answer, answer["intervals"], self.books.leaves, answer["holders"])
        self.step = "answer.json"
        self.states = self.books.states(self.books.leaves, answer["intervals"])
        self.same(answer, {"states": texts(self.states)})
        check_legs(self, answer.get("attested"))

    def found(self) -> dict[str, Any]:
        return {"states": self.states}


class ProjectPack(Pack):
    """`trace project` and `trace line`: the money of budget lines, bond by bond."""

    kind = "project"
    subject = ("project",)

    def check_kind(self) -> None:
        answer = self.load("answer.json")
        self.check_place(answer)
        need(len(self.facts["sections"]) == len(answer["sections"]), "a section is left out")
        for where, told in zip(self.facts["sections"], answer["sections"]):  # noqa: B905
            bond = Bond(Cash(self, where["cash"]), told["bond"])
            axis = axis_of("LINE", told["line_id"])
            leaves = [leaf for leaf in bond.leaves if bond.line(leaf) == axis]
            self.step = "answer.json"
            self.same(
                told, {"line": names_of(bond.cash, axis)["line"], "allocated": str(allocated(bond, axis))}
            )
            self.same(answer, {"label": names_of(bond.cash, axis)["project"]})
            bond.check(answer, told["intervals"], leaves, told["holders"])
            self.step = f"answer.json: line {told['line_id']}"
            states = bond.states(leaves, told["intervals"])
            self.same(
                told, {"states": texts(states), "conserved": sum(states.values()) == allocated(bond, axis)}
            )


def allocated(bond: Bond, axis: str) -> int:
    """What came to a budget line from the pool or another line, less what went back."""
    budget, cash = ("POOL", "LINE", "RETURNED"), bond.cash
    came = [cash.moves[at] for _, at in cash.into.get(axis, ())]
    went = [cash.moves[at] for _, at in cash.out.get(axis, ())]
    return sum(move.amount for move in came if cash.kind(move.from_axis) in budget) - sum(
        move.amount for move in went if cash.kind(move.to_axis) in budget
    )


class IdlePack(Pack):
    """`trace idle BOND`: what a bond has not spent, and since when."""

    kind = "idle"
    subject = ("bond",)

    def check_kind(self) -> None:
        bond = Bond(Cash(self, self.facts["cash"]), self.facts["bond"])
        answer, wanted = self.load("answer.json"), ("unallocated", "placed", "available", "encumbered")
        self.check_place(answer)
        sections = {one["state"]: one for one in answer["sections"]}
        need(len(sections) == len(answer["sections"]), "a state is told twice")
        waiting: list[tuple[int, int]] = []
        for state in wanted:
            told = sections.pop(state, {"amount": "0", "intervals": []})
            amount = sum(self.check_part(bond, one, state) for one in told["intervals"])
            self.step = "answer.json"
            self.same(told, {"amount": str(amount)}, state)
            waiting += [(int(one["start"]), int(one["end"])) for one in told["intervals"]]
        need(not sections, f"money does not wait as {', '.join(sections)}")
        waiting.sort()
        need(all(one[1] <= two[0] for one, two in zip(waiting, waiting[1:])), "fen are told twice")  # noqa: B905, RUF007
        self.amount = sum(end - start for start, end in waiting)
        gone = sum(
            overlap(leaf, *lost)
            for leaf in bond.leaves
            if bond.is_placed(leaf)
            for lost in lost_of(bond, leaf)
        )
        all_ = [leaf for leaf in bond.leaves if bond.is_placed(leaf) or bond.state(leaf, *leaf[:2]) in wanted]
        needed = sum(leaf.end - leaf.start for leaf in all_) - gone
        need(self.amount == needed, f"{needed} wait")

    def check_part(self, bond: Bond, one: Mapping[str, Any], state: str) -> int:
        start, end = int(one["start"]), int(one["end"])
        self.step = f"answer.json: interval [{start}, {end})"
        leaf = next((leaf for leaf in bond.leaves if leaf.start <= start < end <= leaf.end), None)
        need(leaf, "its fen did not all go the same way")
        assert leaf is not None and leaf.last.move is not None
        [(_, _, at), *more] = bond.cash.cut(bond.origin, start, end, back=True)
        need(at is not None and not more, "its fen did not come together")
        need(bond.state(leaf, start, end) == state, f"it is {bond.state(leaf, start, end)}")
        self.same(
            one, waits(self, bond.cash.moves[at or 0], leaf.last.move) | names_of(bond.cash, bond.line(leaf))
        )
        need(one["amount"] == str(end - start), f"amount is {end - start}")
        return end - start

    def found(self) -> dict[str, Any]:
        return {"amount": self.amount}


def lost_of(bond: Bond, leaf: Leaf) -> list[tuple[int, int]]:
    """Losses by origin number, as placed fen of a leaf have them."""
    shift = leaf.stops[-2].shift
    return [(at - shift, at + amount - shift) for at, amount in bond.lost]


def overlap(leaf: Leaf, start: int, end: int) -> int:
    return max(0, min(leaf.end, end) - max(leaf.start, start))
