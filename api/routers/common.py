"""What everybody with a token may read: who takes part, the business date, frameworks, bonds, projects."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import AnyCaller, LedgerHere
from api.schemas.bonds import BondOut, BudgetLineOut, FrameworkOut, ProjectOut
from api.schemas.common import Who
from api.schemas.people import BusinessDateOut, Me, ParticipantOut
from api.schemas.receivables import ProgrammeOut
from ledger.domain.roles import names

router = APIRouter(tags=["common"])

Id = Annotated[int, Path(ge=1, lt=2**32)]


@router.get("/me")
def me(caller: AnyCaller) -> Me:
    """In whose name this token acts, and as what."""
    return Me(
        account=caller.account, operator=caller.operator, active=caller.active, roles=names(int(caller.roles))
    )


@router.get("/business-date")
def business_date(caller: AnyCaller, ledger: LedgerHere) -> BusinessDateOut:
    """The date that deadlines are judged by; `replay` when dates are posted."""
    return BusinessDateOut(date=ledger.operator.today(), replay=ledger.books.replay())


@router.get("/participants/{who}")
def participant(caller: AnyCaller, ledger: LedgerHere, who: Who) -> ParticipantOut:
    """An admission record, by identifier or address."""
    return ParticipantOut.of(ledger.books.participant(who))


@router.get("/frameworks/{framework}")
def framework(caller: AnyCaller, ledger: LedgerHere, framework: Id) -> FrameworkOut:
    """A framework's present version. Its content hash is what a review signs."""
    return FrameworkOut.model_validate(ledger.books.framework(framework))


@router.get("/bonds/{bond}")
def bond(caller: AnyCaller, ledger: LedgerHere, bond: Id) -> BondOut:
    """A bond's terms, and the states of its raised money."""
    books = ledger.books
    return BondOut.of(books.bond(bond), books.raised(bond), dict(books.states(bond)))


@router.get("/bonds/{bond}/budget-lines")
def budget_lines(caller: AnyCaller, ledger: LedgerHere, bond: Id) -> list[BudgetLineOut]:
    """The budget lines of a bond."""
    ledger.books.bond(bond)
    return [BudgetLineOut.of(line) for line in ledger.books.lines(bond)]


@router.get("/budget-lines/{line}")
def budget_line(caller: AnyCaller, ledger: LedgerHere, line: Id) -> BudgetLineOut:
    """One bond's money for one project."""
    return BudgetLineOut.of(ledger.books.line(line))


@router.get("/programmes")
def programmes(caller: AnyCaller, ledger: LedgerHere) -> list[ProgrammeOut]:
    """Programmes of receivables: what each lets its members do."""
    return [ProgrammeOut.of(number, one) for number, one in ledger.books.programmes().items()]


@router.get("/projects/{project}")
def project(caller: AnyCaller, ledger: LedgerHere, project: Id) -> ProjectOut:
    """A project, and what all bonds together allocated to it."""
    return ProjectOut.of(ledger.books.project(project))
