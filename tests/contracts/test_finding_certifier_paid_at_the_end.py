"""Once all was certified, the gate no longer asked who the payee was: who had certified could be paid."""

import pytest

from tests.contracts import given
from tests.contracts.refusals import refused
from tests.contracts.world import label

CONSENT = 44
BUDGET = 1_000
pytestmark = pytest.mark.spec("BOND-11")


def test_the_certifier_is_paid_nothing_from_its_line_after_the_last_certificate_either(world):
    bond = given.closed_bond(world)
    framework = int(world.bond_office.bond(bond)["terms"][0])
    line = world.issuer.opens_line(bond, world.issuer.registers_project(framework, world.company), BUDGET)
    consent, builder = world.verifier.files("the builder certifies", CONSENT), world.supplier
    terms = [(BUDGET, world.today + 10, label("M1"))]
    world.proceeds.setWorks(line, builder, terms, 0, 0, consent, world.issuer.by)
    world.issuer.allocates(line, BUDGET)
    world.proceeds.certifyMilestone(line, 0, builder.files("certificate"), builder.by)
    paper = given.signed_obligation(world, world.issuer, builder, BUDGET)
    with refused("SameParty", builder, builder):
        world.proceeds.checkPay(line, paper, BUDGET)
    with refused("SameParty", builder, builder):
        world.issuer.pays(line, paper, BUDGET)
    other = given.signed_obligation(world, world.issuer, world.company, BUDGET)
    world.issuer.pays(line, other, BUDGET)
    assert int(world.cash.balanceOf(world.company)) == BUDGET
