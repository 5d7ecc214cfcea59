"""The verifier signs external reviews, each bound to one framework's content hash."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import LedgerHere, VerifierCaller
from api.schemas.bonds import Reviewed, ReviewIn, Withdrawal
from api.schemas.common import Act
from ledger.errors import Conflict
from ledger.services.frameworks import Outcome, ReviewKind, Shade

router = APIRouter(prefix="/frameworks/{framework}/reviews", tags=["verifier"])

Id = Annotated[int, Path(ge=1, lt=2**32)]


@router.post("")
def review(caller: VerifierCaller, ledger: LedgerHere, framework: Id, body: ReviewIn) -> Reviewed:
    """Signs and files a review of exactly the content that was read."""
    found = ledger.books.framework(framework)
    if body.content_hash.lower() != found.content_hash:
        raise Conflict(
            "the framework was edited since", who=framework, had=body.content_hash, needed=found.content_hash
        )
    done = ledger.verifier.review(
        caller.account,
        framework,
        body.document.paper(),
        valid_until=body.valid_until,
        kind=ReviewKind[body.kind.upper()],
        outcome=Outcome[body.outcome.upper()],
        shade=Shade[body.shade.upper()],
        reasons=body.reasons.paper() if body.reasons else None,
    )
    return Reviewed.model_construct(**{name: getattr(done, name) for name in Reviewed.model_fields})


@router.post("/withdrawal")
def withdraw(caller: VerifierCaller, ledger: LedgerHere, framework: Id, body: Withdrawal) -> Act:
    """Takes the review in force back, citing a document."""
    done = ledger.verifier.withdraw_review(caller.account, framework, body.document.paper())
    return Act.model_validate(done)
