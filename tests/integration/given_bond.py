"""A green bond lived up to the moment that a test is about."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass

from ledger import Ledger
from ledger.bootstrap.testing import FIRST_DAY
from ledger.domain.money import Money, currency
from ledger.services.documents import RegisteredObligation

CNY = currency("CNY")
CATEGORY = "3.2.2.6"
DAY = dt.timedelta(days=1)
LATER = FIRST_DAY + 365 * DAY

_numbers = itertools.count(1)


def number() -> int:
    """One that no earlier act used."""
    return next(_numbers)


def yuan(major: int) -> Money:
    return Money(major * 100, CNY)


@dataclass(frozen=True)
class Given:
    """A closed bond of 10,000 yuan, 9,950 of it in the pool, with a project and an empty budget line."""

    bond: int
    framework: int
    project: int
    line: int


def framework(ledger: Ledger, *, reviewed: bool = True) -> int:
    found = ledger.issuer.register_framework(
        "Issuer", b"framework", catalogue="GBEPC-2021", categories=[CATEGORY, "1.1.1.1"]
    )
    if reviewed:
        ledger.verifier.review("Verifier", found.id, b"opinion", valid_until=LATER)
    return found.id


def booking_bond(ledger: Ledger, of: int, **terms: object) -> int:
    """A bond of 100 units at 100 yuan, open for booking until the second day."""
    given = {
        "framework": of,
        "cash": "CNY",
        "denomination": yuan(100),
        "max_units": 100,
        "closes_on": FIRST_DAY + DAY,
        "document": b"terms",
        **terms,
    }
    return ledger.issuer.register_bond("Issuer", f"Bond {number()}", **given).id  # type: ignore[arg-type]


def mint(ledger: Ledger, to: str, amount: Money) -> None:
    ledger.bank.mint("settlement bank", to, amount, f"booking {number()}", "CNY")


def bond(ledger: Ledger, *, allocated: int = 0) -> Given:
    """A closed bond with a line of 9,000 yuan, `allocated` yuan of it on the line."""
    of = framework(ledger)
    raised = booking_bond(ledger, of)
    mint(ledger, "Investor", yuan(10_000))
    ledger.investor.book("Investor", raised, 100)
    ledger.issuer.allot("Issuer", raised)
    ledger.issuer.close("Issuer", raised, cost=yuan(50), value_date=FIRST_DAY)
    project = ledger.issuer.register_project(
        "Issuer",
        "Plant",
        framework=of,
        company="Company",
        category=CATEGORY,
        budget=yuan(9_000),
        currency="CNY",
        document=b"project",
    ).id
    line = ledger.issuer.open_line(
        "Issuer", raised, project, budget=yuan(9_000), label="works", company_may_spend=True
    ).id
    if allocated:
        ledger.issuer.allocate("Issuer", line, yuan(allocated))
    return Given(raised, of, project, line)


def invoice(ledger: Ledger, total: int, *, buyer: str = "Issuer") -> RegisteredObligation:
    """An invoice of the contractor's over `total` yuan."""
    return ledger.documents.invoice(
        seller="Contractor",
        buyer=buyer,
        number=f"2544200000{number():010d}",
        dated=FIRST_DAY,
        total=yuan(total),
        paper=b"invoice",
    )
