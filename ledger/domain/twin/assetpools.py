"""Twin of `AssetPools`: pieces locked in one pool, sold to its trustee, looked through (POOL-1, POOL-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ledger.domain.kinds import DocumentKind
from ledger.domain.roles import Role
from ledger.domain.states import AssetPoolState, PieceState, PoolPieceState, ReceivableState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, fits, plain, word
from ledger.domain.twin.cash import Cash
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.maturity import Maturity
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.pieces import LAST_SEQUENCE, Piece, PieceBook
from ledger.domain.twin.receivables import Receivables
from ledger.domain.twin.tranches import Book, Tranches, TrancheTerms

MILLION: Final = 1_000_000
CLOSE_DAYS: Final = 10
ACTS_TO_COME: Final = 8
"""Numbers that a piece in a pool may still need: two cuts, three locks and unlocks each way, two moves."""


@dataclass(frozen=True, slots=True)
class PoolTerms:
    """`advance_ppm` is a piece's price in ppm of its face; the days are those of `IAssetPools.Terms`."""

    trustee: str = NOBODY
    closes_on: int = 0
    due_by: int = 0
    advance_ppm: int = 0
    cash: str = NOBODY
    min_piece: int = 0
    open_to_holders: bool = False
    min_face: int = 0
    document: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class Part:
    """What a holder puts in: `[start, end)` of the piece at `piece_start`."""

    receivable: int
    piece_start: int
    sequence: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pool:
    """`pieces` counts the numbers given out, `bought` says up to which of them buying has come."""

    originator: str = NOBODY
    state: int = 0
    pieces: int = 0
    bought: int = 0
    face: int = 0
    price: int = 0


@dataclass(frozen=True, slots=True)
class PoolPiece:
    """One piece under its number in a pool; `sequence` is the book's, under this module's lock."""

    receivable: int = 0
    start: int = 0
    end: int = 0
    sequence: int = 0
    state: int = 0
    collected: int = 0

    @property
    def face(self) -> int:
        return self.end - self.start


class AssetPools(Module):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        book: PieceBook,
        receivables: Receivables,
        maturity: Maturity,
        tranches: Tranches,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.piece_book = book
        self.receivables = receivables
        self.maturity = maturity
        self.tranches = tranches
        self.carrier = NOBODY
        self.pools: dict[int, Pool] = {}
        self.pool_terms: dict[int, PoolTerms] = {}
        self.pieces: dict[tuple[int, int], PoolPiece] = {}
        self.places: dict[tuple[int, int], tuple[int, int]] = {}

    # --- reading ---

    @property
    def count(self) -> int:
        return len(self.pools)

    def pool(self, id_: int) -> Pool:
        return self.pools.get(id_, Pool())

    def terms(self, id_: int) -> PoolTerms:
        return self.pool_terms.get(id_, PoolTerms())

    def piece_of(self, id_: int, number: int) -> PoolPiece:
        return self.pieces.get((id_, number), PoolPiece())

    def place_of(self, receivable: int, start: int) -> tuple[int, int]:
        """The one pool that a piece is in, and its number there."""
        return self.places.get((receivable, start), (0, 0))

    def payee_of(self, receivable: int, start: int, holder: str) -> str:
        """An offered piece is still its holder's; what a bought one brings in waits until it is collected."""
        place = self.place_of(receivable, start)
        if place == (0, 0) or self.pieces[place].state == PoolPieceState.OFFERED:
            return holder
        return self.carrier

    # --- originator and trustee, before closing ---

    def register(self, sender: str, terms: PoolTerms, tranches: Sequence[TrancheTerms], name: str) -> int:
        self._require_originator(sender)
        self._require_terms(sender, terms)
        id_ = self.count + 1
        self.pool_terms[id_] = terms
        self.pools[id_] = Pool(sender, AssetPoolState.PROPOSED)
        book = Book(
            terms.cash,
            terms.closes_on,
            AssetPoolState.PROPOSED,
            originator=sender,
            document=terms.document,
        )
        self.tranches.register(self.address, id_, book, tranches)
        shown = tuple(plain(one) for one in tranches)
        self.emit("PoolRegistered", id_, sender, terms.trustee, plain(terms), shown, name)
        return id_

    def _require_originator(self, who: str) -> None:
        self.participants.require_active(who)
        roles, needed = self.participants.admission(who).roles, int(Role.FINANCIER | Role.SUPPLIER)
        if roles & needed == 0:
            raise Refusal("MissingRole", who, roles, needed)

    def _require_terms(self, originator: str, t: PoolTerms) -> None:
        self.participants.require_role(t.trustee, Role.FINANCIER)
        self.participants.require_unrelated(originator, t.trustee)
        if t.due_by <= t.closes_on:
            raise Refusal("DateOutOfOrder", word("DUE_BY"), t.due_by, t.closes_on)
        if t.advance_ppm == 0 or t.min_piece == 0 or t.min_face == 0:
            raise Refusal("ZeroAmount")
        if t.advance_ppm > MILLION:
            raise Refusal("AmountTooLarge", t.advance_ppm, MILLION)

    def take_on(self, sender: str, id_: int) -> None:
        self._in_state(id_, AssetPoolState.PROPOSED)
        self._require_trustee(sender, id_)
        self.participants.require_role(sender, Role.FINANCIER)
        self._advance(id_, AssetPoolState.OPEN)
        self.emit("PoolTakenOn", id_)

    def cancel(self, sender: str, id_: int) -> None:
        """By the originator or the trustee; ten days after the cut-off day by anyone."""
        pool, terms = self.pool(id_), self.terms(id_)
        if pool.state != AssetPoolState.PROPOSED:
            self._in_state(id_, AssetPoolState.OPEN)
        last, day = terms.closes_on + CLOSE_DAYS, self.participants.today()
        if sender not in (pool.originator, terms.trustee) and day <= last:
            raise Refusal("DateOutOfOrder", word("CANCEL"), day, last + 1)
        self._advance(id_, AssetPoolState.CANCELLED)
        self.emit("PoolCancelled", id_)

    # --- holders of pieces ---

    def check_put_in(self, id_: int, part: Part, holder: str) -> None:
        self._require_offering(id_)
        originator, terms = self.pool(id_).originator, self.terms(id_)
        if holder != originator and not terms.open_to_holders:
            raise Refusal("NotParty", holder, originator)
        self._require_receivable(terms, part.receivable)
        if part.start >= part.end:
            raise Refusal("ZeroAmount")
        face = part.end - part.start
        if face < terms.min_piece:
            raise Refusal("PieceTooSmall", face, terms.min_piece)
        free = self.tranches.book(id_).nominal - self.pool(id_).price
        price = price_up(face, terms.advance_ppm)
        if price > free:
            raise Refusal("PoolFull", id_, free, price)
        if part.sequence > LAST_SEQUENCE - ACTS_TO_COME:
            raise Refusal("SequenceReserved", part.receivable, part.piece_start, part.sequence)
        where = (part.receivable, part.piece_start, part.sequence, part.start, part.end)
        self.piece_book.check_move(*where, holder, terms.trustee)

    def put_in(self, sender: str, id_: int, part: Part) -> int:
        self.check_put_in(id_, part, sender)
        pool, face = self.pools[id_], part.end - part.start
        price, number = price_up(face, self.terms(id_).advance_ppm), pool.pieces + 1
        whole, cost = fits(pool.face + face, 64), fits(pool.price + price, 64)
        self.pools[id_] = replace(pool, pieces=number, face=whole, price=cost)
        self.places[part.receivable, part.start] = (id_, number)
        sequence, state = self._lock_exactly(part), PoolPieceState.OFFERED
        self.pieces[id_, number] = PoolPiece(part.receivable, part.start, part.end, sequence, state)
        self.emit("PiecePutIn", id_, part.receivable, sender, number, part.start, part.end, price)
        return number

    def _lock_exactly(self, part: Part) -> int:
        """Cuts the interval out and locks it, so that it cannot shrink under the investors."""
        book, me, id_, sequence = self.piece_book, self.address, part.receivable, part.sequence
        if part.start != part.piece_start:
            sequence = book.cut(me, id_, part.piece_start, sequence, part.start)
        if part.end != book.piece(id_, part.start).end:
            sequence = book.cut(me, id_, part.start, sequence, part.end)
        return book.lock(me, id_, part.start, sequence)

    def _require_receivable(self, terms: PoolTerms, id_: int) -> None:
        receivable, needed = self.receivables.receivable(id_), ReceivableState.ACCEPTED
        if receivable.state != needed:
            raise Refusal("WrongState", word("RECEIVABLE"), id_, receivable.state, int(needed))
        if receivable.cash != terms.cash:
            raise Refusal("NotParty", receivable.cash, terms.cash)
        if receivable.due <= terms.closes_on:
            raise Refusal("DateOutOfOrder", word("DUE"), receivable.due, terms.closes_on)
        if receivable.due > terms.due_by:
            raise Refusal("DateOutOfOrder", word("DUE_BY"), terms.due_by, receivable.due)

    def take_out(self, sender: str, id_: int, number: int) -> None:
        """By its holder before the cut-off day; of a cancelled pool by anyone."""
        e = self._piece_in(id_, number, PoolPieceState.OFFERED)
        if self.pool(id_).state != AssetPoolState.CANCELLED:
            self._require_offering(id_)
            holder = self.piece_book.piece(e.receivable, e.start).holder
            if sender != holder:
                raise Refusal("NotParty", sender, holder)
        self._release(id_, number, e)

    def _release(self, id_: int, number: int, e: PoolPiece) -> None:
        """Leaves the piece with its holder. One that was discharged meanwhile has no lock any more."""
        pool, price = self.pools[id_], price_up(e.face, self.terms(id_).advance_ppm)
        self.pools[id_] = replace(pool, face=pool.face - e.face, price=pool.price - price)
        self.pieces[id_, number] = replace(e, state=PoolPieceState.TAKEN_OUT)
        del self.places[e.receivable, e.start]
        if self.piece_book.piece(e.receivable, e.start).kind == PieceState.LOCKED:
            self.piece_book.unlock(self.address, e.receivable, e.start, e.sequence)
        self.emit("PieceTakenOut", id_, e.receivable, number, e.start, e.end)

    # --- closing and buying ---

    def check_close(self, id_: int) -> None:
        pool, terms = self._in_state(id_, AssetPoolState.OPEN), self.terms(id_)
        day = self.participants.today()
        if day < terms.closes_on:
            raise Refusal("DateOutOfOrder", word("CLOSES_ON"), day, terms.closes_on)
        self.tranches.require_subscribed(id_)
        if pool.face < terms.min_face:
            raise Refusal("PoolTooSmall", id_, pool.face, terms.min_face)

    def close(self, sender: str, id_: int) -> None:
        self._require_trustee(sender, id_)
        self.participants.require_active(sender)
        self.check_close(id_)
        self._advance(id_, AssetPoolState.CLOSED)
        self.emit("PoolClosed", id_, self.pool(id_).face, self.pool(id_).price)

    def buy(self, sender: str, id_: int, most: int) -> None:
        """Piece to the trustee and price to its holder, for up to `most` more pieces. Anyone may call."""
        pool = self._in_state(id_, AssetPoolState.CLOSED)
        self.participants.require_active(self.terms(id_).trustee)
        last = min(pool.bought + most, pool.pieces)
        for number in range(pool.bought + 1, last + 1):
            e = self.pieces[id_, number]
            if e.state == PoolPieceState.OFFERED:
                self._buy_one(id_, number, e)
        self.pools[id_] = replace(self.pools[id_], bought=last)
        if last == pool.pieces:
            self._advance(id_, AssetPoolState.RUNNING)
            self.emit("PoolRunning", id_)

    def _buy_one(self, id_: int, number: int, e: PoolPiece) -> None:
        """Piece and price in one act, or neither: what cannot be sold stays with its holder."""
        had, terms, me = self.piece_book.piece(e.receivable, e.start), self.terms(id_), self.address
        if not self._sellable(e.receivable, had):
            return self._release(id_, number, e)
        book, key = self.piece_book, (e.receivable, e.start)
        sequence = book.unlock(me, *key, e.sequence)
        sequence = book.move(me, *key, sequence, had.holder, terms.trustee, terms.document)
        sequence = book.lock(me, *key, sequence)
        self.pieces[id_, number] = replace(e, state=PoolPieceState.BOUGHT, sequence=sequence)
        price = price_up(e.face, terms.advance_ppm)
        self.tranches.pay_for(me, id_, had.holder, price)
        self.emit("PieceBought", id_, e.receivable, had.holder, number, e.start, e.end, price)

    def _sellable(self, id_: int, had: Piece) -> bool:
        """From its due date on a piece is being settled and stays where it is."""
        if had.kind != PieceState.LOCKED or not self.participants.is_active(had.holder):
            return False
        receivable = self.receivables.receivable(id_)
        return receivable.state == ReceivableState.ACCEPTED and self.participants.today() < receivable.due

    # --- money of the pieces ---

    def collect(self, sender: str, id_: int, numbers: Sequence[int]) -> None:
        if self.pool(id_).state != AssetPoolState.CLOSED:
            self._in_state(id_, AssetPoolState.RUNNING)
        self.participants.require_active(sender)
        for number in numbers:
            self._collect_one(sender, id_, number)

    def _collect_one(self, sender: str, id_: int, number: int) -> None:
        """Money leaves a module's axes only for a participant's: somebody carries it, and hands it on."""
        e, cash = self._bought(id_, number), self.receivables.registry.require_cash(self.terms(id_).cash)
        self.carrier = self._carrier_of(sender, id_, cash, e.face)
        before = cash.balance_of(self.carrier)
        self.maturity.release_held(self.address, e.receivable, e.start)
        amount = cash.balance_of(self.carrier) - before
        self.pieces[id_, number] = replace(e, collected=e.collected + amount)
        self.tranches.take(self.address, id_, self.carrier, amount)
        self.carrier = NOBODY
        self.emit("PieceCollected", id_, e.receivable, number, e.start, amount)

    def _carrier_of(self, sender: str, id_: int, cash: Cash, face: int) -> str:
        """The trustee; when it cannot, whoever calls: nobody can stop a collection."""
        trustee = self.terms(id_).trustee
        ready = self.participants.is_active(trustee)
        return trustee if ready and cash.allowance(trustee, self.tranches.address) >= face else sender

    def declare_breach(self, sender: str, id_: int, number: int, document: bytes) -> None:
        self._require_trustee(sender, id_)
        e = self._piece_in(id_, number, PoolPieceState.BOUGHT)
        self.participants.require_active(sender)
        self.documents.require_known(document, sender, DocumentKind.OTHER)
        piece, locked = self.piece_book.piece(e.receivable, e.start), PieceState.LOCKED
        if piece.kind != locked:
            raise Refusal("WrongState", word("PIECE"), e.start, piece.state, int(locked))
        self.pieces[id_, number] = replace(e, state=PoolPieceState.BREACHED)
        self.emit("PieceBreached", id_, e.receivable, number, e.start, document)

    def repurchase(self, sender: str, id_: int, number: int) -> None:
        """At face, less what the piece brought in."""
        e, pool = self._piece_in(id_, number, PoolPieceState.BREACHED), self.pool(id_)
        if sender != pool.originator:
            raise Refusal("NotParty", sender, pool.originator)
        terms, key = self.terms(id_), (e.receivable, e.start)
        sequence = self.piece_book.unlock(self.address, *key, e.sequence)
        self.piece_book.move(self.address, *key, sequence, terms.trustee, sender, terms.document)
        self.pieces[id_, number] = replace(e, state=PoolPieceState.REPURCHASED)
        del self.places[key]
        self.pools[id_] = replace(pool, face=pool.face - e.face)
        amount = e.face - e.collected
        self.tranches.take(self.address, id_, sender, amount)
        self.emit("PieceRepurchased", id_, e.receivable, number, e.start, amount)

    # --- small parts ---

    def _advance(self, id_: int, state: AssetPoolState) -> None:
        self.pools[id_] = replace(self.pools[id_], state=state)
        self.tranches.advance(self.address, id_, state)

    def _in_state(self, id_: int, needed: AssetPoolState) -> Pool:
        pool = self.pool(id_)
        if pool.state == 0:
            raise Refusal("Unknown", word("ASSET_POOL"), id_)
        if pool.state != needed:
            raise Refusal("WrongState", word("ASSET_POOL"), id_, pool.state, int(needed))
        return pool

    def _require_offering(self, id_: int) -> None:
        self._in_state(id_, AssetPoolState.OPEN)
        day, closes_on = self.participants.today(), self.terms(id_).closes_on
        if day >= closes_on:
            raise Refusal("DateOutOfOrder", word("CLOSES_ON"), closes_on, day)

    def _require_trustee(self, sender: str, id_: int) -> None:
        trustee = self.terms(id_).trustee
        if sender != trustee:
            raise Refusal("NotParty", sender, trustee)

    def _piece_in(self, id_: int, number: int, needed: PoolPieceState) -> PoolPiece:
        e = self._known(id_, number)
        if e.state != needed:
            raise Refusal("WrongState", word("POOL_PIECE"), number, e.state, int(needed))
        return e

    def _bought(self, id_: int, number: int) -> PoolPiece:
        e = self._known(id_, number)
        if e.state not in (PoolPieceState.BREACHED, PoolPieceState.BOUGHT):
            raise Refusal("WrongState", word("POOL_PIECE"), number, e.state, int(PoolPieceState.BOUGHT))
        return e

    def _known(self, id_: int, number: int) -> PoolPiece:
        e = self.piece_of(id_, number)
        if e.state == 0:
            raise Refusal("Unknown", word("POOL_PIECE"), number)
        return e


def price_up(face: int, advance_ppm: int) -> int:
    """Up, so that a piece of one fen has a price and none ever costs more than its face."""
    return -(-face * advance_ppm // MILLION)
