"""What contracts told, kept as they told it: the rows that indicators read, by contract and event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from ledger.domain.history import EventRow

KEPT: Final = frozenset(
    {
        "Participants.Admitted",
        "Participants.Amended",
        "Frameworks.FrameworkRegistered",
        "Frameworks.Reviewed",
        "Frameworks.ReviewWithdrawn",
        "Frameworks.UndertakingAdded",
        "Frameworks.UndertakingDropped",
        "Frameworks.UndertakingResumed",
        "Undertakings.UndertakingReported",
        "Undertakings.UndertakingCancelled",
        "Undertakings.UndertakingJudged",
        "BondOffice.BondRegistered",
        "Proceeds.ProceedsReceived",
        "Proceeds.ProjectRegistered",
        "Proceeds.LineOpened",
        "Proceeds.Allocated",
        "Proceeds.Deallocated",
        "Proceeds.Reallocated",
        "Proceeds.Paid",
        "Proceeds.CostPaid",
        "Proceeds.Encumbered",
        "Proceeds.EncumbranceReleased",
        "Proceeds.EncumbranceNetted",
        "Proceeds.WorksSet",
        "Proceeds.MilestoneCertified",
        "Proceeds.FinallyCertified",
        "Proceeds.Refunded",
        "Proceeds.Placed",
        "Proceeds.PlacementReturned",
        "Proceeds.PlacementLost",
        "Documents.ObligationRegistered",
        "Documents.Linked",
        "Documents.CapacityReleased",
        "Documents.CapacityUsed",
        "Documents.Credited",
        "Receivables.Confirmed",
        "Receivables.Delivered",
        "Receivables.Accepted",
        "Receivables.Refused",
        "Receivables.Returned",
        "Receivables.Voided",
        "Receivables.Settled",
        "PieceBook.PieceMoved",
        "Financing.Financed",
        "LimitTerms.LimitsDeclared",
        "Impact.ImpactReported",
        "Impact.ImpactRestated",
        "Impact.ImpactValidated",
        "Cash.Minted",
        "Cash.Burned",
    }
)


class Told:
    """Rows in chain order. What is not in `KEPT` passes unseen."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, list[EventRow]] = defaultdict(list)

    def apply(self, row: EventRow) -> None:
        """Keeps one event."""
        name = f"{row.contract}.{row.name}"
        if name in KEPT:
            self._rows[name].append(row)

    def of(self, name: str) -> Sequence[EventRow]:
        """Every event of one kind, as `Contract.Event`."""
        return self._rows.get(name, ())

    def of_any(self, *names: str) -> list[EventRow]:
        """Events of several kinds, in chain order."""
        found: Iterable[EventRow] = (row for name in names for row in self.of(name))
        return sorted(found, key=lambda row: (row.block, row.log))

    def blocks(self) -> set[int]:
        """Every block in which one of them was told."""
        return {row.block for rows in self._rows.values() for row in rows}
