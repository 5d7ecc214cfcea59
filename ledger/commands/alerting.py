"""`greenledger alert …`: what the indicators find, and the life of each alert. Alerts block nothing."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.commands.alert_tables import alert_list_table, alert_table
from ledger.commands.common import Json, Who, finish, named, opened, out, read_file, show
from ledger.commands.frameworks import choice_of
from ledger.domain.states import AlertReason
from ledger.errors import BadInput
from ledger.services.alerts import Alert, Seen
from ledger.words import say

alert_app = typer.Typer(
    help="Alerts: raised, assigned, explained, confirmed or dismissed", no_args_is_help=True
)

Document = Annotated[Path, typer.Option(help="file of the document; it is sealed")]
Jurisdiction = Annotated[str | None, typer.Option(help="whose figures bind: CN or EU")]
Number = Annotated[int, typer.Argument(help="number of the alert")]


@alert_app.command("list")
def alert_list(
    bond: Annotated[int | None, typer.Option(help="those about this bond alone")] = None,
    jurisdiction: Jurisdiction = None,
    open_: Annotated[bool, typer.Option("--open", help="those that nobody closed alone")] = False,
    json_: Json = False,
) -> None:
    """Alerts with their findings, then the findings that nobody raised."""
    with opened() as ledger:
        found = [one for one in ledger.alerts.seen(bond, jurisdiction) if not open_ or _is_open(one)]
        answer = {"alerts": [told(one) for one in found]}
        shown = answer if json_ else named(ledger, answer)
    show(shown) if json_ else alert_list_table(out, shown)


def _is_open(one: Seen) -> bool:
    return one.alert is None or one.alert.open


@alert_app.command("show")
def alert_show(alert: Number, jurisdiction: Jurisdiction = None, json_: Json = False) -> None:
    """One alert: where it stands, who judges it, its documents and the path of its finding."""
    with opened() as ledger:
        answer = told(ledger.alerts.show(alert, jurisdiction))
        shown = answer if json_ else named(ledger, answer)
    show(shown) if json_ else alert_table(out, shown)


@alert_app.command("raise")
def alert_raise(
    who: Who,
    finding: Annotated[str | None, typer.Option(help="key of a finding, 0x…, from `alert list`")] = None,
    jurisdiction: Jurisdiction = None,
    document: Annotated[Path | None, typer.Option(help="evidence of one's own instead of a finding")] = None,
    indicator: Annotated[str, typer.Option(help="short name of what one's own evidence shows")] = "evidence",
    bond: Annotated[int | None, typer.Option(help="the bond that one's own evidence is about")] = None,
    about: Annotated[str | None, typer.Option(help="party concerned; by default the bond's issuer")] = None,
    json_: Json = False,
) -> None:
    """Raises a finding, or evidence of one's own, by name."""
    if (finding is None) == (document is None):
        raise BadInput("an alert is raised on a finding or on a document", needed="--finding or --document")
    with opened() as ledger:
        if finding is not None:
            made = ledger.alerts.raise_finding(who, finding, jurisdiction=jurisdiction)
        else:
            paper = read_file(document) if document else b""
            made = ledger.alerts.raise_alert(who, indicator, paper, bond=bond, subject=about)
    finish(json_, say("Alert {alert} is raised.", alert=made.alert), alert=made.alert, tx=made.tx)


@alert_app.command("assign")
def alert_assign(
    alert: Number,
    who: Who,
    to: Annotated[str | None, typer.Option(help="the judge; by default who acts")] = None,
    json_: Json = False,
) -> None:
    """Names an unrelated verifier, auditor or authority as the judge of an alert."""
    with opened() as ledger:
        made = ledger.alerts.assign(who, alert, to)
    finish(json_, say("Alert {alert} has its judge.", alert=alert), alert=alert, tx=made.tx)


@alert_app.command("explain")
def alert_explain(alert: Number, who: Who, document: Document, json_: Json = False) -> None:
    """The party concerned or the issuer answers an alert."""
    with opened() as ledger:
        made = ledger.alerts.explain(who, alert, read_file(document))
    finish(json_, say("The explanation of alert {alert} is on file.", alert=alert), alert=alert, tx=made.tx)


@alert_app.command("confirm")
def alert_confirm(
    alert: Number,
    who: Who,
    reason: Annotated[str, typer.Option(help="rule_broken, not_disclosed or not_explained")],
    document: Document,
    severe: Annotated[
        bool, typer.Option(help="the label is withdrawn at once; by an auditor or authority")
    ] = False,
    json_: Json = False,
) -> None:
    """The judge of an alert or an authority confirms it; the bond's label falls."""
    with opened() as ledger:
        why, paper = choice_of(AlertReason, reason), read_file(document)
        made = ledger.alerts.confirm(who, alert, why, paper, severe=severe)
        breach = ledger.alerts.alert(alert).breach
    finish(json_, say("Alert {alert} is confirmed.", alert=alert), alert=alert, breach=breach, tx=made.tx)


@alert_app.command("dismiss")
def alert_dismiss(
    alert: Number,
    who: Who,
    reason: Annotated[str, typer.Option(help="allowed, disclosed, wrong_data, put_right or seen_before")],
    document: Document,
    json_: Json = False,
) -> None:
    """The judge of an alert or an authority dismisses it; it stays readable."""
    with opened() as ledger:
        made = ledger.alerts.dismiss(who, alert, choice_of(AlertReason, reason), read_file(document))
    finish(json_, say("Alert {alert} is dismissed.", alert=alert), alert=alert, tx=made.tx)


@alert_app.command("reopen")
def alert_reopen(alert: Number, who: Who, document: Document, json_: Json = False) -> None:
    """New evidence opens a dismissed alert again, for an auditor or authority to judge."""
    with opened() as ledger:
        made = ledger.alerts.reopen(who, alert, read_file(document))
    finish(json_, say("Alert {alert} is open again.", alert=alert), alert=alert, tx=made.tx)


def told(one: Seen) -> dict[str, Any]:
    """As JSON has it: states in small letters, days as ISO dates, the finding as the index tells it."""
    return {
        "alert": None if one.alert is None else plain(one.alert),
        "finding": one.finding,
        "doubts": list(one.doubts),
    }


def plain(alert: Alert) -> dict[str, Any]:
    """The fields of an alert, as JSON has them."""
    days = {name: day and day.isoformat() for name, day in _days(alert).items()}
    reason = alert.reason and alert.reason.name.lower()
    return asdict(alert) | days | {"state": alert.state.name.lower(), "reason": reason}


def _days(alert: Alert) -> dict[str, Any]:
    return {"raised_on": alert.raised_on, "due": alert.due, "closed_on": alert.closed_on}
