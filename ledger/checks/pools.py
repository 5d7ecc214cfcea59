"""POOL-1 and POOL-2: pieces are in one asset pool and nowhere else; a pool's money is where it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any, Final

from ledger.checks.view import Seen, View
from ledger.domain import purposes
from ledger.domain.purposes import POOLS, axis_of
from ledger.domain.states import AssetPoolState, PieceState, PoolPieceState

_INSIDE: Final = (PoolPieceState.OFFERED, PoolPieceState.BOUGHT, PoolPieceState.BREACHED)
_KIND: Final = 7
Key = tuple[int, int]


# --- POOL-1 ----------------------------------------------------------------------------------------------


def exclusive(view: View) -> Generator[str, None, str]:
    """Each piece that a pool counts is under this module's lock, or discharged, and in no other pool."""
    put_in = [(e.number("pool"), e.number("piece")) for e in view.of("AssetPools.PiecePutIn")]
    pieces = dict(zip(put_in, view.ask("AssetPools", "pieceOf", put_in), strict=True))
    inside = {key: one for key, one in pieces.items() if one["state"] in _INSIDE}
    yield from _overlapping(inside)
    yield from _free(view, inside)
    faces: Counter[int] = Counter()
    for (pool, _), one in inside.items():
        faces[pool] += one["end"] - one["start"]
    pools = [e.number("pool") for e in view.of("AssetPools.PoolRegistered")]
    for pool, record in zip(pools, view.ask("AssetPools", "pool", [(p,) for p in pools]), strict=True):
        if record["face"] != faces[pool]:
            yield f"asset pool {pool} counts {record['face']}, its pieces add up to {faces[pool]}"
    return f"{len(inside)} pieces in {len(pools)} asset pools, each in one"


def _overlapping(inside: dict[Key, Any]) -> Iterator[str]:
    last: tuple[int, int, Key] = (0, 0, (0, 0))
    for key, one in sorted(inside.items(), key=lambda item: (item[1]["receivable"], item[1]["start"])):
        if one["receivable"] == last[0] and one["start"] < last[1]:
            yield f"pieces {last[2]} and {key} of asset pools overlap in receivable {last[0]}"
        last = (one["receivable"], one["end"], key)


def _free(view: View, inside: dict[Key, Any]) -> Iterator[str]:
    index, _ = view.call("PieceBook", "moduleOf", view.contracts["AssetPools"].address)
    where = [(one["receivable"], one["start"]) for one in inside.values()]
    held, places = view.ask("PieceBook", "piece", where), view.ask("AssetPools", "placeOf", where)
    for (key, one), piece, place in zip(inside.items(), held, places, strict=True):
        locked = piece["state"] == PieceState.LOCKED | index << 3
        discharged = piece["state"] & _KIND >= PieceState.PAID
        if not (locked or discharged) or piece["end"] != one["end"] or tuple(place) != key:
            yield f"piece {key[1]} of asset pool {key[0]} is not locked there"


# --- POOL-2 ----------------------------------------------------------------------------------------------


def conserved(view: View) -> Generator[str, None, str]:
    """What reached a pool's sub-accounts and what left them is what the events say, seniors first."""
    registered = list(view.of("AssetPools.PoolRegistered"))
    for event in registered:
        pool, cash = event.number("pool"), event.args["terms"]["cash"]
        yield from _pool(view, pool, cash)
        for index in range(len(event.args["tranches"])):
            yield from _tranche(view, pool, index, cash)
        yield from _seniority(view, pool, len(event.args["tranches"]))
    return f"the money of {len(registered)} asset pools"


def _pool(view: View, pool: int, cash: str) -> Iterator[str]:
    subscribed = sum(
        e.number("end") - e.number("start") for e in _of(view, pool, "Tranches.TrancheSubscribed")
    )
    brought = sum(
        e.number("amount")
        for e in _of(view, pool, "AssetPools.PieceCollected", "AssetPools.PieceRepurchased")
    )
    left = sum(e.number("price") for e in _of(view, pool, "AssetPools.PieceBought"))
    left += sum(_given(e) for e in _of(view, pool, "Tranches.TrancheDistributed"))
    if view.call("AssetPools", "pool", pool)["state"] == AssetPoolState.CANCELLED:
        left += sum(e.number("amount") for e in _of(view, pool, "Tranches.LotPaid"))
    said = subscribed + brought, left
    yield from _same(view, cash, purposes.asset_pool(pool), said, f"asset pool {pool}")


def _tranche(view: View, pool: int, index: int, cash: str) -> Iterator[str]:
    given = sum(
        _given(e) for e in _of(view, pool, "Tranches.TrancheDistributed") if e.number("tranche") == index
    )
    lots = {
        e.number("lot") for e in _of(view, pool, "Tranches.TrancheSubscribed") if e.number("tranche") == index
    }
    paid = sum(e.number("amount") for e in _of(view, pool, "Tranches.LotPaid") if e.number("lot") in lots)
    if view.call("AssetPools", "pool", pool)["state"] == AssetPoolState.CANCELLED:
        paid = 0
    name = f"tranche {index} of asset pool {pool}"
    yield from _same(view, cash, purposes.tranche(pool, index), (given, paid), name)


def _seniority(view: View, pool: int, count: int) -> Iterator[str]:
    tranches = view.ask("Tranches", "tranche", [(pool, index) for index in range(count)])
    for index, one in enumerate(tranches):
        if one["received"] and any(above["outstanding"] for above in tranches[:index]):
            yield f"tranche {index} of asset pool {pool} was paid before one above it"


def _same(view: View, cash: str, purpose: bytes, said: tuple[int, int], name: str) -> Iterator[str]:
    incoming, outgoing, _ = view.call(view.cash_named(cash), "axis", axis_of(POOLS, purpose))
    if (incoming, outgoing) != said:
        yield f"{name}: {incoming} came and {outgoing} went, its events make {said[0]} and {said[1]}"


def _of(view: View, pool: int, *names: str) -> Iterator[Seen]:
    return (event for event in view.of(*names) if event.number("pool") == pool)


def _given(event: Seen) -> int:
    return event.number("interest") + event.number("principal") + event.number("rest")
