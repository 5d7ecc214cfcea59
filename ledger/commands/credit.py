"""`greenledger bank line …`: credit lines asked for, granted, refused, changed, passed on."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger import tables
from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.commands.people import Named, bank_app
from ledger.domain.money import currency, parse_major
from ledger.domain.states import LineState
from ledger.services.bank import PAGE, CreditLine
from ledger.words import say, word

if TYPE_CHECKING:
    from ledger import Ledger

line_app = typer.Typer(help="Credit lines: bank to group, group to subsidiary", no_args_is_help=True)
bank_app.add_typer(line_app, name="line")

Number = Annotated[int, typer.Argument(help="number of the credit line")]
Limit = Annotated[str, typer.Argument(help="in major units: 1000.00")]
Unit = Annotated[str, typer.Option("--currency", help="currency of the amount: CNY")]
Expires = Annotated[str, typer.Option(help="last day, YYYY-MM-DD")]
OtherLimit = Annotated[str | None, typer.Option(help="in major units; by default as it is")]
OtherDay = Annotated[str | None, typer.Option(help="last day, YYYY-MM-DD; by default as it is")]


@line_app.command("request")
def line_request(
    bank: Named, limit: Limit, who: Who, unit: Unit, expires: Expires, json_: Json = False
) -> None:
    """An obligor asks a bank for a line; it may ask several."""
    with opened() as ledger:
        made = ledger.obligor.request_line(who, bank, parse_major(limit, currency(unit)), read_day(expires))
    finish(json_, say("{bank} was asked for credit line {line}.", bank=bank, line=made.id), **asdict(made))


@line_app.command("withdraw")
def line_withdraw(line: Number, who: Who, json_: Json = False) -> None:
    """Takes back what no bank has answered yet."""
    with opened() as ledger:
        done = ledger.obligor.withdraw_request(who, line)
    finish(json_, say("Credit line {line} is not asked for any more.", line=line), **asdict(done))


@line_app.command("grant")
def line_grant(
    holder: Named, limit: Limit, who: Who, unit: Unit, expires: Expires, json_: Json = False
) -> None:
    """A bank grants a line that nobody asked for here."""
    with opened() as ledger:
        made = ledger.bank.grant_line(who, holder, parse_major(limit, currency(unit)), read_day(expires))
    finish(json_, _granted(made.id), **asdict(made))


@line_app.command("answer")
def line_answer(
    line: Number,
    who: Who,
    limit: OtherLimit = None,
    expires: OtherDay = None,
    refuse: Annotated[str | None, typer.Option(help="refuses it, for this reason")] = None,
    json_: Json = False,
) -> None:
    """The bank grants what was asked for, or another limit or last day, or refuses."""
    with opened() as ledger:
        if refuse is not None:
            done = ledger.bank.refuse_request(who, line, refuse)
            finish(json_, say("Credit line {line} is refused.", line=line), **asdict(done))
            return
        unit = currency(ledger.books.credit_line(line).currency)
        made = ledger.bank.grant_requested(
            who,
            line,
            limit=parse_major(limit, unit) if limit else None,
            expires=read_day(expires) if expires else None,
        )
    finish(json_, _granted(line), **asdict(made))


def _granted(line: int) -> str:
    return say("Credit line {line} is granted.", line=line)


@line_app.command("sub")
def line_sub(
    line: Number, subsidiary: Named, limit: Limit, who: Who, expires: Expires, json_: Json = False
) -> None:
    """A group passes part of its line on to a subsidiary."""
    with opened() as ledger:
        unit = currency(ledger.books.credit_line(line).currency)
        made = ledger.obligor.grant_sub(who, line, subsidiary, parse_major(limit, unit), read_day(expires))
    finish(json_, _granted(made.id), **asdict(made))


@line_app.command("change")
def line_change(
    line: Number,
    who: Who,
    limit: OtherLimit = None,
    expires: OtherDay = None,
    suspended: Annotated[
        bool | None, typer.Option(help="whether nothing more may be confirmed on it")
    ] = None,
    json_: Json = False,
) -> None:
    """The bank, or the group for its subsidiary, changes a line. What is in use stays."""
    with opened() as ledger:
        unit = currency(ledger.books.credit_line(line).currency)
        done = ledger.bank.change_line(
            who,
            line,
            limit=parse_major(limit, unit) if limit else None,
            expires=read_day(expires) if expires else None,
            suspended=suspended,
        )
    finish(json_, say("Credit line {line} is changed.", line=line), **asdict(done))


@line_app.command("attest")
def line_attest(
    who: Who,
    document: Annotated[Path, typer.Option(help="file of the document; it is sealed")],
    reader: Annotated[list[str] | None, typer.Option(help="who may open it; once for each")] = None,
    json_: Json = False,
) -> None:
    """The bank files why a tenor above 180 days is reasonable; the confirmation names the hash."""
    with opened() as ledger:
        hash_ = ledger.bank.attest(who, read_file(document), reader or ())
    finish(json_, say("The reasons are on file: {document}", document=hash_), document=hash_)


@line_app.command("show")
def line_show(line: Number, json_: Json = False) -> None:
    """A credit line as it stands."""
    with opened() as ledger:
        _told(ledger, [ledger.books.credit_line(line)], json_)


@line_app.command("list")
def line_list(
    of: Annotated[str | None, typer.Option("--of", help="those of this bank or holder alone")] = None,
    after: Annotated[int, typer.Option(help="those after this number")] = 0,
    limit: Annotated[int, typer.Option(help="so many at most", min=1, max=200)] = PAGE,
    json_: Json = False,
) -> None:
    """Credit lines and what was asked for, by number."""
    with opened() as ledger:
        account = ledger.session.address(of) if of else None
        found = ledger.books.credit_lines(after=after, limit=limit)
        _told(ledger, [line for line in found if account in (None, line.bank, line.holder)], json_)


def _told(ledger: Ledger, lines: list[CreditLine], json_: bool) -> None:
    if json_:
        show({"lines": [_json(line) for line in lines]})
        return
    grid = tables.table(
        say("Credit lines"),
        ">number",
        ">above",
        "bank",
        "holder",
        ">limit",
        ">reserved",
        ">outstanding",
        "until",
        "state",
    )
    names = ledger.session.index().names()
    for line in lines:
        unit = currency(line.currency)
        figures = (tables.amount(value, unit) for value in (line.limit, line.reserved, line.outstanding))
        state = word(LineState, line.state)
        above, last = str(line.parent or "–"), line.expires.isoformat()
        parties = (names.get(one, one) for one in (line.bank, line.holder))
        grid.add_row(str(line.id), above, *parties, *figures, last, state)
    out.print(grid)


def _json(line: CreditLine) -> dict[str, Any]:
    amounts = {name: str(getattr(line, name)) for name in ("limit", "reserved", "outstanding", "free")}
    return asdict(line) | amounts | {"expires": line.expires.isoformat()}
