"""`greenledger bond register|book|allot|close|…`: an issue, from its terms to its money."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger import tables
from ledger.commands.bonds import bond_app
from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.domain.money import parse_major
from ledger.services.bonds import MAX_COST_PPM as MOST_COST
from ledger.words import say

Bond = Annotated[int, typer.Argument(help="number of the bond")]
Day = Annotated[str | None, typer.Option(help="YYYY-MM-DD; left out when it was not published")]


@bond_app.command("register")
def bond_register(
    label: Annotated[str, typer.Argument(help="the bond's name")],
    who: Who,
    framework: Annotated[int, typer.Option(help="number of the framework, with a review in force")],
    cash: Annotated[str, typer.Option(help="ledger cash: CNY, or its record's name")],
    denomination: Annotated[str, typer.Option(help="face of one unit, in major units: 100.00")],
    units: Annotated[int, typer.Option(help="the most units that are allotted")],
    closes: Annotated[str, typer.Option(help="last day of booking, YYYY-MM-DD")],
    document: Annotated[Path, typer.Option(help="file of the terms; it is sealed")],
    price: Annotated[str | None, typer.Option(help="what one unit costs; its face by default")] = None,
    floor: Annotated[int, typer.Option(help="the fewest units; below, everybody gets everything back")] = 0,
    isin: Annotated[str | None, typer.Option(help="the ISIN, whose check digit is checked")] = None,
    issued: Day = None,
    maturity: Day = None,
    coupon_ppm: Annotated[int, typer.Option(help="a year, in parts per million")] = 0,
    max_cost_ppm: Annotated[int, typer.Option(help="most of the proceeds for issue costs, ppm")] = MOST_COST,
    service_terms: Annotated[str | None, typer.Option(help="hash of the coupon terms, 0x…")] = None,
    json_: Json = False,
) -> None:
    """Opens a bond for booking, under a framework of the issuer's that has a review in force."""
    with opened() as ledger:
        unit = ledger.session.cash(cash).currency
        made = ledger.issuer.register_bond(
            who,
            label,
            framework=framework,
            cash=cash,
            denomination=parse_major(denomination, unit),
            issue_price=parse_major(price, unit) if price else None,
            min_units=floor,
            max_units=units,
            closes_on=read_day(closes),
            isin=isin,
            issue_date=read_day(issued) if issued else None,
            maturity=read_day(maturity) if maturity else None,
            coupon_ppm=coupon_ppm,
            max_cost_ppm=max_cost_ppm,
            service_terms=service_terms,
            document=read_file(document),
        )
    finish(json_, say("Bond {bond} is open for booking.", bond=made.id), **asdict(made))


@bond_app.command("book")
def bond_book(
    bond: Bond, units: Annotated[int, typer.Argument(help="number of units")], who: Who, json_: Json = False
) -> None:
    """Books units; the money waits in escrow until allotment."""
    with opened() as ledger:
        made = ledger.investor.book(who, bond, units)
    finish(json_, say("{units} units of bond {bond} are booked.", units=units, bond=bond), **asdict(made))


@bond_app.command("unbook")
def bond_unbook(
    bond: Bond,
    who: Who,
    units: Annotated[int | None, typer.Option(help="how many; all of them by default")] = None,
    json_: Json = False,
) -> None:
    """Takes a booking back, in whole or in part, until booking ends."""
    with opened() as ledger:
        made = ledger.investor.cancel_booking(who, bond, units)
    told = say("{units} units of bond {bond} are not booked any more.", units=made.units, bond=bond)
    finish(json_, told, **asdict(made))


@bond_app.command("order")
def bond_order(bond: Bond, json_: Json = False) -> None:
    """The bookings in their order, by which the bond is allotted."""
    with opened() as ledger:
        found = ledger.books.bond(bond)
        places = [asdict(place) for place in ledger.books.order(bond)]
    answer: dict[str, Any] = {
        "bond": bond,
        "state": found.state,
        "most": found.max_units,
        "places": places,
    }
    if json_:
        show(answer)
        return
    shown = tables.table(say("Order of bookings of bond {bond}", bond=bond), "investor", ">units")
    for place in places:
        shown.add_row(place["investor"], str(place["units"]))
    out.print(shown)


@bond_app.command("allot")
def bond_allot(
    bond: Bond,
    who: Who,
    places: Annotated[int | None, typer.Option(help="so many bookings; all of them by default")] = None,
    json_: Json = False,
) -> None:
    """Ends booking and allots pro rata, to the unit: the issuer, or its bookrunner."""
    with opened() as ledger:
        made = ledger.issuer.allot(who, bond, places=places)
    told = say(
        "{units} units of bond {bond} are allotted, {done} of {places} bookings.",
        units=made.units,
        bond=bond,
        done=made.done,
        places=made.places,
    )
    finish(json_, told, **asdict(made))


@bond_app.command("close")
def bond_close(
    bond: Bond,
    who: Who,
    cost: Annotated[str | None, typer.Option(help="issue costs that are withheld, in major units")] = None,
    value_date: Annotated[str | None, typer.Option(help="day the money counts from, YYYY-MM-DD")] = None,
    json_: Json = False,
) -> None:
    """After allotment: what was allotted is raised; the issuer, or its bookrunner."""
    with opened() as ledger:
        unit = ledger.session.cash(ledger.books.bond(bond).cash).currency
        withheld = parse_major(cost, unit) if cost else 0
        made = ledger.issuer.close(
            who, bond, cost=withheld, value_date=read_day(value_date) if value_date else None
        )
    raised = tables.amount(made.raised, unit)
    told = say("Bond {bond} raised {currency} {raised}.", bond=bond, currency=unit.code, raised=raised)
    finish(json_, told, currency=unit.code, **asdict(made))


@bond_app.command("cancel")
def bond_cancel(bond: Bond, who: Who, json_: Json = False) -> None:
    """The issuer may until allotment begins; anyone may when the floor was missed, or 30 days passed."""
    with opened() as ledger:
        made = ledger.issuer.cancel(who, bond)
    finish(json_, say("Bond {bond} is cancelled.", bond=bond), bond=bond, **asdict(made))


@bond_app.command("return")
def bond_return(
    bond: Bond,
    who: Who,
    investor: Annotated[str | None, typer.Option(help="whose booking; your own by default")] = None,
    json_: Json = False,
) -> None:
    """After cancelling: what was booked goes back. Anyone may send it."""
    with opened() as ledger:
        made = ledger.investor.return_booking(who, bond, investor)
    told = say("{units} units' money of bond {bond} went back.", units=made.units, bond=bond)
    finish(json_, told, **asdict(made))
