"""`greenledger rules list|check`: what binds on a day, and what the rules would say to an act."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger import tables
from ledger.commands.common import Json, opened, out, read_day, show
from ledger.domain.exchange import as_csv, as_json
from ledger.domain.rules import Fact, Outcome, Verdict
from ledger.errors import BadInput
from ledger.services.rules import OWN_PROGRAMME, Notice, RuleOnDay
from ledger.words import say, spoken, value

rules_app = typer.Typer(
    help="Rules as dated data: which bind on a day, and what they say to an act", no_args_is_help=True
)

Day = Annotated[str, typer.Option(help="YYYY-MM-DD; by default the business date")]
Programme = Annotated[int, typer.Option(help="number of the programme whose levels count")]


@rules_app.command("list")
def rules_list(day: Day = "", programme: Programme = OWN_PROGRAMME, json_: Json = False) -> None:
    """Every rule with its clause, its grade and the level at which it binds."""
    with opened() as ledger:
        found = ledger.rules.list(read_day(day) if day else None, programme)
    if json_:
        return show({"rules": [rule_told(one) for one in found]})
    shown = tables.table(say("Rules"), "rule", "clause", "grade", "since", "level", "what it says")
    for one in found:
        rule = one.rule
        said = rule.zh if spoken() == "zh" else rule.en
        level = value(one.level.name.lower()) if one.in_force else value("not in force")
        shown.add_row(rule.id, rule.clause, rule.grade, rule.since.isoformat(), level, said)
    out.print(shown)
    out.print(say("Grade C is not verified: a figure of grade C is a parameter with a default."))


@rules_app.command("check")
def rules_check(
    act: Annotated[str, typer.Argument(help="confirm, accept, transfer, finance, mint, allocate, ...")],
    fact: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE, as often as needed: tenor_days=200, reasons=yes")
    ] = None,
    day: Day = "",
    arranged: Annotated[str, typer.Option(help="day of what it belongs to, for transitions")] = "",
    programme: Programme = OWN_PROGRAMME,
    json_: Json = False,
) -> None:
    """What the rules would say to an act, by the facts given; a fact that is left out is unknown."""
    facts = dict(map(_fact, fact or []))
    with opened() as ledger:
        found = ledger.rules.check(
            act,
            facts,
            programme,
            day=read_day(day) if day else None,
            arranged=read_day(arranged) if arranged else None,
        )
    if json_:
        show({"verdicts": [verdict_told(one) for one in found]})
    else:
        for one in found:
            out.print(f"{one.rule.id} {value(str(one.outcome))}: {_sentence(one)}", soft_wrap=True)
    if any(one.outcome is Outcome.REFUSED for one in found):
        raise typer.Exit(1)


@rules_app.command("export")
def rules_export(
    day: Annotated[str, typer.Argument(help="business day, YYYY-MM-DD")],
    csv: Annotated[Path | None, typer.Option(help="file to write as CSV")] = None,
    json_: Json = False,
) -> None:
    """A day's receivables for the report to 上海票据交易所 (art. 19), in a schema of our own."""
    on = read_day(day)
    with opened() as ledger:
        rows = ledger.rules.exchange_report(on)
    if csv is not None:
        csv.write_text(as_csv(rows), encoding="utf-8")
    if json_:
        return show(as_json(rows, on))
    out.print(say("{rows} events on {day}", rows=len(rows), day=day))
    out.print(say("A schema of our own: the official format of 上海票据交易所 was not at hand."))


def _sentence(one: Verdict) -> str:
    if one.outcome in (Outcome.HOLDS, Outcome.UNKNOWN):
        return one.rule.clause
    return one.sentence(spoken())


def _fact(text: str) -> tuple[str, Fact]:
    name, equals, said = text.partition("=")
    if not (name and equals):
        raise BadInput("a fact is written NAME=VALUE", had=text)
    words: dict[str, Fact] = {"yes": True, "true": True, "no": False, "false": False}
    if said.lower() in words:
        return name, words[said.lower()]
    return name, int(said) if said.lstrip("-").isdigit() else said


def tell_notices(notices: Sequence[Notice]) -> None:
    """What rules had to say to an act that went on, for people."""
    for one in notices:
        out.print(f"{one.rule} {value(one.outcome)}: {one.sentence[spoken()]}", soft_wrap=True)


def rule_told(one: RuleOnDay) -> dict[str, Any]:
    rule = one.rule
    return {
        "id": rule.id,
        "acts": list(rule.acts),
        "clause": rule.clause,
        "source": rule.source,
        "grade": rule.grade,
        "since": rule.since.isoformat(),
        "until": rule.until.isoformat() if rule.until else None,
        "transition": rule.transition.isoformat() if rule.transition else None,
        "level": one.level.name.lower(),
        "in_force": one.in_force,
        "contract_refuses": bool(rule.error),
        "parameters": dict(rule.parameters),
        "says": {"en": rule.en, "zh": rule.zh},
    }


def verdict_told(one: Verdict) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "outcome": str(one.outcome),
        "level": one.level.name.lower(),
        "clause": one.rule.clause,
        "sentence": {language: one.sentence(language) for language in ("en", "zh")},
    }
