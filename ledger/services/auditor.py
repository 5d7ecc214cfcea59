"""The auditor asks where money went and what funded a payment; answers come from the read model, by
offsets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ledger.domain.conversion import BadConversion, Conversion, conversion_of
from ledger.domain.indicators import Indicator
from ledger.domain.limits import UNLIMITED, Limits
from ledger.domain.questions import MOST_MOVES, IntervalQuestion
from ledger.errors import NotAllowed, NotFound
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
        reader: str | None = None,
    ) -> Mapping[str, Any]:
        """Where every fen of a bond (number or label) is, now or as of a block.

        Args:
            view: `cash` (who got the money) or `economic` (what was bought).
            rule: how money is followed beyond the first payee: `fifo` and `prorata` are assumptions, `bounds`
                says what no rule can undercut or exceed.
            limits: how far it is followed there; what lies beyond is shown as cut.
            reader: whose key opens conversion documents; what they lead to is told beside, as attested.

        Intervals tile `[0, raised)`; amounts and offsets are strings of whole minor units.
        """
        known = None if reader is None else self.conversions(reader)
        return self._session.index().bond_trace(bond, view, as_of_block, rule, limits, known)

    def trace_payment(
        self, tx: str, log: int | None = None, rule: str = FIFO, *, limits: Limits = UNLIMITED
    ) -> Mapping[str, Any]:
        """What funded a payment. Several payments in one transaction need `log` (the error lists them)."""
        return self._session.index().payment_trace(tx, log, rule, limits)

    def trace_interval(
        self, question: IntervalQuestion, *, reader: str | None = None, as_of_block: int | None = None
    ) -> Mapping[str, Any]:
        """Where any numbered fen of any sub-account went, or what funded them.

        Args:
            reader: whose key opens conversion documents that are kept here. Where one links two currencies
                the trace goes on at its rate, shown as attested; elsewhere it ends at the conversion.

        Parts tile what was asked, what a horizon cuts included.
        """
        known = {} if reader is None else self.conversions(reader)
        asked = replace(question, conversions={**known, **(question.conversions or {})})
        return self._session.index().interval_trace(asked, as_of_block)

    def trace_project(
        self,
        project: int | str,
        view: str = "cash",
        rule: str = FIFO,
        *,
        as_of_block: int | None = None,
        limits: Limits = UNLIMITED,
    ) -> Mapping[str, Any]:
        """Where the money of a project (number or label) is, over all bonds that pay into it: one section a
        budget line, and sums by currency."""
        return self._session.index().project_trace(project, view, as_of_block, rule, limits)

    def trace_line(
        self,
        line: int,
        view: str = "cash",
        rule: str = FIFO,
        *,
        as_of_block: int | None = None,
        limits: Limits = UNLIMITED,
    ) -> Mapping[str, Any]:
        """The same of one budget line."""
        return self._session.index().line_trace(line, view, as_of_block, rule, limits)

    def trace_piece(
        self,
        receivable: int,
        start: int = 0,
        end: int | None = None,
        rule: str = FIFO,
        *,
        as_of_block: int | None = None,
        limits: Limits = UNLIMITED,
    ) -> Mapping[str, Any]:
        """What money stands behind fen `[start, end)` of a receivable, and what paid for them."""
        return self._session.index().piece_trace(receivable, start, end, rule, limits, as_of_block)

    def refinanced(self, bond: int | str, *, as_of_block: int | None = None) -> Mapping[str, Any]:
        """Each payment of a bond that reimbursed an earlier expense: its day, how far back, and the fen that
        paid; net of refunds in sum."""
        return self._session.index().refinanced(bond, as_of_block)

    def idle(
        self, *, bond: int | str | None = None, party: str | None = None, as_of_block: int | None = None
    ) -> Mapping[str, Any]:
        """Money that waits, with its exact age: of a bond by state, or of a participant by sub-account."""
        account = None if party is None else self._session.address(party)
        return self._session.index().idle(bond, account, as_of_block)

    def compare(
        self, bond: int | str, before: str, after: str | None = None, *, line: int | None = None
    ) -> Mapping[str, Any]:
        """A bond, or one of its budget lines, at two blocks or dates, the second now by default: what changed
        by state, line and payee, and each interval that moved."""
        return self._session.index().compare(bond, before, after, line)

    def compare_project(self, project: int | str, before: str, after: str | None = None) -> Mapping[str, Any]:
        """A project (number or label), each of its lines, at two blocks or dates."""
        return self._session.index().compare_project(project, before, after)

    def compare_interval(
        self, question: IntervalQuestion, before: str, after: str | None = None
    ) -> Mapping[str, Any]:
        """Numbered fen of any sub-account at two blocks or dates, first in first out: who has them."""
        return self._session.index().compare_interval(question, before, after)

    def compare_receivable(self, receivable: int, before: str, after: str | None = None) -> Mapping[str, Any]:
        """A receivable at two blocks or dates: who held which fen, and in which state."""
        return self._session.index().compare_receivable(receivable, before, after)

    def compare_pool(self, pool: int, before: str, after: str | None = None) -> Mapping[str, Any]:
        """An asset pool at two blocks or dates: its pieces, and what it collected and paid."""
        return self._session.index().compare_pool(pool, before, after)

    def statement(
        self,
        party: str,
        first: str | None = None,
        last: str | None = None,
        *,
        after: int = 0,
        limit: int = MOST_MOVES,
    ) -> Mapping[str, Any]:
        """All of a participant from the end of one block or date to the end of another: opening, every move,
        closing, in each cash; units; claims on others."""
        return self._session.index().statement(self._session.address(party), first, last, after, limit)

    def conversions(self, reader: str) -> dict[str, Conversion]:
        """The registered conversion documents that `reader` can open here, and that say what they must."""
        found: dict[str, Conversion] = {}
        for document in self._session.index().conversions():
            try:
                found[document] = conversion_of(document, self._documents.open(reader, document).content)
            except (NotFound, NotAllowed, BadConversion):
                continue
        return found

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
