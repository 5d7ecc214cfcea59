"""Impact: reports by issuer or project company, a verifier's word on them, and whose share is whose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.domain.dates import date_of, day_number
from ledger.domain.impact import Basis, basis_text, quantity
from ledger.domain.kinds import DocumentKind
from ledger.domain.states import ValidationOutcome
from ledger.domain.typed_data import TypedData, Validation
from ledger.errors import BadInput, NotFound
from ledger.ports import Mined
from ledger.services.desk import Desk
from ledger.services.documents import Paper
from ledger.services.session import Act, Session, struct
from ledger.services.values import ZERO_HASH, code, hex_of


@dataclass(frozen=True, slots=True)
class Reported(Act):
    """A report on file; `content_hash` is what a validation signs."""

    id: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class Validated(Act):
    """A verifier's word on a report."""

    report: int
    verifier: str
    outcome: ValidationOutcome


@dataclass(frozen=True, slots=True)
class Figure:
    """What is reported: `value` a plain decimal ("191.7"), over the days `first` to `last`, both counted.

    `methodology` is the document behind the basis; by default the basis itself is sealed and registered.
    """

    value: str
    unit: str
    first: dt.date
    last: dt.date
    basis: Basis
    document: Paper
    methodology: Paper | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report as the contract keeps it; quantities are whole units of 10^-decimals."""

    id: int
    reporter: str
    projects: tuple[int, ...]
    indicator: str
    unit: str
    value: int
    decimals: int
    first: dt.date
    last: dt.date
    outcome: ValidationOutcome
    content_hash: str
    supersedes: int
    superseded_by: int


class Impact(Desk):
    """For whoever reports, validates, or reads."""

    def report(
        self, reporter: str, projects: int | Sequence[int], indicator: str, figure: Figure
    ) -> Reported:
        """Reports what one project achieved, or several together, by a code such as `CO2_AVOIDED`.

        The framework's issuer reports, or the company of each project. A day counts once for each project
        and indicator.
        """
        group = sorted([projects] if isinstance(projects, int) else projects)
        named = code(indicator, "an indicator")
        basis, told = self._told(reporter, figure)
        return _reported(self._session.act(reporter, "Impact", "report", group, named, told, basis))

    def restate(self, reporter: str, report: int, figure: Figure, *, reason: str) -> Reported:
        """Replaces a report; both stay readable. By the issuer, or by who gave the former."""
        basis, told = self._told(reporter, figure)
        return _reported(self._session.act(reporter, "Impact", "restate", report, told, basis, reason))

    def _told(self, reporter: str, figure: Figure) -> tuple[str, dict[str, Any]]:
        """The basis, and the figure as the contract takes it; its papers are filed."""
        value, decimals = quantity(figure.value)
        basis = basis_text(figure.basis)
        unit = code(figure.unit, "a unit")
        if figure.last < figure.first:
            raise BadInput(
                "a period ends before it begins", had=figure.last.isoformat(), needed=figure.first.isoformat()
            )
        methodology = basis.encode() if figure.methodology is None else figure.methodology
        return basis, {
            "from": day_number(figure.first),
            "until": day_number(figure.last),
            "decimals": decimals,
            "value": value,
            "unit": unit,
            "methodology": self._file(reporter, methodology, DocumentKind.OTHER),
            "document": self._file(reporter, figure.document, DocumentKind.OTHER),
        }

    # --- verifier ----------------------------------------------------------------------------------------

    def validate(self, verifier: str, report: int, outcome: ValidationOutcome, document: Paper) -> Validated:
        """Accepts, qualifies or refuses a report by the verifier's own call; a refused one counts nothing."""
        return self.submit(verifier, self.statement(verifier, report, outcome, document), b"")

    def statement(
        self, verifier: str, report: int, outcome: ValidationOutcome, document: Paper
    ) -> Validation:
        """What the verifier says of exactly this report; its document is sealed and registered."""
        found = report_of(self._session, report)
        _, last = self._session.read("Impact", "validationOf", report)
        return Validation(
            report=report,
            content_hash=bytes.fromhex(found.content_hash[2:]),
            verifier=self._session.address(verifier),
            outcome=int(outcome),
            document=self._file(verifier, document, DocumentKind.OTHER),
            nonce=int(last) + 1,
        )

    def sign(self, verifier: str, validation: Validation) -> bytes:
        """65 bytes over the statement, bound to this chain and its `Impact` contract."""
        contract = self._session.deployment["Impact"].address
        digest = TypedData(self._session.chain.chain_id, contract, validation).digest()
        return self._session.signer(verifier).sign_digest(digest)

    def submit(self, sender: str, validation: Validation, signature: bytes) -> Validated:
        """Files a signed statement; anyone may. The verifier itself needs no signature."""
        mined = self._session.act(sender, "Impact", "validate", validation.message(), signature)
        outcome = ValidationOutcome(validation.outcome)
        return Validated(mined.tx, mined.block, validation.report, validation.verifier, outcome)

    # --- everybody ---------------------------------------------------------------------------------------

    def list(self, project: int | None = None, indicator: str | None = None) -> Mapping[str, Any]:
        """Reports that nothing superseded, refused ones too; see `ledger.tracing.impact` for the answer."""
        return self._session.index().impact_list(project, indicator)

    def show(self, report: int) -> Mapping[str, Any]:
        """One report, superseded or not, with whose share of it is whose, to the last decimal."""
        return self._session.index().impact_show(report)


def portfolio_of(
    session: Session, investor: str, first: dt.date | None, last: dt.date | None
) -> Mapping[str, Any]:
    """What an investor holds, and its share of the figures whose period ends in the window; by default, of
    all up to the business date."""
    until = session.today() if last is None else last
    since = dt.date(1970, 1, 1) if first is None else first
    if until < since:
        raise BadInput("a window ends before it begins", had=until.isoformat(), needed=since.isoformat())
    account = session.address(investor)
    return session.index().portfolio(account, day_number(since), day_number(until))


def report_of(session: Session, report: int) -> Report:
    """NotFound when there is no such report."""
    record = struct(session.read("Impact", "reportOf", report))
    content = hex_of(record["contentHash"])
    if content == ZERO_HASH:
        raise NotFound(f"there is no impact report {report}", who=report)
    return Report(
        id=report,
        reporter=record["reporter"],
        projects=tuple(session.read("Impact", "projectsOf", report)),
        indicator=_text(record["indicator"]),
        unit=_text(record["unit"]),
        value=record["value"],
        decimals=record["decimals"],
        first=date_of(record["from"]),
        last=date_of(record["until"]),
        outcome=ValidationOutcome(record["outcome"]),
        content_hash=content,
        supersedes=record["supersedes"],
        superseded_by=record["supersededBy"],
    )


def _text(code_: bytes) -> str:
    return bytes(code_).rstrip(b"\0").decode("ascii", "replace")


def _reported(mined: Mined) -> Reported:
    event = mined.event("ImpactReported").args
    return Reported(mined.tx, mined.block, event["report"], hex_of(event["contentHash"]))
