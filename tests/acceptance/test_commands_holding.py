"""Units, trades and orders from the shell: what three people type, on a ledger of their own."""

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
from ledger.domain.roles import Role
from tests.integration import given_bond as given
from tests.integration.given_bond import yuan


class Shell:
    """`greenledger` in this process, on one state folder."""

    def __init__(self, state: Path, bond: int) -> None:
        self.state = state
        self.bond = str(bond)

    def run(self, *arguments: object) -> Result:
        unset: dict[str, str | None] = {key: None for key in os.environ if key.startswith("GREENLEDGER_")}
        return CliRunner().invoke(
            cli.app,
            ["--state", str(self.state), "--lang", "en", *map(str, arguments)],
            env={**unset, "GREENLEDGER_PASSPHRASE": PASSPHRASE},
        )

    def ask(self, *arguments: object) -> dict[str, Any]:
        done = self.run(*arguments, "--json")
        assert done.exit_code == 0, (done.output, done.exception)
        return dict(json.loads(done.stdout))

    def refuses(self, name: str, *arguments: object) -> None:
        done = self.run(*arguments)
        assert done.exit_code != 0 and name in f"{done.output} {done.exception!r}", done.output

    def units(self, who: str) -> int:
        return int(self.ask("bond", "holding", self.bond, who)["units"])


@pytest.fixture(scope="module")
def shell(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("shell") / "ledger"
    with fresh_ledger(staffed_template, folder) as ledger:
        for name, roles in {"Fund": Role.INVESTOR, "Regulator": Role.AUTHORITY}.items():
            ledger.operator.admit(name, illustrative_lei(name), roles | Role.ILLUSTRATIVE)
        bond = given.bond(ledger).bond
        given.mint(ledger, "Fund", yuan(5_000))
    yield Shell(folder, bond)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    written = tmp_path / "paper.txt"
    written.write_text(f"a paper of {tmp_path}")
    return written


def test_units_are_asked_about_and_passed_on(shell: Shell) -> None:
    assert shell.ask("bond", "ask", shell.bond, "Investor", "Fund", 1)["allowed"] is True
    told = shell.run("bond", "ask", shell.bond, "Investor", "Contractor", 1)
    assert told.exit_code == 1 and "11: The receiver is not admitted as an investor." in told.output
    shell.ask("bond", "transfer", shell.bond, "Fund", 10, "--as", "Investor")
    answer = shell.ask("bond", "holders", shell.bond)
    assert {one["party"]: one["units"] for one in answer["holders"]} == {"Investor": 90, "Fund": 10}
    assert "Fund" in shell.run("bond", "holders", shell.bond).output


@pytest.mark.spec("TRD-1")
def test_a_trade_travels_as_a_file(shell: Shell, paper: Path, tmp_path: Path) -> None:
    before, file = shell.units("Fund"), tmp_path / "trade.json"
    terms = (shell.bond, 5, "500.00", "--document", paper, "--deadline", "2099-01-01T00:00:00+08:00")
    shell.refuses("one other side", "trade", "sign", *terms, "--as", "Investor", "--out", file)
    shell.ask("trade", "sign", *terms, "--sell-to", "Fund", "--as", "Investor", "--out", file)
    assert shell.ask("trade", "check", file, "--as", "Fund") == {"allowed": True}
    shell.refuses("BadSignature", "trade", "execute", file, "--as", "Investor")
    done = shell.ask("trade", "execute", file, "--as", "Fund")
    assert (done["units"], done["price"], shell.units("Fund")) == (5, "50000", before + 5)
    shell.refuses("AlreadyUsed", "trade", "revoke", file, "--as", "Investor")
    shell.refuses("no signed trade", "trade", "execute", paper, "--as", "Fund")


@pytest.mark.spec("HOLD-3")
def test_an_authority_orders_from_the_shell(shell: Shell, paper: Path) -> None:
    order = ("--reason", "court_order", "--document", paper)
    by = ("--as", "Regulator", *order)
    shell.refuses("MandateMissing", "authority", "freeze", shell.bond, "Fund", "--as", "Issuer", *order)
    shell.refuses(
        "has a reason", "authority", "pause", shell.bond, "--as", "Regulator", "--reason", "whim",
        "--document", paper,
    )  # fmt: skip
    shell.ask("authority", "freeze-units", shell.bond, "Investor", 20, *by)
    assert shell.ask("bond", "holding", shell.bond, "Investor")["frozen_by_authority"] == 20
    shell.ask("authority", "unfreeze-units", shell.bond, "Investor", 20, *by)
    shell.ask("authority", "freeze", shell.bond, "Investor", *by)
    shell.refuses("AccountFrozen", "bond", "transfer", shell.bond, "Fund", 1, "--as", "Investor")
    before = shell.units("Fund")
    shell.ask("authority", "force", shell.bond, "Investor", "Fund", 3, *by)
    assert shell.units("Fund") == before + 3
    told = shell.run("authority", "unfreeze", shell.bond, "Investor", *by)
    assert "court order" in told.output
    shell.ask("authority", "pause", shell.bond, *by)
    shell.ask("authority", "unpause", shell.bond, *by)
    shell.ask("bond", "transfer", shell.bond, "Fund", 1, "--as", "Investor")
