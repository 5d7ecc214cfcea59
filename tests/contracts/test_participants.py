"""Participants: who is admitted, in which roles, until when, and which business day it is."""

import pytest
from brownie import ZERO_ADDRESS, chain

from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    AUDITOR,
    DAY,
    INVESTOR,
    ISSUER,
    SUPPLIER,
    ZERO,
    ZONE,
    axis_of,
    digest,
    wait_until,
)

LEI, KYC = digest("LEI"), digest("kyc")


def admission(world, roles=INVESTOR, suspended=False, lapse=None, group=0):
    return (roles, suspended, world.today + 100 if lapse is None else lapse, group)


@pytest.fixture
def admit(world):
    def call(account=world.stranger, identifier=LEI, kyc=KYC, by=world.operator, **fields):
        return world.participants.admit(account, identifier, "A firm", admission(world, **fields), kyc, by.by)

    return call


# --- admission ---


def test_the_operator_admits(world, admit):
    tx = admit(roles=INVESTOR | AUDITOR, group=3)
    emitted(
        tx,
        "Admitted",
        account=world.stranger,
        identifier=LEI,
        name="A firm",
        admission=admission(world, INVESTOR | AUDITOR, group=3),
        kycDocument=KYC,
    )
    assert world.participants.identifierOf(world.stranger) == LEI
    assert world.participants.accountOf(LEI) == world.stranger
    assert world.participants.isActive(world.stranger)
    world.participants.requireRole(world.stranger, INVESTOR | AUDITOR)


@pytest.mark.parametrize("who", ["guardian", "deployer", "bank", "stranger"])
def test_nobody_else_admits_or_amends(world, admit, who):
    actor = getattr(world, who)
    with refused("NotOperator", actor, world.operator):
        admit(by=actor)
    with refused("NotOperator", actor, world.operator):
        actor.suspends(world.investor)


def test_admission_needs_an_account_an_identifier_and_a_document(world, admit):
    with refused("ZeroHash", "ACCOUNT"):
        admit(account=ZERO_ADDRESS)
    with refused("ZeroHash", "IDENTIFIER"):
        admit(identifier=ZERO)
    with refused("ZeroHash", "KYC"):
        admit(kyc=ZERO)


def test_one_account_for_one_identifier(world, admit):
    with refused("AccountTaken", world.investor):
        admit(account=world.investor)
    admit()
    with refused("IdentifierTaken", LEI, world.stranger):
        admit(account=world.deployer)


@pytest.mark.spec("ADM-1")
def test_the_operator_never_takes_part(world, admit):
    with refused("OperatorCannotParticipate", world.operator):
        admit(account=world.operator)


@pytest.mark.spec("CASH-1", "CASH-3")
def test_a_purpose_of_money_never_takes_part(world, admit):
    axis = axis_of("PROCEEDS", "POOL", 1)
    with refused("PurposeCannotParticipate", axis):
        admit(account=axis)


def test_the_last_day_lies_ahead(world, admit):
    yesterday = world.today - 1
    with refused("DateOutOfOrder", "LAPSE_DAY", yesterday, world.today):
        admit(lapse=yesterday)
    with refused("DateOutOfOrder", "LAPSE_DAY", 0, world.today):
        admit(lapse=0)


# --- amendment ---


def test_the_operator_amends_against_a_document(world):
    changed = admission(world, ISSUER | SUPPLIER, True, 9, 5)
    tx = world.participants.amend(world.investor, changed, digest("why"), world.operator.by)
    emitted(tx, "Amended", account=world.investor, admission=changed, document=digest("why"))
    assert list(map(int, world.participants.admission(world.investor))) == [ISSUER | SUPPLIER, 1, 9, 5]


def test_an_amendment_needs_an_admitted_account_a_document_and_a_day(world):
    amend = world.participants.amend
    with refused("NotAdmitted", world.stranger):
        amend(world.stranger, admission(world), digest("why"), world.operator.by)
    with refused("ZeroHash", "DOCUMENT"):
        amend(world.investor, admission(world), ZERO, world.operator.by)
    with refused("DateOutOfOrder", "LAPSE_DAY", 0, world.today):
        amend(world.investor, admission(world, lapse=0), digest("why"), world.operator.by)


# --- what acts ask ---


@pytest.mark.spec("ADM-1")
def test_an_unknown_account_may_do_nothing(world):
    q = world.participants
    assert not q.isActive(world.stranger)
    with refused("NotAdmitted", world.stranger):
        q.requireActive(world.stranger)
    with refused("NotAdmitted", world.stranger):
        q.requireActivePair(world.investor, world.stranger)
    with refused("NotAdmitted", world.stranger):
        q.requireActivePair(world.stranger, world.investor)
    with refused("NotAdmitted", world.stranger):
        q.requireRole(world.stranger, 0)


@pytest.mark.spec("ADM-1")
def test_a_suspended_account_may_do_nothing_until_it_is_amended(world):
    world.operator.suspends(world.investor)
    assert not world.participants.isActive(world.investor)
    with refused("Suspended", world.investor):
        world.participants.requireActive(world.investor)
    with refused("Suspended", world.investor):
        world.participants.requireRole(world.investor, INVESTOR)
    world.operator.amends(world.investor, suspended=False)
    world.participants.requireRole(world.investor, INVESTOR)


@pytest.mark.spec("ADM-1")
def test_an_admission_holds_to_the_end_of_its_last_day(world):
    last = world.today
    world.operator.amends(world.investor, lapse=last)
    world.participants.requireActive(world.investor)
    assert world.participants.isActive(world.investor)
    world.days_pass(1)
    assert not world.participants.isActive(world.investor)
    with refused("Lapsed", world.investor, last, last + 1):
        world.participants.requireActive(world.investor)


@pytest.mark.spec("ADM-1")
def test_every_role_asked_for_is_needed(world):
    with refused("MissingRole", world.investor, INVESTOR, INVESTOR | ISSUER):
        world.participants.requireRole(world.investor, INVESTOR | ISSUER)


@pytest.mark.spec("ADM-1")
def test_who_passes_something_on_is_active_and_who_receives_it_has_the_role(world):
    q = world.participants
    assert q.requireReceiver(world.core, world.investor, INVESTOR) == world.today
    with refused("NotAdmitted", world.stranger):
        q.requireReceiver(world.stranger, world.investor, INVESTOR)
    with refused("MissingRole", world.investor, INVESTOR, ISSUER):
        q.requireReceiver(world.core, world.investor, ISSUER)
    world.operator.suspends(world.investor)
    with refused("Suspended", world.investor):
        q.requireReceiver(world.core, world.investor, INVESTOR)


def test_strangers_by_declaration(world):
    q = world.participants
    q.requireUnrelated(world.issuer, world.investor)
    with refused("SameParty", world.issuer, world.issuer):
        q.requireUnrelated(world.issuer, world.issuer)
    with refused("RelatedParties", world.core, world.company, 7):
        q.requireUnrelated(world.core, world.company)


# --- the business date ---


def test_today_is_the_blocks_date_in_the_time_zone(world):
    q = world.participants
    midnight = (world.today + 1) * DAY - ZONE
    wait_until(midnight - 30)
    before = q.today()
    wait_until(midnight + 1)
    assert (before, q.today()) == (midnight // DAY, (midnight + ZONE) // DAY)
    assert q.zone() == ZONE and not q.replay()


def test_outside_a_replay_no_date_is_posted(world):
    with refused("NotReplay"):
        world.participants.postBusinessDate(world.today, world.operator.by)


def test_in_a_replay_the_posted_date_rules(replaying):
    q = replaying.participants
    assert q.replay() and q.today() == 0
    emitted(q.postBusinessDate(16_000, replaying.operator.by), "BusinessDatePosted", day=16_000)
    q.postBusinessDate(16_000, replaying.operator.by)
    assert q.today() == 16_000
    with refused("NotOperator", replaying.issuer, replaying.operator):
        q.postBusinessDate(16_001, replaying.issuer.by)


def test_a_posted_date_never_goes_back_nor_passes_the_blocks(replaying):
    q = replaying.participants
    q.postBusinessDate(16_000, replaying.operator.by)
    with refused("DateOutOfOrder", "BUSINESS_DATE", 15_999, 16_000):
        q.postBusinessDate(15_999, replaying.operator.by)
    block_day = (chain[-1].timestamp + ZONE) // DAY
    with refused("DateOutOfOrder", "BLOCK_DATE", block_day + 1, block_day):
        q.postBusinessDate(block_day + 1, replaying.operator.by)
    q.postBusinessDate(block_day, replaying.operator.by)
    assert q.today() == block_day


def test_in_a_replay_admissions_lapse_by_the_posted_date(replaying):
    q = replaying.participants
    replaying.operator.amends(replaying.investor, lapse=16_000)
    q.postBusinessDate(16_000, replaying.operator.by)
    q.requireActive(replaying.investor)
    q.postBusinessDate(16_001, replaying.operator.by)
    with refused("Lapsed", replaying.investor, 16_000, 16_001):
        q.requireActive(replaying.investor)
