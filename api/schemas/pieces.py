"""Pieces offered, bundled, pledged, frozen; lists of them, and the debts they extinguished."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field

from api.schemas.common import Act, Answer, Date, Hash, Offset, OffsetOut, Paper, Request, Who, WideId
from api.schemas.rules import NoticeOut
from ledger.services.pieces import Hold, Interval

Sequence = Annotated[int, Field(ge=0, lt=2**16)]


class PieceOfferIn(Request):
    """The interval is locked for `recipient` until it answers or the offer lapses."""

    recipient: Who
    start: Offset
    end: Offset
    trade_document: Paper
    sequence: Sequence | None = None


class PieceOffered(Act):
    receivable: int
    start: OffsetOut
    end: OffsetOut
    recipient: str
    last_day: Date
    notices: list[NoticeOut]


class PlaceIn(Request):
    """The piece that starts at `start`."""

    start: Offset
    sequence: Sequence | None = None


class StartIn(Request):
    """The piece that starts at `start`."""

    start: Offset


class PartIn(Request):
    """`[start, end)` of a receivable."""

    receivable: WideId
    start: Offset
    end: Offset
    sequence: Sequence | None = None

    def interval(self) -> Interval:
        return Interval(self.receivable, self.start, self.end, self.sequence)


class BundleIn(Request):
    """All parts or none; `offered`: they wait for the recipient's acceptance."""

    recipient: Who
    parts: Annotated[list[PartIn], Field(min_length=1, max_length=50)]
    trade_document: Paper
    offered: bool = False


class Bundled(Act):
    recipient: str
    parts: int
    amount: OffsetOut
    notices: list[NoticeOut]


class PledgeIn(Request):
    """`agreement`: the hash of the pledge agreement that the pledgee registered."""

    pledgee: Who
    start: Offset
    end: Offset
    agreement: Hash
    sequence: Sequence | None = None


class SurrenderIn(Request):
    start: Offset
    consent: Paper


class FreezeIn(Request):
    start: Offset
    end: Offset
    order: Paper


class LiftIn(Request):
    start: Offset
    order: Paper


class OrderedMoveIn(Request):
    start: Offset
    recipient: Who
    order: Paper


class HoldOut(Answer):
    """Everything null: neither offered, pledged nor frozen."""

    kind: str | None
    party: str | None
    last_day: Date | None
    document: str | None
    frozen_by: str | None
    order: str | None

    @classmethod
    def of(cls, hold: Hold) -> Self:
        return cls.model_validate(hold)


class PieceRow(Answer):
    receivable: str
    start: str
    end: str
    amount: str
    currency: str
    minor_unit: int
    holder: dict[str, Any]
    due: str
    state: str
    lock: str | None
    layers: int
    sequence: int


class PieceList(Answer):
    """Pieces that are not discharged, by due date; `count` and `totals` are of all that fit."""

    chain_id: int
    block: int
    block_hash: str
    count: int
    totals: dict[str, str]
    pieces: list[PieceRow]


class DebtFigure(Answer):
    """`ratio_ppm`: extinguished ÷ confirmed, in parts per million, rounded down."""

    programme: int
    currency: str
    minor_unit: int
    confirmed: str
    extinguished: str
    ratio_ppm: int


class SharedDocument(Answer):
    """A trade document behind more than one transfer."""

    document: str
    registrar: dict[str, Any]
    currency: str
    minor_unit: int
    amount: str
    transfers: int


class Debts(Answer):
    """`documents` is empty for who does not supervise."""

    chain_id: int
    block: int
    block_hash: str
    programmes: list[DebtFigure]
    documents: list[SharedDocument]
