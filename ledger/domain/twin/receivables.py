"""Twin of `Receivables`: confirm, accept, refuse, return (银发〔2025〕77号 art. 11, 12)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.domain.kinds import DocumentKind
from ledger.domain.roles import Role
from ledger.domain.states import ReceivableState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, plain, word
from ledger.domain.twin.cash import Cash, CashRegistry
from ledger.domain.twin.creditlines import CreditLines
from ledger.domain.twin.documents import Capacity, Documents
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.pieces import Limits, PieceBook
from ledger.domain.twin.proceeds import Proceeds


@dataclass(frozen=True, slots=True)
class Confirmation:
    """`budget_line` zero: paid from general money at maturity; else funded from that line of a bond."""

    supplier: str
    cash: str
    face: int
    due: int
    credit_line: int
    budget_line: int
    fingerprint: bytes
    contract_document: bytes
    delivery_document: bytes


@dataclass(frozen=True, slots=True)
class Receivable:
    obligor: str = NOBODY
    due: int = 0
    confirmed_on: int = 0
    state: int = 0
    supplier: str = NOBODY
    credit_line: int = 0
    budget_line: int = 0
    cash: str = NOBODY
    face: int = 0
    fingerprint: bytes = ZERO_HASH


class Receivables(Module):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        book: PieceBook,
        registry: CashRegistry,
        credit_lines: CreditLines,
        proceeds: Proceeds,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.book = book
        self.registry = registry
        self.credit_lines = credit_lines
        self.proceeds = proceeds
        self.limits = Limits()
        self.accept_days = 0
        self.max_tenor_days = 0
        self.receivables: dict[int, Receivable] = {}

    # --- reading ---

    @property
    def count(self) -> int:
        return len(self.receivables)

    def receivable(self, id_: int) -> Receivable:
        return self.receivables.get(id_, Receivable())

    def cash_of(self, id_: int) -> Cash:
        return self.registry.require_cash(self.receivable(id_).cash)

    # --- obligor ---

    def check_confirm(self, c: Confirmation, obligor: str) -> None:
        self._require_confirmable(c, obligor)
        self.documents.check_use(c.fingerprint, c.face)
        obligation = self.documents.obligation(c.fingerprint)
        self._require_invoice(c, obligor, obligation)
        self.credit_lines.check_reserve(c.credit_line, obligor, obligation.currency, c.face)
        if c.budget_line:
            self.proceeds.check_encumber(c.budget_line, obligor, c.face)

    def confirm(self, sender: str, c: Confirmation) -> int:
        self._require_confirmable(c, sender)
        id_ = self.count + 1
        self.receivables[id_] = Receivable(
            sender,
            c.due,
            self.participants.today(),
            ReceivableState.PROPOSED,
            c.supplier,
            c.credit_line,
            c.budget_line,
            c.cash,
            c.face,
            c.fingerprint,
        )
        obligation = self.documents.use(self.address, c.fingerprint, c.face)
        self._require_invoice(c, sender, obligation)
        self.credit_lines.reserve(self.address, c.credit_line, sender, obligation.currency, c.face)
        if c.budget_line:
            self.proceeds.encumber(self.address, c.budget_line, id_, sender, c.fingerprint, c.face)
        self.emit("Confirmed", id_, sender, c.supplier, plain(c))
        return id_

    def _require_confirmable(self, c: Confirmation, obligor: str) -> None:
        if c.face == 0:
            raise Refusal("ZeroAmount")
        self.registry.require_cash(c.cash)
        self.participants.require_role(obligor, Role.OBLIGOR)
        self.participants.require_role(c.supplier, Role.SUPPLIER)
        day = self.participants.today()
        if c.due <= day:
            raise Refusal("DateOutOfOrder", word("DUE"), c.due, day)
        if c.due - day > self.max_tenor_days:
            raise Refusal("TenorTooLong", c.due - day, self.max_tenor_days)
        self.documents.require_known(c.contract_document, obligor, DocumentKind.CONTRACT)
        self.documents.require_known(c.delivery_document, obligor, DocumentKind.DELIVERY)
        if c.budget_line == 0:
            return
        cash = self.proceeds.line(c.budget_line).cash
        if cash != c.cash:
            raise Refusal("NotParty", c.cash, cash)

    def _require_invoice(self, c: Confirmation, obligor: str, obligation: Capacity) -> None:
        if obligation.kind != DocumentKind.INVOICE:
            number = int.from_bytes(c.fingerprint, "big")
            raise Refusal(
                "WrongState", word("DOCUMENT_KIND"), number, obligation.kind, int(DocumentKind.INVOICE)
            )
        if obligation.payer != obligor:
            raise Refusal("NotParty", obligor, obligation.payer)
        if obligation.payee != c.supplier:
            raise Refusal("NotParty", c.supplier, obligation.payee)
        needed = self.registry.require_cash(c.cash).currency
        if obligation.currency != needed:
            raise Refusal("CurrencyMismatch", obligation.currency, needed)

    # --- supplier ---

    def accept(self, sender: str, id_: int) -> None:
        receivable = self._answerable(sender, id_)
        last, day = receivable.confirmed_on + self.accept_days, self.participants.today()
        if day > last:
            raise Refusal("DateOutOfOrder", word("ACCEPT_BY"), last, day)
        self.receivables[id_] = replace(receivable, state=ReceivableState.ACCEPTED)
        self.credit_lines.convert(self.address, receivable.credit_line, receivable.face)
        limits = replace(self.limits, closes_on=receivable.due)
        self.book.open(self.address, id_, sender, receivable.face, limits)
        self.emit("Accepted", id_)

    def refuse(self, sender: str, id_: int, reason: bytes) -> None:
        self._answerable(sender, id_)
        if reason == ZERO_HASH:
            raise Refusal("ZeroHash", word("REASON"))
        self._undo(id_, ReceivableState.REFUSED)
        self.emit("Refused", id_, reason)

    def return_unanswered(self, sender: str, id_: int) -> None:
        """Anyone may call."""
        receivable = self._in_state(id_, ReceivableState.PROPOSED)
        last, day = receivable.confirmed_on + self.accept_days, self.participants.today()
        if day <= last:
            raise Refusal("NotYetReturnable", id_, day, last + 1)
        self._undo(id_, ReceivableState.RETURNED)
        self.emit("Returned", id_)

    def _answerable(self, sender: str, id_: int) -> Receivable:
        receivable = self._in_state(id_, ReceivableState.PROPOSED)
        if sender != receivable.supplier:
            raise Refusal("NotParty", sender, receivable.supplier)
        self.participants.require_active(sender)
        return receivable

    def _undo(self, id_: int, state: ReceivableState) -> None:
        receivable = self.receivables[id_]
        self.receivables[id_] = replace(receivable, state=state)
        self.documents.release(self.address, receivable.fingerprint, receivable.face)
        self.credit_lines.unreserve(self.address, receivable.credit_line, receivable.face)
        if receivable.budget_line:
            self.proceeds.release_encumbrance(self.address, id_)

    def _in_state(self, id_: int, needed: ReceivableState) -> Receivable:
        receivable = self.receivable(id_)
        if receivable.state == 0:
            raise Refusal("Unknown", word("RECEIVABLE"), id_)
        if receivable.state != needed:
            raise Refusal("WrongState", word("RECEIVABLE"), id_, receivable.state, int(needed))
        return receivable

    # --- modules and delayed powers ---

    def mark_settled(self, sender: str, id_: int) -> None:
        self.only_duty(sender, "MATURITY")
        receivable = self._in_state(id_, ReceivableState.ACCEPTED)
        self.receivables[id_] = replace(receivable, state=ReceivableState.SETTLED)
        self.emit("Settled", id_)

    def set_programme(self, sender: str, limits: Limits, accept_days: int, max_tenor_days: int) -> None:
        self.only_powers(sender)
        self.limits, self.accept_days, self.max_tenor_days = limits, accept_days, max_tenor_days
        self.emit("ProgrammeSet", plain(limits), accept_days, max_tenor_days)
