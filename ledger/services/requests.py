"""Several financiers asked: each quotes unseen by the others, and one quote is accepted (FIN-4).

All of it is off chain. A quote is sealed for its holder and its financier (`crypto.vault`), so who reads the
database or the disk sees who was asked and who answered, and no rate. Only the quote that the holder accepts
is ever published. Whoever runs a server with the keystores of several participants can open what they can.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.dates import day_number
from ledger.domain.discount import annual_cost_ppm
from ledger.domain.roles import Role
from ledger.domain.states import QuoteState
from ledger.errors import BadInput, Conflict, ContractRefusal, NotAllowed, NotFound
from ledger.ports import KeptQuote, KeptRequest
from ledger.services.desk import Desk
from ledger.services.financing import Financier, SignedQuote, quote_from_json, quote_to_json
from ledger.services.operator import participant_of
from ledger.services.receivables import piece_at, receivable_of
from ledger.services.session import Act

OPEN: Final = "open"
_MEDIA: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """A request for quotes for `[start, end)`. A financier sees itself alone among those asked."""

    id: int
    receivable: int
    start: int
    end: int
    holder: str
    financiers: tuple[str, ...]
    asked_at: dt.datetime
    until: dt.datetime
    over: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A quote as its holder compares it.

    `cost_ppm`: what the money costs a year, discount and fee together, in parts per million of the net.
    `state`: `open`; accepted, funded or lapsed; or the code of why it cannot be accepted now.
    """

    request: int
    signed: SignedQuote
    made_at: dt.datetime
    cost_ppm: int
    state: str


class Requests(Desk):
    """Requests for quotes, and the quotes for them."""

    def ask(
        self,
        holder: str,
        receivable: int,
        *,
        start: int,
        end: int,
        until: dt.datetime,
        financiers: Sequence[str] = (),
    ) -> Request:
        """The holder shows one interval of its own to financiers, who may quote for it.

        Args:
            until: with time zone; quotes are taken up to then.
            financiers: whom it asks; by default every active financier.
        """
        session, account = self._session, self._session.address(holder)
        piece = piece_at(session, receivable, start)
        if piece.holder != account:
            raise NotAllowed("only its holder asks for quotes for a piece", who=account, needed=piece.holder)
        if not start < end <= piece.end:
            raise BadInput("the interval lies outside its piece", had=end, needed=piece.end)
        if until.tzinfo is None or until <= _now():
            raise BadInput("quotes are asked for until a later moment", had=until.isoformat())
        asked = {session.address(one) for one in financiers} or set(self._financiers())
        made = session.requests().ask(
            receivable, (start, end), account, self._askable(asked - {account}), _seconds(), _ceil(until)
        )
        return _request(made, account)

    def mine(self, who: str) -> tuple[Request, ...]:
        """What a participant asked, and what it was asked; the newest first."""
        account = self._session.address(who)
        return tuple(_request(found, account) for found in self._session.requests().requests(account))

    def show(self, who: str, request: int) -> Request:
        """A request, for its holder and for those whom it asked; for others it does not exist."""
        return _request(self._known(who, request), self._session.address(who))

    def answer(self, financier: str, request: int, **terms: Any) -> SignedQuote:
        """Signs a quote for a request and keeps it, sealed for its holder and its financier.

        Args:
            terms: as `Financier.quote` takes them. A new quote leaves an earlier one standing until it is
                revoked.
        """
        session, found = self._session, self._known(financier, request)
        account = session.address(financier)
        if account not in found.financiers:
            raise NotFound(f"there is no request {request}", who=request)
        if found.until <= _seconds():
            raise Conflict("the request is over", who=request, had=_moment(found.until).isoformat())
        if piece_at(session, found.receivable, found.start).holder != found.holder:
            raise Conflict("the piece has another holder since it was asked for", who=request)
        signed = Financier(session).quote(
            financier, found.receivable, start=found.start, end=found.end, **terms
        )
        content = json.dumps(quote_to_json(signed)).encode()
        sealed = self._documents.seal(
            account, content, name="quote", media_type=_MEDIA, readers=[found.holder]
        )
        session.requests().keep(KeptQuote(signed.digest, request, account, sealed.document, _seconds()))
        return signed

    def offers(self, who: str, request: int) -> tuple[Offer, ...]:
        """The quotes for a request, the one that leaves most first: all of them for its holder, a financier's
        own for a financier."""
        account, found = self._session.address(who), self._known(who, request)
        quotes = self._session.requests().quotes(request)
        seen = [one for one in quotes if account in (found.holder, one.financier)]
        offers = [self._offer(account, one) for one in seen]
        return tuple(sorted(offers, key=lambda offer: (-offer.signed.quote.net, offer.made_at)))

    def offer(self, who: str, digest: str) -> Offer:
        """One quote, for its holder and its financier; for others it does not exist."""
        found, account = self._session.requests().quote(digest), self._session.address(who)
        if found is None or account not in (found.financier, self._asker(found)):
            raise NotFound("there is no such quote", who=digest)
        return self._offer(account, found)

    def accept(self, holder: str, digest: str) -> Act:
        """The holder accepts one quote: it alone is published, and its interval is cut out and locked."""
        return Financier(self._session).accept(holder, self.offer(holder, digest).signed)

    # --- who sees what -----------------------------------------------------------------------------------

    def _known(self, who: str, request: int) -> KeptRequest:
        account, found = self._session.address(who), self._session.requests().request(request)
        if found is None or account not in (found.holder, *found.financiers):
            raise NotFound(f"there is no request {request}", who=request)
        return found

    def _asker(self, quote: KeptQuote) -> str | None:
        found = self._session.requests().request(quote.request)
        return found.holder if found else None

    def _askable(self, asked: set[str]) -> set[str]:
        for one in sorted(asked):
            found = participant_of(self._session, one)
            if not found.active or not found.roles & Role.FINANCIER:
                raise BadInput("only an active financier can be asked", had=one)
        if not asked:
            raise BadInput("nobody was asked", needed="an active financier other than the holder")
        return asked

    def _financiers(self) -> list[str]:
        """Every active financier, from the admissions that the index has."""
        with self._session.index().rows() as rows:
            events = rows.events(contracts=("Participants",))
        accounts = {str(row.args["account"]) for row in events if row.name == "Admitted"}
        found = [participant_of(self._session, one) for one in sorted(accounts)]
        return [one.account for one in found if one.active and one.roles & Role.FINANCIER]

    # --- quotes ------------------------------------------------------------------------------------------

    def _offer(self, account: str, kept: KeptQuote) -> Offer:
        opened = self._documents.open(account, kept.document)
        signed = quote_from_json(json.loads(opened.content))
        return Offer(kept.request, signed, _moment(kept.made_at), self._cost(signed), self._state(signed))

    def _cost(self, signed: SignedQuote) -> int:
        """By the days from the money to the due day, whatever the quote's convention counts."""
        quote, due = signed.quote, receivable_of(self._session, signed.quote.receivable).due
        days = day_number(due) - quote.funding_day
        return annual_cost_ppm(quote.end - quote.start, quote.net, days)

    def _state(self, signed: SignedQuote) -> str:
        found = QuoteState(self._session.read("Financing", "stateOf", bytes.fromhex(signed.digest[2:])))
        if found != QuoteState.UNKNOWN:
            return found.name.lower()
        try:
            self._session.read("Financing", "checkQuote", signed.quote.message())
        except ContractRefusal as refusal:
            return refusal.code
        return OPEN


def offer_json(offer: Offer) -> Mapping[str, Any]:
    """An offer for machines: amounts and offsets as integer strings."""
    return {
        "request": offer.request,
        "made_at": offer.made_at.isoformat(),
        "cost_ppm": offer.cost_ppm,
        "state": offer.state,
        **quote_to_json(offer.signed),
    }


def _request(found: KeptRequest, account: str) -> Request:
    return Request(
        found.id,
        found.receivable,
        found.start,
        found.end,
        found.holder,
        found.financiers if account == found.holder else (account,),
        _moment(found.asked_at),
        _moment(found.until),
        found.until <= _seconds(),
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _seconds() -> int:
    return int(_now().timestamp())


def _ceil(moment: dt.datetime) -> int:
    return -int(-moment.timestamp() // 1)


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
