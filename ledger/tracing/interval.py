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
That it was is said by the move, when it cites a registered conversion document, or by the document, when
the reader can open it (`ledger.domain.conversion`). Then `converted` goes on in the other currency; else
it is null:

    {document, standing: "attested", registrar, numerator, denominator, cash, currency, minor_unit, start,
     end, amount, residue, parts}

`amount` and `residue` are in the other currency, and `parts` tile `amount`. Backward it is the same from
the bought money to the sold, and `residue` is null. `count` and pages are of the parts before a document
cuts them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ledger.domain.conversion import Conversion, Side
from ledger.domain.dates import format_day
from ledger.domain.limits import Limits
from ledger.domain.questions import IntervalQuestion
from ledger.errors import NotFound
from ledger.tracing import axes, onward
from ledger.tracing.axes import Kind
from ledger.tracing.holders import holders, require_rule, sources
from ledger.tracing.hops import Json, Trail, name, rows_of, who
from ledger.tracing.payment import source_of
from ledger.tracing.shares import Rule
from ledger.tracing.steps import BoolArray, Horizon, Why
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
    if asked.rule == Rule.FIFO:
        return answer | _parts(world, found, asked, end)
    return answer | _shares(world, found, asked, end)


def _head(world: World, found: SubAccount, asked: IntervalQuestion, end: int) -> Json:
    code, digits = world.currency(found.cash)
    limits = asked.limits
    return {
        "chain_id": world.history.chain_id,
        "block": world.header.number,
        "block_hash": world.header.hash,
        "as_of": format_day(world.today()),
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


def _parts(world: World, found: SubAccount, asked: IntervalQuestion, end: int) -> Json:
    flow = walk(world, found, asked.start, end, asked.limits, back=asked.is_backward)
    page = range(asked.after, min(asked.after + asked.limit, len(flow.leaves)))
    teller = _Teller(world, asked, frozenset())
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


class _Teller:
    """Tells the leaves of a walk, and goes on where a document links them with another currency.

    A document is used once on any way: one that lies cannot lead in a circle.
    """

    def __init__(self, world: World, asked: IntervalQuestion, used: frozenset[str]) -> None:
        self._world = world
        self._asked = asked
        self._used = used
        known = (asked.conversions or {}).values()
        self._known = [one for one in known if one.document not in used and self._is_by_bank(one)]

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
        if self._asked.is_backward:
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
            for known in self._known:
                near = known.bought if self._asked.is_backward else known.sold
                low, high = max(near.fen.start, at), min(near.fen.end, at + trail.amount)
                is_there = (near.cash, near.account) == (found.cash, axis.party) and axis.kind is Kind.GENERAL
                if is_there and low < high:
                    yield _Link(low - at + trail.start, high - at + trail.start, step, known)

    def _cited(self, trail: Trail) -> int | None:
        """The first step from which money went on by a move that cites a conversion document."""
        moves = (trail.move(step) for step in range(1, len(trail.axes)))
        documents = self._world.books.conversions
        return next((step for step, ref in enumerate(moves) if ref and ref.document in documents), None)

    def _is_by_bank(self, known: Conversion) -> bool:
        books = self._world.books
        banks = {books.banks.get(side.cash) for side in (known.sold, known.bought)}
        return None not in banks and books.conversions.get(known.document) in banks

    def _stopped(self, trail: Trail, link: _Link) -> Json:
        """Where the way ends: with who got the money at the conversion, or gave it."""
        axis, path = trail.axes[link.step + 1], trail.path(trail.start, trail.amount)[: link.step + 2]
        if self._asked.is_backward:
            nothing = ("bond", "label", "origin_start", "origin_end", "project", "line")
            return {**dict.fromkeys(nothing), "investor": who(None), "path": path}
        party = self._world.books.party(axis.party) if axis.party else None
        named = {"sub_account": axis.kind.value, "name": name(self._world, axis), "path": path}
        return {**who(party), **named}

    # --- on the other side of it ---

    def _other(self, trail: Trail, link: _Link) -> Json | None:
        """The same money in the other currency; None where no document that the reader can open links it, or
        one speaks of fen that never were."""
        known = link.known
        if known is None:
            return None
        far = known.sold if self._asked.is_backward else known.bought
        there = self._there(far)
        if there is None:
            return None
        at = trail.number(link.step, trail.start)
        low, high = (self._beyond(known, number) for number in (at, at + trail.amount))
        code, digits = self._world.currency(far.cash)
        residue = known.residue_before(at + trail.amount) - known.residue_before(at)
        return {
            "document": known.document,
            "standing": "attested",
            "registrar": who(self._world.books.party(self._world.books.conversions[known.document])),
            "numerator": str(known.numerator),
            "denominator": str(known.denominator),
            "cash": far.cash,
            "currency": code,
            "minor_unit": digits,
            "start": str(low),
            "end": str(high),
            "amount": str(high - low),
            "residue": None if self._asked.is_backward else str(residue),
            "parts": self._goes_on(known, there, low, high) if low < high else [],
        }

    def _there(self, far: Side) -> SubAccount | None:
        try:
            there = sub_account(self._world, far.account, far.cash)
        except NotFound:
            return None
        return there if far.fen.end <= there.columns.counters(there.axis)[0] else None

    def _beyond(self, known: Conversion, number: int) -> int:
        """The number in the other currency that stands for a number in this one."""
        if not self._asked.is_backward:
            return known.bought.fen.start + known.bought_before(number)
        sold, bought = known.sold.fen, known.bought.fen
        return sold.start + (number - bought.start) * sold.length // bought.length

    def _goes_on(self, known: Conversion, there: SubAccount, start: int, end: int) -> list[Json]:
        flow = walk(self._world, there, start, end, self._asked.limits, back=self._asked.is_backward)
        teller = _Teller(self._world, self._asked, self._used | {known.document})
        return teller.told(there, flow, range(len(flow.leaves)))


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


def _shares(world: World, found: SubAccount, asked: IntervalQuestion, end: int) -> Json:
    horizon = world.horizon(found.cash, asked.limits, backward=asked.is_backward)
    rule = Rule.named(asked.rule)
    if asked.is_backward:
        starts = _left(found, asked.start, end)
        shares = sources(world, found.cash, found.columns, rule, starts, horizon)
    else:
        starts, resting = _paid(world, found, asked, end)
        shares = resting + holders(world, found.cash, rule, starts, _own(world, found), horizon)
    key = "end_of_trace" if asked.is_backward else "horizon"
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
        return _came(found, asked.start, end), []
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
            resting.append({key: told[key] for key in keys} | {"least": str(amount), "most": str(amount)})
        else:
            trail = Trail(world, found.columns, flow, leaf)
            starts.append(Start(trail.row(-1), axis, amount))
    return starts, resting


def _came(found: SubAccount, start: int, end: int) -> list[Start]:
    """The moves that brought the fen, each from where it stands in the history on."""
    flow = backward(found.columns, found.axis, start, end, horizon=Horizon(hops=1))
    rows = flow.side.row[flow.nodes.edge[flow.leaves.node]].tolist()
    amounts = flow.leaves.amount.tolist()
    return [Start(row, found.axis, amount) for row, amount in zip(rows, amounts, strict=True)]


def _left(found: SubAccount, start: int, end: int) -> list[Start]:
    """The moves that took the fen away; what is still there is asked of the end of the history."""
    flow = forward(found.columns, found.axis, start, end, horizon=Horizon(hops=1))
    starts = []
    for leaf in range(len(flow.leaves)):
        edge = int(flow.nodes.edge[flow.leaves.node[leaf]])
        row = len(found.columns.rows) if edge < 0 else int(flow.side.row[edge])
        starts.append(Start(row, found.axis, int(flow.leaves.amount[leaf])))
    return starts
