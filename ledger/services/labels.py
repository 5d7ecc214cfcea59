"""A bond's label: what it is, why, and how it rises again. It is reported and gates no money."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ledger.domain.dates import date_of
from ledger.domain.kinds import DocumentKind
from ledger.domain.states import Cause, LabelState
from ledger.errors import NotFound
from ledger.ports import Mined
from ledger.services.bonds import bond_of
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.session import Act, Session, struct
from ledger.services.values import ZERO_HASH, hex_of

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Breach:
    """One cause, open until `cured_on`. `index` and `occurrence` name an undertaking's due day."""

    id: int
    bond: int
    cause: Cause
    index: int
    occurrence: int
    since: dt.date
    cured_on: dt.date | None
    severe: bool
    by: str
    document: str | None


@dataclass(frozen=True, slots=True)
class Label:
    """`state` is None for a bond that is not issued; `withdrawn_after` the last day to cure the oldest
    breach."""

    bond: int
    state: LabelState | None
    since: dt.date | None
    withdrawn_after: dt.date | None
    breaches: tuple[Breach, ...]


@dataclass(frozen=True, slots=True)
class Raised(Act):
    """A breach on record."""

    breach: int


class Labels(Desk):
    """Anyone may have the ledger look: a cause that the chain sees needs nobody's word."""

    def label(self, bond: int) -> Label:
        """The label now, with its open breaches, oldest first."""
        bond_of(self._session, bond)
        state, _, since = self._session.read("Labels", "labelOf", bond)
        cure_days = dt.timedelta(days=int(self._session.read("Labels", "cureDays")))
        day = date_of(since) if since else None
        breaches = tuple(breach_of(self._session, one) for one in self._open(bond))
        last = day + cure_days if day else None
        return Label(bond, LabelState(state) if state else None, day, last, breaches)

    def _open(self, bond: int) -> list[int]:
        found: list[int] = []
        while page := self._session.read("Labels", "openBreaches", bond, found[-1] if found else 0, _PAGE):
            found.extend(page)
            if len(page) < _PAGE:
                break
        return found

    def raise_breach(
        self, who: str, bond: int, cause: Cause, *, index: int = 0, occurrence: int = 0
    ) -> Raised:
        """Has a cause recorded that the chain sees: no review in force, a verifier not fit any more, an
        undertaking overdue or failed."""
        return _raised(self._session.act(who, "Labels", "raiseBreach", bond, int(cause), index, occurrence))

    def aggravate(self, who: str, breach: int, document: Paper) -> Act:
        """An auditor or authority calls an open breach severe: the label is withdrawn."""
        paper = self._file(who, document, DocumentKind.OTHER)
        return act_of(self._session.act(who, "Labels", "aggravate", breach, paper))

    def cure(self, who: str, breach: int, document: Paper | None = None) -> Act:
        """Closes a breach whose cause is gone; an alert needs a document and somebody who may."""
        if breach_of(self._session, breach).cause is Cause.ALERT and document is not None:
            paper = self._file(who, document, DocumentKind.OTHER)
            return act_of(self._session.act(who, "Labels", "cureAlert", breach, paper))
        return act_of(self._session.act(who, "Labels", "cure", breach))


def breach_of(session: Session, breach: int) -> Breach:
    """NotFound when there is no such breach."""
    record = struct(session.read("Labels", "breach", breach))
    if record["bond"] == 0:
        raise NotFound(f"there is no breach {breach}", who=breach)
    document = hex_of(record["document"])
    return Breach(
        id=breach,
        bond=record["bond"],
        cause=Cause(record["cause"]),
        index=record["index"],
        occurrence=record["occurrence"],
        since=date_of(record["since"]),
        cured_on=date_of(record["curedOn"]) if record["curedOn"] else None,
        severe=record["severe"],
        by=record["by"],
        document=None if document == ZERO_HASH else document,
    )


def _raised(mined: Mined) -> Raised:
    return Raised(mined.tx, mined.block, mined.event("BreachRaised").args["breach"])
