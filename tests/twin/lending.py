"""Random acts on factoring files and on loans to suppliers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from eth_hash.auto import keccak

from ledger.domain.kinds import DocumentKind
from ledger.domain.mandates import MandateKind
from ledger.domain.states import ApplicationState, DrawdownState, LoanState, ReceivableState
from ledger.domain.twin.base import NOBODY, ZERO_HASH
from ledger.domain.twin.cash import INFINITE
from ledger.domain.twin.factoringfiles import PLACES, File
from ledger.domain.twin.supplierloans import Drawdown, Line, LoanApplication, LoanTerms
from ledger.domain.typed_data import Obligation
from tests.twin.actors import BY_ADDRESS, EVERYBODY, FINANCIERS, STRANGER, SUPPLIERS

if TYPE_CHECKING:
    from tests.twin.acts import Act, Histories

BORROWERS = tuple(zip(SUPPLIERS, FINANCIERS, strict=False))
"""Who borrows from whom."""


def lending_opening(h: Histories) -> Iterator[Act]:
    """Two suppliers let a financier see their history; everybody has the papers for it."""
    for supplier, financier in BORROWERS:
        yield _consent(h, supplier.address, financier.address, keccak(b"consent" + supplier.key))
        for who in (supplier, financier):
            yield h.act(who.address, h.cash, "approve", h.world.loans.address, INFINITE)
        for who, kind in (
            (supplier, DocumentKind.ORDER),
            (supplier, DocumentKind.DELIVERY),
            (supplier, DocumentKind.APPLICATION),
            (financier, DocumentKind.REVIEW_RESULT),
        ):
            name = keccak(b"lending" + who.key + bytes([kind]))
            yield h.act(who.address, h.world.documents, "register", name, int(kind), ZERO_HASH)


def _consent(h: Histories, supplier: str, financier: str, document: bytes) -> Act:
    args = (financier, supplier, int(MandateKind.CREDIT_READER), 0, h.today + 400, document)
    return h.act(supplier, h.world.mandates, "grant", *args)


def _paper(h: Histories, who: str, kind: DocumentKind, supersedes: bytes = ZERO_HASH) -> Act:
    return h.act(who, h.world.documents, "register", h.hash(), int(kind), supersedes)


class LendingActs:
    """What is drawn for files and loans; `h` is the history that it is drawn for."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def builders(self) -> list[tuple[int, Callable[[], Act]]]:
        return [
            (4, self.open_file),
            (10, self.file_paper),
            (1, self.correct_paper),
            (3, self.apply_to),
            (3, self.review),
            (4, self.apply_for),
            (3, self.answer_loan),
            (1, self.close_loan),
            (2, self.loan_paper),
            (6, self.draw),
            (6, self.repay),
            (1, self.mark_overdue),
        ]

    def _by(self, good: str) -> str:
        """The fitting sender, spoilt at times; a stranger where there is none."""
        return BY_ADDRESS.get(self.h.who(good), STRANGER).address

    # --- files -------------------------------------------------------------------------------------------

    def open_file(self) -> Act:
        """On a piece of a supplier's, whole or a part of it."""
        h, accepted = self.h, ReceivableState.ACCEPTED
        pieces = [
            (id_, start, piece)
            for id_, receivable in h.world.receivables.receivables.items()
            if receivable.state == accepted
            for start, piece in h.world.book.walk(id_)
        ]
        if not pieces:
            return h.act(h.one(SUPPLIERS).address, h.world.files, "open", h.number(1), 0, 0, 1)
        id_, start, piece = h.one(pieces)
        end = h.spoilt(piece.end, lambda: h.one([start, min(piece.end + 1, 2**64 - 1)]))
        first = h.spoilt(start, lambda: start + 1)
        return h.act(self._by(piece.holder), h.world.files, "open", id_, start, first, end)

    def _file(self, ready: bool = False) -> tuple[int, File]:
        files = self.h.world.files.files
        fitting = [id_ for id_, file in files.items() if not ready or file.papers == len(PLACES)]
        id_ = self.h.fit(fitting, lambda: self.h.number(len(files)))
        return id_, files.get(id_, File())

    def file_paper(self) -> Act:
        """Mostly the next one in turn."""
        h = self.h
        id_, file = self._file()
        turn = [*PLACES][min(file.papers, len(PLACES) - 1)]
        kind = h.spoilt(turn, lambda: h.one([*PLACES, DocumentKind.OTHER]))
        obligor = h.world.receivables.receivable(file.receivable).obligor
        registrar = obligor if kind == DocumentKind.DELIVERY and h.chance(0.6) else file.supplier
        document = self._invoice(file) if kind == DocumentKind.INVOICE else h._document(registrar, kind)
        by = h.spoilt(registrar, lambda: h.one(EVERYBODY).address)
        return h.act(self._by(file.supplier), h.world.files, "filePaper", id_, int(kind), document, by)

    def _invoice(self, file: File) -> bytes:
        h, receivable = self.h, self.h.world.receivables.receivable(file.receivable)
        if receivable.supplier == file.supplier and h.chance(0.9):
            return receivable.fingerprint
        theirs = [f for f, c in h.world.documents.capacities.items() if c.payee == file.supplier]
        return h.fit(theirs, h.hash)

    def correct_paper(self) -> Act:
        """First the corrected paper is registered, naming what it supersedes; then it is filed."""
        h, files = self.h, self.h.world.files
        own = {key: p for key, p in files.papers.items() if p.registrar == files.files[key[0]].supplier}
        key = h.fit([*own], lambda: (1, int(DocumentKind.ORDER)))
        paper = files.paper(*key)
        newer = [
            document
            for (document, who), d in h.world.documents.documents.items()
            if who == paper.registrar and d.supersedes == paper.document != ZERO_HASH and d.kind == key[1]
        ]
        if not newer:
            return _paper(h, self._by(paper.registrar), DocumentKind(key[1]), paper.document)
        return h.act(self._by(paper.registrar), files, "filePaper", *key, h.one(newer), paper.registrar)

    def apply_to(self) -> Act:
        h = self.h
        id_, file = self._file(ready=True)
        document = h._document(file.supplier, DocumentKind.APPLICATION)
        financier = h.who(h.one(FINANCIERS).address)
        return h.act(self._by(file.supplier), h.world.files, "applyTo", id_, financier, document)

    def review(self) -> Act:
        h, files = self.h, self.h.world.files
        open_ = [key for key, a in files.applications.items() if a.state == ApplicationState.APPLIED]
        id_, financier = h.fit(open_, lambda: (h.number(files.count), h.one(FINANCIERS).address))
        version = h.spoilt(files.files.get(id_, File()).version, lambda: 1)
        document = h._document(financier, DocumentKind.REVIEW_RESULT)
        reason = h.spoilt(h.hash(), lambda: ZERO_HASH)
        return h.act(self._by(financier), files, "review", id_, version, h.chance(0.7), document, reason)

    # --- loans -------------------------------------------------------------------------------------------

    def apply_for(self) -> Act:
        h = self.h
        supplier, financier = (actor.address for actor in h.one(BORROWERS))
        seen = h.world.mandates.holds(supplier, financier, int(MandateKind.CREDIT_READER), 0)
        if not seen and h.chance(0.8):
            return _consent(h, supplier, financier, h.hash())
        application = LoanApplication(
            financier=h.spoilt(financier, lambda: h.one(EVERYBODY).address),
            cash=h.spoilt(h.cash.address, lambda: h.world.book.address),
            amount=h.amount(200_000, 96),
            features=h.hash(),
            as_of_block=h.spoilt(h.dice.randint(0, h.world.stage.block), lambda: 2**60),
            document=h._document(supplier, DocumentKind.APPLICATION),
            security=h.spoilt(ZERO_HASH, h.hash),
        )
        return h.act(self._by(supplier), h.world.loans, "applyFor", application)

    def _line(self, state: LoanState) -> tuple[int, Line]:
        lines = self.h.world.loans.lines
        fitting = [id_ for id_, line in lines.items() if line.state == state]
        id_ = self.h.fit(fitting, lambda: self.h.number(len(lines)))
        return id_, lines.get(id_, Line())

    def answer_loan(self) -> Act:
        h = self.h
        id_, line = self._line(LoanState.APPLIED)
        document = h._document(line.financier, DocumentKind.REVIEW_RESULT)
        if h.chance(0.15):
            return h.act(self._by(line.financier), h.world.loans, "decline", id_, document)
        terms = LoanTerms(
            limit=h.amount(line.amount, 96),
            rate_ppm=h.spoilt(h.dice.randint(0, 200_000), lambda: 1_000_001),
            tenor_days=h.spoilt(h.dice.randint(1, 20), lambda: 0),
            expires_on=h.spoilt(h.days(0, 60), lambda: h.one([0, h.today - 1])),
            document=document,
        )
        return h.act(self._by(line.financier), h.world.loans, "grant", id_, terms)

    def close_loan(self) -> Act:
        id_, line = self._line(self.h.spoilt(LoanState.GRANTED, lambda: self.h.one(list(LoanState))))
        sender = self._by(self.h.one([line.supplier, line.financier]))
        return self.h.act(sender, self.h.world.loans, "close", id_)

    def loan_paper(self) -> Act:
        """A loan drawdown document that both sign."""
        h = self.h
        supplier, financier = (actor.address for actor in h.one(BORROWERS))
        tag, documents = h.hash(), h.world.documents
        paper = Obligation(
            fingerprint=tag,
            document=tag,
            kind=int(DocumentKind.LOAN_DRAWDOWN),
            currency=h.spoilt(h.cash.currency, lambda: b"JPY"),
            total=h.amount(300_000, 96),
            date=max(h.today, 1),
            payer=financier,
            payee=supplier,
            attester=NOBODY,
        )
        signatures = [h.signature(documents, paper, who) for who in (financier, supplier)]
        return h.act(supplier, documents, "registerObligation", paper, *signatures)

    def draw(self) -> Act:
        h = self.h
        id_, line = self._line(LoanState.GRANTED)
        papers = [
            (tag, c.total - c.used)
            for tag, c in h.world.documents.capacities.items()
            if c.payer == line.financier and c.payee == line.supplier and c.total > c.used
        ]
        tag, free = h.fit(papers, lambda: (h.one([*h.world.documents.capacities]), 100))
        amount = h.amount(min(free, line.limit - line.outstanding), 96)
        return h.act(self._by(line.supplier), h.world.loans, "draw", id_, tag, amount)

    def repay(self) -> Act:
        h, loans = self.h, self.h.world.loans
        open_ = [id_ for id_, d in loans.drawdowns.items() if d.state != DrawdownState.REPAID]
        id_ = h.fit(open_, lambda: h.number(len(loans.drawdowns)))
        supplier = loans.lines.get(loans.drawdowns.get(id_, Drawdown()).line, Line()).supplier
        if h.chance(0.05):
            return h.act(h.one(FINANCIERS).address, loans, "claim", h.cash.address)
        return h.act(self._by(supplier), loans, "repay", id_, h.amount(sum(loans.owed(id_)), 96))

    def mark_overdue(self) -> Act:
        drawdowns = self.h.world.loans.drawdowns
        late = [id_ for id_, d in drawdowns.items() if d.due_on < self.h.today]
        id_ = self.h.fit(late, lambda: self.h.number(len(drawdowns)))
        return self.h.act(self.h.one(EVERYBODY).address, self.h.world.loans, "markOverdue", id_)
