"""Trades: one side signs, the other executes; units against ledger cash in one transaction.

Signed trades travel between the two as documents; the ledger keeps none. Whoever does not want one lets it
lapse; whoever signed it revokes it.
"""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import Caller, InvestorCaller, LedgerHere
from api.schemas.common import Act, Amount
from api.schemas.holding import Executed, MayTrade, TradeIn, TradePaper
from ledger.errors import NotFound
from ledger.services.trades import SignedTrade

router = APIRouter(prefix="/trades", tags=["investor"])


@router.post("")
def sign(caller: InvestorCaller, ledger: LedgerHere, body: TradeIn) -> TradePaper:
    """Signs a trade in the caller's name, for the other side to execute."""
    other = ledger.session.address(body.counterparty)
    seller, buyer = (caller.account, other) if body.side == "sell" else (other, caller.account)
    signed = ledger.trades.sign(
        caller.account,
        body.bond,
        seller=seller,
        buyer=buyer,
        units=body.units,
        price=body.price.money(),
        deadline=body.deadline,
        document=body.document.paper(),
    )
    return TradePaper.of(signed)


@router.post("/check")
def check(caller: InvestorCaller, ledger: LedgerHere, body: TradePaper) -> MayTrade:
    """Could the caller execute this trade now? The problem is the one that executing would get."""
    ledger.trades.check(caller.account, _own(caller, body).trade)
    return MayTrade()


@router.post("/execution")
def execute(caller: InvestorCaller, ledger: LedgerHere, body: TradePaper) -> Executed:
    """The side that did not sign executes: both units and money move, or neither."""
    done = ledger.trades.execute(caller.account, _own(caller, body))
    code = ledger.books.bond(done.bond).currency
    return Executed(
        tx=done.tx,
        block=done.block,
        trade=done.trade,
        bond=done.bond,
        seller=done.seller,
        buyer=done.buyer,
        units=done.units,
        price=Amount.of(done.price, code),
    )


@router.post("/revocation")
def revoke(caller: InvestorCaller, ledger: LedgerHere, body: TradePaper) -> Act:
    """Takes back what the caller signed under this trade's nonce."""
    return Act.model_validate(ledger.trades.revoke(caller.account, _own(caller, body).trade))


def _own(caller: Caller, paper: TradePaper) -> SignedTrade:
    """The trade, for its two sides; it does not exist for anybody else."""
    if caller.account.lower() not in (paper.trade.seller.lower(), paper.trade.buyer.lower()):
        raise NotFound("there is no such trade", who=paper.digest)
    return paper.signed()
