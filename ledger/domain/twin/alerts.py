"""Twin of `Alerts`: raised, assigned, explained, confirmed or dismissed, by strangers to what they judge."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.domain.roles import Role
from ledger.domain.states import LAST_CONFIRMING, AlertReason, AlertState, BondState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, plain, word
from ledger.domain.twin.bonds import BondOffice
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.labels import JUDGES, WITNESSES, Labels
from ledger.domain.twin.participants import Participants

OPEN = (AlertState.RAISED, AlertState.ASSIGNED, AlertState.EXPLAINED)


@dataclass(frozen=True, slots=True)
class Alert:
    """`round`: how often it was opened; `raised_on`, `raised_by` and `evidence` are the present one's."""

    bond: int = 0
    state: int = 0
    reason: int = 0
    round: int = 0
    raised_on: int = 0
    closed_on: int = 0
    breach: int = 0
    raised_by: str = NOBODY
    subject: str = NOBODY
    judge: str = NOBODY
    key: bytes = ZERO_HASH
    indicator: bytes = ZERO_HASH
    evidence: bytes = ZERO_HASH
    explanation: bytes = ZERO_HASH
    conclusion: bytes = ZERO_HASH


class Alerts(Contract):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        bonds: BondOffice,
        labels: Labels,
        answer_days: int,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.bonds = bonds
        self.labels = labels
        self.answer_days = answer_days
        self.known: dict[int, Alert] = {}
        self.ids: dict[tuple[int, bytes], int] = {}
        self.cited: dict[tuple[int, bytes], bool] = {}

    # --- reading ---

    def alert(self, id_: int) -> Alert:
        return self.known.get(id_, Alert())

    def is_overdue(self, id_: int) -> bool:
        return self._is_overdue(self.alert(id_))

    def _is_overdue(self, a: Alert) -> bool:
        return a.state in OPEN and self.participants.today() > a.raised_on + self.answer_days

    def _opened(self, id_: int) -> Alert:
        a = self._known(id_)
        if a.state not in OPEN:
            raise Refusal("WrongState", word("ALERT"), id_, int(a.state), int(AlertState.EXPLAINED))
        return a

    def _known(self, id_: int) -> Alert:
        if id_ not in self.known:
            raise Refusal("Unknown", word("ALERT"), id_)
        return self.known[id_]

    def _issued(self, bond: int) -> str:
        found = self.bonds.bond(bond)
        if found.state == 0:
            raise Refusal("Unknown", word("BOND"), bond)
        if found.state != BondState.CLOSED:
            raise Refusal("WrongState", word("BOND"), bond, int(found.state), int(BondState.CLOSED))
        return found.issuer

    # --- raising ---

    def check_raise(
        self, bond: int, key: bytes, indicator: bytes, subject: str, document: bytes, by: str
    ) -> None:
        if key == ZERO_HASH:
            raise Refusal("ZeroHash", word("KEY"))
        if indicator == ZERO_HASH:
            raise Refusal("ZeroHash", word("INDICATOR"))
        if bond != 0:
            self._issued(bond)
        named = bond == 0 or subject != NOBODY
        if named and subject not in self.participants.identifiers:
            raise Refusal("NotAdmitted", subject)
        self._require_entitled(bond, by)
        if (bond, key) in self.ids:
            raise Refusal("AlreadyUsed", word("ALERT"), self.ids[bond, key].to_bytes(32, "big"))
        self.documents.require_known(document, by, 0)

    def raise_alert(
        self, sender: str, bond: int, key: bytes, indicator: bytes, subject: str, document: bytes
    ) -> int:
        self.check_raise(bond, key, indicator, subject, document, sender)
        id_ = len(self.known) + 1
        a = Alert(
            bond=bond,
            state=int(AlertState.RAISED),
            round=1,
            raised_on=self.participants.today(),
            raised_by=sender,
            subject=self._issued(bond) if subject == NOBODY else subject,
            key=key,
            indicator=indicator,
            evidence=document,
        )
        self.known[id_] = a
        self.ids[bond, key] = id_
        self.cited[id_, document] = True
        self.emit("AlertRaised", id_, bond, key, plain(a))
        return id_

    def check_reopen(self, id_: int, document: bytes, by: str) -> None:
        a = self._known(id_)
        if a.state != AlertState.DISMISSED:
            raise Refusal("WrongState", word("ALERT"), id_, int(a.state), int(AlertState.DISMISSED))
        self._require_entitled(a.bond, by)
        if (id_, document) in self.cited:
            raise Refusal("AlreadyUsed", word("DOCUMENT"), document)
        self.documents.require_known(document, by, 0)

    def reopen(self, sender: str, id_: int, document: bytes) -> None:
        self.check_reopen(id_, document, sender)
        before = self.known[id_]
        self.known[id_] = Alert(
            bond=before.bond,
            state=int(AlertState.RAISED),
            round=before.round + 1,
            raised_on=self.participants.today(),
            raised_by=sender,
            subject=before.subject,
            key=before.key,
            indicator=before.indicator,
            evidence=document,
        )
        self.cited[id_, document] = True
        self.emit("AlertReopened", id_, before.bond, sender, document, before.round + 1)

    def _require_entitled(self, bond: int, by: str) -> None:
        had = self._roles_of(by)
        if not had & WITNESSES and self._units_of(bond, by) == 0:
            raise Refusal("MissingRole", by, had, WITNESSES)

    def _roles_of(self, who: str) -> int:
        return self.participants.require_active(who).roles

    def _units_of(self, bond: int, who: str) -> int:
        return self.bonds.tokens[bond].balance_of(who) if bond != 0 else 0

    # --- who judges ---

    def check_assign(self, id_: int, judge: str, by: str) -> None:
        a = self._opened(id_)
        if judge == a.judge:
            raise Refusal("SameParty", judge, a.judge)
        if a.judge == NOBODY or self._is_overdue(a):
            if by == a.raised_by:
                self.participants.require_active(by)
            elif by != judge:
                self._require_fit(a, by)
        else:
            self.participants.require_role(by, 0 if by == a.judge else Role.AUTHORITY)
            if by not in (a.judge, judge):
                self._require_fit(a, by)
        self._require_fit(a, judge)

    def assign(self, sender: str, id_: int, judge: str) -> None:
        self.check_assign(id_, judge, sender)
        a = self.known[id_]
        state = AlertState.ASSIGNED if a.explanation == ZERO_HASH else AlertState.EXPLAINED
        self.known[id_] = replace(a, judge=judge, state=int(state))
        self.emit("AlertAssigned", id_, a.bond, judge, sender)

    def _require_fit(self, a: Alert, who: str) -> None:
        had = self._roles_of(who)
        needed = JUDGES if a.round > 1 else WITNESSES
        if not had & needed:
            raise Refusal("MissingRole", who, had, needed)
        self.participants.require_unrelated(a.subject, who)
        self.participants.require_unrelated(a.raised_by, who)
        if a.bond == 0:
            return
        self.participants.require_unrelated(self._issued(a.bond), who)
        if units := self._units_of(a.bond, who):
            raise Refusal("Interested", who, a.bond, units)

    # --- the other side is heard ---

    def check_explain(self, id_: int, document: bytes, by: str) -> None:
        a = self._opened(id_)
        if by != a.subject:
            issuer = self._issued(a.bond) if a.bond else NOBODY
            if by != issuer:
                raise Refusal("NotParty", by, a.subject)
        self.participants.require_active(by)
        self.documents.require_known(document, by, 0)

    def explain(self, sender: str, id_: int, document: bytes) -> None:
        self.check_explain(id_, document, sender)
        a = replace(self.known[id_], explanation=document)
        self.known[id_] = a if a.judge == NOBODY else replace(a, state=int(AlertState.EXPLAINED))
        self.emit("AlertExplained", id_, a.bond, sender, document)

    # --- its end ---

    def check_confirm(self, id_: int, reason: int, severe: bool, document: bytes, by: str) -> None:
        self._require_closer(id_, document, by)
        if not 0 < reason <= LAST_CONFIRMING:
            raise Refusal("WrongState", word("REASON"), id_, reason, int(LAST_CONFIRMING))
        had = self.participants.admission(by).roles
        if severe and not had & JUDGES:
            raise Refusal("MissingRole", by, had, JUDGES)

    def confirm(self, sender: str, id_: int, reason: int, severe: bool, document: bytes) -> None:
        self.check_confirm(id_, reason, severe, document, sender)
        a = self._close(sender, id_, AlertState.CONFIRMED, reason, document)
        breach = self.labels.confirm(self.address, a.bond, document, severe, sender) if a.bond else 0
        self.known[id_] = replace(a, breach=breach)
        self.emit("AlertConfirmed", id_, a.bond, sender, reason, severe, document, breach)

    def check_dismiss(self, id_: int, reason: int, document: bytes, by: str) -> None:
        self._require_closer(id_, document, by)
        if not LAST_CONFIRMING < reason <= len(AlertReason):
            raise Refusal("WrongState", word("REASON"), id_, reason, len(AlertReason))

    def dismiss(self, sender: str, id_: int, reason: int, document: bytes) -> None:
        self.check_dismiss(id_, reason, document, sender)
        a = self._close(sender, id_, AlertState.DISMISSED, reason, document)
        self.emit("AlertDismissed", id_, a.bond, sender, reason, document)

    def _require_closer(self, id_: int, document: bytes, by: str) -> None:
        a = self._opened(id_)
        if a.state == AlertState.RAISED:
            raise Refusal("WrongState", word("ALERT"), id_, int(a.state), int(AlertState.ASSIGNED))
        if by != a.judge and not self.participants.admission(by).roles & Role.AUTHORITY:
            raise Refusal("NotParty", by, a.judge)
        self._require_fit(a, by)
        self.documents.require_known(document, by, 0)

    def _close(self, sender: str, id_: int, state: AlertState, reason: int, document: bytes) -> Alert:
        a = replace(
            self.known[id_],
            state=int(state),
            reason=reason,
            closed_on=self.participants.today(),
            conclusion=document,
            judge=sender,
        )
        self.known[id_] = a
        self.cited[id_, document] = True
        return a
