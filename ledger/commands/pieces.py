"""`greenledger piece …`: pieces listed, split, passed on, offered, pledged; frozen and moved by a court."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger import tables
from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.commands.rules import tell_notices
from ledger.commands.tracing import piece_app
from ledger.domain.money import Currency, currency, parse_major
from ledger.domain.states import PieceState
from ledger.errors import BadInput
from ledger.services.pieces import Interval
from ledger.services.session import Act
from ledger.words import say, word

if TYPE_CHECKING:
    from ledger import Ledger

Receivable = Annotated[int, typer.Argument(help="number of the receivable")]
To = Annotated[str, typer.Option("--to", help="who gets it: account name, identifier or address")]
From = Annotated[str, typer.Option("--from", help="where the interval begins, in major units: 0.00")]
Until = Annotated[str, typer.Option("--until", help="where the interval ends, in major units: 1000.00")]
Start = Annotated[str, typer.Option("--at", help="where the piece begins, in major units: 0.00")]
Trade = Annotated[Path, typer.Option("--document", help="file of the trade document; it is sealed")]
Order = Annotated[Path, typer.Option("--order", help="file of the court's order; it is sealed")]
_FEN: Final = ("start", "end", "amount")
Parts = Annotated[
    list[str],
    typer.Argument(help="intervals RECEIVABLE:FROM-UNTIL in major units, such as 7:0.00-1000.00"),
]


# --- looking -----------------------------------------------------------------------------------------------


@piece_app.command("list")
def piece_list(
    holder: Annotated[str | None, typer.Option(help="whose pieces; by default everybody's")] = None,
    due_from: Annotated[str | None, typer.Option(help="due on this day or later, YYYY-MM-DD")] = None,
    due_to: Annotated[str | None, typer.Option(help="due on this day or earlier, YYYY-MM-DD")] = None,
    limit: Annotated[int, typer.Option(help="rows to show at most")] = 100,
    json_: Json = False,
) -> None:
    """Pieces that are not paid yet, by due date: all, or one holder's."""
    first, last = (read_day(day) if day else None for day in (due_from, due_to))
    with opened() as ledger:
        answer = ledger.pieces.listed(holder, due_from=first, due_to=last, limit=limit)
    if json_:
        show(answer)
        return
    totals = ", ".join(
        f"{code} {tables.amount(minor, currency(code))}" for code, minor in answer["totals"].items()
    )
    title = say("{count} pieces, together {totals}", count=answer["count"], totals=totals or "0")
    grid = tables.table(title, "due", "receivable", ">from", ">end", ">amount", "holder", "state", ">layers")
    for one in answer["pieces"]:
        unit = currency(one["currency"])
        places = (tables.amount(one[key], unit) for key in ("start", "end", "amount"))
        state = word(PieceState, one["state"])
        holding = f"{state} · {one['lock']}" if one["lock"] else state
        who = tables.party(one["holder"])
        grid.add_row(one["due"], f"#{one['receivable']}", *places, who, holding, str(one["layers"]))
    out.print(grid)


@piece_app.command("debts")
def piece_debts(json_: Json = False) -> None:
    """Debts that passing pieces on extinguished, beside what was confirmed, by programme."""
    with opened() as ledger:
        answer = ledger.pieces.debts()
    if json_:
        show(answer)
        return
    grid = tables.table(
        say("Debts extinguished by passing pieces on"), "programme", ">confirmed", ">extinguished", ">ratio"
    )
    for one in answer["programmes"]:
        unit, ratio = currency(one["currency"]), one["ratio_ppm"]
        amounts = (f"{unit} {tables.amount(one[key], unit)}" for key in ("confirmed", "extinguished"))
        grid.add_row(
            str(one["programme"]), *amounts, f"{ratio // 1_000_000}.{ratio % 1_000_000 // 10_000:02}×"
        )
    out.print(grid)
    for paper in answer["documents"]:
        backed = tables.amount(paper["amount"], currency(paper["currency"]))
        told = say(
            "Trade document {document} stands behind {transfers} transfers, {currency} {amount} together.",
            document=paper["document"],
            transfers=paper["transfers"],
            currency=paper["currency"],
            amount=backed,
        )
        out.print(f"[yellow]![/yellow] {told}", soft_wrap=True)


@piece_app.command("hold")
def piece_hold(receivable: Receivable, start: Start, json_: Json = False) -> None:
    """Why a piece is locked: offered or pledged to whom, frozen by whom."""
    with opened() as ledger:
        found = ledger.pieces.hold(receivable, _minor(ledger, receivable, start))
    facts = [
        say("offered to {party}", party=found.party) if found.kind == "offer" else "",
        say("pledged to {party}", party=found.party) if found.kind == "pledge" else "",
        say("until {day}", day=found.last_day) if found.last_day else "",
        say("frozen by {authority}", authority=found.frozen_by) if found.frozen_by else "",
    ]
    finish(
        json_, " · ".join(filter(None, facts)) or say("neither offered, pledged nor frozen"), **asdict(found)
    )


# --- holder ------------------------------------------------------------------------------------------------


@piece_app.command("split")
def piece_split(
    receivable: Receivable,
    start: Start,
    middle: Annotated[str, typer.Option("--middle", help="where to cut, in major units: 400.00")],
    who: Who,
    json_: Json = False,
) -> None:
    """Cuts a piece in two."""
    with opened() as ledger:
        places = (_minor(ledger, receivable, text) for text in (start, middle))
        done = ledger.supplier.split(who, receivable, *places)
    _done(json_, say("Cut."), done)


@piece_app.command("transfer")
def piece_transfer(
    receivable: Receivable, from_: From, until: Until, to: To, paper: Trade, who: Who, json_: Json = False
) -> None:
    """Passes an interval on against a trade document, on notice."""
    with opened() as ledger:
        start, end = (_minor(ledger, receivable, text) for text in (from_, until))
        done = ledger.supplier.transfer(
            who, receivable, to, start=start, end=end, trade_document=read_file(paper)
        )
    _done(json_, say("Passed on to {to}.", to=to), done)
    if not json_:
        tell_notices(done.notices)


@piece_app.command("offer")
def piece_offer(
    receivable: Receivable, from_: From, until: Until, to: To, paper: Trade, who: Who, json_: Json = False
) -> None:
    """Offers an interval; it is locked until the receiver answers or the offer lapses."""
    with opened() as ledger:
        start, end = (_minor(ledger, receivable, text) for text in (from_, until))
        done = ledger.pieces.offer(who, receivable, to, start=start, end=end, trade_document=read_file(paper))
    _done(json_, say("Offered to {to} until the end of {day}.", to=to, day=done.last_day), done)
    if not json_:
        tell_notices(done.notices)


@piece_app.command("bundle")
def piece_bundle(
    parts: Parts,
    to: To,
    paper: Trade,
    who: Who,
    offered: Annotated[bool, typer.Option("--offer", help="offer them instead")] = False,
    json_: Json = False,
) -> None:
    """Passes many intervals on in one act, all or none."""
    with opened() as ledger:
        intervals = [_interval(ledger, text) for text in parts]
        done = ledger.pieces.bundle(who, intervals, to, trade_document=read_file(paper), offered=offered)
    told = say("{parts} parts, offered to {to}.", parts=done.parts, to=to)
    _done(json_, told if offered else say("{parts} parts, passed on to {to}.", parts=done.parts, to=to), done)
    if not json_:
        tell_notices(done.notices)


@piece_app.command("withdraw")
def piece_withdraw(receivable: Receivable, start: Start, who: Who, json_: Json = False) -> None:
    """Takes back an offer that nobody accepted yet."""
    with opened() as ledger:
        done = ledger.pieces.withdraw(who, receivable, _minor(ledger, receivable, start))
    _done(json_, say("The offer is over; the piece is free."), done)


@piece_app.command("pledge")
def piece_pledge(
    receivable: Receivable,
    from_: From,
    until: Until,
    to: To,
    agreement: Annotated[
        str, typer.Option("--agreement", help="hash of the pledge agreement that the pledgee registered")
    ],
    who: Who,
    json_: Json = False,
) -> None:
    """Pledges an interval; it is locked until the pledgee releases it."""
    with opened() as ledger:
        start, end = (_minor(ledger, receivable, text) for text in (from_, until))
        done = ledger.pieces.pledge(who, receivable, to, start=start, end=end, document=agreement)
    _done(json_, say("Pledged to {to}.", to=to), done)


@piece_app.command("surrender")
def piece_surrender(
    receivable: Receivable,
    start: Start,
    consent: Annotated[Path, typer.Option("--consent", help="file of your consent; it is sealed")],
    who: Who,
    json_: Json = False,
) -> None:
    """Gives a pledged piece up to its pledgee, for a debt that fell due."""
    with opened() as ledger:
        place = _minor(ledger, receivable, start)
        done = ledger.pieces.surrender(who, receivable, place, read_file(consent))
    _done(json_, say("The piece is the pledgee's."), done)


# --- receiver, pledgee, anyone -----------------------------------------------------------------------------


@piece_app.command("accept")
def piece_accept(receivable: Receivable, start: Start, who: Who, json_: Json = False) -> None:
    """Accepts what was offered to you."""
    with opened() as ledger:
        done = ledger.pieces.accept(who, receivable, _minor(ledger, receivable, start))
    _done(json_, say("Accepted: the piece is yours."), done)


@piece_app.command("decline")
def piece_decline(receivable: Receivable, start: Start, who: Who, json_: Json = False) -> None:
    """Declines what was offered to you."""
    with opened() as ledger:
        done = ledger.pieces.decline(who, receivable, _minor(ledger, receivable, start))
    _done(json_, say("The offer is over; the piece is free."), done)


@piece_app.command("lapse")
def piece_lapse(receivable: Receivable, start: Start, who: Who, json_: Json = False) -> None:
    """Frees what was offered and not accepted in time. Anyone may."""
    with opened() as ledger:
        done = ledger.pieces.lapse(who, receivable, _minor(ledger, receivable, start))
    _done(json_, say("The offer is over; the piece is free."), done)


@piece_app.command("release")
def piece_release(receivable: Receivable, start: Start, who: Who, json_: Json = False) -> None:
    """Ends a pledge in your favour."""
    with opened() as ledger:
        done = ledger.pieces.release(who, receivable, _minor(ledger, receivable, start))
    _done(json_, say("The pledge is over."), done)


# --- authority ---------------------------------------------------------------------------------------------


@piece_app.command("freeze")
def piece_freeze(
    receivable: Receivable, from_: From, until: Until, order: Order, who: Who, json_: Json = False
) -> None:
    """Freezes an interval by a court's order; of a piece that is offered or pledged, the whole."""
    with opened() as ledger:
        start, end = (_minor(ledger, receivable, text) for text in (from_, until))
        done = ledger.pieces.freeze(who, receivable, start=start, end=end, order=read_file(order))
    _done(json_, say("Frozen."), done)


@piece_app.command("lift")
def piece_lift(receivable: Receivable, start: Start, order: Order, who: Who, json_: Json = False) -> None:
    """Lifts a freeze of yours."""
    with opened() as ledger:
        done = ledger.pieces.lift(who, receivable, _minor(ledger, receivable, start), read_file(order))
    _done(json_, say("The freeze is lifted."), done)


@piece_app.command("order")
def piece_order(
    receivable: Receivable, start: Start, to: To, order: Order, who: Who, json_: Json = False
) -> None:
    """Gives a frozen piece, or its money if it was paid meanwhile, to whom the court names."""
    with opened() as ledger:
        place = _minor(ledger, receivable, start)
        done = ledger.pieces.move_by_order(who, receivable, place, to, read_file(order))
    _done(json_, say("By order the piece is {to}'s.", to=to), done)


# --- parts -------------------------------------------------------------------------------------------------


def _done(json_: bool, told: str, done: Act) -> None:
    """Fen are integer strings in JSON."""
    answer = {name: str(one) if name in _FEN else one for name, one in asdict(done).items()}
    finish(json_, told, **answer)


def _unit(ledger: Ledger, receivable: int) -> Currency:
    return currency(ledger.books.receivable(receivable).currency)


def _minor(ledger: Ledger, receivable: int, text: str) -> int:
    return parse_major(text, _unit(ledger, receivable)).minor


def _interval(ledger: Ledger, text: str) -> Interval:
    """RECEIVABLE:FROM-UNTIL."""
    number, _, span = text.partition(":")
    low, _, high = span.partition("-")
    if not (number.isdigit() and low and high):
        raise BadInput("an interval is written RECEIVABLE:FROM-UNTIL", had=text)
    receivable = int(number)
    return Interval(receivable, *(_minor(ledger, receivable, one) for one in (low, high)))
