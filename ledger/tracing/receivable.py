"""`piece show`: a receivable with its pieces, which tile `[0, face)`.

The answer (amounts and numbers of fen are integer strings in minor units):

    {chain_id, block, block_hash, receivable, currency, minor_unit, face, paid, obligor, supplier, due, state,
     fingerprint, documents, funded_by: {bond, label, line, project} | null, complete, paid_in, overdue_since,
     pieces: [{start, end, amount, holder, state, lock, sequence, layers, paid, early, written_off, documents,
               history}]}

`paid` is what holders have received so far: of a piece that was settled early what its holder took for it
(`early`: {amount, discount, tx}), of one set off or voided nothing. `paid_in` is what the obligor put up,
before anything went back to it; `overdue_since` a block, null when the receivable is not marked overdue.
"""

from __future__ import annotations

from ledger.domain.dates import format_day
from ledger.domain.states import PieceState
from ledger.tracing import economic
from ledger.tracing.books import Receivable
from ledger.tracing.hops import Json, who
from ledger.tracing.pieces import Book, Piece
from ledger.tracing.world import World


def piece_show(world: World, receivable: int) -> Json:
    """The answer of `greenledger piece show RECEIVABLE --json`, in the shape given above.

    `pieces` is empty until the supplier accepts. `complete` is computed: every act was replayed in its
    sequence without a hole (else the replay would have stopped) and the pieces tile `[0, face)`.

    Raises:
        NotFound: unknown receivable. PieceHistoryBroken: an act is missing.
    """
    found = world.books.receivable(receivable)
    book, standing = world.books.pieces.get(receivable), world.books.maturity.of(receivable)
    code, digits = world.currency(found.cash)
    return {
        "chain_id": world.history.chain_id,
        "block": world.header.number,
        "block_hash": world.header.hash,
        "receivable": str(found.id),
        "currency": code,
        "minor_unit": digits,
        "face": str(found.face),
        "paid": str(sum(_paid(world, found.id, piece) for piece in book.in_order()) if book else 0),
        "paid_in": str(standing.paid_in),
        "overdue_since": standing.overdue_since,
        "obligor": who(world.books.party(found.obligor)),
        "supplier": who(world.books.party(found.supplier)),
        "due": format_day(found.due),
        "state": found.state.name.lower(),
        "fingerprint": found.fingerprint,
        "documents": economic.documents(world.books, found),
        "funded_by": funded_by(world, found),
        "complete": book is None or (book.is_whole() and book.face == found.face),
        "pieces": _pieces(world, book) if book else [],
    }


def funded_by(world: World, found: Receivable) -> Json | None:
    """The bond, line and project that fund a receivable; None where none does."""
    line = world.books.lines.get(found.line)
    if line is None:
        return None
    bond, project = world.books.bonds[line.bond], world.books.projects[line.project]
    return {"bond": bond.id, "label": bond.label, "line": line.label, "project": project.label}


def _pieces(world: World, book: Book) -> list[Json]:
    return [_piece(world, book.receivable, piece) for piece in book.in_order()]


def _paid(world: World, receivable: int, piece: Piece) -> int:
    standing = world.books.maturity.of(receivable)
    early = standing.early_at(piece.start, piece.end)
    if early is not None:
        return early.amount
    otherwise = piece.state in (PieceState.SET_OFF, PieceState.VOIDED)
    return 0 if otherwise else standing.received(piece.start, piece.end)


def _early(world: World, receivable: int, piece: Piece) -> Json | None:
    early = world.books.maturity.of(receivable).early_at(piece.start, piece.end)
    if early is None:
        return None
    discount = early.end - early.start - early.amount
    return {"amount": str(early.amount), "discount": str(discount), "tx": early.tx}


def _piece(world: World, receivable: int, piece: Piece) -> Json:
    length = piece.end - piece.start
    written_off = world.books.maturity.of(receivable).written_off
    return {
        "start": str(piece.start),
        "end": str(piece.end),
        "amount": str(length),
        "holder": who(world.books.party(piece.holder)),
        "state": piece.state.name.lower(),
        "lock": world.books.lock_name(piece.lock),
        "sequence": piece.sequence,
        "layers": piece.layers,
        "paid": str(_paid(world, receivable, piece)),
        "early": _early(world, receivable, piece),
        "written_off": written_off.get(piece.start) == piece.end,
        "documents": [step.document for step in piece.steps],
        "history": [_step(world, piece, index) for index in range(len(piece.steps))],
    }


def _step(world: World, piece: Piece, index: int) -> Json:
    step = piece.steps[index]
    return {
        "from": who(world.books.party(step.sender)),
        "to": who(world.books.party(step.recipient)),
        "against": economic.against(world.books, step),
        "document": step.document,
        "tx": step.tx,
        "block": step.block,
    }
