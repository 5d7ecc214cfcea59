"""Idle proceeds with a bank, and back."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import Field

from api.schemas.common import Act, Amount, Answer, Date, Paper, Request, Who, amounts
from ledger.services.placements import Placement


class PlacementIn(Request):
    """Without `until` the instrument is at call."""

    place: Who
    amount: Amount
    instrument: Annotated[str, Field(min_length=1, max_length=200)]
    until: Date | None = None
    document: Paper


class PlacedOut(Act):
    id: int
    bond: int
    place: str
    amount: Amount


class PlacementOut(Answer):
    """`placed` is still there; `lost` was not made good yet."""

    id: int
    bond: int
    place: str
    until: dt.date | None
    amount: Amount
    returned: Amount
    placed: Amount
    lost: Amount

    @classmethod
    def of(cls, found: Placement) -> Self:
        return cls.model_construct(
            id=found.id,
            bond=found.bond,
            place=found.place,
            until=found.until,
            **amounts(found, "amount", "returned", "placed", "lost"),
        )


class ReturnIn(Request):
    """What the place brings back: principal, what it earned, or both."""

    principal: Amount | None = None
    income: Amount | None = None
    document: Paper


class AgainstPaper(Request):
    amount: Amount
    document: Paper
