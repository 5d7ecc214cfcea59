"""A receivable's pieces, replayed from the book's events (DESIGN 2.3, PIECE-1).

Every act on a piece carries its next sequence number and a cut hands the same number to both parts: a history
with a hole in it does not replay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ledger.domain.history import EventRow
from ledger.domain.intervals import Interval, tiles
from ledger.domain.states import PieceState
from ledger.errors import LedgerError


class PieceHistoryBroken(LedgerError):
    """An act on a piece is missing, doubled or does not fit what came before. `who`: (receivable, start)."""

    code = "piece-history-broken"


@dataclass(frozen=True, slots=True)
class Step:
    """A change of holder: `document` is the trade document's hash, or the quote's digest of a financing."""

    sender: str
    recipient: str
    document: str
    block: int
    tx: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One interval with its whole past. `lock` is the locking module's index, zero when not locked."""

    start: int
    end: int
    holder: str
    first_holder: str
    state: PieceState = PieceState.HELD
    lock: int = 0
    layers: int = 0
    sequence: int = 0
    steps: tuple[Step, ...] = ()


@dataclass(slots=True)
class Book:
    """The pieces of one receivable by start. They tile `[0, face)` at any time."""

    receivable: int
    face: int
    pieces: dict[int, Piece] = field(default_factory=dict)

    def in_order(self) -> list[Piece]:
        """By start."""
        return [self.pieces[start] for start in sorted(self.pieces)]

    def between(self, start: int, end: int) -> list[Piece]:
        """The pieces that hold fen of `[start, end)`."""
        return [piece for piece in self.in_order() if piece.start < end and start < piece.end]

    def is_whole(self) -> bool:
        """True when the pieces tile `[0, face)`."""
        return tiles((Interval(p.start, p.end) for p in self.pieces.values()), Interval(0, self.face))


class PieceBooks:
    """All receivables' books, replayed act by act."""

    def __init__(self) -> None:
        self._books: dict[int, Book] = {}

    def get(self, receivable: int) -> Book | None:
        """The book of a receivable; None until it is accepted."""
        return self._books.get(receivable)

    def apply(self, row: EventRow) -> None:
        """One event of `PieceBook`; others pass unseen.

        Raises:
            PieceHistoryBroken: when it does not follow on what was replayed so far.
        """
        act = _ACTS.get(row.name)
        if row.name == "Opened":
            self._open(row.args)
        elif act is not None:
            book = self._books.get(row.args["receivable"])
            if book is None:
                raise PieceHistoryBroken(
                    "an act before opening", who=(row.args["receivable"], row.args["start"])
                )
            act(book, row)

    def _open(self, args: Mapping[str, Any]) -> None:
        receivable, holder, face = args["receivable"], args["holder"], args["face"]
        if receivable in self._books:
            raise PieceHistoryBroken("opened twice", who=(receivable, 0))
        self._books[receivable] = Book(receivable, face, {0: Piece(0, face, holder, holder)})


def _cut(book: Book, row: EventRow) -> None:
    piece, args = _next(book, row), row.args
    if not piece.start < args["middle"] < piece.end:
        raise _broken(book, row, "a cut outside its piece", piece.end, args["middle"])
    parts = replace(piece, end=args["middle"]), replace(piece, start=args["middle"])
    book.pieces.update({part.start: part for part in parts})


def _moved(book: Book, row: EventRow) -> None:
    piece, args = _next(book, row), row.args
    if piece.holder != args["from"]:
        raise _broken(book, row, "moved by somebody else than its holder", piece.holder, args["from"])
    if piece.layers + 1 != args["layers"]:
        raise _broken(book, row, "a hole in its layers", piece.layers, args["layers"])
    step = Step(args["from"], args["to"], args["document"], row.block, row.tx)
    moved = replace(piece, holder=args["to"], layers=args["layers"], steps=(*piece.steps, step))
    book.pieces[piece.start] = moved


def _locked(book: Book, row: EventRow) -> None:
    piece = _next(book, row)
    book.pieces[piece.start] = replace(piece, state=PieceState.LOCKED, lock=row.args["module"])


def _unlocked(book: Book, row: EventRow) -> None:
    piece = _next(book, row)
    book.pieces[piece.start] = replace(piece, state=PieceState.HELD, lock=0)


def _discharged(book: Book, row: EventRow) -> None:
    piece = _next(book, row)
    if piece.state not in (PieceState.HELD, PieceState.LOCKED):
        raise _broken(book, row, "discharged twice", piece.state, row.args["how"])
    book.pieces[piece.start] = replace(piece, state=PieceState(row.args["how"]), lock=0)


def _next(book: Book, row: EventRow) -> Piece:
    """The piece that an act names, with the act's sequence number, which must be the one after its own."""
    piece, args = book.pieces.get(row.args["start"]), row.args
    if piece is None or piece.end != args["end"]:
        raise _broken(book, row, "an act on a piece that is not there", piece and piece.end, args["end"])
    if piece.sequence + 1 != args["sequence"]:
        raise _broken(book, row, "a hole in its sequence", piece.sequence + 1, args["sequence"])
    return replace(piece, sequence=args["sequence"])


def _broken(book: Book, row: EventRow, message: str, needed: object, had: object) -> PieceHistoryBroken:
    place = f"receivable {book.receivable}, piece at {row.args['start']}"
    who = (book.receivable, row.args["start"])
    return PieceHistoryBroken(f"{place}: {message}", who=who, had=had, needed=needed)


_ACTS = {
    "Cut": _cut,
    "PieceMoved": _moved,
    "Locked": _locked,
    "Unlocked": _unlocked,
    "Discharged": _discharged,
}
