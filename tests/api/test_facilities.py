"""A green loan over HTTP: agreed, drawn by two lenders, and told to those whom it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.bootstrap.testing import illustrative_lei
from ledger.domain.roles import Role
from tests.api.test_access import borrowed
from tests.api.world import OTHER, cny, paper

if TYPE_CHECKING:
    from tests.api.world import Api

CLUB_BANK = "Club Bank"


@pytest.mark.spec("FAC-1", "FAC-4")
def test_a_club_lends_and_each_of_it_sees_the_facility(lived: Api) -> None:
    """Five units of 1,000 fen are the factor's, and called; another bank commits four, and lends four."""
    lived.ledger.operator.admit(CLUB_BANK, illustrative_lei(CLUB_BANK), Role.FINANCIER)
    deposit = {"holder": lived.account(CLUB_BANK), "amount": cny(4_000), "booking": "club deposit"}
    lived.post("settlement bank", "/v1/cash/CNY/mints", deposit)
    facility = borrowed(lived)["facility"]
    path = f"/v1/facilities/{facility}"
    lived.refused(CLUB_BANK, "GET", path, None, 404, "not-found")
    lived.post("Issuer", f"{path}/lenders", {"lender": lived.account(CLUB_BANK), "units": 4})
    lived.refused(CLUB_BANK, "POST", f"{path}/commitments", {"units": 5}, 422, "amount-too-large")
    lived.post(CLUB_BANK, f"{path}/commitments")
    days = {"closes_on": "2028-01-01", "maturity": "2030-01-01"}
    asked = {"label": "Second drawdown", "units": 4, "document": paper("request")}
    drawn = lived.post("Issuer", f"{path}/drawdowns", asked | days)
    assert [one["units"] for one in drawn["shares"]] == [4], "the factor's five are called already"
    loan = f"{path}/drawdowns/{drawn['loan']}"
    lived.refused("Factor", "POST", f"{loan}/lending", {"units": 1}, 409, "above-share")
    assert lived.post(CLUB_BANK, f"{loan}/lending")["amount"] == cny(4_000)
    taken = lived.post("Issuer", f"{loan}/taking", {"cost": cny(100)})
    assert (taken["raised"], taken["cost"]) == (cny(4_000), cny(100))
    lived.refused("Issuer", "POST", f"{loan}/release", None, 409, "nothing-to-release")
    lived.refused("Issuer", "POST", f"{path}/drawdowns/{lived.ids['bond']}/taking", None, 404, "not-found")
    shown = lived.get(CLUB_BANK, path)
    assert shown == lived.get("Factor", path) == lived.get("Auditor", path) == lived.get("Issuer", path)
    assert (shown["committed"], shown["called"], shown["raised"]) == (9, 9, cny(4_000))
    assert [one["held"] for one in shown["lenders"]] == [0, 4]
    assert shown["id"] in [one["id"] for one in lived.get("Factor", "/v1/facilities")]
    assert lived.get(OTHER, "/v1/facilities") == []
    traced = lived.get("Auditor", f"/v1/traces/facilities/{facility}")
    assert traced["raised"] == "4000" and traced["states"]["cost"] == "100"
    assert [int(one["bond"]) for one in traced["drawdowns"]][-1] == drawn["loan"]
