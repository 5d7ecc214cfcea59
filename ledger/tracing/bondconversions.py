"""Of a bond's paid money, what went on in another currency, as attested: beside its trace, never added to it.

The trace itself stays in the bond's currency: what was sold is the bank's money there now, and is followed as
that. Here each part begins with the bond's own numbers and ends in the other currency.

By first in, first out a list of parts as `ledger.tracing.interval` tells them, `start` and `end` being origin
numbers; by the other rules lines of `ledger.tracing.mixing`. Each has `converted`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from ledger.tracing import axes, mixing, onward
from ledger.tracing.conversions import Way
from ledger.tracing.hops import Json
from ledger.tracing.interval import Teller
from ledger.tracing.shares import Rule
from ledger.tracing.subaccounts import sub_account
from ledger.tracing.sweep import Start
from ledger.tracing.world import World

_OWED: Final = ("placed", "lost")
"""Money that is with a bank for the bond: it is followed no further."""


def converted(world: World, trace: Json, way: Way) -> list[Json]:
    """What of `ledger.tracing.bond.bond_trace`'s answer goes on where a document of `way` leads it."""
    cash = world.books.bonds[trace["bond"]].cash
    sellers = {known.sold.account for known in way.known if known.sold.cash == cash}
    if not sellers or trace["view"] != "cash":
        return []
    if way.rule is Rule.FIFO:
        return list(_parts(world, trace, way, cash, sellers))
    return [one for one in _shares(world, trace, way, cash) if one["converted"]]


def _parts(world: World, trace: Json, way: Way, cash: str, sellers: set[str]) -> Iterator[Json]:
    horizon, teller = world.horizon(cash, way.limits, backward=False), Teller(world, way)
    for interval in trace["intervals"]:
        passed = {hop["address"] for part in interval["onward"] for hop in part["path"]}
        if not passed & sellers:
            continue
        paid = interval["path"][-1]
        found, at = sub_account(world, paid["address"], cash), int(paid["start"])
        flow = onward.follow(found.columns, found.axis, at, int(interval["amount"]), horizon)
        shift = int(interval["start"]) - at
        for part in teller.told(found, flow, range(len(flow.leaves))):
            if part["converted"]:
                yield part | {edge: str(int(part[edge]) + shift) for edge in ("start", "end")}


def _shares(world: World, trace: Json, way: Way, cash: str) -> list[Json]:
    bond, meanings = trace["bond"], world.meanings()
    own = np.array([one.kind in axes.BOOKS and one.bond == bond for one in meanings], dtype=np.bool_)
    return mixing.shares(world, cash, way, list(_starts(world, trace, cash)), own)


def _starts(world: World, trace: Json, cash: str) -> Iterator[Start]:
    for one in trace["intervals"]:
        if one["payee_account"] is not None and one["state"] not in _OWED:
            axis = world.axis(one["path"][-1]["address"])
            assert axis is not None, "it was paid"
            yield Start(world.row_at(cash, one["block"], one["log"]), axis, int(one["amount"]))
