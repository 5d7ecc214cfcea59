"""Mandates: who may act for another participant, or read its data, until when; granted, seen and ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.dates import date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.mandates import MandateKind
from ledger.errors import NotFound
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.session import Act, struct
from ledger.services.values import hex_of, whole

ALL_BONDS = 0
_PAGE = 100
_MAX_BOND = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Granted(Act):
    """A new mandate by its number."""

    id: int


@dataclass(frozen=True, slots=True)
class Mandate:
    """A grant as it stands. `bond` None is all bonds; it is in force on both its days, unless ended."""

    id: int
    grantor: str
    agent: str
    owner: str
    kind: MandateKind
    bond: int | None
    since: dt.date
    until: dt.date
    ended: bool
    document: str

    def concerns(self, account: str) -> bool:
        return account in (self.grantor, self.agent, self.owner)


class Mandates(Desk):
    """For any participant; an authority also grants an auditor reach into somebody's data."""

    def grant(
        self,
        grantor: str,
        agent: str,
        kind: MandateKind,
        *,
        until: dt.date,
        document: Paper,
        bond: int | None = None,
        owner: str | None = None,
    ) -> Granted:
        """Lets `agent` act for `grantor`, or read its data, up to a last day.

        Args:
            bond: one bond; all of them by default.
            owner: whose data it is, where an authority grants it; the grantor's own by default.

        A grant of the same reach that is in force is replaced.
        """
        owned = self._session.address(owner or grantor)
        reach = ALL_BONDS if bond is None else whole(bond, _MAX_BOND, "a bond")
        paper = self._file(grantor, document, DocumentKind.OTHER)
        terms = (self._session.address(agent), owned, int(kind), reach, day_number(until), paper)
        mined = self._session.act(grantor, "Mandates", "grant", *terms)
        return Granted(mined.tx, mined.block, mined.event("MandateGranted").args["mandate"])

    def end(self, who: str, mandate: int) -> Act:
        """By its grantor or its agent; any authority ends what an authority granted."""
        return act_of(self._session.act(who, "Mandates", "end", mandate))

    def mandate(self, mandate: int) -> Mandate:
        """NotFound when there is no such mandate."""
        record = struct(self._session.read("Mandates", "mandate", mandate))
        if not record["kind"]:
            raise NotFound(f"there is no mandate {mandate}", who=mandate)
        return _mandate(mandate, record)

    def granted(self, concerning: str | None = None) -> tuple[Mandate, ...]:
        """Every grant, by number; or only those whose grantor, agent or owner is `concerning`."""
        found: list[Mandate] = []
        while page := self._session.read("Mandates", "mandates", len(found) + 1, _PAGE):
            found.extend(_mandate(number, struct(one)) for number, one in enumerate(page, len(found) + 1))
        if concerning is None:
            return tuple(found)
        account = self._session.address(concerning)
        return tuple(mandate for mandate in found if mandate.concerns(account))

    def holds(self, owner: str, agent: str, kind: MandateKind, bond: int | None = None) -> bool:
        """Whether a grant for that bond, or for all bonds, is in force today and its agent may act."""
        session = self._session
        accounts = session.address(owner), session.address(agent)
        return bool(session.read("Mandates", "holds", *accounts, int(kind), bond or ALL_BONDS))

    def in_force(self, mandate: Mandate) -> bool:
        """Whether the grant itself is in force today, whatever its agent's admission."""
        return not mandate.ended and mandate.since <= self._session.today() <= mandate.until


def _mandate(number: int, record: Mapping[str, Any]) -> Mandate:
    return Mandate(
        number,
        record["grantor"],
        record["agent"],
        record["owner"],
        MandateKind(record["kind"]),
        record["bond"] or None,
        date_of(record["since"]),
        date_of(record["until"]),
        bool(record["ended"]),
        hex_of(record["document"]),
    )
