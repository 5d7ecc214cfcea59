"""Invoices, red invoices, epochs, rules and a bank's statement from the shell, in one ledger."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ledger import Ledger, cli
from ledger.bootstrap.testing import PASSPHRASE, fresh_ledger

SELLER = ("--seller", "Contractor", "--buyer", "Company", "--dated", "2025-01-02", "--currency", "CNY")


class Shell:
    """`greenledger` in this process, on one state folder whose chain stays open."""

    def __init__(self, state: Path, ledger: Ledger) -> None:
        self.state = state
        self.ledger = ledger

    def run(self, *arguments: object, lang: str = "en") -> Result:
        unset: dict[str, str | None] = {key: None for key in os.environ if key.startswith("GREENLEDGER_")}
        return CliRunner().invoke(
            cli.app,
            ["--state", str(self.state), "--lang", lang, *map(str, arguments)],
            env={**unset, "GREENLEDGER_PASSPHRASE": PASSPHRASE},
        )

    def ask(self, *arguments: object, code: int = 0) -> dict[str, Any]:
        done = self.run(*arguments, "--json")
        assert done.exit_code == code, (done.output, done.exception)
        return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def shell(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("shell") / "ledger"
    with fresh_ledger(staffed_template, folder) as ledger:
        yield Shell(folder, ledger)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    written = tmp_path / "paper.txt"
    written.write_text(f"a paper of {tmp_path}")
    return written


def invoice(shell: Shell, paper: Path, number: str, amount: str = "1000.00") -> str:
    answer = shell.ask("document", "invoice", number, amount, *SELLER, "--document", paper)
    return str(answer["fingerprint"])


@pytest.mark.spec("DOC-3")
def test_an_invoice_is_recomputed_and_cancelled(shell: Shell, paper: Path) -> None:
    made = invoice(shell, paper, "S-1")
    found = shell.ask("document", "recompute", made, "--as", "Contractor")
    assert found["matches"] and found["differences"] == [] == found["near"]
    issuer = shell.ledger.documents.identifier("Contractor")
    read = ("--number", "S-1", "--issuer", issuer, "--dated", "2025-01-02", "--amount", "999.00")
    told = shell.run("document", "recompute", made, "--as", "Factor", *read)
    assert told.exit_code == 1 and "99900" in told.output and "another document" in told.output
    half = shell.run("document", "recompute", made, "--as", "Factor", "--number", "S-1")
    assert half.exit_code != 0 and "number, issuer, day and total" in f"{half.output} {half.exception!r}"
    shell.ask(
        "document", "credit", made, "1000.00", "--as", "Contractor", "--currency", "CNY", "--document", paper
    )
    assert shell.ask("document", "show", made)["credited"] == "100000"
    assert "已用 0.00" in shell.run("document", "show", made, lang="zh").output
    assert shell.ask("document", "alerts")["alerts"] == []
    assert shell.run("document", "alerts").exit_code == 0


def test_doubles_are_asked_about(shell: Shell, paper: Path) -> None:
    first, second = (invoice(shell, paper, number, "77.00") for number in ("S-2", "S-3"))
    (near,) = shell.ask("document", "near", second)["near"]
    assert (near["earlier"], near["later"], near["amount_apart"]) == (first, second, "0")
    assert "双方相同" in shell.run("document", "near", lang="zh").output


@pytest.mark.spec("DOC-4")
def test_an_epoch_begins_and_invoices_are_linked(shell: Shell, paper: Path, tmp_path: Path) -> None:
    made, key = invoice(shell, paper, "S-4"), tmp_path / "key"
    key.write_bytes(bytes(range(32)))
    assert shell.ask("document", "epoch", "--key", key)["epoch"] == 2
    anew = shell.ask("document", "link", made, "--as", "Contractor")["linked"][made]
    assert anew != made and shell.ask("document", "show", anew)["total"] == "100000"
    linked = shell.ask("document", "link", "--as", "Contractor")["linked"]
    assert linked[made] == anew and None not in linked.values()
    key.write_bytes(b"short")
    assert shell.run("document", "epoch", "--key", key).exit_code != 0


@pytest.mark.spec("RULE-1")
def test_rules_are_listed_and_asked(shell: Shell) -> None:
    listed = {one["id"]: one for one in shell.ask("rules", "list", "--day", "2025-06-15")["rules"]}
    assert listed["77-11"]["level"] == "attest" and listed["77-11"]["grade"] == "B"
    assert "原则上不超过六个月" in shell.run("rules", "list", lang="zh").output.replace("\n", "")
    asked = ("rules", "check", "confirm", "--fact", "tenor_days=200", "--day", "2026-01-01")
    found = {one["rule"]: one["outcome"] for one in shell.ask(*asked, code=1)["verdicts"]}
    assert found["77-11"] == "refused" and found["77-12"] == "unknown"
    eased = (*asked, "--arranged", "2025-01-01")
    found = {one["rule"]: one["outcome"] for one in shell.ask(*eased)["verdicts"]}
    assert found["77-11"] == "warned"
    attested = shell.run(*asked, "--fact", "reasons=yes")
    assert attested.exit_code == 0 and "art. 11" in attested.output
    assert shell.run("rules", "check", "confirm", "--fact", "tenor").exit_code != 0


def test_a_day_is_exported(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    told = shell.ask("rules", "export", "2025-01-02", "--csv", file)
    assert told["schema"] == "greenledger-receivables-1" and told["rows"] == []
    assert file.read_text().startswith("day,act,receivable,")
    assert "自定格式" in shell.run("rules", "export", "2025-01-02", lang="zh").output


@pytest.mark.spec("BANK-2")
def test_a_banks_statement_is_reconciled(shell: Shell, tmp_path: Path) -> None:
    bank, statement = "settlement bank", tmp_path / "statement.csv"
    shell.ask("bank", "mint", "Factor", "100.00", "--as", bank, "--cash", "CNY", "--booking", "R1")
    factor = shell.ledger.documents.identifier("Factor")
    lines = ["date,reference,way,amount,party", f"2025-01-02,R1,in,100.00,{factor}"]
    statement.write_text("\n".join(lines) + "\n")
    days = ("--cash", "CNY", "--from", "2025-01-01", "--to", "2025-12-31")
    found = shell.ask("bank", "reconcile", statement, *days)
    assert found["reconciles"] and found["matched"] == 1 and found["in_bank"] == found["in_ledger"] == "10000"
    statement.write_text("\n".join([*lines, "2025-01-03,R2,out,5.00,"]) + "\n")
    (unlike,) = shell.ask("bank", "reconcile", statement, *days, code=1)["mismatches"]
    assert (unlike["unlike"], unlike["reference"]) == ("not on the ledger", "R2")
    assert "账本中没有" in shell.run("bank", "reconcile", statement, *days, lang="zh").output


@pytest.mark.spec("BANK-1")
def test_a_bank_answers_what_it_is_instructed(shell: Shell, tmp_path: Path) -> None:
    """A deposit and a withdrawal are confirmed by bookings, a second withdrawal fails and comes back."""
    bank, cash = ("--as", "settlement bank"), ("--cash", "CNY")
    had = int(shell.ask("bank", "balance", "Factor", *cash)["balance"])

    def instruct(way: str, amount: str) -> int:
        return int(shell.ask("bank", "instruct", way, amount, "--as", "Factor", *cash)["id"])

    deposit = instruct("deposit", "50.00")
    shell.ask("bank", "mint", "Factor", "1.00", *bank, *cash, "--booking", "I0")
    assert shell.run("bank", "confirm", deposit, *bank, "--booking", "I0").exit_code != 0
    assert shell.ask("bank", "confirm", deposit, *bank, "--booking", "I1")["state"] == "confirmed"
    paid, failed = instruct("withdrawal", "20.00"), instruct("withdrawal", "5.00")
    assert shell.ask("bank", "confirm", paid, *bank, "--booking", "I2")["state"] == "confirmed"
    assert shell.ask("bank", "fail", failed, *bank, "--reason", "account closed")["returned"] == 500
    assert int(shell.ask("bank", "balance", "Factor", *cash)["balance"]) == had + 100 + 5_000 - 2_000

    listed = shell.ask("bank", "instructions", "--of", "Factor")["instructions"][-3:]
    assert [one["state"] for one in listed] == ["confirmed", "confirmed", "failed"]
    assert "出金" in shell.run("bank", "instructions", lang="zh").output
    again = shell.run("bank", "fail", paid, *bank, "--reason", "too late")
    assert again.exit_code != 0


@pytest.mark.spec("TRACE-10")
def test_a_conversion_is_registered_and_followed_from_the_shell(shell: Shell) -> None:
    bank = ("--as", "settlement bank")
    minted = ("--cash", "CNY", "--booking", "to be sold")
    shell.ask("bank", "mint", "Investor", "10.00", *bank, *minted)
    cash = shell.ledger.cash
    sold = cash.transfer("Investor", "settlement bank", 800, "CNY").tx
    euros = ("--cash", "EUR", "--booking", "bought")
    bought = shell.ask("bank", "mint", "Investor", "1.04", *bank, *euros)["tx"]
    wrong = shell.run("bank", "conversion", sold, bought, "--rate", "0.14", *bank)
    assert wrong.exit_code == 1 and "does not add up" in repr(wrong.exception)
    for unread in ("1e3", "0,13", "1/0", "-1", "0"):
        refused = shell.run("bank", "conversion", sold, bought, f"--rate={unread}", *bank)
        assert refused.exit_code == 1 and "rate" in repr(refused.exception), unread
    stranger = shell.run("bank", "conversion", sold, bought, "--rate", "0.13", "--as", "Investor")
    assert stranger.exit_code == 1 and "another bank" in repr(stranger.exception)
    made = shell.ask(
        "bank",
        "conversion",
        sold,
        bought,
        "--rate",
        "0.1305",
        "--residue",
        "0.00",
        "--reader",
        "Auditor",
        *bank,
    )
    assert (made["numerator"], made["denominator"], made["residue"]) == ("261", "2000", "0")
    account, start, end = (made["sold"][name] for name in ("account", "start", "end"))
    asked = ("trace", "interval", f"general:{account}", "--cash", "CNY", "--from", start, "--to", end)
    for rule in ("fifo", "prorata", "bounds"):
        told = shell.ask(*asked, "--rule", rule, "--as", "Auditor")
        (one,) = [one for one in told["parts"] or told["shares"] if one["converted"]]
        assert one["converted"]["currency"] == "EUR" and one["horizon"] == "converted"
        shown = shell.run(*asked, "--rule", rule, "--as", "Auditor", lang="zh")
        assert "EUR" in shown.output and shown.exit_code == 0
    assert shell.ask(*asked, "--as", "Investor")["parts"][0]["converted"], "it sold, so it can open it"
    compared = shell.ask("trace", "compare", f"interval:general:{account}", "1", "--cash", "CNY")
    assert compared["after"]["amount"] != compared["before"]["amount"]
