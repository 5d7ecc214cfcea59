"""The path of the story over HTTP, and that Python, command line and HTTP tell it alike."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from ledger import cli
from ledger.bootstrap.testing import PASSPHRASE
from tests.api.world import COST, FACE, RAISED, cny

if TYPE_CHECKING:
    from tests.api.world import Api


def command(api: Api, *words: str) -> Any:
    """What the command line answers, on the same chain, with a connection of its own."""
    environment = {"GREENLEDGER_PASSPHRASE": PASSPHRASE, "LANG": "C.UTF-8"}
    run = CliRunner().invoke(cli.app, ["--state", str(api.state), *words], env=environment)
    assert run.exit_code == 0, run.output
    return json.loads(run.stdout)


def test_the_states_of_a_bond_are_those_that_were_lived(lived: Api) -> None:
    bond = lived.get("Investor", f"/v1/bonds/{lived.ids['bond']}")
    spent = 40_000 - 4_000
    assert bond["states"] == {
        "cost": cny(COST),
        "unallocated": cny(RAISED - COST - 499_999),
        "placed": cny(0),
        "lost": cny(0),
        "available": cny(499_999 - spent - FACE),
        "encumbered": cny(FACE),
        "spent": cny(spent),
        "returned": cny(0),
    }
    assert bond["raised"] == cny(RAISED) and bond["isin"] is None


@pytest.mark.spec("TRACE-2")
@pytest.mark.parametrize("view", ["cash", "economic"])
def test_python_command_line_and_http_give_the_same_trace(lived: Api, view: str) -> None:
    bond = lived.ids["bond"]
    over_http = lived.get("Auditor", f"/v1/traces/bonds/{bond}?view={view}")
    assert over_http == json.loads(json.dumps(dict(lived.ledger.auditor.trace_bond(bond, view))))  # type: ignore[arg-type]
    assert over_http == command(lived, "trace", "bond", str(bond), "--view", view, "--json")
    assert over_http["conserved"] is True and over_http["raised"] == str(RAISED)
    assert lived.get("Auditor", f"/v1/traces/bonds/GREEN%201?view={view}") == over_http


@pytest.mark.spec("TRACE-2", "TRACE-3")
@pytest.mark.parametrize("rule", ["prorata", "bounds"])
def test_every_rule_is_told_alike(lived: Api, rule: str) -> None:
    bond, tx = lived.ids["bond"], lived.ids["payment"]
    over_http = lived.get("Auditor", f"/v1/traces/bonds/{bond}?rule={rule}&hops=3")
    assert over_http == command(lived, "trace", "bond", str(bond), "--rule", rule, "--hops", "3", "--json")
    paid = sum(int(one["amount"]) for one in over_http["intervals"] if one["payee"])
    least, most = (sum(int(one[key]) for one in over_http["holders"]) for key in ("least", "most"))
    assert paid > 0 and least <= paid <= most and (rule == "bounds" or least == most)
    payment = lived.get("Contractor", f"/v1/traces/payments/{tx}?rule={rule}")
    assert payment == command(lived, "trace", "payment", tx, "--rule", rule, "--json")
    assert (payment["rule"], payment["sources"][0]["label"]) == (rule, "GREEN 1")


@pytest.mark.spec("TRACE-2")
def test_a_payment_and_a_receivable_are_told_alike_too(lived: Api) -> None:
    tx, number = lived.ids["payment"], lived.ids["receivable"]
    payment = lived.get("Contractor", f"/v1/traces/payments/{tx}")
    assert payment == json.loads(json.dumps(dict(lived.ledger.auditor.trace_payment(tx))))
    assert payment == command(lived, "trace", "payment", tx, "--json")
    assert payment["sources"][0]["investor"]["party"] == "Investor"
    pieces = lived.get("Subcontractor", f"/v1/receivables/{number}/pieces")
    assert pieces == json.loads(json.dumps(dict(lived.ledger.auditor.piece_show(number))))
    assert pieces == command(lived, "piece", "show", str(number), "--json")


def test_pieces_tile_the_receivable_and_name_their_holders(lived: Api) -> None:
    shown = lived.get("Company", f"/v1/receivables/{lived.ids['receivable']}/pieces")
    held: dict[str, int] = {}
    for one, following in zip(shown["pieces"], [*shown["pieces"][1:], {"start": shown["face"]}], strict=True):
        assert one["end"] == following["start"]
        name = one["holder"]["party"]
        held[name] = held.get(name, 0) + int(one["amount"])
    assert held == {"Contractor": 30_000, "Subcontractor": 30_000, "Factor": FACE - 60_000}


def test_balances_are_the_holders_and_the_auditors_to_see(lived: Api) -> None:
    own = lived.get("Investor", "/v1/cash/CNY/balance")
    assert own["balance"] == cny(RAISED) and own["redeeming"] == cny(0)
    path = f"/v1/cash/CNY/balances/{lived.account('Investor')}"
    assert lived.get("Auditor", path) == own == lived.get("Investor", path)
    lived.refused("Issuer", "GET", path, None, 404, "not-found")
