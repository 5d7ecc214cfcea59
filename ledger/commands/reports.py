"""`greenledger report allocation|flows|reconciliation|exceptions|page`: a bond's statements for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger import statement_tables
from ledger.commands.common import Json, opened, out, show
from ledger.errors import BadInput
from ledger.flow_picture import picture
from ledger.statement_page import page
from ledger.words import say

report_app = typer.Typer(help="A bond's statements: allocation, flows, reconciliation", no_args_is_help=True)

Bond = Annotated[str, typer.Argument(help="number or label of the bond")]
AsOf = Annotated[int | None, typer.Option("--block", help="as it stood at this block; by default now")]


@report_app.command("allocation")
def report_allocation(bond: Bond, block: AsOf = None, json_: Json = False) -> None:
    """What was raised, by category, project and budget line; every state is there, and the sum."""
    with opened() as ledger:
        answer = ledger.statements.allocation(bond, as_of_block=block)
    show(answer) if json_ else statement_tables.allocation(out, answer)


@report_app.command("flows")
def report_flows(
    bond: Bond,
    block: AsOf = None,
    svg: Annotated[Path | None, typer.Option(help="also draw them as a picture, into this file")] = None,
    json_: Json = False,
) -> None:
    """The money's way from investors to who has it now, as a table, a picture or the data of a diagram."""
    with opened() as ledger:
        answer = ledger.statements.flows(bond, as_of_block=block)
    if svg is not None:
        _write(svg, picture(answer))
    show(answer) if json_ else statement_tables.flows(out, answer)


@report_app.command("reconciliation")
def report_reconciliation(bond: Bond, json_: Json = False) -> None:
    """State by state: what the trace says, what the contract says, what lies on the sub-accounts."""
    with opened() as ledger:
        answer = ledger.statements.reconciliation(bond)
    show(answer) if json_ else statement_tables.reconciliation(out, answer)
    _fail_unless(answer["agrees"])


@report_app.command("exceptions")
def report_exceptions(bond: Bond, json_: Json = False) -> None:
    """What is not as it should be: books that differ, label breaches, late promises, overdue, lost money."""
    with opened() as ledger:
        answer = ledger.statements.exceptions(bond)
    show(answer) if json_ else statement_tables.exceptions(out, answer)


@report_app.command("page")
def report_page(
    bond: Bond, file: Annotated[Path, typer.Option("--out", help="HTML file to write")], json_: Json = False
) -> None:
    """All of them on one page, in the language of this run: to print, to send, to keep."""
    with opened() as ledger:
        found = ledger.statements.all(bond)
    sheet = found["reconciliation"]
    _write(file, page(**found))
    if json_:
        show({"page": str(file), "block": int(sheet["block"]), "agrees": sheet["agrees"]})
    else:
        out.print(say("Page written to {file}", file=file), soft_wrap=True)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as failure:
        raise BadInput(f"{file} cannot be written", who=str(file), had=str(failure)) from None


def _fail_unless(agrees: bool) -> None:
    if not agrees:
        raise typer.Exit(1)
