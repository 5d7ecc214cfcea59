"""The twin cannot drift in silence: its refusals and events are those the Solidity sources declare."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TWIN = ROOT / "ledger" / "domain" / "twin"
CONTRACTS = ROOT / "contracts"

OPENZEPPELIN = {
    "ERC20InvalidSpender": 1,
    "ERC20InvalidReceiver": 1,
    "ERC20InsufficientAllowance": 3,
    "ERC20InsufficientBalance": 3,
    "Panic": 1,
}
# Changes by the delayed powers are wiring, not acts of the ledger; the book's ERC-721 side is only read.
NOT_IN_THE_TWIN = {
    "AlreadyConstituted",
    "ChangeFailed",
    "ReadOnlyToken",
}


def declared(kind: str) -> dict[str, set[int]]:
    """Errors or events of the sources with their numbers of arguments; contracts may share a name."""
    found: dict[str, set[int]] = {}
    for path in CONTRACTS.rglob("*.sol"):
        if "mocks" in path.parts:
            continue
        text = re.sub(r"//[^\n]*", "", path.read_text(encoding="utf-8"))
        for name, args in re.findall(rf"\b{kind} (\w+)\(([^)]*)\)", text):
            found.setdefault(name, set()).add(len([a for a in args.split(",") if a.strip()]))
    return found


def used(function: str) -> dict[str, set[int]]:
    """`Refusal(name, ...)` or `.emit(name, ...)` in the twin, with the numbers of arguments seen."""
    found: dict[str, set[int]] = {}
    for path in TWIN.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == function:
                first, rest = node.args[0], node.args[1:]
                if isinstance(first, ast.Constant) and not any(isinstance(a, ast.Starred) for a in rest):
                    found.setdefault(str(first.value), set()).add(len(rest))
    return found


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_every_refusal_of_the_twin_is_an_error_of_the_contracts() -> None:
    errors = declared("error") | {name: {count} for name, count in OPENZEPPELIN.items()}
    for name, counts in used("Refusal").items():
        assert counts <= errors[name], name


def test_every_error_of_the_contracts_is_a_refusal_of_the_twin() -> None:
    assert set(declared("error")) - set(used("Refusal")) == NOT_IN_THE_TWIN


def test_every_event_of_the_twin_is_an_event_of_the_contracts() -> None:
    events = declared("event") | {"Initialized": {1}}
    for name, counts in used("emit").items():
        assert counts <= events[name], name
