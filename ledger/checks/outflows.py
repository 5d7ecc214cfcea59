"""Where guarded money may go: every move off a bond's axes answers to one event, and each event to a move."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator
from typing import Final

from ledger.checks.uses import confirmations
from ledger.checks.view import Seen, View
from ledger.domain import purposes
from ledger.domain.purposes import LOANS, MATURITY, POOLS, PROCEEDS, SERVICE, axis_of

Flow = tuple[str, str, str, int]
"""Transaction, from, to, fen."""

_PAID: Final = 3


def proceeds(purpose: bytes) -> str:
    return axis_of(PROCEEDS, purpose)


def unexplained(view: View) -> Generator[str, None, None]:
    """Both ways; then what waits in escrow or on a claim, which goes to few."""
    named, closed = _guarded(view), _closed(view)
    expected = Counter(_expected(view))
    for move in _moves(view):
        source, target, amount = move.args["fromAxis"], move.args["toAxis"], move.number("amount")
        flow = (move.tx, source, target, amount)
        if source in named and expected[flow] > 0:
            expected[flow] -= 1
        elif source in named:
            yield f"{amount} left {named[source]} for {target} without a reason in {move.tx}"
        elif target not in closed.get(source, (target,)):
            yield f"{amount} left {source} for {target}, who has no claim to it, in {move.tx}"
    for (tx, source, _, amount), missing in expected.items():
        if missing > 0:
            yield f"{amount} were said to leave {named.get(source, source)} and did not in {tx}"


def undischarged(view: View) -> Generator[str, None, None]:
    """What settled a piece discharged it, once, in its holder's hand; and no piece was paid by nothing."""
    settled = Counter(_piece(event) for event in _discharging(view))
    paid = Counter(_piece(e) for e in view.of("PieceBook.Discharged") if e.number("how") == _PAID)
    for tx, receivable, holder, start, end in (settled - paid) + (paid - settled):
        yield f"receivable {receivable} [{start}, {end}) of {holder}: settled and discharged differ in {tx}"


def _discharging(view: View) -> Iterator[Seen]:
    """What ended a piece: early settlement, or its turn in the round that completes the face."""
    terms, last = confirmations(view), dict[int, bool]()
    for event in view.of("Maturity.RoundOpened", "Maturity.PieceSettled", "Maturity.SettledEarly"):
        receivable = event.number("receivable")
        if event.name == "RoundOpened":
            last[receivable] = event.number("target") == int(terms[receivable]["face"])
        elif event.name == "SettledEarly" or last.get(receivable):
            yield event


def _piece(event: Seen) -> tuple[str, int, str, int, int]:
    numbers = event.number("start"), event.number("end")
    return event.tx, event.number("receivable"), event.args["holder"], *numbers


def _moves(view: View) -> Iterator[Seen]:
    return view.of(*(f"{cash}.Moved" for cash in view.cashes()))


def _guarded(view: View) -> dict[str, str]:
    """Axes that only the gate's events may move money off, with their names for people."""
    named: dict[str, str] = {}
    for event in view.of("Proceeds.BondBooksOpened"):
        bond = event.number("bond")
        named[proceeds(purposes.origin(bond))] = f"the origin of bond {bond}"
        named[proceeds(purposes.cost(bond))] = f"the costs of bond {bond}"
        named[proceeds(purposes.pool(bond))] = f"the pool of bond {bond}"
        named[proceeds(purposes.returned(bond))] = f"the returned proceeds of bond {bond}"
        named[proceeds(purposes.income(bond))] = f"the placement income of bond {bond}"
    for event in view.of("BondService.ServiceOpened"):
        payment = event.number("service")
        named[axis_of(SERVICE, purposes.service(payment))] = f"payment {payment} of coupons or principal"
    for event in view.of("Proceeds.LineOpened"):
        named[proceeds(purposes.budget_line(event.number("line")))] = f"budget line {event.number('line')}"
    for receivable in confirmations(view):
        named[proceeds(purposes.encumbrance(receivable))] = f"the encumbrance of receivable {receivable}"
        named[axis_of(MATURITY, purposes.settlement(receivable))] = (
            f"the settlement of receivable {receivable}"
        )
    return named


def _closed(view: View) -> dict[str, set[str]]:
    """Axes whose money goes to few: escrow to the bond or back to the investor, a claim to its owner."""
    goes: dict[str, set[str]] = {}
    for event in view.of("BondOffice.Booked"):
        bond, investor = event.number("bond"), event.args["investor"]
        back = {investor, proceeds(purposes.claim(investor))}
        goes[proceeds(purposes.escrow(bond, investor))] = back | {proceeds(purposes.origin(bond))}
    for event in view.of("Participants.Admitted"):
        account = event.args["account"]
        modules = (PROCEEDS, MATURITY, SERVICE, LOANS, POOLS)
        goes |= {axis_of(module, purposes.claim(account)): {account} for module in modules}
    return goes | dict(_held(view))


def _held(view: View) -> Iterator[tuple[str, set[str]]]:
    """What was held for a locked piece goes to whom its release names, or waits on that one's claim."""
    to: dict[tuple[int, int], set[str]] = defaultdict(set)
    for event in view.of("Maturity.HeldReleased"):
        to[event.number("receivable"), event.number("start")].add(event.args["payee"])
    for event in view.of("Maturity.PieceSettled"):
        place = event.number("receivable"), event.number("start")
        key = purposes.held_key(*place)
        if event.args["payee"] == key:
            for module in (PROCEEDS, MATURITY):
                claims = {axis_of(module, purposes.claim(payee)) for payee in to[place]}
                yield axis_of(module, purposes.claim(key)), to[place] | claims


# --- what each event says that moved ---------------------------------------------------------------------


def _expected(view: View) -> Iterator[Flow]:
    for name, flows in _FLOWS.items():
        for event in view.of(name):
            yield from ((event.tx, *flow) for flow in flows(event) if flow[2])
    funded = {number for number, terms in confirmations(view).items() if terms["budgetLine"]}
    for event in view.of("Maturity.PieceSettled"):
        if event.number("receivable") not in funded and event.number("amount"):
            yield event.tx, *_shared(event, event.args["payee"])
    for event in view.of("Maturity.NettedBack"):
        yield event.tx, *_shared(event, event.args["obligor"])
    for tx, flow in _serviced(view):
        if flow[2]:
            yield tx, *flow


def _serviced(view: View) -> Iterator[tuple[str, Parts]]:
    """Coupons and redemptions: from what was paid in, and from a pool only what a redemption returns."""
    issuers = {e.number("bond"): e.args["issuer"] for e in view.of("BondOffice.BondRegistered")}
    bonds: dict[int, int] = {}
    for event in view.of("BondService.ServiceOpened"):
        bond, terms = event.number("bond"), event.args["terms"]
        bonds[event.number("service")] = bond
        unused = int(terms["units"]) * int(terms["fromProceeds"])
        yield event.tx, (proceeds(purposes.pool(bond)), proceeds(purposes.returned(bond)), unused)
    for event in view.of("BondService.ServicePaid"):
        payment, holder, kept = event.number("service"), event.args["holder"], bool(event.args["kept"])
        back = proceeds(purposes.returned(bonds[payment]))
        paid = axis_of(SERVICE, purposes.service(payment))
        yield event.tx, (paid, _to(SERVICE, holder, kept), event.number("amount"))
        yield event.tx, (back, _to(PROCEEDS, holder, kept), event.number("fromProceeds"))
    for event in view.of("BondService.ServiceSettled"):
        payment = event.number("service")
        target = _to(SERVICE, issuers[bonds[payment]], bool(event.args["kept"]))
        yield event.tx, (axis_of(SERVICE, purposes.service(payment)), target, event.number("residue"))


def _to(module: bytes, party: str, kept: bool) -> str:
    return axis_of(module, purposes.claim(party)) if kept else party


Parts = tuple[str, str, int]


def _received(event: Seen) -> list[Parts]:
    bond, raised, cost = event.number("bond"), event.number("raised"), event.number("cost")
    origin, costs, pool = (proceeds(p(bond)) for p in (purposes.origin, purposes.cost, purposes.pool))
    return [(origin, costs, cost), (origin, pool, raised - cost)]


def _between(source: str, target: str) -> Callable[[Seen], list[Parts]]:
    return lambda event: [(_axis(event, source), _axis(event, target), event.number("amount"))]


def _axis(event: Seen, part: str) -> str:
    """The axis that an event's argument names, or who was paid."""
    if part in ("payee", "place"):
        return str(event.args[part])
    return proceeds(_PURPOSES[part](event.number(_ARGUMENTS.get(part, "bond"))))


def _encumbrance_paid(event: Seen) -> list[Parts]:
    return [_settled(event, PROCEEDS, purposes.encumbrance(event.number("receivable")))]


def _reallocated(event: Seen) -> list[Parts]:
    source, target = (proceeds(purposes.budget_line(event.number(end))) for end in ("from", "to"))
    return [(source, target, event.number("amount"))]


def _netted(event: Seen) -> list[Parts]:
    length = event.number("end") - event.number("start")
    return [(_axis(event, "encumbrance"), _axis(event, "line"), length)]


def _settled(event: Seen, module: bytes, purpose: bytes) -> Parts:
    holder = event.args["holder"]
    target = axis_of(module, purposes.claim(holder)) if event.args["kept"] else holder
    return axis_of(module, purpose), target, event.number("end") - event.number("start")


def _shared(event: Seen, payee: str) -> Parts:
    """A share of what an obligor paid in."""
    source = axis_of(MATURITY, purposes.settlement(event.number("receivable")))
    return source, _to(MATURITY, payee, bool(event.args["kept"])), event.number("amount")


_PURPOSES: Final[dict[str, Callable[[int], bytes]]] = {
    "pool": purposes.pool,
    "cost": purposes.cost,
    "income": purposes.income,
    "line": purposes.budget_line,
    "encumbrance": purposes.encumbrance,
}
_ARGUMENTS: Final = {"line": "line", "encumbrance": "receivable"}
_FLOWS: Final[dict[str, Callable[[Seen], list[Parts]]]] = {
    "Proceeds.ProceedsReceived": _received,
    "Proceeds.CostPaid": _between("cost", "payee"),
    "Proceeds.Placed": _between("pool", "place"),
    "Proceeds.IncomePaid": _between("income", "payee"),
    "Proceeds.Allocated": _between("pool", "line"),
    "Proceeds.Deallocated": _between("line", "pool"),
    "Proceeds.Reallocated": _reallocated,
    "Proceeds.Paid": _between("line", "payee"),
    "Proceeds.Encumbered": _between("line", "encumbrance"),
    "Proceeds.EncumbranceReleased": _between("encumbrance", "line"),
    "Proceeds.EncumbrancePaid": _encumbrance_paid,
    "Proceeds.EncumbranceNetted": _netted,
}
