"""What is watched at the end: money that left the ledger, of which attested legs say where it went, and a
question that an indicator raises, a party answers and an unrelated judge dismisses. All is illustrative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger import Ledger
from ledger.domain.legs import Movement
from ledger.domain.money import Currency, Money
from ledger.domain.states import AlertReason, LegKind
from ledger.services.legs import Subject
from ledger.story import cast
from ledger.story.leg import Leg

OUTSIDE_BANK = "Outside bank (illustrative)"
_ACCOUNT = "Contractor's account outside (illustrative)"
_BOOKING = "2025-1203/77"


@dataclass(frozen=True, slots=True)
class Watched:
    """The findings of the indicators, the alert that one of them became, and the legs beyond the ledger."""

    findings: list[dict[str, Any]]
    alert: int | None
    legs: tuple[int, ...]


def live_watch(ledger: Ledger, leg: Leg) -> Watched:
    """The contractor takes a part of its direct payment out of the ledger and pays for a crane with it; the
    auditor raises what looks like one invoice used twice, and the verifier finds two deliveries."""
    legs = _beyond_the_ledger(ledger, leg)
    findings = [dict(one) for one in ledger.auditor.findings()["findings"]]
    asked = next((one["key"] for one in findings if one["indicator"] == "recycled-invoice"), None)
    return Watched(findings, asked and _asked_and_answered(ledger, asked), legs)


def _beyond_the_ledger(ledger: Ledger, leg: Leg) -> tuple[int, ...]:
    """One booking of the settlement bank ties both sides: the burn here, and the leg that says where to."""
    unit: Currency = leg.direct_invoice.total.currency
    paid_out = Money(leg.direct.amount // 5, unit)
    ledger.cash.redeem(cast.CONTRACTOR, paid_out, unit.code)
    ledger.bank.burn(cast.BANK, cast.CONTRACTOR, paid_out, _BOOKING, unit.code)
    arrived = Movement(
        LegKind.MOVED,
        ledger.operator.today(),
        paid_out,
        "Paid out by the settlement bank",
        _ACCOUNT,
        OUTSIDE_BANK,
        _BOOKING,
        payee=cast.CONTRACTOR,
    )
    spent = Movement(
        LegKind.SPENT,
        ledger.operator.today(),
        Money(paid_out.minor // 2, unit),
        _ACCOUNT,
        "Crane hire",
        OUTSIDE_BANK,
        _BOOKING + "/1",
        payer=cast.CONTRACTOR,
    )
    return _attested(ledger, leg, arrived), _attested(ledger, leg, spent)


def _attested(ledger: Ledger, leg: Leg, movement: Movement) -> int:
    paper = f"Statement of account {movement.reference} (illustrative)".encode()
    return ledger.legs.attest(cast.BANK, Subject(bond=leg.bond), movement, paper).id


def _asked_and_answered(ledger: Ledger, key: str) -> int:
    """An alert blocks nothing: it is a question with an owner, an answer and a reasoned end."""
    alert = ledger.alerts.raise_finding(cast.AUDITOR, key).alert
    ledger.alerts.assign(cast.AUDITOR, alert, cast.VERIFIER)
    ledger.alerts.explain(
        cast.CONTRACTOR, alert, b"Two deliveries of equal value on one day; both acceptances (illustrative)"
    )
    ledger.alerts.dismiss(
        cast.VERIFIER, alert, AlertReason.ALLOWED, b"Both deliveries were seen on site (illustrative)"
    )
    return alert
