"""`greenledger maturity …`, `overdue …`, `recourse …`: due dates, and what follows when no money comes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from ledger import maturity_tables as tables
from ledger.commands.common import Json, Who, err, finish, opened, out, read_day, read_file, show
from ledger.domain.money import currency, format_major, parse_major
from ledger.errors import BadInput
from ledger.services.maturity import SignedEarly, early_from_json, early_to_json
from ledger.services.receivables import BATCH
from ledger.words import say

maturity_app = typer.Typer(help="Due dates, settlement, early settlement", no_args_is_help=True)
overdue_app = typer.Typer(help="What is past its due date", no_args_is_help=True)
recourse_app = typer.Typer(help="Overdue pieces: back to their seller, or written off", no_args_is_help=True)

Receivable = Annotated[int, typer.Argument(help="number of the receivable")]
Start = Annotated[int, typer.Argument(help="first fen of the piece")]
Paper = Annotated[Path, typer.Option("--document", help="file of the document; it is sealed")]
Party = Annotated[str | None, typer.Option(help="of this party alone: account name, identifier or address")]
QuoteFile = Annotated[Path, typer.Argument(help="file of the signed early quote")]


# --- due dates ---------------------------------------------------------------------------------------------


@maturity_app.command("list")
def maturity_list(
    on: Annotated[str | None, typer.Option(help="seen from this day, YYYY-MM-DD; by default today")] = None,
    party: Party = None,
    json_: Json = False,
) -> None:
    """Accepted receivables by due date, and the sums by bucket."""
    with opened() as ledger:
        answer = ledger.maturity.listed(read_day(on) if on else None, party)
    show(answer) if json_ else tables.maturities(out, answer)


@maturity_app.command("pay-in")
def pay_in(
    receivable: Receivable,
    who: Who,
    amount: Annotated[
        str | None, typer.Argument(help="in major units; by default all that is missing")
    ] = None,
    json_: Json = False,
) -> None:
    """The obligor pays in any part of the face of a receivable that no bond funds."""
    with opened() as ledger:
        unit = currency(ledger.books.receivable(receivable).currency)
        given = parse_major(amount, unit) if amount else None
        done = ledger.obligor.pay_in(who, receivable, given)
    told = say(
        "{currency} {amount} paid in for receivable {receivable}.",
        currency=unit.code,
        amount=format_major(done.amount, unit),
        receivable=receivable,
    )
    finish(json_, told, **asdict(done) | {"amount": str(done.amount)})


@maturity_app.command("settle")
def settle(
    who: Who,
    receivable: Annotated[int | None, typer.Argument(help="number of the receivable")] = None,
    due: Annotated[bool, typer.Option("--due", help="everything that is due and has money")] = False,
    batch: Annotated[int, typer.Option(help="pieces in one transaction")] = BATCH,
    json_: Json = False,
) -> None:
    """Pays the holders what is there, from the due date on. Anyone may."""
    if due == (receivable is not None):
        raise BadInput("settle one receivable or all that are due", needed="a number or --due")
    with opened() as ledger:
        if receivable is not None:
            one = ledger.obligor.settle(who, receivable, batch=batch)
            finish(json_, _settled(receivable, one.done), **asdict(one))
            return
        with Progress(console=err, transient=True, disable=json_) as bar:
            task = bar.add_task(say("settling"), total=None)
            work = ledger.maturity.settle_due(
                who, batch=batch, progress=lambda done, all_: bar.update(task, completed=done, total=all_)
            )
    if json_:
        show({"done": [asdict(one) for one in work.done], "refused": [asdict(one) for one in work.refused]})
        return
    out.print(say("{count} receivables settled or paid in part.", count=len(work.done)))
    for refused in work.refused:
        out.print(f"#{refused.receivable}: {refused.sentence}", soft_wrap=True)


@maturity_app.command("release")
def release(receivable: Receivable, start: Start, who: Who, json_: Json = False) -> None:
    """Pays what is held for a locked piece to whom the lock's module names now. Anyone may."""
    with opened() as ledger:
        done = ledger.maturity.release_held(who, receivable, start)
    finish(json_, say("What was held is paid."), **asdict(done))


# --- early -------------------------------------------------------------------------------------------------


@maturity_app.command("early-quote")
def early_quote(
    receivable: Receivable,
    start: Start,
    amount: Annotated[str, typer.Argument(help="what you take for the piece, in major units")],
    who: Who,
    deadline: Annotated[str, typer.Option(help="with its time zone: 2026-12-01T12:00:00+08:00")],
    into: Annotated[Path, typer.Option("--out", help="file to write the signed quote to")],
    json_: Json = False,
) -> None:
    """The holder signs what it takes for its piece before the due date, and writes it to a file."""
    with opened() as ledger:
        unit = currency(ledger.books.receivable(receivable).currency)
        money = parse_major(amount, unit)
        signed = ledger.maturity.quote_early(who, receivable, start, money, deadline=_moment(deadline))
    into.write_text(json.dumps(early_to_json(signed), indent=2) + "\n", encoding="utf-8")
    finish(json_, say("Signed. Send {file} to the other side.", file=into), **early_to_json(signed))


@maturity_app.command("early-settle")
def early_settle(file: QuoteFile, who: Who, json_: Json = False) -> None:
    """The obligor pays what the holder asks; the piece is discharged."""
    signed = _signed(file)
    with opened() as ledger:
        unit = currency(ledger.books.receivable(signed.quote.receivable).currency)
        done = ledger.maturity.settle_early(who, signed)
    told = say(
        "Settled early for {currency} {amount}, a discount of {discount}.",
        currency=unit.code,
        amount=format_major(done.amount, unit),
        discount=format_major(done.discount, unit),
    )
    wide = {name: str(getattr(done, name)) for name in ("start", "end", "amount", "discount")}
    finish(json_, told, **asdict(done) | wide)


@maturity_app.command("early-revoke")
def early_revoke(file: QuoteFile, who: Who, json_: Json = False) -> None:
    """The holder takes back what it signed."""
    signed = _signed(file)
    with opened() as ledger:
        done = ledger.maturity.revoke_early(who, signed.quote)
    finish(json_, say("This quote can not be used any more."), **asdict(done))


# --- overdue -----------------------------------------------------------------------------------------------


@overdue_app.command("list")
def overdue_list(party: Party = None, json_: Json = False) -> None:
    """What is past its due date today, with its stage and what is missing."""
    with opened() as ledger:
        found = ledger.maturity.overdue(party)
    show({"receivables": found}) if json_ else tables.overdue(out, found)


@overdue_app.command("mark")
def overdue_mark(
    who: Who,
    receivable: Annotated[int | None, typer.Argument(help="number of the receivable")] = None,
    all_: Annotated[bool, typer.Option("--all", help="everything that may be marked today")] = False,
    json_: Json = False,
) -> None:
    """Marks what is not paid in after due date and grace: its obligor confirms nothing new. Anyone may."""
    if all_ == (receivable is not None):
        raise BadInput("mark one receivable or all that are overdue", needed="a number or --all")
    with opened() as ledger:
        if receivable is None:
            marked = ledger.maturity.mark_all_overdue(who)
        else:
            ledger.maturity.mark_overdue(who, receivable)
            marked = (receivable,)
    finish(json_, say("{count} receivables marked overdue.", count=len(marked)), receivables=list(marked))


# --- recourse ----------------------------------------------------------------------------------------------


@recourse_app.command("demand")
def recourse_demand(
    receivable: Receivable,
    start: Start,
    who: Who,
    paper: Paper,
    financed: Annotated[
        int | None, typer.Option(help="first fen of the financed interval; by default the piece's")
    ] = None,
    json_: Json = False,
) -> None:
    """The holder of an overdue piece asks who sold it with recourse to take it back."""
    with opened() as ledger:
        done = ledger.maturity.demand_recourse(
            who, receivable, start, read_file(paper), financed_start=financed
        )
    finish(json_, say("{seller} is asked to take the piece back.", seller=done.seller), **asdict(done))


@recourse_app.command("repurchase")
def recourse_repurchase(receivable: Receivable, start: Start, who: Who, json_: Json = False) -> None:
    """The seller takes the piece back against its face less what it has received."""
    with opened() as ledger:
        unit = currency(ledger.books.receivable(receivable).currency)
        done = ledger.maturity.repurchase(who, receivable, start)
    told = say(
        "Taken back for {currency} {amount}.", currency=unit.code, amount=format_major(done.amount, unit)
    )
    wide = {name: str(getattr(done, name)) for name in ("start", "end", "amount")}
    finish(json_, told, **asdict(done) | wide)


@recourse_app.command("write-off")
def recourse_write_off(
    receivable: Receivable, start: Start, who: Who, paper: Paper, json_: Json = False
) -> None:
    """The holder marks its overdue piece as written off. Later money still reaches it."""
    with opened() as ledger:
        done = ledger.maturity.write_off(who, receivable, start, read_file(paper))
    finish(json_, say("Written off. Later money still reaches the piece."), **asdict(done))


def _settled(receivable: int, done: bool) -> str:
    if done:
        return say("Receivable {receivable} is settled.", receivable=receivable)
    return say("Receivable {receivable}: what was paid in is shared out.", receivable=receivable)


# --- parts -------------------------------------------------------------------------------------------------


def _signed(file: Path) -> SignedEarly:
    try:
        content: Mapping[str, Any] = json.loads(read_file(file))
        return early_from_json(content)
    except (ValueError, KeyError, TypeError):
        raise BadInput("this file holds no signed early quote", had=str(file)) from None


def _moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("a moment is written YYYY-MM-DDThh:mm:ss with its time zone", had=text) from None
