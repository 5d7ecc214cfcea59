"""What projects achieved: reports, a verifier's word on them, and portfolios.

Reports are public to all with a token; whose share of a figure is whose is told to each holder for itself,
and whole to authorities. A portfolio is its investor's; an auditor with the investor's mandate sees it too.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.deps import AnyCaller, Caller, LedgerHere, ParticipantCaller, VerifierCaller
from api.schemas.common import Date, Who
from api.schemas.impact import Reported, ReportIn, RestatementIn, Validated, ValidationIn
from ledger.domain.mandates import MandateKind
from ledger.domain.roles import Role
from ledger.domain.states import ValidationOutcome
from ledger.errors import Conflict, NotFound

router = APIRouter(tags=["impact"])

Id = Annotated[int, Path(ge=1, lt=2**32)]
Json = dict[str, Any]


@router.post("/impact-reports")
def report(caller: ParticipantCaller, ledger: LedgerHere, body: ReportIn) -> Reported:
    """The framework's issuer, or the company of each project, reports what they achieved."""
    done = ledger.impact.report(caller.account, body.projects, body.indicator, body.figure.figure())
    return Reported.model_validate(done)


@router.get("/impact-reports")
def reports(
    caller: AnyCaller,
    ledger: LedgerHere,
    project: Annotated[int | None, Query(ge=1, lt=2**32)] = None,
    indicator: Annotated[str | None, Query(min_length=1, max_length=32)] = None,
) -> Json:
    """Reports that nothing superseded, refused ones too."""
    return dict(ledger.impact.list(project, indicator))


@router.get("/impact-reports/{report}")
def one_report(caller: AnyCaller, ledger: LedgerHere, report: Id) -> Json:
    """One report, superseded or not, with the caller's own share of it."""
    answer = dict(ledger.impact.show(report))
    if not _is_authority(caller):
        holders = [one for one in answer["shares"]["holders"] if one["account"] == caller.account]
        answer["shares"] = {**answer["shares"], "holders": holders}
    return answer


@router.post("/impact-reports/{report}/restatements")
def restate(caller: ParticipantCaller, ledger: LedgerHere, report: Id, body: RestatementIn) -> Reported:
    """Replaces a report; both stay readable."""
    done = ledger.impact.restate(caller.account, report, body.figure.figure(), reason=body.reason)
    return Reported.model_validate(done)


@router.post("/impact-reports/{report}/validations")
def validate(caller: VerifierCaller, ledger: LedgerHere, report: Id, body: ValidationIn) -> Validated:
    """Accepts, qualifies or refuses exactly the content that was read."""
    found = ledger.books.impact_report(report)
    if body.content_hash.lower() != found.content_hash:
        raise Conflict("not that content", who=report, had=body.content_hash, needed=found.content_hash)
    outcome = ValidationOutcome[body.outcome.upper()]
    done = ledger.impact.validate(caller.account, report, outcome, body.document.paper())
    return Validated(
        tx=done.tx, block=done.block, report=report, verifier=done.verifier, outcome=body.outcome
    )


@router.get("/portfolios/{who}")
def portfolio(
    caller: AnyCaller,
    ledger: LedgerHere,
    who: Who,
    first: Annotated[Date | None, Query(alias="from")] = None,
    until: Date | None = None,
) -> Json:
    """Bonds held, and the investor's share of the figures whose period ends in the window."""
    missing = NotFound(f"there is no portfolio of {who}", who=who)
    try:
        account = ledger.books.participant(who).account
    except NotFound:
        raise missing from None
    if not _sees_portfolio(ledger, caller, account):
        raise missing
    return dict(ledger.investor.portfolio(account, first, until))


def _sees_portfolio(ledger: LedgerHere, caller: Caller, investor: str) -> bool:
    if caller.account == investor or _is_authority(caller):
        return True
    if not caller.active or not caller.roles & Role.AUDITOR:
        return False
    asked = (investor, caller.account, int(MandateKind.AUDITOR), 0)
    return bool(ledger.session.read("Mandates", "holds", *asked))


def _is_authority(caller: Caller) -> bool:
    return caller.active and bool(caller.roles & Role.AUTHORITY)
