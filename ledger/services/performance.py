"""A participant's record: attested history, and its credit level recomputed from the chain's events."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ledger.domain.creditevents import CONTRACTS, observations
from ledger.domain.creditlevel import CreditLevel, ObservationKind, assess
from ledger.domain.dates import day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money
from ledger.errors import BadInput
from ledger.services.dated import history
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.session import Act
from ledger.services.values import whole

ATTESTABLE = tuple(kind for kind in ObservationKind if kind <= ObservationKind.MISSED)
"""What a record can be about; the contract numbers them alike."""


class Performance(Desk):
    """For a participant, for who vouches for it, and for who wants to know."""

    def attest(
        self,
        by: str,
        subject: str,
        kind: ObservationKind,
        document: Paper,
        *,
        count: int,
        first: dt.date,
        last: dt.date,
        amount: Money | None = None,
    ) -> Act:
        """Puts history on record that this ledger did not see, with the document it is taken from.

        The subject itself may, or a bank, auditor, verifier or authority. It is shown as attested by name and
        never mixed with what the ledger observed.
        """
        if kind not in ATTESTABLE:
            names = ", ".join(one.name.lower() for one in ATTESTABLE)
            raise BadInput("no record is about that", had=kind.name.lower(), needed=names)
        statement = {
            "subject": self._session.address(subject),
            "kind": int(kind),
            "count": whole(count, 2**32 - 1, "a count"),
            "amount": 0 if amount is None else whole(amount.minor, 2**128 - 1, "an amount"),
            "currency": bytes(3) if amount is None else amount.currency.code_bytes,
            "from": day_number(first),
            "until": day_number(last),
            "document": self._file(by, document, DocumentKind.OTHER),
        }
        return act_of(self._session.act(by, "Records", "attest", statement))

    def withdraw(self, by: str, record: int, document: Paper) -> Act:
        """Takes an attestation back, in the open."""
        paper = self._file(by, document, DocumentKind.OTHER)
        return act_of(self._session.act(by, "Records", "withdraw", record, paper))

    def credit_level(self, who: str, as_of: dt.date | None = None) -> CreditLevel:
        """The published formula (docs/credit-level.md) over the events up to a day, by default today."""
        account, day = self._session.address(who), day_number(as_of or self._session.today())
        found = history(self._session, CONTRACTS)
        return assess(observations(found.events, account, day), day)


def level_json(level: CreditLevel) -> dict[str, Any]:
    """As command line and HTTP give it; days are ISO dates."""

    def part(one: Any) -> dict[str, Any]:
        names = ("score", "level", "confidence", "count", "counts")
        return {name: getattr(one, name) for name in names}

    return {
        "as_of": iso(level.as_of),
        "observed": part(level.observed),
        "attested": part(level.attested),
        "observations": [
            {
                "kind": one.kind.name.lower(),
                "day": iso(one.day),
                "count": one.count,
                "source": one.source,
                "attested_by": one.attested_by,
            }
            for one in level.observations
        ],
    }


def iso(day: int) -> str:
    return (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()
