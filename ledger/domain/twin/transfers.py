"""Twin of `Transfers`: pieces split, passed on, offered, pledged; frozen by a court (PIECE-4, 5, 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ledger.domain.kinds import DocumentKind
from ledger.domain.programmes import Terms
from ledger.domain.roles import Role
from ledger.domain.states import PieceState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, word
from ledger.domain.twin.documents import Capacity, Documents
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.pieces import Piece, PieceBook, locked_by
from ledger.domain.twin.programmes import Programmes
from ledger.domain.twin.receivables import Receivables

MAX_BUNDLE: Final = 50


class HoldKind(IntEnum):
    NONE = 0
    OFFER = 1
    PLEDGE = 2


class OfferEnd(IntEnum):
    ACCEPTED = 1
    DECLINED = 2
    WITHDRAWN = 3
    LAPSED = 4
    FROZEN = 5


class PledgeEnd(IntEnum):
    RELEASED = 1
    SURRENDERED = 2
    BY_ORDER = 3


@dataclass(frozen=True, slots=True)
class Part:
    """`[from_, to)` of the piece at `start`, as its holder saw it."""

    receivable: int
    start: int
    sequence: int
    from_: int
    to: int

    @property
    def length(self) -> int:
        return max(self.to - self.from_, 0)


@dataclass(frozen=True, slots=True)
class Place:
    """An offered piece, as its receiver saw it."""

    receivable: int
    start: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Why this module locked a piece: offered to, or pledged to, its party."""

    kind: int = HoldKind.NONE
    party: str = NOBODY
    last_day: int = 0
    document: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class Freeze:
    authority: str = NOBODY
    order: bytes = ZERO_HASH


class Transfers(Contract):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        book: PieceBook,
        receivables: Receivables,
        programmes: Programmes,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.book = book
        self.receivables = receivables
        self.programmes = programmes
        self.holds: dict[tuple[int, int], Hold] = {}
        self.freezes: dict[tuple[int, int], Freeze] = {}
        self.awarded: dict[tuple[int, int], str] = {}

    # --- reading ---

    def hold_of(self, receivable: int, start: int) -> Hold:
        return self.holds.get((receivable, start), Hold())

    def freeze_of(self, receivable: int, start: int) -> Freeze:
        return self.freezes.get((receivable, start), Freeze())

    def payee_of(self, receivable: int, start: int, holder: str) -> str:
        """Held (nobody) while a court or a pledgee has a say."""
        at = receivable, start
        if at in self.freezes or self.hold_of(*at).kind == HoldKind.PLEDGE:
            return NOBODY
        return self.awarded.get(at, holder)

    def check_transfer(self, p: Part, holder: str, recipient: str, trade_document: bytes) -> None:
        _, terms = self._require_open(p.receivable, holder, recipient, Role.SUPPLIER)
        self._require_notice(p.receivable, terms)
        self._check_trade(p, terms, holder, recipient, trade_document)
        self.book.check_move(p.receivable, p.start, p.sequence, p.from_, p.to, holder, recipient)

    def check_offer(self, p: Part, holder: str, recipient: str, trade_document: bytes) -> None:
        _, terms = self._require_open(p.receivable, holder, recipient, Role.SUPPLIER)
        self._check_trade(p, terms, holder, recipient, trade_document)
        self.book.check_move(p.receivable, p.start, p.sequence, p.from_, p.to, holder, recipient)

    # --- holder ---

    def split(self, sender: str, receivable: int, start: int, sequence: int, middle: int) -> None:
        closes_on, _ = self.book.closing(receivable)
        self._require_before(closes_on, self.participants.require_role(sender, 0))
        self._require_holder(sender, receivable, start)
        self.book.cut(self.address, receivable, start, sequence, middle)

    def transfer(self, sender: str, p: Part, recipient: str, trade_document: bytes) -> None:
        _, terms = self._require_open(p.receivable, sender, recipient, Role.SUPPLIER)
        self._require_notice(p.receivable, terms)
        self._use_trade(p, terms, sender, recipient, trade_document)
        part = p.receivable, p.start, p.sequence, p.from_, p.to
        self.book.carve(self.address, *part, sender, recipient, trade_document)

    def transfer_many(self, sender: str, parts: Sequence[Part], recipient: str, document: bytes) -> None:
        _require_size(len(parts))
        for part in parts:
            self.transfer(sender, part, recipient, document)
        self.emit("Bundled", sender, recipient, document, len(parts), sum(part.length for part in parts))

    def offer(self, sender: str, p: Part, recipient: str, trade_document: bytes) -> None:
        closes_on, terms = self._require_open(p.receivable, sender, recipient, Role.SUPPLIER)
        self._use_trade(p, terms, sender, recipient, trade_document)
        self.book.check_move(p.receivable, p.start, p.sequence, p.from_, p.to, sender, recipient)
        last_day = self._last_day(p.receivable, closes_on)
        self.holds[p.receivable, p.from_] = Hold(HoldKind.OFFER, recipient, last_day, trade_document)
        self.book.lock_part(self.address, p.receivable, p.start, p.sequence, p.from_, p.to)
        self.emit("Offered", p.receivable, sender, recipient, p.from_, p.to, last_day, trade_document)

    def offer_many(self, sender: str, parts: Sequence[Part], recipient: str, document: bytes) -> None:
        _require_size(len(parts))
        for part in parts:
            self.offer(sender, part, recipient, document)
        self.emit("Bundled", sender, recipient, document, len(parts), sum(part.length for part in parts))

    def withdraw(self, sender: str, receivable: int, start: int) -> None:
        hold = self._held(receivable, start, HoldKind.OFFER)
        self._require_holder(sender, receivable, start)
        self._end_offer(receivable, start, hold, OfferEnd.WITHDRAWN)

    def pledge(self, sender: str, p: Part, pledgee: str, document: bytes) -> None:
        self._require_open(p.receivable, sender, pledgee, Role.FINANCIER)
        if sender == pledgee:
            raise Refusal("SameParty", sender, pledgee)
        self.documents.require_known(document, sender, DocumentKind.PLEDGE)
        self.documents.require_known(document, pledgee, DocumentKind.PLEDGE)
        self._require_holder(sender, p.receivable, p.start)
        self.holds[p.receivable, p.from_] = Hold(HoldKind.PLEDGE, pledgee, 0, document)
        self.book.lock_part(self.address, p.receivable, p.start, p.sequence, p.from_, p.to)
        self.emit("Pledged", p.receivable, sender, pledgee, p.from_, p.to, document)

    def surrender(self, sender: str, receivable: int, start: int, consent: bytes) -> None:
        """The holder gives a pledged piece up, for a debt that fell due."""
        hold = self._held(receivable, start, HoldKind.PLEDGE)
        piece = self._require_holder(sender, receivable, start)
        self.participants.require_receiver(sender, hold.party, Role.FINANCIER)
        self.documents.require_known(consent, sender, DocumentKind.CONSENT)
        freeze = self.freeze_of(receivable, start)
        if freeze.authority != NOBODY:
            raise Refusal("PieceFrozen", receivable, start, freeze.authority)
        del self.holds[receivable, start]
        self._give(receivable, start, piece, hold.party, consent)
        self.emit("PledgeEnded", receivable, start, int(PledgeEnd.SURRENDERED), consent)

    # --- receiver, pledgee, anyone ---

    def accept(self, sender: str, place: Place) -> None:
        receivable, start = place.receivable, place.start
        hold = self._held(receivable, start, HoldKind.OFFER)
        _require_party(sender, hold.party)
        holder = self.book.piece(receivable, start).holder
        day = self.participants.require_receiver(holder, sender, Role.SUPPLIER)
        if day > hold.last_day:
            raise Refusal("DateOutOfOrder", word("ACCEPT_BY"), hold.last_day, day)
        del self.holds[receivable, start]
        sequence = self.book.unlock(self.address, receivable, start, place.sequence)
        self.book.move(self.address, receivable, start, sequence, holder, sender, hold.document)
        self.emit("OfferEnded", receivable, start, int(OfferEnd.ACCEPTED))

    def accept_many(self, sender: str, places: Sequence[Place]) -> None:
        _require_size(len(places))
        for place in places:
            self.accept(sender, place)

    def decline(self, sender: str, receivable: int, start: int) -> None:
        hold = self._held(receivable, start, HoldKind.OFFER)
        _require_party(sender, hold.party)
        self._end_offer(receivable, start, hold, OfferEnd.DECLINED)

    def lapse(self, sender: str, receivable: int, start: int) -> None:
        """After the last day anyone may."""
        hold, day = self._held(receivable, start, HoldKind.OFFER), self.participants.today()
        if day <= hold.last_day:
            raise Refusal("OfferOpen", receivable, start, hold.last_day, day)
        self._end_offer(receivable, start, hold, OfferEnd.LAPSED)

    def release(self, sender: str, receivable: int, start: int) -> None:
        hold = self._held(receivable, start, HoldKind.PLEDGE)
        _require_party(sender, hold.party)
        del self.holds[receivable, start]
        if (receivable, start) not in self.freezes:
            self._unlock(receivable, start)
        self.emit("PledgeEnded", receivable, start, int(PledgeEnd.RELEASED), ZERO_HASH)

    def _end_offer(self, receivable: int, start: int, hold: Hold, how: OfferEnd) -> None:
        """Not accepted: the piece is free again, and so is its part of the invoice."""
        del self.holds[receivable, start]
        _, terms = self.book.closing(receivable)
        if terms & Terms.INVOICED:
            length = self.book.piece(receivable, start).end - start
            self.documents.release(self.address, hold.document, length)
        if how != OfferEnd.FROZEN:
            self._unlock(receivable, start)
        self.emit("OfferEnded", receivable, start, int(how))

    # --- authority ---

    def freeze(self, sender: str, p: Part, order: bytes) -> None:
        self._require_order(sender, order)
        frozen = self.freeze_of(p.receivable, p.from_)
        if frozen.authority != NOBODY:
            raise Refusal("PieceFrozen", p.receivable, p.from_, frozen.authority)
        self.freezes[p.receivable, p.from_] = Freeze(sender, order)
        hold = self.hold_of(p.receivable, p.start)
        if hold.kind == HoldKind.NONE or not self._over_hold(p, hold):
            self._lock(p)
        elif hold.kind == HoldKind.OFFER:
            self._end_offer(p.receivable, p.start, hold, OfferEnd.FROZEN)
        self.emit("Frozen", p.receivable, sender, p.from_, p.to, order)

    def lift(self, sender: str, receivable: int, start: int, order: bytes) -> None:
        self._end_freeze(sender, receivable, start, order)
        if (receivable, start) not in self.holds:
            self._unlock(receivable, start)
        self.emit("Lifted", receivable, sender, start, order)

    def move_by_order(self, sender: str, receivable: int, start: int, recipient: str, order: bytes) -> None:
        """Gives a frozen piece, or its money if it was paid meanwhile, to `recipient`."""
        self._end_freeze(sender, receivable, start, order)
        if self.holds.pop((receivable, start), None):
            self.emit("PledgeEnded", receivable, start, int(PledgeEnd.BY_ORDER), order)
        self._give(receivable, start, self.book.piece(receivable, start), recipient, order)
        self.emit("MovedByOrder", receivable, sender, recipient, start, order)

    def _over_hold(self, p: Part, hold: Hold) -> bool:
        """Whether the order speaks of exactly the piece held here, or of money that waits for a pledge."""
        piece = self.book.piece(p.receivable, p.start)
        if piece.sequence != p.sequence:
            raise Refusal("StaleSequence", p.receivable, p.start, p.sequence, piece.sequence)
        paid = piece.kind >= PieceState.PAID and hold.kind == HoldKind.PLEDGE
        ours = piece.state == locked_by(self.book.module_of(self.address)[0])
        return p.from_ == p.start and p.to == piece.end and (paid or ours)

    def _lock(self, p: Part) -> None:
        if p.from_ == p.start and p.to == self.book.piece(p.receivable, p.start).end:
            self.book.lock(self.address, p.receivable, p.start, p.sequence)
        else:
            self.book.lock_part(self.address, p.receivable, p.start, p.sequence, p.from_, p.to)

    def _end_freeze(self, sender: str, receivable: int, start: int, order: bytes) -> None:
        authority = self.freeze_of(receivable, start).authority
        if authority == NOBODY:
            raise Refusal("PieceNotFrozen", receivable, start)
        _require_party(sender, authority)
        self._require_order(sender, order)
        del self.freezes[receivable, start]

    def _require_order(self, sender: str, order: bytes) -> None:
        self.participants.require_role(sender, Role.AUTHORITY)
        self.documents.require_known(order, sender, DocumentKind.COURT_ORDER)

    # --- parts ---

    def _give(self, receivable: int, start: int, piece: Piece, to: str, document: bytes) -> None:
        """Of a piece that was paid meanwhile the money goes where the piece would have gone."""
        if piece.kind < PieceState.PAID:
            self.book.take(self.address, receivable, start, piece.sequence, piece.holder, to, document)
            return
        self.participants.require_active(to)
        self.awarded[receivable, start] = to

    def _unlock(self, receivable: int, start: int) -> None:
        piece = self.book.piece(receivable, start)
        if piece.kind < PieceState.PAID:
            self.book.unlock(self.address, receivable, start, piece.sequence)

    def _held(self, receivable: int, start: int, kind: HoldKind) -> Hold:
        hold = self.hold_of(receivable, start)
        if hold.kind != kind:
            if kind == HoldKind.OFFER:
                raise Refusal("NoOffer", receivable, start)
            raise Refusal("NoPledge", receivable, start)
        return hold

    def _last_day(self, receivable: int, closes_on: int) -> int:
        programme = self.receivables.receivable(receivable).programme
        last = self.participants.today() + self.programmes.programme(programme).offer_days
        return min(last, closes_on - 1)

    def _require_open(self, receivable: int, holder: str, recipient: str, role: Role) -> tuple[int, int]:
        """Both may act today, the receiver in its role, and pieces still move."""
        day = self.participants.require_receiver(holder, recipient, role)
        closes_on, terms = self.book.closing(receivable)
        self._require_before(closes_on, day)
        return closes_on, terms

    def _require_before(self, closes_on: int, day: int) -> None:
        """From the due date on a piece is being settled and stays where it is."""
        if day >= closes_on:
            raise Refusal("DateOutOfOrder", word("DUE"), closes_on, day)

    def _require_notice(self, receivable: int, terms: int) -> None:
        if terms & Terms.ACCEPTANCE:
            raise Refusal("AcceptanceNeeded", receivable)

    def _require_holder(self, sender: str, receivable: int, start: int) -> Piece:
        piece = self.book.piece(receivable, start)
        if sender != piece.holder:
            raise Refusal("NotHolder", sender, piece.holder)
        return piece

    def _use_trade(self, p: Part, terms: int, holder: str, recipient: str, document: bytes) -> None:
        if not terms & Terms.INVOICED:
            self.documents.require_known(document, holder, DocumentKind.TRADE)
            return
        invoice = self.documents.use(self.address, document, p.length)
        self._require_invoice(p.receivable, holder, recipient, document, invoice)

    def _check_trade(self, p: Part, terms: int, holder: str, recipient: str, document: bytes) -> None:
        if not terms & Terms.INVOICED:
            self.documents.require_known(document, holder, DocumentKind.TRADE)
            return
        self.documents.check_use(document, p.length)
        self._require_invoice(p.receivable, holder, recipient, document, self.documents.obligation(document))

    def _require_invoice(
        self, receivable: int, holder: str, recipient: str, document: bytes, invoice: Capacity
    ) -> None:
        """The holder owes it to the receiver, in the currency of the receivable."""
        needed = int(DocumentKind.INVOICE)
        if invoice.kind != needed:
            raise Refusal(
                "WrongState", word("DOCUMENT_KIND"), int.from_bytes(document, "big"), invoice.kind, needed
            )
        if invoice.payer != holder:
            raise Refusal("NotParty", holder, invoice.payer)
        if invoice.payee != recipient:
            raise Refusal("NotParty", recipient, invoice.payee)
        currency = self.receivables.cash_of(receivable).currency
        if invoice.currency != currency:
            raise Refusal("CurrencyMismatch", invoice.currency, currency)


def _require_party(sender: str, party: str) -> None:
    if sender != party:
        raise Refusal("NotParty", sender, party)


def _require_size(parts: int) -> None:
    if not 0 < parts <= MAX_BUNDLE:
        raise Refusal("BundleSize", parts, MAX_BUNDLE)
