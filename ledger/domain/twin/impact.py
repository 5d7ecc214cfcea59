"""Twin of `Impact`: one report counts per project, indicator and day; what a verifier said of it (IMP-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from eth_hash.auto import keccak

from ledger.domain.purposes import WORD
from ledger.domain.roles import Role
from ledger.domain.states import ValidationOutcome
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, word
from ledger.domain.twin.documents import Documents, Recover, require_signed
from ledger.domain.twin.frameworks import Frameworks
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.proceeds import Proceeds
from ledger.domain.typed_data import Validation

MAX_REPORTS: Final = 128
MAX_PROJECTS: Final = 64
MAX_TEXT: Final = 1024
MAX_DECIMALS: Final = 18


@dataclass(frozen=True, slots=True)
class Figure:
    """What is reported: `value` in units of 10^-decimals `unit`, over the days from `from_` to `until`."""

    from_: int
    until: int
    decimals: int
    value: int
    unit: bytes
    methodology: bytes
    document: bytes

    def values(self) -> tuple[int | bytes, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class Report:
    """A report as the contract keeps it; report numbers are zero for none."""

    reporter: str = NOBODY
    supersedes: int = 0
    superseded_by: int = 0
    from_: int = 0
    until: int = 0
    decimals: int = 0
    outcome: int = 0
    value: int = 0
    indicator: bytes = ZERO_HASH
    unit: bytes = ZERO_HASH
    content_hash: bytes = ZERO_HASH


class Impact(Module):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        frameworks: Frameworks,
        proceeds: Proceeds,
        recover: Recover,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.frameworks = frameworks
        self.proceeds = proceeds
        self.recover = recover
        self.reports: dict[int, Report] = {}
        self.projects: dict[int, tuple[int, ...]] = {}
        self.findings: dict[int, tuple[str, int]] = {}
        self.standing: dict[tuple[int, bytes], tuple[int, ...]] = {}

    # --- reading ---

    @property
    def count(self) -> int:
        return len(self.reports)

    def report_of(self, id_: int) -> Report:
        return self.reports.get(id_, Report())

    def projects_of(self, id_: int) -> tuple[int, ...]:
        return self.projects.get(id_, ())

    def reports_of(self, project: int, indicator: bytes) -> tuple[int, ...]:
        return self.standing.get((project, indicator), ())

    def counts(self, id_: int) -> bool:
        report = self.report_of(id_)
        stands = report.reporter != NOBODY and not report.superseded_by
        return stands and report.outcome != ValidationOutcome.REFUSED

    def validation_of(self, id_: int) -> tuple[str, int]:
        return self.findings.get(id_, (NOBODY, 0))

    # --- issuer, project company ---

    def report(self, sender: str, projects: list[int], indicator: bytes, figure: Figure, basis: str) -> int:
        self._require_report(sender, projects, indicator, figure, basis)
        self._require_free(projects, indicator, figure, 0)
        id_ = self._write(sender, projects, indicator, figure, basis)
        for project in projects:
            self.standing[project, indicator] = (*self.reports_of(project, indicator), id_)
        return id_

    def restate(self, sender: str, former: int, figure: Figure, basis: str, reason: str) -> int:
        old, projects = self._known(former), list(self.projects_of(former))
        self._require_report(sender, projects, old.indicator, figure, basis)
        issuer, _ = self._parties(projects[0])
        if sender not in (issuer, old.reporter):
            raise Refusal("NotParty", sender, old.reporter)
        self._require_present(former)
        _require_text("REASON", reason)
        self._require_free(projects, old.indicator, figure, former)
        id_ = self._write(sender, projects, old.indicator, figure, basis)
        for key in ((project, old.indicator) for project in projects):
            self.standing[key] = tuple(id_ if one == former else one for one in self.standing[key])
        self.reports[former] = replace(old, superseded_by=id_)
        self.reports[id_] = replace(self.reports[id_], supersedes=former)
        self.emit("ImpactRestated", id_, former, reason)
        return id_

    def _require_report(
        self, who: str, projects: list[int], indicator: bytes, figure: Figure, basis: str
    ) -> None:
        self._require_party(who, projects)
        self.participants.require_active(who)
        if indicator == ZERO_HASH:
            raise Refusal("ZeroHash", word("INDICATOR"))
        self._require_figure(figure)
        _require_text("BASIS", basis)
        self.documents.require_known(figure.methodology, who, 0)
        self.documents.require_known(figure.document, who, 0)

    def _require_party(self, who: str, projects: list[int]) -> None:
        if not projects:
            raise Refusal("ZeroHash", word("PROJECTS"))
        if len(projects) > MAX_PROJECTS:
            raise Refusal("TooManyProjects", len(projects), MAX_PROJECTS)
        for project, previous in zip(projects, [0, *projects], strict=False):
            if project <= previous:
                raise Refusal("ProjectsOutOfOrder", project, previous)
            issuer, company = self._parties(project)
            if who not in (issuer, company):
                raise Refusal("NotParty", who, issuer)

    def _require_figure(self, figure: Figure) -> None:
        if figure.unit == ZERO_HASH:
            raise Refusal("ZeroHash", word("UNIT"))
        if figure.decimals > MAX_DECIMALS:
            raise Refusal("AmountTooLarge", figure.decimals, MAX_DECIMALS)
        if figure.from_ > figure.until:
            raise Refusal("DateOutOfOrder", word("FROM"), figure.from_, figure.until)
        if figure.until > self.participants.today():
            raise Refusal("DateOutOfOrder", word("UNTIL"), figure.until, self.participants.today())

    def _require_free(self, projects: list[int], indicator: bytes, figure: Figure, former: int) -> None:
        """No report that stands for one of the projects, but the former, may cover a day of this one."""
        for project in projects:
            standing = self.reports_of(project, indicator)
            if not former and len(standing) >= MAX_REPORTS:
                raise Refusal("TooManyReports", project, MAX_REPORTS)
            for id_ in standing:
                other = self.reports[id_]
                if id_ != former and figure.from_ <= other.until and other.from_ <= figure.until:
                    raise Refusal("PeriodTaken", id_, other.from_, other.until)

    def _write(self, sender: str, projects: list[int], indicator: bytes, figure: Figure, basis: str) -> int:
        id_ = self.count + 1
        content_hash = content_hash_of(id_, projects, indicator, figure, basis)
        self.reports[id_] = Report(
            reporter=sender,
            from_=figure.from_,
            until=figure.until,
            decimals=figure.decimals,
            value=figure.value,
            indicator=indicator,
            unit=figure.unit,
            content_hash=content_hash,
        )
        self.projects[id_] = tuple(projects)
        values = (id_, indicator, sender, tuple(projects), figure.values(), basis, content_hash)
        self.emit("ImpactReported", *values)
        return id_

    # --- verifier ---

    def check_validate(self, v: Validation) -> None:
        report = self._known(v.report)
        self._require_present(v.report)
        if v.content_hash != report.content_hash:
            raise Refusal("ReportMismatch", v.report, v.content_hash, report.content_hash)
        if not 0 < v.outcome <= ValidationOutcome.REFUSED:
            accepted = int(ValidationOutcome.ACCEPTED)
            raise Refusal("WrongState", word("OUTCOME"), v.report, v.outcome, accepted)
        self.participants.require_role(v.verifier, Role.VERIFIER)
        for project in self.projects_of(v.report):
            for party in self._parties(project):
                self.participants.require_unrelated(party, v.verifier)
        self.documents.require_known(v.document, v.verifier, 0)
        present, last = self.validation_of(v.report)
        if last and present != v.verifier:
            raise Refusal("NotParty", v.verifier, present)
        if v.nonce <= last:
            raise Refusal("StaleValidation", v.report, v.nonce, last)

    def validate(self, sender: str, v: Validation, signature: bytes) -> None:
        """By the verifier's own call, or by anyone with its signature."""
        self.check_validate(v)
        if sender != v.verifier:
            require_signed(self, self.recover, v.verifier, v, signature)
        self.findings[v.report] = (v.verifier, v.nonce)
        self.reports[v.report] = replace(self.reports[v.report], outcome=v.outcome)
        self.emit("ImpactValidated", v.report, v.verifier, v.values())

    # --- small parts ---

    def _known(self, id_: int) -> Report:
        report = self.report_of(id_)
        if report.reporter == NOBODY:
            raise Refusal("Unknown", word("REPORT"), id_)
        return report

    def _parties(self, project: int) -> tuple[str, str]:
        """The issuer of the project's framework, and the project's company."""
        found = self.proceeds.project(project)
        if found.company == NOBODY:
            raise Refusal("Unknown", word("PROJECT"), project)
        return self.frameworks.framework(found.framework).issuer, found.company

    def _require_present(self, id_: int) -> None:
        by = self.reports[id_].superseded_by
        if by:
            raise Refusal("ReportSuperseded", id_, by)


def content_hash_of(id_: int, projects: Sequence[int], indicator: bytes, figure: Figure, basis: str) -> bytes:
    """`keccak256(abi.encode(id, keccak256(projects), indicator, figure, keccak256(basis)))`: is signed."""
    group = keccak(b"".join(project.to_bytes(WORD, "big") for project in projects))
    words = (id_, group, indicator, *figure.values(), keccak(basis.encode()))
    return keccak(b"".join(one if isinstance(one, bytes) else one.to_bytes(WORD, "big") for one in words))


def _require_text(what: str, text: str) -> None:
    size = len(text.encode())
    if size == 0:
        raise Refusal("ZeroHash", word(what))
    if size > MAX_TEXT:
        raise Refusal("AmountTooLarge", size, MAX_TEXT)
