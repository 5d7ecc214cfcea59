"""Asset pools: terms, tranches, pieces put in, lots, and the look-through."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from api.schemas.common import (
    Act,
    Amount,
    Answer,
    CashName,
    Date,
    Label,
    Offset,
    OffsetOut,
    Paper,
    Request,
    Who,
    WideId,
    amounts,
)
from ledger.services.assetpools import Pool

Ppm = Annotated[int, Field(ge=0, lt=2**32, description="parts per million")]
Index = Annotated[int, Field(ge=0, le=4, description="from 0, the most senior first")]


class TrancheIn(Request):
    nominal: Amount
    rate_ppm: Ppm


class PoolIn(Request):
    """What an originator publishes. `advance_ppm` is a piece's price in parts per million of its face."""

    name: Label
    trustee: Who
    cash: CashName
    closes_on: Date
    due_by: Date
    tranches: Annotated[list[TrancheIn], Field(min_length=1, max_length=5)]
    document: Paper
    advance_ppm: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000_000
    min_piece: Amount | None = None
    min_face: Amount | None = None
    open_to_holders: bool = True


class PoolRegistered(Act):
    pool: int
    trustee: str


class PartIn(Request):
    """The interval `[start, end)` of a receivable, in minor units."""

    receivable: WideId
    start: Offset
    end: Offset


class PartOut(Act):
    pool: int
    piece: int
    receivable: int
    start: OffsetOut
    end: OffsetOut
    price: Amount


class SubscriptionIn(Request):
    tranche: Index
    amount: Amount


class LotOut(Act):
    """A lot is the interval `[start, end)` of its tranche."""

    pool: int
    lot: int
    tranche: int
    start: OffsetOut
    end: OffsetOut


class BreachIn(Request):
    document: Paper


class Batch(Answer):
    """What acts in batches did."""

    pool: int
    count: int
    amount: Amount
    transactions: list[str]


class PoolOut(Answer):
    """As the chain has it."""

    pool: int
    state: str
    originator: str
    trustee: str
    cash: str
    closes_on: Date
    due_by: Date
    advance_ppm: int
    min_piece: Amount
    min_face: Amount
    open_to_holders: bool
    document: str
    pieces: int
    lots: int
    tranches: int
    face: Amount
    price: Amount

    @classmethod
    def of(cls, found: Pool) -> Self:
        sums = amounts(found, "min_piece", "min_face", "face", "price")
        shown = ("originator", "trustee", "cash", "closes_on", "due_by", "advance_ppm", "open_to_holders")
        plain = {name: getattr(found, name) for name in (*shown, "document", "pieces", "lots", "tranches")}
        return cls(pool=found.id, state=found.state.name.lower(), **plain, **sums)
