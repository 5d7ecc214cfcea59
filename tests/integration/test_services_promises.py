"""Undertakings, labels and performance through `Ledger`: what was promised, and what follows from it."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger import Ledger
from ledger.bootstrap.testing import FIRST_DAY
from ledger.domain.catalogues import UnknownCategory, catalogue
from ledger.domain.creditlevel import ObservationKind
from ledger.domain.roles import Role
from ledger.domain.states import (
    AlertReason,
    AlertState,
    Cause,
    LabelState,
    OccurrenceState,
    Polarity,
    UndertakingKind,
)
from ledger.errors import BadInput, ContractRefusal, NotFound
from ledger.services.frameworks import Outcome, Undertaking
from tests.integration import given_bond as given
from tests.integration.given_bond import CATEGORY, DAY, yuan

YEARLY = Undertaking(
    "REPORT",
    UndertakingKind.REPORTING,
    FIRST_DAY + 30 * DAY,
    every_months=12,
    until=FIRST_DAY + 900 * DAY,
)
AVOIDED = Undertaking(
    "AVOIDED",
    UndertakingKind.PERFORMANCE,
    FIRST_DAY + 60 * DAY,
    unit="tCO2e",
    target=500,
    polarity=Polarity.HIGHER,
)


@pytest.fixture
def promised(staffed: Ledger) -> tuple[Ledger, int, int]:
    """(ledger, framework, bond issued under it)"""
    of = staffed.issuer.register_framework(
        "Issuer",
        b"framework",
        catalogue="GBEPC-2021",
        categories=[CATEGORY],
        undertakings=[YEARLY, AVOIDED],
    ).id
    staffed.verifier.review("Verifier", of, b"opinion", valid_until=dt.date(2027, 1, 1))
    bond = given.booking_bond(staffed, of)
    given.mint(staffed, "Investor", yuan(10_000))
    staffed.investor.book("Investor", bond, 100)
    staffed.issuer.allot("Issuer", bond)
    staffed.issuer.close("Issuer", bond, cost=yuan(50), value_date=FIRST_DAY)
    return staffed, of, bond


def on(ledger: Ledger, days: int) -> None:
    ledger.operator.post_business_date(FIRST_DAY + days * DAY)


# --- catalogues ---


@pytest.mark.spec("FRM-2")
def test_a_code_is_one_of_its_catalogue_and_the_nearest_are_named(staffed: Ledger) -> None:
    with pytest.raises(UnknownCategory) as refused:
        staffed.issuer.register_framework("Issuer", b"f", catalogue="GBEPC-2021", categories=["3.2.2.99"])
    assert "3.2.2.9 (" in str(refused.value.needed)
    found = staffed.issuer.catalogue_for("CN")
    assert found.code == "GBEPC-2021" and found.category(CATEGORY).status.startswith("verified")
    assert staffed.issuer.catalogue_for("CN", dt.date(2025, 10, 1)).code == "GFEPC-2025"
    assert staffed.issuer.catalogue_for("CN", dt.date(2016, 7, 12)).code == "GBEPC-2015"
    assert not catalogue("GFEPC-2025").is_listed
    assert "UNVERIFIED" in catalogue("GFEPC-2025").category("1.1").status


@pytest.mark.spec("FRM-2")
def test_a_catalogue_that_is_not_in_force_is_refused(staffed: Ledger) -> None:
    for code, category in (("GBEPC-2015", "5.1"), ("GFEPC-2025", "1.1"), ("MINE", "1")):
        with pytest.raises(ContractRefusal, match="CatalogueNotInForce"):
            staffed.issuer.register_framework("Issuer", b"f", catalogue=code, categories=[category])


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": "x" * 17},
        {"code": ""},
        {"target": -1},
        {"every_months": 256},
        {"until": FIRST_DAY},
    ],
)
def test_an_undertaking_that_cannot_be_is_refused_before_anything_is_sent(
    staffed: Ledger, changes: dict[str, object]
) -> None:
    wrong = Undertaking(
        **{**{"code": "C", "kind": UndertakingKind.REPORTING, "due": FIRST_DAY + DAY}, **changes}
    )  # type: ignore[arg-type]
    block = staffed.client.block_number()
    with pytest.raises(BadInput):
        staffed.issuer.register_framework(
            "Issuer", b"f", catalogue="ICMA-GBP", categories=["1"], undertakings=[wrong]
        )
    assert staffed.client.block_number() == block


# --- undertakings ---


@pytest.mark.spec("FRM-3")
def test_what_is_owed_is_listed_by_its_days(promised: tuple[Ledger, int, int]) -> None:
    ledger, of, _ = promised
    listed = ledger.books.undertakings(of)
    assert [(o.code, o.number, o.due) for o in listed] == [
        ("REPORT", 0, FIRST_DAY + 30 * DAY),
        ("AVOIDED", 0, FIRST_DAY + 60 * DAY),
    ]
    assert (listed[1].target, listed[1].unit, listed[1].polarity) == (500, "tCO2e", Polarity.HIGHER)
    assert listed[0].validator == ledger.account("Verifier") and listed[0].state is OccurrenceState.OPEN
    on(ledger, 40)
    assert [(o.number, o.overdue) for o in ledger.books.undertakings(of) if o.index == 0] == [
        (0, True),
        (1, False),
    ]
    with pytest.raises(NotFound):
        ledger.books.undertakings(99)


def test_a_signed_finding_is_filed_by_anybody(promised: tuple[Ledger, int, int]) -> None:
    ledger, of, _ = promised
    ledger.issuer.report_undertaking("Issuer", of, 1, b"metered", value=512)
    finding = ledger.verifier.finding("Verifier", of, 1, Outcome.QUALIFIED, b"checked")
    with pytest.raises(ContractRefusal, match="BadSignature"):
        ledger.verifier.submit_finding("Auditor", finding, ledger.verifier.sign_finding("Auditor", finding))
    ledger.verifier.submit_finding("Auditor", finding, ledger.verifier.sign_finding("Verifier", finding))
    [done] = [o for o in ledger.books.undertakings(of) if o.index == 1]
    assert (done.state, done.value, done.kept) == (OccurrenceState.QUALIFIED, 512, True)


# --- labels ---


@pytest.mark.spec("LBL-1")
def test_a_label_falls_for_a_late_report_and_rises_when_it_is_accepted(
    promised: tuple[Ledger, int, int],
) -> None:
    ledger, of, bond = promised
    assert ledger.labels.label(bond).state is LabelState.GREEN
    with pytest.raises(ContractRefusal, match="NoBreach"):
        ledger.labels.raise_breach("Investor", bond, Cause.UNDERTAKING)
    on(ledger, 31)
    breach = ledger.labels.raise_breach("Investor", bond, Cause.UNDERTAKING).breach
    label = ledger.labels.label(bond)
    assert (label.state, label.since) == (LabelState.WATCH, FIRST_DAY + 31 * DAY)
    assert label.withdrawn_after == FIRST_DAY + 121 * DAY
    assert [(b.id, b.cause, b.index) for b in label.breaches] == [(breach, Cause.UNDERTAKING, 0)]
    on(ledger, 122)
    assert ledger.labels.label(bond).state is LabelState.WITHDRAWN
    ledger.issuer.report_undertaking("Issuer", of, 0, b"the report")
    with pytest.raises(ContractRefusal, match="NotCured"):
        ledger.labels.cure("Issuer", breach)
    ledger.verifier.judge_undertaking("Verifier", of, 0, Outcome.POSITIVE, b"seen")
    ledger.labels.cure("Issuer", breach)
    assert ledger.labels.label(bond).state is LabelState.GREEN


def confirmed(ledger: Ledger, bond: int) -> int:
    """An alert that the investor raised and the auditor confirmed; the breach."""
    raised = ledger.alerts.raise_alert("Investor", "round-trip", b"a round trip", bond=bond).alert
    ledger.alerts.assign("Auditor", raised)
    ledger.alerts.confirm("Auditor", raised, AlertReason.RULE_BROKEN, b"seen")
    found = ledger.alerts.alert(raised)
    assert (found.state, found.judge) == (AlertState.CONFIRMED, ledger.session.address("Auditor"))
    assert found.breach is not None
    return found.breach


@pytest.mark.spec("ALERT-2")
def test_an_alert_is_raised_judged_dismissed_and_opened_again(promised: tuple[Ledger, int, int]) -> None:
    """ALERT-2: only its judge ends it, with a reason; a dismissed one is still readable."""
    ledger, _, bond = promised
    with pytest.raises(ContractRefusal, match="MissingRole"):
        ledger.alerts.raise_alert("Company", "round-trip", b"a guess", bond=bond)
    with pytest.raises(BadInput):
        ledger.alerts.raise_alert("Investor", "a name that is far too long for one word", b"x", bond=bond)
    one = ledger.alerts.raise_alert("Investor", "round-trip", b"a round trip", bond=bond).alert
    with pytest.raises(ContractRefusal, match="MissingRole"):
        ledger.alerts.assign("Investor", one, "Issuer")
    ledger.alerts.assign("Investor", one, "Verifier")
    ledger.alerts.explain("Issuer", one, b"a refund")
    with pytest.raises(ContractRefusal, match="NotParty"):
        ledger.alerts.dismiss("Auditor", one, AlertReason.ALLOWED, b"no")
    with pytest.raises(ContractRefusal, match="WrongState"):
        ledger.alerts.dismiss("Verifier", one, AlertReason.RULE_BROKEN, b"no")
    ledger.alerts.dismiss("Verifier", one, AlertReason.ALLOWED, b"it was declared")
    found = ledger.alerts.alert(one)
    assert (found.state, found.reason) == (AlertState.DISMISSED, AlertReason.ALLOWED)
    assert found.explanation and found.conclusion and not found.open
    assert ledger.labels.label(bond).state is LabelState.GREEN
    ledger.alerts.reopen("Investor", one, b"it was not")
    on(ledger, 32)
    again = ledger.alerts.alert(one)
    assert (again.state, again.round, again.overdue, again.judge) == (AlertState.RAISED, 2, True, None)
    with pytest.raises(ContractRefusal, match="MissingRole"):
        ledger.alerts.assign("Verifier", one)
    with pytest.raises(NotFound):
        ledger.alerts.alert(9)
    assert [a.id for a in ledger.alerts.alerts(bond)] == [one] and ledger.alerts.alerts(bond + 1) == ()


@pytest.mark.spec("ALERT-2")
def test_a_finding_is_raised_by_its_key_and_stands_beside_its_alert(
    promised: tuple[Ledger, int, int],
) -> None:
    """ALERT-2: an alert names a finding of the index, and is one."""
    ledger, _, bond = promised
    with pytest.raises(NotFound):
        ledger.alerts.raise_finding("Investor", "0x" + "ab" * 32)
    with pytest.raises(NotFound):
        ledger.alerts.raise_finding("Investor", "0x")  # which every key begins with
    for who in ("Issuer", "Verifier"):
        ledger.operator.amend(who, group=9, document=b"one group since")
    [found] = [s.finding for s in ledger.alerts.seen(bond) if s.finding["indicator"] == "verifier-related"]  # type: ignore[index]
    raised = ledger.alerts.raise_finding("Investor", found["key"][:12]).alert  # type: ignore[index]
    alert = ledger.alerts.alert(raised)
    assert (alert.bond, alert.indicator) == (bond, "verifier-related")
    assert alert.subject == found["parties"][0]  # type: ignore[index]
    first = ledger.alerts.seen(bond)[0]
    assert first.alert == alert and first.finding == found == ledger.alerts.show(raised).finding
    assert all(s.finding is None or s.finding["key"] != alert.key for s in ledger.alerts.seen(bond)[1:])
    with pytest.raises(BadInput):
        ledger.alerts.raise_finding("Auditor", alert.key)


@pytest.mark.spec("LBL-1")
def test_an_alert_is_answered_for_by_name(promised: tuple[Ledger, int, int]) -> None:
    ledger, _, bond = promised
    breach = confirmed(ledger, bond)
    ledger.labels.aggravate("Auditor", breach, b"of half the proceeds")
    assert ledger.labels.label(bond).state is LabelState.WITHDRAWN
    with pytest.raises(ContractRefusal, match="NotCured"):
        ledger.labels.cure("Auditor", breach)
    ledger.labels.cure("Auditor", breach, b"the money is back")
    assert ledger.labels.label(bond).state is LabelState.GREEN
    with pytest.raises(NotFound):
        ledger.labels.cure("Auditor", 99)
    with pytest.raises(NotFound):
        ledger.labels.label(99)


# --- performance ---


@pytest.mark.spec("LVL-1")
def test_a_level_is_made_from_events_and_attested_history_stands_beside_it(
    promised: tuple[Ledger, int, int],
) -> None:
    ledger, of, bond = promised
    level = ledger.performance.credit_level("Issuer")
    assert (level.observed.level, level.observed.confidence) == ("-", "none")
    ledger.issuer.report_undertaking("Issuer", of, 0, b"the report")
    on(ledger, 61)
    ledger.issuer.report_undertaking("Issuer", of, 1, b"metered", value=100)
    ledger.verifier.judge_undertaking("Verifier", of, 1, Outcome.REFUSED, b"not credible")
    confirmed(ledger, bond)
    level = ledger.performance.credit_level("Issuer")
    assert level.observed.counts == {"alert": 1, "refused": 1, "reported_late": 1, "reported_on_time": 1}
    assert (level.observed.score, level.observed.level) == (475, "D")
    assert ledger.performance.credit_level("Issuer", FIRST_DAY + 5 * DAY).observed.score == 1_000
    history = {"count": 40, "first": dt.date(2020, 1, 1), "last": dt.date(2024, 12, 31)}
    with pytest.raises(ContractRefusal, match="MissingRole"):
        ledger.performance.attest(
            "Investor",
            "Issuer",
            ObservationKind.PAID_ON_TIME,
            b"hearsay",
            **history,  # type: ignore[arg-type]
        )
    ledger.performance.attest(
        "settlement bank",
        "Issuer",
        ObservationKind.PAID_ON_TIME,
        b"statement",
        amount=yuan(5),
        **history,  # type: ignore[arg-type]
    )
    with_history = ledger.performance.credit_level("Issuer")
    assert with_history.observed == level.observed
    assert (with_history.attested.level, with_history.attested.count) == ("A", 40)
    ledger.performance.withdraw("settlement bank", 1, b"another company")
    assert ledger.performance.credit_level("Issuer") == level
    with pytest.raises(BadInput):
        ledger.performance.attest(
            "Issuer",
            "Issuer",
            ObservationKind.ALERT,
            b"x",
            **history,  # type: ignore[arg-type]
        )


@pytest.mark.spec("LBL-1")
def test_a_verifier_that_lapses_later_leaves_its_review_and_costs_the_label(
    promised: tuple[Ledger, int, int],
) -> None:
    ledger, _, bond = promised
    ledger.operator.amend("Verifier", roles=Role.SUPPLIER | Role.ILLUSTRATIVE, document=b"lost its licence")
    ledger.labels.raise_breach("Investor", bond, Cause.VERIFIER)
    assert ledger.labels.label(bond).state is LabelState.WATCH
    with pytest.raises(ContractRefusal, match="NoBreach"):
        ledger.labels.raise_breach("Investor", bond, Cause.REVIEW)
