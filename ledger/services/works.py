"""Works: what milestones and retention hold back of a budget line, and the certificates that release it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.dates import date_of
from ledger.domain.kinds import DocumentKind
from ledger.domain.works import MILLION
from ledger.errors import BadInput
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.proceeds import line_of
from ledger.services.session import Act, Session, struct
from ledger.services.values import UNPUBLISHED, Amount, code, day, hash_bytes, hex_of, minor, whole


@dataclass(frozen=True, slots=True)
class MilestonePlan:
    """What the issuer names: a short code, what it holds of the budget, and the day it is expected."""

    code: str
    amount: Amount
    due: dt.date


@dataclass(frozen=True, slots=True)
class Milestone:
    """As it stands, in minor units; `late` when its day has passed without a certificate."""

    index: int
    amount: int
    due: dt.date
    certified_on: dt.date | None
    late: bool


@dataclass(frozen=True, slots=True)
class LineWorks:
    """A line's works as they stand, in minor units; without conditions `certifier` is None.

    Of `budget` so much is `released`, and of that `gone` was spent (net of refunds) or is encumbered.
    `retention` is in millionths of what milestones released, and kept until `final_on`.
    """

    line: int
    currency: str
    budget: int
    released: int
    gone: int
    certifier: str | None
    by_consent: bool
    retention: int
    final_due: dt.date | None
    final_on: dt.date | None
    milestones: tuple[Milestone, ...]


class Works(Desk):
    """For the issuer that sets them, the certifier that files, and everybody who reads."""

    def of(self, line: int) -> LineWorks:
        """NotFound when there is no such budget line."""
        return works_of(self._session, line)

    def set(
        self,
        issuer: str,
        line: int,
        *,
        certifier: str,
        milestones: Sequence[MilestonePlan] = (),
        retention: int = 0,
        final_due: dt.date | None = None,
        consent: str | None = None,
    ) -> Act:
        """Fixes what holds the line's budget back: once, and before anything was allocated to it.

        Args:
            certifier: an admitted verifier, no relative of issuer and project company.
            retention: millionths of what is released, kept until the final certificate.
            final_due: when that is expected; needed with a retention.
            consent: for a certifier who is no verifier: the hash of what `consent` filed.
        """
        unit = line_of(self._session, line).currency
        terms = tuple(
            (minor(one.amount, unit), day(one.due), code(one.code, "a milestone")) for one in milestones
        )
        if retention and final_due is None:
            raise BadInput("a retention ends with a final certificate", had=None, needed="its day")
        args = (
            line,
            self._session.address(certifier),
            terms,
            whole(retention, MILLION - 1, "a retention"),
            day(final_due),
            bytes(32) if consent is None else hash_bytes(consent, "a consent"),
        )
        return act_of(self._session.act(issuer, "Proceeds", "setWorks", *args))

    def consent(self, verifier: str, document: Paper) -> str:
        """Files the consent of the review's verifier to an engineer; the issuer cites its hash."""
        return hex_of(self._file(verifier, document, DocumentKind.CONSENT))

    def certify(self, certifier: str, line: int, milestone: int, document: Paper) -> Act:
        """Files a milestone's certificate: its amount is released at once. `milestone` counts from zero."""
        index = whole(milestone, 255, "a milestone")
        paper = self._file(certifier, document, DocumentKind.ATTESTATION)
        return act_of(self._session.act(certifier, "Proceeds", "certifyMilestone", line, index, paper))

    def certify_final(self, certifier: str, line: int, document: Paper) -> Act:
        """Files the final certificate: the retention is kept no longer."""
        paper = self._file(certifier, document, DocumentKind.ATTESTATION)
        return act_of(self._session.act(certifier, "Proceeds", "certifyFinal", line, paper))


def works_of(session: Session, line: int) -> LineWorks:
    found = line_of(session, line)
    record = struct(session.read("Proceeds", "works", line))
    released, gone = session.read("Proceeds", "releasedOf", line)
    today = int(session.read("Participants", "today"))
    milestones = tuple(
        Milestone(
            index,
            one["amount"],
            date_of(one["dueDay"]),
            _date(one["certifiedOn"]),
            late=not one["certifiedOn"] and one["dueDay"] < today,
        )
        for index, one in enumerate(map(struct, record["milestones"]))
    )
    return LineWorks(
        line,
        found.currency,
        found.budget,
        int(released),
        int(gone),
        record["certifier"] if int(record["certifier"], 16) else None,
        bool(record["agreed"]),
        record["retention"],
        _date(record["finalDueDay"]),
        _date(record["finalOn"]),
        milestones,
    )


def _date(number: int) -> dt.date | None:
    return None if number == UNPUBLISHED else date_of(number)
