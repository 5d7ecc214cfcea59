"""Mandates: an agent acts and reads only under a grant in force, which its owner or an authority can end."""

import pytest

from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    AGENT,
    AUDITOR,
    AUTHORITY,
    BOOKRUNNER,
    FINANCIER,
    MAY_AUDIT,
    MAY_SEE_CREDIT,
    MAY_VERIFY,
    VERIFIER,
    ZERO,
    digest,
)

BOND = 7
DAYS = 30


@pytest.fixture(scope="module")
def mandate(world):
    """The issuer's to its bookrunner, for one bond."""
    return world.issuer.mandates(world.fund, BOOKRUNNER, BOND)


def holds(world, kind=BOOKRUNNER, bond=BOND, owner=None, agent=None):
    return world.mandates.holds(owner or world.issuer, agent or world.fund, kind, bond)


def granting_refused(world, who, agent, kind, *refusal, owner=None, **changes):
    """The question and the act."""
    owner = owner or who
    until, document = changes.get("until", world.today), changes.get("document", digest("mandate"))
    with refused(*refusal):
        world.mandates.checkGrant(who, agent, owner, kind, until, document)
    with refused(*refusal):
        world.mandates.grant(agent, owner, kind, BOND, until, document, who.by)


# --- granting ---


@pytest.mark.spec("MAN-1")
def test_an_owner_grants_reach_for_one_bond(world):
    until = world.today + DAYS
    world.mandates.checkGrant(world.issuer, world.fund, world.issuer, BOOKRUNNER, until, digest("mandate"))
    tx = world.mandates.grant(
        world.fund, world.issuer, BOOKRUNNER, BOND, until, digest("mandate"), world.issuer.by
    )
    terms = (
        world.issuer, world.fund, world.issuer, BOOKRUNNER, BOND, world.today, until, False, digest("mandate")
    )  # fmt: skip
    emitted(tx, "MandateGranted", mandate=1, owner=world.issuer, agent=world.fund, terms=terms)
    assert tuple(world.mandates.mandate(1)) == tuple(map(str, terms[:3])) + terms[3:]
    assert world.mandates.count() == 1
    world.mandates.requireMandate(world.issuer, world.fund, BOOKRUNNER, BOND)
    assert world.mandates.participants() == world.participants


def test_mandates_are_read_in_pages(world, mandate):
    second = world.issuer.mandates(world.rival, AGENT)
    agents = [[grant[1] for grant in world.mandates.mandates(*page)] for page in ((1, 9), (1, 1), (2, 9))]
    assert agents == [[world.fund, world.rival], [world.fund], [world.rival]]
    assert world.mandates.mandates(second + 1, 9) == world.mandates.mandates(1, 0) == ()


@pytest.mark.spec("MAN-1")
def test_a_mandate_reaches_what_it_names_and_nothing_else(world, mandate):
    assert holds(world)
    others = (
        {"bond": BOND + 1}, {"bond": 0}, {"kind": AGENT}, {"agent": world.rival}, {"owner": world.rival}
    )  # fmt: skip
    assert not any(holds(world, **other) for other in others)
    with refused("MandateMissing", world.issuer, world.fund, BOOKRUNNER, BOND + 1):
        world.mandates.requireMandate(world.issuer, world.fund, BOOKRUNNER, BOND + 1)


def test_a_mandate_for_all_bonds_reaches_each(world):
    world.issuer.mandates(world.fund, BOOKRUNNER)
    assert holds(world) and holds(world, bond=BOND + 1) and holds(world, bond=0)


@pytest.mark.spec("MAN-1", "ADM-1")
def test_an_owner_grants_only_its_own(world):
    granting_refused(
        world, world.rival, world.fund, BOOKRUNNER, "NotParty", world.rival, world.issuer, owner=world.issuer
    )
    granting_refused(world, world.stranger, world.fund, BOOKRUNNER, "NotAdmitted", world.stranger)
    granting_refused(world, world.issuer, world.stranger, BOOKRUNNER, "NotAdmitted", world.stranger)
    granting_refused(world, world.issuer, world.issuer, BOOKRUNNER, "SameParty", world.issuer, world.issuer)
    world.operator.suspends(world.issuer)
    granting_refused(world, world.issuer, world.fund, BOOKRUNNER, "Suspended", world.issuer)


def test_a_malformed_mandate_is_refused(world):
    yesterday = world.today - 1
    granting_refused(world, world.issuer, world.fund, 0, "Unknown", "MANDATE_KIND", 0)
    granting_refused(world, world.issuer, world.fund, 8, "Unknown", "MANDATE_KIND", 8)
    late = ("DateOutOfOrder", "UNTIL", yesterday, world.today)
    granting_refused(world, world.issuer, world.fund, BOOKRUNNER, *late, until=yesterday)
    granting_refused(world, world.issuer, world.fund, BOOKRUNNER, "ZeroHash", "DOCUMENT", document=ZERO)


def test_who_reads_has_the_role(world):
    for kind, role in ((MAY_AUDIT, AUDITOR), (MAY_VERIFY, VERIFIER), (MAY_SEE_CREDIT, FINANCIER)):
        granting_refused(world, world.issuer, world.fund, kind, "MissingRole", world.fund, ..., role)
    world.issuer.mandates(world.auditor, MAY_AUDIT)
    world.issuer.mandates(world.verifier, MAY_VERIFY)
    world.issuer.mandates(world.financier, MAY_SEE_CREDIT)


# --- an authority's ---


@pytest.mark.spec("MAN-1")
def test_an_authority_grants_an_auditor_reach_that_the_owner_cannot_end(world):
    mandate = world.regulator.mandates(world.auditor, MAY_AUDIT, owner=world.issuer)
    assert holds(world, MAY_AUDIT, agent=world.auditor)
    with refused("MissingRole", world.issuer, ..., AUTHORITY):
        world.mandates.end(mandate, world.issuer.by)
    own = world.issuer.mandates(world.auditor, MAY_AUDIT)
    world.mandates.end(own, world.issuer.by)
    assert holds(world, MAY_AUDIT, agent=world.auditor)
    world.mandates.end(mandate, world.regulator.by)
    assert not holds(world, MAY_AUDIT, agent=world.auditor)


def test_an_authority_grants_reading_of_participants_only(world):
    who, agent = world.regulator, world.auditor
    for kind in (BOOKRUNNER, MAY_VERIFY):
        granting_refused(world, who, agent, kind, "NotParty", who, world.issuer, owner=world.issuer)
    granting_refused(world, who, agent, MAY_AUDIT, "NotAdmitted", world.stranger, owner=world.stranger)
    granting_refused(
        world, world.bank, agent, MAY_AUDIT, "MissingRole", world.bank, ..., AUTHORITY, owner=world.issuer
    )
    world.operator.suspends(world.issuer)
    world.regulator.mandates(agent, MAY_AUDIT, owner=world.issuer)
    assert holds(world, MAY_AUDIT, agent=agent)


def test_what_one_authority_granted_another_may_end(world):
    mandate = world.regulator.mandates(world.auditor, MAY_AUDIT, owner=world.issuer)
    world.operator.amends(world.rival, roles=AUTHORITY)
    emitted(world.mandates.end(mandate, world.rival.by), "MandateEnded", mandate=mandate, by=world.rival)


# --- ending ---


@pytest.mark.spec("MAN-1")
@pytest.mark.parametrize("who", ["issuer", "fund"])
def test_grantor_and_agent_end_it(world, mandate, who):
    tx = world.mandates.end(mandate, getattr(world, who).by)
    emitted(tx, "MandateEnded", mandate=mandate, by=getattr(world, who))
    assert not holds(world) and world.mandates.mandate(mandate)[7]
    with refused("MandateMissing", world.issuer, world.fund, BOOKRUNNER, BOND):
        world.mandates.requireMandate(world.issuer, world.fund, BOOKRUNNER, BOND)
    with refused("WrongState", "MANDATE", mandate, 2, 1):
        world.mandates.end(mandate, world.issuer.by)


def test_nobody_else_ends_it(world, mandate):
    for who in (world.rival, world.operator, world.regulator):
        with refused("NotParty", who, world.issuer):
            world.mandates.end(mandate, who.by)
    with refused("Unknown", "MANDATE", 99):
        world.mandates.end(99, world.issuer.by)
    world.operator.suspends(world.issuer)
    world.mandates.end(mandate, world.issuer.by)


@pytest.mark.spec("MAN-1")
def test_a_mandate_ends_with_its_last_day(world):
    world.issuer.mandates(world.fund, BOOKRUNNER, BOND, world.today)
    assert holds(world)
    world.days_pass(1)
    assert not holds(world)


@pytest.mark.spec("MAN-1", "ADM-1")
def test_an_agent_that_may_not_act_holds_nothing(world, mandate):
    world.operator.suspends(world.fund)
    assert not holds(world)
    world.operator.amends(world.fund, suspended=False)
    assert holds(world)


def test_a_new_grant_takes_the_place_of_the_former(world, mandate):
    until = world.today + 1
    second = world.issuer.mandates(world.fund, BOOKRUNNER, BOND, until)
    assert world.mandates.mandate(mandate)[7] and not world.mandates.mandate(second)[7]
    assert holds(world)
    with refused("WrongState", "MANDATE", mandate, 2, 1):
        world.mandates.end(mandate, world.issuer.by)
    world.days_pass(2)
    assert not holds(world)
    world.mandates.end(second, world.issuer.by)
    third = world.issuer.mandates(world.fund, BOOKRUNNER, BOND)
    assert holds(world) and not world.mandates.mandate(third)[7]
