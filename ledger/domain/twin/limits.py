"""What a bond's money may be used for beyond the ordinary: the part of `Proceeds` that counts it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """As `ILimits.Limits`: what was declared, allocated to pocket lines now, and refinanced so far."""

    pocket_ppm: int = 0
    refinanced_ppm: int = 0
    oldest: int = 0
    binding: int = 0
    pocket: int = 0
    refinanced: int = 0
