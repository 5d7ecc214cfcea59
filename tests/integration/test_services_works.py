"""Works of a budget line by command line, as `Ledger` has them: nothing is paid before its certificate."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ledger import Ledger, cli
from ledger.bootstrap.testing import FIRST_DAY, PASSPHRASE
from ledger.errors import BadInput, ContractRefusal, NotFound
from ledger.services.works import MilestonePlan
from tests.integration import given_bond as given
from tests.integration.given_bond import DAY, yuan

Shell = Callable[..., str]


@pytest.fixture
def shell(staffed: Ledger, tmp_path: Path) -> Shell:
    """Runs a command on the same chain, with a connection of its own; `paper` is a file to cite."""
    (tmp_path / "paper").write_bytes(b"a paper")
    state = tmp_path / "ledger"

    def run(*words: str, code: int = 0) -> str:
        environment = {"GREENLEDGER_PASSPHRASE": PASSPHRASE, "LANG": "C.UTF-8"}
        cited = [str(tmp_path / word[1:]) if word.startswith("@") else word for word in words]
        done = CliRunner().invoke(cli.app, ["--state", str(state), *cited], env=environment)
        assert done.exit_code == code, done.output
        return done.stdout

    return run


@pytest.mark.spec("BOND-11", "BOND-12")
def test_a_line_is_built_paid_and_accepted_from_the_shell(shell: Shell, staffed: Ledger) -> None:
    bond, line = (lived := given.bond(staffed)).bond, str(lived.line)
    consent = json.loads(shell("works", "consent", "--as", "Verifier", "--document", "@paper", "--json"))
    milestone = f"FOUNDATION=3000@{FIRST_DAY + 9 * DAY}"
    about = ("--certifier", "Auditor", "--consent", consent["document"], "--milestone", milestone)
    final = ("--retention", "50000", "--final", f"{FIRST_DAY + 90 * DAY}")
    shell("works", "set", line, "--as", "Issuer", *about, *final)
    staffed.issuer.allocate("Issuer", int(line), yuan(9_000))
    invoice = given.invoice(staffed, 9_000).fingerprint
    with pytest.raises(ContractRefusal, match=r"NotReleased\(.*570000, .*570001"):
        staffed.issuer.pay("Issuer", int(line), invoice, 570_001)
    staffed.issuer.pay("Issuer", int(line), invoice, yuan(5_700))
    staffed.operator.post_business_date(FIRST_DAY + 10 * DAY)
    assert "逾期" in shell("--lang", "zh", "works", "show", line)
    shell("works", "certify", line, "0", "--as", "Auditor", "--document", "@paper")
    found = json.loads(shell("works", "show", line, "--json"))
    assert (found["released"], found["gone"], found["budget"]) == ("855000", "570000", "900000")
    [built] = found["milestones"]
    assert (built["amount"], built["late"]) == ("300000", False)
    assert built["certified_on"] == (FIRST_DAY + 10 * DAY).isoformat()
    [told] = json.loads(shell("trace", "bond", str(bond), "--json"))["works"]
    assert (told["released"], told["gone"], told["retention_ppm"]) == ("855000", "570000", 50_000)
    assert (told["certifier"]["party"], told["agreed"], told["final_on"]) == ("Auditor", True, None)
    assert told["milestones"][0]["what"] == "FOUNDATION" and told["milestones"][0]["document"]
    assert "FOUNDATION" not in shell("trace", "bond", str(bond)), "none is open"
    shell("works", "accept", line, "--as", "Auditor", "--document", "@paper")
    staffed.issuer.pay("Issuer", int(line), invoice, yuan(3_300))
    after = staffed.works.of(int(line))
    assert after.released == after.gone == after.budget == 900_000
    assert after.by_consent and after.final_on == FIRST_DAY + 10 * DAY
    [seen] = [one for one in staffed.check()["checks"] if one["id"] == "BOND-11"]
    assert seen["ok"] and seen["detail"].startswith("1 budget lines")


def test_what_works_cannot_be(shell: Shell, staffed: Ledger) -> None:
    line = given.bond(staffed).line
    plain = staffed.works.of(line)
    assert (plain.certifier, plain.released, plain.gone, plain.milestones) == (None, 900_000, 0, ())
    due = FIRST_DAY + 9 * DAY

    def works(retention: int = 0, final: dt.date | None = due, code: str = "M", consent: str = "") -> None:
        plan = [MilestonePlan(code, yuan(1), due)]
        staffed.works.set(
            "Issuer",
            line,
            certifier="Verifier",
            milestones=plan,
            retention=retention,
            final_due=final,
            consent=consent or None,
        )

    for wrong in ({"retention": 1_000_000}, {"retention": 1, "final": None}, {"code": ""}, {"consent": "x"}):
        with pytest.raises(BadInput):
            works(**wrong)  # type: ignore[arg-type]
    for text in ("M=1", "M@2025-02-02", "=1@2025-02-02"):
        shell(
            "works",
            "set",
            str(line),
            "--as",
            "Issuer",
            "--certifier",
            "Verifier",
            "--milestone",
            text,
            code=1,
        )
    with pytest.raises(NotFound):
        staffed.works.of(99)
    works()
    with pytest.raises(ContractRefusal, match="NotParty"):
        staffed.works.certify("Auditor", line, 0, b"certificate")
