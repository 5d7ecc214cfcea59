"""Factoring files: papers in their order, applications to financiers, and one timeline of each financing."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from ledger.domain.dates import date_of, format_day
from ledger.domain.factoring import CONTRACTS, file_of, timeline
from ledger.domain.kinds import DocumentKind
from ledger.domain.states import ApplicationState
from ledger.errors import BadInput, NotFound
from ledger.services.dated import history
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.receivables import piece_at
from ledger.services.session import Act, struct
from ledger.services.values import hash_bytes, hex_of, reference

PAPERS = (DocumentKind.ORDER, DocumentKind.DELIVERY, DocumentKind.INVOICE)
"""In their order."""
_NONE = "0x" + "00" * 32


@dataclass(frozen=True, slots=True)
class Opened(Act):
    """A new file by its number, about `[start, end)` of a receivable."""

    id: int
    receivable: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FiledPaper:
    """A paper on file; of an invoice, `document` is its fingerprint."""

    kind: DocumentKind
    document: str
    registrar: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class Application:
    """What one financier was asked and said."""

    financier: str
    state: ApplicationState
    document: str
    applied_on: dt.date
    reviewed_on: dt.date | None
    review: str | None


@dataclass(frozen=True, slots=True)
class File:
    """A file as it stands. `financiers` are those that were applied to."""

    id: int
    supplier: str
    receivable: int
    start: int
    end: int
    opened_on: dt.date
    version: int
    papers: tuple[FiledPaper, ...]
    applications: tuple[Application, ...]

    @property
    def financiers(self) -> tuple[str, ...]:
        return tuple(one.financier for one in self.applications)


class Files(Desk):
    """For holders of pieces, and the financiers they apply to."""

    # --- supplier ----------------------------------------------------------------------------------------

    def open(self, supplier: str, receivable: int, *, start: int, end: int) -> Opened:
        """Begins a file about an interval that the supplier holds."""
        piece = piece_at(self._session, receivable, start)
        mined = self._session.act(supplier, "FactoringFiles", "open", receivable, piece.start, start, end)
        return Opened(mined.tx, mined.block, mined.event("FileOpened").args["file"], receivable, start, end)

    def add(
        self, supplier: str, file: int, kind: DocumentKind, paper: Paper, *, registrar: str | None = None
    ) -> Act:
        """Files the next paper, or corrects one: a new file then supersedes the one it stands for.

        Args:
            paper: an invoice's fingerprint; of another paper the file itself, or the hash of a registered
                one.
            registrar: who registered it, the supplier by default; an obligor registers its own delivery
                evidence.
        """
        if kind not in PAPERS:
            names = ", ".join(one.name.lower() for one in PAPERS)
            raise BadInput("a factoring file takes no such paper", had=kind.name.lower(), needed=names)
        if isinstance(paper, bytes):
            if kind == DocumentKind.INVOICE:
                raise BadInput("an invoice is filed by its fingerprint", needed="0x and 64 digits")
            paper = self._registered(supplier, file, kind, paper)
        by = self._session.address(registrar or supplier)
        document = hash_bytes(paper, "a paper")
        return act_of(
            self._session.act(supplier, "FactoringFiles", "filePaper", file, int(kind), document, by)
        )

    def _registered(self, supplier: str, file: int, kind: DocumentKind, content: bytes) -> str:
        """Sealed and registered, naming the paper on file that it takes the place of."""
        former = hex_of(struct(self._session.read("FactoringFiles", "paper", file, int(kind)))["document"])
        supersedes = None if former == _NONE else former
        return self._documents.register(supplier, content, kind, supersedes=supersedes).document

    def apply(self, supplier: str, file: int, financier: str, document: Paper) -> Act:
        """Applies to a financier, when every paper is on file."""
        paper = self._file(supplier, document, DocumentKind.APPLICATION, (financier,))
        asked = self._session.address(financier)
        return act_of(self._session.act(supplier, "FactoringFiles", "applyTo", file, asked, paper))

    # --- financier ---------------------------------------------------------------------------------------

    def review(
        self,
        financier: str,
        file: int,
        document: Paper,
        *,
        approved: bool,
        reason: str = "",
        version: int | None = None,
    ) -> Act:
        """Says what came of it; a rejection gives its reason, of which the chain sees the hash.

        Args:
            version: of the file that was looked at, by default the present one (StaleFile when it changed).
        """
        found = self.file(file)
        paper = self._file(financier, document, DocumentKind.REVIEW_RESULT, (found.supplier,))
        why = reference(reason) if reason else bytes(32)
        seen = found.version if version is None else version
        terms = (file, seen, approved, paper, why)
        return act_of(self._session.act(financier, "FactoringFiles", "review", *terms))

    # --- looking -----------------------------------------------------------------------------------------

    def file(self, file: int) -> File:
        """NotFound when there is no such file."""
        record = struct(self._session.read("FactoringFiles", "file", file))
        if not int(str(record["supplier"]), 16):
            raise NotFound(f"there is no factoring file {file}", who=file)
        return File(
            file,
            record["supplier"],
            record["receivable"],
            record["start"],
            record["end"],
            date_of(record["openedOn"]),
            record["version"],
            tuple(self._paper(file, kind) for kind in PAPERS[: record["papers"]]),
            tuple(self._application(file, who) for who in self._asked(file)),
        )

    def show(self, file: int, financier: str | None = None) -> dict[str, Any]:
        """The file and its one timeline; for a financier, with what is its own alone."""
        found = self.file(file)
        past = history(self._session, CONTRACTS)
        opened = file_of(past.events, file)
        if opened is None:
            raise NotFound(f"there is no factoring file {file}", who=file)
        account = None if financier is None else self._session.address(financier)
        steps = timeline(past.events, past.times, opened, account)
        answer = file_json(found, account)
        answer["timeline"] = [
            asdict(step) | {"day": format_day(step.day), "start": _text(step.start), "end": _text(step.end)}
            for step in steps
        ]
        return answer

    def _paper(self, file: int, kind: DocumentKind) -> FiledPaper:
        record = struct(self._session.read("FactoringFiles", "paper", file, int(kind)))
        return FiledPaper(kind, hex_of(record["document"]), record["registrar"], date_of(record["day"]))

    def _application(self, file: int, financier: str) -> Application:
        session = self._session
        record = struct(session.read("FactoringFiles", "application", file, financier))
        reviewed = record["reviewedOn"]
        return Application(
            financier,
            ApplicationState(session.read("FactoringFiles", "standing", file, financier)),
            hex_of(record["document"]),
            date_of(record["appliedOn"]),
            date_of(reviewed) if reviewed else None,
            hex_of(record["review"]) if reviewed else None,
        )

    def _asked(self, file: int) -> list[str]:
        with self._session.index().rows() as rows:
            events = rows.events(contracts=["FactoringFiles"])
        asked = (e for e in events if e.name == "AppliedFor" and int(e.args["file"]) == file)
        return list(dict.fromkeys(str(e.args["financier"]) for e in asked))


def file_json(found: File, financier: str | None = None) -> dict[str, Any]:
    """As command line and HTTP give it; `financier` sees its own application alone."""
    return {
        "file": found.id,
        "supplier": found.supplier,
        "receivable": found.receivable,
        "start": str(found.start),
        "end": str(found.end),
        "opened_on": found.opened_on.isoformat(),
        "version": found.version,
        "papers": [
            {**asdict(one), "kind": one.kind.name.lower(), "day": one.day.isoformat()} for one in found.papers
        ],
        "applications": [
            {
                **asdict(one),
                "state": one.state.name.lower(),
                "applied_on": one.applied_on.isoformat(),
                "reviewed_on": one.reviewed_on.isoformat() if one.reviewed_on else None,
            }
            for one in found.applications
            if financier in (None, one.financier)
        ],
    }


def _text(offset: int | None) -> str | None:
    return None if offset is None else str(offset)
