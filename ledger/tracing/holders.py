"""Who has a bond's paid money, and what paid for something, by the rules that number no fen.

Each line: `{party, account, illustrative, sub_account, name, address, horizon, least, most}`, amounts integer
strings in minor units. By pro-rata `least` and `most` are equal, and the lines sum to what was asked; by the
bounds no accounting rule can give less or more, and what was asked lies between their sums.

Warning: bounds are certain, but not always the nearest there are: finding those is a flow problem for each
line, and not one sweep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from ledger.domain.limits import Limits
from ledger.errors import BadInput
from ledger.tracing import axes
from ledger.tracing.axes import Axis, Kind
from ledger.tracing.columns import MoveColumns
from ledger.tracing.hops import Json, name, who
from ledger.tracing.refunds import returning_rows
from ledger.tracing.shares import Rule, Share
from ledger.tracing.steps import BoolArray, Horizon, Why
from ledger.tracing.sweep import Start, spread
from ledger.tracing.world import World

_LEFT: Final = {Kind.REDEMPTION: "awaiting redemption"}


def holders(
    world: World, cash: str, rule: Rule, starts: Sequence[Start], books: BoolArray, horizon: Horizon
) -> list[Json]:
    """Who has what was paid, from the payments on. What goes back to the bond's own books ends there."""
    shares = spread(world.stream(cash, backward=False), rule, starts, stop=books, horizon=horizon)
    return holding_lines(world, shares)


def holding_lines(world: World, shares: Iterable[Share]) -> list[Json]:
    """How shares of what was paid are told, the largest first."""
    lines = [(world.meanings()[share.axis], share) for share in largest(shares)]
    return [line(world, axis, share, _end(axis, share)) for axis, share in lines]


def sources(
    world: World, cash: str, columns: MoveColumns, rule: Rule, starts: Sequence[Start], horizon: Horizon
) -> list[Json]:
    """What funded a payment: bonds, and money that was minted to somebody and passed no bond's books.

    A substitute is the bond's money, by the refund that says so.
    """
    shares = spread(
        world.stream(cash, backward=True),
        rule,
        starts,
        stop=world.origins(),
        ending=returning_rows(columns, world.refunds(cash)),
        horizon=horizon,
    )
    return source_lines(world, shares, sum(start.amount for start in starts))


def source_lines(world: World, shares: Iterable[Share], asked: int) -> list[Json]:
    """How shares of what funded `asked` fen are told, one line a bond."""
    merged = _merged(world, shares, asked)
    return [_source(world, world.meanings()[share.axis], share) for share in merged]


def require_rule(rule: Rule, limits: Limits) -> None:
    """BadInput for an amount horizon on the bounds, which would have no meaning."""
    if rule is Rule.BOUNDS and limits.least > 1:
        raise BadInput("the bounds have no amount horizon", had=limits.least, needed=1)


def largest(shares: Iterable[Share]) -> list[Share]:
    """In the order in which they are told."""
    return sorted(shares, key=lambda share: (-share.most, share.axis, share.why))


def _end(axis: Axis, share: Share) -> str | None:
    if share.why is Why.CUT:
        return "cut"
    if share.why is Why.STOP:
        return "redeemed" if axis.kind is Kind.REDEMPTION else "refunded"
    return _LEFT.get(axis.kind)


def line(world: World, axis: Axis, share: Share, horizon: str | None) -> Json:
    """One line, in the shape given above."""
    return {
        **who(world.books.party(axis.party) if axis.party else None),
        "sub_account": axis.kind.value,
        "name": name(world, axis),
        "address": world.address(share.axis),
        "horizon": horizon,
        "least": str(share.least),
        "most": str(share.most),
    }


def _merged(world: World, shares: Iterable[Share], asked: int) -> list[Share]:
    """A bond's money may have been seen last on several of its axes: one line a bond."""
    meanings = world.meanings()
    found: dict[object, Share] = {}
    for share in largest(shares):
        axis = meanings[share.axis]
        key = ("bond", axis.bond) if _is_bond(axis, share) else (share.axis, share.why)
        had = found.get(key)
        least, most = (had.least, had.most) if had else (0, 0)
        found[key] = Share(share.axis, share.why, least + share.least, min(most + share.most, asked))
    return list(found.values())


def _is_bond(axis: Axis, share: Share) -> bool:
    return share.why is Why.STOP and axis.kind in axes.BOOKS


def _source(world: World, axis: Axis, share: Share) -> Json:
    bond = world.books.bonds[axis.bond] if _is_bond(axis, share) else None
    end = "cut" if share.why is Why.CUT else "bond" if bond else "minted"
    return {
        "bond": bond.id if bond else None,
        "label": bond.label if bond else None,
        "end_of_trace": end,
        **line(world, axis, share, "cut" if end == "cut" else None),
    }
