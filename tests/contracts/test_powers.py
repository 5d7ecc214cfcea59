"""Powers: two roles and a published delay for every change."""

import pytest
from brownie import ZERO_ADDRESS, chain

from tests.contracts.refusals import emitted, error_data, refused
from tests.contracts.world import DAY, DELAY, ZONE, World, wait_until

GRACE = 30 * DAY


@pytest.fixture
def unconstituted():
    world = World()
    world.powers = world.new("Powers")
    world.participants = world.new("Participants", world.powers, False, ZONE)
    world.wires(world.powers, "bind", world.participants)
    return world


@pytest.fixture
def approved(world):
    change = world.proposes(world.cash_registry, "list", world.new_cash(b"JPY", 0))
    world.powers.approve(change, world.guardian.by)
    return change


# --- before the constitution ---


def test_only_the_deployer_wires(unconstituted):
    w = unconstituted
    with refused("NotParty", w.operator, w.deployer):
        w.powers.wire(w.powers, b"", w.operator.by)


def test_wiring_acts_at_once_and_is_announced(unconstituted):
    w = unconstituted
    tx = w.wires(w.powers, "appoint", w.operator, w.guardian)
    emitted(tx, "Executed", change=2, target=w.powers)
    assert (w.powers.operator(), w.powers.guardian()) == (w.operator.address, w.guardian.address)
    assert not w.powers.constituted()


def test_a_failing_call_is_refused_with_its_reason(unconstituted):
    w = unconstituted
    registry = w.new("CashRegistry", w.stranger)
    reason = error_data("NotPowers", w.powers, w.stranger)
    with refused("ChangeFailed", 2, reason):
        w.wires(registry, "list", w.powers)


def test_calling_nothing_is_refused(unconstituted):
    w = unconstituted
    with refused("ChangeFailed", 2, "0x"):
        w.powers.wire(w.stranger, "0x12345678", w.deployer.by)


@pytest.mark.parametrize("delay", [0, DELAY - 1])
def test_a_short_delay_is_refused(unconstituted, delay):
    w = unconstituted
    with refused("DelayTooShort", delay, DELAY):
        w.powers.constitute(w.operator, w.guardian, delay, w.deployer.by)


def test_two_different_keys_are_needed(unconstituted):
    w = unconstituted
    with refused("SameParty", w.operator, w.operator):
        w.powers.constitute(w.operator, w.operator, DELAY, w.deployer.by)
    with refused("ZeroHash", "OPERATOR"):
        w.powers.constitute(ZERO_ADDRESS, w.guardian, DELAY, w.deployer.by)
    with refused("ZeroHash", "GUARDIAN"):
        w.powers.constitute(w.operator, ZERO_ADDRESS, DELAY, w.deployer.by)


def test_there_is_no_constitution_without_an_admission_record(unconstituted):
    powers = unconstituted.new("Powers")
    with refused("ZeroHash", "PARTICIPANTS"):
        powers.constitute(unconstituted.operator, unconstituted.guardian, DELAY, unconstituted.deployer.by)


def test_only_the_deployer_constitutes(unconstituted):
    w = unconstituted
    with refused("NotParty", w.operator, w.deployer):
        w.powers.constitute(w.operator, w.guardian, DELAY, w.operator.by)


@pytest.mark.spec("POW-1")
def test_the_constitution_ends_wiring_for_ever(unconstituted):
    w = unconstituted
    tx = w.powers.constitute(w.operator, w.guardian, DELAY, w.deployer.by)
    emitted(tx, "Constituted", operator=w.operator, guardian=w.guardian, delay=DELAY)
    assert w.powers.constituted() and w.powers.delay() == DELAY
    with refused("AlreadyConstituted"):
        w.wires(w.powers, "appoint", w.operator, w.guardian)
    with refused("AlreadyConstituted"):
        w.powers.constitute(w.operator, w.guardian, DELAY, w.deployer.by)


# --- the operator and the admission record ---


def test_only_a_wired_call_binds_the_record_and_only_once(unconstituted):
    w = unconstituted
    with refused("NotParty", w.deployer, w.powers):
        w.powers.bind(w.participants, w.deployer.by)
    with refused("ChangeFailed", 2, error_data("AlreadyConstituted")):
        w.wires(w.powers, "bind", w.participants)
    assert w.powers.participants() == w.participants


@pytest.mark.spec("ADM-1")
def test_a_participant_never_becomes_operator(world):
    with refused("ChangeFailed", ..., error_data("OperatorCannotParticipate", world.investor)):
        world.changes(world.powers, "appoint", world.investor, world.guardian)
    assert world.powers.operator() == world.operator


# --- a change ---


@pytest.mark.spec("POW-1")
def test_a_change_takes_two_roles_and_the_delay(world):
    yen = world.new_cash(b"JPY", 0)
    data = world.cash_registry.list.encode_input(yen)
    tx = world.powers.propose(world.cash_registry, data, world.operator.by)
    change = tx.events["Proposed"]["change"]
    emitted(tx, "Proposed", target=world.cash_registry, data=data)
    tx = world.powers.approve(change, world.guardian.by)
    ready = chain[-1].timestamp + DELAY
    emitted(tx, "Approved", change=change, readyAt=ready)
    assert list(map(str, world.powers.change(change))) == [str(world.cash_registry), str(ready), "2", data]
    chain.sleep(DELAY)
    tx = world.powers.execute(change, world.stranger.by)
    emitted(tx, "Executed", change=change, target=world.cash_registry, data=data)
    assert world.cash_registry.isCash(yen)


@pytest.mark.spec("POW-1")
def test_only_the_operator_proposes(world):
    for who in (world.guardian, world.deployer, world.stranger):
        with refused("NotParty", who, world.operator):
            world.powers.propose(world.cash_registry, b"", who.by)


@pytest.mark.spec("POW-1")
def test_only_the_guardian_approves(world):
    change = world.proposes(world.cash_registry, "list", world.cash)
    for who in (world.operator, world.deployer, world.stranger):
        with refused("NotParty", who, world.guardian):
            world.powers.approve(change, who.by)


def test_an_unknown_change(world):
    with refused("Unknown", "CHANGE", 99_999):
        world.powers.approve(99_999, world.guardian.by)
    with refused("Unknown", "CHANGE", 99_999):
        world.powers.execute(99_999, world.guardian.by)
    with refused("WrongState", "CHANGE", 99_999, 0, 1):
        world.powers.cancel(99_999, world.guardian.by)


@pytest.mark.spec("POW-1")
def test_not_before_the_delay(world, approved):
    chain.sleep(DELAY - 60)
    ready = world.powers.change(approved)[1]
    with refused("ChangeNotReady", approved, ready, ...):
        world.powers.execute(approved, world.operator.by)


@pytest.mark.spec("POW-1")
def test_not_without_approval(world):
    change = world.proposes(world.cash_registry, "list", world.cash)
    chain.sleep(DELAY)
    with refused("WrongState", "CHANGE", change, 1, 2):
        world.powers.execute(change, world.operator.by)


def test_not_after_the_grace(world, approved):
    ready = world.powers.change(approved)[1]
    wait_until(ready + GRACE + 1)
    with refused("ChangeExpired", approved, ready + GRACE, ...):
        world.powers.execute(approved, world.operator.by)


def test_the_last_second_of_the_grace_is_in_time(world, approved):
    ready = world.powers.change(approved)[1]
    wait_until(ready + GRACE - 5)
    world.powers.execute(approved, world.operator.by)
    assert world.powers.change(approved)[2] == 4


@pytest.mark.parametrize("who", ["operator", "guardian"])
def test_either_role_cancels_before_the_change_acts(world, approved, who):
    by = getattr(world, who).by
    emitted(world.powers.cancel(approved, by), "Cancelled", change=approved, by=by["from"])
    chain.sleep(DELAY)
    with refused("WrongState", "CHANGE", approved, 3, 2):
        world.powers.execute(approved, world.operator.by)
    with refused("WrongState", "CHANGE", approved, 3, 1):
        world.powers.cancel(approved, by)


def test_a_proposal_can_be_cancelled_too(world):
    change = world.proposes(world.cash_registry, "list", world.cash)
    world.powers.cancel(change, world.operator.by)
    with refused("WrongState", "CHANGE", change, 3, 1):
        world.powers.approve(change, world.guardian.by)


def test_nobody_else_cancels(world, approved):
    with refused("NotParty", world.stranger, world.operator):
        world.powers.cancel(approved, world.stranger.by)


def test_a_change_acts_once(world, approved):
    chain.sleep(DELAY)
    world.powers.execute(approved, world.stranger.by)
    with refused("WrongState", "CHANGE", approved, 4, 2):
        world.powers.execute(approved, world.stranger.by)
    with refused("WrongState", "CHANGE", approved, 4, 1):
        world.powers.cancel(approved, world.guardian.by)


def test_a_change_that_fails_stays_approved(world):
    change = world.proposes(world.cash_registry, "list", world.cash)
    world.powers.approve(change, world.guardian.by)
    chain.sleep(DELAY)
    with refused("ChangeFailed", change, ...):
        world.powers.execute(change, world.stranger.by)
    assert world.powers.change(change)[2] == 2


# --- handing the roles over ---


@pytest.mark.spec("POW-1")
def test_the_roles_are_handed_over_only_by_a_delayed_change(world):
    for who in (world.operator, world.guardian, world.deployer):
        with refused("NotParty", who, world.powers):
            world.powers.appoint(world.stranger, world.deployer, who.by)
    tx = world.changes(world.powers, "appoint", world.stranger, world.deployer)
    emitted(tx, "Constituted", operator=world.stranger, guardian=world.deployer, delay=DELAY)
    with refused("NotParty", world.operator, world.stranger):
        world.powers.propose(world.cash, b"", world.operator.by)
