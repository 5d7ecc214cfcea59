"""`greenledger account …`: account contracts, their keys and limits, what waits for approval, recovery."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from ledger import tables
from ledger.commands.common import Json, opened, out, show
from ledger.errors import BadInput
from ledger.services.account_contract import KeyRole
from ledger.services.accounts import AccountShown, ClerkLimit, LimitShown, Policy, ProposalShown
from ledger.services.session import Act
from ledger.words import say

account_app = typer.Typer(
    help="Account contracts: clerk and approver keys, limits, proposals, recovery", no_args_is_help=True
)

_LIMIT = re.compile(r"([^.=]+)\.([^.=]+)(?:\.([^=]+))?=([0-9]+)(?:/([0-9]+))?")

Who = Annotated[str, typer.Argument(help="account contract: its name here, address, USCC:… or LEI:…")]
Number = Annotated[int, typer.Argument(help="number of the proposal or change", min=1)]
By = Annotated[str | None, typer.Option(help="key that acts; by default one of the right role here")]
Limits = Annotated[
    list[str] | None,
    typer.Option("--limit", help="CONTRACT.FUNCTION[.AMOUNT]=EACH[/DAILY] in minor units, again for each"),
]
Keys = Annotated[
    list[str] | None, typer.Option("--key", help="KEY=clerk, KEY=approver or KEY=none, again for each")
]
Agent = Annotated[str | None, typer.Option(help="participant who may bring new keys, after the longer delay")]
Hours = Annotated[int, typer.Option(help="hours before a change acts", min=1)]
RecoveryHours = Annotated[int, typer.Option(help="hours before the agent's change acts", min=2)]
Alone = Annotated[bool, typer.Option(help="one approver's signature makes a statement")]


@account_app.command("make")
def make(
    name: str,
    clerk: Annotated[list[str], typer.Option(help="key of a clerk, again for each")],
    approver: Annotated[list[str], typer.Option(help="key of an approver, again for each")],
    limit: Limits = None,
    agent: Agent = None,
    delay: Hours = 48,
    recovery_delay: RecoveryHours = 168,
    approver_alone: Alone = False,
    json_: Json = False,
) -> None:
    """Makes an account contract. Admitting its name admits the contract."""
    with opened() as ledger:
        made = ledger.accounts.make(
            name,
            clerks=clerk,
            approvers=approver,
            limits=_limits(limit),
            policy=_policy(agent, delay, recovery_delay, approver_alone),
        )
    show(asdict(made)) if json_ else out.print(say("{name} is the account {account}", **_plain(made)))


@account_app.command("adopt")
def adopt(name: str, address: str) -> None:
    """Takes in an account contract that was made elsewhere, so that its keys here can act for it."""
    with opened() as ledger:
        account = ledger.accounts.adopt(name, address)
    out.print(say("{name} is the account {account}", name=name, account=account))


@account_app.command("show")
def account_show(who: Who, json_: Json = False) -> None:
    """Keys, limits, policy, and what waits for an approval or for its day."""
    with opened() as ledger:
        found = ledger.accounts.show(who)
    show(asdict(found)) if json_ else _shown(found)


@account_app.command("proposal")
def proposal(who: Who, number: Number, json_: Json = False) -> None:
    """What was proposed, call by call: read it before approving."""
    with opened() as ledger:
        found = ledger.accounts.proposal(who, number)
    show(asdict(found)) if json_ else _proposals([found])


@account_app.command("approve")
def approve(who: Who, number: Number, by: By = None, json_: Json = False) -> None:
    """Approves, and so does, what a clerk proposed."""
    with opened() as ledger:
        done = ledger.accounts.approve(who, number, by=by)
    _told(done, say("Proposal {number} is done", number=number), json_)


@account_app.command("reject")
def reject(who: Who, number: Number, by: By = None, json_: Json = False) -> None:
    """Ends a proposal: an approver, or the clerk who made it."""
    with opened() as ledger:
        done = ledger.accounts.reject(who, number, by=by)
    _told(done, say("Proposal {number} is rejected", number=number), json_)


@account_app.command("change")
def change(
    who: Who,
    key: Keys = None,
    limit: Limits = None,
    agent: Agent = None,
    delay: Annotated[int | None, typer.Option(help="hours before a change acts", min=1)] = None,
    recovery_delay: RecoveryHours = 168,
    approver_alone: Alone = False,
    by: By = None,
    json_: Json = False,
) -> None:
    """Proposes keys, limits or, where --delay is given, a whole policy. Any key can veto meanwhile."""
    with opened() as ledger:
        done = ledger.accounts.propose_change(
            who,
            keys=_keys(key),
            limits=_limits(limit),
            policy=None if delay is None else _policy(agent, delay, recovery_delay, approver_alone),
            by=by,
        )
    _told(done, _waiting(done.change, done.ready_at), json_)


@account_app.command("rotate")
def rotate(who: Who, old: str, new: str, by: By = None, json_: Json = False) -> None:
    """Proposes that a new key takes the place of an old one, in its role."""
    with opened() as ledger:
        done = ledger.accounts.rotate(who, old, new, by=by)
    _told(done, _waiting(done.change, done.ready_at), json_)


@account_app.command("recover")
def recover(agent: str, who: Who, key: Keys = None, json_: Json = False) -> None:
    """The agent whom the account named proposes keys. Any present key can veto meanwhile."""
    with opened() as ledger:
        done = ledger.accounts.recover(agent, who, _keys(key))
    _told(done, _waiting(done.change, done.ready_at), json_)


@account_app.command("back")
def back(who: Who, number: Number, by: By = None, json_: Json = False) -> None:
    """Vouches for a change: keys from which it takes a role cannot veto it then."""
    with opened() as ledger:
        done = ledger.accounts.back(who, number, by=by)
    _told(done, say("Change {number} is backed", number=number), json_)


@account_app.command("veto")
def veto(who: Who, number: Number, by: By = None, json_: Json = False) -> None:
    """Stops a change before its time comes."""
    with opened() as ledger:
        done = ledger.accounts.veto(who, number, by=by)
    _told(done, say("Change {number} is vetoed", number=number), json_)


@account_app.command("enact")
def enact(who: Who, number: Number, by: By = None, json_: Json = False) -> None:
    """Does a change whose time has come."""
    with opened() as ledger:
        done = ledger.accounts.execute_change(who, number, by=by)
    _told(done, say("Change {number} is done", number=number), json_)


# --- what was given ----------------------------------------------------------------------------------------


def _limits(given: Sequence[str] | None) -> list[ClerkLimit]:
    return [_limit(text) for text in given or ()]


def _limit(text: str) -> ClerkLimit:
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise BadInput(
            "a limit names a function, and how much a clerk may do alone",
            had=text,
            needed="Cash-CNY.transferWithDocument.amount=10000/50000",
        )
    contract, function, amount, each, daily = found.groups()
    return ClerkLimit(contract, function, int(each), None if daily is None else int(daily), amount)


def _keys(given: Sequence[str] | None) -> dict[str, KeyRole]:
    roles = {role.name.lower(): role for role in KeyRole}
    pairs = [text.rpartition("=") for text in given or ()]
    for key, _, role in pairs:
        if not key or role not in roles:
            raise BadInput("a key is given with its role", had=f"{key}={role}", needed="KEY=clerk")
    return {key: roles[role] for key, _, role in pairs}


def _policy(agent: str | None, delay: int, recovery_delay: int, alone: bool) -> Policy:
    return Policy(agent, dt.timedelta(hours=delay), dt.timedelta(hours=recovery_delay), alone)


# --- what is shown -----------------------------------------------------------------------------------------


def _told(done: Act, sentence: str, json_: bool) -> None:
    show(asdict(done)) if json_ else out.print(sentence)


def _waiting(change: int, ready_at: dt.datetime) -> str:
    return say(
        "Change {change} acts from {ready_at}", change=change, ready_at=f"{ready_at:%Y-%m-%d %H:%M} UTC"
    )


def _plain(made: Act) -> Mapping[str, Any]:
    return asdict(made)


def _shown(found: AccountShown) -> None:
    out.print(f"[bold]{found.account}[/bold]")
    roles = {KeyRole.CLERK: say("clerk"), KeyRole.APPROVER: say("approver")}
    keys = tables.table(say("Keys"), "key", "role", "name here")
    for key, role in found.keys.items():
        keys.add_row(key, roles[role], found.here.get(key, "–"))
    out.print(keys)
    _limit_table(found.limits)
    delays = {"delay": found.policy.delay, "recovery": found.policy.recovery_delay}
    out.print(
        say(
            "changes wait {delay}, the agent's {recovery}; agent: {agent}",
            **delays,
            agent=found.policy.agent or "–",
        )
    )
    if found.proposals:
        _proposals(found.proposals)
    for one in found.changes:
        out.print(_waiting(one.id, one.ready_at))


def _limit_table(limits: Sequence[LimitShown]) -> None:
    shown = tables.table(
        say("What a clerk may do alone, in minor units"), "contract", "function", ">each", ">in a day"
    )
    for one in limits:
        shown.add_row(one.contract, one.function, str(one.each), "–" if one.daily is None else str(one.daily))
    out.print(shown)


def _proposals(proposals: Sequence[ProposalShown]) -> None:
    shown = tables.table(say("Proposals"), ">number", "state", "until", "contract", "function", "arguments")
    states = {"open": say("open"), "done": say("done"), "stopped": say("stopped")}
    for one in proposals:
        for call in one.calls:
            said = ", ".join(f"{name} {value}" for name, value in call.args.items())
            shown.add_row(
                str(one.id), states[one.state], f"{one.until:%Y-%m-%d}", call.contract, call.function, said
            )
    out.print(shown)
