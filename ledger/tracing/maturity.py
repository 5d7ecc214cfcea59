"""`maturity list`: what is owed and held by due date, from the index.

The answer (amounts are integer strings in minor units; days are dates):

    {chain_id, block, block_hash, day,
     receivables: [{receivable, currency, minor_unit, obligor, due, days, bucket, stage, overdue_since, face,
                    paid_in, received, open, funded, settleable,
                    holders: [{party, account, illustrative, open, written_off}]}],
     buckets: [{role, party, account, illustrative, currency, minor_unit, open, buckets: {NAME: amount}}]}

Only accepted receivables, by due date. `open` is what live pieces have not received yet; `paid_in` is gross.
`days` until the due date on the day asked for, `stage` of being overdue from the day after it (marked or
not), `overdue_since` the day of the mark. `settleable`: money is there and the day has come.
For one party: only what it owes or holds, and of the holders itself alone unless it is the obligor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.domain.dates import format_day
from ledger.domain.maturity import bucket_of, in_buckets, stage_of
from ledger.domain.states import PieceState, ReceivableState
from ledger.tracing.books import Receivable
from ledger.tracing.hops import Json, who
from ledger.tracing.maturitybooks import Standing
from ledger.tracing.pieces import Piece
from ledger.tracing.world import World

_LIVE = (PieceState.HELD, PieceState.LOCKED)


@dataclass(slots=True)
class _Found:
    """One receivable with what its live pieces still wait for, by holder."""

    receivable: Receivable
    standing: Standing
    open: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    written_off: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def total(self) -> int:
        return sum(self.open.values())


def maturities(world: World, day: int | None = None, party: str | None = None) -> Json:
    """The answer of `greenledger maturity list --json`, in the shape given above."""
    today = world.today() if day is None else day
    found = sorted(_accepted(world), key=lambda one: (one.receivable.due, one.receivable.id))
    shown = [one for one in found if party is None or party == one.receivable.obligor or party in one.open]
    world.load_days(one.standing.overdue_since for one in shown if one.standing.overdue_since is not None)
    return {
        "chain_id": world.history.chain_id,
        "block": world.header.number,
        "block_hash": world.header.hash,
        "day": format_day(today),
        "receivables": [_receivable(world, one, today, party) for one in shown],
        "buckets": list(_buckets(world, shown, today, party)),
    }


def _accepted(world: World) -> Iterator[_Found]:
    for receivable in world.books.receivables.values():
        book = world.books.pieces.get(receivable.id)
        if receivable.state is not ReceivableState.ACCEPTED or book is None:
            continue
        found = _Found(receivable, world.books.maturity.of(receivable.id))
        for piece in book.pieces.values():
            _count(found, piece)
        yield found


def _count(found: _Found, piece: Piece) -> None:
    if piece.state not in _LIVE:
        return
    left = piece.end - piece.start - found.standing.received(piece.start, piece.end)
    found.open[piece.holder] += left
    if found.standing.written_off.get(piece.start) == piece.end:
        found.written_off[piece.holder] += left


def _receivable(world: World, found: _Found, today: int, party: str | None) -> Json:
    one, standing = found.receivable, found.standing
    code, digits = world.currency(one.cash)
    since = standing.overdue_since
    return {
        "receivable": str(one.id),
        "currency": code,
        "minor_unit": digits,
        "obligor": who(world.books.party(one.obligor)),
        "due": format_day(one.due),
        "days": one.due - today,
        "bucket": bucket_of(one.due, today),
        "stage": stage_of(one.due, today),
        "overdue_since": None if since is None else format_day(world.day(since)),
        "face": str(one.face),
        "paid_in": str(standing.paid_in),
        "received": str(standing.received(0, one.face) if one.face else 0),
        "open": str(found.total),
        "funded": bool(one.line),
        "settleable": today >= one.due and _has_money(one, standing),
        "holders": [
            {
                **who(world.books.party(holder)),
                "open": str(amount),
                "written_off": str(found.written_off[holder]),
            }
            for holder, amount in sorted(found.open.items(), key=lambda pair: (-pair[1], pair[0]))
            if party in (None, one.obligor, holder)
        ],
    }


def _has_money(one: Receivable, standing: Standing) -> bool:
    """An open round, bond money, or money paid in since the last round."""
    return bool(one.line) or standing.target != standing.shared or standing.paid_in > standing.shared


def _buckets(world: World, shown: list[_Found], today: int, party: str | None) -> Iterator[Json]:
    """One row for each party, what it does and its currency; a receivable counts once on each side."""
    owed: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for one in shown:
        due, cash = one.receivable.due, one.receivable.cash
        if party in (None, one.receivable.obligor):
            owed["owes", one.receivable.obligor, cash].append((due, one.total))
        for holder, amount in one.open.items():
            if party in (None, holder):
                owed["holds", holder, cash].append((due, amount))
    for (role, account, cash), amounts in sorted(owed.items()):
        code, digits = world.currency(cash)
        sums = in_buckets(amounts, today)
        yield {
            "role": role,
            **who(world.books.party(account)),
            "currency": code,
            "minor_unit": digits,
            "open": str(sum(sums.values())),
            "buckets": {name: str(amount) for name, amount in sums.items()},
        }
