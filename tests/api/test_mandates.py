"""MAN-1 over HTTP: an auditor's role alone reads nothing; a mandate of the owner or an authority does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.bootstrap.testing import illustrative_lei
from ledger.domain.roles import Role
from tests.api.world import AUTHORITY, OTHER, paper

if TYPE_CHECKING:
    from tests.api.world import Api

NEW = "Fresh auditor"


@pytest.fixture(scope="module")
def new(lived: Api) -> Api:
    lived.ledger.operator.admit(NEW, illustrative_lei(NEW), Role.AUDITOR)
    return lived


def body(api: Api, agent: str, kind: str = "auditor", **changes: Any) -> dict[str, Any]:
    plain = {"agent": api.account(agent), "kind": kind, "until": "2026-01-01", "document": paper("mandate")}
    return plain | changes


def whole(api: Api, who: str) -> bool:
    trace = api.get(who, f"/v1/traces/bonds/{api.ids['bond']}")
    return not any(one.get("withheld") for one in trace["intervals"])


@pytest.mark.spec("MAN-1")
def test_an_auditor_without_a_mandate_reads_nothing_of_others(new: Api) -> None:
    assert whole(new, "Auditor") and whole(new, AUTHORITY) and not whole(new, NEW)
    ids, account = new.ids, new.account("Investor")
    for path in (
        f"/v1/receivables/{ids['receivable']}",
        f"/v1/traces/payments/{ids['payment']}",
        f"/v1/cash/CNY/balances/{account}",
        f"/v1/obligations/{ids['invoice']}",
        f"/v1/credit-lines/{ids['credit']}",
        f"/v1/bonds/{ids['bond']}/bookings",
    ):
        new.refused(NEW, "GET", path, None, 404, "not-found")
        assert new.get(AUTHORITY, path) == new.get("Auditor", path)


@pytest.mark.spec("MAN-1")
def test_the_issuers_mandate_for_a_bond_opens_its_trace_until_it_is_ended(new: Api) -> None:
    mandate = new.post("Issuer", "/v1/mandates", body(new, NEW, bond=new.ids["bond"]))["id"]
    assert whole(new, NEW) and new.get(NEW, f"/v1/bonds/{new.ids['bond']}/bookings")
    assert new.get(NEW, f"/v1/traces/payments/{new.ids['payment']}")["complete"]
    new.refused(NEW, "GET", f"/v1/receivables/{new.ids['receivable']}", None, 404, "not-found")
    new.refused(NEW, "GET", f"/v1/cash/CNY/balances/{new.account('Issuer')}", None, 404, "not-found")
    new.post("Issuer", f"/v1/mandates/{mandate}/end")
    assert not whole(new, NEW)
    new.refused(NEW, "POST", f"/v1/mandates/{mandate}/end", None, 409, "wrong-state")


@pytest.mark.spec("MAN-1")
def test_what_a_party_opens_is_what_it_sees(new: Api) -> None:
    path = f"/v1/receivables/{new.ids['receivable']}"
    mandate = new.post("Contractor", "/v1/mandates", body(new, NEW))["id"]
    assert new.get(NEW, path)["state"] == "accepted" and new.get(NEW, path + "/pieces")["complete"]
    assert new.get(NEW, f"/v1/cash/CNY/balances/{new.account('Contractor')}")
    new.refused(NEW, "GET", f"/v1/cash/CNY/balances/{new.account('Investor')}", None, 404, "not-found")
    new.post(NEW, f"/v1/mandates/{mandate}/end")
    new.refused(NEW, "GET", path, None, 404, "not-found")


def test_a_mandate_is_seen_by_its_parties_alone(new: Api) -> None:
    mandate = new.post("Investor", "/v1/mandates", body(new, "Factor", "depository"))["id"]
    shown = new.get("Factor", f"/v1/mandates/{mandate}")
    assert (shown["kind"], shown["bond"], shown["in_force"], shown["ended"]) == (
        "depository",
        None,
        True,
        False,
    )
    assert shown == next(one for one in new.get("Investor", "/v1/mandates") if one["id"] == mandate)
    assert [one["id"] for one in new.get(AUTHORITY, "/v1/mandates")][-1] == mandate
    new.refused(OTHER, "GET", f"/v1/mandates/{mandate}", None, 404, "not-found")
    new.refused("Issuer", "POST", f"/v1/mandates/{mandate}/end", None, 404, "not-found")
    new.refused("Factor", "GET", "/v1/mandates/999", None, 404, "not-found")
    assert all(new.account(OTHER) in str(one) for one in new.get(OTHER, "/v1/mandates"))


@pytest.mark.spec("MAN-1")
def test_only_an_authority_grants_reach_into_anothers_data(new: Api) -> None:
    others = body(new, NEW, owner=new.account("Issuer"))
    new.refused("Contractor", "POST", "/v1/mandates", others, 409, "missing-role")
    mandate = new.post(AUTHORITY, "/v1/mandates", others)["id"]
    assert whole(new, NEW)
    new.refused("Issuer", "POST", f"/v1/mandates/{mandate}/end", None, 409, "missing-role")
    new.post(AUTHORITY, f"/v1/mandates/{mandate}/end")
    assert not whole(new, NEW)
    for wrong in ({"kind": "owner"}, {"until": "soon"}, {"bond": 0}):
        new.refused("Issuer", "POST", "/v1/mandates", body(new, NEW) | wrong, 422, "bad-request")
