"""The pieces that are not discharged as columns, in the order of due dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ledger.domain.history import IntArray
from ledger.domain.states import PieceState
from ledger.tracing.books import Books, Receivable
from ledger.tracing.pieces import Piece

_LIVE: Final = (PieceState.HELD, PieceState.LOCKED)


@dataclass(frozen=True, slots=True)
class PieceColumns:
    """One row a piece, by due date, receivable and start.

    `by_holder` are row numbers in the order of holders' numbers, and of due dates within one holder.
    """

    due: IntArray
    receivable: IntArray
    start: IntArray
    holder: IntArray
    by_holder: IntArray
    numbers: dict[str, int]

    @classmethod
    def build(cls, books: Books) -> PieceColumns:
        numbers: dict[str, int] = {}
        rows = [
            (found.due, found.id, piece.start, numbers.setdefault(piece.holder, len(numbers)))
            for found, piece in _live(books)
        ]
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
        due, receivable, start, holder = table[np.lexsort(table.T[2::-1])].T
        return cls(due, receivable, start, holder, np.argsort(holder, kind="stable"), numbers)

    def rows(self, holder: str | None, first: int | None, last: int | None) -> IntArray:
        """The rows of a holder (None: of all) that are due from `first` to `last`, by due date."""
        rows = np.arange(len(self.due)) if holder is None else self._held_by(holder)
        due = self.due[rows]
        low = 0 if first is None else int(due.searchsorted(first, side="left"))
        high = len(rows) if last is None else int(due.searchsorted(last, side="right"))
        return rows[low:high]

    def _held_by(self, holder: str) -> IntArray:
        number, order = self.numbers.get(holder, -1), self.holder[self.by_holder]
        low, high = (int(order.searchsorted(number, side=side)) for side in ("left", "right"))
        return self.by_holder[low:high]


def _live(books: Books) -> Iterator[tuple[Receivable, Piece]]:
    for receivable, pieces in opened(books):
        for piece in pieces:
            if piece.state in _LIVE:
                yield receivable, piece


def opened(books: Books) -> Iterator[tuple[Receivable, list[Piece]]]:
    """Receivables that their suppliers accepted, with their pieces."""
    for receivable in books.receivables.values():
        book = books.pieces.get(receivable.id)
        if book is not None:
            yield receivable, list(book.pieces.values())
