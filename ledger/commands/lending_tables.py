"""Factoring files, scores, loans and suppliers' measures as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from ledger.domain.kinds import LABELS, DocumentKind
from ledger.domain.money import currency
from ledger.domain.states import ApplicationState, DrawdownState, LoanState
from ledger.tables import amount, table
from ledger.words import rendered, say, spoken, value, word

Answer = Mapping[str, Any]


def file_table(out: Console, answer: Answer) -> None:
    """Papers, applications, then one line for each thing that happened."""
    what = {name: answer[name] for name in ("file", "receivable", "start", "end", "version")}
    out.print(say("File {file}: receivable {receivable} from {start} to {end}, version {version}", **what))
    papers = table(say("Papers"), "kind", "document", "registrar", "filed on")
    for one in answer["papers"]:
        papers.add_row(_kind(one["kind"]), one["document"], one["registrar"], one["day"])
    out.print(papers)
    asked = table(say("Applications"), "financier", "state", "applied on", "reviewed on")
    for one in answer["applications"]:
        state = word(ApplicationState, one["state"])
        asked.add_row(one["financier"], state, one["applied_on"], one["reviewed_on"] or "–")
    out.print(asked)
    out.print(_timeline(answer["timeline"]))


def _timeline(steps: Sequence[Answer]) -> Any:
    made = table(say("Timeline"), "day", "time (UTC)", "what", ">from", ">to", "party")
    for one in steps:
        made.add_row(
            one["day"],
            dt.datetime.fromtimestamp(one["time"], dt.UTC).strftime("%Y-%m-%d %H:%M:%S"),
            _step(one),
            one["start"] or "–",
            one["end"] or "–",
            one["party"] or "–",
        )
    return made


def _step(one: Answer) -> str:
    kind = "" if one["kind"] is None else f" ({LABELS[DocumentKind(one['kind'])][spoken()]})"
    return value(one["name"]) + kind


def _kind(name: str) -> str:
    return LABELS[DocumentKind[name.upper()]][spoken()]


def score_table(out: Console, answer: Answer) -> None:
    """The score, then what each feature gave."""
    total = "–" if answer["score"] is None else str(answer["score"])
    out.print(
        say(
            "Score {score} of 1,000, level {level}, {confidence} record, card {card}; {day}, block {block}",
            score=total,
            level=answer["level"],
            confidence=rendered(answer["confidence"]),
            card=answer["card"],
            day=answer["as_of"],
            block=answer["block"],
        )
    )
    made = table(say("Features"), "feature", ">value", ">weight", ">points")
    for one in answer["parts"]:
        made.add_row(
            value(one["feature"]), _or_none(one["value"]), str(one["weight"]), _or_none(one["points"])
        )
    out.print(made)
    out.print(say("Hash of the features: {hash}", hash=answer["features_hash"]))


def loans_table(out: Console, lines: Sequence[Answer]) -> None:
    made = table(
        say("Loan lines"), ">number", "supplier", "financier", "state", ">limit", ">outstanding", "until"
    )
    for one in lines:
        unit = currency(one["currency"])
        made.add_row(
            str(one["id"]),
            one["supplier"],
            one["financier"],
            word(LoanState, one["state"]),
            f"{unit.code} {amount(one['limit'], unit)}",
            amount(one["outstanding"], unit),
            one["expires"] or "–",
        )
    out.print(made)


def loan_table(out: Console, answer: Answer) -> None:
    """A line, then its drawdowns with what each owes today."""
    loans_table(out, [answer])
    unit = currency(answer["currency"])
    made = table(
        say("Drawdowns"), ">number", "state", "drawn on", "due", ">drawn", ">outstanding", ">interest"
    )
    for one in answer["drawdowns"]:
        figures = (amount(one[name], unit) for name in ("drawn", "outstanding", "interest"))
        made.add_row(str(one["id"]), word(DrawdownState, one["state"]), one["drawn_on"], one["due"], *figures)
    out.print(made)


def metrics_table(out: Console, answer: Answer) -> None:
    """One line a supplier and programme; what waited longer than the rule allows is named with its clause."""
    made = table(
        say("What suppliers wait and pay, as of {day}", day=answer["as_of"]),
        "supplier",
        ">programme",
        ">received",
        ">days",
        ">longest",
        ">over 60 days",
        ">cost a year",
        ">tiers",
    )
    for one in answer["rows"]:
        unit = currency(one["currency"])
        made.add_row(
            one["supplier"] or say("all"),
            str(one["programme"]),
            f"{unit.code} {amount(one['amount'], unit)}",
            _or_none(one["days"]),
            _or_none(one["longest"]),
            _percent(one["over_60_ppm"]),
            _percent(one["all_in_365_ppm"]),
            str(one["deepest_tier"]),
        )
    out.print(made)
    out.print(say("Payment within {days} days: {clause}", days=answer["limit_days"], clause=answer["clause"]))


def _or_none(number: int | None) -> str:
    return "–" if number is None else str(number)


def _percent(ppm: int | None) -> str:
    """Parts per million as a percentage with four decimals: exactly."""
    return "–" if ppm is None else f"{ppm // 10_000}.{ppm % 10_000:04d}%"
