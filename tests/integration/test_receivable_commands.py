"""Credit lines and receivables from the shell: two banks asked, an order delivered, a return, a voiding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger import Ledger, cli
from ledger.bootstrap.testing import FIRST_DAY, PASSPHRASE, illustrative_lei
from ledger.domain.roles import Role
from tests.integration import given_bond as given
from tests.integration.given_bond import DAY

DUE = (FIRST_DAY + 60 * DAY).isoformat()
LAST = (FIRST_DAY + 300 * DAY).isoformat()
BANK = "settlement bank"


@pytest.fixture
def shell(staffed: Ledger, tmp_path: Path) -> Any:
    """Runs a command on the same chain and gives its JSON; `@paper` is a file to cite."""
    (tmp_path / "paper").write_bytes(b"a paper")

    def run(*words: object, code: int = 0, json_: bool = True) -> Any:
        environment = {"GREENLEDGER_PASSPHRASE": PASSPHRASE, "LANG": "C.UTF-8"}
        cited = [str(tmp_path / "paper") if word == "@paper" else str(word) for word in words]
        more = ["--json"] if json_ else []
        state = ["--state", str(tmp_path / "ledger")]
        done = CliRunner().invoke(cli.app, [*state, *cited, *more], env=environment)
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if json_ and code == 0 else done.output

    return run


def terms(ledger: Ledger, line: int, *more: object) -> tuple[object, ...]:
    invoice = given.invoice(ledger, 1_000, buyer="Company").fingerprint
    need = ("--cash", "CNY", "--line", line, "--fingerprint", invoice, "--contract", "@paper")
    return ("receivable", "confirm", "Contractor", "1000", "--as", "Company", *need, *more)


@pytest.mark.spec("LINE-2", "CONF-1", "CONF-2", "GREEN-1")
def test_lines_and_receivables_are_lived_from_the_shell(shell: Any, staffed: Ledger) -> None:
    other = "Second bank"
    staffed.operator.admit(other, illustrative_lei(other), Role.BANK | Role.ILLUSTRATIVE)
    ask = ("--as", "Company", "--currency", "CNY", "--expires", LAST)
    wanted = [shell("bank", "line", "request", bank, "5000", *ask)["id"] for bank in (BANK, other)]
    shell("bank", "line", "answer", wanted[0], "--as", BANK, "--refuse", "too much")
    shell("bank", "line", "answer", wanted[1], "--as", other, "--limit", "4000")
    lines = shell("bank", "line", "list", "--of", "Company")["lines"]
    assert [(line["state"], line["limit"]) for line in lines] == [("refused", "500000"), ("active", "400000")]
    line = wanted[1]
    # an order, financed by the second programme, and its delivery
    asked = ("--order", "@paper", "--programme", 2, "--due", DUE)
    ordered = shell(*terms(staffed, line, *asked))["id"]
    assert shell("receivable", "show", ordered)["order"] is True
    shell("receivable", "accept", ordered, "--as", "Contractor", "--consent", "@paper")
    shell("receivable", "deliver", ordered, "--as", "Company", "--document", "@paper")
    # voided by both
    shell("receivable", "propose-void", ordered, "--as", "Contractor", "--reason", "never shipped")
    shell("receivable", "void", ordered, "--as", "Contractor", code=1)
    shell("receivable", "void", ordered, "--as", "Company")
    # more than half a year, with the bank's reasons; refused; two that nobody answers
    far = ("--delivery", "@paper", "--due", (FIRST_DAY + 181 * DAY).isoformat())
    shell(*terms(staffed, line, *far), code=1)
    reasons = shell("bank", "line", "attest", "--as", other, "--document", "@paper")["document"]
    long = shell(*terms(staffed, line, *far, "--reasons", reasons))["id"]
    shell("receivable", "refuse", long, "--as", "Contractor", "--reason", "too long")
    plain = ("--delivery", "@paper", "--due", DUE)
    waiting = [shell(*terms(staffed, line, *plain))["id"] for _ in range(2)]
    staffed.operator.post_business_date(FIRST_DAY + 11 * DAY)
    assert shell("receivable", "return-unanswered", "--all", "--as", "Auditor")["returned"] == waiting
    told = shell("receivable", "list", "--of", "Company", "--limit", 3)
    states = [(one["receivable"], one["state"]) for one in told["receivables"]]
    assert states == [(ordered, "voided"), (long, "refused"), (waiting[0], "returned")]
    rest = shell("receivable", "list", "--after", told["next"])
    assert [one["receivable"] for one in rest["receivables"]] == waiting[1:] and rest["next"] is None
    only = shell("receivable", "list", "--state", "voided")["receivables"]
    assert [one["receivable"] for one in only] == [ordered]
    found = shell("bank", "line", "show", line)["lines"][0]
    assert (found["reserved"], found["outstanding"], found["free"]) == ("0", "0", "400000")
    assert len(shell("receivable", "programmes")["programmes"]) == 3
    assert staffed.check()["ok"]
    for words in (("receivable", "show", ordered), ("receivable", "list"), ("bank", "line", "list")):
        assert "Company" in shell(*words, json_=False)


@pytest.mark.spec("GREEN-1")
def test_a_green_part_is_named_and_shown(shell: Any, staffed: Ledger) -> None:
    of = given.framework(staffed)
    line = staffed.bank.grant_line(BANK, "Issuer", given.yuan(5_000), given.LATER).id
    invoice = given.invoice(staffed, 1_000).fingerprint
    need = ("--cash", "CNY", "--line", line, "--fingerprint", invoice, "--contract", "@paper", "--due", DUE)
    green = ("--green", "333.33", "--framework", of, "--category", given.CATEGORY)
    words = ("receivable", "confirm", "Contractor", "1000", "--as", "Issuer", *need, "--delivery", "@paper")
    shell(*words, *green, code=1)
    made = shell(*words, *green, "--green-document", "@paper")["id"]
    shown = shell("receivable", "show", made)
    assert (shown["green"], shown["green_by_bond"], shown["face"]) == ("33333", False, "100000")
