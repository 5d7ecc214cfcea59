"""What events tell about asset pools: their terms, pieces, lots, and what they brought in and paid out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.domain.history import EventRow
from ledger.domain.states import AssetPoolState, PoolPieceState


@dataclass(slots=True)
class PoolPiece:
    """The fen `[start, end)` of a receivable under a number in one pool; `seller` put them in."""

    receivable: int
    start: int
    end: int
    seller: str
    price: int
    state: PoolPieceState = PoolPieceState.OFFERED
    collected: int = 0
    repurchased_for: int = 0
    breaches: list[str] = field(default_factory=list)

    @property
    def face(self) -> int:
        return self.end - self.start

    @property
    def inside(self) -> bool:
        """Whether the piece is in its pool now."""
        return self.state not in (PoolPieceState.TAKEN_OUT, PoolPieceState.REPURCHASED)


@dataclass(slots=True)
class Lot:
    """A subscription: the interval `[start, end)` of a tranche."""

    investor: str
    tranche: int
    start: int
    end: int
    paid: int = 0


@dataclass(slots=True)
class Tranche:
    """What was distributed to it so far, by what it was."""

    nominal: int
    rate_ppm: int
    subscribed: int = 0
    interest: int = 0
    principal: int = 0
    rest: int = 0


@dataclass(slots=True)
class AssetPool:
    """One pool; days as numbers."""

    id: int
    name: str
    originator: str
    trustee: str
    cash: str
    closes_on: int
    due_by: int
    advance_ppm: int
    min_piece: int
    min_face: int
    open_to_holders: bool
    document: str
    tranches: list[Tranche]
    state: AssetPoolState = AssetPoolState.PROPOSED
    pieces: dict[int, PoolPiece] = field(default_factory=dict)
    lots: dict[int, Lot] = field(default_factory=dict)

    @property
    def face(self) -> int:
        """Of the pieces in it now."""
        return sum(piece.face for piece in self.pieces.values() if piece.inside)

    @property
    def parties(self) -> set[str]:
        """Who sees the pool as a whole: originator, trustee, investors."""
        return {self.originator, self.trustee, *(lot.investor for lot in self.lots.values())}


class PoolBooks:
    """All asset pools, event by event."""

    def __init__(self) -> None:
        self.pools: dict[int, AssetPool] = {}

    def apply(self, row: EventRow) -> None:
        """One event of `AssetPools` or `Tranches`; others pass unseen. KeyError for an unknown pool."""
        act = _ACTS.get((row.contract, row.name))
        if act is not None:
            act(self, row.args)


_Args = Any


def _registered(books: PoolBooks, a: _Args) -> None:
    terms = a["terms"]
    books.pools[a["pool"]] = AssetPool(
        id=a["pool"],
        name=a["name"],
        originator=a["originator"],
        trustee=a["trustee"],
        cash=terms["cash"],
        closes_on=terms["closesOn"],
        due_by=terms["dueBy"],
        advance_ppm=terms["advancePpm"],
        min_piece=terms["minPiece"],
        min_face=terms["minFace"],
        open_to_holders=terms["openToHolders"],
        document=terms["document"],
        tranches=[Tranche(one["nominal"], one["ratePpm"]) for one in a["tranches"]],
    )


def _state(state: AssetPoolState) -> Callable[[PoolBooks, _Args], None]:
    def act(books: PoolBooks, a: _Args) -> None:
        books.pools[a["pool"]].state = state

    return act


def _put_in(books: PoolBooks, a: _Args) -> None:
    piece = PoolPiece(a["receivable"], a["start"], a["end"], a["holder"], a["price"])
    books.pools[a["pool"]].pieces[a["piece"]] = piece


def _piece(books: PoolBooks, a: _Args) -> PoolPiece:
    return books.pools[a["pool"]].pieces[a["piece"]]


def _taken_out(books: PoolBooks, a: _Args) -> None:
    _piece(books, a).state = PoolPieceState.TAKEN_OUT


def _bought(books: PoolBooks, a: _Args) -> None:
    _piece(books, a).state = PoolPieceState.BOUGHT


def _collected(books: PoolBooks, a: _Args) -> None:
    _piece(books, a).collected += a["amount"]


def _breached(books: PoolBooks, a: _Args) -> None:
    piece = _piece(books, a)
    piece.state = PoolPieceState.BREACHED
    piece.breaches.append(a["document"])


def _repurchased(books: PoolBooks, a: _Args) -> None:
    piece = _piece(books, a)
    piece.state, piece.repurchased_for = PoolPieceState.REPURCHASED, a["amount"]


def _subscribed(books: PoolBooks, a: _Args) -> None:
    pool = books.pools[a["pool"]]
    pool.tranches[a["tranche"]].subscribed = a["end"]
    pool.lots[a["lot"]] = Lot(a["investor"], a["tranche"], a["start"], a["end"])


def _distributed(books: PoolBooks, a: _Args) -> None:
    tranche = books.pools[a["pool"]].tranches[a["tranche"]]
    tranche.interest += a["interest"]
    tranche.principal += a["principal"]
    tranche.rest += a["rest"]


def _lot_paid(books: PoolBooks, a: _Args) -> None:
    books.pools[a["pool"]].lots[a["lot"]].paid += a["amount"]


_ACTS: Final[dict[tuple[str, str], Callable[[PoolBooks, _Args], None]]] = {
    ("AssetPools", "PoolRegistered"): _registered,
    ("AssetPools", "PoolTakenOn"): _state(AssetPoolState.OPEN),
    ("AssetPools", "PoolClosed"): _state(AssetPoolState.CLOSED),
    ("AssetPools", "PoolRunning"): _state(AssetPoolState.RUNNING),
    ("AssetPools", "PoolCancelled"): _state(AssetPoolState.CANCELLED),
    ("AssetPools", "PiecePutIn"): _put_in,
    ("AssetPools", "PieceTakenOut"): _taken_out,
    ("AssetPools", "PieceBought"): _bought,
    ("AssetPools", "PieceCollected"): _collected,
    ("AssetPools", "PieceBreached"): _breached,
    ("AssetPools", "PieceRepurchased"): _repurchased,
    ("Tranches", "TrancheSubscribed"): _subscribed,
    ("Tranches", "TrancheDistributed"): _distributed,
    ("Tranches", "LotPaid"): _lot_paid,
}
