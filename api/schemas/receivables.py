"""Receivables, pieces, quotes, settlement."""

from __future__ import annotations

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
from ledger.domain.typed_data import Quote
from ledger.services.financing import SignedQuote
from ledger.services.receivables import Receivable


class ReceivableIn(Request):
    """A payable that the obligor confirms; `budget_line` when a bond's money is locked for it."""

    supplier: Who
    face: Amount
    cash: CashName
    due: Date
    credit_line: Id
    budget_line: Id | None = None
    fingerprint: Hash
    contract: Paper
    delivery: Paper


class Confirmed(Act):
    id: int
    obligor: str
    supplier: str
    face: Amount


class ReceivableOut(Answer):
    id: int
    obligor: str
    supplier: str
    state: str
    face: Amount
    cash: str
    confirmed_on: Date
    due: Date
    credit_line: int
    budget_line: int | None
    fingerprint: str

    @classmethod
    def of(cls, found: Receivable) -> Self:
        same = set(cls.model_fields) - {"face"}
        return cls.model_construct(
            **{name: getattr(found, name) for name in same}, face=Amount.of(found.face, found.currency)
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


class Transferred(Act):
    receivable: int
    start: OffsetOut
    end: OffsetOut
    recipient: str


class Batch(Request):
    """At most so many pieces in one transaction."""

    pieces: Annotated[int, Field(ge=1, le=100)] = 50


class Settled(Act):
    receivable: int
    next: OffsetOut
    done: bool


# --- financing -------------------------------------------------------------------------------------------


class OfferIn(Request):
    """The holder shows one interval to one financier."""

    financier: Who
    start: Offset
    end: Offset


class OfferOut(Answer):
    """Hand `offer` to the financier: it may quote for that interval while the piece stays with its holder."""

    receivable: int
    start: OffsetOut
    end: OffsetOut
    financier: str
    offer: str


ConventionName = Literal["ACT/360", "30/360", "ACT/360 rolled"]


class QuoteIn(Request):
    """A quote at a yearly rate in parts per million, half-up to the fen, on a holder's offer.

    `end_day`: under "ACT/360 rolled" the banking day that the due day rolls to; by default the next weekday.
    `fee_payee`: a third participant whose fee it is; else the financier keeps it.
    """

    receivable: WideId
    start: Offset
    end: Offset
    offer: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
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
