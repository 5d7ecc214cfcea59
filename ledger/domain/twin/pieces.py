"""Twin of `PieceBook`: every fen `[0, face)` has one holder and is discharged once (PIECE-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ledger.domain.states import PieceState
from ledger.domain.twin.base import NOBODY, Contract, Refusal, Stage, plain
from ledger.domain.twin.participants import Participants

MAY_OPEN: Final = 1
MAY_MOVE: Final = 2
MAY_LOCK: Final = 4
MAY_DISCHARGE: Final = 8
LAST_SEQUENCE: Final = 2**16 - 1 - 256
LAST_LOCK: Final = 2**16 - 1 - 1
_KIND: Final = 7
_MODULE_SHIFT: Final = 3
_MAX_MODULE: Final = 31
_MOST_LAYERS: Final = 2**8 - 1


@dataclass(frozen=True, slots=True)
class Limits:
    """Smallest piece a cut may leave, most pieces of one receivable, most changes of holder of one fen.

    The due date and the programme's terms are there for whoever moves pieces: the book judges no days.
    """

    min_piece: int = 0
    max_pieces: int = 0
    max_layers: int = 0
    closes_on: int = 0
    terms: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """One interval with one holder; it starts at the key it is kept under."""

    holder: str
    end: int
    state: int
    layers: int
    sequence: int

    @property
    def kind(self) -> int:
        return self.state & _KIND


@dataclass(frozen=True, slots=True)
class BookEntry:
    """What the book knows of one receivable."""

    face: int = 0
    discharged: int = 0
    pieces: int = 0
    limits: Limits = Limits()


class PieceBook(Contract):
    def __init__(self, stage: Stage, address: str, participants: Participants) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.pieces: dict[tuple[int, int], Piece] = {}
        self.receivables: dict[int, BookEntry] = {}
        self.modules: dict[str, tuple[int, int]] = {}

    # --- reading ---

    def piece(self, receivable: int, start: int) -> Piece:
        piece = self.pieces.get((receivable, start))
        if piece is None:
            raise Refusal("NoPiece", receivable, start)
        return piece

    def receivable_of(self, receivable: int) -> BookEntry:
        return self.receivables.get(receivable, BookEntry())

    def closing(self, receivable: int) -> tuple[int, int]:
        """From which day on its pieces stay where they are, and its programme's terms."""
        entry = self.receivables.get(receivable)
        if entry is None:
            raise Refusal("NoPiece", receivable, 0)
        return entry.limits.closes_on, entry.limits.terms

    def walk(self, receivable: int) -> Iterator[tuple[int, Piece]]:
        """All pieces with their starts, in order."""
        start = 0
        while start < self.receivable_of(receivable).face:
            piece = self.piece(receivable, start)
            yield start, piece
            start = piece.end

    def check_move(
        self, receivable: int, start: int, sequence: int, from_: int, to: int, holder: str, recipient: str
    ) -> None:
        piece = self.piece(receivable, start)
        self._require_free(receivable, start, piece, sequence)
        entry = self.receivable_of(receivable)
        count = entry.pieces
        if from_ < start or from_ >= to:
            raise Refusal("CutOutside", start, piece.end, from_)
        if from_ != start:
            self._require_cut(start, piece.end, from_, count, entry.limits)
            sequence, count = self._next(receivable, start, sequence), count + 1
        if to != piece.end:
            self._require_cut(from_, piece.end, to, count, entry.limits)
            sequence = self._next(receivable, from_, sequence)
        self._require_move(piece, holder, recipient, entry.limits)
        self._next(receivable, from_, sequence)

    # --- acts of modules ---

    def open(self, sender: str, receivable: int, holder: str, face: int, limits: Limits) -> None:
        self._only(sender, MAY_OPEN)
        if face == 0:
            raise Refusal("ZeroAmount")
        if receivable in self.receivables:
            raise Refusal("ReceivableExists", receivable)
        self.participants.require_active(holder)
        self.receivables[receivable] = BookEntry(face, 0, 1, limits)
        self.pieces[receivable, 0] = Piece(holder, face, PieceState.HELD, 0, 0)
        self.emit("Transfer", NOBODY, holder, token_id(receivable, 0))
        self.emit("Opened", receivable, holder, face, plain(limits))

    def cut(self, sender: str, receivable: int, start: int, sequence: int, middle: int) -> int:
        self._only(sender, MAY_MOVE)
        piece = self.piece(receivable, start)
        self._require_free(receivable, start, piece, sequence)
        return self._cut(receivable, start, piece, middle)

    def move(
        self,
        sender: str,
        receivable: int,
        start: int,
        sequence: int,
        holder: str,
        recipient: str,
        document: bytes,
    ) -> int:
        self._only(sender, MAY_MOVE)
        piece = self.piece(receivable, start)
        self._require_free(receivable, start, piece, sequence)
        return self._move(receivable, start, piece, holder, recipient, document)

    def carve(
        self,
        sender: str,
        receivable: int,
        start: int,
        sequence: int,
        from_: int,
        to: int,
        holder: str,
        recipient: str,
        document: bytes,
    ) -> int:
        """Cuts `[from_, to)` out of the piece at `start` and moves it."""
        self._only(sender, MAY_MOVE)
        piece = self.piece(receivable, start)
        self._require_free(receivable, start, piece, sequence)
        part = self._carve(receivable, start, piece, from_, to)
        return self._move(receivable, from_, part, holder, recipient, document)

    def lock(self, sender: str, receivable: int, start: int, sequence: int) -> int:
        self._only(sender, MAY_LOCK)
        piece = self.piece(receivable, start)
        self._require_free(receivable, start, piece, sequence)
        following = self._next(receivable, start, piece.sequence, LAST_LOCK)
        return self._lock(sender, receivable, start, replace(piece, sequence=following))

    def lock_part(self, sender: str, receivable: int, start: int, sequence: int, from_: int, to: int) -> int:
        """Cuts `[from_, to)` out of the piece at `start` and locks it."""
        self._only(sender, MAY_LOCK)
        piece = self.piece(receivable, start)
        self._require_free(receivable, start, piece, sequence)
        part = self._carve(receivable, start, piece, from_, to)
        following = self._next(receivable, from_, part.sequence)
        return self._lock(sender, receivable, from_, replace(part, sequence=following))

    def unlock(self, sender: str, receivable: int, start: int, sequence: int) -> int:
        self._only(sender, MAY_LOCK)
        return self._unlock(sender, receivable, start, sequence).sequence

    def take(
        self,
        sender: str,
        receivable: int,
        start: int,
        sequence: int,
        holder: str,
        recipient: str,
        document: bytes,
    ) -> int:
        """Moves a piece that the sender locked, and frees it: neither the holder's admission nor the limit on
        layers is asked."""
        self._only(sender, MAY_MOVE)
        piece = self._unlock(sender, receivable, start, sequence)
        following = self._next(receivable, start, piece.sequence, LAST_LOCK)
        if piece.holder != holder:
            raise Refusal("NotHolder", holder, piece.holder)
        if holder == recipient:
            raise Refusal("SameParty", holder, recipient)
        if piece.layers == _MOST_LAYERS:
            raise Refusal("TooManyLayers", piece.layers, _MOST_LAYERS)
        self.participants.require_active(recipient)
        moved = replace(piece, holder=recipient, layers=piece.layers + 1, sequence=following)
        return self._store(receivable, start, holder, moved, document)

    def discharge(self, sender: str, receivable: int, start: int, how: int) -> tuple[str, int]:
        """Returns the holder and the end. Ignores locks and the reserve of sequence numbers."""
        self._only(sender, MAY_DISCHARGE)
        piece = self.piece(receivable, start)
        if piece.kind >= PieceState.PAID:
            raise Refusal("AlreadyDischarged", receivable, start, piece.kind)
        if not PieceState.PAID <= how <= PieceState.VOIDED:
            raise Refusal("AlreadyDischarged", receivable, start, how)
        following = piece.sequence + 1
        self.pieces[receivable, start] = replace(piece, state=how, sequence=following)
        entry = self.receivables[receivable]
        self.receivables[receivable] = replace(entry, discharged=entry.discharged + piece.end - start)
        self.emit("Transfer", piece.holder, NOBODY, token_id(receivable, start))
        self.emit("Discharged", receivable, piece.holder, start, piece.end, how, following)
        return piece.holder, piece.end

    # --- delayed powers ---

    def set_module(self, sender: str, module: str, index: int, permissions: int) -> None:
        self.only_powers(sender)
        if not 0 < index <= _MAX_MODULE:
            raise Refusal("NotModule", module, index.to_bytes(32, "big"))
        self.modules[module] = (index, permissions)
        self.emit("ModuleSet", module, index, permissions)

    def module_of(self, module: str) -> tuple[int, int]:
        return self.modules.get(module, (0, 0))

    # --- how an act is done ---

    def _carve(self, receivable: int, start: int, piece: Piece, from_: int, to: int) -> Piece:
        if from_ < start or from_ >= to:
            raise Refusal("CutOutside", start, piece.end, from_)
        if from_ != start:
            self._cut(receivable, start, piece, from_)
        if to != self.piece(receivable, from_).end:
            self._cut(receivable, from_, self.piece(receivable, from_), to)
        return self.piece(receivable, from_)

    def _cut(self, receivable: int, start: int, piece: Piece, middle: int) -> int:
        entry = self.receivables[receivable]
        self._require_cut(start, piece.end, middle, entry.pieces, entry.limits)
        following = self._next(receivable, start, piece.sequence)
        self.receivables[receivable] = replace(entry, pieces=entry.pieces + 1)
        self.pieces[receivable, middle] = replace(piece, sequence=following)
        self.pieces[receivable, start] = replace(piece, end=middle, sequence=following)
        self.emit("Transfer", NOBODY, piece.holder, token_id(receivable, middle))
        self.emit("Cut", receivable, start, middle, piece.end, following)
        return following

    def _move(
        self, receivable: int, start: int, piece: Piece, holder: str, recipient: str, document: bytes
    ) -> int:
        self._require_move(piece, holder, recipient, self.receivables[receivable].limits)
        following = self._next(receivable, start, piece.sequence)
        moved = replace(piece, holder=recipient, layers=piece.layers + 1, sequence=following)
        return self._store(receivable, start, holder, moved, document)

    def _store(self, receivable: int, start: int, holder: str, piece: Piece, document: bytes) -> int:
        """The piece as its new holder has it."""
        self.pieces[receivable, start] = piece
        self.emit("Transfer", holder, piece.holder, token_id(receivable, start))
        ends = (start, piece.end, piece.layers, piece.sequence)
        self.emit("PieceMoved", receivable, holder, piece.holder, *ends, document)
        return piece.sequence

    def _lock(self, sender: str, receivable: int, start: int, piece: Piece) -> int:
        index = self.module_of(sender)[0]
        self.pieces[receivable, start] = replace(piece, state=locked_by(index))
        self.emit("Locked", receivable, start, piece.end, index, piece.sequence)
        return piece.sequence

    def _unlock(self, sender: str, receivable: int, start: int, sequence: int) -> Piece:
        piece = self.piece(receivable, start)
        if piece.sequence != sequence:
            raise Refusal("StaleSequence", receivable, start, sequence, piece.sequence)
        index = self.module_of(sender)[0]
        if piece.state != locked_by(index):
            raise Refusal("PieceNotLocked", receivable, start, index)
        following = self._next(receivable, start, piece.sequence, LAST_LOCK)
        freed = replace(piece, state=PieceState.HELD, sequence=following)
        self.pieces[receivable, start] = freed
        self.emit("Unlocked", receivable, start, piece.end, index, following)
        return freed

    # --- small parts ---

    def _only(self, sender: str, permission: int) -> None:
        if self.module_of(sender)[1] & permission == 0:
            raise Refusal("NotModule", sender, permission.to_bytes(32, "big"))

    def _require_free(self, receivable: int, start: int, piece: Piece, sequence: int) -> None:
        if piece.sequence != sequence:
            raise Refusal("StaleSequence", receivable, start, sequence, piece.sequence)
        if piece.kind == PieceState.LOCKED:
            raise Refusal("PieceLocked", receivable, start, piece.state >> _MODULE_SHIFT)
        if piece.kind >= PieceState.PAID:
            raise Refusal("AlreadyDischarged", receivable, start, piece.kind)

    def _require_cut(self, start: int, end: int, middle: int, count: int, limits: Limits) -> None:
        if not start < middle < end:
            raise Refusal("CutOutside", start, end, middle)
        smaller = min(middle - start, end - middle)
        if smaller < limits.min_piece:
            raise Refusal("PieceTooSmall", smaller, limits.min_piece)
        if count >= limits.max_pieces:
            raise Refusal("TooManyPieces", count, limits.max_pieces)

    def _require_move(self, piece: Piece, holder: str, recipient: str, limits: Limits) -> None:
        if piece.holder != holder:
            raise Refusal("NotHolder", holder, piece.holder)
        if holder == recipient:
            raise Refusal("SameParty", holder, recipient)
        if piece.layers >= limits.max_layers:
            raise Refusal("TooManyLayers", piece.layers, limits.max_layers)
        self.participants.require_active_pair(holder, recipient)

    def _next(self, receivable: int, start: int, sequence: int, last: int = LAST_SEQUENCE) -> int:
        if sequence >= last:
            raise Refusal("SequenceReserved", receivable, start, sequence)
        return sequence + 1


def token_id(receivable: int, start: int) -> int:
    """ERC-721 token of the piece that starts at `start`."""
    return receivable << 64 | start


def locked_by(index: int) -> int:
    return PieceState.LOCKED | index << _MODULE_SHIFT
