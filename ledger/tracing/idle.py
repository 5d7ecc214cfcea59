"""`trace idle`: money that waits, each fen with its exact age.

Of a bond: every fen that was not yet spent, by state. Its age begins with the block of the move that
brought it to the bond (`received`), and in days with the value date where one was published, as in
`ledger.tracing.bond`; `since` is the move that brought it where it waits now. Of a participant: all that
rests on its own account, on its claims and awaiting redemption, in every cash; there both begin with the
move that brought the fen in, by first in, first out, which is named in the answer.

    {chain_id, block, block_hash, as_of, rule, bond, label, party, account, illustrative,
     sections: [{cash, currency, minor_unit, sub_account, address, state, amount, mean_days, oldest_days,
                 buckets, intervals: [{start, end, amount, age_days, age_seconds, line, project,
                              received: {block, time, day}, since: {block, time, day, tx, log}}]}]}

One section a state of the bond, or a sub-account of the participant in one cash; its intervals sum to
`amount`. `buckets` are `[{from_days, to_days, amount}]`, the last open at its end (null), and sum to
`amount` as well. `mean_days` is weighted by amount and rounded down; times are UTC seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from ledger.domain.dates import format_day
from ledger.errors import NotFound
from ledger.tracing.axes import Axis, Kind
from ledger.tracing.bond import bond_trace, received_rows
from ledger.tracing.books import Bond, Party
from ledger.tracing.columns import MoveColumns
from ledger.tracing.hops import Json, who
from ledger.tracing.walk import Horizon, backward
from ledger.tracing.world import World

UNSPENT: Final = ("unallocated", "placed", "available", "encumbered")
_EDGES: Final = (0, 31, 91, 181, 366, 731)
"""Where buckets begin, in days: a month, a quarter, half a year, a year and two."""
_OWN: Final = (Kind.GENERAL, Kind.CLAIM, Kind.REDEMPTION)


def idle_of_bond(world: World, bond: int | str) -> Json:
    """What a bond has not spent. NotFound for an unknown bond."""
    found = world.books.bond(bond)
    sections = _by_state(world, found) if found.closed else []
    issuer = world.books.party(found.issuer)
    return _answer(world, sections, issuer) | {"bond": found.id, "label": found.label}


def idle_of_party(world: World, account: str) -> Json:
    """What rests with a participant. NotFound for who was never admitted."""
    party = world.books.parties.get(account)
    if party is None:
        raise NotFound(f"{account} is no participant", who=account)
    mine = [
        (axis, meaning)
        for axis, meaning in enumerate(world.meanings())
        if meaning.kind in _OWN and meaning.party == account
    ]
    cashes = world.books.currencies
    sections = [section for cash in cashes for section in _resting(world, cash, mine)]
    return _answer(world, sections, party) | {"bond": None, "label": None}


def _answer(world: World, sections: list[Json], party: Party) -> Json:
    return {
        **world.head(),
        "rule": "fifo",
        **who(party),
        "sections": sections,
    }


# --- a bond's --------------------------------------------------------------------------------------------


def _by_state(world: World, bond: Bond) -> list[Json]:
    answer = bond_trace(world, bond.id, "economic")
    columns = world.columns(bond.cash)
    received = received_rows(world, bond)
    waiting = [one for one in answer["intervals"] if one["state"] in UNSPENT]
    world.load(columns, np.array([row for _, _, row in received], dtype=np.int64))
    parts = [part for one in waiting for part in _split(world, bond, columns, one, received)]
    by_state = {state: [part for part in parts if part["state"] == state] for state in UNSPENT}
    told = (_section(world, bond.cash, None, state, some) for state, some in by_state.items() if some)
    return list(told)


def _split(
    world: World,
    bond: Bond,
    columns: MoveColumns,
    one: Json,
    received: Sequence[tuple[int, int, int]],
) -> Iterator[Json]:
    """An interval of the trace, cut where its fen came to the bond by different moves."""
    start, end = int(one["start"]), int(one["end"])
    for first, last, row in received:
        low, high = max(first, start), min(last, end)
        if low < high:
            came = _moment(world, world.ref(columns, row).block)
            since = _moment(world, one["block"]) | {"tx": one["tx"], "log": one["log"]}
            began = came["day_number"] if bond.value_date is None else bond.value_date
            yield _part(world, low, high, began, came, since) | {
                "state": one["state"],
                "line": one["line"],
                "project": one["project"],
            }


# --- a participant's -------------------------------------------------------------------------------------


def _resting(world: World, cash: str, mine: Iterable[tuple[int, Axis]]) -> Iterator[Json]:
    columns = world.columns(cash)
    for axis, meaning in mine:
        came, went = columns.counters(axis)
        if came > went:
            parts = list(_arrivals(world, columns, axis, went, came))
            yield _section(world, cash, meaning, None, parts) | {"address": columns.axes[axis]}


def _arrivals(world: World, columns: MoveColumns, axis: int, start: int, end: int) -> Iterator[Json]:
    flow = backward(columns, axis, start, end, horizon=Horizon(hops=1))
    rows = flow.side.row[flow.nodes.edge[flow.leaves.node]]
    world.load(columns, rows)
    starts, amounts = flow.leaves.start.tolist(), flow.leaves.amount.tolist()
    for first, amount, row in zip(starts, amounts, rows.tolist(), strict=True):
        ref = world.ref(columns, row)
        came = _moment(world, ref.block)
        since = came | {"tx": ref.tx, "log": ref.log}
        named = {"state": None, "line": None, "project": None}
        yield _part(world, first, first + amount, came["day_number"], came, since) | named


# --- telling ---------------------------------------------------------------------------------------------


def _moment(world: World, block: int) -> Json:
    day = world.day_of(block)
    return {"block": block, "time": world.time_of(block), "day": format_day(day), "day_number": day}


def _part(world: World, start: int, end: int, began: int, came: Json, since: Json) -> Json:
    return {
        "start": str(start),
        "end": str(end),
        "amount": str(end - start),
        "age_days": world.today() - began,
        "age_seconds": world.header.timestamp - came["time"],
        "received": {key: came[key] for key in ("block", "time", "day")},
        "since": {key: since[key] for key in ("block", "time", "day", "tx", "log")},
    }


def _section(world: World, cash: str, meaning: Axis | None, state: str | None, parts: list[Json]) -> Json:
    code, digits = world.currency(cash)
    total = sum(int(part["amount"]) for part in parts)
    weighted = sum(int(part["amount"]) * part["age_days"] for part in parts)
    return {
        "cash": cash,
        "currency": code,
        "minor_unit": digits,
        "sub_account": meaning.kind.value if meaning else None,
        "address": None,
        "state": state,
        "amount": str(total),
        "mean_days": weighted // total,
        "oldest_days": max(part["age_days"] for part in parts),
        "buckets": _buckets(parts),
        "intervals": [{key: part[key] for key in part if key != "state"} for part in parts],
    }


def _buckets(parts: Sequence[Json]) -> list[Json]:
    found = []
    for first, last in pairwise((*_EDGES, None)):
        # A value date may lie ahead of the block: what is not received yet is of the first bucket.
        some = [
            int(part["amount"])
            for part in parts
            if max(part["age_days"], 0) >= (first or 0) and (last is None or part["age_days"] < last)
        ]
        if some:
            until = None if last is None else last - 1
            found.append({"from_days": first, "to_days": until, "amount": str(sum(some))})
    return found
