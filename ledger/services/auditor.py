"""The auditor asks where money went and what funded a payment; answers come from the read model, by
offsets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.domain.indicators import Indicator
from ledger.domain.limits import UNLIMITED, Limits
from ledger.services.desk import Desk

FIFO = "fifo"


class Auditor(Desk):
    """Traces. Each first brings the read model up to the chain's present block."""

    def trace_bond(
        self,
        bond: int | str,
        view: str = "cash",
        rule: str = FIFO,
        *,
        as_of_block: int | None = None,
        limits: Limits = UNLIMITED,
    ) -> Mapping[str, Any]:
        """Where every fen of a bond (number or label) is, now or as of a block.

        Args:
            view: `cash` (who got the money) or `economic` (what was bought).
            rule: how money is followed beyond the first payee: `fifo` and `prorata` are assumptions, `bounds`
                says what no rule can undercut or exceed.
            limits: how far it is followed there; what lies beyond is shown as cut.

        Intervals tile `[0, raised)`; amounts and offsets are strings of whole minor units.
        """
        return self._session.index().bond_trace(bond, view, as_of_block, rule, limits)

    def trace_payment(
        self, tx: str, log: int | None = None, rule: str = FIFO, *, limits: Limits = UNLIMITED
    ) -> Mapping[str, Any]:
        """What funded a payment. Several payments in one transaction need `log` (the error lists them)."""
        return self._session.index().payment_trace(tx, log, rule, limits)

    def piece_show(self, receivable: int, *, as_of_block: int | None = None) -> Mapping[str, Any]:
        """A receivable's pieces, tiling `[0, face)`, with holders, locks, sequence numbers and documents."""
        return self._session.index().piece_show(receivable, as_of_block)

    def findings(
        self,
        bond: int | str | None = None,
        *,
        as_of_block: int | None = None,
        jurisdiction: str | None = None,
        rows: Sequence[Indicator] | None = None,
        beside: Any = None,
    ) -> Mapping[str, Any]:
        """What the indicators of greenwashing raise: questions with their paths and clauses, and no verdicts.

        Args:
            bond: only what concerns this bond (number or label).
            jurisdiction: whose figures bind (`CN`, `EU`); none: those of the jurisdiction that a
                bond declared to follow, else of `default`.
            rows: other figures than those of `ledger.domain.indicators`.
            beside: keyed tags and a bank's statement, as a `ledger.tracing.alerts.case.Beside`.
        """
        return self._session.index().findings(bond, as_of_block, jurisdiction, rows, beside)
