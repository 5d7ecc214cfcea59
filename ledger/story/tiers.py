"""A receivable that goes down three tiers, each of which accepts, and two banks that compete for a part.

All parties are illustrative, and so are the rates. It stays open, so that it can be looked at.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.domain.money import Money
from ledger.services.financing import Financed, SignedQuote
from ledger.story import cast
from ledger.story.leg import LATE_DUE, confirm, invoice

if TYPE_CHECKING:
    from ledger import Ledger

WITH_ACCEPTANCE: Final = 2
"""Number of the programme whose pieces move when the receiver accepts."""
_DEAR, _CHEAP, _FEE = 48_000, 32_000, 500_00
"""Parts per million a year, twice, and minor units."""


@dataclass(frozen=True, slots=True)
class Tiers:
    """What the chain left behind; `quotes` are both banks', the one that leaves more first."""

    receivable: int
    quotes: tuple[SignedQuote, ...]
    financed: Financed


def live_tiers(ledger: Ledger, credit_line: int, face: Money) -> Tiers:
    """Four tenths stay with the first tier, three with the second; of the third's three, two are financed."""
    signed = invoice(ledger, "2025-1210", face)
    receivable = confirm(ledger, signed, face, LATE_DUE, credit_line, None, programme=WITH_ACCEPTANCE)
    ledger.supplier.accept(cast.CONTRACTOR, receivable)
    first, sold, second = (face.minor * tenths // 10 for tenths in (4, 6, 7))
    for holder, receiver, end in (
        (cast.CONTRACTOR, cast.SUB_SUPPLIER, face.minor),
        (cast.SUB_SUPPLIER, cast.THIRD_TIER, second),
    ):
        paper = f"Goods delivered by {receiver}".encode()
        ledger.pieces.offer(holder, receivable, receiver, start=first, end=end, trade_document=paper)
        ledger.pieces.accept(receiver, receivable, first)
    quotes = _quoted(ledger, receivable, first, sold, face)
    return Tiers(receivable, quotes, _funded(ledger, quotes[0], Money(sold - first, face.currency)))


def _quoted(ledger: Ledger, receivable: int, start: int, end: int, face: Money) -> tuple[SignedQuote, ...]:
    """Both banks answer the third tier's request; neither sees the other's quote."""
    until = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    banks = (cast.FINANCIER, cast.SECOND_FINANCIER)
    asked = ledger.requests.ask(
        cast.THIRD_TIER, receivable, start=start, end=end, until=until, financiers=banks
    )
    fee = Money(_FEE, face.currency)
    ledger.requests.answer(cast.FINANCIER, asked.id, rate_ppm=_DEAR, deadline=until, fee=fee)
    ledger.requests.answer(cast.SECOND_FINANCIER, asked.id, rate_ppm=_CHEAP, deadline=until)
    return tuple(offer.signed for offer in ledger.requests.offers(cast.THIRD_TIER, asked.id))


def _funded(ledger: Ledger, best: SignedQuote, amount: Money) -> Financed:
    bank = cast.SECOND_FINANCIER
    ledger.requests.accept(cast.THIRD_TIER, best.digest)
    ledger.bank.mint(cast.BANK, bank, amount, "deposit/tiers", amount.currency.code)
    return ledger.financier.fund(
        bank,
        best,
        number=f"illustrative-{best.quote.receivable}-tiers",
        registration=b"Registration certificate of the third tier's assignment (attested, illustrative)",
        search=b"Search result before that registration (attested, illustrative)",
    )
