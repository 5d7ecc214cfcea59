"""One answer at two blocks: a bond or one of its budget lines, a project line by line, a receivable.

What is whole at the later block is whole at the earlier one, so the state of the later alone is proved.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

if __package__:
    from .answers import names_of
    from .bonds import Bond, lost_of
    from .moves import Cash, Leaf, axis_of
    from .packs import Pack
    from .pieces import STATES, Receivable
    from .proofs import need
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from bonds import *  # type: ignore[import-not-found]  # noqa: F403
    from pieces import *  # type: ignore[import-not-found]  # noqa: F403

Part = tuple[int, int, tuple[tuple[str, Any], ...]]  # fen from, to, and what is said of where they are
OF_BONDS = (("states", ("state",)), ("lines", ("project", "line")), ("payees", ("payee_account",)))


class TwoDates(Pack):
    """What the answers about two blocks have in common."""

    def opened(self) -> Any:
        """The answer, which is of the pack's block and of the earlier one that it names."""
        answer = self.load("answer.json")
        for side in ("before", "after"):
            known = hexed_block(self, answer[side]["block"])
            need(known == answer[side]["block_hash"].lower(), f"{side}: another block hash")
        self.check_place(answer | {name: answer["after"][name] for name in ("block", "block_hash")})
        need(answer["before"]["block"] <= self.head, "the earlier block comes first")
        self.earlier = int(answer["before"]["block"])
        return answer

    def check_bond(self, answer: Mapping[str, Any], cash: str, bond: int, line: str) -> Bond:
        """A bond's fen, or those of the line with this axis, before and after."""
        now = Cash(self, cash)
        was = Cash(self, cash, self.earlier, now)
        books = [Bond(was, bond), Bond(now, bond)]
        sides = []
        for one in books:
            leaves = [leaf for leaf in one.leaves if not line or one.line(leaf) == line]
            sides.append(list(parts(one, leaves)))
        self.check_sides(answer, sides, OF_BONDS)
        return books[1]

    def check_sides(
        self, answer: Mapping[str, Any], sides: Sequence[Sequence[Part]], sums: Sequence[tuple[str, Any]]
    ) -> None:
        for name, side in zip(("before", "after"), sides):  # noqa: B905
            self.step = "answer.json"
            self.same(answer[name], {"amount": str(sum(end - start for start, end, _ in side))}, name)
        laid = list(overlaid([iter(side) for side in sides]))
        self.check_moved(answer, laid)
        for name, keys in sums:
            self.same_sums(answer[name], keys, laid, name)

    def check_moved(self, answer: Mapping[str, Any], laid: Sequence[Any]) -> None:
        gone = [one for one in laid if one[2] != one[3]]
        moved, stayed = (sum(end - start for start, end, *_ in some) for some in (gone, laid))
        for told in answer["moved"]:
            start, end = int(told["start"]), int(told["end"])
            self.step = f"answer.json: moved [{start}, {end})"
            need(gone and gone[0][0] <= start < end, "these fen stayed, or were told before")
            while gone and gone[0][0] < end:
                first, last, was, now = gone.pop(0)
                need(start <= first, f"[{first}, {start}) moved as well")
                self.same(told, {"before": was and dict(was), "after": now and dict(now)})
                if last > end:
                    gone.insert(0, (end, last, was, now))
                start = last
            need(start >= end, "these fen stayed, or were told before")
        self.step = "answer.json"
        need(not gone, f"left out: {[one[:2] for one in gone]}")
        self.same(answer, {"moved_amount": str(moved), "unchanged": str(stayed - moved)})

    def same_sums(self, told: Sequence[Any], keys: Sequence[str], laid: Sequence[Any], name: str) -> None:
        sums: dict[Any, list[int]] = {}
        for start, end, *sides in laid:
            for at, side in enumerate(sides):
                if side is not None:
                    sums.setdefault(tuple(dict(side)[key] for key in keys), [0, 0])[at] += end - start
        for one in told:
            key = tuple(
                one[key].lower() if key.endswith("account") and one[key] else one[key] for key in keys
            )
            before, after = sums.pop(key, (None, None))
            need(before is not None, f"{name}: there is no {key}")
            self.same(
                one,
                {"before": str(before), "after": str(after), "change": str((after or 0) - (before or 0))},
                name,
            )
        need(not sums, f"{name}: left out: {', '.join(map(str, sums))}")


class ComparePack(TwoDates):
    """`trace compare BOND`: a bond, or one of its lines."""

    kind = "compare"
    subject = ("bond",)

    def check_kind(self) -> None:
        answer, facts = self.opened(), self.facts
        line = "" if answer["line"] is None else axis_of("LINE", answer["line"])
        self.check_bond(answer, facts["cash"], facts["bond"], line)


class ProjectComparePack(TwoDates):
    """`trace compare project:…`: each budget line of a project, and their sums by currency."""

    kind = "compare-project"
    subject = ("project",)

    def check_kind(self) -> None:
        answer = self.opened()
        need(len(self.facts["sections"]) == len(answer["lines"]), "a line is left out")
        for where, told in zip(self.facts["sections"], answer["lines"]):  # noqa: B905
            for side in ("before", "after"):
                self.same(told[side], {"block": answer[side]["block"]}, f"line {told['line']} {side}")
            axis = axis_of("LINE", told["line"])
            bond = self.check_bond(told, where["cash"], told["bond"], axis)
            self.step = f"answer.json: line {told['line']}"
            self.same(answer, {"label": names_of(bond.cash, axis)["project"]})
        self.step = "answer.json"
        need(len({one["line"] for one in answer["lines"]}) == len(answer["lines"]), "a line is told twice")
        self.same(answer, {"totals": totals(answer["lines"])})


def totals(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """By currency, in the order in which they are met; of which currency a cash is, is attested."""
    sums: dict[str, list[int]] = {}
    for one in lines:
        amounts = (one["before"]["amount"], one["after"]["amount"], one["unchanged"], one["moved_amount"])
        had = sums.setdefault(one["currency"], [0, 0, 0, 0])
        sums[one["currency"]] = [total + int(amount) for total, amount in zip(had, amounts)]  # noqa: B905
    names = ("before", "after", "unchanged", "moved_amount")
    return [{"currency": code, **dict(zip(names, map(str, had)))} for code, had in sums.items()]  # noqa: B905


class ReceivableComparePack(TwoDates):
    """`trace compare receivable:…`: who held which fen of it, and in which state."""

    kind = "compare-receivable"
    subject = ("receivable",)

    def check_kind(self) -> None:
        answer, book, number = self.opened(), self.facts["book"], self.facts["receivable"]
        now = Receivable(self, book, number)
        was = Receivable(self, book, number, self.earlier)
        self.step = "answer.json"
        self.same(answer, {"face": str(now.face), "supplier": {"account": now.first}})
        sums = (("states", ("state",)), ("holders", ("account",)))
        self.check_sides(answer, [list(held(was)), list(held(now))], sums)


def held(book: Receivable) -> Iterator[Part]:
    for start, piece in sorted(book.pieces.items()):
        yield start, piece.end, (("account", piece.holder), ("state", STATES[piece.state & 7]))


def hexed_block(pack: Pack, number: int) -> str:
    return "0x" + bytes(pack.block(number)[0]).hex()


def parts(bond: Bond, leaves: Sequence[Leaf]) -> Iterator[tuple[int, int, tuple[tuple[str, Any], ...]]]:
    """Where fen are, as an answer that compares says it: cut where some of a placement are lost."""
    for leaf in leaves:
        edges = {leaf.start, leaf.end}
        if bond.is_placed(leaf):
            edges |= {edge for lost in lost_of(bond, leaf) for edge in lost if leaf.start < edge < leaf.end}
        for start, end in zip(sorted(edges), sorted(edges)[1:]):  # noqa: B905
            fate = bond.fate(leaf, start, end)
            kept = ("state", "project", "line", "payee_account", "receivable")
            yield start, end, tuple((key, fate[key]) for key in kept)


def overlaid(sides: Sequence[Iterator[tuple[int, int, Any]]]) -> Iterator[tuple[int, int, Any, Any]]:
    """Every fen of either side once, with what each says of it."""
    known = [list(side) for side in sides]
    edges = sorted({edge for side in known for start, end, _ in side for edge in (start, end)})
    places = [0, 0]
    for start, end in zip(edges, edges[1:]):  # noqa: B905, RUF007
        found = []
        for at, side in enumerate(known):
            while places[at] < len(side) and side[places[at]][1] <= start:
                places[at] += 1
            here = places[at] < len(side) and side[places[at]][0] <= start
            found.append(side[places[at]][2] if here else None)
        if found != [None, None]:
            yield start, end, found[0], found[1]
