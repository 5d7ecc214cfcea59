"""Works of a budget line: milestones, retention, certificates."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import Field

from api.schemas.common import Amount, Answer, Code, Date, Hash, Paper, Request, Who, amounts
from ledger.services.works import LineWorks, MilestonePlan


class MilestoneIn(Request):
    """A short code, what it holds of the line's budget, and the day its certificate is expected."""

    code: Code
    amount: Amount
    due: Date

    def plan(self) -> MilestonePlan:
        return MilestonePlan(self.code, self.amount.money(), self.due)


class WorksIn(Request):
    """`consent` for a certifier who is no verifier: the hash of the consent that the verifier filed."""

    certifier: Who
    milestones: Annotated[list[MilestoneIn], Field(max_length=12, default_factory=list)]
    retention_ppm: Annotated[int, Field(ge=0, lt=1_000_000)] = 0
    final_due: Date | None = None
    consent: Hash | None = None


class CertificateIn(Request):
    document: Paper


class MilestoneOut(Answer):
    """`late` when its day has passed without a certificate."""

    index: int
    amount: Amount
    due: dt.date
    certified_on: dt.date | None
    late: bool


class WorksOut(Answer):
    """Of `budget` so much is `released`, and of that `gone` was spent, net of refunds, or is encumbered."""

    line: int
    budget: Amount
    released: Amount
    gone: Amount
    certifier: str | None
    by_consent: bool
    retention_ppm: int
    final_due: dt.date | None
    final_on: dt.date | None
    milestones: list[MilestoneOut]

    @classmethod
    def of(cls, found: LineWorks) -> Self:
        same = ("line", "certifier", "by_consent", "final_due", "final_on")
        return cls.model_construct(
            **{name: getattr(found, name) for name in same},
            **amounts(found, "budget", "released", "gone"),
            retention_ppm=found.retention,
            milestones=[
                MilestoneOut.model_construct(
                    index=one.index,
                    amount=Amount.of(one.amount, found.currency),
                    due=one.due,
                    certified_on=one.certified_on,
                    late=one.late,
                )
                for one in found.milestones
            ],
        )
