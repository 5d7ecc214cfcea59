"""Two banks compete for a supplier's piece from the shell, from the request to the money and the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.bootstrap.testing import fresh_ledger, illustrative_lei
from ledger.domain.roles import Role
from tests.acceptance.test_commands_issue import Shell
from tests.integration import given_bond as given
from tests.integration.given_bond import yuan
from tests.integration.test_services_receivables import accepted


@pytest.fixture(scope="module")
def shell(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Receivable 1, 1,000 yuan, is the contractor's. The commands find the chain running."""
    folder = tmp_path_factory.mktemp("financing") / "ledger"
    with fresh_ledger(staffed_template, folder) as ledger:
        ledger.operator.admit("Second bank", illustrative_lei("Second bank"), Role.FINANCIER)
        given.mint(ledger, "Second bank", yuan(2_000))
        accepted(ledger)
        yield Shell(folder, 0)


def asked(shell: Shell, first: str, last: str) -> int:
    banks = ("--financier", "Factor", "--financier", "Second bank")
    span = ("--from", first, "--until", last)
    return int(shell.ask("financing", "request", 1, *span, *banks, "--as", "Contractor")["id"])


def quoted(shell: Shell, bank: str, request: int, rate_ppm: int, *more: object) -> str:
    terms = ("--rate-ppm", rate_ppm, "--as", bank, *more)
    return str(shell.ask("financing", "quote", request, *terms)["digest"])


@pytest.mark.spec("FIN-1", "FIN-3", "FIN-4")
def test_two_banks_compete(shell: Shell) -> None:
    """FIN-4: each sees its own quote; the holder takes the better one, which is funded and reported."""
    request = asked(shell, "0.00", "400.00")
    dear = quoted(shell, "Factor", request, 60_000, "--fee", "1.00")
    cheap = quoted(shell, "Second bank", request, 30_000, "--convention", "30/360", "--recourse")
    seen = shell.ask("financing", "quotes", request, "--as", "Contractor")["quotes"]
    assert [(one["digest"], one["state"]) for one in seen] == [(cheap, "open"), (dear, "open")]
    assert seen[0]["quote"]["net"] == str(40_000 - 597), "179 days of 360 at 3%, half-up"
    [own] = shell.ask("financing", "quotes", request, "--as", "Factor")["quotes"]
    assert own["digest"] == dear
    shell.refuses("there is no such quote", "financing", "accept", cheap, "--as", "Factor")
    shell.refuses("there is no such financing", "financing", "show", cheap)
    shell.ask("financing", "accept", cheap, "--as", "Contractor")
    papers = ("--certificate", shell.paper, "--search", shell.paper)
    fund = ("financing", "fund", cheap, "--number", "0123-4567", *papers, "--as", "Second bank")
    assert shell.ask(*fund)["net"] == seen[0]["quote"]["net"]
    report = shell.ask("financing", "show", cheap)
    assert (report["state"], report["number"], report["recourse"]) == ("funded", "0123-4567", True)
    assert [step["what"] for step in report["steps"]][0::5] == ["requested", "funded"]
    shown = shell.run("financing", "show", cheap, language="zh").output
    assert "登记证明 0123-4567（资金方声明）" in shown and "当日到账" in shown and "已放款" in shown


@pytest.mark.spec("FIN-2", "LANG-1")
def test_quotes_are_taken_back_or_lapse(shell: Shell) -> None:
    request = asked(shell, "400.00", "500.00")
    first, second = (quoted(shell, bank, request, 30_000) for bank in ("Factor", "Second bank"))
    shell.ask("financing", "revoke", first, "--as", "Factor")
    states = {one["digest"]: one["state"] for one in shell.ask(
        "financing", "quotes", request, "--as", "Contractor"
    )["quotes"]}  # fmt: skip
    assert states == {first: "already-used", second: "open"}
    table = shell.run("financing", "quotes", request, "--as", "Contractor", language="zh").output
    assert "综合年成本" in table and "已撤回" in table and "3.0000%" in table
    shell.refuses("AlreadyUsed", "financing", "accept", first, "--as", "Contractor")
    shell.ask("financing", "accept", second, "--as", "Contractor")
    shell.refuses("QuoteNotLapsed", "financing", "lapse", second, "--as", "Contractor")
    listed = shell.ask("financing", "requests", "--as", "Second bank")["requests"]
    assert listed[0]["id"] == request and len(listed[0]["financiers"]) == 1
    assert f"#{listed[0]['receivable']}" in shell.run("financing", "requests", "--as", "Factor").output
