"""Undertakings: what was promised, reported and judged, due day by due day."""

import datetime as dt

import pytest
from brownie import chain

from tests.contracts.refusals import emitted, refused
from tests.contracts.world import AUDITOR, ISSUER, NOBODY, VERIFIER, ZERO, digest, label

UNIT = b"tCO2e".ljust(16, b"\0")
OPEN, REPORTED, ACCEPTED, QUALIFIED, REFUSED, CANCELLED, EXCUSED = range(7)
EPOCH = dt.date(1970, 1, 1)


@pytest.fixture
def framework(world):
    """Reviewed, with a yearly report (0), a target from below (1) and one from above (2), due once."""
    once = {"kind": 4, "everyMonths": 0, "unit": UNIT, "target": 500}
    promises = [
        world.promise(),
        world.promise(polarity=1, code=label("AVOIDED"), **once),
        world.promise(polarity=2, code=label("INTENSITY"), **once),
    ]
    framework = world.issuer.registers_framework("SOLAR", undertakings=promises)
    world.verifier.reviews(framework)
    return framework


def state(world, framework, index, occurrence=0):
    return world.undertakings.occurrence(framework, index, occurrence)[0]


def standing(world, framework, index, occurrence=0):
    """(overdue, failed, kept)"""
    key = (framework, index, occurrence)
    u = world.undertakings
    return u.isOverdue(*key), u.isFailed(*key), u.isKept(*key)


def submit(world, finding, signer=None, sender=None, **options):
    signer = signer or world.verifier
    signature = signer.signs(
        "Finding", finding, options.get("contract", world.undertakings), options.get("chain_id")
    )
    return world.undertakings.judge(tuple(finding.values()), signature, (sender or world.stranger).by)


# --- dates ---


@pytest.mark.parametrize(
    ("first", "months", "n", "due"),
    [
        ("2046-01-31", 1, 1, "2046-02-28"),
        ("2047-01-31", 1, 13, "2048-02-29"),
        ("2046-08-31", 6, 3, "2048-02-29"),
        ("2046-08-31", 12, 1, "2047-08-31"),
        ("2048-02-29", 12, 1, "2049-02-28"),
        ("2047-12-01", 1, 1, "2048-01-01"),
        ("2099-03-01", 255, 4, "2184-03-01"),
    ],
)
def test_due_days_are_those_of_the_calendar(world, first, months, n, due):
    day = (dt.date.fromisoformat(first) - EPOCH).days
    dated = world.promise(dueDay=day, lastDay=day + 40_000, everyMonths=months)
    framework = world.issuer.registers_framework("SOLAR", undertakings=[dated])
    assert world.undertakings.dueOn(framework, 0, n) == (dt.date.fromisoformat(due) - EPOCH).days


def test_nothing_is_owed_after_the_last_day_or_twice(world, framework):
    for index, n in ((0, 3), (0, 2**32 - 1), (1, 1)):
        with refused("OccurrenceUnknown", framework, index, n):
            world.undertakings.dueOn(framework, index, n)
    with refused("UndertakingUnknown", framework, 3):
        world.undertakings.dueOn(framework, 3, 0)


@pytest.mark.spec("FRM-3")
def test_what_was_due_before_a_version_dropped_it_stays_owed(world, framework):
    world.days_pass(31)
    content = (digest("new"), world.frameworks.catalogueOf(framework), [label("SOLAR")], [])
    world.frameworks.amend(framework, content, world.issuer.by)
    assert standing(world, framework, 0) == (True, False, False)
    with refused("OccurrenceUnknown", framework, 0, 1):
        world.undertakings.dueOn(framework, 0, 1)


# --- the issuer ---


def test_the_issuer_reports_and_the_verifier_of_the_review_accepts(world, framework):
    tx = world.issuer.reports(framework, 0)
    due = world.undertakings.dueOn(framework, 0, 0)
    emitted(tx, "UndertakingReported", framework=framework, round=1, dueOn=due, restates=False)
    assert standing(world, framework, 0) == (False, False, False)
    assert world.undertakings.validatorOf(framework, 0) == world.verifier
    tx = world.verifier.judges(framework, 0)
    emitted(tx, "UndertakingJudged", framework=framework, state=ACCEPTED, day=world.today)
    assert standing(world, framework, 0) == (False, False, True)


def test_only_the_issuer_reports_with_its_own_paper(world, framework):
    ask, act = world.undertakings.checkReport, world.undertakings.report
    with refused("NotParty", world.rival, world.issuer):
        world.rival.reports(framework, 0)
    with refused("Unknown", "FRAMEWORK", 9):
        act(9, 0, 0, 0, digest("paper"), world.issuer.by)
    with refused("DocumentUnknown", digest("paper"), world.issuer, 0):
        ask(framework, 0, 0, 0, digest("paper"), world.issuer)
    world.issuer.files("paper")
    ask(framework, 0, 0, 0, digest("paper"), world.issuer)
    world.operator.amends(world.issuer, roles=AUDITOR)
    with refused("MissingRole", world.issuer, AUDITOR, ISSUER):
        act(framework, 0, 0, 0, digest("paper"), world.issuer.by)


def test_a_report_that_never_came_is_overdue(world, framework):
    world.days_pass(30)
    assert standing(world, framework, 0) == (False, False, False)
    world.days_pass(1)
    assert standing(world, framework, 0) == (True, False, False)
    world.issuer.reports(framework, 0)
    assert standing(world, framework, 0) == (False, False, False)
    world.verifier.judges(framework, 0, outcome=3)
    assert state(world, framework, 0) == REFUSED and standing(world, framework, 0) == (True, False, False)


@pytest.mark.parametrize(("index", "hit", "miss"), [(1, 500, 499), (2, 500, 501)])
def test_a_figure_fails_by_its_polarity_and_an_admitted_miss_counts_at_once(
    world, framework, index, hit, miss
):
    world.issuer.reports(framework, index, value=miss)
    assert standing(world, framework, index) == (False, True, False)
    world.verifier.judges(framework, index)
    assert standing(world, framework, index) == (False, True, False)
    tx = world.issuer.reports(framework, index, value=hit)
    emitted(tx, "UndertakingReported", round=2, value=hit, restates=True)
    assert standing(world, framework, index) == (False, False, False)
    world.verifier.judges(framework, index, outcome=2)
    assert state(world, framework, index) == QUALIFIED
    assert standing(world, framework, index) == (False, False, True)


def test_a_cancellation_fails_until_it_is_excused(world, framework):
    reason = world.issuer.files("reason")
    with refused("NotParty", world.rival, world.issuer):
        world.undertakings.cancel(framework, 1, 0, reason, world.rival.by)
    tx = world.undertakings.cancel(framework, 1, 0, reason, world.issuer.by)
    emitted(tx, "UndertakingCancelled", framework=framework, index=1, document=reason, day=world.today)
    assert standing(world, framework, 1) == (False, True, False)
    with refused("WrongState", "OCCURRENCE", 0, CANCELLED, OPEN):
        world.undertakings.cancel(framework, 1, 0, reason, world.issuer.by)
    world.verifier.judges(framework, 1, outcome=3)
    assert state(world, framework, 1) == REFUSED
    world.undertakings.cancel(framework, 1, 0, reason, world.issuer.by)
    world.verifier.judges(framework, 1)
    assert state(world, framework, 1) == EXCUSED and standing(world, framework, 1) == (False, False, True)
    with refused("WrongState", "OCCURRENCE", 0, EXCUSED, OPEN):
        world.issuer.reports(framework, 1)


def test_what_was_accepted_is_not_cancelled(world, framework):
    world.issuer.reports(framework, 0)
    world.verifier.judges(framework, 0)
    with refused("WrongState", "OCCURRENCE", 0, ACCEPTED, OPEN):
        world.undertakings.cancel(framework, 0, 0, world.issuer.files("reason"), world.issuer.by)


# --- the validator ---


def test_anybody_files_what_the_validator_signed(world, framework):
    world.issuer.reports(framework, 0)
    finding = world.finding_of(framework, 0, 0, world.verifier)
    world.undertakings.checkFinding(tuple(finding.values()))
    submit(world, finding)
    assert state(world, framework, 0) == ACCEPTED
    with refused("WrongState", "OCCURRENCE", 0, ACCEPTED, REPORTED):
        submit(world, finding)


def test_nobody_signs_for_the_validator(world, framework):
    world.issuer.reports(framework, 0)
    finding = world.finding_of(framework, 0, 0, world.verifier)
    of = world.undertakings.findingDigest(tuple(finding.values()))
    for options in ({"signer": world.issuer}, {"chain_id": chain.id + 1}, {"contract": world.frameworks}):
        with refused("BadSignature", world.verifier, of):
            submit(world, finding, **options)
    with refused("BadSignature", world.verifier, of):
        world.undertakings.judge(tuple(finding.values()), b"", world.issuer.by)


def test_a_finding_fits_one_report_only(world, framework):
    world.issuer.reports(framework, 1, value=499)
    old = world.finding_of(framework, 1, 0, world.verifier)
    world.issuer.reports(framework, 1, value=500)
    with refused("StaleFinding", framework, 1, 0, 1, 2):
        submit(world, old)
    now = world.finding_of(framework, 1, 0, world.verifier)
    with refused("FindingMismatch", now["report"], 499, now["report"], 500):
        submit(world, now | {"value": 499})
    with refused("FindingMismatch", old["report"], 500, now["report"], 500):
        submit(world, now | {"report": old["report"]})


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"outcome": 0}, ("WrongState", "OUTCOME", 0, 0, 3)),
        ({"outcome": 4}, ("WrongState", "OUTCOME", 0, 4, 3)),
        ({"document": ZERO}, ("ZeroHash", "DOCUMENT")),
    ],
)
def test_a_malformed_finding_is_refused(world, framework, changes, refusal):
    world.issuer.reports(framework, 0)
    with refused(*refusal):
        submit(world, world.finding_of(framework, 0, 0, world.verifier, **changes))


def test_nothing_is_judged_that_was_not_reported(world, framework):
    with refused("WrongState", "OCCURRENCE", 0, OPEN, REPORTED):
        world.verifier.judges(framework, 0)
    with refused("Unknown", "FRAMEWORK", 9):
        submit(world, world.finding_of(framework, 0, 0, world.verifier) | {"framework": 9})


def test_the_validator_is_the_one_named_active_and_unrelated(world, framework):
    world.issuer.reports(framework, 0)
    with refused("NotParty", world.investor, world.verifier):
        world.investor.judges(framework, 0)
    for who in (world.issuer, world.verifier):
        world.operator.amends(who, group=2)
    with refused("RelatedParties", world.issuer, world.verifier, 2):
        world.verifier.judges(framework, 0)
    world.operator.lapses(world.verifier)
    with refused("Lapsed", world.verifier, world.today - 1, world.today):
        world.verifier.judges(framework, 0)


def test_an_undertaking_may_name_its_own_validator(world):
    world.operator.admits(world.stranger, VERIFIER)
    named = world.promise(validator=world.stranger.address)
    framework = world.issuer.registers_framework("SOLAR", undertakings=[named, world.promise()])
    world.issuer.reports(framework, 0)
    world.stranger.judges(framework, 0)
    assert state(world, framework, 0) == ACCEPTED
    world.issuer.reports(framework, 1)
    assert world.undertakings.validatorOf(framework, 1) == NOBODY
    with refused("NotParty", world.stranger, NOBODY):
        world.stranger.judges(framework, 1)
