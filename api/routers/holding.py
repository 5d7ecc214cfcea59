"""Units of a bond: may they move, what is held and was held, and custody by the holder's own depository."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from api.deps import AnyCaller, Caller, InvestorCaller, LedgerHere, ParticipantCaller, reads
from api.schemas.bonds import UnitsTransfer
from api.schemas.common import Act, Date
from api.schemas.holding import CustodyTransfer, HoldingOut, MayMove, UnitsState

router = APIRouter(prefix="/bonds/{bond}", tags=["holding"])

Id = Annotated[int, Path(ge=1, lt=2**32)]


@router.get("/units/state")
def units_state(caller: AnyCaller, ledger: LedgerHere, bond: Id) -> UnitsState:
    """How many units there are, whether they move, and the record days."""
    return UnitsState.model_validate(ledger.holding.units(bond))


@router.post("/units/transfers/check")
def check_transfer(caller: InvestorCaller, ledger: LedgerHere, bond: Id, body: UnitsTransfer) -> MayMove:
    """May the caller pass these units on, and if not why: a code and a sentence."""
    return MayMove.model_validate(ledger.holding.ask(bond, caller.account, body.to, body.units))


@router.get("/holding")
def holding(caller: InvestorCaller, ledger: LedgerHere, bond: Id) -> HoldingOut:
    """The caller's own units, and what of them is frozen."""
    return HoldingOut.model_validate(ledger.holding.holding(bond, caller.account))


@router.get("/holders")
def holders(caller: AnyCaller, ledger: LedgerHere, bond: Id, day: Date | None = None) -> dict[str, Any]:
    """Who held the units at the end of a day: everybody for the issuer, its auditors and authorities; for
    others their own line."""
    answer = dict(ledger.holding.holders(bond, day))
    if not _sees_all(ledger, caller, bond):
        answer["holders"] = [one for one in answer["holders"] if one["account"] == caller.account]
    return answer


@router.post("/custody-transfers")
def custody_transfer(caller: ParticipantCaller, ledger: LedgerHere, bond: Id, body: CustodyTransfer) -> Act:
    """The holder's own depository, under its mandate, passes units on."""
    done = ledger.holding.transfer_for(
        caller.account, bond, body.holder, body.to, body.units, document=body.document.paper()
    )
    return Act.model_validate(done)


def _sees_all(ledger: LedgerHere, caller: Caller, bond: int) -> bool:
    issuer = ledger.books.bond(bond).issuer
    return issuer == caller.account or reads(ledger, caller, issuer, bond=bond)
