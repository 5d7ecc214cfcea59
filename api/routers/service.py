"""Coupons, redemption and default. Many acts are anyone's: the contract decides who may, and says why not."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import AnyCaller, InvestorCaller, IssuerCaller, LedgerHere, ParticipantCaller, VerifierCaller
from api.schemas.common import Act
from api.schemas.service import (
    EntitlementsOut,
    FixingIn,
    ObservationIn,
    OpenedOut,
    OwedOut,
    PaidOut,
    PayIn,
    PayOut,
    RedemptionIn,
    ScheduleOut,
    SheetIn,
    TermsOut,
)

router = APIRouter(tags=["service"])

Id = Annotated[int, Path(ge=1, lt=2**32)]
Period = Annotated[int, Path(ge=0, lt=128)]


# --- terms -------------------------------------------------------------------------------------------------


@router.post("/coupon-terms")
def coupon_terms(caller: IssuerCaller, ledger: LedgerHere, body: SheetIn) -> TermsOut:
    """The hash that a bond is registered with, so that this term sheet can be filed."""
    found = ledger.service.terms(body.sheet.said())
    return TermsOut(hash=found.hash, coupons=len(found.periods))


@router.post("/bonds/{bond}/coupons")
def file_terms(caller: ParticipantCaller, ledger: LedgerHere, bond: Id, body: SheetIn) -> Act:
    """Files exactly the terms the bond was registered with."""
    coupons = ledger.service.terms(body.sheet.said())
    return Act.model_validate(ledger.service.file(caller.account, bond, coupons))


@router.get("/bonds/{bond}/coupons")
def coupons(caller: AnyCaller, ledger: LedgerHere, bond: Id) -> ScheduleOut:
    """The filed coupons, the payments, and what is outstanding."""
    return ScheduleOut.of(ledger.service.schedule(bond), ledger.books.bond(bond).currency)


@router.post("/bonds/{bond}/coupons/{period}/fixings")
def post_fixing(
    caller: ParticipantCaller, ledger: LedgerHere, bond: Id, period: Period, body: FixingIn
) -> Act:
    """The fixer that the terms name posts a rate."""
    paper = body.document.paper()
    return Act.model_validate(ledger.service.post_fixing(caller.account, bond, period, body.rate_ppm, paper))


@router.post("/bonds/{bond}/coupons/{period}/observations")
def post_observation(
    caller: VerifierCaller, ledger: LedgerHere, bond: Id, period: Period, body: ObservationIn
) -> Act:
    """The verifier that the terms name posts what it observed."""
    paper = body.document.paper()
    return Act.model_validate(
        ledger.service.post_observation(caller.account, bond, period, body.value, paper)
    )


# --- payments ----------------------------------------------------------------------------------------------


@router.post("/bonds/{bond}/coupons/{period}/opening")
def open_coupon(caller: ParticipantCaller, ledger: LedgerHere, bond: Id, period: Period) -> OpenedOut:
    """Opens a coupon once its record day is over."""
    return OpenedOut.model_validate(ledger.service.open(caller.account, bond, period))


@router.post("/bonds/{bond}/redemptions")
def announce_redemption(
    caller: ParticipantCaller, ledger: LedgerHere, bond: Id, body: RedemptionIn
) -> OpenedOut:
    """The issuer redeems; once maturity has passed, anyone announces the whole rest."""
    done = ledger.service.announce_redemption(
        caller.account,
        bond,
        body.document.paper() if body.document else None,
        period=body.period,
        per_unit=body.per_unit.money() if body.per_unit else None,
        from_proceeds=body.from_proceeds.money() if body.from_proceeds else 0,
        record_day=body.record_day,
        pay_day=body.pay_day,
    )
    return OpenedOut.model_validate(done)


@router.get("/bonds/{bond}/entitlements")
def entitlements(caller: InvestorCaller, ledger: LedgerHere, bond: Id) -> EntitlementsOut:
    """What the caller is owed of each payment whose record day is over."""
    ledger.books.bond(bond)
    today = ledger.session.today()
    over = [one for one in ledger.service.payments(bond) if one.record_day < today]
    owed = [OwedOut.of(ledger.service.owed(one.id, caller.account), one.currency) for one in over]
    return EntitlementsOut(bond=bond, payments=owed)


@router.post("/payments/{payment}/pay-ins")
def pay_in(caller: ParticipantCaller, ledger: LedgerHere, payment: Id, body: PayIn) -> Act:
    """The issuer, or its paying agent by mandate, pays in for the holders."""
    amount = body.amount.money() if body.amount else None
    return Act.model_validate(ledger.service.pay_in(caller.account, payment, amount))


@router.post("/payments/{payment}/payouts")
def pay_out(caller: ParticipantCaller, ledger: LedgerHere, payment: Id, body: PayOut) -> PaidOut:
    """Pays what is due to all holders of the record day; again is harmless."""
    currency = ledger.service.payment(payment).currency
    return PaidOut.of(ledger.service.pay(caller.account, payment, batch=body.batch), currency)


@router.post("/payments/{payment}/default")
def declare_default(caller: ParticipantCaller, ledger: LedgerHere, payment: Id) -> Act:
    """Declares that a payment was missed."""
    return Act.model_validate(ledger.service.declare_default(caller.account, payment))


@router.post("/claims/{cash}/service")
def claim(caller: ParticipantCaller, ledger: LedgerHere, cash: str) -> Act:
    """Takes what is kept of coupons and principal for the caller."""
    return Act.model_validate(ledger.service.claim(caller.account, cash))
