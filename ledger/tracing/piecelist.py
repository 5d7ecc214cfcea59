"""Lists of pieces by holder and by due date, and the debts that passing them on extinguished.

Lists come from columns: one row a piece that is not discharged, in the order of due dates, so a span of days
is two binary searches and a holder two more. `piece_list` answers (amounts are integer strings):

    {chain_id, block, block_hash, count, totals: {currency: amount},
     pieces: [{receivable, start, end, amount, currency, minor_unit, holder, due, state, lock, layers,
               sequence}]}

A piece that is passed on against a trade document extinguishes the equal debt between the two (三角债). Its
history says how often that happened to each of its fen, so the sum is arithmetic; `debts` answers:

    {chain_id, block, block_hash,
     programmes: [{programme, currency, minor_unit, confirmed, extinguished, ratio_ppm}],
     documents: [{document, registrar, currency, amount, transfers}]}

`confirmed` is the face of what suppliers accepted; `ratio_ppm` is extinguished ÷ confirmed, rounded down.
`documents` are the trade documents behind more than one transfer: they state no amount here, so it is for a
reader to see whether the trade was that large.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from ledger.domain.dates import format_day
from ledger.errors import BadInput
from ledger.tracing.books import Books, Receivable
from ledger.tracing.hops import Json, who
from ledger.tracing.piececolumns import PieceColumns, opened
from ledger.tracing.pieces import Piece, Step
from ledger.tracing.world import World

MOST: Final = 1_000
"""Rows of one answer."""
_PPM: Final = 1_000_000


def piece_list(
    world: World, holder: str | None, first: int | None, last: int | None, limit: int = MOST
) -> Json:
    """A holder's pieces, due between two days; the first `limit` of them, and what all of them come to."""
    if not 0 < limit <= MOST:
        raise BadInput("a list has so many rows", had=limit, needed=f"1 to {MOST}")
    state = world.state
    if state.pieces is None:
        state.pieces = PieceColumns.build(world.books)
    columns = state.pieces
    rows = columns.rows(holder, first, last)
    places = zip(columns.receivable[rows].tolist(), columns.start[rows].tolist(), strict=True)
    found = [(world.books.receivable(id_), _piece_at(world.books, id_, start)) for id_, start in places]
    totals: defaultdict[str, int] = defaultdict(int)
    for receivable, piece in found:
        totals[world.currency(receivable.cash)[0]] += piece.end - piece.start
    return {
        **_place(world),
        "count": len(found),
        "totals": {code: str(amount) for code, amount in totals.items()},
        "pieces": [_row(world, receivable, piece) for receivable, piece in found[:limit]],
    }


def debts(world: World) -> Json:
    """What was confirmed, and what passing it on extinguished, by programme and currency."""
    confirmed: defaultdict[tuple[int, str], int] = defaultdict(int)
    extinguished: defaultdict[tuple[int, str], int] = defaultdict(int)
    backed: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    transfers: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for receivable, pieces in opened(world.books):
        key = receivable.programme, receivable.cash
        confirmed[key] += receivable.face
        for piece, step in _traded(world.books, pieces):
            extinguished[key] += piece.end - piece.start
            paper = step.document, step.sender, receivable.cash
            backed[paper] += piece.end - piece.start
            transfers[paper].add(step.tx)
    return {
        **_place(world),
        "programmes": [_figure(world, key, confirmed[key], extinguished[key]) for key in sorted(confirmed)],
        "documents": [
            _paper(world, paper, amount, len(transfers[paper]))
            for paper, amount in sorted(backed.items())
            if len(transfers[paper]) > 1
        ],
    }


def _traded(books: Books, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Step]]:
    """Each change of holder against a trade document, once for every piece that has it in its past."""
    for piece in pieces:
        for step in piece.steps:
            if books.is_trade(step):
                yield piece, step


def _piece_at(books: Books, receivable: int, start: int) -> Piece:
    book = books.pieces.get(receivable)
    assert book is not None, "columns hold only what was opened"
    return book.pieces[start]


def _place(world: World) -> Json:
    return {
        "chain_id": world.history.chain_id,
        "block": world.header.number,
        "block_hash": world.header.hash,
    }


def _row(world: World, receivable: Receivable, piece: Piece) -> Json:
    code, digits = world.currency(receivable.cash)
    return {
        "receivable": str(receivable.id),
        "start": str(piece.start),
        "end": str(piece.end),
        "amount": str(piece.end - piece.start),
        "currency": code,
        "minor_unit": digits,
        "holder": who(world.books.party(piece.holder)),
        "due": format_day(receivable.due),
        "state": piece.state.name.lower(),
        "lock": world.books.lock_name(piece.lock),
        "layers": piece.layers,
        "sequence": piece.sequence,
    }


def _figure(world: World, key: tuple[int, str], confirmed: int, extinguished: int) -> Json:
    code, digits = world.currency(key[1])
    return {
        "programme": key[0],
        "currency": code,
        "minor_unit": digits,
        "confirmed": str(confirmed),
        "extinguished": str(extinguished),
        "ratio_ppm": extinguished * _PPM // confirmed,
    }


def _paper(world: World, paper: tuple[str, str, str], amount: int, transfers: int) -> Json:
    document, registrar, cash = paper
    return {
        "document": document,
        "registrar": who(world.books.party(registrar)),
        "currency": world.currency(cash)[0],
        "minor_unit": world.currency(cash)[1],
        "amount": str(amount),
        "transfers": transfers,
    }
