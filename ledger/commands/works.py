"""`greenledger works set|consent|certify|accept|show`: what holds a budget line's money back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from ledger import tables
from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.commands.spending import Line, Paper
from ledger.domain.money import currency, format_major, parse_major
from ledger.errors import BadInput
from ledger.services.works import LineWorks, MilestonePlan
from ledger.words import say

works_app = typer.Typer(help="Milestones and retention of a budget line.", no_args_is_help=True)


@works_app.command("set")
def works_set(
    line: Line,
    who: Who,
    certifier: Annotated[str, typer.Option(help="verifier, or engineer with consent, who certifies")],
    milestone: Annotated[
        list[str] | None, typer.Option(help="CODE=AMOUNT@YYYY-MM-DD in major units; once for each")
    ] = None,
    retention: Annotated[int, typer.Option(help="millionths kept until the final certificate")] = 0,
    final: Annotated[str, typer.Option(help="day of the final certificate, YYYY-MM-DD")] = "",
    consent: Annotated[str, typer.Option(help="the verifier's consent to an engineer, 0x…")] = "",
    json_: Json = False,
) -> None:
    """Fixes what holds a line's budget back, before its first money; it is never changed."""
    with opened() as ledger:
        unit = ledger.books.line(line).currency
        made = ledger.works.set(
            who,
            line,
            certifier=certifier,
            milestones=[_plan(text, unit) for text in milestone or ()],
            retention=retention,
            final_due=read_day(final) if final else None,
            consent=consent or None,
        )
    finish(json_, say("The conditions of budget line {line} are fixed.", line=line), line=line, tx=made.tx)


@works_app.command("consent")
def works_consent(who: Who, paper: Paper, json_: Json = False) -> None:
    """Files a verifier's consent to an engineer who certifies works; the issuer cites its hash."""
    with opened() as ledger:
        document = ledger.works.consent(who, read_file(paper))
    finish(json_, say("The consent is filed: {document}", document=document), document=document)


@works_app.command("certify")
def works_certify(
    line: Line,
    milestone: Annotated[int, typer.Argument(help="number of the milestone, from 0")],
    who: Who,
    paper: Paper,
    json_: Json = False,
) -> None:
    """Files a milestone's certificate; its amount may be spent from then on."""
    with opened() as ledger:
        made = ledger.works.certify(who, line, milestone, read_file(paper))
    told = say("Milestone {milestone} of budget line {line} is certified.", milestone=milestone, line=line)
    finish(json_, told, line=line, milestone=milestone, tx=made.tx)


@works_app.command("accept")
def works_accept(line: Line, who: Who, paper: Paper, json_: Json = False) -> None:
    """Files the final certificate; the retention is kept no longer."""
    with opened() as ledger:
        made = ledger.works.certify_final(who, line, read_file(paper))
    told = say("The works of budget line {line} are accepted.", line=line)
    finish(json_, told, line=line, tx=made.tx)


@works_app.command("show")
def works_show(line: Line, json_: Json = False) -> None:
    """What is released of a line's budget, what is gone, and each milestone."""
    with opened() as ledger:
        found = ledger.works.of(line)
    if json_:
        show(works_json(found))
        return
    unit = currency(found.currency)
    out.print(
        say(
            "Budget line {line}: {released} of {budget} {currency} released, {gone} spent or encumbered.",
            line=line,
            released=format_major(found.released, unit),
            budget=format_major(found.budget, unit),
            currency=unit.code,
            gone=format_major(found.gone, unit),
        )
    )
    shown = tables.table(say("Milestones"), ">milestone", ">amount", "due", "certified", "")
    for one in found.milestones:
        certified = one.certified_on.isoformat() if one.certified_on else "–"
        late = say("late") if one.late else ""
        shown.add_row(str(one.index), format_major(one.amount, unit), one.due.isoformat(), certified, late)
    out.print(shown)


def works_json(found: LineWorks) -> dict[str, Any]:
    """Amounts as strings of minor units, days as dates; the currency once."""
    plain = asdict(found) | {name: str(getattr(found, name)) for name in ("budget", "released", "gone")}
    for name in ("final_due", "final_on"):
        plain[name] = plain[name].isoformat() if plain[name] else None
    plain["milestones"] = [
        one
        | {
            "amount": str(one["amount"]),
            "due": one["due"].isoformat(),
            "certified_on": one["certified_on"].isoformat() if one["certified_on"] else None,
        }
        for one in plain["milestones"]
    ]
    return plain


def _plan(text: str, unit: str) -> MilestonePlan:
    code, _, rest = text.partition("=")
    amount, _, due = rest.partition("@")
    if not (code and amount and due):
        raise BadInput("no milestone", had=text, needed="CODE=AMOUNT@YYYY-MM-DD")
    return MilestonePlan(code, parse_major(amount, currency(unit)), read_day(due))
