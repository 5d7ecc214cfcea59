"""Impact over HTTP: what is public, whose share is whose, and portfolios by mandate alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.bootstrap.testing import illustrative_lei
from ledger.domain.mandates import MandateKind
from ledger.domain.roles import Role
from tests.api.world import OTHER, figure, paper

if TYPE_CHECKING:
    from tests.api.world import Api


@pytest.mark.spec("IMP-2")
def test_a_restated_report_is_read_with_its_former(lived: Api) -> None:
    listed = lived.get(OTHER, f"/v1/impact-reports?project={lived.ids['project']}")["reports"]
    assert [one["report"] for one in listed] == [lived.ids["report"]]
    found = lived.get(OTHER, f"/v1/impact-reports/{lived.ids['report']}")
    assert (found["value"], found["decimals"], found["outcome"]) == ("10005", 1, "accepted")
    assert found["supersedes"] == [lived.ids["former"]] and found["basis"]["value"] == "0.5366"
    former = lived.get(OTHER, f"/v1/impact-reports/{lived.ids['former']}")
    assert (former["outcome"], former["counts"]) == ("refused", False)
    assert lived.get(OTHER, "/v1/impact-reports?indicator=GENERATION")["reports"] == []
    lived.refused(OTHER, "GET", "/v1/impact-reports/999", None, 404, "not-found")


@pytest.mark.spec("IMP-3")
def test_a_share_is_told_to_its_holder(lived: Api) -> None:
    path = f"/v1/impact-reports/{lived.ids['report']}"
    shares = lived.get("Investor", path)["shares"]
    (own,) = shares["holders"]
    assert int(own["value"]) + int(shares["unheld"]) + int(shares["other_funding"]) == int(shares["whole"])
    assert lived.get(OTHER, path)["shares"]["holders"] == []
    told = lived.get("Investor", f"/v1/portfolios/{lived.account('Investor')}")
    assert told["impact"][0]["counted"] == own["value"]
    window = f"/v1/portfolios/{lived.account('Investor')}?from=2024-01-01&until=2024-12-31"
    assert lived.get("Investor", window)["impact"] == []


def test_an_auditor_sees_a_portfolio_by_the_investors_mandate_alone(lived: Api) -> None:
    lived.ledger.operator.admit("Reader", illustrative_lei("Reader"), Role.AUDITOR)
    path = f"/v1/portfolios/{lived.account('Investor')}"
    lived.refused("Reader", "GET", path, None, 404, "not-found")
    document = lived.ledger.documents.register("Investor", b"engagement letter").document
    agent, owner = lived.account("Reader"), lived.account("Investor")
    args = (agent, owner, int(MandateKind.AUDITOR), 0, 30_000, bytes.fromhex(document[2:]))
    mined = lived.ledger.session.act("Investor", "Mandates", "grant", *args)
    assert lived.get("Reader", path)["holdings"]
    lived.ledger.session.act("Investor", "Mandates", "end", mined.event("MandateGranted").args["mandate"])
    lived.refused("Reader", "GET", path, None, 404, "not-found")
    lived.refused("Issuer", "GET", f"/v1/portfolios/{illustrative_lei('x')}", None, 404, "not-found")


def test_what_the_contract_and_the_content_refuse(lived: Api) -> None:
    body = {"projects": [lived.ids["project"]], "indicator": "CO2_AVOIDED", "figure": figure("1")}
    lived.refused("Issuer", "POST", "/v1/impact-reports", body, 409, "period-taken")
    lived.refused(OTHER, "POST", "/v1/impact-reports", body, 409, "not-party")
    wrong = {**body, "figure": {**figure("1"), "value": "about 4"}}
    lived.refused("Issuer", "POST", "/v1/impact-reports", wrong, 422, "bad-request")
    stale = {"content_hash": "0x" + "ab" * 32, "outcome": "accepted", "document": paper()}
    path = f"/v1/impact-reports/{lived.ids['report']}/validations"
    lived.refused("Verifier", "POST", path, stale, 409, "conflict")
    bare = {**figure("1"), "basis": {"kind": "average", "source": "s"}}
    path = f"/v1/impact-reports/{lived.ids['report']}/restatements"
    lived.refused("Issuer", "POST", path, {"figure": bare, "reason": "r"}, 422, "bad-input")
