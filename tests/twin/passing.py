"""Random acts on pieces between participants: passed on, offered, bundled, pledged, frozen by a court."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ledger.domain.kinds import DocumentKind
from ledger.domain.programmes import Terms
from ledger.domain.states import PieceState
from ledger.domain.twin.pieces import Piece
from ledger.domain.twin.transfers import HoldKind, Part, Place
from tests.twin.actors import AUTHORITY, EVERYBODY, FINANCIERS, SUPPLIERS

if TYPE_CHECKING:
    from tests.twin.acts import Act, Histories

_At = tuple[int, int]


class PassingActs:
    """What is drawn for pieces; `h` is the history that it is drawn for."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def builders(self) -> list[tuple[int, Callable[[], Act]]]:
        return [
            (8, self.pass_on),
            (5, self.split),
            (5, self.offer),
            (7, self.accept),
            (3, self.end_offer),
            (3, self.bundle),
            (3, self.pledge),
            (2, self.release),
            (1, self.surrender),
            (3, self.freeze),
            (2, self.lift),
            (2, self.move_by_order),
        ]

    # --- holder ---

    def pass_on(self) -> Act:
        return self._hand_on("transfer")

    def offer(self) -> Act:
        return self._hand_on("offer")

    def _hand_on(self, act: str) -> Act:
        part, piece = self._part(*self.h._piece())
        to = self.h.who(self.h.one(SUPPLIERS).address)
        paper = self._trade(part.receivable, piece.holder, to)
        return self._act(self.h.who(piece.holder), act, part, to, paper)

    def split(self) -> Act:
        h = self.h
        id_, start, piece = h._piece()
        start = h.spoilt(start, lambda: start + 1)
        middle = h.spoilt(h.dice.randint(start, piece.end), lambda: h.one([start, piece.end, piece.end + 1]))
        return self._act(h.who(piece.holder), "split", id_, start, h._sequence(piece), middle)

    def bundle(self) -> Act:
        """Free pieces of one holder's, of any receivables; spoilt: none, or one of them twice."""
        h = self.h
        id_, _, piece = h._piece()
        mine = [
            (at, other)
            for at, other in h.world.book.pieces.items()
            if other.holder == piece.holder and other.state == PieceState.HELD
        ]
        h.dice.shuffle(mine)
        parts = [Part(*at, other.sequence, at[1], other.end) for at, other in mine[: h.dice.randint(1, 3)]]
        parts = h.spoilt(parts, lambda: h.one([[], parts * 2]))
        to = h.one(SUPPLIERS).address
        paper = self._trade(id_, piece.holder, to)
        return self._act(h.who(piece.holder), h.one(["transferMany", "offerMany"]), parts, to, paper)

    def pledge(self) -> Act:
        h = self.h
        part, piece = self._part(*h._piece())
        to = h.who(h.one(FINANCIERS).address)
        paper = h._document(piece.holder, DocumentKind.PLEDGE)
        return self._act(h.who(piece.holder), "pledge", part, to, paper)

    def surrender(self) -> Act:
        id_, start = self._held(HoldKind.PLEDGE)
        holder = self._holder(id_, start)
        paper = self.h._document(holder, DocumentKind.CONSENT)
        return self._act(self.h.who(holder), "surrender", id_, start, paper)

    # --- receiver, pledgee, anyone ---

    def accept(self) -> Act:
        h = self.h
        offers = [self._held(HoldKind.OFFER) for _ in range(h.one([1, 1, 1, 2]))]
        party = h.world.transfers.hold_of(*offers[0]).party
        places = [Place(*at, h._sequence(self._piece(at))) for at in offers]
        if len(places) == 1:
            return self._act(h.who(party), "accept", places[0])
        return self._act(h.who(party), "acceptMany", places)

    def end_offer(self) -> Act:
        h = self.h
        at = self._held(HoldKind.OFFER)
        hold = h.world.transfers.hold_of(*at)
        senders = {"decline": hold.party, "withdraw": self._holder(*at), "lapse": h.one(EVERYBODY).address}
        how = "lapse" if hold.last_day < h.today and h.chance(0.7) else h.one(list(senders))
        return self._act(h.who(senders[how]), how, *at)

    def release(self) -> Act:
        at = self._held(HoldKind.PLEDGE)
        return self._act(self.h.who(self.h.world.transfers.hold_of(*at).party), "release", *at)

    # --- authority ---

    def freeze(self) -> Act:
        """Of a free piece a part, of one offered or pledged mostly the whole."""
        h = self.h
        held = [at for at in h.world.transfers.holds if h.world.transfers.hold_of(*at).kind]
        if held and h.chance(0.5):
            at = h.one(held)
            piece = self._piece(at)
            part = Part(*at, h._sequence(piece), at[1], h.spoilt(piece.end, lambda: piece.end - 1))
        else:
            part, _ = self._part(*h._piece())
        return self._act(h.who(AUTHORITY.address), "freeze", part, self._order())

    def lift(self) -> Act:
        return self._act(self.h.who(AUTHORITY.address), "lift", *self._frozen(), self._order())

    def move_by_order(self) -> Act:
        to = self.h.one(EVERYBODY).address
        return self._act(self.h.who(AUTHORITY.address), "moveByOrder", *self._frozen(), to, self._order())

    # --- parts ---

    def _act(self, sender: str, function: str, *args: object) -> Act:
        return self.h.act(sender, self.h.world.transfers, function, *args)

    def _part(self, id_: int, start: int, piece: Piece) -> tuple[Part, Piece]:
        low, high = self.h._inside(start, piece.end)
        return Part(id_, start, self.h._sequence(piece), low, high), piece

    def _trade(self, receivable: int, holder: str, to: str) -> bytes:
        """A trade document of the holder's; in a programme that asks for it, the receiver's invoice to it."""
        h = self.h
        invoices = [
            fingerprint
            for fingerprint, found in h.world.documents.capacities.items()
            if (found.payer, found.payee) == (holder, to)
        ]
        paper = h._document(holder, DocumentKind.TRADE)
        asked = h.world.book.receivable_of(receivable).limits.terms & Terms.INVOICED
        return h.one(invoices) if invoices and (asked or h.chance(0.02)) else paper

    def _order(self) -> bytes:
        return self.h._document(AUTHORITY.address, DocumentKind.COURT_ORDER)

    def _held(self, kind: HoldKind) -> _At:
        held = [at for at, hold in self.h.world.transfers.holds.items() if hold.kind == kind]
        return self.h.fit(held, lambda: self.h.one([*self.h.world.book.pieces, (1, 3)]))

    def _frozen(self) -> _At:
        frozen = list(self.h.world.transfers.freezes)
        return self.h.fit(frozen, lambda: self.h.one([*self.h.world.book.pieces, (1, 3)]))

    def _piece(self, at: _At) -> Piece:
        return self.h.world.book.pieces.get(at) or Piece(EVERYBODY[0].address, at[1] + 10, 1, 0, 0)

    def _holder(self, id_: int, start: int) -> str:
        return self._piece((id_, start)).holder
