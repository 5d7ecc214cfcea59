"""Factoring: the financier quotes off chain, the holder accepts, piece and money change hands in one
transaction."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from ledger.domain.dates import day_number, days_between
from ledger.domain.discount import discount_half_up
from ledger.domain.kinds import DocumentKind
from ledger.domain.typed_data import Quote, TypedData
from ledger.errors import BadInput
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.receivables import piece_at, receivable_of
from ledger.services.session import Act
from ledger.services.values import Amount, hex_of, minor_or_zero, whole

_MAX_PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class SignedQuote:
    """A quote and its financier's signature; it travels off chain. `digest` names it on the chain."""

    quote: Quote
    signature: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Financed(Act):
    """A funded quote: face = discount + fee + net, in minor units."""

    receivable: int
    start: int
    end: int
    discount: int
    fee: int
    net: int


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
    ) -> SignedQuote:
        """Signs a quote for `[start, end)` as its piece stands now. Nothing is sent.

        Args:
            rate_ppm: discount rate a year in parts per million; ACT/360, half-up to the fen.
            deadline: with time zone; after it the quote can be neither accepted nor funded.
            funding_day: business date of the money, today by default.
        """
        found = receivable_of(self._session, receivable)
        piece = piece_at(self._session, receivable, start)
        face = end - start
        if face <= 0 or end > piece.end:
            raise BadInput("the quoted interval lies outside its piece", had=end, needed=piece.end)
        if deadline.tzinfo is None:
            raise BadInput("a deadline needs its time zone", had=deadline.isoformat())
        day = day_number(funding_day or self._session.today())
        discount = discount_half_up(
            face, whole(rate_ppm, _MAX_PPM, "a rate"), days_between(day, day_number(found.due))
        )
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
            funding_day=day,
            discount=discount,
            fee=charged,
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
        return act_of(self._session.act(holder, "Financing", "accept", message, signed.signature))

    def fund(self, financier: str, signed: SignedQuote, *, registration: Paper, search: Paper) -> Financed:
        """Money against piece in one transaction, with the registration certificate and the prior search
        on file.

        77号文 art. 13. Gives `Financing` its allowance when that is missing.
        """
        quote = signed.quote
        found = receivable_of(self._session, quote.receivable)
        searched = self._file(financier, search, DocumentKind.REGISTRY_SEARCH)
        registered = self._file(financier, registration, DocumentKind.REGISTRATION)
        self._session.allow(financier, self._session.cash(found.cash), "Financing", quote.net)
        mined = self._session.act(financier, "Financing", "fund", quote.message(), registered, searched)
        return Financed(
            mined.tx,
            mined.block,
            quote.receivable,
            quote.start,
            quote.end,
            quote.discount,
            quote.fee,
            quote.net,
        )

    def lapse(self, who: str, signed: SignedQuote) -> Act:
        """After the deadline: unlocks an accepted quote that was not funded. Anyone may."""
        return act_of(self._session.act(who, "Financing", "lapse", signed.quote.message()))

    def revoke(self, financier: str, signed: SignedQuote) -> Act:
        """Takes back a quote that nobody has accepted yet."""
        return act_of(self._session.act(financier, "Financing", "revoke", signed.quote.nonce))
