"""`greenledger file …`, `score …`, `loan …`, `sme …`: files, scores, loans, and what suppliers wait."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.commands.common import Json, Who, finish, named, opened, out, read_day, read_file, show
from ledger.commands.frameworks import choice_of
from ledger.commands.lending_tables import file_table, loan_table, loans_table, metrics_table, score_table
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money, currency, parse_major
from ledger.services.loans import LoanDrawdown, LoanLine
from ledger.services.scores import score_json
from ledger.services.sme import as_csv
from ledger.words import say

if TYPE_CHECKING:
    from ledger import Ledger

file_app = typer.Typer(help="Factoring files: papers in their order, and one timeline", no_args_is_help=True)
score_app = typer.Typer(help="A supplier's score, shown under its consent", no_args_is_help=True)
loan_app = typer.Typer(help="Loans to a supplier on its ledger history", no_args_is_help=True)
sme_app = typer.Typer(help="What suppliers wait and pay", no_args_is_help=True)

File = Annotated[int, typer.Argument(help="number of the file")]
Line = Annotated[int, typer.Argument(help="number of the loan line")]
Drawdown = Annotated[int, typer.Argument(help="number of the drawdown")]
Supplier = Annotated[str, typer.Argument(help="a supplier: account name, identifier or address")]
Paper = Annotated[Path, typer.Option("--document", help="the document's file; it is sealed")]
Amount = Annotated[str, typer.Argument(help="amount in major units: 1234.56")]
Financier = Annotated[str, typer.Option("--to", help="a financier: account name, identifier or address")]


# --- factoring files -------------------------------------------------------------------------------------


@file_app.command("open")
def file_open(
    receivable: int,
    who: Who,
    start: Annotated[int, typer.Option(help="first fen of the interval, a minor unit's number")],
    end: Annotated[int, typer.Option(help="the fen after its last one")],
    json_: Json = False,
) -> None:
    """Begins a file about an interval that you hold."""
    with opened() as ledger:
        made = ledger.files.open(who, receivable, start=start, end=end)
    finish(json_, say("Factoring file {file} is open.", file=made.id), file=made.id, tx=made.tx)


@file_app.command("add")
def file_add(
    file: File,
    who: Who,
    kind: Annotated[str, typer.Option(help="order, delivery, invoice")],
    document: Annotated[Path | None, typer.Option(help="the document's file; it is sealed")] = None,
    hash_: Annotated[
        str | None, typer.Option("--hash", help="of a registered document; an invoice's fingerprint")
    ] = None,
    registrar: Annotated[str | None, typer.Option(help="who registered it; by default you")] = None,
    json_: Json = False,
) -> None:
    """Files the next paper, or corrects one that is on file."""
    paper = hash_ or read_file(document or Path())
    with opened() as ledger:
        made = ledger.files.add(who, file, choice_of(DocumentKind, kind), paper, registrar=registrar)
    finish(json_, say("The paper is on file {file}.", file=file), file=file, tx=made.tx)


@file_app.command("apply")
def file_apply(file: File, who: Who, financier: Financier, document: Paper, json_: Json = False) -> None:
    """Applies to a financier, when order, delivery and invoice are on file."""
    with opened() as ledger:
        made = ledger.files.apply(who, file, financier, read_file(document))
    finish(json_, say("The application is on file {file}.", file=file), file=file, tx=made.tx)


@file_app.command("review")
def file_review(
    file: File,
    who: Who,
    document: Paper,
    reject: Annotated[str | None, typer.Option(help="the reason, where it is rejected")] = None,
    json_: Json = False,
) -> None:
    """The financier approves, or rejects with a reason, exactly what is on file now."""
    with opened() as ledger:
        paper = read_file(document)
        made = ledger.files.review(who, file, paper, approved=reject is None, reason=reject or "")
    finish(json_, say("The review result is on file {file}.", file=file), file=file, tx=made.tx)


@file_app.command("show")
def file_show(
    file: File,
    financier: Annotated[str | None, typer.Option(help="as this financier sees it")] = None,
    json_: Json = False,
) -> None:
    """The papers of a file, and one timeline from the order to the last payment."""
    with opened() as ledger:
        answer = ledger.files.show(file, financier)
        shown = answer if json_ else named(ledger, answer)
    show(shown) if json_ else file_table(out, shown)


# --- scores ----------------------------------------------------------------------------------------------


@score_app.command("show")
def score_show(
    supplier: Supplier,
    who: Who,
    block: Annotated[int | None, typer.Option(help="as it stood at this block; by default now")] = None,
    json_: Json = False,
) -> None:
    """The score and its features (docs/supplier-score.md), for the supplier and whom it lets see it."""
    with opened() as ledger:
        answer = score_json(ledger.scores.seen_by(who, supplier, block))
    show(answer) if json_ else score_table(out, answer)


@score_app.command("consent")
def score_consent(
    financier: Annotated[str, typer.Argument(help="a financier: account name, identifier or address")],
    who: Who,
    until: Annotated[str, typer.Option(help="last day in force, YYYY-MM-DD")],
    document: Paper,
    json_: Json = False,
) -> None:
    """Lets a financier see your score up to a last day; `mandate end` takes it back."""
    with opened() as ledger:
        made = ledger.scores.consent(who, financier, until=read_day(until), document=read_file(document))
    finish(json_, say("Mandate {mandate} is granted.", mandate=made.id), mandate=made.id, tx=made.tx)


# --- loans -----------------------------------------------------------------------------------------------


@loan_app.command("apply")
def loan_apply(
    amount: Amount,
    who: Who,
    financier: Financier,
    document: Paper,
    cash: Annotated[str, typer.Option(help="ledger cash: a currency code or a name")] = "CNY",
    json_: Json = False,
) -> None:
    """Applies for a line; the score's features as of now are named on the chain."""
    with opened() as ledger:
        asked = parse_major(amount, ledger.session.cash(cash).currency)
        made = ledger.loans.apply(who, financier, asked, document=read_file(document), cash=cash)
    finish(json_, say("Loan line {line} is applied for.", line=made.line), **asdict(made))


@loan_app.command("grant")
def loan_grant(
    line: Line,
    amount: Amount,
    who: Who,
    rate: Annotated[int, typer.Option("--rate-ppm", help="a year, in parts per million: 60000 is 6%")],
    tenor: Annotated[int, typer.Option(help="days from a drawdown to its due day")],
    until: Annotated[str, typer.Option(help="last day to draw, YYYY-MM-DD")],
    document: Paper,
    json_: Json = False,
) -> None:
    """The financier grants a line, after recomputing the score."""
    with opened() as ledger:
        made = ledger.loans.grant(
            who,
            line,
            limit=_of_line(ledger, line, amount),
            rate_ppm=rate,
            tenor_days=tenor,
            expires=read_day(until),
            document=read_file(document),
        )
    finish(json_, say("Loan line {line} is granted.", line=line), line=line, tx=made.tx)


@loan_app.command("decline")
def loan_decline(line: Line, who: Who, document: Paper, json_: Json = False) -> None:
    """The financier declines an application."""
    with opened() as ledger:
        made = ledger.loans.decline(who, line, read_file(document))
    finish(json_, say("Loan line {line} is declined.", line=line), line=line, tx=made.tx)


@loan_app.command("paper")
def loan_paper(
    line: Line,
    amount: Amount,
    number: Annotated[str, typer.Option(help="number of the drawdown document")],
    document: Paper,
    json_: Json = False,
) -> None:
    """Signs and registers a loan drawdown document, where the keys of both sides are here."""
    with opened() as ledger:
        found = ledger.loans.line(line)
        made = ledger.documents.sign_and_register(
            ledger.documents.obligation(
                DocumentKind.LOAN_DRAWDOWN,
                payer=found.financier,
                payee=found.supplier,
                number=number,
                dated=ledger.session.today(),
                total=parse_major(amount, currency(found.currency)),
                paper=read_file(document),
            )
        )
    finish(json_, made.fingerprint, fingerprint=made.fingerprint, tx=made.tx)


@loan_app.command("draw")
def loan_draw(
    line: Line,
    amount: Amount,
    who: Who,
    fingerprint: Annotated[str, typer.Option(help="of the loan drawdown document")],
    json_: Json = False,
) -> None:
    """Draws: the financier's money comes in the same act."""
    with opened() as ledger:
        made = ledger.loans.draw(who, line, fingerprint, _of_line(ledger, line, amount))
    told = say("Drawdown {drawdown} is due on {due}.", drawdown=made.drawdown, due=made.due)
    finish(json_, told, **asdict(made) | {"due": made.due.isoformat(), "amount": str(made.amount)})


@loan_app.command("repay")
def loan_repay(drawdown: Drawdown, amount: Amount, who: Who, json_: Json = False) -> None:
    """Repays a drawdown, interest first."""
    with opened() as ledger:
        line = ledger.loans.drawdown(drawdown).line
        made = ledger.loans.repay(who, drawdown, _of_line(ledger, line, amount))
    amounts = {name: str(getattr(made, name)) for name in ("principal", "interest", "outstanding")}
    finish(json_, say("Drawdown {drawdown} is repaid.", drawdown=drawdown), **asdict(made) | amounts)


@loan_app.command("overdue")
def loan_overdue(drawdown: Drawdown, who: Who, json_: Json = False) -> None:
    """Marks a drawdown overdue after its due day; until it is repaid nothing more is drawn."""
    with opened() as ledger:
        made = ledger.loans.mark_overdue(who, drawdown)
    told = say("Drawdown {drawdown} is marked overdue.", drawdown=drawdown)
    finish(json_, told, drawdown=drawdown, tx=made.tx)


@loan_app.command("close")
def loan_close(line: Line, who: Who, json_: Json = False) -> None:
    """Nothing more is drawn on a line; what is outstanding stays owed."""
    with opened() as ledger:
        made = ledger.loans.close(who, line)
    finish(json_, say("Loan line {line} is closed.", line=line), line=line, tx=made.tx)


@loan_app.command("claim")
def loan_claim(
    cash: Annotated[str, typer.Argument(help="ledger cash: a currency code or a name")],
    who: Who,
    json_: Json = False,
) -> None:
    """Takes what was repaid while one of the two could not act."""
    with opened() as ledger:
        made = ledger.loans.claim(who, cash)
    finish(json_, say("What waited was taken."), tx=made.tx)


@loan_app.command("list")
def loan_list(
    who: Annotated[str, typer.Option("--of", help="whose lines: borrowed or lent")], json_: Json = False
) -> None:
    """The loan lines that somebody borrows or lends on."""
    with opened() as ledger:
        answer = [line_json(one) for one in ledger.loans.lines(who)]
    show({"lines": answer}) if json_ else loans_table(out, answer)


@loan_app.command("show")
def loan_show(line: Line, json_: Json = False) -> None:
    """A loan line and its drawdowns, with what each owes today."""
    with opened() as ledger:
        answer = line_json(ledger.loans.line(line))
        answer["drawdowns"] = [drawdown_json(one) for one in ledger.loans.drawdowns(line)]
    show(answer) if json_ else loan_table(out, answer)


# --- measures --------------------------------------------------------------------------------------------


@sme_app.command("metrics")
def sme_metrics(
    supplier: Annotated[str | None, typer.Option(help="of this supplier alone")] = None,
    obligor: Annotated[str | None, typer.Option(help="of all suppliers of this obligor together")] = None,
    csv: Annotated[Path | None, typer.Option(help="write the rows to this file as CSV")] = None,
    json_: Json = False,
) -> None:
    """Days from delivery to cash, what financing cost a year, and how deep the tiers go."""
    with opened() as ledger:
        answer = ledger.sme.metrics(supplier=supplier, obligor=obligor)
    if csv is not None:
        csv.write_text(as_csv(answer), encoding="utf-8")
    show(answer) if json_ else metrics_table(out, answer)


def _of_line(ledger: Ledger, line: int, text: str) -> Money:
    return parse_major(text, currency(ledger.loans.line(line).currency))


def line_json(line: LoanLine) -> dict[str, Any]:
    """Amounts as integer strings, days as ISO dates, the state by its name."""
    names = ("asked", "limit", "drawn", "repaid", "interest_paid")
    days = {
        "applied_on": line.applied_on.isoformat(),
        "expires": line.expires.isoformat() if line.expires else None,
    }
    amounts = {name: str(getattr(line, name)) for name in names} | {"outstanding": str(line.outstanding)}
    return asdict(line) | days | amounts | {"state": line.state.name.lower()}


def drawdown_json(one: LoanDrawdown) -> dict[str, Any]:
    """As `line_json`."""
    amounts = {n: str(getattr(one, n)) for n in ("drawn", "outstanding", "interest", "interest_paid")}
    days = {"drawn_on": one.drawn_on.isoformat(), "due": one.due.isoformat()}
    return asdict(one) | days | amounts | {"state": one.state.name.lower()}
