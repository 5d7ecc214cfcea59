"""Asset pools over HTTP: an open one is everybody's to read, what lies behind it its parties' alone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from ledger.bootstrap.testing import illustrative_lei
from ledger.domain.roles import Role
from tests.api.world import OTHER, cny, paper

if TYPE_CHECKING:
    from tests.api.world import Api

KEEPER = "Keeper"


@pytest.fixture(scope="module")
def pool(lived: Api) -> str:
    """The path of the factor's pool, open."""
    lived.ledger.operator.admit(KEEPER, illustrative_lei(KEEPER), Role.FINANCIER)
    number = lived.post("Factor", "/v1/pools", body(lived))["pool"]
    path = f"/v1/pools/{number}"
    lived.refused("Investor", "GET", path, None, 404, "not-found")
    lived.post(KEEPER, path + "/taking-on")
    return path


def body(lived: Api) -> dict[str, Any]:
    today = dt.date.fromisoformat(lived.get("Investor", "/v1/business-date")["date"])
    return {
        "name": "Green suppliers",
        "trustee": lived.account(KEEPER),
        "cash": "CNY",
        "closes_on": (today + dt.timedelta(days=5)).isoformat(),
        "due_by": "2026-12-31",
        "tranches": [
            {"nominal": cny(600), "rate_ppm": 36_000},
            {"nominal": cny(400), "rate_ppm": 90_000},
        ],
        "document": paper("terms"),
        "advance_ppm": 950_000,
    }


@pytest.mark.spec("POOL-1", "POOL-3")
def test_pieces_and_money_come_in_over_http(lived: Api, pool: str) -> None:
    """POOL-1, POOL-3: a holder's interval is locked in the pool, and seen through by its parties."""
    number = lived.ids["receivable"]
    part = {"receivable": number, "start": "29000", "end": "30000"}
    added = lived.post("Contractor", pool + "/pieces", part)
    assert (added["piece"], added["price"]) == (1, cny(950))
    answer = lived.refused(
        "Contractor", "POST", pool + "/pieces", {**part, "end": "29010"}, 409, "piece-locked"
    )
    assert answer["status"] == 409
    mint = {"holder": lived.account("Investor"), "amount": cny(600), "booking": "a lot"}
    lived.post("settlement bank", "/v1/cash/CNY/mints", mint)
    lot = lived.post("Investor", pool + "/subscriptions", {"tranche": 0, "amount": cny(600)})
    assert (lot["lot"], lot["start"], lot["end"]) == (1, "0", "600")
    seen = lived.get("Investor", pool + "/look-through")
    [piece] = seen["pieces"]
    assert (piece["start"], piece["end"], piece["receivable"]) == ("29000", "30000", str(number))
    assert seen["complete"] and piece["supplier"]["party"] == "Contractor"
    for who in ("Factor", KEEPER, "Auditor"):
        assert lived.get(who, pool + "/look-through")["face"] == "1000"
    lived.post("Contractor", pool + "/pieces/1/withdrawal")


def test_an_open_pool_is_every_participants_and_what_is_behind_it_is_not(lived: Api, pool: str) -> None:
    assert lived.get(OTHER, pool)["state"] == "open"
    assert [one["pool"] for one in lived.get(OTHER, "/v1/pools")] == [int(pool.rsplit("/", 1)[1])]
    for part in ("/look-through", "/tranches"):
        lived.refused(OTHER, "GET", pool + part, None, 404, "not-found")
    for act in ("/taking-on", "/closing", "/purchases", "/collections", "/distributions", "/refunds"):
        lived.refused(OTHER, "POST", pool + act, None, 404, "not-found")


def test_the_contract_refuses_what_is_not_the_callers(lived: Api, pool: str) -> None:
    lived.refused("Factor", "POST", pool + "/closing", None, 409, "not-party")
    wrong = {**body(lived), "trustee": lived.account("Factor")}
    lived.refused("Factor", "POST", "/v1/pools", wrong, 422, "same-party")
    lived.refused("Investor", "POST", "/v1/pools", body(lived), 403, "wrong-role")
