"""A bond's pocket and refinancing: declared by the issuer before anybody books, read by everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import AnyCaller, IssuerCaller, LedgerHere
from api.schemas.bonds import OpenedLine
from api.schemas.limits import LimitsDeclared, LimitsIn, LimitsOut, PocketLineIn

router = APIRouter(tags=["issuer"])

Id = Annotated[int, Path(ge=1, lt=2**32)]


@router.post("/bonds/{bond}/limits")
def declare(caller: IssuerCaller, ledger: LedgerHere, bond: Id, body: LimitsIn) -> LimitsDeclared:
    """Once, while nobody has booked."""
    done = ledger.issuer.declare_limits(
        caller.account,
        bond,
        jurisdiction=body.jurisdiction,
        document=body.document.paper(),
        pocket_ppm=body.pocket_ppm,
        look_back_months=body.look_back_months,
        refinanced_ppm=body.refinanced_ppm,
        look_back_binds=body.look_back_binds,
        share_binds=body.share_binds,
    )
    return LimitsDeclared.model_validate(done)


@router.get("/bonds/{bond}/limits")
def limits(caller: AnyCaller, ledger: LedgerHere, bond: Id) -> LimitsOut:
    """What was declared, what is in the pocket by activity, and refinanced against new money."""
    return LimitsOut.of(ledger.books.limits(bond))


@router.post("/bonds/{bond}/pocket-lines")
def open_pocket_line(caller: IssuerCaller, ledger: LedgerHere, bond: Id, body: PocketLineIn) -> OpenedLine:
    """A budget line for one activity outside the technical screening criteria."""
    done = ledger.issuer.open_pocket_line(
        caller.account,
        bond,
        body.project,
        budget=body.budget.money(),
        reason=body.reason,
        document=body.document.paper(),
        label=body.label,
        company_may_spend=body.company_may_spend,
    )
    return OpenedLine.model_validate(done)
