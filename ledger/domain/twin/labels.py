"""Twin of `Labels`: a bond's label falls for a cause that the record shows and rises by cure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.domain.roles import Role
from ledger.domain.states import BondState, Cause, LabelState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, plain, word
from ledger.domain.twin.bonds import BondOffice
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.frameworks import Frameworks
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.undertakings import Undertakings

WITNESSES = int(Role.VERIFIER | Role.AUDITOR | Role.AUTHORITY)
JUDGES = int(Role.AUDITOR | Role.AUTHORITY)


@dataclass(frozen=True, slots=True)
class Breach:
    """One cause, open until `cured_on`; `index`, `occurrence` are an undertaking's, `document` an alert's."""

    bond: int = 0
    cause: int = 0
    index: int = 0
    occurrence: int = 0
    since: int = 0
    cured_on: int = 0
    severe: bool = False
    by: str = NOBODY
    document: bytes = ZERO_HASH

    def key(self) -> tuple[object, ...]:
        """What may be open once only, unless it is an alert: each is confirmed once (`Alerts`)."""
        return self.bond, self.cause, self.index, self.occurrence


class Labels(Module):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        frameworks: Frameworks,
        undertakings: Undertakings,
        bonds: BondOffice,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.frameworks = frameworks
        self.undertakings = undertakings
        self.bonds = bonds
        self.breaches: dict[int, Breach] = {}
        self.cure_days = 0

    # --- reading ---

    def breach(self, id_: int) -> Breach:
        return self.breaches.get(id_, Breach())

    def open_breaches(self, bond: int) -> list[int]:
        """Oldest first."""
        return [id_ for id_, b in self.breaches.items() if b.bond == bond and b.cured_on == 0]

    def label_of(self, bond: int) -> tuple[int, int, int]:
        """Label (0: not issued), number of open breaches, day of the oldest."""
        numbers = self.open_breaches(bond)
        if not numbers and self.bonds.bond(bond).state != BondState.CLOSED:
            return 0, 0, 0
        since = self.breaches[numbers[0]].since if numbers else 0
        return int(self._label(numbers)), len(numbers), since

    def _label(self, numbers: Sequence[int]) -> LabelState:
        if not numbers:
            return LabelState.GREEN
        found = [self.breaches[id_] for id_ in numbers]
        late = self.participants.today() > found[0].since + self.cure_days
        return LabelState.WITHDRAWN if late or any(b.severe for b in found) else LabelState.WATCH

    def _issued(self, bond: int) -> tuple[str, int]:
        found = self.bonds.bond(bond)
        if found.state == 0:
            raise Refusal("Unknown", word("BOND"), bond)
        if found.state != BondState.CLOSED:
            raise Refusal("WrongState", word("BOND"), bond, int(found.state), int(BondState.CLOSED))
        return found.issuer, found.terms.framework

    # --- what the chain sees ---

    def check_raise(self, bond: int, cause: int, index: int, occurrence: int) -> None:
        issuer, framework = self._issued(bond)
        self._require_new(Breach(bond, cause, index, occurrence))
        if not self._is_seen(issuer, framework, cause, index, occurrence):
            raise Refusal("NoBreach", bond, cause)

    def raise_breach(self, sender: str, bond: int, cause: int, index: int, occurrence: int) -> int:
        self.check_raise(bond, cause, index, occurrence)
        return self._open(Breach(bond, cause, index, occurrence, self.participants.today(), by=sender))

    def check_cure(self, id_: int) -> None:
        b = self._open_breach(id_)
        issuer, framework = self._issued(b.bond)
        if b.cause == Cause.UNDERTAKING:
            gone = self.undertakings.is_kept(framework, b.index, b.occurrence)
        else:
            seen = b.cause == Cause.ALERT or self._is_seen(issuer, framework, b.cause, b.index, b.occurrence)
            gone = not seen
        if not gone:
            raise Refusal("NotCured", id_, b.cause)

    def cure(self, sender: str, id_: int) -> None:
        self.check_cure(id_)
        self._close(sender, id_, ZERO_HASH)

    def _is_seen(self, issuer: str, framework: int, cause: int, index: int, occurrence: int) -> bool:
        if cause == Cause.UNDERTAKING:
            key = (framework, index, occurrence)
            return self.undertakings.is_overdue(*key) or self.undertakings.is_failed(*key)
        if index != 0 or occurrence != 0:
            return False
        if cause == Cause.REVIEW:
            return not self.frameworks.has_review(framework)
        return cause == Cause.VERIFIER and not self._is_fit(
            self.frameworks.standing(framework).verifier, issuer
        )

    def _is_fit(self, verifier: str, issuer: str) -> bool:
        """A review that was withdrawn has no verifier to judge: that is the first cause."""
        if verifier == NOBODY:
            return True
        try:
            self.participants.require_role(verifier, Role.VERIFIER)
            self.participants.require_unrelated(issuer, verifier)
        except Refusal:
            return False
        return True

    # --- what somebody confirms ---

    def confirm(self, sender: str, bond: int, document: bytes, severe: bool, by: str) -> int:
        self.only_duty(sender, "ALERTS")
        self._issued(bond)
        day = self.participants.today()
        return self._open(Breach(bond, Cause.ALERT, since=day, severe=severe, by=by, document=document))

    def aggravate(self, sender: str, id_: int, document: bytes) -> None:
        b = self._open_breach(id_)
        issuer, _ = self._issued(b.bond)
        self._require_witness(sender, issuer, JUDGES, document)
        if b.severe:
            raise Refusal("WrongState", word("BREACH"), id_, 1, 0)
        self.breaches[id_] = replace(b, severe=True, by=sender)
        self.emit("BreachSevere", id_, b.bond, sender, document)

    def cure_alert(self, sender: str, id_: int, document: bytes) -> None:
        b = self._open_breach(id_)
        if b.cause != Cause.ALERT:
            raise Refusal("NotCured", id_, b.cause)
        issuer, _ = self._issued(b.bond)
        self._require_witness(sender, issuer, WITNESSES, document)
        others = Role.AUTHORITY if b.severe else Role.VERIFIER | Role.AUTHORITY
        if sender != b.by and not self.participants.admission(sender).roles & others:
            raise Refusal("NotParty", sender, b.by)
        self._close(sender, id_, document)

    def _require_witness(self, sender: str, issuer: str, roles: int, document: bytes) -> None:
        had = self.participants.require_active(sender).roles
        if not had & roles:
            raise Refusal("MissingRole", sender, had, roles)
        self.participants.require_unrelated(issuer, sender)
        self.documents.require_known(document, sender, 0)

    # --- open breaches ---

    def _require_new(self, b: Breach) -> None:
        for id_ in self.open_breaches(b.bond):
            if self.breaches[id_].key() == b.key():
                raise Refusal("AlreadyUsed", word("BREACH"), id_.to_bytes(32, "big"))

    def _open(self, b: Breach) -> int:
        id_ = len(self.breaches) + 1
        self.breaches[id_] = b
        self.emit("BreachRaised", id_, b.bond, int(self._label(self.open_breaches(b.bond))), plain(b))
        return id_

    def _close(self, sender: str, id_: int, document: bytes) -> None:
        b = self.breaches[id_]
        self.breaches[id_] = replace(b, cured_on=self.participants.today())
        label = int(self._label(self.open_breaches(b.bond)))
        self.emit("BreachCured", id_, b.bond, label, sender, document)

    def _open_breach(self, id_: int) -> Breach:
        b = self.breach(id_)
        if b.bond == 0:
            raise Refusal("Unknown", word("BREACH"), id_)
        if b.cured_on != 0:
            raise Refusal("WrongState", word("BREACH"), id_, 1, 0)
        return b

    # --- delayed powers ---

    def set_cure_days(self, sender: str, days: int) -> None:
        self.only_powers(sender)
        self.cure_days = days
        self.emit("CureDaysSet", days)
