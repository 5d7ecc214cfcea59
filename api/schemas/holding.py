"""Units: asking first, what is held, orders of authorities, custody, trades agreed by both sides."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field

from api.schemas.common import (
    Act,
    Amount,
    Answer,
    Date,
    Hash,
    Id,
    Moment,
    Offset,
    Paper,
    Request,
    Signature,
    Units,
    Who,
)
from ledger.domain.reasons import Reason
from ledger.services.trades import SignedTrade, trade_from_json, trade_to_json

ReasonName = Literal[
    "court_order", "regulatory_order", "sanctions", "pledge", "inheritance", "lost_access", "mistake",
    "corporate_action", "incident", "lifted",
]  # fmt: skip

# --- units -----------------------------------------------------------------------------------------------


class MayMove(Answer):
    """May these units move, and if not why: the code of ERC-1404 and its sentence in each language."""

    allowed: bool
    code: int
    reason: str
    sentence: dict[str, str]


class HoldingOut(Answer):
    """Units of one holder; `frozen_by` names who froze the whole account."""

    bond: int
    holder: str
    units: int
    free: int
    frozen_by_authority: int
    frozen_by_depository: int
    frozen_by: list[str]


class UnitsState(Answer):
    """All of a bond's units. Record days never move; `retired` is true after full redemption."""

    bond: int
    token: str
    supply: int
    retired: bool
    paused_by: list[str]
    record_days: list[Date]


class CustodyTransfer(Request):
    """The holder's own depository passes units on against a paper."""

    holder: Who
    to: Who
    units: Units
    document: Paper


# --- orders of authorities -------------------------------------------------------------------------------


class Order(Request):
    """Every order has a reason and a paper, registered in the name of whoever gives it."""

    reason: ReasonName
    document: Paper

    def why(self) -> dict[str, Any]:
        """As the services take it."""
        return {"reason": Reason[self.reason.upper()], "document": self.document.paper()}


class AccountOrder(Order):
    holder: Who


class UnitsOrder(AccountOrder):
    units: Units


class ForcedTransfer(UnitsOrder):
    to: Who


# --- trades ----------------------------------------------------------------------------------------------


class TradeIn(Request):
    """What the caller offers to sell or to buy. `price` is for all of the units."""

    side: Literal["sell", "buy"]
    counterparty: Who
    bond: Id
    units: Units
    price: Amount
    deadline: Moment
    document: Paper


_Address = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$")]
_Number = Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,77})$")]


class TradeBody(Request):
    """A trade as signed (EIP-712): the price in minor units, as an integer string."""

    bond: Id
    seller: _Address
    buyer: _Address
    units: Units
    price: Offset
    nonce: _Number
    deadline: Annotated[int, Field(ge=0, lt=2**53)]
    document: Hash


class TradePaper(Request):
    """A signed trade as it travels between the two sides. `digest` names it on the chain."""

    trade: TradeBody
    signer: _Address
    signature: Signature
    digest: Hash

    @classmethod
    def of(cls, signed: SignedTrade) -> Self:
        return cls.model_validate(trade_to_json(signed))

    def signed(self) -> SignedTrade:
        return trade_from_json(self.model_dump())


class MayTrade(Answer):
    """It could be executed now; its refusal is the same problem that executing would get."""

    allowed: Literal[True] = True


class Executed(Act):
    trade: str
    bond: int
    seller: str
    buyer: str
    units: int
    price: Amount
