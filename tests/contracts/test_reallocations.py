"""Money from one project's line to another's, with the verifier's consent."""

import pytest

from tests.contracts import given
from tests.contracts.given import ALLOCATED
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import INVESTOR, NOBODY, VERIFIER, axis_of, digest

AMOUNT = 1_000_000
pytestmark = pytest.mark.spec("BOND-8")


@pytest.fixture(scope="module")
def source(world):
    return given.funded_line(world)


@pytest.fixture(scope="module")
def bond(world, source):
    return int(world.proceeds.line(source)["bond"])


@pytest.fixture(scope="module")
def target(world, bond):
    return given.open_line(world, bond, "WIND")


@pytest.fixture
def proposal(world, source, target):
    return world.issuer.proposes_reallocation(source, target, AMOUNT)


def consent(world, proposal, by=None, name="consent"):
    by = by or world.verifier
    return world.proceeds.consentReallocation(proposal, by.files(name), by.by)


def test_money_moves_with_the_verifiers_consent(world, bond, source, target):
    document, before = world.issuer.files("why"), world.states(bond)
    tx = world.proceeds.proposeReallocation(source, target, AMOUNT, document, world.issuer.by)
    said = {"from": source, "to": target, "amount": AMOUNT}
    proposal = emitted(tx, "ReallocationProposed", **said, document=document)["reallocation"]
    assert list(world.proceeds.reallocation(proposal)) == [source, target, 1, AMOUNT]
    assert world.proceeds.reallocationCount() == proposal and world.states(bond) == before
    tx = consent(world, proposal)
    emitted(tx, "Reallocated", **said, verifier=world.verifier, document=digest("consent"))
    lines = {
        end: axis_of("PROCEEDS", "LINE", line) for end, line in (("fromAxis", source), ("toAxis", target))
    }
    emitted(tx, "Moved", **lines, amount=AMOUNT, outOffset=0, inOffset=0)
    assert world.states(bond) == before, "all of it is available still"
    allocated = [int(world.proceeds.line(line)["allocated"]) for line in (source, target)]
    assert allocated == [ALLOCATED - AMOUNT, AMOUNT]
    with refused("WrongState", "REALLOCATION", proposal, 2, 1):
        consent(world, proposal, name="again")


def test_what_moved_is_spent_and_taken_back_from_its_new_line(world, bond, proposal, target):
    consent(world, proposal)
    invoice = given.signed_obligation(world, world.issuer, world.supplier, AMOUNT)
    world.issuer.pays(target, invoice, AMOUNT - 1)
    with refused("OverBudget", target, 1, 2):
        world.proceeds.deallocate(target, 2, world.issuer.by)
    world.proceeds.deallocate(target, 1, world.issuer.by)
    states = world.states(bond)
    assert states["spent"] == AMOUNT - 1 and sum(states.values()) == given.RAISED


def test_a_proposal_is_the_issuers_within_one_bond_of_something_and_documented(world, source, target):
    document = world.issuer.files("why")

    def propose(by=world.issuer, of=source, to=target, amount=1, paper=document):
        world.proceeds.proposeReallocation(of, to, amount, paper, by.by)

    with refused("NotParty", world.rival, world.issuer):
        propose(by=world.rival)
    for missing in ({"of": 99}, {"to": 99}):
        with refused("Unknown", "LINE", 99):
            propose(**missing)
    with refused("ZeroAmount"):
        propose(amount=0)
    with refused("DocumentUnknown", digest("?"), world.issuer, 0):
        propose(paper=digest("?"))
    foreign = given.funded_line(world)
    with refused(
        "BondMismatch", int(world.proceeds.line(foreign)["bond"]), int(world.proceeds.line(source)["bond"])
    ):
        propose(to=foreign)


def test_only_the_verifier_of_the_review_in_force_consents(world, proposal):
    with refused("NotParty", world.issuer, world.verifier):
        consent(world, proposal, by=world.issuer)
    with refused("DocumentUnknown", digest("?"), world.verifier, 0):
        world.proceeds.consentReallocation(proposal, digest("?"), world.verifier.by)
    document = world.verifier.files("consent")
    world.operator.amends(world.verifier, roles=INVESTOR)
    with refused("MissingRole", world.verifier, INVESTOR, VERIFIER):
        world.proceeds.consentReallocation(proposal, document, world.verifier.by)


def test_consent_judges_review_money_and_budgets_as_they_are_then(world, source, target, proposal):
    most = world.issuer.proposes_reallocation(source, target, ALLOCATED + 1)
    with refused("OverBudget", source, ALLOCATED, ALLOCATED + 1):
        consent(world, most)
    small = world.issuer.opens_line(
        int(world.proceeds.line(source)["bond"]), int(world.proceeds.line(target)["project"]), AMOUNT - 1
    )
    into = world.issuer.proposes_reallocation(source, small, AMOUNT)
    with refused("OverBudget", small, AMOUNT - 1, AMOUNT):
        consent(world, into, name="small")
    framework = int(world.proceeds.line(source)["framework"])
    project = world.issuer.registers_project(framework, world.company, "WIND", AMOUNT - 1)
    tiny = world.issuer.opens_line(int(world.proceeds.line(source)["bond"]), project, AMOUNT)
    into = world.issuer.proposes_reallocation(source, tiny, AMOUNT)
    with refused("OverAllocated", project, AMOUNT - 1, AMOUNT):
        consent(world, into, name="tiny")
    world.days_pass(301)
    with refused("ReviewLapsed", framework, ..., world.today):
        consent(world, proposal, name="lapsed")
    world.frameworks.withdrawReview(framework, digest("why"), world.verifier.by)
    with refused("NotParty", world.verifier, NOBODY):
        consent(world, proposal, name="withdrawn")


def test_a_proposal_is_withdrawn_by_its_issuer_once(world, proposal):
    with refused("NotParty", world.rival, world.issuer):
        world.proceeds.withdrawReallocation(proposal, world.rival.by)
    emitted(
        world.proceeds.withdrawReallocation(proposal, world.issuer.by),
        "ReallocationWithdrawn",
        reallocation=proposal,
    )
    with refused("WrongState", "REALLOCATION", proposal, 3, 1):
        consent(world, proposal)
    with refused("WrongState", "REALLOCATION", 99, 0, 1):
        world.proceeds.withdrawReallocation(99, world.issuer.by)
