"""Money from one project's budget line to another's: proposed by the issuer, consented to by the verifier."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import AnyCaller, IssuerCaller, LedgerHere, VerifierCaller
from api.schemas.bonds import ConsentIn, ProposedReallocation, ReallocationIn, ReallocationOut
from api.schemas.common import Act, amounts

router = APIRouter(tags=["issuer"])

Id = Annotated[int, Path(ge=1, lt=2**32)]


@router.post("/budget-lines/{line}/reallocations")
def propose(caller: IssuerCaller, ledger: LedgerHere, line: Id, body: ReallocationIn) -> ProposedReallocation:
    """Asks the verifier of the review in force; nothing moves yet."""
    done = ledger.issuer.propose_reallocation(
        caller.account, line, body.target, body.amount.money(), body.document.paper()
    )
    return ProposedReallocation(
        tx=done.tx, block=done.block, id=done.id, source=line, target=body.target, amount=body.amount
    )


@router.get("/reallocations/{reallocation}")
def reallocation(caller: AnyCaller, ledger: LedgerHere, reallocation: Id) -> ReallocationOut:
    """A proposal as it stands: for everybody who reads the bond."""
    found = ledger.books.reallocation(reallocation)
    plain = {name: getattr(found, name) for name in ("id", "source", "target", "state")}
    return ReallocationOut.model_validate(plain | amounts(found, "amount"))


@router.post("/reallocations/{reallocation}/withdrawal")
def withdraw(caller: IssuerCaller, ledger: LedgerHere, reallocation: Id) -> Act:
    """Takes back a proposal that was not consented to."""
    return Act.model_validate(ledger.issuer.withdraw_reallocation(caller.account, reallocation))


@router.post("/reallocations/{reallocation}/consent", tags=["verifier"])
def consent(caller: VerifierCaller, ledger: LedgerHere, reallocation: Id, body: ConsentIn) -> Act:
    """The money moves at once; eligibility, budgets and what is available are judged now."""
    return Act.model_validate(ledger.verifier.consent(caller.account, reallocation, body.document.paper()))
