"""Factoring files, suppliers' scores and loans, and what suppliers wait and pay."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response

from api.deps import (
    AnyCaller,
    Caller,
    FinancierCaller,
    LedgerHere,
    ParticipantCaller,
    SupplierCaller,
    reads,
    require_party,
)
from api.schemas.common import Act, CashName, Who
from api.schemas.lending import (
    ApplicationIn,
    ConsentIn,
    ConsentOut,
    DrawIn,
    DrawnOut,
    FileIn,
    FileOpened,
    FileOut,
    FilingIn,
    LoanApplied,
    LoanIn,
    LoanOut,
    LoanPaperIn,
    LoanTermsIn,
    MetricsOut,
    RepaidOut,
    RepayIn,
    ReviewResultIn,
    ScoreOut,
)  # fmt: skip
from ledger.domain.kinds import DocumentKind
from ledger.errors import NotFound
from ledger.services.files import File
from ledger.services.loans import LoanLine
from ledger.services.scores import score_json
from ledger.services.sme import as_csv

router = APIRouter(tags=["lending"])

FileNumber = Annotated[int, Path(ge=1, lt=2**53)]
LineNumber = Annotated[int, Path(ge=1, lt=2**32)]
DrawdownNumber = Annotated[int, Path(ge=1, lt=2**53)]
Block = Annotated[int | None, Query(ge=0, lt=2**53)]


# --- factoring files -------------------------------------------------------------------------------------


@router.post("/factoring-files")
def open_file(caller: SupplierCaller, ledger: LedgerHere, body: FileIn) -> FileOpened:
    """Begins a file about an interval that the caller holds."""
    require_party(ledger, caller, body.receivable)
    made = ledger.files.open(caller.account, body.receivable, start=body.start, end=body.end)
    return FileOpened(tx=made.tx, block=made.block, id=made.id)


@router.get("/factoring-files/{file}")
def show_file(caller: AnyCaller, ledger: LedgerHere, file: FileNumber) -> FileOut:
    """Papers, applications and one timeline, for its supplier and the financiers it applied to."""
    found = _visible(ledger, caller, file)
    own = caller.account == found.supplier or reads(ledger, caller, found.supplier)
    return FileOut.model_validate(ledger.files.show(file, None if own else caller.account))


@router.post("/factoring-files/{file}/papers")
def file_paper(caller: SupplierCaller, ledger: LedgerHere, file: FileNumber, body: FilingIn) -> Act:
    """Files the next paper, or corrects one: order, delivery, invoice."""
    _visible(ledger, caller, file)
    kind = DocumentKind[body.kind.upper()]
    paper = body.document.paper()
    made = ledger.files.add(caller.account, file, kind, paper, registrar=body.registrar)
    return Act.model_validate(made)


@router.post("/factoring-files/{file}/applications")
def apply_to(caller: SupplierCaller, ledger: LedgerHere, file: FileNumber, body: ApplicationIn) -> Act:
    """Applies to a financier, when every paper is on file."""
    _visible(ledger, caller, file)
    made = ledger.files.apply(caller.account, file, body.financier, body.document.paper())
    return Act.model_validate(made)


@router.post("/factoring-files/{file}/reviews")
def review(caller: FinancierCaller, ledger: LedgerHere, file: FileNumber, body: ReviewResultIn) -> Act:
    """The financier's result on the version it looked at."""
    _visible(ledger, caller, file)
    made = ledger.files.review(
        caller.account,
        file,
        body.document.paper(),
        approved=body.approved,
        reason=body.reason,
        version=body.version,
    )
    return Act.model_validate(made)


def _visible(ledger: LedgerHere, caller: Caller, file: int) -> File:
    """The file; NotFound, worded alike, for one that is none of the caller's business."""
    found = ledger.files.file(file)
    parties = (found.supplier, *found.financiers)
    if caller.account not in parties and not reads(ledger, caller, found.supplier):
        raise NotFound(f"there is no factoring file {file}", who=file)
    return found


# --- scores ----------------------------------------------------------------------------------------------


@router.get("/suppliers/{who}/score")
def score(caller: AnyCaller, ledger: LedgerHere, who: Who, block: Block = None) -> ScoreOut:
    """For the supplier, and for financiers while its consent is in force; for others there is none."""
    account = ledger.session.address(who)
    if not reads(ledger, caller, account):
        return ScoreOut.model_validate(score_json(ledger.scores.seen_by(caller.account, who, block)))
    return ScoreOut.model_validate(score_json(ledger.scores.of(account, block)))


@router.post("/consents")
def consent(caller: SupplierCaller, ledger: LedgerHere, body: ConsentIn) -> ConsentOut:
    """Lets a financier see the caller's score up to a last day."""
    made = ledger.scores.consent(
        caller.account, body.financier, until=body.until, document=body.document.paper()
    )
    return ConsentOut.model_validate(made)


# --- loans -----------------------------------------------------------------------------------------------


@router.post("/loans")
def apply_for(caller: SupplierCaller, ledger: LedgerHere, body: LoanIn) -> LoanApplied:
    """Applies for a line to a financier that may see the caller's score."""
    made = ledger.loans.apply(
        caller.account,
        body.financier,
        body.amount.money(),
        document=body.document.paper(),
        security=body.security.paper() if body.security else None,
    )
    return LoanApplied.model_validate(made)


@router.get("/loans")
def loans(caller: ParticipantCaller, ledger: LedgerHere) -> list[LoanOut]:
    """The lines that the caller borrows or lends on."""
    return [LoanOut.of(line, ledger.loans.drawdowns(line.id)) for line in ledger.loans.lines(caller.account)]


@router.get("/loans/{line}")
def loan(caller: AnyCaller, ledger: LedgerHere, line: LineNumber) -> LoanOut:
    """A line and its drawdowns, for its two parties."""
    return LoanOut.of(_concerned(ledger, caller, line), ledger.loans.drawdowns(line))


@router.post("/loans/{line}/grant")
def grant(caller: FinancierCaller, ledger: LedgerHere, line: LineNumber, body: LoanTermsIn) -> Act:
    """Grants it, after recomputing the score that the application names."""
    _concerned(ledger, caller, line)
    made = ledger.loans.grant(
        caller.account,
        line,
        limit=body.limit.money(),
        rate_ppm=body.rate_ppm,
        tenor_days=body.tenor_days,
        expires=body.expires,
        document=body.document.paper(),
    )
    return Act.model_validate(made)


@router.post("/loans/{line}/refusal")
def decline(caller: FinancierCaller, ledger: LedgerHere, line: LineNumber, body: LoanPaperIn) -> Act:
    """Declines an application."""
    _concerned(ledger, caller, line)
    return Act.model_validate(ledger.loans.decline(caller.account, line, body.document.paper()))


@router.post("/loans/{line}/drawdowns")
def draw(caller: SupplierCaller, ledger: LedgerHere, line: LineNumber, body: DrawIn) -> DrawnOut:
    """Draws: the financier's money comes in the same act."""
    _concerned(ledger, caller, line)
    made = ledger.loans.draw(caller.account, line, body.fingerprint, body.amount.money())
    return DrawnOut.model_validate(made)


@router.post("/loans/{line}/closing")
def close(caller: ParticipantCaller, ledger: LedgerHere, line: LineNumber) -> Act:
    """Nothing more is drawn; what is outstanding stays owed."""
    _concerned(ledger, caller, line)
    return Act.model_validate(ledger.loans.close(caller.account, line))


@router.post("/drawdowns/{drawdown}/repayments")
def repay(caller: SupplierCaller, ledger: LedgerHere, drawdown: DrawdownNumber, body: RepayIn) -> RepaidOut:
    """Repays, interest first."""
    _drawn(ledger, caller, drawdown)
    return RepaidOut.model_validate(ledger.loans.repay(caller.account, drawdown, body.amount.money()))


@router.post("/drawdowns/{drawdown}/overdue")
def overdue(caller: ParticipantCaller, ledger: LedgerHere, drawdown: DrawdownNumber) -> Act:
    """Marks it overdue after its due day, by one of its two parties."""
    _drawn(ledger, caller, drawdown)
    return Act.model_validate(ledger.loans.mark_overdue(caller.account, drawdown))


@router.post("/claims/{cash}/loans")
def claim(caller: ParticipantCaller, ledger: LedgerHere, cash: CashName) -> Act:
    """Takes what was repaid while one of the two could not act."""
    return Act.model_validate(ledger.loans.claim(caller.account, cash))


def _concerned(ledger: LedgerHere, caller: Caller, line: int) -> LoanLine:
    found = ledger.loans.line(line)
    owners = (found.supplier, found.financier)
    if not found.concerns(caller.account) and not reads(ledger, caller, *owners):
        raise NotFound(f"there is no loan line {line}", who=line)
    return found


def _drawn(ledger: LedgerHere, caller: Caller, drawdown: int) -> None:
    try:
        _concerned(ledger, caller, ledger.loans.drawdown(drawdown).line)
    except NotFound:
        raise NotFound(f"there is no drawdown {drawdown}", who=drawdown) from None


# --- measures --------------------------------------------------------------------------------------------


@router.get("/suppliers/{who}/measures", response_model=MetricsOut)
def measures(
    caller: AnyCaller,
    ledger: LedgerHere,
    who: Who,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Any:
    """Days from delivery to cash and what financing cost, of one supplier; its own. `format=csv` exports."""
    answer = ledger.sme.metrics(supplier=_own(ledger, caller, who))
    if form == "csv":
        return Response(as_csv(answer), media_type="text/csv; charset=utf-8")
    return MetricsOut.model_validate(answer)


@router.get("/obligors/{who}/measures")
def programme_measures(caller: AnyCaller, ledger: LedgerHere, who: Who) -> MetricsOut:
    """What an obligor's receivables cost all its suppliers together; no single one of them is shown."""
    return MetricsOut.model_validate(ledger.sme.metrics(obligor=_own(ledger, caller, who)))


def _own(ledger: LedgerHere, caller: Caller, who: str) -> str:
    """The account of `who`, whose measures the caller may read."""
    account = ledger.session.address(who)
    if caller.account != account and not reads(ledger, caller, account):
        raise NotFound("there are no such measures", who=who)
    return account
