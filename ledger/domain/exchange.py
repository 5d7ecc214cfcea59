"""What happened to receivables on a day, for the report to 上海票据交易所 (银发〔2025〕77号 art. 19).

Warning: the official format was not at hand. This is a schema of our own, one row an event, from which
another can be made; `NOTE` says so in every export.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from io import StringIO
from typing import Any, Final

from ledger.domain.history import EventRow

SCHEMA: Final = "greenledger-receivables-1"
NOTE: Final = "A schema of our own: the official format of 上海票据交易所 was not at hand."
CONTRACTS: Final = ("Receivables", "PieceBook", "Financing", "Maturity")
_STATES: Final = {
    "Accepted": "accepted",
    "Refused": "refused",
    "Returned": "returned",
    "Voided": "voided",
    "Settled": "settled",
    "MarkedOverdue": "overdue",
    "MarkedCured": "cured",
}


@dataclass(frozen=True, slots=True)
class Reported:
    """One event. Amounts and offsets in minor units, parties by identifier; empty where there is none."""

    day: dt.date
    act: str
    receivable: int
    start: int | None
    end: int | None
    amount: int | None
    giver: str
    taker: str
    reference: str
    document: str
    tx: str


def report(
    events: Iterable[tuple[EventRow, dt.date]], day: dt.date, who: Callable[[str], str]
) -> list[Reported]:
    """The rows of one day, in chain order; `who` gives the identifier of an account."""
    rows = (_row(event, on, who) for event, on in events if on == day)
    return [row for row in rows if row is not None]


def as_csv(rows: Iterable[Reported]) -> str:
    """With a header, and without the note: that stands in the file's name or beside it."""
    written = StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(field.name for field in fields(Reported))
    table.writerows([_text(getattr(row, field.name)) for field in fields(Reported)] for row in rows)
    return written.getvalue()


def as_json(rows: Iterable[Reported], day: dt.date) -> dict[str, Any]:
    told = [
        {field.name: _text(getattr(row, field.name)) or None for field in fields(Reported)} for row in rows
    ]
    return {"schema": SCHEMA, "note": NOTE, "day": day.isoformat(), "rows": told}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _row(event: EventRow, day: dt.date, who: Callable[[str], str]) -> Reported | None:
    said = next(iter(_said(event, who)), None)
    if said is None:
        return None
    plain: dict[str, Any] = {
        **dict.fromkeys(("start", "end", "amount")),
        **dict.fromkeys(("giver", "taker", "reference", "document"), ""),
    }
    return Reported(day=day, receivable=int(event.args["receivable"]), tx=event.tx, **{**plain, **said})


def _said(event: EventRow, who: Callable[[str], str]) -> Iterator[Mapping[str, Any]]:
    """What one event tells; nothing for one that is not reported."""
    args, key = event.args, (event.contract, event.name)
    if key == ("Receivables", "Confirmed"):
        terms = args["confirmation"]
        face = int(terms["face"])
        yield {
            "act": "confirmed",
            **_span(0, face, face),
            **_pair(who(args["obligor"]), who(args["supplier"])),
            "document": str(terms["fingerprint"]),
        }
    elif event.contract == "Receivables" and event.name in _STATES:
        yield {"act": _STATES[event.name]}
    elif key == ("PieceBook", "PieceMoved"):
        start, end = int(args["start"]), int(args["end"])
        parties = _pair(who(args["from"]), who(args["to"]))
        yield {"act": "moved", **_span(start, end, end - start), **parties, "document": str(args["document"])}
    elif key == ("Financing", "Financed"):
        terms = args["terms"]
        yield {
            "act": "financed",
            **_span(int(terms["start"]), int(terms["end"]), int(terms["net"])),
            **_pair(who(args["financier"]), who(terms["holder"])),
            "reference": _ascii(str(args["number"])),
            "document": str(args["registration"]),
        }
    elif key == ("Maturity", "PieceSettled"):
        start, end = int(args["start"]), int(args["end"])
        yield {"act": "paid", **_span(start, end, int(args["amount"])), **_pair("", who(args["holder"]))}


def _span(start: int, end: int, amount: int) -> dict[str, int]:
    return {"start": start, "end": end, "amount": amount}


def _pair(giver: str, taker: str) -> dict[str, str]:
    return {"giver": giver, "taker": taker}


def _ascii(word: str) -> str:
    return bytes.fromhex(word.removeprefix("0x")).rstrip(b"\0").decode("ascii", "replace")
