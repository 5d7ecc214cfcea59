"""Factoring files, a score under consent, the loan that follows, and what suppliers wait and pay."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger import Ledger, cli
from ledger.bootstrap.testing import FIRST_DAY, PASSPHRASE
from ledger.domain.kinds import DocumentKind
from ledger.domain.states import ApplicationState, DrawdownState, LoanState
from ledger.errors import BadInput, ContractRefusal, NotFound
from ledger.services.loans import ScoreDiffers
from ledger.services.sme import as_csv
from tests.integration import given_bond as given
from tests.integration.given_bond import DAY, LATER, yuan

DUE = FIRST_DAY + 180 * DAY
RATE = 60_000


def refuses(name: str, act: Callable[[], Any]) -> None:
    with pytest.raises(ContractRefusal, match=rf"refused: {name}\("):
        act()


@pytest.fixture(scope="module")
def receivable(town: Ledger) -> int:
    """1,000 yuan of the company's to the contractor, accepted."""
    town.bank.mint("settlement bank", "Factor", yuan(10_000), "lending: factor", "CNY")
    line = town.bank.grant_line("settlement bank", "Company", yuan(5_000), LATER).id
    invoice = given.invoice(town, 1_000, buyer="Company").fingerprint
    found = town.obligor.confirm(
        "Company",
        "Contractor",
        yuan(1_000),
        cash="CNY",
        due=DUE,
        credit_line=line,
        fingerprint=invoice,
        contract=b"contract",
        delivery=b"delivery",
    )
    town.supplier.accept("Contractor", found.id)
    return found.id


@pytest.fixture(scope="module")
def financed(town: Ledger, receivable: int) -> int:
    """The file of its first 400 yuan, from the order to the factor's money, nine days after delivery."""
    file = town.files.open("Contractor", receivable, start=0, end=40_000).id
    town.files.add("Contractor", file, DocumentKind.ORDER, b"the order")
    refuses(
        "PaperMissing", lambda: town.files.add("Contractor", file, DocumentKind.INVOICE, "0x" + "ab" * 32)
    )
    town.files.add("Contractor", file, DocumentKind.DELIVERY, b"the delivery note")
    invoice = town.books.receivable(receivable).fingerprint
    town.files.add("Contractor", file, DocumentKind.INVOICE, invoice)
    town.files.apply("Contractor", file, "Factor", b"please finance")
    town.files.review("Factor", file, b"we shall", approved=True)
    town.operator.post_business_date(FIRST_DAY + 9 * DAY)
    deadline = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    quote = town.financier.quote("Factor", receivable, start=0, end=40_000, rate_ppm=RATE, deadline=deadline)
    town.financier.accept("Contractor", quote)
    town.financier.fund("Factor", quote, number="R-1", registration=b"registration", search=b"search")
    return file


@pytest.mark.spec("FILE-1")
def test_a_file_is_one_timeline_from_order_to_money(town: Ledger, financed: int) -> None:
    shown = town.files.show(financed)
    steps = [(one["name"], one["kind"]) for one in shown["timeline"]]
    assert [name for name, _ in steps if name in ("Confirmed", "Accepted")] == ["Confirmed", "Accepted"]
    own = [step for step in steps if step[0] not in ("Confirmed", "Accepted", "PieceMoved")]
    assert own == [
        ("FileOpened", None),
        ("PaperFiled", DocumentKind.ORDER),
        ("PaperFiled", DocumentKind.DELIVERY),
        ("PaperFiled", DocumentKind.INVOICE),
        ("AppliedFor", None),
        ("FileReviewed", None),
        ("QuoteAccepted", None),
        ("DocumentRegistered", DocumentKind.REGISTRY_SEARCH),
        ("DocumentRegistered", DocumentKind.REGISTRATION),
        ("Financed", None),
    ]
    assert shown["timeline"][-1]["day"] == (FIRST_DAY + 9 * DAY).isoformat()
    assert all(one["time"] > 1_600_000_000 for one in shown["timeline"])
    assert [one["state"] for one in shown["applications"]] == ["approved"]
    rival = town.files.show(financed, financier="Investor")
    assert rival["applications"] == [] and "Financed" not in {one["name"] for one in rival["timeline"]}


@pytest.mark.spec("FILE-1")
def test_a_corrected_paper_supersedes_and_outdates_the_review(town: Ledger, financed: int) -> None:
    before = town.files.file(financed)
    town.files.add("Contractor", financed, DocumentKind.ORDER, b"the order, corrected")
    after = town.files.file(financed)
    assert (after.version, len(after.papers)) == (before.version + 1, 3)
    record = town.session.read(
        "Documents", "document", bytes.fromhex(after.papers[0].document[2:]), after.supplier
    )
    assert "0x" + bytes(record["supersedes"]).hex() == before.papers[0].document
    assert after.applications[0].state == ApplicationState.OUTDATED
    with pytest.raises(BadInput):
        town.files.add("Contractor", financed, DocumentKind.TRADE, b"no such place")
    with pytest.raises(BadInput):
        town.files.add("Contractor", financed, DocumentKind.INVOICE, b"a file")
    with pytest.raises(NotFound):
        town.files.file(99)


@pytest.mark.spec("SCORE-1")
def test_a_score_needs_consent_and_ends_with_it(town: Ledger, financed: int) -> None:
    with pytest.raises(NotFound):
        town.scores.seen_by("Factor", "Contractor")
    asked = {"document": b"application"}
    refuses("MandateMissing", lambda: town.loans.apply("Contractor", "Factor", yuan(300), **asked))
    mandate = town.scores.consent("Contractor", "Factor", until=LATER, document=b"consent")
    seen, own = (town.scores.seen_by(who, "Contractor", mandate.block) for who in ("Factor", "Contractor"))
    assert seen == own and seen.features.accepted >= 1 and seen.features.refinanced_ppm
    assert town.scores.of("Contractor", mandate.block).features_hash == seen.features_hash
    town.mandates.end("Contractor", mandate.id)
    with pytest.raises(NotFound):
        town.scores.seen_by("Factor", "Contractor")


@pytest.mark.spec("LOAN-1", "SCORE-1")
def test_a_loan_from_application_to_the_last_fen(town: Ledger, financed: int) -> None:
    town.scores.consent("Contractor", "Factor", until=LATER, document=b"consent")
    asked = town.loans.apply("Contractor", "Factor", yuan(300), document=b"application")
    assert town.loans.recomputed("Factor", asked.line)
    terms = {"rate_ppm": RATE, "tenor_days": 30, "expires": LATER, "document": b"granted"}
    town.loans.grant("Factor", asked.line, limit=yuan(200), **terms)
    paper = town.documents.sign_and_register(
        town.documents.obligation(
            DocumentKind.LOAN_DRAWDOWN,
            payer="Factor",
            payee="Contractor",
            number="L-1",
            dated=town.session.today(),
            total=yuan(200),
            paper=b"drawdown",
        )
    )
    had = town.cash.balance("Contractor", "CNY")
    drawn = town.loans.draw("Contractor", asked.line, paper.fingerprint, yuan(150))
    assert town.cash.balance("Contractor", "CNY") == had + 15_000
    refuses("LoanLimitExceeded", lambda: town.loans.draw("Contractor", asked.line, paper.fingerprint, 5_001))
    town.operator.post_business_date(town.session.today() + 12 * DAY)
    owed = town.loans.drawdown(drawn.drawdown)
    assert (owed.outstanding, owed.interest) == (15_000, 30)  # 15,000 × 6% × 12 / 360
    part = town.loans.repay("Contractor", drawn.drawdown, 5_030)
    assert (part.principal, part.interest, part.outstanding, part.kept) == (5_000, 30, 10_000, False)
    town.loans.repay("Contractor", drawn.drawdown, 10_000)
    line = town.loans.line(asked.line)
    assert (line.drawn, line.repaid, line.outstanding, line.interest_paid) == (15_000, 15_000, 0, 30)
    assert town.loans.drawdowns(asked.line)[0].state == DrawdownState.REPAID
    assert town.scores.of("Contractor").features.loans_in_time_ppm == 1_000_000
    town.loans.close("Factor", asked.line)
    assert [one.state for one in town.loans.lines("Contractor")] == [LoanState.CLOSED]


@pytest.mark.spec("SCORE-1")
def test_no_line_is_granted_on_features_that_are_not_the_ledgers(town: Ledger, financed: int) -> None:
    town.scores.consent("Contractor", "Factor", until=LATER, document=b"consent")
    document = town.documents.register("Contractor", b"mine", DocumentKind.APPLICATION).document
    application = {
        "financier": town.session.address("Factor"),
        "cash": town.session.cash("CNY").contract.address,
        "amount": 100,
        "features": b"\x01" * 32,
        "asOfBlock": 1,
        "document": bytes.fromhex(document[2:]),
        "security": bytes(32),
    }
    mined = town.session.act("Contractor", "SupplierLoans", "applyFor", application)
    line = mined.event("LoanApplied").args["line"]
    terms = {"rate_ppm": RATE, "tenor_days": 30, "expires": LATER, "document": b"granted"}
    with pytest.raises(ScoreDiffers):
        town.loans.grant("Factor", line, limit=yuan(1), **terms)
    town.loans.decline("Factor", line, b"no")
    assert town.loans.line(line).state == LoanState.DECLINED


@pytest.mark.spec("SME-1")
def test_what_a_supplier_waited_and_paid(town: Ledger, financed: int) -> None:
    [row] = town.sme.metrics(supplier="Contractor")["rows"]
    assert (row["currency"], row["amount"], row["days"], row["over_60_ppm"]) == ("CNY", "40000", 9, 0)
    discount = 40_000 * RATE * 171 // 360_000_000
    assert row["cost"] == str(discount) and row["all_in_360_ppm"] > RATE
    [together] = town.sme.metrics(obligor="Company")["rows"]
    assert together["supplier"] is None and together["amount"] == "40000"
    assert town.sme.metrics(obligor="Issuer")["rows"] == []
    lines = as_csv(town.sme.metrics()).splitlines()
    assert lines[0].startswith("as_of,block,supplier,programme,cash") and len(lines) == 2


@pytest.fixture
def shell(town: Ledger, tmp_path: Path) -> Callable[..., str]:
    """Runs a command on the town's chain, with a connection of its own; `@paper` is a file to cite."""
    (tmp_path / "paper").write_bytes(b"a paper")
    state = town.records.folder.parent.parent

    def run(*words: str) -> str:
        environment = {"GREENLEDGER_PASSPHRASE": PASSPHRASE, "LANG": "C.UTF-8"}
        cited = [str(tmp_path / word[1:]) if word.startswith("@") else word for word in words]
        done = CliRunner().invoke(cli.app, ["--state", str(state), *cited], env=environment)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


@pytest.mark.spec("FILE-1", "SCORE-1", "LOAN-1", "SME-1")
def test_the_same_from_the_shell(
    town: Ledger, receivable: int, financed: int, shell: Callable[..., str], tmp_path: Path
) -> None:
    paper = ("--document", "@paper")
    kept = ("--start", "50000", "--end", "60000")
    opened = shell("file", "open", str(receivable), "--as", "Contractor", *kept, "--json")
    file = str(json.loads(opened)["file"])
    shell("file", "add", file, "--as", "Contractor", "--kind", "order", *paper)
    shell("file", "add", file, "--as", "Contractor", "--kind", "delivery", *paper)
    invoice = ("--hash", town.books.receivable(receivable).fingerprint)
    shell("file", "add", file, "--as", "Contractor", "--kind", "invoice", *invoice)
    shell("file", "apply", file, "--as", "Contractor", "--to", "Factor", *paper)
    shell("file", "review", file, "--as", "Factor", *paper, "--reject", "too small")
    assert json.loads(shell("file", "show", file, "--json"))["applications"][0]["state"] == "rejected"
    assert "审查结果" in shell("--lang", "zh", "file", "show", file)

    shell("score", "consent", "Factor", "--as", "Contractor", "--until", "2025-12-31", *paper)
    seen = json.loads(shell("score", "show", "Contractor", "--as", "Factor", "--json"))
    assert seen["features"]["refinanced_ppm"] > 0
    assert "评分卡" in shell("--lang", "zh", "score", "show", "Contractor", "--as", "Contractor")

    asked = shell("loan", "apply", "100", "--as", "Contractor", "--to", "Factor", *paper, "--json")
    line = str(json.loads(asked)["line"])
    terms = ("--rate-ppm", "60000", "--tenor", "30", "--until", "2025-12-31")
    shell("loan", "grant", line, "100", "--as", "Factor", *terms, *paper)
    signed = shell("loan", "paper", line, "100", "--number", "L-9", *paper, "--json")
    fingerprint = ("--fingerprint", json.loads(signed)["fingerprint"])
    drawn = json.loads(shell("loan", "draw", line, "80", "--as", "Contractor", *fingerprint, "--json"))
    shell("loan", "repay", str(drawn["drawdown"]), "80", "--as", "Contractor")
    shell("loan", "close", line, "--as", "Factor")
    shown = json.loads(shell("loan", "show", line, "--json"))
    assert (shown["drawn"], shown["outstanding"], shown["state"]) == ("8000", "0", "closed")
    assert "已还清" in shell("--lang", "zh", "loan", "show", line)
    assert line in shell("loan", "list", "--of", "Contractor")

    exported = ("--csv", str(tmp_path / "sme.csv"))
    rows = json.loads(shell("sme", "metrics", "--supplier", "Contractor", *exported, "--json"))["rows"]
    assert rows[0]["days"] == 9 and (tmp_path / "sme.csv").read_text().count("\n") == 2
    assert "保障中小企业款项支付条例" in shell("sme", "metrics")


@pytest.mark.spec("LOAN-1", "DOC-1")
def test_the_check_follows_loans(town: Ledger, financed: int) -> None:
    found = {one["id"]: one for one in town.check()["checks"]}
    assert found["LOAN-1"]["ok"] and found["DOC-1"]["ok"] and found["CASH-1"]["ok"], found
