"""Orders on a bond's units: by an AUTHORITY, or by the issuer's depository under its mandate.

Who of the two may do what is the contract's to say: any participant may have the issuer's mandate.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.deps import Caller, LedgerHere, ParticipantCaller, acting
from api.schemas.common import Act
from api.schemas.holding import AccountOrder, ForcedTransfer, Order, UnitsOrder
from ledger.domain.roles import Role

router = APIRouter(prefix="/bonds/{bond}", tags=["authority"])

Id = Annotated[int, Path(ge=1, lt=2**32)]
AuthorityCaller = Annotated[Caller, Depends(acting(Role.AUTHORITY))]


@router.post("/freezes")
def freeze(caller: ParticipantCaller, ledger: LedgerHere, bond: Id, body: AccountOrder) -> Act:
    """A holder's account neither gives nor receives units."""
    return Act.model_validate(ledger.authority.freeze(caller.account, bond, body.holder, **body.why()))


@router.post("/freezes/lifting")
def unfreeze(caller: ParticipantCaller, ledger: LedgerHere, bond: Id, body: AccountOrder) -> Act:
    """Lifts what the caller may lift."""
    return Act.model_validate(ledger.authority.unfreeze(caller.account, bond, body.holder, **body.why()))


@router.post("/unit-freezes")
def freeze_units(caller: ParticipantCaller, ledger: LedgerHere, bond: Id, body: UnitsOrder) -> Act:
    """So many of a holder's free units stay where they are."""
    return Act.model_validate(
        ledger.authority.freeze_units(caller.account, bond, body.holder, body.units, **body.why())
    )


@router.post("/unit-freezes/lifting")
def unfreeze_units(caller: ParticipantCaller, ledger: LedgerHere, bond: Id, body: UnitsOrder) -> Act:
    """Releases frozen units, as far as the caller may."""
    return Act.model_validate(
        ledger.authority.unfreeze_units(caller.account, bond, body.holder, body.units, **body.why())
    )


@router.post("/forced-transfers")
def force_transfer(caller: AuthorityCaller, ledger: LedgerHere, bond: Id, body: ForcedTransfer) -> Act:
    """Moves units without their holder's will, to an admitted investor."""
    return Act.model_validate(
        ledger.authority.force_transfer(caller.account, bond, body.holder, body.to, body.units, **body.why())
    )


@router.post("/pauses")
def pause(caller: ParticipantCaller, ledger: LedgerHere, bond: Id, body: Order) -> Act:
    """No unit of the bond moves, but by force."""
    return Act.model_validate(ledger.authority.pause(caller.account, bond, **body.why()))


@router.post("/pauses/lifting")
def unpause(caller: ParticipantCaller, ledger: LedgerHere, bond: Id, body: Order) -> Act:
    """Units move again, as far as the caller may lift the pause."""
    return Act.model_validate(ledger.authority.unpause(caller.account, bond, **body.why()))
