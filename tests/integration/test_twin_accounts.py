"""Random histories of account contracts on the chain and on their twin: equal after every step (TWIN-1)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from ledger.domain.twin import Refusal
from tests.deep import depth
from tests.twin.account_acts import AccountHistories
from tests.twin.acts import Act
from tests.twin.chain import Reverted
from tests.twin.pair import Pair, new_pair

ACTS = int(os.environ.get("GREENLEDGER_FUZZ", depth("600", "6000")))
SEED = int(os.environ.get("GREENLEDGER_SEED", "20251125"))


@pytest.fixture(params=[True, False], ids=["replay", "live"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    with new_pair(replay=request.param) as pair:
        yield pair


@pytest.mark.spec("TWIN-1", "ACC-1", "ACC-2")
@pytest.mark.timeout(3600)
def test_accounts_and_their_twin_agree_after_every_step(pair: Pair) -> None:
    """TWIN-1, ACC-1, ACC-2: whoever may act, and when, is the same in both."""
    h = AccountHistories(pair.world, SEED)
    for act in h.opening():
        assert pair.step(act) is not None, act
    for _ in range(ACTS // 2):
        pair.pass_time(h.time_passes())
        act = h.next()
        asked_alike(pair, act)
        events = pair.step(act)
        if events is not None:
            h.remember(act, events)
    print(pair.report())
    done = {kind.partition(".")[2] for kind in pair.accepted}
    assert {"execute", "approve", "executeChange", "veto", "recover", "back", "registerObligation"} <= done
    assert pair.accepted.total() > ACTS // 8 and pair.refused.total() > ACTS // 16


def asked_alike(pair: Pair, act: Act) -> None:
    """`checkExecute` says what the twin's says: everything but what the called contracts will."""
    if act.kind != "Account.execute":
        return
    pair.world.stage.timestamp = pair.chain.timestamp + 1
    expected: tuple[str, tuple[object, ...]] | None = None
    try:
        pair.world.contract(act.at).check_execute(act.sender, *act.args)  # type: ignore[attr-defined]
    except Refusal as refusal:
        expected = (refusal.name, refusal.values)
    got: tuple[str, tuple[object, ...]] | None = None
    try:
        pair.chain.ask(act.sender, act.at, "checkExecute", (act.sender, *act.args))
    except Reverted as reverted:
        got = (reverted.name, reverted.values)
    assert got == expected, act
