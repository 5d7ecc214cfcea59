"""STATE-1 on the contracts: the same grid, each try asked of the contract too, which must answer as the twin.

By whoever may, another participant, the operator and a stranger; tests/unit/test_state_machines.py has all.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.twin.grid import try_state
from tests.twin.ground import Ground
from tests.twin.machines import MACHINES
from tests.twin.pair import new_pair

OTHERS = ("second supplier", "operator", "stranger")


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with new_pair(replay=True) as pair:
        yield Ground(pair.world, pair.chain)


@pytest.mark.spec("STATE-1")
@pytest.mark.parametrize("name", MACHINES)
def test_the_contracts_answer_alike(ground: Ground, name: str) -> None:
    """STATE-1: refusals with the same name and the same figures; every view alike in every state."""
    assert all(try_state(ground, name, state, OTHERS) for state in MACHINES[name].states)
