"""`greenledger bond project|line|allocate|deallocate|invoice|pay`, `business-date`: spending what a bond
raised."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.bonds import bond_app
from ledger.commands.common import Json, Who, finish, opened, read_day, read_file
from ledger.domain.money import Money, currency, parse_major
from ledger.words import say

Amount = Annotated[str, typer.Argument(help="in major units: 1000.00")]
Line = Annotated[int, typer.Argument(help="number of the budget line")]
Unit = Annotated[str, typer.Option("--currency", help="currency of the amount: CNY")]
Paper = Annotated[Path, typer.Option("--document", help="file of the document; it is sealed")]


def business_date(
    day: Annotated[str, typer.Argument(help="YYYY-MM-DD; it never goes back")], json_: Json = False
) -> None:
    """Posts the day by which deadlines are judged, on a ledger that was deployed with --replay."""
    with opened() as ledger:
        done = ledger.operator.post_business_date(read_day(day))
    finish(json_, say("Today is {day}.", day=day), day=day, tx=done.tx)


@bond_app.command("project")
def bond_project(
    label: Annotated[str, typer.Argument(help="the project's name")],
    budget: Amount,
    who: Who,
    framework: Annotated[int, typer.Option(help="number of the framework that it falls under")],
    company: Annotated[str, typer.Option(help="participant that carries it out")],
    category: Annotated[str, typer.Option(help="code of one of the framework's categories")],
    unit: Unit,
    paper: Paper,
    json_: Json = False,
) -> None:
    """Registers a project under one category of a framework."""
    with opened() as ledger:
        made = ledger.issuer.register_project(
            who,
            label,
            framework=framework,
            company=company,
            category=category,
            budget=parse_major(budget, currency(unit)),
            currency=unit,
            document=read_file(paper),
        )
    finish(json_, say("Project {project} is registered.", project=made.id), **asdict(made))


@bond_app.command("line")
def bond_line(
    bond: Annotated[int, typer.Argument(help="number of the bond")],
    project: Annotated[int, typer.Argument(help="number of the project")],
    budget: Amount,
    who: Who,
    label: Annotated[str, typer.Option(help="what it is for")] = "",
    json_: Json = False,
) -> None:
    """Opens a budget line: what this bond may spend on a project."""
    with opened() as ledger:
        unit = currency(ledger.books.bond(bond).currency)
        made = ledger.issuer.open_line(who, bond, project, budget=parse_major(budget, unit), label=label)
    finish(json_, say("Budget line {line} is open.", line=made.id), **asdict(made))


@bond_app.command("allocate")
def bond_allocate(line: Line, amount: Amount, who: Who, unit: Unit, json_: Json = False) -> None:
    """Moves money from the bond's pool to a budget line; category and review are checked."""
    with opened() as ledger:
        made = ledger.issuer.allocate(who, line, _money(amount, unit))
    finish(json_, say("{amount} {currency} are allocated.", amount=amount, currency=unit), **asdict(made))


@bond_app.command("deallocate")
def bond_deallocate(line: Line, amount: Amount, who: Who, unit: Unit, json_: Json = False) -> None:
    """Moves unspent money of a budget line back to the bond's pool; what its works hold back stays."""
    with opened() as ledger:
        made = ledger.issuer.deallocate(who, line, _money(amount, unit))
    told = say("{amount} {currency} are back in the pool.", amount=amount, currency=unit)
    finish(json_, told, **asdict(made))


@bond_app.command("move")
def bond_move(
    line: Line,
    target: Annotated[int, typer.Argument(help="number of the line that gets it")],
    amount: Amount,
    who: Who,
    unit: Unit,
    paper: Paper,
    json_: Json = False,
) -> None:
    """Proposes to give available money of a line to another of the bond; its verifier consents."""
    with opened() as ledger:
        made = ledger.issuer.propose_reallocation(who, line, target, _money(amount, unit), read_file(paper))
    finish(json_, say("Proposal {number} waits for the verifier.", number=made.id), **asdict(made))


@bond_app.command("consent")
def bond_consent(
    number: Annotated[int, typer.Argument(help="number of the proposal")],
    who: Who,
    paper: Paper,
    json_: Json = False,
) -> None:
    """Lets money go from one budget line to another, by the verifier whose review is in force."""
    with opened() as ledger:
        made = ledger.verifier.consent(who, number, read_file(paper))
    finish(json_, say("The money of proposal {number} has moved.", number=number), tx=made.tx)


@bond_app.command("unmove")
def bond_unmove(
    number: Annotated[int, typer.Argument(help="number of the proposal")], who: Who, json_: Json = False
) -> None:
    """Withdraws a proposal to move money that nobody consented to."""
    with opened() as ledger:
        made = ledger.issuer.withdraw_reallocation(who, number)
    finish(json_, say("Proposal {number} is withdrawn.", number=number), tx=made.tx)


@bond_app.command("invoice")
def bond_invoice(
    number: Annotated[str, typer.Argument(help="number of the invoice")],
    amount: Amount,
    seller: Annotated[str, typer.Option(help="who is owed; its key is here")],
    buyer: Annotated[str, typer.Option(help="who owes; its key is here")],
    dated: Annotated[str, typer.Option(help="day of the invoice, YYYY-MM-DD")],
    unit: Unit,
    paper: Paper,
    json_: Json = False,
) -> None:
    """Registers an invoice that seller and buyer sign; no more than its total can ever be paid."""
    with opened() as ledger:
        made = ledger.documents.invoice(
            seller=seller,
            buyer=buyer,
            number=number,
            dated=read_day(dated),
            total=_money(amount, unit),
            paper=read_file(paper),
        )
    told = say("The invoice is registered: {fingerprint}", fingerprint=made.fingerprint)
    finish(json_, told, **asdict(made))


@bond_app.command("pay")
def bond_pay(
    line: Line,
    fingerprint: Annotated[str, typer.Argument(help="fingerprint of the invoice, 0x…")],
    amount: Amount,
    who: Who,
    unit: Unit,
    json_: Json = False,
) -> None:
    """Pays the seller of an invoice from a budget line, through the gate."""
    with opened() as ledger:
        made = ledger.issuer.pay(who, line, fingerprint, _money(amount, unit))
    finish(json_, say("{amount} {currency} are paid.", amount=amount, currency=unit), **asdict(made))


def _money(amount: str, unit: str) -> Money:
    return parse_major(amount, currency(unit))
