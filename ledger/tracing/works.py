"""What milestones and retention hold back of a bond's budget lines, as events told it.

    [{line, label, budget, released, gone, retention_ppm, final_due, final_on, certifier, agreed,
      milestones: [{what, amount, due, certified_on, document}]}]

Amounts are integer strings in minor units. `gone` was spent (net of refunds) or is encumbered, and stays
within `released`. `certifier` is a party; `agreed`: an engineer by the verifier's consent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from ledger.domain.dates import format_day
from ledger.domain.history import EventRow
from ledger.domain.works import released
from ledger.tracing.books import Books, Line
from ledger.tracing.hops import Json, who
from ledger.tracing.impactbooks import readable

_GOING: Final = ("Proceeds.Paid", "Proceeds.Encumbered")
_BACK: Final = ("Proceeds.EncumbranceReleased", "Proceeds.EncumbranceNetted", "Proceeds.Refunded")


def works(books: Books, bond: int) -> list[Json]:
    """Of every line of the bond that has conditions, in the order of their numbers."""
    lines = {line.id: line for line in books.lines_of(bond)}
    set_ = [row for row in books.told.of("Proceeds.WorksSet") if row.args["line"] in lines]
    opened = {row.args["line"]: row.args for row in books.told.of("Proceeds.LineOpened")}
    gone = _gone(books.told.of_any(*_GOING, *_BACK))
    ordered = sorted(set_, key=lambda row: int(row.args["line"]))
    return [
        _one(books, lines[row.args["line"]], row, opened[row.args["line"]]["budget"], gone) for row in ordered
    ]


def _gone(rows: Iterable[EventRow]) -> dict[int, int]:
    """Fen by line."""
    gone: dict[int, int] = defaultdict(int)
    for row in rows:
        a, sign = row.args, 1 if f"{row.contract}.{row.name}" in _GOING else -1
        length = a["end"] - a["start"] if row.name == "EncumbranceNetted" else a["amount"]
        gone[a["line"]] += sign * length
    return gone


def _one(books: Books, line: Line, row: EventRow, budget: int, gone: dict[int, int]) -> Json:
    certified = {
        one.args["index"]: one.args
        for one in books.told.of("Proceeds.MilestoneCertified")
        if one.args["line"] == line.id
    }
    final = [one for one in books.told.of("Proceeds.FinallyCertified") if one.args["line"] == line.id]
    terms = list(enumerate(row.args["milestones"]))
    held = sum(one["amount"] for index, one in terms if index not in certified)
    kept_back = 0 if final else row.args["retention"]
    return {
        "line": line.id,
        "label": line.label,
        "budget": str(budget),
        "released": str(released(budget, held, kept_back)),
        "gone": str(gone.get(line.id, 0)),
        "retention_ppm": row.args["retention"],
        "final_due": _day(row.args["finalDueDay"]),
        "final_on": _day(final[0].args["day"]) if final else None,
        "certifier": who(books.party(row.args["certifier"])),
        "agreed": int(row.args["consent"], 16) != 0,
        "milestones": [
            {
                "what": readable(one["what"]),
                "amount": str(one["amount"]),
                "due": format_day(one["dueDay"]),
                "certified_on": _day(certified[index]["day"]) if index in certified else None,
                "document": certified[index]["document"] if index in certified else None,
            }
            for index, one in terms
        ],
    }


def _day(number: int) -> str | None:
    return format_day(number) if number else None
