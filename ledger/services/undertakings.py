"""Undertakings of a framework, due day by due day: reported by the issuer, judged by a validator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ledger.domain.dates import add_months, date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.states import OccurrenceState, Polarity, UndertakingKind
from ledger.domain.typed_data import Finding, TypedData
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.frameworks import Outcome, framework_of
from ledger.services.session import Act, Session, struct
from ledger.services.values import hex_of, whole

_NOBODY = "0x" + "00" * 20
_MOST = 2**128 - 1


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One due day of an undertaking, as it stands. `dropped_on`: the day a version let the undertaking go."""

    framework: int
    index: int
    number: int
    code: str
    kind: UndertakingKind
    due: dt.date
    unit: str
    target: int
    polarity: Polarity
    state: OccurrenceState
    value: int
    document: str
    reported_on: dt.date | None
    overdue: bool
    failed: bool
    kept: bool
    validator: str | None
    dropped_on: dt.date | None


class Promises(Desk):
    """The issuer's side."""

    def report_undertaking(
        self, issuer: str, framework: int, index: int, document: Paper, *, occurrence: int = 0, value: int = 0
    ) -> Act:
        """Evidence for one due day: a value in the undertaking's unit, and a document. A later report
        restates an earlier one and is judged anew."""
        args = (framework, index, occurrence, whole(value, _MOST, "a value"))
        framework_of(self._session, framework)
        paper = self._file(issuer, document, DocumentKind.OTHER)
        return act_of(self._session.act(issuer, "Undertakings", "report", *args, paper))

    def cancel_undertaking(
        self, issuer: str, framework: int, index: int, reason: Paper, *, occurrence: int = 0
    ) -> Act:
        """Takes one due day back. It counts as failed until its validator excuses it."""
        framework_of(self._session, framework)
        paper = self._file(issuer, reason, DocumentKind.OTHER)
        return act_of(
            self._session.act(issuer, "Undertakings", "cancel", framework, index, occurrence, paper)
        )


class Validator(Desk):
    """The validator's side: the one an undertaking names, else the verifier of the framework's review."""

    def judge_undertaking(
        self,
        validator: str,
        framework: int,
        index: int,
        outcome: Outcome,
        document: Paper,
        *,
        occurrence: int = 0,
    ) -> Act:
        """Accepts, qualifies or refuses what was reported last, by the validator's own call."""
        finding = self.finding(validator, framework, index, outcome, document, occurrence=occurrence)
        return self.submit_finding(validator, finding, b"")

    def finding(
        self,
        validator: str,
        framework: int,
        index: int,
        outcome: Outcome,
        document: Paper,
        *,
        occurrence: int = 0,
    ) -> Finding:
        """The statement to sign about what was reported last; it fits that report only."""
        session = self._session
        last = struct(session.read("Undertakings", "occurrence", framework, index, occurrence))
        return Finding(
            framework=framework,
            index=index,
            occurrence=occurrence,
            round=last["round"],
            report=bytes(last["document"]),
            value=last["value"],
            validator=session.address(validator),
            outcome=int(outcome),
            document=self._file(validator, document, DocumentKind.OTHER),
        )

    def sign_finding(self, validator: str, finding: Finding) -> bytes:
        """65 bytes over the finding, bound to this chain and its `Undertakings` contract."""
        contract = self._session.deployment["Undertakings"].address
        digest = TypedData(self._session.chain.chain_id, contract, finding).digest()
        return self._session.signer(validator).sign_digest(digest)

    def submit_finding(self, sender: str, finding: Finding, signature: bytes) -> Act:
        """Files a finding; its validator needs no signature, anybody else brings the validator's."""
        return act_of(self._session.act(sender, "Undertakings", "judge", finding.message(), signature))


def occurrences(session: Session, framework: int, until: dt.date | None = None) -> tuple[Occurrence, ...]:
    """What a framework owes up to a day (by default today) and the next due day of each undertaking, oldest
    first. NotFound when there is no such framework."""
    framework_of(session, framework)
    horizon = day_number(until or session.today())
    found: list[Occurrence] = []
    for index in range(int(session.read("Frameworks", "undertakingCount", framework))):
        answer = session.read("Frameworks", "undertaking", framework, index)
        terms, dropped = _terms(answer)
        validator = str(session.read("Undertakings", "validatorOf", framework, index))
        for number, day in _due(terms, dropped, horizon):
            found.append(_occurrence(session, (framework, index, number), day, terms, dropped, validator))
    return tuple(sorted(found, key=lambda one: (one.due, one.index)))


def _terms(answer: Any) -> tuple[Any, int]:
    """The two answers of `Frameworks.undertaking`, however the chain names them."""
    if isinstance(answer, dict):
        return answer["terms"], int(answer["droppedOn"])
    terms, dropped = answer
    return terms, int(dropped)


def _due(terms: Any, dropped: int, horizon: int) -> Iterator[tuple[int, int]]:
    """(number, day) of all that is due by the horizon, and of the one after it."""
    number, day, last = 0, int(terms["dueDay"]), int(terms["lastDay"])
    while day <= last and (not dropped or day <= dropped):
        yield number, day
        if not terms["everyMonths"] or day > horizon:
            return
        number += 1
        day = add_months(int(terms["dueDay"]), number * int(terms["everyMonths"]))


def _occurrence(
    session: Session, key: tuple[int, int, int], day: int, terms: Any, dropped: int, validator: str
) -> Occurrence:
    record = struct(session.read("Undertakings", "occurrence", *key))
    overdue, failed, kept = (
        bool(session.read("Undertakings", view, *key)) for view in ("isOverdue", "isFailed", "isKept")
    )
    return Occurrence(
        *key,
        code=_text(terms["code"]),
        kind=UndertakingKind(terms["kind"]),
        due=date_of(day),
        unit=_text(terms["unit"]),
        target=terms["target"],
        polarity=Polarity(terms["polarity"]),
        state=OccurrenceState(record["state"]),
        value=record["value"],
        document=hex_of(record["document"]),
        reported_on=date_of(record["reportedOn"]) if record["reportedOn"] else None,
        overdue=overdue,
        failed=failed,
        kept=kept,
        validator=None if validator == _NOBODY else validator,
        dropped_on=date_of(dropped) if dropped else None,
    )


def _text(raw: bytes) -> str:
    return bytes(raw).rstrip(b"\0").decode("ascii", "replace")
