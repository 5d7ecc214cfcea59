"""What is already so when a test of asset pools begins."""

from typing import Any

from tests.contracts import given
from tests.contracts.given import FACE
from tests.contracts.world import CONTRACT, Actor, World, axis_of

ADVANCE = 960_000
SENIOR, JUNIOR = 600_000, 360_000
SENIOR_RATE, JUNIOR_RATE = 36_000, 90_000
WINDOW = 5
"""Days until the cut-off day."""


def terms(world: World, **changes: Any) -> tuple[Any, ...]:
    """The financier's pool; the factor is its trustee; every holder may put in pieces of a fen and more."""
    plain = {
        "trustee": world.factor.address,
        "closesOn": world.today + WINDOW,
        "dueBy": world.today + 200,
        "advancePpm": ADVANCE,
        "cash": world.cash.address,
        "minPiece": 1,
        "openToHolders": True,
        "minFace": FACE // 2,
        "document": "",
    } | changes
    plain["document"] = plain["document"] or given.filed(world, world.financier, CONTRACT)
    return tuple(plain.values())


def tranches() -> list[tuple[int, int]]:
    return [(SENIOR, SENIOR_RATE), (JUNIOR, JUNIOR_RATE)]


def registered(world: World, parts: Any = None, **changes: Any) -> int:
    parts = tranches() if parts is None else parts
    terms_ = terms(world, **changes)
    tx = world.asset_pools.register(terms_, parts, "Green suppliers 1", world.financier.by)
    return int(tx.events["PoolRegistered"]["pool"])


def opened(world: World, parts: Any = None, **changes: Any) -> int:
    pool = registered(world, parts, **changes)
    world.asset_pools.takeOn(pool, world.factor.by)
    return pool


def part(world: World, receivable: int, start: int, end: int, at: int | None = None) -> tuple[int, ...]:
    """`[start, end)` of the piece at `at`, by default the one that begins there."""
    at = start if at is None else at
    return receivable, at, world.sequence(receivable, at), start, end


def puts_in(world: World, who: Actor, pool: int, receivable: int, start: int, end: int) -> int:
    tx = world.asset_pools.putIn(pool, part(world, receivable, start, end), who.by)
    return int(tx.events["PiecePutIn"]["piece"])


def subscribes(world: World, who: Actor, pool: int, tranche: int, amount: int) -> int:
    given.moneyed(world, who, amount, world.tranches)
    tx = world.tranches.subscribe(pool, tranche, amount, who.by)
    return int(tx.events["TrancheSubscribed"]["lot"])


def filled(world: World, receivable: int, **changes: Any) -> int:
    """All three pieces are in, all tranches subscribed: the investor has two thirds of the senior one."""
    pool = opened(world, **changes)
    for who, start, end in pieces(world):
        puts_in(world, who, pool, receivable, start, end)
    for investor, tranche, amount in lots(world):
        subscribes(world, investor, pool, tranche, amount)
    return pool


def pieces(world: World) -> tuple[tuple[Actor, int, int], ...]:
    return (
        (world.supplier, 0, 300_000),
        (world.subsupplier, 300_000, 700_000),
        (world.supplier, 700_000, FACE),
    )


def lots(world: World) -> tuple[tuple[Actor, int, int], ...]:
    return (world.investor, 0, 400_000), (world.fund, 0, 200_000), (world.fund, 1, JUNIOR)


def closed(world: World, pool: int) -> int:
    world.days_pass(WINDOW)
    world.asset_pools.close(pool, world.factor.by)
    return pool


def running(world: World, receivable: int, **changes: Any) -> int:
    """Closed, and every piece bought."""
    pool = closed(world, filled(world, receivable, **changes))
    world.asset_pools.buy(pool, 10, world.stranger.by)
    return pool


def paid_up(world: World, receivable: int) -> None:
    """The obligor pays all of it in and it is settled, on its due day."""
    given.moneyed(world, world.core, FACE, world.maturity)
    world.core.pays_in(receivable)
    due = int(world.receivables.receivable(receivable)[1])
    world.days_pass(due - world.today)
    world.stranger.settles(receivable)


def pool_axis(pool: int) -> str:
    return axis_of("POOLS", "ASSET_POOL", pool)


def tranche_axis(pool: int, tranche: int) -> str:
    return axis_of("POOLS", "TRANCHE", pool, tranche)


def interest(principal: int, rate_ppm: int, days: int) -> int:
    """ACT/360, down: the reference for the contract's own."""
    return principal * rate_ppm * days // (360 * 1_000_000)
