"""GreenBond: freezing, forced transfers and pauses have a named authority, a reason and a document."""

import pytest

from tests.contracts import given
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import AUTHORITY, DEPOSITORY, INVESTOR, PAYING_AGENT, ZERO, digest, label

BOND = 1
COURT, DEPOSITORYS, BOTH = 1, 2, 3
"""Who stopped something, as a bit mask."""
REASON = 1
ORDER = digest("order")


@pytest.fixture(scope="module")
def green(world):
    """600 units the investor's, 400 the fund's; the factor is the issuer's depository; papers are filed."""
    bond = given.closed_bond(world)
    world.issuer.mandates(world.factor, DEPOSITORY, BOND)
    for who in (world.regulator, world.factor):
        who.files("order")
    return world.at("GreenBond", world.bond_office.bond(bond)["token"])


def by(actor):
    """With a reason and a document: how every act of an authority ends."""
    return REASON, ORDER, actor.by


def holding(green, holder):
    names = ("units", "court", "depository", "since", "checkpoints", "frozenBy")
    return dict(zip(names, map(int, green.holding(holder)), strict=True))


def acts(world, green, *ending):
    """Every act of an authority on the investor, with this reason, document and sender."""
    return (
        lambda: green.freeze(world.investor, *ending),
        lambda: green.unfreeze(world.investor, *ending),
        lambda: green.freezeUnits(world.investor, 1, *ending),
        lambda: green.unfreezeUnits(world.investor, 1, *ending),
        lambda: green.pause(*ending),
        lambda: green.unpause(*ending),
    )


# --- who may ---


@pytest.mark.spec("HOLD-3")
def test_neither_the_issuer_nor_the_operator_stops_anything(world, green):
    world.issuer.files("order")
    world.issuer.mandates(world.rival, PAYING_AGENT, BOND)
    for who in (world.issuer, world.rival, world.operator, world.investor, world.stranger):
        for act in acts(world, green, *by(who)):
            with refused("MandateMissing", world.issuer, who, DEPOSITORY, BOND):
                act()


@pytest.mark.spec("HOLD-3")
def test_an_authority_that_is_suspended_stops_nothing(world, green):
    world.operator.suspends(world.regulator)
    for act in acts(world, green, *by(world.regulator)):
        with refused("Suspended", world.regulator):
            act()


@pytest.mark.spec("HOLD-3")
def test_every_stop_has_a_reason_and_a_document_of_the_authoritys_own(world, green):
    world.issuer.files("issuer's paper")
    for who in (world.regulator, world.factor):
        for act in acts(world, green, 0, ORDER, who.by):
            with refused("ReasonMissing"):
                act()
        for document in (ZERO, digest("issuer's paper")):
            for act in acts(world, green, REASON, document, who.by):
                with refused("DocumentUnknown", document, who, 0):
                    act()


@pytest.mark.spec("HOLD-3")
def test_a_depository_whose_mandate_ended_stops_nothing(world, green):
    world.mandates.end(1, world.issuer.by)
    with refused("MandateMissing", world.issuer, world.factor, DEPOSITORY, BOND):
        green.freeze(world.investor, *by(world.factor))


# --- accounts ---


@pytest.mark.spec("HOLD-3")
@pytest.mark.parametrize(("who", "mask"), [("regulator", COURT), ("factor", DEPOSITORYS)])
def test_a_frozen_account_neither_gives_nor_receives(world, green, who, mask):
    authority = getattr(world, who)
    tx = green.freeze(world.investor, *by(authority))
    emitted(tx, "Frozen", holder=world.investor, by=authority, reason=REASON, document=ORDER)
    for giver, taker in ((world.investor, world.fund), (world.fund, world.investor)):
        with refused("AccountFrozen", world.investor, mask):
            green.checkTransfer(giver, taker, 1)
        with refused("AccountFrozen", world.investor, mask):
            green.transfer(taker, 1, giver.by)
    tx = green.unfreeze(world.investor, *by(authority))
    emitted(tx, "Unfrozen", holder=world.investor, by=authority, reason=REASON, document=ORDER)
    green.transfer(world.fund, 1, world.investor.by)


@pytest.mark.spec("HOLD-3")
def test_what_an_authority_froze_no_depository_unfreezes(world, green):
    green.freeze(world.investor, *by(world.regulator))
    with refused("NotStopped", COURT, DEPOSITORYS):
        green.unfreeze(world.investor, *by(world.factor))
    green.freeze(world.investor, *by(world.factor))
    assert holding(green, world.investor)["frozenBy"] == BOTH
    green.unfreeze(world.investor, *by(world.factor))
    assert holding(green, world.investor)["frozenBy"] == COURT
    green.freeze(world.investor, *by(world.factor))
    green.unfreeze(world.investor, *by(world.regulator))
    assert holding(green, world.investor)["frozenBy"] == 0
    with refused("NotStopped", 0, COURT):
        green.unfreeze(world.investor, *by(world.regulator))


def test_a_paid_booking_gets_its_units_whatever_is_frozen(world):
    bond = given.booked_bond(world)
    green = world.at("GreenBond", world.bond_office.bond(bond)["token"])
    world.regulator.files("second order")
    ending = (REASON, digest("second order"), world.regulator.by)
    green.freeze(world.fund, *ending)
    green.pause(*ending)
    world.operator.suspends(world.investor)
    world.issuer.allots(bond)
    assert (green.balanceOf(world.investor), green.balanceOf(world.fund)) == (600, 400)


# --- some units ---


@pytest.mark.spec("HOLD-3")
@pytest.mark.parametrize(("who", "whose"), [("regulator", "court"), ("factor", "depository")])
def test_frozen_units_stay_and_the_others_move(world, green, who, whose):
    authority = getattr(world, who)
    tx = green.freezeUnits(world.investor, 550, *by(authority))
    emitted(tx, "UnitsFrozen", holder=world.investor, by=authority, units=550, reason=REASON, document=ORDER)
    assert holding(green, world.investor)[whose] == 550
    with refused("UnitsNotFree", world.investor, 50, 51):
        green.checkTransfer(world.investor, world.fund, 51)
    with refused("UnitsNotFree", world.investor, 50, 51):
        green.transfer(world.fund, 51, world.investor.by)
    green.transfer(world.fund, 50, world.investor.by)
    with refused("UnitsNotFree", world.investor, 0, 1):
        green.freezeUnits(world.investor, 1, *by(authority))
    tx = green.unfreezeUnits(world.investor, 550, *by(authority))
    emitted(tx, "UnitsUnfrozen", holder=world.investor, by=authority, units=550)
    green.transfer(world.fund, 550, world.investor.by)


@pytest.mark.spec("HOLD-3")
def test_what_an_authority_froze_of_the_units_no_depository_releases(world, green):
    green.freezeUnits(world.investor, 100, *by(world.regulator))
    green.freezeUnits(world.investor, 30, *by(world.factor))
    with refused("UnitsNotFrozen", world.investor, 30, 31):
        green.unfreezeUnits(world.investor, 31, *by(world.factor))
    green.unfreezeUnits(world.investor, 10, *by(world.factor))
    green.unfreezeUnits(world.investor, 110, *by(world.regulator))  # its own first, then the depository's
    assert holding(green, world.investor) | {"since": 0} == {
        "units": 600, "court": 0, "depository": 10, "since": 0, "checkpoints": 0, "frozenBy": 0,
    }  # fmt: skip
    with refused("UnitsNotFrozen", world.investor, 10, 11):
        green.unfreezeUnits(world.investor, 11, *by(world.regulator))


def test_no_more_is_frozen_than_is_held_and_nothing_is_no_number(world, green):
    with refused("ERC20InsufficientBalance", world.investor, 600, 601):
        green.freezeUnits(world.investor, 601, *by(world.regulator))
    for act in (green.freezeUnits, green.unfreezeUnits):
        with refused("ZeroAmount"):
            act(world.investor, 0, *by(world.regulator))


# --- by force ---


@pytest.mark.spec("HOLD-3", "HOLD-1")
def test_an_authority_moves_units_by_force(world, green):
    tx = green.forceTransfer(world.investor, world.fund, 200, *by(world.regulator))
    emitted(
        tx,
        "ForcedTransfer",
        by=world.regulator,
        units=200,
        reason=REASON,
        document=ORDER,
        **{"from": world.investor, "to": world.fund},
    )
    assert (green.balanceOf(world.investor), green.balanceOf(world.fund)) == (400, 600)
    assert green.totalSupply() == 1_000


@pytest.mark.spec("HOLD-3")
def test_only_an_authority_moves_units_by_force(world, green):
    for who in (world.factor, world.issuer):
        with refused("MissingRole", who, ..., AUTHORITY):
            green.forceTransfer(world.investor, world.fund, 1, *by(who))
    with refused("NotAdmitted", world.operator):
        green.forceTransfer(world.investor, world.fund, 1, *by(world.operator))
    with refused("ReasonMissing"):
        green.forceTransfer(world.investor, world.fund, 1, 0, ORDER, world.regulator.by)
    world.issuer.files("issuer's paper")
    for document in (ZERO, digest("issuer's paper")):
        with refused("DocumentUnknown", document, world.regulator, 0):
            green.forceTransfer(world.investor, world.fund, 1, REASON, document, world.regulator.by)


def test_force_goes_to_an_admitted_investor_who_is_another(world, green):
    with refused("MissingRole", world.supplier, ..., INVESTOR):
        green.forceTransfer(world.investor, world.supplier, 1, *by(world.regulator))
    with refused("NotAdmitted", world.stranger):
        green.forceTransfer(world.investor, world.stranger, 1, *by(world.regulator))
    with refused("SameParty", world.investor, world.investor):
        green.forceTransfer(world.investor, world.investor, 1, *by(world.regulator))
    with refused("ZeroAmount"):
        green.forceTransfer(world.investor, world.fund, 0, *by(world.regulator))
    with refused("ERC20InsufficientBalance", world.investor, 600, 601):
        green.forceTransfer(world.investor, world.fund, 601, *by(world.regulator))


def test_force_takes_free_units_first_and_says_what_it_released(world, green):
    green.freezeUnits(world.investor, 300, *by(world.regulator))
    green.freezeUnits(world.investor, 200, *by(world.factor))
    assert "UnitsUnfrozen" not in (
        green.forceTransfer(world.investor, world.fund, 100, *by(world.regulator)).events
    )
    tx = green.forceTransfer(world.investor, world.fund, 350, *by(world.regulator))
    emitted(tx, "UnitsUnfrozen", holder=world.investor, by=world.regulator, units=350)
    left = holding(green, world.investor)
    assert (left["units"], left["court"], left["depository"]) == (150, 0, 150)


def test_force_is_stopped_by_nothing_else(world, green):
    world.operator.suspends(world.investor)
    green.freeze(world.investor, *by(world.regulator))
    green.pause(*by(world.factor))
    green.forceTransfer(world.investor, world.fund, 600, *by(world.regulator))
    assert green.balanceOf(world.fund) == 1_000


@pytest.mark.spec("HOLD-2")
def test_force_leaves_past_holdings_as_they_were(world, green):
    world.changes(world.bond_office, "setDuty", world.stranger, label("SERVICE"))
    day = world.today
    green.addRecordDay(day, world.stranger.by)
    world.days_pass(1)
    green.forceTransfer(world.investor, world.fund, 600, *by(world.regulator))
    assert (green.unitsAt(world.investor, day), green.unitsAt(world.fund, day)) == (600, 400)


# --- everything ---


@pytest.mark.spec("HOLD-3")
@pytest.mark.parametrize(("who", "mask"), [("regulator", COURT), ("factor", DEPOSITORYS)])
def test_a_pause_stops_every_move(world, green, who, mask):
    authority = getattr(world, who)
    tx = green.pause(*by(authority))
    emitted(tx, "Paused", by=authority, reason=REASON, document=ORDER)
    assert tuple(green.status()) == (False, mask)
    with refused("BondPaused", BOND, mask):
        green.checkTransfer(world.investor, world.fund, 1)
    with refused("BondPaused", BOND, mask):
        green.transfer(world.fund, 1, world.investor.by)
    emitted(green.unpause(*by(authority)), "Unpaused", by=authority, reason=REASON, document=ORDER)
    green.transfer(world.fund, 1, world.investor.by)


@pytest.mark.spec("HOLD-3")
def test_what_an_authority_paused_no_depository_starts_again(world, green):
    green.pause(*by(world.regulator))
    with refused("NotStopped", COURT, DEPOSITORYS):
        green.unpause(*by(world.factor))
    green.pause(*by(world.factor))
    green.unpause(*by(world.regulator))
    assert tuple(green.status()) == (False, 0)


def test_units_of_a_redeemed_bond_never_move_again(world, green):
    world.changes(world.bond_office, "setDuty", world.stranger, label("SERVICE"))
    emitted(green.retire(world.stranger.by), "Retired")
    with refused("BondRetired", BOND):
        green.retire(world.stranger.by)
    with refused("BondRetired", BOND):
        green.checkTransfer(world.investor, world.fund, 1)
    with refused("BondRetired", BOND):
        green.transfer(world.fund, 1, world.investor.by)
    with refused("BondRetired", BOND):
        green.forceTransfer(world.investor, world.fund, 1, *by(world.regulator))
    assert (green.balanceOf(world.investor), tuple(green.status())) == (600, (True, 0))
