"""A participant's own account contract: its keys and limits, and what waits for an approver or for its day.

The keys that act are those in the keystore of this server. Where no approver's key is here, an act of the
participant's is answered 202 with the number of its proposal, and is approved elsewhere.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.deps import LedgerHere, ParticipantCaller
from api.schemas.accounts import AccountOut, ActProposal
from api.schemas.common import Act, Who
from ledger.errors import NotFound

router = APIRouter(prefix="/accounts/{who}", tags=["accounts"])

Number = Annotated[int, Path(ge=1, lt=2**53)]


def _own(who: Who, ledger: LedgerHere, caller: ParticipantCaller) -> str:
    """The caller's own account contract. NotFound for another's, as for one that does not exist."""
    if ledger.session.address(who) != caller.account or ledger.session.account_contract(who) is None:
        raise NotFound(f"{who} is no account contract", who=who)
    return caller.account


OwnAccount = Annotated[str, Depends(_own)]


@router.get("")
def account(own: OwnAccount, ledger: LedgerHere) -> AccountOut:
    """Keys, limits, policy; open proposals and waiting changes."""
    return AccountOut.of(ledger.accounts.show(own))


@router.get("/proposals/{number}")
def proposal(own: OwnAccount, ledger: LedgerHere, number: Number) -> ActProposal:
    """What a clerk proposed, call by call."""
    return ActProposal.of(ledger.accounts.proposal(own, number))


@router.post("/proposals/{number}/approval")
def approve(own: OwnAccount, ledger: LedgerHere, number: Number) -> Act:
    """Does what was proposed, with an approver's key of this server."""
    return Act.model_validate(ledger.accounts.approve(own, number))


@router.post("/proposals/{number}/rejection")
def reject(own: OwnAccount, ledger: LedgerHere, number: Number) -> Act:
    """Ends a proposal."""
    return Act.model_validate(ledger.accounts.reject(own, number))


@router.post("/changes/{number}/veto")
def veto(own: OwnAccount, ledger: LedgerHere, number: Number) -> Act:
    """Stops a change of keys, limits or policy before its time comes."""
    return Act.model_validate(ledger.accounts.veto(own, number))
