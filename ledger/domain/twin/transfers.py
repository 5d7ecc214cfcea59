"""Twin of `Transfers`: splitting and passing on pieces of receivables."""

from __future__ import annotations

from ledger.domain.kinds import DocumentKind
from ledger.domain.roles import Role
from ledger.domain.twin.base import Contract, Refusal, Stage, word
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.pieces import PieceBook


class Transfers(Contract):
    def __init__(
        self, stage: Stage, address: str, participants: Participants, documents: Documents, book: PieceBook
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.book = book

    # --- holders ---

    def check_transfer(
        self,
        receivable: int,
        start: int,
        sequence: int,
        from_: int,
        to: int,
        holder: str,
        recipient: str,
        trade_document: bytes,
    ) -> None:
        self._require_transferable(receivable, holder, recipient, trade_document)
        self.book.check_move(receivable, start, sequence, from_, to, holder, recipient)

    def transfer(
        self,
        sender: str,
        receivable: int,
        start: int,
        sequence: int,
        from_: int,
        to: int,
        recipient: str,
        trade_document: bytes,
    ) -> None:
        self._require_transferable(receivable, sender, recipient, trade_document)
        part = (receivable, start, sequence, from_, to)
        self.book.carve(self.address, *part, sender, recipient, trade_document)

    def split(self, sender: str, receivable: int, start: int, sequence: int, middle: int) -> None:
        self._require_open(receivable, self.participants.require_role(sender, 0))
        holder = self.book.piece(receivable, start).holder
        if sender != holder:
            raise Refusal("NotHolder", sender, holder)
        self.book.cut(self.address, receivable, start, sequence, middle)

    def _require_transferable(
        self, receivable: int, holder: str, recipient: str, trade_document: bytes
    ) -> None:
        day = self.participants.require_receiver(holder, recipient, Role.SUPPLIER)
        self._require_open(receivable, day)
        self.documents.require_known(trade_document, holder, DocumentKind.TRADE)

    def _require_open(self, receivable: int, day: int) -> None:
        """From the due date on a piece is being settled and stays where it is."""
        closes_on, _ = self.book.closing(receivable)
        if day >= closes_on:
            raise Refusal("DateOutOfOrder", word("DUE"), closes_on, day)
