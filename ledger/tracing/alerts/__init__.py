"""Alerts on any set of moves: what the order and the amounts of payments alone can show.

Each indicator is a pure function of columns and parameters (`patterns`). A finding carries its path, its
amount by each accounting rule, and the clause or habit that stands behind it. It raises a question and proves
no wrong; it blocks nothing. Labels never reach an indicator: `score` compares them afterwards.

Not here, because moves alone cannot show it: whatever needs documents, roles, declared ties, budgets or
meters (a recycled invoice, a related verifier, a project claimed twice, a category changed after review, …).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from ledger.tracing.alerts.amounts import Amounts, Weigher
from ledger.tracing.alerts.parameters import DEFAULT, Parameters, periods
from ledger.tracing.alerts.patterns import INDICATORS, Finding
from ledger.tracing.foreign import ForeignMoves
from ledger.tracing.hops import Json

__all__ = ["Finding", "answer", "findings"]


def findings(moves: ForeignMoves, parameters: Sequence[Parameters] = (DEFAULT,)) -> list[Finding]:
    """What the indicators find, in order of time; each by the parameters in force at its last move."""
    found: dict[tuple[str, tuple[int, ...]], Finding] = {}
    for chosen, begin, end in periods(parameters):
        for indicator in INDICATORS:
            for one in indicator(moves, chosen):
                if begin <= int(moves.time[one.rows[-1]]) < end:
                    found.setdefault((one.indicator, tuple(sorted(one.rows))), one)
    return sorted(found.values(), key=lambda one: (one.rows[0], one.indicator))


def answer(moves: ForeignMoves, found: Sequence[Finding]) -> Json:
    """What `greenledger alerts --json` answers; amounts are integer strings in minor units."""
    weigher = Weigher(moves.columns)
    return {
        "moves": len(moves),
        "idle": moves.idle,
        "accounts": len(moves.columns.axes) - 1,
        "from_outside": str(moves.from_outside),
        "findings": [_told(moves, one, weigher.weigh(one.rows, one.end)) for one in found],
    }


def _told(moves: ForeignMoves, one: Finding, amounts: Amounts) -> Json:
    path = [_move(moves, row) for row in one.rows]
    return {
        "indicator": one.indicator,
        "clause": one.clause,
        "first_seen": path[0]["time"],
        "last_seen": path[-1]["time"],
        "amount": str(one.amount),
        "fifo": str(amounts.fifo),
        "prorata": str(amounts.prorata),
        "bounds": {"least": str(amounts.least), "most": str(amounts.most)},
        "depends_on_rule": amounts.differ,
        "path": path,
    }


def _move(moves: ForeignMoves, row: int) -> Json:
    rows, axes = moves.columns.rows, moves.columns.axes
    return {
        "time": datetime.fromtimestamp(int(moves.time[row]), UTC).isoformat(),
        "from": axes[int(rows.from_axis[row])],
        "to": axes[int(rows.to_axis[row])],
        "amount": str(rows.amount[row]),
    }
