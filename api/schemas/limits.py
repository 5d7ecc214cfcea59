"""A bond's pocket and refinancing: what was declared, and what of it is taken."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field

from api.schemas.bonds import BudgetLineIn
from api.schemas.common import Act, Amount, Answer, Code, Paper, Ppm, Request, amounts
from ledger.services.limits import LOOK_BACK_MONTHS, Limits, PocketLine

Reason = Literal["no-criteria", "international-support"]


class LimitsIn(Request):
    """What binds refuses a payment beyond it; what does not is shown, and flagged."""

    jurisdiction: Code
    pocket_ppm: Ppm = 0
    look_back_months: Annotated[int, Field(ge=0, lt=1_200)] = LOOK_BACK_MONTHS
    refinanced_ppm: Ppm = 0
    look_back_binds: bool = False
    share_binds: bool = False
    document: Paper


class LimitsDeclared(Act):
    """`oldest` is the first day of an expense within the look-back."""

    bond: int
    oldest: dt.date | None


class PocketLineIn(BudgetLineIn):
    """The document describes the activity and its share."""

    reason: Reason
    document: Paper


class PocketLineOut(Answer):
    """`share_ppm` is its allocated share of what the bond raised."""

    line: int
    project: int
    reason: Reason
    allocated: Amount
    share_ppm: int

    @classmethod
    def of(cls, found: PocketLine, unit: str) -> Self:
        return cls.model_construct(
            line=found.line,
            project=found.project,
            reason=found.reason,
            allocated=Amount.of(found.allocated, unit),
            share_ppm=found.share_ppm,
        )


class LimitsOut(Answer):
    """Without a jurisdiction, nothing was declared. `new_money` was spent and reimbursed no past expense."""

    bond: int
    jurisdiction: str
    raised: Amount
    pocket_ppm: int
    pocket_most: Amount
    pocket: Amount
    pocket_lines: list[PocketLineOut]
    look_back_months: int
    look_back_binds: bool
    oldest: dt.date | None
    refinanced_ppm: int
    refinanced_most: Amount
    share_binds: bool
    refinanced: Amount
    new_money: Amount

    @classmethod
    def of(cls, found: Limits) -> Self:
        plain = (
            "bond",
            "jurisdiction",
            "pocket_ppm",
            "look_back_months",
            "look_back_binds",
            "oldest",
            "refinanced_ppm",
            "share_binds",
        )
        return cls.model_construct(
            pocket_lines=[PocketLineOut.of(line, found.currency) for line in found.pocket_lines],
            **{name: getattr(found, name) for name in plain},
            **amounts(found, "raised", "pocket_most", "pocket", "refinanced_most", "refinanced", "new_money"),
        )
