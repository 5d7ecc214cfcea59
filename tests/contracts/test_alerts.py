"""Alerts: raised by who has a stake or a role, and judged by strangers, with a reason (ALERT-2)."""

import pytest

from tests.contracts import given
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    ANSWER_DAYS,
    AUDITOR,
    AUTHORITY,
    INVESTOR,
    NOBODY,
    VERIFIER,
    ZERO,
    digest,
    label,
)

pytestmark = pytest.mark.spec("ALERT-2")
RAISED, ASSIGNED, EXPLAINED, CONFIRMED, DISMISSED = range(1, 6)
RULE_BROKEN, NOT_EXPLAINED, ALLOWED, SEEN_BEFORE = 1, 3, 4, 8
WITNESSES, JUDGES = VERIFIER | AUDITOR | AUTHORITY, AUDITOR | AUTHORITY
ROUND_TRIP = label("round-trip")
KEY, OTHER_KEY = digest("key of a finding"), digest("key of another")
WATCH, WITHDRAWN = 2, 3


@pytest.fixture(scope="module")
def bond(world):
    """Issued; the investor holds every unit."""
    bond = given.closed_bond(world)
    for who in (world.investor, world.auditor, world.verifier, world.regulator, world.issuer, world.company):
        who.files("paper")
    return bond


@pytest.fixture
def second(world):
    """Another verifier, in nobody's group."""
    world.operator.admits(world.stranger, VERIFIER)
    world.stranger.files("paper")
    return world.stranger


def raises(world, bond, who, key=KEY, subject=NOBODY, document="paper"):
    return world.alerts.raiseAlert(bond, key, ROUND_TRIP, subject, digest(document), who.by)


def judged_by(world, bond, judge):
    """An alert that the investor raised and gave to its judge."""
    raises(world, bond, world.investor)
    world.alerts.assign(1, judge, world.investor.by)
    return 1


def state(world, id_=1):
    return world.alerts.alert(id_)[1]


def confirms(world, who, reason=RULE_BROKEN, severe=False, document="paper"):
    return world.alerts.confirm(1, reason, severe, digest(document), who.by)


def dismisses(world, who, reason=ALLOWED, document="paper"):
    return world.alerts.dismiss(1, reason, digest(document), who.by)


# --- raising ---


def test_who_has_a_stake_or_a_role_raises_an_alert(world, bond):
    tx = raises(world, bond, world.investor)
    people = [world.investor.address, world.issuer.address, NOBODY]
    numbers = [bond, RAISED, 0, 1, world.today, 0, 0]
    terms = [*numbers, *people, KEY, ROUND_TRIP, digest("paper"), ZERO, ZERO]
    emitted(tx, "AlertRaised", alert=1, bond=bond, key=KEY, terms=terms)
    for number, who in enumerate((world.auditor, world.verifier, world.regulator), 2):
        raises(world, bond, who, key=digest(f"key {number}"))
    assert world.alerts.count() == 4
    assert world.alerts.idOf(bond, KEY) == 1 and world.alerts.idOf(bond, digest("key 4")) == 4
    assert [one[7] for one in world.alerts.alerts(2, 2)] == [world.auditor.address, world.verifier.address]
    assert [len(world.alerts.alerts(first, 9)) for first in (1, 4, 5)] == [4, 1, 0]


def test_nobody_else_floods_the_list(world, bond):
    with refused("MissingRole", world.company, ..., WITNESSES):
        raises(world, bond, world.company)
    with refused("NotAdmitted", world.stranger):
        raises(world, bond, world.stranger)
    with refused("MissingRole", world.investor, INVESTOR, WITNESSES):
        raises(world, 0, world.investor, subject=world.company)
    world.operator.suspends(world.investor)
    with refused("Suspended", world.investor):
        world.alerts.checkRaise(bond, KEY, ROUND_TRIP, NOBODY, digest("paper"), world.investor)


def test_an_alert_names_a_finding_once_a_bond_and_cites_a_paper(world, bond):
    raises(world, bond, world.investor)
    with refused("AlreadyUsed", "ALERT", "0x" + f"{1:064x}"):
        raises(world, bond, world.auditor)
    with refused("DocumentUnknown", digest("none"), world.auditor, 0):
        raises(world, bond, world.auditor, key=OTHER_KEY, document="none")
    with refused("ZeroHash", "KEY"):
        raises(world, bond, world.auditor, key=ZERO)
    with refused("ZeroHash", "INDICATOR"):
        world.alerts.raiseAlert(bond, OTHER_KEY, ZERO, NOBODY, digest("paper"), world.auditor.by)
    with refused("NotAdmitted", world.stranger):
        raises(world, bond, world.auditor, key=OTHER_KEY, subject=world.stranger)
    raises(world, 0, world.auditor, subject=world.company)
    assert world.alerts.idOf(0, KEY) == 2, "a key of one bond is no other's"


def test_an_alert_is_about_an_issued_bond_or_about_somebody(world):
    booking = given.registered_bond(world)
    with refused("WrongState", "BOND", booking, 1, 2):
        raises(world, booking, world.auditor)
    with refused("Unknown", "BOND", 99):
        raises(world, 99, world.auditor)
    with refused("NotAdmitted", NOBODY):
        raises(world, 0, world.auditor)


# --- who judges ---


def test_who_raised_it_names_its_judge(world, bond):
    raises(world, bond, world.investor)
    tx = world.alerts.assign(1, world.auditor, world.investor.by)
    emitted(tx, "AlertAssigned", alert=1, bond=bond, judge=world.auditor, by=world.investor)
    assert state(world) == ASSIGNED and world.alerts.alert(1)[9] == world.auditor
    with refused("SameParty", world.auditor, world.auditor):
        world.alerts.assign(1, world.auditor, world.auditor.by)


def test_who_is_fit_takes_an_alert_itself_or_names_another(world, bond, second):
    raises(world, bond, world.investor)
    with refused("MissingRole", world.company, ..., WITNESSES):
        world.alerts.assign(1, world.auditor, world.company.by)
    with refused("RelatedParties", world.issuer, second, 3):
        for who in (world.issuer, second):
            world.operator.amends(who, group=3)
        world.alerts.assign(1, world.auditor, second.by)
    world.alerts.assign(1, world.verifier, world.auditor.by)
    with refused("MissingRole", world.investor, INVESTOR, AUTHORITY):
        world.alerts.assign(1, world.auditor, world.investor.by)
    with refused("MissingRole", world.auditor, AUDITOR, AUTHORITY):
        world.alerts.assign(1, world.auditor, world.auditor.by)
    world.alerts.assign(1, world.auditor, world.verifier.by)
    world.alerts.assign(1, world.verifier, world.regulator.by)
    world.alerts.assign(1, world.regulator, world.regulator.by)
    assert world.alerts.alert(1)[9] == world.regulator


@pytest.mark.parametrize("tie", ["issuer", "subject", "raiser"])
def test_a_relative_of_anybody_whom_it_touches_judges_nothing(world, bond, tie):
    raises(world, bond, world.investor, subject=world.supplier)
    other = {"issuer": world.issuer, "subject": world.supplier, "raiser": world.investor}[tie]
    for who in (other, world.auditor):
        world.operator.amends(who, group=3)
    with refused("RelatedParties", other, world.auditor, 3):
        world.alerts.assign(1, world.auditor, world.investor.by)
    with refused("RelatedParties", other, world.auditor, 3):
        world.alerts.checkAssign(1, world.auditor, world.auditor)


def test_who_raised_it_does_not_judge_it(world, bond):
    raises(world, bond, world.auditor)
    with refused("SameParty", world.auditor, world.auditor):
        world.alerts.assign(1, world.auditor, world.auditor.by)


def test_who_is_the_party_concerned_does_not_judge_it(world, bond):
    raises(world, bond, world.auditor, subject=world.verifier)
    with refused("SameParty", world.verifier, world.verifier):
        world.alerts.assign(1, world.verifier, world.auditor.by)


def test_who_holds_units_of_the_bond_judges_nothing_about_it(world, bond):
    world.operator.amends(world.investor, roles=INVESTOR | AUDITOR)
    raises(world, bond, world.verifier)
    units = world.at("GreenBond", world.bond_office.bond(bond)["token"]).balanceOf(world.investor)
    with refused("Interested", world.investor, bond, units):
        world.alerts.assign(1, world.investor, world.verifier.by)
    raises(world, 0, world.verifier, subject=world.company)
    world.alerts.assign(2, world.investor, world.verifier.by)


def test_an_alert_left_too_long_shows_and_goes_to_another(world, bond):
    judged_by(world, bond, world.verifier)
    assert world.alerts.answerDays() == ANSWER_DAYS
    world.days_pass(ANSWER_DAYS)
    assert not world.alerts.isOverdue(1)
    world.days_pass(1)
    assert world.alerts.isOverdue(1) and not world.alerts.isOverdue(2)
    world.alerts.assign(1, world.auditor, world.investor.by)
    world.alerts.assign(1, world.regulator, world.regulator.by)
    confirms(world, world.regulator)
    assert not world.alerts.isOverdue(1)


# --- the other side is heard ---


def test_the_issuer_and_the_party_concerned_explain(world, bond):
    raises(world, bond, world.investor, subject=world.company)
    tx = world.alerts.explain(1, digest("paper"), world.issuer.by)
    emitted(tx, "AlertExplained", alert=1, bond=bond, by=world.issuer, document=digest("paper"))
    assert state(world) == RAISED, "it waits for a judge"
    world.alerts.assign(1, world.auditor, world.investor.by)
    assert state(world) == EXPLAINED
    world.alerts.explain(1, world.company.files("more"), world.company.by)
    assert world.alerts.alert(1)[13] == digest("more")
    with refused("NotParty", world.investor, world.company):
        world.alerts.explain(1, digest("paper"), world.investor.by)
    with refused("DocumentUnknown", digest("none"), world.issuer, 0):
        world.alerts.checkExplain(1, digest("none"), world.issuer)
    world.operator.suspends(world.company)
    with refused("Suspended", world.company):
        world.alerts.explain(1, digest("more"), world.company.by)


def test_an_alert_about_no_bond_is_explained_by_the_party_concerned(world, bond):
    raises(world, 0, world.auditor, subject=world.company)
    with refused("NotParty", world.issuer, world.company):
        world.alerts.explain(1, digest("paper"), world.issuer.by)
    world.alerts.assign(1, world.verifier, world.auditor.by)
    world.alerts.explain(1, digest("paper"), world.company.by)
    assert state(world) == EXPLAINED
    tx = confirms(world, world.verifier)
    emitted(tx, "AlertConfirmed", alert=1, bond=0, breach=0)
    assert world.labels.count() == 0


# --- its end ---


@pytest.mark.spec("LBL-1")
def test_a_confirmed_alert_is_a_breach_of_the_label(world, bond):
    judged_by(world, bond, world.auditor)
    tx = confirms(world, world.auditor)
    what = {"by": world.auditor, "reason": RULE_BROKEN, "severe": False, "document": digest("paper")}
    emitted(tx, "AlertConfirmed", alert=1, bond=bond, breach=1, **what)
    emitted(tx, "BreachRaised", breach=1, bond=bond, label=WATCH)
    assert list(world.alerts.alert(1)[:7]) == [bond, CONFIRMED, RULE_BROKEN, 1, world.today, world.today, 1]
    assert list(world.labels.breach(1)[6:]) == [False, world.auditor.address, digest("paper")]
    for act in (confirms, dismisses):
        with refused("WrongState", "ALERT", 1, CONFIRMED, EXPLAINED):
            act(world, world.auditor)
    with refused("WrongState", "ALERT", 1, CONFIRMED, DISMISSED):
        world.alerts.reopen(1, digest("paper"), world.investor.by)


@pytest.mark.spec("LBL-1")
def test_a_severe_one_takes_an_auditor_or_authority(world, bond):
    judged_by(world, bond, world.verifier)
    with refused("MissingRole", world.verifier, VERIFIER, JUDGES):
        confirms(world, world.verifier, severe=True)
    world.alerts.assign(1, world.auditor, world.verifier.by)
    emitted(confirms(world, world.auditor, severe=True), "BreachRaised", label=WITHDRAWN)


def test_an_alert_is_dismissed_with_a_reason_and_stays_readable(world, bond):
    judged_by(world, bond, world.verifier)
    tx = dismisses(world, world.verifier)
    what = {"by": world.verifier, "reason": ALLOWED, "document": digest("paper")}
    emitted(tx, "AlertDismissed", alert=1, bond=bond, **what)
    kept = world.alerts.alert(1)
    assert (kept[1], kept[2], kept[5]) == (DISMISSED, ALLOWED, world.today)
    assert kept[10:] == (KEY, ROUND_TRIP, digest("paper"), ZERO, digest("paper"))
    assert world.labels.count() == 0


def test_an_end_has_a_reason_of_its_kind_and_a_paper(world, bond):
    judged_by(world, bond, world.auditor)
    for reason in (0, ALLOWED):
        with refused("WrongState", "REASON", 1, reason, NOT_EXPLAINED):
            world.alerts.checkConfirm(1, reason, False, digest("paper"), world.auditor)
        with refused("WrongState", "REASON", 1, reason, NOT_EXPLAINED):
            confirms(world, world.auditor, reason=reason)
    for reason in (NOT_EXPLAINED, SEEN_BEFORE + 1):
        with refused("WrongState", "REASON", 1, reason, SEEN_BEFORE):
            world.alerts.checkDismiss(1, reason, digest("paper"), world.auditor)
        with refused("WrongState", "REASON", 1, reason, SEEN_BEFORE):
            dismisses(world, world.auditor, reason=reason)
    for act in (confirms, dismisses):
        with refused("DocumentUnknown", digest("none"), world.auditor, 0):
            act(world, world.auditor, document="none")


def test_only_its_judge_or_an_authority_ends_an_alert(world, bond, second):
    raises(world, bond, world.investor)
    for act in (confirms, dismisses):
        with refused("WrongState", "ALERT", 1, RAISED, ASSIGNED):
            act(world, world.auditor)
    with refused("Unknown", "ALERT", 2):
        world.alerts.checkDismiss(2, ALLOWED, digest("paper"), world.auditor)
    world.alerts.assign(1, world.auditor, world.investor.by)
    for act in (confirms, dismisses):
        for who in (second, world.issuer, world.investor):
            with refused("NotParty", who, world.auditor):
                act(world, who)
    dismisses(world, world.regulator)
    assert world.alerts.alert(1)[9] == world.regulator, "whose judgement it was"


def test_a_judge_that_became_a_relative_ends_nothing(world, bond):
    judged_by(world, bond, world.auditor)
    for who in (world.issuer, world.auditor):
        world.operator.amends(who, group=3)
    for act in (confirms, dismisses):
        with refused("RelatedParties", world.issuer, world.auditor, 3):
            act(world, world.auditor)


def test_an_authority_that_is_a_relative_ends_nothing(world, bond):
    judged_by(world, bond, world.auditor)
    for who in (world.issuer, world.regulator):
        world.operator.amends(who, group=3)
    with refused("RelatedParties", world.issuer, world.regulator, 3):
        dismisses(world, world.regulator)


# --- again ---


def test_new_evidence_opens_a_dismissed_alert_for_auditors_and_authorities(world, bond, second):
    judged_by(world, bond, world.verifier)
    with refused("WrongState", "ALERT", 1, ASSIGNED, DISMISSED):
        world.alerts.reopen(1, digest("new"), world.investor.by)
    world.verifier.files("why not")
    dismisses(world, world.verifier, document="why not")
    for cited in ("paper", "why not"):
        with refused("AlreadyUsed", "DOCUMENT", digest(cited)):
            world.alerts.reopen(1, digest(cited), world.investor.by)
    with refused("DocumentUnknown", digest("new"), world.investor, 0):
        world.alerts.checkReopen(1, digest("new"), world.investor)
    world.company.files("new")
    with refused("MissingRole", world.company, ..., WITNESSES):
        world.alerts.reopen(1, digest("new"), world.company.by)
    with refused("Unknown", "ALERT", 9):
        world.alerts.checkReopen(9, digest("new"), world.investor)
    world.days_pass(3)
    tx = world.alerts.reopen(1, world.investor.files("new"), world.investor.by)
    emitted(tx, "AlertReopened", alert=1, bond=bond, by=world.investor, document=digest("new"), round=2)
    numbers = [bond, RAISED, 0, 2, world.today, 0, 0]
    people = [world.investor.address, world.issuer.address, NOBODY]
    papers = [digest("new"), ZERO, ZERO]
    assert list(world.alerts.alert(1)) == [*numbers, *people, KEY, ROUND_TRIP, *papers]
    with refused("MissingRole", second, VERIFIER, JUDGES):
        world.alerts.assign(1, second, world.investor.by)
    world.alerts.assign(1, world.auditor, world.investor.by)
    confirms(world, world.auditor)
    assert state(world) == CONFIRMED


def test_an_alert_gates_no_money(world, bond):
    judged_by(world, bond, world.auditor)
    confirms(world, world.auditor, severe=True)
    world.issuer.allocates(given.open_line(world, bond), 1_000)


def test_what_is_not_there_is_unknown(world, bond):
    for ask in (
        lambda: world.alerts.checkAssign(1, world.auditor, world.investor),
        lambda: world.alerts.checkExplain(1, digest("paper"), world.issuer),
        lambda: world.alerts.checkConfirm(1, RULE_BROKEN, False, digest("paper"), world.auditor),
    ):
        with refused("Unknown", "ALERT", 1):
            ask()
    assert world.alerts.alert(1)[1] == 0
