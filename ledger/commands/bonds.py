"""`greenledger bond …`: a bond as it stands."""

from __future__ import annotations

import typer

from ledger import tables
from ledger.commands.common import Json, opened, out, show

bond_app = typer.Typer(help="Bonds", no_args_is_help=True)


@bond_app.command("show")
def bond_show(bond: str, json_: Json = False) -> None:
    """A bond's terms, lines and the states of its fen."""
    with opened() as ledger:
        answer = tables.bond_answer(ledger, bond)
    show(answer) if json_ else tables.bond(out, answer)
