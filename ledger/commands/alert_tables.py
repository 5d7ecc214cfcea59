"""Alerts as tables, and where one stands as a picture of its way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from ledger.domain.money import currency
from ledger.domain.states import AlertReason, AlertState
from ledger.tables import amount, table
from ledger.words import say, value, word

Answer = Mapping[str, Any]
_WAY = ("raised", "assigned", "explained")
_ENDS = ("confirmed", "dismissed")
_KEY_SHOWN = 12
"""0x and ten digits of a finding's key: enough to raise it by."""


def alert_list_table(out: Console, answer: Answer) -> None:
    """One line an alert, then one a finding that nobody raised."""
    title = say("Alerts: questions, not verdicts; they block nothing")
    made = table(
        title,
        ">alert",
        ">bond",
        "indicator",
        "first seen",
        ">amount",
        "state",
        "due",
        "party",
        "judge",
        "finding",
    )
    for one in answer["alerts"]:
        alert, finding = one["alert"] or {}, one["finding"] or {}
        made.add_row(
            str(alert.get("id", "–")),
            str(alert.get("bond") or finding.get("bond") or "–"),
            value(alert.get("indicator") or finding["indicator"]),
            finding["first_seen"]["time"] if finding else "–",
            _amount(finding),
            _state(alert) if alert else say("nobody raised it"),
            alert.get("due") or "–",
            alert.get("subject") or next(iter(finding["parties"]), "–"),
            alert.get("judge") or "–",
            "–" if alert else finding["key"][:_KEY_SHOWN],
        )
    out.print(made)


def alert_table(out: Console, answer: Answer) -> None:
    """Where it stands, then each of its facts, then the path of its finding."""
    alert, finding = answer["alert"], answer["finding"]
    where = say("Alert {alert}: {way}", alert=alert["id"], way=_picture(alert))
    out.print(where, soft_wrap=True, markup=False)
    made = table(value(alert["indicator"]), "field", "value")
    for name, shown in _facts(alert).items():
        made.add_row(name, shown)
    out.print(made)
    if answer["doubts"]:
        doubts = ", ".join(map(value, answer["doubts"]))
        out.print(say("The index speaks of its judge: {doubts}", doubts=doubts), soft_wrap=True)
    if finding is None:
        out.print(say("No indicator finds it now: it rests on its documents."))
    else:
        _finding(out, finding)


def _facts(alert: Answer) -> dict[str, str]:
    reason = word(AlertReason, alert["reason"]) if alert["reason"] else "–"
    return {
        say("bond"): str(alert["bond"] or "–"),
        say("party concerned"): alert["subject"],
        say("raised on"): f"{alert['raised_on']}  {alert['raised_by']}",
        say("due"): alert["due"],
        say("judge"): alert["judge"] or "–",
        say("reason"): reason,
        say("closed"): alert["closed_on"] or "–",
        say("breach of the label"): str(alert["breach"] or "–"),
        say("times opened"): str(alert["round"]),
        say("finding"): alert["key"],
        say("evidence"): alert["evidence"],
        say("explanation"): alert["explanation"] or "–",
        say("conclusion"): alert["conclusion"] or "–",
    }


def _picture(alert: Answer) -> str:
    """raised → assigned → [explained] → confirmed | dismissed: the present state stands in brackets, a stage
    that was left out in none."""
    here = alert["state"]
    steps = [_step(one, here) for one in _WAY]
    ends = [_step(one, here) for one in _ENDS if here not in _ENDS or one == here]
    late = f" ({say('overdue')})" if alert["overdue"] else ""
    return " → ".join([*steps, " | ".join(ends)]) + late


def _step(state: str, here: str) -> str:
    name = word(AlertState, state)
    return f"[{name}]" if state == here else name


def _state(alert: Answer) -> str:
    name = word(AlertState, alert["state"])
    return f"{name}, {say('overdue')}" if alert["overdue"] else name


def _amount(finding: Answer) -> str:
    if not finding or not finding["currency"]:
        return "–"
    return amount(int(finding["amount"]), currency(finding["currency"]))


def _finding(out: Console, finding: Answer) -> None:
    out.print(f"{value(finding['indicator'])}: {finding['clause']}", soft_wrap=True)
    made = table(say("Path of the finding"), "day", "from", "to", ">amount", ">block")
    for move in finding["path"]:
        shown = amount(int(move["amount"]), currency(finding["currency"]))
        made.add_row(move["time"], move["from"], move["to"], shown, str(move["block"]))
    out.print(made)
