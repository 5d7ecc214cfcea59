"""Twin of `Maturity`: settlement in batches by cursor; who cannot receive keeps a claim."""

from __future__ import annotations

from ledger.domain import purposes
from ledger.domain.purposes import MATURITY, WORD, axis_of
from ledger.domain.states import PieceState, ReceivableState
from ledger.domain.twin.base import Module, Refusal, Stage, word
from ledger.domain.twin.cash import Cash
from ledger.domain.twin.claims import pay_or_keep, pay_out
from ledger.domain.twin.creditlines import CreditLines
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.pieces import PieceBook
from ledger.domain.twin.proceeds import Proceeds
from ledger.domain.twin.receivables import Receivable, Receivables


class Maturity(Module):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        book: PieceBook,
        receivables: Receivables,
        credit_lines: CreditLines,
        proceeds: Proceeds,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.book = book
        self.receivables = receivables
        self.credit_lines = credit_lines
        self.proceeds = proceeds
        self.cursors: dict[int, int] = {}

    def cursor(self, id_: int) -> int:
        """Offset of the next fen to settle."""
        return self.cursors.get(id_, 0)

    def check_settle(self, id_: int) -> None:
        receivable = self._accepted(id_)
        day = self.participants.today()
        if day < receivable.due:
            raise Refusal("NotDue", id_, receivable.due, day)
        had = self._paid_in(id_)
        if receivable.budget_line == 0 and had < receivable.face:
            raise Refusal("NotPaidIn", id_, had, receivable.face)

    def pay_in(self, sender: str, id_: int) -> None:
        receivable = self._accepted(id_)
        if sender != receivable.obligor:
            raise Refusal("NotParty", sender, receivable.obligor)
        if receivable.budget_line or self._paid_in(id_):
            raise Refusal("AlreadyUsed", word("RECEIVABLE"), id_.to_bytes(WORD, "big"))
        cash, purpose = self.receivables.cash_of(id_), purposes.settlement(id_)
        cash.collect(self.address, MATURITY, purpose, sender, receivable.face, receivable.fingerprint)
        self.emit("PaidIn", id_, sender, receivable.face)

    def settle(self, sender: str, id_: int, max_pieces: int) -> int:
        """Anyone may call from the due date on; returns the next fen to settle."""
        self.check_settle(id_)
        if max_pieces == 0:
            raise Refusal("ZeroAmount")
        receivable, following = self.receivables.receivable(id_), self.cursor(id_)
        while max_pieces and following < receivable.face:
            following = self._settle_one(id_, receivable, following)
            max_pieces -= 1
        self.cursors[id_] = following
        if following == receivable.face:
            self.credit_lines.release(self.address, receivable.credit_line, receivable.face)
            self.receivables.mark_settled(self.address, id_)
        return following

    def _settle_one(self, id_: int, receivable: Receivable, start: int) -> int:
        holder, end = self.book.discharge(self.address, id_, start, PieceState.PAID)
        if receivable.budget_line:
            kept = not self.participants.is_active(holder)
            self.proceeds.pay_encumbered(self.address, id_, start, end, holder)
        else:
            kept = pay_or_keep(
                self.participants,
                self.address,
                self.receivables.cash_of(id_),
                MATURITY,
                purposes.settlement(id_),
                holder,
                end - start,
                receivable.fingerprint,
            )
        self.emit("PieceSettled", id_, holder, start, end, kept)
        return end

    def claim(self, sender: str, cash: Cash) -> None:
        pay_out(self.address, cash, MATURITY, sender)

    def _accepted(self, id_: int) -> Receivable:
        receivable, needed = self.receivables.receivable(id_), ReceivableState.ACCEPTED
        if receivable.state != needed:
            raise Refusal("WrongState", word("RECEIVABLE"), id_, receivable.state, int(needed))
        return receivable

    def _paid_in(self, id_: int) -> int:
        axis = axis_of(MATURITY, purposes.settlement(id_))
        return self.receivables.cash_of(id_).axis(axis).incoming
