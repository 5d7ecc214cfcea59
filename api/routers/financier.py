"""Factoring: the holder asks, financiers quote, the holder accepts one quote, its financier funds.

A financier is no party of a receivable before its quote is accepted: a request says what it needs to price.
A quote answers its holder and its financier; for everybody else it does not exist (FIN-4).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import (
    AnyCaller,
    Caller,
    FinancierCaller,
    HolderCaller,
    LedgerHere,
    ParticipantCaller,
    PartyReceivable,
    reads,
)
from api.schemas.common import Act, Amount
from api.schemas.receivables import (
    Financed,
    FinancingOut,
    FundingIn,
    OfferOut,
    QuoteIn,
    QuotePaper,
    RequestIn,
    RequestOut,
)
from api.schemas.rules import NoticeOut
from ledger.domain.discount import convention
from ledger.errors import NotFound
from ledger.services.financing import SignedQuote
from ledger.services.requests import Request

router = APIRouter(tags=["financier"])

RequestId = Annotated[int, Path(ge=1, lt=2**31, description="Number of the request.")]
Digest = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$", description="Names the quote on the chain.")]


# --- asking ----------------------------------------------------------------------------------------------


@router.post("/receivables/{receivable}/requests")
def ask(caller: HolderCaller, ledger: LedgerHere, receivable: PartyReceivable, body: RequestIn) -> RequestOut:
    """Asks financiers to quote for one interval of the caller's."""
    made = ledger.requests.ask(
        caller.account,
        receivable,
        start=body.start,
        end=body.end,
        until=body.until,
        financiers=body.financiers,
    )
    return _shown(ledger, made)


@router.get("/requests")
def requests(caller: HolderCaller, ledger: LedgerHere) -> list[RequestOut]:
    """What the caller asked and what it was asked, the newest first."""
    return [_shown(ledger, one) for one in ledger.requests.mine(caller.account)]


@router.get("/requests/{request}")
def request(caller: HolderCaller, ledger: LedgerHere, request: RequestId) -> RequestOut:
    """A request, for its holder and for those whom it asked."""
    return _shown(ledger, ledger.requests.show(caller.account, request))


# --- quoting ---------------------------------------------------------------------------------------------


@router.post("/requests/{request}/quotes")
def quote(caller: FinancierCaller, ledger: LedgerHere, request: RequestId, body: QuoteIn) -> QuotePaper:
    """Signs a quote for a request, sealed for its holder and the caller. Nothing is published."""
    signed = ledger.requests.answer(
        caller.account,
        request,
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


@router.get("/requests/{request}/quotes")
def quotes(caller: HolderCaller, ledger: LedgerHere, request: RequestId) -> list[OfferOut]:
    """The quotes for a request, the one that leaves most first; a financier sees its own alone."""
    return [OfferOut.of(one) for one in ledger.requests.offers(caller.account, request)]


@router.get("/quotes/{quote}")
def one_quote(caller: HolderCaller, ledger: LedgerHere, quote: Digest) -> OfferOut:
    """One quote, for its holder and its financier."""
    return OfferOut.of(ledger.requests.offer(caller.account, quote))


@router.get("/financings/{quote}")
def financing(caller: AnyCaller, ledger: LedgerHere, quote: Digest) -> FinancingOut:
    """A financing: terms, registration, steps, seconds from request to money. For its two parties."""
    missing = NotFound("there is no such financing", who=quote)
    try:
        found = ledger.financier.report(quote)
    except NotFound:
        raise missing from None
    sides = (found.holder, found.financier)
    if caller.account not in sides and not reads(ledger, caller, *sides):
        raise missing
    return FinancingOut.of(found)


# --- deciding --------------------------------------------------------------------------------------------


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
        notices=[NoticeOut.of(one) for one in done.notices],
        **sums,
    )


@router.post("/quotes/lapse")
def lapse(caller: ParticipantCaller, ledger: LedgerHere, body: QuotePaper) -> Act:
    """After the deadline or the funding day: unlocks an accepted quote that was not funded."""
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


def _shown(ledger: LedgerHere, asked: Request) -> RequestOut:
    return RequestOut.of(asked, ledger.books.receivable(asked.receivable))
