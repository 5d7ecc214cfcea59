"""How much of what was asked is where: the answer of the rules that number no fen.

First in, first out gives each fen a place. Pro-rata gives each place an amount, and the bounds give it the
least that no rule can go below and the most that no rule can exceed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from ledger.errors import BadInput
from ledger.tracing.steps import Why
from ledger.tracing.walk import Flow


class Rule(StrEnum):
    """How money is followed where it mixes."""

    FIFO = "fifo"
    """First in, first out: an assumption, exact to the fen once it is made."""
    PRORATA = "prorata"
    """Every move takes of all that is mixed in proportion: an assumption as well."""
    BOUNDS = "bounds"
    """No assumption: what is certain, and what is possible."""

    @classmethod
    def named(cls, name: str) -> Rule:
        """BadInput for a name that is none of them."""
        try:
            return cls(name)
        except ValueError:
            raise BadInput("unknown rule", had=name, needed=", ".join(cls)) from None


class Share(NamedTuple):
    """Of what was asked, between `least` and `most` fen are at `axis`; a rule that decides has them equal.

    For money that ended (`Why.STOP`), `axis` is the last one it was seen on before the end.
    """

    axis: int
    why: Why
    least: int
    most: int


def by_largest_remainder(fine: Sequence[int], total: int, bits: int) -> list[int]:
    """Amounts in units of 2^-bits, rounded to whole fen that sum to `total` exactly, as they did before.

    Each amount is rounded down or up; up go those with the largest remainders, the first among equals.
    """
    down = [amount >> bits for amount in fine]
    remainder = (1 << bits) - 1
    order = sorted(range(len(fine)), key=lambda at: (-(fine[at] & remainder), at))
    for at in order[: total - sum(down)]:
        down[at] += 1
    return down


def tightened(
    least: Mapping[int, int], most: Mapping[int, int], total: tuple[int, int]
) -> dict[int, tuple[int, int]]:
    """Bounds by place, after what the others can hold at most and must hold at least; `total`: what all hold
    together, at least and at most."""
    certain, possible = sum(least.values()), sum(most.values())
    return {
        place: (
            max(least.get(place, 0), total[0] - (possible - high)),
            min(high, total[1] - (certain - least.get(place, 0))),
        )
        for place, high in most.items()
    }


def added_up(shares: Iterable[Share]) -> list[Share]:
    """Shares of several sweeps, one a place, in the order in which they are met."""
    found: dict[tuple[int, Why], tuple[int, int]] = {}
    for share in shares:
        least, most = found.get((share.axis, share.why), (0, 0))
        found[share.axis, share.why] = least + share.least, most + share.most
    return [Share(axis, why, least, most) for (axis, why), (least, most) in found.items()]


def of_flow(flow: Flow) -> list[Share]:
    """The leaves of a walk, first in first out, added up by place."""
    found: dict[tuple[int, Why], int] = {}
    leaves, nodes = flow.leaves, flow.nodes
    for node, amount, why in zip(
        leaves.node.tolist(), leaves.amount.tolist(), leaves.why.tolist(), strict=True
    ):
        seen = int(nodes.parent[node]) if why == Why.STOP else node
        place = (int(nodes.axis[max(seen, 0)]), Why(why))
        found[place] = found.get(place, 0) + amount
    return [Share(axis, why, amount, amount) for (axis, why), amount in sorted(found.items())]


def added(shares: Iterable[Share]) -> tuple[int, int]:
    """Σ least and Σ most."""
    listed = list(shares)
    return sum(share.least for share in listed), sum(share.most for share in listed)
