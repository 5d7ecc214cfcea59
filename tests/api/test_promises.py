"""Undertakings, labels and credit levels over HTTP, each act by its own organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.world import OTHER, paper, review

if TYPE_CHECKING:
    from tests.api.world import Api, Json

YEARLY = {
    "code": "REPORT",
    "kind": "reporting",
    "due": "2030-04-30",
    "every_months": 12,
    "until": "2040-04-30",
}
AVOIDED = {
    "code": "AVOIDED",
    "kind": "performance",
    "due": "2031-01-31",
    "unit": "tCO2e",
    "target": "500",
    "polarity": "higher",
}


def framework(api: Api, *undertakings: Json) -> int:
    body = {
        "document": paper(),
        "catalogue": "ICMA-GBP",
        "categories": ["1"],
        "undertakings": [*undertakings],
    }
    return int(api.post("Issuer", "/v1/frameworks", body)["id"])


def test_catalogues_say_where_they_come_from(lived: Api) -> None:
    listed = {one["code"]: one for one in lived.get("Investor", "/v1/catalogues")}
    assert listed["GFEPC-2025"]["since"] == "2025-10-01" and not listed["GFEPC-2025"]["listed"]
    rows = lived.get("Investor", "/v1/catalogues/GBEPC-2021")
    assert len(rows) == 281 and all(row["source"] and row["status"] for row in rows)
    lived.refused("Investor", "GET", "/v1/catalogues/NONE", None, 404, "not-found")


@pytest.mark.spec("FRM-3")
def test_an_undertaking_is_reported_and_judged(lived: Api) -> None:
    of = framework(lived, YEARLY, AVOIDED)
    review(lived, of)
    path = f"/v1/frameworks/{of}/undertakings"
    owed = lived.get("Investor", path)
    assert [(one["code"], one["due"], one["state"]) for one in owed] == [
        ("REPORT", "2030-04-30", "open"),
        ("AVOIDED", "2031-01-31", "open"),
    ]
    lived.post("Issuer", f"{path}/1/reports", {"value": "512", "document": paper("metered")})
    lived.refused(
        OTHER, "POST", f"{path}/1/reports", {"value": "1", "document": paper("mine")}, 409, "not-party"
    )
    body = {"outcome": "qualified", "document": paper("checked")}
    lived.refused(OTHER, "POST", f"{path}/1/findings", body, 409, "not-party")
    lived.post("Verifier", f"{path}/1/findings", body)
    [done] = [one for one in lived.get("Investor", path) if one["index"] == 1]
    assert (done["state"], done["value"], done["kept"]) == ("qualified", "512", True)
    lived.post("Issuer", f"{path}/0/cancellations", {"document": paper("no more")})
    assert lived.get("Investor", path)[0]["failed"]
    wrong = {**AVOIDED, "target": "-1"}
    asked = {"document": paper(), "catalogue": "ICMA-GBP", "categories": ["1"], "undertakings": [wrong]}
    lived.refused("Issuer", "POST", "/v1/frameworks", asked, 422, "bad-request")


def confirmed(lived: Api) -> int:
    """An alert that the investor raised, the issuer explained and the auditor confirmed; the breach."""
    body = {"indicator": "round-trip", "document": paper("a round trip"), "bond": lived.ids["bond"]}
    path = f"/v1/alerts/{lived.post('Investor', '/v1/alerts', body)['alert']}"
    lived.post("Investor", f"{path}/assignment", {"judge": lived.account("Auditor")})
    lived.post("Issuer", f"{path}/explanation", {"document": paper("a refund")})
    ending = {"reason": "rule_broken", "document": paper("no refund")}
    lived.refused("Verifier", "POST", f"{path}/confirmation", ending, 409, "not-party")
    lived.post("Auditor", f"{path}/confirmation", ending)
    alert = lived.get("Company", path)["alert"]
    assert (alert["state"], alert["judge"]) == ("confirmed", lived.account("Auditor"))
    return int(alert["breach"])


@pytest.mark.spec("ALERT-2")
def test_a_dismissed_alert_answers_everybody_and_opens_again(lived: Api) -> None:
    """ALERT-2: its reason stays readable; findings are for who may read the issuer's data."""
    body = {"indicator": "idle", "document": paper("idle money"), "bond": lived.ids["bond"]}
    path = f"/v1/alerts/{lived.post('Auditor', '/v1/alerts', body)['alert']}"
    lived.post("Verifier", f"{path}/assignment", {})
    lived.post("Verifier", f"{path}/dismissal", {"reason": "disclosed", "document": paper("see the report")})
    told = lived.get("Company", path)
    assert (told["alert"]["state"], told["alert"]["reason"]) == ("dismissed", "disclosed")
    assert (told["finding"], told["withheld"]) == (None, False)
    lived.post("Auditor", f"{path}/reopening", {"document": paper("the report is silent")})
    lived.refused("Verifier", "POST", f"{path}/assignment", {}, 409, "missing-role")
    own = lived.get("Issuer", f"/v1/alerts?bond={lived.ids['bond']}")
    seen = lived.get("Company", f"/v1/alerts?bond={lived.ids['bond']}")
    assert [one["alert"]["id"] for one in seen] == [one["alert"]["id"] for one in own if one["alert"]]
    assert all(one["finding"] is None for one in seen)
    lived.refused("Issuer", "GET", "/v1/alerts/99", None, 404, "not-found")


@pytest.mark.spec("LBL-1")
def test_a_label_answers_everybody_and_falls_by_name(lived: Api) -> None:
    path = f"/v1/bonds/{lived.ids['bond']}/label"
    assert lived.get("Investor", path)["state"] == "green"
    lived.refused("Investor", "POST", f"{path}/breaches", {"cause": "review"}, 409, "no-breach")
    breach = confirmed(lived)
    told = lived.get("Investor", path)
    assert told["state"] == "watch" and told["breaches"][0]["by"] == lived.account("Auditor")
    lived.post("Auditor", f"/v1/breaches/{breach}/severity", {"document": paper("half of it")})
    assert lived.get("Investor", path)["state"] == "withdrawn"
    lived.refused("Issuer", "POST", f"/v1/breaches/{breach}/cure", {}, 409, "not-cured")
    lived.post("Auditor", f"/v1/breaches/{breach}/cure", {"document": paper("the money is back")})
    assert lived.get("Investor", path)["state"] == "green"
    lived.refused("Auditor", "POST", "/v1/breaches/99/cure", {}, 404, "not-found")


@pytest.mark.spec("LVL-1")
def test_a_level_shows_its_making_to_itself_and_to_auditors(lived: Api) -> None:
    path = f"/v1/participants/{lived.account('Company')}"
    body = {
        "kind": "paid_on_time",
        "count": 30,
        "first": "2020-01-01",
        "last": "2024-12-31",
        "document": paper("bank statement"),
    }
    lived.post("settlement bank", path + "/records", body)
    own, seen = lived.get("Company", path + "/level"), lived.get("Investor", path + "/level")
    assert own["attested"]["level"] == "A" and own["attested"]["count"] == 30
    assert own["observations"] and not own["withheld"]
    assert seen == own | {"observations": [], "withheld": True}
    assert lived.get("Auditor", path + "/level") == own
    lived.post("settlement bank", "/v1/records/1/withdrawal", {"document": paper("of another")})
    assert lived.get("Company", path + "/level")["attested"]["count"] == 0
