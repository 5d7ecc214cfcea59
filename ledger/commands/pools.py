"""`greenledger pool …`: asset pools (ABS), from registering to look-through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger import tables
from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.domain.money import Currency, Money, currency, format_major, parse_major
from ledger.domain.states import AssetPoolState, PoolPieceState
from ledger.errors import BadInput
from ledger.services.assetpools import BATCH, Moved, TrancheTerms
from ledger.words import say, value, word

pool_app = typer.Typer(help="Asset pools (ABS): pieces, tranches, look-through", no_args_is_help=True)

Pool = Annotated[int, typer.Argument(help="number of the asset pool")]
Number = Annotated[int, typer.Argument(help="number of the piece in its pool")]
Document = Annotated[Path, typer.Option(help="file of the document; it is sealed")]
Batch = Annotated[int, typer.Option(min=1, help="pieces or lots in one transaction")]
Major = Annotated[str, typer.Argument(help="in major units")]


# --- originator and trustee --------------------------------------------------------------------------------


@pool_app.command("register")
def pool_register(
    name: str,
    who: Who,
    trustee: Annotated[str, typer.Option(help="an unrelated financier; it has to take the pool on")],
    cash: Annotated[str, typer.Option(help="currency, when one bank keeps it, or the ledger cash")],
    closes_on: Annotated[str, typer.Option(help="cut-off day")],
    due_by: Annotated[str, typer.Option(help="no piece in the pool falls due later")],
    tranche: Annotated[
        list[str], typer.Option(help="NOMINAL:PPM, the most senior first: 600000:36000 bears 3.6% a year")
    ],
    document: Document,
    advance_ppm: Annotated[
        int, typer.Option(help="price of a piece in parts per million of its face")
    ] = 1_000_000,
    min_piece: Annotated[str, typer.Option(help="smallest piece, in major units")] = "0.01",
    min_face: Annotated[str, typer.Option(help="or the pool is not closed, in major units")] = "0.01",
    originator_only: Annotated[bool, typer.Option(help="nobody else puts pieces in")] = False,
    json_: Json = False,
) -> None:
    """Publishes the terms and tranches of an asset pool."""
    with opened() as ledger:
        unit = ledger.session.cash(cash).currency.code
        done = ledger.asset_pools.register(
            who,
            name,
            trustee=trustee,
            cash=cash,
            closes_on=read_day(closes_on),
            due_by=read_day(due_by),
            tranches=[_terms(one, unit) for one in tranche],
            document=read_file(document),
            advance_ppm=advance_ppm,
            min_piece=_money(min_piece, unit),
            min_face=_money(min_face, unit),
            open_to_holders=not originator_only,
        )
    finish(json_, say("Asset pool {pool} is registered.", pool=done.pool), **asdict(done))


def _terms(text: str, unit: str) -> TrancheTerms:
    nominal, _, rate = text.partition(":")
    if not rate.isdecimal():
        raise BadInput("a tranche is written NOMINAL:PPM", had=text, needed="such as 600000:36000")
    return TrancheTerms(_money(nominal, unit), int(rate))


@pool_app.command("take-on")
def pool_take_on(pool: Pool, who: Who, json_: Json = False) -> None:
    """The trustee takes a pool on: it opens for pieces and subscriptions."""
    with opened() as ledger:
        done = ledger.asset_pools.take_on(who, pool)
    finish(json_, say("Asset pool {pool} is open.", pool=pool), pool=pool, tx=done.tx)


@pool_app.command("close")
def pool_close(pool: Pool, who: Who, batch: Batch = BATCH, json_: Json = False) -> None:
    """The trustee closes a pool from its cut-off day on; its pieces are bought, each against its price."""
    with opened() as ledger:
        unit = currency(ledger.asset_pools.pool(pool).currency)
        ledger.asset_pools.close(who, pool)
        done = ledger.asset_pools.buy(who, pool, batch=batch, progress=_quiet if json_ else _told)
    told = say(
        "Asset pool {pool} is closed: {count} pieces bought for {amount} {currency}.",
        pool=pool,
        count=done.count,
        amount=format_major(done.amount, unit),
        currency=unit.code,
    )
    finish(json_, told, **_moved(done))


@pool_app.command("buy")
def pool_buy(pool: Pool, who: Who, batch: Batch = BATCH, json_: Json = False) -> None:
    """Goes on buying the pieces of a closed pool. Anyone may."""
    with opened() as ledger:
        done = ledger.asset_pools.buy(who, pool, batch=batch, progress=_quiet if json_ else _told)
    finish(json_, say("{count} pieces bought.", count=done.count), **_moved(done))


@pool_app.command("cancel")
def pool_cancel(pool: Pool, who: Who, json_: Json = False) -> None:
    """Cancels a pool before it is closed: originator or trustee, or anyone ten days after the cut-off day."""
    with opened() as ledger:
        done = ledger.asset_pools.cancel(who, pool)
    finish(json_, say("Asset pool {pool} is cancelled.", pool=pool), pool=pool, tx=done.tx)


@pool_app.command("breach")
def pool_breach(pool: Pool, piece: Number, who: Who, document: Document, json_: Json = False) -> None:
    """The trustee declares a piece in breach of the terms."""
    with opened() as ledger:
        done = ledger.asset_pools.declare_breach(who, pool, piece, read_file(document))
    told = say("Piece {piece} of asset pool {pool} is in breach.", piece=piece, pool=pool)
    finish(json_, told, pool=pool, piece=piece, tx=done.tx)


@pool_app.command("repurchase")
def pool_repurchase(pool: Pool, piece: Number, who: Who, json_: Json = False) -> None:
    """The originator buys a piece in breach back, at face less what it brought in."""
    with opened() as ledger:
        done = ledger.asset_pools.repurchase(who, pool, piece)
    told = say("Piece {piece} of asset pool {pool} is bought back.", piece=piece, pool=pool)
    finish(json_, told, pool=pool, piece=piece, tx=done.tx)


# --- holders and investors ---------------------------------------------------------------------------------


@pool_app.command("add")
def pool_add(
    pool: Pool,
    receivable: int,
    start: Annotated[int, typer.Argument(help="first minor unit")],
    end: Annotated[int, typer.Argument(help="minor unit after the last")],
    who: Who,
    json_: Json = False,
) -> None:
    """Puts an interval of a receivable into a pool; it stays its holder's until the pool buys it."""
    with opened() as ledger:
        unit = currency(ledger.asset_pools.pool(pool).currency)
        done = ledger.asset_pools.add(who, pool, receivable, start=start, end=end)
    told = say(
        "Piece {piece} of asset pool {pool}, for {price} {currency}.",
        piece=done.piece,
        pool=pool,
        price=format_major(done.price, unit),
        currency=unit.code,
    )
    numbers = {name: str(getattr(done, name)) for name in ("start", "end", "price")}
    finish(json_, told, **{**asdict(done), **numbers})


@pool_app.command("take-out")
def pool_take_out(pool: Pool, piece: Number, who: Who, json_: Json = False) -> None:
    """Takes a piece out before the cut-off day; of a cancelled pool anyone may."""
    with opened() as ledger:
        done = ledger.asset_pools.take_out(who, pool, piece)
    told = say("Piece {piece} is out of asset pool {pool}.", piece=piece, pool=pool)
    finish(json_, told, pool=pool, piece=piece, tx=done.tx)


@pool_app.command("subscribe")
def pool_subscribe(
    pool: Pool,
    tranche: Annotated[int, typer.Argument(help="number of the tranche, from 0, the most senior first")],
    amount: Major,
    who: Who,
    json_: Json = False,
) -> None:
    """Subscribes a tranche: money to the pool, a lot to the investor."""
    with opened() as ledger:
        unit = ledger.asset_pools.pool(pool).currency
        done = ledger.asset_pools.subscribe(who, pool, tranche, _money(amount, unit))
    told = say("Lot {lot} of asset pool {pool}.", lot=done.lot, pool=pool)
    finish(json_, told, **{**asdict(done), "start": str(done.start), "end": str(done.end)})


# --- anyone ------------------------------------------------------------------------------------------------


@pool_app.command("collect")
def pool_collect(pool: Pool, who: Who, batch: Batch = BATCH, json_: Json = False) -> None:
    """Brings what was paid on the pool's pieces to the pool. Anyone may."""
    with opened() as ledger:
        unit = currency(ledger.asset_pools.pool(pool).currency)
        done = ledger.asset_pools.collect(who, pool, batch=batch)
    finish(json_, say("{count} pieces brought {amount} {currency} in.", **_said(done, unit)), **_moved(done))


@pool_app.command("distribute")
def pool_distribute(pool: Pool, who: Who, batch: Batch = BATCH, json_: Json = False) -> None:
    """Collects, sends the money down the waterfall, and pays the lots. Anyone may, and again is harmless."""
    with opened() as ledger:
        unit = currency(ledger.asset_pools.pool(pool).currency)
        done = ledger.asset_pools.distribute(who, pool, batch=batch)
    finish(json_, say("{count} lots were paid {amount} {currency}.", **_said(done, unit)), **_moved(done))


@pool_app.command("refund")
def pool_refund(pool: Pool, who: Who, batch: Batch = BATCH, json_: Json = False) -> None:
    """Gives the subscriptions of a cancelled pool back. Anyone may."""
    with opened() as ledger:
        unit = currency(ledger.asset_pools.pool(pool).currency)
        done = ledger.asset_pools.pay(who, pool, batch=batch)
    finish(json_, say("{count} lots were paid {amount} {currency}.", **_said(done, unit)), **_moved(done))


@pool_app.command("show")
def pool_show(pool: Pool, json_: Json = False) -> None:
    """An asset pool: its terms, tranches and lots."""
    with opened() as ledger:
        answer = ledger.asset_pools.show(pool)
    show(answer) if json_ else _table(answer)


@pool_app.command("lookthrough")
def pool_lookthrough(
    pool: Pool,
    as_of_block: Annotated[int | None, typer.Option(help="as the index stood at this block")] = None,
    json_: Json = False,
) -> None:
    """Every fen of every piece in a pool: obligor, supplier, path, documents, payments, breaches."""
    with opened() as ledger:
        answer = ledger.asset_pools.lookthrough(pool, as_of_block=as_of_block)
    show(answer) if json_ else _pieces_table(answer)


# --- telling -----------------------------------------------------------------------------------------------


def _table(answer: Mapping[str, Any]) -> None:
    unit = tables.unit_of(answer)
    title = say(
        "Asset pool {pool}: {name}, {state}",
        pool=answer["pool"],
        name=answer["name"],
        state=word(AssetPoolState, answer["state"]),
    )
    grid = tables.table(
        title,
        ">tranche",
        ">nominal",
        ">ppm",
        ">subscribed",
        ">interest",
        ">principal",
        ">rest",
        ">outstanding",
    )
    for one in answer["tranches"]:
        names = ("subscribed", "interest", "principal", "rest", "outstanding")
        amounts = (tables.amount(one[name], unit) for name in names)
        grid.add_row(str(one["tranche"]), tables.amount(one["nominal"], unit), str(one["rate_ppm"]), *amounts)
    out.print(grid)
    out.print(
        say(
            "Originator {originator}, trustee {trustee}; cut-off day {day}; face {face} {currency}.",
            originator=tables.party(answer["originator"]),
            trustee=tables.party(answer["trustee"]),
            day=answer["closes_on"],
            face=tables.amount(answer["face"], unit),
            currency=unit.code,
        )
    )


def _pieces_table(answer: Mapping[str, Any]) -> None:
    _table(answer)
    unit = tables.unit_of(answer)
    grid = tables.table(
        say("Look-through"),
        ">piece",
        ">receivable",
        "interval",
        ">amount",
        "obligor",
        "holders",
        "due",
        ">received",
        "state",
    )
    for one in answer["pieces"]:
        grid.add_row(
            str(one["piece"]),
            one["receivable"],
            f"[{one['start']}, {one['end']})",
            tables.amount(one["amount"], unit),
            tables.party(one["obligor"]),
            " → ".join(tables.party(holder) for holder in one["path"]),
            one["due"],
            tables.amount(one["received"], unit),
            value("overdue") if one["overdue"] else word(PoolPieceState, one["state"]),
        )
    out.print(grid)
    _concentration(answer)
    out.print(say("All pieces are accounted for.") if answer["complete"] else say("Pieces are missing."))


def _concentration(answer: Mapping[str, Any]) -> None:
    unit = tables.unit_of(answer)
    grid = tables.table(say("By obligor"), "obligor", ">amount", ">ppm")
    for one in answer["by_obligor"]:
        grid.add_row(tables.party(one), tables.amount(one["amount"], unit), str(one["share_ppm"]))
    out.print(grid)
    grid = tables.table(say("By days until due"), "days", ">amount")
    for name, amount in answer["by_due"].items():
        grid.add_row(value(name), tables.amount(amount, unit))
    out.print(grid)


def _said(done: Moved, unit: Currency) -> dict[str, Any]:
    return {"count": done.count, "amount": format_major(done.amount, unit), "currency": unit.code}


def _moved(done: Moved) -> dict[str, Any]:
    return {**asdict(done), "amount": str(done.amount)}


def _quiet(done: int, all_: int) -> None:
    """Nothing: the answer is for a machine."""


def _told(done: int, all_: int) -> None:
    out.print(say("{done} of {all} pieces", done=done, all=all_))


def _money(text: str, unit: str) -> Money:
    return parse_major(text, currency(unit))
