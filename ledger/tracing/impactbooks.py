"""What events tell about impact: reports, findings, projects' totals, what bonds put in, who held units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from ledger.domain.history import EventRow
from ledger.domain.states import ValidationOutcome


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands in the chain."""

    block: int
    log: int
    tx: str

    @classmethod
    def of(cls, row: EventRow) -> Place:
        return cls(row.block, row.log, row.tx)


@dataclass(frozen=True, slots=True)
class Finding:
    """A verifier's last word on a report."""

    verifier: str
    outcome: ValidationOutcome
    document: str
    place: Place


@dataclass(frozen=True, slots=True)
class Report:
    """A report; days are numbers, `supersedes` and `superseded_by` zero for none."""

    id: int
    projects: tuple[int, ...]
    indicator: str
    reporter: str
    first: int
    last: int
    value: int
    decimals: int
    unit: str
    basis: str
    methodology: str
    document: str
    content_hash: str
    place: Place
    finding: Finding | None = None
    supersedes: int = 0
    superseded_by: int = 0
    reason: str = ""

    @property
    def outcome(self) -> ValidationOutcome:
        return self.finding.outcome if self.finding else ValidationOutcome.NOT_VALIDATED

    @property
    def counts(self) -> bool:
        """As the contract says: neither superseded nor refused."""
        return not self.superseded_by and self.outcome != ValidationOutcome.REFUSED


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """Who carries a project out and what it costs in all, in minor units of its one currency."""

    company: str
    total: int


@dataclass(frozen=True, slots=True)
class BondFacts:
    """A bond's token, and what one unit stands for in minor units."""

    token: str
    denomination: int
    isin: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something that an event changed by `amount`: units from one to another, or money on a budget line."""

    block: int
    source: str
    target: str
    amount: int


class ImpactBooks:
    """Facts in chain order; which business day a block has is asked later."""

    def __init__(self) -> None:
        self.reports: dict[int, Report] = {}
        self.projects: dict[int, ProjectFacts] = {}
        self.bonds: dict[int, BondFacts] = {}
        self.retired: dict[str, int] = {}
        self.units: defaultdict[str, list[Change]] = defaultdict(list)
        self.allocated: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)

    def apply(self, row: EventRow) -> None:
        """Takes one event in; those that say nothing here pass unseen."""
        act = _ACTS.get((row.contract, row.name))
        if act is not None:
            act(self, row)

    def blocks(self) -> set[int]:
        """Every block whose business day an answer may need."""
        units = {change.block for changes in self.units.values() for change in changes}
        money = {block for changes in self.allocated.values() for block, _ in changes}
        return units | money | set(self.retired.values())

    def present(self, project: int | None = None, indicator: str | None = None) -> list[Report]:
        """Reports that nothing superseded, refused ones too, in order of their period."""
        found = (
            report
            for report in self.reports.values()
            if not report.superseded_by
            and (project is None or project in report.projects)
            and (indicator is None or indicator == report.indicator)
        )
        return sorted(found, key=lambda report: (report.indicator, report.first, report.id))

    def former(self, report: Report) -> list[int]:
        """The reports that this one superseded, the latest first."""
        found = []
        while report.supersedes:
            found.append(report.supersedes)
            report = self.reports[report.supersedes]
        return found


def readable(code: str) -> str:
    """A short code in a `bytes32`."""
    word = bytes.fromhex(code.removeprefix("0x")).rstrip(b"\0")
    return word.decode() if word.isascii() and word.decode("ascii").isprintable() else code


# --- one function an event ---


def _reported(books: ImpactBooks, row: EventRow) -> None:
    a: dict[str, Any] = dict(row.args)
    figure = a["figure"]
    books.reports[a["report"]] = Report(
        id=a["report"],
        projects=tuple(a["projects"]),
        indicator=readable(a["indicator"]),
        reporter=a["reporter"],
        first=figure["from"],
        last=figure["until"],
        value=figure["value"],
        decimals=figure["decimals"],
        unit=readable(figure["unit"]),
        basis=a["basis"],
        methodology=figure["methodology"],
        document=figure["document"],
        content_hash=a["contentHash"],
        place=Place.of(row),
    )


def _restated(books: ImpactBooks, row: EventRow) -> None:
    number, former = row.args["report"], row.args["former"]
    reports = books.reports
    reports[former] = replace(reports[former], superseded_by=number)
    reports[number] = replace(reports[number], supersedes=former, reason=row.args["reason"])


def _validated(books: ImpactBooks, row: EventRow) -> None:
    said = row.args["validation"]
    outcome = ValidationOutcome(said["outcome"])
    finding = Finding(said["verifier"], outcome, said["document"], Place.of(row))
    books.reports[row.args["report"]] = replace(books.reports[row.args["report"]], finding=finding)


def _project(books: ImpactBooks, row: EventRow) -> None:
    books.projects[row.args["project"]] = ProjectFacts(row.args["company"], row.args["budget"])


def _bond(books: ImpactBooks, row: EventRow) -> None:
    terms = row.args["terms"]
    facts = BondFacts(row.args["token"], terms["denomination"], readable(terms["isin"]))
    books.bonds[row.args["bond"]] = facts


def _units(books: ImpactBooks, row: EventRow) -> None:
    a = row.args
    books.units[row.address].append(Change(row.block, a["from"], a["to"], a["value"]))


def _retired(books: ImpactBooks, row: EventRow) -> None:
    books.retired[row.address] = row.block


def _allocated(sign: int) -> Callable[[ImpactBooks, EventRow], None]:
    def act(books: ImpactBooks, row: EventRow) -> None:
        books.allocated[row.args["line"]].append((row.block, sign * row.args["amount"]))

    return act


def _reallocated(books: ImpactBooks, row: EventRow) -> None:
    for line, sign in ((row.args["from"], -1), (row.args["to"], 1)):
        books.allocated[line].append((row.block, sign * row.args["amount"]))


_ACTS: Final[dict[tuple[str, str], Callable[[ImpactBooks, EventRow], None]]] = {
    ("Impact", "ImpactReported"): _reported,
    ("Impact", "ImpactRestated"): _restated,
    ("Impact", "ImpactValidated"): _validated,
    ("Proceeds", "ProjectRegistered"): _project,
    ("Proceeds", "Allocated"): _allocated(1),
    ("Proceeds", "Deallocated"): _allocated(-1),
    ("Proceeds", "Reallocated"): _reallocated,
    ("BondOffice", "BondRegistered"): _bond,
    ("GreenBond", "Transfer"): _units,
    ("GreenBond", "Retired"): _retired,
}
