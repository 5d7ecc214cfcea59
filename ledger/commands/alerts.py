"""`greenledger alerts`: any set of moves, seen by what needs only moves. No ledger is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from ledger import tables
from ledger.commands.common import Json, out, show
from ledger.errors import BadInput
from ledger.words import say, value

_Read = TypeVar("_Read")


def alerts(
    moves: Annotated[Path, typer.Option(help="CSV file of time,from,to,amount in minor units")],
    labels: Annotated[
        Path | None, typer.Option(help="CSV file of scheme,time,from,to,amount to compare findings with")
    ] = None,
    parameters: Annotated[
        Path | None, typer.Option(help="JSON file of dated parameters; what it leaves out is as by default")
    ] = None,
    json_: Json = False,
) -> None:
    """Raises what the order and amounts of payments show: questions, with their paths, and no verdicts."""
    from ledger.tracing.alerts import answer, findings
    from ledger.tracing.alerts.parameters import DEFAULT, parameters_of
    from ledger.tracing.alerts.score import labels_of, score
    from ledger.tracing.foreign import foreign_moves, transfers_of

    chosen = _read(parameters, parameters_of) if parameters else [DEFAULT]
    named = _read(labels, lambda text: labels_of(StringIO(text, newline=""))) if labels else None
    given = foreign_moves(_read(moves, lambda text: transfers_of(StringIO(text, newline=""))))
    found = findings(given, chosen)
    told = answer(given, found)
    if named is not None:
        result = score(given, found, named)
        alarms = {"false_alarms": len(result.false_alarms)}
        told["score"] = {"hits": result.hits, "missed": result.missed} | alarms
    show(told) if json_ else _print(told)


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
