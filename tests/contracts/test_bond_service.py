"""Coupons by the record day, redemption, default: each holder once, to the fen, and never from a pool."""

from dataclasses import replace

import pytest

from tests.contracts import given
from tests.contracts.given import PRICE, RAISED
from tests.contracts.given_service import (
    COUPON,
    GRACE,
    LENGTH,
    Terms,
    announces,
    bond_with,
    filed_bond,
    opens,
    pays,
    schedule,
    token,
)
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import PAYING_AGENT, ZERO, axis_of, digest

FIELDS = (
    *("bond", "kind", "state", "index", "period", "partly", "default", "record", "pay", "rate", "units"),
    *("per_unit", "numerator", "denominator", "from_proceeds", "settled", "total", "paid_in"),
)
STANDING = (
    *("token", "principal", "issuer", "outstanding", "cash", "services", "unsettled", "defaults"),
    "facility",
)


@pytest.fixture(scope="module")
def bond(world):
    """601 units are the investor's, 399 the fund's, so that both are owed fractions of a fen."""
    bond = filed_bond(world, Terms(callable_from=world.today))
    token(world, bond).transfer(world.investor, 1, world.fund.by)
    return bond


@pytest.fixture
def coupon(world, bond):
    """Open, on its pay day, with nothing paid in."""
    world.days_pass(LENGTH)
    return opens(world, bond)


@pytest.fixture
def paid_in(world, coupon):
    world.bond_service.payIn(coupon, COUPON, world.issuer.by)
    return coupon


@pytest.fixture(scope="module")
def plain(world):
    """A bond without coupons that falls due in ten days."""
    bond = given.closed_bond(world, issueDate=world.today - 9, maturityDate=world.today + 10)
    given.moneyed(world, world.issuer, 10 * RAISED, world.bond_service)
    return bond


def service_of(world, service):
    return dict(zip(FIELDS, world.bond_service.service(service), strict=True))


def standing(world, bond):
    return dict(zip(STANDING, world.bond_service.standing(bond), strict=True))


def owed(world, service, who):
    return tuple(map(int, world.bond_service.owed(service, who)))


def waiting(world, service):
    incoming, outgoing = world.axis(axis_of("SERVICE", "SERVICE", service))
    return incoming - outgoing


def redemption(period, index=0, per_unit=PRICE, from_proceeds=0):
    return (index, period.record_day, period.pay_day, per_unit, from_proceeds)


# --- opening -----------------------------------------------------------------------------------------------


def test_a_coupon_opens_once_after_its_record_day_by_anyone(world, bond):
    day = world.today
    with refused("DateOutOfOrder", "RECORD_DAY", day + LENGTH - 1, day + LENGTH - 1):
        world.days_pass(LENGTH - 1)
        world.bond_service.open(bond, 0, world.stranger.by)
    world.days_pass(1)
    world.bond_service.checkOpen(bond, 0)
    service = service_of(world, opens(world, bond))
    assert (service["units"], service["total"], service["per_unit"]) == (1_000, COUPON, PRICE)
    assert (service["numerator"], service["denominator"], service["rate"]) == (LENGTH, 360, 30_000)
    with refused("PeriodOutOfOrder", bond, 0, 1):
        opens(world, bond)
    assert world.bond_service.serviceCount() == 1


def test_only_a_closed_bond_with_filed_terms_pays_coupons(world):
    with refused("Unknown", "BOND", 99):
        opens(world, 99)
    booking = given.booked_bond(world)
    with refused("WrongState", "BOND", booking, 1, 2):
        opens(world, booking)
    periods = schedule(world)
    unfiled = bond_with(world, Terms(), periods)
    with refused("NotFiled", unfiled):
        opens(world, unfiled)


def test_a_coupon_of_nothing_is_settled_at_once(world):
    bond = filed_bond(world, Terms(coupon_kind=2), schedule(world))
    world.days_pass(LENGTH)
    coupon = opens(world, bond)
    assert service_of(world, coupon)["state"] == 2
    assert "ServicePaid" not in pays(world, coupon, world.investor).events


# --- money in ----------------------------------------------------------------------------------------------


def test_only_the_issuer_or_its_paying_agent_pays_in(world, bond, coupon):
    service = world.bond_service
    with refused("MandateMissing", world.issuer, world.bank, PAYING_AGENT, bond):
        service.payIn(coupon, 1, world.bank.by)
    given.moneyed(world, world.bank, 100, service)
    world.issuer.mandates(world.bank, PAYING_AGENT, bond)
    service.checkPayIn(coupon, world.bank, 100)
    tx = service.payIn(coupon, 100, world.bank.by)
    emitted(tx, "ServicePaidIn", service=coupon, bond=bond, payer=world.bank, amount=100)
    with refused("ZeroAmount"):
        service.payIn(coupon, 0, world.issuer.by)
    with refused("AmountTooLarge", COUPON, COUPON - 100):
        service.payIn(coupon, COUPON, world.issuer.by)
    with refused("Unknown", "SERVICE", 99):
        service.payIn(99, 1, world.issuer.by)


@pytest.mark.spec("SVC-2", "BOND-2")
def test_no_coupon_leaves_a_pool_or_a_project(world, bond, coupon):
    """SVC-2: what the bond raised does not move, whatever is paid in, and the issuer's own money does."""
    states, had = world.states(bond), world.issuer.balance()
    tx = world.bond_service.payIn(coupon, COUPON, world.issuer.by)
    emitted(tx, "Moved", fromAxis=world.issuer, toAxis=axis_of("SERVICE", "SERVICE", coupon), amount=COUPON)
    pays(world, coupon, world.investor, world.fund)
    assert world.states(bond) == states and world.issuer.balance() == had - COUPON + 1


# --- money out ---------------------------------------------------------------------------------------------


@pytest.mark.spec("SVC-1")
def test_each_holder_is_paid_once_and_the_rounding_goes_back(world, bond, paid_in):
    """SVC-1: 15,525.83 and 10,307.50 are cut off; the fen that is left is the issuer's."""
    assert owed(world, paid_in, world.investor) == (15_525, 15_525, 0)
    batch = [world.investor.address, world.investor.address, world.stranger.address]
    tx = world.bond_service.pay(paid_in, batch, world.stranger.by)
    emitted(tx, "ServicePaid", service=paid_in, holder=world.investor, amount=15_525, kept=False)
    assert len(tx.events["ServicePaid"]) == 1 and world.investor.balance() == 15_525
    assert owed(world, paid_in, world.investor) == (15_525, 15_525, 15_525)
    had = world.issuer.balance()
    tx = pays(world, paid_in, world.fund)
    emitted(tx, "ServiceSettled", service=paid_in, residue=1, kept=False)
    assert world.fund.balance() == 10_307 and world.issuer.balance() == had + 1
    assert waiting(world, paid_in) == 0 and service_of(world, paid_in)["state"] == 2
    assert "ServicePaid" not in pays(world, paid_in, world.investor, world.fund).events


@pytest.mark.spec("SVC-1")
def test_a_later_buyer_gets_no_coupon(world, bond, paid_in):
    units = token(world, bond)
    units.transfer(world.fund, 601, world.investor.by)
    pays(world, paid_in, world.fund, world.investor)
    assert (world.investor.balance(), world.fund.balance()) == (15_525, 10_307)


def test_nothing_is_paid_before_the_pay_day(world):
    first, *rest = schedule(world)
    bond = filed_bond(world, Terms(), [replace(first, pay_day=first.pay_day + 2), *rest])
    world.days_pass(LENGTH)
    coupon = opens(world, bond)
    world.bond_service.payIn(coupon, COUPON, world.issuer.by)
    with refused("DateOutOfOrder", "PAY_DAY", world.today + 2, world.today):
        pays(world, coupon, world.investor)
    world.days_pass(2)
    world.bond_service.checkPay(coupon)
    pays(world, coupon, world.investor)
    assert world.investor.balance() == 15_500


@pytest.mark.spec("SVC-1")
def test_who_cannot_receive_keeps_a_claim_and_stops_nobody(world, paid_in):
    world.operator.suspends(world.investor)
    tx = pays(world, paid_in, world.investor, world.fund)
    emitted(tx, "ServicePaid", holder=world.investor, amount=15_525, kept=True)
    assert service_of(world, paid_in)["state"] == 2 and world.fund.balance() == 10_307
    with refused("Suspended", world.investor):
        world.bond_service.claim(world.cash, world.investor.by)
    world.operator.amends(world.investor, suspended=False)
    world.bond_service.claim(world.cash, world.investor.by)
    assert world.investor.balance() == 15_525
    with refused("NothingToClaim", world.investor):
        world.bond_service.claim(world.cash, world.investor.by)


@pytest.mark.spec("SVC-4")
def test_what_comes_is_shared_pro_rata_and_nobody_is_paid_twice(world, coupon):
    """SVC-4: 10,000 of 25,833, then the rest; naming a holder twice in one batch changes nothing."""
    service = world.bond_service
    service.payIn(coupon, 10_000, world.issuer.by)
    first = 15_525 * 10_000 // COUPON
    pays(world, coupon, world.investor, world.investor)
    assert world.investor.balance() == first == owed(world, coupon, world.investor)[2]
    assert "ServicePaid" not in pays(world, coupon, world.investor).events
    service.payIn(coupon, COUPON - 10_000, world.issuer.by)
    pays(world, coupon, world.fund, world.investor, world.fund)
    assert (world.investor.balance(), world.fund.balance()) == (15_525, 10_307)
    assert waiting(world, coupon) == 0


# --- default -----------------------------------------------------------------------------------------------


@pytest.mark.spec("SVC-4")
def test_a_missed_payment_is_a_default_anyone_declares_until_it_is_cured(world, bond, coupon):
    service = world.bond_service
    last = world.today + GRACE
    world.days_pass(GRACE)
    with refused("DateOutOfOrder", "GRACE", last, last):
        service.declareDefault(coupon, world.stranger.by)
    world.days_pass(1)
    service.checkDeclareDefault(coupon)
    tx = service.declareDefault(coupon, world.stranger.by)
    emitted(tx, "Defaulted", bond=bond, service=coupon, paidIn=0, total=COUPON)
    assert service.inDefault(bond)
    with refused("WrongState", "DEFAULT", coupon, 1, 0):
        service.declareDefault(coupon, world.stranger.by)
    service.payIn(coupon, COUPON - 1, world.issuer.by)
    assert service.inDefault(bond)
    tx = service.payIn(coupon, 1, world.issuer.by)
    emitted(tx, "DefaultCured", bond=bond, service=coupon)
    assert not service.inDefault(bond)
    with refused("NotShort", coupon, COUPON, COUPON):
        service.declareDefault(coupon, world.stranger.by)


# --- redemption --------------------------------------------------------------------------------------------


@pytest.mark.spec("SVC-2")
def test_a_partial_redemption_lowers_the_principal_of_the_next_coupon(world, bond):
    """SVC-2: a tenth of it comes out of unused proceeds, exactly per unit, and shows as returned."""
    periods = [world.coupon_terms.period(bond, n) for n in range(3)]
    asked = (0, periods[0][4], periods[0][6], 4_000, 400)
    world.bond_service.checkAnnounce(bond, world.issuer, asked)
    before = world.states(bond)
    tx = announces(world, bond, asked)
    emitted(tx, "RedemptionAnnounced", bond=bond, service=1)
    after = world.states(bond)
    assert after["returned"] == 400_000 == before["unallocated"] - after["unallocated"]
    world.days_pass(LENGTH)
    assert service_of(world, opens(world, bond))["per_unit"] == PRICE
    world.bond_service.payIn(1, 3_600_000, world.issuer.by)
    tx = pays(world, 1, world.investor, world.fund)
    emitted(tx, "ServicePaid", holder=world.investor, amount=601 * 3_600, fromProceeds=601 * 400)
    assert world.investor.balance() == 601 * 4_000 and world.states(bond) == after
    world.days_pass(LENGTH)
    assert service_of(world, opens(world, bond, 1))["per_unit"] == 6_000
    assert standing(world, bond)["outstanding"] == 6_000 and not world.bond_service.redeemed(bond)


def test_unused_proceeds_reach_a_holder_once_though_the_issuer_is_short(world, bond):
    period = world.coupon_terms.period(bond, 0)
    announces(world, bond, (0, period[4], period[6], 4_000, 400))
    world.days_pass(LENGTH)
    pays(world, 1, world.investor, world.investor)
    assert world.investor.balance() == 601 * 400 == owed(world, 1, world.investor)[2]
    world.operator.suspends(world.investor)
    world.bond_service.payIn(1, 3_600_000, world.issuer.by)
    pays(world, 1, world.investor)
    assert world.investor.balance() == 601 * 400
    assert world.axis(axis_of("SERVICE", "CLAIM", world.investor.address))[0] == 601 * 3_600


def test_redemption_short_of_unused_proceeds_is_refused_whole(world, bond):
    period = world.coupon_terms.period(bond, 0)
    pool = axis_of("PROCEEDS", "POOL", bond)
    with refused("InsufficientBalance", pool, RAISED - given.COST, RAISED):
        announces(world, bond, (0, period[4], period[6], PRICE, PRICE))
    assert standing(world, bond)["services"] == 0


def test_early_redemption_is_announced_by_the_record_day_of_its_coupon_and_for_it(world, bond):
    period = world.coupon_terms.period(bond, 0)
    asked = (0, period[4], period[6], 4_000, 0)
    for wrong, error in (
        ((0, period[4] - 1, *asked[2:]), ("RECORD_DAY", period[4] - 1, period[4])),
        ((0, period[4], period[6] + 1, *asked[3:]), ("PAY_DAY", period[6] + 1, period[6])),
        ((0, period[4], period[4], *asked[3:]), ("PAY_DAY", period[4], period[4])),
    ):
        with refused("DateOutOfOrder", *error):
            announces(world, bond, wrong)
    announces(world, bond, asked)
    with refused("AlreadyUsed", "PERIOD", ZERO):
        announces(world, bond, asked)
    world.days_pass(2 * LENGTH)
    second = world.coupon_terms.period(bond, 1)
    with refused("DateOutOfOrder", "RECORD_DAY", second[4], world.today):
        announces(world, bond, (1, second[4], second[6], 4_000, 0))


def test_a_bond_is_called_only_when_its_terms_allow(world):
    periods = schedule(world)
    bond = filed_bond(world)
    with refused("NotCallable", bond, 0, periods[0].pay_day):
        announces(world, bond, redemption(periods[0]))
    later = filed_bond(world, Terms(callable_from=periods[1].pay_day))
    with refused("NotCallable", later, periods[1].pay_day, periods[0].pay_day):
        announces(world, later, redemption(periods[0]))
    announces(world, later, redemption(periods[1], 1))


def test_amounts_of_a_redemption_are_those_outstanding(world, bond):
    period = world.coupon_terms.period(bond, 0)
    days = (0, period[4], period[6])
    with refused("ZeroAmount"):
        announces(world, bond, (*days, 0, 0))
    with refused("AmountTooLarge", PRICE + 1, PRICE):
        announces(world, bond, (*days, PRICE + 1, 0))
    with refused("AmountTooLarge", 5, 4):
        announces(world, bond, (*days, 4, 5))
    last = world.coupon_terms.period(bond, 2)
    with refused("NotWhole", bond, PRICE - 1, PRICE):
        announces(world, bond, (2, last[4], last[6], PRICE - 1, 0))
    with refused("DocumentUnknown", digest("no notice"), world.issuer, 0):
        world.bond_service.announceRedemption(bond, (*days, 4, 0), digest("no notice"), world.issuer.by)
    booking = given.booked_bond(world)
    with refused("WrongState", "BOND", booking, 1, 2):
        announces(world, booking, (*days, 4, 0))


@pytest.mark.spec("SVC-1", "SVC-2")
def test_full_redemption_ends_the_bond_once_everybody_is_paid(world, bond):
    last = world.coupon_terms.period(bond, 2)
    announces(world, bond, (2, last[4], last[6], PRICE, 1_000))
    world.days_pass(3 * LENGTH)
    world.bond_service.payIn(1, 9_000 * 1_000, world.issuer.by)
    pays(world, 1, world.fund)
    assert not world.bond_service.redeemed(bond)
    tx = pays(world, 1, world.investor)
    emitted(tx, "Retired")
    assert world.bond_service.redeemed(bond) and standing(world, bond)["unsettled"] == 0
    assert world.investor.balance() == 601 * PRICE
    with refused("BondRetired", bond):
        token(world, bond).transfer(world.fund, 1, world.investor.by)
    coupons = [opens(world, bond, n) for n in range(3)]
    assert service_of(world, coupons[2])["per_unit"] == PRICE


def test_a_called_bond_has_no_coupon_afterwards(world, bond):
    period = world.coupon_terms.period(bond, 0)
    announces(world, bond, (0, period[4], period[6], PRICE, 0))
    world.days_pass(2 * LENGTH)
    opens(world, bond, 0)
    with refused("ZeroAmount"):
        opens(world, bond, 1)


@pytest.mark.spec("SVC-4")
def test_principal_falls_due_by_itself(world, bond):
    """SVC-4: an issuer that says nothing at maturity is in default all the same."""
    last = world.coupon_terms.period(bond, 2)
    asked = (2, last[4], last[6], PRICE, 0)
    with refused("NotParty", world.stranger, world.issuer):
        announces(world, bond, asked, by=world.stranger)
    world.days_pass(3 * LENGTH + GRACE + 1)
    with refused("NotParty", world.stranger, world.issuer):
        announces(world, bond, (*asked[:4], 1), by=world.stranger)
    announces(world, bond, asked, by=world.stranger)
    world.bond_service.declareDefault(1, world.stranger.by)
    assert world.bond_service.inDefault(bond)


def test_a_bond_without_coupons_is_redeemed_at_maturity(world, plain):
    day = world.today
    with refused("NotCallable", plain, 0, day + 9):
        announces(world, plain, (0, day, day + 9, PRICE, 0))
    with refused("DateOutOfOrder", "RECORD_DAY", day - 1, day):
        announces(world, plain, (0, day - 1, day + 10, PRICE, 0))
    announces(world, plain, (0, day + 8, day + 10, 4_000, 0))
    world.days_pass(11)
    today = day + 11
    with refused("NotParty", world.fund, world.issuer):
        announces(world, plain, (0, today + 1, today + 2, 6_000, 0), by=world.fund)
    announces(world, plain, (0, today, today + 1, 6_000, 0), by=world.fund)
    world.days_pass(1)
    for service, per_unit in ((1, 4_000), (2, 6_000)):
        world.bond_service.payIn(service, 1_000 * per_unit, world.issuer.by)
        pays(world, service, world.investor, world.fund)
    assert world.bond_service.redeemed(plain) and world.investor.balance() == 600 * PRICE


def test_only_the_service_returns_proceeds(world, bond):
    with refused("NotModule", world.issuer, "SERVICE"):
        world.proceeds.returnUnused(bond, 1, world.issuer.by)
    with refused("NotModule", world.issuer, "SERVICE"):
        world.proceeds.payReturned(bond, world.investor, 1, ZERO, world.issuer.by)
