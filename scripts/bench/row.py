"""One line of the gas table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured act: what, in which case, gas, and which checks were on."""

    act: str
    case: str
    gas: int
    checks: str
