"""Coupons and redemption through the front door, to the trace, the check and the evidence pack."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.bootstrap.testing import FIRST_DAY
from ledger.domain.coupons import BadSchedule
from ledger.domain.mandates import MandateKind
from ledger.domain.states import PaymentState
from ledger.errors import Conflict, ContractRefusal, NotFound
from ledger.reports.checker.verify_pack import verify_pack
from ledger.services.termsheet import read_terms
from tests.integration.given_bond import DAY, booking_bond, framework, mint, yuan

SHEET = {
    "start": "2025-01-02",
    "end": "2026-01-02",
    "frequency": 2,
    "rate": "3.65",
    "day_count": "ACT/365F",
    "rule": "following",
    "record_days": 2,
    "grace_days": 3,
}
COUPON = 18_100
"""Fen: 100 units of 100 yuan at 3.65% for 181 days of 365."""


@pytest.fixture
def bond(ledger: Ledger) -> int:
    """100 units of 100 yuan, all the investor's, with 9,950 yuan in the pool and coupons filed."""
    coupons = ledger.service.terms(SHEET)
    bond = booking_bond(
        ledger,
        framework(ledger),
        coupon_ppm=36_500,
        service_terms=coupons.hash,
        issue_date=FIRST_DAY,
        maturity=dt.date(2026, 1, 2),
    )
    mint(ledger, "Investor", yuan(10_000))
    ledger.investor.book("Investor", bond, 100)
    ledger.issuer.allot("Issuer", bond)
    ledger.issuer.close("Issuer", bond, cost=yuan(50), value_date=FIRST_DAY)
    mint(ledger, "Issuer", yuan(20_000))
    ledger.service.file("Auditor", bond, coupons)
    return bond


@pytest.fixture
def ledger(staffed: Ledger) -> Ledger:
    return staffed


def on(ledger: Ledger, day: dt.date) -> None:
    ledger.operator.post_business_date(day)


def coupon(ledger: Ledger, bond: int) -> int:
    """The first, open on its pay day, the 2nd of July."""
    on(ledger, dt.date(2025, 7, 2))
    return ledger.service.open("Auditor", bond).payment


@pytest.mark.spec("SVC-1", "SVC-2")
def test_a_coupon_reaches_its_holder_and_the_books_bear_it_out(ledger: Ledger, bond: int) -> None:
    """SVC-1, SVC-2: paid to the fen, out of the issuer's own money; every promise holds afterwards."""
    payment = coupon(ledger, bond)
    before = ledger.books.states(bond)
    ledger.service.pay_in("Issuer", payment)
    told: list[tuple[int, int]] = []
    paid = ledger.service.pay("Auditor", payment, progress=lambda done, all_: told.append((done, all_)))
    assert (paid.holders, paid.amount, paid.kept, told) == (1, COUPON, 0, [(1, 1)])
    owed = ledger.service.owed(payment, "Investor")
    assert (owed.entitlement, owed.due, owed.paid) == (COUPON, COUPON, COUPON)
    assert ledger.service.payment(payment).state is PaymentState.SETTLED
    assert ledger.books.states(bond) == before
    with pytest.raises(Conflict):
        ledger.service.pay_in("Issuer", payment)
    answer = ledger.check()
    assert answer["ok"], answer


@pytest.mark.spec("SVC-2")
def test_what_a_redemption_returns_is_traced_checked_and_proved(
    ledger: Ledger, bond: int, tmp_path: Path
) -> None:
    """SVC-2: 90 of 100 yuan a unit come out of unused proceeds; the pack shows where each fen went."""
    ledger.service.announce_redemption("Issuer", bond, b"notice", from_proceeds=yuan(90))
    on(ledger, dt.date(2026, 1, 2))
    for _ in range(2):
        payment = ledger.service.open("Auditor", bond).payment
        ledger.service.pay_in("Issuer", payment)
        ledger.service.pay("Auditor", payment)
    redemption = ledger.service.payments(bond)[0]
    ledger.service.pay_in("Issuer", redemption.id)
    ledger.service.pay("Auditor", redemption.id)
    schedule = ledger.service.schedule(bond)
    assert schedule.redeemed and not schedule.in_default and schedule.outstanding == 0
    assert [one.opened for one in schedule.coupons] == [True, True]
    trace = ledger.auditor.trace_bond(bond)
    assert trace["states"]["returned"] == str(900_000) and trace["conserved"]
    [returned] = [one for one in trace["intervals"] if one["state"] == "returned"]
    assert returned["economic"][0]["role"] == "investor"
    answer = ledger.check()
    assert answer["ok"], answer
    report = verify_pack(ledger.evidence_bond(bond, tmp_path / "pack"), ())
    assert report["ok"], report["problems"]


@pytest.mark.spec("SVC-4")
def test_a_missed_coupon_is_a_default_until_the_paying_agent_pays(ledger: Ledger, bond: int) -> None:
    payment = coupon(ledger, bond)
    with pytest.raises(ContractRefusal, match="DateOutOfOrder"):
        ledger.service.declare_default("Investor", payment)
    on(ledger, dt.date(2025, 7, 2) + 4 * DAY)
    ledger.service.declare_default("Investor", payment)
    assert ledger.service.schedule(bond).in_default
    mint(ledger, "Factor", yuan(1_000))
    with pytest.raises(ContractRefusal, match="MandateMissing"):
        ledger.service.pay_in("Factor", payment)
    until = ledger.session.today() + 30 * DAY
    agent, issuer = ledger.session.address("Factor"), ledger.session.address("Issuer")
    grant = (agent, issuer, int(MandateKind.PAYING_AGENT), bond, (until - dt.date(1970, 1, 1)).days)
    ledger.session.act("Issuer", "Mandates", "grant", *grant, b"\1" * 32)
    ledger.service.pay_in("Factor", payment, COUPON - 1)
    ledger.service.pay("Auditor", payment)
    assert ledger.service.owed(payment, "Investor").paid == COUPON - 1
    ledger.service.pay_in("Factor", payment)
    ledger.service.pay("Auditor", payment)
    assert not ledger.service.schedule(bond).in_default
    assert ledger.service.owed(payment, "Investor").paid == COUPON


def test_fixings_come_from_the_sheets_fixer(ledger: Ledger) -> None:
    sheet = {**SHEET, "kind": "floating", "rate": "0.5", "cap": "4", "fixer": "Auditor"}
    coupons = ledger.service.terms(sheet)
    bond = booking_bond(ledger, framework(ledger), service_terms=coupons.hash)
    ledger.service.file("Issuer", bond, coupons)
    on(ledger, FIRST_DAY + DAY)
    ledger.service.post_fixing("Auditor", bond, 0, 25_000, b"fixing")
    with pytest.raises(ContractRefusal, match="AlreadyUsed"):
        ledger.service.post_fixing("Auditor", bond, 0, 25_001, b"fixing")
    schedule = ledger.service.schedule(bond)
    assert schedule.kind == "floating" and [one.posted for one in schedule.coupons] == [25_000, None]


def test_nothing_is_known_of_a_payment_that_is_not(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        ledger.service.payment(1)


@pytest.mark.parametrize(
    "changes",
    [
        {"rate": "3.65123"},
        {"rate": "x"},
        {"frequency": "2"},
        {"kind": "zero"},
        {"day_count": "ACT/ACT ISDA"},
        {"rates": ["1", "2", "3"]},
        {"coupon": "3.65"},
        {"stub": "none"},
    ],
)
def test_a_sheet_that_says_nothing_clear_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadSchedule):
        read_terms({**SHEET, **changes})


def test_a_sheet_names_its_days_and_is_an_object() -> None:
    for wrong in ({"start": "2025-01-02"}, "[]", "{"):
        with pytest.raises(BadSchedule):
            read_terms(wrong)


def test_figures_of_a_step_and_a_kpi_belong_to_periods() -> None:
    steps = read_terms({**SHEET, "kind": "step", "rates": ["3", "3.5"]})
    assert [period.rate_ppm for period in steps.periods] == [30_000, 35_000]
    kpi = read_terms({**SHEET, "kind": "kpi", "targets": [50, 60], "polarity": "higher", "kpi": "MWH"})
    assert [period.target for period in kpi.periods] == [50, 60]
    assert steps.hash != kpi.hash
