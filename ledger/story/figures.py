"""Published figures, as the story needs them: exact minor units, and None for what nobody published.

`read_bonds` takes a folder with `bonds_terms.csv` and `allocations.csv` (columns as in `ledger/story/data`),
and reads `impacts.csv` with `impact_readings.csv` where they are there.

A table may list more than a bond raised (loans outstanding, of which the bond refinances a part). Then each
row is a project's total, and the bond's share of it is pro rata: proceeds ÷ total of the table. The rule is
ours, not the publisher's, and is printed as such.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ledger.domain.catalogues import catalogue, catalogue_for
from ledger.domain.impact import quantity, shown
from ledger.domain.intervals import Interval, share_floor
from ledger.domain.money import Currency, Money, currency, parse_millions
from ledger.errors import BadInput

DATA = Path(__file__).parent / "data"
TERMS = "bonds_terms.csv"
ALLOCATIONS = "allocations.csv"
IMPACTS = "impacts.csv"
READINGS = "impact_readings.csv"
_AMOUNT = r"[A-Z]{3} ([\d,.]+)m"
_NET = re.compile(rf"net proceeds {_AMOUNT}")
_REFINANCING = re.compile(rf"{_AMOUNT} of it refinancing(?: \(projects ([\d,]+)\))?")
_INVESTED = "cumulative investment"
_UNITEMISED = "project not published"


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a published allocation table. `number` is the row's; None for what no row itemises.

    `total` is what the row says; `amount` is this bond's share of it, all of it as a rule.
    """

    number: int | None
    project: str
    technology: str
    total: Money
    source: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Achieved:
    """A published impact figure, ready to be reported: of which rows of the table, on which day.

    `parts` are the published values it is the sum of (one, as a rule); `reading` says what of this is ours.
    """

    indicator: str
    items: tuple[int, ...]
    value: str
    unit: str
    day: dt.date
    parts: tuple[str, ...]
    reading: str
    source: str


@dataclass(frozen=True, slots=True)
class PublishedBond:
    """One bond as published. Dates and amounts that no source at hand gave are None.

    `listed` is the published total of the table, `allocated` this bond's share of it (all, as a rule);
    `items` add up to both exactly, the last one holding what the publisher's own rounding left out.
    `refinancing` reimburses the issuer, over the items whose numbers stand in `refinanced`; how it falls on
    them is not published. `invested` is money paid out as published.
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
    maturity: dt.date | None
    as_of: dt.date
    net: Money | None
    listed: Money
    allocated: Money
    items: tuple[Item, ...]
    refinancing: Money | None
    refinanced: tuple[int, ...]
    invested: Money | None
    catalogue: str
    framework: str
    verifier: str
    source: str
    impact: tuple[Achieved, ...] = ()

    @property
    def cost(self) -> Money:
        """Amount raised less net proceeds; zero where no net figure is published."""
        return self.amount - self.net if self.net else Money(0, self.unit)

    @property
    def unitemised(self) -> Money:
        """The gap between the published total and its items (the publisher's rounding)."""
        return Money(sum(i.total.minor for i in self.items if i.number is None), self.unit)

    @property
    def other_funding(self) -> Money:
        """What of the projects' total is not this bond's."""
        return self.listed - self.allocated


Row = dict[str, str]


def read_bonds(folder: Path = DATA) -> tuple[list[PublishedBond], list[str]]:
    """The bonds of a folder that can be lived through, and for each that cannot one sentence why.

    Raises:
        BadInput: a file or a column is missing, or nothing at all can be lived through.
    """
    terms = {row["bond_id"]: row for row in rows(folder / TERMS, "bond_id amount_m currency issuer")}
    tables: dict[str, list[Row]] = {}
    for row in rows(folder / ALLOCATIONS, "bond_id row_no_0_is_total amount_m as_of"):
        tables.setdefault(row["bond_id"], []).append(row)
    bonds: list[PublishedBond] = []
    left_out: list[str] = []
    for name, table in tables.items():
        try:
            bond = _bond(_terms_of(name, terms), table)
            bonds.append(replace(bond, impact=achieved(folder, bond.id)))
        except BadInput as error:
            left_out.append(f"{name}: {error.message}")
    if not bonds:
        raise BadInput(f"no bond in {folder} can be lived through: {'; '.join(left_out)}", had=str(folder))
    return bonds, left_out


def rows(file: Path, needed: str) -> list[Row]:
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
    listed = (
        parse_millions(total_row["amount_m"], unit)
        if total_row
        else Money(sum(item.total.minor for item in items), unit)
    )
    amount = parse_millions(terms["amount_m"], unit)
    net = _found(_NET, status, unit)
    refinancing = _found(_REFINANCING, status, unit)
    group = _REFINANCING.search(status)
    invested = total_row is not None and _INVESTED in total_row.get("note", "")
    issued = full_day(terms.get("issue_date", ""))
    allocated = min(listed, net or amount)
    return PublishedBond(
        id=terms["bond_id"],
        issuer=terms["issuer"],
        country=terms.get("country", ""),
        series=terms.get("series_or_name", ""),
        isin=terms.get("isin") or None,
        unit=unit,
        amount=amount,
        coupon_ppm=ppm(terms.get("coupon_pct", "")),
        issued=issued,
        maturity=full_day(terms.get("maturity_date", "")),
        as_of=_as_of(table),
        net=net,
        listed=listed,
        allocated=allocated,
        items=_shared(_complete(items, listed, total_row), allocated),
        refinancing=refinancing,
        refinanced=_numbers(group[2] if group else None),
        invested=allocated if invested else None,
        catalogue=_catalogue(terms.get("country", ""), issued),
        framework=terms.get("framework", ""),
        verifier=terms.get("second_party_opinion_or_verifier", ""),
        source=terms.get("source", ""),
    )


def _item(row: Row, unit: Currency) -> Item:
    total = parse_millions(row["amount_m"], unit)
    return Item(
        number=int(row["row_no_0_is_total"]),
        project=row.get("project_or_category", ""),
        technology=row.get("technology", ""),
        total=total,
        source=row.get("source", ""),
        amount=total,
    )


def _complete(items: list[Item], listed: Money, total: Row | None) -> tuple[Item, ...]:
    """Items that add up to the total: what no row itemises stays allocated, *project not published*."""
    gap = listed - Money(sum(item.total.minor for item in items), listed.currency)
    if gap.minor < 0:
        raise BadInput(f"its items add up to more than the published total by {-gap}", had=str(listed))
    if gap.minor == 0:
        return tuple(items)
    label = _UNITEMISED if items else f"{(total or {}).get('project_or_category', '')} ({_UNITEMISED})"
    source = (total or {}).get("source", "")
    return (*items, Item(None, label, "", gap, source, gap))


def _shared(items: tuple[Item, ...], allocated: Money) -> tuple[Item, ...]:
    """This bond's share of each item, pro rata to the items, to the minor unit."""
    shares = pro_rata(allocated.minor, [item.total.minor for item in items])
    return tuple(
        replace(item, amount=Money(share, allocated.currency))
        for item, share in zip(items, shares, strict=True)
    )


def pro_rata(amount: int, weights: list[int]) -> list[int]:
    """Whole minor units in proportion to the weights, summing exactly: weights are intervals of the whole."""
    total, start, parts = sum(weights), 0, []
    for weight in weights:
        parts.append(share_floor(amount, Interval(start, start + weight), total))
        start += weight
    return parts


# --- impact ------------------------------------------------------------------------------------------------


def achieved(folder: Path, bond: str) -> tuple[Achieved, ...]:
    """The published impact figures of a bond that can be reported: those that `impact_readings.csv` reads.

    A figure that the publisher gave in parts for one row of the table is their sum.
    """
    if not (folder / READINGS).is_file():
        return ()
    published = {
        (row["bond_id"], row["period"], row["project_or_category"], row["kpi"]): row
        for row in rows(folder / IMPACTS, "bond_id period project_or_category kpi value unit source")
    }
    groups: dict[str, list[tuple[Row, Row]]] = {}
    for reading in rows(
        folder / READINGS, "bond_id figure period project_or_category kpi items indicator day"
    ):
        if reading["bond_id"] == bond:
            key = (bond, reading["period"], reading["project_or_category"], reading["kpi"])
            if key not in published:
                raise BadInput(f"{READINGS} reads what {IMPACTS} does not have", had=", ".join(key))
            groups.setdefault(reading["figure"], []).append((reading, published[key]))
    return tuple(_achieved(group) for group in groups.values())


def _achieved(group: list[tuple[Row, Row]]) -> Achieved:
    reading, row = group[0]
    values = [quantity(one["value"].removesuffix(".0")) for _, one in group]
    decimals = max(decimals for _, decimals in values)
    total = sum(value * 10 ** (decimals - had) for value, had in values)
    return Achieved(
        indicator=reading["indicator"],
        items=tuple(int(number) for number in reading["items"].split()),
        value=shown(total, decimals),
        unit=row["unit"],
        day=dt.date.fromisoformat(reading["day"]),
        parts=tuple(f"{one['project_or_category']}: {one['value']} {one['unit']}" for _, one in group),
        reading=" ".join(filter(None, (row.get("note", ""), reading.get("reading", "")))),
        source=row["source"],
    )


def _found(pattern: re.Pattern[str], text: str, unit: Currency) -> Money | None:
    match = pattern.search(text)
    return parse_millions(match[1], unit) if match else None


def _numbers(text: str | None) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(",")) if text else ()


def full_day(text: str) -> dt.date | None:
    """A full date; None for nothing, and for a month or a year alone (a day nobody published)."""
    return dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None


def _as_of(table: Iterable[Row]) -> dt.date:
    days = [day for row in table if (day := full_day(row["as_of"]))]
    if not days:
        raise BadInput("its table has no full as_of date")
    return max(days)


def ppm(percent: str) -> int | None:
    """Percent a year, as text, to parts per million: exact, or refused."""
    if not percent:
        return None
    match = re.fullmatch(r"(\d+)(?:\.(\d{1,4}))?", percent)
    if match is None:
        raise BadInput("its coupon is no percentage with at most four decimals", had=percent)
    return int(match[1] + (match[2] or "").ljust(4, "0"))


def _catalogue(country: str, issued: dt.date | None) -> str:
    """Ours, not published: the Chinese list in force at issue when it is at hand, else the ICMA list."""
    if country == "CN" and issued is not None:
        chinese = catalogue_for(country, issued)
        if chinese.is_listed:
            return chinese.code
    return "ICMA-GBP"


def category_of(catalogue_code: str, technology: str) -> tuple[str, str]:
    """(code, name) of a technology: the code by `categories.csv`, our reading; the name as the catalogue has
    it. A technology that is not there has the catalogue's general entry."""
    found = ""
    for row in rows(DATA / "categories.csv", "catalogue technology code"):
        if row["catalogue"] == catalogue_code and row["technology"] in technology:
            found = row["code"] if row["technology"] or not found else found
    category = catalogue(catalogue_code).category(found)
    return category.code, category.name
