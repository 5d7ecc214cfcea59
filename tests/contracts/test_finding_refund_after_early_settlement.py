"""A bond-funded piece that its obligor settled early could be "refunded" to the bond, which had not paid it.

The line had then spent less than nothing, and `states` could not be read any more (BOND-1). Random
histories of contracts and twin found it.
"""

import pytest

from tests.contracts import given
from tests.contracts.given import FACE, TENOR
from tests.contracts.refusals import refused
from tests.contracts.world import TRADE, digest

START, END = 300_000, 700_000
pytestmark = pytest.mark.spec("BOND-1", "BOND-4", "MAT-4")


@pytest.fixture(scope="module")
def funded(world):
    return given.closed_bond(world)


@pytest.fixture
def settled_early(world, funded):
    """The sub-supplier's piece of an encumbered receivable, paid by the company from its own money."""
    line = given.open_line(world, funded)
    world.issuer.allocates(line, given.ALLOCATED)
    receivable = given.accepted_receivable(world, world.company, line)
    trade = given.filed(world, world.supplier, TRADE)
    world.supplier.passes_on(receivable, 0, START, END, world.subsupplier, trade)
    given.moneyed(world, world.company, FACE, world.maturity)
    quote = {
        "receivable": receivable,
        "start": START,
        "sequence": world.sequence(receivable, START),
        "holder": world.subsupplier.address,
        "amount": 390_000,
        "nonce": 1,
        "deadline": world.now + 3_600,
    }
    signature = world.subsupplier.signs("EarlyQuote", quote, world.maturity)
    world.company.settles_early(quote, signature)
    world.subsupplier.approves(world.proceeds, FACE)
    return receivable


def test_nothing_comes_back_before_the_encumbrance_paid(world, settled_early):
    with refused("RefundTooLarge", 0, 9):
        world.proceeds.refundEncumbered(settled_early, START, 9, digest("credit note"), world.subsupplier.by)


def test_nothing_comes_back_twice_after_its_share_went_back_to_the_line(world, funded, settled_early):
    world.days_pass(TENOR)
    world.stranger.settles(settled_early)
    assert world.states(funded)["spent"] == FACE - (END - START)
    with refused("RefundTooLarge", 0, 9):
        world.proceeds.refundEncumbered(settled_early, START, 9, digest("credit note"), world.subsupplier.by)
    assert sum(world.states(funded).values()) == given.RAISED
