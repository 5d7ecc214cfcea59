"""HOLD-1: what moved adds up to what each holder has, and all of it to the units allotted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator
from typing import Final

from ledger.checks.view import View

NOBODY: Final = "0x" + "00" * 20


def conserved(view: View) -> Generator[str, None, str]:
    tokens = {e.args["token"]: e.number("bond") for e in view.of("BondOffice.BondRegistered")}
    names = {one.address: name for name, one in view.contracts.items() if one.abi == "GreenBond"}
    moved, allotted = _moved(view), _allotted(view)
    holders = 0
    for token, bond in tokens.items():
        held = moved[token]
        if (made := -held.pop(NOBODY, 0)) != allotted[bond]:
            yield f"bond {bond}: {allotted[bond]} units were allotted, {made} were made"
        (supply,) = view.ask(names[token], "totalSupply", [()])
        if sum(held.values()) != int(supply):
            yield f"bond {bond}: all hold {sum(held.values())} units, {supply} by the contract"
        yield from _compared(view, names[token], bond, held)
        holders += sum(1 for units in held.values() if units)
    return f"{holders} holdings of {len(tokens)} bonds add up to the units allotted"


def _compared(view: View, token: str, bond: int, held: Counter[str]) -> Generator[str, None, None]:
    said = view.ask(token, "holding", [(holder,) for holder in held])
    for (holder, units), holding in zip(held.items(), said, strict=True):
        if int(holding["units"]) != units:
            yield f"bond {bond}: {holder} has {holding['units']} units by the contract, {units} by its moves"
        frozen = int(holding["frozenByAuthority"]) + int(holding["frozenByDepository"])
        if frozen > units:
            yield f"bond {bond}: {frozen} units of {holder} are frozen, and it has {units}"


def _moved(view: View) -> dict[str, Counter[str]]:
    """Of each token: what came less what went, by holder; the zero address gives what is made."""
    moved: dict[str, Counter[str]] = defaultdict(Counter)
    for event in view.events:
        if event.where.abi == "GreenBond" and event.name == "Transfer":
            moved[event.where.address][event.args["from"]] -= event.number("value")
            moved[event.where.address][event.args["to"]] += event.number("value")
    return moved


def _allotted(view: View) -> Counter[int]:
    allotted: Counter[int] = Counter()
    for event in view.of("BondOffice.Allotted"):
        allotted[event.number("bond")] += event.number("units")
    return allotted
