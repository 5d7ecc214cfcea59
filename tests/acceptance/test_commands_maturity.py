"""Due dates from the shell: part payments, a day's settlement, early settlement, default, recourse, cure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.bootstrap.testing import fresh_ledger
from tests.acceptance.test_commands_holding import Shell
from tests.integration import given_bond as given
from tests.integration.given_bond import yuan
from tests.integration.test_services_maturity import accepted, financed, passes


@pytest.fixture(scope="module")
def shell(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Receivable 1 is due today, a part of it sold with recourse; receivable 2 is due in two months."""
    folder = tmp_path_factory.mktemp("maturity-shell") / "ledger"
    with fresh_ledger(staffed_template, folder) as ledger:
        receivable = accepted(ledger)
        financed(ledger, receivable)
        accepted(ledger, days=90)
        given.mint(ledger, "Company", yuan(2_000))
        passes(ledger, 30)
    yield Shell(folder, 0)


@pytest.mark.spec("MAT-1", "MAT-2")
def test_a_part_is_paid_in_and_shared_out_with_the_days_settlement(shell: Shell) -> None:
    """MAT-1, MAT-2"""
    [first, second] = shell.ask("maturity", "list")["receivables"]
    assert (first["bucket"], second["bucket"]) == ("0-7", "31-90")
    mine = shell.ask("maturity", "list", "--party", "Factor")["buckets"]
    assert [(one["role"], one["open"]) for one in mine] == [("holds", "40000")]
    assert "Receivables by due date" in shell.run("maturity", "list").output
    shell.refuses("settle one receivable or all", "maturity", "settle", "--as", "Verifier")
    assert shell.ask("maturity", "pay-in", 1, "250.00", "--as", "Company")["amount"] == "25000"
    work = shell.ask("maturity", "settle", "--due", "--as", "Verifier")
    assert [(one["receivable"], one["done"]) for one in work["done"]] == [(1, False)] and not work["refused"]
    assert shell.ask("maturity", "list")["receivables"][0]["open"] == "75000"


@pytest.mark.spec("MAT-4")
def test_a_piece_is_settled_early_by_a_file(shell: Shell, tmp_path: Path) -> None:
    """MAT-4"""
    file = tmp_path / "early.json"
    asked = ("maturity", "early-quote", 2, 0, "990.00", "--deadline", "2099-01-01T00:00:00+08:00")
    shell.ask(*asked, "--as", "Contractor", "--out", file)
    shell.refuses("NotParty", "maturity", "early-settle", file, "--as", "Issuer")
    assert shell.ask("maturity", "early-settle", file, "--as", "Company")["discount"] == "1000"
    shell.refuses("AlreadyUsed", "maturity", "early-revoke", file, "--as", "Contractor")
    assert shell.ask("piece", "show", 2)["state"] == "settled"


@pytest.mark.spec("MAT-3", "MAT-5")
def test_what_is_overdue_is_marked_goes_back_and_is_cured(shell: Shell, tmp_path: Path) -> None:
    """MAT-3, MAT-5"""
    notice = tmp_path / "notice.txt"
    notice.write_text("we ask you to take it back")
    shell.refuses("NothingOverdue", "overdue", "mark", 1, "--as", "Verifier")
    day = (given.FIRST_DAY + 70 * given.DAY).isoformat()
    shell.ask("business-date", day)
    assert shell.ask("overdue", "list")["receivables"][0]["stage"] == "31-60"
    assert shell.ask("overdue", "mark", "--all", "--as", "Verifier")["receivables"] == [1]
    assert "#1" in shell.run("overdue", "list").output
    demand = ("recourse", "demand", 1, 0, "--document", notice, "--as")
    shell.refuses("NotHolder", *demand, "Contractor")
    assert shell.ask(*demand, "Factor")["start"] == 0
    assert shell.ask("recourse", "repurchase", 1, 0, "--as", "Contractor")["amount"] == "30000"
    shell.refuses("DateOutOfOrder", "recourse", "write-off", 1, 0, "--document", notice, "--as", "Contractor")
    shell.ask("maturity", "pay-in", 1, "--as", "Company")
    assert shell.ask("maturity", "settle", 1, "--as", "Verifier")["done"] is True
    assert shell.ask("overdue", "list")["receivables"] == []
