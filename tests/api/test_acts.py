"""The acts that the story's path does not take, each by its own organisation, on a server of their own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.api.world import (
    AUTHORITY,
    COST,
    FACE,
    OTHER,
    RAISED,
    Api,
    asked,
    bond_body,
    cny,
    confirm,
    factor,
    live,
    obligation,
    paper,
    quoted,
    serving,
)


@pytest.fixture(scope="module")
def town(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with serving(staffed_template, tmp_path_factory.mktemp("acts") / "ledger") as served:
        yield live(served)


def test_money_goes_out_through_the_bank(town: Api) -> None:
    start = int(town.get("Investor", "/v1/cash/CNY/balance")["balance"]["minor"])
    town.post("Investor", "/v1/cash/CNY/redemptions", {"amount": cny(500)})
    town.post("Investor", "/v1/cash/CNY/redemptions/cancellations", {"amount": cny(100)})
    booking = {"holder": town.account("Investor"), "amount": cny(300), "booking": "payout 1"}
    burned = town.post("settlement bank", "/v1/cash/CNY/burns", booking)
    assert burned["amount"] == cny(300) and burned["reference"].startswith("0x")
    left = town.get("Investor", "/v1/cash/CNY/balance")
    assert (left["balance"], left["redeeming"]) == (cny(start - 400), cny(100))
    again = {**booking, "amount": cny(50)}
    town.refused("settlement bank", "POST", "/v1/cash/CNY/burns", again, 409, "already-used")


@pytest.mark.spec("BANK-3", "BANK-2")
def test_a_bank_sends_its_statement_and_hears_what_differs(town: Api) -> None:
    def sent(text: str) -> dict[str, str]:
        return {"statement": base64.b64encode(text.encode()).decode()}

    path, days = "/v1/cash/CNY/reconciliations", {"first": "2020-01-01", "last": "2020-01-31"}
    csv = sent("date,reference,way,amount,party\n2020-01-02,never booked,in,1.00,\n")
    found = town.post("settlement bank", path, csv | days)
    assert (found["reconciles"], found["in_bank"], found["in_ledger"]) == (False, "100", "0")
    assert [one["unlike"] for one in found["mismatches"]] == ["not on the ledger"]
    town.refused("settlement bank", "POST", path, csv, 422, "bad-input")
    town.refused("settlement bank", "POST", path, sent("<Document/>") | days, 422, "bad-input")


@pytest.mark.spec("TRACE-10")
def test_a_bank_registers_a_conversion_and_traces_go_on_by_it(town: Api) -> None:
    bank, who, cny_path = "settlement bank", town.account("Investor"), "/v1/cash/CNY"
    credit = {"holder": who, "amount": cny(1_000), "booking": "to be sold"}
    town.post(bank, f"{cny_path}/mints", credit)
    paid = town.post("Investor", f"{cny_path}/transfers", {"to": town.account(bank), "amount": cny(800)})
    credit = {"holder": who, "amount": {"currency": "EUR", "minor": "104"}, "booking": "bought"}
    came = town.post(bank, "/v1/cash/EUR/mints", credit)
    body = {"sold": {"tx": paid["tx"]}, "bought": {"tx": came["tx"]}, "numerator": "1305"}
    body |= {"denominator": "10000", "residue": "1", "readers": [town.account("Auditor")]}
    refused = town.refused(bank, "POST", "/v1/conversions", body, 422, "bad-conversion")
    assert (refused["had"], refused["needed"]) == ("105", "104")
    town.refused(OTHER, "POST", "/v1/conversions", body, 404, "not-found")
    made = town.post(bank, "/v1/conversions", {**body, "residue": "0"})
    assert int(made["bought"]["end"]) - int(made["bought"]["start"]) == 104
    start, end = made["sold"]["start"], made["sold"]["end"]
    asked = f"/v1/traces/intervals/general:{who}?cash=CNY&start={start}&end={end}"
    (part,) = town.get("Investor", asked)["parts"]
    beyond = part["converted"]
    assert (part["horizon"], beyond["standing"], beyond["amount"]) == ("converted", "attested", "104")
    assert beyond["registrar"]["account"] == town.account(bank)
    for rule in ("prorata", "bounds"):
        told = town.get("Authority", f"{asked}&rule={rule}")["shares"]
        assert {one["converted"] for one in told} == {None}, "not sealed for it"


def test_acts_of_one_account_at_once_all_count(town: Api) -> None:
    body = {"to": town.account(OTHER), "amount": cny(3), "document": "0x" + "12" * 32}
    before = int(town.get(OTHER, "/v1/cash/CNY/balance")["balance"]["minor"])
    town.headers("Investor")
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: town.post("Investor", "/v1/cash/CNY/transfers", body), range(12)))
    assert len({one["tx"] for one in done}) == 12
    assert int(town.get(OTHER, "/v1/cash/CNY/balance")["balance"]["minor"]) == before + 12 * 3


def test_traces_and_acts_at_once_agree_with_the_chain(town: Api) -> None:
    trace, line = f"/v1/traces/bonds/{town.ids['bond']}", f"/v1/budget-lines/{town.ids['line']}/allocations"
    for who in ("Auditor", "Issuer"):
        town.headers(who)

    def one(turn: int) -> bool:
        if turn % 2:
            return bool(town.post("Issuer", line, {"amount": cny(2)})["tx"])
        found = town.get("Auditor", trace)
        return found["conserved"] is True and sum(map(int, found["states"].values())) == RAISED

    before = int(town.get("Auditor", trace)["states"]["available"])
    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(one, range(16)))
    assert int(town.get("Auditor", trace)["states"]["available"]) == before + 8 * 2


def test_documents_are_sealed_for_their_readers_and_only_hashes_leave(town: Api) -> None:
    body = {**paper("the whole report"), "name": "r.pdf", "media_type": "application/pdf", "kind": "other"}
    filed = town.post("Issuer", "/v1/documents", {**body, "readers": [town.account("Verifier")]})
    assert set(filed) == {"tx", "block", "document", "kind"}
    path = f"/v1/documents/{filed['document']}"
    told = town.get("Verifier", path)
    assert told["size"] == len("the whole report")
    assert set(told["recipients"]) == {town.account("Issuer"), town.account("Verifier")}
    town.refused("Investor", "GET", path, None, 404, "not-found")
    assert town.get("Auditor", path) == told
    again = town.post("Verifier", "/v1/documents", {"hash": filed["document"]})
    assert again["document"] == filed["document"]
    town.refused("Verifier", "POST", "/v1/documents", {"hash": "0x" + "00" * 32}, 422, "bad-input")


def test_a_refinancing_is_attested_by_a_verifier(town: Api) -> None:
    issuer, verifier = town.account("Issuer"), town.account("Verifier")
    parties = {"payer": issuer, "payee": issuer, "attester": verifier}
    body = {**parties, "kind": "refinancing", "number": "R-1", "dated": "2025-01-02", "total": cny(9)}
    first = town.post("Issuer", "/v1/obligations", {**body, "paper": paper()})
    second = town.post("Verifier", "/v1/obligations/signatures", first["statement"])
    filing = {"statement": first["statement"], "first": first["signature"], "second": second["signature"]}
    fingerprint = town.post("Verifier", "/v1/obligations/filings", filing)["fingerprint"]
    shown = town.get("Issuer", f"/v1/obligations/{fingerprint}")
    assert (shown["kind"], shown["total"], shown["used"]) == ("refinancing", cny(9), cny(0))
    paid = {"fingerprint": fingerprint, "amount": cny(9)}
    town.post("Issuer", f"/v1/budget-lines/{town.ids['line']}/payments", paid)
    assert town.get("Issuer", f"/v1/obligations/{fingerprint}")["used"] == cny(9)


def test_a_fingerprint_is_recomputed_and_a_red_invoice_stops_it(town: Api) -> None:
    """The buyer sees its own; who was not shown the paper gets 404; alerts reach whom they concern."""
    number = confirm(town, "RED-1", line=None)
    fingerprint = town.get("Contractor", f"/v1/receivables/{number}")["fingerprint"]
    path = f"/v1/obligations/{fingerprint}"
    found = town.post("Company", path + "/recomputation", {})
    assert found["matches"] and found["differences"] == found["elsewhere"] == []
    assert {one["reason"] for one in found["near"]} == {"same parties, nearly the same amount and date"}
    issuer = town.ledger.documents.identifier("Contractor")
    read = {"kind": "invoice", "issuer": issuer, "number": "RED-1", "dated": "2025-01-02"}
    other = town.post("Company", path + "/recomputation", {"read": {**read, "total": cny(1)}})
    assert [one["field"] for one in other["differences"]] == ["total"] and not other["matches"]
    town.refused("Factor", "POST", path + "/recomputation", {}, 404, "not-found")
    body = {"amount": cny(FACE), "note": paper("red invoice")}
    town.refused("Company", "POST", path + "/credits", body, 409, "not-party")
    town.post("Contractor", path + "/credits", body)
    assert town.get("Company", path)["credited"] == cny(FACE)
    for who in ("Company", "Contractor"):
        (alert,) = town.get(who, "/v1/red-invoices")["alerts"]
        assert alert["receivables"] == [number] and alert["over"] == cny(FACE)
    assert town.get("Investor", "/v1/red-invoices")["alerts"] == []
    assert town.post("Contractor", path + "/links", {})["fingerprint"] == fingerprint
    town.post("Contractor", f"/v1/receivables/{number}/refusal", {"reason": "cancelled"})


@pytest.mark.spec("RULE-1")
def test_rules_are_told_with_their_clause_and_judge_an_act_before_it(town: Api) -> None:
    """RULE-1 over HTTP: the level of a day, the verdict with its clause, and the notice with the act."""
    shown = {one["id"]: one for one in town.get("Investor", "/v1/rules?day=2025-06-15")["rules"]}
    assert shown["77-11"]["level"] == "attest" and shown["77-11"]["in_force"]
    before = {one["id"]: one for one in town.get("Investor", "/v1/rules?day=2025-06-14")["rules"]}
    assert not before["77-11"]["in_force"] and before["77-11"]["clause"] == "银发〔2025〕77号 art. 11"
    asked = {"act": "confirm", "facts": {"tenor_days": 200, "days_from_delivery": 61}, "day": "2026-01-01"}
    found = {one["rule"]: one for one in town.post("Investor", "/v1/rules/judgements", asked)["verdicts"]}
    assert found["77-11"]["outcome"] == "refused" and "art. 11" in found["77-11"]["sentence"]["zh"]
    assert found["SME-09"]["outcome"] == "warned" and found["77-12"]["outcome"] == "unknown"
    town.refused("Investor", "POST", "/v1/rules/judgements", {**asked, "act": "dance"}, 404, "not-found")


def test_lines_are_changed_and_passed_on(town: Api) -> None:
    grant = {"holder": town.account("Issuer"), "limit": cny(1000), "expires": "2025-12-31"}
    line = town.post("settlement bank", "/v1/credit-lines", grant)["id"]
    path = f"/v1/credit-lines/{line}"
    passed = {"holder": town.account("Company"), "limit": cny(400), "expires": "2025-12-31"}
    sub = town.post("Issuer", path + "/subsidiaries", passed)
    assert sub["limit"] == cny(400) and sub["holder"] == town.account("Company")
    of_sub = f"/v1/credit-lines/{sub['id']}"
    assert town.get("Company", of_sub) == town.get("settlement bank", of_sub) == town.get("Issuer", of_sub)
    town.refused("Contractor", "GET", of_sub, None, 404, "not-found")
    town.patch("settlement bank", path, {"suspended": True, "limit": cny(900)})
    shown = town.get("Issuer", path)
    assert (shown["limit"], shown["parent"], shown["suspended"]) == (cny(900), None, True)


def test_a_bond_is_cancelled_and_its_bookings_go_back(town: Api) -> None:
    bond = town.post("Issuer", "/v1/bonds", bond_body(town.ids["framework"], "GREEN 2"))["id"]
    town.post("Investor", f"/v1/bonds/{bond}/bookings", {"units": 3})
    town.post("Issuer", f"/v1/bonds/{bond}/cancellation")
    back = town.post("Investor", f"/v1/bonds/{bond}/bookings/return")
    assert back["amount"] == cny(3000)
    assert town.get("Issuer", f"/v1/bonds/{bond}")["state"] == "cancelled"


def test_units_pass_to_another_investor(town: Api) -> None:
    path = f"/v1/bonds/{town.ids['bond']}/units"
    town.post("Investor", path + "/transfers", {"to": town.account(OTHER), "units": 10})
    assert town.get(OTHER, path)["units"] == 10 and town.get("Investor", path)["units"] == 990


def test_an_overbooked_bond_is_allotted_pro_rata_place_by_place(town: Api) -> None:
    bond = town.post("Issuer", "/v1/bonds", bond_body(town.ids["framework"], "GREEN 3", 4))["id"]
    path = f"/v1/bonds/{bond}"
    town.post("Investor", path + "/bookings", {"units": 5})
    town.post("Investor", path + "/bookings/cancellation", {"units": 2})
    town.post(OTHER, path + "/bookings", {"units": 3})
    assert town.get("Investor", path + "/units")["booked"] == 3
    town.refused("Issuer", "POST", path + "/closing", {}, 409, "wrong-state")
    assert town.post("Issuer", path + "/allotments", {"places": 1})["done"] == 1
    town.refused("Issuer", "POST", path + "/closing", {}, 409, "allotment-open")
    assert town.post("Issuer", path + "/allotments", {})["units"] == 4
    town.refused("Issuer", "POST", path + "/allotments", {}, 409, "allotment-done")
    town.refused("Investor", "POST", path + "/closing", {}, 409, "mandate-missing")
    town.refused("Issuer", "POST", path + "/closing", {"cost": cny(201)}, 409, "cost-above-cap")
    assert town.post("Issuer", path + "/closing", {"cost": cny(200)})["raised"] == cny(4_000)
    assert [town.get(who, path + "/units")["units"] for who in ("Investor", OTHER)] == [2, 2]


@pytest.mark.spec("MAN-1")
def test_a_bookrunner_runs_the_book_for_the_issuer(town: Api) -> None:
    bond = town.post("Issuer", "/v1/bonds", bond_body(town.ids["framework"], "RUN", 5))["id"]
    path = f"/v1/bonds/{bond}"
    town.post("Investor", path + "/bookings", {"units": 1})
    town.refused("Factor", "GET", path + "/bookings", None, 404, "not-found")
    mandate = {"agent": town.account("Factor"), "kind": "bookrunner", "bond": bond, "until": "2026-01-01"}
    town.post("Issuer", "/v1/mandates", mandate | {"document": paper("mandate")})
    assert town.get("Factor", path + "/bookings") == [{"investor": town.account("Investor"), "units": 1}]
    town.refused("Factor", "POST", path + "/allotments", {}, 409, "date-out-of-order")
    town.post("Issuer", path + "/allotments", {"places": 1})
    assert town.post("Factor", path + "/closing", {"cost": cny(50)})["cost"] == cny(50)


def test_a_framework_amended_stops_money_until_it_is_reviewed_anew(town: Api) -> None:
    path = f"/v1/frameworks/{town.ids['framework']}"
    old = town.get("Verifier", path)["content_hash"]
    body = {"document": paper("edited"), "catalogue": "ICMA-GBP", "categories": ["1"]}
    assert town.put("Issuer", path, body)["version"] == 2
    stopped = town.refused(
        "Issuer", "POST", f"/v1/budget-lines/{town.ids['line']}/allocations", {"amount": cny(1)}, 409,
        "review-missing",
    )  # fmt: skip
    assert stopped["clause"]
    stale = {"content_hash": old, "document": paper(), "valid_until": "2030-01-01"}
    town.refused("Verifier", "POST", path + "/reviews", stale, 409, "conflict")
    fresh = {**stale, "content_hash": town.get("Verifier", path)["content_hash"]}
    assert town.post("Verifier", path + "/reviews", fresh)["valid_until"] == "2030-01-01"
    town.post("Issuer", f"/v1/budget-lines/{town.ids['line']}/allocations", {"amount": cny(1)})
    town.post("Verifier", path + "/reviews/withdrawal", {"document": paper("withdrawn")})
    town.post("Verifier", path + "/reviews", {**fresh, "document": paper("again")})


def test_a_payable_is_refused_another_returned(town: Api) -> None:
    refused = confirm(town, "INV-10", line=None)
    town.post("Contractor", f"/v1/receivables/{refused}/refusal", {"reason": "wrong amount"})
    assert town.get("Company", f"/v1/receivables/{refused}")["state"] == "refused"
    waiting = confirm(town, "INV-11", line=None)
    town.refused("Company", "POST", f"/v1/receivables/{waiting}/return", None, 409, "not-yet-returnable")
    town.post("Contractor", f"/v1/receivables/{waiting}/acceptance")
    town.refused("Contractor", "POST", f"/v1/receivables/{waiting}/acceptance", None, 409, "wrong-state")
    town.ids["unfunded"] = waiting


def test_a_line_is_asked_for_and_answered(town: Api) -> None:
    wish = {"bank": town.account("settlement bank"), "limit": cny(900), "expires": "2026-01-01"}
    first, second, third = (town.post("Company", "/v1/credit-lines/requests", wish)["id"] for _ in range(3))
    granted = town.post("settlement bank", f"/v1/credit-lines/{first}/grant", {"limit": cny(700)})
    assert granted["limit"] == cny(700)
    town.post("settlement bank", f"/v1/credit-lines/{second}/refusal", {"reason": "one is enough"})
    town.post("Company", f"/v1/credit-lines/{third}/withdrawal")
    again = town.refused("settlement bank", "POST", f"/v1/credit-lines/{third}/grant", {}, 409, "wrong-state")
    assert again["code"] == "wrong-state"
    page = town.get("Company", f"/v1/credit-lines?after={first - 1}&limit=3")
    assert [line["state"] for line in page["lines"]] == ["active", "refused", "withdrawn"]
    assert town.get("Factor", f"/v1/credit-lines?after={first - 1}")["lines"] == []


@pytest.mark.spec("CONF-2")
def test_a_payable_is_voided_by_both(town: Api) -> None:
    number = confirm(town, "INV-13", line=None)
    path = f"/v1/receivables/{number}"
    town.post("Contractor", f"{path}/acceptance", {"consent": paper("consent")})
    town.post("Company", f"{path}/voiding/proposal", {"reason": "sent back"})
    town.post("Company", f"{path}/voiding/withdrawal")
    town.post("Company", f"{path}/voiding/proposal", {"reason": "sent back"})
    assert town.get("Contractor", path)["void_by"] == "obligor"
    town.refused("Company", "POST", f"{path}/voiding", None, 409, "wrong-state")
    town.post("Contractor", f"{path}/voiding")
    assert town.get("Company", path)["state"] == "voided"
    page = town.get("Contractor", f"/v1/receivables?state=voided&after={number - 1}")
    assert [row["receivable"] for row in page["receivables"]] == [number] and page["next"] is None
    assert town.get("Factor", f"/v1/receivables?after={number - 1}")["receivables"] == []


def test_an_order_is_delivered(town: Api) -> None:
    body = {
        "supplier": town.account("Contractor"),
        "face": cny(FACE),
        "cash": "CNY",
        "due": "2025-03-03",
        "credit_line": town.ids["credit"],
        "fingerprint": obligation(town, "INV-14", FACE),
        "contract": paper("contract"),
        "delivery": paper("order"),
        "order": True,
    }
    town.refused("Company", "POST", "/v1/receivables", body, 409, "orders-not-financed")
    orders = [one["programme"] for one in town.get("Factor", "/v1/programmes") if "orders" in one["terms"]]
    number = town.post("Company", "/v1/receivables", body | {"programme": orders[0]})["id"]
    path = f"/v1/receivables/{number}"
    assert town.get("Contractor", path)["order"] is True
    town.post("Company", f"{path}/delivery", {"document": paper("delivered")})
    assert town.get("Contractor", path)["order"] is False
    town.post("Contractor", f"{path}/refusal", {"reason": "not now"})
    reasons = town.post("settlement bank", "/v1/attestations", {"document": paper("reasons")})["document"]
    assert reasons.startswith("0x")


def test_quotes_are_revoked_and_do_not_lapse_early(town: Api) -> None:
    number = confirm(town, "INV-12", line=None)
    town.post("Contractor", f"/v1/receivables/{number}/acceptance")
    quote = factor(town, number, 0, 100)
    town.refused("Contractor", "POST", "/v1/quotes/lapse", quote, 409, "quote-not-lapsed")
    split = {"start": "0", "at": "50"}
    town.refused("Contractor", "POST", f"/v1/receivables/{number}/splits", split, 409, "piece-locked")
    other = quoted(town, "Factor", asked(town, number, 100, 200, "Factor"))
    town.post("Factor", "/v1/quotes/revocation", other)
    town.refused("Contractor", "POST", "/v1/quotes/acceptance", other, 409, "already-used")
    forged = {**quote, "quote": {**quote["quote"], "holder": town.account("Contractor"), "net": "1"}}
    assert town.ask("Contractor", "POST", "/v1/quotes/acceptance", forged).status_code in (409, 422)


def test_settlement_pays_every_holder_and_a_part_comes_back(town: Api) -> None:
    """Last in this file: it moves the business date to maturity."""
    number = town.ids["receivable"]
    path = f"/v1/receivables/{number}"
    town.refused("Subcontractor", "POST", path + "/settlements", {}, 409, "not-due")
    town.post("operator", "/v1/business-date", {"date": "2025-03-03"})
    first = town.post("Subcontractor", path + "/settlements", {"pieces": 1})
    assert (first["next"], first["done"]) == ("30000", False)
    settlement = town.post("Contractor", path + "/settlements", {})
    assert settlement["done"] is True and settlement["next"] == str(FACE)
    assert town.get("Subcontractor", "/v1/cash/CNY/balance")["balance"] == cny(30_000)
    refund = {"start": "30000", "amount": cny(500), "document": paper("credit note")}
    assert town.post("Subcontractor", path + "/refunds", refund)["amount"] == cny(500)
    trace = town.get("Auditor", f"/v1/traces/bonds/{town.ids['bond']}")
    assert trace["conserved"] is True and trace["raised"] == str(RAISED)
    assert trace["states"]["cost"] == str(COST)
    path = f"/v1/traces/bonds/{town.ids['bond']}"
    assert town.get("Subcontractor", path) == trace
    back = [
        one for one in town.get("Investor", path)["intervals"] if one.get("withheld") and one["path"] == []
    ]
    assert [one["amount"] for one in back if one["state"] == "available"] == ["500"]
    _several_payments(town, settlement["tx"])


def _several_payments(town: Api, tx: str) -> None:
    """One transaction paid two holders: each is told of its own payment, a stranger of none."""
    path = f"/v1/traces/payments/{tx}"
    whole = town.refused("Auditor", "GET", path, None, 422, "several-payments")
    assert len(whole["had"]) == 2
    own = town.refused("Factor", "GET", path, None, 422, "several-payments")
    assert len(own["had"]) == 1 and town.account("Factor") in own["had"][0]
    town.refused("Issuer", "GET", path, None, 404, "not-found")
    log = own["had"][0].split()[0].rpartition(":")[2]
    assert town.get("Factor", f"{path}?log={log}")["payee"] == "Factor"
    town.refused("Issuer", "GET", f"{path}?log={log}", None, 404, "not-found")


def test_an_obligor_pays_in_for_what_no_bond_funds(town: Api) -> None:
    path = f"/v1/receivables/{town.ids['unfunded']}"
    town.refused("Company", "POST", path + "/payment-in", None, 409, "insufficient-balance")
    booking = {"holder": town.account("Company"), "amount": cny(FACE), "booking": "company deposit"}
    town.post("settlement bank", "/v1/cash/CNY/mints", booking)
    town.post("Company", path + "/payment-in")
    assert town.post("Company", path + "/settlements", {})["done"] is True
    for kept in ("proceeds", "settlement"):
        town.refused("Contractor", "POST", f"/v1/claims/CNY/{kept}", None, 409, "nothing-to-claim")


def test_pieces_are_offered_bundled_and_frozen_each_by_who_may(town: Api) -> None:
    number = confirm(town, "INV-PIECES", line=None, due="2025-06-30")
    path, to = f"/v1/receivables/{number}", town.account("Subcontractor")
    town.post("Contractor", path + "/acceptance")
    offer = {"recipient": to, "start": "0", "end": "20000", "trade_document": paper("steel")}
    town.refused("Subcontractor", "POST", path + "/piece-offers/acceptance", {"start": "0"}, 404, "not-found")
    offered = town.post("Contractor", path + "/piece-offers", offer)
    assert offered["last_day"] > "2025-01-02"
    assert town.get("Subcontractor", path + "/holds?start=0")["kind"] == "offer"
    town.refused("Factor", "POST", path + "/piece-offers/acceptance", {"start": "0"}, 404, "not-found")
    town.post("Subcontractor", path + "/piece-offers/acceptance", {"start": "0"})
    parts = [
        {"receivable": number, "start": s, "end": e} for s, e in (("20000", "30000"), ("40000", "50000"))
    ]
    bundle = {"recipient": to, "parts": parts, "trade_document": paper("wood"), "offered": True}
    assert town.post("Contractor", "/v1/piece-bundles", bundle)["amount"] == "20000"
    town.post("Subcontractor", path + "/piece-offers/refusal", {"start": "20000"})
    town.post("Contractor", path + "/piece-offers/withdrawal", {"start": "40000"})
    town.refused("Contractor", "POST", path + "/piece-offers/lapse", {"start": "40000"}, 409, "no-offer")
    order = {"start": "0", "end": "20000", "order": paper("order")}
    town.refused("Contractor", "POST", path + "/freezes", order, 403, "wrong-role")
    town.post(AUTHORITY, path + "/freezes", order)
    assert town.get("Contractor", path + "/holds?start=0")["frozen_by"] == town.account(AUTHORITY)
    town.post(AUTHORITY, path + "/freezes/lifting", {"start": "0", "order": paper("order 2")})
    town.post(AUTHORITY, path + "/freezes", {**order, "order": paper("order 3")})
    moved = {"start": "0", "recipient": town.account("Factor"), "order": paper("order 4")}
    town.post(AUTHORITY, path + "/ordered-moves", moved)


def test_a_piece_is_pledged_by_a_paper_of_both_and_lists_are_ones_own(town: Api) -> None:
    number = confirm(town, "INV-PLEDGE", line=None, due="2025-06-30")
    path = f"/v1/receivables/{number}"
    town.post("Contractor", path + "/acceptance")
    agreement = town.post("Factor", "/v1/documents", {"kind": "pledge", **paper("pledge")})["document"]
    pledge = {"pledgee": town.account("Factor"), "start": "0", "end": "9000", "agreement": agreement}
    town.post("Contractor", path + "/pledges", pledge)
    town.post("Factor", path + "/pledges/release", {"start": "0"})
    town.post("Contractor", path + "/pledges", pledge)
    consent = {"start": "0", "consent": paper("consent")}
    town.refused("Subcontractor", "POST", path + "/pledges/surrender", consent, 404, "not-found")
    town.post("Contractor", path + "/pledges/surrender", consent)
    mine = town.get("Factor", "/v1/pieces?due_from=2025-01-01&limit=1000")["pieces"]
    assert {"receivable": str(number), "amount": "9000"}.items() <= next(
        one for one in mine if one["receivable"] == str(number)
    ).items()
    factor = f"/v1/pieces?holder={town.account('Factor')}"
    assert town.get(AUTHORITY, factor)["count"] == len(mine)
    town.refused("Contractor", "GET", factor, None, 404, "not-found")
    figures = town.get("Contractor", "/v1/extinguished-debts")
    assert figures["documents"] == [] and int(figures["programmes"][0]["extinguished"]) > 0
