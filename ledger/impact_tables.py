"""Impact reports and portfolios as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console

from ledger.domain.impact import INDICATORS, shown
from ledger.domain.states import ValidationOutcome
from ledger.tables import amount, party, table, unit_of
from ledger.words import say, spoken, word

Answer = Mapping[str, Any]
_NAMED = 3
_BEGINNING = "1970-01-01"


def indicator(code: str) -> str:
    """A well-known indicator in the language of this run; another one by its code."""
    return INDICATORS.get(code, {}).get(spoken(), code)


def figures(out: Console, answer: Answer) -> None:
    """Every report in one line."""
    made = table(
        say("Impact reports as of {day}", day=answer["as_of"]),
        ">report",
        "indicator",
        ">value",
        "unit",
        "period",
        "projects",
        "validation",
    )
    for one in answer["reports"]:
        made.add_row(*_report(one))
    out.print(made)


def _report(one: Answer) -> Iterable[str]:
    replaced = one["supersedes"]
    number = str(one["report"]) + (say(" (replaces {report})", report=replaced[0]) if replaced else "")
    return (
        number,
        indicator(one["indicator"]),
        shown(int(one["value"]), one["decimals"]),
        one["unit"],
        _period(one),
        _projects(one["projects"]),
        word(ValidationOutcome, one["outcome"]),
    )


def _projects(projects: Sequence[Answer]) -> str:
    """Their names; where they are many, how many."""
    if len(projects) > _NAMED:
        return say("{count} projects", count=len(projects))
    return ", ".join(project["label"] for project in projects)


def _period(one: Answer) -> str:
    return one["from"] if one["from"] == one["until"] else f"{one['from']} – {one['until']}"


def one_report(out: Console, answer: Answer) -> None:
    """A report with what stands behind it, then its shares, which sum to the whole."""
    figures(out, {**answer, "reports": [answer]})
    _behind(out, answer)
    shares = answer["shares"]
    made = table(say("Whose share is whose"), "holder", "bond", ">financed", ">unit-days", ">share")
    for one in shares["holders"]:
        made.add_row(
            party(one),
            one["label"],
            _ratio(one["financed"]),
            f"{one['unit_days']} / {one['supply'] * one['days']}",
            shown(int(one["value"]), shares["decimals"]),
        )
    for title, key in ((say("held by nobody yet"), "unheld"), (say("other funding"), "other_funding")):
        made.add_row(title, "–", "", "", shown(int(shares[key]), shares["decimals"]))
    made.add_section()
    made.add_row(say("whole"), "", "", "", shown(int(shares["whole"]), shares["decimals"]))
    out.print(made)


def _behind(out: Console, answer: Answer) -> None:
    basis = answer["basis"]
    told = ", ".join(f"{k}: {v}" for k, v in basis.items()) if isinstance(basis, Mapping) else str(basis)
    out.print("  " + say("basis: {basis}", basis=told), soft_wrap=True, highlight=False)
    out.print(
        "  " + say("reported by {who}, {tx}", who=party(answer["reporter"]), tx=answer["tx"]), soft_wrap=True
    )
    if answer["validation"]:
        said = {"who": party(answer["verifier"]), "tx": answer["validation"]["tx"]}
        out.print("  " + say("validated by {who}, {tx}", **said), soft_wrap=True)
    if answer["reason"]:
        out.print("  " + say("restated because: {reason}", reason=answer["reason"]), soft_wrap=True)
    if answer["superseded_by"]:
        out.print("  " + say("Report {report} took its place.", report=answer["superseded_by"]))


def _ratio(ratio: Answer) -> str:
    return f"{ratio['numerator']}/{ratio['denominator']}"


def portfolio_table(out: Console, answer: Answer) -> None:
    """Holdings, then impact by indicator with the figures behind each sum."""
    out.print(f"[bold]{party(answer['investor'])}[/bold] · {_window(answer)}")
    held = table(say("Bonds held"), "bond", "issuer", ">units", ">of", ">amount")
    for one in answer["holdings"]:
        value = f"{one['currency']} {amount(one['amount'], unit_of(one))}"
        held.add_row(one["label"], party(one["issuer"]), str(one["units"]), str(one["supply"]), value)
    out.print(held)
    for group in answer["impact"]:
        _group(out, group)


def _window(answer: Answer) -> str:
    if answer["from"] == _BEGINNING:
        return say("up to {until}", until=answer["until"])
    return say("{from_} to {until}", from_=answer["from"], until=answer["until"])


def _group(out: Console, group: Answer) -> None:
    title = say("{indicator}, share in {unit}", indicator=indicator(group["indicator"]), unit=group["unit"])
    made = table(title, ">report", "period", ">of project", "bond", ">part", "validation", ">share")
    for one in group["figures"]:
        for through in one["through"]:
            made.add_row(
                str(one["report"]),
                _period(one),
                shown(int(one["value"]), one["decimals"]),
                through["label"],
                _ratio(through["part"]),
                word(ValidationOutcome, one["outcome"]),
                shown(int(one["share"]), one["share_decimals"]),
            )
    made.add_section()
    for title, key in ((say("counted"), "counted"), (say("not validated"), "not_validated")):
        made.add_row(title, "", "", "", "", "", shown(int(group[key]), group["decimals"]))
    out.print(made)
