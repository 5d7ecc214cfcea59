"""Milestones and retention of a budget line: fixed by the issuer, released by the named certifier."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import AnyCaller, IssuerCaller, LedgerHere, ParticipantCaller
from api.schemas.common import Act
from api.schemas.works import CertificateIn, WorksIn, WorksOut

router = APIRouter(tags=["issuer"])

Id = Annotated[int, Path(ge=1, lt=2**32)]


@router.get("/budget-lines/{line}/works")
def works(caller: AnyCaller, ledger: LedgerHere, line: Id) -> WorksOut:
    """What is released of a line's budget and what is gone: for everybody who reads the bond."""
    return WorksOut.of(ledger.works.of(line))


@router.post("/budget-lines/{line}/works")
def set_works(caller: IssuerCaller, ledger: LedgerHere, line: Id, body: WorksIn) -> Act:
    """Once, before anything was allocated to the line."""
    done = ledger.works.set(
        caller.account,
        line,
        certifier=body.certifier,
        milestones=[one.plan() for one in body.milestones],
        retention=body.retention_ppm,
        final_due=body.final_due,
        consent=body.consent,
    )
    return Act.model_validate(done)


@router.post("/budget-lines/{line}/works/milestones/{index}/certificate")
def certify(
    caller: ParticipantCaller,
    ledger: LedgerHere,
    line: Id,
    index: Annotated[int, Path(ge=0, lt=12)],
    body: CertificateIn,
) -> Act:
    """By the named certifier: the milestone's amount may be spent from now on."""
    return Act.model_validate(ledger.works.certify(caller.account, line, index, body.document.paper()))


@router.post("/budget-lines/{line}/works/acceptance")
def accept(caller: ParticipantCaller, ledger: LedgerHere, line: Id, body: CertificateIn) -> Act:
    """By the named certifier: the retention is kept no longer."""
    return Act.model_validate(ledger.works.certify_final(caller.account, line, body.document.paper()))
