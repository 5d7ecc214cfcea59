"""How a test says which refusal, or which event, it expects.

    with refused("OverBudget", line, 10, 11):
        issuer.pays(line, fingerprint, 11)

Every argument of the error is stated; `...` stands for one that the test does not care about.
"""

import re
from functools import cache
from typing import Any

import brownie
from eth_abi import encode
from eth_utils import keccak


@cache
def _errors() -> dict[tuple[str, int], list[str]]:
    """(name, number of arguments) to their types, over all compiled contracts."""
    abis = [
        entry for project in brownie.project.get_loaded_projects() for one in project for entry in one.abi
    ]
    errors = [(e["name"], [i["type"] for i in e["inputs"]]) for e in abis if e["type"] == "error"]
    return {(name, len(types)): types for name, types in errors}


def _types(name: str, count: int) -> list[str]:
    assert (name, count) in _errors(), f"no error {name} with {count} arguments"
    return _errors()[name, count]


def refused(name: str, *args: Any) -> Any:
    """Context manager: what happens inside is refused with exactly this error."""
    types = _types(name, len(args))
    parts = (
        ".+" if arg is ... else re.escape(_shown(kind, arg)) for kind, arg in zip(types, args, strict=True)
    )
    return brownie.reverts(revert_pattern=f"{name}: {', '.join(parts)}")


def error_data(name: str, *args: Any) -> str:
    """The error as bytes: what a refusal inside a delayed change gives as its reason."""
    types = _types(name, len(args))
    values = [
        to_bytes(arg, int(kind[5:] or 0)) if kind.startswith("bytes") else getattr(arg, "address", arg)
        for kind, arg in zip(types, args, strict=True)
    ]
    selector = keccak(text=f"{name}({','.join(types)})")[:4]
    return "0x" + (selector + encode(types, values)).hex()


def _shown(kind: str, value: Any) -> str:
    """As Brownie prints a decoded argument."""
    if kind == "address":
        return str(getattr(value, "address", value)).lower()
    if kind.startswith("bytes"):
        return str(to_bytes(value, int(kind[5:] or 0)))
    return str(int(value))


def to_bytes(value: Any, length: int = 32) -> bytes:
    """A label in ASCII or a 0x-hash, left-aligned; a length of 0 means as it is."""
    text = str(value)
    plain = value if isinstance(value, bytes) else text.encode()
    raw = bytes.fromhex(text[2:]) if text.startswith("0x") else plain
    return raw.ljust(length, b"\0") if length else raw


def emitted(tx: Any, event: str, **fields: Any) -> Any:
    """The event of this name with these fields; AssertionError when the transaction has none."""
    for found in tx.events[event] if event in tx.events else ():  # noqa: SIM401
        if all(_same(found[name], value) for name, value in fields.items()):
            return found
    raise AssertionError(f"no {event} with {fields} in {tx.events}")


def _same(had: Any, needed: Any) -> bool:
    if isinstance(needed, list | tuple):
        return len(had) == len(needed) and all(_same(h, n) for h, n in zip(had, needed, strict=True))
    needed = getattr(needed, "address", needed)
    if isinstance(needed, str) and not needed.startswith("0x"):
        return str(had) in (needed, "0x" + to_bytes(needed, (len(str(had)) - 2) // 2).hex())
    return str(had).lower() == str(needed).lower()
