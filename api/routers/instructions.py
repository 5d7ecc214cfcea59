"""Instructions to the settlement bank: its participants instruct, the bank confirms or fails."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.deps import AnyCaller, BankCaller, Caller, LedgerHere, ParticipantCaller, reads
from api.schemas.common import Amount
from api.schemas.instructions import (
    Answered,
    ConfirmationIn,
    Instructed,
    InstructionIn,
    InstructionOut,
    InstructionPage,
)
from api.schemas.people import ReasonIn
from ledger.errors import NotFound
from ledger.services.instructions import Answered as Done
from ledger.services.instructions import Instruction

router = APIRouter(prefix="/instructions", tags=["bank"])

Number = Annotated[int, Path(ge=1, lt=2**53)]


@router.post("", tags=["cash"])
def instruct(caller: ParticipantCaller, ledger: LedgerHere, body: InstructionIn) -> Instructed:
    """Announces money to the bank, or has it pay out; what is paid out is set aside first."""
    who, amount, desk = caller.account, body.amount.money(), ledger.instructions
    if body.way == "deposit":
        done = desk.deposit(who, amount, body.cash, receivable=body.receivable)
    else:
        done = desk.withdraw(who, amount, body.cash)
    amount_out = Amount.of(done.amount, done.currency)
    return Instructed(tx=done.tx, block=done.block, id=done.id, way=done.way, amount=amount_out)


@router.get("", tags=["cash"])
def instructions(
    caller: AnyCaller,
    ledger: LedgerHere,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> InstructionPage:
    """The caller's, as participant or bank, a page at a time."""
    found = ledger.instructions.list(after=after, limit=limit)
    mine = [InstructionOut.shown(one) for one in found if caller.account in (one.participant, one.bank)]
    return InstructionPage(instructions=mine, next=found[-1].id if len(found) == limit else None)


@router.get("/{instruction}", tags=["cash"])
def instruction(caller: AnyCaller, ledger: LedgerHere, instruction: Number) -> InstructionOut:
    """An instruction as it stands, for its participant, its bank, and auditors."""
    return InstructionOut.shown(_visible(ledger, caller, instruction))


@router.post("/{instruction}/confirmation")
def confirm(caller: BankCaller, ledger: LedgerHere, instruction: Number, body: ConfirmationIn) -> Answered:
    """Mints or burns under the bank's booking and confirms the instruction by it."""
    found = _visible(ledger, caller, instruction)
    return _answered(ledger.instructions.confirm(caller.account, instruction, body.booking), found)


@router.post("/{instruction}/failure")
def fail(caller: BankCaller, ledger: LedgerHere, instruction: Number, body: ReasonIn) -> Answered:
    """Says that it cannot be done; what waits for a withdrawal comes back."""
    found = _visible(ledger, caller, instruction)
    return _answered(ledger.instructions.fail(caller.account, instruction, body.reason), found)


def _visible(ledger: LedgerHere, caller: Caller, instruction: int) -> Instruction:
    """NotFound for one that is none of the caller's business."""
    found = ledger.instructions.show(instruction)
    if caller.account not in (found.participant, found.bank) and not reads(ledger, caller, found.participant):
        raise NotFound(f"there is no instruction {instruction}", who=instruction)
    return found


def _answered(done: Done, found: Instruction) -> Answered:
    return Answered(
        tx=done.tx,
        block=done.block,
        id=done.id,
        state=done.state,
        reference=done.reference,
        returned=Amount.of(done.returned, found.currency),
    )
