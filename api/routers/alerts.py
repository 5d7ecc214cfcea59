"""Alerts: what was raised answers everybody; what the index finds answers who may read the issuer's data.

Every alert stands on the chain, so all of its own facts are open. The finding beside it has the path of the
money and its parties: it is shown to authorities, to auditors whom a mandate lets read, and to the bond's
issuer.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from api.deps import AnyCaller, Caller, LedgerHere, ParticipantCaller, WitnessCaller, acting, reads
from api.schemas.alerts import AlertOut, AlertRaised, AssignIn, ConfirmIn, DismissIn, RaiseIn, SeenOut
from api.schemas.common import Act
from api.schemas.promises import Cited
from ledger.domain.roles import Role
from ledger.domain.states import AlertReason
from ledger.services.alerts import Seen

router = APIRouter(tags=["alerts"])

Number = Annotated[int, Path(ge=1, lt=2**53)]
Jurisdiction = Annotated[str | None, Query(pattern="^[A-Z]{2}$", description="Whose figures bind: CN or EU.")]
_RAISERS = Role.INVESTOR | Role.VERIFIER | Role.AUDITOR | Role.AUTHORITY
RaiserCaller = Annotated[Caller, Depends(acting(_RAISERS))]


@router.get("/alerts")
def alerts(
    caller: AnyCaller,
    ledger: LedgerHere,
    bond: Annotated[int | None, Query(ge=1, lt=2**32)] = None,
    jurisdiction: Jurisdiction = None,
) -> list[SeenOut]:
    """Alerts by number with their findings, then the findings that nobody raised and the caller may read."""
    found = [_shown(ledger, caller, one) for one in ledger.alerts.seen(bond, jurisdiction)]
    return [one for one in found if one.alert is not None or one.finding is not None]


@router.get("/alerts/{alert}")
def alert(caller: AnyCaller, ledger: LedgerHere, alert: Number, jurisdiction: Jurisdiction = None) -> SeenOut:
    """One alert, with its finding."""
    return _shown(ledger, caller, ledger.alerts.show(alert, jurisdiction))


@router.post("/alerts")
def raise_alert(caller: RaiserCaller, ledger: LedgerHere, body: RaiseIn) -> AlertRaised:
    """By a verifier, auditor or authority, or a holder of the bond's units; evidence is cited."""
    about: dict[str, Any] = {"bond": body.bond, "subject": body.subject, "key": body.key}
    done = ledger.alerts.raise_alert(caller.account, body.indicator, body.document.paper(), **about)
    return AlertRaised.model_validate(done)


@router.post("/alerts/{alert}/assignment")
def assign(caller: RaiserCaller, ledger: LedgerHere, alert: Number, body: AssignIn) -> Act:
    """Names the judge: an unrelated verifier, auditor or authority without a stake in the bond."""
    return Act.model_validate(ledger.alerts.assign(caller.account, alert, body.judge))


@router.post("/alerts/{alert}/explanation")
def explain(caller: ParticipantCaller, ledger: LedgerHere, alert: Number, body: Cited) -> Act:
    """The party concerned or the issuer answers."""
    return Act.model_validate(ledger.alerts.explain(caller.account, alert, body.document.paper()))


@router.post("/alerts/{alert}/confirmation")
def confirm(caller: WitnessCaller, ledger: LedgerHere, alert: Number, body: ConfirmIn) -> Act:
    """By its judge or an authority; about a bond, its label falls."""
    reason, paper = AlertReason[body.reason.upper()], body.document.paper()
    done = ledger.alerts.confirm(caller.account, alert, reason, paper, severe=body.severe)
    return Act.model_validate(done)


@router.post("/alerts/{alert}/dismissal")
def dismiss(caller: WitnessCaller, ledger: LedgerHere, alert: Number, body: DismissIn) -> Act:
    """By its judge or an authority, with a reason; the alert stays readable."""
    reason = AlertReason[body.reason.upper()]
    return Act.model_validate(ledger.alerts.dismiss(caller.account, alert, reason, body.document.paper()))


@router.post("/alerts/{alert}/reopening")
def reopen(caller: RaiserCaller, ledger: LedgerHere, alert: Number, body: Cited) -> Act:
    """New evidence against a dismissed one."""
    return Act.model_validate(ledger.alerts.reopen(caller.account, alert, body.document.paper()))


def _shown(ledger: LedgerHere, caller: Caller, one: Seen) -> SeenOut:
    bond = one.alert.bond if one.alert else (one.finding or {}).get("bond")
    withheld = one.finding is not None and not _may_read(ledger, caller, bond)
    return SeenOut.model_construct(
        alert=AlertOut.of(one.alert) if one.alert else None,
        finding=None if withheld or one.finding is None else dict(one.finding),
        doubts=list(one.doubts),
        withheld=withheld,
    )


def _may_read(ledger: LedgerHere, caller: Caller, bond: int | None) -> bool:
    """What is about no bond is for authorities alone."""
    if caller.supervises or bond is None:
        return caller.supervises
    issuer = ledger.books.bond(bond).issuer
    return caller.account == issuer or reads(ledger, caller, issuer, bond=bond)
