"""Rules that number no fen: every move takes of all that is mixed, in proportion; or, at least and at most.

Every axis that any of the money reached must be whole.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

if __package__:
    from .moves import BOOKS, LEFT, SOURCE, Cash
    from .proofs import need
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from moves import *  # type: ignore[import-not-found]  # noqa: F403

FINE = 32  # pro-rata carries amounts in units of 2^-32 fen
Start = tuple[int, str, int]
"""A move, the axis on which it left what is asked about (backward: from which it took it), and how much."""
Shares = Mapping[tuple[str, bool], tuple[int, int, int, int]]
"""By axis, and whether the way ended there: the least and the most that may be told as `least`, and as
`most`."""


def spread(
    cash: Cash, starts: Iterable[Start], rule: str, back: bool, ends: Callable[[int, str], bool]
) -> Shares:
    """Where an amount that stood on an axis at a move went, or was before. Money that comes round to where
    some of what was asked begins is swept apart from that, by the bounds."""
    found: dict[tuple[str, bool], tuple[int, int, int, int]] = {}
    waiting: dict[int, list[tuple[str, int]]] = {}
    for row, axis, amount in starts:
        waiting.setdefault(row, []).append((cash.whole(axis), amount))
    while waiting:
        sweep = Sweep(cash, rule, back, ends)
        later = sweep.run(waiting)
        total = sum(amount for row in waiting.keys() - later for _, amount in waiting[row])
        for place, (a, b, c, d) in sweep.shares(total).items():
            had = found.get(place, (0, 0, 0, 0))
            found[place] = (had[0] + a, had[1] + b, had[2] + c, had[3] + d)
        waiting = later
    return found


class Sweep:
    """One pass over the moves. `low` and `high`: of what was asked, how much is there at least and at most;
    by pro-rata both are the amount, in units of 2^-32 fen."""

    def __init__(self, cash: Cash, rule: str, back: bool, ends: Callable[[int, str], bool]) -> None:
        self.cash, self.is_prorata, self.back, self.ends = cash, rule == "prorata", back, ends
        totals = {axis: cash.totals(axis) for axis in {*cash.into, *cash.out}}
        self.rest = {axis: 0 if back else came - went for axis, (came, went) in totals.items()}
        self.held = {axis: came - went if back else 0 for axis, (came, went) in totals.items()}
        self.low: dict[tuple[str, bool], int] = {}
        self.high: dict[tuple[str, bool], int] = {}

    def run(self, waiting: Mapping[int, list[tuple[str, int]]]) -> dict[int, list[tuple[str, int]]]:
        """From the first start on; those that wait for a pass of their own are given back."""
        later, order = {}, [*range(len(self.cash.moves))]
        for at in [len(order), *order[::-1]] if self.back else order:
            if at < len(self.cash.moves):
                move = self.cash.moves[at]
                payer = move.to_axis if self.back else move.from_axis
                if at in waiting and not self.is_prorata and self.high.get((payer, False)):
                    later[at] = waiting[at]
                self.take(at)
            if at not in later:
                for axis, amount in waiting.get(at, ()):
                    for tags in (self.low, self.high):
                        tags[axis, False] = tags.get((axis, False), 0) + (amount << FINE * self.is_prorata)
        return later

    def take(self, at: int) -> None:
        """A move takes of what is mixed."""
        move, low, high = self.cash.moves[at], self.low, self.high
        payer, payee = (move.to_axis, move.from_axis) if self.back else (move.from_axis, move.to_axis)
        balance, amount, source = self.held[payer], move.amount, (payer, False)
        self.held[payer], self.held[payee] = balance - amount, self.held[payee] + amount
        if not high.get(source):
            return
        ended = payee == SOURCE or self.ends(at, payee)
        target = (payer, True) if ended else (self.cash.whole(payee), False)
        least, most = low[source], high[source]
        if self.is_prorata:
            part = least * amount // balance
            low[source] = high[source] = least - part
            low[target] = high[target] = low.get(target, 0) + part
        else:
            most = min(most, balance)
            low[source], high[source] = max(0, least - amount), min(most, balance - amount)
            low[target] = low.get(target, 0) + max(0, least + amount - balance)
            high[target] = high.get(target, 0) + min(most, amount)

    def shares(self, total: int) -> Shares:
        if self.is_prorata:
            return _by_largest_remainder(self.low, total)
        most = {
            place: min(had, total, had if place[1] else self.rest[place[0]])
            for place, had in self.high.items()
        }
        certain, possible = sum(self.low.values()), sum(most.values())
        found = {}
        for place, had in most.items():
            least = max(self.low[place], total - (possible - had))
            had = min(had, total - (certain - self.low[place]))
            if had:
                found[place] = (least, least, had, had)
        return found


def _by_largest_remainder(fine: Mapping[tuple[str, bool], int], total: int) -> Shares:
    """Whole fen that sum to `total`: up go those with the largest remainders, any among equals."""
    left = sorted((amount % (1 << FINE) for amount in fine.values()), reverse=True)
    up = total - sum(amount >> FINE for amount in fine.values())
    edge = left[up - 1] if up else 1 << FINE
    found = {}
    for at, amount in fine.items():
        whole, remainder = amount >> FINE, amount % (1 << FINE)
        low, high = whole + (remainder > edge), whole + (remainder >= edge)
        found[at] = low, high, low, high
    return found


def check_shares(told: Sequence[Any], shares: Shares, name: Callable[[Any], Any], of: Callable[..., Any],
                 total: int, rule: str) -> None:  # fmt: skip
    """Lines of an answer against what the rule gives; several places may be one line (`of`)."""
    proved: dict[Any, list[int]] = {}
    for place, amounts in shares.items():
        had = proved.setdefault(of(*place), [0, 0, 0, 0])
        proved[of(*place)] = [one + more for one, more in zip(had, amounts)]  # noqa: B905
    for line in told:
        what = name(line)
        need(what in proved, f"no money is at {what}, or it is told twice")
        amounts_ = [min(amount, total) for amount in proved.pop(what)]
        said = int(line["least"]), int(line["most"])
        fits = amounts_[0] <= said[0] <= amounts_[1] and amounts_[2] <= said[1] <= amounts_[3]
        need(fits and (rule != "prorata" or said[0] == said[1]), f"{what} has {amounts_[0]} to {amounts_[3]}")
    need(all(not left[2] for left in proved.values()), f"left out: {', '.join(map(str, proved))}")
    summed = sum(int(line["least"]) for line in told)
    need(rule != "prorata" or summed == total, f"the lines sum to {summed}, not to {total}")


# --- what answers say of it ---


def check_holders(cash: Cash, told: Sequence[Any], starts: Sequence[Start], rule: str,
                  own: frozenset[str]) -> None:  # fmt: skip
    """Who has what was paid, by a rule that numbers no fen; back on a bond's own books it ends."""

    def place(axis: str, ended: bool) -> tuple[str, str | None]:
        kind = cash.kind(axis)
        return axis, ("redeemed" if kind == "REDEMPTION" else "refunded") if ended else LEFT.get(kind)

    shares = spread(cash, starts, rule, False, lambda at, axis: axis in own)
    check_shares(told, shares, lambda line: (line["address"].lower(), line["horizon"]), place,
                 sum(amount for _, _, amount in starts), rule)  # fmt: skip


def left(cash: Cash, axis: str, start: int, end: int) -> list[Start]:
    """The moves that took numbers away; what is still there is asked of the end."""
    return [
        (len(cash.moves) if at is None else at, axis, high - low)
        for low, high, at in cash.cut(axis, start, end, back=False)
    ]


def check_mixed(cash: Cash, told: Sequence[Any], starts: Sequence[Start], rule: str) -> None:
    """Bonds, and money that was minted to somebody and passed no bond's books."""

    def place(axis: str, ended: bool) -> Any:
        return cash.bond_of(axis) if ended and cash.kind(axis) in BOOKS else axis

    def name(line: Mapping[str, Any]) -> Any:
        return line["bond"] if line["end_of_trace"] == "bond" else line["address"].lower()

    def ends(at: int, axis: str) -> bool:
        return cash.kind(axis) == "ORIGIN" or at in cash.came_back

    shares = spread(cash, starts, rule, True, ends)
    check_shares(told, shares, name, place, sum(amount for _, _, amount in starts), rule)
