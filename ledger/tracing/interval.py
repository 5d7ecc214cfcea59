"""`trace interval`: where any numbered fen of any sub-account went, or what funded them.

Forward the fen are numbers as they came in, backward the same numbers. Between its parts nothing is lost:
they tile what was asked, and what a horizon cuts is a part that says so. Numbers beyond what came in do not
exist; numbers that have not left yet rest where they are.

The answer (amounts and numbers of fen are integer strings in minor units):

    {chain_id, block, block_hash, as_of, direction, rule, horizon: {hops, until, least}, cash, currency,
     minor_unit, sub_account, name, address, party, account, illustrative, start, end, amount, cut, complete,
     count, next, parts, shares}

By first in, first out `parts` are intervals: forward as `ledger.tracing.onward` tells them, with
`converted` (below), backward as the sources of `ledger.tracing.payment`. `count` says how many there are;
a page gives those from `after` on and `next` the first of the next one, null at the end. `cut` and
`complete` are of the whole. By the rules that number no fen `parts` is empty and `shares` are the lines of
`ledger.tracing.holders`; a bond's own books need no rule, so there the money is followed by its numbers
first.

**Conversions.** Money that was converted ends there: `horizon` (backward `end_of_trace`) is "converted".
Where a document that the reader can open says into what, `converted` goes on in the other currency
(`ledger.tracing.conversions`, with `{…, amount, residue, parts}`); else it is null.

`amount` and `residue` are in the other currency, and `parts` tile `amount`. Backward it is the same from
the bought money to the sold, and `residue` is null. `count` and pages are of the parts before a document
cuts them. By the rules that number no fen it is told as in `ledger.tracing.mixing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ledger.domain.conversion import Conversion
from ledger.domain.limits import Limits
from ledger.domain.questions import IntervalQuestion
from ledger.tracing import axes, mixing, onward
from ledger.tracing.axes import Kind
from ledger.tracing.conversions import Way, by_banks, facts, there
from ledger.tracing.holders import require_rule
from ledger.tracing.hops import Json, Trail, name, rows_of, who
from ledger.tracing.payment import source_of
from ledger.tracing.shares import Rule
from ledger.tracing.steps import BoolArray, Why
from ledger.tracing.subaccounts import SubAccount, sub_account
from ledger.tracing.sweep import Start
from ledger.tracing.walk import Flow, backward, forward, require_range
from ledger.tracing.world import World


def interval_trace(world: World, asked: IntervalQuestion) -> Json:
    """The answer of `greenledger trace interval SUB-ACCOUNT --json`, in the shape given above.

    Raises:
        BadInput, BadRange: no such interval. NotFound: no such sub-account.
    """
    require_rule(Rule.named(asked.rule), asked.limits)
    found = sub_account(world, asked.named, asked.cash)
    incoming = found.columns.counters(found.axis)[0]
    end = incoming if asked.end is None else asked.end
    require_range(asked.start, end, incoming)
    answer = _head(world, found, asked, end)
    known = by_banks(world, asked.conversions)
    way = Way(Rule.named(asked.rule), asked.limits, asked.is_backward, known)
    if way.rule is Rule.FIFO:
        return answer | _parts(world, found, asked, way, end)
    return answer | _shares(world, found, asked, way, end)


def _head(world: World, found: SubAccount, asked: IntervalQuestion, end: int) -> Json:
    code, digits = world.currency(found.cash)
    limits = asked.limits
    return {
        **world.head(),
        "direction": asked.direction,
        "rule": Rule.named(asked.rule).value,
        "horizon": {"hops": limits.hops, "until": limits.until, "least": str(limits.least)},
        "cash": found.cash,
        "currency": code,
        "minor_unit": digits,
        "sub_account": found.meaning.kind.value,
        "name": name(world, found.meaning),
        "address": found.address,
        **who(world.books.party(found.meaning.party) if found.meaning.party else None),
        "start": str(asked.start),
        "end": str(end),
        "amount": str(end - asked.start),
    }


# --- by number -------------------------------------------------------------------------------------------


def walk(world: World, found: SubAccount, start: int, end: int, limits: Limits, *, back: bool) -> Flow:
    """By numbers alone, refunds leading to what they reversed and to their substitutes."""
    horizon = world.horizon(found.cash, limits, backward=back)
    if back:
        side = world.incoming(found.cash)
        return backward(found.columns, found.axis, start, end, side=side, horizon=horizon)
    side = world.outgoing(found.cash) if found.meaning.kind in axes.BOOKS else found.columns.outgoing
    return forward(found.columns, found.axis, start, end, side=side, horizon=horizon)


def _parts(world: World, found: SubAccount, asked: IntervalQuestion, way: Way, end: int) -> Json:
    flow = walk(world, found, asked.start, end, asked.limits, back=asked.is_backward)
    page = range(asked.after, min(asked.after + asked.limit, len(flow.leaves)))
    teller = Teller(world, way)
    leaves = flow.leaves
    ended = leaves.why == Why.STOP if asked.is_backward else leaves.why != Why.CUT
    return {
        "cut": str(flow.cut()),
        "complete": bool(ended.all()) and int(leaves.amount.sum()) == end - asked.start,
        "count": len(leaves),
        "next": page.stop if page.stop < len(leaves) else None,
        "parts": teller.told(found, flow, page),
        "shares": [],
    }


class Teller:
    """Tells the leaves of a walk, and goes on where a document links them with another currency."""

    def __init__(self, world: World, way: Way) -> None:
        self._world = world
        self._way = way

    def told(self, found: SubAccount, flow: Flow, leaves: range) -> list[Json]:
        """The parts, in order; a leaf is cut where a conversion begins or ends."""
        self._world.load(found.columns, rows_of(flow))
        return [part for leaf in leaves for part in self._leaf(found, flow, leaf)]

    def _leaf(self, found: SubAccount, flow: Flow, leaf: int) -> Iterator[Json]:
        trail = Trail(self._world, found.columns, flow, leaf)
        cut = int(flow.leaves.why[leaf]) == Why.CUT
        links = list(self._links(found, trail))
        edges = {trail.start, trail.start + trail.amount}
        edges |= {edge for link in links for edge in (link.start, link.end)}
        for start, end in pairwise(sorted(edges)):
            part = trail.part(start, end)
            link = min((one for one in links if one.start <= start < one.end), default=None, key=_step)
            cited = self._cited(part)
            if link is None or (cited is not None and cited < link.step):
                link = None if cited is None else _Link(start, end, cited, None)
            yield self._part(part, link, cut=cut)

    def _part(self, trail: Trail, link: _Link | None, *, cut: bool) -> Json:
        if self._way.backward:
            told, ended = source_of(self._world, trail, 0, cut=cut), {"end_of_trace": "converted"}
        else:
            told, ended = onward.rest(self._world, trail, 0, cut=cut), {"horizon": "converted"}
        if link is None:
            return {**told, "converted": None}
        return {**told, **ended, **self._stopped(trail, link), "converted": self._other(trail, link)}

    # --- where a way is converted ---

    def _links(self, found: SubAccount, trail: Trail) -> Iterator[_Link]:
        """What the documents that the reader can open say of the stops that this money went on from."""
        for step in range(len(trail.axes) - 1):
            axis, at = trail.axes[step], trail.number(step, trail.start)
            for known in self._way.known:
                near = known.near(backward=self._way.backward)
                low, high = max(near.fen.start, at), min(near.fen.end, at + trail.amount)
                is_there = (near.cash, near.account) == (found.cash, axis.party) and axis.kind is Kind.GENERAL
                if is_there and low < high:
                    yield _Link(low - at + trail.start, high - at + trail.start, step, known)

    def _cited(self, trail: Trail) -> int | None:
        """The first step from which money went on by a move that cites a conversion document."""
        moves = (trail.move(step) for step in range(1, len(trail.axes)))
        documents = self._world.books.conversions
        return next((step for step, ref in enumerate(moves) if ref and ref.document in documents), None)

    def _stopped(self, trail: Trail, link: _Link) -> Json:
        """Where the way ends: with who got the money at the conversion, or gave it."""
        axis, path = trail.axes[link.step + 1], trail.path(trail.start, trail.amount)[: link.step + 2]
        if self._way.backward:
            nothing = ("bond", "label", "origin_start", "origin_end", "project", "line")
            return {**dict.fromkeys(nothing), "investor": who(None), "path": path}
        party = self._world.books.party(axis.party) if axis.party else None
        named = {"sub_account": axis.kind.value, "name": name(self._world, axis), "path": path}
        return {**who(party), **named}

    # --- on the other side of it ---

    def _other(self, trail: Trail, link: _Link) -> Json | None:
        """The same money in the other currency; None where no document that the reader can open links it, or
        one speaks of fen that never were."""
        known, back = link.known, self._way.backward
        found = known and there(self._world, known.far(backward=back))
        if not (known and found):
            return None
        at = trail.number(link.step, trail.start)
        low, high = (known.beyond(number, backward=back) for number in (at, at + trail.amount))
        residue = None if back else known.residue_before(at + trail.amount) - known.residue_before(at)
        return facts(self._world, known, known.far(backward=back), low, high) | {
            "amount": str(high - low),
            "residue": None if residue is None else str(residue),
            "parts": self._goes_on(known, found, low, high) if low < high else [],
        }

    def _goes_on(self, known: Conversion, found: SubAccount, start: int, end: int) -> list[Json]:
        flow = walk(self._world, found, start, end, self._way.limits, back=self._way.backward)
        return Teller(self._world, self._way.without(known)).told(found, flow, range(len(flow.leaves)))


@dataclass(frozen=True, slots=True)
class _Link:
    """Fen `[start, end)` of the question were converted when they went on from `step`; by which document, if
    the reader can open it."""

    start: int
    end: int
    step: int
    known: Conversion | None


def _step(link: _Link) -> int:
    return link.step


# --- by the rules that number no fen ---------------------------------------------------------------------


def _shares(world: World, found: SubAccount, asked: IntervalQuestion, way: Way, end: int) -> Json:
    resting: list[Json] = []
    if way.backward:
        starts = mixing.left(found, asked.start, end)
    else:
        starts, resting = _paid(world, found, asked, end)
    shares = resting + mixing.shares(world, found.cash, way, starts, _own(world, found))
    key = "end_of_trace" if way.backward else "horizon"
    cut = sum(int(share["most"]) for share in shares if share[key] == "cut")
    least, most = (sum(int(share[bound]) for share in shares) for bound in ("least", "most"))
    complete = least <= end - asked.start <= most and not cut
    told = {"count": len(shares), "next": None, "parts": [], "shares": shares}
    return {"cut": str(cut), "complete": complete} | told


def _own(world: World, found: SubAccount) -> BoolArray:
    """The bond's own books, for money that starts there: what comes back to them ends there."""
    bond = found.meaning.bond if found.meaning.kind in axes.BOOKS else 0
    mine = [bond > 0 and m.kind in axes.BOOKS and m.bond == bond for m in world.meanings()]
    return np.array(mine, dtype=np.bool_)


def _paid(
    world: World, found: SubAccount, asked: IntervalQuestion, end: int
) -> tuple[list[Start], list[Json]]:
    """Where mixing begins, and what has not come so far: money on a bond's own books has its numbers."""
    if found.meaning.kind not in axes.BOOKS:
        return mixing.came(found, asked.start, end), []
    own = _own(world, found)
    side = world.outgoing(found.cash)
    flow = forward(found.columns, found.axis, asked.start, end, side=side, stop=~own)
    world.load(found.columns, rows_of(flow))
    starts: list[Start] = []
    resting: list[Json] = []
    for leaf in range(len(flow.leaves)):
        axis, amount = flow.axis(leaf), int(flow.leaves.amount[leaf])
        if own[axis] or axis == found.columns.source:
            told = onward.rest(world, Trail(world, found.columns, flow, leaf), 0, cut=False)
            keys = ("party", "account", "illustrative", "sub_account", "name", "horizon")
            held = {"least": str(amount), "most": str(amount), "converted": None}
            resting.append({key: told[key] for key in keys} | held)
        else:
            trail = Trail(world, found.columns, flow, leaf)
            starts.append(Start(trail.row(-1), axis, amount))
    return starts, resting
