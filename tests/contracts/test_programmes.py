"""Programmes: numbered from 1, set by delayed powers, and the level of a rule in each."""

import pytest

from tests.contracts.refusals import emitted, error_data, refused
from tests.contracts.world import ATTEST, BLOCK, ORDERS, ZERO, label, programme

TERMS = programme(minPiece=7, terms=ORDERS, acceptDays=3)


def change_refused(world, function, values, *refusal):
    """The delayed powers say why the change could not be made."""
    with refused("ChangeFailed", ..., error_data(*refusal)):
        world.changes(world.programmes, function, *values)


def test_a_programme_is_read_as_it_was_set(world):
    tx = world.changes(world.programmes, "set", 1, TERMS)
    emitted(tx, "ProgrammeSet", programme=1)
    assert tuple(map(int, world.programmes.programme(1))) == TERMS


def test_programmes_are_numbered_from_one(world):
    following = world.programmes.last() + 1
    world.changes(world.programmes, "set", following, TERMS)
    assert world.programmes.last() == following
    for unknown in (0, following + 1):
        with refused("Unknown", "PROGRAMME", unknown):
            world.programmes.programme(unknown)
    change_refused(world, "set", (0, TERMS), "Unknown", "PROGRAMME", 0)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"maxPieces": 0}, ("ZeroAmount",)),
        ({"maxTenorDays": 0}, ("ZeroAmount",)),
        ({"cutOff": 86_401}, ("AmountTooLarge", 86_401, 86_400)),
    ],
)
def test_a_programme_that_lets_nothing_be_done_is_refused(world, changes, refusal):
    change_refused(world, "set", (1, programme(**changes)), *refusal)


def test_the_level_of_a_rule(world):
    assert world.programmes.levelOf(1, label("77-11")) == 0
    tx = world.changes(world.programmes, "setLevel", 1, label("77-11"), ATTEST)
    emitted(tx, "LevelSet", programme=1, rule="77-11", level=ATTEST)
    assert world.programmes.levelOf(1, label("77-11")) == ATTEST
    assert world.programmes.levelOf(2, label("77-11")) == 0


def test_a_level_is_one_of_three_of_a_known_programme(world):
    for values, refusal in (
        ((1, ZERO, 1), ("ZeroHash", "RULE")),
        ((1, label("77-11"), BLOCK + 1), ("Unknown", "LEVEL", BLOCK + 1)),
        ((99, label("77-11"), 1), ("Unknown", "PROGRAMME", 99)),
    ):
        change_refused(world, "setLevel", values, *refusal)


def test_only_delayed_powers_change_a_programme(world):
    for who in (world.operator, world.guardian, world.core):
        with refused("NotPowers", who, world.powers):
            world.programmes.set(1, TERMS, who.by)
        with refused("NotPowers", who, world.powers):
            world.programmes.setLevel(1, label("77-11"), 1, who.by)
