"""`greenledger participant admit|amend`, `bank …`, `mandate …`: who takes part, who acts for whom."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger import tables
from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.commands.participants import participant_app
from ledger.commands.tracing import named_payment
from ledger.domain.conversion import Side, rate_of
from ledger.domain.mandates import LABELS, MandateKind
from ledger.domain.money import parse_major
from ledger.domain.roles import Role
from ledger.errors import BadInput
from ledger.services.conversions import Converted
from ledger.services.mandates import Mandate
from ledger.words import say, spoken, value

bank_app = typer.Typer(help="The settlement bank: money in and out", no_args_is_help=True)
mandate_app = typer.Typer(help="Who may act for whom, or read whose data", no_args_is_help=True)

Roles = Annotated[list[str], typer.Option("--role", help="issuer, investor, verifier, ...; once for each")]
Named = Annotated[str, typer.Argument(help="a participant: account name, identifier or address")]
Lapses = Annotated[str | None, typer.Option(help="last day of the admission, YYYY-MM-DD")]
Money = Annotated[str, typer.Argument(help="in major units: 1000.00")]
Cash = Annotated[str, typer.Option(help="ledger cash: CNY, or its record's name")]
Booking = Annotated[str, typer.Option(help="the bank's own booking reference, used once")]


def _mask(roles: list[str]) -> Role:
    found = Role(0)
    for name in roles:
        if name.upper() not in Role.__members__:
            raise BadInput("there is no such role", had=name, needed=", ".join(Role.__members__).lower())
        found |= Role[name.upper()]
    return found


# --- admission -------------------------------------------------------------------------------------------


@participant_app.command("admit")
def participant_admit(
    name: Annotated[str, typer.Argument(help="its name, and that of its account here")],
    identifier: Annotated[str, typer.Argument(help="USCC:… or LEI:…, check digits verified")],
    role: Roles,
    account: Annotated[str | None, typer.Option(help="its address, when its key is held elsewhere")] = None,
    lapses: Lapses = None,
    group: Annotated[int, typer.Option(help="declared related parties share a number")] = 0,
    kyc: Annotated[Path | None, typer.Option(help="file of what the operator checked; it is sealed")] = None,
    json_: Json = False,
) -> None:
    """The operator admits a participant."""
    with opened() as ledger:
        made = ledger.operator.admit(
            name,
            identifier,
            _mask(role),
            account=account,
            lapses=read_day(lapses) if lapses else None,
            group=group,
            kyc=read_file(kyc) if kyc else None,
        )
    finish(json_, say("{name} is admitted as {account}.", name=name, account=made.account), **asdict(made))


@participant_app.command("amend")
def participant_amend(
    who: Named,
    document: Annotated[Path, typer.Option(help="file that says why; it is sealed")],
    role: Annotated[list[str] | None, typer.Option(help="all roles from now on; once for each")] = None,
    lapses: Lapses = None,
    group: Annotated[int | None, typer.Option(help="declared related parties share a number")] = None,
    suspended: Annotated[bool | None, typer.Option(help="stops every act, keeps what it owns")] = None,
    json_: Json = False,
) -> None:
    """The operator changes what is given of an admission and keeps the rest."""
    with opened() as ledger:
        made = ledger.operator.amend(
            who,
            roles=_mask(role) if role else None,
            lapses=read_day(lapses) if lapses else None,
            group=group,
            suspended=suspended,
            document=read_file(document),
        )
    finish(json_, say("The admission of {who} is amended.", who=who), **asdict(made))


# --- money in and out ------------------------------------------------------------------------------------


@bank_app.command("mint")
def bank_mint(to: Named, amount: Money, who: Who, cash: Cash, booking: Booking, json_: Json = False) -> None:
    """Credits a participant for money that reached the bank."""
    with opened() as ledger:
        unit = ledger.session.cash(cash).currency
        made = ledger.bank.mint(who, to, parse_major(amount, unit), booking, cash)
    told = say("{to} is credited {currency} {amount}.", to=to, currency=unit.code, amount=amount)
    finish(json_, told, **asdict(made))


@bank_app.command("burn")
def bank_burn(
    holder: Named, amount: Money, who: Who, cash: Cash, booking: Booking, json_: Json = False
) -> None:
    """Destroys what a holder put aside, which the bank pays out."""
    with opened() as ledger:
        unit = ledger.session.cash(cash).currency
        made = ledger.bank.burn(who, holder, parse_major(amount, unit), booking, cash)
    told = say(
        "{currency} {amount} of {holder}'s are paid out.", currency=unit.code, amount=amount, holder=holder
    )
    finish(json_, told, **asdict(made))


@bank_app.command("balance")
def bank_balance(who: Named, cash: Cash, json_: Json = False) -> None:
    """What a participant holds."""
    with opened() as ledger:
        unit = ledger.session.cash(cash).currency
        held = ledger.cash.balance(who, cash)
    finish(json_, f"{unit.code} {tables.amount(held, unit)}", who=who, currency=unit.code, balance=str(held))


@bank_app.command("reconcile")
def bank_reconcile(
    statement: Annotated[
        Path, typer.Argument(help="ISO 20022 camt.053, or CSV: date,reference,way,amount,party")
    ],
    cash: Cash,
    first: Annotated[
        str | None, typer.Option("--from", help="first day, YYYY-MM-DD; by default the statement's own")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="last day, YYYY-MM-DD; by default the statement's own")
    ] = None,
    json_: Json = False,
) -> None:
    """Compares a bank's statement with the ledger's mints and burns; each difference is named."""
    with opened() as ledger:
        unit = ledger.session.cash(cash).currency
        days = (read_day(first) if first else None, read_day(last) if last else None)
        found = ledger.bank.differences(read_file(statement), cash, *days)
    if json_:
        show(found.told(unit))
    else:
        out.print(
            say(
                "{matched} bookings match, {unlike} differ",
                matched=found.matched,
                unlike=len(found.mismatches),
            )
        )
        for one in found.mismatches:
            out.print(f"  {one.reference}: {value(str(one.unlike))}", soft_wrap=True)
    if not found.reconciles:
        raise typer.Exit(1)


@bank_app.command("conversion")
def bank_conversion(
    sold: Annotated[str, typer.Argument(help="payment that gave the sold money away: TX or TX:LOG")],
    bought: Annotated[
        str, typer.Argument(help="payment or credit that brought the bought money: TX or TX:LOG")
    ],
    rate: Annotated[str, typer.Option(help="bought for one sold, in major units: 0.1304 or 7/31")],
    who: Who,
    residue: Annotated[str, typer.Option(help="what the rate gives beyond the bought, in major units")] = "0",
    reader: Annotated[list[str] | None, typer.Option(help="who else can open it; once for each")] = None,
    json_: Json = False,
) -> None:
    """Registers that one payment was converted into another: traces go on by it, as attested."""
    with opened() as ledger:
        sides = ledger.bank.sold_by(*named_payment(sold)), ledger.bank.bought_by(*named_payment(bought))
        units = [ledger.session.cash(side.cash).currency for side in sides]
        kept = parse_major(residue, units[1]).minor
        made = ledger.bank.register_conversion(who, *sides, rate_of(rate, *units), kept, reader or ())
    amounts = [
        f"{unit} {tables.amount(side.fen.length, unit)}" for side, unit in zip(sides, units, strict=True)
    ]
    told = say(
        "{sold} became {bought}: {document}", sold=amounts[0], bought=amounts[1], document=made.document
    )
    finish(json_, told, **_told(made))


def _told(made: Converted) -> dict[str, Any]:
    sides = {name: _side(getattr(made, name)) for name in ("sold", "bought")}
    numbers = {name: str(getattr(made, name)) for name in ("numerator", "denominator", "residue")}
    return {"tx": made.tx, "block": made.block, "document": made.document, **sides, **numbers}


def _side(side: Side) -> dict[str, str]:
    start, end = str(side.fen.start), str(side.fen.end)
    return {"cash": side.cash, "account": side.account, "start": start, "end": end}


# --- mandates --------------------------------------------------------------------------------------------


@mandate_app.command("grant")
def mandate_grant(
    agent: Named,
    who: Who,
    kind: Annotated[
        str,
        typer.Option(help="bookrunner, paying_agent, depository, agent, auditor, verifier, credit_reader"),
    ],
    until: Annotated[str, typer.Option(help="last day in force, YYYY-MM-DD")],
    document: Annotated[Path, typer.Option(help="file of the mandate; it is sealed")],
    bond: Annotated[int | None, typer.Option(help="one bond; all of them by default")] = None,
    owner: Annotated[str | None, typer.Option(help="whose data, where an authority grants it")] = None,
    json_: Json = False,
) -> None:
    """Lets an agent act for you, or an auditor read your data, until a last day."""
    if kind.upper() not in MandateKind.__members__:
        kinds = ", ".join(MandateKind.__members__).lower()
        raise BadInput("there is no such kind of mandate", had=kind, needed=kinds)
    with opened() as ledger:
        made = ledger.mandates.grant(
            who,
            agent,
            MandateKind[kind.upper()],
            until=read_day(until),
            document=read_file(document),
            bond=bond,
            owner=owner,
        )
    finish(json_, say("Mandate {mandate} is granted.", mandate=made.id), **asdict(made))


@mandate_app.command("end")
def mandate_end(
    mandate: Annotated[int, typer.Argument(help="number of the mandate")], who: Who, json_: Json = False
) -> None:
    """Ends a mandate at once: its grantor or its agent may."""
    with opened() as ledger:
        made = ledger.mandates.end(who, mandate)
    finish(json_, say("Mandate {mandate} is ended.", mandate=mandate), mandate=mandate, **asdict(made))


@mandate_app.command("list")
def mandate_list(
    who: Annotated[str | None, typer.Option("--of", help="those of this participant alone")] = None,
    json_: Json = False,
) -> None:
    """Who may act for whom, or read whose data, and until when."""
    with opened() as ledger:
        found = [(mandate, ledger.mandates.in_force(mandate)) for mandate in ledger.mandates.granted(who)]
    if json_:
        show({"mandates": [_json(mandate, in_force) for mandate, in_force in found]})
        return
    columns = (">number", "owner", "agent", "kind", "bond", "until", "in force")
    shown = tables.table(say("Mandates"), *columns)
    for mandate, in_force in found:
        kind = LABELS[mandate.kind][spoken()]
        bond = str(mandate.bond or say("all"))
        mark = "✓" if in_force else "✗"
        row = (str(mandate.id), mandate.owner, mandate.agent, kind, bond, mandate.until.isoformat(), mark)
        shown.add_row(*row)
    out.print(shown)


def _json(mandate: Mandate, in_force: bool) -> dict[str, Any]:
    days = {"since": mandate.since.isoformat(), "until": mandate.until.isoformat()}
    return asdict(mandate) | days | {"kind": mandate.kind.name.lower(), "in_force": in_force}
