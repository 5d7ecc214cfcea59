"""Twin of `Undertakings`: what was reported and judged of each undertaking, due day by due day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ledger.domain.dates import BadDate, add_months
from ledger.domain.roles import Role
from ledger.domain.states import OccurrenceState, Polarity, ReviewOutcome
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, word
from ledger.domain.twin.documents import Documents, Recover, require_signed
from ledger.domain.twin.frameworks import Frameworks, Undertaking
from ledger.domain.twin.participants import Participants
from ledger.domain.typed_data import Finding

_OUTCOMES: Final = 3
_STANDS: Final = (OccurrenceState.REPORTED, OccurrenceState.ACCEPTED, OccurrenceState.QUALIFIED)
_UNREPORTED: Final = (OccurrenceState.OPEN, OccurrenceState.REFUSED)
_CANCELLABLE: Final = (*_UNREPORTED, OccurrenceState.REPORTED)
_JUDGED: Final = (OccurrenceState.REPORTED, OccurrenceState.CANCELLED)
_ACCEPTED: Final = (OccurrenceState.ACCEPTED, OccurrenceState.QUALIFIED)

Key = tuple[int, int, int]
"""Framework, index of the undertaking, number of the occurrence."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One due day of an undertaking. `round` counts reports and cancellations; `document` is the last's."""

    state: int = OccurrenceState.OPEN
    round: int = 0
    reported_on: int = 0
    judged_on: int = 0
    value: int = 0
    document: bytes = ZERO_HASH


class Undertakings(Contract):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        frameworks: Frameworks,
        recover: Recover,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.frameworks = frameworks
        self.recover = recover
        self.occurrences: dict[Key, Occurrence] = {}

    # --- reading ---

    def occurrence(self, framework: int, index: int, n: int) -> Occurrence:
        return self.occurrences.get((framework, index, n), Occurrence())

    def due_on(self, framework: int, index: int, n: int) -> int:
        return self._owed(framework, index, n)[0]

    def is_owed(self, framework: int, index: int, n: int) -> bool:
        """False too for one that was reported ahead of its day and dropped since."""
        try:
            self.due_on(framework, index, n)
        except Refusal:
            return False
        return True

    def is_overdue(self, framework: int, index: int, n: int) -> bool:
        day = self.due_on(framework, index, n)
        return self.occurrence(framework, index, n).state in _UNREPORTED and self.participants.today() > day

    def is_failed(self, framework: int, index: int, n: int) -> bool:
        _, terms = self._owed(framework, index, n)
        o = self.occurrence(framework, index, n)
        return o.state == OccurrenceState.CANCELLED or (o.state in _STANDS and misses(terms, o.value))

    def is_kept(self, framework: int, index: int, n: int) -> bool:
        _, terms = self._owed(framework, index, n)
        o = self.occurrence(framework, index, n)
        return o.state == OccurrenceState.EXCUSED or (o.state in _ACCEPTED and not misses(terms, o.value))

    def validator_of(self, framework: int, index: int) -> str:
        named = self.frameworks.undertaking(framework, index)[0].validator
        return self.frameworks.standing(framework).verifier if named == NOBODY else named

    def _owed(self, framework: int, index: int, n: int) -> tuple[int, Undertaking]:
        terms, dropped_on = self.frameworks.undertaking(framework, index)
        unknown = Refusal("OccurrenceUnknown", framework, index, n)
        if terms.every_months == 0 and n != 0:
            raise unknown
        try:
            day = add_months(terms.due_day, n * terms.every_months)
        except (BadDate, ValueError, OverflowError):  # beyond the calendar of Python, so beyond any last day
            raise unknown from None
        if day > terms.last_day or (dropped_on != 0 and day > dropped_on):
            raise unknown
        return day, terms

    # --- issuer ---

    def check_report(
        self, framework: int, index: int, n: int, value: int, document: bytes, issuer: str
    ) -> None:
        self._require_own(framework, index, n, document, issuer)
        state = self.occurrence(framework, index, n).state
        if state == OccurrenceState.EXCUSED:
            raise Refusal("WrongState", word("OCCURRENCE"), n, int(state), int(OccurrenceState.OPEN))

    def report(self, sender: str, framework: int, index: int, n: int, value: int, document: bytes) -> None:
        self.check_report(framework, index, n, value, document, sender)
        before, today = self.occurrence(framework, index, n), self.participants.today()
        now = Occurrence(OccurrenceState.REPORTED, before.round + 1, today, 0, value, document)
        self.occurrences[framework, index, n] = now
        due, restates = self.due_on(framework, index, n), before.state in _STANDS
        said = (now.round, value, document, due, today, restates)
        self.emit("UndertakingReported", framework, index, n, *said)

    def cancel(self, sender: str, framework: int, index: int, n: int, document: bytes) -> None:
        self._require_own(framework, index, n, document, sender)
        before, today = self.occurrence(framework, index, n), self.participants.today()
        if before.state not in _CANCELLABLE:
            raise Refusal("WrongState", word("OCCURRENCE"), n, int(before.state), int(OccurrenceState.OPEN))
        now = Occurrence(OccurrenceState.CANCELLED, before.round + 1, today, 0, 0, document)
        self.occurrences[framework, index, n] = now
        self.emit("UndertakingCancelled", framework, index, n, now.round, document, today)

    def _require_own(self, framework: int, index: int, n: int, document: bytes, who: str) -> None:
        issuer = self._issuer_of(framework)
        if who != issuer:
            raise Refusal("NotParty", who, issuer)
        self.participants.require_role(who, Role.ISSUER)
        self.due_on(framework, index, n)
        self.documents.require_known(document, who, 0)

    def _issuer_of(self, framework: int) -> str:
        issuer = self.frameworks.framework(framework).issuer
        if issuer == NOBODY:
            raise Refusal("Unknown", word("FRAMEWORK"), framework)
        return issuer

    # --- validator ---

    def check_finding(self, f: Finding) -> None:
        issuer = self._issuer_of(f.framework)
        self.due_on(f.framework, f.index, f.occurrence)
        if not 0 < f.outcome <= _OUTCOMES:
            raise Refusal("WrongState", word("OUTCOME"), f.occurrence, f.outcome, _OUTCOMES)
        if f.document == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))
        self._require_reported(f)
        validator = self.validator_of(f.framework, f.index)
        if f.validator != validator:
            raise Refusal("NotParty", f.validator, validator)
        self.participants.require_role(validator, Role.VERIFIER)
        self.participants.require_unrelated(issuer, validator)

    def _require_reported(self, f: Finding) -> None:
        o = self.occurrence(f.framework, f.index, f.occurrence)
        if o.state not in _JUDGED:
            reported = int(OccurrenceState.REPORTED)
            raise Refusal("WrongState", word("OCCURRENCE"), f.occurrence, int(o.state), reported)
        if f.round != o.round:
            raise Refusal("StaleFinding", f.framework, f.index, f.occurrence, f.round, o.round)
        if (f.report, f.value) != (o.document, o.value):
            raise Refusal("FindingMismatch", f.report, f.value, o.document, o.value)

    def judge(self, sender: str, f: Finding, signature: bytes) -> None:
        self.check_finding(f)
        if sender != f.validator:
            require_signed(self, self.recover, f.validator, f, signature)
        key = (f.framework, f.index, f.occurrence)
        state, today = judged(self.occurrences[key].state, f.outcome), self.participants.today()
        self.occurrences[key] = replace(self.occurrences[key], state=state, judged_on=today)
        self.emit("UndertakingJudged", f.framework, int(state), today, f.values())


def judged(before: int, outcome: int) -> OccurrenceState:
    """What a finding makes of a report, or of a cancellation."""
    if outcome == ReviewOutcome.REFUSED:
        return OccurrenceState.REFUSED
    if before == OccurrenceState.CANCELLED:
        return OccurrenceState.EXCUSED
    accepted = outcome == ReviewOutcome.POSITIVE
    return OccurrenceState.ACCEPTED if accepted else OccurrenceState.QUALIFIED


def misses(terms: Undertaking, value: int) -> bool:
    """By the undertaking's polarity."""
    if terms.polarity == Polarity.HIGHER:
        return value < terms.target
    return terms.polarity == Polarity.LOWER and value > terms.target
