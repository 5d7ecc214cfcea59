"""Who may ask what: every endpoint has a line in the table below, and a new one without a line fails.

For each: nobody without a valid token, nobody who is not admitted, nobody in a wrong role; and where the
answer or the act concerns one party's data, it does not exist for others.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from api.guard import PROTECTED
from api.routers import ROUTERS
from ledger.bootstrap.testing import illustrative_lei
from ledger.domain.questions import IntervalQuestion
from ledger.domain.roles import Role
from ledger.reports.checker.packs import read
from ledger.reports.checker.verify_pack import verify_files
from ledger.services.assetpools import TrancheTerms
from tests.api.world import FAR, OTHER, asked, cny, obligation, paper, quoted

if TYPE_CHECKING:
    from tests.api.world import Api

HASH = "0x" + "ab" * 32
OUTSIDE = "XS2222222229"


@dataclass(frozen=True)
class Access:
    """`wrong`: a participant (or the operator) that lacks the role, None where every participant may ask.
    `private`: it is one party's data, so `Other`, who has every role but is no party, gets 404."""

    wrong: str | None = None
    private: bool = False
    body: Any = None


EVERYBODY = Access()
PARTICIPANT = Access("operator")
ROLE = Access("Auditor")
"""Needs a role that the auditor lacks."""

TABLE: dict[str, Access] = {
    "GET /v1/me": EVERYBODY,
    "GET /v1/business-date": EVERYBODY,
    "POST /v1/business-date": Access("Issuer"),
    "POST /v1/participants": Access("Issuer"),
    "GET /v1/participants/{who}": EVERYBODY,
    "PATCH /v1/participants/{who}": Access("Issuer"),
    # mandates
    "POST /v1/mandates": PARTICIPANT,
    "GET /v1/mandates": EVERYBODY,
    "GET /v1/mandates/{mandate}": Access(private=True),
    "POST /v1/mandates/{mandate}/end": Access("operator", private=True),
    # account contracts
    "GET /v1/accounts/{who}": Access("operator", private=True),
    "GET /v1/accounts/{who}/proposals/{number}": Access("operator", private=True),
    "POST /v1/accounts/{who}/proposals/{number}/approval": Access("operator", private=True),
    "POST /v1/accounts/{who}/proposals/{number}/rejection": Access("operator", private=True),
    "POST /v1/accounts/{who}/changes/{number}/veto": Access("operator", private=True),
    # documents
    "POST /v1/documents": PARTICIPANT,
    "GET /v1/documents/{document}": Access("operator", private=True),
    "POST /v1/obligations": PARTICIPANT,
    "POST /v1/obligations/signatures": PARTICIPANT,
    "POST /v1/obligations/filings": PARTICIPANT,
    "GET /v1/obligations/{fingerprint}": Access(private=True),
    "POST /v1/obligations/{fingerprint}/recomputation": Access("operator", private=True, body={}),
    "POST /v1/obligations/{fingerprint}/credits": Access("operator", private=True, body="credit"),
    "POST /v1/obligations/{fingerprint}/links": Access("operator", private=True, body={}),
    "GET /v1/red-invoices": EVERYBODY,
    "GET /v1/rules": EVERYBODY,
    "POST /v1/rules/judgements": EVERYBODY,
    # cash
    "GET /v1/cash/{cash}/balance": PARTICIPANT,
    "GET /v1/cash/{cash}/balances/{who}": Access(private=True),
    "POST /v1/cash/{cash}/transfers": PARTICIPANT,
    "POST /v1/cash/{cash}/redemptions": PARTICIPANT,
    "POST /v1/cash/{cash}/redemptions/cancellations": PARTICIPANT,
    "POST /v1/cash/{cash}/mints": ROLE,
    "POST /v1/cash/{cash}/burns": ROLE,
    "POST /v1/cash/{cash}/reconciliations": Access(
        "Auditor", private=True, body={"statement": "PEEvPg==", "first": "2025-01-01", "last": "2025-01-31"}
    ),
    "POST /v1/conversions": Access(
        "Auditor",
        private=True,
        body={
            "sold": {"tx": HASH},
            "bought": {"tx": HASH},
            "numerator": "1",
            "denominator": "8",
            "residue": "0",
        },
    ),
    "POST /v1/instructions": PARTICIPANT,
    "GET /v1/instructions": EVERYBODY,
    "GET /v1/instructions/{instruction}": Access(private=True),
    "POST /v1/instructions/{instruction}/confirmation": Access(
        "Auditor", private=True, body={"booking": "B-1"}
    ),
    "POST /v1/instructions/{instruction}/failure": Access("Auditor", private=True, body={"reason": "no"}),
    "POST /v1/credit-lines": ROLE,
    "GET /v1/credit-lines": EVERYBODY,
    "POST /v1/credit-lines/requests": ROLE,
    "POST /v1/credit-lines/{line}/grant": Access("Auditor", private=True, body={}),
    "POST /v1/credit-lines/{line}/refusal": Access("Auditor", private=True, body={"reason": "no"}),
    "POST /v1/credit-lines/{line}/withdrawal": Access("Auditor", private=True),
    "POST /v1/attestations": ROLE,
    "GET /v1/programmes": EVERYBODY,
    "GET /v1/credit-lines/{line}": Access(private=True),
    "PATCH /v1/credit-lines/{line}": Access("Auditor", private=True, body={"suspended": True}),
    "POST /v1/credit-lines/{line}/subsidiaries": Access(
        "Auditor",
        private=True,
        body={"holder": illustrative_lei(OTHER), "limit": cny(1), "expires": "2025-06-01"},
    ),
    # frameworks, bonds, projects
    "POST /v1/frameworks": ROLE,
    "GET /v1/frameworks/{framework}": EVERYBODY,
    "PUT /v1/frameworks/{framework}": ROLE,
    "POST /v1/frameworks/{framework}/reviews": ROLE,
    "POST /v1/frameworks/{framework}/reviews/withdrawal": ROLE,
    "GET /v1/catalogues": EVERYBODY,
    "GET /v1/catalogues/{code}": EVERYBODY,
    "GET /v1/frameworks/{framework}/undertakings": EVERYBODY,
    "POST /v1/frameworks/{framework}/undertakings/{index}/reports": ROLE,
    "POST /v1/frameworks/{framework}/undertakings/{index}/cancellations": ROLE,
    "POST /v1/frameworks/{framework}/undertakings/{index}/findings": ROLE,
    "GET /v1/bonds/{bond}/label": EVERYBODY,
    "POST /v1/bonds/{bond}/label/breaches": PARTICIPANT,
    "GET /v1/alerts": EVERYBODY,
    "GET /v1/alerts/{alert}": EVERYBODY,
    "POST /v1/alerts": Access("Issuer"),
    "POST /v1/alerts/{alert}/assignment": Access("Issuer"),
    "POST /v1/alerts/{alert}/explanation": PARTICIPANT,
    "POST /v1/alerts/{alert}/confirmation": Access("Issuer"),
    "POST /v1/alerts/{alert}/dismissal": Access("Issuer"),
    "POST /v1/alerts/{alert}/reopening": Access("Issuer"),
    "POST /v1/breaches/{breach}/severity": Access("Issuer"),
    "POST /v1/breaches/{breach}/cure": PARTICIPANT,
    "GET /v1/participants/{who}/level": EVERYBODY,
    "POST /v1/participants/{who}/records": PARTICIPANT,
    "POST /v1/records/{record}/withdrawal": PARTICIPANT,
    "POST /v1/bonds": ROLE,
    "GET /v1/bonds/{bond}": EVERYBODY,
    "GET /v1/bonds/{bond}/allocation": EVERYBODY,
    "GET /v1/bonds/{bond}/flows": EVERYBODY,
    "GET /v1/bonds/{bond}/reconciliation": Access(private=True),
    "GET /v1/bonds/{bond}/exceptions": Access(private=True),
    "POST /v1/bonds/{bond}/allotments": PARTICIPANT,
    "POST /v1/bonds/{bond}/closing": PARTICIPANT,
    "POST /v1/bonds/{bond}/cancellation": PARTICIPANT,
    "POST /v1/bonds/{bond}/bookings": ROLE,
    "GET /v1/bonds/{bond}/bookings": Access(private=True),
    "POST /v1/bonds/{bond}/bookings/cancellation": ROLE,
    "POST /v1/bonds/{bond}/bookings/return": ROLE,
    "GET /v1/bonds/{bond}/units": ROLE,
    "POST /v1/bonds/{bond}/units/transfers": ROLE,
    "POST /v1/bonds/{bond}/units/transfers/check": ROLE,
    "GET /v1/bonds/{bond}/units/state": EVERYBODY,
    "GET /v1/bonds/{bond}/holding": ROLE,
    "GET /v1/bonds/{bond}/holders": EVERYBODY,
    "POST /v1/bonds/{bond}/custody-transfers": PARTICIPANT,
    "POST /v1/bonds/{bond}/freezes": PARTICIPANT,
    "POST /v1/bonds/{bond}/freezes/lifting": PARTICIPANT,
    "POST /v1/bonds/{bond}/unit-freezes": PARTICIPANT,
    "POST /v1/bonds/{bond}/unit-freezes/lifting": PARTICIPANT,
    "POST /v1/bonds/{bond}/forced-transfers": ROLE,
    "POST /v1/bonds/{bond}/pauses": PARTICIPANT,
    "POST /v1/bonds/{bond}/pauses/lifting": PARTICIPANT,
    "POST /v1/trades": ROLE,
    "POST /v1/trades/check": Access("Auditor", private=True, body="trade"),
    "POST /v1/trades/execution": Access("Auditor", private=True, body="trade"),
    "POST /v1/trades/revocation": Access("Auditor", private=True, body="trade"),
    "GET /v1/bonds/{bond}/budget-lines": EVERYBODY,
    "POST /v1/bonds/{bond}/budget-lines": ROLE,
    "POST /v1/bonds/{bond}/costs": ROLE,
    "GET /v1/budget-lines/{line}": EVERYBODY,
    "POST /v1/budget-lines/{line}/allocations": ROLE,
    "POST /v1/budget-lines/{line}/deallocations": ROLE,
    "POST /v1/budget-lines/{line}/payments": ROLE,
    "POST /v1/budget-lines/{line}/payments/check": ROLE,
    "POST /v1/projects": ROLE,
    "GET /v1/projects/{project}": EVERYBODY,
    "POST /v1/budget-lines/{line}/reallocations": ROLE,
    "GET /v1/reallocations/{reallocation}": EVERYBODY,
    "POST /v1/reallocations/{reallocation}/withdrawal": ROLE,
    "POST /v1/reallocations/{reallocation}/consent": ROLE,
    "GET /v1/budget-lines/{line}/works": EVERYBODY,
    "POST /v1/budget-lines/{line}/works": ROLE,
    "POST /v1/budget-lines/{line}/works/milestones/{index}/certificate": PARTICIPANT,
    "POST /v1/budget-lines/{line}/works/acceptance": PARTICIPANT,
    "GET /v1/bonds/{bond}/limits": EVERYBODY,
    "POST /v1/bonds/{bond}/limits": ROLE,
    "POST /v1/bonds/{bond}/pocket-lines": ROLE,
    "POST /v1/bonds/{bond}/placements": ROLE,
    "POST /v1/bonds/{bond}/income-payments": ROLE,
    "GET /v1/placements/{placement}": EVERYBODY,
    "POST /v1/placements/{placement}/returns": ROLE,
    "POST /v1/placements/{placement}/losses": ROLE,
    "POST /v1/placements/{placement}/recoveries": PARTICIPANT,
    # impact
    "POST /v1/impact-reports": PARTICIPANT,
    "GET /v1/impact-reports": EVERYBODY,
    "GET /v1/impact-reports/{report}": EVERYBODY,
    "POST /v1/impact-reports/{report}/restatements": PARTICIPANT,
    "POST /v1/impact-reports/{report}/validations": ROLE,
    "GET /v1/portfolios/{who}": Access(private=True),
    # receivables
    "POST /v1/receivables": ROLE,
    "GET /v1/receivables": EVERYBODY,
    "POST /v1/receivables/{receivable}/delivery": Access("Auditor", private=True, body={"document": paper()}),
    "POST /v1/receivables/{receivable}/voiding": Access("operator", private=True),
    "POST /v1/receivables/{receivable}/voiding/proposal": Access(
        "operator", private=True, body={"reason": "no"}
    ),
    "POST /v1/receivables/{receivable}/voiding/withdrawal": Access("operator", private=True),
    "GET /v1/receivables/{receivable}": Access(private=True),
    "GET /v1/receivables/{receivable}/pieces": Access(private=True),
    "POST /v1/receivables/{receivable}/acceptance": Access("Auditor", private=True),
    "POST /v1/receivables/{receivable}/refusal": Access("Auditor", private=True, body={"reason": "no"}),
    "POST /v1/receivables/{receivable}/return": Access("operator", private=True),
    "POST /v1/receivables/{receivable}/payment-in": Access("Auditor", private=True),
    "POST /v1/receivables/{receivable}/settlements": Access("operator", private=True, body={}),
    "POST /v1/receivables/{receivable}/splits": Access(
        "Auditor", private=True, body={"start": "0", "at": "9"}
    ),
    "POST /v1/receivables/{receivable}/transfers": Access("Auditor", private=True),
    "POST /v1/receivables/{receivable}/refunds": Access("Auditor", private=True),
    "POST /v1/receivables/{receivable}/requests": Access("Auditor", private=True),
    "GET /v1/pieces": PARTICIPANT,
    "GET /v1/extinguished-debts": EVERYBODY,
    "POST /v1/piece-bundles": ROLE,
    "GET /v1/receivables/{receivable}/holds": Access(private=True),
    "POST /v1/receivables/{receivable}/piece-offers": Access("Auditor", private=True),
    "POST /v1/receivables/{receivable}/piece-offers/acceptance": Access("Auditor", private=True),
    "POST /v1/receivables/{receivable}/piece-offers/refusal": Access("Auditor", private=True),
    "POST /v1/receivables/{receivable}/piece-offers/withdrawal": Access("Auditor", private=True),
    "POST /v1/receivables/{receivable}/piece-offers/lapse": Access("operator", private=True),
    "POST /v1/receivables/{receivable}/pledges": Access("Auditor", private=True),
    "POST /v1/receivables/{receivable}/pledges/release": Access("Auditor", private=True),
    "POST /v1/receivables/{receivable}/pledges/surrender": Access("Auditor", private=True),
    "POST /v1/receivables/{receivable}/freezes": ROLE,
    "POST /v1/receivables/{receivable}/freezes/lifting": ROLE,
    "POST /v1/receivables/{receivable}/ordered-moves": ROLE,
    "POST /v1/refunds": PARTICIPANT,
    "POST /v1/claims/{cash}/proceeds": PARTICIPANT,
    "POST /v1/claims/{cash}/settlement": PARTICIPANT,
    # coupons and redemption
    "POST /v1/coupon-terms": ROLE,
    "POST /v1/bonds/{bond}/coupons": PARTICIPANT,
    "GET /v1/bonds/{bond}/coupons": EVERYBODY,
    "POST /v1/bonds/{bond}/coupons/{period}/fixings": PARTICIPANT,
    "POST /v1/bonds/{bond}/coupons/{period}/observations": ROLE,
    "POST /v1/bonds/{bond}/coupons/{period}/opening": PARTICIPANT,
    "POST /v1/bonds/{bond}/redemptions": PARTICIPANT,
    "GET /v1/bonds/{bond}/entitlements": ROLE,
    "POST /v1/payments/{payment}/pay-ins": PARTICIPANT,
    "POST /v1/payments/{payment}/payouts": PARTICIPANT,
    "POST /v1/payments/{payment}/default": PARTICIPANT,
    "POST /v1/claims/{cash}/service": PARTICIPANT,
    # financing
    "GET /v1/requests": ROLE,
    "GET /v1/requests/{request}": Access("Auditor", private=True),
    "POST /v1/requests/{request}/quotes": Access(
        "Auditor", private=True, body={"rate_ppm": 1, "deadline": FAR}
    ),
    "GET /v1/requests/{request}/quotes": Access("Auditor", private=True),
    "GET /v1/quotes/{quote}": Access("Auditor", private=True),
    "GET /v1/financings/{quote}": Access(private=True),
    "POST /v1/quotes/acceptance": Access("Auditor", private=True, body="quote"),
    "POST /v1/quotes/funding": Access("Auditor", private=True, body="funding"),
    "POST /v1/quotes/lapse": Access("operator", private=True, body="quote"),
    "POST /v1/quotes/revocation": Access("Auditor", private=True, body="quote"),
    # maturity
    "GET /v1/maturities": PARTICIPANT,
    "GET /v1/overdue": PARTICIPANT,
    "POST /v1/receivables/{receivable}/overdue-mark": Access("operator", private=True),
    "POST /v1/receivables/{receivable}/held-money": Access("operator", private=True, body={"start": "0"}),
    "POST /v1/early-quotes": Access("Auditor", private=True, body="early"),
    "POST /v1/early-quotes/settlement": Access("Auditor", private=True, body="early paper"),
    "POST /v1/early-quotes/revocation": Access("Auditor", private=True, body="early paper"),
    "GET /v1/receivables/{receivable}/recourse-demands": Access(private=True),
    "POST /v1/receivables/{receivable}/recourse-demands": Access("Auditor", private=True),
    "POST /v1/receivables/{receivable}/repurchases": Access("Auditor", private=True, body={"start": "0"}),
    "POST /v1/receivables/{receivable}/write-offs": Access("Auditor", private=True),
    # asset pools
    "POST /v1/pools": Access("Investor"),
    "GET /v1/pools": EVERYBODY,
    "GET /v1/pools/{pool}": Access(private=True),
    "GET /v1/pools/{pool}/tranches": Access(private=True),
    "GET /v1/pools/{pool}/look-through": Access(private=True),
    "POST /v1/pools/{pool}/taking-on": Access("Investor", private=True),
    "POST /v1/pools/{pool}/closing": Access("Investor", private=True),
    "POST /v1/pools/{pool}/cancellation": Access("operator", private=True),
    "POST /v1/pools/{pool}/pieces": Access(
        "Investor", private=True, body={"receivable": 1, "start": "0", "end": "9"}
    ),
    "POST /v1/pools/{pool}/pieces/{number}/withdrawal": Access("Investor", private=True),
    "POST /v1/pools/{pool}/pieces/{number}/breach": Access(
        "Investor", private=True, body={"document": {"hash": HASH}}
    ),
    "POST /v1/pools/{pool}/pieces/{number}/repurchase": Access("Investor", private=True),
    "POST /v1/pools/{pool}/subscriptions": Access(
        "operator", private=True, body={"tranche": 0, "amount": cny(1)}
    ),
    "POST /v1/pools/{pool}/purchases": Access("operator", private=True),
    "POST /v1/pools/{pool}/collections": Access("operator", private=True),
    "POST /v1/pools/{pool}/distributions": Access("operator", private=True),
    "POST /v1/pools/{pool}/refunds": Access("operator", private=True),
    # factoring files, scores, loans, measures
    "POST /v1/factoring-files": Access(
        "Auditor", private=True, body={"receivable": 1, "start": "0", "end": "9"}
    ),
    "GET /v1/factoring-files/{file}": Access(private=True),
    "POST /v1/factoring-files/{file}/papers": Access(
        "Auditor", private=True, body={"kind": "order", "document": {"hash": HASH}}
    ),
    "POST /v1/factoring-files/{file}/applications": Access(
        "Auditor", private=True, body={"financier": illustrative_lei(OTHER), "document": {"hash": HASH}}
    ),
    "POST /v1/factoring-files/{file}/reviews": Access(
        "Auditor", private=True, body={"version": 3, "approved": True, "document": {"hash": HASH}}
    ),
    "GET /v1/suppliers/{who}/score": Access(private=True),
    "POST /v1/consents": ROLE,
    "POST /v1/loans": ROLE,
    "GET /v1/loans": PARTICIPANT,
    "GET /v1/loans/{line}": Access(private=True),
    "POST /v1/loans/{line}/grant": Access(
        "Auditor",
        private=True,
        body={
            "limit": cny(1),
            "rate_ppm": 1,
            "tenor_days": 1,
            "expires": "2029-01-01",
            "document": {"hash": HASH},
        },
    ),
    "POST /v1/loans/{line}/refusal": Access("Auditor", private=True, body={"document": {"hash": HASH}}),
    "POST /v1/loans/{line}/drawdowns": Access(
        "Auditor", private=True, body={"fingerprint": HASH, "amount": cny(1)}
    ),
    "POST /v1/loans/{line}/closing": Access("operator", private=True),
    "POST /v1/drawdowns/{drawdown}/repayments": Access("Auditor", private=True, body={"amount": cny(1)}),
    "POST /v1/drawdowns/{drawdown}/overdue": Access("operator", private=True),
    "POST /v1/claims/{cash}/loans": PARTICIPANT,
    "GET /v1/suppliers/{who}/measures": Access(private=True),
    "GET /v1/obligors/{who}/measures": Access(private=True),
    # green loans
    "POST /v1/facilities": ROLE,
    "GET /v1/facilities": PARTICIPANT,
    "GET /v1/facilities/{facility}": Access(private=True),
    "POST /v1/facilities/{facility}/lenders": Access(
        "Auditor", private=True, body={"lender": illustrative_lei(OTHER)}
    ),
    "POST /v1/facilities/{facility}/commitments": Access("Auditor", private=True),
    "POST /v1/facilities/{facility}/cancellation": Access("Auditor", private=True),
    "POST /v1/facilities/{facility}/drawdowns": Access(
        "Auditor",
        private=True,
        body={
            "label": "L",
            "units": 1,
            "closes_on": "2029-01-01",
            "maturity": "2030-01-01",
            "document": {"hash": HASH},
        },
    ),
    "POST /v1/facilities/{facility}/drawdowns/{loan}/lending": Access("Auditor", private=True),
    "POST /v1/facilities/{facility}/drawdowns/{loan}/taking": Access("Auditor", private=True),
    "POST /v1/facilities/{facility}/drawdowns/{loan}/release": Access("operator", private=True),
    "GET /v1/traces/facilities/{facility}": Access(private=True),
    # legs outside the ledger
    "POST /v1/legs": PARTICIPANT,
    "GET /v1/legs": EVERYBODY,
    "GET /v1/legs/{leg}": Access(private=True),
    "POST /v1/legs/{leg}/attestation": Access("operator", private=True),
    "POST /v1/legs/{leg}/refusal": Access("operator", private=True, body={"reason": "no"}),
    "POST /v1/legs/{leg}/withdrawal": Access("operator", private=True, body={"reason": "no"}),
    "GET /v1/traces/legs/{name}": Access(private=True),
    # traces
    "GET /v1/traces/bonds/{bond}": EVERYBODY,
    "GET /v1/traces/payments/{tx}": Access(private=True),
    "GET /v1/traces/intervals/{sub_account}": Access(private=True),
    "GET /v1/traces/projects/{project}": EVERYBODY,
    "GET /v1/traces/budget-lines/{line}": EVERYBODY,
    "GET /v1/traces/receivables/{receivable}": Access(private=True),
    "GET /v1/bonds/{bond}/idle": Access(private=True),
    "GET /v1/bonds/{bond}/refinanced": EVERYBODY,
    "GET /v1/bonds/{bond}/changes/{before}": EVERYBODY,
    "GET /v1/traces/projects/{project}/changes/{before}": EVERYBODY,
    "GET /v1/traces/intervals/{sub_account}/changes/{before}": Access(private=True),
    "GET /v1/traces/receivables/{receivable}/changes/{before}": Access(private=True),
    "GET /v1/pools/{pool}/changes/{before}": Access(private=True),
    "GET /v1/participants/{who}/idle": Access(private=True),
    "GET /v1/participants/{who}/statement": Access(private=True),
    "GET /v1/findings": Access("Issuer"),
    "POST /v1/findings": Access("Issuer"),
    "GET /v1/indicators": EVERYBODY,
    "GET /v1/status": Access("Issuer"),
    # evidence
    "GET /v1/evidence/bonds/{bond}": Access(private=True),
    "GET /v1/evidence/bonds/{bond}/idle": Access(private=True),
    "GET /v1/evidence/bonds/{bond}/changes/{before}": Access(private=True),
    "GET /v1/evidence/projects/{project}": Access(private=True),
    "GET /v1/evidence/projects/{project}/changes/{before}": Access(private=True),
    "GET /v1/evidence/budget-lines/{line}": Access(private=True),
    "GET /v1/evidence/intervals/{sub_account}": Access(private=True),
    "GET /v1/evidence/payments/{tx}": Access(private=True),
    "GET /v1/evidence/receivables/{receivable}": Access(private=True),
    "GET /v1/evidence/receivables/{receivable}/changes/{before}": Access(private=True),
    "GET /v1/evidence/receivables/{receivable}/funding": Access(private=True),
    "GET /v1/evidence/pools/{pool}": Access(private=True),
    "GET /v1/evidence/participants/{who}/idle": Access(private=True),
    "GET /v1/evidence/participants/{who}/statement": Access(private=True),
    "GET /v1/evidence/accounts/{who}": Access(private=True),
    "POST /v1/checkpoints": Access("Issuer"),
    "GET /v1/checkpoints": EVERYBODY,
}
WRONG_ROLE = [name for name, access in TABLE.items() if access.wrong]
PRIVATE = [name for name, access in TABLE.items() if access.private]


def path_of(lived: Api, name: str) -> tuple[str, str]:
    """Method and path, with things that exist and are not Other's."""
    method, path = name.split(" ")
    if "{pool}" in path:
        path = path.replace("{pool}", str(pooled(lived)))
    known = {
        "who": housed(lived) if "/accounts/" in path else lived.account("Investor"),
        "code": "ICMA-GBP",
        "index": 0,
        "breach": 1,
        "record": 1,
        "cash": "CNY",
        "document": lived.ids["filing"]["statement"]["document"],
        "fingerprint": lived.ids["invoice"],
        "tx": lived.ids["payment"],
        "mandate": 1,
        "period": 0,
        "payment": 1,
        "number": 1,
        "request": lived.ids["request"],
        "before": "2099-01-01",
        "sub_account": f"line:{lived.ids['line']}",
        "quote": lived.ids["quote"]["digest"],
    }
    known |= {"file": lived.ids["file"], "drawdown": lived.ids["drawdown"]}
    if "/suppliers/" in path or "/obligors/" in path:
        known["who"] = illustrative_lei("Contractor" if "/suppliers/" in path else "Company")
    for field in ("framework", "bond", "line", "project", "receivable", "report"):
        owner = {"line": "credit" if "credit-lines" in path else "loan" if "/loans/" in path else "line"}
        known[field] = lived.ids[owner.get(field, field)]
    if "{placement}" in path:
        known["placement"] = placed(lived)
    if "/evidence/intervals" in path:
        known["sub_account"] = lived.account("Investor") + "?direction=backward"
    if "/alerts" in path:
        known["alert"] = raised(lived)
    if "/legs/" in path:
        known |= {"leg": told(lived), "name": OUTSIDE}
    if "/facilities" in path:
        known |= borrowed(lived)
    if "{instruction}" in path:
        known["instruction"] = instructed(lived)
    if "{reallocation}" in path:
        known["reallocation"] = proposed(lived)
    return method, path.format(**known)


def raised(lived: Api) -> int:
    """An alert that the investor raised and nobody answered yet."""
    if "alert" not in lived.ids:
        body = {"bond": lived.ids["bond"], "key": HASH, "indicator": "idle", "document": paper("asked")}
        lived.ids["alert"] = lived.post("Investor", "/v1/alerts", body)["alert"]
    return int(lived.ids["alert"])


def told(lived: Api) -> int:
    """One fen that a bond outside raised, as the bank says."""
    if "leg" not in lived.ids:
        movement = {"kind": "raised", "value_date": "2020-01-01", "amount": cny(1), "bank": "B"}
        places = {"from": "investors", "to": "account", "reference": "R-1", "document": paper()}
        about = {"instrument": OUTSIDE, "issuer": lived.account("Issuer")}
        lived.ids["leg"] = lived.post("settlement bank", "/v1/legs", about | movement | places)["id"]
    return int(lived.ids["leg"])


def borrowed(lived: Api) -> dict[str, int]:
    """A facility of the issuer's with the factor, and a drawdown that waits for it."""
    if "facility" not in lived.ids:
        days = {"available_until": "2029-01-01", "final_maturity": "2031-01-01"}
        terms = {"framework": lived.ids["framework"], "cash": "CNY", "denomination": cny(1_000), "units": 9}
        path = "/v1/facilities"
        made = lived.post("Issuer", path, terms | days | {"document": paper("agreement")})["id"]
        lived.post("Issuer", f"{path}/{made}/lenders", {"lender": lived.account("Factor"), "units": 5})
        assert lived.post("Factor", f"{path}/{made}/commitments")["units"] == 5
        days = {"closes_on": "2028-01-01", "maturity": "2030-01-01"}
        asked = {"label": "First drawdown", "units": 5, "document": paper("request")}
        drawn = lived.post("Issuer", f"{path}/{made}/drawdowns", asked | days)
        assert drawn["shares"] == [{"lender": lived.account("Factor"), "units": 5}]
        lived.ids |= {"facility": made, "drawn": drawn["loan"]}
    return {"facility": lived.ids["facility"], "loan": lived.ids["drawn"]}


def instructed(lived: Api) -> int:
    """One fen that the contractor announced to the bank."""
    if "instruction" not in lived.ids:
        body = {"way": "deposit", "cash": "CNY", "amount": cny(1)}
        lived.ids["instruction"] = lived.post("Contractor", "/v1/instructions", body)["id"]
    return int(lived.ids["instruction"])


def proposed(lived: Api) -> int:
    """One fen of the bond's line, for that line: it waits for ever."""
    if "reallocation" not in lived.ids:
        line = lived.ids["line"]
        body = {"target": line, "amount": cny(1), "document": paper()}
        made = lived.post("Issuer", f"/v1/budget-lines/{line}/reallocations", body)
        lived.ids["reallocation"] = made["id"]
    return int(lived.ids["reallocation"])


def placed(lived: Api) -> int:
    """One fen of the bond's that was with the settlement bank and came back: other tests count its money."""
    if "placement" not in lived.ids:
        body = {"place": lived.account("settlement bank"), "amount": cny(1), "instrument": "deposit"}
        made = lived.post("Issuer", f"/v1/bonds/{lived.ids['bond']}/placements", body | {"document": paper()})
        lived.ids["placement"] = made["id"]
        back = {"principal": cny(1), "document": paper("statement")}
        lived.post("settlement bank", f"/v1/placements/{made['id']}/returns", back)
    return int(lived.ids["placement"])


def pooled(lived: Api) -> int:
    """An asset pool of the factor's that its trustee has not taken on."""
    if "pool" not in lived.ids:
        lived.ledger.operator.admit("Trustee", illustrative_lei("Trustee"), Role.FINANCIER)
        days = {"closes_on": dt.date(2029, 1, 1), "due_by": dt.date(2030, 1, 1)}
        terms = {"trustee": "Trustee", "cash": "CNY", "document": b"terms", **days}
        made = lived.ledger.asset_pools.register("Factor", "a pool", tranches=[TrancheTerms(9, 0)], **terms)
        lived.ids["pool"] = made.pool
    return int(lived.ids["pool"])


def housed(lived: Api) -> str:
    """The account contract of a participant, with one proposal that waits."""
    if "house" not in lived.ids:
        ledger = lived.ledger
        lived.ids["house"] = ledger.accounts.make("Housed", clerks=["a clerk"], approvers=["boss"]).account
        ledger.operator.admit("Housed", illustrative_lei("Housed"), Role.INVESTOR)
        call = ledger.accounts.call("Cash-CNY", "approve", lived.account("Investor"), 1)
        ledger.accounts.propose("Housed", [call])
    return str(lived.ids["house"])


def body_of(lived: Api, access: Access) -> Any:
    if access.body in ("quote", "trade"):
        return lived.ids[access.body]
    if access.body == "funding":
        return {"quote": lived.ids["quote"], "number": "1", "registration": paper(), "search": paper()}
    if access.body == "early":
        asked = {"receivable": lived.ids["receivable"], "start": "0", "amount": cny(1)}
        return {**asked, "deadline": "2099-01-01T00:00:00Z"}
    if access.body == "early paper":
        quote = {"start": "0", "sequence": 1, "amount": "1", "nonce": "1", "deadline": 4_000_000_000}
        signed = {"signature": "0x" + "11" * 65, "digest": HASH}
        parties = {"receivable": lived.ids["receivable"], "holder": lived.account("Contractor")}
        return {"quote": {**quote, **parties}, **signed}
    if access.body == "credit":
        return {"amount": cny(1), "note": paper()}
    return access.body


def test_every_endpoint_has_its_line(lived: Api) -> None:
    declared = {
        f"{method} {PROTECTED}{route.path}"
        for router in ROUTERS
        for route in router.routes
        for method in route.methods  # type: ignore[attr-defined]
    }
    described = {
        f"{method.upper()} {path}"
        for path, methods in lived.app.openapi()["paths"].items()
        for method in methods
    }
    assert declared == set(TABLE)
    assert described == declared | {"GET /health"}


@pytest.mark.parametrize("name", TABLE)
def test_nobody_asks_without_a_token_or_an_admission(lived: Api, name: str) -> None:
    method, path = path_of(lived, name)
    lived.refused(None, method, path, None, 401, "unauthenticated")
    assert lived.ask(None, method, path, Authorization="Bearer glt_guessed").status_code == 401
    refusal = lived.refused("deployer", method, path, None, 403, "wrong-role")
    assert refusal["had"] == "no admission"


@pytest.mark.parametrize("name", WRONG_ROLE)
def test_a_wrong_role_is_refused_before_the_body_is_judged(lived: Api, name: str) -> None:
    method, path = path_of(lived, name)
    wrong = TABLE[name].wrong
    refusal = lived.refused(wrong, method, path, {"nonsense": 1}, 403, "wrong-role")
    assert refusal["who"] == lived.account(str(wrong)) and refusal["needed"]


@pytest.mark.parametrize("name", PRIVATE)
def test_the_data_of_another_party_does_not_exist(lived: Api, name: str) -> None:
    method, path = path_of(lived, name)
    refusal = lived.refused(OTHER, method, path, body_of(lived, TABLE[name]), 404, "not-found")
    assert not any(lived.account(party) in str(refusal) for party in ("Contractor", "Company", "Factor"))


@pytest.mark.parametrize("name", [name for name in TABLE if name.startswith("GET")])
def test_whoever_may_ask_is_answered(lived: Api, name: str) -> None:
    _, path = path_of(lived, name)
    owners = {"pools": "Factor", "mandates/": "Issuer", "bookings": "Issuer", "accounts/": "Housed"} | {
        "/reconciliation": "Issuer",
        "/exceptions": "Issuer",
        "balance": "Investor",
        "units": "Investor",
        "/holding": "Investor",
        "/entitlements": "Investor",
        "credit-lines": "Company",
        "status": "Auditor",
        "/findings": "Auditor",
        "portfolios": "Investor",
        "/obligors/": "Company",
        "legs/": "Issuer",
        "/facilities": "Issuer",
        "/intervals/": "Issuer",
        "/bonds/{bond}/idle": "Issuer",
        "{who}/idle": "Investor",
        "{who}/statement": "Investor",
    }
    packs = ("bonds", "projects", "budget-lines")
    owners = {
        "/funding": "Factor",
        "/evidence/intervals": "Investor",
        **{f"/evidence/{part}": "Issuer" for part in packs},
    } | owners
    owner = next((who for part, who in owners.items() if part in name), "Contractor")
    if "/evidence/" in name:
        packed = lived.ask(owner, "GET", path)
        assert packed.headers["content-type"] == "application/zip", packed.text
        assert verify_files(read(io.BytesIO(packed.content)))["ok"]
    else:
        assert lived.get(owner, path)


@pytest.mark.parametrize("who", ["Company", "Contractor", "Subcontractor", "Factor", "Auditor"])
def test_a_receivable_answers_each_of_its_parties(lived: Api, who: str) -> None:
    number = lived.ids["receivable"]
    assert lived.get(who, f"/v1/receivables/{number}")["state"] == "accepted"
    assert lived.get(who, f"/v1/receivables/{number}/pieces")["complete"] is True


@pytest.mark.parametrize("who", ["Issuer", "Investor", "Verifier", "operator", "settlement bank", OTHER])
def test_a_receivable_answers_nobody_else_and_not_even_that_it_exists(lived: Api, who: str) -> None:
    number = lived.ids["receivable"]
    answers = [
        lived.refused(who, "GET", f"/v1/receivables/{n}", None, 404, "not-found") for n in (number, 999)
    ]
    details = ("detail", "detail_zh")
    renamed = {detail: answers[1][detail].replace("999", str(number)) for detail in details}
    assert answers[0] == answers[1] | renamed | {"who": str(number)}


@pytest.mark.spec("FIN-4")
def test_two_banks_compete_and_neither_sees_the_other(lived: Api) -> None:
    """FIN-4: neither a request nor a quote makes a party; an acceptance does, before it holds anything."""
    lived.ledger.operator.admit("Second factor", illustrative_lei("Second factor"), Role.FINANCIER)
    number, who = lived.ids["receivable"], "Second factor"
    path = f"/v1/receivables/{number}"
    request = asked(lived, number, 0, 10_000, who, "Factor")
    cheap = quoted(lived, who, request, rate_ppm=1_000, convention="30/360", recourse=True)
    dear = quoted(lived, "Factor", request, rate_ppm=90_000)
    seen = lived.get("Contractor", f"/v1/requests/{request}/quotes")
    assert [one["paper"]["digest"] for one in seen] == [cheap["digest"], dear["digest"]]
    assert seen[0]["cost_ppm"] < seen[1]["cost_ppm"] and {one["state"] for one in seen} == {"open"}
    for bank, own, rival in ((who, cheap, dear), ("Factor", dear, cheap)):
        assert lived.get(bank, f"/v1/requests/{request}")["financiers"] == [lived.account(bank)]
        [mine] = lived.get(bank, f"/v1/requests/{request}/quotes")
        assert mine["paper"] == own == lived.get(bank, f"/v1/quotes/{own['digest']}")["paper"]
        lived.refused(bank, "GET", f"/v1/quotes/{rival['digest']}", None, 404, "not-found")
        lived.refused(bank, "POST", "/v1/quotes/acceptance", rival, 404, "not-found")
    lived.refused(who, "GET", path, None, 404, "not-found")
    lived.refused(who, "GET", f"/v1/financings/{cheap['digest']}", None, 404, "not-found")
    lived.post("Contractor", "/v1/quotes/acceptance", cheap)
    assert lived.get(who, path)["id"] == number
    assert lived.get(who, f"/v1/financings/{cheap['digest']}")["state"] == "accepted"
    lived.refused("Factor", "GET", f"/v1/financings/{cheap['digest']}", None, 404, "not-found")


@pytest.mark.spec("FIN-4")
def test_a_financier_quotes_only_where_it_was_asked(lived: Api) -> None:
    alone = asked(lived, lived.ids["receivable"], 10_000, 12_000, "Factor")
    body = {"rate_ppm": 1, "deadline": FAR}
    lived.refused(OTHER, "POST", f"/v1/requests/{alone}/quotes", body, 404, "not-found")
    lived.refused("Factor", "POST", "/v1/requests/999/quotes", body, 404, "not-found")
    assert alone in [one["id"] for one in lived.get("Factor", "/v1/requests")]


def test_an_interval_is_shown_by_its_holder_alone(lived: Api) -> None:
    path = f"/v1/receivables/{lived.ids['receivable']}/requests"
    body = {"financiers": [lived.account("Factor")], "start": "30000", "end": "40000", "until": FAR}
    lived.refused("Contractor", "POST", path, body, 403, "not-allowed")
    lived.refused("Subcontractor", "POST", path, {**body, "end": "60001"}, 422, "bad-input")


# --- traces ----------------------------------------------------------------------------------------------


def test_holders_by_other_rules_are_for_those_who_see_every_receivable(lived: Api) -> None:
    path = f"/v1/traces/bonds/{lived.ids['bond']}?rule=bounds"
    whole, seen = lived.get("Auditor", path), lived.get("Investor", path)
    assert whole["holders"] and seen["holders"] == []
    assert seen["states"] == whole["states"]


@pytest.mark.parametrize("view", ["cash", "economic"])
def test_a_trace_withholds_from_others_what_belongs_to_a_receivable(lived: Api, view: str) -> None:
    path = f"/v1/traces/bonds/{lived.ids['bond']}?view={view}"
    whole, seen = lived.get("Auditor", path), lived.get("Investor", path)
    assert {key: seen[key] for key in seen if key != "intervals"} == {
        key: whole[key] for key in whole if key != "intervals"
    }
    pairs = list(zip(whole["intervals"], seen["intervals"], strict=True))
    hidden = [(one, two) for one, two in pairs if one["receivable"]]
    assert len(hidden) >= 3 and all(two["withheld"] for _, two in hidden)
    assert all(one[key] == two[key] for one, two in pairs for key in ("start", "end", "amount", "state"))
    assert all(one == two for one, two in pairs if not one["receivable"] and "withheld" not in two)
    told = str([two for _, two in hidden])
    assert not any(lived.account(who) in told for who in ("Contractor", "Subcontractor", "Factor", "Company"))
    assert lived.get("Contractor", path)["intervals"][0] == whole["intervals"][0]


def test_a_party_sees_its_receivable_in_the_trace(lived: Api) -> None:
    path = f"/v1/traces/bonds/{lived.ids['bond']}"
    whole = lived.get("Auditor", path)["intervals"]
    own = lived.get("Subcontractor", path)["intervals"]
    assert [one for one in own if one["receivable"]] == [one for one in whole if one["receivable"]]


def test_a_payment_is_traced_for_its_parties_alone(lived: Api) -> None:
    path = f"/v1/traces/payments/{lived.ids['payment']}"
    for who in ("Issuer", "Contractor", "Auditor"):
        assert lived.get(who, path)["complete"] is True
    lived.refused("Investor", "GET", path, None, 404, "not-found")
    lived.refused("Contractor", "GET", f"/v1/traces/payments/{HASH}", None, 404, "not-found")
    lived.refused("Contractor", "GET", path + "?log=99999", None, 404, "not-found")


@pytest.mark.spec("TRACE-2")
def test_every_question_is_answered_over_http_as_in_python(lived: Api) -> None:
    auditor, account = lived.ledger.auditor, lived.account("Contractor")
    bond, line, receivable = (int(lived.ids[name]) for name in ("bond", "line", "receivable"))
    pairs = [
        (f"/v1/traces/projects/{lived.ids['project']}", auditor.trace_project(int(lived.ids["project"]))),
        (f"/v1/traces/budget-lines/{line}?rule=prorata", auditor.trace_line(line, rule="prorata")),
        (f"/v1/traces/receivables/{receivable}", auditor.trace_piece(receivable)),
        (f"/v1/bonds/{bond}/idle", auditor.idle(bond=bond)),
        (f"/v1/participants/{account}/idle", auditor.idle(party=account)),
        (f"/v1/participants/{account}/statement?limit=1000", auditor.statement(account)),
    ]
    for path, answer in pairs:
        assert lived.get("Auditor", path) == json.loads(json.dumps(answer)), path
    for way in ("forward", "backward"):
        asked = IntervalQuestion(f"line:{line}", None, 5, 105, way, limit=1000)
        path = f"/v1/traces/intervals/line:{line}?start=5&end=105&direction={way}"
        assert lived.get("Auditor", path) == json.loads(json.dumps(auditor.trace_interval(asked)))


def test_an_owner_reads_its_own_accounts_without_the_receivables_of_others(lived: Api) -> None:
    path = f"/v1/traces/intervals/general:{lived.account('Contractor')}?direction=backward"
    whole, seen = lived.get("Auditor", path), lived.get("Contractor", path)
    assert [one["amount"] for one in seen["parts"]] == [one["amount"] for one in whole["parts"]]
    assert seen["amount"] == whole["amount"]
    path = f"/v1/bonds/{lived.ids['bond']}/changes/1000000000"
    lived.refused("Investor", "GET", path, None, 422, "bad-input")
    lived.refused("Investor", "GET", f"/v1/traces/intervals/line:{lived.ids['line']}", None, 404, "not-found")


def test_who_did_not_pay_for_a_piece_does_not_see_what_it_was_paid_from(lived: Api) -> None:
    path = f"/v1/traces/receivables/{lived.ids['receivable']}"
    whole, seen = lived.get("Auditor", path), lived.get("Subcontractor", path)
    assert len(seen["purchases"]) == len(whole["purchases"])
    assert all(one["sources"] == [] for one in seen["purchases"])
    assert {one["amount"] for one in seen["encumbered"]["sources"]} == {
        one["amount"] for one in whole["encumbered"]["sources"]
    }


# --- acting in one's own name ----------------------------------------------------------------------------


def test_an_act_on_anothers_thing_is_refused_by_the_contract(lived: Api) -> None:
    bond, line, framework = (lived.ids[name] for name in ("bond", "line", "framework"))
    acts = {
        f"/v1/budget-lines/{line}/allocations": {"amount": cny(1)},
        f"/v1/budget-lines/{line}/payments": {"fingerprint": lived.ids["invoice"], "amount": cny(1)},
        f"/v1/bonds/{bond}/costs": {"payee": lived.account(OTHER), "amount": cny(1), "document": paper()},
    }
    for path, body in acts.items():
        assert lived.refused(OTHER, "POST", path, body, 409, "not-party")["who"] == lived.account(OTHER)
    body = {"document": paper(), "catalogue": "ICMA-GBP", "categories": ["1"]}
    lived.refused(OTHER, "PUT", f"/v1/frameworks/{framework}", body, 409, "not-party")
    body = {"holder": lived.account(OTHER), "amount": cny(1), "booking": "mine"}
    lived.refused(OTHER, "POST", "/v1/cash/CNY/mints", body, 403, "not-allowed")


def test_nobody_signs_or_files_anothers_obligation(lived: Api) -> None:
    obligation(lived, "INV-UNFILED", 5, file=False)
    filing = lived.ids["filing"]
    lived.refused(OTHER, "POST", "/v1/obligations/signatures", filing["statement"], 403, "not-allowed")
    lived.refused(OTHER, "POST", "/v1/obligations/filings", filing, 403, "not-allowed")
    swapped = {**filing, "first": filing["second"], "second": filing["first"]}
    lived.refused("Contractor", "POST", "/v1/obligations/filings", swapped, 422, "bad-signature")
    parties = {"payer": lived.account("Issuer"), "payee": lived.account("Company")}
    drawn = {**parties, "kind": "invoice", "number": "1", "dated": "2025-01-02", "total": cny(1)}
    drawn["paper"] = paper()
    lived.refused(OTHER, "POST", "/v1/obligations", drawn, 403, "not-allowed")


def test_the_body_cannot_name_the_actor(lived: Api) -> None:
    body = {"to": lived.account(OTHER), "amount": cny(1), "from": lived.account("Investor")}
    refusal = lived.refused(OTHER, "POST", "/v1/cash/CNY/transfers", body, 422, "bad-request")
    assert "from" in refusal["detail"]


def test_a_suspended_participant_neither_acts_nor_audits(lived: Api) -> None:
    lived.ledger.operator.admit("Second auditor", illustrative_lei("Second auditor"), Role.AUDITOR)
    path = f"/v1/receivables/{lived.ids['receivable']}"
    mandate = {"agent": lived.account("Second auditor"), "kind": "auditor", "until": "2026-01-01"}
    lived.post("Contractor", "/v1/mandates", mandate | {"document": paper("mandate")})
    assert lived.get("Second auditor", path)
    account = lived.account("Second auditor")
    lived.patch("operator", f"/v1/participants/{account}", {"suspended": True, "document": paper("order")})
    lived.refused("Second auditor", "GET", path, None, 404, "not-found")
    body = {"to": lived.account(OTHER), "amount": cny(1)}
    lived.refused("Second auditor", "POST", "/v1/cash/CNY/transfers", body, 409, "suspended")
    assert lived.get("Second auditor", "/v1/me")["active"] is False
