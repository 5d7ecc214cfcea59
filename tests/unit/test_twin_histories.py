"""Random histories on the twin alone: promises hold after every step; a refused act changes nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from ledger.domain.twin import Refusal, World
from tests.twin.acts import Histories
from tests.twin.alone import new_world
from tests.twin.opening import opening
from tests.twin.promises import broken


def run(world: World, h: Histories, steps: int) -> tuple[Counter[str], Counter[str]]:
    """Accepted and refused acts by kind."""
    accepted: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for _ in range(steps):
        world.stage.timestamp += h.time_passes()
        act = h.next()
        before = world.views()
        try:
            _, events = world.act(act.sender, act.at, act.function, *act.args)
        except Refusal as refusal:
            refused[f"{act.kind} {refusal.name}"] += 1
            assert world.views() == before
        else:
            accepted[act.kind] += 1
            h.remember(act, events)
        assert broken(world) == []
    return accepted, refused


@pytest.mark.spec("CASH-1", "PIECE-1", "BOND-1", "HOLD-1", "DOC-1", "LINE-1")
@pytest.mark.parametrize("seed", range(2))
def test_promises_hold_after_every_step(seed: int) -> None:
    """CASH-1, PIECE-1, BOND-1, HOLD-1, DOC-1, LINE-1."""
    world = new_world()
    h = Histories(world, seed)
    for act in opening(h):
        world.act(act.sender, act.at, act.function, *act.args)
    accepted, refused = run(world, h, 400)
    print(f"seed {seed}: {accepted.total()} accepted {dict(accepted)}, {refused.total()} refused")
    assert accepted.total() > 100 and refused.total() > 50
