"""CASH-1: moves tile both counters of every axis, and the sum of balances is what was minted less burned."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Final

from ledger.checks.view import View
from ledger.domain import purposes
from ledger.domain.purposes import CASH, LOANS, MATURITY, POOLS, PROCEEDS, SERVICE, axis_of

SOURCE: Final = axis_of(CASH, purposes.source())
_SIDES: Final = (("fromAxis", "outOffset", 1, "out"), ("toAxis", "inOffset", 0, "in"))

Counters = dict[str, list[int]]


def tiles(view: View) -> Generator[str, None, str]:
    axes = 0
    for name in view.cashes():
        counted, problems = counters(view, name)
        yield from problems
        yield from _as_the_chain_says(view, name, counted)
        yield from _sums(view, name, counted)
        axes += len(counted)
    return f"{axes} sub-accounts tile both counters; balances add up to what was minted less burned"


def counters(view: View, cash: str) -> tuple[Counters, list[str]]:
    """`[in, out]` of every axis as its moves give them, and every gap or overlap on the way."""
    found: Counters = {}
    problems: list[str] = []
    for move in view.of(f"{cash}.Moved"):
        for axis, offset, place, side in _SIDES:
            account, at = move.args[axis], move.number(offset)
            counter = found.setdefault(account, [0, 0])
            if at != counter[place]:
                problems.append(f"{cash} {account}: {side} jumps from {counter[place]} to {at} in {move.tx}")
            counter[place] = at + move.number("amount")
    return found, problems


def _as_the_chain_says(view: View, cash: str, counted: Counters) -> Generator[str, None, None]:
    """Also of accounts and purposes that never moved anything: their counters must be zero."""
    accounts = sorted({*_known_axes(view), *counted, SOURCE})
    answers = view.ask(cash, "axis", [(account,) for account in accounts])
    for account, (incoming, outgoing, _) in zip(accounts, answers, strict=True):
        moved_in, moved_out = counted.get(account, (0, 0))
        if (incoming, outgoing) != (moved_in, moved_out):
            yield f"{cash} {account}: counters {incoming}/{outgoing}, moves make {moved_in}/{moved_out}"
        wrong_way = incoming > outgoing if account == SOURCE else outgoing > incoming
        if wrong_way:
            yield f"{cash} {account}: in {incoming} and out {outgoing} stand the wrong way round"


def _known_axes(view: View) -> Iterator[str]:
    """Every axis that participants, bonds, lines and receivables have by their ids, moved or not."""
    for event in view.of("Participants.Admitted"):
        account = event.args["account"]
        yield from (account, axis_of(CASH, purposes.redemption(account)))
        modules = (PROCEEDS, MATURITY, SERVICE, LOANS, POOLS)
        yield from (axis_of(module, purposes.claim(account)) for module in modules)
    for event in view.of("Proceeds.BondBooksOpened"):
        bond = event.number("bond")
        parts = (purposes.origin(bond), purposes.cost(bond), purposes.pool(bond), purposes.returned(bond))
        yield from (axis_of(PROCEEDS, part) for part in parts)
    for event in view.of("Proceeds.LineOpened"):
        yield axis_of(PROCEEDS, purposes.budget_line(event.number("line")))
    for event in view.of("BondService.ServiceOpened"):
        yield axis_of(SERVICE, purposes.service(event.number("service")))
    for event in view.of("Receivables.Confirmed"):
        yield axis_of(PROCEEDS, purposes.encumbrance(event.number("receivable")))
        yield axis_of(MATURITY, purposes.settlement(event.number("receivable")))


def _sums(view: View, cash: str, counted: Counters) -> Generator[str, None, None]:
    minted, burned = (
        sum(e.number("amount") for e in view.of(f"{cash}.{name}")) for name in ("Minted", "Burned")
    )
    held = sum(incoming - outgoing for account, (incoming, outgoing) in counted.items() if account != SOURCE)
    supply = int(view.call(cash, "totalSupply"))
    if not held == minted - burned == supply:
        yield f"{cash}: balances {held}, minted less burned {minted - burned}, supply {supply}"
    references = [event.args["bankReference"] for event in view.of(f"{cash}.Minted", f"{cash}.Burned")]
    if len(references) != len(set(references)):
        yield f"{cash}: a bank reference counts twice"
