"""`trace refinanced`: each payment of a bond that reimbursed an expense of before, with its way.

Refinancing is what an obligation's payer gets itself (BOND-10). Each payment names the day of the oldest
expense, how long before the payment that was, what was refunded of it, and the fen that paid: by the bond's
own numbers, which every other answer of the bond names too.

    {chain_id, block, block_hash, as_of, bond, label, currency, minor_unit, raised, refinanced, share_ppm,
     disclosed_ppm, look_back_months,
     payments: [{line_id, line, project, party, account, illustrative, fingerprint, document, expense_date,
                 paid_on, days_back, within, amount, refunded, tx, log, block, origin: [{start, end}]}]}

`refinanced` is net of refunds and sums to the payments; `share_ppm` of what was raised, rounded down.
`disclosed_ppm` and `look_back_months` are null for a bond that declared nothing, and so is `within`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ledger.domain.dates import add_months, format_day
from ledger.domain.history import EventRow
from ledger.tracing.alerts.case import Case
from ledger.tracing.axes import line_axis
from ledger.tracing.books import Bond
from ledger.tracing.hops import Json, who
from ledger.tracing.walk import backward
from ledger.tracing.world import World

_MILLION: Final = 1_000_000


def refinanced(world: World, bond: int | str) -> Json:
    """The answer of `greenledger trace refinanced BOND --json`, in the shape given above. NotFound."""
    found, case = world.books.bond(bond), Case(world)
    code, digits = world.currency(found.cash)
    terms = case.declared(found.id)
    months = terms.get("lookBackMonths")
    payments = [
        _payment(case, found, paid, document, months) for paid, document in _reimbursing(case, found.id)
    ]
    net = sum(int(one["amount"]) - int(one["refunded"]) for one in payments)
    return {
        **world.head(),
        "bond": found.id,
        "label": found.label,
        "currency": code,
        "minor_unit": digits,
        "raised": str(found.raised),
        "refinanced": str(net),
        "share_ppm": net * _MILLION // found.raised if found.raised else 0,
        "disclosed_ppm": terms.get("refinancedPpm"),
        "look_back_months": months,
        "payments": payments,
    }


def _reimbursing(case: Case, bond: int) -> Iterator[tuple[EventRow, Mapping[str, Any]]]:
    """Its payments whose document's payer is its payee, with what the document says, in chain order."""
    known: dict[str, Mapping[str, Any]] = {}
    for row in case.books.told.of_any("Documents.ObligationRegistered", "Documents.Linked"):
        if row.name == "Linked":
            known |= {row.args["fingerprint"]: known[row.args["root"]]} if row.args["root"] in known else {}
        elif row.args["obligation"]["payer"] == row.args["obligation"]["payee"]:
            known[row.args["fingerprint"]] = row.args["obligation"]
    for paid in case.of("Proceeds.Paid"):
        if paid.args["bond"] == bond and paid.args["fingerprint"] in known:
            yield paid, known[paid.args["fingerprint"]]


def _payment(case: Case, bond: Bond, paid: EventRow, document: Mapping[str, Any], months: int | None) -> Json:
    world, a, day = case.world, paid.args, case.day(paid.block)
    line = world.books.lines[a["line"]]
    expense = int(document["date"])
    within = None if months is None else not months or add_months(expense, months) >= day
    return {
        "line_id": line.id,
        "line": line.label,
        "project": world.books.projects[line.project].label,
        **who(world.books.party(a["payee"])),
        "fingerprint": a["fingerprint"],
        "document": document["document"],
        "expense_date": format_day(expense),
        "paid_on": format_day(day),
        "days_back": day - expense,
        "within": within,
        "amount": str(a["amount"]),
        "refunded": str(_refunded(world, bond, a)),
        "tx": paid.tx,
        "log": paid.log,
        "block": paid.block,
        "origin": _origin(world, bond, a),
    }


def _refunded(world: World, bond: Bond, a: Mapping[str, Any]) -> int:
    axis, start, end = line_axis(a["line"]), a["outOffset"], a["outOffset"] + a["amount"]
    back = (one for one in world.books.refunds if one.bond == bond.id and one.axis == axis)
    return sum(one.amount for one in back if start <= one.reversed_offset < end)


def _origin(world: World, bond: Bond, a: Mapping[str, Any]) -> list[Json]:
    """The bond's own fen that paid, each interval as it left the line."""
    axis = world.axis(line_axis(a["line"]))
    assert axis is not None, "it paid"
    columns, side = world.columns(bond.cash), world.incoming(bond.cash)
    start, end = a["outOffset"], a["outOffset"] + a["amount"]
    flow = backward(columns, axis, start, end, side=side, stop=world.origins())
    told = ((flow.at(leaf), amount) for leaf, amount in enumerate(flow.leaves.amount.tolist()))
    return [{"start": str(at), "end": str(at + amount)} for at, amount in told]
