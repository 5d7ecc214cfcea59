"""Receivables, pieces, quotes, settlement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from api.schemas.common import (
    Act,
    Amount,
    Answer,
    CashName,
    Date,
    Hash,
    Id,
    Moment,
    Offset,
    OffsetOut,
    Paper,
    Ppm,
    Request,
    Signature,
    Who,
    WideId,
)
from api.schemas.people import ReadingIn
from api.schemas.rules import NoticeOut
from ledger.domain.programmes import ON_NOTICE, Programme, Terms
from ledger.domain.typed_data import Quote
from ledger.services.financing import SignedQuote
from ledger.services.financing_report import Report
from ledger.services.receivables import Green, GreenUse, Receivable
from ledger.services.requests import Offer
from ledger.services.requests import Request as Asked


class GreenIn(Request):
    """The part of a face that is green, under a category of the obligor's own framework."""

    amount: Amount
    framework: Id
    category: Annotated[str, Field(min_length=1, max_length=32)]
    document: Paper

    def use(self) -> GreenUse:
        return GreenUse(self.amount.money(), self.framework, self.category, self.document.paper())


class ReceivableIn(Request):
    """A payable that the obligor confirms; `budget_line` when a bond's money is locked for it. With `order`,
    `delivery` is the order; `reasons` is what the line's bank attested for more than 180 days."""

    supplier: Who
    face: Amount
    cash: CashName
    due: Date
    credit_line: Id
    budget_line: Id | None = None
    fingerprint: Hash
    contract: Paper
    delivery: Paper
    delivered: Date | None = None
    programme: Annotated[int, Field(ge=1, lt=2**16)] = ON_NOTICE
    order: bool = False
    reasons: Hash | None = None
    green: GreenIn | None = None


class Confirmed(Act):
    id: int
    obligor: str
    supplier: str
    face: Amount
    notices: list[NoticeOut]


class ReceivableOut(Answer):
    id: int
    obligor: str
    supplier: str
    state: str
    programme: int
    order: bool
    face: Amount
    green: Amount
    green_by_bond: bool
    cash: str
    confirmed_on: Date
    due: Date
    overdue_on: Date | None
    void_by: str | None
    credit_line: int
    budget_line: int | None
    fingerprint: str

    @classmethod
    def of(cls, found: Receivable, green: Green) -> Self:
        same = set(cls.model_fields) - {"face", "green", "green_by_bond"}
        return cls.model_construct(
            **{name: getattr(found, name) for name in same},
            face=Amount.of(found.face, found.currency),
            green=Amount.of(green.amount, found.currency),
            green_by_bond=green.by_bond,
        )


class ReceivableRow(Answer):
    """Green units of a bond-funded receivable are counted by its bond: leave them out of a sum."""

    receivable: int
    obligor: str
    supplier: str
    programme: int
    order: bool
    face: Amount
    green: Amount
    green_by_bond: bool
    due: Date
    state: str
    overdue: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        amounts = {name: Amount.of(int(row[name]), row["currency"]) for name in ("face", "green")}
        parties = {name: row[name]["account"] for name in ("obligor", "supplier")}
        same = set(cls.model_fields) - {*amounts, *parties}
        return cls.model_validate({name: row[name] for name in same} | amounts | parties)


class ReceivablePage(Answer):
    """`next`: ask after this number for more."""

    receivables: list[ReceivableRow]
    next: int | None


class AcceptanceIn(Request):
    """The supplier's consent as a document; without one, it is declared with this act."""

    consent: Paper | None = None


class PaperIn(Request):
    document: Paper


class ProgrammeOut(Answer):
    """`terms`: what it asks for; `min_piece` in minor units, `cut_off` in seconds of the local day."""

    programme: int
    terms: list[str]
    min_piece: OffsetOut
    max_pieces: int
    max_layers: int
    accept_days: int
    max_tenor_days: int
    grace_days: int
    write_off_days: int
    cut_off: int
    offer_days: int

    @classmethod
    def of(cls, number: int, one: Programme) -> Self:
        asked = [term.name.lower() for term in Terms if one.terms & term and term.name]
        same = set(cls.model_fields) - {"programme", "terms"}
        return cls.model_validate(
            {name: getattr(one, name) for name in same} | {"programme": number, "terms": asked}
        )


class RefusalIn(Request):
    """The chain sees the reason's hash."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class SplitIn(Request):
    """Cuts the piece that starts at `start` in two at `at`."""

    start: Offset
    at: Offset


class PieceTransferIn(Request):
    """`sequence` is the number of the piece that the holder saw; refused when it changed since."""

    recipient: Who
    start: Offset
    end: Offset
    trade_document: Paper
    sequence: Annotated[int, Field(ge=0, lt=2**16)] | None = None


class Accepted(Act):
    """`notices`: what rules had to say to an act that went on."""

    notices: list[NoticeOut]


class Transferred(Act):
    receivable: int
    start: OffsetOut
    end: OffsetOut
    recipient: str
    notices: list[NoticeOut]


class Batch(Request):
    """At most so many pieces in one transaction."""

    pieces: Annotated[int, Field(ge=1, le=100)] = 50


class Settled(Act):
    receivable: int
    next: OffsetOut
    done: bool


# --- financing -------------------------------------------------------------------------------------------


class RequestIn(Request):
    """The holder shows one interval to financiers: those named, or every active one."""

    financiers: Annotated[list[Who], Field(max_length=50, default_factory=list)]
    start: Offset
    end: Offset
    until: Moment


class RequestOut(Answer):
    """What a financier needs to quote. It sees itself alone among those asked; the holder sees all."""

    id: int
    receivable: int
    start: OffsetOut
    end: OffsetOut
    face: Amount
    obligor: str
    due: Date
    holder: str
    financiers: list[str]
    asked_at: dt.datetime
    until: dt.datetime
    over: bool

    @classmethod
    def of(cls, asked: Asked, found: Receivable) -> Self:
        said = {name: getattr(asked, name) for name in Asked.__slots__ if name != "financiers"}
        return cls(
            **said,
            financiers=list(asked.financiers),
            face=Amount.of(asked.end - asked.start, found.currency),
            obligor=found.obligor,
            due=found.due,
        )


ConventionName = Literal["ACT/360", "30/360", "ACT/360 rolled"]


class QuoteIn(Request):
    """A quote at a yearly rate in parts per million, half-up to the fen, for a request.

    `end_day`: under "ACT/360 rolled" the banking day that the due day rolls to; by default the next weekday.
    `fee_payee`: a third participant whose fee it is; else the financier keeps it.
    """

    rate_ppm: Ppm
    deadline: Moment
    funding_day: Date | None = None
    fee: Amount | None = None
    fee_payee: Who | None = None
    convention: ConventionName = "ACT/360"
    end_day: Date | None = None
    recourse: bool = False


_Address = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$")]


class QuoteBody(Request):
    """A quote as signed (EIP-712): minor units and offsets as integer strings, days since 1970-01-01."""

    receivable: WideId
    piece_start: Offset
    sequence: Annotated[int, Field(ge=0, lt=2**16)]
    start: Offset
    end: Offset
    holder: _Address
    financier: _Address
    rate_ppm: Ppm
    convention: Annotated[int, Field(ge=1, le=3)]
    recourse: bool
    funding_day: Annotated[int, Field(ge=0, lt=2**31)]
    end_day: Annotated[int, Field(ge=0, lt=2**31)]
    discount: Offset
    fee: Offset
    fee_payee: _Address
    net: Offset
    nonce: Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,77})$")]
    deadline: Annotated[int, Field(ge=0, lt=2**53)]


class QuotePaper(Request):
    """A signed quote as it travels between financier and holder. `digest` names it on the chain."""

    quote: QuoteBody
    signature: Signature
    digest: Hash

    @classmethod
    def of(cls, signed: SignedQuote) -> Self:
        said = {name: getattr(signed.quote, name) for name in QuoteBody.model_fields}
        return cls.model_construct(
            quote=QuoteBody.model_construct(**{**said, "nonce": str(signed.quote.nonce)}),
            signature="0x" + signed.signature.hex(),
            digest=signed.digest,
        )

    def signed(self) -> SignedQuote:
        said: dict[str, Any] = {name: getattr(self.quote, name) for name in QuoteBody.model_fields}
        quote = Quote(**{**said, "nonce": int(self.quote.nonce)})
        return SignedQuote(quote, bytes.fromhex(self.signature[2:]), self.digest)


class OfferOut(Answer):
    """A quote as its holder compares it; `cost_ppm` is the all-in cost a year, discount and fee together.

    `state`: open; accepted, funded or lapsed; or the code of why it cannot be accepted now.
    """

    request: int
    paper: QuotePaper
    made_at: dt.datetime
    cost_ppm: int
    state: str

    @classmethod
    def of(cls, offer: Offer) -> Self:
        return cls.model_construct(
            request=offer.request,
            paper=QuotePaper.of(offer.signed),
            made_at=offer.made_at,
            cost_ppm=offer.cost_ppm,
            state=offer.state,
        )


class StepOut(Answer):
    what: str
    who: str
    at: dt.datetime
    people: int
    tx: str | None


class FinancingOut(Answer):
    """A financing that was accepted; what only funding tells is null before it. `number`, `registration` and
    `search` are attested by the financier."""

    quote: str
    state: str
    receivable: int
    start: OffsetOut
    end: OffsetOut
    holder: str
    financier: str
    steps: list[StepOut]
    seconds: int | None
    people: int
    same_day: bool | None
    convention: str | None
    recourse: bool | None
    rate_ppm: int | None
    discount: Amount | None
    fee: Amount | None
    fee_payee: str | None
    net: Amount | None
    cost_ppm: int | None
    number: str | None
    registration: str | None
    search: str | None

    @classmethod
    def of(cls, found: Report) -> Self:
        said = {name: getattr(found, name) for name in cls.model_fields}
        sums = {name: said[name] for name in ("discount", "fee", "net") if said[name] is not None}
        amounts = {name: Amount.of(minor, found.currency) for name, minor in sums.items()}
        steps = [StepOut.model_validate(step) for step in found.steps]
        return cls.model_construct(**{**said, **amounts, "steps": steps})


class FundingIn(Request):
    """The registration's number and certificate and the search before it: 77号文 art. 13."""

    quote: QuotePaper
    number: Annotated[str, Field(pattern="^[!-~]{1,32}$")]
    registration: Paper
    search: Paper
    invoice: ReadingIn | None = None


class Financed(Act):
    receivable: int
    start: OffsetOut
    end: OffsetOut
    discount: Amount
    fee: Amount
    net: Amount
    number: str
    notices: list[NoticeOut]
