"""Twin of `SupplierLoans`: application, line, drawdown, repayment; outstanding <= limit (LOAN-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ledger.domain.kinds import DocumentKind
from ledger.domain.loans import accrued, interest_half_up
from ledger.domain.mandates import MandateKind
from ledger.domain.purposes import LOANS, claim
from ledger.domain.roles import Role
from ledger.domain.states import DrawdownState, LoanState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, fits, plain, word
from ledger.domain.twin.cash import Cash, CashRegistry
from ledger.domain.twin.claims import pay_out
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.mandates import Mandates
from ledger.domain.twin.participants import Participants

_PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class LoanApplication:
    """`features` is the hash of the feature vector, `as_of_block` the block it was read at."""

    financier: str
    cash: str
    amount: int
    features: bytes
    as_of_block: int
    document: bytes
    security: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class LoanTerms:
    limit: int
    rate_ppm: int
    tenor_days: int
    expires_on: int
    document: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """`repaid` is principal; `overdue` counts the drawdowns that are marked so."""

    supplier: str = NOBODY
    state: int = 0
    expires_on: int = 0
    rate_ppm: int = 0
    tenor_days: int = 0
    overdue: int = 0
    financier: str = NOBODY
    limit: int = 0
    cash: str = NOBODY
    drawn: int = 0
    repaid: int = 0
    interest_paid: int = 0
    applied_on: int = 0
    features: bytes = ZERO_HASH
    amount: int = 0
    as_of_block: int = 0

    @property
    def outstanding(self) -> int:
        return self.drawn - self.repaid


@dataclass(frozen=True, slots=True)
class Drawdown:
    """`accrued` is interest up to `accrued_to`, in fen x ppm x days."""

    line: int = 0
    state: int = 0
    drawn_on: int = 0
    due_on: int = 0
    accrued_to: int = 0
    rate_ppm: int = 0
    drawn: int = 0
    outstanding: int = 0
    accrued: int = 0
    interest_paid: int = 0
    fingerprint: bytes = ZERO_HASH

    def accrued_on(self, day: int) -> int:
        return self.accrued + accrued(self.outstanding, self.rate_ppm, day - self.accrued_to)


class SupplierLoans(Module):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        registry: CashRegistry,
        mandates: Mandates,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.registry = registry
        self.mandates = mandates
        self.lines: dict[int, Line] = {}
        self.drawdowns: dict[int, Drawdown] = {}

    @property
    def count(self) -> int:
        return len(self.lines)

    def owed(self, id_: int) -> tuple[int, int]:
        """Principal and interest that a drawdown owes today."""
        drawdown = self.drawdowns.get(id_, Drawdown())
        interest = interest_half_up(drawdown.accrued_on(self.participants.today()))
        return drawdown.outstanding, interest - drawdown.interest_paid

    # --- application and line ---

    def check_apply(self, a: LoanApplication, supplier: str) -> None:
        self.participants.require_role(supplier, Role.SUPPLIER)
        self.participants.require_role(a.financier, Role.FINANCIER)
        self.mandates.require_mandate(supplier, a.financier, int(MandateKind.CREDIT_READER), 0)
        self.registry.require_cash(a.cash)
        if a.amount == 0:
            raise Refusal("ZeroAmount")
        if a.features == ZERO_HASH:
            raise Refusal("ZeroHash", word("FEATURES"))
        if a.as_of_block > self.stage.block:
            raise Refusal("Unknown", word("BLOCK"), a.as_of_block)
        self.documents.require_known(a.document, supplier, DocumentKind.APPLICATION)
        if a.security != ZERO_HASH:
            self.documents.require_known(a.security, supplier, DocumentKind.PLEDGE)

    def apply_for(self, sender: str, a: LoanApplication) -> int:
        self.check_apply(a, sender)
        id_ = self.count + 1
        self.lines[id_] = Line(
            supplier=sender,
            state=int(LoanState.APPLIED),
            financier=a.financier,
            cash=a.cash,
            applied_on=self.participants.today(),
            features=a.features,
            amount=a.amount,
            as_of_block=a.as_of_block,
        )
        self.emit("LoanApplied", id_, sender, a.financier, plain(a))
        return id_

    def check_grant(self, id_: int, t: LoanTerms, financier: str) -> None:
        line = self._answerable(id_, financier, t.document)
        if t.limit == 0 or t.tenor_days == 0:
            raise Refusal("ZeroAmount")
        if t.limit > line.amount:
            raise Refusal("AmountTooLarge", t.limit, line.amount)
        if t.rate_ppm > _PPM:
            raise Refusal("AmountTooLarge", t.rate_ppm, _PPM)
        if t.expires_on < self.participants.today():
            raise Refusal("DateOutOfOrder", word("EXPIRES_ON"), t.expires_on, self.participants.today())

    def grant(self, sender: str, id_: int, t: LoanTerms) -> None:
        self.check_grant(id_, t, sender)
        self.lines[id_] = replace(
            self.lines[id_],
            state=int(LoanState.GRANTED),
            limit=t.limit,
            rate_ppm=t.rate_ppm,
            tenor_days=t.tenor_days,
            expires_on=t.expires_on,
        )
        self.emit("LoanGranted", id_, plain(t))

    def decline(self, sender: str, id_: int, document: bytes) -> None:
        line = self._answerable(id_, sender, document)
        self.lines[id_] = replace(line, state=int(LoanState.DECLINED))
        self.emit("LoanDeclined", id_, document)

    def close(self, sender: str, id_: int) -> None:
        line = self._known(id_)
        if sender not in (line.supplier, line.financier):
            raise Refusal("NotParty", sender, line.supplier)
        self.participants.require_active(sender)
        if line.state not in (LoanState.APPLIED, LoanState.GRANTED):
            raise Refusal("WrongState", word("LOAN_LINE"), id_, line.state, int(LoanState.GRANTED))
        self.lines[id_] = replace(line, state=int(LoanState.CLOSED))
        self.emit("LoanClosed", id_, sender)

    def _answerable(self, id_: int, financier: str, document: bytes) -> Line:
        line = self._known(id_)
        if financier != line.financier:
            raise Refusal("NotParty", financier, line.financier)
        if line.state != LoanState.APPLIED:
            raise Refusal("WrongState", word("LOAN_LINE"), id_, line.state, int(LoanState.APPLIED))
        self.participants.require_role(financier, Role.FINANCIER)
        self.documents.require_known(document, financier, DocumentKind.REVIEW_RESULT)
        return line

    # --- drawing ---

    def check_draw(self, id_: int, fingerprint: bytes, amount: int, supplier: str) -> None:
        line = self._known(id_)
        if supplier != line.supplier:
            raise Refusal("NotParty", supplier, line.supplier)
        if line.state != LoanState.GRANTED:
            raise Refusal("WrongState", word("LOAN_LINE"), id_, line.state, int(LoanState.GRANTED))
        self.participants.require_role(supplier, Role.SUPPLIER)
        self.participants.require_role(line.financier, Role.FINANCIER)
        if self.participants.today() > line.expires_on:
            raise Refusal("DateOutOfOrder", word("EXPIRES_ON"), line.expires_on, self.participants.today())
        if line.overdue:
            raise Refusal("LoanOverdue", id_, line.overdue)
        free = line.limit - line.outstanding
        if amount > free:
            raise Refusal("LoanLimitExceeded", id_, free, amount)
        self.documents.check_use(fingerprint, amount)
        self._require_drawdown_document(line, fingerprint)

    def draw(self, sender: str, id_: int, fingerprint: bytes, amount: int) -> int:
        self.check_draw(id_, fingerprint, amount, sender)
        line, today = self.lines[id_], self.participants.today()
        self.lines[id_] = replace(line, drawn=fits(line.drawn + amount, 96))
        drawdown, due = len(self.drawdowns) + 1, today + line.tenor_days
        self.drawdowns[drawdown] = Drawdown(
            line=id_,
            state=int(DrawdownState.OUTSTANDING),
            drawn_on=today,
            due_on=due,
            accrued_to=today,
            rate_ppm=line.rate_ppm,
            drawn=amount,
            outstanding=amount,
            fingerprint=fingerprint,
        )
        self.documents.use(self.address, fingerprint, amount)
        cash = self.registry.require_cash(line.cash)
        cash.transfer_from_with_document(self.address, line.financier, sender, amount, fingerprint)
        self.emit("Drawn", drawdown, id_, amount, due, fingerprint)
        return drawdown

    def _require_drawdown_document(self, line: Line, fingerprint: bytes) -> None:
        obligation = self.documents.obligation(fingerprint)
        if obligation.kind != DocumentKind.LOAN_DRAWDOWN:
            number, needed = int.from_bytes(fingerprint, "big"), int(DocumentKind.LOAN_DRAWDOWN)
            raise Refusal("WrongState", word("DOCUMENT_KIND"), number, obligation.kind, needed)
        if obligation.payer != line.financier:
            raise Refusal("NotParty", line.financier, obligation.payer)
        if obligation.payee != line.supplier:
            raise Refusal("NotParty", line.supplier, obligation.payee)
        currency = self.registry.require_cash(line.cash).currency
        if obligation.currency != currency:
            raise Refusal("CurrencyMismatch", obligation.currency, currency)

    # --- repaying ---

    def check_repay(self, id_: int, amount: int, supplier: str) -> None:
        drawdown = self._known_drawdown(id_)
        borrower = self.lines[drawdown.line].supplier
        if supplier != borrower:
            raise Refusal("NotParty", supplier, borrower)
        if drawdown.state == DrawdownState.REPAID:
            states = int(DrawdownState.REPAID), int(DrawdownState.OUTSTANDING)
            raise Refusal("WrongState", word("DRAWDOWN"), id_, *states)
        if amount == 0:
            raise Refusal("ZeroAmount")
        if amount > sum(self.owed(id_)):
            raise Refusal("AmountTooLarge", amount, sum(self.owed(id_)))

    def repay(self, sender: str, id_: int, amount: int) -> None:
        """Interest first; a principal of zero then means that all is paid."""
        self.check_repay(id_, amount, sender)
        drawdown, today = self.drawdowns[id_], self.participants.today()
        line = self.lines[drawdown.line]
        interest = min(amount, self.owed(id_)[1])
        principal = amount - interest
        left = drawdown.outstanding - principal
        cured = left == 0 and drawdown.state == DrawdownState.OVERDUE
        self.drawdowns[id_] = replace(
            drawdown,
            state=drawdown.state if left else int(DrawdownState.REPAID),
            accrued=drawdown.accrued_on(today),
            accrued_to=today,
            interest_paid=drawdown.interest_paid + interest,
            outstanding=left,
        )
        self.lines[drawdown.line] = replace(
            line,
            overdue=line.overdue - cured,
            repaid=line.repaid + principal,
            interest_paid=line.interest_paid + interest,
        )
        kept = self._pay_back(self.registry.require_cash(line.cash), sender, line.financier, amount, drawdown)
        self.emit("Repaid", id_, drawdown.line, principal, interest, left, kept)

    def _pay_back(self, cash: Cash, supplier: str, financier: str, amount: int, drawdown: Drawdown) -> bool:
        """True when it waits on the financier's claim, because one of the two cannot act."""
        document = drawdown.fingerprint
        if self.participants.is_active(financier) and self.participants.is_active(supplier):
            cash.transfer_from_with_document(self.address, supplier, financier, amount, document)
            return False
        cash.collect(self.address, LOANS, claim(financier), supplier, amount, document)
        return True

    def claim(self, sender: str, cash: Cash) -> None:
        self.registry.require_cash(cash.address)
        pay_out(self.address, cash, LOANS, sender)

    def mark_overdue(self, sender: str, id_: int) -> None:
        drawdown = self._known_drawdown(id_)
        outstanding = int(DrawdownState.OUTSTANDING)
        if drawdown.state != outstanding:
            raise Refusal("WrongState", word("DRAWDOWN"), id_, drawdown.state, outstanding)
        if self.participants.today() <= drawdown.due_on:
            raise Refusal("DrawdownNotOverdue", id_, drawdown.due_on, self.participants.today())
        line = self.lines[drawdown.line]
        self.drawdowns[id_] = replace(drawdown, state=int(DrawdownState.OVERDUE))
        self.lines[drawdown.line] = replace(line, overdue=line.overdue + 1)
        self.emit("DrawdownOverdue", id_, drawdown.line, drawdown.due_on)

    # --- small parts ---

    def _known(self, id_: int) -> Line:
        if id_ not in self.lines:
            raise Refusal("Unknown", word("LOAN_LINE"), id_)
        return self.lines[id_]

    def _known_drawdown(self, id_: int) -> Drawdown:
        if id_ not in self.drawdowns:
            raise Refusal("Unknown", word("DRAWDOWN"), id_)
        return self.drawdowns[id_]
