"""A bond's coupons and redemption from the shell: what issuer and holders type, on a ledger of their own."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.bootstrap.testing import FIRST_DAY, fresh_ledger
from tests.acceptance.test_commands_holding import Shell
from tests.integration.given_bond import booking_bond, framework, mint, yuan

SHEET = {"start": "2025-01-02", "end": "2026-01-02", "rate": "3.65", "day_count": "ACT/365F"}


@pytest.fixture(scope="module")
def shell(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """100 units of 100 yuan are the investor's; its coupon terms are not filed."""
    folder = tmp_path_factory.mktemp("service-shell") / "ledger"
    with fresh_ledger(staffed_template, folder) as ledger:
        coupons = ledger.service.terms(SHEET)
        terms = {"coupon_ppm": 36_500, "service_terms": coupons.hash, "maturity": dt.date(2026, 1, 2)}
        bond = booking_bond(ledger, framework(ledger), issue_date=FIRST_DAY, **terms)
        mint(ledger, "Investor", yuan(10_000))
        ledger.investor.book("Investor", bond, 100)
        ledger.issuer.allot("Issuer", bond)
        ledger.issuer.close("Issuer", bond, value_date=FIRST_DAY)
        mint(ledger, "Issuer", yuan(20_000))
    yield Shell(folder, bond)


@pytest.mark.spec("SVC-1", "SVC-2")
def test_a_bond_is_serviced_from_the_shell(shell: Shell, tmp_path: Path) -> None:
    """SVC-1, SVC-2: file, redeem, pay in; what comes too early is refused."""
    sheet = tmp_path / "sheet.json"
    sheet.write_text(json.dumps(SHEET))
    assert len(shell.ask("service", "terms", sheet)["periods"]) == 1
    assert "2026-01-02" in shell.run("service", "terms", sheet).output
    shell.refuses("NotFiled", "service", "open", shell.bond, "--period", 0, "--as", "Issuer")
    shell.ask("service", "file", shell.bond, sheet, "--as", "Investor")
    shell.refuses("DateOutOfOrder", "service", "open", shell.bond, "--as", "Investor")
    told = ("--document", sheet, "--from-proceeds", "40.00", "--as", "Issuer")
    redemption = shell.ask("service", "redeem", shell.bond, *told)["payment"]
    shell.refuses("DateOutOfOrder", "service", "default", redemption, "--as", "Investor")
    show = shell.ask("service", "show", shell.bond)
    assert show["outstanding"] == "0" and show["payments"][0]["from_proceeds"] == "400000"
    assert str(redemption) in shell.run("service", "show", shell.bond).output
    shell.refuses("AmountTooLarge", "service", "pay-in", redemption, "--amount", "9999999", "--as", "Issuer")
    shell.ask("service", "pay-in", redemption, "--as", "Issuer")
    shell.refuses("not over yet", "service", "pay", redemption, "--as", "Investor")
