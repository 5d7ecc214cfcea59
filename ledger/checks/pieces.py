"""PIECE-1: the book's acts, replayed with their sequence numbers, give exactly the pieces the chain holds."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ledger.checks.uses import confirmations
from ledger.checks.view import Seen, View
from ledger.errors import LedgerError

_OPEN, _LOCKED, _PAID, _VOIDED = 1, 2, 3, 5
_KIND, _MODULE_SHIFT = 7, 3
_ACTS: Final = ("Opened", "Cut", "PieceMoved", "Locked", "Unlocked", "Discharged")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece as the book packs it. `state`: kind in the low 3 bits, the locking module above them."""

    holder: str
    end: int
    state: int
    layers: int
    sequence: int

    @property
    def kind(self) -> int:
        return self.state & _KIND

    def __str__(self) -> str:
        return (
            f"[…, {self.end}) of {self.holder}, state {self.state}, layer {self.layers}, no. {self.sequence}"
        )


@dataclass(slots=True)
class Book:
    """One receivable, as its acts make it. `pieces` by start."""

    face: int = 0
    limits: Any = None
    pieces: dict[int, Piece] = field(default_factory=dict)

    def apply(self, act: Seen) -> str | None:
        """Does one act; says what does not fit."""
        if act.name == "Opened":
            return self._open(act)
        start, end, sequence = (act.number(name) for name in ("start", "end", "sequence"))
        piece = self.pieces.get(start)
        if piece is None or piece.end != end:
            return f"{act.name} of [{start}, {end}), which is no piece"
        next_ = replace(piece, sequence=sequence)
        hole = None if sequence == piece.sequence + 1 else f"{piece.sequence} is followed by {sequence}"
        wrong = self._cut(next_, act) if act.name == "Cut" else self._change(next_, act)
        return f"a hole in the sequence at {start}: {hole}" if hole else wrong

    def _open(self, act: Seen) -> str | None:
        again = "opened twice" if self.pieces else None
        self.face, self.limits = act.number("face"), act.args["limits"]
        self.pieces[0] = Piece(act.args["holder"], self.face, _OPEN, 0, 0)
        return again

    def _cut(self, piece: Piece, act: Seen) -> str | None:
        start, middle = act.number("start"), act.number("middle")
        if not start < middle < piece.end:
            return f"a cut of [{start}, {piece.end}) at {middle}, which is outside"
        self.pieces[start], self.pieces[middle] = replace(piece, end=middle), piece
        return None if piece.kind == _OPEN else f"cut at {start} while it was not open"

    def _change(self, piece: Piece, act: Seen) -> str | None:
        self.pieces[act.number("start")], fits = _CHANGES[act.name](piece, act.args)
        return None if fits else f"{act.name} of the piece at {act.number('start')} does not fit its state"


Change = tuple[Piece, bool]


def _moved(piece: Piece, args: Any) -> Change:
    layers = int(args["layers"])
    fits = piece.holder == args["from"] and piece.kind == _OPEN and layers == piece.layers + 1
    return replace(piece, holder=args["to"], layers=layers), fits


def _locked(piece: Piece, args: Any) -> Change:
    return replace(piece, state=_LOCKED | int(args["module"]) << _MODULE_SHIFT), piece.kind == _OPEN


def _unlocked(piece: Piece, args: Any) -> Change:
    return replace(piece, state=_OPEN), piece.state == _LOCKED | int(args["module"]) << _MODULE_SHIFT


def _discharged(piece: Piece, args: Any) -> Change:
    how = int(args["how"])
    once = piece.kind < _PAID <= how <= _VOIDED and piece.holder == args["holder"]
    return replace(piece, state=how), once


_CHANGES: Final[dict[str, Callable[[Piece, Any], Change]]] = {
    "PieceMoved": _moved,
    "Locked": _locked,
    "Unlocked": _unlocked,
    "Discharged": _discharged,
}


def tile(view: View) -> Generator[str, None, str]:
    books: dict[int, Book] = {}
    for act in view.of(*(f"PieceBook.{name}" for name in _ACTS)):
        receivable = act.number("receivable")
        problem = books.setdefault(receivable, Book()).apply(act)
        if problem:
            yield f"receivable {receivable}: {problem} in {act.tx}"
    for receivable, book in books.items():
        yield from _tiling(receivable, book)
        yield from _as_the_chain_says(view, receivable, book)
    yield from _counts(view, books)
    yield from _faces(view, books)
    count = sum(len(book.pieces) for book in books.values())
    return f"{count} pieces of {len(books)} receivables tile their faces, without a hole in any sequence"


def _tiling(receivable: int, book: Book) -> Generator[str, None, None]:
    at = 0
    for start in sorted(book.pieces):
        if start != at:
            yield f"receivable {receivable}: pieces break at {at}, the next starts at {start}"
        at = book.pieces[start].end
    if at != book.face:
        yield f"receivable {receivable}: pieces end at {at}, the face is {book.face}"


def _as_the_chain_says(view: View, receivable: int, book: Book) -> Generator[str, None, None]:
    """Piece by piece: those that the acts make tile the face, so there is room for no other."""
    starts = sorted(book.pieces)
    answers = view.ask_each("PieceBook", "piece", [(receivable, start) for start in starts])
    for start, answer in zip(starts, answers, strict=True):
        had = answer if isinstance(answer, LedgerError) else Piece(**answer)
        if had != book.pieces[start]:
            yield f"receivable {receivable} at {start}: the chain holds {had}, acts make {book.pieces[start]}"


def _counts(view: View, books: dict[int, Book]) -> Generator[str, None, None]:
    """The book's own word on each receivable; one that nobody opened must be empty in it."""
    last = max([int(view.call("Receivables", "count")), *books])
    ids = range(1, last + 1)
    for number, record in zip(ids, view.ask("PieceBook", "receivableOf", [(i,) for i in ids]), strict=True):
        book = books.get(number, Book())
        discharged = sum(piece.end - start for start, piece in book.pieces.items() if piece.kind >= _PAID)
        made = {"face": book.face, "discharged": discharged, "pieces": len(book.pieces)}
        said = {name: int(record[name]) for name in made}
        limits = {name: int(value) for name, value in record["limits"].items()}
        if said != made:
            yield f"receivable {number}: the book counts {said}, acts make {made}"
        if limits != dict(book.limits or dict.fromkeys(limits, 0)):
            yield f"receivable {number}: the book's limits are {limits}, it was opened with {book.limits}"


def _faces(view: View, books: dict[int, Book]) -> Generator[str, None, None]:
    """A receivable is opened over what its obligor confirmed."""
    confirmed = confirmations(view)
    for number, book in books.items():
        face = int(confirmed[number]["face"]) if number in confirmed else 0
        if book.face != face:
            yield f"receivable {number}: opened over {book.face}, confirmed over {face}"
