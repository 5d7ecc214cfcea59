"""Twin of `Proceeds`: a bond's fen and their states (BOND-1), the gate (BOND-2), encumbrances, refunds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.bondlimits import POCKET, Binding, PocketReason, share_down
from ledger.domain.documentuses import place_of
from ledger.domain.purposes import PROCEEDS, WORD, axis_of
from ledger.domain.roles import Role
from ledger.domain.states import PieceState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Refusal, Stage, word
from ledger.domain.twin.cash import Axis, Cash
from ledger.domain.twin.claims import pay_or_keep, pay_out, pay_out_to
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.frameworks import Frameworks
from ledger.domain.twin.limits import Limits
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.pieces import PieceBook
from ledger.domain.twin.works import Works
from ledger.domain.works import MILESTONES, RETENTION

MAX_LINES: Final = 128


@dataclass(frozen=True, slots=True)
class States:
    """How many of the `[0, raised)` fen are in each state, in fen; they sum to `raised`."""

    cost: int = 0
    unallocated: int = 0
    placed: int = 0
    lost: int = 0
    available: int = 0
    encumbered: int = 0
    spent: int = 0
    returned: int = 0


@dataclass(frozen=True, slots=True)
class Books:
    issuer: str
    framework: int
    cash: Cash
    closed: bool = False
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """`budget` is the total investment; `allocated` counts over all bonds."""

    company: str = NOBODY
    framework: int = 0
    category: int = 0
    currency: bytes = bytes(3)
    budget: int = 0
    allocated: int = 0


@dataclass(frozen=True, slots=True)
class BudgetLine:
    issuer: str = NOBODY
    bond: int = 0
    project: int = 0
    category: int = 0
    company_may_spend: bool = False
    conditions: int = 0
    cash: str = NOBODY
    framework: int = 0
    currency: bytes = bytes(3)
    budget: int = 0
    allocated: int = 0


@dataclass(frozen=True, slots=True)
class Reallocation:
    """Available money of one line for another; `state` 1 waits for the verifier, 2 done, 3 withdrawn."""

    source: int = 0
    target: int = 0
    state: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """What the counters of a line's axis cannot tell apart: cumulative fen."""

    encumbered: int = 0
    unencumbered: int = 0
    settled: int = 0
    deallocated: int = 0
    refunded: int = 0


@dataclass(frozen=True, slots=True)
class Encumbrance:
    line: int = 0
    amount: int = 0
    fingerprint: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class Payment:
    """`amount` is zero of a payment that `Documents` remembers."""

    amount: int = 0
    refunded: int = 0


class Proceeds(Works):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        frameworks: Frameworks,
        book: PieceBook,
    ) -> None:
        super().__init__(stage, address, participants, documents)
        self.frameworks = frameworks
        self.book = book
        self.books: dict[int, Books] = {}
        self.projects: dict[int, Project] = {}
        self.lines: dict[int, BudgetLine] = {}
        self.totals: dict[int, Totals] = {}
        self.encumbrances: dict[int, Encumbrance] = {}
        self.payments: dict[bytes, Payment] = {}
        self.reallocations: dict[int, Reallocation] = {}
        self.refunded_pieces: dict[tuple[int, int], int] = {}
        self.bond_limits: dict[int, Limits] = {}
        self.pocket_reasons: dict[int, int] = {}

    # --- reading ---

    def raised(self, bond: int) -> int:
        books = self.books.get(bond)
        return _axis(books.cash, purposes.origin(bond)).incoming if books and books.closed else 0

    def states(self, bond: int) -> States:
        books = self.books.get(bond)
        if books is None or not books.closed:
            return States()
        origin, pool = _axis(books.cash, purposes.origin(bond)), _axis(books.cash, purposes.pool(bond))
        lines = [self.line_states(line) for line in books.lines]
        away = self.away_of(bond)
        return States(
            cost=_axis(books.cash, purposes.cost(bond)).incoming,
            unallocated=origin.balance + pool.balance,
            placed=away.placed,
            lost=away.lost,
            returned=_axis(books.cash, purposes.returned(bond)).incoming,
            available=sum(line.available for line in lines),
            encumbered=sum(line.encumbered for line in lines),
            spent=sum(line.spent for line in lines),
        )

    def line_states(self, id_: int) -> States:
        """The states of the fen that are allocated to one budget line."""
        totals = self.totals.get(id_, Totals())
        axis = _axis(self._cash_of(self.lines[id_]), purposes.budget_line(id_))
        paid_directly = axis.outgoing - totals.encumbered - totals.deallocated
        return States(
            available=axis.balance,
            encumbered=totals.encumbered - totals.unencumbered - totals.settled,
            spent=paid_directly + totals.settled - totals.refunded,
        )

    def project(self, id_: int) -> Project:
        return self.projects.get(id_, Project())

    def line(self, id_: int) -> BudgetLine:
        return self.lines.get(id_, BudgetLine())

    def lines_of(self, bond: int) -> tuple[int, ...]:
        books = self.books.get(bond)
        return books.lines if books else ()

    def limits(self, bond: int) -> Limits:
        return self.bond_limits.get(bond, Limits())

    def pocket_reason(self, line: int) -> int:
        return self.pocket_reasons.get(line, 0)

    def encumbrance_of(self, receivable: int) -> Encumbrance:
        return self.encumbrances.get(receivable, Encumbrance())

    # --- a bond's books ---

    def open_books(self, sender: str, bond: int, issuer: str, framework: int, cash: Cash) -> None:
        self.only_duty(sender, "BONDS")
        self.books[bond] = Books(issuer, framework, cash)
        self.emit("BondBooksOpened", bond, issuer, framework, cash.address)

    def collect_booking(self, sender: str, bond: int, investor: str, amount: int) -> None:
        self.only_duty(sender, "BONDS")
        escrow = purposes.escrow(bond, investor)
        self.books[bond].cash.collect(self.address, PROCEEDS, escrow, investor, amount, _number(bond))

    def accept_booking(self, sender: str, bond: int, investor: str, amount: int) -> None:
        self.only_duty(sender, "BONDS")
        escrow, origin = purposes.escrow(bond, investor), purposes.origin(bond)
        self.books[bond].cash.shift(self.address, PROCEEDS, escrow, origin, amount, _number(bond))

    def return_booking(self, sender: str, bond: int, investor: str, amount: int) -> None:
        self.only_duty(sender, "BONDS")
        escrow = purposes.escrow(bond, investor)
        cash = self.books[bond].cash
        pay_or_keep(self.participants, self.address, cash, PROCEEDS, escrow, investor, amount, _number(bond))

    def close_books(self, sender: str, bond: int, cost: int, value_date: int) -> int:
        """Returns the raised fen."""
        self.only_duty(sender, "BONDS")
        books = self.books[bond]
        if books.closed:
            raise Refusal("WrongState", word("BOOKS"), bond, 1, 0)
        self.books[bond] = replace(books, closed=True)
        origin = purposes.origin(bond)
        total = _axis(books.cash, origin).incoming
        if cost > total:
            raise Refusal("OverProceeds", bond, total, cost)
        for purpose, amount in ((purposes.cost(bond), cost), (purposes.pool(bond), total - cost)):
            if amount:
                books.cash.shift(self.address, PROCEEDS, origin, purpose, amount, _number(bond))
        self.emit("ProceedsReceived", bond, total, cost, value_date)
        return total

    def pay_cost(self, sender: str, bond: int, payee: str, amount: int, document: bytes) -> None:
        issuer = self.issuer_of(bond)
        self._require_issuer(sender, issuer)
        self.documents.require_known(document, issuer, 0)
        self.books[bond].cash.pay(self.address, PROCEEDS, purposes.cost(bond), payee, amount, document)
        self.emit("CostPaid", bond, payee, amount, document)

    def set_limits(
        self, sender: str, bond: int, pocket_ppm: int, refinanced_ppm: int, oldest: int, binding: int
    ) -> None:
        """What a bond declared before any money was booked."""
        self.only_duty(sender, "LIMITS")
        declared = {"pocket_ppm": pocket_ppm, "refinanced_ppm": refinanced_ppm, "oldest": oldest}
        self.bond_limits[bond] = replace(self.limits(bond), **declared, binding=binding)
        self.emit("LimitsSet", bond, pocket_ppm, refinanced_ppm, oldest, binding)

    # --- unused proceeds, back to the investors ---

    def return_unused(self, sender: str, bond: int, amount: int) -> None:
        self.only_duty(sender, "SERVICE")
        pool, back = purposes.pool(bond), purposes.returned(bond)
        self.books[bond].cash.shift(self.address, PROCEEDS, pool, back, amount, _number(bond))

    def pay_returned(self, sender: str, bond: int, holder: str, amount: int, document: bytes) -> bool:
        self.only_duty(sender, "SERVICE")
        cash, back = self.books[bond].cash, purposes.returned(bond)
        return pay_or_keep(self.participants, self.address, cash, PROCEEDS, back, holder, amount, document)

    # --- projects and budget lines ---

    def register_project(
        self,
        sender: str,
        framework: int,
        company: str,
        category: bytes,
        currency: bytes,
        budget: int,
        label: str,
        document: bytes,
    ) -> int:
        self._require_issuer(sender, self.frameworks.framework(framework).issuer)
        self.participants.require_active(company)
        self.documents.require_known(document, sender, 0)
        if currency == bytes(3):
            raise Refusal("ZeroHash", word("CURRENCY"))
        if budget == 0:
            raise Refusal("ZeroAmount")
        index = self.frameworks.category_index(framework, category)
        id_ = len(self.projects) + 1
        self.projects[id_] = Project(company, framework, index, currency, budget, 0)
        self.emit("ProjectRegistered", id_, framework, company, index, currency, budget, label, document)
        return id_

    def open_line(
        self, sender: str, bond: int, project: int, budget: int, company_may_spend: bool, label: str
    ) -> int:
        issuer = self.issuer_of(bond)
        self._require_issuer(sender, issuer)
        books, purpose = self.books[bond], self.project(project)
        if purpose.company == NOBODY:
            raise Refusal("Unknown", word("PROJECT"), project)
        if purpose.framework != books.framework:
            raise Refusal("FrameworkMismatch", purpose.framework, books.framework)
        if books.cash.currency != purpose.currency:
            raise Refusal("CurrencyMismatch", books.cash.currency, purpose.currency)
        if budget == 0:
            raise Refusal("ZeroAmount")
        if len(books.lines) >= MAX_LINES:
            raise Refusal("TooManyLines", bond, MAX_LINES)
        id_ = len(self.lines) + 1
        self.books[bond] = replace(books, lines=(*books.lines, id_))
        self.lines[id_] = BudgetLine(
            issuer,
            bond,
            project,
            purpose.category,
            company_may_spend,
            0,
            books.cash.address,
            books.framework,
            books.cash.currency,
            budget,
        )
        self.emit("LineOpened", id_, bond, project, budget, company_may_spend, label)
        return id_

    def open_pocket_line(
        self,
        sender: str,
        bond: int,
        project: int,
        budget: int,
        company_may_spend: bool,
        label: str,
        reason: int,
        document: bytes,
    ) -> int:
        """A budget line for one activity outside the technical screening criteria."""
        self._require_issuer(sender, self.issuer_of(bond))
        if reason not in tuple(PocketReason):
            raise Refusal("ReasonUnknown", reason)
        self.documents.require_known(document, sender, 0)
        if self.limits(bond).pocket_ppm == 0:
            raise Refusal("OverPocket", bond, 0, budget)
        id_ = self.open_line(sender, bond, project, budget, company_may_spend, label)
        self.lines[id_] = replace(self.lines[id_], conditions=POCKET)
        self.pocket_reasons[id_] = reason
        self.emit("PocketOpened", id_, bond, reason, document)
        return id_

    def allocate(self, sender: str, id_: int, amount: int) -> None:
        line = self._own_line(sender, id_)
        self._require_allocable(id_, line, amount)
        self._count_allocated(id_, amount)
        pool, axis = purposes.pool(line.bond), purposes.budget_line(id_)
        self._cash_of(line).shift(self.address, PROCEEDS, pool, axis, amount, _number(id_))
        self.emit("Allocated", line.bond, id_, amount)

    def deallocate(self, sender: str, id_: int, amount: int) -> None:
        line = self._own_line(sender, id_)
        self._require_idle(id_, line, amount)
        self._count_allocated(id_, -amount)
        self._count(id_, deallocated=amount)
        pool = purposes.pool(line.bond)
        self._cash_of(line).shift(
            self.address, PROCEEDS, purposes.budget_line(id_), pool, amount, _number(id_)
        )
        self.emit("Deallocated", line.bond, id_, amount)

    def propose_reallocation(
        self, sender: str, source: int, target: int, amount: int, document: bytes
    ) -> int:
        """The issuer asks the verifier; returns the proposal's number."""
        bond = self._own_line(sender, source).bond
        other = self._known(target).bond
        if other != bond:
            raise Refusal("BondMismatch", other, bond)
        if amount == 0:
            raise Refusal("ZeroAmount")
        self.documents.require_known(document, sender, 0)
        id_ = len(self.reallocations) + 1
        self.reallocations[id_] = Reallocation(source, target, 1, amount)
        self.emit("ReallocationProposed", id_, source, target, amount, document)
        return id_

    def withdraw_reallocation(self, sender: str, id_: int) -> None:
        r = self._proposed(id_)
        self._own_line(sender, r.source)
        self.reallocations[id_] = replace(r, state=3)
        self.emit("ReallocationWithdrawn", id_)

    def consent_reallocation(self, sender: str, id_: int, document: bytes) -> None:
        """By whoever filed the review in force; the money moves at once."""
        r = self._proposed(id_)
        line = self.lines[r.target]
        verifier = self.frameworks.standing(line.framework).verifier
        if sender != verifier:
            raise Refusal("NotParty", sender, verifier)
        self.participants.require_role(sender, Role.VERIFIER)
        self.documents.require_known(document, sender, 0)
        self.frameworks.require_eligible(line.framework, line.category)
        self._require_available(r.source, line, r.amount)
        self._count_allocated(r.source, -r.amount)
        self._count(r.source, deallocated=r.amount)
        self._require_room(r.target, r.amount)
        self._count_allocated(r.target, r.amount)
        self.reallocations[id_] = replace(r, state=2)
        source, target = purposes.budget_line(r.source), purposes.budget_line(r.target)
        self._cash_of(line).shift(self.address, PROCEEDS, source, target, r.amount, document)
        self.emit("Reallocated", id_, r.source, r.target, r.amount, sender, document)

    def _proposed(self, id_: int) -> Reallocation:
        r = self.reallocations.get(id_, Reallocation())
        if r.state != 1:
            raise Refusal("WrongState", word("REALLOCATION"), id_, r.state, 1)
        return r

    def check_allocate(self, id_: int, amount: int) -> None:
        line = self._known(id_)
        self.participants.require_role(line.issuer, Role.ISSUER)
        self._require_allocable(id_, line, amount)

    def check_deallocate(self, id_: int, amount: int) -> None:
        line = self._known(id_)
        self.participants.require_role(line.issuer, Role.ISSUER)
        self._require_idle(id_, line, amount)

    def _require_allocable(self, id_: int, line: BudgetLine, amount: int) -> None:
        if amount == 0:
            raise Refusal("ZeroAmount")
        self.frameworks.require_eligible(line.framework, line.category)
        self._require_room(id_, amount)
        had = _axis(self._cash_of(line), purposes.pool(line.bond)).balance
        if amount > had:
            raise Refusal("OverProceeds", line.bond, had, amount)

    def _require_idle(self, id_: int, line: BudgetLine, amount: int) -> None:
        """Unspent money, but for what the line's works hold back."""
        self._require_available(id_, line, amount)
        available = _axis(self._cash_of(line), purposes.budget_line(id_)).balance
        idle = max(available - self.held_back(id_), 0)
        if line.conditions & (MILESTONES | RETENTION) and amount > idle:
            raise Refusal("NotReleased", id_, idle, amount)

    def _require_room(self, id_: int, amount: int) -> None:
        line = self.lines[id_]
        project = self.projects[line.project]
        if amount > line.budget - line.allocated:
            raise Refusal("OverBudget", id_, line.budget - line.allocated, amount)
        if amount > project.budget - project.allocated:
            raise Refusal("OverAllocated", line.project, project.budget - project.allocated, amount)
        if line.conditions & POCKET:
            room = self._share(line.bond, self.limits(line.bond).pocket_ppm) - self.limits(line.bond).pocket
            if amount > room:
                raise Refusal("OverPocket", line.bond, room, amount)

    # --- the gate ---

    def check_pay(self, id_: int, fingerprint: bytes, amount: int) -> None:
        line = self._known(id_)
        self._require_gate(id_, line, fingerprint, amount)
        self.documents.check_use(fingerprint, amount)
        obligation = self.documents.obligation(fingerprint)
        self._require_obligation(line, obligation.payer, obligation.currency)
        if obligation.payer == obligation.payee:
            self._require_refinancing(line.bond, obligation.date, amount)
        self.participants.require_active(obligation.payee)

    def check_encumber(self, id_: int, obligor: str, fingerprint: bytes, amount: int) -> None:
        line = self._known(id_)
        self._require_gate(id_, line, fingerprint, amount)
        allowed = line.company_may_spend and obligor == self.projects[line.project].company
        if obligor != line.issuer and not allowed:
            raise Refusal("NotParty", obligor, line.issuer)

    def pay(self, sender: str, id_: int, fingerprint: bytes, amount: int) -> int:
        """Returns where the payment left the line's axis."""
        line = self._known(id_)
        if sender != line.issuer:
            raise Refusal("NotParty", sender, line.issuer)
        self._require_gate(id_, line, fingerprint, amount)
        cash, purpose = self._cash_of(line), purposes.budget_line(id_)
        place = place_of(id_, _axis(cash, purpose).outgoing)
        used, root, kept = self.documents.use_at(self.address, fingerprint, amount, place)
        self._require_obligation(line, used.payer, used.currency)
        if used.payer == used.payee:
            self._count_refinanced(line.bond, id_, fingerprint, used.date, amount)
        out_offset = cash.pay(self.address, PROCEEDS, purpose, used.payee, amount, fingerprint)
        if not kept:
            self.payments[payment_key(id_, out_offset, root, used.payee)] = Payment(amount)
        self.emit("Paid", line.bond, id_, used.payee, fingerprint, amount, out_offset)
        return out_offset

    def _require_gate(self, id_: int, line: BudgetLine, fingerprint: bytes, amount: int) -> None:
        self.participants.require_role(line.issuer, Role.ISSUER)
        self.frameworks.require_eligible(line.framework, line.category)
        self._require_available(id_, line, amount)
        self.require_released(id_, line, purposes.checksum(fingerprint[-20:]), amount)

    def _require_obligation(self, line: BudgetLine, payer: str, currency: bytes) -> None:
        if currency != line.currency:
            raise Refusal("CurrencyMismatch", currency, line.currency)
        if payer not in (line.issuer, self.projects[line.project].company):
            raise Refusal("NotParty", payer, line.issuer)

    def _require_refinancing(self, bond: int, expense_day: int, amount: int) -> None:
        """Asked only of a payer who reimburses itself for a past expense."""
        limits = self.limits(bond)
        if limits.binding & Binding.LOOK_BACK and expense_day < limits.oldest:
            raise Refusal("ExpenseTooOld", bond, expense_day, limits.oldest)
        room = self._share(bond, limits.refinanced_ppm) - limits.refinanced
        if limits.binding & Binding.SHARE and amount > room:
            raise Refusal("OverRefinanced", bond, room, amount)

    def _count_refinanced(
        self, bond: int, id_: int, fingerprint: bytes, expense_day: int, amount: int
    ) -> None:
        self._require_refinancing(bond, expense_day, amount)
        total = self.limits(bond).refinanced + amount
        self.bond_limits[bond] = replace(self.limits(bond), refinanced=total)
        self.emit("Refinanced", bond, id_, fingerprint, expense_day, amount, total)

    def _share(self, bond: int, ppm: int) -> int:
        return share_down(_axis(self.books[bond].cash, purposes.origin(bond)).incoming, ppm)

    def _require_available(self, id_: int, line: BudgetLine, amount: int) -> None:
        if amount == 0:
            raise Refusal("ZeroAmount")
        had = _axis(self._cash_of(line), purposes.budget_line(id_)).balance
        if amount > had:
            raise Refusal("OverBudget", id_, had, amount)

    # --- encumbrances ---

    def encumber(
        self, sender: str, id_: int, receivable: int, obligor: str, fingerprint: bytes, amount: int
    ) -> None:
        self.only_duty(sender, "RECEIVABLES")
        self.check_encumber(id_, obligor, fingerprint, amount)
        line = self.lines[id_]
        self.encumbrances[receivable] = Encumbrance(id_, amount, fingerprint)
        self._count(id_, encumbered=amount)
        locked = purposes.encumbrance(receivable)
        self._cash_of(line).shift(
            self.address, PROCEEDS, purposes.budget_line(id_), locked, amount, fingerprint
        )
        self.emit("Encumbered", line.bond, id_, receivable, amount)

    def release_encumbrance(self, sender: str, receivable: int) -> None:
        self.only_duty(sender, "RECEIVABLES")
        e = self.encumbrances.pop(receivable)
        line = self.lines[e.line]
        self._count(e.line, unencumbered=e.amount)
        locked, back = purposes.encumbrance(receivable), purposes.budget_line(e.line)
        self._cash_of(line).shift(self.address, PROCEEDS, locked, back, e.amount, e.fingerprint)
        self.emit("EncumbranceReleased", line.bond, e.line, receivable, e.amount)

    def pay_encumbered(self, sender: str, receivable: int, start: int, end: int, holder: str) -> bool:
        """Unconditional, in the order of the receivable's fen: out-offset equals piece start. True when the
        holder could not receive."""
        self.only_duty(sender, "MATURITY")
        e = self.encumbrance_of(receivable)
        line = self.lines[e.line]
        cash, locked = self._cash_of(line), purposes.encumbrance(receivable)
        self._require_next(receivable, cash, start)
        self._count(e.line, settled=end - start)
        kept = pay_or_keep(
            self.participants, self.address, cash, PROCEEDS, locked, holder, end - start, e.fingerprint
        )
        self.emit("EncumbrancePaid", line.bond, receivable, holder, start, end, kept)
        return kept

    def net_back(self, sender: str, receivable: int, start: int, end: int) -> None:
        """What was owed on a piece that was discharged otherwise is the line's again."""
        self.only_duty(sender, "MATURITY")
        e = self.encumbrance_of(receivable)
        line = self.lines[e.line]
        cash, locked = self._cash_of(line), purposes.encumbrance(receivable)
        self._require_next(receivable, cash, start)
        self._count(e.line, unencumbered=end - start)
        self.refunded_pieces[receivable, start] = end - start
        back = purposes.budget_line(e.line)
        cash.shift(self.address, PROCEEDS, locked, back, end - start, e.fingerprint)
        self.emit("EncumbranceNetted", line.bond, e.line, receivable, start, end)

    def _require_next(self, receivable: int, cash: Cash, start: int) -> None:
        outgoing = _axis(cash, purposes.encumbrance(receivable)).outgoing
        if outgoing != start:
            raise Refusal("OutOfOrder", receivable, start, outgoing)

    # --- money that comes back ---

    def refund(
        self,
        sender: str,
        id_: int,
        out_offset: int,
        fingerprint: bytes,
        amount: int,
        document: bytes,
        uses: Sequence[int],
    ) -> None:
        """Takes the payment's next unrefunded fen: the returning fen inherit that interval's origin."""
        root = self.documents.root_of(fingerprint)
        key = payment_key(id_, out_offset, root, sender)
        payment = self.payments.get(key, Payment())
        length = payment.amount
        if not length and sender == purposes.checksum(root[-20:]) and out_offset < 1 << 112:
            length = self.documents.used_at(root, place_of(id_, out_offset), uses)
        if not length:
            raise Refusal("NoSuchPayment", key)
        self._require_refundable(length - payment.refunded, amount)
        self.payments[key] = replace(payment, refunded=payment.refunded + amount)
        self._uncount_refinanced(sender, id_, fingerprint, amount)
        axis = axis_of(PROCEEDS, purposes.budget_line(id_))
        self._take_back(sender, id_, axis, out_offset + payment.refunded, fingerprint, amount, document)

    def _uncount_refinanced(self, payee: str, id_: int, fingerprint: bytes, amount: int) -> None:
        """Who reimbursed itself gives back what counts as refinanced no longer."""
        if self.documents.obligation(fingerprint).payer != payee:
            return
        bond = self.lines[id_].bond
        total = self.limits(bond).refinanced - amount
        self.bond_limits[bond] = replace(self.limits(bond), refinanced=total)
        self.emit("RefinancingReversed", bond, id_, fingerprint, amount, total)

    def refund_encumbered(
        self, sender: str, receivable: int, start: int, amount: int, document: bytes
    ) -> None:
        e = self.encumbrance_of(receivable)
        if e.line == 0:
            raise Refusal("Unknown", word("ENCUMBRANCE"), receivable)
        piece = self.book.piece(receivable, start)
        if piece.holder != sender:
            raise Refusal("NotParty", sender, piece.holder)
        if piece.kind != PieceState.PAID:
            raise Refusal("WrongState", word("PIECE"), start, piece.state, int(PieceState.PAID))
        refunded = self.refunded_pieces.get((receivable, start), 0)
        axis = axis_of(PROCEEDS, purposes.encumbrance(receivable))
        left = self._cash_of(self.lines[e.line]).axis(axis).outgoing
        self._require_refundable(0 if left < piece.end else piece.end - start - refunded, amount)
        self.refunded_pieces[receivable, start] = refunded + amount
        self._take_back(sender, e.line, axis, start + refunded, e.fingerprint, amount, document)

    def _require_refundable(self, had: int, amount: int) -> None:
        if amount == 0:
            raise Refusal("ZeroAmount")
        if amount > had:
            raise Refusal("RefundTooLarge", had, amount)

    def _take_back(
        self,
        sender: str,
        id_: int,
        axis: str,
        reversed_offset: int,
        fingerprint: bytes,
        amount: int,
        document: bytes,
    ) -> None:
        if document == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))
        line = self.lines[id_]
        self._count(id_, refunded=amount)
        self.documents.release(self.address, fingerprint, amount)
        purpose = purposes.budget_line(id_)
        in_offset = self._cash_of(line).collect(self.address, PROCEEDS, purpose, sender, amount, document)
        self.emit("Refunded", line.bond, id_, axis, reversed_offset, amount, in_offset, document)

    def claim(self, sender: str, cash: Cash) -> None:
        pay_out(self.address, cash, PROCEEDS, sender)

    def pay_kept(self, sender: str, cash: Cash, owner: str, payee: str) -> int:
        """Pays, or keeps for the payee, all that waits for `owner`, which may be a key and nobody."""
        self.only_duty(sender, "MATURITY")
        return pay_out_to(self.participants, self.address, cash, PROCEEDS, owner, payee)

    # --- small parts ---

    def issuer_of(self, bond: int) -> str:
        return self.books[bond].issuer if bond in self.books else NOBODY

    def cash_of(self, bond: int) -> Cash:
        return self.books[bond].cash

    def _own_line(self, sender: str, id_: int) -> BudgetLine:
        line = self._known(id_)
        self._require_issuer(sender, line.issuer)
        return line

    def _known(self, id_: int) -> BudgetLine:
        line = self.line(id_)
        if line.issuer == NOBODY:
            raise Refusal("Unknown", word("LINE"), id_)
        return line

    def _cash_of(self, line: BudgetLine) -> Cash:
        return self.books[line.bond].cash

    def _count_allocated(self, id_: int, amount: int) -> None:
        line = self.lines[id_]
        project = self.projects[line.project]
        self.lines[id_] = replace(line, allocated=line.allocated + amount)
        self.projects[line.project] = replace(project, allocated=project.allocated + amount)
        if line.conditions & POCKET:
            pocket = self.limits(line.bond).pocket + amount
            self.bond_limits[line.bond] = replace(self.limits(line.bond), pocket=pocket)

    def _count(self, id_: int, **added: int) -> None:
        totals = self.totals.get(id_, Totals())
        self.totals[id_] = replace(
            totals, **{name: getattr(totals, name) + fen for name, fen in added.items()}
        )


def payment_key(line: int, out_offset: int, root: bytes, payee: str) -> bytes:
    """`keccak256(abi.encode(uint32, uint256, bytes32, address))`: one direct payment, by its root."""
    parts = [line.to_bytes(WORD, "big"), out_offset.to_bytes(WORD, "big"), root]
    return keccak(b"".join([*parts, purposes.address_bytes(payee).rjust(WORD, b"\0")]))


def _axis(cash: Cash, purpose: bytes) -> Axis:
    return cash.axis(axis_of(PROCEEDS, purpose))


def _number(id_: int) -> bytes:
    return id_.to_bytes(WORD, "big")
