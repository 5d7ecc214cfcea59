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
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from eth_hash.auto import keccak as reference_keccak
from typer.testing import CliRunner

from ledger import cli
from ledger.bootstrap.testing import PASSPHRASE
from ledger.domain.money import Money, currency
from ledger.domain.questions import IntervalQuestion
from ledger.errors import BadInput
from ledger.ports import KeptCheckpoint
from ledger.reports.checker import moves, pieces, proofs, small
from ledger.reports.checker import packs as core
from ledger.reports.checker.moves import AXES_SLOT, CONTROLLERS_SLOT
from ledger.reports.checker.packs import FORMAT, Pack, read
from ledger.reports.checker.verify_pack import verify_files, verify_pack
from ledger.reports.evidence import EvidenceFails, Subject, build_pack, sign_checkpoint

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


class Lived(NamedTuple):
    """What happened, by the numbers that name it. `middle`: a block before anything was settled."""

    ledger: Ledger
    bond: int
    intervals: list[Interval]
    paid: str
    receivable: int
    middle: int


def live(ledger: Ledger) -> Lived:
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
    middle = ledger.client.block_number()
    ledger.operator.amend("Subcontractor", suspended=True, document=b"suspended")
    ledger.operator.post_business_date(DUE)
    settled = ledger.obligor.settle("Company", settled_one.id)
    refund = ledger.supplier.refund("Contractor", paid, 4_000, b"credit note")
    back = ledger.supplier.refund_piece("Contractor", settled_one.id, 0, 1_000, b"credit note 2")
    taken = ledger.issuer.deallocate("Issuer", line2, 3_000)
    waiting = confirm(ledger, credit, line1, "4", 7_000, STILL_OPEN)
    contractor, sub, verifier = map(ledger.account, ("Contractor", "Subcontractor", "Verifier"))
    intervals = [
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
    return Lived(ledger, bond, intervals, paid.tx, settled_one.id, middle)


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


def bond_pack(ledger: Ledger, answer: dict[str, Any], folder: Path, points: Any = ()) -> Path:
    """Of an answer that need not be the ledger's own."""
    facts = {"bond": answer["bond"], "cash": ledger.session.cash("CNY").contract.address.lower()}
    index, deployment = ledger.session.index(), ledger.session.deployment
    proceeds = deployment["Proceeds"].address
    subject = Subject(
        "bond", facts, names=index.purposes, proceeds=proceeds, first_block=deployment.start_block
    )
    return build_pack(ledger.client, answer, subject, folder, points)


def run_checker(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The copy in the pack, with neither site packages nor this project in reach."""
    asked = [sys.executable, "-E", "-s", "-S", str(folder / "verify_pack.py"), *more]
    return subprocess.run(asked, cwd=folder, env={}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the ledger keeps its state."""
    return tmp_path_factory.mktemp("evidence") / "ledger"


@pytest.fixture(scope="module")
def lived(ledger_template: Path, home: Path) -> Iterator[Lived]:
    from ledger.bootstrap.testing import admit_cast, fresh_ledger

    with fresh_ledger(ledger_template, home) as opened:
        admit_cast(opened)
        yield live(opened)


@pytest.fixture
def shell(lived: Lived, home: Path) -> Callable[..., str]:
    """Runs a command on the same chain, with a connection of its own; what is refused is raised."""
    environment = {"GREENLEDGER_PASSPHRASE": PASSPHRASE, "LANG": "C.UTF-8"}

    def run(*words: object) -> str:
        asked = ["--state", str(home), *map(str, words)]
        return CliRunner().invoke(cli.app, asked, env=environment, catch_exceptions=False).output

    return run


@pytest.fixture(scope="module")
def answer(lived: Lived) -> dict[str, Any]:
    return dict(lived.ledger.auditor.trace_bond(lived.bond))


@pytest.fixture(scope="module")
def sealed(lived: Lived, answer: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    ledger = lived.ledger
    auditor = ledger.session.signer("Auditor")
    point = sign_checkpoint(auditor, answer["chain_id"], answer["block"], answer["block_hash"])
    folder = tmp_path_factory.mktemp("packs") / "pack"
    return bond_pack(ledger, answer, folder, [point])


def reseal(folder: Path) -> None:
    listed = json.loads((folder / "manifest.json").read_bytes())
    for name in listed["files"]:
        listed["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(listed, sort_keys=True, indent=1) + "\n")


@pytest.mark.spec("EVD-1")
def test_a_bond_lived_on_a_real_chain_is_proved_and_agrees_with_the_contracts_own_states(
    lived: Lived, sealed: Path
) -> None:
    ledger, bond, intervals = lived[:3]
    report = verify_pack(sealed)
    assert report["ok"], report
    told = json.loads((sealed / "answer.json").read_bytes())["intervals"]
    fields = ("state", "tx", "payee_account")
    had = [(int(one["start"]), int(one["end"]), *(one[field] for field in fields)) for one in told]
    assert had == [tuple(one) for one in intervals]
    assert report["states"] == ledger.books.states(bond)
    assert report["statement"].startswith("complete only if this block hash is true: 0x")
    assert list(report["contracts"]) == [ledger.session.cash("CNY").contract.address.lower()]


def test_the_copy_in_the_pack_needs_nothing_but_python(lived: Lived, sealed: Path) -> None:
    ledger = lived.ledger
    auditor = ledger.account("Auditor")
    done = run_checker(sealed, "--trust", auditor)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"signed by {auditor.lower()}" in done.stdout


def test_the_checker_imports_nothing_but_the_standard_library() -> None:
    for path in sorted(CHECKER.glob("*.py")):
        lines = path.read_text().splitlines()
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
    lived: Lived, answer: dict[str, Any], tmp_path: Path
) -> None:
    ledger = lived.ledger
    wrong = copy.deepcopy(answer)
    wrong["intervals"][2]["payee_account"] = ledger.account("Factor")
    with pytest.raises(EvidenceFails, match=r"interval \[6000, 17000\): payee_account"):
        bond_pack(ledger, wrong, tmp_path / "pack")


def test_an_earlier_block_has_its_own_pack(lived: Lived, tmp_path: Path) -> None:
    """State proofs of old blocks work: the answer as of closing, packed after everything else happened."""
    ledger, bond, intervals = lived[:3]
    closed = int(ledger.client.receipt(intervals[-1].tx)["blockNumber"], 16)
    report = verify_pack(ledger.evidence.bond(bond, tmp_path / "pack", as_of_block=closed))
    assert report["ok"], report
    assert (report["states"]["cost"], report["states"]["unallocated"]) == (2_000, 98_000)


# --- every kind ------------------------------------------------------------------------------------------


MADE: dict[str, Callable[[Lived, Path], Path]] = {
    "payment": lambda lived, out: lived.ledger.evidence.payment(lived.paid, None, out, signers=BY),
    "payment-prorata": lambda lived, out: lived.ledger.evidence.payment(
        lived.paid, None, out, rule="prorata", signers=BY
    ),
    "receivable": lambda lived, out: lived.ledger.evidence.receivable(lived.receivable, out, signers=BY),
    "account": lambda lived, out: lived.ledger.evidence.account("Contractor", out, signers=BY),
    "interval": lambda lived, out: lived.ledger.evidence.interval(
        IntervalQuestion("line:1", start=1_000, end=50_000), out, signers=BY
    ),
    "interval-back": lambda lived, out: lived.ledger.evidence.interval(
        IntervalQuestion(lived.ledger.account("Contractor"), direction="backward"), out, signers=BY
    ),
    "interval-bounds": lambda lived, out: lived.ledger.evidence.interval(
        IntervalQuestion("line:1", rule="bounds"), out, signers=BY
    ),
    "bond-prorata": lambda lived, out: lived.ledger.evidence.bond(
        lived.bond, out, rule="prorata", signers=BY
    ),
    "project": lambda lived, out: lived.ledger.evidence.project("wind farm", out, signers=BY),
    "idle": lambda lived, out: lived.ledger.evidence.idle(out, bond=lived.bond, signers=BY),
    "resting": lambda lived, out: lived.ledger.evidence.idle(out, party="Subcontractor", signers=BY),
    "compare": lambda lived, out: lived.ledger.evidence.compare(
        lived.bond, str(lived.middle), None, out, line=1, signers=BY
    ),
    "compare-project": lambda lived, out: lived.ledger.evidence.compare_project(
        "wind farm", str(lived.middle), None, out, signers=BY
    ),
    "compare-receivable": lambda lived, out: lived.ledger.evidence.compare_receivable(
        lived.receivable, str(lived.middle), None, out, signers=BY
    ),
    "piece": lambda lived, out: lived.ledger.evidence.piece(
        lived.receivable, out, start=2_000, end=5_000, signers=BY
    ),
    "statement": lambda lived, out: lived.ledger.evidence.statement(
        "Contractor", out, first=str(lived.middle), signers=BY
    ),
    "statement-units": lambda lived, out: lived.ledger.evidence.statement("Investor", out, signers=BY),
}
"""One answer of each kind, and some by other rules or the other way."""
BY = ("Auditor",)
PACKS = ("bond", *MADE)


def kind_of(name: str) -> str:
    return name if name.startswith("compare") else name.partition("-")[0]


@pytest.fixture(scope="module")
def packs(lived: Lived, sealed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The bond's is a folder, the others were zips before they were unpacked."""
    folder = tmp_path_factory.mktemp("kinds")
    for name, make in MADE.items():
        shutil.unpack_archive(make(lived, folder / f"{name}.zip"), folder / name)
    return {"bond": sealed, **{name: folder / name for name in MADE}}


@pytest.mark.spec("EVD-1")
@pytest.mark.parametrize("kind", PACKS)
def test_any_answer_has_a_pack_that_a_reader_checks_alone(
    lived: Lived, packs: dict[str, Path], kind: str
) -> None:
    auditor = lived.ledger.account("Auditor")
    done = run_checker(packs[kind], "--trust", auditor)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"kind: {kind_of(kind)}\n" in done.stdout
    assert f"signed by {auditor.lower()}" in done.stdout


def test_two_dates_are_packed_by_command(shell: Callable[..., str], lived: Lived, tmp_path: Path) -> None:
    for what, said in (("project:wind farm", "项目 1 的变化"), (f"receivable:{lived.receivable}", "的变化")):
        out = tmp_path / f"{what[:7]}.zip"
        shell("evidence", "compare", what, lived.middle, "--out", out)
        assert said in shell("--lang", "zh", "verify", out)
    for what in ("pool:1", "interval:line:1"):
        with pytest.raises(BadInput, match="no pack compares this"):
            shell("evidence", "compare", what, lived.middle, "--out", tmp_path / "no")


def test_what_each_kind_proves_is_what_happened(lived: Lived, packs: dict[str, Path]) -> None:
    kinds = ("payment", "receivable", "account")
    ledger, (payment, piece, account) = lived.ledger, (verify_pack(packs[kind]) for kind in kinds)
    assert payment["amount"] == 15_000
    assert (piece["receivable"], piece["face"]) == (lived.receivable, 9_000)
    assert piece["pieces"] == 3
    told = json.loads((packs["account"] / "answer.json").read_bytes())
    balance = ledger.cash.balance("Contractor", "CNY")
    assert told["balance"] == told["moves"][-1]["balance"] == str(balance)
    assert account["acts"] >= len(told["moves"]) > 3
    idle = sum(one.end - one.start for one in lived.intervals if one.state not in ("cost", "spent"))
    assert verify_pack(packs["idle"])["amount"] == idle == 79_000


WHOLE = {
    "bond": 8,
    "bond-prorata": 8,
    "project": 16,
    "idle": 8,
    "compare": 8,
    "compare-project": 16,
    "account": 1,
    "statement": 28,
}
"""By kind: the sub-accounts of which the second checker has to find every move. A bond's are origin, cost,
pool, two lines and three encumbrances; a participant's its account and what modules owe it, in each cash."""
FIRST_ALONE = ("receivable", "compare-receivable", "payment-prorata", "interval-bounds", "statement-units")
"""Their last act is a piece's, of units, or on a way that no answer lists: only the first checker sees it."""


@pytest.mark.spec("EVD-1")
@pytest.mark.parametrize("kind", PACKS)
def test_the_second_checker_agrees_and_misses_what_is_left_out(
    quick: None, packs: dict[str, Path], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small, "keccak", reference_keccak)
    said = small.verify(packs[kind])
    assert said[0] == f"kind: {kind_of(kind)}"
    if kind in WHOLE:
        assert said[3] == f"sub-accounts in which no move is missing: {WHOLE[kind]}"
    pack = Path(shutil.copytree(packs[kind], tmp_path / "pack"))
    moves = json.loads((pack / "moves.json").read_bytes())
    gone = moves[-1]
    (pack / f"receipts/{gone['block']}-{gone['tx_index']}.json").unlink()
    (pack / "moves.json").write_text(json.dumps([move for move in moves if move["tx"] != gone["tx"]]))
    listed = json.loads((pack / "manifest.json").read_bytes())
    del listed["files"][f"receipts/{gone['block']}-{gone['tx_index']}.json"]
    (pack / "manifest.json").write_text(json.dumps(listed))
    reseal(pack)
    assert not verify_pack(pack)["ok"]
    last = small.verify(pack)[-1]
    if kind in FIRST_ALONE:
        assert last == "the rest is checked by verify_pack.py alone; see the first lines of this file"
    else:
        assert "is missing" in last or f"that of transaction {gone['tx']} in block" in last


@pytest.mark.spec("EVD-1")
@pytest.mark.parametrize(
    ("field", "value", "why"),
    [("opening", "1", "opening is "), ("closing", "1", "closing is "), ("moves", [], "not")],
)
def test_the_second_checker_names_what_a_statement_tells_otherwise(
    packs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str, value: Any, why: str
) -> None:
    monkeypatch.setattr(small, "keccak", reference_keccak)
    pack = Path(shutil.copytree(packs["statement"], tmp_path / "pack"))
    answer = json.loads((pack / "answer.json").read_bytes())
    answer["cash"][0][field] = value
    (pack / "answer.json").write_text(json.dumps(answer))
    reseal(pack)
    [said] = small.verify(pack)
    assert said.startswith(f"WRONG  answer.json: {answer['cash'][0]['address'].lower()}: {why}")


# --- every kind, forged ----------------------------------------------------------------------------------

Files = dict[str, bytes]


@pytest.fixture
def quick() -> Iterator[None]:
    """The same hash, faster: the checker's own is shown equal elsewhere, and the copy in a pack uses it."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (core, moves, pieces, proofs):
            patch.setattr(module, "keccak", reference_keccak)
        yield


def resealed(files: Files) -> Files:
    """What a forger does who knows the format: lists the files as if they had always been so."""
    there = {name: content for name, content in files.items() if name != "manifest.json"}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in there.items()}
    listed = json.dumps({"format": FORMAT, "files": hashes}, sort_keys=True, indent=1) + "\n"
    return {**there, "manifest.json": listed.encode()}


def put(files: Files, name: str, value: Any) -> Files:
    return resealed({**files, name: json.dumps(value).encode()})


def problem(files: Files) -> str:
    report = verify_files(files)
    assert not report["ok"], report
    return "\n".join(report["problems"])


@pytest.mark.spec("EVD-1")
@pytest.mark.parametrize("kind", PACKS)
def test_every_file_changed_in_one_byte_or_dropped_is_named(
    quick: None, packs: dict[str, Path], kind: str
) -> None:
    rng, files = random.Random(kind), read(packs[kind])
    for name, content in files.items():
        for at in {0, len(content) - 1, *(rng.randrange(len(content)) for _ in range(2))}:
            changed = content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :]
            whole = {**files, name: changed}
            if name == "manifest.json":
                assert name in problem(whole), at
            else:
                assert Pack(whole).changed() == [f"{name}: not the file in manifest.json"], at
        if name != "manifest.json":
            rest = {other: kept for other, kept in files.items() if other != name}
            assert Pack(rest).changed() == [f"{name}: not the file in manifest.json"]


@pytest.mark.spec("EVD-1")
@pytest.mark.parametrize("kind", PACKS)
def test_a_changed_digit_of_a_proof_is_found_though_the_manifest_agrees(
    quick: None, packs: dict[str, Path], kind: str
) -> None:
    rng, files = random.Random(kind), read(packs[kind])
    parts = [rng.choice(sorted(n for n in files if n.startswith(part))) for part in ("headers/", "receipts/")]
    for name in (*parts, "counters.json", "checkpoints.json"):
        text = files[name].decode()
        for _ in range(3):
            quoted = rng.choice([at for at in range(len(text)) if text[at : at + 3] == '"0x'])
            at = rng.randrange(quoted + 3, text.index('"', quoted + 1))
            if '"account": ' in text[quoted - 11 : quoted] and name == "checkpoints.json":
                continue  # whose key it was is attested
            other = rng.choice([digit for digit in "0123456789abcdef" if digit != text[at].lower()])
            changed = (text[:at] + other + text[at + 1 :]).encode()
            assert name.split("/")[0].rstrip("s") in problem(resealed({**files, name: changed})), (name, at)


@pytest.mark.spec("EVD-1")
@pytest.mark.parametrize("kind", PACKS)
def test_each_move_dropped_is_named_and_each_transaction_left_out_everywhere_shows(
    quick: None, packs: dict[str, Path], kind: str
) -> None:
    files = read(packs[kind])
    rng, moves = random.Random(kind), json.loads(files["moves.json"])
    for gone in rng.sample(moves, min(len(moves), 5)):
        said = problem(put(files, "moves.json", [move for move in moves if move is not gone]))
        assert "moves.json: left out: " in said
        assert f"{gone['block']}/{gone['tx_index']}/{gone['log_index']} of transaction {gone['tx']}" in said
    made = sorted({move["tx"] for move in moves})
    for tx in made if kind in ("bond", "receivable", "interval") else rng.sample(made, min(len(made), 3)):
        there = [move for move in moves if move["tx"] != tx]
        block, index = next((m["block"], m["tx_index"]) for m in moves if m["tx"] == tx)
        rest = {name: kept for name, kept in files.items() if name != f"receipts/{block}-{index}.json"}
        said = problem(put(rest, "moves.json", there))
        assert "missing" in said or "are held" in said, (tx, said)


@pytest.mark.spec("EVD-2")
def test_a_middle_tier_left_out_is_named(quick: None, packs: dict[str, Path]) -> None:
    """The piece went from contractor to subcontractor; the act before its payment is gone from every file."""
    files = read(packs["receivable"])
    acts = json.loads(files["moves.json"])
    tier = next(act for act in acts if act["act"] == "PieceMoved")
    name = f"receipts/{tier['block']}-{tier['tx_index']}.json"
    cut = next(act for act in acts if act["tx"] == tier["tx"])
    assert cut["act"] == "Cut", "the piece was cut out in the act that moved it"
    rest = {other: kept for other, kept in files.items() if other != name}
    said = problem(put(rest, "moves.json", [act for act in acts if act["tx"] != tier["tx"]]))
    assert f"moves.json: receivable {verify_files(files)['receivable']}: piece at 0: act" in said
    assert "missing before act" in said


@pytest.mark.spec("EVD-3")
@pytest.mark.parametrize("kind", PACKS)
def test_a_pack_without_a_checkpoint_of_somebody_trusted_says_what_has_to_be_believed(
    quick: None, lived: Lived, packs: dict[str, Path], kind: str
) -> None:
    auditor, files = lived.ledger.account("Auditor"), read(packs[kind])
    assert verify_files(files, [auditor])["statement"].startswith("complete; the block hash is signed by 0x")
    dropped = {**files, "checkpoints.json": b"[]\n"}
    assert verify_files(dropped)["problems"] == ["checkpoints.json: not the file in manifest.json"]
    report = verify_files(resealed(dropped), [auditor])
    assert report["statement"] == f"complete only if this block hash is true: {report['block_hash']}"


NOBODY = "0x" + "5a" * 20
FORGED = [
    ("bond", ("intervals", 2, "path", 1, "start"), "7", "path after its first stop 0 start is 6000"),
    ("bond", ("intervals", 2, "path", 0, "parties", 0, "account"), NOBODY, "path 0 parties 0 account is 0x"),
    ("bond", ("intervals", 2, "onward", 0, "account"), NOBODY, "account is None"),
    ("bond", ("intervals", 2, "onward"), [], "it ends before 17000"),
    ("bond", ("intervals", 0, "onward", 0, "horizon"), "redeemed", "horizon is None"),
    ("bond", ("holders",), [{}], "no rule that numbers no fen was asked for"),
    ("bond-prorata", ("holders", 0, "least"), "1", "has "),
    ("bond-prorata", ("holders",), [], "left out: "),
    ("payment", ("amount",), "14999", "amount is 15000"),
    ("payment", ("payee_account",), NOBODY, "payee_account is 0x"),
    ("payment", ("document",), "0x" + "5a" * 32, "document is 0x"),
    ("payment", ("rule",), "prorata", ""),
    ("payment", ("as_of_block",), 1, "block is not that of counters.json"),
    ("payment", ("sources", 0, "bond"), 2, "bond is 1"),
    ("payment", ("sources", 0, "origin_start"), "1", "origin_start is 2000"),
    ("payment", ("sources", 0, "end"), "14999", "amount"),
    ("payment", ("sources", 0, "project"), "coal mine", "project is wind farm"),
    ("payment", ("sources", 0, "investor", "account"), NOBODY, "investor account is 0x"),
    ("payment", ("sources", 0, "path", 1, "start"), "7", "path 1 start is"),
    ("payment", ("sources", 0, "path", 2, "tx"), "0x" + "5a" * 32, "path 2 tx is"),
    ("payment-prorata", ("sources", 0, "bond"), 2, "no money is at 2, or it is told twice"),
    ("payment-prorata", ("sources", 0, "most"), "14999", "1 has 15000 to 15000"),
    ("receivable", ("face",), "9001", "face is 9000"),
    ("receivable", ("supplier", "account"), NOBODY, "supplier account is 0x"),
    ("receivable", ("pieces", 1, "holder", "account"), NOBODY, "pieces 1 holder account is 0x"),
    ("receivable", ("pieces", 0, "state"), "held", "pieces 0 state is paid"),
    ("receivable", ("pieces", 2, "sequence"), 9, "pieces 2 sequence is"),
    ("receivable", ("pieces", 1, "history"), [], "pieces 1 history: there are 1"),
    ("account", ("balance",), "1", "balance is"),
    ("account", ("moves", 0, "amount"), "1", "moves 0 amount is"),
    ("account", ("moves", 1, "offset"), "1", "moves 1 offset is"),
    ("account", ("moves", 1, "direction"), "out", "moves 1 direction is in"),
    ("account", ("moves", 0, "other"), NOBODY, "moves 0 other is 0x"),
    ("account", ("moves",), [], "moves: there are "),
    ("interval", ("start",), "1001", "amount is 48999"),
    ("interval", ("parts", 0, "path", 1, "refund_of"), "0x" + "5a" * 32 + ":1", "path 1 refund_of is"),
    ("interval", ("parts", 1, "account"), NOBODY, "account is "),
    ("interval", ("cut",), "1", "cut is 0"),
    ("interval", ("direction",), "backward", "direction is not that of counters.json"),
    ("interval-back", ("parts", 0, "end_of_trace"), "cut", "end_of_trace is minted"),
    ("interval-back", ("parts", 0, "path", 1, "address"), NOBODY, "path 1 address is 0x"),
    ("interval-bounds", ("shares", 0, "least"), "0", "least is "),
    ("interval-bounds", ("shares", -1, "most"), "1", "has "),
    ("interval-bounds", ("shares",), [], "parts rest on the bond's own books"),
    ("project", ("label",), "coal mine", "label is wind farm"),
    ("project", ("sections", 0, "allocated"), "1", "allocated is "),
    ("project", ("sections", 1, "intervals", 0, "state"), "spent", "state is available"),
    ("project", ("sections", 0, "states", "spent"), "1", "states spent is "),
    ("project", ("sections",), [], "a section is left out"),
    ("idle", ("sections", 0, "amount"), "1", "unallocated amount is "),
    ("idle", ("sections", 0, "intervals", 0, "age_seconds"), -1, "age_seconds is "),
    ("idle", ("sections", 0, "intervals", 0, "since", "block"), 1, "since block is "),
    ("idle", ("sections", 1, "intervals", 0, "received", "time"), 1, "received time is "),
    ("idle", ("sections",), [], "wait"),
    ("resting", ("sections", 0, "amount"), "1", "amount is 3000"),
    ("resting", ("sections", 0, "intervals", 0, "since", "tx"), "0x" + "5a" * 32, "since tx is 0x"),
    ("resting", ("sections",), [], "3000 rest on 0x"),
    ("compare", ("before", "amount"), "1", "before amount is "),
    ("compare", ("before", "block"), 1, "no header of block 1"),
    ("compare", ("moved", 0, "after", "state"), "lost", "after state is "),
    ("compare", ("moved", 0, "before", "payee_account"), NOBODY, "before payee_account is "),
    ("compare", ("moved",), [], "left out: "),
    ("compare", ("unchanged",), "1", "unchanged is "),
    ("compare", ("states", 0, "change"), "1", "states change is "),
    ("compare-project", ("label",), "coal mine", "label is wind farm"),
    ("compare-project", ("lines", 0, "before", "block"), 1, "before block is "),
    ("compare-project", ("lines", 0, "moved"), [], "left out: "),
    ("compare-project", ("lines", 1, "unchanged"), "1", "unchanged is "),
    ("compare-project", ("lines",), [], "a line is left out"),
    ("compare-project", ("totals", 0, "moved_amount"), "1", "totals 0 moved_amount is "),
    ("compare-receivable", ("face",), "1", "face is 9000"),
    ("compare-receivable", ("before", "amount"), "1", "before amount is 9000"),
    ("compare-receivable", ("moved", 0, "after", "state"), "voided", "after state is paid"),
    ("compare-receivable", ("moved", 0, "before", "account"), NOBODY, "before account is 0x"),
    ("compare-receivable", ("holders", 0, "change"), "1", "holders change is "),
    ("compare-receivable", ("moved",), [], "left out: "),
    ("piece", ("encumbered",), None, "a bond locked 9000 for it"),
    ("piece", ("encumbered", "sources", 0, "origin_end"), "1", "origin_end is "),
    ("piece", ("receivable",), "2", "receivable is not that of counters.json"),
    ("statement", ("cash", 0, "opening"), "1", "opening is "),
    ("statement", ("cash", 0, "moves", 0, "counterpart", "account"), NOBODY, "counterpart account is "),
    ("statement", ("cash", 0, "moves"), [], "moves: there are "),
    ("statement", ("cash",), [], "left out, or without cause"),
    ("statement", ("pieces", 0, "lost"), "1", "lost is "),
    ("statement", ("pieces", 0, "changes", 0, "after", "state"), "held", "after state is "),
    ("statement", ("pieces",), [], "left out, or without cause"),
    ("statement-units", ("units", 0, "closing"), "11", "closing is 10"),
    ("statement-units", ("units", 0, "moves", 0, "received"), "9", "received is 10"),
]


@pytest.mark.spec("EVD-1")
@pytest.mark.parametrize(("kind", "path", "value", "said"), FORGED)
def test_what_an_answer_says_otherwise_is_refused_and_the_field_named(
    quick: None, packs: dict[str, Path], kind: str, path: tuple[Any, ...], value: Any, said: str
) -> None:
    files = read(packs[kind])
    answer = json.loads(files["answer.json"])
    place: Any = answer
    for step in path[:-1]:
        place = place[step]
    assert place[path[-1]] != value
    place[path[-1]] = value
    found = problem(put(files, "answer.json", answer))
    assert found.startswith(
        ("answer.json", "moves.json" if "state" in path or value == "prorata" else "answer")
    )
    assert said in found


def test_a_zip_that_was_changed_or_names_a_file_twice_is_refused(
    packs: dict[str, Path], tmp_path: Path
) -> None:
    whole = (packs["account"].parent / "account.zip").read_bytes()
    broken = tmp_path / "broken.zip"
    for at in range(200, len(whole) // 2, len(whole) // 8):
        broken.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not verify_pack(broken)["ok"]
    twice = tmp_path / "twice.zip"
    with zipfile.ZipFile(twice, "w") as packed, pytest.warns(UserWarning, match="Duplicate"):
        for _ in range(2):
            packed.writestr("answer.json", "{}")
    assert "is in the zip twice" in verify_pack(twice)["problems"][0]


@pytest.mark.spec("EVD-1")
def test_a_zip_that_would_fill_the_machine_or_names_files_elsewhere_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "LARGEST", 10_000)
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("answer.json", "0" * 10_001)
    assert "the zip would unpack to 10001 bytes, more than 10000" in verify_pack(bomb)["problems"][0]
    for name in ("../answer.json", "/etc/answer.json", "headers/../../answer.json"):
        strange = tmp_path / "strange.zip"
        with zipfile.ZipFile(strange, "w") as packed:
            packed.writestr(name, "{}")
        assert f"names files elsewhere: {name}" in verify_pack(strange)["problems"][0]
    assert "cannot be read" in verify_pack(tmp_path / "nowhere.zip")["problems"][0]


# --- checkpoints ------------------------------------------------------------------------------------------


@pytest.mark.spec("EVD-3")
def test_a_checkpoint_signed_afterwards_vouches_for_packs_of_earlier_blocks(
    quick: None, lived: Lived, tmp_path: Path
) -> None:
    ledger = lived.ledger
    bank, verifier = ledger.account("settlement bank").lower(), ledger.account("Verifier").lower()
    head = ledger.client.block_number()
    earlier = head - 3
    assert (
        ledger.evidence.sign("settlement bank").block,
        ledger.evidence.sign("Verifier", earlier).block,
    ) == (
        head,
        earlier,
    )
    shown = ledger.evidence.checkpoints()
    assert [(one["block"], one["signer"], one["stands"]) for one in shown] == [
        (head, bank, True),
        (earlier, verifier, True),
    ]
    pack = ledger.evidence.receivable(lived.receivable, tmp_path / "earlier", as_of_block=earlier - 1)
    told = json.loads((pack / "counters.json").read_bytes())["block"]
    assert told <= earlier - 1
    for reader, signer in (([bank], bank), ([verifier], verifier), ([bank, verifier], bank)):
        statement = verify_pack(pack, reader)["statement"]
        assert statement.startswith("complete; the block hash is signed by") and signer in statement
    stranger = verify_pack(pack, [ledger.account("Factor")])
    assert stranger["statement"] == f"complete only if this block hash is true: {stranger['block_hash']}"


@pytest.mark.spec("EVD-3")
def test_what_was_signed_for_a_block_that_is_no_more_goes_into_no_pack(lived: Lived, tmp_path: Path) -> None:
    ledger = lived.ledger
    head = ledger.client.block_number()
    point = sign_checkpoint(ledger.session.signer("Auditor"), ledger.client.chain_id, head, "0x" + "5a" * 32)
    ledger.session.checkpoints().keep(KeptCheckpoint(**point, account=ledger.account("Auditor")))
    [shown] = [one for one in ledger.evidence.checkpoints() if one["block_hash"] == point["block_hash"]]
    assert shown["stands"] is False
    pack = ledger.evidence.receivable(lived.receivable, tmp_path / "pack")
    kept = json.loads((pack / "checkpoints.json").read_bytes())
    assert point["block_hash"] not in {one["block_hash"] for one in kept}
