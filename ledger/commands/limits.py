"""`greenledger bond declare-limits|limits|pocket-line`: a bond's pocket, and what it refinances."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from ledger.commands.bonds import bond_app
from ledger.commands.common import Json, Who, finish, opened, out, read_file, show
from ledger.commands.spending import Amount, Paper
from ledger.domain.money import Currency, currency, format_major, parse_major
from ledger.services.limits import LOOK_BACK_MONTHS, Limits
from ledger.tables import table
from ledger.words import say, value

Bond = Annotated[int, typer.Argument(help="number of the bond")]


@bond_app.command("declare-limits")
def bond_declare_limits(
    bond: Bond,
    who: Who,
    paper: Paper,
    jurisdiction: Annotated[str, typer.Option(help="whose rules the bond follows: EU, CN, ICMA")],
    pocket: Annotated[int, typer.Option(help="most outside the screening criteria, ppm of the proceeds")] = 0,
    look_back: Annotated[
        int, typer.Option(help="months before the issue date that an expense may lie")
    ] = LOOK_BACK_MONTHS,
    refinanced: Annotated[int, typer.Option(help="disclosed share of refinancing, ppm of the proceeds")] = 0,
    look_back_binds: Annotated[
        bool, typer.Option("--look-back-binds", help="older expenses are refused, not only flagged")
    ] = False,
    share_binds: Annotated[
        bool, typer.Option("--share-binds", help="more than the share is refused, not only flagged")
    ] = False,
    json_: Json = False,
) -> None:
    """Declares a bond's limits, once, before anybody books."""
    with opened() as ledger:
        made = ledger.issuer.declare_limits(
            who,
            bond,
            jurisdiction=jurisdiction,
            document=read_file(paper),
            pocket_ppm=pocket,
            look_back_months=look_back,
            refinanced_ppm=refinanced,
            look_back_binds=look_back_binds,
            share_binds=share_binds,
        )
    oldest = made.oldest.isoformat() if made.oldest else None
    told = say("The limits of bond {bond} are declared.", bond=bond)
    finish(json_, told, **{**asdict(made), "oldest": oldest})


@bond_app.command("pocket-line")
def bond_pocket_line(
    bond: Bond,
    project: Annotated[int, typer.Argument(help="number of the project")],
    budget: Amount,
    who: Who,
    paper: Paper,
    reason: Annotated[
        str, typer.Option(help="why it is outside the criteria: no-criteria, international-support")
    ],
    label: Annotated[str, typer.Option(help="what it is for")] = "",
    json_: Json = False,
) -> None:
    """Opens a budget line for one activity outside the screening criteria, within the bond's pocket."""
    with opened() as ledger:
        unit = currency(ledger.books.bond(bond).currency)
        made = ledger.issuer.open_pocket_line(
            who,
            bond,
            project,
            budget=parse_major(budget, unit),
            reason=reason,
            document=read_file(paper),
            label=label,
        )
    finish(json_, say("Budget line {line} is open.", line=made.id), **asdict(made))


@bond_app.command("limits")
def bond_limits(bond: Bond, json_: Json = False) -> None:
    """What a bond declared, what is in its pocket by activity, and refinanced against new money."""
    with opened() as ledger:
        found = ledger.books.limits(bond)
    if json_:
        show({**asdict(found), "oldest": found.oldest.isoformat() if found.oldest else None})
        return
    for line in _told(found, currency(found.currency)):
        out.print(line)
    if found.pocket_lines:
        out.print(_pocket(found, currency(found.currency)))


def _told(found: Limits, unit: Currency) -> list[str]:
    def major(fen: int) -> str:
        return format_major(fen, unit)

    return [
        say("Pocket: {pocket} of at most {most} {currency}.",
            pocket=major(found.pocket), most=major(found.pocket_most), currency=found.currency),
        say("Refinanced: {refinanced} of {most} {currency} disclosed; new money: {new}.",
            refinanced=major(found.refinanced), most=major(found.refinanced_most),
            currency=found.currency, new=major(found.new_money)),
    ]  # fmt: skip


def _pocket(found: Limits, unit: Currency) -> Table:
    shown = table(
        say("Activities outside the criteria"), "line", "project", "reason", ">allocated", ">share (ppm)"
    )
    for line in found.pocket_lines:
        allocated = format_major(line.allocated, unit)
        shown.add_row(str(line.line), str(line.project), value(line.reason), allocated, str(line.share_ppm))
    return shown
