"""LIFE-1 over HTTP: a bond from its framework to its redemption, each act by its own organisation's token.

Illustrative terms: 1,000 units of 10 yuan, 3% a year, two coupons by 30/360, 60% of the principal returned
from unused proceeds. Amounts are fen, worked out by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money, currency
from tests.api.world import (
    OTHER,
    Api,
    Json,
    bond_body,
    cny,
    figure,
    obligation,
    paper,
    review,
    serving,
    validate,
)

UNIT, UNITS, HALF = 1_000, 1_000, 15
"""Fen a unit, units, and fen a unit and half-year: 1,000 × 3% × 180/360."""
UNUSED = 600
SHEET = {"start": "2025-01-02", "end": "2026-01-02", "frequency": 2, "rate": "3", "day_count": "30/360"}


@pytest.fixture
def new(staffed_template: Path, tmp_path: Path) -> Iterator[Api]:
    with serving(staffed_template, tmp_path / "ledger") as served:
        yield served


def on(api: Api, day: str) -> None:
    api.post("operator", "/v1/business-date", {"date": day})


def balance(api: Api, who: str) -> int:
    return int(api.ledger.cash.balance(who, "CNY"))


def credited(api: Api, who: str, amount: int, booking: str) -> None:
    body = {"holder": api.account(who), "amount": cny(amount), "booking": booking}
    api.post("settlement bank", "/v1/cash/CNY/mints", body)


def issued(api: Api) -> int:
    """Booked 700 and 300, allotted by a bookrunner under a mandate, closed; coupon terms filed as hashed."""
    promised = [{"code": "REPORT", "kind": "reporting", "due": "2025-12-31"}]
    body = {"document": paper(), "catalogue": "ICMA-GBP", "categories": ["1"], "undertakings": promised}
    framework = api.post("Issuer", "/v1/frameworks", body)["id"]
    review(api, framework)
    terms = api.post("Issuer", "/v1/coupon-terms", {"sheet": SHEET})
    assert terms["coupons"] == 2
    dated = {"issue_date": "2025-01-02", "maturity": "2026-01-02", "coupon_ppm": 30_000}
    registered = bond_body(framework, "LIFE", UNITS) | dated | {"service_terms": terms["hash"]}
    bond = int(api.post("Issuer", "/v1/bonds", registered)["id"])
    declared(api, bond)
    for who, units in (("Investor", 700), (OTHER, 300)):
        credited(api, who, units * UNIT, f"subscription of {who}")
        api.post(who, f"/v1/bonds/{bond}/bookings", {"units": units})
    on(api, "2025-02-01")
    api.refused("Investor", "POST", f"/v1/bonds/{bond}/bookings", {"units": 1}, 409, "date-out-of-order")
    api.refused("Factor", "POST", f"/v1/bonds/{bond}/allotments", {}, 409, "mandate-missing")
    mandate = {"agent": api.account("Factor"), "kind": "bookrunner", "bond": bond, "until": "2025-03-01"}
    api.post("Issuer", "/v1/mandates", mandate | {"document": paper("mandate")})
    assert api.post("Factor", f"/v1/bonds/{bond}/allotments", {})["units"] == UNITS
    assert api.post("Issuer", f"/v1/bonds/{bond}/closing", {})["raised"] == cny(UNITS * UNIT)
    api.post(OTHER, f"/v1/bonds/{bond}/coupons", {"sheet": SHEET})
    api.ids |= {"framework": framework, "bond": bond}
    return bond


def declared(api: Api, bond: int) -> None:
    """A pocket of 0.1%, and a tenth refinanced; both are read before anybody books."""
    body = {"jurisdiction": "EU", "pocket_ppm": 1_000, "refinanced_ppm": 100_000, "share_binds": True}
    path = f"/v1/bonds/{bond}/limits"
    api.refused(
        "Issuer", "POST", path, body | {"pocket_ppm": 150_001, "document": paper()}, 409, "above-rule"
    )
    made = api.post("Issuer", path, body | {"document": paper()})
    assert made["oldest"] == "2022-01-02", "36 months before the issue date, when nothing is said"


def reimbursed(api: Api, bond: int) -> None:
    """1,000 fen of the pocket's and an expense of the issuer's own, which it gives back."""
    project = {"label": "Pilot", "framework": api.ids["framework"], "company": api.account("Company"),
               "category": "1", "budget": cny(5_000), "document": paper()}  # fmt: skip
    number = api.post("Issuer", "/v1/projects", project)["id"]
    body = {"project": number, "budget": cny(5_000), "reason": "no-criteria", "document": paper("activity")}
    line = api.post("Issuer", f"/v1/bonds/{bond}/pocket-lines", body)["id"]
    path = f"/v1/budget-lines/{line}/allocations"
    api.refused("Issuer", "POST", path, {"amount": cny(1_001)}, 409, "over-pocket")
    api.post("Issuer", path, {"amount": cny(1_000)})
    statement = refinancing(api, "LIFE-R", 1_000)
    paid = {"fingerprint": statement, "amount": cny(1_000)}
    made = api.post("Issuer", f"/v1/budget-lines/{line}/payments", paid)
    found = api.get("Investor", f"/v1/bonds/{bond}/limits")
    assert [found[part] for part in ("pocket", "refinanced", "new_money")] == [cny(1_000), cny(1_000), cny(0)]
    assert [(one["reason"], one["share_ppm"]) for one in found["pocket_lines"]] == [("no-criteria", 1_000)]
    back = {"line": line, "offset": made["offset"], "document": paper("note")}
    api.post("Issuer", "/v1/refunds", paid | back)
    api.post("Issuer", f"/v1/budget-lines/{line}/deallocations", {"amount": cny(1_000)})
    found = api.get("Investor", f"/v1/bonds/{bond}/limits")
    assert [found[part] for part in ("pocket", "refinanced", "new_money")] == [cny(0)] * 3


def refinancing(api: Api, number: str, total: int) -> str:
    """A statement of the issuer's, attested by the verifier."""
    documents = api.ledger.documents
    facts = {"payer": "Issuer", "payee": "Issuer", "attester": "Verifier", "number": number}
    day, money = dt.date(2024, 5, 1), Money(total, currency("CNY"))
    statement = documents.obligation(DocumentKind.REFINANCING, dated=day, total=money, paper=b"r", **facts)
    return str(documents.sign_and_register(statement).fingerprint)


def spent(api: Api, bond: int) -> None:
    """100,000 fen to a contractor, and a year's impact, accepted."""
    reimbursed(api, bond)
    project = {"label": "Plant", "framework": api.ids["framework"], "company": api.account("Company"),
               "category": "1", "budget": cny(100_000), "document": paper()}  # fmt: skip
    number = api.post("Issuer", "/v1/projects", project)["id"]
    opened = {"project": number, "budget": cny(100_000), "label": "Plant", "company_may_spend": False}
    line = api.post("Issuer", f"/v1/bonds/{bond}/budget-lines", opened)["id"]
    api.post("Issuer", f"/v1/budget-lines/{line}/allocations", {"amount": cny(100_000)})
    moved(api, bond, line, number)
    invoice = obligation(api, "LIFE-1", 100_000, buyer="Issuer")
    built(api, bond, line, number, invoice)
    payment = {"fingerprint": invoice, "amount": cny(100_000)}
    api.post("Issuer", f"/v1/budget-lines/{line}/payments", payment)
    api.refused("Issuer", "POST", f"/v1/budget-lines/{line}/payments", payment, 409, "over-budget")
    achieved = {"projects": [number], "indicator": "CO2_AVOIDED", "figure": figure("900")}
    assert validate(api, api.post("Issuer", "/v1/impact-reports", achieved), "accepted")


def moved(api: Api, bond: int, line: int, project: int) -> None:
    """1,000 fen to a second line and back: the issuer proposes, the verifier consents, one is withdrawn."""
    opened = {"project": project, "budget": cny(1_000), "label": "Grid", "company_may_spend": False}
    other = api.post("Issuer", f"/v1/bonds/{bond}/budget-lines", opened)["id"]
    path, body = f"/v1/budget-lines/{line}/reallocations", {"target": other, "amount": cny(1_000)}
    number = api.post("Issuer", path, body | {"document": paper("why")})["id"]
    api.refused("Verifier", "POST", f"/v1/reallocations/{number + 1}/consent", {"document": paper()},
                409, "wrong-state")  # fmt: skip
    api.post("Verifier", f"/v1/reallocations/{number}/consent", {"document": paper("consent")})
    assert api.get("Investor", f"/v1/reallocations/{number}")["state"] == "done"
    assert api.get("Investor", f"/v1/budget-lines/{other}")["allocated"] == cny(1_000)
    api.post("Issuer", f"/v1/budget-lines/{other}/deallocations", {"amount": cny(1_000)})
    api.post("Issuer", f"/v1/budget-lines/{line}/allocations", {"amount": cny(1_000)})
    again = api.post("Issuer", path, body | {"document": paper("again")})["id"]
    api.post("Issuer", f"/v1/reallocations/{again}/withdrawal")
    assert api.get("Investor", f"/v1/reallocations/{again}")["state"] == "withdrawn"


def built(api: Api, bond: int, line: int, project: int, invoice: str) -> None:
    """1,000 fen on a line of works for a while: held by a milestone and a retention, then by nothing."""
    opened = {"project": project, "budget": cny(1_000), "label": "Works", "company_may_spend": False}
    works = api.post("Issuer", f"/v1/bonds/{bond}/budget-lines", opened)["id"]
    path = f"/v1/budget-lines/{works}"
    held = {"code": "FOUNDATION", "amount": cny(400), "due": "2025-05-01"}
    terms = {"certifier": api.account("Verifier"), "milestones": [held], "retention_ppm": 50_000}
    api.post("Issuer", path + "/works", terms | {"final_due": "2025-06-01"})
    for number, act in ((line, "deallocations"), (works, "allocations")):
        api.post("Issuer", f"/v1/budget-lines/{number}/{act}", {"amount": cny(1_000)})
    asked = {"fingerprint": invoice, "amount": cny(571)}
    api.refused("Issuer", "POST", path + "/payments/check", asked, 409, "not-released")
    api.refused("Issuer", "POST", path + "/works/acceptance", {"document": paper()}, 409, "not-party")
    api.post("Verifier", path + "/works/milestones/0/certificate", {"document": paper("certificate")})
    api.post("Verifier", path + "/works/acceptance", {"document": paper("acceptance")})
    found = api.get("Investor", path + "/works")
    assert (found["released"], found["gone"], found["retention_ppm"]) == (cny(1_000), cny(0), 50_000)
    assert found["final_on"] and found["milestones"][0]["certified_on"] == found["final_on"]
    for number, act in ((works, "deallocations"), (line, "allocations")):
        api.post("Issuer", f"/v1/budget-lines/{number}/{act}", {"amount": cny(1_000)})


def placed(api: Api, bond: int) -> None:
    """9,000 fen of the idle money at the bank: 5,000 and interest come back, the rest is lost and made
    good."""
    deposit = {"place": api.account("settlement bank"), "amount": cny(9_000), "instrument": "notice deposit"}
    made = api.post("Issuer", f"/v1/bonds/{bond}/placements", deposit | {"document": paper()})["id"]
    back = {"principal": cny(5_000), "income": cny(40), "document": paper("statement")}
    api.post("settlement bank", f"/v1/placements/{made}/returns", back)
    rest = {"amount": cny(4_000), "document": paper("notice")}
    api.refused("settlement bank", "POST", f"/v1/placements/{made}/returns",
                {"principal": cny(4_001), "document": paper()}, 409, "over-placed")  # fmt: skip
    api.post("Issuer", f"/v1/placements/{made}/losses", rest)
    assert api.get("Investor", f"/v1/placements/{made}")["lost"] == cny(4_000)
    api.post("settlement bank", f"/v1/placements/{made}/recoveries", rest)
    api.post("Issuer", f"/v1/bonds/{bond}/income-payments",
             {"payee": api.account("Contractor"), "amount": cny(40), "document": paper()})  # fmt: skip
    found = api.get("Investor", f"/v1/placements/{made}")
    assert [found[part] for part in ("returned", "placed", "lost")] == [cny(5_000), cny(0), cny(0)]


def coupon(api: Api, bond: int, period: int) -> Json:
    """Opened by a stranger, paid in by the issuer, paid out by a stranger."""
    number = api.post("Company", f"/v1/bonds/{bond}/coupons/{period}/opening")["payment"]
    return paid(api, number)


def paid(api: Api, number: int) -> Json:
    api.refused("Contractor", "POST", f"/v1/payments/{number}/pay-ins", {}, 409, "mandate-missing")
    api.post("Issuer", f"/v1/payments/{number}/pay-ins", {})
    return api.post("Company", f"/v1/payments/{number}/payouts", {})


@pytest.mark.spec("LIFE-1")
def test_a_bond_lives_over_http(new: Api) -> None:
    """LIFE-1: three roles and their agents, by tokens alone; every amount by the terms."""
    bond = issued(new)
    spent(new, bond)
    credited(new, "settlement bank", 100, "the bank's own")
    placed(new, bond)
    credited(new, "Issuer", 2 * UNITS * UNIT, "own money of the issuer")
    credited(new, OTHER, 100_000, "more of the buyer")
    on(new, "2025-07-02")
    offer = {"side": "sell", "counterparty": new.account(OTHER), "bond": bond, "units": 100,
             "price": cny(100_000), "deadline": "2099-01-01T00:00:00+08:00", "document": paper()}  # fmt: skip
    new.post(OTHER, "/v1/trades/execution", new.post("Investor", "/v1/trades", offer))
    had = {who: balance(new, who) for who in ("Investor", OTHER)}
    first = coupon(new, bond, 0)
    assert (first["holders"], first["amount"]) == (2, cny(UNITS * HALF))
    assert balance(new, "Investor") - had["Investor"] == 700 * HALF, "the record day was before the trade"
    assert balance(new, OTHER) - had[OTHER] == 300 * HALF
    owed = f"/v1/frameworks/{new.ids['framework']}/undertakings/0"
    new.post("Issuer", owed + "/reports", {"document": paper("report")})
    new.post("Verifier", owed + "/findings", {"outcome": "accepted", "document": paper("finding")})
    assert new.get("Investor", f"/v1/bonds/{bond}/label")["state"] == "green"
    redeemed(new, bond)


def redeemed(api: Api, bond: int) -> None:
    """With the last coupon: 600 fen a unit from unused proceeds, 400 the issuer's own."""
    body = {"period": 1, "from_proceeds": cny(UNUSED), "document": paper("notice")}
    redemption = api.post("Issuer", f"/v1/bonds/{bond}/redemptions", body)["payment"]
    on(api, "2026-01-02")
    had = balance(api, "Investor")
    coupon(api, bond, 1)
    paid(api, redemption)
    assert balance(api, "Investor") - had == 600 * (HALF + UNIT)
    schedule = api.get("Investor", f"/v1/bonds/{bond}/coupons")
    assert schedule["redeemed"] and schedule["outstanding"] == cny(0)
    body = {"to": api.account(OTHER), "units": 1}
    api.refused("Investor", "POST", f"/v1/bonds/{bond}/units/transfers", body, 409, "bond-retired")
    trace = api.get("Auditor", f"/v1/traces/bonds/{bond}")
    assert (trace["states"]["returned"], trace["states"]["spent"]) == (str(UNUSED * UNITS), "100000")
    checked = api.ledger.check()
    assert checked["ok"] and all(one["ok"] is not False for one in checked["checks"])
