"""The rules that number no fen, through every conversion that a document links.

A line is one of `ledger.tracing.holders` with `converted`: null, or where its money went on, as
`ledger.tracing.conversions` tells it with

    {…, least, most, residue, shares}

in the other currency. Of a converted stretch of S fen that became B, by pro-rata c fen stand for ⌊c · B / S⌋
(for all of B where they are all of S), and `shares` sum to exactly that. By the bounds they stand for what
any c of the numbered fen became, least and most, so what the other two rules say lies between. `residue` is
told by pro-rata and forward, ⌊c · R / S⌋ of the stretch's own R; else it is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ledger.domain.conversion import Conversion, least_and_most
from ledger.tracing.conversions import Stretch, Way, cut, facts, there
from ledger.tracing.holders import holding_lines, largest, line, source_lines
from ledger.tracing.hops import Json
from ledger.tracing.refunds import returning_rows
from ledger.tracing.shares import Rule, Share, added_up
from ledger.tracing.steps import BoolArray, Horizon
from ledger.tracing.subaccounts import SubAccount
from ledger.tracing.sweep import Start, spreads
from ledger.tracing.walk import backward, forward
from ledger.tracing.world import World

Bounds = tuple[int, int]


def shares(
    world: World,
    cash: str,
    way: Way,
    starts: Sequence[Start],
    stop: BoolArray | None = None,
    within: Bounds | None = None,
) -> list[Json]:
    """Where what starts there is, or what funded it.

    Args:
        stop: by axis, where money is not followed further; backward it is every bond's origin.
        within: for the bounds, what the starts hold together at least and at most; None: all.
    """
    stream, found = cut(world, cash, way)
    halts = world.origins() if way.backward else stop
    axes = len(world.meanings())
    if halts is not None:
        halts = np.concatenate((halts, np.zeros(len(found), dtype=np.bool_)))
    ending = returning_rows(world.columns(cash), world.refunds(cash)) if way.backward else None
    horizon = world.horizon(cash, way.limits, backward=way.backward)
    sweeps = list(
        spreads(stream, way.rule, starts, stop=halts, ending=ending, horizon=horizon, within=within)
    )
    stayed = added_up(share for sweep in sweeps for share in sweep if share.axis < axes)
    # What comes round to a conversion again is converted again: each sweep goes on from it apart.
    gone = [share for sweep in sweeps for share in largest(sweep) if share.axis >= axes]
    asked = sum(start.amount for start in starts) if within is None else within[1]
    told = source_lines(world, stayed, asked) if way.backward else holding_lines(world, stayed)
    return [
        *({**one, "converted": None} for one in told),
        *(_Converted(world, way, found[share.axis - axes], share).line() for share in gone),
    ]


@dataclass(frozen=True, slots=True)
class _Converted:
    """What a rule sends along one converted stretch."""

    world: World
    way: Way
    stretch: Stretch
    share: Share

    def line(self) -> Json:
        axis = self.world.meanings()[self.stretch.axis]
        said = line(self.world, axis, self.share, "converted") | {"converted": self._beyond()}
        if self.way.backward:
            said = {"bond": None, "label": None, "end_of_trace": "converted", **said}
        return said

    def _beyond(self) -> Json | None:
        """None where no document that the reader can open links it, or one speaks of fen that never were."""
        known = self.stretch.known
        far = known and known.far(backward=self.way.backward)
        found = far and there(self.world, far)
        if not (known and far and found):
            return None
        ends = (self.stretch.start, self.stretch.end)
        start, end = (known.beyond(number, backward=self.way.backward) for number in ends)
        least, most = self._became(end - start)
        return facts(self.world, known, far, start, end) | {
            "least": str(least),
            "most": str(most),
            "residue": self._residue(known),
            "shares": self._goes_on(known, found, (start, end), (least, most)) if most else [],
        }

    def _became(self, far: int) -> Bounds:
        near, share = self.stretch.amount, self.share
        if self.way.rule is Rule.PRORATA:
            return share.most * far // near, share.most * far // near
        return least_and_most(share.least, near, far)[0], least_and_most(share.most, near, far)[1]

    def _residue(self, known: Conversion) -> str | None:
        if self.way.backward or self.way.rule is not Rule.PRORATA:
            return None
        kept = known.residue_before(self.stretch.end) - known.residue_before(self.stretch.start)
        return str(self.share.most * kept // self.stretch.amount)

    def _goes_on(self, known: Conversion, found: SubAccount, fen: Bounds, became: Bounds) -> list[Json]:
        moves = left(found, *fen) if self.way.backward else came(found, *fen)
        if self.way.rule is Rule.PRORATA:
            starts, within = list(_in_proportion(moves, became[1])), None
        else:
            starts, within = list(_possible(moves, became)), became
        return shares(self.world, found.cash, self.way.without(known), starts, None, within)


def _in_proportion(moves: Sequence[Start], total: int) -> Iterable[Start]:
    """`total` fen over the moves that brought them, each its share, as pieces share a payment."""
    whole, before = sum(move.amount for move in moves), 0
    for move in moves:
        after = before + move.amount
        part = total * after // whole - total * before // whole
        if part:
            yield Start(move.row, move.axis, part)
        before = after


def _possible(moves: Sequence[Start], total: Bounds) -> Iterable[Start]:
    """Between so many fen over the moves that brought them, whichever they are."""
    whole = sum(move.amount for move in moves)
    for move in moves:
        least = max(0, total[0] - (whole - move.amount))
        yield Start(move.row, move.axis, min(move.amount, total[1]), least)


# --- where mixing begins ----------------------------------------------------------------------------------


def came(found: SubAccount, start: int, end: int) -> list[Start]:
    """The moves that brought the fen, each from where it stands in the history on."""
    flow = backward(found.columns, found.axis, start, end, horizon=Horizon(hops=1))
    rows = flow.side.row[flow.nodes.edge[flow.leaves.node]].tolist()
    amounts = flow.leaves.amount.tolist()
    return [Start(row, found.axis, amount) for row, amount in zip(rows, amounts, strict=True)]


def left(found: SubAccount, start: int, end: int) -> list[Start]:
    """The moves that took the fen away; what is still there is asked of the end of the history."""
    flow = forward(found.columns, found.axis, start, end, horizon=Horizon(hops=1))
    starts = []
    for leaf in range(len(flow.leaves)):
        edge = int(flow.nodes.edge[flow.leaves.node[leaf]])
        row = len(found.columns.rows) if edge < 0 else int(flow.side.row[edge])
        starts.append(Start(row, found.axis, int(flow.leaves.amount[leaf])))
    return starts
