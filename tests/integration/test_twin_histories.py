"""Random histories on the deployed contracts and on their readable twin: equal after every step.

The same act goes to both. Both accept it, with the same events in the same order (offsets and
sequence numbers included) and the same result; or both refuse it with the same error and the same arguments.
Then every view of everything known is compared. `GREENLEDGER_FUZZ=N` runs N acts, `GREENLEDGER_SEED=S` takes
another history.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.deep import depth
from tests.twin.actors import INVESTORS, NOBODY
from tests.twin.acts import Histories
from tests.twin.pair import Pair, opened_pair

ACTS = int(os.environ.get("GREENLEDGER_FUZZ", depth("400", "4000")))
SEED = int(os.environ.get("GREENLEDGER_SEED", "20250615"))


@pytest.fixture(params=[True, False], ids=["replay", "live"])
def begun(request: pytest.FixtureRequest) -> Iterator[tuple[Pair, Histories]]:
    with opened_pair(replay=request.param, seed=SEED) as begun:
        yield begun


@pytest.mark.parametrize("begun", [True], indirect=True)
def test_the_comparison_can_fail(begun: tuple[Pair, Histories]) -> None:
    """A check that cannot fail proves nothing: a fen, a refusal, an event on one side only are noticed."""
    pair, h = begun
    investor, people = INVESTORS[0].address, pair.world.participants
    transfer = h.act(investor, h.cash, "transfer", INVESTORS[1].address, 1)

    axis = h.cash.axes[investor]
    h.cash.axes[investor] = replace(axis, incoming=axis.incoming + 1)
    with pytest.raises(AssertionError, match="axis"):
        pair.step(transfer)
    pair = Pair(pair.chain, pair.world)
    h.cash.axes[investor] = replace(h.cash.axes[investor], incoming=axis.incoming)
    pair.step(transfer)

    admission = people.admissions[investor]
    people.admissions[investor] = replace(admission, suspended=True)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        pair.step(transfer)
    people.admissions[investor] = admission

    pair.world.book.emit("Transfer", NOBODY, NOBODY, 1)
    with pytest.raises(AssertionError, match="Transfer"):
        pair._done_alike(transfer, True, list(pair.world.stage.events))


@pytest.mark.spec("TWIN-1", "CASH-1", "PIECE-1", "BOND-1", "BOND-2", "DOC-1", "LINE-1", "FIN-1")
@pytest.mark.timeout(3600)
def test_contracts_and_twin_agree_after_every_step(begun: tuple[Pair, Histories]) -> None:
    """CASH-1, PIECE-1, BOND-1, BOND-2, DOC-1, LINE-1, FIN-1: the contracts do what the twin says."""
    pair, h = begun
    acts = ACTS * 3 // 4 if pair.world.participants.replay else ACTS // 4
    print(f"seed {SEED}, {acts} acts")
    for _ in range(acts):
        pair.pass_time(h.time_passes())
        act = h.next()
        events = pair.step(act)
        if events is not None:
            h.remember(act, events)
    print(pair.report())
    assert pair.accepted.total() > acts // 4 and pair.refused.total() > acts // 8
