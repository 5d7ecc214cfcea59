"""Twin of `FactoringFiles`: order, delivery, invoice, application, review, each in its turn (FILE-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ledger.domain.kinds import DocumentKind
from ledger.domain.roles import Role
from ledger.domain.states import ApplicationState, ReceivableState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, fits, word
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.pieces import PieceBook
from ledger.domain.twin.receivables import Receivables

PLACES: Final = {DocumentKind.ORDER: 1, DocumentKind.DELIVERY: 2, DocumentKind.INVOICE: 3}
"""The order of the papers."""
_PAPERS_OF_ORDER: Final = 1


@dataclass(frozen=True, slots=True)
class File:
    """About `[start, end)` of a receivable; `version` grows with every paper."""

    supplier: str = NOBODY
    receivable: int = 0
    opened_on: int = 0
    start: int = 0
    end: int = 0
    papers: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class Paper:
    document: bytes = ZERO_HASH
    registrar: str = NOBODY
    day: int = 0


@dataclass(frozen=True, slots=True)
class Application:
    """`version` is that of the file which was reviewed."""

    document: bytes = ZERO_HASH
    applied_on: int = 0
    reviewed_on: int = 0
    version: int = 0
    state: int = 0
    review: bytes = ZERO_HASH


class FactoringFiles(Contract):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        book: PieceBook,
        receivables: Receivables,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.book = book
        self.receivables = receivables
        self.files: dict[int, File] = {}
        self.papers: dict[tuple[int, int], Paper] = {}
        self.applications: dict[tuple[int, str], Application] = {}

    @property
    def count(self) -> int:
        return len(self.files)

    def paper(self, id_: int, kind: int) -> Paper:
        return self.papers.get((id_, kind), Paper())

    def application(self, id_: int, financier: str) -> Application:
        return self.applications.get((id_, financier), Application())

    def standing(self, id_: int, financier: str) -> int:
        """The application's state; OUTDATED when a paper changed after its review."""
        application = self.application(id_, financier)
        reviewed = application.state > ApplicationState.APPLIED
        if reviewed and application.version != self.files[id_].version:
            return int(ApplicationState.OUTDATED)
        return application.state

    # --- supplier ---

    def check_open(self, receivable: int, piece_start: int, start: int, end: int, supplier: str) -> None:
        self.participants.require_role(supplier, Role.SUPPLIER)
        state = self.receivables.receivable(receivable).state
        accepted = int(ReceivableState.ACCEPTED)
        if state != accepted:
            raise Refusal("WrongState", word("RECEIVABLE"), receivable, state, accepted)
        if start >= end:
            raise Refusal("ZeroAmount")
        piece = self.book.piece(receivable, piece_start)
        if piece.holder != supplier:
            raise Refusal("NotHolder", supplier, piece.holder)
        if start < piece_start or end > piece.end:
            raise Refusal("CutOutside", piece_start, piece.end, end)

    def open(self, sender: str, receivable: int, piece_start: int, start: int, end: int) -> int:
        self.check_open(receivable, piece_start, start, end, sender)
        id_ = self.count + 1
        self.files[id_] = File(sender, receivable, self.participants.today(), start, end)
        self.emit("FileOpened", id_, receivable, sender, start, end)
        return id_

    def check_file(self, id_: int, kind: int, document: bytes, registrar: str, supplier: str) -> None:
        file = self._own(id_, supplier)
        if kind not in PLACES:
            raise Refusal("KindUnknown", kind)
        place = PLACES[DocumentKind(kind)]
        if file.papers + 1 < place:
            raise Refusal("PaperMissing", id_, file.papers, place - 1)
        former = self.paper(id_, kind).document
        if document == former:
            raise Refusal("AlreadyUsed", word("PAPER"), document)
        if kind == DocumentKind.INVOICE:
            self._require_invoice(file, document)
        else:
            self._require_paper(file, kind, document, registrar, former)

    def file_paper(self, sender: str, id_: int, kind: int, document: bytes, registrar: str) -> None:
        self.check_file(id_, kind, document, registrar, sender)
        file, former = self.files[id_], self.paper(id_, kind).document
        version = fits(file.version + 1, 16)
        papers = file.papers + (former == ZERO_HASH)
        self.files[id_] = replace(file, papers=papers, version=version)
        by = sender if kind == DocumentKind.INVOICE else registrar
        self.papers[id_, kind] = Paper(document, by, self.participants.today())
        self.emit("PaperFiled", id_, kind, document, by, version, former)

    def check_apply(self, id_: int, financier: str, document: bytes, supplier: str) -> None:
        file = self._own(id_, supplier)
        ordered = self.receivables.receivable(file.receivable).order
        needed = _PAPERS_OF_ORDER if ordered else len(PLACES)
        if file.papers < needed:
            raise Refusal("PaperMissing", id_, file.papers, needed)
        self.participants.require_role(financier, Role.FINANCIER)
        state = self.standing(id_, financier)
        if state in (ApplicationState.APPLIED, ApplicationState.APPROVED):
            raise Refusal("WrongState", word("APPLICATION"), id_, state, 0)
        self.documents.require_known(document, supplier, DocumentKind.APPLICATION)

    def apply_to(self, sender: str, id_: int, financier: str, document: bytes) -> None:
        self.check_apply(id_, financier, document, sender)
        version, today = self.files[id_].version, self.participants.today()
        self.applications[id_, financier] = Application(
            document, today, 0, version, int(ApplicationState.APPLIED)
        )
        self.emit("AppliedFor", id_, financier, document, version)

    # --- financier ---

    def check_review(
        self, id_: int, version: int, approved: bool, document: bytes, reason: bytes, financier: str
    ) -> None:
        present = self._known(id_).version
        state = self.application(id_, financier).state
        if state != ApplicationState.APPLIED:
            raise Refusal("WrongState", word("APPLICATION"), id_, state, int(ApplicationState.APPLIED))
        if version != present:
            raise Refusal("StaleFile", id_, version, present)
        if not approved and reason == ZERO_HASH:
            raise Refusal("ZeroHash", word("REASON"))
        self.participants.require_role(financier, Role.FINANCIER)
        self.documents.require_known(document, financier, DocumentKind.REVIEW_RESULT)

    def review(
        self, sender: str, id_: int, version: int, approved: bool, document: bytes, reason: bytes
    ) -> None:
        self.check_review(id_, version, approved, document, reason, sender)
        self.applications[id_, sender] = replace(
            self.applications[id_, sender],
            state=int(ApplicationState.APPROVED if approved else ApplicationState.REJECTED),
            version=version,
            reviewed_on=self.participants.today(),
            review=document,
        )
        self.emit("FileReviewed", id_, sender, approved, document, reason, version)

    # --- small parts ---

    def _known(self, id_: int) -> File:
        if id_ not in self.files:
            raise Refusal("Unknown", word("FILE"), id_)
        return self.files[id_]

    def _own(self, id_: int, supplier: str) -> File:
        file = self._known(id_)
        if supplier != file.supplier:
            raise Refusal("NotParty", supplier, file.supplier)
        self.participants.require_active(supplier)
        return file

    def _require_paper(self, file: File, kind: int, document: bytes, registrar: str, former: bytes) -> None:
        obligor = self.receivables.receivable(file.receivable).obligor
        if registrar not in (file.supplier, obligor):
            raise Refusal("NotParty", registrar, obligor)
        self.documents.require_known(document, registrar, kind)
        superseded = self.documents.document(document, registrar).supersedes
        if former != ZERO_HASH and superseded != former:
            raise Refusal("NotSuperseding", document, superseded, former)

    def _require_invoice(self, file: File, fingerprint: bytes) -> None:
        """The first supplier's is the one that was confirmed against; a later holder's is its own."""
        obligation = self.documents.obligation(fingerprint)
        if obligation.kind == 0:
            raise Refusal("ObligationUnknown", fingerprint)
        if obligation.kind != DocumentKind.INVOICE:
            number = int.from_bytes(fingerprint, "big")
            invoice = int(DocumentKind.INVOICE)
            raise Refusal("WrongState", word("DOCUMENT_KIND"), number, obligation.kind, invoice)
        if obligation.payee != file.supplier:
            raise Refusal("NotParty", file.supplier, obligation.payee)
        receivable = self.receivables.receivable(file.receivable)
        if receivable.supplier == file.supplier and receivable.fingerprint != fingerprint:
            raise Refusal("InvoiceMismatch", fingerprint, receivable.fingerprint)
