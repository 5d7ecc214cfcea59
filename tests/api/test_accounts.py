"""A participant with an account contract, over HTTP: what waits is answered 202, and its owner alone sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.bootstrap.testing import illustrative_lei
from ledger.crypto.signer import LocalSigner
from ledger.domain.roles import Role
from tests.api.world import OTHER, cny

if TYPE_CHECKING:
    from tests.api.world import Api

ELSEWHERE = LocalSigner(b"\x09" * 32)


@pytest.mark.spec("ACC-1", "ACC-3")
def test_an_act_waits_for_its_approver_and_is_seen_by_its_owner_alone(lived: Api) -> None:
    ledger = lived.ledger
    ledger.accounts.make("House", clerks=["House, clerk"], approvers=[ELSEWHERE.address])
    ledger.operator.admit("House", illustrative_lei("House"), Role.INVESTOR)
    lived.post(
        "settlement bank",
        "/v1/cash/CNY/mints",
        {"holder": lived.account("House"), "amount": cny(500), "booking": "house"},
    )
    sent = {"to": lived.account(OTHER), "amount": cny(500)}
    waiting = lived.refused("House", "POST", "/v1/cash/CNY/transfers", sent, 202, "awaits-approval")
    assert (waiting["who"], waiting["had"]) == (lived.account("House"), "1")
    path = f"/v1/accounts/{lived.account('House')}"
    (proposal,) = lived.get("House", path)["proposals"]
    assert proposal["calls"][0]["args"]["amount"] == "500"
    lived.refused("House", "POST", path + "/proposals/1/approval", None, 404, "not-found")
    for who in (OTHER, "Auditor"):
        lived.refused(who, "GET", path, None, 404, "not-found")
        lived.refused(who, "POST", path + "/proposals/1/rejection", None, 404, "not-found")
    ledger.keys.create("House, approver", b"\x09" * 32)
    lived.post("House", path + "/proposals/1/approval")
    assert lived.get("House", path + "/proposals/1")["state"] == "done"
    assert lived.get("House", "/v1/cash/CNY/balance")["balance"] == cny(0)
    change = ledger.accounts.rotate("House", "House, clerk", "House, new clerk")
    assert lived.get("House", path)["changes"][0]["id"] == change.change
    lived.post("House", f"{path}/changes/{change.change}/veto")
    assert lived.get("House", path)["changes"] == []
