"""Interest on a supplier's loan, exactly as `SupplierLoans` counts it.

ACT/360: fen x rate x days are added up without rounding, and rounded half-up once, when asked. So neither
many small repayments nor few large ones change what is owed by more than the rounding of one fen.
"""

from __future__ import annotations

from typing import Final

from ledger.domain.discount import PPM

_WHOLE: Final = 360 * PPM


def accrued(outstanding: int, rate_ppm: int, days: int) -> int:
    """Interest in fen x ppm x days: not yet money."""
    return outstanding * rate_ppm * days


def interest_half_up(total: int) -> int:
    """Whole fen of what accrued."""
    return (total + _WHOLE // 2) // _WHOLE
