"""LIFE-1: a bond's whole life by command line, on the published terms of Chubu Electric's 568th bonds.

Published: JPY 10,000m, 1.214%, 25 May and 25 November until 25 May 2034, a long first coupon paid on
25 November 2024, broken periods by the day, fractions of a yen cut off, payment on the previous business
day. Illustrative, because not published: the issue day, units of JPY 100m, everybody but the issuer, the
framework's categories and undertaking, what was spent on what, and the issuer's call on 25 November 2025: a
business date never runs ahead of the clock, so that the last day of 2034 cannot be lived yet.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import Ledger, cli
from ledger.bootstrap.testing import CHEAP, PASSPHRASE, illustrative_lei
from ledger.words import speak
from tests.acceptance.test_commands_issue import Shell

BOOKED, ISSUED, CALLED, LAST = "2024-05-16", "2024-05-17", "2025-11-25", "2034-05-25"
SHEET = {
    "start": ISSUED, "end": LAST, "frequency": 2, "stub": "long first", "rate": "1.214",
    "day_count": "ACT/ACT ICMA", "rule": "preceding", "calendar": "WEEKENDS",
    "callable_from": CALLED,
}  # fmt: skip
UNIT = 100_000_000
HALF = 607_000
"""Yen a unit and half-year: 100,000,000 × 1.214% / 2."""
FIRST = {"Investor": 44_357_692, "Fund": 19_010_439}
"""8 days of the 182 from 25 November 2023 on make 26,681.3187 yen a unit more. The fraction of a yen is cut
off each holder's sum: 70 and 30 × 633,681.3187. Cut off each unit, it would be 22 and 9 yen less."""
UNITS = {"Investor": 70, "Fund": 30}
ROLES = {
    "Issuer": "issuer", "Company": "supplier", "Contractor": "supplier", "Verifier": "verifier",
    "Investor": "investor", "Fund": "investor", "Regulator": "authority", "Auditor": "auditor",
    "Arranger": "financier", "settlement bank": "bank",
}  # fmt: skip
LINE = "2,000,000,000"
UNUSED = 7_999_990_000
"""Of 10,000m raised; 2,000m are spent, 10,000 yen wait in the pocket, and the rest goes back to the holders
with the redemption."""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """Deployed with keys that cost little to open; then nothing but commands, on a chain that runs."""
    folder = tmp_path / "ledger"
    with Ledger.embedded(folder, replay=True, passphrase=PASSPHRASE, keystore_cost=CHEAP):
        yield Shell(folder, 0)


def on(shell: Shell, day: str) -> None:
    shell.ask("business-date", day)


def credited(shell: Shell, who: str, yen: int, booking: str) -> None:
    options = ("--cash", "JPY", "--booking", booking, "--as", "settlement bank")
    shell.ask("bank", "mint", who, yen, *options)


def balance(shell: Shell, who: str) -> int:
    return int(shell.ask("bank", "balance", who, "--cash", "JPY")["balance"])


def promised(shell: Shell, folder: Path) -> int:
    """A framework with one undertaking, reviewed."""
    owed = folder / "undertakings.json"
    owed.write_text(json.dumps([{"code": "REPORT", "kind": "reporting", "due": "2024-12-31"}]))
    of = ("--catalogue", "GBEPC-2021", "--category", "3.2.2.6", "--undertakings", owed)
    signed = ("--document", shell.paper, "--as")
    framework = int(shell.ask("framework", "register", *of, *signed, "Issuer")["id"])
    shell.ask("framework", "review", framework, "--until", "2025-05-17", *signed, "Verifier")
    return framework


def issued(shell: Shell, framework: int, sheet: Path) -> int:
    """Booked 70 and 30, allotted by a bookrunner, closed, coupon terms filed."""
    shell.framework = framework
    terms = shell.ask("service", "terms", sheet)
    assert len(terms["periods"]) == 20
    bond = shell.registers(
        cash="JPY", denomination=UNIT, units=100, closes=BOOKED, coupon_ppm=12_140,
        issued=ISSUED, maturity=LAST, service_terms=terms["hash"],
    )  # fmt: skip
    declared(shell, bond)
    for who, units in UNITS.items():
        credited(shell, who, units * UNIT, f"subscription of {who}")
        shell.ask("bond", "book", bond, units, "--as", who)
    on(shell, ISSUED)
    shell.refuses("MandateMissing", "bond", "allot", bond, "--as", "Arranger")
    until = ("--until", "2024-06-30", "--document", shell.paper, "--as", "Issuer")
    mandate = shell.ask("mandate", "grant", "Arranger", "--kind", "bookrunner", "--bond", bond, *until)["id"]
    assert shell.ask("bond", "allot", bond, "--as", "Arranger")["units"] == 100
    shell.ask("mandate", "end", mandate, "--as", "Issuer")
    shell.refuses("MandateMissing", "bond", "close", bond, "--as", "Arranger")
    closed = shell.ask("bond", "close", bond, "--value-date", ISSUED, "--as", "Issuer")
    assert closed["raised"] == 100 * UNIT
    shell.ask("service", "file", bond, sheet, "--as", "Issuer")
    return bond


def declared(shell: Shell, bond: int) -> None:
    """A pocket of 0.0001% and no more than a tenth refinanced, both binding: read before anybody books."""
    limits = ("--jurisdiction", "EU", "--refinanced", 100_000, "--look-back-binds", "--share-binds")
    by = ("--document", shell.paper, "--as", "Issuer")
    shell.refuses("AboveRule", "bond", "declare-limits", bond, *limits, "--pocket", 150_001, *by)
    made = shell.ask("bond", "declare-limits", bond, *limits, "--pocket", 1, *by)
    assert made["oldest"] == "2021-05-17", "36 months before the issue date"
    shell.refuses("WrongState", "bond", "declare-limits", bond, *limits, *by)


def pocketed(shell: Shell, bond: int, framework: int) -> None:
    """One activity outside the criteria gets the whole pocket of 10,000 yen, and not a yen more."""
    yen, paper, by = ("--currency", "JPY"), ("--document", shell.paper), ("--as", "Issuer")
    under = ("--framework", framework, "--company", "Company", "--category", "3.2.2.6")
    project = shell.ask("bond", "project", "Pilot", 20_000, *under, *yen, *paper, *by)["id"]
    asked = ("bond", "pocket-line", bond, project, 20_000, *paper, *by, "--reason")
    line = shell.ask(*asked, "no-criteria")["id"]
    shell.refuses("OverPocket", "bond", "allocate", line, 10_001, *yen, *by)
    shell.ask("bond", "allocate", line, 10_000, *yen, *by)
    assert shell.ask("bond", "deallocate", line, 4_000, *yen, *by)["amount"] == 4_000
    shell.refuses("OverBudget", "bond", "deallocate", line, 6_001, *yen, *by)
    shell.ask("bond", "allocate", line, 4_000, *yen, *by)
    found = shell.ask("bond", "limits", bond)
    assert (found["pocket"], found["pocket_most"], found["new_money"]) == (10_000, 10_000, 0)
    assert [(one["line"], one["reason"], one["share_ppm"]) for one in found["pocket_lines"]] == [
        (line, "no-criteria", 1)
    ]


def spent(shell: Shell, bond: int, framework: int) -> int:
    """2,000m yen go to a contractor against its invoice, and not a yen more. The project's number."""
    pocketed(shell, bond, framework)
    yen, paper = ("--currency", "JPY"), ("--document", shell.paper)
    under = ("--framework", framework, "--company", "Company", "--category", "3.2.2.6")
    project = shell.ask("bond", "project", "Plant", LINE, *under, *yen, *paper, "--as", "Issuer")["id"]
    line = shell.ask("bond", "line", bond, project, LINE, "--as", "Issuer")["id"]
    shell.ask("bond", "allocate", line, LINE, *yen, "--as", "Issuer")
    moved(shell, bond, line, project)
    parties = ("--seller", "Contractor", "--buyer", "Issuer", "--dated", ISSUED)
    invoice = shell.ask("bond", "invoice", "2024-1", LINE, *parties, *yen, *paper)["fingerprint"]
    shell.ask("bond", "pay", line, invoice, LINE, *yen, "--as", "Issuer")
    assert balance(shell, "Contractor") == 2_000_000_000
    placed(shell, bond)
    shell.refuses("OverBudget", "bond", "pay", line, invoice, 1, *yen, "--as", "Issuer")
    return int(project)


def moved(shell: Shell, bond: int, line: int, project: int) -> None:
    """1,000 yen to another line and back, each with the verifier's consent."""
    yen, paper = ("--currency", "JPY"), ("--document", shell.paper)
    other = shell.ask("bond", "line", bond, project, 1_000, "--as", "Issuer")["id"]
    for source, target in ((line, other), (other, line)):
        number = shell.ask("bond", "move", source, target, 1_000, *yen, *paper, "--as", "Issuer")["id"]
        shell.refuses("NotParty", "bond", "consent", number, *paper, "--as", "Issuer")
        shell.ask("bond", "consent", number, *paper, "--as", "Verifier")
    number = shell.ask("bond", "move", line, other, 1, *yen, *paper, "--as", "Issuer")["id"]
    shell.ask("bond", "unmove", number, "--as", "Issuer")
    shell.refuses("WrongState", "bond", "consent", number, *paper, "--as", "Verifier")


def placed(shell: Shell, bond: int) -> None:
    """1,000 yen of the idle money at the bank; 600 come back, 400 are lost and made good by the issuer."""
    yen, paper = ("--currency", "JPY"), ("--document", shell.paper)
    at = ("--at", "settlement bank", "--instrument", "notice deposit", "--until", CALLED)
    number = shell.ask("bond", "place", bond, 1_000, *at, *yen, *paper, "--as", "Issuer")["id"]
    bank = ("--as", "settlement bank")
    shell.refuses("OverPlaced", "bond", "bring-back", number, 1_001, *yen, *paper, *bank)
    credited(shell, "settlement bank", 7, "the bank's own")
    shell.ask("bond", "bring-back", number, 600, "--income", 7, *yen, *paper, *bank)
    shell.ask("bond", "lose", number, 400, *yen, *paper, "--as", "Issuer")
    assert shell.ask("bond", "placement", number)["lost"] == 400
    credited(shell, "Issuer", 400, "for the loss")
    shell.ask("bond", "make-good", number, 400, *yen, *paper, "--as", "Issuer")
    shell.ask("bond", "spend-income", bond, 7, "--to", "Contractor", *yen, *paper, "--as", "Issuer")
    assert balance(shell, "Contractor") == 2_000_000_007


def reported(shell: Shell, framework: int, project: int) -> None:
    """The undertaking and a year's impact, both accepted by the verifier."""
    paper = ("--document", shell.paper)
    one = (framework, "--index", 0, *paper)
    shell.ask("undertaking", "report", *one, "--as", "Issuer")
    shell.ask("undertaking", "validate", *one, "--outcome", "accepted", "--as", "Verifier")
    year = ("--from", "2024-05-17", "--until", "2024-11-24", "--source", "the issuer's own figure")
    figure = ("--indicator", "CO2_AVOIDED", "--value", "191.7", "--unit", "tCO2", *year, *paper)
    report = shell.ask("impact", "report", "--project", project, *figure, "--as", "Issuer")["report"]
    shell.ask("impact", "validate", report, "--outcome", "accepted", *paper, "--as", "Verifier")


def coupon(shell: Shell, bond: int, pay_day: str) -> dict[str, int]:
    """Opened, paid in and paid out on its pay day; what each holder got."""
    on(shell, pay_day)
    before = {who: balance(shell, who) for who in UNITS}
    payment = shell.ask("service", "open", bond, "--as", "Auditor")["payment"]
    shell.ask("service", "pay-in", payment, "--as", "Issuer")
    shell.ask("service", "pay", payment, "--as", "Auditor")
    return {who: balance(shell, who) - before[who] for who in UNITS}


def traded(shell: Shell, bond: int, folder: Path) -> None:
    """The investor sells ten units to the fund at their face."""
    file = folder / "trade.json"
    terms = (bond, 10, 10 * UNIT, "--document", shell.paper, "--deadline", "2099-01-01T00:00:00+08:00")
    shell.ask("trade", "sign", *terms, "--sell-to", "Fund", "--out", file, "--as", "Investor")
    shell.ask("trade", "execute", file, "--as", "Fund")


@pytest.mark.spec("LIFE-1")
def test_a_bond_lives_from_its_framework_to_its_redemption(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """LIFE-1: by commands alone; every amount by the published rules, every promise true at the end."""
    shell.ask("deploy")
    on(shell, BOOKED)
    for name, role in ROLES.items():
        shell.ask("participant", "admit", name, illustrative_lei(name), "--role", role)
    sheet = tmp_path / "sheet.json"
    sheet.write_text(json.dumps(SHEET))
    framework = promised(shell, tmp_path)
    bond = issued(shell, framework, sheet)
    project = spent(shell, bond, framework)
    credited(shell, "Issuer", 200 * UNIT, "own money of the issuer")
    credited(shell, "Fund", 10 * UNIT, "more of the fund")
    on(shell, "2024-11-25")
    reported(shell, framework, project)
    assert shell.ask("label", "show", bond)["state"] == "green"
    traded(shell, bond, tmp_path)
    first = coupon(shell, bond, "2024-11-25")
    assert first == FIRST, "the record day was before the trade"
    second = coupon(shell, bond, "2025-05-23")
    assert second == {"Investor": 60 * HALF, "Fund": 40 * HALF}, "25 May 2025 is a Sunday"
    assert shell.ask("portfolio", "Fund")
    assert shell.ask("participant", "level", "Issuer")["observed"]["count"] >= 2
    ended(shell, bond)
    too_late = ["bond", "book", str(bond), "1", "--as", "Fund"]
    monkeypatch.setenv("GREENLEDGER_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr(sys, "argv", ["greenledger", "--state", str(shell.state), "--lang", "zh", *too_late])
    with pytest.raises(SystemExit) as left:
        cli.main()
    speak("en")
    told = capsys.readouterr().err
    assert left.value.code == 1 and "Traceback" not in told and any("一" <= sign <= "鿿" for sign in told)
    checks = shell.ask("check")
    assert checks["ok"] is True and all(one["ok"] is not False for one in checks["checks"])


def ended(shell: Shell, bond: int) -> None:
    """Redeemed early with the third coupon: 80m yen a unit from unused proceeds, 20m the issuer's own."""
    before = {who: balance(shell, who) for who in UNITS}
    unused = ("--period", 2, "--from-proceeds", UNUSED // 100, "--document", shell.paper)
    redemption = shell.ask("service", "redeem", bond, *unused, "--as", "Issuer")["payment"]
    on(shell, CALLED)
    last = shell.ask("service", "open", bond, "--as", "Auditor")["payment"]
    for payment in (last, redemption):
        shell.ask("service", "pay-in", payment, "--as", "Issuer")
        shell.ask("service", "pay", payment, "--as", "Auditor")
    gained = {who: balance(shell, who) - before[who] for who in UNITS}
    assert gained == {"Investor": 60 * (UNIT + HALF), "Fund": 40 * (UNIT + HALF)}
    assert shell.ask("service", "show", bond)["outstanding"] == "0"
    returned = [one for one in shell.ask("trace", "bond", bond)["intervals"] if one["state"] == "returned"]
    assert sum(int(one["end"]) - int(one["start"]) for one in returned) == UNUSED
