"""The life of an alert: a finding is raised, gets a judge, is explained, and is confirmed or dismissed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.dates import date_of
from ledger.domain.kinds import DocumentKind
from ledger.domain.purposes import module_id
from ledger.domain.states import AlertReason, AlertState
from ledger.errors import BadInput, NotFound
from ledger.ports import Mined
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.session import Act, struct
from ledger.services.values import ZERO_HASH, hash_bytes, hex_of

Finding = Mapping[str, Any]
"""One of `ledger.auditor.findings(...)["findings"]`."""

OPEN: Final = (AlertState.RAISED, AlertState.ASSIGNED, AlertState.EXPLAINED)
_DOUBTS: Final = frozenset({"verifier-paid", "verifier-related", "verifier-lapsed"})
_NOBODY: Final = "0x" + "0" * 40
_PAGE: Final = 100
_MOST_LETTERS: Final = 31
_LEAST_KEY: Final = len("0x") + 8


@dataclass(frozen=True, slots=True)
class Alert:
    """As the chain has it. `bond` is None where it is about none; `due`: after it, an open one is overdue."""

    id: int
    bond: int | None
    state: AlertState
    reason: AlertReason | None
    round: int
    raised_on: dt.date
    due: dt.date
    overdue: bool
    closed_on: dt.date | None
    breach: int | None
    raised_by: str
    subject: str
    judge: str | None
    key: str
    indicator: str
    evidence: str
    explanation: str | None
    conclusion: str | None

    @property
    def open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert beside the finding it names, or a finding that nobody raised.

    `finding` is None where the index does not find it any more, or never did. `doubts`: indicators that speak
    of the alert's own judge."""

    alert: Alert | None
    finding: Finding | None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Raised(Act):
    """An alert on the chain."""

    alert: int


class Alerts(Desk):
    """For whoever has a stake in a bond, verifiers, auditors and authorities. Alerts block nothing."""

    # --- reading ---

    def alert(self, alert: int) -> Alert:
        """NotFound when there is no such alert."""
        record = struct(self._session.read("Alerts", "alert", alert))
        if not record["state"]:
            raise NotFound(f"there is no alert {alert}", who=alert)
        return self._alert(alert, record)

    def alerts(self, bond: int | None = None) -> tuple[Alert, ...]:
        """By number; those about one bond, or all."""
        found: list[Alert] = []
        while page := self._session.read("Alerts", "alerts", len(found) + 1, _PAGE):
            found.extend(self._alert(id_, struct(one)) for id_, one in enumerate(page, len(found) + 1))
        return tuple(one for one in found if bond is None or one.bond == bond)

    def seen(self, bond: int | None = None, jurisdiction: str | None = None) -> tuple[Seen, ...]:
        """Alerts with their findings, by number; then the findings that nobody raised."""
        findings = self._findings(bond, jurisdiction)
        raised = [self._seen(one, findings) for one in self.alerts(bond)]
        known = {one.alert.key for one in raised if one.alert is not None}
        return (*raised, *(Seen(None, one) for key, one in findings.items() if key not in known))

    def show(self, alert: int, jurisdiction: str | None = None) -> Seen:
        """One alert with its finding."""
        found = self.alert(alert)
        return self._seen(found, self._findings(found.bond, jurisdiction))

    def _findings(self, bond: int | None, jurisdiction: str | None) -> dict[str, Finding]:
        answer = self._session.index().findings(bond, None, jurisdiction)
        return {one["key"]: one for one in answer["findings"]}

    def _seen(self, alert: Alert, findings: Mapping[str, Finding]) -> Seen:
        named = [
            one["indicator"]
            for one in findings.values()
            if one["indicator"] in _DOUBTS and one["bond"] == alert.bond and alert.judge in one["parties"]
        ]
        return Seen(alert, findings.get(alert.key), tuple(dict.fromkeys(named)))

    def _alert(self, id_: int, record: Mapping[str, Any]) -> Alert:
        raised, state = date_of(record["raisedOn"]), AlertState(record["state"])
        due = raised + dt.timedelta(days=int(self._session.read("Alerts", "answerDays")))
        return Alert(
            id=id_,
            bond=record["bond"] or None,
            state=state,
            reason=AlertReason(record["reason"]) if record["reason"] else None,
            round=record["round"],
            raised_on=raised,
            due=due,
            overdue=state in OPEN and self._session.today() > due,
            closed_on=date_of(record["closedOn"]) if record["closedOn"] else None,
            breach=record["breach"] or None,
            raised_by=record["raisedBy"],
            subject=record["subject"],
            judge=None if record["judge"] == _NOBODY else record["judge"],
            key=hex_of(record["key"]),
            indicator=bytes(record["indicator"]).rstrip(b"\0").decode("ascii", "replace"),
            evidence=hex_of(record["evidence"]),
            explanation=_cited(record["explanation"]),
            conclusion=_cited(record["conclusion"]),
        )

    # --- acting ---

    def raise_finding(self, who: str, key: str, *, jurisdiction: str | None = None) -> Raised:
        """Raises a finding of the index by its key; the finding itself is filed as the evidence.

        The party concerned is the first of its parties that is admitted, else the bond's issuer.

        Args:
            key: whole, or as many of its first digits (eight at least) as only one finding has.

        Raises:
            NotFound: no indicator finds it. BadInput: it was raised before, or several begin so.
        """
        finding = _named(key, self._findings(None, jurisdiction))
        key, bond = finding["key"], finding["bond"] or 0
        before = int(self._session.read("Alerts", "idOf", bond, hash_bytes(key, "a finding")))
        if before:
            raise BadInput("this finding was raised before", who=key, had=f"alert {before}")
        paper = json.dumps(finding, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        subject = next(filter(self._is_admitted, finding["parties"]), None)
        return self.raise_alert(who, finding["indicator"], paper, bond=bond, subject=subject, key=key)

    def _is_admitted(self, party: str) -> bool:
        return bool(any(self._session.read("Participants", "identifierOf", party)))

    def raise_alert(
        self,
        who: str,
        indicator: str,
        document: Paper,
        *,
        bond: int | None = None,
        subject: str | None = None,
        key: str | None = None,
    ) -> Raised:
        """Raises an alert by a verifier, auditor or authority, or a holder of the bond's units.

        Args:
            bond: an issued one, or none.
            subject: the party concerned; the bond's issuer by default.
            key: of the finding; by default the document's hash.
        """
        if not indicator.isascii() or not 0 < len(indicator) <= _MOST_LETTERS:
            raise BadInput("an indicator has a short ASCII name", had=indicator, needed=_MOST_LETTERS)
        about = self._session.address(subject) if subject else _NOBODY
        paper = self._file(who, document, DocumentKind.OTHER)
        named = hash_bytes(key, "a finding") if key else paper
        terms = (bond or 0, named, module_id(indicator), about, paper)
        return _raised(self._session.act(who, "Alerts", "raiseAlert", *terms))

    def assign(self, who: str, alert: int, judge: str | None = None) -> Act:
        """Names the alert's judge, by default `who`: a stranger to all whom it touches, without a stake."""
        named = self._session.address(judge or who)
        return act_of(self._session.act(who, "Alerts", "assign", alert, named))

    def explain(self, who: str, alert: int, document: Paper) -> Act:
        """The party concerned or the issuer answers."""
        paper = self._file(who, document, DocumentKind.OTHER)
        return act_of(self._session.act(who, "Alerts", "explain", alert, paper))

    def confirm(
        self, who: str, alert: int, reason: AlertReason, document: Paper, *, severe: bool = False
    ) -> Act:
        """Its judge or an authority confirms; about a bond, the label falls (severe: it is withdrawn)."""
        paper = self._file(who, document, DocumentKind.OTHER)
        return act_of(self._session.act(who, "Alerts", "confirm", alert, int(reason), severe, paper))

    def dismiss(self, who: str, alert: int, reason: AlertReason, document: Paper) -> Act:
        """Its judge or an authority dismisses; the alert stays readable."""
        paper = self._file(who, document, DocumentKind.OTHER)
        return act_of(self._session.act(who, "Alerts", "dismiss", alert, int(reason), paper))

    def reopen(self, who: str, alert: int, document: Paper) -> Act:
        """New evidence against a dismissed one; an auditor or authority judges it now."""
        paper = self._file(who, document, DocumentKind.OTHER)
        return act_of(self._session.act(who, "Alerts", "reopen", alert, paper))


def _named(key: str, findings: Mapping[str, Finding]) -> Finding:
    found = (
        [one for known, one in findings.items() if known.startswith(key)] if len(key) >= _LEAST_KEY else []
    )
    if not found:
        raise NotFound(f"no indicator finds {key}", who=key)
    if len(found) > 1:
        raise BadInput("several findings begin so", had=key, needed="more of the key's digits")
    return found[0]


def _cited(document: Any) -> str | None:
    shown = hex_of(document)
    return None if shown == ZERO_HASH else shown


def _raised(mined: Mined) -> Raised:
    return Raised(mined.tx, mined.block, mined.event("AlertRaised").args["alert"])
