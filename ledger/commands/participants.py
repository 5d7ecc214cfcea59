"""`greenledger participant …`: who somebody is here, and its record, observed and attested apart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.commands.frameworks import choice_of
from ledger.commands.promise_tables import level_table, participant_table
from ledger.domain.creditlevel import ObservationKind
from ledger.domain.roles import names
from ledger.services.performance import level_json
from ledger.words import say

participant_app = typer.Typer(help="Participants and their records", no_args_is_help=True)

Named = Annotated[str, typer.Argument(help="a participant: account name, identifier or address")]


@participant_app.command("show")
def participant_show(who: Named, json_: Json = False) -> None:
    """An admission record."""
    with opened() as ledger:
        found = ledger.books.participant(who)
    answer: dict[str, Any] = {
        "who": who,
        "account": found.account,
        "identifier": found.identifier,
        "roles": names(int(found.roles)),
        "active": found.active,
        "lapses": found.lapses.isoformat(),
        "group": found.group,
    }
    show(answer) if json_ else participant_table(out, answer)


@participant_app.command("level")
def participant_level(
    who: Named,
    day: Annotated[str | None, typer.Option(help="as of this day, YYYY-MM-DD; by default today")] = None,
    json_: Json = False,
) -> None:
    """The credit level by the published formula (docs/credit-level.md), and all it is made from."""
    with opened() as ledger:
        level = ledger.performance.credit_level(who, read_day(day) if day else None)
    answer = {"who": who, **level_json(level)}
    show(answer) if json_ else level_table(out, answer)


@participant_app.command("attest")
def participant_attest(
    who: Who,
    subject: Named,
    kind: Annotated[str, typer.Option(help="paid_on_time, paid_late, default, reported_on_time, ...")],
    count: Annotated[int, typer.Option(help="how many")],
    first: Annotated[str, typer.Option("--from", help="first day of the period, YYYY-MM-DD")],
    until: Annotated[str, typer.Option(help="last day of the period, YYYY-MM-DD")],
    document: Annotated[Path, typer.Option(help="file of the document; it is sealed")],
    json_: Json = False,
) -> None:
    """Puts history on record that this ledger did not see; it is shown as attested, by name."""
    with opened() as ledger:
        made = ledger.performance.attest(
            who,
            subject,
            choice_of(ObservationKind, kind),
            read_file(document),
            count=count,
            first=read_day(first),
            last=read_day(until),
        )
    finish(json_, say("The history is on record, attested by name."), tx=made.tx)
