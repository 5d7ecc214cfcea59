"""A server over a staffed ledger of its own, one client for each organisation, and the story's first acts."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.tokens import TokenBook
from ledger import Ledger
from ledger.bootstrap.testing import CHEAP, PASSPHRASE, fresh_ledger, illustrative_lei
from ledger.config import Settings
from ledger.domain.kinds import DocumentKind
from ledger.domain.mandates import MandateKind
from ledger.domain.money import Money, currency
from ledger.domain.roles import Role

Json = dict[str, Any]
OTHER = "Other"
"""Every role but the auditor's and the authority's, and party to nothing."""
AUTHORITY = "Authority"
EVERY_ROLE = (
    Role.ISSUER | Role.VERIFIER | Role.INVESTOR | Role.OBLIGOR | Role.SUPPLIER | Role.FINANCIER | Role.BANK
)
RAISED, COST, FACE = 1_000_000, 12_345, 90_000


def cny(minor: int) -> Json:
    return {"currency": "CNY", "minor": str(minor)}


def paper(text: str = "a paper") -> Json:
    return {"file": base64.b64encode(text.encode()).decode()}


class Api:
    """Requests in the name of organisations. A wrong status fails the test with the answer's text."""

    def __init__(self, app: FastAPI, client: TestClient, ledger: Ledger, state: Path) -> None:
        self.app, self.client, self.ledger, self.state = app, client, ledger, state
        self.tokens = TokenBook(state)
        self._issued: dict[str, str] = {}
        self.ids: Json = {}

    def account(self, who: str) -> str:
        return self.ledger.session.address(who)

    def headers(self, who: str | None) -> dict[str, str]:
        if who is None:
            return {}
        if who not in self._issued:
            self._issued[who] = self.tokens.issue(self.account(who))
        return {"Authorization": f"Bearer {self._issued[who]}"}

    def forget(self, who: str) -> None:
        """The next request in the name of `who` takes a new token."""
        self._issued.pop(who, None)

    def ask(self, who: str | None, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The raw response."""
        return self.client.request(method, path, json=body, headers={**self.headers(who), **headers})

    def get(self, who: str, path: str) -> Any:
        return self._good(self.ask(who, "GET", path))

    def post(self, who: str, path: str, body: Any = None) -> Json:
        return dict(self._good(self.ask(who, "POST", path, body)))

    def put(self, who: str, path: str, body: Json) -> Json:
        return dict(self._good(self.ask(who, "PUT", path, body)))

    def patch(self, who: str, path: str, body: Json) -> Json:
        return dict(self._good(self.ask(who, "PATCH", path, body)))

    def refused(self, who: str | None, method: str, path: str, body: Any, status: int, code: str) -> Json:
        """The problem of a request that must be refused so."""
        answer = self.ask(who, method, path, body)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        found = dict(answer.json())
        assert (found["status"], found["code"]) == (status, code), answer.text
        return found

    @staticmethod
    def _good(answer: Any) -> Any:
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def serving(template: Path, folder: Path) -> Iterator[Api]:
    """A copy of a staffed ledger, behind the API. The ledger is one for server and test, as in the server."""
    with fresh_ledger(template, folder) as ledger:
        ledger.operator.admit(OTHER, illustrative_lei(OTHER), EVERY_ROLE)
        _supervise(ledger)
        app = create_app(Settings(state=folder, passphrase=PASSPHRASE), opening=lambda: _again(folder))  # type: ignore[arg-type]
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Api(app, client, ledger, folder)


def _supervise(ledger: Ledger) -> None:
    """An authority lets the auditor read the data of all whom the story is about."""
    ledger.operator.admit(AUTHORITY, illustrative_lei(AUTHORITY), Role.AUTHORITY)
    for owner in ("Issuer", "Company", "Contractor", "Subcontractor", "Factor", "Investor"):
        ledger.mandates.grant(
            AUTHORITY,
            "Auditor",
            MandateKind.AUDITOR,
            owner=owner,
            until=dt.date(2030, 1, 1),
            document=b"order",
        )


def _again(folder: Path) -> Ledger:
    """The server's own ledger: a second one on the same embedded chain."""
    return Ledger.embedded(folder, replay=True, passphrase=PASSPHRASE, keystore_cost=CHEAP)


# --- the story over HTTP ---------------------------------------------------------------------------------


def live(api: Api) -> Api:
    """Framework to settlement, each act by its own organisation; `api.ids` remembers what came of it."""
    _issue(api)
    _spend(api)
    _leg(api)
    _lend(api)
    _achieve(api)
    return api


def _issue(api: Api) -> None:
    framework = api.post(
        "Issuer",
        "/v1/frameworks",
        {
            "document": paper(),
            "catalogue": "ICMA-GBP",
            "categories": ["1", "2"],
            "undertakings": [{"code": "REPORT", "kind": "reporting", "due": "2030-04-30"}],
        },
    )
    review(api, framework["id"])
    bond = api.post("Issuer", "/v1/bonds", bond_body(framework["id"], "GREEN 1"))["id"]
    booking = {"holder": api.account("Investor"), "amount": cny(RAISED * 2), "booking": "deposit 1"}
    api.post("settlement bank", "/v1/cash/CNY/mints", booking)
    late = {"holder": api.account(OTHER), "amount": cny(10_000), "booking": "deposit 2"}
    api.post("settlement bank", "/v1/cash/CNY/mints", late)
    api.post("Investor", f"/v1/bonds/{bond}/bookings", {"units": 1000})
    api.post(OTHER, f"/v1/bonds/{bond}/bookings", {"units": 10})
    back = api.post(OTHER, f"/v1/bonds/{bond}/bookings/cancellation")
    assert (back["units"], back["amount"]) == (10, cny(10_000))
    allotted = api.post("Issuer", f"/v1/bonds/{bond}/allotments", {})
    assert (allotted["units"], allotted["done"], allotted["places"]) == (1000, 2, 2)
    closed = api.post("Issuer", f"/v1/bonds/{bond}/closing", {"cost": cny(COST), "value_date": "2025-01-02"})
    assert closed["raised"] == cny(RAISED) and closed["cost"] == cny(COST)
    api.ids |= {"framework": framework["id"], "bond": bond}
    api.ids["trade"] = api.post("Investor", "/v1/trades", trade_body(api, "Company"))


def trade_body(api: Api, to: str, units: int = 10) -> Json:
    """What the investor offers to sell."""
    return {
        "side": "sell",
        "counterparty": api.account(to),
        "bond": api.ids["bond"],
        "units": units,
        "price": cny(units * 990),
        "deadline": "2099-01-01T00:00:00+08:00",
        "document": paper("contract note"),
    }


def review(api: Api, framework: int) -> None:
    content = api.get("Verifier", f"/v1/frameworks/{framework}")["content_hash"]
    body = {"content_hash": content, "document": paper(), "valid_until": "2030-01-01", "shade": "dark"}
    api.post("Verifier", f"/v1/frameworks/{framework}/reviews", body)


def bond_body(framework: int, label: str, most: int = 2000) -> Json:
    return {
        "label": label,
        "framework": framework,
        "cash": "CNY",
        "denomination": cny(1000),
        "max_units": most,
        "closes_on": "2025-01-31",
        "document": paper(),
    }


def _spend(api: Api) -> None:
    project = api.post(
        "Issuer",
        "/v1/projects",
        {
            "label": "Dam",
            "framework": api.ids["framework"],
            "company": api.account("Company"),
            "category": "1",
            "budget": cny(RAISED),
            "document": paper(),
        },
    )["id"]
    line = api.post(
        "Issuer",
        f"/v1/bonds/{api.ids['bond']}/budget-lines",
        {"project": project, "budget": cny(RAISED), "label": "Dam", "company_may_spend": True},
    )["id"]
    api.post("Issuer", f"/v1/budget-lines/{line}/allocations", {"amount": cny(500_000)})
    api.post("Issuer", f"/v1/budget-lines/{line}/deallocations", {"amount": cny(1)})
    invoice = obligation(api, "INV-1", 40_000, buyer="Issuer")
    payment = {"fingerprint": invoice, "amount": cny(40_000)}
    assert api.post("Issuer", f"/v1/budget-lines/{line}/payments/check", payment) == {"allowed": True}
    paid = api.post("Issuer", f"/v1/budget-lines/{line}/payments", payment)
    refund = {
        "line": line,
        "offset": paid["offset"],
        "fingerprint": invoice,
        "amount": cny(4_000),
        "document": paper(),
    }
    assert api.post("Contractor", "/v1/refunds", refund)["amount"] == cny(4_000)
    cost = {"payee": api.account("Factor"), "amount": cny(COST), "document": paper()}
    api.post("Issuer", f"/v1/bonds/{api.ids['bond']}/costs", cost)
    api.ids |= {"project": project, "line": line, "payment": paid["tx"], "invoice": invoice}


def _achieve(api: Api) -> None:
    """A figure reported, refused, restated and accepted: the second is report `api.ids["report"]`."""
    body = {"projects": [api.ids["project"]], "indicator": "CO2_AVOIDED", "figure": figure("900")}
    first = api.post("Company", "/v1/impact-reports", body)
    validate(api, first, "refused")
    path = f"/v1/impact-reports/{first['id']}/restatements"
    second = api.post("Issuer", path, {"figure": figure("1000.5"), "reason": "meter calibrated"})
    assert validate(api, second, "accepted")["outcome"] == "accepted"
    api.ids |= {"report": second["id"], "former": first["id"]}


def figure(value: str) -> Json:
    basis = {"kind": "average", "source": "grid", "value": "0.5366", "unit": "kgCO2/kWh", "year": "2022",
             "region": "CN", "version": "2022"}  # fmt: skip
    days = {"first": "2025-01-02", "last": "2025-01-02"}
    return {"value": value, "unit": "tCO2", **days, "basis": basis, "document": paper("yearly report")}


def validate(api: Api, report: Json, outcome: str) -> Json:
    body = {"content_hash": report["content_hash"], "outcome": outcome, "document": paper(outcome)}
    return api.post("Verifier", f"/v1/impact-reports/{report['id']}/validations", body)


def obligation(api: Api, number: str, total: int, *, buyer: str = "Company", file: bool = True) -> str:
    """An invoice of the contractor's: drawn up and signed by the buyer, signed by the seller, filed."""
    body = {
        "kind": "invoice",
        "payer": api.account(buyer),
        "payee": api.account("Contractor"),
        "number": number,
        "dated": "2025-01-02",
        "total": cny(total),
        "paper": paper(number),
    }
    first = api.post(buyer, "/v1/obligations", body)
    second = api.post("Contractor", "/v1/obligations/signatures", first["statement"])
    api.ids["filing"] = {
        "statement": first["statement"],
        "first": first["signature"],
        "second": second["signature"],
    }
    if not file:
        return str(first["statement"]["fingerprint"])
    return str(api.post("Contractor", "/v1/obligations/filings", api.ids["filing"])["fingerprint"])


def _leg(api: Api) -> None:
    grant = {"holder": api.account("Company"), "limit": cny(FACE * 5), "expires": "2026-01-01"}
    credit = api.post("settlement bank", "/v1/credit-lines", grant)["id"]
    api.ids["credit"] = credit
    number = confirm(api, "INV-2", line=api.ids["line"])
    api.post("Contractor", f"/v1/receivables/{number}/acceptance")
    api.post("Contractor", f"/v1/receivables/{number}/splits", {"start": "0", "at": "30000"})
    passed = {
        "recipient": api.account("Subcontractor"),
        "start": "30000",
        "end": "60000",
        "trade_document": paper("delivery note"),
    }
    api.post("Contractor", f"/v1/receivables/{number}/transfers", passed)
    api.ids["receivable"] = number
    api.ids["quote"] = factor(api, number, 60_000, FACE)
    papers = {"number": "20250001", "registration": paper("certificate"), "search": paper("search")}
    funding = {"quote": api.ids["quote"], **papers}
    financed = api.post("Factor", "/v1/quotes/funding", funding)
    assert sum(int(financed[part]["minor"]) for part in ("discount", "fee", "net")) == FACE - 60_000


def _lend(api: Api) -> None:
    """A file of what the contractor kept, applied for and approved; a loan on its score, drawn."""
    receivable = api.ids["receivable"]
    kept = {"receivable": receivable, "start": "0", "end": "30000"}
    file = api.post("Contractor", "/v1/factoring-files", kept)["id"]
    api.ids["file"] = file
    invoice = {"hash": api.ledger.books.receivable(receivable).fingerprint}
    papers = {"order": paper("order"), "delivery": paper("delivery note"), "invoice": invoice}
    for kind, document in papers.items():
        filing = {"kind": kind, "document": document}
        api.post("Contractor", f"/v1/factoring-files/{file}/papers", filing)
    asked = {"financier": api.account("Factor"), "document": paper("application")}
    api.post("Contractor", f"/v1/factoring-files/{file}/applications", asked)
    result = {"version": 3, "approved": True, "document": paper("approved")}
    api.post("Factor", f"/v1/factoring-files/{file}/reviews", result)
    api.post("Contractor", "/v1/consents", asked | {"until": "2029-12-31"})
    line = api.post("Contractor", "/v1/loans", asked | {"amount": cny(9_000)})["line"]
    terms = {"limit": cny(5_000), "rate_ppm": 60_000, "tenor_days": 30, "expires": "2029-12-31"}
    api.post("Factor", f"/v1/loans/{line}/grant", terms | {"document": paper("granted")})
    drawdown = api.ledger.documents.obligation(
        DocumentKind.LOAN_DRAWDOWN,
        payer="Factor",
        payee="Contractor",
        number="L-1",
        dated=api.ledger.session.today(),
        total=Money(5_000, currency("CNY")),
        paper=b"drawdown",
    )
    signed = api.ledger.documents.sign_and_register(drawdown)
    drawing = {"fingerprint": signed.fingerprint, "amount": cny(4_000)}
    drawn = api.post("Contractor", f"/v1/loans/{line}/drawdowns", drawing)
    api.ids |= {"loan": line, "drawdown": drawn["drawdown"], "drawing": drawing}


def confirm(api: Api, number: str, line: int | None, due: str = "2025-03-03") -> int:
    body = {
        "supplier": api.account("Contractor"),
        "face": cny(FACE),
        "cash": "CNY",
        "due": due,
        "credit_line": api.ids["credit"],
        "fingerprint": obligation(api, number, FACE),
        "contract": paper("contract"),
        "delivery": paper("delivery"),
        "budget_line": line,
    }
    return int(api.post("Company", "/v1/receivables", body)["id"])


def factor(api: Api, receivable: int, start: int, end: int, fund: bool = True) -> Json:
    """Request, quote, acceptance; the factor has the money."""
    api.post(
        "settlement bank",
        "/v1/cash/CNY/mints",
        {"holder": api.account("Factor"), "amount": cny(end), "booking": f"factor {receivable}"},
    )
    request = asked(api, receivable, start, end, "Factor")
    quote = quoted(api, "Factor", request)
    api.ids["request"] = request
    api.post("Contractor", "/v1/quotes/acceptance", quote)
    return quote


FAR = "2099-01-01T00:00:00+08:00"


def asked(api: Api, receivable: int, start: int, end: int, *financiers: str) -> int:
    """The number of the contractor's request."""
    body = {"financiers": [api.account(one) for one in financiers], "start": str(start), "end": str(end)}
    path = f"/v1/receivables/{receivable}/requests"
    return int(api.post("Contractor", path, {**body, "until": FAR})["id"])


def quoted(api: Api, who: str, request: int, **terms: Any) -> Json:
    body = {"rate_ppm": 30_000, "deadline": FAR, "fee": cny(7), **terms}
    return dict(api.post(who, f"/v1/requests/{request}/quotes", body))
