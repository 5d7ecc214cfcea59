"""Beyond the first payee: money followed through general accounts, first in first out, until it rests.

The rule is an assumption there, and named in the answer. Money that a payee gives back as a refund is not
followed as the payment's own (see `ledger.tracing.refunds`): on general accounts plain FIFO goes on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ledger.tracing.axes import Kind
from ledger.tracing.columns import MoveColumns
from ledger.tracing.hops import Json, Trail, name, who
from ledger.tracing.walk import Flow, Horizon, Why, forward
from ledger.tracing.world import World

_FAR: Final = 64
"""Moves that are followed where no limit was given."""
_LEFT: Final = {Kind.SOURCE: "redeemed", Kind.REDEMPTION: "awaiting redemption"}


def follow(columns: MoveColumns, axis: int, start: int, amount: int, horizon: Horizon) -> Flow:
    """The walk from a payee's sub-account on."""
    limited = replace(horizon, hops=_FAR) if horizon.hops is None else horizon
    return forward(columns, axis, start, start + amount, horizon=limited)


def tell(world: World, columns: MoveColumns, flow: Flow, shift: int) -> list[Json]:
    """Where the money is now; `start` and `end` are origin numbers (the payee's number plus `shift`).

    `horizon` is null while it rests on the ledger, "redeemed" or "awaiting redemption" where it leaves it,
    and "cut" where it was not followed further.
    """
    cut = flow.leaves.why == Why.CUT
    return [
        rest(world, Trail(world, columns, flow, leaf), shift, cut=bool(cut[leaf]))
        for leaf in range(len(flow.leaves))
    ]


def rest(world: World, trail: Trail, shift: int, *, cut: bool) -> Json:
    """Where one leaf of the walk, or a part of it, is."""
    axis = trail.last
    return {
        "start": str(trail.start + shift),
        "end": str(trail.start + shift + trail.amount),
        "amount": str(trail.amount),
        **who(world.books.party(axis.party) if axis.party else None),
        "sub_account": axis.kind.value,
        "name": name(world, axis),
        "horizon": "cut" if cut else _LEFT.get(axis.kind),
        "path": trail.path(trail.start, trail.amount),
    }
