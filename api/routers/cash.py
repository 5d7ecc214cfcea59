"""A participant's own ledger cash."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import AnyCaller, LedgerHere, ParticipantCaller, reads
from api.schemas.common import Amount, CashName, Who
from api.schemas.people import Balance, CashMoved, RedemptionIn, TransferIn
from ledger.errors import NotFound
from ledger.services.cash import CashAct

router = APIRouter(prefix="/cash/{cash}", tags=["cash"])


@router.get("/balance")
def own_balance(caller: ParticipantCaller, ledger: LedgerHere, cash: CashName) -> Balance:
    """What the caller holds, and what waits for the bank to pay it out."""
    return _balance(ledger, caller.account, cash)


@router.get("/balances/{who}")
def balance(caller: AnyCaller, ledger: LedgerHere, cash: CashName, who: Who) -> Balance:
    """A participant's balance, for itself and for its auditors."""
    account = ledger.session.address(who)
    if account != caller.account and not reads(ledger, caller, account):
        raise NotFound(f"no balance of {who} is to be seen here", who=who)
    return _balance(ledger, account, cash)


@router.post("/transfers")
def transfer(caller: ParticipantCaller, ledger: LedgerHere, cash: CashName, body: TransferIn) -> CashMoved:
    """Sends money to another participant, naming a document where there is one."""
    return moved(
        ledger.cash.transfer(caller.account, body.to, body.amount.money(), cash, document=body.document)
    )


@router.post("/redemptions")
def redeem(caller: ParticipantCaller, ledger: LedgerHere, cash: CashName, body: RedemptionIn) -> CashMoved:
    """Puts money aside for the settlement bank to pay out."""
    return moved(ledger.cash.redeem(caller.account, body.amount.money(), cash, document=body.document))


@router.post("/redemptions/cancellations")
def cancel(caller: ParticipantCaller, ledger: LedgerHere, cash: CashName, body: RedemptionIn) -> CashMoved:
    """Takes back what the bank has not paid out yet."""
    return moved(ledger.cash.cancel_redeem(caller.account, body.amount.money(), cash, document=body.document))


def moved(done: CashAct) -> CashMoved:
    """How a move of cash is answered."""
    return CashMoved(
        tx=done.tx, block=done.block, amount=Amount.of(done.amount, done.currency), reference=done.reference
    )


def _balance(ledger: LedgerHere, account: str, cash: str) -> Balance:
    found = ledger.session.cash(cash)
    code, name = found.currency.code, found.name
    return Balance(
        account=account,
        cash=name,
        balance=Amount.of(ledger.cash.balance(account, name), code),
        redeeming=Amount.of(ledger.cash.redeeming(account, name), code),
    )
