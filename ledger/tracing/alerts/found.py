"""One finding on the ledger, before it is told."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.history import EventRow
from ledger.tracing.alerts.amounts import Amounts


@dataclass(frozen=True, slots=True)
class Found:
    """A question that an indicator raises.

    Args:
        bond: whose money it is about; zero for none.
        parties: accounts, the one asked about first.
        amount: what it is about, in minor units of the cash (zero where no amount is).
        day: the business date by whose parameters it is judged: that of its last act, or of a day missed.
        cash, rows: the moves of its path, in order.
        events: the acts that belong to it, in order; together with the moves they are what it stands on.
        end: the axis at which the first move is weighed by each rule; -1 where no money mixed.
        subject: what it is about where neither moves nor events say: a missed day, a line of a statement.
        documents: beside those that its moves cite.
        amounts: by each rule, where the indicator weighed itself.
        keyed: so many of its moves name it, those after them may grow; zero: all of them.
    """

    indicator: str
    bond: int
    parties: tuple[str, ...]
    amount: int
    day: int
    cash: str = ""
    rows: tuple[int, ...] = ()
    events: tuple[EventRow, ...] = ()
    end: int = -1
    subject: str = ""
    documents: tuple[str, ...] = ()
    amounts: Amounts | None = None
    keyed: int = 0
