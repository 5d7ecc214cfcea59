"""Files, scores, loans and measures over HTTP: each to its parties, and to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.world import OTHER, cny, paper

if TYPE_CHECKING:
    from tests.api.world import Api


@pytest.mark.spec("FILE-1")
def test_a_file_answers_its_supplier_and_the_financier_it_applied_to(lived: Api) -> None:
    path = f"/v1/factoring-files/{lived.ids['file']}"
    own, theirs = lived.get("Contractor", path), lived.get("Factor", path)
    assert lived.get("Auditor", path) == own
    assert own | {"timeline": theirs["timeline"]} == theirs  # rivals' quotes are in the supplier's alone
    assert all(step in own["timeline"] for step in theirs["timeline"])
    assert [one["kind"] for one in own["papers"]] == ["order", "delivery", "invoice"]
    assert [one["state"] for one in own["applications"]] == ["approved"]
    names = [step["name"] for step in own["timeline"]]
    assert names[:2] == ["Confirmed", "Accepted"]
    assert [name for name in names if name in ("FileOpened", "PaperFiled", "AppliedFor", "FileReviewed")] == [
        "FileOpened", *["PaperFiled"] * 3, "AppliedFor", "FileReviewed"
    ]  # fmt: skip
    lived.refused("Subcontractor", "GET", path, None, 404, "not-found")


@pytest.mark.spec("FILE-1")
def test_what_a_file_refuses(lived: Api) -> None:
    path = f"/v1/factoring-files/{lived.ids['file']}"
    result = {"version": 2, "approved": True, "document": paper()}
    lived.refused("Factor", "POST", f"{path}/reviews", result, 409, "wrong-state")
    filing = {"kind": "invoice", "document": {"hash": "0x" + "ab" * 32}}
    lived.refused("Contractor", "POST", f"{path}/papers", filing, 409, "obligation-unknown")
    lived.refused("Contractor", "POST", f"{path}/papers", filing | {"document": paper()}, 422, "bad-input")
    lived.refused("Contractor", "POST", f"{path}/papers", filing | {"kind": "trade"}, 422, "bad-request")


@pytest.mark.spec("SCORE-1")
def test_a_score_is_shown_under_consent_alone_and_is_the_same_for_all(lived: Api) -> None:
    block = lived.ledger.loans.line(lived.ids["loan"]).as_of_block
    path = f"/v1/suppliers/{lived.account('Contractor')}/score?block={block}"
    own = lived.get("Contractor", path)
    assert own == lived.get("Factor", path) == lived.get("Authority", path)
    assert own["features_hash"] == lived.ledger.loans.line(lived.ids["loan"]).features
    assert own["features"]["accepted"] >= 1 and own["score"] is not None
    for other in (OTHER, "Company", "Subcontractor"):
        lived.refused(other, "GET", path, None, 404, "not-found")
    lived.refused("Contractor", "GET", path.replace(str(block), "999999"), None, 404, "not-found")


@pytest.mark.spec("LOAN-1")
def test_a_loan_is_drawn_and_repaid_within_its_line(lived: Api) -> None:
    loan, drawdown = lived.ids["loan"], lived.ids["drawdown"]
    more = lived.ids["drawing"] | {"amount": cny(1_001)}
    lived.refused("Contractor", "POST", f"/v1/loans/{loan}/drawdowns", more, 409, "loan-limit-exceeded")
    repaid = lived.post("Contractor", f"/v1/drawdowns/{drawdown}/repayments", {"amount": cny(1_500)})
    assert (repaid["principal"], repaid["outstanding"], repaid["kept"]) == ("1500", "2500", False)
    shown = lived.get("Factor", f"/v1/loans/{loan}")
    assert shown["drawn"] == cny(4_000) and shown["outstanding"] == cny(2_500)
    assert [one["id"] for one in lived.get("Factor", "/v1/loans")] == [loan]
    assert shown["drawdowns"][0]["outstanding"] == cny(2_500)
    lived.refused("Factor", "POST", f"/v1/drawdowns/{drawdown}/overdue", None, 409, "drawdown-not-overdue")
    lived.refused("Factor", "POST", "/v1/claims/CNY/loans", None, 409, "nothing-to-claim")


def test_who_has_no_consent_is_not_applied_to(lived: Api) -> None:
    asked = {"financier": lived.account(OTHER), "document": paper(), "amount": cny(5)}
    lived.refused("Contractor", "POST", "/v1/loans", asked, 409, "mandate-missing")


@pytest.mark.spec("SME-1")
def test_measures_are_each_partys_own(lived: Api) -> None:
    path = f"/v1/suppliers/{lived.account('Contractor')}/measures"
    own = lived.get("Contractor", path)
    assert own == lived.get("Auditor", path) and own["limit_days"] == 60
    [row] = own["rows"]
    assert row["supplier"] == lived.account("Contractor") and int(row["financed"]) == 30_000
    exported = lived.ask("Contractor", "GET", path + "?format=csv")
    assert exported.headers["content-type"].startswith("text/csv")
    assert len(exported.text.splitlines()) == 2
    [together] = lived.get("Company", f"/v1/obligors/{lived.account('Company')}/measures")["rows"]
    assert together["supplier"] is None
    for other in ("Factor", OTHER, "Company"):
        lived.refused(other, "GET", path, None, 404, "not-found")
