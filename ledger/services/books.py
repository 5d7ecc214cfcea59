"""The ledger's present state, read from the chain: for everybody who may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ledger.domain.programmes import Programme
from ledger.services import (
    bank,
    bonds,
    frameworks,
    impact,
    limits,
    operator,
    placements,
    proceeds,
    receivables,
    undertakings,
)
from ledger.services.desk import Desk
from ledger.services.session import struct

STATES = ("cost", "unallocated", "placed", "lost", "available", "encumbered", "spent", "returned")


class Books(Desk):
    """Reads; every method raises NotFound for an id that nothing has."""

    def replay(self) -> bool:
        """Whether business dates are posted here (the demo, imports of history)."""
        return bool(self._session.read("Participants", "replay"))

    def participant(self, who: str) -> operator.Participant:
        """An admission record, by account name, address or identifier."""
        return operator.participant_of(self._session, who)

    def framework(self, framework: int) -> frameworks.Framework:
        return frameworks.framework_of(self._session, framework)

    def undertakings(
        self, framework: int, until: dt.date | None = None
    ) -> tuple[undertakings.Occurrence, ...]:
        """What a framework owes up to a day, by default today, and the next due days."""
        return undertakings.occurrences(self._session, framework, until)

    def bond(self, bond: int) -> bonds.Bond:
        return bonds.bond_of(self._session, bond)

    def order(self, bond: int) -> tuple[bonds.Place, ...]:
        """The bookings of a bond in their order, by which it is allotted."""
        return bonds.order_of(self._session, bond)

    def states(self, bond: int) -> Mapping[str, int]:
        """The partition of `[0, raised)` as the contract gives it, in minor units (BOND-1)."""
        record = struct(self._session.read("Proceeds", "states", bond))
        return {state: int(record[state]) for state in STATES}

    def raised(self, bond: int) -> int:
        """Minor units raised; zero before closing."""
        return int(self._session.read("Proceeds", "raised", bond))

    def lines(self, bond: int) -> tuple[proceeds.BudgetLine, ...]:
        """The bond's budget lines."""
        ids = self._session.read("Proceeds", "linesOf", bond)
        return tuple(proceeds.line_of(self._session, line) for line in ids)

    def line(self, line: int) -> proceeds.BudgetLine:
        return proceeds.line_of(self._session, line)

    def project(self, project: int) -> proceeds.Project:
        return proceeds.project_of(self._session, project)

    def limits(self, bond: int) -> limits.Limits:
        """A bond's pocket and refinancing: what was declared, and what of it is taken."""
        return limits.limits_of(self._session, bond)

    def reallocation(self, reallocation: int) -> proceeds.Reallocation:
        return proceeds.reallocation_of(self._session, reallocation)

    def placement(self, placement: int) -> placements.Placement:
        return placements.placement_of(self._session, placement)

    def impact_report(self, report: int) -> impact.Report:
        return impact.report_of(self._session, report)

    def credit_line(self, line: int) -> bank.CreditLine:
        return bank.credit_line(self._session, line)

    def receivable(self, receivable: int) -> receivables.Receivable:
        return receivables.receivable_of(self._session, receivable)

    def green(self, receivable: int) -> receivables.Green:
        """Its green minor units, and whether a bond counts them."""
        return receivables.green_of(self._session, receivable)

    def receivable_list(
        self, party: str | None = None, state: str | None = None, *, after: int = 0, limit: int = bank.PAGE
    ) -> Mapping[str, Any]:
        """Receivables of a party (everybody's without one) after number `after`, from the index."""
        account = None if party is None else self._session.address(party)
        return self._session.index().receivable_list(account, state, after, limit)

    def credit_lines(self, *, after: int = 0, limit: int = bank.PAGE) -> tuple[bank.CreditLine, ...]:
        """Credit lines and requests after number `after`."""
        return bank.credit_lines(self._session, after=after, limit=limit)

    def programme(self, programme: int) -> Programme:
        return receivables.programme_of(self._session, programme)

    def programmes(self) -> Mapping[int, Programme]:
        """Every programme of receivables by its number."""
        return receivables.programmes(self._session)

    def pieces(self, receivable: int) -> tuple[receivables.Piece, ...]:
        """The pieces of a receivable, tiling `[0, face)` once it is accepted; before that, none."""
        return receivables.pieces_of(self._session, receivable)

    def piece(self, receivable: int, offset: int) -> receivables.Piece:
        """The piece that holds fen `offset`."""
        return receivables.piece_at(self._session, receivable, offset)
