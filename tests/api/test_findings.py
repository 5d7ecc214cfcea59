"""Who sees which findings: authorities all, auditors what mandates open, verifiers what concerns bonds."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from api.deps import Caller
from api.routers import auditor
from ledger.domain.roles import Role

if TYPE_CHECKING:
    from tests.api.world import Api

pytestmark = pytest.mark.spec("ALERT-1")

LEDGER: Any = SimpleNamespace(
    books=SimpleNamespace(bond=lambda number: SimpleNamespace(issuer=f"issuer {number}"))
)
FOUND: dict[str, dict[str, Any]] = {
    "of bond 1": {"bond": 1, "indicator": "idle", "parties": ["issuer 1"]},
    "of bond 2": {"bond": 2, "indicator": "idle", "parties": ["issuer 2"]},
    "of a receivable of bond 2": {"bond": 2, "indicator": "circular-receivable", "parties": ["obligor"]},
    "of no bond": {"bond": None, "indicator": "piece-home", "parties": ["obligor", "supplier"]},
}


@pytest.mark.parametrize(
    ("role", "mandants", "seen"),
    [
        (Role.AUTHORITY, set(), set(FOUND)),
        (Role.AUDITOR, set(), set()),
        (Role.AUDITOR, {"issuer 1"}, {"of bond 1"}),
        (Role.AUDITOR, {"issuer 2", "supplier"}, set(FOUND) - {"of bond 1"}),
        (Role.VERIFIER, set(), {"of bond 1", "of bond 2"}),
    ],
)
def test_each_sees_what_is_open_to_it(
    monkeypatch: pytest.MonkeyPatch, role: Role, mandants: set[str], seen: set[str]
) -> None:
    monkeypatch.setattr(auditor, "reads", lambda *named, **_: bool(mandants & set(named[2:])))
    caller = Caller("somebody", role, operator=False, active=True)
    assert {name for name, one in FOUND.items() if auditor.may_see(LEDGER, caller, one)} == seen


def test_figures_are_those_of_the_jurisdiction_asked_for(lived: Api) -> None:
    rows = lived.get("Investor", "/v1/indicators?jurisdiction=EU")["indicators"]
    assert {one["jurisdiction"] for one in rows} == {"EU", "default"}
    intensity = next(one for one in rows if one["indicator"] == "intensity")
    assert (intensity["parameters"], intensity["grade"]) == ({"most": ["100"]}, "C")


def test_what_a_reader_brings_is_compared_and_shown_by_who_may_see(lived: Api) -> None:
    """A bank's statement without the ledger's mints: an authority hears of each, a verifier of none."""
    text = "date,reference,way,amount,party\n2025-01-02,of another bank,in,987654.00,\n"
    days = {"first": "2025-01-01", "last": "2099-12-31"}
    body = {"statement": base64.b64encode(text.encode()).decode(), "cash": "CNY", **days}

    def lines(who: str) -> list[str]:
        found = lived.post(who, "/v1/findings", body)["findings"]
        return [one["subject"] for one in found if one["indicator"] == "no-bank-line"]

    said = lines("Authority")
    assert "not on the ledger: of another bank" in said
    assert any(one.startswith("not on the statement: 0x") for one in said)
    assert lines("Verifier") == []
    lived.refused("Authority", "POST", "/v1/findings", {"statement": body["statement"]}, 422, "bad-request")
    bad = {"tags": base64.b64encode(b"who,what\n1,2\n").decode()}
    lived.refused("Authority", "POST", "/v1/findings", bad, 422, "bad-input")
