"""Alerts, from the finding to the end."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from api.schemas.common import Act, Answer, Base64, CashName, Date, Hash, Id, Label, Paper, Request, Who
from ledger.services.alerts import Alert

Json = dict[str, Any]
Indicator = Annotated[str, Field(min_length=1, max_length=31, pattern="^[ -~]+$")]


class AlertOut(Answer):
    """As the chain has it. `bond` null: it is about none; an open one is overdue after `due`."""

    id: int
    bond: int | None
    state: Literal["raised", "assigned", "explained", "confirmed", "dismissed"]
    reason: str | None
    round: int
    raised_on: Date
    due: Date
    overdue: bool
    closed_on: Date | None
    breach: int | None
    raised_by: str
    subject: str
    judge: str | None
    key: str
    indicator: str
    evidence: str
    explanation: str | None
    conclusion: str | None

    @classmethod
    def of(cls, one: Alert) -> Self:
        plain = {name: getattr(one, name) for name in cls.model_fields}
        reason = one.reason.name.lower() if one.reason else None
        return cls.model_construct(**plain | {"state": one.state.name.lower(), "reason": reason})


class BroughtIn(Request):
    """What the caller brings beside the ledger: keyed tags as CSV `account,kind,tag`, and a bank's statement
    (camt.053 or CSV) of one ledger cash. Nothing of it is kept."""

    bond: Label | None = None
    jurisdiction: Annotated[str, Field(pattern="^[A-Za-z]{2,20}$")] | None = None
    as_of_block: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    tags: Base64 | None = None
    statement: Base64 | None = None
    cash: CashName | None = None
    first: Date | None = None
    last: Date | None = None

    @model_validator(mode="after")
    def _of_one_cash(self) -> Self:
        if (self.statement is None) != (self.cash is None):
            raise ValueError("a statement is of one ledger cash")
        return self


class SeenOut(Answer):
    """An alert beside its finding, or a finding that nobody raised. `withheld`: it is not
    the caller's to read. `doubts`: indicators that speak of the alert's judge."""

    alert: AlertOut | None
    finding: Json | None
    doubts: list[str]
    withheld: bool


class RaiseIn(Request):
    """`key` of a finding, by default the document's hash; `subject`, by default the bond's issuer."""

    indicator: Indicator
    document: Paper
    bond: Id | None = None
    subject: Who | None = None
    key: Hash | None = None


class AssignIn(Request):
    """`judge`: by default the caller."""

    judge: Who | None = None


class ConfirmIn(Request):
    """`severe`: the label is withdrawn at once; by an auditor or authority."""

    reason: Literal["rule_broken", "not_disclosed", "not_explained"]
    document: Paper
    severe: bool = False


class DismissIn(Request):
    reason: Literal["allowed", "disclosed", "wrong_data", "put_right", "seen_before"]
    document: Paper


class AlertRaised(Act):
    alert: int
