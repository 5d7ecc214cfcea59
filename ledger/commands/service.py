"""`greenledger service …`: coupon terms, coupons, redemption, default."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger import tables
from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.domain.dates import format_day
from ledger.domain.money import Money, currency, format_major, parse_major
from ledger.domain.states import PaymentKind, PaymentState
from ledger.services.service import BATCH, Schedule
from ledger.services.termsheet import Coupons
from ledger.words import say, value, word

if TYPE_CHECKING:
    from ledger import Ledger

service_app = typer.Typer(help="Coupons, redemption and default", no_args_is_help=True)

Sheet = Annotated[Path, typer.Argument(help="term sheet: one JSON object")]
Document = Annotated[Path, typer.Option(help="file of the document; it is sealed")]
Period = Annotated[int, typer.Argument(help="number of the coupon, from 0")]
Payment = Annotated[int, typer.Argument(help="number of the payment")]


# --- terms -------------------------------------------------------------------------------------------------


@service_app.command("terms")
def service_terms(sheet: Sheet, json_: Json = False) -> None:
    """The coupon days of a term sheet, and the hash that a bond is registered with."""
    with opened() as ledger:
        coupons = _sheet(ledger, sheet)
    periods = [{k: v for k, v in asdict(period).items() if v} for period in coupons.periods]
    if json_:
        show({"hash": coupons.hash, "periods": periods})
        return
    grid = tables.table(
        say("Coupons {hash}", hash=coupons.hash), ">coupon", "from", "until", "record day", "pay day"
    )
    for number, period in enumerate(coupons.periods):
        days = (period.start, period.end, period.record_day, period.pay_day)
        grid.add_row(str(number), *map(format_day, days))
    out.print(grid)


@service_app.command("file")
def service_file(bond: int, sheet: Sheet, who: Who, json_: Json = False) -> None:
    """Files the terms a bond was registered with. Anyone may, before the first record day passes."""
    with opened() as ledger:
        done = ledger.service.file(who, bond, _sheet(ledger, sheet))
    finish(json_, say("The coupon terms of bond {bond} are filed.", bond=bond), bond=bond, tx=done.tx)


@service_app.command("fixing")
def service_fixing(
    bond: int,
    period: Period,
    rate_ppm: Annotated[int, typer.Argument(help="in parts per million: 25000 is 2.5%")],
    who: Who,
    document: Document,
    json_: Json = False,
) -> None:
    """The fixer posts the rate of a floating coupon; the margin comes on top."""
    with opened() as ledger:
        done = ledger.service.post_fixing(who, bond, period, rate_ppm, read_file(document))
    finish(json_, say("Posted for coupon {period} of bond {bond}.", period=period, bond=bond), tx=done.tx)


@service_app.command("observation")
def service_observation(
    bond: int,
    period: Period,
    observed: Annotated[int, typer.Argument(help="in the unit of the KPI's target")],
    who: Who,
    document: Document,
    json_: Json = False,
) -> None:
    """The verifier posts what it observed of a KPI."""
    with opened() as ledger:
        done = ledger.service.post_observation(who, bond, period, observed, read_file(document))
    finish(json_, say("Posted for coupon {period} of bond {bond}.", period=period, bond=bond), tx=done.tx)


# --- payments ----------------------------------------------------------------------------------------------


@service_app.command("open")
def service_open(
    bond: int,
    who: Who,
    period: Annotated[int | None, typer.Option(help="number of the coupon; by default the next")] = None,
    json_: Json = False,
) -> None:
    """Opens a coupon once its record day is over. Anyone may."""
    with opened() as ledger:
        done = ledger.service.open(who, bond, period)
    told = say("Payment {payment} of bond {bond} is open.", payment=done.payment, bond=bond)
    finish(json_, told, payment=done.payment, bond=bond, tx=done.tx)


@service_app.command("redeem")
def service_redeem(
    bond: int,
    who: Who,
    document: Annotated[Path | None, typer.Option(help="file of the notice; it is sealed")] = None,
    period: Annotated[int | None, typer.Option(help="with which coupon; by default the last")] = None,
    per_unit: Annotated[str | None, typer.Option(help="in major units; by default all")] = None,
    from_proceeds: Annotated[str, typer.Option(help="of it, per unit, out of unused proceeds")] = "0",
    record_day: Annotated[str | None, typer.Option(help="of a bond without coupons")] = None,
    pay_day: Annotated[str | None, typer.Option(help="of a bond without coupons")] = None,
    json_: Json = False,
) -> None:
    """Announces a redemption. Once maturity has passed, anyone may announce the whole rest."""
    with opened() as ledger:
        unit = ledger.books.bond(bond).currency
        done = ledger.service.announce_redemption(
            who,
            bond,
            read_file(document) if document else None,
            period=period,
            per_unit=_money(per_unit, unit) if per_unit else None,
            from_proceeds=_money(from_proceeds, unit),
            record_day=_day(record_day),
            pay_day=_day(pay_day),
        )
    told = say("Payment {payment} of bond {bond} is open.", payment=done.payment, bond=bond)
    finish(json_, told, payment=done.payment, bond=bond, tx=done.tx)


@service_app.command("pay-in")
def service_pay_in(
    payment: Payment,
    who: Who,
    amount: Annotated[str | None, typer.Option(help="in major units; by default all that is missing")] = None,
    json_: Json = False,
) -> None:
    """The issuer, or its paying agent by mandate, pays in for the holders."""
    with opened() as ledger:
        unit = ledger.service.payment(payment).currency
        done = ledger.service.pay_in(who, payment, _money(amount, unit) if amount else None)
    finish(json_, say("Paid in for payment {payment}.", payment=payment), payment=payment, tx=done.tx)


@service_app.command("pay")
def service_pay(
    payment: Payment,
    who: Who,
    batch: Annotated[int, typer.Option(min=1, help="holders in one transaction")] = BATCH,
    json_: Json = False,
) -> None:
    """Pays out to all holders of the record day, in batches. Anyone may, and again is harmless."""
    with opened() as ledger:
        unit = currency(ledger.service.payment(payment).currency)
        done = ledger.service.pay(who, payment, batch=batch, progress=_quiet if json_ else _told)
    told = say(
        "{holders} holders were paid {amount} {currency}.",
        holders=done.holders,
        amount=format_major(done.amount, unit),
        currency=unit.code,
    )
    finish(json_, told, **{**asdict(done), "amount": str(done.amount), "kept": str(done.kept)})


@service_app.command("default")
def service_default(payment: Payment, who: Who, json_: Json = False) -> None:
    """Declares that a payment was missed. Anyone may, after its days of grace."""
    with opened() as ledger:
        done = ledger.service.declare_default(who, payment)
    finish(json_, say("Payment {payment} is in default.", payment=payment), payment=payment, tx=done.tx)


@service_app.command("show")
def service_show(bond: int, json_: Json = False) -> None:
    """The coupons of a bond, what was paid in, and what is outstanding."""
    with opened() as ledger:
        unit = ledger.books.bond(bond).currency
        found = ledger.service.schedule(bond)
    show(_answer(found, unit)) if json_ else _table(found, unit)


# --- telling -----------------------------------------------------------------------------------------------


def _answer(found: Schedule, unit: str) -> Mapping[str, Any]:
    """Amounts as integer strings in minor units."""
    payments = [
        {
            **asdict(one),
            "kind": PaymentKind(one.kind).name.lower(),
            "state": PaymentState(one.state).name.lower(),
            **{name: str(getattr(one, name)) for name in ("total", "paid_in", "from_proceeds")},
        }
        for one in found.payments
    ]
    amounts = {name: str(getattr(found, name)) for name in ("principal", "outstanding")}
    return {**asdict(found), "currency": unit, **amounts, "payments": payments}


def _table(found: Schedule, unit: str) -> None:
    title = say("Payments of bond {bond}", bond=found.bond)
    grid = tables.table(title, ">payment", "kind", "pay day", ">due", ">paid in", "state")
    for one in found.payments:
        grid.add_row(
            str(one.id),
            word(PaymentKind, one.kind.name.lower()),
            one.pay_day.isoformat(),
            format_major(one.total + one.from_proceeds, currency(unit)),
            format_major(one.paid_in, currency(unit)),
            value("in default") if one.in_default else word(PaymentState, one.state.name.lower()),
        )
    out.print(grid)
    out.print(
        say(
            "{opened} of {all} coupons opened; {outstanding} {currency} a unit outstanding.",
            opened=sum(one.opened for one in found.coupons),
            all=len(found.coupons),
            outstanding=format_major(found.outstanding, currency(unit)),
            currency=unit,
        )
    )


def _told(done: int, all_: int) -> None:
    out.print(say("{done} of {all} holders asked", done=done, all=all_))


def _quiet(done: int, all_: int) -> None:
    """JSON is one document and nothing else."""


def _sheet(ledger: Ledger, sheet: Path) -> Coupons:
    return ledger.service.terms(read_file(sheet).decode())


def _money(text: str, unit: str) -> Money:
    return parse_major(text, currency(unit))


def _day(text: str | None) -> dt.date | None:
    return read_day(text) if text else None
