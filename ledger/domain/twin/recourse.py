"""Twin of `Recourse`: a holder of an overdue piece turns to who sold it with recourse, or writes it off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.domain.purposes import WORD
from ledger.domain.states import PieceState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, word
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.financing import Financing
from ledger.domain.twin.maturity import Maturity
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.pieces import Piece, PieceBook
from ledger.domain.twin.programmes import Programmes
from ledger.domain.twin.receivables import Receivable, Receivables

_MODULE_SHIFT: Final = 3


@dataclass(frozen=True, slots=True)
class Demand:
    """What a holder asked of the one who sold it the piece."""

    holder: str = NOBODY
    sequence: int = 0
    demanded_on: int = 0
    seller: str = NOBODY
    document: bytes = ZERO_HASH


class Recourse(Contract):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        book: PieceBook,
        programmes: Programmes,
        receivables: Receivables,
        maturity: Maturity,
        financing: Financing,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.book = book
        self.programmes = programmes
        self.receivables = receivables
        self.maturity = maturity
        self.financing = financing
        self.demands: dict[tuple[int, int], Demand] = {}
        self.write_offs: dict[tuple[int, int], int] = {}

    def demand(self, id_: int, start: int) -> Demand:
        return self.demands.get((id_, start), Demand())

    def written_off_on(self, id_: int, start: int) -> int:
        return self.write_offs.get((id_, start), 0)

    def check_recourse(self, id_: int, start: int, financed_start: int, holder: str) -> str:
        """Returns the seller."""
        self._overdue(id_)
        self._own(id_, start, holder)
        seller = self.financing.recourse(id_, start, financed_start)
        if seller == NOBODY:
            raise Refusal("NoRecourse", id_, start)
        return seller

    # --- holder ---

    def demand_recourse(
        self, sender: str, id_: int, start: int, financed_start: int, document: bytes
    ) -> None:
        seller = self.check_recourse(id_, start, financed_start, sender)
        self.documents.require_known(document, sender, 0)
        piece, day = self.book.piece(id_, start), self.participants.today()
        self.demands[id_, start] = Demand(sender, piece.sequence, day, seller, document)
        self.emit("RecourseDemanded", id_, sender, seller, start, piece.end, document)

    def write_off(self, sender: str, id_: int, start: int, document: bytes) -> None:
        """A mark of the holder's, no discharge."""
        receivable, piece = self._overdue(id_), self._own(id_, start, sender)
        first = receivable.due + self.programmes.programme(receivable.programme).write_off_days
        day = self.participants.today()
        if day < first:
            raise Refusal("DateOutOfOrder", word("WRITE_OFF"), day, first)
        if self.written_off_on(id_, start):
            raise Refusal("AlreadyUsed", word("WRITE_OFF"), start.to_bytes(WORD, "big"))
        self.documents.require_known(document, sender, 0)
        self.write_offs[id_, start] = day
        self.emit("WrittenOff", id_, sender, start, piece.end, document)

    # --- seller ---

    def repurchase(self, sender: str, id_: int, start: int) -> None:
        """Piece back against its face less what it has received."""
        self._overdue(id_)
        demand = self.demand(id_, start)
        if demand.holder == NOBODY:
            raise Refusal("Unknown", word("DEMAND"), start)
        if sender != demand.seller:
            raise Refusal("NotParty", sender, demand.seller)
        end = self.book.piece(id_, start).end
        amount = end - start - self.maturity.received(id_, start, end)
        del self.demands[id_, start]
        # What waited while the piece was locked is of the time before it goes back.
        if self.maturity.held_by(id_, start):
            self.maturity.release_held(self.address, id_, start)
        parties = (demand.holder, sender)
        self.book.move(self.address, id_, start, demand.sequence, *parties, demand.document)
        cash = self.receivables.cash_of(id_)
        cash.transfer_from_with_document(self.address, sender, demand.holder, amount, demand.document)
        self.emit("Repurchased", id_, *parties, start, end, amount, demand.document)

    # --- small parts ---

    def _overdue(self, id_: int) -> Receivable:
        """The mark ends with the debt: what is settled is overdue no more."""
        receivable = self.receivables.receivable(id_)
        if receivable.overdue_on == 0:
            raise Refusal("NotYetOverdue", id_)
        return receivable

    def _own(self, id_: int, start: int, holder: str) -> Piece:
        piece = self.book.piece(id_, start)
        if piece.holder != holder:
            raise Refusal("NotHolder", holder, piece.holder)
        if piece.kind == PieceState.LOCKED:
            raise Refusal("PieceLocked", id_, start, piece.state >> _MODULE_SHIFT)
        if piece.kind >= PieceState.PAID:
            raise Refusal("AlreadyDischarged", id_, start, piece.kind)
        return piece
