"""Twin of `Maturity`: settlement in rounds, by cursor; the mark of being overdue; early settlement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from ledger.domain import purposes
from ledger.domain.maturity import MOST_ROUNDS, overdue_from, paid_below, paid_between
from ledger.domain.purposes import MATURITY, WORD, axis_of, held_key
from ledger.domain.states import PieceState, ReceivableState
from ledger.domain.twin.base import NOBODY, Module, Refusal, Stage, word
from ledger.domain.twin.cash import Axis, Cash
from ledger.domain.twin.claims import pay_or_keep, pay_out, pay_out_to
from ledger.domain.twin.creditlines import CreditLines
from ledger.domain.twin.documents import Recover
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.pieces import Piece, PieceBook
from ledger.domain.twin.proceeds import Proceeds
from ledger.domain.twin.programmes import Programmes
from ledger.domain.twin.receivables import Receivable, Receivables
from ledger.domain.typed_data import EarlyQuote, TypedData

_MODULE_SHIFT: Final = 3


class LockKeeper(Protocol):
    """A module that locks pieces and says who gets their money."""

    address: str

    def payee_of(self, receivable: int, start: int, holder: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """Money that finished rounds shared out, and the same after the open round, which has come to `cursor`.
    `early`: fen settled early."""

    previous: int = 0
    target: int = 0
    cursor: int = 0
    early: int = 0


class Maturity(Module):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        book: PieceBook,
        programmes: Programmes,
        receivables: Receivables,
        credit_lines: CreditLines,
        proceeds: Proceeds,
        recover: Recover,
        lock_keepers: Mapping[str, LockKeeper],
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.book = book
        self.programmes = programmes
        self.receivables = receivables
        self.credit_lines = credit_lines
        self.proceeds = proceeds
        self._recover = recover
        self._lock_keepers = lock_keepers
        self.standing: dict[int, Progress] = {}
        self.targets: dict[int, tuple[int, ...]] = {}
        self.held: dict[tuple[int, int], int] = {}
        self.nonces: set[tuple[str, int]] = set()
        self.keepers: dict[int, str] = {}

    # --- reading ---

    def progress(self, id_: int) -> Progress:
        return self.standing.get(id_, Progress())

    def rounds(self, id_: int) -> tuple[int, ...]:
        """The money shared out after each finished round, but for the last one of all."""
        return self.targets.get(id_, ())

    def received(self, id_: int, start: int, end: int) -> int:
        """What `[start, end)` has received so far."""
        return self._received_below(id_, end) - self._received_below(id_, start)

    def _received_below(self, id_: int, offset: int) -> int:
        """Fen before the cursor have their part of the open round."""
        face, progress = self.receivables.receivable(id_).face, self.progress(id_)
        finished, reached = self.rounds(id_), min(offset, progress.cursor)
        opened = (*finished, progress.target) if progress.target != progress.previous else finished
        part = paid_below(reached, opened, face) - paid_below(reached, finished, face)
        return paid_below(offset, finished, face) + part

    def early_digest(self, q: EarlyQuote) -> bytes:
        return TypedData(self.stage.chain_id, self.address, q).digest()

    # --- money in ---

    def pay_in(self, sender: str, id_: int, amount: int) -> None:
        receivable = self._accepted(id_)
        if sender != receivable.obligor:
            raise Refusal("NotParty", sender, receivable.obligor)
        if receivable.budget_line:
            raise Refusal("AlreadyUsed", word("RECEIVABLE"), id_.to_bytes(WORD, "big"))
        room = receivable.face - self.paid_in(id_)
        if amount > room:
            raise Refusal("AmountTooLarge", amount, room)
        cash, purpose = self.receivables.cash_of(id_), purposes.settlement(id_)
        cash.collect(self.address, MATURITY, purpose, sender, amount, receivable.fingerprint)
        self.emit("PaidIn", id_, sender, amount)

    def paid_in(self, id_: int) -> int:
        """Fen that the obligor has put up so far, whether they were paid out or not."""
        return self._settlement_axis(id_).incoming

    # --- settling ---

    def check_settle(self, id_: int) -> None:
        self._require_settleable(id_, self.receivables.receivable(id_))

    def settle(self, sender: str, id_: int, max_pieces: int) -> int:
        """Anyone may call from the due date on; returns the next fen to settle, the face at a round's end."""
        receivable, progress = self.receivables.receivable(id_), self.progress(id_)
        target = self._require_settleable(id_, receivable)
        if max_pieces == 0:
            raise Refusal("ZeroAmount")
        if receivable.budget_line == 0 and self._is_over(id_):
            return self._close_unowed(id_, receivable)
        if target != progress.target:
            self.emit("RoundOpened", id_, progress.previous, target)
        progress, following = replace(progress, target=target), progress.cursor
        while max_pieces and following < receivable.face:
            following = self._settle_one(id_, receivable, progress, following)
            max_pieces -= 1
        progress = replace(progress, cursor=following)
        if following == receivable.face and target != receivable.face:
            progress = replace(progress, previous=target, cursor=0)
            self.targets[id_] = (*self.rounds(id_), target)
        self.standing[id_] = progress
        if progress.cursor == receivable.face:
            self._close(id_, receivable)
        return following

    def _require_settleable(self, id_: int, receivable: Receivable) -> int:
        """The target of the open round, or of the one that may be opened now."""
        self._accepted(id_)
        progress, day = self.progress(id_), self.participants.today()
        if progress.target != progress.previous:
            return progress.target
        target = receivable.face if receivable.budget_line else self.paid_in(id_)
        fresh = target != progress.previous and len(self.rounds(id_)) < MOST_ROUNDS
        shareable = target == receivable.face or fresh
        if (day >= receivable.due and shareable) or self._is_over(id_):
            return target
        if day < receivable.due:
            raise Refusal("NotDue", id_, receivable.due, day)
        raise Refusal("NotPaidIn", id_, target, receivable.face)

    def _is_over(self, id_: int) -> bool:
        entry = self.book.receivable_of(id_)
        return entry.discharged == self.receivables.receivable(id_).face

    def _settle_one(self, id_: int, receivable: Receivable, progress: Progress, start: int) -> int:
        piece, face, finished = self.book.piece(id_, start), receivable.face, self.rounds(id_)
        before = paid_between(start, piece.end, finished, face)
        amount = paid_between(start, piece.end, (*finished, progress.target), face) - before
        if piece.kind >= PieceState.PAID:
            self._net_back(id_, receivable, start, piece.end, amount)
            return piece.end
        payee = self._payee_of(id_, start, piece)
        if amount and payee == held_key(id_, start):
            self.held[id_, start] = piece.state >> _MODULE_SHIFT
        if progress.target == face:
            self.book.discharge(self.address, id_, start, PieceState.PAID)
        kept = amount != 0 and self._pay(id_, receivable, start, piece.end, amount, payee)
        self.emit("PieceSettled", id_, piece.holder, start, piece.end, amount, payee, kept)
        return piece.end

    def _payee_of(self, id_: int, start: int, piece: Piece) -> str:
        """The holder; of a locked piece whom its keeper names, else the key to hold its money under."""
        index = piece.state >> _MODULE_SHIFT
        if piece.kind != PieceState.LOCKED or self.keeper_of(index) == NOBODY:
            return piece.holder
        payee = self._lock_keepers[self.keeper_of(index)].payee_of(id_, start, piece.holder)
        if payee != NOBODY:
            return payee
        return held_key(id_, start)

    def _pay(self, id_: int, receivable: Receivable, start: int, end: int, amount: int, payee: str) -> bool:
        if receivable.budget_line:
            return self.proceeds.pay_encumbered(self.address, id_, start, end, payee)
        return self._pay_or_keep(id_, receivable, amount, payee)

    def _net_back(self, id_: int, receivable: Receivable, start: int, end: int, amount: int) -> None:
        if amount == 0:
            return
        if receivable.budget_line:
            self.proceeds.net_back(self.address, id_, start, end)
            return
        kept = self._pay_or_keep(id_, receivable, amount, receivable.obligor)
        self.emit("NettedBack", id_, receivable.obligor, start, end, amount, kept)

    def _pay_or_keep(self, id_: int, receivable: Receivable, amount: int, payee: str) -> bool:
        cash, purpose = self.receivables.cash_of(id_), purposes.settlement(id_)
        money = (self.address, cash, MATURITY, purpose)
        return pay_or_keep(self.participants, *money, payee, amount, receivable.fingerprint)

    def _close_unowed(self, id_: int, receivable: Receivable) -> int:
        """All was discharged otherwise: what was paid in and not paid out goes back."""
        progress, axis = self.progress(id_), self._settlement_axis(id_)
        self._net_back(id_, receivable, progress.cursor, receivable.face, axis.balance)
        self.standing[id_] = replace(progress, cursor=receivable.face)
        self._close(id_, receivable)
        return receivable.face

    def _close(self, id_: int, receivable: Receivable) -> None:
        early = self.progress(id_).early
        if early != receivable.face:
            self.credit_lines.release(self.address, receivable.credit_line, receivable.face - early)
        self.receivables.mark_settled(self.address, id_)

    def release_held(self, sender: str, id_: int, start: int) -> None:
        """Anyone may call: what is held goes to whom the keeper of the lock names now."""
        module, key = self.held_by(id_, start), held_key(id_, start)
        if module == 0:
            raise Refusal("NothingToClaim", key)
        payee = self.book.piece(id_, start).holder
        if self.keeper_of(module) != NOBODY:
            payee = self._lock_keepers[self.keeper_of(module)].payee_of(id_, start, payee)
        if payee == NOBODY:
            raise Refusal("StillHeld", id_, start, module)
        del self.held[id_, start]
        cash = self.receivables.cash_of(id_)
        if self.receivables.receivable(id_).budget_line:
            self.proceeds.pay_kept(self.address, cash, key, payee)
        else:
            pay_out_to(self.participants, self.address, cash, MATURITY, key, payee)
        self.emit("HeldReleased", id_, start, payee)

    def claim(self, sender: str, cash: Cash) -> None:
        pay_out(self.address, cash, MATURITY, sender)

    # --- overdue ---

    def check_overdue(self, id_: int) -> None:
        receivable = self._accepted(id_)
        if receivable.overdue_on:
            raise Refusal("AlreadyUsed", word("OVERDUE"), id_.to_bytes(WORD, "big"))
        unpaid = 0 if receivable.budget_line else receivable.face - self.paid_in(id_)
        grace = self.programmes.programme(receivable.programme).grace_days
        first, day = overdue_from(receivable.due, grace), self.participants.today()
        if unpaid == 0 or day < first:
            raise Refusal("NothingOverdue", id_, unpaid, day, first)

    def mark_overdue(self, sender: str, id_: int) -> None:
        """Anyone may call."""
        self.check_overdue(id_)
        self.receivables.mark_overdue(self.address, id_)

    # --- early ---

    def check_early(self, q: EarlyQuote, obligor: str) -> None:
        self._require_early(q, obligor)

    def settle_early(self, sender: str, q: EarlyQuote, signature: bytes) -> None:
        """The obligor pays the holder what it asks before the due date."""
        receivable, end = self._require_early(q, sender), self.book.piece(q.receivable, q.start).end
        digest = self.early_digest(q)
        if self._recover(digest, signature) != q.holder:
            raise Refusal("BadSignature", q.holder, digest)
        self.nonces.add((q.holder, q.nonce))
        length = end - q.start
        progress = self.progress(q.receivable)
        self.standing[q.receivable] = replace(progress, early=progress.early + length)
        self.book.discharge(self.address, q.receivable, q.start, PieceState.PAID)
        self.credit_lines.release(self.address, receivable.credit_line, length)
        cash = self.receivables.cash_of(q.receivable)
        cash.transfer_from_with_document(self.address, sender, q.holder, q.amount, digest)
        self.emit("SettledEarly", digest, q.receivable, q.holder, q.start, end, q.amount)
        if receivable.budget_line == 0 and self._is_over(q.receivable):
            self._close_unowed(q.receivable, receivable)

    def _require_early(self, q: EarlyQuote, obligor: str) -> Receivable:
        receivable = self._accepted(q.receivable)
        if obligor != receivable.obligor:
            raise Refusal("NotParty", obligor, receivable.obligor)
        if self.stage.timestamp > q.deadline:
            raise Refusal("DeadlinePassed", q.deadline, self.stage.timestamp)
        if (q.holder, q.nonce) in self.nonces:
            raise Refusal("AlreadyUsed", word("NONCE"), q.nonce.to_bytes(WORD, "big"))
        day = self.participants.today()
        if day >= receivable.due:
            raise Refusal("DateOutOfOrder", word("DUE"), receivable.due, day)
        piece = self._own(q.receivable, q.start, q.holder)
        if piece.sequence != q.sequence:
            raise Refusal("StaleSequence", q.receivable, q.start, q.sequence, piece.sequence)
        if q.amount == 0:
            raise Refusal("ZeroAmount")
        if q.amount > piece.end - q.start:
            raise Refusal("AmountTooLarge", q.amount, piece.end - q.start)
        return receivable

    def revoke_early(self, sender: str, nonce: int) -> None:
        if (sender, nonce) in self.nonces:
            raise Refusal("AlreadyUsed", word("NONCE"), nonce.to_bytes(WORD, "big"))
        self.nonces.add((sender, nonce))
        self.emit("EarlyQuoteRevoked", sender, nonce)

    # --- small parts ---

    def _accepted(self, id_: int) -> Receivable:
        receivable, needed = self.receivables.receivable(id_), ReceivableState.ACCEPTED
        if receivable.state != needed:
            raise Refusal("WrongState", word("RECEIVABLE"), id_, receivable.state, int(needed))
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

    def _settlement_axis(self, id_: int) -> Axis:
        return self.receivables.cash_of(id_).axis(axis_of(MATURITY, purposes.settlement(id_)))

    # --- delayed powers ---

    def keeper_of(self, module: int) -> str:
        return self.keepers.get(module, NOBODY)

    def held_by(self, id_: int, start: int) -> int:
        return self.held.get((id_, start), 0)

    def set_keeper(self, sender: str, module: int, keeper: str) -> None:
        self.only_powers(sender)
        self.keepers[module] = keeper
        self.emit("KeeperSet", module, keeper)
