"""`greenledger document …`: invoices with their capacity, and what stands against financing one twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger import tables
from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.domain.dates import date_of, day_number
from ledger.domain.duplicates import Near
from ledger.domain.money import Money, currency, parse_major
from ledger.domain.obligations import Reading
from ledger.errors import BadInput
from ledger.services.doubles import Recomputed
from ledger.words import say, value

if TYPE_CHECKING:
    from ledger import Ledger

document_app = typer.Typer(
    help="Invoices, their capacity, and what stands against financing one twice", no_args_is_help=True
)

Fingerprint = Annotated[str, typer.Argument(help="fingerprint of the invoice, 0x…")]
Amount = Annotated[str, typer.Argument(help="in major units: 1000.00")]
Unit = Annotated[str, typer.Option("--currency", help="currency of the amount: CNY")]
Paper = Annotated[Path, typer.Option("--document", help="file of the document; it is sealed")]
Reader = Annotated[str | None, typer.Option("--as", help="whose papers may be opened for it")]


@document_app.command("invoice")
def document_invoice(
    number: Annotated[str, typer.Argument(help="number of the invoice")],
    amount: Amount,
    seller: Annotated[str, typer.Option(help="who is owed; its key is here")],
    buyer: Annotated[str, typer.Option(help="who owes; its key is here")],
    dated: Annotated[str, typer.Option(help="day of the invoice, YYYY-MM-DD")],
    unit: Unit,
    paper: Paper,
    contract: Annotated[str, typer.Option("--contract-number", help="number of its contract")] = "",
    json_: Json = False,
) -> None:
    """Registers an invoice that seller and buyer sign; no more than its total can ever be used."""
    with opened() as ledger:
        made = ledger.documents.invoice(
            seller=seller,
            buyer=buyer,
            number=number,
            dated=read_day(dated),
            total=_money(amount, unit),
            paper=read_file(paper),
            contract=contract,
        )
    told = say("The invoice is registered: {fingerprint}", fingerprint=made.fingerprint)
    finish(json_, told, **_digits(asdict(made)))


@document_app.command("show")
def document_show(fingerprint: Fingerprint, json_: Json = False) -> None:
    """An invoice's total, what of it is used, and what red invoices cancelled."""
    with opened() as ledger:
        found = ledger.documents.capacity(fingerprint)
    unit = currency(found.currency)
    amounts = {name: tables.amount(getattr(found, name), unit) for name in ("total", "used", "credited")}
    told = say(
        "{used} of {total} used, {credited} cancelled by red invoices ({unit})", unit=unit.code, **amounts
    )
    answer = {**asdict(found), "kind": found.kind.name.lower(), "date": date_of(found.date).isoformat()}
    finish(json_, told, **_digits(answer))


@document_app.command("recompute")
def document_recompute(
    fingerprint: Fingerprint,
    who: Who,
    number: Annotated[str, typer.Option(help="number read in the paper; without it, what was sealed")] = "",
    issuer: Annotated[str, typer.Option(help="identifier of its issuer, as read: USCC:… or LEI:…")] = "",
    dated: Annotated[str, typer.Option(help="its day, as read, YYYY-MM-DD")] = "",
    amount: Annotated[str, typer.Option(help="its total, as read, in major units")] = "",
    json_: Json = False,
) -> None:
    """Recomputes a fingerprint from the paper, as each financier does before money moves."""
    with opened() as ledger:
        read = _reading(ledger, fingerprint, (number, issuer, dated, amount))
        found = ledger.doubles.recompute(who, fingerprint, read, search=True)
    show(_told(found)) if json_ else _print(found)
    if not found.matches or found.elsewhere:
        raise typer.Exit(1)


@document_app.command("credit")
def document_credit(
    fingerprint: Fingerprint, amount: Amount, who: Who, unit: Unit, paper: Paper, json_: Json = False
) -> None:
    """The seller's red invoice: so much of the total can never be used anew."""
    with opened() as ledger:
        done = ledger.doubles.credit(who, fingerprint, read_file(paper), _money(amount, unit))
    told = say("{amount} {currency} are cancelled by a red invoice.", amount=amount, currency=unit)
    finish(json_, told, tx=done.tx, block=done.block)


@document_app.command("epoch")
def document_epoch(
    key: Annotated[
        Path | None, typer.Option(help="file of the consortium's new key, 32 bytes; else one is made")
    ] = None,
    json_: Json = False,
) -> None:
    """Begins the next epoch of the key that fingerprints are made with. Sellers link theirs afterwards."""
    with opened() as ledger:
        epoch = ledger.doubles.new_epoch(None if key is None else read_file(key))
    finish(json_, say("Fingerprints are of epoch {epoch} now.", epoch=epoch), epoch=epoch)


@document_app.command("link")
def document_link(
    who: Who,
    fingerprint: Annotated[str, typer.Argument(help="one of them; without it, all that can be opened")] = "",
    json_: Json = False,
) -> None:
    """Names invoices by the key of the present epoch too, so that one capacity holds for both."""
    with opened() as ledger:
        linked = (
            {fingerprint: ledger.doubles.link(who, fingerprint)}
            if fingerprint
            else ledger.doubles.link_all(who)
        )
    refused = [former for former, anew in linked.items() if anew is None]
    done = len(linked) - len(refused)
    told = say("{done} invoices are linked, {refused} refused.", done=done, refused=len(refused))
    finish(json_, told, linked=linked)
    if refused:
        raise typer.Exit(1)


@document_app.command("near")
def document_near(
    fingerprint: Annotated[str, typer.Argument(help="one invoice; without it, all")] = "",
    who: Reader = None,
    json_: Json = False,
) -> None:
    """Registered invoices that look like one: questions with their reason, and no verdicts."""
    with opened() as ledger:
        found = ledger.doubles.near(who, fingerprint or None)
    show({"near": [_pair(one) for one in found]}) if json_ else out.print(_near_table(found))


@document_app.command("alerts")
def document_alerts(json_: Json = False) -> None:
    """Red invoices that came after use, with what was confirmed against the document."""
    with opened() as ledger:
        found = ledger.doubles.alerts()
    if json_:
        return show({"alerts": [_digits(asdict(one)) for one in found]})
    shown = tables.table(
        say("Red invoices after use: questions, not verdicts"),
        "invoice",
        ">total",
        ">used",
        ">cancelled",
        ">too much",
        "receivables",
    )
    for one in found:
        unit = currency(one.currency)
        sums = [tables.amount(sum_, unit) for sum_ in (one.total, one.used, one.credited, one.over)]
        shown.add_row(one.fingerprint, *sums, ", ".join(map(str, one.receivables)) or "–")
    out.print(shown)
    for clause in sorted({one.clause for one in found}):
        out.print(f"  {clause}", soft_wrap=True)


def _money(amount: str, unit: str) -> Money:
    return parse_major(amount, currency(unit))


def _reading(ledger: Ledger, fingerprint: str, read: tuple[str, str, str, str]) -> Reading | None:
    """What the command line says was read; all four of it, or nothing."""
    if not any(read):
        return None
    if not all(read):
        raise BadInput("a paper that was read has its number, issuer, day and total", had=list(read))
    number, issuer, dated, amount = read
    found = ledger.documents.capacity(fingerprint)
    return Reading(found.kind, issuer, number, day_number(read_day(dated)), _money(amount, found.currency))


def _print(found: Recomputed) -> None:
    if found.matches:
        out.print(say("The paper is the document registered under this fingerprint."))
    else:
        shown = tables.table(say("The paper is another document"), "field", "registered", "read in the paper")
        for one in found.differences:
            shown.add_row(value(one.field), one.registered, one.read)
        out.print(shown)
    for other in found.elsewhere:
        out.print(
            say("Registered again under the key of another epoch: {other}", other=other), soft_wrap=True
        )
    if found.near:
        out.print(_near_table(found.near))
    out.print(say("What was pledged outside this ledger cannot be seen here."))


def _near_table(found: Sequence[Near]) -> Any:
    title = say("Invoices that look alike: questions, not verdicts")
    shown = tables.table(title, "earlier", "later", "reason", "same", ">days apart", ">apart (minor units)")
    for one in found:
        same = ", ".join(value(name) for name in one.same)
        ends = (one.earlier.fingerprint, one.later.fingerprint)
        shown.add_row(*ends, value(str(one.reason)), same, str(one.days_apart), str(one.amount_apart))
    return shown


def _told(found: Recomputed) -> dict[str, Any]:
    near = [_pair(one) for one in found.near]
    return {**_digits(asdict(found)), "near": near}


def _pair(one: Near) -> dict[str, Any]:
    return {
        "earlier": one.earlier.fingerprint,
        "later": one.later.fingerprint,
        "reason": str(one.reason),
        "same": list(one.same),
        "days_apart": one.days_apart,
        "amount_apart": str(one.amount_apart),
    }


def _digits(answer: dict[str, Any]) -> dict[str, Any]:
    """Amounts as integer strings."""
    amounts = ("total", "used", "credited", "over")
    return {name: str(said) if name in amounts else said for name, said in answer.items()}
