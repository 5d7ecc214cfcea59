"""What an axis is for. Purpose addresses are derived, so meanings are recomputed from events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain import purposes


class Kind(StrEnum):
    """What money waits for on an axis. Pages and answers call an axis a sub-account."""

    GENERAL = "general"
    SOURCE = "source"
    REDEMPTION = "redemption"
    ESCROW = "escrow"
    ORIGIN = "origin"
    COST = "cost"
    POOL = "pool"
    LINE = "line"
    ENCUMBRANCE = "encumbrance"
    SETTLEMENT = "settlement"
    RETURNED = "returned"
    INCOME = "income"
    SERVICE = "service"
    ASSET_POOL = "asset pool"
    TRANCHE = "tranche"
    CLAIM = "claim"
    UNKNOWN = "unknown"


BOOKS: Final = frozenset({Kind.ORIGIN, Kind.COST, Kind.POOL, Kind.LINE, Kind.ENCUMBRANCE, Kind.RETURNED})
"""Money on these is in a bond's books; elsewhere it has been paid, or is not raised yet."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The meaning of one address; fields that do not belong to its kind are empty."""

    kind: Kind
    bond: int = 0
    line: int = 0
    receivable: int = 0
    payment: int = 0
    asset_pool: int = 0
    tranche: int = 0
    party: str = ""


SOURCE: Final = purposes.axis_of(purposes.CASH, purposes.source())


def origin_axis(bond: int) -> str:
    """Where a bond's fen get their numbers."""
    return purposes.axis_of(purposes.PROCEEDS, purposes.origin(bond))


def pool_axis(bond: int) -> str:
    """A bond's unallocated money."""
    return purposes.axis_of(purposes.PROCEEDS, purposes.pool(bond))


def cost_axis(bond: int) -> str:
    """A bond's issue costs."""
    return purposes.axis_of(purposes.PROCEEDS, purposes.cost(bond))


def returned_axis(bond: int) -> str:
    """A bond's unused proceeds on their way back to the investors."""
    return purposes.axis_of(purposes.PROCEEDS, purposes.returned(bond))


def income_axis(bond: int) -> str:
    """What placements of a bond's money earned: the issuer's, and none of the raised fen."""
    return purposes.axis_of(purposes.PROCEEDS, purposes.income(bond))


def line_axis(line: int) -> str:
    """A budget line's available money."""
    return purposes.axis_of(purposes.PROCEEDS, purposes.budget_line(line))


def encumbrance_axis(receivable: int) -> str:
    """Bond money locked for a receivable; its numbers are the receivable's fen."""
    return purposes.axis_of(purposes.PROCEEDS, purposes.encumbrance(receivable))


KEEPING: Final = (
    purposes.PROCEEDS,
    purposes.MATURITY,
    purposes.SERVICE,
    purposes.LOANS,
    purposes.POOLS,
)
"""Modules that keep money for who could not receive it."""


class AxisNames:
    """Meanings by address. A purpose whose origin no event has told yet is `unknown`, never guessed."""

    def __init__(self) -> None:
        self._found: dict[str, Axis] = {SOURCE: Axis(Kind.SOURCE)}

    def meaning(self, address: str) -> Axis:
        """What the axis is for; any address that is no purpose is somebody's general axis."""
        found = self._found.get(address)
        if found is not None:
            return found
        if purposes.is_purpose(address):
            return Axis(Kind.UNKNOWN)
        return Axis(Kind.GENERAL, party=address)

    def add_party(self, account: str) -> None:
        """A participant's redemption and claim axes."""
        self._add(purposes.CASH, purposes.redemption(account), Axis(Kind.REDEMPTION, party=account))
        for module in KEEPING:
            self._add(module, purposes.claim(account), Axis(Kind.CLAIM, party=account))

    def add_held(self, key: str, receivable: int) -> None:
        """Where the money of a locked piece waits until it shows who is paid."""
        for module in (purposes.PROCEEDS, purposes.MATURITY):
            held = Axis(Kind.CLAIM, receivable=receivable, party=key)
            self._add(module, purposes.claim(key), held)

    def add_bond(self, bond: int) -> None:
        """A bond's origin, pool and cost axes, those of what goes back and of what placements earned."""
        self._found[origin_axis(bond)] = Axis(Kind.ORIGIN, bond=bond)
        self._found[pool_axis(bond)] = Axis(Kind.POOL, bond=bond)
        self._found[cost_axis(bond)] = Axis(Kind.COST, bond=bond)
        self._found[returned_axis(bond)] = Axis(Kind.RETURNED, bond=bond)
        self._found[income_axis(bond)] = Axis(Kind.INCOME, bond=bond)

    def add_booking(self, bond: int, investor: str) -> None:
        """The escrow axis of one booking."""
        purpose = purposes.escrow(bond, investor)
        self._add(purposes.PROCEEDS, purpose, Axis(Kind.ESCROW, bond=bond, party=investor))

    def add_line(self, bond: int, line: int) -> None:
        """A budget line's axis."""
        self._found[line_axis(line)] = Axis(Kind.LINE, bond=bond, line=line)

    def add_payment(self, bond: int, payment: int) -> None:
        """Where money for one coupon or redemption waits: the payer's own, never a pool's."""
        axis = Axis(Kind.SERVICE, bond=bond, payment=payment)
        self._add(purposes.SERVICE, purposes.service(payment), axis)

    def add_asset_pool(self, pool: int, tranches: int) -> None:
        """Where a pool's money waits, and what was distributed to each of its tranches."""
        self._add(purposes.POOLS, purposes.asset_pool(pool), Axis(Kind.ASSET_POOL, asset_pool=pool))
        for index in range(tranches):
            axis = Axis(Kind.TRANCHE, asset_pool=pool, tranche=index)
            self._add(purposes.POOLS, purposes.tranche(pool, index), axis)

    def add_receivable(self, bond: int, line: int, receivable: int) -> None:
        """Where money for a receivable waits: bond money, or what its obligor paid in."""
        axis = Axis(Kind.ENCUMBRANCE, bond=bond, line=line, receivable=receivable)
        self._found[encumbrance_axis(receivable)] = axis
        settlement = Axis(Kind.SETTLEMENT, receivable=receivable)
        self._add(purposes.MATURITY, purposes.settlement(receivable), settlement)

    def _add(self, module: bytes, purpose: bytes, axis: Axis) -> None:
        self._found[purposes.axis_of(module, purpose)] = axis
