"""Twin of `Receivables`: confirm, accept, refuse, return, void.

银发〔2025〕77号 art. 11, 12 and 15.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.intervals import Interval, share_floor
from ledger.domain.kinds import DocumentKind
from ledger.domain.programmes import TENOR_ASKED, TENOR_RULE, Level, Terms
from ledger.domain.roles import Role
from ledger.domain.states import Consent, PieceState, ReceivableState
from ledger.domain.twin.accounts import UNBOUNDED, AccountFactory
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, plain, word
from ledger.domain.twin.cash import Cash, CashRegistry
from ledger.domain.twin.creditlines import CreditLines
from ledger.domain.twin.documents import Capacity, Documents
from ledger.domain.twin.frameworks import Frameworks
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.pieces import Limits, PieceBook
from ledger.domain.twin.proceeds import Proceeds
from ledger.domain.twin.programmes import Programmes

BY_OBLIGOR: Final = 1
BY_SUPPLIER: Final = 2
_CONFIRM: Final = keccak(
    b"confirm((address,address,uint64,uint32,uint32,uint32,bytes32,bytes32,bytes32,uint16,bool,bytes32,uint64,"
    b"uint32,uint8,bytes32))"
)[:4]


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
    programme: int = 1
    order: bool = False
    reasons: bytes = ZERO_HASH
    green: int = 0
    framework: int = 0
    category: int = 0
    green_document: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class Receivable:
    obligor: str = NOBODY
    due: int = 0
    confirmed_on: int = 0
    state: int = 0
    programme: int = 0
    order: bool = False
    supplier: str = NOBODY
    credit_line: int = 0
    budget_line: int = 0
    overdue_on: int = 0
    cash: str = NOBODY
    face: int = 0
    void_by: int = 0
    fingerprint: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class Green:
    """Green fen of a face; `by_bond`: the bond that funds them counts them."""

    amount: int = 0
    framework: int = 0
    category: int = 0
    by_bond: bool = False


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
        programmes: Programmes,
        factory: AccountFactory,
        frameworks: Frameworks,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.book = book
        self.registry = registry
        self.credit_lines = credit_lines
        self.proceeds = proceeds
        self.programmes = programmes
        self.factory = factory
        self.frameworks = frameworks
        self.receivables: dict[int, Receivable] = {}
        self.greens: dict[int, Green] = {}
        self.overdues: dict[str, int] = {}

    # --- reading ---

    @property
    def count(self) -> int:
        return len(self.receivables)

    def receivable(self, id_: int) -> Receivable:
        return self.receivables.get(id_, Receivable())

    def cash_of(self, id_: int) -> Cash:
        return self.registry.require_cash(self.receivable(id_).cash)

    def overdue(self, obligor: str) -> int:
        return self.overdues.get(obligor, 0)

    def green_of(self, id_: int) -> Green:
        receivable = self.receivable(id_)
        if receivable.budget_line == 0:
            return self.greens.get(id_, Green())
        line = self.proceeds.line(receivable.budget_line)
        return Green(receivable.face, line.framework, line.category, True)

    def green_share(self, id_: int, start: int, end: int) -> int:
        face = self.receivable(id_).face
        if face == 0:
            raise Refusal("Unknown", word("RECEIVABLE"), id_)
        if end > face:
            raise Refusal("CutOutside", 0, face, end)
        if start > end:
            raise Refusal("CutOutside", 0, end, start)
        return share_floor(self.green_of(id_).amount, Interval(start, end), face) if start < end else 0

    # --- obligor ---

    def check_confirm(self, c: Confirmation, obligor: str) -> None:
        self._require_confirmable(c, obligor)
        self.documents.check_use(c.fingerprint, c.face)
        obligation = self.documents.obligation(c.fingerprint)
        self._require_invoice(c, obligor, obligation)
        self.credit_lines.check_reserve(c.credit_line, obligor, obligation.currency, c.face)
        if c.budget_line:
            self.proceeds.check_encumber(c.budget_line, obligor, c.fingerprint, c.face)

    def confirm(self, sender: str, c: Confirmation) -> int:
        warned = self._require_confirmable(c, sender)
        id_ = self.count + 1
        self._record(sender, id_, c)
        obligation = self.documents.use(self.address, c.fingerprint, c.face)
        self._require_invoice(c, sender, obligation)
        self.credit_lines.reserve(self.address, c.credit_line, sender, obligation.currency, c.face)
        if c.budget_line:
            self.proceeds.encumber(self.address, c.budget_line, id_, sender, c.fingerprint, c.face)
        self.emit("Confirmed", id_, sender, c.supplier, plain(c))
        if warned:
            self.emit("RuleWarned", id_, word(TENOR_RULE), warned, TENOR_ASKED)
        return id_

    def _record(self, sender: str, id_: int, c: Confirmation) -> None:
        self.receivables[id_] = Receivable(
            obligor=sender,
            due=c.due,
            confirmed_on=self.participants.today(),
            state=ReceivableState.PROPOSED,
            programme=c.programme,
            order=c.order,
            supplier=c.supplier,
            credit_line=c.credit_line,
            budget_line=c.budget_line,
            cash=c.cash,
            face=c.face,
            fingerprint=c.fingerprint,
        )
        if c.green:
            self.greens[id_] = Green(c.green, c.framework, c.category)

    def _require_confirmable(self, c: Confirmation, obligor: str) -> int:
        """The tenor, where the programme only warns of one that long; else zero."""
        if c.face == 0:
            raise Refusal("ZeroAmount")
        self.registry.require_cash(c.cash)
        self.participants.require_role(obligor, Role.OBLIGOR)
        self.participants.require_role(c.supplier, Role.SUPPLIER)
        if late := self.overdue(obligor):
            raise Refusal("ObligorInDefault", obligor, late)
        programme = self.programmes.programme(c.programme)
        if programme.terms & Terms.TWO_PERSONS:
            self._require_two_persons(obligor)
        if c.order and not programme.terms & Terms.ORDERS:
            raise Refusal("OrdersNotFinanced", c.programme)
        warned = self._require_tenor(c, programme.max_tenor_days)
        evidence = DocumentKind.ORDER if c.order else DocumentKind.DELIVERY
        self.documents.require_known(c.contract_document, obligor, DocumentKind.CONTRACT)
        self.documents.require_known(c.delivery_document, obligor, evidence)
        self._require_funding(c, obligor)
        return warned

    def _require_two_persons(self, obligor: str) -> None:
        if not self.factory.is_account(obligor):
            raise Refusal("TwoPersonsNeeded", obligor, UNBOUNDED)
        alone = self.factory.accounts[obligor].limit_of(self.address, _CONFIRM).each
        if alone:
            raise Refusal("TwoPersonsNeeded", obligor, alone)

    def _require_tenor(self, c: Confirmation, most: int) -> int:
        day = self.participants.today()
        if c.due <= day:
            raise Refusal("DateOutOfOrder", word("DUE"), c.due, day)
        tenor = c.due - day
        if tenor > most:
            raise Refusal("TenorTooLong", tenor, most)
        if tenor <= TENOR_ASKED:
            return 0
        level = self.programmes.level_of(c.programme, word(TENOR_RULE))
        if level == Level.WARN:
            return tenor
        if level == Level.BLOCK:
            raise Refusal("TenorTooLong", tenor, TENOR_ASKED)
        bank = self.credit_lines.line(c.credit_line).bank
        self.documents.require_known(c.reasons, bank, DocumentKind.ATTESTATION)
        return 0

    def _require_funding(self, c: Confirmation, obligor: str) -> None:
        if c.budget_line == 0:
            if c.green:
                self._require_green(c, obligor)
            return
        if c.green:
            raise Refusal("GreenTooLarge", c.green, 0)
        cash = self.proceeds.line(c.budget_line).cash
        if cash != c.cash:
            raise Refusal("NotParty", c.cash, cash)

    def _require_green(self, c: Confirmation, obligor: str) -> None:
        if c.green > c.face:
            raise Refusal("GreenTooLarge", c.green, c.face)
        issuer = self.frameworks.framework(c.framework).issuer
        if issuer != obligor:
            raise Refusal("NotParty", obligor, issuer)
        self.frameworks.require_eligible(c.framework, c.category)
        self.documents.require_known(c.green_document, obligor, 0)

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

    def deliver(self, sender: str, id_: int, document: bytes) -> None:
        """The obligor files the delivery evidence of what it confirmed on an order."""
        receivable = self.receivable(id_)
        if receivable.state == 0:
            raise Refusal("Unknown", word("RECEIVABLE"), id_)
        if receivable.state > ReceivableState.ACCEPTED:
            needed = int(ReceivableState.ACCEPTED)
            raise Refusal("WrongState", word("RECEIVABLE"), id_, receivable.state, needed)
        if sender != receivable.obligor:
            raise Refusal("NotParty", sender, receivable.obligor)
        self.participants.require_active(sender)
        if not receivable.order:
            raise Refusal("WrongState", word("ORDER"), id_, 0, 1)
        self.documents.require_known(document, sender, DocumentKind.DELIVERY)
        self.receivables[id_] = replace(receivable, order=False)
        self.emit("Delivered", id_, document)

    # --- supplier ---

    def accept(self, sender: str, id_: int, consent: int, document: bytes) -> None:
        receivable = self._answerable(sender, id_)
        programme = self.programmes.programme(receivable.programme)
        last, day = receivable.confirmed_on + programme.accept_days, self.participants.today()
        if day > last:
            raise Refusal("DateOutOfOrder", word("ACCEPT_BY"), last, day)
        if consent == Consent.BY_DOCUMENT:
            self.documents.require_known(document, sender, DocumentKind.CONSENT)
        elif consent != Consent.DECLARED or document != ZERO_HASH:
            raise Refusal("ConsentMissing", id_, consent)
        self.receivables[id_] = replace(receivable, state=ReceivableState.ACCEPTED)
        self.credit_lines.convert(self.address, receivable.credit_line, receivable.face)
        limits = Limits(
            programme.min_piece,
            programme.max_pieces,
            programme.max_layers,
            receivable.due,
            programme.terms,
        )
        self.book.open(self.address, id_, sender, receivable.face, limits)
        self.emit("Accepted", id_, consent, document)

    def refuse(self, sender: str, id_: int, reason: bytes) -> None:
        self._answerable(sender, id_)
        if reason == ZERO_HASH:
            raise Refusal("ZeroHash", word("REASON"))
        self._undo(id_, ReceivableState.REFUSED)
        self.emit("Refused", id_, reason)

    def return_unanswered(self, sender: str, id_: int) -> None:
        """Anyone may call."""
        receivable = self._in_state(id_, ReceivableState.PROPOSED)
        days = self.programmes.programme(receivable.programme).accept_days
        last, day = receivable.confirmed_on + days, self.participants.today()
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
        lines = self.credit_lines
        give_back = lines.release if state == ReceivableState.VOIDED else lines.unreserve
        give_back(self.address, receivable.credit_line, receivable.face)
        if receivable.budget_line:
            self.proceeds.release_encumbrance(self.address, id_)

    # --- both parties ---

    def check_void(self, id_: int, party: str) -> None:
        receivable = self._in_state(id_, ReceivableState.ACCEPTED)
        other = BY_OBLIGOR + BY_SUPPLIER - self._party_number(receivable, party)
        if receivable.void_by != other:
            raise Refusal("WrongState", word("VOID"), id_, receivable.void_by, other)
        self._require_untouched(id_, receivable)

    def propose_void(self, sender: str, id_: int, reason: bytes) -> None:
        receivable = self._in_state(id_, ReceivableState.ACCEPTED)
        by = self._party_number(receivable, sender)
        if reason == ZERO_HASH:
            raise Refusal("ZeroHash", word("REASON"))
        if receivable.void_by:
            raise Refusal("WrongState", word("VOID"), id_, receivable.void_by, 0)
        self._require_untouched(id_, receivable)
        self.receivables[id_] = replace(receivable, void_by=by)
        self.emit("VoidProposed", id_, sender, reason)

    def withdraw_void(self, sender: str, id_: int) -> None:
        receivable = self._in_state(id_, ReceivableState.ACCEPTED)
        by = self._party_number(receivable, sender)
        if receivable.void_by != by:
            raise Refusal("WrongState", word("VOID"), id_, receivable.void_by, by)
        self.receivables[id_] = replace(receivable, void_by=0)
        self.emit("VoidWithdrawn", id_, sender)

    def void(self, sender: str, id_: int) -> None:
        """What the other party proposed; everything is undone."""
        self.check_void(id_, sender)
        self._undo(id_, ReceivableState.VOIDED)
        self.book.discharge(self.address, id_, 0, PieceState.VOIDED)
        self.emit("Voided", id_, sender)

    def _party_number(self, receivable: Receivable, party: str) -> int:
        if party not in (receivable.obligor, receivable.supplier):
            raise Refusal("NotParty", party, receivable.obligor)
        self.participants.require_active(party)
        return BY_OBLIGOR if party == receivable.obligor else BY_SUPPLIER

    def _require_untouched(self, id_: int, receivable: Receivable) -> None:
        """The one piece is whole, free and with its first holder; no money came in, none is due."""
        day = self.participants.today()
        if day >= receivable.due:
            raise Refusal("DateOutOfOrder", word("DUE"), receivable.due, day)
        piece = self.book.piece(id_, 0)
        if piece.layers:
            raise Refusal("TooManyLayers", piece.layers, 0)
        if piece.end != receivable.face:
            raise Refusal("PieceNotWhole", id_, piece.end, receivable.face)
        if piece.kind == PieceState.LOCKED:
            raise Refusal("PieceLocked", id_, 0, piece.state >> 3)
        if piece.kind != PieceState.HELD:
            raise Refusal("AlreadyDischarged", id_, 0, piece.kind)
        axis = purposes.axis_of(purposes.MATURITY, purposes.settlement(id_))
        if came_in := self.cash_of(id_).axis(axis).incoming:
            raise Refusal("MoneyCameIn", id_, came_in)

    def _in_state(self, id_: int, needed: ReceivableState) -> Receivable:
        receivable = self.receivable(id_)
        if receivable.state == 0:
            raise Refusal("Unknown", word("RECEIVABLE"), id_)
        if receivable.state != needed:
            raise Refusal("WrongState", word("RECEIVABLE"), id_, receivable.state, int(needed))
        return receivable

    # --- modules ---

    def mark_settled(self, sender: str, id_: int) -> None:
        self.only_duty(sender, "MATURITY")
        receivable = self._in_state(id_, ReceivableState.ACCEPTED)
        self.receivables[id_] = replace(receivable, state=ReceivableState.SETTLED)
        self.emit("Settled", id_)
        if receivable.overdue_on:
            self._cure(id_)

    def mark_overdue(self, sender: str, id_: int) -> None:
        self.only_duty(sender, "MATURITY")
        receivable = self._in_state(id_, ReceivableState.ACCEPTED)
        if receivable.overdue_on:
            raise Refusal("WrongState", word("OVERDUE"), id_, 1, 0)
        self.receivables[id_] = replace(receivable, overdue_on=self.participants.today())
        self.overdues[receivable.obligor] = self.overdue(receivable.obligor) + 1
        self.emit("MarkedOverdue", id_, receivable.obligor, self.overdue(receivable.obligor))

    def mark_cured(self, sender: str, id_: int) -> None:
        self.only_duty(sender, "MATURITY")
        if not self._in_state(id_, ReceivableState.ACCEPTED).overdue_on:
            raise Refusal("WrongState", word("OVERDUE"), id_, 0, 1)
        self._cure(id_)

    def _cure(self, id_: int) -> None:
        receivable = self.receivables[id_]
        self.receivables[id_] = replace(receivable, overdue_on=0)
        self.overdues[receivable.obligor] -= 1
        self.emit("MarkedCured", id_, receivable.obligor, self.overdue(receivable.obligor))
