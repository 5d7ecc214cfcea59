"""`greenledger changes …`: what the delayed powers may change, who agreed, and from when on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from ledger import tables
from ledger.commands.common import Json, opened, out, show
from ledger.domain.states import ChangeState
from ledger.services.operator import OPERATOR
from ledger.services.powers import GUARDIAN, Change, argument
from ledger.services.session import Act
from ledger.words import say, word

changes_app = typer.Typer(
    help="Changes of code, duties and parameters by delayed powers", no_args_is_help=True
)

Number = Annotated[int, typer.Argument(help="number of the change", min=1)]
By = Annotated[str, typer.Option(help="account that acts")]


@changes_app.command("list")
def changes_list(
    everything: Annotated[bool, typer.Option("--all", help="also what was executed or cancelled")] = False,
    json_: Json = False,
) -> None:
    """What was proposed, what it would call, and from when until when it may act."""
    with opened() as ledger:
        found = ledger.changes.all(pending=not everything)
    answer = {"changes": [asdict(one) for one in found]}
    show(answer) if json_ else _table(found)


@changes_app.command("show")
def changes_show(change: Number, json_: Json = False) -> None:
    """One change, with the arguments of its call."""
    with opened() as ledger:
        found = ledger.changes.change(change)
    show(asdict(found)) if json_ else _one(found)


@changes_app.command("propose")
def changes_propose(
    contract: Annotated[str, typer.Argument(help="record of a contract here, such as BondOffice")],
    function: Annotated[str, typer.Argument(help="name, or name(types) where several have it")],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            help="@NAME an address of a contract or account, #NAME a module or duty, 0x…, or JSON"
        ),
    ] = None,
    by: By = OPERATOR,
    json_: Json = False,
) -> None:
    """Proposes a call. It acts after the guardian's approval and the published delay, never before."""
    with opened() as ledger:
        values = [argument(ledger.session, text) for text in arguments or ()]
        done = ledger.changes.propose(contract, function, *values, by=by)
    _told(done, say("Change {change} is proposed", change=done.change), json_)


@changes_app.command("approve")
def changes_approve(change: Number, by: By = GUARDIAN, json_: Json = False) -> None:
    """Approves a change as the guardian: from now on its delay runs."""
    with opened() as ledger:
        done = ledger.changes.approve(change, by=by)
        ready = ledger.changes.change(change).ready_at
    _told(done, say("Change {change} may act from {moment}", change=change, moment=_moment(ready)), json_)


@changes_app.command("cancel")
def changes_cancel(change: Number, by: By = OPERATOR, json_: Json = False) -> None:
    """Takes a change back before it acts, as the operator or the guardian."""
    with opened() as ledger:
        done = ledger.changes.cancel(change, by=by)
    _told(done, say("Change {change} is cancelled", change=change), json_)


@changes_app.command("execute")
def changes_execute(change: Number, by: By = OPERATOR, json_: Json = False) -> None:
    """Carries out an approved change whose delay is over; anybody may."""
    with opened() as ledger:
        done = ledger.changes.execute(change, by=by)
    _told(done, say("Change {change} is executed", change=change), json_)


def _told(done: Act, sentence: str, json_: bool) -> None:
    show(asdict(done)) if json_ else out.print(sentence)


def _table(found: tuple[Change, ...]) -> None:
    shown = tables.table(say("Changes"), ">number", "on", "call", "state", "acts from", "lapses")
    for one in found:
        shown.add_row(
            str(one.id),
            one.contract or one.target,
            _call(one),
            word(ChangeState, one.state),
            _moment(one.ready_at),
            _moment(one.lapses_at),
        )
    out.print(shown)


def _one(change: Change) -> None:
    out.print(f"[bold]{change.contract or change.target}[/bold].{_call(change)}")
    for name, value in _facts(change).items():
        out.print(f"  {name}: {value}", soft_wrap=True, highlight=False)


def _facts(change: Change) -> Mapping[str, Any]:
    return {
        say("state"): word(ChangeState, change.state),
        say("acts from"): _moment(change.ready_at),
        say("lapses"): _moment(change.lapses_at),
        say("target"): change.target,
        say("data"): change.data,
    }


def _call(change: Change) -> str:
    if change.function is None:
        return change.data[:10] + "…"
    return f"{change.function}({', '.join(f'{name}={value}' for name, value in change.arguments.items())})"


def _moment(when: dt.datetime | None) -> str:
    return "–" if when is None else when.strftime("%Y-%m-%d %H:%M:%S UTC")
