"""A settlement bank that was suspended, or is no bank any more, went on minting: nobody asked for it."""

import pytest

from tests.contracts.refusals import refused
from tests.contracts.world import BANK, INVESTOR, digest

pytestmark = pytest.mark.spec("ADM-1")


def test_a_suspended_bank_mints_nothing(world):
    world.operator.suspends(world.bank)
    with refused("Suspended", world.bank):
        world.bank.mints(world.supplier, 1)


def test_a_bank_without_its_role_mints_nothing(world):
    world.operator.amends(world.bank, roles=INVESTOR)
    with refused("MissingRole", world.bank, INVESTOR, BANK):
        world.bank.mints(world.supplier, 1)


def test_a_suspended_bank_still_burns_what_was_redeemed(world):
    """It has paid out already: the books have to be able to say so."""
    world.bank.mints(world.supplier, 10)
    world.cash.redeem(10, digest("out"), world.supplier.by)
    world.operator.suspends(world.bank)
    world.bank.burns(world.supplier, 10)
    assert world.cash.totalSupply() == 0
