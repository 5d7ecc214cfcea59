"""`greenledger alerts`: what the indicators raise on the ledger, or in a set of moves (opening no ledger)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from ledger import Ledger, tables
from ledger.commands.common import Json, err, opened, out, read_day, read_file, show
from ledger.domain.dates import day_number
from ledger.domain.indicators import Indicator, changed, in_force
from ledger.domain.money import currency
from ledger.errors import BadInput
from ledger.words import say, spoken, value

_Read = TypeVar("_Read")


alerts_app = typer.Typer(invoke_without_command=True)
Where = Annotated[
    str | None, typer.Option(help="whose figures bind: CN, EU; by default what each bond declared")
]


@alerts_app.callback()
def alerts(
    context: typer.Context,
    moves: Annotated[
        Path | None, typer.Option(help="CSV file of time,from,to,amount in minor units; else the ledger")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="CSV file of scheme,time,from,to,amount to compare findings with")
    ] = None,
    parameters: Annotated[
        Path | None, typer.Option(help="JSON file of dated parameters; what it leaves out is as by default")
    ] = None,
    bond: Annotated[str | None, typer.Option(help="only this bond, by number or label")] = None,
    jurisdiction: Where = None,
    block: Annotated[int | None, typer.Option(help="as it stood at this block; by default now")] = None,
    tags: Annotated[Path | None, typer.Option(help="CSV file of account,kind,tag: keyed tags")] = None,
    statement: Annotated[
        Path | None, typer.Option(help="a bank's statement, camt.053 or CSV: legs without a line are raised")
    ] = None,
    cash: Annotated[str | None, typer.Option(help="ledger cash of the statement: CNY")] = None,
    json_: Json = False,
) -> None:
    """Raises what shows on the ledger, or in any set of payments: questions with paths, and no verdicts."""
    if context.invoked_subcommand is not None:
        return
    if moves is not None:
        told = _foreign(moves, labels, parameters)
        show(told) if json_ else _print(told)
        return
    if labels is not None:
        raise BadInput("labels belong to a set of moves", had=str(labels), needed="a file of moves")
    if (statement is None) != (cash is None):
        raise BadInput("a statement is of one ledger cash", had=[str(statement), cash])
    rows = _read(parameters, changed) if parameters else None
    with opened() as ledger:
        given = _beside(ledger, tags, statement, cash)
        answer = ledger.auditor.findings(
            bond, as_of_block=block, jurisdiction=jurisdiction, rows=rows, beside=given
        )
    show(answer) if json_ else _print_ledger(answer)


def _beside(ledger: Ledger, tags: Path | None, statement: Path | None, cash: str | None) -> Any:
    """What the reader brings; None for nothing."""
    from ledger.tracing.alerts.case import Beside
    from ledger.tracing.alerts.kin import tags_of

    if tags is None and statement is None:
        return None
    named = _read(tags, lambda text: tags_of(text.splitlines())) if tags else []
    differ = ledger.bank.differences(read_file(statement), cash or "").mismatches if statement else ()
    return Beside(named, differ)


@alerts_app.command("parameters")
def alerts_parameters(
    jurisdiction: Where = None,
    day: Annotated[
        str | None, typer.Option(help="in force on this day, YYYY-MM-DD; by default today")
    ] = None,
    json_: Json = False,
) -> None:
    """What each indicator asks, the clause behind it, how sure it is, and the figures in force."""
    on = read_day(day) if day else dt.datetime.now(dt.UTC).date()
    rows = in_force(jurisdiction, day_number(on))
    if json_:
        show({"day": on.isoformat(), "indicators": [_parameters(rows[id_]) for id_ in sorted(rows)]})
        return
    shown = tables.table(say("Indicators in force"), "indicator", "clause", "grade", "parameters")
    for id_ in sorted(rows):
        row = rows[id_]
        figures = ", ".join(f"{name} {_figure(figure)}" for name, figure in row.parameters.items())
        shown.add_row(value(id_), row.clause, row.grade, figures)
    out.print(shown)
    for id_ in sorted(rows):
        out.print(f"  {value(id_)}: {rows[id_].says(spoken())}", soft_wrap=True)


def _parameters(row: Indicator) -> dict[str, Any]:
    return {
        "indicator": row.id,
        "jurisdiction": row.jurisdiction,
        "clause": row.clause,
        "source": row.source,
        "grade": row.grade,
        "since": row.since.isoformat(),
        "parameters": dict(row.parameters),
        "says": {"en": row.en, "zh": row.zh},
    }


def _figure(figure: object) -> str:
    return "/".join(map(str, figure)) if isinstance(figure, tuple) else str(figure)


def _foreign(moves: Path, labels: Path | None, parameters: Path | None) -> dict[str, Any]:
    from ledger.tracing.alerts import answer, findings
    from ledger.tracing.alerts.parameters import DEFAULT, parameters_of
    from ledger.tracing.alerts.score import labels_of, score
    from ledger.tracing.foreign import foreign_moves, transfers_of

    chosen = _read(parameters, parameters_of) if parameters else [DEFAULT]
    named = _read(labels, lambda text: labels_of(StringIO(text, newline=""))) if labels else None
    # A million moves take half a minute: whoever looks is told what is being done.
    with err.status(say("Reading {file}", file=str(moves))) as status:
        given = foreign_moves(_read(moves, lambda text: transfers_of(StringIO(text, newline=""))))
        status.update(say("Looking for patterns among {moves} moves", moves=len(given)))
        found = findings(given, chosen)
        status.update(say("Weighing {findings} findings by each rule", findings=len(found)))
        told = answer(given, found)
    if named is not None:
        result = score(given, found, named)
        alarms = {"false_alarms": len(result.false_alarms)}
        told["score"] = {"hits": result.hits, "missed": result.missed} | alarms
    return told


def _print_ledger(told: Mapping[str, Any]) -> None:
    counted = say(
        "{number} findings as of block {block}, {day}; figures of {jurisdiction}",
        number=len(told["findings"]),
        block=told["block"],
        day=told["as_of"],
        jurisdiction=told["jurisdiction"],
    )
    out.print(counted, soft_wrap=True)
    title = say("Alerts: questions, not verdicts")
    shown = tables.table(title, "bond", "indicator", "first seen", ">amount", "by rule", "party")
    for one in told["findings"]:
        facts = (str(one["bond"] or "–"), value(one["indicator"]), one["first_seen"]["time"])
        unit = one["currency"] or say("minor units")
        name = one["names"][0] if one["names"] else "–"
        shown.add_row(*facts, f"{unit} {_said(one, one['amount'])}", _by_rule(one), name)
    out.print(shown)
    for indicator, clause in {one["indicator"]: one["clause"] for one in told["findings"]}.items():
        out.print(f"  {value(indicator)}: {clause}", soft_wrap=True)


def _said(one: Mapping[str, Any], minor: str) -> str:
    return tables.amount(minor, currency(one["currency"])) if one["currency"] else minor


def _by_rule(one: Mapping[str, Any]) -> str:
    """By first in, first out, by pro-rata, and between what any rule could give, where these differ."""
    if not one["depends_on_rule"]:
        return "="
    bounds = one["bounds"]
    fifo, prorata, least, most = (
        _said(one, minor) for minor in (one["fifo"], one["prorata"], bounds["least"], bounds["most"])
    )
    return f"{value('fifo')} {fifo}, {value('prorata')} {prorata}, {least} – {most}"


def _read(path: Path, read: Callable[[str], _Read]) -> _Read:
    """BadInput for a file that is not there or no text, by its name."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as failure:
        raise BadInput(f"{path} cannot be read", who=str(path), had=str(failure)) from None
    return read(text)


def _print(told: Mapping[str, Any]) -> None:
    counted = say(
        "{moves} moves among {accounts} accounts; {outside} minor units came from outside",
        moves=told["moves"],
        accounts=told["accounts"],
        outside=told["from_outside"],
    )
    out.print(counted, soft_wrap=True)
    title = say("Alerts: questions, not verdicts (minor units)")
    shown = tables.table(
        title,
        "indicator",
        "first seen",
        ">amount",
        ">first in, first out",
        ">pro-rata",
        ">at least",
        ">at most",
        "path",
    )
    for one in told["findings"]:
        bounds = one["bounds"]
        amounts = (one["amount"], one["fifo"], one["prorata"], bounds["least"], bounds["most"])
        shown.add_row(value(one["indicator"]), one["first_seen"], *amounts, _path(one["path"]))
    out.print(shown)
    for indicator, clause in {one["indicator"]: one["clause"] for one in told["findings"]}.items():
        out.print(f"  {value(indicator)}: {clause}", soft_wrap=True)
    if "score" in told:
        _print_score(told["score"])


def _path(path: list[Mapping[str, Any]]) -> str:
    """Accounts in order; a payment that does not begin where the last one ended begins anew."""
    parts: list[str] = []
    for move, before in zip(path, [None, *path], strict=False):
        joins = before is not None and before["to"] == move["from"]
        parts.append(f" → {move['to']}" if joins else f"{', ' if parts else ''}{move['from']} → {move['to']}")
    return "".join(parts)


def _print_score(score: Mapping[str, Any]) -> None:
    counted = say(
        "{hits} of {schemes} labelled schemes found, {alarms} false alarms",
        hits=len(score["hits"]),
        schemes=len(score["hits"]) + len(score["missed"]),
        alarms=score["false_alarms"],
    )
    out.print(counted)
    for name in score["missed"]:
        out.print("  " + say("missed: {scheme}", scheme=name), soft_wrap=True)
