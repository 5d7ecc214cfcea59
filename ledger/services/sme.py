"""What suppliers wait and pay, per supplier and programme, out of the index: SME-1."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from ledger.domain.dates import format_day
from ledger.domain.smemetrics import CLAUSE, CONTRACTS, LIMIT_DAYS, measures, receipts_of
from ledger.services.dated import history
from ledger.services.desk import Desk


class Sme(Desk):
    """For a supplier about itself, an obligor about its programme, and who supervises."""

    def metrics(
        self, *, supplier: str | None = None, obligor: str | None = None, block: int | None = None
    ) -> dict[str, Any]:
        """Every supplier's measures; or one supplier's; or what an obligor's receivables cost all its
        suppliers together, which names none of them.

        Amounts are integer strings in minor units, shares and costs parts per million, None where nothing
        measures them.
        """
        found = history(self._session, CONTRACTS, block)
        receipts = receipts_of(found.events, found.day)
        if supplier is not None:
            receipts = [one for one in receipts if one.supplier == self._session.address(supplier)]
        if obligor is not None:
            receipts = [one for one in receipts if one.obligor == self._session.address(obligor)]
        rows = measures(receipts, by_supplier=obligor is None)
        return {
            "block": found.block,
            "as_of": format_day(found.day),
            "limit_days": LIMIT_DAYS,
            "clause": CLAUSE,
            "rows": [self._row(asdict(row)) for row in rows],
        }

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        cash = self._session.cash(row.pop("cash"))
        amounts = {name: str(row[name]) for name in ("amount", "financed", "cost")}
        return {"cash": cash.name, "currency": cash.currency.code, **row, **amounts}


def as_csv(answer: dict[str, Any]) -> str:
    """The rows as CSV; an empty field is nothing to measure. No field of ours begins a formula."""
    rows: Iterable[dict[str, Any]] = answer["rows"]
    written = io.StringIO()
    columns = (
        "supplier", "programme", "cash", "currency", "receipts", "amount", "days", "longest", "over_60_ppm",
        "financed", "cost", "all_in_365_ppm", "all_in_360_ppm", "deepest_tier",
    )  # fmt: skip
    table = csv.DictWriter(written, ["as_of", "block", *columns], lineterminator="\n")
    table.writeheader()
    table.writerows({"as_of": answer["as_of"], "block": answer["block"], **row} for row in rows)
    return written.getvalue()
