"""Which sub-account a question names: `line:7`, `origin:1`, `service:3`, `general:0x…`, or an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ledger.domain import purposes
from ledger.domain.purposes import address_bytes, checksum
from ledger.errors import BadInput, NotFound
from ledger.tracing import axes
from ledger.tracing.axes import Axis
from ledger.tracing.columns import MoveColumns
from ledger.tracing.world import World

_NUMBERED: Final[dict[str, Callable[[int], str]]] = {
    "origin": axes.origin_axis,
    "pool": axes.pool_axis,
    "cost": axes.cost_axis,
    "returned": axes.returned_axis,
    "income": axes.income_axis,
    "line": axes.line_axis,
    "encumbrance": axes.encumbrance_axis,
    "settlement": lambda number: purposes.axis_of(purposes.MATURITY, purposes.settlement(number)),
    "service": lambda number: purposes.axis_of(purposes.SERVICE, purposes.service(number)),
    "asset-pool": lambda number: purposes.axis_of(purposes.POOLS, purposes.asset_pool(number)),
}
_NEEDED: Final = f"an address, general:ADDRESS, redemption:ADDRESS, or KIND:NUMBER of {', '.join(_NUMBERED)}"


@dataclass(frozen=True, slots=True)
class SubAccount:
    """One axis of one cash that has moved money."""

    cash: str
    columns: MoveColumns
    axis: int
    meaning: Axis

    @property
    def address(self) -> str:
        return self.columns.axes[self.axis]


def address_of(named: str) -> str:
    """The address of a sub-account as people name it; BadInput for what names none."""
    kind, _, rest = named.rpartition(":")
    try:
        if kind in ("", "general"):
            return checksum(address_bytes(rest))
        if kind == "redemption":
            return purposes.axis_of(purposes.CASH, purposes.redemption(checksum(address_bytes(rest))))
    except ValueError:
        raise BadInput("no such sub-account", had=named, needed=_NEEDED) from None
    if kind not in _NUMBERED or not (rest.isascii() and rest.isdecimal()):
        raise BadInput("no such sub-account", had=named, needed=_NEEDED)
    return _NUMBERED[kind](int(rest))


def sub_account(world: World, named: str, cash: str | None = None) -> SubAccount:
    """The sub-account, in the cash where it moved money; a currency or an address chooses among several.

    Raises:
        NotFound: nothing ever touched it. BadInput: it has money in several cashes and none is named.
    """
    address = address_of(named)
    axis = world.axis(address)
    found = [] if axis is None else [one for one in _cashes(world, cash) if _touched(world, one, axis)]
    if axis is None or not found:
        raise NotFound(f"no money ever moved on {named}", who=named)
    if len(found) > 1:
        raise BadInput("this sub-account has several cashes", who=named, had=found, needed="one of them")
    return SubAccount(found[0], world.columns(found[0]), axis, world.meanings()[axis])


def _cashes(world: World, cash: str | None) -> list[str]:
    known = world.books.currencies
    found = [
        one for one, code in known.items() if cash is None or cash.lower() in (code.lower(), one.lower())
    ]
    if not found:
        raise NotFound(f"there is no cash {cash}", who=cash)
    return found


def _touched(world: World, cash: str, axis: int) -> bool:
    return any(world.columns(cash).counters(axis))
