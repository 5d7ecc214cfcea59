"""`greenledger facility …`: green loans, of one lender or a club, drawn in parts."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from ledger import tables
from ledger.commands.common import Json, Who, finish, named, opened, out, read_day, read_file, show
from ledger.commands.tracing import RuleName, named_payment
from ledger.domain.money import currency, format_major, parse_major
from ledger.domain.states import FacilityState
from ledger.services.bonds import MAX_COST_PPM
from ledger.services.facilities import Facility
from ledger.tables import table
from ledger.words import say, value, word

facility_app = typer.Typer(help="Green loans: facilities, their lenders and drawdowns", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="number of the facility")]
Loan = Annotated[int, typer.Argument(help="number of the drawdown among the bonds")]
Document = Annotated[Path, typer.Option(help="file of the document; it is sealed")]
Units = Annotated[int | None, typer.Option(help="by default all of it")]


# --- borrower ----------------------------------------------------------------------------------------------


@facility_app.command("open")
def facility_open(
    units: Annotated[int, typer.Argument(help="units that may be committed in all")],
    who: Who,
    framework: Annotated[int, typer.Option(help="number of the framework")],
    denomination: Annotated[str, typer.Option(help="principal of one unit, in major units")],
    until: Annotated[str, typer.Option(help="last day on which a drawdown is funded, YYYY-MM-DD")],
    maturity: Annotated[str, typer.Option(help="when every drawdown is repaid at the latest, YYYY-MM-DD")],
    document: Document,
    cash: Annotated[str, typer.Option(help="ledger cash: a currency code or a name")] = "CNY",
    cost_ppm: Annotated[int, typer.Option(help="most that arrangement costs may take")] = MAX_COST_PPM,
    json_: Json = False,
) -> None:
    """Opens a facility under a framework of the borrower's."""
    with opened() as ledger:
        made = ledger.facilities.open(
            who,
            framework=framework,
            cash=cash,
            denomination=parse_major(denomination, ledger.session.cash(cash).currency),
            units=units,
            available_until=read_day(until),
            final_maturity=read_day(maturity),
            document=read_file(document),
            max_cost_ppm=cost_ppm,
        )
    finish(json_, say("Facility {facility} is open.", facility=made.id), **asdict(made))


@facility_app.command("agree")
def facility_agree(
    facility: Number,
    lender: Annotated[str, typer.Argument(help="a lender: account name, identifier or address")],
    who: Who,
    units: Annotated[int, typer.Option(help="units it is asked to commit; none is consent alone")] = 0,
    json_: Json = False,
) -> None:
    """The borrower agrees to a lender: it may hold units, and commit what it is asked for."""
    with opened() as ledger:
        made = ledger.facilities.agree(who, facility, lender, units)
    told = say("{lender} is a lender of facility {facility}.", lender=lender, facility=facility)
    finish(json_, told, **asdict(made))


@facility_app.command("request")
def facility_request(
    facility: Number,
    units: Annotated[int, typer.Argument(help="units to draw")],
    who: Who,
    label: Annotated[str, typer.Option(help="what it is for")],
    closes: Annotated[str, typer.Option(help="last day for the lenders to lend, YYYY-MM-DD")],
    maturity: Annotated[str, typer.Option(help="when it is repaid at the latest, YYYY-MM-DD")],
    document: Document,
    floor: Annotated[int, typer.Option(help="units below which the drawdown fails")] = 0,
    terms: Annotated[
        Path | None, typer.Option(help="sheet of its interest: one JSON object, as `service terms` reads it")
    ] = None,
    instalment: Annotated[
        list[str] | None,
        typer.Option(help="principal of one unit due with each interest period, from the first; repeat it"),
    ] = None,
    json_: Json = False,
) -> None:
    """Asks for a drawdown: calls on each lender for its part, and files its interest."""
    with opened() as ledger:
        sheet = ledger.service.terms(terms.read_text("utf-8")) if terms else None
        unit = currency(ledger.facilities.show(facility).currency)
        made = ledger.facilities.request(
            who,
            facility,
            label,
            units=units,
            closes_on=read_day(closes),
            maturity=read_day(maturity),
            document=read_file(document),
            min_units=floor,
            rate_ppm=sheet.terms.rate_ppm if sheet else 0,
            service_terms=sheet.hash if sheet else None,
            instalments=[parse_major(part, unit) for part in instalment or ()],
        )
        if sheet:
            ledger.service.file(who, made.loan, sheet)
    told = say("Drawdown {loan} waits for its lenders.", loan=made.loan)
    finish(json_, told, **asdict(made))


@facility_app.command("take")
def facility_take(
    loan: Loan,
    who: Who,
    cost: Annotated[str, typer.Option(help="arrangement costs withheld, in major units")] = "0",
    json_: Json = False,
) -> None:
    """The borrower takes what was lent: units against money, lender by lender."""
    with opened() as ledger:
        unit = currency(ledger.books.bond(loan).currency)
        made = ledger.facilities.take(who, loan, cost=parse_major(cost, unit))
    told = say("Drawdown {loan} is taken: {amount}.", loan=loan, amount=format_major(made.raised, unit))
    finish(json_, told, **asdict(made))


@facility_app.command("cancel")
def facility_cancel(facility: Number, who: Who, json_: Json = False) -> None:
    """Gives up what was not called: nothing more is committed or drawn."""
    with opened() as ledger:
        made = ledger.facilities.cancel(who, facility)
    finish(json_, say("Facility {facility} is cancelled.", facility=facility), **asdict(made))


# --- lender ------------------------------------------------------------------------------------------------


@facility_app.command("commit")
def facility_commit(facility: Number, who: Who, units: Units = None, json_: Json = False) -> None:
    """A lender commits what the borrower asked it for."""
    with opened() as ledger:
        made = ledger.facilities.commit(who, facility, units)
    told = say("{units} units of facility {facility} are committed.", units=made.units, facility=facility)
    finish(json_, told, **asdict(made))


@facility_app.command("lend")
def facility_lend(loan: Loan, who: Who, units: Units = None, json_: Json = False) -> None:
    """A lender lends its part of a drawdown; the money waits in escrow until the borrower takes it."""
    with opened() as ledger:
        made = ledger.facilities.lend(who, loan, units)
        unit = currency(ledger.books.bond(loan).currency)
    told = say("{amount} wait for drawdown {loan}.", amount=format_major(made.amount, unit), loan=loan)
    finish(json_, told, **asdict(made))


# --- anyone ------------------------------------------------------------------------------------------------


@facility_app.command("release")
def facility_release(loan: Loan, who: Who, json_: Json = False) -> None:
    """What was called and not lent goes back to the commitments, after the drawdown ended."""
    with opened() as ledger:
        made = ledger.facilities.release(who, loan)
    told = say("{units} units may be called again.", units=made.units)
    finish(json_, told, **asdict(made))


@facility_app.command("show")
def facility_show(facility: Number, json_: Json = False) -> None:
    """A facility, its lenders, and its drawdowns added up."""
    with opened() as ledger:
        found = ledger.facilities.show(facility)
        answer = as_json(found)
        shown = answer if json_ else named(ledger, answer)
    if json_:
        show(answer)
        return
    _told(found)
    out.print(_lenders(shown))
    out.print(_drawdowns(found))


@facility_app.command("list")
def facility_list(json_: Json = False) -> None:
    """Every facility, and what of it is committed, called, drawn and repaid."""
    with opened() as ledger:
        found = ledger.facilities.every()
        shown = [named(ledger, {"borrower": one.borrower}) for one in found]
    if json_:
        show({"facilities": [as_json(one) for one in found]})
        return
    grid = table(
        say("Green loans"),
        "facility", "borrower", "state", ">committed", ">called", ">drawn", ">repaid", "currency",
    )  # fmt: skip
    for one, who in zip(found, shown, strict=True):
        unit = currency(one.currency)
        sums = (one.committed * one.denomination, one.called * one.denomination, one.raised, one.repaid)
        grid.add_row(
            str(one.id),
            tables.party(who["borrower"]),
            word(FacilityState, one.state.name.lower()),
            *(format_major(part, unit) for part in sums),
            one.currency,
        )
    out.print(grid)


@facility_app.command("trace")
def facility_trace(
    facility: Number,
    rule: RuleName = "fifo",
    view: Annotated[str, typer.Option(help="cash: who got the money; economic: what was bought")] = "cash",
    json_: Json = False,
) -> None:
    """Where every fen of a facility is, drawdown by drawdown, at one block."""
    with opened() as ledger:
        answer = ledger.facilities.trace(facility, view, rule)
    if json_:
        show(answer)
        return
    unit = currency(answer["currency"])
    for trace in answer["drawdowns"]:
        tables.trace(out, trace)
    out.print(say("All drawdowns: {amount} {currency}.",
                  amount=format_major(int(answer["raised"]), unit), currency=unit.code))  # fmt: skip


@facility_app.command("funded")
def facility_funded(
    payment: Annotated[str, typer.Argument(help="TX or TX:LOG")], rule: RuleName = "fifo", json_: Json = False
) -> None:
    """What funded a payment, back to the drawdowns and the lenders that lent them."""
    tx, log = named_payment(payment)
    with opened() as ledger:
        answer = ledger.facilities.trace_payment(tx, log, rule)
        shown = answer if json_ else named(ledger, answer)
    if json_:
        show(answer)
        return
    tables.payment(out, answer)
    unit = currency(answer["currency"])
    for loan, found in shown["facilities"].items():
        for one in found["lenders"]:
            out.print(say("Drawdown {loan} of facility {facility}: {lender} lent {amount}.",
                          loan=loan, facility=found["facility"], lender=tables.party(one["lender"]),
                          amount=format_major(int(one["end"]) - int(one["start"]), unit)))  # fmt: skip


# --- how it is shown ---------------------------------------------------------------------------------------


def as_json(found: Facility) -> dict[str, Any]:
    """Amounts as strings of minor units, dates as text."""
    plain = asdict(found)
    sums = {"raised": str(found.raised), "repaid": str(found.repaid)}
    drawdowns = [
        {
            **one,
            **{key: str(one[key]) for key in ("raised", "repaid")},
            "maturity": one["maturity"].isoformat() if one["maturity"] else None,
            "instalments": [str(part) for part in one["instalments"]],
            "states": {state: str(fen) for state, fen in one["states"].items()},
        }
        for one in plain["drawdowns"]
    ]
    return {
        **plain,
        **sums,
        "state": found.state.name.lower(),
        "denomination": str(found.denomination),
        "available_until": found.available_until.isoformat(),
        "final_maturity": found.final_maturity.isoformat(),
        "states": {state: str(fen) for state, fen in found.states.items()},
        "lenders": list(plain["lenders"]),
        "drawdowns": drawdowns,
    }


def _told(found: Facility) -> None:
    unit = currency(found.currency)
    out.print(say("Committed {committed} of {units} units of {face} {currency}; called {called}.",
                  committed=found.committed, units=found.units, face=format_major(found.denomination, unit),
                  currency=unit.code, called=found.called))  # fmt: skip
    out.print(say("Drawn {drawn}, repaid {repaid}; drawn until {until}, repaid by {maturity}.",
                  drawn=format_major(found.raised, unit), repaid=format_major(found.repaid, unit),
                  until=found.available_until.isoformat(),
                  maturity=found.final_maturity.isoformat()))  # fmt: skip


def _lenders(shown: dict[str, Any]) -> Table:
    grid = table(say("Lenders, in units"), "lender", ">asked for", ">committed", ">called", ">held")
    for one in shown["lenders"]:
        parts = (one[key] for key in ("offered", "committed", "called", "held"))
        grid.add_row(tables.party(one["account"]), *map(str, parts))
    return grid


def _drawdowns(found: Facility) -> Table:
    unit, grid = currency(found.currency), table(
        say("Drawdowns"), "drawdown", "state", ">called", ">lent", ">drawn", ">spent", ">repaid", "maturity"
    )  # fmt: skip
    for one in found.drawdowns:
        sums = (one.raised, one.states["spent"], one.repaid)
        grid.add_row(
            str(one.loan),
            value(one.state),
            str(one.called),
            str(one.lent),
            *(format_major(part, unit) for part in sums),
            one.maturity.isoformat() if one.maturity else "–",
        )
    return grid
