"""Money that moved outside the ledger: legs attested by name, and where they lead.

A leg is its parties': who said it, who attests it, the bond's issuer, payer and payee, and their auditors.
What is attested is never added to what the ledger proves, and each answer says its `standing`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from api.deps import AnyCaller, Caller, LedgerHere, ParticipantCaller, reads
from api.schemas.common import Act, Amount
from api.schemas.legs import LegIn, LegOut, LegReason
from ledger.domain.states import LegState
from ledger.errors import NotFound

router = APIRouter(tags=["legs"])

Json = dict[str, Any]
Number = Annotated[int, Path(ge=1, lt=2**53)]
State = Literal["reported", "attested", "superseded", "withdrawn", "refused"]


@router.post("/legs")
def record(caller: ParticipantCaller, ledger: LedgerHere, body: LegIn) -> LegOut:
    """A bank, auditor or verifier attests a leg; or its issuer reports one, naming who is to confirm it."""
    about, movement, paper = body.subject(), body.movement(), body.document.paper()
    if body.attester is None:
        made = ledger.legs.attest(
            caller.account, about, movement, paper, supersedes=body.supersedes, reason=body.reason
        )
    else:
        made = ledger.legs.report(
            caller.account,
            body.attester,
            about,
            movement,
            paper,
            supersedes=body.supersedes,
            reason=body.reason,
        )
    amount = Amount.of(made.amount, made.currency)
    return LegOut(tx=made.tx, block=made.block, id=made.id, state=made.state, amount=amount)


@router.get("/legs")
def legs(
    caller: AnyCaller,
    ledger: LedgerHere,
    bond: Annotated[int | None, Query(ge=1, lt=2**32)] = None,
    state: State | None = None,
    after: Annotated[int, Query(ge=0, lt=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Json:
    """The caller's, a page at a time; authorities get everybody's."""
    wanted = None if state is None else LegState[state.upper()]
    party = None if caller.supervises else caller.account
    return dict(ledger.legs.list(bond=bond, state=wanted, party=party, after=after, limit=limit))


@router.get("/legs/{leg}")
def one(caller: AnyCaller, ledger: LedgerHere, leg: Number) -> Json:
    """A leg as it stands."""
    return _visible(ledger, caller, leg)


@router.post("/legs/{leg}/attestation")
def confirm(caller: ParticipantCaller, ledger: LedgerHere, leg: Number) -> Act:
    """The attester stands up for what the issuer reported: the second signature."""
    _visible(ledger, caller, leg)
    return Act.model_validate(ledger.legs.confirm(caller.account, leg))


@router.post("/legs/{leg}/refusal")
def refuse(caller: ParticipantCaller, ledger: LedgerHere, leg: Number, body: LegReason) -> Act:
    """The attester does not stand up for it."""
    _visible(ledger, caller, leg)
    return Act.model_validate(ledger.legs.refuse(caller.account, leg, body.reason))


@router.post("/legs/{leg}/withdrawal")
def withdraw(caller: ParticipantCaller, ledger: LedgerHere, leg: Number, body: LegReason) -> Act:
    """Who said it takes it back, in the open."""
    _visible(ledger, caller, leg)
    return Act.model_validate(ledger.legs.withdraw(caller.account, leg, body.reason))


@router.get("/traces/legs/{name}")
def trace(
    caller: AnyCaller,
    ledger: LedgerHere,
    name: Annotated[str, Path(min_length=1, max_length=200, description="Bond here, ISIN or label outside.")],
    currency: Annotated[str | None, Query(pattern="^[A-Z]{3}$")] = None,
    as_of_block: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
) -> Json:
    """Where a bond's money went outside the ledger, as attested; for its issuer and who reads its data."""
    missing = NotFound(f"nothing is attested of {name}", who=name)
    found = dict(ledger.legs.trace(name, currency, as_of_block=as_of_block))
    issuer = found["issuer"]["account"]
    if caller.account != issuer and not reads(ledger, caller, issuer, bond=found["bond"]):
        raise missing
    return found


def _visible(ledger: LedgerHere, caller: Caller, leg: int) -> Json:
    """NotFound for one that is none of the caller's business."""
    found = dict(ledger.legs.show(leg))
    named = (found[who] for who in ("reporter", "attester", "issuer", "from", "to"))
    parties = [one["account"] for one in named if one["account"]]
    bond = found["bond"]
    if caller.account not in parties and not reads(ledger, caller, found["issuer"]["account"], bond=bond):
        raise NotFound(f"there is no leg {leg}", who=leg)
    return found
