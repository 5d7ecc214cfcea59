"""What a budget line's works have released: milestones hold amounts, retention keeps a share of the rest."""

from __future__ import annotations

from typing import Final

MILESTONES: Final = 1
RETENTION: Final = 2
WORKS: Final = 8
"""Bits of a line's conditions, as the gate reads them."""
MILLION: Final = 1_000_000


def released(budget: int, held: int, retention: int) -> int:
    """`floor((budget - held) * (10^6 - retention) / 10^6)`, in fen; `retention` in millionths."""
    return (budget - held) * (MILLION - retention) // MILLION
