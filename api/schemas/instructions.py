"""Instructions to the settlement bank, and its answers."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from api.schemas.common import Act, Amount, Answer, Base64, CashName, Date, Label, Request
from ledger.services.instructions import Instruction


class InstructionIn(Request):
    """Money announced to the bank, or to be paid out. `receivable`: what a deposit is for at its maturity."""

    way: Literal["deposit", "withdrawal"]
    cash: CashName
    amount: Amount
    receivable: Annotated[int, Field(ge=1, lt=2**53)] | None = None

    @model_validator(mode="after")
    def _for_a_deposit(self) -> Self:
        if self.way == "withdrawal" and self.receivable is not None:
            raise ValueError("a withdrawal is for no receivable")
        return self


class Instructed(Act):
    id: int
    way: str
    amount: Amount


class ConfirmationIn(Request):
    """The bank's own booking; it counts once."""

    booking: Label


class Answered(Act):
    """`reference`: the hash of the booking that confirmed it; `returned`: what came back of a withdrawal."""

    id: int
    state: str
    reference: str | None
    returned: Amount


class InstructionOut(Answer):
    """`answer`: the hash of the bank's booking, or of its reason."""

    id: int
    participant: str
    bank: str
    way: str
    state: str
    cash: str
    amount: Amount
    receivable: int | None
    instructed_on: Date
    answered_on: Date | None
    answer: str | None

    @classmethod
    def shown(cls, one: Instruction) -> Self:
        return cls(
            id=one.id,
            participant=one.participant,
            bank=one.bank,
            way=one.way,
            state=one.state,
            cash=one.cash,
            amount=Amount.of(one.amount, one.currency),
            receivable=one.receivable,
            instructed_on=one.instructed_on,
            answered_on=one.answered_on,
            answer=one.answer,
        )


class InstructionPage(Answer):
    """`next`: ask after this number for more; a page may hold fewer than were looked at."""

    instructions: list[InstructionOut]
    next: int | None


class StatementIn(Request):
    """A bank's statement: ISO 20022 camt.053, or CSV `date,reference,way,amount,party`. Days that it names
    itself may be left out."""

    statement: Base64
    first: Date | None = None
    last: Date | None = None


class Unlike(Answer):
    """One difference; amounts are integer strings in minor units."""

    unlike: str
    reference: str
    bank: str | None
    ledger: str | None
    instruction: int | None
    tx: str | None


class ReconciliationOut(Answer):
    """Sums of bank and ledger are integer strings in minor units, and equal when nothing differs."""

    currency: str
    reconciles: bool
    matched: int
    in_bank: str
    out_bank: str
    in_ledger: str
    out_ledger: str
    mismatches: list[Unlike]
