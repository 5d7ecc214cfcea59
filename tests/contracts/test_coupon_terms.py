"""Coupon terms: what was published, and nothing else; fixings by the fixer, rates by the terms."""

import csv
from dataclasses import astuple, replace
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from ledger.domain import daycount
from ledger.domain.dates import date_of, parse_day
from tests.contracts import given, given_service
from tests.contracts.given_service import (
    ACT_ACT_ICMA,
    FIXED,
    FLOATING,
    HIGHER,
    KPI,
    LENGTH,
    LOWER,
    STEP,
    Terms,
    bond_with,
    filed_bond,
    files,
    hashed,
    opens,
    schedule,
    token,
)
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import VERIFIER, ZERO

CASES = Path(__file__).parents[1] / "data" / "finance_terms" / "daycount_cases.csv"
ON_CHAIN = {"30/360 BondBasis": 1, "30/360 EurobondBasis": 2, "Actual/Actual ISMA": 5}


@pytest.fixture(scope="module")
def fixed(world):
    return filed_bond(world)


@pytest.fixture(scope="module")
def floating(world):
    terms = Terms(FLOATING, rate=10_000, floor=5_000, cap=60_000, fixer=world.auditor.address)
    return filed_bond(world, terms)


@pytest.fixture(scope="module")
def kpi(world):
    terms = Terms(KPI, polarity=LOWER, cap=40_000, fixer=world.verifier.address)
    return filed_bond(world, terms, schedule(world, target=50))


@pytest.fixture(scope="module")
def paper(world):
    """A document that the auditor and the verifier both registered."""
    world.verifier.files("reading")
    return world.auditor.files("reading")


def rate_of(world, service):
    return int(world.bond_service.service(service)[9])


# --- filing ------------------------------------------------------------------------------------------------


@pytest.mark.spec("SVC-3")
def test_anyone_files_exactly_what_was_published(world):
    terms, periods = Terms(), schedule(world)
    bond = bond_with(world, terms, periods)
    filed = astuple(terms), [astuple(period) for period in periods]
    tx = world.coupon_terms.file(bond, *filed, world.stranger.by)
    emitted(tx, "TermsFiled", bond=bond)
    assert [int(day) for day in token(world, bond).recordDays()] == [p.record_day for p in periods]
    assert tuple(world.coupon_terms.period(bond, 1)) == astuple(periods[1])
    assert tuple(world.coupon_terms.progress(bond)) == (3, 0, 0)
    assert world.coupon_terms.terms(bond)[5] == 30_000
    assert tuple(world.coupon_terms.daysOf(bond, 2)) == (periods[2].record_day, periods[2].pay_day, True)
    assert tuple(world.coupon_terms.leeway(bond)) == (terms.grace, 0)


@pytest.mark.spec("SVC-3")
def test_another_schedule_than_the_hash_is_refused(world):
    """A record day moved by one, a rate, a period left out: nothing passes but what the issuer published."""
    terms, periods = Terms(), schedule(world)
    bond = bond_with(world, terms, periods)
    moved = [replace(periods[0], record_day=periods[0].record_day - 1), *periods[1:]]
    for other in ((terms, moved), (replace(terms, rate=1), periods), (terms, periods[:2])):
        with refused("ScheduleMismatch", hashed(*other), hashed(terms, periods)):
            files(world, bond, *other, by=world.issuer)


def test_what_is_filed_stays(world, fixed):
    with refused("AlreadyUsed", "SERVICE_TERMS", fixed.to_bytes(32, "big")):
        files(world, fixed, Terms(), schedule(world))
    with refused("Unknown", "BOND", 99):
        files(world, 99, Terms(), schedule(world))


@pytest.mark.parametrize(
    ("changes", "what", "had"),
    [
        ({"coupon_kind": 5}, "COUPON_KIND", 5),
        ({"rate": 29_999}, "RATE", 29_999),
        ({"coupon_kind": FLOATING}, "FIXER", 0),
        ({"coupon_kind": STEP, "floor": 5, "cap": 4}, "CAP", 4),
        ({"coupon_kind": KPI, "fixer": "0x" + "11" * 20}, "POLARITY", 0),
    ],
)
def test_terms_that_contradict_themselves_are_refused(world, changes, what, had):
    terms, periods = replace(Terms(), **changes), schedule(world)
    bond = bond_with(world, terms, periods)
    with refused("TermsInvalid", what, had):
        files(world, bond, terms, periods)


@pytest.mark.parametrize("wrong", ["gap", "record days", "empty", "paid before", "fixed after"])
def test_periods_out_of_order_are_refused(world, wrong):
    first, second, third = schedule(world)
    second = {
        "gap": replace(second, start=second.start + 1),
        "record days": replace(second, record_day=first.record_day),
        "empty": replace(second, end=second.start),
        "paid before": replace(second, pay_day=second.record_day),
        "fixed after": replace(second, fixing_day=second.record_day + 1),
    }[wrong]
    periods = [first, second, third]
    bond = bond_with(world, Terms(), periods)
    with refused("PeriodInvalid", 1):
        files(world, bond, Terms(), periods)


def test_a_schedule_has_a_first_and_at_most_128_coupons(world):
    for count in (0, 129):
        periods = schedule(world, count, 1)
        bond = bond_with(world, Terms(), periods)
        with refused("TooManyPeriods", count, 128):
            files(world, bond, Terms(), periods)


def test_terms_filed_after_their_first_record_day_are_refused(world):
    terms, periods = Terms(), schedule(world)
    bond = bond_with(world, terms, periods)
    world.days_pass(LENGTH)
    with refused("DateOutOfOrder", "RECORD_DAY", periods[0].record_day, world.today):
        files(world, bond, terms, periods)


def test_what_no_day_count_can_measure_is_refused(world):
    periods = schedule(world, 1, ref_end=world.today)
    for terms, error in (
        (Terms(day_count=6), ("DayCountUnknown", 6)),
        (Terms(day_count=ACT_ACT_ICMA), ("ReferenceUnfit", world.today, world.today, 12)),
    ):
        bond = bond_with(world, terms, periods)
        with refused(*error):
            files(world, bond, terms, periods)


# --- posting -----------------------------------------------------------------------------------------------


@pytest.mark.spec("SVC-3")
def test_only_the_named_fixer_posts_once_and_with_a_document(world, floating, paper):
    coupons, day = world.coupon_terms, world.today + LENGTH - 3
    with refused("DateOutOfOrder", "FIXING_DAY", day, world.today):
        coupons.checkPost(floating, 0, world.auditor)
    world.days_pass(LENGTH - 3)
    with refused("NotParty", world.issuer, world.auditor):
        coupons.postFixing(floating, 0, 20_000, paper, world.issuer.by)
    with refused("DocumentUnknown", ZERO, world.auditor, 0):
        coupons.postFixing(floating, 0, 20_000, ZERO, world.auditor.by)
    coupons.checkPost(floating, 0, world.auditor)
    tx = coupons.postFixing(floating, 0, 20_000, paper, world.auditor.by)
    emitted(tx, "FixingPosted", bond=floating, period=0, ratePpm=20_000, document=paper)
    with refused("AlreadyUsed", "PERIOD", ZERO):
        coupons.postFixing(floating, 0, 30_000, paper, world.auditor.by)
    assert tuple(coupons.posting(floating, 0)) == (True, 20_000)


def test_a_fixer_who_may_not_act_posts_nothing(world, floating, kpi, paper):
    world.days_pass(LENGTH - 3)
    world.operator.suspends(world.auditor)
    with refused("Suspended", world.auditor):
        world.coupon_terms.postFixing(floating, 0, 20_000, paper, world.auditor.by)
    world.operator.amends(world.verifier, roles=1)
    with refused("MissingRole", world.verifier, 1, VERIFIER):
        world.coupon_terms.postObservation(kpi, 0, 40, paper, world.verifier.by)


@pytest.mark.spec("SVC-3")
def test_a_kpi_is_posted_by_its_fixing_day_and_without_authority_not_at_all(world, kpi, paper):
    coupons, fixing = world.coupon_terms, world.today + LENGTH - 3
    with refused("NotParty", world.issuer, world.verifier):
        coupons.postObservation(kpi, 0, 40, paper, world.issuer.by)
    with refused("WrongState", "COUPON_KIND", kpi, KPI, FLOATING):
        coupons.postFixing(kpi, 0, 40, paper, world.verifier.by)
    tx = coupons.postObservation(kpi, 1, 40, paper, world.verifier.by)
    emitted(tx, "ObservationPosted", bond=kpi, period=1, value=40)
    world.days_pass(LENGTH - 2)
    with refused("DateOutOfOrder", "FIXING_DAY", fixing, fixing + 1):
        coupons.postObservation(kpi, 0, 40, paper, world.verifier.by)


def test_coupons_that_need_no_posting_take_none(world, fixed, paper):
    with refused("WrongState", "COUPON_KIND", fixed, FIXED, FLOATING):
        world.coupon_terms.postFixing(fixed, 0, 1, paper, world.auditor.by)
    with refused("Unknown", "PERIOD", 3):
        world.coupon_terms.checkPost(fixed, 3, world.auditor)
    bare = given.closed_bond(world)
    with refused("NotFiled", bare):
        world.coupon_terms.checkPost(bare, 0, world.auditor)


# --- rates -------------------------------------------------------------------------------------------------


def test_only_the_service_fixes(world, fixed):
    with refused("NotModule", world.issuer, "SERVICE"):
        world.coupon_terms.fix(fixed, 0, world.issuer.by)


def test_coupons_are_fixed_in_order_after_their_record_day(world, fixed):
    day = world.today
    with refused("DateOutOfOrder", "RECORD_DAY", day + LENGTH - 1, day):
        world.coupon_terms.checkFix(fixed, 0)
    world.days_pass(2 * LENGTH)
    with refused("PeriodOutOfOrder", fixed, 1, 0):
        world.coupon_terms.checkFix(fixed, 1)
    world.coupon_terms.checkFix(fixed, 0)
    opens(world, fixed, 0)
    assert tuple(world.coupon_terms.progress(fixed)) == (3, 1, 30_000)


@pytest.mark.spec("SVC-3")
@pytest.mark.parametrize(("posted", "rate"), [(20_000, 30_000), (-90_000, 5_000), (90_000, 60_000)])
def test_a_floating_rate_is_the_fixing_and_the_margin_between_floor_and_cap(
    world, floating, paper, posted, rate
):
    world.days_pass(LENGTH)
    world.coupon_terms.postFixing(floating, 0, posted, paper, world.auditor.by)
    assert rate_of(world, opens(world, floating)) == rate


@pytest.mark.spec("SVC-3")
def test_a_late_fixer_is_waited_for_until_grace_ends(world, floating, paper):
    world.days_pass(LENGTH)
    with refused("FixingMissing", floating, 0):
        world.bond_service.open(floating, 0, world.stranger.by)
    world.days_pass(given_service.GRACE + 1)
    assert rate_of(world, opens(world, floating)) == 10_000
    with refused("AlreadyUsed", "PERIOD", ZERO):
        world.coupon_terms.postFixing(floating, 0, 1, paper, world.auditor.by)


@pytest.mark.spec("SVC-3")
def test_a_step_coupon_takes_the_rate_of_its_period(world):
    periods = [replace(p, rate=20_000 + n) for n, p in enumerate(schedule(world))]
    bond = filed_bond(world, Terms(STEP), periods)
    world.days_pass(2 * LENGTH)
    assert [rate_of(world, opens(world, bond, n)) for n in (0, 1)] == [20_000, 20_001]


@pytest.mark.spec("SVC-3")
@pytest.mark.parametrize(
    ("polarity", "value", "rate"),
    [(LOWER, 50, 30_000), (LOWER, 51, 34_000), (HIGHER, 50, 30_000), (HIGHER, 49, 34_000)],
)
def test_a_kpi_coupon_steps_up_when_its_target_is_missed(world, paper, polarity, value, rate):
    terms = Terms(KPI, polarity=polarity, fixer=world.verifier.address)
    bond = filed_bond(world, terms, schedule(world, target=50))
    world.coupon_terms.postObservation(bond, 0, value, paper, world.verifier.by)
    world.days_pass(LENGTH)
    assert rate_of(world, opens(world, bond)) == rate


@pytest.mark.spec("SVC-3")
def test_a_missed_report_costs_the_penalty_on_the_last_rate_within_the_cap(world, kpi):
    world.days_pass(3 * LENGTH)
    assert [rate_of(world, opens(world, kpi, n)) for n in range(3)] == [37_000, 40_000, 40_000]


# --- day counts --------------------------------------------------------------------------------------------


def parts(world, *args):
    return tuple(map(int, world.coupon_terms.partOfYear(*args)))


@pytest.mark.spec("DAY-1")
def test_day_counts_equal_the_published_cases(world):
    """DAY-1: every published case of a convention that is on chain, to less than a unit of its last digit."""
    with CASES.open(encoding="utf-8") as rows:
        cases = [row for row in csv.DictReader(rows) if row["convention"] in ON_CHAIN]
    assert len(cases) == 33
    for case in cases:
        start, end = parse_day(case["start"]), parse_day(case["end"])
        low, high = (parse_day(case[name]) if case[name] else 0 for name in ("ref_start", "ref_end"))
        months = (high - low) // 30 or 12
        got = Fraction(*parts(world, ON_CHAIN[case["convention"]], start, end, low, high, 12 // months))
        if case["unit"] == "days":
            assert got == Fraction(int(case["expected"]), 360)
        else:
            assert abs(got - Fraction(case["expected"])) < Fraction(1, 10**9)


@pytest.mark.spec("DAY-1")
def test_day_counts_equal_the_readable_twin(world):
    """DAY-1: numerator and denominator alike, on random days around the ends of months."""
    dice = Random(360)
    for _ in range(120):
        convention, frequency = dice.randint(1, 5), dice.choice(daycount.FREQUENCIES)
        low = dice.randrange(14_000, 26_000)
        low -= date_of(low).day - dice.choice((0, 1, 28))
        high = low + 365 // frequency
        start = low - dice.randrange(2 * (high - low))
        end = max(start, high + dice.randrange(-9, high - low))
        expected = daycount.fraction_parts(
            daycount.DayCount(convention), start, end, daycount.Reference(low, high, frequency)
        )
        assert parts(world, convention, start, end, low, high, frequency) == expected


def test_a_part_of_a_year_has_its_days_in_order_and_its_reference_near(world):
    with refused("DateOutOfOrder", "END", 9, 10):
        world.coupon_terms.partOfYear(1, 10, 9, 0, 0, 0)
    for low, high, frequency in ((20_000, 20_367, 1), (20_000, 20_030, 5), (20_000, 20_030, 0)):
        with refused("ReferenceUnfit", low, high, frequency):
            world.coupon_terms.partOfYear(ACT_ACT_ICMA, 20_000, 20_010, low, high, frequency)
    with refused("ReferenceUnfit", 20_000, 20_030, 12):
        world.coupon_terms.partOfYear(ACT_ACT_ICMA, 20_000, 20_200, 20_000, 20_030, 12)
