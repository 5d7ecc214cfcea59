"""`greenledger bond place|placement|bring-back|lose|make-good|spend-income`: idle proceeds, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ledger.commands.bonds import bond_app
from ledger.commands.common import Json, Who, finish, opened, read_day, read_file
from ledger.commands.spending import Amount, Paper, Unit
from ledger.domain.money import Money, currency, format_major, parse_major
from ledger.words import say

Bond = Annotated[int, typer.Argument(help="number of the bond")]
Number = Annotated[int, typer.Argument(help="number of the placement")]


@bond_app.command("place")
def bond_place(
    bond: Bond,
    amount: Amount,
    who: Who,
    at: Annotated[str, typer.Option(help="bank that takes it")],
    instrument: Annotated[str, typer.Option(help="what it is placed in: 7-day notice deposit")],
    unit: Unit,
    paper: Paper,
    until: Annotated[str, typer.Option(help="day it ends, YYYY-MM-DD; left out: at call")] = "",
    json_: Json = False,
) -> None:
    """Places unallocated money with a bank for a while."""
    with opened() as ledger:
        made = ledger.issuer.place(
            who,
            bond,
            at,
            _money(amount, unit),
            instrument=instrument,
            document=read_file(paper),
            until=read_day(until) if until else None,
        )
    told = say("Placement {placement}: {amount} {currency}.", placement=made.id, amount=amount, currency=unit)
    finish(json_, told, **asdict(made))


@bond_app.command("placement")
def bond_placement(number: Number, json_: Json = False) -> None:
    """What is still placed, what came back and what is lost."""
    with opened() as ledger:
        found = ledger.books.placement(number)
    unit = currency(found.currency)
    placed, returned, lost = (format_major(fen, unit) for fen in (found.placed, found.returned, found.lost))
    told = say(
        "Of placement {placement}: placed {placed}, returned {returned}, lost {lost}.",
        placement=number,
        placed=placed,
        returned=returned,
        lost=lost,
    )
    finish(json_, told, **{**asdict(found), "until": found.until.isoformat() if found.until else None})


@bond_app.command("bring-back")
def bond_bring_back(
    number: Number,
    amount: Amount,
    who: Who,
    unit: Unit,
    paper: Paper,
    income: Annotated[str, typer.Option(help="what it earned, in major units")] = "0",
    json_: Json = False,
) -> None:
    """Brings placed money back into the pool, and what it earned beside it; by the bank that has it."""
    with opened() as ledger:
        made = ledger.bank.return_placed(
            who, number, _money(amount, unit), read_file(paper), income=_money(income, unit)
        )
    finish(json_, say("{amount} {currency} are back.", amount=amount, currency=unit), **asdict(made))


@bond_app.command("lose")
def bond_lose(
    number: Number, amount: Amount, who: Who, unit: Unit, paper: Paper, json_: Json = False
) -> None:
    """Says openly that placed money will not come back; it stays lost until it is made good."""
    with opened() as ledger:
        made = ledger.issuer.lose_placed(who, number, _money(amount, unit), read_file(paper))
    finish(json_, say("{amount} {currency} are lost.", amount=amount, currency=unit), **asdict(made))


@bond_app.command("make-good")
def bond_make_good(
    number: Number, amount: Amount, who: Who, unit: Unit, paper: Paper, json_: Json = False
) -> None:
    """Pays in what was lost, by the issuer or by the bank that had it."""
    with opened() as ledger:
        made = ledger.issuer.make_good(who, number, _money(amount, unit), read_file(paper))
    finish(json_, say("{amount} {currency} are made good.", amount=amount, currency=unit), **asdict(made))


@bond_app.command("spend-income")
def bond_spend_income(
    bond: Bond,
    amount: Amount,
    who: Who,
    to: Annotated[str, typer.Option(help="who is paid")],
    unit: Unit,
    paper: Paper,
    json_: Json = False,
) -> None:
    """Spends what placements earned; it is no part of what the bond raised."""
    with opened() as ledger:
        made = ledger.issuer.pay_income(who, bond, to, _money(amount, unit), read_file(paper))
    finish(json_, say("{amount} {currency} are paid.", amount=amount, currency=unit), **asdict(made))


def _money(amount: str, unit: str) -> Money:
    return parse_major(amount, currency(unit))
