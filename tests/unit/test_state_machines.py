"""STATE-1: every act in every state of every state machine by every caller, on the twin; and its page."""

from __future__ import annotations

import os

import pytest

from tests.twin.alone import new_world
from tests.twin.grid import PAGE, page, table, try_state
from tests.twin.ground import Ground
from tests.twin.machines import BY, MACHINES


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(new_world())


CASES = [(name, state) for name, machine in MACHINES.items() for state in machine.states]


@pytest.mark.spec("STATE-1")
@pytest.mark.parametrize(("name", "state"), CASES)
def test_every_act_by_every_caller(ground: Ground, name: str, state: str) -> None:
    """STATE-1: what the table does not allow is refused by name, and changes nothing."""
    assert try_state(ground, name, state) == len(table()[name]) * len(BY)


@pytest.mark.spec("STATE-1")
def test_the_table_speaks_of_every_act_and_state() -> None:
    rows = table()
    assert list(rows) == list(MACHINES)
    for name, machine in MACHINES.items():
        assert list(rows[name]) == list(machine.acts)
        for act, row in rows[name].items():
            assert list(row.cells) == list(machine.states), (name, act)


def test_the_page_is_current() -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "UPDATE_SNAPSHOTS=1 writes it anew"
