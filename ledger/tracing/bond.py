"""`trace bond`: where each raised fen is now.

Intervals are sorted by origin number and tile `[0, raised)` up to the first payee. From there `onward`
follows the money through general accounts, first in first out (the rule named in the answer), until it rests
or leaves the ledger; `economic` says what was bought and from whom. The two views are never added together.
By the rules that number no fen, `onward` is empty, and `holders` says who has the paid money of the whole
bond (`ledger.tracing.holders`).

`age_days` counts from the value date of receipt (null when not published): to the answer's date for money
that is still on the bond's books, to the payment's business date for money that was paid.

States: `cost` is what was set aside for or paid as issue costs; `unallocated` rests on the pool; `available`
on a budget line; `encumbered` is locked for a confirmed payable; `spent` was paid and not refunded, a
holder's claim included, for it has left the bond's books; `returned` was set aside for the investors at a
redemption, or has reached them; `placed` is with a bank for a while, `payee` then being the place; `lost`
will not come back from there and was not made good. Placed money is not followed beyond its place, which owes
it.

The answer (amounts and numbers of fen are integer strings in minor units):

    {chain_id, block, block_hash, as_of, view, rule, bond, label, issuer, currency, minor_unit, raised,
     states: {cost, unallocated, placed, lost, available, encumbered, spent, returned}, conserved,
     works, horizon: {hops, until, least}, holders,
     intervals: [{start, end, amount, state, age_days, project, category, line,
                  payee, payee_account, illustrative, refund_of, receivable, piece: {start, end},
                  placement: {id, instrument}, documents, tx, log, block, path, onward, economic}]}

`tx`, `log` and `block` are of the move that brought the money where it is; `refund_of` is the payment
`TX:LOG` that came back, or the placement. `path`: `ledger.tracing.hops`, after a first stop that names the
subscribers.
`works`: what holds budget lines back (`ledger.tracing.works`).
`onward`: `ledger.tracing.onward`. `economic`: `[{party, account, illustrative, role, start, end, amount,
documents}]`, for a receivable's fen with `tier`, `via`, `financing`, `holder`, `receivable`, `piece` as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from ledger.domain.limits import UNLIMITED, Limits
from ledger.errors import BadInput
from ledger.tracing import axes, economic, onward
from ledger.tracing.axes import Axis, Kind
from ledger.tracing.books import Bond, Books, Placement, Project, Receivable
from ledger.tracing.conserved import is_conserved, states_of
from ledger.tracing.holders import holders, require_rule
from ledger.tracing.hops import Json, Trail, place, rows_of, where, who
from ledger.tracing.shares import Rule
from ledger.tracing.steps import BoolArray
from ledger.tracing.sweep import Start
from ledger.tracing.walk import Flow, Horizon, backward, forward
from ledger.tracing.works import works
from ledger.tracing.world import World

_STATE_OF: Final = {
    Kind.ORIGIN: "unallocated",
    Kind.POOL: "unallocated",
    Kind.LINE: "available",
    Kind.ENCUMBRANCE: "encumbered",
}


def bond_trace(
    world: World,
    bond: int | str,
    view: str = "cash",
    rule: str = Rule.FIFO,
    limits: Limits = UNLIMITED,
) -> Json:
    """The answer of `greenledger trace bond ID --json`, in the shape given above.

    Args:
        bond: number or label.
        view: "cash" follows money beyond the first payee; "economic" leaves `onward` and `holders` empty.
        rule: how it is followed there: fifo, prorata or bounds.
        limits: how far it is followed there.

    Raises:
        NotFound: unknown bond. BadInput: unknown view or rule. IncompleteHistory: moves are missing.
    """
    if view not in ("cash", "economic"):
        raise BadInput("unknown view", had=view, needed="cash or economic")
    chosen = Rule.named(rule)
    require_rule(chosen, limits)
    found = world.books.bond(bond)
    intervals, held = _Tracer(world, found, limits).told(view, chosen) if found.closed else ([], [])
    asked = {"hops": limits.hops, "until": limits.until, "least": str(limits.least)}
    return _answer(world, found, view, chosen, intervals) | {
        "horizon": asked,
        "holders": held,
        "intervals": intervals,
    }


def line_intervals(
    world: World, bond: Bond, line: int, view: str, rule: Rule, limits: Limits
) -> tuple[list[Json], list[Json]]:
    """Of the same answer, the intervals that are or were last on one budget line, and who has its money."""
    return _Tracer(world, bond, limits).told(view, rule, line)


def received_rows(world: World, bond: Bond) -> list[tuple[int, int, int]]:
    """`(start, end, row)`: the moves that brought the raised fen to the bond, when their age begins."""
    booked = _Tracer(world, bond, UNLIMITED).booked
    leaves, rows = booked.leaves, booked.side.row[booked.nodes.edge[booked.leaves.node]]
    lists = (leaves.start.tolist(), leaves.amount.tolist(), rows.tolist())
    return [(start, start + amount, row) for start, amount, row in zip(*lists, strict=True)]


def _answer(world: World, bond: Bond, view: str, rule: Rule, intervals: list[Json]) -> Json:
    code, digits = world.currency(bond.cash)
    states = states_of(intervals)
    return {
        **world.head(),
        "view": view,
        "rule": rule.value,
        "bond": bond.id,
        "label": bond.label,
        "issuer": who(world.books.party(bond.issuer)),
        "currency": code,
        "minor_unit": digits,
        "raised": str(bond.raised),
        "states": {state: str(amount) for state, amount in states.items()},
        "conserved": is_conserved(world, bond, states, intervals),
        "works": works(world.books, bond.id),
    }


@dataclass(frozen=True, slots=True)
class _Part:
    """Origin fen `[start, start + amount)`: a leaf of the walk, or what one piece covers of it."""

    trail: Trail
    axis: int
    start: int
    amount: int

    @property
    def end(self) -> int:
        return self.start + self.amount

    @property
    def at(self) -> int:
        """The first number on the sub-account where the fen ended."""
        return self.trail.number(-1, self.start)

    @property
    def left(self) -> int:
        """The first number on the sub-account that the fen left last."""
        return self.trail.number(-2, self.start)


class _Tracer:
    """One bond's walk, and how each part of it is told."""

    def __init__(self, world: World, bond: Bond, limits: Limits) -> None:
        self._world = world
        self._books: Books = world.books
        self._bond = bond
        self._columns = world.columns(bond.cash)
        self._horizon = world.horizon(bond.cash, limits, backward=False)
        origin = self._origin()
        outgoing = world.outgoing(bond.cash)
        self._flow = forward(self._columns, origin, 0, bond.raised, side=outgoing, stop=self._outside())
        self.booked = backward(self._columns, origin, 0, bond.raised, horizon=Horizon(hops=1))

    def told(self, view: str, rule: Rule, line: int | None = None) -> tuple[list[Json], list[Json]]:
        """Every interval, or those of one line, in order; and by the rules that number no fen, who has what
        was paid."""
        self._load([self._flow, self.booked])
        parts = [part for leaf in range(len(self._flow.leaves)) for part in self._parts(leaf)]
        parts = [part for part in parts if line is None or _line(part.trail) == line]
        follows = view == "cash" and rule is Rule.FIFO
        after = [self._follow(part) if follows else None for part in parts]
        self._load([flow for flow in after if flow])
        intervals = [self._interval(part, flow) for part, flow in zip(parts, after, strict=True)]
        return intervals, self._held(parts, rule) if view == "cash" and not follows else []

    def _held(self, parts: list[_Part], rule: Rule) -> list[Json]:
        paid = [part for part in parts if _payee(part.trail) is not None and not _is_placed(part.trail)]
        starts = [Start(part.trail.row(-1), part.axis, part.amount) for part in paid]
        return holders(self._world, self._bond.cash, rule, starts, ~self._outside(), self._horizon)

    # --- walking ---

    def _origin(self) -> int:
        axis = self._world.axis(axes.origin_axis(self._bond.id))
        if axis is None:
            raise BadInput("nothing was ever raised on this bond", who=self._bond.label)
        return axis

    def _outside(self) -> BoolArray:
        """True for every axis that is not of this bond's books."""
        meanings = self._world.meanings()
        return np.array([not (m.kind in axes.BOOKS and m.bond == self._bond.id) for m in meanings])

    def _load(self, flows: list[Flow]) -> None:
        if flows:
            self._world.load(self._columns, np.concatenate([rows_of(flow) for flow in flows]))

    def _parts(self, leaf: int) -> Iterator[_Part]:
        """A leaf; encumbered money is cut where its receivable's pieces are, placed money where losses
        are."""
        trail, axis = Trail(self._world, self._columns, self._flow, leaf), self._flow.axis(leaf)
        whole = _Part(trail, axis, trail.start, trail.amount)
        book = self._books.pieces.get(trail.last.receivable) if trail.last.kind is Kind.ENCUMBRANCE else None
        if book is None:
            yield from self._by_losses(whole)
            return
        for piece in book.between(whole.at, whole.at + whole.amount):
            low, high = max(piece.start, whole.at), min(piece.end, whole.at + whole.amount)
            yield _Part(trail, axis, whole.start + low - whole.at, high - low)

    def _by_losses(self, whole: _Part) -> Iterator[_Part]:
        placement = self._placement(whole)
        if placement is None:
            yield whole
            return
        first, shift = whole.left, whole.start - whole.left
        ends = {end for one in placement.losses for end in (one.offset, one.offset + one.amount)}
        inner = sorted(end for end in ends if first < end < first + whole.amount)
        for low, high in pairwise([first, *inner, first + whole.amount]):
            yield _Part(whole.trail, whole.axis, low + shift, high - low)

    def _placement(self, part: _Part) -> Placement | None:
        """Where money is placed; None for money that is not."""
        return self._books.placement_at(self._bond.id, part.left) if _is_placed(part.trail) else None

    def _state(self, part: _Part) -> str:
        placement = self._placement(part)
        if placement is None:
            return _state(part.trail)
        return "placed" if placement.loss_at(part.left) is None else "lost"

    def _follow(self, part: _Part) -> Flow | None:
        if _payee(part.trail) is None or _is_placed(part.trail):
            return None
        return onward.follow(self._columns, part.axis, part.at, part.amount, self._horizon)

    # --- telling ---

    def _interval(self, part: _Part, after: Flow | None) -> Json:
        trail, payee = part.trail, _payee(part.trail)
        party = self._books.party(payee) if payee else None
        step = _encumbrance(trail)
        receivable = None if step is None else self._books.receivables[trail.axes[step].receivable]
        buys = self._economic(part, receivable, step)
        came, placement = where(trail.move(-1)), self._placement(part)
        return {
            "start": str(part.start),
            "end": str(part.end),
            "amount": str(part.amount),
            "state": self._state(part),
            "age_days": self._age(trail),
            **self._project(trail),
            "payee": party.name if party else None,
            "payee_account": payee,
            "illustrative": party.illustrative if party else False,
            "refund_of": _refund_of(trail),
            "receivable": str(receivable.id) if receivable else None,
            "piece": self._piece(part, receivable, step),
            "placement": _named(placement),
            "documents": self._documents(part, receivable, buys),
            "tx": came["tx"],
            "log": came["log"],
            "block": came["block"],
            "path": [self._subscribed(part), *trail.path(part.start, part.amount)],
            "onward": onward.tell(self._world, self._columns, after, part.start - part.at) if after else [],
            "economic": buys,
        }

    def _age(self, trail: Trail) -> int | None:
        if self._bond.value_date is None:
            return None
        paid = trail.move(-1) if _payee(trail) and not _is_placed(trail) else None
        return (self._world.day(paid.block) if paid else self._world.today()) - self._bond.value_date

    def _project(self, trail: Trail) -> Json:
        """Project, category and budget line, for money that is or was on one."""
        line = self._books.lines.get(_line(trail))
        if line is None:
            return {"project": None, "category": None, "line": None}
        project: Project = self._books.projects[line.project]
        return {"project": project.label, "category": self._books.category(project), "line": line.label}

    def _piece(self, part: _Part, receivable: Receivable | None, step: int | None) -> Json | None:
        """The receivable's fen that this money is for; null until the supplier accepted."""
        if receivable is None or step is None or self._books.pieces.get(receivable.id) is None:
            return None
        first = part.trail.number(step, part.start)
        return {"start": str(first), "end": str(first + part.amount)}

    def _economic(self, part: _Part, receivable: Receivable | None, step: int | None) -> list[Json]:
        trail, payee = part.trail, _payee(part.trail)
        if receivable is not None and step is not None:
            first = trail.number(step, part.start)
            return economic.receivable(self._books, receivable, first, part.start, part.end)
        if payee is None or _is_placed(trail):
            return []
        document = where(trail.move(-1))["document"]
        if _state(trail) == "returned":
            return economic.returned(self._books, payee, part.start, part.end)
        if _state(trail) == "cost":
            return economic.issue_cost(self._books, payee, document, part.start, part.end)
        return economic.direct(self._books, payee, document, part.start, part.end)

    def _documents(self, part: _Part, receivable: Receivable | None, buys: list[Json]) -> list[str]:
        """What money was paid, locked, placed, lost or came back against; hashes, each once."""
        trail, placement = part.trail, self._placement(part)
        named = [document for line in buys for document in line["documents"]]
        if placement is not None:
            loss = placement.loss_at(part.left)
            named += [placement.document, *([loss.document] if loss else [])]
        if receivable is not None and not buys:
            named += economic.documents(self._books, receivable)
        refunds = [trail.move(step) for step in range(len(trail.axes)) if trail.reversed_by(step)]
        named += [refund.document for refund in refunds if refund and refund.document]
        return list(dict.fromkeys(named))

    def _subscribed(self, part: _Part) -> Json:
        """The first stop of every path: whose bookings the fen came from."""
        return {
            "sub_account": Kind.ESCROW.value,
            "name": "subscriptions",
            "start": str(part.start),
            "end": str(part.end),
            "parties": list(self._investors(part)),
        }

    def _investors(self, part: _Part) -> Iterator[Json]:
        flow = self.booked
        starts, amounts = flow.leaves.start, flow.leaves.amount
        first = int(np.searchsorted(starts, part.start, side="right")) - 1
        last = int(np.searchsorted(starts, part.end, side="left"))
        for leaf in range(first, last):
            low = max(int(starts[leaf]), part.start)
            high = min(int(starts[leaf] + amounts[leaf]), part.end)
            investor = self._books.party(self._world.meanings()[flow.axis(leaf)].party)
            yield {**who(investor), "start": str(low), "end": str(high)}


def _is_placed(trail: Trail) -> bool:
    """True for money that a pool gave to a bank: to nobody else a pool pays."""
    return _payee(trail) is not None and trail.axes[-2].kind is Kind.POOL


def _named(placement: Placement | None) -> Json | None:
    if placement is None:
        return None
    return {"id": str(placement.id), "instrument": placement.instrument}


def _payee(trail: Trail) -> str | None:
    """The account that was paid; None while the money is on the bond's books."""
    return None if trail.last.kind in axes.BOOKS else trail.last.party


def _state(trail: Trail) -> str:
    for kind, state in ((Kind.COST, "cost"), (Kind.RETURNED, "returned")):
        if any(axis.kind is kind for axis in trail.axes):
            return state
    return _STATE_OF.get(trail.last.kind, "spent")


def _line(trail: Trail) -> int:
    """The budget line that the money is on or left last; 0 for none, and for money back in the pool."""
    if trail.last.kind is Kind.POOL or _is_placed(trail) or _state(trail) == "returned":
        return 0
    lines: list[Axis] = [axis for axis in trail.axes if axis.line]
    return lines[-1].line if lines else 0


def _encumbrance(trail: Trail) -> int | None:
    """The step at which the money stands on an encumbrance, or was paid from one to its payee."""
    last = len(trail.axes) - 1
    if trail.last.kind is Kind.ENCUMBRANCE:
        return last
    paid = _payee(trail) is not None and trail.axes[last - 1].kind is Kind.ENCUMBRANCE
    return last - 1 if paid else None


def _refund_of(trail: Trail) -> str | None:
    """The payment `TX:LOG` that the last refund on the way reversed."""
    for step in reversed(range(len(trail.axes))):
        reversed_ = trail.reversed_by(step)
        if reversed_ is not None:
            return place(reversed_)
    return None
