"""An issue from the shell: admission, money, framework, bond, order book, mandates, allotment, closing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ledger import cli
from ledger.bootstrap.testing import PASSPHRASE, fresh_ledger, illustrative_lei
from tests.integration import given_bond as given


class Shell:
    """`greenledger` in this process, on one state folder."""

    def __init__(self, state: Path, framework: int) -> None:
        self.state, self.framework = state, framework
        self.paper = state.parent / "paper.txt"
        self.paper.write_text("a paper")

    def run(self, *arguments: object, language: str = "en") -> Result:
        unset: dict[str, str | None] = {key: None for key in os.environ if key.startswith("GREENLEDGER_")}
        return CliRunner().invoke(
            cli.app,
            ["--state", str(self.state), "--lang", language, *map(str, arguments)],
            env={**unset, "GREENLEDGER_PASSPHRASE": PASSPHRASE, "COLUMNS": "200"},
        )

    def ask(self, *arguments: object) -> dict[str, Any]:
        done = self.run(*arguments, "--json")
        assert done.exit_code == 0, (done.output, done.exception)
        return dict(json.loads(done.stdout))

    def refuses(self, name: str, *arguments: object) -> None:
        done = self.run(*arguments)
        assert done.exit_code != 0 and name in f"{done.output} {done.exception!r}", done.output

    def registers(self, **changes: object) -> int:
        given_: dict[str, object] = {
            "framework": self.framework, "cash": "CNY", "denomination": "100.00", "units": 30,
            "closes": "2025-01-31", "document": self.paper, "coupon-ppm": 12_140,
        } | {key.replace("_", "-"): value for key, value in changes.items()}  # fmt: skip
        options = [part for key, value in given_.items() for part in (f"--{key}", value)]
        return int(self.ask("bond", "register", "Green 1", "--as", "Issuer", *options)["id"])


@pytest.fixture(scope="module")
def shell(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("issue") / "ledger"
    with fresh_ledger(staffed_template, folder) as ledger:
        framework = given.framework(ledger)
    yield Shell(folder, framework)


@pytest.mark.spec("BOND-3", "BOND-6", "MAN-1")
def test_three_roles_and_a_bookrunner_issue_a_bond(shell: Shell) -> None:
    """40 and 20 booked of 30 units: 20 and 10 are allotted, the rest goes back."""
    shell.ask("participant", "admit", "Fund", illustrative_lei("Fund"), "--role", "investor")
    for who, amount in (("Investor", "5,000.00"), ("Fund", "2,000.00")):
        shell.ask(
            "bank", "mint", who, amount, "--cash", "CNY", "--booking", f"in {who}", "--as", "settlement bank"
        )
    bond = shell.registers(isin="US0378331005")
    shell.ask("bond", "book", bond, 50, "--as", "Investor")
    shell.ask("bond", "unbook", bond, "--units", 10, "--as", "Investor")
    shell.ask("bond", "book", bond, 20, "--as", "Fund")
    assert [place["units"] for place in shell.ask("bond", "order", bond)["places"]] == [40, 20]
    shell.refuses("MandateMissing", "bond", "allot", bond, "--as", "Factor")
    until = ("--until", "2026-01-01", "--document", shell.paper, "--as", "Issuer")
    mandate = shell.ask("mandate", "grant", "Factor", "--kind", "bookrunner", "--bond", bond, *until)["id"]
    assert shell.ask("bond", "allot", bond, "--places", 1, "--as", "Issuer")["done"] == 1
    assert shell.ask("bond", "allot", bond, "--as", "Factor")["units"] == 30
    shell.refuses("AllotmentDone", "bond", "allot", bond, "--as", "Issuer")
    shell.ask("mandate", "end", mandate, "--as", "Issuer")
    shell.refuses("MandateMissing", "bond", "close", bond, "--as", "Factor")
    shell.refuses("CostAboveCap", "bond", "close", bond, "--cost", "150.01", "--as", "Issuer")
    closed = shell.ask(
        "bond", "close", bond, "--cost", "150.00", "--value-date", "2025-01-02", "--as", "Issuer"
    )
    assert (closed["raised"], closed["cost"]) == (300_000, 15_000)
    held = [shell.ask("bond", "holding", bond, who)["units"] for who in ("Investor", "Fund")]
    assert held == [20, 10]
    assert shell.ask("bank", "balance", "Fund", "--cash", "CNY")["balance"] == "100000"


def test_a_cancelled_issue_goes_back(shell: Shell) -> None:
    bond = shell.registers(floor=2)
    shell.ask("bond", "book", bond, 1, "--as", "Investor")
    shell.refuses("FloorMissed", "bond", "allot", bond, "--as", "Issuer")
    shell.ask("bond", "cancel", bond, "--as", "Issuer")
    assert shell.ask("bond", "return", bond, "--investor", "Investor", "--as", "Fund")["amount"] == 10_000


@pytest.mark.spec("MAN-1", "LANG-1")
def test_mandates_are_listed_in_either_language(shell: Shell) -> None:
    until = ("--until", "2026-01-01", "--document", shell.paper)
    shell.ask("mandate", "grant", "Auditor", "--kind", "auditor", *until, "--as", "Investor")
    listed = shell.ask("mandate", "list", "--of", "Auditor")["mandates"]
    assert [(one["kind"], one["bond"], one["in_force"]) for one in listed] == [("auditor", None, True)]
    assert "auditor" in shell.run("mandate", "list").output
    assert "簿记管理人" in shell.run("mandate", "list", language="zh").output
    shell.refuses("no such kind", "mandate", "grant", "Auditor", "--kind", "king", *until, "--as", "Investor")


def test_an_admission_is_amended(shell: Shell) -> None:
    why = ("--document", shell.paper)
    shell.ask("participant", "amend", "Verifier", "--suspended", *why)
    assert shell.ask("participant", "show", "Verifier")["active"] is False
    shell.ask("participant", "amend", "Verifier", "--no-suspended", *why)
    assert shell.ask("participant", "show", "Verifier")["active"] is True
    shell.refuses("no such role", "participant", "amend", "Verifier", "--role", "king", *why)
