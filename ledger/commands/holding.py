"""`greenledger bond transfer|ask|…`, `trade …`, `authority …`: units, trades of units, orders on units."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ledger import tables
from ledger.commands.bonds import bond_app
from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.domain.money import currency, parse_major
from ledger.domain.reasons import LABELS, Reason
from ledger.errors import BadInput
from ledger.services.session import Act
from ledger.services.trades import SignedTrade, trade_from_json, trade_to_json
from ledger.words import say, spoken

trade_app = typer.Typer(help="Trades of units against money, agreed by both sides", no_args_is_help=True)
authority_app = typer.Typer(
    help="Orders on units: an authority's, or the issuer's depository's", no_args_is_help=True
)
REASONS: Final = {reason.name.lower(): reason for reason in Reason}

Holder = Annotated[str, typer.Argument(help="whose units: account name, identifier or address")]
To = Annotated[str, typer.Argument(help="who gets them: account name, identifier or address")]
UnitsOf = Annotated[int, typer.Argument(help="number of units")]
Paper = Annotated[Path, typer.Option("--document", help="file of the document; it is sealed")]
Why = Annotated[str, typer.Option("--reason", help="why: court_order, regulatory_order, pledge, ...")]
TradeFile = Annotated[Path, typer.Argument(help="file of the signed trade")]


# --- units -------------------------------------------------------------------------------------------------


@bond_app.command("transfer")
def bond_transfer(bond: int, to: To, units: UnitsOf, who: Who, json_: Json = False) -> None:
    """Passes units on to another admitted investor."""
    with opened() as ledger:
        done = ledger.investor.transfer_units(who, bond, to, units)
    finish(json_, say("{units} units of bond {bond} are {to}'s.", units=units, bond=bond, to=to), tx=done.tx)


@bond_app.command("ask")
def bond_ask(bond: int, holder: Holder, to: To, units: UnitsOf, json_: Json = False) -> None:
    """May these units move, and if not why: a code and a sentence."""
    with opened() as ledger:
        answer = ledger.holding.ask(bond, holder, to, units)
    finish(json_, f"{answer.code}: {answer.sentence[spoken()]}", **asdict(answer))
    if not answer.allowed:
        raise typer.Exit(1)


@bond_app.command("holding")
def bond_holding(bond: int, holder: Holder, json_: Json = False) -> None:
    """A holder's units, and what of them is frozen."""
    with opened() as ledger:
        found = ledger.holding.holding(bond, holder)
    told = say("{units} units, {free} of them free to move", units=found.units, free=found.free)
    finish(json_, told, **asdict(found))


@bond_app.command("holders")
def bond_holders(
    bond: int,
    day: Annotated[str | None, typer.Option(help="at the end of this day, YYYY-MM-DD")] = None,
    block: Annotated[int | None, typer.Option(help="as of this block")] = None,
    json_: Json = False,
) -> None:
    """Who held a bond's units, now or at the end of a day."""
    with opened() as ledger:
        answer = ledger.holding.holders(bond, read_day(day) if day else None, as_of_block=block)
    if json_:
        show(answer)
        return
    grid = tables.table(say("Holders at the end of {day}", day=answer["day"]), "holder", ">units")
    for one in answer["holders"]:
        grid.add_row(one["party"], str(one["units"]))
    out.print(grid)


@bond_app.command("custody")
def bond_custody(
    bond: int, holder: Holder, to: To, units: UnitsOf, who: Who, paper: Paper, json_: Json = False
) -> None:
    """The holder's own depository passes units on, under its mandate."""
    with opened() as ledger:
        done = ledger.holding.transfer_for(who, bond, holder, to, units, document=read_file(paper))
    finish(json_, say("{units} units of bond {bond} are {to}'s.", units=units, bond=bond, to=to), tx=done.tx)


# --- trades ------------------------------------------------------------------------------------------------


@trade_app.command("sign")
def trade_sign(
    bond: int,
    units: UnitsOf,
    price: Annotated[str, typer.Argument(help="for all of the units, in major units: 9900.00")],
    who: Who,
    paper: Paper,
    deadline: Annotated[str, typer.Option(help="with its time zone: 2026-12-01T12:00:00+08:00")],
    into: Annotated[Path, typer.Option("--out", help="file to write the signed trade to")],
    sell_to: Annotated[str | None, typer.Option(help="the buyer, when you sell")] = None,
    buy_from: Annotated[str | None, typer.Option(help="the seller, when you buy")] = None,
    json_: Json = False,
) -> None:
    """Signs a trade for the other side to execute, and writes it to a file."""
    if (sell_to is None) == (buy_from is None):
        raise BadInput("a trade names one other side", needed="--sell-to or --buy-from")
    with opened() as ledger:
        unit = currency(ledger.books.bond(bond).currency)
        signed = ledger.trades.sign(
            who,
            bond,
            seller=buy_from or who,
            buyer=sell_to or who,
            units=units,
            price=parse_major(price, unit),
            deadline=_moment(deadline),
            document=read_file(paper),
        )
    into.write_text(json.dumps(trade_to_json(signed), indent=2) + "\n", encoding="utf-8")
    finish(json_, say("Signed. Send {file} to the other side.", file=into), **trade_to_json(signed))


@trade_app.command("check")
def trade_check(file: TradeFile, who: Who, json_: Json = False) -> None:
    """Could you execute this trade now? If not, the refusal says why."""
    signed = _trade(file)
    with opened() as ledger:
        ledger.trades.check(who, signed.trade)
    finish(json_, say("This trade could be executed now."), allowed=True)


@trade_app.command("execute")
def trade_execute(file: TradeFile, who: Who, json_: Json = False) -> None:
    """Executes what the other side signed: units and money move, or neither."""
    signed = _trade(file)
    with opened() as ledger:
        done = ledger.trades.execute(who, signed)
    told = say("Traded: {units} units of bond {bond}.", units=done.units, bond=done.bond)
    finish(json_, told, **{**asdict(done), "price": str(done.price)})


@trade_app.command("revoke")
def trade_revoke(file: TradeFile, who: Who, json_: Json = False) -> None:
    """Takes back what you signed."""
    signed = _trade(file)
    with opened() as ledger:
        done = ledger.trades.revoke(who, signed.trade)
    finish(json_, say("This trade can not be executed any more."), tx=done.tx)


# --- orders ------------------------------------------------------------------------------------------------


@authority_app.command("freeze")
def authority_freeze(
    bond: int, holder: Holder, who: Who, reason: Why, paper: Paper, json_: Json = False
) -> None:
    """The holder's account neither gives nor receives units."""
    with opened() as ledger:
        _ordered(json_, reason, ledger.authority.freeze(who, bond, holder, **_order(reason, paper)))


@authority_app.command("unfreeze")
def authority_unfreeze(
    bond: int, holder: Holder, who: Who, reason: Why, paper: Paper, json_: Json = False
) -> None:
    """Lifts what you may lift of the freezes of an account."""
    with opened() as ledger:
        _ordered(json_, reason, ledger.authority.unfreeze(who, bond, holder, **_order(reason, paper)))


@authority_app.command("freeze-units")
def authority_freeze_units(
    bond: int, holder: Holder, units: UnitsOf, who: Who, reason: Why, paper: Paper, json_: Json = False
) -> None:
    """So many of the holder's free units stay where they are."""
    with opened() as ledger:
        done = ledger.authority.freeze_units(who, bond, holder, units, **_order(reason, paper))
    _ordered(json_, reason, done)


@authority_app.command("unfreeze-units")
def authority_unfreeze_units(
    bond: int, holder: Holder, units: UnitsOf, who: Who, reason: Why, paper: Paper, json_: Json = False
) -> None:
    """Releases frozen units, as far as you may."""
    with opened() as ledger:
        done = ledger.authority.unfreeze_units(who, bond, holder, units, **_order(reason, paper))
    _ordered(json_, reason, done)


@authority_app.command("force")
def authority_force(
    bond: int,
    holder: Holder,
    to: To,
    units: UnitsOf,
    who: Who,
    reason: Why,
    paper: Paper,
    json_: Json = False,
) -> None:
    """Moves units without their holder's will. An authority alone may."""
    with opened() as ledger:
        done = ledger.authority.force_transfer(who, bond, holder, to, units, **_order(reason, paper))
    _ordered(json_, reason, done)


@authority_app.command("pause")
def authority_pause(bond: int, who: Who, reason: Why, paper: Paper, json_: Json = False) -> None:
    """No unit of the bond moves, but by force."""
    with opened() as ledger:
        _ordered(json_, reason, ledger.authority.pause(who, bond, **_order(reason, paper)))


@authority_app.command("unpause")
def authority_unpause(bond: int, who: Who, reason: Why, paper: Paper, json_: Json = False) -> None:
    """Units move again, as far as you may lift the pause."""
    with opened() as ledger:
        _ordered(json_, reason, ledger.authority.unpause(who, bond, **_order(reason, paper)))


# --- parts -------------------------------------------------------------------------------------------------


def _order(reason: str, paper: Path) -> Mapping[str, Any]:
    if reason not in REASONS:
        raise BadInput("an order has a reason", had=reason, needed=", ".join(REASONS))
    return {"reason": REASONS[reason], "document": read_file(paper)}


def _ordered(json_: bool, reason: str, done: Act) -> None:
    words = LABELS[REASONS[reason]][spoken()]
    finish(json_, say("Done, for this reason: {reason}.", reason=words), reason=reason, **asdict(done))


def _trade(file: Path) -> SignedTrade:
    try:
        return trade_from_json(json.loads(read_file(file)))
    except (ValueError, KeyError, TypeError):
        raise BadInput("this file holds no signed trade", had=str(file)) from None


def _moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("a moment is written YYYY-MM-DDThh:mm:ss with its time zone", had=text) from None
