"""`greenledger bank instruct|instructions|confirm|fail`: what a bank is asked to do, and its answers."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer

from ledger import tables
from ledger.commands.common import Json, Who, finish, opened, out, show
from ledger.commands.people import Booking, Cash, Money, bank_app
from ledger.domain.money import currency, parse_major
from ledger.domain.states import InstructionState, InstructionWay
from ledger.services.instructions import PAGE, Instruction
from ledger.words import say, word

Number = Annotated[int, typer.Argument(help="number of the instruction")]


class Way(StrEnum):
    """What the bank is to do."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"


@bank_app.command("instruct")
def bank_instruct(
    way: Annotated[Way, typer.Argument(help="deposit or withdrawal")],
    amount: Money,
    who: Who,
    cash: Cash,
    receivable: Annotated[
        int | None, typer.Option(help="what a deposit is for, at its maturity; by its obligor")
    ] = None,
    json_: Json = False,
) -> None:
    """A participant announces money to its bank, or has it pay out."""
    with opened() as ledger:
        value = parse_major(amount, ledger.session.cash(cash).currency)
        if way is Way.DEPOSIT:
            made = ledger.instructions.deposit(who, value, cash, receivable=receivable)
        else:
            made = ledger.instructions.withdraw(who, value, cash)
    finish(json_, say("Instruction {number} is with the bank.", number=made.id), **asdict(made))


@bank_app.command("confirm")
def bank_confirm(number: Number, who: Who, booking: Booking, json_: Json = False) -> None:
    """The bank mints or burns under its booking and confirms the instruction by it."""
    with opened() as ledger:
        done = ledger.instructions.confirm(who, number, booking)
    finish(json_, say("Instruction {number} is confirmed.", number=number), **asdict(done))


@bank_app.command("fail")
def bank_fail(
    number: Number,
    who: Who,
    reason: Annotated[str, typer.Option(help="why it cannot be done; the chain sees its hash")],
    json_: Json = False,
) -> None:
    """The bank says that it cannot be done; what waits for a withdrawal comes back."""
    with opened() as ledger:
        done = ledger.instructions.fail(who, number, reason)
    finish(json_, say("Instruction {number} failed.", number=number), **asdict(done))


@bank_app.command("instructions")
def bank_instructions(
    of: Annotated[str | None, typer.Option("--of", help="those of this participant or bank alone")] = None,
    after: Annotated[int, typer.Option(help="those after this number")] = 0,
    limit: Annotated[int, typer.Option(help="so many at most", min=1, max=200)] = PAGE,
    json_: Json = False,
) -> None:
    """Instructions to the bank, by number."""
    with opened() as ledger:
        account = ledger.session.address(of) if of else None
        known = ledger.instructions.list(after=after, limit=limit)
    found = [one for one in known if account in (None, one.participant, one.bank)]
    if json_:
        show({"instructions": [_json(one) for one in found]})
        return
    columns = (">number", "way", "state", ">amount", "participant", "day")
    grid = tables.table(say("Instructions to the bank"), *columns)
    for one in found:
        amount = f"{one.currency} {tables.amount(one.amount, currency(one.currency))}"
        way, state = word(InstructionWay, one.way), word(InstructionState, one.state)
        grid.add_row(str(one.id), way, state, amount, one.participant, one.instructed_on.isoformat())
    out.print(grid)


def _json(one: Instruction) -> dict[str, Any]:
    answered = one.answered_on.isoformat() if one.answered_on else None
    days = {"instructed_on": one.instructed_on.isoformat(), "answered_on": answered}
    return asdict(one) | days | {"amount": str(one.amount)}
