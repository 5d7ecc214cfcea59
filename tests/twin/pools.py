"""Random acts on asset pools: registered, filled, subscribed, closed, bought, collected, distributed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ledger.domain import purposes
from ledger.domain.kinds import DocumentKind
from ledger.domain.states import AssetPoolState, PieceState, PoolPieceState
from ledger.domain.twin.assetpools import MILLION, AssetPools, Part, Pool, PoolTerms
from ledger.domain.twin.base import NOBODY
from ledger.domain.twin.tranches import Tranches, TrancheTerms
from tests.twin.actors import BANK, COMPANIES, EVERYBODY, FINANCIERS, INVESTORS, LENDER

if TYPE_CHECKING:
    from tests.twin.acts import Act, Histories

TRUSTEES = (FINANCIERS[1], LENDER)
ORIGINATORS = (FINANCIERS[0], COMPANIES[1])


class PoolActs:
    """What is drawn for asset pools; `h` is the history that it is drawn for."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def builders(self) -> list[tuple[int, Callable[[], Act]]]:
        return [
            (3, self.register),
            (4, self.take_on),
            (1, self.cancel),
            (10, self.put_in),
            (2, self.take_out),
            (9, self.subscribe),
            (7, self.close),
            (7, self.buy),
            (3, self.breach),
            (2, self.repurchase),
            (7, self.collect),
            (5, self.distribute),
            (5, self.pay),
        ]

    @property
    def pools(self) -> AssetPools:
        return self.h.world.asset_pools

    @property
    def tranches(self) -> Tranches:
        return self.h.world.tranches

    def _pool(self, *states: AssetPoolState, fitting: Callable[[int], bool] = lambda _: True) -> int:
        known = self.pools.pools
        found = [i for i, pool in known.items() if pool.state in states and fitting(i)]
        return self.h.fit(found, lambda: self.h.number(len(known)))

    def _offering(self, id_: int) -> bool:
        return self.pools.terms(id_).closes_on > self.h.today

    def _anyone(self) -> str:
        return self.h.one(EVERYBODY).address

    # --- originator and trustee ---

    def register(self) -> Act:
        h, originator = self.h, self.h.one(ORIGINATORS).address
        closes_on = h.spoilt(h.days(2, 9), lambda: h.today)
        terms = PoolTerms(
            trustee=h.who(h.one(TRUSTEES).address),
            closes_on=closes_on,
            due_by=h.spoilt(closes_on + 80, lambda: closes_on),
            advance_ppm=h.spoilt(h.dice.randint(900_000, MILLION), lambda: h.one([0, MILLION + 1])),
            cash=h.spoilt(h.cash.address, lambda: h.world.book.address),
            min_piece=h.spoilt(h.one([1, 1, 50]), lambda: 0),
            open_to_holders=h.chance(0.8),
            min_face=h.spoilt(h.one([1, 1, 1, 5_000]), lambda: 0),
            document=h._document(originator, DocumentKind.CONTRACT),
        )
        tranches = [
            TrancheTerms(h.spoilt(h.dice.randint(1, 15_000), lambda: 0), h.dice.randrange(90_000))
            for _ in range(h.spoilt(h.dice.randint(1, 3), lambda: h.one([0, 6])))
        ]
        return h.act(h.who(originator), self.pools, "register", terms, tranches, "a pool")

    def take_on(self) -> Act:
        id_ = self._pool(AssetPoolState.PROPOSED)
        return self.h.act(self.h.who(self.pools.terms(id_).trustee), self.pools, "takeOn", id_)

    def cancel(self) -> Act:
        state = AssetPoolState.OPEN if self.h.chance(0.2) else AssetPoolState.PROPOSED
        id_ = self._pool(state)
        parties = [self.pools.pool(id_).originator, self.pools.terms(id_).trustee, self._anyone()]
        sender = self.h.one(parties)
        return self.h.act(sender if sender != NOBODY else BANK.address, self.pools, "cancel", id_)

    def close(self) -> Act:
        id_ = self._pool(AssetPoolState.OPEN, fitting=self._closable)
        return self.h.act(self.h.who(self.pools.terms(id_).trustee), self.pools, "close", id_)

    def _closable(self, id_: int) -> bool:
        book = self.tranches.book(id_)
        parts = [self.tranches.tranche(id_, index) for index in range(book.tranches)]
        full = all(one.subscribed == one.nominal for one in parts)
        return full and self.pools.pool(id_).face > 0 and not self._offering(id_)

    def breach(self) -> Act:
        id_, number = self._in_pool(PoolPieceState.BOUGHT)
        trustee = self.pools.terms(id_).trustee
        document = self.h._document(trustee, DocumentKind.OTHER)
        return self.h.act(self.h.who(trustee), self.pools, "declareBreach", id_, number, document)

    def repurchase(self) -> Act:
        id_, number = self._in_pool(PoolPieceState.BREACHED)
        return self.h.act(self.h.who(self.pools.pool(id_).originator), self.pools, "repurchase", id_, number)

    def _in_pool(self, *states: PoolPieceState) -> tuple[int, int]:
        found = [key for key, e in self.pools.pieces.items() if e.state in states]
        return self.h.fit(found, lambda: self.h.one([*self.pools.pieces, (1, 0), (9, 1)]))

    # --- holders ---

    def put_in(self) -> Act:
        h = self.h
        id_ = self._pool(AssetPoolState.OPEN, fitting=self._offering)
        receivable, start = h.fit(self._fitting(id_), lambda: h._piece()[:2])
        piece = h.world.book.pieces.get((receivable, start), h._piece()[2])
        low, high = h._inside(start, piece.end)
        room = self.tranches.book(id_).nominal - self.pools.pool(id_).price
        if high - low > room > 0:
            high = h.spoilt(low + room, lambda: high)
        part = Part(receivable, start, h._sequence(piece), low, high)
        return h.act(h.who(piece.holder), self.pools, "putIn", id_, part)

    def _fitting(self, id_: int) -> list[tuple[int, int]]:
        """Pieces that are still held, and due when the pool wants them."""
        terms, receivables = self.pools.terms(id_), self.h.world.receivables
        days = range(terms.closes_on + 1, terms.due_by + 1)
        held = [key for key, piece in self.h.world.book.pieces.items() if piece.state == PieceState.HELD]
        return [key for key in held if receivables.receivable(key[0]).due in days]

    def take_out(self) -> Act:
        id_, number = self._in_pool(PoolPieceState.OFFERED)
        e = self.pools.piece_of(id_, number)
        piece = self.h.world.book.pieces.get((e.receivable, e.start))
        holder = piece.holder if piece else BANK.address
        return self.h.act(self.h.who(holder), self.pools, "takeOut", id_, number)

    # --- investors ---

    def subscribe(self) -> Act:
        h = self.h
        id_ = self._pool(AssetPoolState.OPEN, fitting=lambda i: self._offering(i) and bool(self._free(i)))
        index = h.fit(self._free(id_), lambda: h.one([0, 1, 5]))
        tranche = self.tranches.tranche(id_, index)
        free = tranche.nominal - tranche.subscribed
        amount = free if h.chance(0.6) else h.amount(free, 64)
        investor = h.one([*INVESTORS, *FINANCIERS]).address
        return h.act(h.who(investor), self.tranches, "subscribe", id_, index, amount)

    def _free(self, id_: int) -> list[int]:
        parts = range(self.tranches.book(id_).tranches)
        free = (self.tranches.tranche(id_, index) for index in parts)
        return [index for index, one in enumerate(free) if one.subscribed < one.nominal]

    # --- anyone ---

    def buy(self) -> Act:
        most = self.h.one([1, 2, 9, 9])
        return self.h.act(self._anyone(), self.pools, "buy", self._pool(AssetPoolState.CLOSED), most)

    def collect(self) -> Act:
        h, held = self.h, PoolPieceState.BOUGHT
        paid = [
            key
            for key, e in self.pools.pieces.items()
            if e.state == held and (e.receivable, e.start) in h.world.maturity.held
        ]
        id_, number = h.fit(paid, lambda: self._in_pool(held))
        return h.act(self._anyone(), self.pools, "collect", id_, [number])

    def distribute(self) -> Act:
        id_ = self._pool(AssetPoolState.RUNNING, fitting=self._has_money)
        return self.h.act(self._anyone(), self.tranches, "distribute", id_)

    def _has_money(self, id_: int) -> bool:
        return bool(self.h.cash.balance_of(purposes.axis_of(purposes.POOLS, purposes.asset_pool(id_))))

    def pay(self) -> Act:
        h = self.h
        due = [key for key in self.tranches.lots if self.tranches.due_of(*key)]
        id_, number = h.fit(due, lambda: h.one([*self.tranches.lots, (1, 9)]))
        return h.act(self._anyone(), self.tranches, "pay", id_, [number] * h.one([1, 1, 2]))


def stray(pools: AssetPools) -> list[str]:
    """POOL-1 and POOL-3 as far as a state can break them."""
    faults = []
    for id_, pool in pools.pools.items():
        inside = [e for (where, _), e in pools.pieces.items() if where == id_ and e.state in _INSIDE]
        if sum(e.face for e in inside) != pool.face:
            faults.append(f"POOL-3: asset pool {id_} has {pool.face}, its pieces differ")
    for key, e in pools.pieces.items():
        if (pools.place_of(e.receivable, e.start) == key) != (e.state in _INSIDE):
            faults.append(f"POOL-1: piece {key} is not where its pool says")
        piece = pools.piece_book.piece(e.receivable, e.start)
        discharged = piece.kind >= PieceState.PAID
        if e.state in _INSIDE and not discharged and (piece.state, piece.end) != (_LOCKED, e.end):
            faults.append(f"POOL-1: piece {key} is in a pool and free")
    return faults


def unequal(tranches: Tranches, pools: dict[int, Pool]) -> list[str]:
    """POOL-2 as far as a state can break it."""
    faults = []
    for id_ in pools:
        parts = [tranches.tranche(id_, index) for index in range(tranches.book(id_).tranches)]
        cash = tranches._cash(id_)
        for index, one in enumerate(parts):
            axis = cash.axis(purposes.axis_of(purposes.POOLS, purposes.tranche(id_, index)))
            lots = [lot for (where, _), lot in tranches.lots.items() if where == id_ and lot.tranche == index]
            due = sum(tranches.due_of(*key) for key, lot in tranches.lots.items() if lot in lots)
            cancelled = tranches.book(id_).state == AssetPoolState.CANCELLED
            left = axis.balance - due
            if axis.incoming != one.received or not (cancelled or 0 <= left <= len(lots)):
                faults.append(f"POOL-2: tranche {index} of asset pool {id_} got {one.received}, owes {due}")
            if one.received and any(above.outstanding for above in parts[:index]):
                faults.append(f"POOL-2: tranche {index} of asset pool {id_} was paid before one above it")
    return faults


_INSIDE = (PoolPieceState.OFFERED, PoolPieceState.BOUGHT, PoolPieceState.BREACHED)
_LOCKED = PieceState.LOCKED | 5 << 3
