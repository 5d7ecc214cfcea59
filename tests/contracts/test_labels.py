"""Labels: a bond's label falls only for a cause that the record shows, and rises only by cure (LBL-1)."""

import pytest

from tests.contracts import given
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    AUDITOR,
    AUTHORITY,
    CURE_DAYS,
    INVESTOR,
    NOBODY,
    VERIFIER,
    ZERO,
    digest,
    label,
)

pytestmark = pytest.mark.spec("LBL-1")
REVIEW, BY_VERIFIER, UNDERTAKING, ALERT = 1, 2, 3, 4
GREEN, WATCH, WITHDRAWN = 1, 2, 3
RULE_BROKEN = 1


@pytest.fixture(scope="module")
def bond(world):
    """Issued under a framework that promises a yearly report."""
    framework = world.issuer.registers_framework("SOLAR", undertakings=[world.promise()])
    world.verifier.reviews(framework, validUntil=world.today + 3_000)
    bond = world.issuer.registers_bond(given.terms(world, framework))
    given.moneyed(world, world.investor, 600 * given.PRICE, world.proceeds)
    world.investor.books(bond, 600)
    world.issuer.allots(bond)
    world.issuer.closes(bond, given.COST)
    return bond


@pytest.fixture
def framework(world, bond):
    return world.bond_office.bond(bond)["terms"][0]


@pytest.fixture
def second(world):
    """Another verifier, in nobody's group."""
    world.operator.admits(world.stranger, VERIFIER)
    return world.stranger


def the_label(world, bond):
    return world.labels.labelOf(bond)[0]


def raises(world, bond, cause, index=0, occurrence=0):
    return world.labels.raiseBreach(bond, cause, index, occurrence, world.factor.by)


def confirms(world, bond, who, severe=False, name="alert"):
    """The investor raises an alert; `who` takes and confirms it, citing a document of that name."""
    alerts = world.alerts
    number, raised = alerts.count() + 1, world.investor.files(f"finding {alerts.count()}")
    alerts.raiseAlert(bond, raised, label("round-trip"), NOBODY, raised, world.investor.by)
    alerts.assign(number, who, who.by)
    known = world.documents.document(digest(name), who.address)[0]
    paper = digest(name) if known else who.files(name)
    return alerts.confirm(number, RULE_BROKEN, severe, paper, who.by)


# --- falling ---


def test_a_bond_is_green_from_its_issue_on(world, bond):
    assert list(world.labels.labelOf(bond)) == [GREEN, 0, 0]
    assert list(world.labels.labelOf(99)) == [0, 0, 0]
    assert world.labels.cureDays() == CURE_DAYS


@pytest.mark.parametrize("cause", [REVIEW, BY_VERIFIER, ALERT, 0, 5])
def test_it_does_not_fall_without_cause(world, bond, cause):
    with refused("NoBreach", bond, cause):
        world.labels.checkRaise(bond, cause, 0, 0)
    with refused("NoBreach", bond, cause):
        raises(world, bond, cause)
    with refused("NoBreach", bond, UNDERTAKING):
        raises(world, bond, UNDERTAKING)
    assert the_label(world, bond) == GREEN


def test_a_cause_has_one_number_only(world, bond, framework):
    world.frameworks.withdrawReview(framework, digest("why"), world.verifier.by)
    for index, n in ((1, 0), (0, 1)):
        with refused("NoBreach", bond, REVIEW):
            raises(world, bond, REVIEW, index, n)
    raises(world, bond, REVIEW)
    with refused("AlreadyUsed", "BREACH", "0x" + f"{1:064x}"):
        raises(world, bond, REVIEW)


def test_only_an_issued_bond_has_a_label(world):
    booking = given.registered_bond(world)
    with refused("WrongState", "BOND", booking, 1, 2):
        raises(world, booking, REVIEW)
    with refused("Unknown", "BOND", 99):
        raises(world, 99, REVIEW)
    assert the_label(world, booking) == 0


def test_a_review_withdrawn_puts_the_label_on_watch_and_a_new_one_cures_it(world, bond, framework):
    world.frameworks.withdrawReview(framework, digest("why"), world.verifier.by)
    assert the_label(world, bond) == GREEN, "until somebody has it recorded"
    tx = raises(world, bond, REVIEW)
    terms = [bond, REVIEW, 0, 0, world.today, 0, False, world.factor.address, ZERO]
    emitted(tx, "BreachRaised", breach=1, bond=bond, label=WATCH, terms=terms)
    assert list(world.labels.labelOf(bond)) == [WATCH, 1, world.today]
    assert list(world.labels.breach(1)) == terms
    for ask in (lambda: world.labels.checkCure(1), lambda: world.labels.cure(1, world.issuer.by)):
        with refused("NotCured", 1, REVIEW):
            ask()
    world.verifier.reviews(framework)
    tx = world.labels.cure(1, world.issuer.by)
    emitted(tx, "BreachCured", breach=1, bond=bond, label=GREEN, by=world.issuer, document=ZERO)
    assert the_label(world, bond) == GREEN
    with refused("WrongState", "BREACH", 1, 1, 0):
        world.labels.cure(1, world.issuer.by)
    with refused("Unknown", "BREACH", 2):
        world.labels.cure(2, world.issuer.by)


@pytest.mark.parametrize("how", ["suspended", "lapsed", "no verifier", "related"])
def test_a_verifier_that_would_be_refused_today_is_a_cause(world, bond, framework, how):
    """The review itself stands to its last day; the label tells."""
    if how == "suspended":
        world.operator.suspends(world.verifier)
    elif how == "lapsed":
        world.operator.lapses(world.verifier)
    elif how == "no verifier":
        world.operator.amends(world.verifier, roles=INVESTOR)
    else:
        for who in (world.issuer, world.verifier):
            world.operator.amends(who, group=2)
    world.frameworks.requireReview(framework)
    raises(world, bond, BY_VERIFIER)
    assert the_label(world, bond) == WATCH
    world.operator.amends(world.verifier, suspended=False, lapse=world.today + 9, roles=VERIFIER, group=0)
    world.labels.cure(1, world.issuer.by)
    assert the_label(world, bond) == GREEN


def test_a_late_report_is_cured_when_its_evidence_is_accepted_and_not_before(world, bond, framework):
    world.days_pass(31)
    raises(world, bond, UNDERTAKING)
    world.issuer.reports(framework, 0)
    with refused("NotCured", 1, UNDERTAKING):
        world.labels.cure(1, world.issuer.by)
    world.verifier.judges(framework, 0)
    world.labels.cure(1, world.issuer.by)
    assert the_label(world, bond) == GREEN


def test_an_open_breach_ends_the_label_after_the_time_to_cure(world, bond, framework):
    world.days_pass(31)
    raises(world, bond, UNDERTAKING)
    world.days_pass(CURE_DAYS)
    assert the_label(world, bond) == WATCH
    world.days_pass(1)
    assert the_label(world, bond) == WITHDRAWN
    world.issuer.reports(framework, 0)
    world.verifier.judges(framework, 0)
    world.labels.cure(1, world.issuer.by)
    assert the_label(world, bond) == GREEN


# --- alerts ---


def test_a_confirmed_alert_is_a_breach_by_name_with_a_document(world, bond, second):
    tx = confirms(world, bond, second)
    emitted(tx, "BreachRaised", breach=1, bond=bond, label=WATCH)
    assert world.labels.breach(1)[7:] == (second.address, digest("alert"))
    with refused("NotCured", 1, ALERT):
        world.labels.cure(1, second.by)
    confirms(world, bond, second)
    assert list(world.labels.labelOf(bond))[:2] == [WATCH, 2], "one paper may answer for two alerts"


def test_only_the_alerts_confirm_an_alert(world, bond):
    for who in (world.auditor, world.regulator, world.operator):
        with refused("NotModule", who, "ALERTS"):
            world.labels.confirm(bond, digest("alert"), False, world.auditor, who.by)
    assert the_label(world, bond) == GREEN


def test_an_alert_is_cured_or_aggravated_by_a_stranger_with_a_paper(world, bond, second):
    confirms(world, bond, second)
    with refused("MissingRole", world.investor, INVESTOR, VERIFIER | AUDITOR | AUTHORITY):
        world.labels.cureAlert(1, world.investor.files("cure"), world.investor.by)
    with refused("DocumentUnknown", digest("none"), second, 0):
        world.labels.cureAlert(1, digest("none"), second.by)
    for who in (world.issuer, world.auditor):
        world.operator.amends(who, group=3)
    with refused("RelatedParties", world.issuer, world.auditor, 3):
        world.labels.aggravate(1, world.auditor.files("worse"), world.auditor.by)


def test_a_severe_alert_withdraws_the_label_at_once(world, bond, second):
    tx = confirms(world, bond, world.auditor, severe=True)
    emitted(tx, "BreachRaised", label=WITHDRAWN)
    assert the_label(world, bond) == WITHDRAWN
    cure = second.files("cure")
    with refused("NotParty", second, world.auditor):
        world.labels.cureAlert(1, cure, second.by)
    tx = world.labels.cureAlert(1, world.regulator.files("cure"), world.regulator.by)
    emitted(tx, "BreachCured", label=GREEN, by=world.regulator, document=digest("cure"))


def test_what_was_confirmed_may_turn_out_severe(world, bond, second):
    confirms(world, bond, second)
    with refused("MissingRole", second, VERIFIER, AUDITOR | AUTHORITY):
        world.labels.aggravate(1, digest("alert"), second.by)
    tx = world.labels.aggravate(1, world.auditor.files("worse"), world.auditor.by)
    emitted(tx, "BreachSevere", breach=1, bond=bond, by=world.auditor, document=digest("worse"))
    assert the_label(world, bond) == WITHDRAWN
    with refused("WrongState", "BREACH", 1, 1, 0):
        world.labels.aggravate(1, digest("worse"), world.auditor.by)
    with refused("NotParty", second, world.auditor):
        world.labels.cureAlert(1, digest("alert"), second.by)
    world.labels.cureAlert(1, digest("worse"), world.auditor.by)
    assert the_label(world, bond) == GREEN


def test_another_verifier_may_cure_an_alert_but_no_other_auditor(world, bond, second):
    confirms(world, bond, second)
    with refused("NotParty", world.auditor, second):
        world.labels.cureAlert(1, world.auditor.files("cure"), world.auditor.by)
    world.labels.cureAlert(1, world.verifier.files("cure"), world.verifier.by)
    assert the_label(world, bond) == GREEN


def test_a_cause_the_chain_sees_is_not_argued_away(world, bond, framework):
    world.frameworks.withdrawReview(framework, digest("why"), world.verifier.by)
    raises(world, bond, REVIEW)
    with refused("NotCured", 1, REVIEW):
        world.labels.cureAlert(1, world.verifier.files("cure"), world.verifier.by)


# --- many ---


def test_breaches_are_kept_in_order_whichever_is_cured_first(world, bond, second):
    for name in ("a", "b", "c"):
        confirms(world, bond, second, name=name)
        world.days_pass(1)
    first = world.today - 3
    assert list(world.labels.labelOf(bond)) == [WATCH, 3, first]
    assert list(world.labels.openBreaches(bond, 0, 9)) == [1, 2, 3]
    assert list(world.labels.openBreaches(bond, 1, 1)) == [2]
    assert list(world.labels.openBreaches(bond, 3, 9)) == []
    world.labels.cureAlert(2, digest("b"), second.by)
    assert list(world.labels.openBreaches(bond, 0, 9)) == [1, 3]
    world.labels.cureAlert(1, digest("a"), second.by)
    assert list(world.labels.labelOf(bond)) == [WATCH, 1, first + 2]
    world.labels.cureAlert(3, digest("c"), second.by)
    assert list(world.labels.labelOf(bond)) == [GREEN, 0, 0]
    confirms(world, bond, world.auditor)
    assert list(world.labels.openBreaches(bond, 0, 9)) == [4] and world.labels.count() == 4


def test_a_label_gates_no_money(world, bond):
    """It is reported only; the gate asks for a review, not for the label."""
    confirms(world, bond, world.auditor, severe=True)
    world.issuer.allocates(given.open_line(world, bond), 1_000)


def test_only_the_delayed_powers_set_the_time_to_cure(world):
    with refused("NotPowers", world.operator, world.powers):
        world.labels.setCureDays(1, world.operator.by)
    tx = world.changes(world.labels, "setCureDays", 7)
    emitted(tx, "CureDaysSet", cureDays=7)
    assert world.labels.cureDays() == 7
