"""Legs outside the ledger from the shell: recorded, corrected, listed, traced; and bad ones named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.test_commands_doubles import Shell, paper, shell  # noqa: F401 - the fixtures

pytestmark = pytest.mark.spec("LEG-1")

OLD = ("--instrument", "OLD-2019", "--issuer", "Issuer")
BANK = ("--as", "settlement bank", "--bank", "Bank of the Account", "--currency", "CNY")


def leg(paper: Path, kind: str, amount: str, way: tuple[str, str], reference: str) -> list[object]:  # noqa: F811
    source, target = way
    said = ["--value-date", "2020-01-02", "--from", source, "--to", target, "--reference", reference]
    return ["leg", "record", kind, amount, *BANK, *OLD, *said, "--document", paper]


def test_legs_live_from_the_shell(shell: Shell, paper: Path) -> None:  # noqa: F811
    shell.ask(*leg(paper, "raised", "100.00", ("investors", "account"), "R-1"))
    shell.ask(*leg(paper, "spent", "30.00", ("account", "Builder"), "R-2"))
    corrected = leg(paper, "spent", "40.00", ("account", "Builder"), "R-3")
    shell.ask(*corrected, "--supersedes", 2, "--reason", "the fee was left out")
    listed = shell.run("leg", "list")
    assert listed.exit_code == 0 and "40.00" in listed.output, listed.output
    shown = shell.run("leg", "show", 2, lang="zh")
    assert "CNY 30.00" in shown.output and shown.exit_code == 0
    traced = shell.run("leg", "trace", "OLD-2019")
    assert "40.00" in traced.output and "60.00" in traced.output and "Builder" in traced.output


@pytest.mark.parametrize(
    ("kind", "amount", "reference", "named"),
    [
        ("lent", "1.00", "R-9", "a leg has another kind"),
        ("spent", "1.001", "R-9", "finer than the minor unit"),
        ("raised", "1.00", "R-1", "AlreadyUsed"),
    ],
)
def test_a_bad_leg_is_refused_by_name(
    shell: Shell,  # noqa: F811
    paper: Path,  # noqa: F811
    kind: str,
    amount: str,
    reference: str,
    named: str,
) -> None:
    before = len(shell.ask("leg", "list")["legs"])
    refused = shell.run(*leg(paper, kind, amount, ("account", "somebody"), reference))
    assert refused.exit_code == 1 and named in repr(refused.exception)
    assert len(shell.ask("leg", "list")["legs"]) == before
