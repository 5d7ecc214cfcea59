"""LIFE-2 over HTTP: three tiers, two banks that compete, default, recourse and cure, each by its own token.

Illustrative: the company owes its first supplier 10,000.00 yuan in 60 days. Amounts are fen, worked out by
hand. [0, 400,000) stays with tier 1; tier 3 sells [400,000, 600,000) to the cheaper bank, with recourse, and
keeps [600,000, 700,000); tier 2 keeps the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.bootstrap.testing import illustrative_lei
from tests.api.world import FAR, Api, Json, cny, obligation, paper, serving

TIER_1, TIER_2, TIER_3 = "Contractor", "Subcontractor", "Smelter"
CHEAP, DEAR = "Second bank", "Factor"
DUE, LATE = "2025-03-03", "2025-03-20"
FACE, FIRST_PART = 1_000_000, 333_333
WITH_ACCEPTANCE = 2
DISCOUNT, DEAR_DISCOUNT = 1_000, 2_000
"""Of 200,000 over 60 days of 360 at 3% and at 6% a year."""
RECEIVED = 66_666
"""Of the first part by the sold piece: ⌊333,333 × 0.6⌋ − ⌊333,333 × 0.4⌋ = 199,999 − 133,333."""


@pytest.fixture
def api(staffed_template: Path, tmp_path: Path) -> Iterator[Api]:
    with serving(staffed_template, tmp_path / "ledger") as served:
        yield served


def on(api: Api, day: str) -> None:
    api.post("operator", "/v1/business-date", {"date": day})


def credited(api: Api, who: str, amount: int) -> None:
    body = {"holder": api.account(who), "amount": cny(amount), "booking": f"{who} {amount}"}
    api.post("settlement bank", "/v1/cash/CNY/mints", body)


def balance(api: Api, who: str) -> int:
    return int(api.ledger.cash.balance(who, "CNY"))


def confirmation(api: Api, line: int, number: str, face: int, due: str) -> Json:
    papers = {"contract": paper("contract"), "delivery": paper("delivery")}
    terms = {"face": cny(face), "cash": "CNY", "due": due, "credit_line": line, "programme": WITH_ACCEPTANCE}
    return {"supplier": api.account(TIER_1), "fingerprint": obligation(api, number, face), **terms, **papers}


def confirmed(api: Api) -> tuple[str, int]:
    """The path of the receivable, and the bank's line behind it."""
    for name, role in ((TIER_3, "supplier"), (CHEAP, "financier")):
        api.post(
            "operator",
            "/v1/participants",
            {"name": name, "identifier": illustrative_lei(name), "roles": [role]},
        )
    wish = {"bank": api.account("settlement bank"), "limit": cny(2 * FACE), "expires": "2026-01-01"}
    line = api.post("Company", "/v1/credit-lines/requests", wish)["id"]
    api.post("settlement bank", f"/v1/credit-lines/{line}/grant", {})
    number = api.post("Company", "/v1/receivables", confirmation(api, line, "1", FACE, DUE))["id"]
    path = f"/v1/receivables/{number}"
    api.refused(TIER_2, "POST", f"{path}/acceptance", {}, 404, "not-found")
    api.post(TIER_1, f"{path}/acceptance", {})
    return path, line


def passed_on(api: Api, path: str) -> None:
    """Each tier splits by offering a part, and the next accepts."""
    notice = {"recipient": api.account(TIER_2), "start": "400000", "end": str(FACE)}
    notice |= {"trade_document": paper("sand")}
    api.refused(TIER_1, "POST", f"{path}/transfers", notice, 409, "acceptance-needed")
    api.post(TIER_1, f"{path}/splits", {"start": "0", "at": "400000"})
    api.post(TIER_1, f"{path}/piece-offers", notice)
    api.post(TIER_2, f"{path}/piece-offers/acceptance", {"start": "400000"})
    part = {"recipient": api.account(TIER_3), "start": "400000", "end": "700000"}
    api.post(TIER_2, f"{path}/piece-offers", part | {"trade_document": paper("ore")})
    api.post(TIER_3, f"{path}/piece-offers/acceptance", {"start": "400000"})
    held = api.get(TIER_3, f"/v1/pieces?holder={api.account(TIER_3)}")
    assert [(one["start"], one["end"]) for one in held["pieces"]] == [("400000", "700000")]


def financed(api: Api, path: str) -> Json:
    """Tier 3 asks two banks; neither sees the other's quote; the better one is taken and funded."""
    banks = [api.account(CHEAP), api.account(DEAR)]
    wanted = {"financiers": banks, "start": "400000", "end": "600000", "until": FAR}
    request = api.post(TIER_3, f"{path}/requests", wanted)["id"]
    quotes = f"/v1/requests/{request}/quotes"
    dear = api.post(DEAR, quotes, {"rate_ppm": 60_000, "fee": cny(100), "deadline": FAR})
    api.post(CHEAP, quotes, {"rate_ppm": 30_000, "recourse": True, "deadline": FAR})
    api.refused(CHEAP, "GET", f"/v1/quotes/{dear['digest']}", None, 404, "not-found")
    best, other = api.get(TIER_3, quotes)
    assert best["paper"]["quote"]["net"] == str(200_000 - DISCOUNT)
    assert other["paper"]["quote"]["net"] == str(200_000 - DEAR_DISCOUNT - 100)
    taken: Json = best["paper"]
    api.post(TIER_3, "/v1/quotes/acceptance", taken)
    credited(api, CHEAP, 200_000)
    papers = {"number": "0123-4567", "registration": paper("certificate"), "search": paper("search")}
    done = api.post(CHEAP, "/v1/quotes/funding", {"quote": taken, **papers})
    assert (done["discount"], done["fee"], done["net"]) == (cny(DISCOUNT), cny(0), cny(200_000 - DISCOUNT))
    shown = api.get(TIER_3, f"/v1/financings/{taken['digest']}")
    assert (shown["state"], shown["number"], shown["recourse"]) == ("funded", "0123-4567", True)
    api.refused(DEAR, "GET", f"/v1/financings/{taken['digest']}", None, 404, "not-found")
    return taken


def defaulted(api: Api, path: str, line: int) -> Json:
    """A third of the money comes; the rest is overdue, and the obligor confirms nothing new."""
    on(api, DUE)
    credited(api, "Company", FIRST_PART)
    api.post("Company", f"{path}/payment-in", {"amount": cny(FIRST_PART)})
    assert api.post(TIER_1, f"{path}/settlements", {})["done"] is False
    assert (balance(api, TIER_1), balance(api, CHEAP)) == (133_333, DISCOUNT + RECEIVED)
    on(api, LATE)
    api.post(TIER_1, f"{path}/overdue-mark")
    again = confirmation(api, line, "2", 50_000, "2025-05-02")
    api.refused("Company", "POST", "/v1/receivables", again, 409, "obligor-in-default")
    return again


def cured(api: Api, path: str, again: Json) -> None:
    """Recourse to tier 3 first; then the rest comes, every piece is paid, and the obligor confirms again."""
    demand = {"start": "400000", "notice": paper("we ask you to take it back")}
    api.post(CHEAP, f"{path}/recourse-demands", demand)
    back = api.post(TIER_3, f"{path}/repurchases", {"start": "400000"})
    assert back["amount"] == cny(200_000 - RECEIVED)
    assert balance(api, CHEAP) == DISCOUNT + 200_000
    credited(api, "Company", FACE - FIRST_PART)
    api.post("Company", f"{path}/payment-in", {})
    assert api.post(TIER_2, f"{path}/settlements", {})["done"] is True
    assert [balance(api, who) for who in (TIER_1, TIER_2)] == [400_000, 300_000]
    assert balance(api, TIER_3) == 300_000 - DISCOUNT, "the recourse cost it nothing in the end"
    assert api.get("Company", "/v1/overdue")["receivables"] == []
    api.post("Company", "/v1/receivables", again)


@pytest.mark.spec("LIFE-2")
def test_a_receivable_lives_over_http(api: Api) -> None:
    """LIFE-2: by tokens alone; every amount to the fen, every promise true at the end."""
    path, line = confirmed(api)
    passed_on(api, path)
    financed(api, path)
    again = defaulted(api, path, line)
    cured(api, path, again)
    checks = api.ledger.check()["checks"]
    assert [one["id"] for one in checks if one["ok"] is False] == []
