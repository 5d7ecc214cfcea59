"""Every published bond judged row by row: what of its terms is known, and whether that is enough.

    whole     one instrument with amount, coupon, issue day and maturity: its coupons can be computed
    raised    one instrument with an amount: it can be registered and raised; what is missing is named
    left out  not one instrument, or no amount of its own: why is named

Nothing is filled in. A maturity that nobody gave but the issue day and a tenor in whole years do is derived,
and marked so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.domain.dates import add_months, date_of, day_number
from ledger.domain.identifiers import isin
from ledger.domain.money import Currency, Money, currency, parse_millions
from ledger.errors import BadInput
from ledger.story import cast
from ledger.story.figures import DATA, TERMS, Row, full_day, ppm, rows

if TYPE_CHECKING:
    from ledger import Ledger

WHOLE, RAISED, LEFT_OUT = "whole", "raised", "left out"
_PIECE = re.compile(r"\b([A-Z]{3}) ?\d")
_SEVERAL = re.compile(r"\btranches\b|\btransactions\b|;")
_CEILING = re.compile(r"no more than|<=")
_TENOR = re.compile(r"(\d+) years?")


@dataclass(frozen=True, slots=True)
class Terms:
    """A bond's terms as published; None for what nobody published at the sources at hand."""

    id: str
    issuer: str
    amount: Money
    coupon_ppm: int | None
    issued: dt.date | None
    maturity: dt.date | None
    isin: str | None
    framework: str
    verifier: str
    source: str
    derived: bool = False


class Why(StrEnum):
    """What is in the way of loading a row (the first four), or missing for its coupons (the others)."""

    SEVERAL = "several instruments"
    EQUIVALENT = "amount in another currency"
    CEILING = "amount is a ceiling"
    AMOUNT = "amount"
    COUPON = "coupon"
    ISSUE_DAY = "issue day"
    MATURITY = "maturity"


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding on a row, with what was published in that place."""

    why: Why
    published: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One row: its terms when they are enough to be loaded, and what is missing or in the way."""

    id: str
    issuer: str
    terms: Terms | None
    why: tuple[Reason, ...]

    @property
    def verdict(self) -> str:
        if self.terms is None:
            return LEFT_OUT
        return RAISED if self.why else WHOLE


def judge(folder: Path = DATA) -> list[Judged]:
    """Every row of the folder's `bonds_terms.csv`, in its order."""
    return [_judged(row) for row in rows(folder / TERMS, "bond_id amount_m currency issuer")]


def _judged(row: Row) -> Judged:
    why = tuple(_in_the_way(row))
    if why:
        return Judged(row["bond_id"], row["issuer"], None, why)
    terms = _terms(row, currency(row["currency"]))
    return Judged(terms.id, terms.issuer, terms, tuple(_missing(row, terms)))


def _in_the_way(row: Row) -> Iterator[Reason]:
    """Why a row is not one bond with an amount of its own."""
    series, note = row["series_or_name"], row["missing_or_note"]
    pieces = _PIECE.findall(series)
    if len(pieces) > 1 or _SEVERAL.search(series) or ";" in row["isin"]:
        yield Reason(Why.SEVERAL, series)
    elif pieces and pieces[0] != row["currency"]:
        yield Reason(Why.EQUIVALENT, series)
    if _CEILING.search(series + note):
        yield Reason(Why.CEILING, note)
    if not row["amount_m"]:
        yield Reason(Why.AMOUNT, "")


def _terms(row: Row, unit: Currency) -> Terms:
    issued, maturity = full_day(row["issue_date"]), full_day(row["maturity_date"])
    tenor = _TENOR.fullmatch(row["tenor"])
    derived = maturity is None and issued is not None and tenor is not None
    if derived and issued and tenor:
        maturity = date_of(add_months(day_number(issued), 12 * int(tenor[1])))
    return Terms(
        id=row["bond_id"],
        issuer=row["issuer"],
        amount=parse_millions(row["amount_m"], unit),
        coupon_ppm=_coupon(row["coupon_pct"]),
        issued=issued,
        maturity=maturity,
        isin=isin(row["isin"]) if row["isin"] else None,
        framework=row["framework"],
        verifier=row["second_party_opinion_or_verifier"],
        source=row["source"],
        derived=derived,
    )


def _coupon(text: str) -> int | None:
    try:
        return ppm(text)
    except BadInput:
        return None


def _missing(row: Row, terms: Terms) -> Iterator[Reason]:
    """What a coupon cannot be computed without."""
    if terms.coupon_ppm is None:
        yield Reason(Why.COUPON, row["coupon_pct"])
    if terms.issued is None:
        yield Reason(Why.ISSUE_DAY, row["issue_date"])
    if terms.maturity is None:
        yield Reason(Why.MATURITY, row["maturity_date"] or row["tenor"])


# --- onto a ledger ------------------------------------------------------------------------------------------


def load(ledger: Ledger, judged: list[Judged]) -> dict[str, int]:
    """Registers every bond that has enough terms on a new replay ledger; its number there, by its id.

    A verifier that no source names is illustrative, and so are all identifiers; what was not published stays
    so on the ledger. A unit is a hundredth of the issue, for what it really is, is not published.
    """
    terms = [one.terms for one in judged if one.terms]
    cast.admit_cast(ledger, {one.issuer: "" for one in terms})
    return {one.id: _register(ledger, one) for one in terms}


def _register(ledger: Ledger, terms: Terms) -> int:
    paper = f"{terms.id}: {terms.amount}\nSource: {terms.source}\n".encode()
    framework = ledger.issuer.register_framework(
        terms.issuer, paper, catalogue="ICMA-GBP", categories=["1"]
    ).id
    ledger.verifier.review(cast.VERIFIER, framework, paper, valid_until=dt.date(2099, 12, 31))
    denomination = Money(terms.amount.minor // 100, terms.amount.currency)
    return ledger.issuer.register_bond(
        terms.issuer,
        terms.id,
        framework=framework,
        cash=terms.amount.currency.code,
        denomination=denomination,
        max_units=100,
        closes_on=ledger.operator.today(),
        document=paper,
        isin=terms.isin,
        issue_date=terms.issued,
        maturity=terms.maturity,
        coupon_ppm=terms.coupon_ppm or 0,
    ).id
