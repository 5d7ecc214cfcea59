"""`trace bond`: where each raised fen is now.

Intervals are sorted by origin number and tile `[0, raised)` up to the first payee. From there `onward`
follows the money through general accounts, first in first out (the rule named in the answer), until it rests
or leaves the ledger; `economic` says what was bought and from whom. The two views are never added together.

`age_days` counts from the value date of receipt (null when not published): to the answer's date for money
that is still on the bond's books, to the payment's business date for money that was paid.

States: `cost` is what was set aside for or paid as issue costs; `unallocated` rests on the pool; `available`
on a budget line; `encumbered` is locked for a confirmed payable; `spent` was paid and not refunded, a
holder's claim included, for it has left the bond's books. The others come with temporary placement and
redemption.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from ledger.domain.dates import format_day
from ledger.domain.intervals import Interval, tiles
from ledger.errors import BadInput
from ledger.tracing import axes, economic
from ledger.tracing.axes import Kind
from ledger.tracing.books import Bond, Receivable
from ledger.tracing.hops import Json, arrival, name, path, place, reversal, rows_of, who
from ledger.tracing.walk import Flow, Horizon, Why, backward, forward
from ledger.tracing.world import World

View = Literal["cash", "economic"]

FIFO: Final = "fifo"
STATES: Final = ("cost", "unallocated", "placed", "lost", "available", "encumbered", "spent", "returned")
_STATE_OF: Final = {
    Kind.ORIGIN: "unallocated",
    Kind.POOL: "unallocated",
    Kind.LINE: "available",
    Kind.ENCUMBRANCE: "encumbered",
}
_ONWARD: Final = Horizon(hops=64)


def bond_trace(world: World, bond: int | str, view: str = "cash", rule: str = FIFO) -> Json:
    """The answer of `greenledger trace bond ID --json`; shape in docs/specs.md.

    Args:
        bond: number or label.
        view: "cash" follows money beyond the first payee; "economic" leaves `onward` empty.

    Raises:
        NotFound: unknown bond. BadInput: unknown view or rule. IncompleteHistory: moves are missing.
    """
    if view not in ("cash", "economic"):
        raise BadInput("unknown view", had=view, needed="cash or economic")
    if rule != FIFO:
        raise BadInput("unknown rule", had=rule, needed=FIFO)
    return _BondTrace(world, world.books.bond(bond)).answer(view)


@dataclass(frozen=True, slots=True)
class _Part:
    """Origin fen `[start, start + amount)` of one leaf. `at` is their first number on the leaf's axis."""

    leaf: int
    start: int
    amount: int
    at: int

    @property
    def end(self) -> int:
        return self.start + self.amount


class _BondTrace:
    def __init__(self, world: World, bond: Bond) -> None:
        self._world = world
        self._books = world.books
        self._bond = bond
        self._columns = world.columns(bond.cash)
        self._flow: Flow | None = None
        self._subscriptions: Flow | None = None

    def answer(self, view: str) -> Json:
        world, bond = self._world, self._bond
        code, digits = world.currency(bond.cash)
        intervals = self._intervals(view) if bond.closed else []
        states = self._states(intervals)
        return {
            "chain_id": world.history.chain_id,
            "block": world.header.number,
            "block_hash": world.header.hash,
            "as_of": format_day(world.today()),
            "view": view,
            "rule": FIFO,
            "bond": bond.id,
            "label": bond.label,
            "issuer": who(self._books.party(bond.issuer)),
            "currency": code,
            "minor_unit": digits,
            "raised": str(bond.raised),
            "states": {state: str(amount) for state, amount in states.items()},
            "conserved": self._is_conserved(states, intervals),
            "intervals": intervals,
        }

    # --- intervals ---

    def _intervals(self, view: str) -> list[Json]:
        world, columns = self._world, self._columns
        origin = self._axis(axes.origin_axis(self._bond.id))
        self._flow = flow = forward(
            columns, origin, 0, self._bond.raised, side=world.outgoing(self._bond.cash), stop=self._outside()
        )
        self._subscriptions = backward(columns, origin, 0, self._bond.raised, horizon=Horizon(hops=1))
        parts = [part for leaf in range(len(flow.leaves)) for part in self._parts(flow, leaf)]
        onward = [self._onward_flow(flow, part) if view == "cash" else None for part in parts]
        self._load([flow, self._subscriptions, *(found for found in onward if found)])
        return [self._interval(flow, part, after) for part, after in zip(parts, onward, strict=True)]

    def _outside(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """True for every axis that is not of this bond's books."""
        meanings = self._world.meanings()
        return np.array([not (m.kind in axes.BOOKS and m.bond == self._bond.id) for m in meanings])

    def _load(self, flows: Sequence[Flow]) -> None:
        self._world.load(self._columns, np.concatenate([rows_of(flow) for flow in flows]))

    def _parts(self, flow: Flow, leaf: int) -> Iterator[_Part]:
        """A leaf; encumbered money is cut where its receivable's pieces are."""
        start, amount = int(flow.leaves.start[leaf]), int(flow.leaves.amount[leaf])
        at, meaning = flow.at(leaf), self._world.meanings()[flow.axis(leaf)]
        book = self._books.pieces.get(meaning.receivable) if meaning.kind is Kind.ENCUMBRANCE else None
        if book is None:
            yield _Part(leaf, start, amount, at)
            return
        for piece in book.between(at, at + amount):
            low, high = max(piece.start, at), min(piece.end, at + amount)
            yield _Part(leaf, start + low - at, high - low, low)

    def _interval(self, flow: Flow, part: _Part, onward: Flow | None) -> Json:
        nodes = flow.path(part.leaf)
        state = self._state(flow, nodes)
        came = arrival(self._world, self._columns, flow, nodes[-1])
        reversed_ = [r for node in nodes if (r := reversal(self._world, self._columns, flow, node))]
        payee = self._payee(flow, nodes)
        receivable = self._receivable(flow, nodes)
        buys = self._economic(flow, nodes, part)
        return {
            "start": str(part.start),
            "end": str(part.end),
            "amount": str(part.amount),
            "state": state,
            "age_days": self._age(payee is not None, came.block if came else 0),
            **self._project(flow, nodes),
            "payee": self._books.party(payee).name if payee else None,
            "payee_account": payee,
            "illustrative": self._books.party(payee).illustrative if payee else False,
            "refund_of": place(reversed_[-1]) if reversed_ else None,
            "receivable": str(receivable.id) if receivable else None,
            "piece": self._piece(flow, nodes, part, receivable),
            "documents": self._documents(flow, nodes, receivable, buys),
            "tx": came.tx if came else None,
            "log": came.log if came else None,
            "block": came.block if came else None,
            "path": self._path(flow, part),
            "onward": self._onward(onward, part) if onward else [],
            "economic": buys,
        }

    # --- the parts of an interval ---

    def _kind(self, flow: Flow, node: int) -> Kind:
        return self._world.meanings()[int(flow.nodes.axis[node])].kind

    def _state(self, flow: Flow, nodes: list[int]) -> str:
        if any(self._kind(flow, node) is Kind.COST for node in nodes):
            return "cost"
        return _STATE_OF.get(self._kind(flow, nodes[-1]), "spent")

    def _payee(self, flow: Flow, nodes: list[int]) -> str | None:
        """The account that was paid; None while the money is on the bond's books."""
        meaning = self._world.meanings()[int(flow.nodes.axis[nodes[-1]])]
        return None if meaning.kind in axes.BOOKS else meaning.party

    def _age(self, paid: bool, block: int) -> int | None:
        if self._bond.value_date is None:
            return None
        return (self._world.day(block) if paid else self._world.today()) - self._bond.value_date

    def _project(self, flow: Flow, nodes: list[int]) -> Json:
        """Project, category and budget line, for money that is or was on one."""
        if self._kind(flow, nodes[-1]) is Kind.POOL:
            return {"project": None, "category": None, "line": None}
        for node in reversed(nodes):
            line = self._books.lines.get(self._world.meanings()[int(flow.nodes.axis[node])].line)
            if line is not None:
                project = self._books.projects[line.project]
                category = self._books.category(project)
                return {"project": project.label, "category": category, "line": line.label}
        return {"project": None, "category": None, "line": None}

    def _encumbrance(self, flow: Flow, nodes: list[int]) -> int | None:
        """The node of the encumbrance that the money is on or was paid from."""
        for node in nodes[-2:][::-1]:
            if self._kind(flow, node) is Kind.ENCUMBRANCE:
                return node if node == nodes[-1] or self._payee(flow, nodes) else None
        return None

    def _receivable(self, flow: Flow, nodes: list[int]) -> Receivable | None:
        node = self._encumbrance(flow, nodes)
        if node is None:
            return None
        return self._books.receivables[self._world.meanings()[int(flow.nodes.axis[node])].receivable]

    def _piece(self, flow: Flow, nodes: list[int], part: _Part, found: Receivable | None) -> Json | None:
        """The receivable's fen that this money is for; null until the supplier accepted."""
        node = self._encumbrance(flow, nodes)
        if node is None or found is None or self._books.pieces.get(found.id) is None:
            return None
        first = flow.number(node, part.start)
        return {"start": str(first), "end": str(first + part.amount)}

    def _economic(self, flow: Flow, nodes: list[int], part: _Part) -> list[Json]:
        payee, found = self._payee(flow, nodes), self._receivable(flow, nodes)
        if found is not None:
            node = self._encumbrance(flow, nodes)
            first = flow.number(node, part.start) if node is not None else 0
            return economic.receivable(self._books, found, first, part.start, part.end)
        if payee is None:
            return []
        came = arrival(self._world, self._columns, flow, nodes[-1])
        document = came.document if came else None
        if self._kind(flow, nodes[-2]) is Kind.COST:
            return economic.issue_cost(self._books, payee, document, part.start, part.end)
        return economic.direct(self._books, payee, document, part.start, part.end)

    def _documents(
        self, flow: Flow, nodes: list[int], found: Receivable | None, buys: list[Json]
    ) -> list[str]:
        """What money was paid, locked or came back against; hashes, each once."""
        named = [document for line in buys for document in line["documents"]]
        if found is not None and not buys:
            obligation = self._books.obligations.get(found.fingerprint)
            named += [obligation.document] if obligation else []
            named += found.documents
        for node in nodes:
            if reversal(self._world, self._columns, flow, node):
                refund = arrival(self._world, self._columns, flow, node)
                named += [refund.document] if refund and refund.document else []
        return list(dict.fromkeys(named))

    def _path(self, flow: Flow, part: _Part) -> list[Json]:
        """From the subscriptions on."""
        hops = path(self._world, self._columns, flow, part.leaf, part.start, part.amount)
        return [self._subscribed(part), *hops]

    def _subscribed(self, part: _Part) -> Json:
        return {
            "sub_account": Kind.ESCROW.value,
            "name": "subscriptions",
            "start": str(part.start),
            "end": str(part.end),
            "parties": list(self._investors(part)),
        }

    def _investors(self, part: _Part) -> Iterator[Json]:
        flow = self._subscriptions
        if flow is None:
            return
        starts, amounts = flow.leaves.start, flow.leaves.amount
        first = int(np.searchsorted(starts, part.start, side="right")) - 1
        last = int(np.searchsorted(starts, part.end, side="left"))
        for leaf in range(first, last):
            low = max(int(starts[leaf]), part.start)
            high = min(int(starts[leaf] + amounts[leaf]), part.end)
            investor = self._books.party(self._world.meanings()[flow.axis(leaf)].party)
            yield {**who(investor), "start": str(low), "end": str(high)}

    # --- beyond the first payee ---

    def _onward_flow(self, flow: Flow, part: _Part) -> Flow | None:
        axis = flow.axis(part.leaf)
        if self._world.meanings()[axis].kind in axes.BOOKS:
            return None
        return forward(self._columns, axis, part.at, part.at + part.amount, horizon=_ONWARD)

    def _onward(self, flow: Flow, part: _Part) -> list[Json]:
        """Where the payees' money went; origin numbers, tiling the interval."""
        return [self._rest(flow, leaf, part) for leaf in range(len(flow.leaves))]

    def _rest(self, flow: Flow, leaf: int, part: _Part) -> Json:
        start, amount = int(flow.leaves.start[leaf]), int(flow.leaves.amount[leaf])
        meaning = self._world.meanings()[flow.axis(leaf)]
        origin = part.start + start - part.at
        why = Why(int(flow.leaves.why[leaf]))
        return {
            "start": str(origin),
            "end": str(origin + amount),
            "amount": str(amount),
            **who(self._books.party(meaning.party) if meaning.party else None),
            "sub_account": meaning.kind.value,
            "name": name(self._world, meaning),
            "horizon": _horizon(meaning.kind, why),
            "path": path(self._world, self._columns, flow, leaf, start, amount),
        }

    # --- conservation ---

    def _states(self, intervals: list[Json]) -> dict[str, int]:
        found = dict.fromkeys(STATES, 0)
        for interval in intervals:
            found[interval["state"]] += int(interval["end"]) - int(interval["start"])
        return found

    def _is_conserved(self, states: dict[str, int], intervals: list[Json]) -> bool:
        """States sum to what was raised, every list tiles, and the counters of the axes say the same."""
        if not self._bond.closed:
            return not intervals
        whole = Interval(0, self._bond.raised)
        lists = [interval[key] for interval in intervals for key in ("onward", "economic")]
        return (
            sum(states.values()) == self._bond.raised
            and tiles(_pieces(intervals), whole)
            and all(
                not parts or tiles(_pieces(parts), _piece(interval))
                for interval, parts in zip(_twice(intervals), lists, strict=True)
            )
            and states == self._counted()
        )

    def _counted(self) -> dict[str, int]:
        """The states as the axes' counters and the payments' events give them, without any walk."""
        bond, spent = self._bond, self._books.spent[self._bond.id]
        lines = [axes.line_axis(line.id) for line in self._books.lines_of(bond.id)]
        locked = [axes.encumbrance_axis(r.id) for r in self._books.receivables_of(bond.id)]
        resting = [axes.origin_axis(bond.id), axes.pool_axis(bond.id)]
        return dict.fromkeys(STATES, 0) | {
            "cost": self._counters(axes.cost_axis(bond.id))[0],
            "unallocated": sum(map(self._balance, resting)),
            "available": sum(map(self._balance, lines)),
            "encumbered": sum(map(self._balance, locked)),
            "spent": spent.paid - spent.refunded,
        }

    def _balance(self, address: str) -> int:
        incoming, outgoing = self._counters(address)
        return incoming - outgoing

    def _counters(self, address: str) -> tuple[int, int]:
        axis = self._world.axis(address)
        return (0, 0) if axis is None else self._columns.counters(axis)

    def _axis(self, address: str) -> int:
        """An axis that must have been used; unknown ones fail as an empty range would."""
        axis = self._world.axis(address)
        if axis is None:
            raise BadInput("nothing was ever raised on this bond", who=self._bond.label)
        return axis


def _horizon(kind: Kind, why: Why) -> str | None:
    """Where money leaves what the ledger can see: paid out by the bank, waiting for that, or cut."""
    if why is Why.CUT:
        return "cut"
    return {Kind.SOURCE: "redeemed", Kind.REDEMPTION: "awaiting redemption"}.get(kind)


def _piece(part: Json) -> Interval:
    return Interval(int(part["start"]), int(part["end"]))


def _pieces(parts: Sequence[Json]) -> list[Interval]:
    return [_piece(part) for part in parts]


def _twice(intervals: list[Json]) -> list[Json]:
    return [interval for interval in intervals for _ in range(2)]
