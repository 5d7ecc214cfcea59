"""Pieces from the shell: what holder, receiver, pledgee and court type, on a ledger of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.bootstrap.testing import fresh_ledger, illustrative_lei
from ledger.domain.kinds import DocumentKind
from ledger.domain.roles import Role
from tests.acceptance.test_commands_holding import Shell
from tests.integration.test_services_receivables import accepted


@pytest.fixture(scope="module")
def shell(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """The shell's `bond` is a receivable here: 1,000 yuan, the contractor's, in one piece."""
    folder = tmp_path_factory.mktemp("pieces-shell") / "ledger"
    with fresh_ledger(staffed_template, folder) as ledger:
        ledger.operator.admit("Court", illustrative_lei("Court"), Role.AUTHORITY | Role.ILLUSTRATIVE)
        ledger.documents.register("Factor", b"pledge", DocumentKind.PLEDGE, readers=["Contractor"])
        receivable = accepted(ledger)
    yield Shell(folder, receivable)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    file = tmp_path / "paper"
    file.write_text("a delivery of steel")
    return file


def test_pieces_live_from_the_shell(shell: Shell, paper: Path) -> None:
    it, sub = shell.bond, ("--to", "Subcontractor", "--document", paper, "--as", "Contractor")
    shell.ask("piece", "split", it, "--at", "0", "--middle", "600", "--as", "Contractor")
    shell.ask("piece", "transfer", it, "--from", "0", "--until", "100", *sub)
    offered = shell.ask("piece", "offer", it, "--from", "100", "--until", "300.50", *sub)
    assert (offered["start"], offered["end"]) == ("10000", "30050")
    told = shell.run("piece", "hold", it, "--at", "100").output
    assert "offered to" in told and "until" in told
    shell.refuses("NotParty", "piece", "accept", it, "--at", "100", "--as", "Factor")
    shell.ask("piece", "accept", it, "--at", "100", "--as", "Subcontractor")
    done = shell.ask("piece", "bundle", f"{it}:300.50-400", f"{it}:600-1000", "--offer", *sub)
    assert done["amount"] == str(9_950 + 40_000)
    shell.ask("piece", "decline", it, "--at", "300.50", "--as", "Subcontractor")
    shell.ask("piece", "withdraw", it, "--at", "600", "--as", "Contractor")
    shell.refuses("NoOffer", "piece", "lapse", it, "--at", "600", "--as", "Factor")
    listed = shell.ask("piece", "list", "--holder", "Subcontractor")
    assert listed["totals"] == {"CNY": "30050"}
    assert "300.50" in shell.run("piece", "list", "--holder", "Subcontractor").output
    debts = shell.ask("piece", "debts")["programmes"]
    assert [(one["confirmed"], one["extinguished"], one["ratio_ppm"]) for one in debts] == [
        ("100000", "30050", 300_500)
    ]
    assert "0.30×" in shell.run("piece", "debts").output
    shell.refuses("RECEIVABLE:FROM-UNTIL", "piece", "bundle", f"{it}:300", *sub)


def test_a_court_orders_from_the_shell(shell: Shell, paper: Path) -> None:
    it, order = shell.bond, ("--order", paper, "--as", "Court")
    shell.ask("piece", "freeze", it, "--from", "600", "--until", "1000", *order)
    assert "frozen by" in shell.run("piece", "hold", it, "--at", "600").output
    shell.ask("piece", "lift", it, "--at", "600", *order)
    shell.ask("piece", "freeze", it, "--from", "600", "--until", "1000", *order)
    shell.ask("piece", "order", it, "--at", "600", "--to", "Factor", *order)
    assert shell.ask("piece", "list", "--holder", "Factor")["totals"] == {"CNY": "40000"}
    shell.refuses("PieceNotFrozen", "piece", "lift", it, "--at", "600", *order)
