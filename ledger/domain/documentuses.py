"""How an obligation document remembers where it was used: exactly `Documents.uses` on chain.

Each use is one word, its place (32 bits of budget line, 112 of offset) above its amount (96). The contract
keeps how many there were and one hash of them all; whoever names one of them brings them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from eth_hash.auto import keccak

MOST_USES: Final = 32
"""So many are remembered; a module remembers further ones itself."""
_NOT_USED: Final = 1
_AMOUNT: Final = 96
_OFFSET: Final = 112
_HASH: Final = 240


def place_of(line: int, offset: int) -> int:
    """Where a payment left which budget line."""
    return line << _OFFSET | offset


def use_of(place: int, amount: int) -> int:
    """One use as one word."""
    return place << _AMOUNT | amount


def amount_at(uses: Iterable[int], place: int) -> int:
    """How much was used at a place; zero where nothing was."""
    return next((use % (1 << _AMOUNT) for use in uses if use >> _AMOUNT == place), 0)


def digest_of_uses(uses: Iterable[int]) -> tuple[int, int]:
    """How many they are, and the hash of them all in this order; zeros of none."""
    packed = _NOT_USED
    for use in uses:
        hashed = int.from_bytes(keccak(packed.to_bytes(32, "big") + use.to_bytes(32, "big")), "big")
        packed = ((packed >> _HASH) + 1) << _HASH | hashed % (1 << _HASH)
    return (0, 0) if packed == _NOT_USED else (packed >> _HASH, packed % (1 << _HASH))
