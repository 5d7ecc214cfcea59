"""Factoring: the financier quotes off chain, the holder accepts, piece and money change hands in one
transaction."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.calendars import CALENDARS
from ledger.domain.dates import day_number
from ledger.domain.discount import Convention, days_of, discount_half_up, end_of
from ledger.domain.kinds import DocumentKind
from ledger.domain.obligations import NOBODY, Reading
from ledger.domain.rules import Fact
from ledger.domain.typed_data import Quote, TypedData
from ledger.errors import BadInput
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.doubles import near_count, require_recomputed
from ledger.services.financing_report import Report, report
from ledger.services.receivables import piece_at, receivable_of
from ledger.services.rules import Notice, before
from ledger.services.session import Act
from ledger.services.values import Amount, code, hex_of, minor_or_zero, whole

_MAX_PPM = 1_000_000
_TEXTS: Final = frozenset({"piece_start", "start", "end", "discount", "fee", "net", "nonce"})
"""Fields of a quote that may be too large for JSON's numbers."""


@dataclass(frozen=True, slots=True)
class SignedQuote:
    """A quote and its financier's signature; it travels off chain. `digest` names it on the chain."""

    quote: Quote
    signature: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Financed(Act):
    """A funded quote, in minor units: face = discount + fee + net. Its registration's number is attested."""

    receivable: int
    start: int
    end: int
    discount: int
    fee: int
    net: int
    number: str
    notices: tuple[Notice, ...] = ()


class Financier(Desk):
    """The one who funds."""

    def quote(
        self,
        financier: str,
        receivable: int,
        *,
        start: int,
        end: int,
        rate_ppm: int,
        deadline: dt.datetime,
        funding_day: dt.date | None = None,
        fee: Amount = 0,
        fee_payee: str | None = None,
        convention: Convention = Convention.ACT_360,
        end_day: dt.date | None = None,
        recourse: bool = False,
    ) -> SignedQuote:
        """Signs a quote for `[start, end)` as its piece stands now. Nothing is sent.

        Args:
            rate_ppm: discount rate a year in parts per million, half-up to the fen.
            deadline: with time zone; after it the quote can be neither accepted nor funded.
            funding_day: business date of the money, today by default.
            fee_payee: a third participant whose fee it is; None: the financier keeps it.
            convention: how the days of the discount are counted.
            end_day: under ACT_360_ROLLED the banking day that the due day rolls to, by the financier's own
                calendar; by default the next weekday.
            recourse: the holder answers for the piece when the obligor does not pay.
        """
        found = receivable_of(self._session, receivable)
        piece = piece_at(self._session, receivable, start)
        face = end - start
        if face <= 0 or end > piece.end:
            raise BadInput("the quoted interval lies outside its piece", had=end, needed=piece.end)
        if deadline.tzinfo is None:
            raise BadInput("a deadline needs its time zone", had=deadline.isoformat())
        day, due = day_number(funding_day or self._session.today()), day_number(found.due)
        last = day_number(end_day) if end_day else end_of(convention, due, CALENDARS["WEEKENDS"].days)
        days = days_of(convention, day, last)
        discount = discount_half_up(face, whole(rate_ppm, _MAX_PPM, "a rate"), days)
        charged = minor_or_zero(fee, found.currency)
        quote = Quote(
            receivable=receivable,
            piece_start=piece.start,
            sequence=piece.sequence,
            start=start,
            end=end,
            holder=piece.holder,
            financier=self._session.address(financier),
            rate_ppm=rate_ppm,
            convention=int(convention),
            recourse=recourse,
            funding_day=day,
            end_day=last,
            discount=discount,
            fee=charged,
            fee_payee=self._session.address(fee_payee) if fee_payee else NOBODY,
            net=face - discount - charged,
            nonce=secrets.randbits(128),
            deadline=int(deadline.timestamp()),
        )
        return self.sign(financier, quote)

    def sign(self, financier: str, quote: Quote) -> SignedQuote:
        """Signs a quote as given, bound to this chain and its `Financing` contract."""
        contract = self._session.deployment["Financing"].address
        digest = TypedData(self._session.chain.chain_id, contract, quote).digest()
        return SignedQuote(quote, self._session.signer(financier).sign_digest(digest), hex_of(digest))

    def accept(self, holder: str, signed: SignedQuote) -> Act:
        """The holder accepts: exactly the quoted interval is cut out and locked, so it cannot shrink."""
        message = signed.quote.message()
        invoice = receivable_of(self._session, signed.quote.receivable).fingerprint
        self._documents.pass_on(holder, invoice, signed.quote.financier)
        return act_of(self._session.act(holder, "Financing", "accept", message, signed.signature))

    def fund(
        self,
        financier: str,
        signed: SignedQuote,
        *,
        number: str,
        registration: Paper,
        search: Paper,
        invoice: Reading | None = None,
    ) -> Financed:
        """Money against piece in one transaction, with the registration's number, its certificate and the
        prior search result on file: first the search, then what it was made for. Before it, the invoice's
        fingerprint is recomputed from its paper.

        77号文 art. 13. Gives `Financing` its allowance when that is missing.

        Args:
            number: as the registry gave it, up to 32 ASCII characters; it is shown as attested.
            invoice: what the financier reads in the paper; by default what was sealed with it, which its
                holder passed on when it accepted.
        """
        quote = signed.quote
        found = receivable_of(self._session, quote.receivable)
        recomputed = require_recomputed(self._session, financier, found.fingerprint, invoice)
        numbered = code(number, "the number of a registration")
        searched = self._file(financier, search, DocumentKind.REGISTRY_SEARCH)
        registered = self._file(financier, registration, DocumentKind.REGISTRATION)
        facts: dict[str, Fact] = {
            "registration_number": True,
            "registration": True,
            "search": True,
            "recomputed": recomputed.matches,
            "credited": recomputed.credited,
            "near_duplicates": near_count(self._session, financier, found.fingerprint),
        }
        notices = before(self._session, "finance", facts, found.programme, arranged=found.confirmed_on)
        paid = quote.net if quote.fee_payee == NOBODY else quote.net + quote.fee
        self._session.allow(financier, self._session.cash(found.cash), "Financing", paid)
        papers = (numbered, registered, searched)
        mined = self._session.act(financier, "Financing", "fund", quote.message(), *papers)
        return Financed(
            mined.tx,
            mined.block,
            quote.receivable,
            quote.start,
            quote.end,
            quote.discount,
            quote.fee,
            quote.net,
            number,
            notices,
        )

    def lapse(self, who: str, signed: SignedQuote) -> Act:
        """After the deadline or the funding day: unlocks an accepted quote not funded. Anyone may."""
        return act_of(self._session.act(who, "Financing", "lapse", signed.quote.message()))

    def revoke(self, financier: str, signed: SignedQuote) -> Act:
        """Takes back a quote that nobody has accepted yet."""
        return act_of(self._session.act(financier, "Financing", "revoke", signed.quote.nonce))

    def report(self, quote: str) -> Report:
        """One financing by its quote's digest: its terms, its steps, and the time from request to money."""
        return report(self._session, quote)


def quote_to_json(signed: SignedQuote) -> dict[str, Any]:
    """A signed quote as a document: amounts, offsets and the nonce as integer strings, bytes as `0x…`."""
    said: dict[str, Any] = {name: getattr(signed.quote, name) for name in Quote.__slots__}
    quote = {name: str(value) if name in _TEXTS else value for name, value in said.items()}
    return {"quote": quote, "signature": hex_of(signed.signature), "digest": signed.digest}


def quote_from_json(content: Mapping[str, Any]) -> SignedQuote:
    """The signed quote of a document. KeyError or ValueError for what is none."""
    said = content["quote"]
    fields: dict[str, Any] = {
        name: int(said[name]) if name in _TEXTS else said[name] for name in Quote.__slots__
    }
    return SignedQuote(Quote(**fields), bytes.fromhex(content["signature"][2:]), str(content["digest"]))
