"""FAC-1 and FAC-2: what drawdowns called on each lender, counted again from events; who holds their units."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator
from typing import Final

from ledger.checks.view import View

_NOBODY: Final = "0x" + "00" * 20


def called(view: View) -> Generator[str, None, str]:
    loans = {event.number("loan"): event for event in view.of("Facilities.DrawdownRequested")}
    shares: dict[int, Counter[str]] = defaultdict(Counter)
    for event in view.of("Facilities.ShareCalled"):
        shares[event.number("loan")][event.args["lender"]] += event.number("units")
    for loan, event in loans.items():
        units = int(event.args["request"]["units"])
        if shares[loan].total() != units:
            yield f"drawdown {loan}: {units} units requested, {shares[loan].total()} called on its lenders"
    yield from _committed(view, {loan: event.number("facility") for loan, event in loans.items()}, shares)
    yield from _held(view, {loan: event.number("facility") for loan, event in loans.items()})
    return f"{len(loans)} drawdowns fell on their lenders within what each committed"


def _committed(
    view: View, facilities: dict[int, int], shares: dict[int, Counter[str]]
) -> Generator[str, None, None]:
    """What is called on each lender now, against what it committed and what its contract says."""
    committed, open_ = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    for event in view.of("Facilities.Committed"):
        committed[event.number("facility"), event.args["lender"]] += event.number("units")
    lent, released = _lent(view), {event.number("loan") for event in view.of("Facilities.Released")}
    for loan, facility in facilities.items():
        for who, units in shares[loan].items():
            open_[facility, who] += lent[loan, who] if loan in released else units
            if lent[loan, who] > units:
                yield f"drawdown {loan}: {who} lent {lent[loan, who]} of its share of {units}"
    agreed = _agreed(view)
    for key, said in zip(agreed, view.ask("Facilities", "lender", agreed), strict=True):
        had = int(said["committed"]), int(said["called"])
        if had != (committed[key], open_[key]):
            made = committed[key], open_[key]
            yield f"facility {key[0]}: {key[1]} has {had} by the contract, {made} by events"
        if had[1] > had[0]:
            yield f"facility {key[0]}: {key[1]} is called for {had[1]} of {had[0]} committed"


def _agreed(view: View) -> list[tuple[int, str]]:
    """(facility, lender), each once, in order."""
    told = ((e.number("facility"), str(e.args["lender"])) for e in view.of("Facilities.LenderAgreed"))
    return list(dict.fromkeys(told))


def _lent(view: View) -> Counter[tuple[int, str]]:
    lent = Counter[tuple[int, str]]()
    for event in view.of("BondOffice.Allotted"):
        lent[event.number("bond"), event.args["investor"]] += event.number("units")
    return lent


def _held(view: View, facilities: dict[int, int]) -> Generator[str, None, None]:
    """FAC-2: who has ever got units of a loan was agreed to before."""
    token = {e.args["token"]: e.number("bond") for e in view.of("BondOffice.BondRegistered")}
    agreed: set[tuple[int, str]] = set()
    for event in view.events:
        if event.contract == "Facilities" and event.name == "LenderAgreed":
            agreed.add((event.number("facility"), event.args["lender"]))
        elif event.where.abi == "GreenBond" and event.name == "Transfer":
            facility, to = facilities.get(token.get(event.where.address, 0)), event.args["to"]
            if facility is not None and to != _NOBODY and (facility, to) not in agreed:
                yield f"units of a drawdown of facility {facility} went to {to} in {event.tx}"
