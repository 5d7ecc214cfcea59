"""A green loan from the shell: one facility of two lenders, two drawdowns, from consent to last repayment."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.bootstrap.testing import fresh_ledger
from ledger.domain.restrictions import Restriction
from tests.acceptance.test_commands_doubles import Shell, paper  # noqa: F401 - the fixture
from tests.integration import given_bond as given
from tests.integration.given_bond import CATEGORY, yuan

SHEET = {
    "start": "2025-01-02",
    "end": "2026-01-02",
    "frequency": 2,
    "rate": "3.65",
    "day_count": "ACT/365F",
    "rule": "following",
    "record_days": 2,
    "grace_days": 3,
}
BORROWER = ("--as", "Issuer")
CLUB = ("Factor", "Investor")


class Life:
    """One facility of 100 units of 1,000 yuan, 60 and 40 committed; A draws 50 of them, B draws 30."""

    def __init__(self, shell: Shell, document: Path) -> None:
        self.shell, self.ledger, self.document = shell, shell.ledger, document
        self.sheet = document.with_name("interest.json")
        self.sheet.write_text(json.dumps(SHEET))
        self.framework = given.framework(self.ledger)
        for who in (*CLUB, "Issuer"):
            given.mint(self.ledger, who, yuan(100_000))
        self.facility = self._agreed()
        self.loans = [self._drawn(units) for units in (50, 30)]
        self.payments = [
            self._spent(loan, spent) for loan, spent in zip(self.loans, (20_000, 7_000), strict=True)
        ]

    def _agreed(self) -> int:
        days = ("--until", "2025-06-30", "--maturity", "2027-01-02")
        terms = ("--framework", self.framework, "--denomination", "1,000.00", *days)
        made = self.shell.ask("facility", "open", 100, *BORROWER, *terms, "--document", self.document)
        for lender, units in zip(CLUB, (60, 40), strict=True):
            self.shell.ask("facility", "agree", made["id"], lender, "--units", units, *BORROWER)
            self.shell.ask("facility", "commit", made["id"], "--as", lender)
        return int(made["id"])

    def _drawn(self, units: int) -> int:
        days = ("--closes", "2025-01-05", "--maturity", "2026-01-02")
        interest = ("--terms", self.sheet, "--instalment", "400.00", "--document", self.document)
        args = (self.facility, units, *BORROWER, "--label", f"Loan of {units}", *days, *interest)
        loan = int(self.shell.ask("facility", "request", *args)["loan"])
        for lender in CLUB:
            self.shell.ask("facility", "lend", loan, "--as", lender)
        self.shell.ask("facility", "take", loan, *BORROWER)
        return loan

    def _spent(self, loan: int, spent: int) -> Any:
        issuer = self.ledger.issuer
        project = issuer.register_project(
            "Issuer",
            f"Plant {loan}",
            framework=self.framework,
            company="Company",
            category=CATEGORY,
            budget=yuan(30_000),
            currency="CNY",
            document=b"project",
        ).id
        line = issuer.open_line("Issuer", loan, project, budget=yuan(30_000), label="works").id
        issuer.allocate("Issuer", line, yuan(25_000))
        return issuer.pay("Issuer", line, given.invoice(self.ledger, spent).fingerprint, yuan(spent))

    def falls_due(self, loan: int) -> list[int]:
        """Opens a drawdown's next period and pays all that is due with it; what of it was principal."""
        service = self.ledger.service
        first = len(service.payments(loan))
        service.open("Auditor", loan)
        due = service.payments(loan)[first:]
        for payment in due:
            service.pay_in("Issuer", payment.id)
            service.pay("Auditor", payment.id)
        return [one.total for one in due if one.kind == 2]


@pytest.fixture(scope="module")
def life(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    folder = tmp_path_factory.mktemp("facility")
    written = folder / "agreement.txt"
    written.write_text("a facility agreement")
    with fresh_ledger(staffed_template, folder / "ledger") as ledger:
        yield Life(Shell(folder / "ledger", ledger), written)


@pytest.mark.spec("FAC-1")
def test_each_drawdown_fell_on_its_lenders(life: Life) -> None:
    shown = life.shell.ask("facility", "show", life.facility)
    assert (shown["committed"], shown["called"], shown["raised"]) == (100, 80, "8000000")
    assert [(one["called"], one["held"]) for one in shown["lenders"]] == [(48, 48), (32, 32)]
    assert [one["lent"] for one in shown["drawdowns"]] == [50, 30]
    told = life.shell.run("facility", "show", life.facility, lang="zh")
    assert "已提款 80,000.00" in told.output and "Factor" in told.output, told.output
    assert "80,000.00" in life.shell.run("facility", "list").output


@pytest.mark.spec("FAC-4")
def test_an_auditor_traces_both_drawdowns_as_one_facility(life: Life) -> None:
    """FAC-4: forward, the parts tile each drawdown and the sums are the facility's; backward, one drawdown
    paid, and the two lenders that lent it tile it."""
    traced = life.shell.ask("facility", "trace", life.facility)
    assert (traced["raised"], traced["states"]["spent"], traced["states"]["available"]) == (
        "8000000",
        "2700000",
        "2300000",
    )
    assert sum(map(int, traced["states"].values())) == int(traced["raised"])
    assert [int(one["bond"]) for one in traced["drawdowns"]] == life.loans
    assert {one["block"] for one in traced["drawdowns"]} == {traced["block"]}
    assert all(one["conserved"] for one in traced["drawdowns"])
    assert "80,000.00" in life.shell.run("facility", "trace", life.facility).output
    funded = life.shell.ask("facility", "funded", life.payments[1].tx)
    assert {one["bond"] for one in funded["sources"]} == {life.loans[1]} and funded["complete"]
    assert sum(int(one["amount"]) for one in funded["sources"]) == 700_000
    found = funded["facilities"][str(life.loans[1])]
    assert found["facility"] == life.facility
    assert [(one["start"], one["end"]) for one in found["lenders"]] == [
        ("0", "1800000"),
        ("1800000", "3000000"),
    ]
    told = life.shell.run("facility", "funded", life.payments[1].tx)
    assert "Factor lent 18,000.00" in told.output, told.output


def test_an_instrument_says_that_it_is_a_drawdown(life: Life) -> None:
    loan = life.loans[0]
    assert life.shell.ask("bond", "show", loan)["facility"] == life.facility
    assert f"贷款安排 {life.facility} 的提款" in life.shell.run("bond", "show", loan, lang="zh").output


@pytest.mark.parametrize(
    ("named", "arguments"),
    [
        ("WrongState", ("bond", "book", "{loan}", 1, "--as", "Auditor")),
        ("there is no facility 99", ("facility", "show", 99)),
        ("there is no drawdown 99", ("facility", "lend", 99, "--as", "Factor")),
        ("NotParty", ("facility", "cancel", "{facility}", "--as", "Factor")),
        ("NothingToRelease", ("facility", "release", "{loan}", "--as", "Auditor")),
    ],
)
def test_what_is_refused_is_refused_by_name(life: Life, named: str, arguments: tuple[object, ...]) -> None:
    given_ = [str(one).format(loan=life.loans[0], facility=life.facility) for one in arguments]
    done = life.shell.run(*given_)
    assert done.exit_code != 0 and named in f"{done.output} {done.exception!r}", done.output


@pytest.mark.spec("FAC-3")
def test_it_lives_until_the_last_repayment(life: Life) -> None:
    """FAC-3: 400 of each unit with the first interest, the rest with the last; then its units do not move. A
    third drawdown that nobody lends goes back to the commitments."""
    args = ("--closes", "2025-01-05", "--maturity", "2026-01-02", "--document", life.document)
    third = life.shell.ask("facility", "request", life.facility, 20, *BORROWER, "--label", "C", *args)["loan"]
    life.ledger.issuer.cancel("Issuer", third)
    assert life.shell.ask("facility", "release", third, "--as", "Auditor")["units"] == 20
    assert life.shell.ask("facility", "cancel", life.facility, *BORROWER)
    for day, due in ((dt.date(2025, 7, 2), [40_000]), (dt.date(2026, 1, 2), [60_000])):
        life.ledger.operator.post_business_date(day)
        assert [life.falls_due(loan) for loan in life.loans] == [[50 * due[0]], [30 * due[0]]]
    shown = life.shell.ask("facility", "show", life.facility)
    assert (shown["repaid"], shown["state"]) == ("8000000", "cancelled")
    assert all(life.ledger.service.schedule(loan).redeemed for loan in life.loans)
    refused = life.ledger.holding.ask(life.loans[0], "Factor", "Investor", 1)
    assert refused.code == Restriction.RETIRED
    checks = {one["id"]: one for one in life.ledger.check()["checks"]}
    assert all(one["ok"] is not False for one in checks.values()), checks
    assert checks["FAC-1"]["detail"].startswith("3 drawdowns")
