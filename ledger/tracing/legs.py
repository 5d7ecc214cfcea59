"""Money outside the ledger, followed as attested: the same arithmetic of intervals, on lines of its own.

Each chain (a bond here or one outside, in one currency) has its own lines. Legs are taken in the order of
their value dates, on one day by kind and number; a place is what the document calls it together with the
participant behind it; at each place the rule is first in, first out. What a place pays beyond what it is
known to have came from outside, is booked so and shown as `from_outside`. A leg whose attester burned money
under the same reference goes on where the ledger ends: its fen are the first of those that were burned.

Nothing here is proved. `standing` says so in every answer, and no sum of it is added to one of the ledger's.

`legs_trace` (amounts and numbers of fen are integer strings in minor units):

    {chain_id, block, block_hash, as_of, standing, rule, bond, label, instrument, issuer, currency,
     minor_unit, raised, from_outside, continued, states: {held, spent, returned},
     intervals: [{start, end, amount, state, project, place, party, account, illustrative, path}]}

`intervals` tile `[0, raised)`. `path`: `[{place, party, account, illustrative, start, end, leg, value_date,
bank, bank_reference, document, attester}]`, from the investors on; the leg is the one that brought the money.

`continuations(trace)`: of a bond's trace on the ledger, where its burned fen went on as attested:
`[{start, end, amount, tx, log, block, ...as an interval}]`, `start` and `end` being the bond's own numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.domain.dates import format_day
from ledger.domain.history import LARGEST, MoveRows
from ledger.domain.money import currency
from ledger.domain.states import LegKind
from ledger.errors import BadInput, NotFound
from ledger.tracing.columns import MoveColumns
from ledger.tracing.hops import Json, who
from ledger.tracing.legbooks import Chain, Leg, LegBooks, Spot
from ledger.tracing.shares import Rule
from ledger.tracing.walk import Flow, forward
from ledger.tracing.world import World

STANDING: Final = "attested"
PROVED: Final = "proved"
_OUTSIDE, _RAISED, _LEDGER = 0, 1, 2
_FIXED: Final = (Spot("outside", ""), Spot("raised", ""), Spot("the ledger's horizon", ""))
_AFTER: Final = {LegKind.SPENT: "spent", LegKind.RETURNED: "returned", LegKind.REFUNDED: "held"}
"""What money is after a leg of a kind; raising and moving change nothing."""


class Lines:
    """One chain's number lines. `legs` are those that stand, in any order."""

    def __init__(self, legs: Sequence[Leg], books: LegBooks) -> None:
        self._numbers = {spot: at for at, spot in enumerate(_FIXED)}
        self._in, self._out = [0, 0, 0], [0, 0, 0]
        self._rows: list[tuple[int, int, int, int, int]] = []
        self._by: list[Leg | None] = []
        self.arrived: dict[int, tuple[int, int]] = {}
        self.continued = 0
        for leg in sorted(legs, key=lambda one: (one.value_day, one.kind, one.id)):
            self._add(leg, books.is_continuation(leg))
        self._spots = list(self._numbers)
        self.columns = self._build()

    @property
    def raised(self) -> int:
        return self._in[_RAISED]

    @property
    def from_outside(self) -> int:
        """What was paid that nothing here had brought, in minor units."""
        return self._out[_OUTSIDE] - self._in[_RAISED] - self.continued

    def spot(self, axis: int) -> Spot:
        return self._spots[axis]

    def leg(self, row: int) -> Leg | None:
        """The leg of a row; None for what only opens a balance or numbers what was raised."""
        return self._by[row]

    def _add(self, leg: Leg, continuing: bool) -> None:
        source, target = self._axis(leg.source), self._axis(leg.target)
        if continuing:
            self.continued += leg.amount
            self._move(_OUTSIDE, _LEDGER, leg.amount, None)
            source = _LEDGER
        elif leg.kind is LegKind.RAISED:
            self._move(_OUTSIDE, _RAISED, leg.amount, None)
            source = _RAISED
        else:
            lacking = self._out[source] + leg.amount - self._in[source]
            if lacking > 0:
                self._move(_OUTSIDE, source, lacking, None)
        self.arrived[leg.id] = (target, self._in[target])
        self._move(source, target, leg.amount, leg)

    def _axis(self, spot: Spot) -> int:
        at = self._numbers.setdefault(spot, len(self._numbers))
        if at == len(self._in):
            self._in.append(0)
            self._out.append(0)
        return at

    def _move(self, source: int, target: int, amount: int, leg: Leg | None) -> None:
        self._rows.append((source, target, amount, self._out[source], self._in[target]))
        self._by.append(leg)
        self._out[source] += amount
        self._in[target] += amount

    def _build(self) -> MoveColumns:
        whole = list(zip(*self._rows, strict=True)) or [()] * 5
        make = MoveRows.of if max(*self._in, *self._out) <= LARGEST else MoveRows.wide
        rows = make(range(len(self._rows)), [0] * len(self._rows), *whole)
        return MoveColumns.build([f"{one.label} {one.account}" for one in self._numbers], _OUTSIDE, rows)


@dataclass(frozen=True, slots=True)
class _Told:
    """How one walk over a chain's lines is told; `shift` turns its numbers into those of the question."""

    world: World
    lines: Lines
    flow: Flow
    shift: int
    first: Leg | None = None

    def intervals(self) -> Iterator[Json]:
        for leaf in range(len(self.flow.leaves)):
            yield self._interval(leaf)

    def _interval(self, leaf: int) -> Json:
        leaves, nodes = self.flow.leaves, self.flow.path(leaf)
        start, amount = int(leaves.start[leaf]), int(leaves.amount[leaf])
        brought = [self._leg(node) for node in nodes]
        brought[0] = brought[0] or self.first
        legs = [leg for leg in brought if leg is not None]
        spot = self.lines.spot(self.flow.axis(leaf))
        return {
            "start": str(start + self.shift),
            "end": str(start + self.shift + amount),
            "amount": str(amount),
            "state": _state(legs),
            "project": next((leg.project for leg in reversed(legs) if leg.project), None),
            "place": spot.label,
            **self._who(spot),
            "path": [
                self._stop(node, leg, start, amount) for node, leg in zip(nodes, brought, strict=True) if leg
            ],
        }

    def _leg(self, node: int) -> Leg | None:
        edge = int(self.flow.nodes.edge[node])
        return None if edge < 0 else self.lines.leg(int(self.flow.side.row[edge]))

    def _stop(self, node: int, leg: Leg, start: int, amount: int) -> Json:
        at = self.flow.number(node, start)
        spot = self.lines.spot(int(self.flow.nodes.axis[node]))
        return {
            "place": spot.label,
            **self._who(spot),
            "start": str(at),
            "end": str(at + amount),
            "leg": leg.id,
            "from": leg.source.label,
            "value_date": format_day(leg.value_day),
            "bank": leg.bank,
            "bank_reference": leg.bank_reference,
            "document": leg.document,
            "attester": self.world.books.party(leg.attester).name,
        }

    def _who(self, spot: Spot) -> Json:
        return who(self.world.books.party(spot.account) if spot.account else None)


def _state(legs: Sequence[Leg]) -> str:
    said = (_AFTER[leg.kind] for leg in reversed(legs) if leg.kind in _AFTER)
    return next(said, "held")


# --- asked ---


def chain_named(world: World, name: int | str, unit: str | None = None) -> Chain:
    """A chain by its bond's number or label here, or by ISIN or label outside, where something is attested.

    Raises:
        NotFound; BadInput when it names several, for the currency or for the issuer.
    """
    text = str(name)
    here = {bond.id for bond in world.books.bonds.values() if text in (str(bond.id), bond.label)}
    found = [
        chain
        for chain in world.books.legs.chains()
        if unit in (None, chain.currency) and (chain.bond in here if chain.bond else chain.instrument == text)
    ]
    if not found:
        raise NotFound(f"nothing is attested of {text}", who=text)
    if len(found) > 1:
        had = [f"{chain.currency} {world.books.party(chain.issuer).name}" for chain in found]
        raise BadInput(f"legs of several bonds are called {text}", had=had, needed="a currency, or a number")
    return found[0]


def legs_trace(world: World, name: int | str, unit: str | None = None) -> Json:
    """Where what a bond raised outside went, as attested, in the shape given above."""
    chain = chain_named(world, name, unit)
    return world.head() | _of_chain(world, chain)


def _of_chain(world: World, chain: Chain) -> Json:
    lines = Lines(world.books.legs.attested(chain), world.books.legs)
    told = list(_walked(world, lines))
    states = dict.fromkeys(("held", "spent", "returned"), 0)
    for interval in told:
        states[interval["state"]] += int(interval["amount"])
    bond = world.books.bonds.get(chain.bond)
    return {
        "standing": STANDING,
        "rule": Rule.FIFO.value,
        "bond": bond.id if bond else None,
        "label": bond.label if bond else chain.instrument,
        "instrument": chain.instrument or None,
        "issuer": who(world.books.party(chain.issuer)),
        "currency": chain.currency,
        "minor_unit": currency(chain.currency).digits,
        "raised": str(lines.raised),
        "from_outside": str(lines.from_outside),
        "continued": str(lines.continued),
        "states": {state: str(amount) for state, amount in states.items()},
        "intervals": told,
    }


def _walked(world: World, lines: Lines) -> Iterator[Json]:
    if lines.raised:
        yield from _Told(world, lines, forward(lines.columns, _RAISED, 0, lines.raised), 0).intervals()


def beside(world: World, trace: Json) -> Json | None:
    """What is attested of a bond of this ledger, to stand beside its trace and never be added to it.

    As `legs_trace`, and `continuations`; None when nothing is attested of it and of what it redeemed.
    """
    chain = _chain_of(world, trace)
    continued = list(_continuations(world, trace))
    if chain is None and not continued:
        return None
    own = _of_chain(world, chain) if chain else {"standing": STANDING, "intervals": []}
    return own | {"continuations": continued}


def _chain_of(world: World, trace: Json) -> Chain | None:
    return next((chain for chain in world.books.legs.chains() if chain.bond == trace["bond"]), None)


def _continuations(world: World, trace: Json) -> Iterator[Json]:
    """Each part of a trace that left the ledger, as far as its bank says where it went."""
    bank = world.books.legs.banks.get(world.books.bonds[trace["bond"]].cash, "")
    lines: dict[Chain, Lines] = {}
    for interval in trace["intervals"]:
        for part in interval["onward"]:
            left = part["path"][-1]
            leg = _leg_after(world, bank, part, left)
            if leg is None:
                continue
            if leg.chain not in lines:
                lines[leg.chain] = Lines(world.books.legs.attested(leg.chain), world.books.legs)
            yield from _goes_on(world, lines[leg.chain], leg, part, left)


def _leg_after(world: World, bank: str, part: Json, left: Json) -> Leg | None:
    if part["horizon"] != "redeemed" or not left["document"]:
        return None
    return world.books.legs.left_by(bank, left["document"])


def _goes_on(world: World, lines: Lines, leg: Leg, part: Json, left: Json) -> Iterator[Json]:
    """Fen x of the burn is fen x of the leg; the burn may be larger, and its rest is not told of."""
    burned = _burned_at(world, left)
    first = int(left["start"]) - burned
    amount = min(int(part["amount"]), leg.amount - first)
    if amount <= 0:
        return
    target, arrived = lines.arrived[leg.id]
    at = arrived + first
    flow = forward(lines.columns, target, at, at + amount)
    place = {name: left[name] for name in ("tx", "log", "block")}
    for told in _Told(world, lines, flow, int(part["start"]) - at, leg).intervals():
        yield place | told


def _burned_at(world: World, left: Json) -> int:
    """The first number that the burn's move has on the source axis."""
    for cash in world.books.currencies:
        rows = world.columns(cash).rows
        found = (rows.block == left["block"]) & (rows.log == left["log"])
        if found.any():
            return int(rows.in_offset[found][0])
    raise NotFound("no such move", who=f"{left['tx']}:{left['log']}")


# --- lists ---


def leg_list(
    world: World,
    bond: int | None = None,
    state: str | None = None,
    party: str | None = None,
    after: int = 0,
    limit: int = 50,
) -> Json:
    """`{chain_id, block, block_hash, as_of, standing, legs, next}`: legs by number, a page at a time.

    Args:
        party: only legs that this account reported, attests, or is issuer, payer or payee of.
    """
    asked = [
        leg for leg in world.books.legs.legs.values() if leg.id > after and bond in (None, leg.chain.bond)
    ]
    fits = [leg for leg in asked if state in (None, leg.state.name.lower()) and _concerns(leg, party)]
    page = fits[:limit]
    following = page[-1].id if len(fits) > limit else None
    told = [told_leg(world, leg) for leg in page]
    return world.head() | {"standing": STANDING, "legs": told, "next": following}


def leg_show(world: World, number: int) -> Json:
    """One leg; NotFound."""
    leg = world.books.legs.legs.get(number)
    if leg is None:
        raise NotFound(f"there is no leg {number}", who=number)
    return world.head() | {"standing": STANDING} | told_leg(world, leg)


def _concerns(leg: Leg, party: str | None) -> bool:
    parties = (leg.reporter, leg.attester, leg.chain.issuer, leg.source.account, leg.target.account)
    return party is None or party in parties


def told_leg(world: World, leg: Leg) -> Json:
    """A leg as everybody reads it."""
    party = world.books.party
    return {
        "id": leg.id,
        "state": leg.state.name.lower(),
        "kind": leg.kind.name.lower(),
        "bond": leg.chain.bond or None,
        "instrument": leg.chain.instrument or None,
        "issuer": who(party(leg.chain.issuer)),
        "value_date": format_day(leg.value_day),
        "amount": str(leg.amount),
        "currency": leg.chain.currency,
        "from": _spot(world, leg.source),
        "to": _spot(world, leg.target),
        "project": leg.project or None,
        "bank": leg.bank,
        "bank_reference": leg.bank_reference,
        "document": leg.document,
        "reporter": who(party(leg.reporter)),
        "attester": who(party(leg.attester)),
        "supersedes": leg.supersedes or None,
        "superseded_by": leg.superseded_by or None,
        "reason": leg.reason or leg.ended_because or None,
        "tx": leg.place.tx,
        "log": leg.place.log,
        "block": leg.place.block,
    }


def _spot(world: World, spot: Spot) -> Json:
    return {"place": spot.label, **who(world.books.party(spot.account) if spot.account else None)}
