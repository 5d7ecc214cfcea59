"""A bond lived through on a real chain, exported, and checked by a copy of the checker that stands alone."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import random
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from ledger.bootstrap.index import LazyIndex
from ledger.domain.money import Money, currency
from ledger.reports.checker.packs import AXES_SLOT, CONTROLLERS_SLOT
from ledger.reports.checker.verify_pack import verify_pack
from ledger.reports.evidence import EvidenceFails, bond_pack, sign_checkpoint
from ledger.reports.sources import Books
from ledger.tracing.readmodel import ReadModel

if TYPE_CHECKING:
    from ledger import Ledger

CNY = currency("CNY")
DUE = dt.date(2025, 6, 2)
LATER = dt.date(2025, 12, 1)
STILL_OPEN = dt.date(2025, 6, 20)
"""Within the 180 days beyond which a bank attests why a tenor is reasonable."""
CHECKER = Path(__file__).resolve().parents[2] / "ledger" / "reports" / "checker"


class Interval(NamedTuple):
    """What the trace has to say of `[start, end)`, worked out by hand."""

    start: int
    end: int
    state: str
    tx: str
    payee: str | None = None


def live(ledger: Ledger) -> tuple[int, list[Interval]]:
    """100,000 fen raised; paid, refunded, encumbered, settled (once to a claim), released, taken back."""
    bond, line1, line2, closed, allocated1, allocated2 = issue(ledger)
    ledger.issuer.pay_cost("Issuer", bond, "Verifier", 2_000, b"arranger's bill")
    cost = ledger.client.header().fields["transactions"][-1]
    direct = invoice(ledger, "1", 15_000)
    paid = ledger.issuer.pay("Issuer", line1, direct, 15_000)
    credit = ledger.bank.grant_line("settlement bank", "Company", Money(90_000, CNY), LATER).id
    settled_one = confirm(ledger, credit, line1, "2", 9_000, DUE)
    ledger.supplier.accept("Contractor", settled_one.id)
    ledger.supplier.transfer(
        "Contractor", settled_one.id, "Subcontractor", start=3_000, end=6_000, trade_document=b"steel"
    )
    refused_one = confirm(ledger, credit, line1, "3", 5_000, DUE)
    refused = ledger.supplier.refuse("Contractor", refused_one.id, "not what was ordered")
    ledger.operator.amend("Subcontractor", suspended=True, document=b"suspended")
    ledger.operator.post_business_date(DUE)
    settled = ledger.obligor.settle("Company", settled_one.id)
    refund = ledger.supplier.refund("Contractor", paid, 4_000, b"credit note")
    back = ledger.supplier.refund_piece("Contractor", settled_one.id, 0, 1_000, b"credit note 2")
    taken = ledger.issuer.deallocate("Issuer", line2, 3_000)
    waiting = confirm(ledger, credit, line1, "4", 7_000, STILL_OPEN)
    contractor, sub, verifier = map(ledger.account, ("Contractor", "Subcontractor", "Verifier"))
    return bond, [
        Interval(0, 2_000, "cost", cost, verifier),
        Interval(2_000, 6_000, "available", refund.tx),
        Interval(6_000, 17_000, "spent", paid.tx, contractor),
        Interval(17_000, 18_000, "available", back.tx),
        Interval(18_000, 20_000, "spent", settled.tx, contractor),
        Interval(20_000, 23_000, "spent", settled.tx, sub),
        Interval(23_000, 26_000, "spent", settled.tx, contractor),
        Interval(26_000, 31_000, "available", refused.tx),
        Interval(31_000, 38_000, "encumbered", waiting.tx),
        Interval(38_000, 62_000, "available", allocated1),
        Interval(62_000, 65_000, "unallocated", taken.tx),
        Interval(65_000, 82_000, "available", allocated2),
        Interval(82_000, 100_000, "unallocated", closed),
    ]


def issue(ledger: Ledger) -> tuple[int, int, int, str, str, str]:
    """Bond, two budget lines, and the transactions that closed and allocated."""
    framework = ledger.issuer.register_framework(
        "Issuer", b"framework", catalogue="ICMA-GBP", categories=["1"]
    ).id
    ledger.verifier.review("Verifier", framework, b"opinion", valid_until=LATER)
    bond = ledger.issuer.register_bond(
        "Issuer",
        "Evidence",
        framework=framework,
        cash="CNY",
        denomination=10_000,
        max_units=10,
        closes_on=ledger.operator.today(),
        max_cost_ppm=1_000_000,
        document=b"terms",
    ).id
    ledger.bank.mint("settlement bank", "Investor", 130_000, "deposit", "CNY")
    ledger.investor.book("Investor", bond, 10)
    ledger.issuer.allot("Issuer", bond)
    closed = ledger.issuer.close("Issuer", bond, cost=2_000)
    project = ledger.issuer.register_project(
        "Issuer",
        "wind farm",
        framework=framework,
        company="Company",
        category="1",
        budget=200_000,
        currency="CNY",
        document=b"project",
    ).id
    lines, allocated = [], []
    for budget in (60_000, 20_000):
        line = ledger.issuer.open_line("Issuer", bond, project, budget=budget, company_may_spend=True).id
        lines.append(line)
        allocated.append(ledger.issuer.allocate("Issuer", line, budget).tx)
    return bond, *lines, closed.tx, *allocated  # type: ignore[return-value]


def invoice(ledger: Ledger, number: str, total: int) -> str:
    return ledger.documents.invoice(
        seller="Contractor",
        buyer="Company",
        number=number,
        dated=ledger.operator.today(),
        total=Money(total, CNY),
        paper=f"invoice {number}".encode(),
    ).fingerprint


def confirm(ledger: Ledger, credit: int, line: int, number: str, face: int, due: dt.date) -> Any:
    return ledger.obligor.confirm(
        "Company",
        "Contractor",
        face,
        cash="CNY",
        due=due,
        credit_line=credit,
        fingerprint=invoice(ledger, number, face),
        contract=f"contract {number}".encode(),
        delivery=f"delivery {number}".encode(),
        budget_line=line,
    )


def books_of(ledger: Ledger) -> Books:
    return Books.of(ledger.session.deployment, ledger.session.cash("CNY").contract.address)


def trace_of(ledger: Ledger, folder: Path, bond: int, block: int | None = None) -> dict[str, Any]:
    """What `trace bond` answers, from an index of its own."""
    with ExitStack() as closing:
        index = LazyIndex(ledger.client, ledger.session.deployment, f"sqlite:///{folder}/index.db", closing)
        index.sync()
        return ReadModel(index.store).bond_trace(bond, as_of_block=block)


def run_checker(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The copy in the pack, with neither site packages nor this project in reach."""
    asked = [sys.executable, "-E", "-s", "-S", str(folder / "verify_pack.py"), *more]
    return subprocess.run(asked, cwd=folder, env={}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def lived(ledger_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from ledger.bootstrap.testing import admit_cast, fresh_ledger

    with fresh_ledger(ledger_template, tmp_path_factory.mktemp("evidence") / "ledger") as opened:
        admit_cast(opened)
        yield opened, *live(opened)


@pytest.fixture(scope="module")
def answer(lived: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    ledger, bond, _ = lived
    return trace_of(ledger, tmp_path_factory.mktemp("index"), bond)


@pytest.fixture(scope="module")
def sealed(lived: Any, answer: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    ledger, _, _ = lived
    auditor = ledger.session.signer("Auditor")
    point = sign_checkpoint(auditor, answer["chain_id"], answer["block"], answer["block_hash"])
    folder = tmp_path_factory.mktemp("packs") / "pack"
    return bond_pack(ledger.client, answer, books_of(ledger), folder, [point])


def reseal(folder: Path) -> None:
    listed = json.loads((folder / "manifest.json").read_bytes())
    for name in listed["files"]:
        listed["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(listed, sort_keys=True, indent=1) + "\n")


@pytest.mark.spec("EVD-1")
def test_a_bond_lived_on_a_real_chain_is_proved_and_agrees_with_the_contracts_own_states(
    lived: Any, sealed: Path
) -> None:
    ledger, bond, intervals = lived
    report = verify_pack(sealed)
    assert report["ok"], report
    told = json.loads((sealed / "answer.json").read_bytes())["intervals"]
    fields = ("state", "tx", "payee_account")
    had = [(int(one["start"]), int(one["end"]), *(one[field] for field in fields)) for one in told]
    assert had == [tuple(one) for one in intervals]
    assert report["states"] == ledger.books.states(bond)
    assert report["statement"].startswith("complete only if this block hash is true: 0x")
    assert report["cash"] == ledger.session.cash("CNY").contract.address.lower()


def test_the_copy_in_the_pack_needs_nothing_but_python(lived: Any, sealed: Path) -> None:
    ledger, _, _ = lived
    auditor = ledger.account("Auditor")
    done = run_checker(sealed, "--trust", auditor)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"signed by {auditor.lower()}" in done.stdout


def test_the_checker_imports_nothing_but_the_standard_library() -> None:
    for name in ("proofs.py", "verify_pack.py"):
        lines = (CHECKER / name).read_text().splitlines()
        found = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
        assert found <= sys.stdlib_module_names, found - sys.stdlib_module_names


def test_the_slots_it_proves_are_those_of_the_compiled_contract() -> None:
    layout = json.loads((CHECKER.parents[1] / "chain" / "abi" / "Cash.json").read_bytes())["storageLayout"]
    slots = {entry["label"]: int(entry["slot"]) for entry in layout["storage"]}
    assert (slots["_axes"], slots["controllerOf"]) == (AXES_SLOT, CONTROLLERS_SLOT)


def test_bytes_changed_at_random_in_real_proofs_are_refused_though_the_manifest_agrees(
    sealed: Path, tmp_path: Path
) -> None:
    rng = random.Random(2025)
    pack = Path(shutil.copytree(sealed, tmp_path / "pack"))
    for part in ("headers", "receipts"):
        for path in rng.sample(sorted((pack / part).iterdir()), k=min(3, len(list((pack / part).iterdir())))):
            text = path.read_text()
            quoted = rng.choice([at for at, letter in enumerate(text) if text[at : at + 3] == '"0x'])
            at = rng.randrange(quoted + 3, text.index('"', quoted + 1))
            path.write_text(text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :])
            reseal(pack)
            report = verify_pack(pack)
            assert not report["ok"], (path, at)
            path.write_text(text)
    reseal(pack)
    assert verify_pack(pack)["ok"]


def test_a_real_move_left_out_is_named_and_so_is_its_gap(sealed: Path, tmp_path: Path) -> None:
    pack = Path(shutil.copytree(sealed, tmp_path / "pack"))
    moves = json.loads((pack / "moves.json").read_bytes())
    gone = moves.pop(4)
    (pack / "moves.json").write_text(json.dumps(moves))
    assert "moves.json: not the file in manifest.json" in verify_pack(pack)["problems"]
    reseal(pack)
    assert f"transaction {gone['tx']}" in verify_pack(pack)["problems"][0]
    done = run_checker(pack)
    assert done.returncode == 1
    assert f"transaction {gone['tx']}" in done.stdout


def test_names_of_lines_and_projects_are_proved_by_the_events_that_gave_them(
    sealed: Path, tmp_path: Path
) -> None:
    pack = Path(shutil.copytree(sealed, tmp_path / "pack"))
    told = json.loads((pack / "answer.json").read_bytes())
    assert {one["project"] for one in told["intervals"]} == {None, "wind farm"}
    told["intervals"][2]["project"] = "coal mine"
    (pack / "answer.json").write_text(json.dumps(told))
    reseal(pack)
    [said] = verify_pack(pack)["problems"]
    assert said.startswith("answer.json: interval [6000, 17000): project is wind farm")


def test_no_pack_is_handed_out_for_an_answer_that_the_chain_does_not_bear_out(
    lived: Any, answer: dict[str, Any], tmp_path: Path
) -> None:
    ledger, _, _ = lived
    wrong = copy.deepcopy(answer)
    wrong["intervals"][2]["payee_account"] = ledger.account("Factor")
    with pytest.raises(EvidenceFails, match=r"interval \[6000, 17000\): payee_account"):
        bond_pack(ledger.client, wrong, books_of(ledger), tmp_path / "pack")


def test_an_earlier_block_has_its_own_pack(lived: Any, tmp_path: Path) -> None:
    """State proofs of old blocks work: the answer as of closing, packed after everything else happened."""
    ledger, bond, intervals = lived
    closed = int(ledger.client.receipt(intervals[-1].tx)["blockNumber"], 16)
    answer = trace_of(ledger, tmp_path, bond, closed)
    report = verify_pack(bond_pack(ledger.client, answer, books_of(ledger), tmp_path / "pack"))
    assert report["ok"], report
    assert (report["states"]["cost"], report["states"]["unallocated"]) == (2_000, 98_000)
