"""Pieces between participants: lists, offers, bundles, pledges; a court's freezes and orders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.deps import (
    AnyCaller,
    Caller,
    FinancierCaller,
    HolderCaller,
    LedgerHere,
    ParticipantCaller,
    PartyReceivable,
    SupplierCaller,
    acting,
    reads,
    require_party,
)
from api.schemas.common import Act, Date, Who
from api.schemas.pieces import (
    Bundled,
    BundleIn,
    Debts,
    FreezeIn,
    HoldOut,
    LiftIn,
    OrderedMoveIn,
    PieceList,
    PieceOffered,
    PieceOfferIn,
    PlaceIn,
    PledgeIn,
    StartIn,
    SurrenderIn,
)
from ledger.domain.roles import Role
from ledger.errors import NotFound

router = APIRouter(tags=["pieces"])

AuthorityCaller = Annotated[Caller, Depends(acting(Role.AUTHORITY))]
Start = Annotated[str, Query(pattern="^(0|[1-9][0-9]{0,19})$", description="first fen of the piece")]


@router.get("/pieces")
def pieces(
    caller: ParticipantCaller,
    ledger: LedgerHere,
    holder: Who | None = None,
    due_from: Date | None = None,
    due_to: Date | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> PieceList:
    """A holder's pieces that are not discharged, by due date: by default the caller's own."""
    account = caller.account if holder is None else ledger.session.address(holder)
    if account != caller.account and not reads(ledger, caller, account):
        raise NotFound(f"no pieces of {holder} are to be seen here", who=holder)
    return PieceList.model_validate(
        ledger.pieces.listed(account, due_from=due_from, due_to=due_to, limit=limit)
    )


@router.get("/extinguished-debts")
def debts(caller: AnyCaller, ledger: LedgerHere) -> Debts:
    """What passing pieces on extinguished, beside what was confirmed, by programme."""
    answer = ledger.pieces.debts()
    return Debts.model_validate({**answer, "documents": answer["documents"] if caller.supervises else []})


@router.post("/piece-bundles")
def bundle(caller: HolderCaller, ledger: LedgerHere, body: BundleIn) -> Bundled:
    """Passes many intervals on, or offers them: all or none."""
    for part in body.parts:
        require_party(ledger, caller, part.receivable)
    done = ledger.pieces.bundle(
        caller.account,
        [part.interval() for part in body.parts],
        body.recipient,
        trade_document=body.trade_document.paper(),
        offered=body.offered,
    )
    return Bundled.model_validate(done)


@router.get("/receivables/{receivable}/holds")
def hold(caller: AnyCaller, ledger: LedgerHere, receivable: PartyReceivable, start: Start = "0") -> HoldOut:
    """Why a piece is locked: offered or pledged to whom, frozen by whom."""
    return HoldOut.of(ledger.pieces.hold(receivable, int(start)))


@router.post("/receivables/{receivable}/piece-offers")
def offer(
    caller: HolderCaller, ledger: LedgerHere, receivable: PartyReceivable, body: PieceOfferIn
) -> PieceOffered:
    """Offers an interval to a supplier, who accepts or declines it."""
    done = ledger.pieces.offer(
        caller.account,
        receivable,
        body.recipient,
        start=body.start,
        end=body.end,
        trade_document=body.trade_document.paper(),
        sequence=body.sequence,
    )
    return PieceOffered.model_validate(done)


@router.post("/receivables/{receivable}/piece-offers/acceptance")
def accept(caller: SupplierCaller, ledger: LedgerHere, receivable: PartyReceivable, body: PlaceIn) -> Act:
    """Accepts what was offered to the caller."""
    return Act.model_validate(ledger.pieces.accept(caller.account, receivable, body.start, body.sequence))


@router.post("/receivables/{receivable}/piece-offers/refusal")
def decline(caller: SupplierCaller, ledger: LedgerHere, receivable: PartyReceivable, body: StartIn) -> Act:
    """Declines what was offered to the caller."""
    return Act.model_validate(ledger.pieces.decline(caller.account, receivable, body.start))


@router.post("/receivables/{receivable}/piece-offers/withdrawal")
def withdraw(caller: HolderCaller, ledger: LedgerHere, receivable: PartyReceivable, body: StartIn) -> Act:
    """Takes back an offer of the caller's."""
    return Act.model_validate(ledger.pieces.withdraw(caller.account, receivable, body.start))


@router.post("/receivables/{receivable}/piece-offers/lapse")
def lapse(caller: ParticipantCaller, ledger: LedgerHere, receivable: PartyReceivable, body: StartIn) -> Act:
    """Frees what was offered and not accepted in time."""
    return Act.model_validate(ledger.pieces.lapse(caller.account, receivable, body.start))


@router.post("/receivables/{receivable}/pledges")
def pledge(caller: HolderCaller, ledger: LedgerHere, receivable: PartyReceivable, body: PledgeIn) -> Act:
    """Pledges an interval by the agreement that the pledgee registered."""
    done = ledger.pieces.pledge(
        caller.account,
        receivable,
        body.pledgee,
        start=body.start,
        end=body.end,
        document=body.agreement,
        sequence=body.sequence,
    )
    return Act.model_validate(done)


@router.post("/receivables/{receivable}/pledges/release")
def release(caller: FinancierCaller, ledger: LedgerHere, receivable: PartyReceivable, body: StartIn) -> Act:
    """Ends a pledge in the caller's favour."""
    return Act.model_validate(ledger.pieces.release(caller.account, receivable, body.start))


@router.post("/receivables/{receivable}/pledges/surrender")
def surrender(
    caller: HolderCaller, ledger: LedgerHere, receivable: PartyReceivable, body: SurrenderIn
) -> Act:
    """Gives a pledged piece up to its pledgee."""
    done = ledger.pieces.surrender(caller.account, receivable, body.start, body.consent.paper())
    return Act.model_validate(done)


@router.post("/receivables/{receivable}/freezes")
def freeze(caller: AuthorityCaller, ledger: LedgerHere, receivable: PartyReceivable, body: FreezeIn) -> Act:
    """Freezes an interval by the caller's order."""
    done = ledger.pieces.freeze(
        caller.account, receivable, start=body.start, end=body.end, order=body.order.paper()
    )
    return Act.model_validate(done)


@router.post("/receivables/{receivable}/freezes/lifting")
def lift(caller: AuthorityCaller, ledger: LedgerHere, receivable: PartyReceivable, body: LiftIn) -> Act:
    """Ends a freeze of the caller's."""
    return Act.model_validate(ledger.pieces.lift(caller.account, receivable, body.start, body.order.paper()))


@router.post("/receivables/{receivable}/ordered-moves")
def move_by_order(
    caller: AuthorityCaller, ledger: LedgerHere, receivable: PartyReceivable, body: OrderedMoveIn
) -> Act:
    """Gives a frozen piece, or its money, to whom the caller's order names."""
    done = ledger.pieces.move_by_order(
        caller.account, receivable, body.start, body.recipient, body.order.paper()
    )
    return Act.model_validate(done)
