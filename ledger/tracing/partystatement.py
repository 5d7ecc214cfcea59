"""`statement`: everything of one participant between two blocks, opening and closing, each move in between.

In money, one account for each cash and sub-account that is the participant's own: its account, what awaits
redemption, what is kept for it (claims). In units, one for each bond; in claims on others, one for each
receivable of which it held or holds a piece.

    {chain_id, party, account, illustrative, rule: null, first: {block, as_of} | null,
     last: {block, block_hash, as_of},
     cash: [{cash, currency, minor_unit, sub_account, address, opening, received, paid, closing, count, next,
             moves: [{block, day, tx, log, received, paid, balance, document, counterpart: {party, account,
                      illustrative, sub_account, name}}]}],
     units: [{bond, label, opening, received, given, closing, moves: [{block, day, received, given, balance,
              counterpart}]}],
     pieces: [{receivable, currency, minor_unit, opening, gained, lost, closing,
               changes: [{start, end, amount, before, after, documents}]}]}

The opening is the state at the end of `first`, the closing at the end of `last`. Everywhere opening +
received - paid = closing, and the last running balance is the closing (TRACE-9); the opening and
closing balances are counters of their own, not sums of what is listed. No accounting rule is needed:
nothing is followed. `moves` come in pages: those from `after` on, in each account. A piece's `before` and
`after` are `{holder, state}`: a fen that is discharged is no longer held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from ledger.domain.dates import format_day
from ledger.domain.history import IntArray
from ledger.domain.obligations import NOBODY
from ledger.domain.questions import MOST_MOVES, require_page
from ledger.domain.states import PieceState
from ledger.errors import BadInput, NotFound
from ledger.tracing.axes import Axis, Kind
from ledger.tracing.columns import MoveColumns, Side
from ledger.tracing.hops import Json, name, who
from ledger.tracing.impactbooks import Change
from ledger.tracing.pieces import Book, Piece
from ledger.tracing.world import World

_OWN: Final = (Kind.GENERAL, Kind.REDEMPTION, Kind.CLAIM)
_LIVE: Final = (PieceState.HELD, PieceState.LOCKED)


def statement(earlier: World, later: World, account: str, after: int = 0, limit: int = MOST_MOVES) -> Json:
    """The answer of `greenledger statement PARTICIPANT --json`, from the end of one state to another.

    Raises:
        NotFound: who was never admitted. BadInput: the states come in the wrong order.
    """
    require_page(after, limit, MOST_MOVES)
    party = later.books.parties.get(account)
    if party is None:
        raise NotFound(f"{account} is no participant", who=account)
    if earlier.header.number > later.header.number:
        needed = later.header.number
        raise BadInput("the earlier block comes first", had=earlier.header.number, needed=needed)
    first, last = earlier.header, later.header
    return {
        "chain_id": later.history.chain_id,
        **who(party),
        "rule": None,
        "first": {"block": first.number, "as_of": format_day(earlier.today())} if first.number >= 0 else None,
        "last": {"block": last.number, "block_hash": last.hash, "as_of": format_day(later.today())},
        "cash": list(_cash(later, account, first.number, slice(after, after + limit))),
        "units": list(_units(later, account, first.number)),
        "pieces": list(_pieces(earlier, later, account)),
    }


# --- money -----------------------------------------------------------------------------------------------


def _cash(world: World, account: str, opened: int, page: slice) -> Iterator[Json]:
    meanings = world.meanings()
    mine = [axis for axis, one in enumerate(meanings) if one.kind in _OWN and one.party == account]
    for cash in world.books.currencies:
        columns = world.columns(cash)
        for axis in mine:
            if any(columns.counters(axis)):
                yield _account(world, cash, columns, axis, opened, page)


def _account(world: World, cash: str, columns: MoveColumns, axis: int, opened: int, page: slice) -> Json:
    code, digits = world.currency(cash)
    blocks = columns.rows.block
    first = int(blocks.searchsorted(opened, side="right"))
    came_before, went_before = (
        _through(columns.incoming, axis, first),
        _through(columns.outgoing, axis, first),
    )
    came, went = columns.counters(axis)
    rows = np.union1d(_rows(columns.incoming, axis, first), _rows(columns.outgoing, axis, first))
    shown, until = rows[page], min(page.stop, len(rows))
    return {
        "cash": cash,
        "currency": code,
        "minor_unit": digits,
        "sub_account": world.meanings()[axis].kind.value,
        "address": columns.axes[axis],
        "opening": str(came_before - went_before),
        "received": str(came - came_before),
        "paid": str(went - went_before),
        "closing": str(came - went),
        "count": len(rows),
        "next": until if until < len(rows) else None,
        "moves": _moves(world, columns, axis, shown),
    }


def _through(side: Side, axis: int, first: int) -> int:
    """The counter of an axis before the row `first`."""
    moves = slice(int(side.first[axis]), int(side.first[axis + 1]))
    return int(side.amount[moves][side.row[moves] < first].sum())


def _rows(side: Side, axis: int, first: int) -> IntArray:
    rows = side.row[int(side.first[axis]) : int(side.first[axis + 1])]
    return rows[rows >= first]


def _moves(world: World, columns: MoveColumns, axis: int, rows: IntArray) -> list[Json]:
    world.load(columns, rows)
    return [_move(world, columns, axis, row) for row in rows.tolist()]


def _move(world: World, columns: MoveColumns, axis: int, row: int) -> Json:
    rows, ref = columns.rows, world.ref(columns, row)
    amount, receives = int(rows.amount[row]), int(rows.to_axis[row]) == axis
    other = int(rows.from_axis[row] if receives else rows.to_axis[row])
    return {
        "block": ref.block,
        "day": format_day(world.day(ref.block)),
        "tx": ref.tx,
        "log": ref.log,
        "received": str(amount if receives else 0),
        "paid": str(0 if receives else amount),
        "balance": str(_balance(columns, axis, row)),
        "document": ref.document,
        "counterpart": _counterpart(world, world.meanings()[other]),
    }


def _balance(columns: MoveColumns, axis: int, row: int) -> int:
    """After a move, by the counters that the moves themselves carry."""
    came, went = (_counter(side, axis, row) for side in (columns.incoming, columns.outgoing))
    return came - went


def _counter(side: Side, axis: int, row: int) -> int:
    low, high = int(side.first[axis]), int(side.first[axis + 1])
    last = low + int(side.row[low:high].searchsorted(row, side="right")) - 1
    return int(side.near[last] + side.amount[last]) if last >= low else 0


def _counterpart(world: World, axis: Axis) -> Json:
    party = world.books.party(axis.party) if axis.party else None
    return {**who(party), "sub_account": axis.kind.value, "name": name(world, axis)}


# --- units -----------------------------------------------------------------------------------------------


def _units(world: World, account: str, opened: int) -> Iterator[Json]:
    facts = world.books.impact
    for number, terms in facts.bonds.items():
        mine = [one for one in facts.units[terms.token] if (one.source == account) != (one.target == account)]
        if mine:
            world.load_days({change.block for change in mine})
            opening = sum(_gain(change, account) for change in mine if change.block <= opened)
            yield _holding(world, number, account, opening, [one for one in mine if one.block > opened])


def _holding(world: World, bond: int, account: str, opening: int, changes: list[Change]) -> Json:
    gains = [_gain(change, account) for change in changes]
    return {
        "bond": bond,
        "label": world.books.bonds[bond].label,
        "opening": str(opening),
        "received": str(sum(gain for gain in gains if gain > 0)),
        "given": str(-sum(gain for gain in gains if gain < 0)),
        "closing": str(opening + sum(gains)),
        "moves": [
            _unit_move(world, change, gain, opening + sum(gains[: at + 1]))
            for at, (change, gain) in enumerate(zip(changes, gains, strict=True))
        ],
    }


def _gain(change: Change, account: str) -> int:
    return change.amount if change.target == account else -change.amount


def _unit_move(world: World, change: Change, gain: int, balance: int) -> Json:
    other = change.source if gain > 0 else change.target
    return {
        "block": change.block,
        "day": format_day(world.day(change.block)),
        "received": str(max(gain, 0)),
        "given": str(max(-gain, 0)),
        "balance": str(balance),
        "counterpart": who(None if other == NOBODY else world.books.party(other)),
    }


# --- claims on others ------------------------------------------------------------------------------------


def _pieces(earlier: World, later: World, account: str) -> Iterator[Json]:
    for number, receivable in later.books.receivables.items():
        was, now = earlier.books.pieces.get(number), later.books.pieces.get(number)
        if now is None:
            continue
        laid = list(_laid(was, now))
        changes = [
            (start, end, before, after)
            for start, end, before, after in laid
            if _holds(before, account) != _holds(after, account)
        ]
        opening, closing = (_held(book, account) for book in (was, now))
        if not (opening or closing or changes):
            continue
        code, digits = later.currency(receivable.cash)
        gained = sum(end - start for start, end, _, after in changes if _holds(after, account))
        lost = sum(end - start for start, end, _, after in changes if not _holds(after, account))
        yield {
            "receivable": str(number),
            "currency": code,
            "minor_unit": digits,
            "opening": str(opening),
            "gained": str(gained),
            "lost": str(lost),
            "closing": str(closing),
            "changes": [_change(later, *change) for change in changes],
        }


def _laid(was: Book | None, now: Book) -> Iterator[tuple[int, int, Piece | None, Piece]]:
    """Every fen of a receivable once. Pieces are only ever cut, so the later ones lie within the earlier."""
    for piece in now.in_order():
        before = was.between(piece.start, piece.end) if was else []
        yield piece.start, piece.end, before[0] if before else None, piece


def _holds(piece: Piece | None, account: str) -> bool:
    return piece is not None and piece.state in _LIVE and piece.holder == account


def _held(book: Book | None, account: str) -> int:
    pieces: Sequence[Piece] = book.in_order() if book else []
    return sum(piece.end - piece.start for piece in pieces if _holds(piece, account))


def _change(world: World, start: int, end: int, before: Piece | None, after: Piece) -> Json:
    seen = len(before.steps) if before else 0
    return {
        "start": str(start),
        "end": str(end),
        "amount": str(end - start),
        "before": _told(world, before),
        "after": _told(world, after),
        "documents": [step.document for step in after.steps[seen:]],
    }


def _told(world: World, piece: Piece | None) -> Json | None:
    if piece is None:
        return None
    return {"holder": who(world.books.party(piece.holder)), "state": piece.state.name.lower()}
