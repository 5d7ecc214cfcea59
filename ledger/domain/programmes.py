"""Programmes of receivables: what each lets its members do, and how hard it enforces a rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final


class Terms(IntFlag):
    """`Programmes.Programme.terms`: what a programme asks for."""

    NONE = 0
    ACCEPTANCE = 1
    """A transfer needs the receiver's acceptance; without it, it moves on notice."""
    TWO_PERSONS = 2
    """A payable is confirmed by a clerk and an approver of the obligor's account."""
    ORDERS = 4
    """Confirmed orders may be financed, and are marked."""
    INVOICED = 8
    """What moves uses up an invoice from the receiver to the holder; without it, a trade document will do."""


class Level(IntEnum):
    """How hard a programme enforces a rule."""

    OWN = 0
    """The rule's own default."""
    WARN = 1
    ATTEST = 2
    BLOCK = 3


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme, in the order of `IProgrammes.Programme`: fen, counts, days, and `cut_off` in seconds of
    the local day. 77号文 art. 11: a tenor of at most one year."""

    min_piece: int = 1
    max_pieces: int = 10_000
    max_layers: int = 16
    terms: int = Terms.NONE
    accept_days: int = 10
    max_tenor_days: int = 365
    grace_days: int = 0
    write_off_days: int = 90
    cut_off: int = 17 * 3600
    offer_days: int = 5


ON_NOTICE: Final = 1
"""Number of the programme that every deployment begins with, whose pieces move on notice."""

TENOR_RULE: Final = "77-11"
TENOR_ASKED: Final = 180
"""Days above which a bank attests why a tenor is reasonable (银发〔2025〕77号 art. 11: six months in
principle)."""
