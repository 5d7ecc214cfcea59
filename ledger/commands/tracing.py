"""`greenledger piece …`, `trace …`: where money and claims are."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger import question_tables, tables
from ledger.commands.common import Json, opened, out, show
from ledger.domain.limits import Limits
from ledger.errors import BadInput

piece_app = typer.Typer(help="Receivables and their pieces", no_args_is_help=True)
trace_app = typer.Typer(help="Where money went, and what funded a payment", no_args_is_help=True)


Hops = Annotated[int | None, typer.Option(help="follow so many moves at most")]
Until = Annotated[str | None, typer.Option(help="follow up to this block or date; back to it for a payment")]
Least = Annotated[int, typer.Option(help="do not follow parts below this amount, in minor units")]
Reader = Annotated[str | None, typer.Option("--as", help="whose conversion documents may be opened")]
RuleName = Annotated[str, typer.Option(help="accounting rule where money mixes: fifo, prorata or bounds")]


@piece_app.command("show")
def piece_show(receivable: int, json_: Json = False) -> None:
    """A receivable's pieces: who holds which interval, in which state, against which documents."""
    with opened() as ledger:
        answer = ledger.auditor.piece_show(receivable)
    show(answer) if json_ else tables.pieces(out, answer)


@trace_app.command("bond")
def trace_bond(
    bond: str,
    view: Annotated[str, typer.Option(help="cash: who got the money; economic: what was bought")] = "cash",
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: Until = None,
    least: Least = 1,
    block: Annotated[int | None, typer.Option(help="as it stood at this block; by default now")] = None,
    reader: Reader = None,
    json_: Json = False,
) -> None:
    """Where every fen of a bond is."""
    limits = Limits(hops, until, least)
    with opened() as ledger:
        answer = ledger.auditor.trace_bond(bond, view, rule, as_of_block=block, limits=limits, reader=reader)
    if json_:
        return show(answer)
    tables.trace(out, answer)
    question_tables.beyond(out, answer)


@trace_app.command("payment")
def trace_payment(
    payment: Annotated[str, typer.Argument(help="TX or TX:LOG")],
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: Until = None,
    least: Least = 1,
    json_: Json = False,
) -> None:
    """What funded a payment, back to the subscriptions."""
    limits = Limits(hops, until, least)
    tx, log = named_payment(payment)
    with opened() as ledger:
        answer = ledger.auditor.trace_payment(tx, log, rule, limits=limits)
    show(answer) if json_ else tables.payment(out, answer)


def named_payment(payment: str) -> tuple[str, int | None]:
    """A payment that the command line named."""
    tx, _, log = payment.partition(":")
    if log and not log.isdigit():
        raise BadInput("a payment is named TX or TX:LOG", had=payment, needed="0x…:7")
    return tx, int(log) if log else None
