"""Due dates, early settlement, recourse and write-offs."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field

from api.schemas.common import (
    Act,
    Amount,
    Answer,
    Date,
    Hash,
    Moment,
    Offset,
    OffsetOut,
    Paper,
    Request,
    Signature,
    WideId,
)
from ledger.services.maturity import SignedEarly, early_from_json, early_to_json


class Party(Answer):
    party: str | None
    account: str | None
    illustrative: bool


class Share(Party):
    """What one holder of live pieces still waits for, and how much of it it has written off."""

    open: str
    written_off: str


class Maturity(Answer):
    """An accepted receivable; `days` until its due date, `stage` of being overdue from the day after it."""

    receivable: str
    currency: str
    minor_unit: int
    obligor: Party
    due: Date
    days: int
    bucket: str
    stage: str | None
    overdue_since: Date | None
    face: str
    paid_in: str
    received: str
    open: str
    funded: bool
    settleable: bool
    holders: list[Share]


class Bucketed(Party):
    """What one party owes or holds in one currency, by days until the due date."""

    role: str
    currency: str
    minor_unit: int
    open: str
    buckets: dict[str, str]


class Maturities(Answer):
    """The same document as `greenledger maturity list --json`; amounts in minor units."""

    chain_id: int
    block: int
    block_hash: str
    day: Date
    receivables: list[Maturity]
    buckets: list[Bucketed]


class PaymentIn(Request):
    """Any part of what is missing; all of it when no amount is named."""

    amount: Amount | None = None


class PaidIn(Act):
    receivable: int
    amount: Amount


class PieceStart(Request):
    """The piece that starts at `start`."""

    start: Offset


class DemandIn(PieceStart):
    """The notice to the seller; `financed_start` where the financed interval began, by default the piece."""

    financed_start: Offset | None = None
    notice: Paper


class DemandOut(Answer):
    receivable: int
    start: OffsetOut
    holder: str
    seller: str
    demanded_on: Date


class Demands(Answer):
    receivable: int
    demands: list[DemandOut]


class Repurchased(Act):
    receivable: int
    start: OffsetOut
    end: OffsetOut
    amount: Amount


class WriteOffIn(PieceStart):
    """A mark of the holder's on its own piece, with its reasons."""

    reasons: Paper


class EarlyIn(PieceStart):
    """What the holder takes for its piece before the due date."""

    receivable: WideId
    amount: Amount
    deadline: Moment


_Address = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$")]


class EarlyBody(Request):
    """An early quote as signed (EIP-712): minor units and offsets as integer strings."""

    receivable: WideId
    start: Offset
    sequence: Annotated[int, Field(ge=0, lt=2**16)]
    holder: _Address
    amount: Offset
    nonce: Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,77})$")]
    deadline: Annotated[int, Field(ge=0, lt=2**53)]


class EarlyPaper(Request):
    """A signed early quote as it travels from the holder to the obligor."""

    quote: EarlyBody
    signature: Signature
    digest: Hash

    @classmethod
    def of(cls, signed: SignedEarly) -> Self:
        return cls.model_validate(early_to_json(signed))

    def signed(self) -> SignedEarly:
        said: dict[str, Any] = self.model_dump()
        return early_from_json(said)


class SettledEarly(Act):
    receivable: int
    start: OffsetOut
    end: OffsetOut
    amount: Amount
    discount: Amount
