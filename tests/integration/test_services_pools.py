"""An asset pool's whole life from the shell: registered, filled, closed, looked through, paid out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger import Ledger, cli
from ledger.bootstrap.testing import FIRST_DAY, PASSPHRASE, illustrative_lei
from ledger.domain.roles import Role
from ledger.reports.checker.packs import read
from ledger.reports.checker.verify_pack import verify_files
from tests.integration import given_bond as given
from tests.integration.given_bond import DAY, LATER, yuan
from tests.integration.test_evidence_pack import problem, put

DUE = FIRST_DAY + 180 * DAY
CLOSES = FIRST_DAY + 8 * DAY
FACE = 100_000
SENIOR, JUNIOR = 60_000, 36_000
"""Together 96 % of the face: what the pieces cost."""


@pytest.fixture
def shell(staffed: Ledger, tmp_path: Path) -> Any:
    """Runs a command on the same chain, with a connection of its own; `@paper` is a file to cite."""
    (tmp_path / "paper").write_bytes(b"a paper")
    state = tmp_path / "ledger"

    def run(*words: str, code: int = 0) -> str:
        environment = {"GREENLEDGER_PASSPHRASE": PASSPHRASE, "LANG": "C.UTF-8"}
        cited = [str(tmp_path / word[1:]) if word.startswith("@") else word for word in words]
        done = CliRunner().invoke(cli.app, ["--state", str(state), *cited], env=environment)
        assert done.exit_code == code, done.output
        return done.stdout

    return run


def receivable(ledger: Ledger) -> int:
    """Of 1,000 yuan, the company's to the contractor; 400 of it went on to the subcontractor."""
    line = ledger.bank.grant_line("settlement bank", "Company", yuan(5_000), LATER).id
    invoice = given.invoice(ledger, 1_000, buyer="Company").fingerprint
    papers = {"contract": b"contract", "delivery": b"delivery"}
    done = ledger.obligor.confirm(
        "Company",
        "Contractor",
        yuan(1_000),
        cash="CNY",
        due=DUE,
        credit_line=line,
        fingerprint=invoice,
        **papers,
    )
    ledger.supplier.accept("Contractor", done.id)
    ledger.supplier.transfer(
        "Contractor", done.id, "Subcontractor", start=60_000, end=FACE, trade_document=b"delivery note"
    )
    return done.id


def registered(shell: Any) -> str:
    days = ("--closes-on", CLOSES.isoformat(), "--due-by", LATER.isoformat())
    parts = ("--tranche", "600:36000", "--tranche", "360:90000", "--advance-ppm", "960000")
    about = ("--trustee", "Trustee", "--cash", "CNY", "--document", "@paper")
    told = shell("pool", "register", "Green suppliers 1", "--as", "Factor", *days, *parts, *about, "--json")
    return str(json.loads(told)["pool"])


@pytest.mark.spec("POOL-1", "POOL-2", "POOL-3", "EVD-1", "EVD-2")
def test_an_asset_pool_is_lived_from_the_shell(shell: Any, staffed: Ledger, tmp_path: Path) -> None:
    """POOL-1, POOL-2, POOL-3: every fen of every piece in sight, and every fen of money paid out."""
    staffed.operator.admit("Trustee", illustrative_lei("Trustee"), Role.FINANCIER | Role.ILLUSTRATIVE)
    number = receivable(staffed)
    pool = registered(shell)
    shell("pool", "take-on", pool, "--as", "Trustee")
    shell("pool", "add", pool, str(number), "0", "60000", "--as", "Contractor")
    shell("pool", "add", pool, str(number), "60000", str(FACE), "--as", "Subcontractor")
    assert staffed.books.pieces(number)[0].state == "locked"
    staffed.bank.mint("settlement bank", "Investor", yuan(960), "subscription", "CNY")
    for tranche, amount in (("0", "600"), ("1", "360")):
        shell("pool", "subscribe", pool, tranche, amount, "--as", "Investor")
    staffed.operator.post_business_date(CLOSES)
    assert "资产池" in shell("--lang", "zh", "pool", "close", pool, "--as", "Trustee")

    seen = json.loads(shell("pool", "lookthrough", pool, "--json"))
    assert (seen["state"], seen["face"], seen["complete"]) == ("running", str(FACE), True)
    first, second = seen["pieces"]
    assert (first["start"], first["end"], first["state"]) == ("0", "60000", "bought")
    parties = [[party["party"] for party in piece["path"]] for piece in (first, second)]
    assert parties == [["Contractor", "Trustee"], ["Contractor", "Subcontractor", "Trustee"]]
    assert len(second["trade_documents"]) == 2 and first["obligor"]["party"] == "Company"
    assert [one["share_ppm"] for one in seen["by_obligor"]] == [1_000_000]
    assert sum(map(int, seen["by_due"].values())) == FACE

    staffed.operator.post_business_date(DUE)
    staffed.bank.mint("settlement bank", "Company", yuan(1_000), "maturity", "CNY")
    staffed.obligor.pay_in("Company", number)
    staffed.obligor.settle("Auditor", number)
    assert "2" in shell("pool", "distribute", pool, "--as", "Investor")
    after = json.loads(shell("pool", "lookthrough", pool, "--json"))
    assert after["received"] == after["collected"] == str(FACE) and after["complete"]
    assert [piece["collected"] for piece in after["pieces"]] == ["60000", "40000"]
    days = (DUE - CLOSES).days
    senior = SENIOR * 36_000 * days // 360_000_000
    junior = JUNIOR * 90_000 * days // 360_000_000
    [upper, lower] = after["tranches"]
    assert (upper["interest"], upper["principal"], upper["rest"]) == (str(senior), str(SENIOR), "0")
    assert (lower["interest"], lower["principal"]) == (str(junior), str(JUNIOR))
    assert int(lower["rest"]) == FACE - SENIOR - senior - JUNIOR - junior
    assert staffed.cash.balance("Investor", "CNY") == FACE
    assert "All pieces are accounted for." in shell("pool", "lookthrough", pool)

    is_proved_whole(shell, pool, tmp_path / "pool.zip")
    checked = {one["id"]: one for one in staffed.check()["checks"]}
    assert [name for name, one in checked.items() if one["ok"] is False] == []
    assert checked["POOL-1"]["ok"] and checked["POOL-2"]["ok"]


def is_proved_whole(shell: Any, pool: str, out: Path) -> None:
    """EVD-1, EVD-2: the pool's own list says which pieces are in it, their acts who held them."""
    shell("evidence", "pool", pool, "--out", str(out))
    files = read(out)
    report = verify_files(files)
    assert report["ok"] and report["face"] == FACE
    assert "资产池" in shell("--lang", "zh", "verify", str(out))
    told = json.loads(files["answer.json"])
    fewer = {**told, "pieces": told["pieces"][:1]}
    assert "answer.json: piece 2: it is in the pool" in problem(put(files, "answer.json", fewer))
    told["pieces"][1]["path"].pop(1)
    assert "path: there are 3" in problem(put(files, "answer.json", told))
    acts = json.loads(files["moves.json"])
    tier = next(act for act in acts if act["act"] == "PieceMoved")
    rest = {
        name: kept
        for name, kept in files.items()
        if name != f"receipts/{tier['block']}-{tier['tx_index']}.json"
    }
    without = [act for act in acts if act["tx"] != tier["tx"]]
    assert "missing before act" in problem(put(rest, "moves.json", without))
