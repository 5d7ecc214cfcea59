"""Money as numbered intervals: whole sub-accounts, and the walk by numbers.

Fen x that leaves a sub-account is fen x that came into it. On a bond's own books that is no assumption, on
general accounts it is the rule first in, first out. A refund names the payment whose fen it brings back. So a
walk needs no list of all moves: each fen that went on is in exactly one move out, and of a fen that rests
the state says that the counter of what went out has not reached it.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

if __package__:
    from .packs import Pack, bits, slot_of, values_of
    from .proofs import Wrong, hexed, keccak, need, word
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from packs import *  # type: ignore[import-not-found]  # noqa: F403

AXES_SLOT, CONTROLLERS_SLOT = 0, 3
MOVED = keccak(b"Moved(address,address,uint256,uint256,uint256,bytes32)")
REFUNDED = keccak(b"Refunded(uint32,uint32,address,uint256,uint256,uint256,bytes32)")
RETURNED = keccak(b"PlacementReturned(uint32,uint32,uint256,uint256,uint256,uint256,bytes32)")
MADE_GOOD = keccak(b"LossMadeGood(uint32,uint32,address,uint256,uint256,uint256,bytes32)")
LINE_OPENED = keccak(b"LineOpened(uint32,uint32,uint32,uint96,bool,string)")
OUTSIDE, UNNAMED = "OUTSIDE", "UNNAMED"  # somebody's account; a purpose that counters.json does not name
BOOKS = ("ORIGIN", "COST", "POOL", "LINE", "ENCUMBRANCE", "RETURNED")  # of a bond
MODULES = {  # whose purpose it is, where not PROCEEDS
    "SOURCE": "CASH", "REDEMPTION": "CASH", "SETTLEMENT": "MATURITY", "SERVICE": "SERVICE",
    "ASSET_POOL": "POOLS", "TRANCHE": "POOLS",
}  # fmt: skip
LEFT = {"SOURCE": "redeemed", "REDEMPTION": "awaiting redemption"}  # where money leaves the ledger
ENDLESS = 1 << 62  # moves


def axis_of(name: str, *parts: int | str, module: str = "") -> str:
    """A purpose's axis: "axis", then the low 128 bits of keccak(module, keccak(abi.encode(name, parts)))."""
    heads = b"".join(word(part) for part in parts)
    purpose = word(32 + len(heads)) + heads + word(len(name)) + name.encode().ljust(32, b"\0")
    module = module or MODULES.get(name, "PROCEEDS")
    return hexed(b"axis" + keccak(module.encode().ljust(32, b"\0") + keccak(purpose))[16:])


SOURCE = axis_of("SOURCE")  # money is minted from there and burned to there


class Gap(Wrong):
    """A move is missing on `axis`; who builds a pack asks the chain for all of that axis."""

    def __init__(self, cash: str, axis: str, message: str) -> None:
        super().__init__(message)
        self.cash, self.axis = cash, axis


class Move(NamedTuple):
    """One `Moved` event, in the order of the chain; `log_index` counts within the transaction."""

    block: int
    tx_index: int
    log_index: int
    tx: str
    cash: str
    from_axis: str
    to_axis: str
    amount: int
    out_offset: int
    in_offset: int
    document: str

    @property
    def place(self) -> str:
        return f"{self.block}/{self.tx_index}/{self.log_index}"

    def __str__(self) -> str:
        return f"move {self.place} of transaction {self.tx}"

    @property
    def cited(self) -> str | None:
        return self.document if int(self.document, 16) else None


class Stop(NamedTuple):
    """Fen x of the question is number x + shift of `axis`, since (walking back: until) `move`; if that was a
    refund, `refund_of` is the transaction whose payment it reversed."""

    axis: str
    shift: int
    move: Optional[Move] = None  # noqa: UP045  evaluated at run time, on any Python from 3.9
    refund_of: str = ""


class Leaf(NamedTuple):
    """Fen `[start, end)` of the question, where they stood, and why it goes no further: they "rest" there, it
    is the "end" that was asked for or the mint, or the horizon "cut" it."""

    start: int
    end: int
    stops: tuple[Stop, ...]
    why: str = ""

    @property
    def last(self) -> Stop:
        return self.stops[-1]


class Horizon(NamedTuple):
    hops: int = ENDLESS
    least: int = 1
    until: Optional[int] = None  # noqa: UP045  the last block forward, the first one back

    def hides(self, move: Optional[Move], back: bool) -> bool:  # noqa: UP045
        if self.until is None or move is None:
            return False
        return move.block < self.until if back else move.block > self.until


class Cash:
    """The moves of one ledger cash that the pack has, and the counters in the state; or, of `later`, how it
    stood at an earlier block: of a whole axis no move is missing then either."""

    def __init__(self, pack: Pack, address: str, block: int | None = None, later: Cash | None = None) -> None:
        self.pack, self.address, self.later = pack, address.lower(), later
        pack.step = "counters.json"
        self.block = pack.head if block is None else block
        self.moves = list(self._moves())
        self.into: dict[str, list[tuple[int, int]]] = {}  # axis → number and move, by number
        self.out: dict[str, list[tuple[int, int]]] = {}
        for at, move in enumerate(self.moves):
            self.into.setdefault(move.to_axis, []).append((move.in_offset, at))
            self.out.setdefault(move.from_axis, []).append((move.out_offset, at))
        for tiles in (*self.into.values(), *self.out.values()):
            tiles.sort()
        slot = slot_of(CONTROLLERS_SLOT, b"PROCEEDS".ljust(32, b"\0"))
        controller = pack.word(self.address, slot, "the controller of PROCEEDS")
        self.controller = hexed(controller.to_bytes(20, "big"))
        self.purposes = {axis: list(named) for axis, named in pack.facts["purposes"].items()}
        for axis, (name, *parts) in self.purposes.items():
            module = str(parts.pop()) if name == "CLAIM" and len(parts) > 1 else ""
            need(axis == axis_of(name, *parts, module=module), f"axis {axis} is not that of {name} {parts}")
        self.came_back: dict[int, tuple[str, int]] = {}  # move → the axis and number that it brings back
        self.reversed: dict[
            str, list[tuple[int, int]]
        ] = {}  # axis → number and the move that brought it back
        self._read_refunds()
        self._whole: set[str] = set()

    def _moves(self) -> Iterator[Move]:
        for place, (source, target), data in self.pack.emitted(self.address, MOVED):
            if place[0] <= self.block:
                ends = [hexed(word(axis)[12:]) for axis in (source, target)]
                amount, out, into = values_of(data)[:3]
                move = Move._make((*place, self.address, *ends, amount, out, into, hexed(data[96:128])))
                said = move._asdict() | {name: str(getattr(move, name)) for name in Move._fields[7:10]}
                self.pack.rows[place[:3]] = said
                yield move

    # --- what an axis is ---

    def kind(self, axis: str) -> str:
        named = self.purposes.get(axis)
        if named:
            return str(named[0])
        return "SOURCE" if axis == SOURCE else UNNAMED if axis.startswith(hexed(b"axis")) else OUTSIDE

    def bond_of(self, axis: str) -> int | None:
        """The bond whose books have the axis: a line's as it was opened, an encumbrance's by its line."""
        name, first = self.kind(axis), self.purposes.get(axis, ["", None])[1]
        if name == "LINE":
            for _, (line, bond, _), _ in self.pack.emitted(self.controller, LINE_OPENED):
                if line == first:
                    return bond
        if name == "ENCUMBRANCE" and axis in self.into:
            return self.bond_of(self.moves[self.into[axis][0][1]].from_axis)
        return int(first) if name in BOOKS and name not in ("LINE", "ENCUMBRANCE") else None

    def books(self, bond: int) -> frozenset[str]:
        return frozenset(
            axis for axis in self.purposes if self.kind(axis) in BOOKS and self.bond_of(axis) == bond
        )

    def party(self, axis: str) -> str | None:
        """Whose money it is, where the axis says so."""
        named = self.purposes.get(axis, [])
        owner = {"CLAIM": 1, "REDEMPTION": 1, "ESCROW": 2}.get(self.kind(axis))
        return axis if self.kind(axis) == OUTSIDE else str(named[owner]).lower() if owner else None

    # --- what is complete ---

    def counters(self, axis: str) -> tuple[int, int]:
        """What ever came in and went out, by the state."""
        if self.later:
            self.later.whole(axis)
            return self.totals(axis)
        packed = self.pack.word(self.address, slot_of(AXES_SLOT, axis), f"axis {axis}")
        return bits(packed, 0, 112), bits(packed, 112, 112)

    def whole(self, axis: str) -> str:
        """None is missing: what came in and what went out, laid end to end, reach the counters."""
        if axis not in self._whole:
            for way, tiles, counter in zip(("into", "out of"), (self.into, self.out), self.counters(axis)):  # noqa: B905
                reached = 0
                for number, at in tiles.get(axis, []):
                    self._no_gap(way, axis, reached, number, f"before {self.moves[at]}")
                    reached = number + self.moves[at].amount
                self._no_gap(way, axis, reached, counter, "at the end")
            self._whole.add(axis)
        return axis

    def _no_gap(self, way: str, axis: str, reached: int, number: int, where: str) -> None:
        if reached != number:
            named = " ".join(map(str, self.purposes.get(axis, [self.kind(axis)])))
            gap = f"[{reached}, {number}) is missing {where}"
            self.pack.step = "moves.json"
            raise Gap(self.address, axis, f"moves {way} axis {axis} ({named}): {gap}")

    def _read_refunds(self) -> None:
        """Which money that came in was a payment's before, by the events of who controls PROCEEDS."""
        told: dict[Any, tuple[str, int, int]] = {}
        for place, (_, line, of), data in self.pack.emitted(self.controller, REFUNDED):
            number, amount, into = values_of(data)[:3]
            told[(*place[:2], axis_of("LINE", line), into)] = hexed(word(of)[12:]), number, amount
        for event in (RETURNED, MADE_GOOD):
            for place, (_, bond, *_), data in self.pack.emitted(self.controller, event):
                number, amount, into = values_of(data)[:3]
                told[(*place[:2], axis_of("POOL", bond), into)] = axis_of("POOL", bond), number, amount
        for at, move in enumerate(self.moves):
            found = told.get((move.block, move.tx_index, move.to_axis, move.in_offset))
            if found:
                source, number, amount = found
                need(amount == move.amount, f"the refund of {move} is of {amount}")
                self.came_back[at] = source, number
                self.reversed.setdefault(source, []).append((number, at))
        for source, backs in self.reversed.items():
            backs.sort()
            ends = [number + self.moves[at].amount for number, at in backs]
            for end, (number, _) in zip(ends, backs[1:]):  # noqa: B905
                need(end <= number, f"the fen that left {source} at {number} came back twice")

    def reversed_by(self, at: int) -> Move:
        """The one payment that a refund brings back."""
        (source, number), move = self.came_back[at], self.moves[at]
        first, last = (self.covering(self.out, source, n) for n in (number, number + move.amount - 1))
        if first is None or first != last:
            self.pack.step = "moves.json"
            raise Gap(self.address, source, f"the payment that {move} reverses is missing")
        return self.moves[first]

    # --- by numbers ---

    def covering(self, tiles: Mapping[str, Sequence[tuple[int, int]]], axis: str, number: int) -> int | None:
        """The move that has a number, of those into or out of an axis."""
        found = tiles.get(axis, ())
        place = bisect_left(found, (number + 1,)) - 1
        if place < 0 or number >= found[place][0] + self.moves[found[place][1]].amount:
            return None
        return found[place][1]

    def cut(self, axis: str, start: int, end: int, back: bool) -> list[tuple[int, int, int | None]]:
        """Numbers of an axis, cut by the moves that brought them, or took them away; None where they rest."""
        found: list[tuple[int, int, int | None]] = []
        while start < end:
            at = self.covering(self.into if back else self.out, axis, start)
            if at is None:
                self._must_rest(Leaf(start, end, (Stop(axis, 0),)), start, back)
                return [*found, (start, end, None)]
            move = self.moves[at]
            upto = min(end, (move.in_offset if back else move.out_offset) + move.amount)
            found.append((start, upto, at))
            start = upto
        return found

    def behind(self, axis: str, number: int) -> tuple[int, Stop] | None:
        """Where a number came from, and up to which number that holds."""
        at = self.covering(self.into, axis, number)
        if at is None:
            return None
        move = self.moves[at]
        end, skipped = move.in_offset + move.amount, number - move.in_offset
        if at not in self.came_back:
            return end, Stop(move.from_axis, move.out_offset + skipped, move)
        source, first = self.came_back[at]
        return end, Stop(source, first + skipped, move, self.reversed_by(at).tx)

    def ahead(self, axis: str, number: int, refunds: bool) -> tuple[int, Stop] | None:
        """Where a number went, and up to which number that holds."""
        at = self.covering(self.out, axis, number)
        if at is None:
            return None
        move = self.moves[at]
        end = move.out_offset + move.amount
        for first, back in self.reversed.get(axis, ()) if refunds else ():
            other = self.moves[back]
            if first <= number < first + other.amount:
                stop = Stop(other.to_axis, other.in_offset + number - first, other, move.tx)
                return min(end, first + other.amount), stop
            end = min(end, first) if number < first else end
        return end, Stop(move.to_axis, move.in_offset + number - move.out_offset, move)

    def walk(
        self,
        axis: str,
        start: int,
        end: int,
        back: bool = False,
        refunds: bool = True,
        ends: Callable[[str], bool] = lambda axis: False,
        horizon: Horizon = Horizon(),  # noqa: B008  it cannot change
    ) -> list[Leaf]:
        """What became of numbers `[start, end)` of an axis, or what they were before."""
        found: list[Leaf] = []
        waiting = [Leaf(start, end, (Stop(axis, 0),))]
        while waiting:
            leaf = waiting.pop()
            depth, at = len(leaf.stops) - 1, leaf.start
            if depth and (leaf.last.axis == SOURCE or ends(leaf.last.axis)):
                found.append(leaf._replace(why="end"))
                continue
            if depth >= horizon.hops or leaf.end - leaf.start < horizon.least:
                left = (
                    leaf.end
                    if back
                    else max(at, min(leaf.end, self.counters(leaf.last.axis)[1] - leaf.last.shift))
                )
                parts = (leaf._replace(end=left, why="cut"), leaf._replace(start=left, why="rest"))
                found += [part for part in parts if part.start < part.end]
                continue
            on: list[Leaf] = []
            while at < leaf.end:
                axis, number = leaf.last.axis, at + leaf.last.shift
                step = self.behind(axis, number) if back else self.ahead(axis, number, refunds)
                if step is None:
                    self._must_rest(leaf, number, back)
                    found.append(leaf._replace(start=at, why="rest"))
                    break
                upto, stop = min(leaf.end, step[0] - leaf.last.shift), step[1]
                self._in_order(leaf.last.move, stop.move, back)
                if horizon.hides(stop.move, back):
                    found.append(Leaf(at, upto, leaf.stops, "cut"))
                else:
                    on.append(Leaf(at, upto, (*leaf.stops, stop._replace(shift=stop.shift - at))))
                at = upto
            waiting += reversed(on)
        return sorted(found, key=lambda leaf: leaf.start)

    def _must_rest(self, leaf: Leaf, number: int, back: bool) -> None:
        axis, end = leaf.last.axis, leaf.end + leaf.last.shift
        if back or number < self.counters(axis)[1]:
            self.pack.step, way = "moves.json", "into" if back else "out of"
            named = " ".join(map(str, self.purposes.get(axis, [self.kind(axis)])))
            where = f"{'before' if back else 'after'} {leaf.last.move or 'the question'}"
            missing = f"[{number}, {end}) is missing {where}"
            raise Gap(self.address, axis, f"moves {way} axis {axis} ({named}): {missing}")

    def _in_order(self, had: Move | None, move: Move | None, back: bool) -> None:
        if had and move and had != move:
            earlier, later = (move, had) if back else (had, move)
            need(earlier < later, f"{earlier} is not before {later}")

    def totals(self, axis: str) -> tuple[int, int]:
        """What came in and went out, by the moves of the pack."""
        sides = (self.into.get(axis, ()), self.out.get(axis, ()))
        came, went = (sum(self.moves[at].amount for _, at in side) for side in sides)
        return came, went
