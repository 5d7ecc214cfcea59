"""Factoring: the holder shows an interval, the financier quotes, the holder accepts, the financier funds.

A financier is no party of a receivable before its quote is accepted, so it quotes on a holder's offer. Quotes
travel between the two as documents; the ledger keeps none.
"""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import (
    Caller,
    FinancierCaller,
    HolderCaller,
    LedgerHere,
    OffersHere,
    ParticipantCaller,
    PartyReceivable,
)  # fmt: skip
from api.schemas.common import Act, Amount
from api.schemas.receivables import Financed, FundingIn, OfferIn, OfferOut, QuoteIn, QuotePaper
from ledger.domain.discount import convention
from ledger.errors import BadInput, LedgerError, NotAllowed, NotFound
from ledger.services.financing import SignedQuote

router = APIRouter(tags=["financier"])


@router.post("/receivables/{receivable}/offers")
def offer(
    caller: HolderCaller, ledger: LedgerHere, offers: OffersHere, receivable: PartyReceivable, body: OfferIn
) -> OfferOut:
    """Shows one interval of the caller's to one financier."""
    piece = ledger.books.piece(receivable, body.start)
    if piece.holder != caller.account:
        raise NotAllowed("only its holder offers a piece", who=caller.account, needed="the holder")
    if not body.start < body.end <= piece.end:
        raise BadInput("the interval lies outside its piece", had=body.end, needed=piece.end)
    financier = ledger.session.address(body.financier)
    made = offers.make(receivable, body.start, body.end, caller.account, financier)
    return OfferOut(receivable=receivable, start=body.start, end=body.end, financier=financier, offer=made)


@router.post("/quotes")
def quote(caller: FinancierCaller, ledger: LedgerHere, offers: OffersHere, body: QuoteIn) -> QuotePaper:
    """Signs a quote for the interval offered. Nothing is sent to the chain."""
    _require_offer(ledger, offers, caller, body)
    signed = ledger.financier.quote(
        caller.account,
        body.receivable,
        start=body.start,
        end=body.end,
        rate_ppm=body.rate_ppm,
        deadline=body.deadline,
        funding_day=body.funding_day,
        fee=body.fee.money() if body.fee else 0,
        fee_payee=body.fee_payee,
        convention=convention(body.convention),
        end_day=body.end_day,
        recourse=body.recourse,
    )
    return QuotePaper.of(signed)


@router.post("/quotes/acceptance")
def accept(caller: HolderCaller, ledger: LedgerHere, body: QuotePaper) -> Act:
    """The holder accepts: the quoted interval is cut out and locked, so it cannot shrink."""
    return Act.model_validate(ledger.financier.accept(caller.account, _own(caller, body)))


@router.post("/quotes/funding")
def fund(caller: FinancierCaller, ledger: LedgerHere, body: FundingIn) -> Financed:
    """Money against piece in one transaction, with certificate and prior search on file."""
    signed = _own(caller, body.quote)
    done = ledger.financier.fund(
        caller.account,
        signed,
        number=body.number,
        registration=body.registration.paper(),
        search=body.search.paper(),
        invoice=body.invoice.reading() if body.invoice else None,
    )
    code = ledger.books.receivable(done.receivable).currency
    sums = {name: Amount.of(getattr(done, name), code) for name in ("discount", "fee", "net")}
    return Financed(
        tx=done.tx,
        block=done.block,
        receivable=done.receivable,
        start=done.start,
        end=done.end,
        number=done.number,
        **sums,
    )


@router.post("/quotes/lapse")
def lapse(caller: ParticipantCaller, ledger: LedgerHere, body: QuotePaper) -> Act:
    """After the deadline: unlocks an accepted quote that was not funded."""
    return Act.model_validate(ledger.financier.lapse(caller.account, _own(caller, body)))


@router.post("/quotes/revocation")
def revoke(caller: FinancierCaller, ledger: LedgerHere, body: QuotePaper) -> Act:
    """Takes back a quote that nobody has accepted yet."""
    return Act.model_validate(ledger.financier.revoke(caller.account, _own(caller, body)))


def _own(caller: Caller, paper: QuotePaper) -> SignedQuote:
    """The quote, for its holder and its financier; it does not exist for anybody else."""
    if caller.account.lower() not in (paper.quote.holder.lower(), paper.quote.financier.lower()):
        raise NotFound("there is no such quote", who=paper.digest)
    return paper.signed()


def _require_offer(ledger: LedgerHere, offers: OffersHere, caller: Caller, body: QuoteIn) -> None:
    """NotFound unless the interval's present holder offered it to the caller."""
    missing = NotFound(f"there is no receivable {body.receivable}", who=body.receivable)
    try:
        holder = ledger.books.piece(body.receivable, body.start).holder
    except LedgerError:
        raise missing from None
    if not offers.holds(body.offer, body.receivable, body.start, body.end, holder, caller.account):
        raise missing
