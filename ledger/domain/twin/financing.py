"""Twin of `Financing`: a quote signed off chain; piece against money in one act (FIN-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.domain.discount import MOST_AHEAD, MOST_ROLLED, Convention, days_of, discount_half_up
from ledger.domain.kinds import DocumentKind
from ledger.domain.roles import Role
from ledger.domain.states import QuoteState, ReceivableState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, word
from ledger.domain.twin.documents import Documents, Recover, digest_of, require_signed
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.pieces import PieceBook
from ledger.domain.twin.receivables import Receivables
from ledger.domain.typed_data import Quote

_MOST: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Deal:
    state: int = QuoteState.UNKNOWN
    locked_sequence: int = 0


class Financing(Module):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        book: PieceBook,
        receivables: Receivables,
        recover: Recover,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.book = book
        self.receivables = receivables
        self.recover = recover
        self.deals: dict[bytes, Deal] = {}
        self.nonces: set[tuple[str, int]] = set()
        self.registrations_used: set[tuple[str, bytes]] = set()
        self.numbers_used: set[tuple[str, bytes]] = set()
        self.sellers: dict[tuple[int, int, int], tuple[str, int]] = {}
        """Sold with recourse: (receivable, start, layer) -> the seller, and where the interval ends."""

    # --- reading ---

    def quote_digest(self, quote: Quote) -> bytes:
        return digest_of(self, quote)

    def state_of(self, digest: bytes) -> int:
        return self.deals.get(digest, Deal()).state

    def recourse(self, receivable: int, piece_start: int, financed_start: int) -> str:
        """Who answers for the piece: the seller of its last financing, where that was with recourse."""
        piece = self.book.piece(receivable, piece_start)
        seller, end = self.sellers.get((receivable, financed_start, piece.layers), (NOBODY, 0))
        return seller if financed_start <= piece_start and piece.end <= end else NOBODY

    def check_quote(self, q: Quote) -> None:
        if q.start >= q.end:
            raise Refusal("ZeroAmount")
        if self.stage.timestamp > q.deadline:
            raise Refusal("DeadlinePassed", q.deadline, self.stage.timestamp)
        if (q.financier, q.nonce) in self.nonces:
            raise Refusal("AlreadyUsed", word("NONCE"), q.nonce.to_bytes(32, "big"))
        if q.funding_day < self.participants.today():
            raise Refusal("DateOutOfOrder", word("FUNDING_DAY"), q.funding_day, self.participants.today())
        last = self.participants.today() + MOST_AHEAD
        if q.funding_day > last:
            raise Refusal("DateOutOfOrder", word("FUNDING_DAY"), last, q.funding_day)
        self.participants.require_role(q.financier, Role.FINANCIER)
        self._require_payee(q)
        self._require_terms(q)
        self.book.check_move(q.receivable, q.piece_start, q.sequence, q.start, q.end, q.holder, q.financier)

    def _require_payee(self, q: Quote) -> None:
        if q.fee_payee == NOBODY:
            return
        for party in (q.financier, q.holder):
            if q.fee_payee == party:
                raise Refusal("SameParty", party, q.fee_payee)
        self.participants.require_active(q.fee_payee)

    def _require_terms(self, q: Quote) -> None:
        receivable = self.receivables.receivable(q.receivable)
        needed = ReceivableState.ACCEPTED
        if receivable.state != needed:
            raise Refusal("WrongState", word("RECEIVABLE"), q.receivable, receivable.state, int(needed))
        if q.funding_day >= receivable.due:
            raise Refusal("DateOutOfOrder", word("DUE"), receivable.due, q.funding_day)
        rolls = q.convention == Convention.ACT_360_ROLLED
        last = receivable.due + MOST_ROLLED if rolls else receivable.due
        if not receivable.due <= q.end_day <= last:
            raise Refusal("EndDayUnfit", q.end_day, receivable.due, last)
        if q.convention not in tuple(Convention):
            raise Refusal("ConventionUnknown", q.convention)
        face = q.end - q.start
        days = days_of(Convention(q.convention), q.funding_day, q.end_day)
        discount = discount_half_up(face, q.rate_ppm, days)
        if discount > _MOST:
            raise Refusal("AmountTooLarge", discount, _MOST)
        if q.discount != discount:
            raise Refusal("DiscountMismatch", q.discount, discount)
        net = max(face - q.discount - q.fee, 0)
        if net == 0 or q.net != net:
            raise Refusal("NetMismatch", q.net, net)

    # --- holder ---

    def accept(self, sender: str, q: Quote, signature: bytes) -> None:
        if sender != q.holder:
            raise Refusal("NotParty", sender, q.holder)
        self.check_quote(q)
        digest = require_signed(self, self.recover, q.financier, q, signature)
        self.nonces.add((q.financier, q.nonce))
        self.deals[digest] = Deal(QuoteState.ACCEPTED, self._lock_exactly(q))
        self.emit("QuoteAccepted", digest, q.receivable, q.financier, q.holder, q.start, q.end)

    def _lock_exactly(self, q: Quote) -> int:
        """Cuts the quoted interval out and locks it, so that it cannot shrink under the buyer."""
        sequence = q.sequence
        if q.start != q.piece_start:
            sequence = self.book.cut(self.address, q.receivable, q.piece_start, sequence, q.start)
        if q.end != self.book.piece(q.receivable, q.start).end:
            sequence = self.book.cut(self.address, q.receivable, q.start, sequence, q.end)
        return self.book.lock(self.address, q.receivable, q.start, sequence)

    # --- financier ---

    def fund(self, sender: str, q: Quote, number: bytes, registration: bytes, search: bytes) -> None:
        """Money and piece move together, after registration and prior search are on file (art. 13)."""
        if sender != q.financier:
            raise Refusal("NotParty", sender, q.financier)
        digest = digest_of(self, q)
        deal = self._accepted(digest)
        if self.stage.timestamp > q.deadline:
            raise Refusal("DeadlinePassed", q.deadline, self.stage.timestamp)
        if q.funding_day != self.participants.today():
            raise Refusal("DateOutOfOrder", word("FUNDING_DAY"), q.funding_day, self.participants.today())
        self.participants.require_role(sender, Role.FINANCIER)
        self._use_registration(sender, number, registration, search)
        self.deals[digest] = Deal(QuoteState.FUNDED, deal.locked_sequence)
        self._exchange(q, digest, deal.locked_sequence)
        self.emit("Financed", digest, q.receivable, q.financier, q.values(), number, registration, search)

    def _use_registration(self, who: str, number: bytes, registration: bytes, search: bytes) -> None:
        """One certificate and one number for one financing; the search was filed no later than they were."""
        self.documents.require_known(search, who, DocumentKind.REGISTRY_SEARCH)
        self.documents.require_known(registration, who, DocumentKind.REGISTRATION)
        filed = self.documents.document(search, who).registered_at
        registered = self.documents.document(registration, who).registered_at
        if filed > registered:
            raise Refusal("SearchedTooLate", search, filed, registered)
        if number == ZERO_HASH:
            raise Refusal("ZeroHash", word("REGISTRATION_NUMBER"))
        if (who, registration) in self.registrations_used:
            raise Refusal("AlreadyUsed", word("REGISTRATION"), registration)
        if (who, number) in self.numbers_used:
            raise Refusal("AlreadyUsed", word("REGISTRATION_NUMBER"), number)
        self.registrations_used.add((who, registration))
        self.numbers_used.add((who, number))

    def _exchange(self, q: Quote, digest: bytes, sequence: int) -> None:
        """Piece, net and fee, all of them or none (FIN-1)."""
        if q.recourse:
            layer = self.book.piece(q.receivable, q.start).layers + 1
            self.sellers[q.receivable, q.start, layer] = (q.holder, q.end)
        sequence = self.book.unlock(self.address, q.receivable, q.start, sequence)
        self.book.move(self.address, q.receivable, q.start, sequence, q.holder, q.financier, digest)
        cash = self.receivables.cash_of(q.receivable)
        cash.transfer_from_with_document(self.address, q.financier, q.holder, q.net, digest)
        if q.fee and q.fee_payee != NOBODY:
            cash.transfer_from_with_document(self.address, q.financier, q.fee_payee, q.fee, digest)

    def revoke(self, sender: str, nonce: int) -> None:
        if (sender, nonce) in self.nonces:
            raise Refusal("AlreadyUsed", word("NONCE"), nonce.to_bytes(32, "big"))
        self.nonces.add((sender, nonce))
        self.emit("QuoteRevoked", sender, nonce)

    def lapse(self, sender: str, q: Quote) -> None:
        """After the deadline or the funding day anyone may unlock what was accepted and not funded."""
        digest = digest_of(self, q)
        deal = self._accepted(digest)
        if self.stage.timestamp <= q.deadline and self.participants.today() <= q.funding_day:
            raise Refusal("QuoteNotLapsed", digest, q.deadline, self.stage.timestamp)
        self.deals[digest] = Deal(QuoteState.LAPSED, deal.locked_sequence)
        self.book.unlock(self.address, q.receivable, q.start, deal.locked_sequence)
        self.emit("QuoteLapsed", digest)

    def _accepted(self, digest: bytes) -> Deal:
        deal = self.deals.get(digest, Deal())
        number = int.from_bytes(digest, "big")
        if deal.state == QuoteState.UNKNOWN:
            raise Refusal("Unknown", word("QUOTE"), number)
        if deal.state != QuoteState.ACCEPTED:
            raise Refusal("WrongState", word("QUOTE"), number, deal.state, int(QuoteState.ACCEPTED))
        return deal
