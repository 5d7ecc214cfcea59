"""Legs: money that moved outside the ledger, attested by name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Act, Amount, Date, Id, Label, Paper, Request, Who, WideId
from ledger.domain.legs import Movement
from ledger.domain.states import LegKind
from ledger.services.legs import Subject

Text = Annotated[str, Field(max_length=200)]
Reason = Annotated[str, Field(min_length=1, max_length=200)]


class LegIn(Request):
    """What a document says moved: of a bond here, or of one outside and its issuer.

    `from` and `to` are places as the document calls them. `attester`: who is to confirm it, when the caller
    is the issuer and reports; without it, the caller attests. `supersedes` needs a `reason`.
    """

    bond: Id | None = None
    instrument: Label | None = None
    issuer: Who | None = None
    kind: Literal["raised", "moved", "spent", "refunded", "returned"]
    value_date: Date
    amount: Amount
    source: Annotated[Label, Field(alias="from")]
    target: Annotated[Label, Field(alias="to")]
    bank: Label
    reference: Label
    project: Text = ""
    payer: Who | None = None
    payee: Who | None = None
    document: Paper
    attester: Who | None = None
    supersedes: WideId | None = None
    reason: Text = ""

    def subject(self) -> Subject:
        """BadInput for neither or both."""
        return Subject(self.bond, self.instrument, self.issuer)

    def movement(self) -> Movement:
        """As the services take it."""
        return Movement(
            LegKind[self.kind.upper()],
            self.value_date,
            self.amount.money(),
            self.source,
            self.target,
            self.bank,
            self.reference,
            self.project,
            self.payer,
            self.payee,
        )


class LegReason(Request):
    """Why; everybody can read it."""

    reason: Reason


class LegOut(Act):
    """`state`: `attested`, or `reported` until its attester confirms it. It moved no money."""

    id: int
    state: str
    amount: Amount
