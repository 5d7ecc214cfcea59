"""BOND-9 and BOND-10: pockets and refinancing, counted again from events at each act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.checks.view import Seen, View
from ledger.domain.bondlimits import Binding, share_down
from ledger.domain.purposes import PROCEEDS, axis_of, budget_line

_DECLARED: Final = ("pocketPpm", "refinancedPpm", "oldest", "binding")
_GIVEN: Final = ("Proceeds.Allocated", "Proceeds.Deallocated", "Proceeds.Reallocated")


def pockets(view: View) -> Generator[str, None, str]:
    """Each allocation to a pocket line, against the bond's pocket at that moment."""
    most, held = _most(view, "pocketPpm"), defaultdict[int, int](int)
    opened = {event.number("line"): event.number("bond") for event in view.of("Proceeds.PocketOpened")}
    for event in view.of(*_GIVEN):
        for line, amount in _given(event):
            if line in opened:
                held[opened[line]] += amount
        for bond, fen in held.items():
            if fen > most.get(bond, 0):
                yield f"bond {bond}: {fen} in its pocket of {most.get(bond, 0)} after {event.tx}"
    yield from _declared_late(view)
    yield from _told_otherwise(view)
    for bond in _closed(view):
        said = int(_limits(view, bond)["pocket"])
        if said != held[bond]:
            yield f"bond {bond}: its pocket is said to hold {said}, events make {held[bond]}"
    return f"{len(opened)} pocket lines stayed within their bonds' pockets"


def _given(event: Seen) -> list[tuple[int, int]]:
    """Which lines got or gave how much."""
    amount = event.number("amount")
    if event.name == "Reallocated":
        return [(event.number("from"), -amount), (event.number("to"), amount)]
    return [(event.number("line"), amount if event.name == "Allocated" else -amount)]


def _declared_late(view: View) -> Generator[str, None, None]:
    booked: set[int] = set()
    for event in view.of("BondOffice.Booked", "LimitTerms.LimitsDeclared"):
        bond = event.number("bond")
        if event.name == "Booked":
            booked.add(bond)
        elif bond in booked:
            yield f"bond {bond}: limits declared in {event.tx}, after somebody had booked"


def _told_otherwise(view: View) -> Generator[str, None, None]:
    """What a bond declared never changes; one that declared nothing has none."""
    declared = {event.number("bond"): event.args for event in view.of("Proceeds.LimitsSet")}
    for bond in dict.fromkeys([*declared, *_closed(view)]):
        limits, told = _limits(view, bond), declared.get(bond, {})
        for name in _DECLARED:
            if int(limits[name]) != int(told.get(name, 0)):
                yield f"bond {bond}: {name} is {limits[name]}, it declared {told.get(name, 0)}"


def _closed(view: View) -> list[int]:
    return [event.number("bond") for event in view.of("Proceeds.ProceedsReceived")]


@dataclass(frozen=True, slots=True)
class _Reimbursed:
    bond: int
    start: int
    amount: int


def refinanced(view: View) -> Generator[str, None, str]:
    """Each payment whose payer is its payee, against the look-back and the share that bind its bond."""
    most, total = _most(view, "refinancedPpm"), defaultdict[int, int](int)
    set_ = {event.number("bond"): event.args for event in view.of("Proceeds.LimitsSet")}
    dates, paid = _reimbursing(view), defaultdict[int, list[_Reimbursed]](list)
    seen = 0
    for event in view.of("Proceeds.Paid", "Proceeds.Refunded"):
        bond, line = event.number("bond"), event.number("line")
        if event.name == "Refunded":
            total[bond] -= _returned(event, paid[line])
            continue
        expense_day = dates.get(bytes(event.args["fingerprint"]))
        if expense_day is None:
            continue
        seen += 1
        total[bond] += event.number("amount")
        paid[line].append(_Reimbursed(bond, event.number("outOffset"), event.number("amount")))
        yield from _beyond(event, set_.get(bond, {}), expense_day, total[bond], most.get(bond, 0))
    for bond in _closed(view):
        said = int(_limits(view, bond)["refinanced"])
        if said != total[bond]:
            yield f"bond {bond}: said to have refinanced {said}, events make {total[bond]}"
    return f"{seen} refinancing payments stayed within what binds their bonds"


def _beyond(
    event: Seen, limits: Mapping[str, Any], expense_day: int, total: int, most: int
) -> Generator[str, None, None]:
    binding, oldest = int(limits.get("binding", 0)), int(limits.get("oldest", 0))
    if binding & Binding.LOOK_BACK and expense_day < oldest:
        yield f"an expense of day {expense_day} before day {oldest} was reimbursed in {event.tx}"
    if binding & Binding.SHARE and total > most:
        yield f"{total} refinanced of {most} disclosed after {event.tx}"


def _returned(event: Seen, reimbursed: list[_Reimbursed]) -> int:
    """What of a refund reverses a reimbursement: it names where the payment left its line."""
    if event.args["axis"] != axis_of(PROCEEDS, budget_line(event.number("line"))):
        return 0
    at = event.number("reversedOffset")
    hit = any(one.start <= at < one.start + one.amount for one in reimbursed)
    return event.number("amount") if hit else 0


def _reimbursing(view: View) -> dict[bytes, int]:
    """The day of the expense by every fingerprint of an obligation that reimburses its own payer."""
    dates: dict[bytes, int] = {}
    for event in view.of("Documents.ObligationRegistered", "Documents.Linked"):
        fingerprint = bytes(event.args["fingerprint"])
        if event.name == "Linked":
            if bytes(event.args["root"]) in dates:
                dates[fingerprint] = dates[bytes(event.args["root"])]
            continue
        told = event.args["obligation"]
        if told["payer"] == told["payee"]:
            dates[fingerprint] = int(told["date"])
    return dates


def _most(view: View, share: str) -> dict[int, int]:
    """`⌊raised × share / 10⁶⌋` of every closed bond that declared one."""
    raised = {event.number("bond"): event.number("raised") for event in view.of("Proceeds.ProceedsReceived")}
    return {
        event.number("bond"): share_down(raised.get(event.number("bond"), 0), int(event.args[share]))
        for event in view.of("Proceeds.LimitsSet")
    }


def _limits(view: View, bond: int) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = view.call("Proceeds", "limits", bond)
    return answer
