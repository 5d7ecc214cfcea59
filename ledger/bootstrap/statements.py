"""`ledger.statements`: a bond's statements for people, put together from trace, contracts and records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from ledger.chain.client import ChainClient
from ledger.domain import purposes
from ledger.domain.states import Cause
from ledger.services.books import STATES, Books
from ledger.services.session import Session, struct

if TYPE_CHECKING:
    from ledger.services.auditor import Auditor
    from ledger.services.labels import Labels
    from ledger.services.maturity import Maturities

Json = dict[str, Any]
Trace = Mapping[str, Any]

_MOST_ASKED: Final = 256
"""Balances in one request."""


class Statements:
    """Every statement names its block; the trace and what it is compared with are of that block."""

    def __init__(
        self,
        session: Session,
        client: ChainClient,
        books: Books,
        auditor: Auditor,
        labels: Labels,
        maturity: Maturities,
    ) -> None:
        self._session = session
        self._client = client
        self._books = books
        self._auditor = auditor
        self._labels = labels
        self._maturity = maturity

    def allocation(self, bond: int | str, *, as_of_block: int | None = None) -> Json:
        """By category, project and budget line: `ledger.reports.statements.allocation`."""
        from ledger.reports.statements import allocation

        return allocation(self._auditor.trace_bond(bond, as_of_block=as_of_block))

    def flows(self, bond: int | str, *, as_of_block: int | None = None) -> Json:
        """The data of a Sankey diagram: `ledger.reports.statements.flows`."""
        from ledger.reports.statements import flows

        return flows(self._auditor.trace_bond(bond, as_of_block=as_of_block))

    def reconciliation(self, bond: int | str) -> Json:
        """The states of BOND-1 by the trace, by the contract and by the sub-accounts' balances, of one block:
        `ledger.reports.statements.reconciliation`."""
        return self._sheet(self._auditor.trace_bond(bond))

    def exceptions(self, bond: int | str) -> Json:
        """What is not as it should be: `{…head, exceptions: [{kind, what, party, since, amount, reference,
        documents}]}`. An empty list says that nothing that is looked at here is wrong, and no more.

        Kinds: books (the three sides of the reconciliation differ, or the trace is not conserved), label (an
        open breach), undertaking (overdue or failed), overdue (a receivable on the bond's money), lost
        (a placement that did not come back), alert (what an indicator found: a question, by its key).
        """
        trace = self._auditor.trace_bond(bond)
        return self._odd(trace, self._sheet(trace))

    def all(self, bond: int | str) -> dict[str, Json]:
        """All four, by name, from one trace."""
        from ledger.reports.statements import allocation, flows

        trace = self._auditor.trace_bond(bond)
        sheet = self._sheet(trace)
        return {
            "allocation": allocation(trace),
            "flows": flows(trace),
            "reconciliation": sheet,
            "exceptions": self._odd(trace, sheet),
        }

    def _sheet(self, trace: Trace) -> Json:
        from ledger.reports.statements import reconciliation

        number, block = int(trace["bond"]), int(trace["block"])
        record = struct(
            self._session.chain.call(self._session.deployment["Proceeds"], "states", (number,), block)
        )
        contract = {state: int(record[state]) for state in STATES}
        return reconciliation(trace, contract, self._places(trace))

    def _odd(self, trace: Trace, sheet: Json) -> Json:
        from ledger.reports.statements import head

        number = int(trace["bond"])
        found = [
            *_books_differ(sheet),
            *self._breaches(number),
            *self._undertakings(number),
            *self._overdue(trace),
            *_lost(trace),
            *self._alerts(trace),
        ]
        return head(trace) | {"exceptions": found}

    # --- where balances are ------------------------------------------------------------------------------

    def _places(self, trace: Trace) -> list[Json]:
        number, block = int(trace["bond"]), int(trace["block"])
        places = list(self._named(number, trace))
        cash = self._session.cash(self._books.bond(number).cash).contract
        asked = [(cash, "balanceOf", (axis,)) for _, _, axis in places]
        balances: list[Any] = []
        for at in range(0, len(asked), _MOST_ASKED):
            balances += self._client.call_many(asked[at : at + _MOST_ASKED], block)
        return [
            {"state": state, "name": name, "axis": axis, "balance": str(int(balance))}
            for (state, name, axis), balance in zip(places, balances, strict=True)
        ]

    def _named(self, bond: int, trace: Trace) -> Iterator[tuple[str, str, str]]:
        """(state, name, sub-account) of every balance that is a state's money."""

        def axis(purpose: bytes) -> str:
            return purposes.axis_of(purposes.PROCEEDS, purpose)

        yield "unallocated", "origin", axis(purposes.origin(bond))
        yield "unallocated", "pool", axis(purposes.pool(bond))
        for line in self._books.lines(bond):
            yield "available", f"budget line {line.id}", axis(purposes.budget_line(line.id))
        for receivable in sorted(_receivables(trace)):
            yield "encumbered", f"encumbrance {receivable}", axis(purposes.encumbrance(receivable))

    # --- exceptions --------------------------------------------------------------------------------------

    def _breaches(self, bond: int) -> Iterator[Json]:
        if self._books.bond(bond).issue_date is None and not self._books.raised(bond):
            return
        for breach in self._labels.label(bond).breaches:
            documents = [breach.document] if breach.document else []
            yield _exception(
                "label",
                Cause(breach.cause).name.lower(),
                since=breach.since.isoformat(),
                reference=str(breach.id),
                documents=documents,
            )

    def _undertakings(self, bond: int) -> Iterator[Json]:
        for one in self._books.undertakings(self._books.bond(bond).framework):
            if one.overdue or one.failed:
                yield _exception(
                    "undertaking",
                    one.code,
                    since=one.due.isoformat(),
                    reference=f"{one.framework}/{one.index}/{one.number}",
                )

    def _alerts(self, trace: Trace) -> Iterator[Json]:
        found = self._auditor.findings(int(trace["bond"]), as_of_block=int(trace["block"]))
        for one in found["findings"]:
            yield _exception(
                "alert",
                one["indicator"],
                party=", ".join(one["names"]) or None,
                since=one["first_seen"]["time"],
                amount=one["amount"],
                reference=one["key"],
                documents=list(one["documents"]),
            )

    def _overdue(self, trace: Trace) -> Iterator[Json]:
        own = {str(number) for number in _receivables(trace)}
        for one in self._maturity.overdue():
            if one["receivable"] in own:
                obligor = one["obligor"]
                yield _exception(
                    "overdue",
                    str(one["stage"]),
                    party=str(obligor["party"] or obligor["account"]),
                    since=one["due"],
                    amount=one["open"],
                    reference=one["receivable"],
                )


def _receivables(trace: Trace) -> set[int]:
    return {int(one["receivable"]) for one in trace["intervals"] if one["receivable"] is not None}


def _books_differ(sheet: Json) -> Iterator[Json]:
    for row in sheet["rows"]:
        if row["difference"] != "0":
            yield _exception("books", row["state"], amount=row["difference"])
    if not sheet["agrees"] and all(row["difference"] == "0" for row in sheet["rows"]):
        yield _exception("books", "not conserved")


def _lost(trace: Trace) -> Iterator[Json]:
    for one in trace["intervals"]:
        if one["state"] == "lost":
            placement = one["placement"] or {"id": None, "instrument": "placement"}
            yield _exception(
                "lost",
                placement["instrument"],
                party=one["payee"],
                amount=one["amount"],
                reference=placement["id"],
                documents=list(one["documents"]),
            )


def _exception(kind: str, what: str, **facts: Any) -> Json:
    empty: Json = {"party": None, "since": None, "amount": None, "reference": None, "documents": []}
    return {"kind": kind, "what": what, **empty, **facts}
