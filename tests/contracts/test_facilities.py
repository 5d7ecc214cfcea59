"""Green loans: consent, commitment and drawdowns; what differs from a bond, and only that."""

import pytest

from tests.contracts import given
from tests.contracts.given import PRICE
from tests.contracts.given_service import Terms, files, hashed, opens, pays, schedule, token
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import FINANCIER, INVESTOR, ISSUER, ZERO, digest, label

AVAILABLE, CANCELLED = 1, 2
UNITS = 1_000
FINANCIERS_PART, FUNDS_PART = 601, 199
COMMITTED = FINANCIERS_PART + FUNDS_PART
LENGTH = 31
LAST = 200
MATURITY = 900


def paper(world):
    return given.filed(world, world.issuer, 63)


def agreed_terms(world, of, **changes):
    plain = {
        "framework": of,
        "cash": world.cash.address,
        "denomination": PRICE,
        "units": UNITS,
        "availableUntil": world.today + LAST,
        "finalMaturity": world.today + MATURITY,
        "maxCostPpm": 20_000,
        "document": changes.get("document") or paper(world),
    }
    return tuple((plain | changes).values())


def asked(world, **changes):
    plain = {
        "units": 100,
        "minUnits": 0,
        "closesOn": world.today + 5,
        "issueDate": 0,
        "maturityDate": world.today + 400,
        "ratePpm": 30_000,
        "serviceTerms": ZERO,
        "document": changes.get("document") or paper(world),
    }
    return tuple((plain | changes).values())


def requests(world, facility, instalments=(), by=None, **changes):
    args = (facility, asked(world, **changes), list(instalments), "A drawdown")
    tx = world.facilities.request(*args, (by or world.issuer).by)
    return int(tx.events["DrawdownRequested"]["loan"])


def opens_facility(world, framework, **changes):
    tx = world.facilities.open(agreed_terms(world, framework, **changes), world.issuer.by)
    return int(tx.events["FacilityOpened"]["facility"])


def commits(world, facility, lender, units):
    world.facilities.agree(facility, lender, units, world.issuer.by)
    return world.facilities.commit(facility, units, lender.by)


def lends(world, loan, *parts):
    for lender, units in parts:
        given.moneyed(world, lender, units * PRICE, world.proceeds)
        lender.books(loan, units)


def lent(world, loan, *parts):
    lends(world, loan, *parts)
    world.issuer.allots(loan)
    world.issuer.closes(loan)
    return loan


def lender_of(world, facility, who):
    """Agreed, offered, committed, called."""
    return tuple(map(int, world.facilities.lender(facility, who)))


@pytest.fixture(scope="module")
def framework(world):
    return given.reviewed_framework(world)


@pytest.fixture(scope="module")
def facility(world, framework):
    """Of a financier and a fund, three quarters to one quarter, but for a unit."""
    id_ = opens_facility(world, framework)
    commits(world, id_, world.financier, FINANCIERS_PART)
    commits(world, id_, world.fund, FUNDS_PART)
    return id_


@pytest.fixture(scope="module")
def loan(world, facility):
    return requests(world, facility, units=101)


# --- the agreement ---


@pytest.mark.spec("FAC-1")
def test_a_borrower_opens_a_facility_and_its_lenders_commit(world, framework):
    terms = agreed_terms(world, framework)
    world.facilities.checkOpen(terms, world.issuer)
    tx = world.facilities.open(terms, world.issuer.by)
    id_ = int(emitted(tx, "FacilityOpened", borrower=world.issuer)["facility"])
    assert world.facilities.count() == id_
    world.facilities.checkAgree(id_, world.fund, 40, world.issuer)
    emitted(world.facilities.agree(id_, world.fund, 40, world.issuer.by), "LenderAgreed", units=40)
    world.facilities.checkCommit(id_, 30, world.fund)
    tx = world.facilities.commit(id_, 30, world.fund.by)
    emitted(tx, "Committed", facility=id_, lender=world.fund, units=30)
    assert lender_of(world, id_, world.fund) == (1, 10, 30, 0)
    assert world.facilities.lendersOf(id_) == [world.fund]
    borrower, state, committed, called, kept = world.facilities.facility(id_)
    assert (borrower, state, committed, called) == (world.issuer, AVAILABLE, 30, 0)
    assert list(kept) == list(terms)


def test_only_a_frameworks_issuer_opens_a_facility_on_terms_that_fit(world, framework):
    def refuses(*error, by=world.issuer, **changes):
        with refused(*error):
            world.facilities.open(agreed_terms(world, framework, **changes), by.by)

    refuses("MissingRole", world.fund, INVESTOR, ISSUER, by=world.fund)
    refuses("NotParty", world.rival, world.issuer, by=world.rival)
    refuses("Unknown", "FRAMEWORK", 99, framework=99)
    refuses("CashUnknown", world.piece_book, cash=world.piece_book.address)
    refuses("DocumentUnknown", digest("nobody's"), world.issuer, 0, document=digest("nobody's"))
    refuses("ZeroAmount", denomination=0)
    refuses("ZeroAmount", units=0)
    refuses("AmountTooLarge", 1_000_001, 1_000_000, maxCostPpm=1_000_001)
    day = world.today
    refuses("DateOutOfOrder", "AVAILABLE_UNTIL", day - 1, day, availableUntil=day - 1)
    refuses("DateOutOfOrder", "FINAL_MATURITY", day + LAST, day + LAST, finalMaturity=day + LAST)


@pytest.mark.spec("FAC-2")
def test_the_borrower_alone_agrees_to_lenders(world, facility):
    def refuses(*error, lender=world.investor, units=1, by=world.issuer, id_=facility):
        with refused(*error):
            world.facilities.agree(id_, lender, units, by.by)

    refuses("Unknown", "FACILITY", 99, id_=99)
    refuses("NotParty", world.financier, world.issuer, by=world.financier)
    refuses("SameParty", world.issuer, world.issuer, lender=world.issuer)
    refuses("NotAdmitted", world.stranger, lender=world.stranger)
    refuses("MissingRole", world.rival, ISSUER, INVESTOR | FINANCIER, lender=world.rival)


def test_a_lender_commits_what_it_was_asked_for_and_no_more(world, facility):
    def refuses(*error, units=1, by=world.factor):
        with refused(*error):
            world.facilities.commit(facility, units, by.by)

    refuses("NotLender", facility, world.factor)
    world.facilities.agree(facility, world.factor, 999, world.issuer.by)
    refuses("ZeroAmount", units=0)
    refuses("AmountTooLarge", 1_000, 999, units=1_000)
    refuses("CommitmentExceeded", facility, UNITS - COMMITTED, 999, units=999)
    world.facilities.agree(facility, world.factor, 7, world.issuer.by)
    assert lender_of(world, facility, world.factor) == (1, 7, 0, 0), "instead of what it was asked before"
    world.operator.suspends(world.factor)
    refuses("Suspended", world.factor)


def test_a_facility_has_as_many_lenders_as_one_transaction_can_call(world, framework):
    id_ = opens_facility(world, framework)
    most = int(world.facilities.MAX_LENDERS())
    for number in range(1, most + 1):
        call = world.admission_of(f"0x{number:040x}", FINANCIER)
        world.quietly(world.operator, world.participants, world.participants.admit.encode_input(*call))
        agreed = world.facilities.agree.encode_input(id_, call[0], 1)
        world.quietly(world.issuer, world.facilities, agreed)
    with refused("TooManyLenders", id_, most):
        world.facilities.agree(id_, world.fund, 1, world.issuer.by)


def test_what_is_not_drawn_by_its_last_day_or_cancelled_is_gone(world, framework):
    id_ = opens_facility(world, framework)
    commits(world, id_, world.fund, 100)
    requests(world, id_, units=30)
    with refused("NotParty", world.fund, world.issuer):
        world.facilities.cancel(id_, world.fund.by)
    emitted(world.facilities.cancel(id_, world.issuer.by), "FacilityCancelled", facility=id_, undrawn=70)
    for act in (
        lambda: world.facilities.cancel(id_, world.issuer.by),
        lambda: world.facilities.agree(id_, world.factor, 1, world.issuer.by),
        lambda: world.facilities.commit(id_, 1, world.fund.by),
        lambda: requests(world, id_),
    ):
        with refused("WrongState", "FACILITY", id_, CANCELLED, AVAILABLE):
            act()
    world.facilities.agree(id_, world.factor, 0, world.issuer.by)
    assert lender_of(world, id_, world.factor) == (1, 0, 0, 0), (
        "consent alone, to hold what another passes on"
    )


def test_nothing_is_committed_or_drawn_after_the_last_day(world, facility):
    day = world.today + LAST
    world.days_pass(LAST + 1)
    with refused("DateOutOfOrder", "AVAILABLE_UNTIL", day, day + 1):
        requests(world, facility)


# --- drawdowns ---


@pytest.mark.spec("FAC-1")
def test_a_drawdown_calls_on_each_lender_for_its_part(world, facility):
    """101 of 800: 601 lie before 199, so the first is called for ⌊601·101/800⌋ = 75, the second for 26."""
    request = asked(world, units=101)
    world.facilities.checkRequest(facility, request, [], world.issuer)
    tx = world.facilities.request(facility, request, [], "Tranche A", world.issuer.by)
    loan = int(tx.events["DrawdownRequested"]["loan"])
    emitted(tx, "BondRegistered", bond=loan, issuer=world.issuer, label="Tranche A")
    emitted(tx, "ShareCalled", loan=loan, lender=world.financier, units=75)
    emitted(tx, "ShareCalled", loan=loan, lender=world.fund, units=26)
    assert world.facilities.shareOf(loan, world.fund) == 26
    assert lender_of(world, facility, world.fund) == (1, 0, FUNDS_PART, 26)
    assert list(world.facilities.drawdownsOf(facility)) == [loan]
    assert list(world.facilities.drawdown(loan)) == [facility, 101, False]
    made = world.bond_office.bond(loan)
    assert (made["issuer"], made["facility"]) == (world.issuer, facility)
    assert (made["terms"][3], made["terms"][4], made["terms"][6]) == (PRICE, PRICE, 101), "at par"
    assert token(world, loan).lenders() == world.facilities
    rest = requests(world, facility, units=COMMITTED - 101)
    assert [world.facilities.shareOf(rest, who) for who in (world.financier, world.fund)] == [526, 173]
    with refused("CommitmentExceeded", facility, 0, 1):
        requests(world, facility, units=1)


def test_a_drawdown_fits_its_facility(world, facility):
    def refuses(*error, instalments=(), by=world.issuer, **changes):
        with refused(*error):
            requests(world, facility, instalments, by, **changes)

    day = world.today
    refuses("NotParty", world.fund, world.issuer, by=world.fund)
    refuses("ZeroAmount", units=0)
    refuses("CommitmentExceeded", facility, COMMITTED, COMMITTED + 1, units=COMMITTED + 1)
    refuses("DocumentUnknown", digest("x"), world.issuer, 0, document=digest("x"))
    refuses("DateOutOfOrder", "CLOSES_ON", day + LAST + 1, day + LAST, closesOn=day + LAST + 1)
    late = day + MATURITY + 1
    refuses("DateOutOfOrder", "FINAL_MATURITY", late, late - 1, maturityDate=late)
    refuses("DateOutOfOrder", "MATURITY", day + 5, day + 5, maturityDate=day + 5)
    refuses("ZeroHash", "SERVICE_TERMS", instalments=[1])
    hash_ = digest("interest")
    refuses("AmountTooLarge", PRICE + 1, PRICE, instalments=[PRICE, 1], serviceTerms=hash_)
    refuses("TooManyInstalments", 129, 128, instalments=[1] * 129, serviceTerms=hash_)
    with refused("Unknown", "FACILITY", 99):
        requests(world, 99)


def test_nobody_else_registers_a_drawdown(world, framework):
    terms = tuple(given.terms(world, framework).values())
    with refused("NotModule", world.issuer, label("FACILITIES")):
        world.bond_office.registerDrawdown(world.issuer, 1, terms, "mine", world.issuer.by)


@pytest.mark.spec("FAC-1", "FAC-2")
def test_lenders_book_their_shares_and_nobody_else_books(world, facility, loan):
    with refused("NotLender", facility, world.investor):
        world.investor.books(loan, 1)
    for act in (
        lambda: world.facilities.checkLend(loan, world.fund, 27),
        lambda: world.fund.books(loan, 27),
    ):
        with refused("AboveShare", loan, world.fund, 26, 27):
            act()
    world.facilities.checkLend(loan, world.fund, 26)
    lends(world, loan, (world.fund, 20))
    with refused("AboveShare", loan, world.fund, 26, 27):
        world.fund.books(loan, 7)
    world.fund.unbooks(loan, 20)
    world.operator.suspends(world.fund)
    with refused("Suspended", world.fund):
        world.fund.books(loan, 1)


@pytest.mark.spec("FAC-2")
def test_units_pass_to_lenders_that_the_borrower_agreed_to_by_force_too(world, facility, loan):
    lent(world, loan, (world.financier, 75), (world.fund, 26))
    units, order = token(world, loan), given.filed(world, world.regulator, 63)
    assert (units.balanceOf(world.financier), units.balanceOf(world.fund)) == (75, 26)
    with refused("NotLender", facility, world.investor):
        units.transfer(world.investor, 1, world.fund.by)
    assert units.detectTransferRestriction(world.fund, world.investor, 1) == 15
    with refused("NotLender", facility, world.investor):
        units.forceTransfer(world.fund, world.investor, 1, 1, order, world.regulator.by)
    world.facilities.agree(facility, world.investor, 0, world.issuer.by)
    world.facilities.requireLender(loan, world.investor)
    units.transfer(world.investor, 6, world.fund.by)
    units.forceTransfer(world.fund, world.investor, 20, 1, order, world.regulator.by)
    assert units.balanceOf(world.investor) == 26


@pytest.mark.spec("FAC-1")
def test_what_was_called_and_not_lent_goes_back_once(world, facility, loan):
    with refused("WrongState", "BOND", loan, 1, 2):
        world.facilities.release(loan, world.stranger.by)
    lent(world, loan, (world.financier, 70))
    world.facilities.checkRelease(loan)
    tx = world.facilities.release(loan, world.stranger.by)
    emitted(tx, "Released", facility=facility, loan=loan, units=31)
    assert lender_of(world, facility, world.financier) == (1, 0, FINANCIERS_PART, 70)
    assert lender_of(world, facility, world.fund) == (1, 0, FUNDS_PART, 0)
    assert world.facilities.facility(facility)["called"] == 70
    # Another drawdown is called: there would be enough to give back again.
    requests(world, facility, units=120)
    with refused("AlreadyUsed", "DRAWDOWN", "0x" + loan.to_bytes(32, "big").hex()):
        world.facilities.release(loan, world.stranger.by)


def test_a_cancelled_drawdown_goes_back_whole_and_a_lent_one_not_at_all(world, facility, loan):
    lends(world, loan, (world.fund, 26))
    world.bond_office.cancel(loan, world.issuer.by)
    world.facilities.release(loan, world.stranger.by)
    assert world.facilities.facility(facility)["called"] == 0
    assert lender_of(world, facility, world.fund) == (1, 0, FUNDS_PART, 0)
    whole = lent(world, requests(world, facility, units=8), (world.financier, 6), (world.fund, 2))
    with refused("NothingToRelease", whole):
        world.facilities.release(whole, world.stranger.by)
    with refused("Unknown", "DRAWDOWN", 99):
        world.facilities.release(99, world.stranger.by)


# --- interest and repayment ---


@pytest.fixture
def repaid_in_parts(world, facility):
    """Eight units lent for three months: 2,000 of each unit is due with the first, the rest with the last."""
    terms, periods = Terms(callable_from=world.today), schedule(world)
    units = {"units": 8, "closesOn": world.today, "maturityDate": periods[-1].pay_day}
    loan = requests(world, facility, [2_000], serviceTerms=hashed(terms, periods), **units)
    lent(world, loan, (world.financier, 6), (world.fund, 2))
    files(world, loan, terms, periods)
    given.moneyed(world, world.issuer, 20 * PRICE, world.bond_service)
    return loan


@pytest.mark.spec("FAC-3")
def test_principal_falls_due_with_its_interest_with_nobodys_word(world, facility, repaid_in_parts):
    loan, service = repaid_in_parts, world.bond_service
    assert list(world.facilities.instalmentsOf(loan)) == [2_000]
    assert (world.facilities.dueWith(loan, 0), world.facilities.dueWith(loan, 1)) == (2_000, 0)
    paid = {"principal": 0}

    def settles(period):
        """Everything that is due of this period, paid in and out; how many payments there were."""
        first = service.serviceCount() + 1
        opens(world, loan, period)
        for payment in range(first, service.serviceCount() + 1):
            total = service.service(payment)["total"]
            service.payIn(payment, total, world.issuer.by)
            pays(world, payment, world.financier, world.fund)
            assert service.service(payment)["state"] == 2
            if service.service(payment)["kind"] == 2:
                paid["principal"] += total
        return service.serviceCount() + 1 - first

    world.days_pass(LENGTH)
    assert settles(0) == 2
    assert paid["principal"] == 8 * 2_000
    assert service.standing(loan)["outstanding"] == PRICE - 2_000
    world.days_pass(LENGTH)
    assert settles(1) == 1, "no instalment of this period"
    assert service.service(service.serviceCount())["perUnit"] == PRICE - 2_000, "interest on what is left"
    world.days_pass(LENGTH)
    assert settles(2) == 2
    assert paid["principal"] == 8 * PRICE and service.redeemed(loan)
    assert token(world, loan).status()[0], "its units do not move any more"


@pytest.mark.spec("FAC-3")
def test_what_was_prepaid_with_a_period_counts_towards_its_instalment(world, repaid_in_parts):
    loan, service = repaid_in_parts, world.bond_service
    period = world.coupon_terms.period(loan, 0)
    days = (0, period["recordDay"], period["payDay"])
    notice = world.issuer.files("prepayment")
    service.announceRedemption(loan, (*days, 1_500, 0), notice, world.issuer.by)
    world.days_pass(LENGTH)
    tx = service.open(loan, 0, world.stranger.by)
    assert service.standing(loan)["outstanding"] == PRICE - 2_000
    assert tx.events["RedemptionAnnounced"]["terms"][3] == 500


@pytest.mark.spec("FAC-3")
def test_an_instalment_that_is_not_paid_is_a_default(world, repaid_in_parts):
    world.days_pass(LENGTH)
    opens(world, repaid_in_parts)
    instalment = world.bond_service.serviceCount()
    assert world.bond_service.service(instalment)["kind"] == 2
    world.days_pass(6)
    world.bond_service.declareDefault(instalment, world.stranger.by)
    assert world.bond_service.inDefault(repaid_in_parts)
