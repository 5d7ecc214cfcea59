"""Published figures, as the story needs them: exact minor units, and None for what nobody published.

`read_bonds` takes a folder with `bonds_terms.csv` and `allocations.csv` (columns as in `ledger/story/data`).
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ledger.domain.money import Currency, Money, currency, parse_millions
from ledger.errors import BadInput

DATA = Path(__file__).parent / "data"
TERMS = "bonds_terms.csv"
ALLOCATIONS = "allocations.csv"
_AMOUNT = r"[A-Z]{3} ([\d,.]+)m"
_NET = re.compile(rf"net proceeds {_AMOUNT}")
_REFINANCING = re.compile(rf"{_AMOUNT} of it refinancing(?: \(projects ([\d,]+)\))?")
_INVESTED = "cumulative investment"
_UNITEMISED = "project not published"
# The 2021 catalogue replaced the 2015 one for bonds issued from this day; older bonds keep the old list.
_CATALOGUE_2021 = dt.date(2021, 7, 1)


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a published allocation table. `number` is the row's; None for what no row itemises."""

    number: int | None
    project: str
    technology: str
    amount: Money
    source: str


@dataclass(frozen=True, slots=True)
class PublishedBond:
    """One bond as published. Dates and amounts that no source at hand gave are None.

    `allocated` is the published total; `items` add up to it exactly, the last one holding what the
    publisher's own rounding left out. `refinancing` reimburses the issuer, over the items whose numbers
    stand in `refinanced`; how it falls on them is not published. `invested` is money paid out as published.
    """

    id: str
    issuer: str
    country: str
    series: str
    isin: str | None
    unit: Currency
    amount: Money
    coupon_ppm: int | None
    issued: dt.date | None
    as_of: dt.date
    net: Money | None
    allocated: Money
    items: tuple[Item, ...]
    refinancing: Money | None
    refinanced: tuple[int, ...]
    invested: Money | None
    catalogue: str
    source: str

    @property
    def cost(self) -> Money:
        """Amount raised less net proceeds; zero where no net figure is published."""
        return self.amount - self.net if self.net else Money(0, self.unit)

    @property
    def unitemised(self) -> Money:
        """The gap between the published total and its items (the publisher's rounding)."""
        return Money(sum(i.amount.minor for i in self.items if i.number is None), self.unit)


Row = dict[str, str]


def read_bonds(folder: Path = DATA) -> tuple[list[PublishedBond], list[str]]:
    """The bonds of a folder that can be lived through, and for each that cannot one sentence why.

    Raises:
        BadInput: a file or a column is missing, or nothing at all can be lived through.
    """
    terms = {row["bond_id"]: row for row in _rows(folder / TERMS, "bond_id amount_m currency issuer")}
    tables: dict[str, list[Row]] = {}
    for row in _rows(folder / ALLOCATIONS, "bond_id row_no_0_is_total amount_m as_of"):
        tables.setdefault(row["bond_id"], []).append(row)
    bonds: list[PublishedBond] = []
    left_out: list[str] = []
    for name, table in tables.items():
        try:
            bonds.append(_bond(_terms_of(name, terms), table))
        except BadInput as error:
            left_out.append(f"{name}: {error.message}")
    if not bonds:
        raise BadInput(f"no bond in {folder} can be lived through: {'; '.join(left_out)}", had=str(folder))
    return bonds, left_out


def _rows(file: Path, needed: str) -> list[Row]:
    if not file.is_file():
        raise BadInput(f"{file.name} is missing in {file.parent}", had=str(file.parent), needed=file.name)
    with file.open(newline="", encoding="utf-8-sig") as handle:
        reader = csv.DictReader(handle)
        missing = set(needed.split()) - set(reader.fieldnames or ())
        if missing:
            raise BadInput(
                f"{file.name} lacks columns", had=reader.fieldnames, needed=", ".join(sorted(missing))
            )
        return [{key: value or "" for key, value in row.items() if key is not None} for row in reader]


def _terms_of(name: str, terms: dict[str, Row]) -> Row:
    if name not in terms:
        raise BadInput(f"its terms are missing in {TERMS}", had=name)
    return terms[name]


def _bond(terms: Row, table: list[Row]) -> PublishedBond:
    unit = currency(terms["currency"])
    status = terms.get("status_of_proceeds", "")
    total_row = next((row for row in table if row["row_no_0_is_total"] == "0"), None)
    items = [_item(row, unit) for row in table if row["row_no_0_is_total"] != "0"]
    allocated = (
        parse_millions(total_row["amount_m"], unit)
        if total_row
        else Money(sum(item.amount.minor for item in items), unit)
    )
    amount = parse_millions(terms["amount_m"], unit)
    net = _found(_NET, status, unit)
    refinancing = _found(_REFINANCING, status, unit)
    group = _REFINANCING.search(status)
    invested = total_row is not None and _INVESTED in total_row.get("note", "")
    issued = _day(terms.get("issue_date", ""))
    _require_room(net or amount, allocated)
    return PublishedBond(
        id=terms["bond_id"],
        issuer=terms["issuer"],
        country=terms.get("country", ""),
        series=terms.get("series_or_name", ""),
        isin=terms.get("isin") or None,
        unit=unit,
        amount=amount,
        coupon_ppm=_ppm(terms.get("coupon_pct", "")),
        issued=issued,
        as_of=_as_of(table),
        net=net,
        allocated=allocated,
        items=_complete(items, allocated, total_row),
        refinancing=refinancing,
        refinanced=_numbers(group[2] if group else None),
        invested=allocated if invested else None,
        catalogue=_catalogue(terms.get("country", ""), issued),
        source=terms.get("source", ""),
    )


def _item(row: Row, unit: Currency) -> Item:
    return Item(
        number=int(row["row_no_0_is_total"]),
        project=row.get("project_or_category", ""),
        technology=row.get("technology", ""),
        amount=parse_millions(row["amount_m"], unit),
        source=row.get("source", ""),
    )


def _complete(items: list[Item], allocated: Money, total: Row | None) -> tuple[Item, ...]:
    """Items that add up to the total: what no row itemises stays allocated, *project not published*."""
    gap = allocated - Money(sum(item.amount.minor for item in items), allocated.currency)
    if gap.minor < 0:
        raise BadInput(f"its items add up to more than the published total by {-gap}", had=str(allocated))
    if gap.minor == 0:
        return tuple(items)
    label = _UNITEMISED if items else f"{(total or {}).get('project_or_category', '')} ({_UNITEMISED})"
    source = (total or {}).get("source", "")
    return (*items, Item(None, label, "", gap, source))


def _require_room(proceeds: Money, allocated: Money) -> None:
    if proceeds < allocated:
        raise BadInput(
            f"its table allocates {allocated}, more than its proceeds of {proceeds}; no rule for this bond's"
            " share is published",
            had=str(allocated),
            needed=str(proceeds),
        )


def _found(pattern: re.Pattern[str], text: str, unit: Currency) -> Money | None:
    match = pattern.search(text)
    return parse_millions(match[1], unit) if match else None


def _numbers(text: str | None) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(",")) if text else ()


def _day(text: str) -> dt.date | None:
    """A full date; None for nothing, and for a month or a year alone (a day nobody published)."""
    return dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None


def _as_of(table: Iterable[Row]) -> dt.date:
    days = [day for row in table if (day := _day(row["as_of"]))]
    if not days:
        raise BadInput("its table has no full as_of date")
    return max(days)


def _ppm(percent: str) -> int | None:
    """Percent a year, as text, to parts per million: exact, or refused."""
    if not percent:
        return None
    match = re.fullmatch(r"(\d+)(?:\.(\d{1,4}))?", percent)
    if match is None:
        raise BadInput("its coupon is no percentage with at most four decimals", had=percent)
    return int(match[1] + (match[2] or "").ljust(4, "0"))


def _catalogue(country: str, issued: dt.date | None) -> str:
    """Ours, not published: the Chinese list in force at issue, else the ICMA categories."""
    old = country == "CN" and issued is not None and issued < _CATALOGUE_2021
    return "GBEPC-2015" if old else "ICMA-GBP"


def category_of(catalogue: str, technology: str) -> tuple[str, str]:
    """(code, name) of a technology by `categories.csv`; the catalogue's general entry otherwise."""
    general = ("", "")
    for row in _rows(DATA / "categories.csv", "catalogue technology code name"):
        if row["catalogue"] != catalogue:
            continue
        if row["technology"] and row["technology"] in technology:
            return row["code"], row["name"]
        if not row["technology"]:
            general = row["code"], row["name"]
    return general
