"""Frameworks, undertakings, labels and levels by command line, in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger import Ledger, cli
from ledger.bootstrap.testing import PASSPHRASE
from tests.integration import given_bond as given


@pytest.fixture
def shell(staffed: Ledger, tmp_path: Path) -> Any:
    """Runs a command on the same chain, with a connection of its own; `paper` is a file to cite."""
    (tmp_path / "paper").write_bytes(b"a paper")
    state = tmp_path / "ledger"

    def run(*words: str, code: int = 0) -> str:
        environment = {"GREENLEDGER_PASSPHRASE": PASSPHRASE, "LANG": "C.UTF-8"}
        cited = [str(tmp_path / word[1:]) if word.startswith("@") else word for word in words]
        done = CliRunner().invoke(cli.app, ["--state", str(state), *cited], env=environment)
        assert done.exit_code == code, done.output
        return done.stdout

    return run


def test_a_framework_is_lived_from_the_shell(shell: Any, tmp_path: Path) -> None:
    promises = [{"code": "REPORT", "kind": "reporting", "due": "2025-04-30", "every_months": 12}]
    (tmp_path / "promises").write_text(json.dumps(promises))
    about = ("--catalogue", "GBEPC-2021", "--category", given.CATEGORY, "--undertakings", "@promises")
    told = shell("framework", "register", "--as", "Issuer", "--document", "@paper", *about, "--json")
    of = str(json.loads(told)["id"])
    until = ("--until", "2026-01-01")
    shell("framework", "review", of, "--as", "Verifier", "--document", "@paper", *until)
    shell("undertaking", "report", of, "--as", "Issuer", "--index", "0", "--document", "@paper")
    finding = ("--index", "0", "--outcome", "accepted", "--document", "@paper")
    shell("undertaking", "validate", of, "--as", "Verifier", *finding)
    [first] = json.loads(shell("undertaking", "list", of, "--json"))["undertakings"]
    assert (first["code"], first["due"], first["state"]) == ("REPORT", "2025-04-30", "accepted")
    assert first["kept"] and first["reported_on"] == "2025-01-02"
    assert "已通过" in shell("--lang", "zh", "framework", "show", of)
    level = json.loads(shell("participant", "level", "Issuer", "--json"))
    assert level["observed"]["counts"] == {"reported_on_time": 1} and level["attested"]["score"] is None


def test_an_alert_is_lived_and_a_label_raised_and_cured_from_the_shell(
    shell: Any, staffed: Ledger, tmp_path: Path
) -> None:
    bond = str(given.bond(staffed).bond)
    assert json.loads(shell("label", "show", bond, "--json"))["state"] == "green"
    told = shell("alert", "raise", "--as", "Investor", "--bond", bond, "--document", "@paper", "--json")
    alert = str(json.loads(told)["alert"])
    shell("alert", "assign", alert, "--as", "Investor", "--to", "Auditor")
    shell("alert", "explain", alert, "--as", "Issuer", "--document", "@paper")
    assert "提出 → 已指派 → [已说明] → 已确认 | 已排除" in shell("--lang", "zh", "alert", "show", alert)
    closing = ("--as", "Auditor", "--document", "@paper")
    shell("alert", "dismiss", alert, "--reason", "allowed", *closing)
    (tmp_path / "new").write_bytes(b"another paper")
    shell("alert", "reopen", alert, "--as", "Investor", "--document", "@new")
    shell("alert", "assign", alert, "--as", "Auditor")
    [seen] = json.loads(shell("alert", "list", "--bond", bond, "--open", "--json"))["alerts"]
    assert (seen["alert"]["state"], seen["alert"]["round"], seen["finding"]) == ("assigned", 2, None)
    told = shell("alert", "confirm", alert, "--reason", "rule_broken", *closing, "--severe", "--json")
    breach = str(json.loads(told)["breach"])
    shown = shell("alert", "list")
    assert "confirmed" in shown and "Auditor" in shown
    shell("alert", "raise", "--as", "Investor", code=1)
    assert "撤销" in shell("--lang", "zh", "label", "show", bond)
    shell("label", "cure", breach, "--as", "Auditor", "--document", "@paper")
    assert json.loads(shell("label", "show", bond, "--json"))["state"] == "green"
