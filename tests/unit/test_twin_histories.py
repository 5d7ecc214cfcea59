"""Random histories on the twin alone: promises hold after every step; a refused act changes nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from ledger.domain.twin import CashTerms, Refusal, Setting, World
from ledger.domain.twin.pieces import Limits
from tests.twin.actors import BANK, OPERATOR, recover
from tests.twin.acts import Histories
from tests.twin.opening import opening
from tests.twin.promises import broken

NAMES = (
    "Powers", "Participants", "CashRegistry", "Documents", "Frameworks", "PieceBook", "Proceeds",
    "CreditLines", "BondOffice", "Receivables", "Financing", "Maturity", "Cash",
)  # fmt: skip
ADDRESSES = {name: "0x" + f"{number:040d}" for number, name in enumerate(NAMES, 1)}
START = 1_751_328_000  # 2025-07-01


def new_world() -> World:
    cash = CashTerms(ADDRESSES["Cash"], BANK.address, b"CNY")
    programme = (Limits(10, 12, 4), 10, 366)
    setting = Setting(31_337, OPERATOR.address, True, 8 * 3600, programme, START)
    return World(ADDRESSES, [cash], setting, recover)


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


@pytest.mark.spec("CASH-1", "PIECE-1", "BOND-1", "DOC-1", "LINE-1")
@pytest.mark.parametrize("seed", range(2))
def test_promises_hold_after_every_step(seed: int) -> None:
    """CASH-1, PIECE-1, BOND-1, DOC-1, LINE-1."""
    world = new_world()
    h = Histories(world, seed)
    for act in opening(h):
        world.act(act.sender, act.at, act.function, *act.args)
    accepted, refused = run(world, h, 400)
    print(f"seed {seed}: {accepted.total()} accepted {dict(accepted)}, {refused.total()} refused")
    assert accepted.total() > 100 and refused.total() > 50
