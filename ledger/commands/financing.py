"""`greenledger financing …`: asking financiers, their quotes, acceptance, money against piece, the report."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from ledger import tables
from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.commands.rules import tell_notices
from ledger.domain.discount import convention as convention_of
from ledger.domain.money import Currency, currency, parse_major
from ledger.services.financing import quote_to_json
from ledger.services.financing_report import Report
from ledger.services.requests import Offer, Request, offer_json
from ledger.words import say, value

if TYPE_CHECKING:
    from ledger import Ledger

financing_app = typer.Typer(help="Financing: requests, quotes, money against piece", no_args_is_help=True)

RequestNumber = Annotated[int, typer.Argument(help="number of the request")]
Quoted = Annotated[str, typer.Argument(help="the quote: 0x and 64 hexadecimal digits")]
From = Annotated[str, typer.Option("--from", help="where the interval begins, in major units: 0.00")]
Until = Annotated[str, typer.Option("--until", help="where the interval ends, in major units: 1000.00")]
ConventionName = Literal["ACT/360", "30/360", "ACT/360 rolled"]
_PPM_PLACES: Final = 4
_FEN: Final = ("start", "end", "discount", "fee", "net")


# --- asking ------------------------------------------------------------------------------------------------


@financing_app.command("request")
def request(
    receivable: Annotated[int, typer.Argument(help="number of the receivable")],
    who: Who,
    first: From,
    last: Until,
    financier: Annotated[
        list[str] | None, typer.Option(help="who is asked; once for each; by default every active financier")
    ] = None,
    hours: Annotated[int, typer.Option(help="how long quotes are taken", min=1)] = 24,
    json_: Json = False,
) -> None:
    """The holder asks financiers to quote for an interval of its own. Each sees the request, and no rival."""
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)
    with opened() as ledger:
        unit = _unit(ledger, receivable)
        start, end = parse_major(first, unit).minor, parse_major(last, unit).minor
        made = ledger.requests.ask(
            who, receivable, start=start, end=end, until=until, financiers=financier or ()
        )
    asked = say("Request {request} went to {count} financiers.", request=made.id, count=len(made.financiers))
    finish(json_, asked, **_plain(made))


@financing_app.command("requests")
def requests(who: Who, json_: Json = False) -> None:
    """What a participant asked and what it was asked, the newest first."""
    with opened() as ledger:
        found = ledger.requests.mine(who)
        units = {one.receivable: _unit(ledger, one.receivable) for one in found}
    if json_:
        show({"requests": [_plain(one) for one in found]})
        return
    grid = tables.table(say("Requests"), ">number", "receivable", ">from", ">end", "quotes taken until")
    for one in found:
        places = (tables.amount(at, units[one.receivable]) for at in (one.start, one.end))
        grid.add_row(str(one.id), f"#{one.receivable}", *places, f"{one.until:%Y-%m-%d %H:%M} UTC")
    out.print(grid)


# --- quoting -----------------------------------------------------------------------------------------------


@financing_app.command("quote")
def quote(
    number: RequestNumber,
    who: Who,
    rate_ppm: Annotated[int, typer.Option(help="discount a year, in parts per million: 30000 is 3%")],
    hours: Annotated[int, typer.Option(help="how long the quote stands", min=1)] = 8,
    fee: Annotated[str, typer.Option(help="in major units: 1000.00")] = "0",
    fee_payee: Annotated[
        str | None, typer.Option(help="a third participant who has the fee; else you keep it")
    ] = None,
    convention: Annotated[ConventionName, typer.Option(help="how days are counted")] = "ACT/360",
    funding_day: Annotated[
        str | None, typer.Option(help="day of the money, YYYY-MM-DD; by default today")
    ] = None,
    end_day: Annotated[
        str | None, typer.Option(help="banking day that the due day rolls to; by default the next weekday")
    ] = None,
    recourse: Annotated[bool, typer.Option(help="the holder answers if the obligor does not pay")] = False,
    json_: Json = False,
) -> None:
    """The financier signs a quote for a request, sealed for the holder and itself. Nothing is published."""
    with opened() as ledger:
        asked = ledger.requests.show(who, number)
        unit = _unit(ledger, asked.receivable)
        signed = ledger.requests.answer(
            who,
            number,
            rate_ppm=rate_ppm,
            deadline=dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours),
            fee=parse_major(fee, unit),
            fee_payee=fee_payee,
            convention=convention_of(convention),
            funding_day=read_day(funding_day) if funding_day else None,
            end_day=read_day(end_day) if end_day else None,
            recourse=recourse,
        )
    net = tables.amount(signed.quote.net, unit)
    sentence = say("Quote {quote}: {net} {currency} net.", quote=signed.digest, net=net, currency=unit.code)
    finish(json_, sentence, **quote_to_json(signed))


@financing_app.command("quotes")
def quotes(number: RequestNumber, who: Who, json_: Json = False) -> None:
    """The quotes for a request, the one that leaves most first: all for its holder, their own for others."""
    with opened() as ledger:
        offers = ledger.requests.offers(who, number)
        unit = _unit(ledger, ledger.requests.show(who, number).receivable)
    if json_:
        show({"request": number, "quotes": [offer_json(one) for one in offers]})
        return
    title = say("Quotes for request {request}", request=number)
    grid = tables.table(
        title, ">net", ">discount", ">fee", ">rate a year", ">cost a year", "recourse", "state", "quote"
    )
    for one in offers:
        grid.add_row(*_compared(one, unit))
    out.print(grid)


@financing_app.command("accept")
def accept(quote: Quoted, who: Who, json_: Json = False) -> None:
    """The holder accepts one quote: it alone is published, and its interval is cut out and locked."""
    with opened() as ledger:
        done = ledger.requests.accept(who, quote)
    finish(json_, say("Quote {quote} is accepted.", quote=quote), quote=quote, **asdict(done))


@financing_app.command("fund")
def fund(
    quote: Quoted,
    who: Who,
    number: Annotated[str, typer.Option(help="number that the registry gave the financing")],
    certificate: Annotated[Path, typer.Option(help="file of the registration certificate; it is sealed")],
    search: Annotated[Path, typer.Option(help="file of the search before it; it is sealed")],
    json_: Json = False,
) -> None:
    """Money against piece in one transaction, after the registration (银发〔2025〕77号 art. 13)."""
    with opened() as ledger:
        signed = ledger.requests.offer(who, quote).signed
        done = ledger.financier.fund(
            who, signed, number=number, registration=read_file(certificate), search=read_file(search)
        )
        unit = _unit(ledger, done.receivable)
    paid = tables.amount(done.net, unit)
    sentence = say("{net} {currency} are paid for the piece.", net=paid, currency=unit.code)
    finish(json_, sentence, **_texts(asdict(done)), currency=unit.code)
    if not json_:
        tell_notices(done.notices)


@financing_app.command("revoke")
def revoke(quote: Quoted, who: Who, json_: Json = False) -> None:
    """The financier takes back a quote that nobody has accepted yet."""
    with opened() as ledger:
        done = ledger.financier.revoke(who, ledger.requests.offer(who, quote).signed)
    finish(json_, say("Quote {quote} is revoked.", quote=quote), quote=quote, **asdict(done))


@financing_app.command("lapse")
def lapse(quote: Quoted, who: Who, json_: Json = False) -> None:
    """After the deadline or the funding day: unlocks what an accepted quote locked and nobody funded."""
    with opened() as ledger:
        done = ledger.financier.lapse(who, ledger.requests.offer(who, quote).signed)
    finish(json_, say("Quote {quote} has lapsed.", quote=quote), quote=quote, **asdict(done))


# --- looking -----------------------------------------------------------------------------------------------


@financing_app.command("show")
def show_(quote: Quoted, json_: Json = False) -> None:
    """A financing: its terms, its registration, each step, and how long it took from request to money."""
    with opened() as ledger:
        found = ledger.financier.report(quote)
    show(_machine(found)) if json_ else _shown(found)


def _unit(ledger: Ledger, receivable: int) -> Currency:
    return currency(ledger.books.receivable(receivable).currency)


def _texts(answer: dict[str, Any]) -> dict[str, Any]:
    """Amounts and offsets as integer strings."""
    whole = {name: answer[name] for name in _FEN if answer.get(name) is not None}
    return {**answer, **{name: str(minor) for name, minor in whole.items()}}


def _machine(found: Report) -> dict[str, Any]:
    steps = [{**asdict(step), "at": step.at.isoformat()} for step in found.steps]
    return {**_texts(asdict(found)), "steps": steps}


def _plain(found: Request) -> dict[str, Any]:
    moments = {"asked_at": found.asked_at.isoformat(), "until": found.until.isoformat()}
    return {**_texts(asdict(found)), **moments}


def _percent(ppm: int) -> str:
    return f"{ppm // 10**_PPM_PLACES}.{ppm % 10**_PPM_PLACES:0{_PPM_PLACES}d}%"


def _yes(said: bool) -> str:
    return say("yes") if said else say("no")


def _compared(one: Offer, unit: Currency) -> tuple[str, ...]:
    said = one.signed.quote
    sums = (tables.amount(minor, unit) for minor in (said.net, said.discount, said.fee))
    rates = (_percent(said.rate_ppm), _percent(one.cost_ppm))
    return (*sums, *rates, _yes(said.recourse), value(one.state), one.signed.digest)


def _shown(found: Report) -> None:
    unit = currency(found.currency)
    span = (tables.amount(at, unit) for at in (found.start, found.end))
    out.print(
        say("Receivable {receivable}, {start} to {end}: {state}", receivable=found.receivable,
            start=next(span), end=next(span), state=value(found.state))
    )  # fmt: skip
    if found.net is not None and found.discount is not None and found.fee is not None:
        sums = {"discount": found.discount, "fee": found.fee, "net": found.net}
        said = {name: tables.amount(minor, unit) for name, minor in sums.items()}
        out.print(say("discount {discount}, fee {fee}, net {net}", **said))
        out.print(
            say("{convention}, {rate} a year; all in {cost} a year; recourse: {recourse}",
                convention=found.convention, rate=_percent(found.rate_ppm or 0),
                cost=_percent(found.cost_ppm or 0), recourse=_yes(bool(found.recourse)))
        )  # fmt: skip
        out.print(say("registration {number} (attested by the financier)", number=found.number))
    grid = tables.table(say("Steps"), "when", "step", "who", ">people")
    for step in found.steps:
        grid.add_row(f"{step.at:%Y-%m-%d %H:%M:%S} UTC", value(step.what), step.who, str(step.people))
    out.print(grid)
    if found.seconds is not None:
        facts = {"seconds": found.seconds, "people": found.people, "same_day": _yes(bool(found.same_day))}
        out.print(
            say("{seconds} s from request to money, {people} signatures; same day: {same_day}", **facts)
        )
