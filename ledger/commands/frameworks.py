"""`greenledger framework …`, `undertaking …`, `label …`: what is promised, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.commands.common import Json, Who, finish, named, opened, out, read_day, read_file, show
from ledger.commands.promise_tables import catalogue_table, framework_table, label_table, undertaking_table
from ledger.domain.catalogues import catalogues
from ledger.domain.states import Cause, Polarity, UndertakingKind
from ledger.errors import BadInput
from ledger.services.frameworks import Outcome, ReviewKind, Shade, Undertaking
from ledger.words import say

_EXAMPLE = '[{"code": "REPORT", "kind": "reporting", "due": "2026-04-30", "every_months": 12}]'

framework_app = typer.Typer(
    help="Frameworks, what they fund and undertake, and their reviews", no_args_is_help=True
)
undertaking_app = typer.Typer(help="Undertakings, due day by due day", no_args_is_help=True)
label_app = typer.Typer(help="A bond's label: green, watch, withdrawn", no_args_is_help=True)

Document = Annotated[Path, typer.Option(help="file of the document; it is sealed")]
Reason = Annotated[Path | None, typer.Option(help="file that says why; needed unless the review is positive")]
Catalogue = Annotated[str, typer.Option(help="code of a catalogue, its version included: GBEPC-2021")]
Categories = Annotated[list[str], typer.Option("--category", help="code of a category; once for each")]
Undertakings = Annotated[
    Path | None, typer.Option(help="JSON file: a list of undertakings (docs/decisions/0010)")
]
Index = Annotated[int, typer.Option(help="number of the undertaking in its framework, from 0")]
Number = Annotated[int, typer.Option(help="which of its due days, from 0")]


# --- frameworks ------------------------------------------------------------------------------------------


@framework_app.command("register")
def framework_register(
    who: Who,
    document: Document,
    catalogue: Catalogue,
    category: Categories,
    undertakings: Undertakings = None,
    json_: Json = False,
) -> None:
    """Registers a framework under a catalogue that is in force today."""
    promises = _undertakings(undertakings)
    with opened() as ledger:
        made = ledger.issuer.register_framework(
            who, read_file(document), catalogue=catalogue, categories=category, undertakings=promises
        )
    told = say(
        "Framework {framework} is registered, version {version}.", framework=made.id, version=made.version
    )
    finish(json_, told, **asdict(made))


@framework_app.command("amend")
def framework_amend(
    framework: int,
    who: Who,
    document: Document,
    catalogue: Catalogue,
    category: Categories,
    undertakings: Undertakings = None,
    json_: Json = False,
) -> None:
    """Makes a new version; its review is void, and undertakings not named again are dropped."""
    promises = _undertakings(undertakings)
    with opened() as ledger:
        made = ledger.issuer.amend_framework(
            who,
            framework,
            read_file(document),
            catalogue=catalogue,
            categories=category,
            undertakings=promises,
        )
    told = say(
        "Framework {framework} is registered, version {version}.", framework=made.id, version=made.version
    )
    finish(json_, told, **asdict(made))


@framework_app.command("review")
def framework_review(
    framework: int,
    who: Who,
    document: Document,
    until: Annotated[str, typer.Option(help="last day of the review's validity, YYYY-MM-DD")],
    kind: Annotated[str, typer.Option(help="second_party_opinion, verification, certification or rating")] = (
        "second_party_opinion"
    ),
    outcome: Annotated[str, typer.Option(help="positive, qualified or refused")] = "positive",
    shade: Annotated[str, typer.Option(help="none, light, medium or dark")] = "none",
    reasons: Reason = None,
    json_: Json = False,
) -> None:
    """Signs a review of exactly the framework's present content and files it."""
    with opened() as ledger:
        made = ledger.verifier.review(
            who,
            framework,
            read_file(document),
            valid_until=read_day(until),
            kind=choice_of(ReviewKind, kind),
            outcome=choice_of(Outcome, outcome),
            shade=choice_of(Shade, shade),
            reasons=None if reasons is None else read_file(reasons),
        )
    finish(json_, say("The review of framework {framework} is on file.", framework=framework), **asdict(made))


@framework_app.command("withdraw")
def framework_withdraw(framework: int, who: Who, document: Document, json_: Json = False) -> None:
    """Takes the review in force back, citing a document."""
    with opened() as ledger:
        made = ledger.verifier.withdraw_review(who, framework, read_file(document))
    finish(json_, say("The review of framework {framework} is withdrawn.", framework=framework), tx=made.tx)


@framework_app.command("show")
def framework_show(framework: int, json_: Json = False) -> None:
    """A framework's present version, its catalogue, and what it owes."""
    with opened() as ledger:
        found, owed = ledger.books.framework(framework), ledger.books.undertakings(framework)
    answer = {**asdict(found), "undertakings": [_plain(one) for one in owed]}
    show(answer) if json_ else framework_table(out, answer)


@framework_app.command("catalogues")
def framework_catalogues(json_: Json = False) -> None:
    """The catalogues that are at hand: their days, and how sure those are."""
    answer = {"catalogues": [_listed(one) for one in catalogues()]}
    show(answer) if json_ else catalogue_table(out, answer)


def _listed(one: Any) -> dict[str, Any]:
    return {
        "code": one.code,
        "jurisdiction": one.jurisdiction,
        "names": dict(one.names),
        "since": one.since.isoformat(),
        "until": one.until.isoformat() if one.until else None,
        "categories": len(one.categories()),
        "days_status": one.days_status,
        "source": one.source,
    }


# --- undertakings ----------------------------------------------------------------------------------------


@undertaking_app.command("report")
def undertaking_report(
    framework: int,
    who: Who,
    index: Index,
    document: Document,
    occurrence: Number = 0,
    value: Annotated[int, typer.Option(help="whole number in the undertaking's unit")] = 0,
    json_: Json = False,
) -> None:
    """The issuer's evidence for one due day; a later report restates an earlier one."""
    with opened() as ledger:
        made = ledger.issuer.report_undertaking(
            who, framework, index, read_file(document), occurrence=occurrence, value=value
        )
    finish(json_, say("The evidence is on file and waits for its validator."), tx=made.tx)


@undertaking_app.command("cancel")
def undertaking_cancel(
    framework: int, who: Who, index: Index, document: Document, occurrence: Number = 0, json_: Json = False
) -> None:
    """The issuer takes one due day back, with a reason; it counts as failed until it is excused."""
    with opened() as ledger:
        made = ledger.issuer.cancel_undertaking(
            who, framework, index, read_file(document), occurrence=occurrence
        )
    finish(json_, say("Cancelled; it counts as failed until the validator excuses it."), tx=made.tx)


@undertaking_app.command("validate")
def undertaking_validate(
    framework: int,
    who: Who,
    index: Index,
    outcome: Annotated[str, typer.Option(help="accepted, qualified or refused")],
    document: Document,
    occurrence: Number = 0,
    json_: Json = False,
) -> None:
    """The validator accepts, qualifies or refuses what was reported last."""
    named = "positive" if outcome == "accepted" else outcome
    with opened() as ledger:
        made = ledger.verifier.judge_undertaking(
            who, framework, index, choice_of(Outcome, named), read_file(document), occurrence=occurrence
        )
    finish(json_, say("The finding is on file."), outcome=outcome, tx=made.tx)


@undertaking_app.command("list")
def undertaking_list(
    framework: int,
    until: Annotated[str | None, typer.Option(help="due by this day; by default today and the next")] = None,
    json_: Json = False,
) -> None:
    """What a framework owes, due day by due day."""
    with opened() as ledger:
        owed = ledger.books.undertakings(framework, read_day(until) if until else None)
    answer = {"framework": framework, "undertakings": [_plain(one) for one in owed]}
    show(answer) if json_ else undertaking_table(out, answer)


# --- labels ----------------------------------------------------------------------------------------------


@label_app.command("show")
def label_show(bond: int, json_: Json = False) -> None:
    """A bond's label, and every breach that is open. It is reported and gates no money."""
    with opened() as ledger:
        answer = _plain(ledger.labels.label(bond))
        shown = answer if json_ else named(ledger, answer)
    show(answer) if json_ else label_table(out, shown)


@label_app.command("raise")
def label_raise(
    bond: int,
    who: Who,
    cause: Annotated[str, typer.Option(help="review, verifier or undertaking")],
    index: Index = 0,
    occurrence: Number = 0,
    json_: Json = False,
) -> None:
    """Has a cause recorded that the chain sees; anybody may."""
    with opened() as ledger:
        made = ledger.labels.raise_breach(
            who, bond, choice_of(Cause, cause), index=index, occurrence=occurrence
        )
    finish(json_, say("Breach {breach} is on record.", breach=made.breach), breach=made.breach, tx=made.tx)


@label_app.command("aggravate")
def label_aggravate(breach: int, who: Who, document: Document, json_: Json = False) -> None:
    """An auditor or authority calls an open breach severe."""
    with opened() as ledger:
        made = ledger.labels.aggravate(who, breach, read_file(document))
    finish(json_, say("Breach {breach} is severe: the label is withdrawn.", breach=breach), tx=made.tx)


@label_app.command("cure")
def label_cure(
    breach: int,
    who: Who,
    document: Annotated[Path | None, typer.Option(help="file that shows the cure; for an alert")] = None,
    json_: Json = False,
) -> None:
    """Closes a breach whose cause is gone."""
    with opened() as ledger:
        made = ledger.labels.cure(who, breach, None if document is None else read_file(document))
    finish(json_, say("Breach {breach} is cured.", breach=breach), tx=made.tx)


# --- parts -----------------------------------------------------------------------------------------------


def _undertakings(path: Path | None) -> list[Undertaking]:
    """The undertakings of a JSON file, by the names of `Undertaking`'s fields."""
    if path is None:
        return []
    try:
        rows = json.loads(read_file(path))
        return [_undertaking(row) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BadInput(
            "the file lists no undertakings",
            had=str(path),
            needed=_EXAMPLE,
        ) from None


def _undertaking(row: Mapping[str, Any]) -> Undertaking:
    given = dict(row)
    given["kind"] = UndertakingKind[str(given["kind"]).upper()]
    given["polarity"] = Polarity[str(given.get("polarity", "none")).upper()]
    given["due"] = read_day(given["due"])
    given["until"] = read_day(given["until"]) if given.get("until") else None
    return Undertaking(**given)


def choice_of(kind: Any, named: str) -> Any:
    choices = {one.name.lower(): one for one in kind}
    if named not in choices:
        raise BadInput("there is no such choice", had=named, needed=", ".join(choices))
    return choices[named]


def _plain(one: Any) -> dict[str, Any]:
    """A record as JSON takes it: names of states in small letters, days as ISO dates."""
    return {name: _value(value) for name, value in asdict(one).items()}


def _value(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    if isinstance(value, dict):
        return {name: _value(one) for name, one in value.items()}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.name.lower() if hasattr(value, "name") else value
