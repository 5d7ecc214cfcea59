"""The receivable leg, dated 2025 so that the 2025 rules apply as they read; its parties are illustrative.

The bond's own tenor is over by then in what is published; the leg shows how its money would be followed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.domain.money import Currency, Money
from ledger.domain.programmes import ON_NOTICE
from ledger.services.financing import Financed, SignedQuote
from ledger.services.proceeds import Payment, Refund
from ledger.story import cast

if TYPE_CHECKING:
    from ledger import Ledger

START = dt.date(2025, 9, 2)
DUE = dt.date(2025, 12, 1)  # 90 days: ACT/360 then gives the published check of three months at 90/360
LATE_DUE = dt.date(2026, 2, 27)
LINE_EXPIRES = dt.date(2026, 12, 31)
RATE_PPM = 30_000  # 3% a year, the rate of the published worked example


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice that both sides signed."""

    number: str
    fingerprint: str
    total: Money


@dataclass(slots=True)
class Leg:
    """What the leg left behind. `settlement` is the transaction that paid the holders at maturity."""

    bond: int
    line: int
    credit_line: int
    receivable: int
    invoice: Invoice
    held: tuple[int, int]
    passed_on: tuple[int, int]
    factored: tuple[int, int]
    financed: Financed
    settlement: str
    direct: Payment
    direct_invoice: Invoice
    refund: Refund
    open_receivable: int
    locked_quote: SignedQuote


def live_leg(ledger: Ledger, bond: int, line: int, issuer: str, unit: Currency) -> Leg:
    """Confirm, accept, split three ways, factor, settle; a direct payment of which a part comes back; and a
    second receivable that stays open with an accepted quote on it."""
    ledger.operator.post_business_date(START)
    available = ledger.books.line(line).allocated
    face = Money(available // 200, unit)
    credit_line = _credit_line(ledger, issuer, face, unit)
    first = invoice(ledger, "2025-0901", face)
    receivable = confirm(ledger, first, face, DUE, credit_line, line)
    ledger.supplier.accept(cast.CONTRACTOR, receivable)
    held, passed_on, factored = _thirds(face.minor)
    ledger.supplier.transfer(
        cast.CONTRACTOR,
        receivable,
        cast.SUB_SUPPLIER,
        start=passed_on[0],
        end=passed_on[1],
        trade_document=b"Steel delivered by the sub-supplier (illustrative)",
    )
    financed = _factor(ledger, receivable, factored, unit)
    direct_invoice = invoice(ledger, "2025-0902", Money(available // 40, unit))
    direct = ledger.issuer.pay(issuer, line, direct_invoice.fingerprint, direct_invoice.total)
    refund = ledger.supplier.refund(
        cast.CONTRACTOR,
        direct,
        Money(direct.amount * 3 // 125, unit),
        b"Credit note: part of the work was not done",
    )
    ledger.operator.post_business_date(DUE)
    settlement = ledger.obligor.settle(cast.COMPANY, receivable)
    late = invoice(ledger, "2025-1201", Money(face.minor // 2, unit))
    open_receivable = confirm(ledger, late, late.total, LATE_DUE, credit_line, None)
    ledger.supplier.accept(cast.CONTRACTOR, open_receivable)
    quote = _accepted_quote(ledger, open_receivable, late.total.minor)
    return Leg(
        bond,
        line,
        credit_line,
        receivable,
        first,
        held,
        passed_on,
        factored,
        financed,
        settlement.tx,
        direct,
        direct_invoice,
        refund,
        open_receivable,
        quote,
    )


def _credit_line(ledger: Ledger, issuer: str, face: Money, unit: Currency) -> int:
    """Two levels: the bank grants the group twice the face, the group passes it on to the project company."""
    limit = Money(face.minor * 2, unit)
    group = ledger.bank.grant_line(cast.BANK, issuer, limit, LINE_EXPIRES)
    return ledger.obligor.grant_sub(issuer, group.id, cast.COMPANY, limit, LINE_EXPIRES).id


def invoice(ledger: Ledger, number: str, total: Money) -> Invoice:
    """One of the contractor's to the project company, dated today and signed by both."""
    registered = ledger.documents.invoice(
        seller=cast.CONTRACTOR,
        buyer=cast.COMPANY,
        number=number,
        dated=ledger.operator.today(),
        total=total,
        paper=f"Invoice {number} over {total} (illustrative)".encode(),
    )
    return Invoice(number, registered.fingerprint, total)


def confirm(
    ledger: Ledger,
    invoice: Invoice,
    face: Money,
    due: dt.date,
    credit_line: int,
    line: int | None,
    *,
    programme: int = ON_NOTICE,
) -> int:
    """What the project company owes the contractor for an invoice; the receivable's number."""
    return ledger.obligor.confirm(
        cast.COMPANY,
        cast.CONTRACTOR,
        face,
        cash=face.currency.code,
        due=due,
        credit_line=credit_line,
        fingerprint=invoice.fingerprint,
        contract=f"Construction contract of invoice {invoice.number} (illustrative)".encode(),
        delivery=f"Acceptance of works of invoice {invoice.number} (illustrative)".encode(),
        budget_line=line,
        programme=programme,
    ).id


def _thirds(face: int) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Half is held, four tenths are passed on, one tenth is factored."""
    first, second = face // 2, face * 9 // 10
    return (0, first), (first, second), (second, face)


def _factor(ledger: Ledger, receivable: int, interval: tuple[int, int], unit: Currency) -> Financed:
    """The same day: quote, acceptance, registration, money against piece."""
    start, end = interval
    ledger.bank.mint(
        cast.BANK, cast.FINANCIER, Money(end - start, unit), f"deposit/{receivable}/{start}", unit.code
    )
    quote = ledger.financier.quote(
        cast.FINANCIER, receivable, start=start, end=end, rate_ppm=RATE_PPM, deadline=_deadline()
    )
    ledger.financier.accept(cast.CONTRACTOR, quote)
    return ledger.financier.fund(
        cast.FINANCIER,
        quote,
        number=f"illustrative-{receivable}-{start}",
        registration=b"Registration certificate of the assignment (attested, illustrative)",
        search=b"Search result before the registration (attested, illustrative)",
    )


def _accepted_quote(ledger: Ledger, receivable: int, face: int) -> SignedQuote:
    quote = ledger.financier.quote(
        cast.FINANCIER, receivable, start=0, end=face // 2, rate_ppm=RATE_PPM, deadline=_deadline()
    )
    ledger.financier.accept(cast.CONTRACTOR, quote)
    return quote


def _deadline() -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
