"""`greenledger leg …`: money that moved outside the ledger, attested by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger import tables
from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.domain.legs import BadLeg, Movement, movements_of
from ledger.domain.money import currency, parse_major
from ledger.domain.states import LegKind, LegState
from ledger.services.legs import PAGE, Subject
from ledger.words import say, word

leg_app = typer.Typer(help="Money that moved outside the ledger, attested by name", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="number of the leg")]
Bond = Annotated[int | None, typer.Option(help="number of the bond, when it is one of this ledger")]
Instrument = Annotated[str | None, typer.Option(help="ISIN or label of a bond outside")]
Issuer = Annotated[str | None, typer.Option(help="participant that issued the bond outside")]
Unit = Annotated[str, typer.Option("--currency", help="currency of the amounts: CNY")]
Paper = Annotated[Path, typer.Option("--document", help="file of the document; it is sealed")]
Attester = Annotated[
    str | None,
    typer.Option(help="who is to confirm it, when the issuer reports; without it, who acts attests"),
]
Bank = Annotated[str, typer.Option(help="bank where it is booked")]
Reference = Annotated[str, typer.Option(help="the bank's own booking reference; the chain sees its hash")]
Source = Annotated[str, typer.Option("--from", help="where the money was, as the document calls it")]
Target = Annotated[str, typer.Option("--to", help="where it went, as the document calls it")]
Day = Annotated[str, typer.Option("--value-date", help="value date of the booking, YYYY-MM-DD")]
Project = Annotated[str, typer.Option(help="what it is for")]
Payer = Annotated[str | None, typer.Option(help="participant behind where it was")]
Payee = Annotated[str | None, typer.Option(help="participant behind where it went")]
Kind = Annotated[str, typer.Argument(help="raised, moved, spent, refunded or returned")]
Amount = Annotated[str, typer.Argument(help="in major units: 1000.00")]
Why = Annotated[str, typer.Option("--reason", help="why; everybody can read it")]


@leg_app.command("record")
def leg_record(
    kind: Kind,
    amount: Amount,
    who: Who,
    unit: Unit,
    day: Day,
    source: Source,
    target: Target,
    bank: Bank,
    reference: Reference,
    paper: Paper,
    bond: Bond = None,
    instrument: Instrument = None,
    issuer: Issuer = None,
    project: Project = "",
    payer: Payer = None,
    payee: Payee = None,
    attester: Attester = None,
    supersedes: Annotated[int | None, typer.Option(help="leg that this one corrects")] = None,
    reason: Annotated[str, typer.Option(help="why it is corrected")] = "",
    json_: Json = False,
) -> None:
    """A bank, auditor or verifier attests a leg, or the issuer reports one; it moves no money."""
    movement = Movement(
        _kind(kind),
        read_day(day),
        parse_major(amount, currency(unit)),
        source,
        target,
        bank,
        reference,
        project,
        payer,
        payee,
    )
    about, document = Subject(bond, instrument, issuer), read_file(paper)
    more = {"supersedes": supersedes, "reason": reason}
    with opened() as ledger:
        if attester is None:
            made = ledger.legs.attest(who, about, movement, document, **more)  # type: ignore[arg-type]
        else:
            made = ledger.legs.report(who, attester, about, movement, document, **more)  # type: ignore[arg-type]
    finish(json_, say("Leg {leg} is on record.", leg=made.id), **asdict(made))


@leg_app.command("import")
def leg_import(
    file: Annotated[
        Path,
        typer.Argument(help="CSV: value_date,kind,amount,from,to,bank,reference,project,payer,payee"),
    ],
    who: Who,
    unit: Unit,
    paper: Paper,
    bond: Bond = None,
    instrument: Instrument = None,
    issuer: Issuer = None,
    bank: Annotated[str | None, typer.Option(help="bank of a file without that column")] = None,
    attester: Attester = None,
    json_: Json = False,
) -> None:
    """Puts every line of a file on record; a file with a wrong line changes nothing."""
    try:
        lines = read_file(file).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as failure:
        raise BadLeg("the file is no CSV", who=str(file), had=str(failure)) from None
    movements = movements_of(lines, currency(unit), bank)
    about, document = Subject(bond, instrument, issuer), read_file(paper)
    with opened() as ledger:
        made = ledger.legs.bring(who, about, movements, document, attester=attester)
    told = say("{made} legs are on record; {known} were before.", made=len(made.made), known=made.known)
    finish(json_, told, legs=[asdict(one) for one in made.made], known=made.known, document=made.document)


@leg_app.command("attest")
def leg_attest(number: Number, who: Who, json_: Json = False) -> None:
    """The attester stands up for what the issuer reported: the second signature."""
    with opened() as ledger:
        done = ledger.legs.confirm(who, number)
    finish(json_, say("Leg {leg} is attested.", leg=number), leg=number, **asdict(done))


@leg_app.command("refuse")
def leg_refuse(number: Number, who: Who, reason: Why, json_: Json = False) -> None:
    """The attester does not stand up for what the issuer reported."""
    with opened() as ledger:
        done = ledger.legs.refuse(who, number, reason)
    finish(json_, say("Leg {leg} is refused.", leg=number), leg=number, **asdict(done))


@leg_app.command("withdraw")
def leg_withdraw(number: Number, who: Who, reason: Why, json_: Json = False) -> None:
    """Who said it takes it back, in the open."""
    with opened() as ledger:
        done = ledger.legs.withdraw(who, number, reason)
    finish(json_, say("Leg {leg} is withdrawn.", leg=number), leg=number, **asdict(done))


@leg_app.command("list")
def leg_list(
    bond: Annotated[int | None, typer.Option(help="number of a bond of this ledger")] = None,
    state: Annotated[
        str | None, typer.Option(help="reported, attested, superseded, withdrawn or refused")
    ] = None,
    of: Annotated[str | None, typer.Option(help="those that this participant said or is named in")] = None,
    after: Annotated[int, typer.Option(help="those after this number")] = 0,
    limit: Annotated[int, typer.Option(help="so many at most")] = PAGE,
    json_: Json = False,
) -> None:
    """Legs by number. They are attested, and never counted with what the ledger proves."""
    wanted = None if state is None else _state(state)
    with opened() as ledger:
        answer = ledger.legs.list(bond=bond, state=wanted, party=of, after=after, limit=limit)
    if json_:
        show(answer)
        return
    title = say("Legs outside the ledger, as attested")
    grid = tables.table(title, ">leg", "state", "day", "kind", ">amount", "from", "to", "attested by")
    for one in answer["legs"]:
        grid.add_row(*_row(one))
    out.print(grid)


@leg_app.command("show")
def leg_show(number: Number, json_: Json = False) -> None:
    """One leg, with its document and who answers for it."""
    with opened() as ledger:
        answer = ledger.legs.show(number)
    if json_:
        show(answer)
        return
    state, day, kind, amount, source, target, attester = _row(answer)[1:]
    said = say("Leg {leg} · {state} by {attester}", leg=number, state=state, attester=attester)
    out.print(f"[bold]{said}[/bold]")
    out.print(f"{day} · {kind} · {amount} · {source} → {target}")
    out.print(say("booked at {bank}, document {document}", bank=answer["bank"], document=answer["document"]))
    if answer["reason"]:
        out.print(say("reason: {reason}", reason=answer["reason"]))


@leg_app.command("trace")
def leg_trace(
    name: Annotated[str, typer.Argument(help="bond's number or label here, ISIN or label outside")],
    unit: Annotated[str | None, typer.Option("--currency", help="currency of the amounts: CNY")] = None,
    block: Annotated[int | None, typer.Option(help="as it stood at this block; by default now")] = None,
    json_: Json = False,
) -> None:
    """Where a bond's money went outside the ledger: attested, by first in, first out."""
    with opened() as ledger:
        answer = ledger.legs.trace(name, unit, as_of_block=block)
    show(answer) if json_ else tables.attested(out, answer)


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    amount = f"{one['currency']} {tables.amount(one['amount'], currency(one['currency']))}"
    return (
        str(one["id"]),
        word(LegState, one["state"]),
        one["value_date"],
        word(LegKind, one["kind"]),
        amount,
        one["from"]["place"],
        one["to"]["place"],
        tables.party(one["attester"]),
    )


def _kind(text: str) -> LegKind:
    if text.upper() not in LegKind.__members__:
        kinds = ", ".join(kind.name.lower() for kind in LegKind)
        raise BadLeg("a leg has another kind", had=text, needed=kinds)
    return LegKind[text.upper()]


def _state(text: str) -> LegState:
    if text.upper() not in LegState.__members__:
        states = ", ".join(state.name.lower() for state in LegState)
        raise BadLeg("a leg has another state", had=text, needed=states)
    return LegState[text.upper()]
