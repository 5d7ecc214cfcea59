"""The operator admits participants and posts business dates. It touches no value."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import LedgerHere, OperatorCaller
from api.schemas.common import Act, Who
from api.schemas.people import Admission, Admitted, Amendment, BusinessDate, mask

router = APIRouter(tags=["operator"])


@router.post("/participants")
def admit(caller: OperatorCaller, ledger: LedgerHere, body: Admission) -> Admitted:
    """Admits a participant. Its tokens are made on the machine of the ledger, never over HTTP."""
    admitted = ledger.operator.admit(
        body.name,
        body.identifier,
        mask(body.roles),
        account=body.account,
        lapses=body.lapses,
        group=body.group,
        kyc=body.kyc.paper() if body.kyc else None,
    )
    return Admitted.model_validate(admitted)


@router.patch("/participants/{who}")
def amend(caller: OperatorCaller, ledger: LedgerHere, who: Who, body: Amendment) -> Act:
    """Changes what is given of an admission: roles, last day, group, suspension."""
    act = ledger.operator.amend(
        who,
        roles=mask(body.roles) if body.roles else None,
        lapses=body.lapses,
        group=body.group,
        suspended=body.suspended,
        document=body.document.paper(),
    )
    return Act.model_validate(act)


@router.post("/business-date")
def post_business_date(caller: OperatorCaller, ledger: LedgerHere, body: BusinessDate) -> Act:
    """Replay deployments only; the date never goes back."""
    return Act.model_validate(ledger.operator.post_business_date(body.date))
