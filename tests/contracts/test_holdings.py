"""GreenBond: what was held at the end of a record day, asking first with a code and a sentence, custody."""

import pytest
from brownie import ZERO_ADDRESS

from tests.contracts import given
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import BOOKRUNNER, DEPOSITORY, INVESTOR, OTHER, ZERO, digest, label

BOND = 1
MOST_RECORD_DAYS = 256


@pytest.fixture(scope="module")
def green(world):
    """Units of a closed bond: 600 the investor's, 400 the fund's. The stranger stands in for the service."""
    bond = given.closed_bond(world)
    world.changes(world.bond_office, "setDuty", world.stranger, label("SERVICE"))
    return world.at("GreenBond", world.bond_office.bond(bond)["token"])


def adds(world, green, *days):
    """Record days so many days from now."""
    for day in days:
        green.addRecordDay(world.today + day, world.stranger.by)
    return [world.today + day for day in days]


def held(world, green, day):
    """At the end of a record day: by the investor, by the fund, by all."""
    return green.unitsAt(world.investor, day), green.unitsAt(world.fund, day), green.supplyAt(day)


def checkpoints(green, holder):
    return int(green.holding(holder)[4])


# --- record days ---


@pytest.mark.spec("HOLD-2")
def test_an_entitlement_follows_the_holding_at_the_end_of_the_record_day(world, green):
    [today, later] = adds(world, green, 0, 5)
    green.transfer(world.fund, 100, world.investor.by)  # still on the record day
    world.days_pass(2)
    assert held(world, green, today) == (500, 500, 1_000)
    green.transfer(world.fund, 500, world.investor.by)
    green.transfer(world.investor, 30, world.fund.by)
    assert held(world, green, today) == (500, 500, 1_000)
    world.days_pass(5)
    assert held(world, green, later) == (30, 970, 1_000)
    green.transfer(world.fund, 30, world.investor.by)
    assert held(world, green, later) == (30, 970, 1_000)
    assert held(world, green, today) == (500, 500, 1_000)


@pytest.mark.spec("HOLD-2")
def test_a_past_holding_is_kept_only_when_a_record_day_passed(world, green):
    [_, later] = adds(world, green, 3, 10)
    green.transfer(world.fund, 1, world.investor.by)
    world.days_pass(2)
    green.transfer(world.fund, 1, world.investor.by)
    assert checkpoints(green, world.investor) == 0 == checkpoints(green, world.fund)
    world.days_pass(4)
    green.transfer(world.fund, 1, world.investor.by)
    green.transfer(world.fund, 1, world.investor.by)
    assert checkpoints(green, world.investor) == 1 == checkpoints(green, world.fund)
    world.days_pass(7)
    green.transfer(world.fund, 596, world.investor.by)
    world.days_pass(1)
    green.transfer(world.investor, 7, world.fund.by)  # nothing was held: nothing is kept
    assert checkpoints(green, world.investor) == 2
    assert held(world, green, later) == (596, 404, 1_000)


@pytest.mark.spec("HOLD-2")
def test_who_came_later_held_nothing_before(world, green):
    [first, second] = adds(world, green, 1, 6)
    world.operator.amends(world.factor, roles=INVESTOR)
    world.days_pass(3)
    green.transfer(world.factor, 50, world.investor.by)
    assert green.unitsAt(world.factor, first) == 0
    world.days_pass(5)
    green.transfer(world.investor, 50, world.factor.by)
    assert (green.unitsAt(world.factor, first), green.unitsAt(world.factor, second)) == (0, 50)
    assert checkpoints(green, world.factor) == 1


@pytest.mark.spec("HOLD-2")
def test_a_record_day_never_moves(world, green):
    tx = green.addRecordDay(world.today + 9, world.stranger.by)
    emitted(tx, "RecordDayAdded", day=world.today + 9)
    days = adds(world, green, 3, 9, 20, 0)
    assert tuple(green.recordDays()) == tuple(sorted({*days, world.today + 9}))
    assert "RecordDayAdded" not in green.addRecordDay(days[0], world.stranger.by).events
    world.days_pass(2)
    with refused("DateOutOfOrder", "RECORD_DAY", world.today - 1, world.today):
        green.addRecordDay(world.today - 1, world.stranger.by)
    assert len(green.recordDays()) == 4


@pytest.mark.spec("HOLD-2")
def test_a_day_that_is_not_over_has_no_answer(world, green):
    [day] = adds(world, green, 1)
    for ahead in (0, 1):
        world.days_pass(ahead)
        for question in (lambda: green.unitsAt(world.fund, day), lambda: green.supplyAt(day)):
            with refused("RecordDayOpen", day, world.today):
                question()
    with refused("RecordDayUnknown", day - 1):
        green.unitsAt(world.fund, day - 1)
    with refused("RecordDayUnknown", day + 1):
        green.supplyAt(day + 1)


def test_only_the_service_adds_record_days_and_retires(world, green):
    for who in (world.issuer, world.operator, world.regulator):
        with refused("NotModule", who, "SERVICE"):
            green.addRecordDay(world.today, who.by)
        with refused("NotModule", who, "SERVICE"):
            green.retire(who.by)


def test_a_bond_has_so_many_record_days_and_no_more(world, green):
    for ahead in range(MOST_RECORD_DAYS):
        call = green.addRecordDay.encode_input(world.today + MOST_RECORD_DAYS - ahead)
        world.quietly(world.stranger, green, call)
    assert green.MAX_RECORD_DAYS() == MOST_RECORD_DAYS == len(green.recordDays())
    with refused("TooManyRecordDays", MOST_RECORD_DAYS):
        green.addRecordDay(world.today, world.stranger.by)
    world.days_pass(MOST_RECORD_DAYS + 10)
    world.operator.amends(world.fund, lapse=world.today)
    world.operator.amends(world.investor, lapse=world.today)
    green.transfer(world.fund, 1, world.investor.by)
    assert checkpoints(green, world.investor) == 1
    assert {green.unitsAt(world.investor, day) for day in green.recordDays()[::50]} == {600}


def clone(world):
    """A clone of the units that no office made, though it names one."""
    address = str(world.bond_implementation.address)[2:]
    code = f"0x3d602d80600a3d3981f3363d3d373d3d3d363d73{address}5af43d82803e903d91602b57fd5bf3"
    token = world.at("GreenBond", world.quietly(world.deployer, None, code)["contractAddress"])
    token.initialize(world.bond_office, BOND, "clone", ZERO_ADDRESS, world.deployer.by)
    return token


def test_day_zero_is_no_record_day(replaying):
    """A replay has no day before the first is posted."""
    replaying.changes(replaying.bond_office, "setDuty", replaying.stranger, label("SERVICE"))
    green = clone(replaying)
    assert replaying.today == 0
    with refused("DateOutOfOrder", "RECORD_DAY", 0, 0):
        green.addRecordDay(0, replaying.stranger.by)


@pytest.mark.spec("HOLD-1")
def test_moves_of_nothing_and_to_oneself_change_no_holding(world, green):
    adds(world, green, 1)
    world.days_pass(3)
    before = tuple(green.holding(world.investor))
    emitted(green.transfer(world.investor, 600, world.investor.by), "Transfer", value=600)
    emitted(
        green.transferFrom(world.investor, world.fund, 0, world.stranger.by),
        "Transfer",
        **{"from": world.investor, "to": world.fund, "value": 0},
    )
    with refused("ERC20InsufficientBalance", world.investor, 600, 601):
        green.transfer(world.investor, 601, world.investor.by)
    assert tuple(green.holding(world.investor)) == before
    assert green.totalSupply() == 1_000 == sum(map(green.balanceOf, (world.investor, world.fund)))
    assert green.balanceOf(ZERO_ADDRESS) == 0 == green.unitsAt(ZERO_ADDRESS, green.recordDays()[0])


# --- asking first: a code and a sentence ---


def code(world, green, to=None, units=1):
    return int(green.detectTransferRestriction(world.investor, to or world.fund, units))


def test_a_code_and_a_sentence_for_every_refusal(world, green):
    seen = {code(world, green)}
    seen |= {code(world, green, to) for to in (world.stranger, world.supplier, ZERO_ADDRESS)}
    seen |= {code(world, green, units=601)}
    assert seen == {0, 6, 11, 12, 13}
    assert int(green.detectTransferRestriction(world.stranger, world.fund, 0)) == 5
    world.regulator.files("order")
    order = (1, digest("order"), world.regulator.by)
    green.freezeUnits(world.investor, 550, *order)
    assert code(world, green, units=51) == 14
    for holder, expected in ((world.fund, 4), (world.investor, 3)):
        green.freeze(holder, *order)
        assert code(world, green) == expected
    for holder in (world.fund, world.investor):
        green.unfreeze(holder, *order)
    world.operator.lapses(world.investor)
    assert code(world, green) == 9
    world.operator.lapses(world.fund)
    assert code(world, green) == 10
    world.operator.suspends(world.fund)
    assert code(world, green) == 8
    world.operator.amends(world.fund, suspended=False, lapse=world.today)
    world.operator.suspends(world.investor)
    assert code(world, green) == 7
    green.pause(*order)
    assert code(world, green) == 2
    green.retire(world.stranger.by)
    assert code(world, green) == 1


def test_every_code_has_a_sentence_of_its_own(world, green):
    sentences = [green.messageForTransferRestriction(number) for number in (*range(15), 255)]
    assert len(set(sentences)) == 16
    assert green.messageForTransferRestriction(77) == sentences[-1]
    assert sentences[14] == "Some of the giver's units are frozen by an authority."


# --- custody ---


@pytest.fixture
def depository(world):
    """The factor keeps the investor's units of this bond, and has a paper on file."""
    world.investor.mandates(world.factor, DEPOSITORY, BOND)
    world.factor.files("instruction")
    return world.factor


def test_a_depository_moves_what_it_keeps(world, green, depository):
    tx = green.transferFor(world.investor, world.fund, 10, digest("instruction"), depository.by)
    emitted(
        tx,
        "CustodyTransfer",
        depository=depository,
        units=10,
        document=digest("instruction"),
        **{"from": world.investor, "to": world.fund},
    )
    assert (green.balanceOf(world.investor), green.balanceOf(world.fund)) == (590, 410)


def test_custody_needs_the_holders_own_mandate_and_a_document(world, green, depository):
    world.fund.mandates(world.rival, BOOKRUNNER, BOND)
    for who in (world.rival, world.issuer, world.fund):
        with refused("MandateMissing", world.investor, who, DEPOSITORY, BOND):
            green.transferFor(world.investor, world.fund, 1, digest("instruction"), who.by)
    with refused("MandateMissing", world.fund, depository, DEPOSITORY, BOND):
        green.transferFor(world.fund, world.investor, 1, digest("instruction"), depository.by)
    for document in (ZERO, digest("never filed")):
        with refused("DocumentUnknown", document, depository, 0):
            green.transferFor(world.investor, world.fund, 1, document, depository.by)


def test_custody_keeps_every_rule_of_a_move(world, green, depository):
    paper = digest("instruction")
    with refused("MissingRole", world.supplier, ..., INVESTOR):
        green.transferFor(world.investor, world.supplier, 1, paper, depository.by)
    with refused("ERC20InsufficientBalance", world.investor, 600, 601):
        green.transferFor(world.investor, world.fund, 601, paper, depository.by)
    world.regulator.files("order", OTHER)
    green.freeze(world.investor, 1, digest("order"), world.regulator.by)
    with refused("AccountFrozen", world.investor, 1):
        green.transferFor(world.investor, world.fund, 1, paper, depository.by)
