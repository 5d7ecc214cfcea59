"""What events tell about settlement: money paid in, rounds, marks, early settlement, recourse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.domain.history import EventRow
from ledger.domain.maturity import paid_below


@dataclass(frozen=True, slots=True)
class Early:
    """A piece that its obligor settled before the due date, for `amount`; the rest was the discount."""

    start: int
    end: int
    amount: int
    tx: str


@dataclass(slots=True)
class Standing:
    """One receivable's settlement, as `IMaturity.Progress`, with what holders said and did."""

    face: int
    paid_in: int = 0
    finished: tuple[int, ...] = ()
    target: int = 0
    cursor: int = 0
    overdue_since: int | None = None  # a block
    early: dict[int, Early] = field(default_factory=dict)
    written_off: dict[int, int] = field(default_factory=dict)  # start: end
    demanded: dict[int, str] = field(default_factory=dict)  # start: seller

    @property
    def shared(self) -> int:
        """Money that finished rounds gave out."""
        return self.finished[-1] if self.finished else 0

    def received(self, start: int, end: int) -> int:
        """What `[start, end)` has received of the obligor's money, or of bond money."""
        return self._below(end) - self._below(start)

    def _below(self, offset: int) -> int:
        """Fen before the cursor have their part of the open round."""
        reached = min(offset, self.cursor)
        opened = (*self.finished, self.target) if self.target != self.shared else self.finished
        part = paid_below(reached, opened, self.face) - paid_below(reached, self.finished, self.face)
        return paid_below(offset, self.finished, self.face) + part

    def early_at(self, start: int, end: int) -> Early | None:
        """The early settlement that discharged this piece."""
        found = self.early.get(start)
        return found if found and found.end == end else None

    def reach(self, end: int) -> None:
        """The open round went on to `end`; at the face it is over, and the last one stays where it is."""
        self.cursor = end
        if end == self.face and self.target != self.face:
            self.finish(self.target)

    def finish(self, target: int) -> None:
        """A round is over; one whose last piece got nothing shows only when the next one opens."""
        if target != self.shared:
            self.finished = (*self.finished, target)
        self.cursor = 0


class MaturityBooks:
    """All receivables' settlement, event by event."""

    def __init__(self) -> None:
        self.standings: dict[int, Standing] = {}
        self.repurchases: set[tuple[str, str]] = set()

    def of(self, receivable: int) -> Standing:
        """The settlement of a receivable; empty while it is not accepted."""
        return self.standings.get(receivable) or Standing(0)

    def bought_back(self, tx: str, document: str) -> bool:
        """Whether a piece that moved in this transaction against this document went back by recourse."""
        return (tx, document) in self.repurchases

    def apply(self, row: EventRow) -> None:
        """One event; others pass unseen. KeyError for a receivable that was never opened."""
        act = _ACTS.get((row.contract, row.name))
        if act is not None:
            act(self, row)


def _opened(books: MaturityBooks, row: EventRow) -> None:
    books.standings[row.args["receivable"]] = Standing(row.args["face"])


def _paid_in(books: MaturityBooks, row: EventRow) -> None:
    books.standings[row.args["receivable"]].paid_in += row.args["amount"]


def _round_opened(books: MaturityBooks, row: EventRow) -> None:
    one = books.standings[row.args["receivable"]]
    one.finish(row.args["previous"])
    one.target, one.cursor = row.args["target"], 0


def _reached(books: MaturityBooks, row: EventRow) -> None:
    books.standings[row.args["receivable"]].reach(row.args["end"])


def _settled_early(books: MaturityBooks, row: EventRow) -> None:
    a = row.args
    early = Early(a["start"], a["end"], a["amount"], row.tx)
    books.standings[a["receivable"]].early[early.start] = early


def _marked(books: MaturityBooks, row: EventRow) -> None:
    books.standings[row.args["receivable"]].overdue_since = row.block


def _cured(books: MaturityBooks, row: EventRow) -> None:
    books.standings[row.args["receivable"]].overdue_since = None


def _written_off(books: MaturityBooks, row: EventRow) -> None:
    books.standings[row.args["receivable"]].written_off[row.args["start"]] = row.args["end"]


def _demanded(books: MaturityBooks, row: EventRow) -> None:
    books.standings[row.args["receivable"]].demanded[row.args["start"]] = row.args["seller"]


def _repurchased(books: MaturityBooks, row: EventRow) -> None:
    a: Any = row.args
    books.standings[a["receivable"]].demanded.pop(a["start"], None)
    books.repurchases.add((row.tx, a["document"]))


_ACTS: Final[dict[tuple[str, str], Callable[[MaturityBooks, EventRow], None]]] = {
    ("PieceBook", "Opened"): _opened,
    ("Maturity", "PaidIn"): _paid_in,
    ("Maturity", "RoundOpened"): _round_opened,
    ("Maturity", "PieceSettled"): _reached,
    ("Maturity", "NettedBack"): _reached,
    ("Proceeds", "EncumbranceNetted"): _reached,
    ("Maturity", "SettledEarly"): _settled_early,
    ("Receivables", "MarkedOverdue"): _marked,
    ("Receivables", "MarkedCured"): _cured,
    ("Recourse", "WrittenOff"): _written_off,
    ("Recourse", "RecourseDemanded"): _demanded,
    ("Recourse", "Repurchased"): _repurchased,
}
