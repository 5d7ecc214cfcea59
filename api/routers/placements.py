"""Idle proceeds: placed with a bank by the issuer, brought back by the bank."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import AnyCaller, BankCaller, IssuerCaller, LedgerHere, ParticipantCaller
from api.schemas.bonds import CostIn
from api.schemas.common import Act, Amount
from api.schemas.placements import AgainstPaper, PlacedOut, PlacementIn, PlacementOut, ReturnIn
from ledger.domain.money import Money

router = APIRouter(tags=["issuer"])

Id = Annotated[int, Path(ge=1, lt=2**32)]


@router.post("/bonds/{bond}/placements")
def place(caller: IssuerCaller, ledger: LedgerHere, bond: Id, body: PlacementIn) -> PlacedOut:
    """Unallocated money → a bank, against a named instrument."""
    done = ledger.issuer.place(
        caller.account,
        bond,
        body.place,
        body.amount.money(),
        instrument=body.instrument,
        document=body.document.paper(),
        until=body.until,
    )
    return PlacedOut(
        tx=done.tx, block=done.block, id=done.id, bond=bond, place=done.place, amount=body.amount
    )


@router.get("/placements/{placement}")
def placement(caller: AnyCaller, ledger: LedgerHere, placement: Id) -> PlacementOut:
    """What is still placed, what came back and what is lost: for everybody who reads the bond."""
    return PlacementOut.of(ledger.books.placement(placement))


@router.post("/placements/{placement}/returns", tags=["bank"])
def bring_back(caller: BankCaller, ledger: LedgerHere, placement: Id, body: ReturnIn) -> Act:
    """The bank brings money back into the pool, and what it earned beside it."""
    done = ledger.bank.return_placed(
        caller.account,
        placement,
        _money(body.principal),
        body.document.paper(),
        income=_money(body.income),
    )
    return Act(tx=done.tx, block=done.block)


@router.post("/placements/{placement}/losses")
def lose(caller: IssuerCaller, ledger: LedgerHere, placement: Id, body: AgainstPaper) -> Act:
    """Part of what is placed will not come back; it is `lost` until it is made good."""
    done = ledger.issuer.lose_placed(caller.account, placement, body.amount.money(), body.document.paper())
    return Act.model_validate(done)


@router.post("/placements/{placement}/recoveries")
def make_good(caller: ParticipantCaller, ledger: LedgerHere, placement: Id, body: AgainstPaper) -> Act:
    """The issuer, or the bank that had it, pays in what was lost."""
    done = ledger.issuer.make_good(caller.account, placement, body.amount.money(), body.document.paper())
    return Act.model_validate(done)


@router.post("/bonds/{bond}/income-payments")
def pay_income(caller: IssuerCaller, ledger: LedgerHere, bond: Id, body: CostIn) -> Act:
    """Spends what placements earned; it is no part of what the bond raised."""
    done = ledger.issuer.pay_income(
        caller.account, bond, body.payee, body.amount.money(), body.document.paper()
    )
    return Act.model_validate(done)


def _money(amount: Amount | None) -> Money | int:
    return amount.money() if amount else 0
