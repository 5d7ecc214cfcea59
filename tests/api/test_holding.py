"""Units over HTTP: asking first, holders, orders, custody and trades, each by its own organisation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.bootstrap.testing import illustrative_lei
from ledger.domain.mandates import MandateKind
from ledger.domain.roles import Role
from tests.api.world import OTHER, Api, Json, cny, live, paper, serving, trade_body


@pytest.fixture(scope="module")
def town(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with serving(staffed_template, tmp_path_factory.mktemp("holding") / "ledger") as served:
        live(served)
        served.ledger.operator.admit("Regulator", illustrative_lei("Regulator"), Role.AUTHORITY)
        served.ledger.operator.admit("Depository", illustrative_lei("Depository"), Role.FINANCIER)
        booking = {"holder": served.account(OTHER), "amount": cny(100_000), "booking": "for trades"}
        served.post("settlement bank", "/v1/cash/CNY/mints", booking)
        yield served


def bond(town: Api, path: str) -> str:
    return f"/v1/bonds/{town.ids['bond']}{path}"


def held(town: Api, who: str) -> Json:
    return dict(town.get(who, bond(town, "/holding")))


def order(town: Api, **more: object) -> Json:
    return {"reason": "court_order", "document": paper("order"), **more}


def mandate(town: Api, owner: str) -> None:
    agent, account = town.account("Depository"), town.account(owner)
    args = (agent, account, int(MandateKind.DEPOSITORY), 0, 60_000, b"m".rjust(32))
    town.ledger.session.act(owner, "Mandates", "grant", *args)


def test_asking_first_answers_what_the_transfer_would(town: Api) -> None:
    may = town.post("Investor", bond(town, "/units/transfers/check"), {"to": town.account(OTHER), "units": 1})
    assert (may["allowed"], may["code"]) == (True, 0)
    body = {"to": town.account("Contractor"), "units": 1}
    told = town.post("Investor", bond(town, "/units/transfers/check"), body)
    assert (told["code"], told["reason"]) == (11, "to_no_investor") and told["sentence"]["zh"]
    refusal = town.refused("Investor", "POST", bond(town, "/units/transfers"), body, 409, "missing-role")
    assert refusal["who"] == town.account("Contractor")


def test_holders_are_shown_whole_to_the_issuer_and_to_others_their_own_line(town: Api) -> None:
    town.post("Investor", bond(town, "/units/transfers"), {"to": town.account(OTHER), "units": 100})
    for who in ("Issuer", "Auditor", "Regulator"):
        answer = town.get(who, bond(town, "/holders"))
        assert {one["party"]: one["units"] for one in answer["holders"]} == {"Investor": 900, OTHER: 100}
    mine = town.get(OTHER, bond(town, "/holders"))
    assert [one["party"] for one in mine["holders"]] == [OTHER] and mine["supply"] == 1_000
    assert town.get("Contractor", bond(town, "/holders"))["holders"] == []
    town.refused("Issuer", "GET", bond(town, "/holders?day=2031-01-01"), None, 422, "bad-input")


def test_an_authority_orders_and_nobody_else(town: Api) -> None:
    investor, other = town.account("Investor"), town.account(OTHER)
    units = {"holder": investor, "units": 300}
    for who in ("Issuer", "Depository", OTHER):
        refusal = town.refused(
            who, "POST", bond(town, "/unit-freezes"), order(town, **units), 409, "mandate-missing"
        )
        assert town.account(who) in refusal["detail"]
    town.post("Regulator", bond(town, "/unit-freezes"), order(town, **units))
    found = held(town, "Investor")
    assert found["frozen_by_authority"] == 300 and found["free"] == found["units"] - 300
    mandate(town, "Issuer")
    town.post("Depository", bond(town, "/freezes"), order(town, holder=other))
    assert held(town, OTHER)["frozen_by"] == ["depository"]
    forced = order(town, holder=investor, to=other, units=found["free"] + 50)
    town.refused("Depository", "POST", bond(town, "/forced-transfers"), forced, 403, "wrong-role")
    town.post("Regulator", bond(town, "/forced-transfers"), forced)
    assert held(town, "Investor")["units"] == 250 == held(town, "Investor")["frozen_by_authority"]
    town.post("Regulator", bond(town, "/freezes/lifting"), order(town, holder=other))
    town.post("Regulator", bond(town, "/unit-freezes/lifting"), order(town, holder=investor, units=250))
    town.post("Regulator", bond(town, "/pauses"), order(town))
    assert town.get("Investor", bond(town, "/units/state"))["paused_by"] == ["authority"]
    town.refused("Depository", "POST", bond(town, "/pauses/lifting"), order(town), 409, "not-stopped")
    town.post("Regulator", bond(town, "/pauses/lifting"), order(town))
    town.post(OTHER, bond(town, "/units/transfers"), {"to": investor, "units": found["free"] + 50})
    assert held(town, "Investor")["units"] == found["units"]


def test_an_order_without_a_reason_or_a_document_is_no_request(town: Api) -> None:
    holder = {"holder": town.account("Investor")}
    for body in ({**holder, "document": paper()}, {**holder, "reason": "because", "document": paper()}):
        town.refused("Regulator", "POST", bond(town, "/freezes"), body, 422, "bad-request")
    town.refused("Regulator", "POST", bond(town, "/pauses"), {"reason": "incident"}, 422, "bad-request")


def test_a_depository_passes_on_what_it_keeps(town: Api) -> None:
    body = {"holder": town.account("Investor"), "to": town.account(OTHER), "units": 5, "document": paper()}
    path = bond(town, "/custody-transfers")
    town.refused("Depository", "POST", path, body, 409, "mandate-missing")
    mandate(town, "Investor")
    before = held(town, OTHER)["units"]
    town.post("Depository", path, body)
    assert held(town, OTHER)["units"] == before + 5


def test_a_trade_is_signed_by_one_side_and_executed_by_the_other(town: Api) -> None:
    offered = town.post("Investor", "/v1/trades", trade_body(town, OTHER, units=7))
    assert town.post(OTHER, "/v1/trades/check", offered) == {"allowed": True}
    before = held(town, OTHER)["units"]
    done = town.post(OTHER, "/v1/trades/execution", offered)
    assert (done["units"], done["price"], done["trade"]) == (7, cny(7 * 990), offered["digest"])
    assert held(town, OTHER)["units"] == before + 7
    town.refused(OTHER, "POST", "/v1/trades/execution", offered, 409, "already-used")
    other = town.post("Investor", "/v1/trades", trade_body(town, OTHER, units=3))
    cheap = {**other, "trade": {**other["trade"], "price": "1"}}
    town.refused(OTHER, "POST", "/v1/trades/execution", cheap, 422, "bad-signature")
    town.post("Investor", "/v1/trades/revocation", other)
    town.refused(OTHER, "POST", "/v1/trades/execution", other, 409, "already-used")
