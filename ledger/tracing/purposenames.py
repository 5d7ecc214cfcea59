"""What a purpose address is for, in the words of the library `Purposes`: a name, then its parts.

Evidence packs name the axes of their moves so, and their checker recomputes each address from the name: what
is said here need not be believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from ledger.domain import purposes
from ledger.tracing.axes import KEEPING, Axis, Kind

_PARTS: Final[dict[Kind, Callable[[Axis], list[Any]]]] = {
    Kind.ESCROW: lambda axis: [axis.bond, axis.party.lower()],
    **{
        kind: lambda axis: [axis.bond]
        for kind in (Kind.ORIGIN, Kind.COST, Kind.POOL, Kind.RETURNED, Kind.INCOME)
    },
    Kind.LINE: lambda axis: [axis.line],
    Kind.ENCUMBRANCE: lambda axis: [axis.receivable],
    Kind.SETTLEMENT: lambda axis: [axis.receivable],
    Kind.SERVICE: lambda axis: [axis.payment],
    Kind.REDEMPTION: lambda axis: [axis.party.lower()],
    Kind.ASSET_POOL: lambda axis: [axis.asset_pool],
    Kind.TRANCHE: lambda axis: [axis.asset_pool, axis.tranche],
}


def purpose_of(axis: Axis, address: str) -> list[Any] | None:
    """`[NAME, part, …]`; of a claim that another module than PROCEEDS keeps, that module comes last. None for
    an axis that is no purpose, or that no event has explained."""
    if axis.kind is Kind.CLAIM:
        return next(_claims(axis.party, address), None)
    parts = _PARTS.get(axis.kind)
    return None if parts is None else [axis.kind.value.upper().replace(" ", "_"), *parts(axis)]


def own_purposes(account: str) -> dict[str, list[Any]]:
    """Every purpose at which a participant's own money may wait, by address in lower case."""
    redeemed = purposes.axis_of(purposes.CASH, purposes.redemption(account))
    found = {redeemed.lower(): ["REDEMPTION", account.lower()]}
    for module in KEEPING:
        address = purposes.axis_of(module, purposes.claim(account))
        found |= {address.lower(): claim for claim in _claims(account, address)}
    return found


def _claims(owner: str, address: str) -> Iterator[list[Any]]:
    for module in KEEPING:
        if purposes.axis_of(module, purposes.claim(owner)) == address:
            name = module.rstrip(b"\0").decode("ascii")
            yield ["CLAIM", owner.lower(), *([] if name == "PROCEEDS" else [name])]
