"""Random alerts: raised, assigned, explained, confirmed, dismissed and opened again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ledger.domain.kinds import DocumentKind
from ledger.domain.roles import Role
from ledger.domain.states import AlertReason, AlertState, BondState
from ledger.domain.twin.alerts import OPEN, Alert
from ledger.domain.twin.base import NOBODY, ZERO_HASH, word
from tests.twin.actors import BY_ADDRESS, INVESTORS, PARTICIPANTS, STRANGER

if TYPE_CHECKING:
    from tests.twin.acts import Act, Histories

_WITNESSES = Role.VERIFIER | Role.AUDITOR | Role.AUTHORITY


class AlertActs:
    """What is drawn between whoever raises, judges and answers; `h` is the history that it is drawn for."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def builders(self) -> list[tuple[int, Callable[[], Act]]]:
        return [
            (3, self.raise_alert),
            (4, self.assign),
            (2, self.explain),
            (3, self.confirm),
            (2, self.dismiss),
            (1, self.reopen),
        ]

    def raise_alert(self) -> Act:
        """About an issued bond, at times about a party alone; spoilt: without a name, or raised before."""
        h, alerts = self.h, self.h.world.alerts
        bond = h._bond(BondState.CLOSED) if h.chance(0.8) else 0
        sender = h.who(h.one([self._witness(), h.one(INVESTORS).address]) if bond else self._witness())
        known = [alert.key for alert in alerts.known.values()]
        key = h.spoilt(h.hash(), lambda: h.one([ZERO_HASH, *known]))
        party = h.one(PARTICIPANTS).address
        subject = h.spoilt(
            h.one([NOBODY, party]) if bond else party, lambda: h.one([NOBODY, STRANGER.address])
        )
        indicator = h.spoilt(word("round-trip"), lambda: ZERO_HASH)
        document = h._document(sender, DocumentKind.OTHER)
        return h.act(sender, alerts, "raiseAlert", bond, key, indicator, subject, document)

    def assign(self) -> Act:
        h = self.h
        id_, alert = self._one(*OPEN)
        judge = h.spoilt(self._witness(), lambda: h.one([alert.judge, alert.raised_by, STRANGER.address]))
        holder = alert.raised_by if alert.judge == NOBODY else alert.judge
        sender = h.one([judge, h.who(holder)])
        return h.act(sender, h.world.alerts, "assign", id_, judge)

    def explain(self) -> Act:
        h = self.h
        id_, alert = self._one(*OPEN)
        issuer = h.world.bonds.bond(alert.bond).issuer if alert.bond else alert.subject
        sender = h.who(h.one([alert.subject, issuer]))
        return h.act(sender, h.world.alerts, "explain", id_, h._document(sender, DocumentKind.OTHER))

    def confirm(self) -> Act:
        h = self.h
        id_, sender, document = self._ending()
        reason = h.spoilt(h.dice.randint(1, 3), lambda: h.one([0, 4, 255]))
        return h.act(sender, h.world.alerts, "confirm", id_, reason, h.chance(0.3), document)

    def dismiss(self) -> Act:
        h = self.h
        id_, sender, document = self._ending()
        reason = h.spoilt(h.dice.randint(4, len(AlertReason)), lambda: h.one([0, 3, 9, 255]))
        return h.act(sender, h.world.alerts, "dismiss", id_, reason, document)

    def _ending(self) -> tuple[int, str, bytes]:
        h = self.h
        id_, alert = self._one(AlertState.ASSIGNED, AlertState.EXPLAINED)
        sender = h.spoilt(alert.judge, self._witness)
        return id_, sender, h._document(sender, DocumentKind.OTHER)

    def reopen(self) -> Act:
        h = self.h
        id_, _ = self._one(AlertState.DISMISSED)
        sender = h.who(h.one([self._witness(), h.one(INVESTORS).address]))
        return h.act(sender, h.world.alerts, "reopen", id_, h._document(sender, DocumentKind.OTHER))

    def _one(self, *states: AlertState) -> tuple[int, Alert]:
        """An alert in one of the states; spoilt: any number."""
        known = self.h.world.alerts.known
        fitting = [id_ for id_, alert in known.items() if alert.state in states]
        id_ = self.h.fit(fitting, lambda: self.h.number(len(known)))
        return id_, known.get(id_, Alert())

    def _witness(self) -> str:
        return self.h.one([a for a in BY_ADDRESS.values() if a.roles & _WITNESSES]).address
