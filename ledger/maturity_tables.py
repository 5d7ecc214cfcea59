"""Due dates, buckets and overdue receivables as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from ledger.domain.maturity import BUCKETS
from ledger.tables import amount, party, table, unit_of
from ledger.words import say, value

Answer = Mapping[str, Any]
_NAMED = 3


def maturities(out: Console, answer: Answer) -> None:
    """The receivables by due date, then who owes and holds what by bucket."""
    title = say("Receivables by due date, seen from {day}", day=answer["day"])
    shown = table(
        title, ">receivable", "due date", ">days", "obligor", ">unpaid", ">paid in", "holders", "bucket"
    )
    for one in answer["receivables"]:
        unit = unit_of(one)
        shown.add_row(
            f"#{one['receivable']}",
            one["due"],
            str(one["days"]),
            party(one["obligor"]),
            amount(one["open"], unit),
            say("by a bond") if one["funded"] else amount(one["paid_in"], unit),
            _holders(one["holders"]),
            value(one["bucket"]),
        )
    out.print(shown)
    _buckets(out, answer)


def _holders(holders: Sequence[Answer]) -> str:
    """Their names; where they are many, how many."""
    if len(holders) > _NAMED:
        return say("{count} holders", count=len(holders))
    return ", ".join(party(holder) for holder in holders) or "–"


def _buckets(out: Console, answer: Answer) -> None:
    names = [f">{value(band.name)}" for band in BUCKETS]
    shown = table(say("Days until due"), "party", "role", "currency", *names)
    for one in answer["buckets"]:
        unit = unit_of(one)
        sums = (amount(one["buckets"][band.name], unit) for band in BUCKETS)
        shown.add_row(party(one), value(one["role"]), unit.code, *sums)
    out.print(shown)


def overdue(out: Console, found: Sequence[Answer]) -> None:
    """What is past its due date: days, stage, what is missing, and since when it is marked."""
    shown = table(
        say("Past the due date"),
        ">receivable",
        "due date",
        ">days",
        "stage",
        "obligor",
        ">unpaid",
        ">paid in",
        "marked",
    )
    for one in found:
        unit = unit_of(one)
        shown.add_row(
            f"#{one['receivable']}",
            one["due"],
            str(-one["days"]),
            value(one["stage"]),
            party(one["obligor"]),
            amount(one["open"], unit),
            say("by a bond") if one["funded"] else amount(one["paid_in"], unit),
            one["overdue_since"] or "–",
        )
    out.print(shown)
