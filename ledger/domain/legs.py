"""Movements of money outside the ledger, as a document tells them, and the CSV file that lists many."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ledger.domain.dates import date_of, parse_day
from ledger.domain.money import Currency, Money, parse_major
from ledger.domain.states import LegKind
from ledger.errors import BadInput

NEEDED: Final = ("value_date", "kind", "amount", "from", "to", "bank", "reference")
COLUMNS: Final = (*NEEDED, "project", "payer", "payee")


class BadLeg(BadInput):
    """A line that cannot become a leg; `who` names the line."""

    code = "bad-leg"


@dataclass(frozen=True, slots=True)
class Movement:
    """What a document says moved. `source` and `target` are places as it calls them; `reference` is the
    bank's own booking reference, of which the chain sees the hash. `payer` and `payee`: participants."""

    kind: LegKind
    value_date: dt.date
    amount: Money
    source: str
    target: str
    bank: str
    reference: str
    project: str = ""
    payer: str | None = None
    payee: str | None = None


Line = tuple[str, Movement]
"""A movement and where it stands: `line 7`."""


def movements_of(lines: Iterable[str], unit: Currency, bank: str | None = None) -> list[Line]:
    """The movements of a CSV file whose header names `COLUMNS` in any order; the last three may be missing.

    Amounts are major units of `unit`, days are written YYYY-MM-DD, kinds are those of `LegKind` by name.

    Args:
        bank: for a file without that column: where all of it is booked.

    Raises:
        BadLeg: naming the first line that is wrong, and what is wrong with it.
    """
    found = csv.reader(lines, strict=True)
    try:
        header = [name.strip().lower() for name in next(found, [])]
        _require_header(header, bank)
        return [
            (
                f"line {found.line_num}",
                _movement(_row(header, cells, found.line_num), unit, bank, found.line_num),
            )
            for cells in found
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as failure:
        raise BadLeg("the file is no CSV", who=f"line {found.line_num}", had=str(failure)) from None


def _require_header(header: list[str], bank: str | None) -> None:
    missing = [name for name in NEEDED if name not in header and not (name == "bank" and bank)]
    wrong = [name for name in header if name not in COLUMNS or header.count(name) > 1]
    if missing or wrong:
        raise BadLeg(
            "the header has other columns", who="line 1", had=",".join(header), needed=",".join(COLUMNS)
        )


def _row(header: list[str], cells: list[str], line: int) -> Mapping[str, str]:
    if len(cells) != len(header):
        raise BadLeg("a line has other columns", who=f"line {line}", had=len(cells), needed=len(header))
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _movement(row: Mapping[str, str], unit: Currency, bank: str | None, line: int) -> Movement:
    where = f"line {line}"
    lacking = [name for name in NEEDED if not row.get(name) and not (name == "bank" and bank)]
    if lacking:
        raise BadLeg("a line lacks a value", who=where, needed=",".join(lacking))
    if row["kind"].upper() not in LegKind.__members__:
        kinds = ", ".join(kind.name.lower() for kind in LegKind)
        raise BadLeg("a leg has another kind", who=where, had=row["kind"], needed=kinds)
    try:
        day, amount = date_of(parse_day(row["value_date"])), parse_major(row["amount"], unit)
    except BadInput as failure:
        raise BadLeg("a day or an amount cannot be read", who=where, had=failure.had) from failure
    if amount.minor <= 0:
        raise BadLeg("an amount of zero moves nothing", who=where, had=row["amount"])
    return Movement(
        kind=LegKind[row["kind"].upper()],
        value_date=day,
        amount=amount,
        source=row["from"],
        target=row["to"],
        bank=row.get("bank") or bank or "",
        reference=row["reference"],
        project=row.get("project", ""),
        payer=row.get("payer") or None,
        payee=row.get("payee") or None,
    )
