"""Mandates: any participant grants reach over its own; an authority lets an auditor read others' data."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import AnyCaller, Caller, LedgerHere, ParticipantCaller
from api.schemas.common import Act
from api.schemas.mandates import Granted, MandateIn, MandateOut
from ledger.domain.mandates import MandateKind
from ledger.errors import NotFound
from ledger.services.mandates import Mandate

router = APIRouter(prefix="/mandates", tags=["mandates"])

Id = Annotated[int, Path(ge=1, lt=2**53)]


@router.post("")
def grant(caller: ParticipantCaller, ledger: LedgerHere, body: MandateIn) -> Granted:
    """Grants reach until a last day, against a document; it can be ended on any day."""
    done = ledger.mandates.grant(
        caller.account,
        body.agent,
        MandateKind[body.kind.upper()],
        until=body.until,
        document=body.document.paper(),
        bond=body.bond,
        owner=body.owner,
    )
    return Granted.model_validate(done)


@router.get("")
def granted(caller: AnyCaller, ledger: LedgerHere) -> list[MandateOut]:
    """The mandates that the caller granted or holds, or that reach into its data; an authority sees all."""
    concerning = None if caller.supervises else caller.account
    return [_shown(ledger, mandate) for mandate in ledger.mandates.granted(concerning)]


@router.get("/{mandate}")
def one(caller: AnyCaller, ledger: LedgerHere, mandate: Id) -> MandateOut:
    """One mandate, for its parties."""
    return _shown(ledger, _visible(ledger, caller, mandate))


@router.post("/{mandate}/end")
def end(caller: ParticipantCaller, ledger: LedgerHere, mandate: Id) -> Act:
    """Ends it at once: its grantor or its agent; what an authority granted, any authority."""
    _visible(ledger, caller, mandate)
    return Act.model_validate(ledger.mandates.end(caller.account, mandate))


def _visible(ledger: LedgerHere, caller: Caller, mandate: int) -> Mandate:
    """The mandate; NotFound for one that is none of the caller's business."""
    found = ledger.mandates.mandate(mandate)
    if not caller.supervises and not found.concerns(caller.account):
        raise NotFound(f"there is no mandate {mandate}", who=mandate)
    return found


def _shown(ledger: LedgerHere, mandate: Mandate) -> MandateOut:
    return MandateOut.of(mandate, in_force=ledger.mandates.in_force(mandate))
