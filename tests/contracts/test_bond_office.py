"""BondOffice and GreenBond: registration, booking, allotment as delivery versus payment."""

import pytest
from brownie import ZERO_ADDRESS

from tests.contracts import given
from tests.contracts.given import COST, PRICE, RAISED
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import BOOKRUNNER, INVESTOR, ISSUER, ZERO, axis_of, digest, label


@pytest.fixture(scope="module")
def framework(world):
    return given.reviewed_framework(world)


@pytest.fixture(scope="module")
def bond(world):
    return given.registered_bond(world)


@pytest.fixture(scope="module")
def booked(world):
    return given.booked_bond(world)


def escrow(bond, investor):
    return axis_of("PROCEEDS", "ESCROW", bond, investor.address)


def origin(bond):
    return axis_of("PROCEEDS", "ORIGIN", bond)


def units(world, bond):
    return world.at("GreenBond", world.bond_office.bond(bond)["token"])


def state(world, bond):
    return int(world.bond_office.bond(bond)[1])


# --- registration ---


def test_an_issuer_registers_a_bond(world, framework):
    terms = given.terms(world, framework, isin=b"JP0000000000")
    tx = world.bond_office.register(tuple(terms.values()), "558th bond", world.issuer.by)
    token = tx.events["BondRegistered"]["token"]
    emitted(tx, "BondRegistered", bond=1, issuer=world.issuer, label="558th bond")
    emitted(tx, "BondBooksOpened", bond=1, issuer=world.issuer, framework=framework, cash=world.cash)
    issuer, state, facility, held_by, booked, allotted, kept = world.bond_office.bond(1)
    assert (issuer, state, facility, held_by, booked, allotted) == (world.issuer, 1, 0, token, 0, 0)
    assert kept[3] == PRICE and kept[13] == digest("terms")
    assert world.bond_office.bondByIsin(b"JP0000000000") == 1 and world.bond_office.count() == 1
    green = units(world, 1)
    assert (green.name(), green.symbol(), green.decimals(), green.bondId()) == (
        "558th bond",
        "558th bond",
        0,
        1,
    )
    assert (green.office(), green.participants()) == (world.bond_office, world.participants)


def test_only_the_frameworks_issuer_registers(world, framework):
    with refused("MissingRole", world.investor, INVESTOR, ISSUER):
        world.investor.registers_bond(given.terms(world, framework))
    with refused("NotParty", world.rival, world.issuer):
        world.rival.registers_bond(given.terms(world, framework))
    with refused("Unknown", "FRAMEWORK", 99):
        world.issuer.registers_bond(given.terms(world, 99))
    world.operator.suspends(world.issuer)
    with refused("Suspended", world.issuer):
        world.issuer.registers_bond(given.terms(world, framework))


def test_registration_needs_a_review_in_force(world):
    framework = world.issuer.registers_framework("SOLAR")
    with refused("ReviewMissing", framework, 0, 1):
        world.issuer.registers_bond(given.terms(world, framework))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"document": ZERO}, ("ZeroHash", "TERMS")),
        ({"denomination": 0}, ("ZeroAmount",)),
        ({"issuePrice": 0}, ("ZeroAmount",)),
        ({"maxUnits": 0}, ("ZeroAmount",)),
        ({"minUnits": 1_001}, ("OverMaximum", 1, 1_001, 1_000)),
        ({"maxCostPpm": 1_000_001}, ("AmountTooLarge", 1_000_001, 1_000_000)),
        ({"issueDate": 9, "maturityDate": 9}, ("DateOutOfOrder", "MATURITY", 9, 9)),
        ({"issueDate": 9, "maturityDate": 8}, ("DateOutOfOrder", "MATURITY", 8, 9)),
    ],
)
def test_malformed_terms_are_refused(world, framework, changes, refusal):
    with refused(*refusal):
        world.issuer.registers_bond(given.terms(world, framework, **changes))


def test_booking_ends_today_or_later(world, framework):
    yesterday = world.today - 1
    with refused("DateOutOfOrder", "CLOSES_ON", yesterday, world.today):
        world.issuer.registers_bond(given.terms(world, framework, closesOn=yesterday))


def test_a_bond_is_raised_in_listed_cash(world, framework):
    fake = world.new("FakeCash")
    with refused("CashUnknown", fake):
        world.issuer.registers_bond(given.terms(world, framework, cash=fake.address))


def test_an_isin_is_used_once_and_may_be_unpublished(world, framework):
    world.issuer.registers_bond(given.terms(world, framework, isin=b"JP0000000000"))
    with refused("AlreadyUsed", "ISIN", label("JP0000000000")):
        world.issuer.registers_bond(given.terms(world, framework, isin=b"JP0000000000"))
    world.issuer.registers_bond(given.terms(world, framework))
    assert world.issuer.registers_bond(given.terms(world, framework)) == 3


# --- booking ---


@pytest.mark.spec("CASH-1")
def test_booked_money_waits_on_its_own_escrow(world, bond):
    given.moneyed(world, world.investor, 10 * PRICE, world.proceeds)
    world.bond_office.checkBook(bond, world.investor, 3)
    tx = world.investor.books(bond, 3)
    emitted(tx, "Booked", bond=bond, investor=world.investor, units=3, amount=3 * PRICE)
    emitted(tx, "Moved", fromAxis=world.investor, toAxis=escrow(bond, world.investor), amount=3 * PRICE)
    world.investor.books(bond, 7)
    assert world.bond_office.booking(bond, world.investor) == 10
    assert world.bond_office.bond(bond)["bookedUnits"] == 10
    assert world.axis(escrow(bond, world.investor)) == (10 * PRICE, 0)


def test_booking_takes_money_and_an_allowance(world, bond):
    with refused("InsufficientAllowance", world.investor, world.proceeds, 0, PRICE):
        world.investor.books(bond, 1)
    world.investor.approves(world.proceeds, PRICE)
    with refused("InsufficientBalance", world.investor, 0, PRICE):
        world.investor.books(bond, 1)


def booking_refused(world, bond, who, units, *refusal):
    """The question and the act."""
    with refused(*refusal):
        world.bond_office.checkBook(bond, who, units)
    with refused(*refusal):
        who.books(bond, units)


@pytest.mark.spec("ADM-1")
def test_booking_is_for_active_investors(world, bond):
    booking_refused(world, bond, world.supplier, 1, "MissingRole", world.supplier, ..., INVESTOR)
    booking_refused(world, bond, world.stranger, 1, "NotAdmitted", world.stranger)
    world.operator.suspends(world.investor)
    booking_refused(world, bond, world.investor, 1, "Suspended", world.investor)
    yesterday = world.today - 1
    world.operator.lapses(world.fund)
    booking_refused(world, bond, world.fund, 1, "Lapsed", world.fund, yesterday, yesterday + 1)


def test_zero_and_overflowing_bookings_are_refused(world, bond):
    booking_refused(world, bond, world.investor, 0, "ZeroAmount")
    given.moneyed(world, world.investor, PRICE, world.proceeds)
    world.investor.books(bond, 1)
    most = 2**64 - 1
    booking_refused(world, bond, world.investor, most, "AmountTooLarge", most, most - 1)
    with refused("InsufficientAllowance", world.investor, world.proceeds, 0, (most - 1) * PRICE):
        world.investor.books(bond, most - 1)


def test_booking_ends_with_its_last_day(world, bond):
    closes_on = world.today + 10
    world.days_pass(10)
    world.bond_office.checkBook(bond, world.investor, 1)
    world.days_pass(1)
    booking_refused(world, bond, world.investor, 1, "DateOutOfOrder", "CLOSES_ON", closes_on, closes_on + 1)


def test_booking_an_unknown_or_a_closed_bond(world, booked):
    booking_refused(world, 99, world.investor, 1, "Unknown", "BOND", 99)
    world.issuer.allots(booked)
    booking_refused(world, booked, world.investor, 1, "WrongState", "BOND", booked, 4, 1)
    world.issuer.closes(booked)
    booking_refused(world, booked, world.investor, 1, "WrongState", "BOND", booked, 2, 1)


@pytest.mark.spec("BOND-3", "CASH-1")
def test_a_booking_is_taken_back_until_booking_ends(world, booked):
    tx = world.investor.unbooks(booked, 200)
    emitted(tx, "BookingCancelled", bond=booked, investor=world.investor, units=200, amount=200 * PRICE)
    world.fund.unbooks(booked, 400)
    assert world.bond_office.booking(booked, world.investor) == 400
    assert world.investor.balance() == 200 * PRICE and world.fund.balance() == 400 * PRICE
    assert world.axis(escrow(booked, world.investor)) == (600 * PRICE, 200 * PRICE)
    assert order(world, booked) == [(world.investor, 400), (world.fund, 0)]
    world.fund.approves(world.proceeds, PRICE)
    world.fund.books(booked, 1)
    assert order(world, booked) == [(world.investor, 400), (world.fund, 1)]
    assert world.bond_office.bond(booked)["bookedUnits"] == 401


def test_what_is_taken_back_was_booked(world, booked):
    with refused("OverBooking", world.investor, 600, 601):
        world.investor.unbooks(booked, 601)
    with refused("OverBooking", world.supplier, 0, 1):
        world.supplier.unbooks(booked, 1)
    with refused("ZeroAmount"):
        world.investor.unbooks(booked, 0)
    with refused("Unknown", "BOND", 99):
        world.investor.unbooks(99, 1)


def test_a_booking_stays_when_booking_is_over(world, booked):
    closes_on = world.today + 10
    world.days_pass(10)
    world.investor.unbooks(booked, 1)
    world.days_pass(1)
    with refused("DateOutOfOrder", "CLOSES_ON", closes_on, closes_on + 1):
        world.investor.unbooks(booked, 1)
    world.issuer.allots(booked, 1)
    with refused("WrongState", "BOND", booked, 4, 1):
        world.fund.unbooks(booked, 1)


@pytest.mark.spec("BOND-5")
def test_a_suspended_investor_takes_its_booking_back_to_its_claim(world, booked):
    world.operator.suspends(world.investor)
    world.investor.unbooks(booked, 600)
    assert world.axis(axis_of("PROCEEDS", "CLAIM", world.investor.address)) == (600 * PRICE, 0)


# --- allotment ---


def order(world, bond, most=100, start=0):
    """(investor, units), place by place."""
    names = {actor.address: actor for actor in world.people}
    return [(names[who], int(units)) for who, units in world.bond_office.bookings(bond, start, most)]


def cursor(world, bond):
    """(day on which booking ended, next place, units before it, units allotted of those)"""
    return tuple(map(int, world.bond_office.allotment(bond)))


def held(world, bond, *who):
    green = units(world, bond)
    return [int(green.balanceOf(one)) for one in who]


def allotting_refused(world, bond, who, *refusal):
    """The question and the act."""
    with refused(*refusal):
        world.bond_office.checkAllot(bond, who)
    with refused(*refusal):
        who.allots(bond)


def closing_refused(world, bond, who, *refusal, cost=0, value_date=0):
    """The question and the act."""
    with refused(*refusal):
        world.bond_office.checkClose(bond, who, cost, value_date)
    with refused(*refusal):
        who.closes(bond, cost, value_date)


@pytest.mark.spec("CASH-1", "BOND-3")
def test_allotment_delivers_units_against_money(world, booked):
    world.bond_office.checkAllot(booked, world.issuer)
    tx = world.issuer.allots(booked)
    emitted(tx, "AllotmentBegun", bond=booked, booked=1_000, units=1_000)
    emitted(tx, "Allotted", bond=booked, investor=world.investor, units=600, amount=600 * PRICE, returned=0)
    emitted(tx, "Moved", fromAxis=escrow(booked, world.fund), toAxis=origin(booked), amount=400 * PRICE)
    assert held(world, booked, world.investor, world.fund) == [600, 400]
    assert units(world, booked).totalSupply() == 1_000 == world.bond_office.bond(booked)["allottedUnits"]
    assert world.axis(origin(booked)) == (1_000 * PRICE, 0)
    assert world.bond_office.booking(booked, world.investor) == 0
    assert state(world, booked) == 4
    assert cursor(world, booked) == (world.today, 2, 1_000, 1_000)


@pytest.mark.spec("BOND-6", "BOND-3")
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_an_overbooked_bond_is_allotted_pro_rata_to_the_unit(world, batch):
    """600 + 400 booked of 333 units: ⌊199.8⌋ to the first, the rest of 333 to the second."""
    bond = given.booked_bond(world, maxUnits=333)
    places = world.bond_office.placeCount(bond)
    while world.bond_office.allotment(bond)[1] < places:
        world.issuer.allots(bond, batch)
    assert held(world, bond, world.investor, world.fund) == [199, 134]
    assert world.axis(origin(bond)) == (333 * PRICE, 0)
    assert (world.investor.balance(), world.fund.balance()) == (401 * PRICE, 266 * PRICE)
    assert world.bond_office.bond(bond)["allottedUnits"] == 333


@pytest.mark.spec("BOND-6")
def test_a_share_below_one_unit_is_none_and_all_goes_back(world):
    bond = given.registered_bond(world, maxUnits=1, minUnits=0)
    for who, wanted in ((world.investor, 1), (world.fund, 9)):
        given.moneyed(world, who, wanted * PRICE, world.proceeds)
        who.books(bond, wanted)
    tx = world.issuer.allots(bond)
    emitted(tx, "Allotted", investor=world.investor, units=0, amount=0, returned=PRICE)
    assert held(world, bond, world.investor, world.fund) == [0, 1]
    assert (world.investor.balance(), world.fund.balance()) == (PRICE, 8 * PRICE)


@pytest.mark.spec("BOND-6")
def test_an_empty_place_is_passed_over(world, booked):
    world.investor.unbooks(booked, 600)
    world.issuer.allots(booked, 1)
    assert cursor(world, booked) == (world.today, 1, 0, 0)
    world.issuer.allots(booked, 1)
    assert held(world, booked, world.investor, world.fund) == [0, 400]


def test_the_order_book_is_read_in_pages(world, booked):
    assert order(world, booked) == [(world.investor, 600), (world.fund, 400)]
    assert order(world, booked, 1) == [(world.investor, 600)]
    assert order(world, booked, 9, 1) == [(world.fund, 400)]
    assert order(world, booked, 9, 2) == order(world, booked, 0) == order(world, 99) == []


@pytest.mark.spec("BOND-6")
def test_an_allotment_is_done_once(world, booked):
    world.issuer.allots(booked, 1)
    closing_refused(world, booked, world.issuer, "AllotmentOpen", booked, 1, 2)
    world.issuer.allots(booked, 2**32 - 1)
    allotting_refused(world, booked, world.issuer, "AllotmentDone", booked)
    world.issuer.closes(booked)
    allotting_refused(world, booked, world.issuer, "WrongState", "BOND", booked, 2, 4)


def test_an_allotment_has_something_to_allot(world, booked):
    with refused("ZeroAmount"):
        world.issuer.allots(booked, 0)
    empty = given.registered_bond(world, minUnits=0)
    allotting_refused(world, empty, world.issuer, "ZeroAmount")
    allotting_refused(world, 99, world.issuer, "Unknown", "BOND", 99)


@pytest.mark.spec("BOND-5", "BOND-6")
def test_a_suspended_investor_stops_nobodys_allotment(world):
    bond = given.booked_bond(world, maxUnits=500)
    world.operator.suspends(world.investor)
    world.issuer.allots(bond)
    assert held(world, bond, world.investor, world.fund) == [300, 200]
    assert world.axis(axis_of("PROCEEDS", "CLAIM", world.investor.address)) == (300 * PRICE, 0)


@pytest.mark.spec("ADM-1", "MAN-1")
def test_nobody_else_allots_closes_and_cancels(world, booked):
    for who in (world.rival, world.investor, world.operator):
        allotting_refused(world, booked, who, "MandateMissing", world.issuer, who, BOOKRUNNER, booked)
        with refused("NotParty", who, world.issuer):
            world.bond_office.cancel(booked, who.by)
    world.issuer.allots(booked)
    closing_refused(
        world, booked, world.rival, "MandateMissing", world.issuer, world.rival, BOOKRUNNER, booked
    )
    world.operator.amends(world.issuer, roles=INVESTOR)
    closing_refused(world, booked, world.issuer, "MissingRole", world.issuer, INVESTOR, ISSUER)


@pytest.mark.spec("MAN-1")
def test_a_bookrunner_allots_and_closes_for_the_issuer_after_booking(world, booked):
    mandate = world.issuer.mandates(world.rival, BOOKRUNNER, booked)
    closes_on = world.today + 10
    early = ("DateOutOfOrder", "CLOSES_ON", world.today, closes_on)
    allotting_refused(world, booked, world.rival, *early)
    world.days_pass(11)
    world.rival.allots(booked, 1)
    world.mandates.end(mandate, world.issuer.by)
    ended = ("MandateMissing", world.issuer, world.rival, BOOKRUNNER, booked)
    allotting_refused(world, booked, world.rival, *ended)
    world.issuer.mandates(world.rival, BOOKRUNNER)
    world.rival.allots(booked)
    world.operator.suspends(world.issuer)
    closing_refused(world, booked, world.rival, "Suspended", world.issuer)
    world.operator.amends(world.issuer, suspended=False)
    world.rival.closes(booked, COST, world.today)
    assert world.proceeds.raised(booked) == RAISED


def test_below_the_floor_nothing_is_allotted(world):
    missed = given.registered_bond(world, minUnits=100)
    allotting_refused(world, missed, world.issuer, "FloorMissed", missed, 0, 100)


# --- closing ---


@pytest.mark.spec("BOND-1")
def test_closing_moves_the_origin_to_cost_and_pool(world, booked):
    world.issuer.allots(booked)
    world.bond_office.checkClose(booked, world.issuer, COST, world.today)
    tx = world.issuer.closes(booked, COST, world.today)
    emitted(tx, "BondClosed", bond=booked, raised=RAISED, cost=COST, valueDate=world.today)
    emitted(tx, "ProceedsReceived", bond=booked, raised=RAISED, cost=COST, valueDate=world.today)
    emitted(tx, "Moved", fromAxis=origin(booked), amount=COST, outOffset=0, inOffset=0)
    emitted(tx, "Moved", fromAxis=origin(booked), amount=RAISED - COST, outOffset=COST, inOffset=0)
    assert world.proceeds.raised(booked) == RAISED
    states = world.states(booked)
    assert (states["cost"], states["unallocated"], sum(states.values())) == (COST, RAISED - COST, RAISED)
    assert state(world, booked) == 2


@pytest.mark.spec("BOND-1")
@pytest.mark.parametrize("cost", [0, RAISED])
def test_costs_are_nothing_or_everything_that_the_terms_allow(world, booked, cost):
    world.issuer.allots(booked)
    world.issuer.closes(booked, cost)
    states = world.states(booked)
    assert (states["cost"], states["unallocated"]) == (cost, RAISED - cost)


@pytest.mark.spec("BOND-6")
def test_costs_stay_within_the_cap_of_the_terms(world):
    bond = given.booked_bond(world, maxCostPpm=20_001)
    most = RAISED * 20_001 // 1_000_000
    world.issuer.allots(bond)
    closing_refused(world, bond, world.issuer, "CostAboveCap", bond, most + 1, most, cost=most + 1)
    world.issuer.closes(bond, most)
    assert world.states(bond)["cost"] == most


def test_closing_needs_an_allotment_and_a_value_date_that_came(world, booked):
    closing_refused(world, booked, world.issuer, "WrongState", "BOND", booked, 1, 4)
    world.issuer.allots(booked)
    tomorrow = world.today + 1
    late = ("DateOutOfOrder", "VALUE_DATE", tomorrow, world.today)
    closing_refused(world, booked, world.issuer, *late, value_date=tomorrow)
    world.issuer.closes(booked)
    closing_refused(world, booked, world.issuer, "WrongState", "BOND", booked, 2, 4)
    with refused("WrongState", "BOND", booked, 2, 1):
        world.bond_office.cancel(booked, world.issuer.by)
    closing_refused(world, 99, world.issuer, "Unknown", "BOND", 99)


@pytest.mark.spec("BOND-6")
def test_anyone_finishes_what_was_begun_and_left(world, booked):
    world.issuer.allots(booked, 1)
    world.operator.suspends(world.issuer)
    world.days_pass(30)
    missing = ("MandateMissing", world.issuer, world.stranger, BOOKRUNNER, booked)
    allotting_refused(world, booked, world.stranger, *missing)
    world.days_pass(1)
    world.stranger.allots(booked)
    closing_refused(world, booked, world.stranger, "CostAboveCap", booked, 1, 0, cost=1)
    dated = ("DateOutOfOrder", "VALUE_DATE", world.today, 0)
    closing_refused(world, booked, world.stranger, *dated, value_date=world.today)
    closing_refused(world, booked, world.issuer, "CostAboveCap", booked, 1, 0, cost=1)
    world.stranger.closes(booked)
    assert world.states(booked)["unallocated"] == RAISED


# --- cancelling and returning ---


@pytest.mark.spec("BOND-3")
def test_the_issuer_cancels_until_allotment_begins(world, booked):
    emitted(world.bond_office.cancel(booked, world.issuer.by), "BondCancelled", bond=booked)
    assert state(world, booked) == 3
    tx = world.bond_office.returnBooking(booked, world.investor, world.stranger.by)
    emitted(tx, "BookingReturned", bond=booked, investor=world.investor, amount=600 * PRICE)
    assert (
        world.investor.balance() == 600 * PRICE
        and world.axis(escrow(booked, world.investor))[1] == 600 * PRICE
    )
    with refused("NothingBooked", booked, world.investor):
        world.bond_office.returnBooking(booked, world.investor, world.stranger.by)


def test_what_is_being_allotted_is_not_cancelled(world, booked):
    world.issuer.allots(booked, 1)
    with refused("WrongState", "BOND", booked, 4, 1):
        world.bond_office.cancel(booked, world.issuer.by)
    with refused("Unknown", "BOND", 99):
        world.bond_office.cancel(99, world.issuer.by)


@pytest.mark.spec("BOND-3")
def test_anyone_cancels_when_the_floor_was_missed(world):
    bond = given.registered_bond(world)
    given.moneyed(world, world.investor, 99 * PRICE, world.proceeds)
    world.investor.books(bond, 99)
    world.days_pass(10)
    with refused("NotParty", world.stranger, world.issuer):
        world.bond_office.cancel(bond, world.stranger.by)
    world.days_pass(1)
    world.bond_office.cancel(bond, world.stranger.by)
    world.bond_office.returnBooking(bond, world.investor, world.investor.by)
    assert world.investor.balance() == 99 * PRICE


@pytest.mark.spec("BOND-3", "BOND-6")
def test_anyone_cancels_what_the_issuer_abandoned(world, booked):
    world.days_pass(10 + 30)
    with refused("NotParty", world.stranger, world.issuer):
        world.bond_office.cancel(booked, world.stranger.by)
    world.days_pass(1)
    world.bond_office.cancel(booked, world.stranger.by)
    assert state(world, booked) == 3


def test_bookings_are_not_returned_while_they_may_be_allotted(world, booked):
    with refused("WrongState", "BOND", booked, 1, 3):
        world.bond_office.returnBooking(booked, world.investor, world.investor.by)
    with refused("Unknown", "BOND", 99):
        world.bond_office.returnBooking(99, world.investor, world.investor.by)
    world.issuer.allots(booked, 1)
    with refused("WrongState", "BOND", booked, 4, 3):
        world.bond_office.returnBooking(booked, world.fund, world.stranger.by)


@pytest.mark.spec("CASH-1", "BOND-5")
def test_a_suspended_investors_booking_waits_on_its_claim(world, booked):
    world.bond_office.cancel(booked, world.issuer.by)
    world.operator.suspends(world.investor)
    world.bond_office.returnBooking(booked, world.investor, world.stranger.by)
    claim = axis_of("PROCEEDS", "CLAIM", world.investor.address)
    assert world.axis(claim) == (600 * PRICE, 0) and world.investor.balance() == 0
    with refused("Suspended", world.investor):
        world.proceeds.claim(world.cash, world.investor.by)
    world.operator.amends(world.investor, suspended=False)
    world.proceeds.claim(world.cash, world.investor.by)
    assert world.investor.balance() == 600 * PRICE
    with refused("NothingToClaim", world.investor):
        world.proceeds.claim(world.cash, world.investor.by)


# --- units ---


@pytest.fixture(scope="module")
def green(world):
    return units(world, given.closed_bond(world))


def test_units_move_between_active_investors(world, green):
    green.checkTransfer(world.investor, world.fund, 100)
    green.transfer(world.fund, 100, world.investor.by)
    assert (green.balanceOf(world.investor), green.balanceOf(world.fund)) == (500, 500)
    green.approve(world.stranger, 50, world.fund.by)
    green.transferFrom(world.fund, world.investor, 50, world.stranger.by)
    assert green.balanceOf(world.investor) == 550


def unit_moves(world, green, to, amount):
    return (
        lambda: green.checkTransfer(world.investor, to, amount),
        lambda: green.transfer(to, amount, world.investor.by),
    )


@pytest.mark.spec("ADM-1")
def test_units_are_held_by_active_investors_only(world, green):
    for move in unit_moves(world, green, world.supplier, 1):
        with refused("MissingRole", world.supplier, ..., INVESTOR):
            move()
    for move in unit_moves(world, green, world.stranger, 1):
        with refused("NotAdmitted", world.stranger):
            move()
    for move in unit_moves(world, green, ZERO_ADDRESS, 1):
        with refused("ERC20InvalidReceiver", ZERO_ADDRESS):
            move()
    for move in unit_moves(world, green, world.fund, 601):
        with refused("ERC20InsufficientBalance", world.investor, 600, 601):
            move()
    world.operator.suspends(world.investor)
    for move in unit_moves(world, green, world.fund, 1):
        with refused("Suspended", world.investor):
            move()


def test_only_the_office_mints_units(world, green):
    for who in (world.issuer, world.operator, world.investor):
        with refused("NotParty", who, world.bond_office):
            green.mint(world.investor, 1, who.by)


def test_a_bond_is_initialised_once(world, green):
    for token in (green, world.bond_implementation):
        with refused("InvalidInitialization"):
            token.initialize(world.stranger, 9, "mine", world.stranger, world.stranger.by)
    assert world.bond_implementation.office() == ZERO_ADDRESS
