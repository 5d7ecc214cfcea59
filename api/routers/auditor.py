"""Where money went, and what funded a payment: the same documents as the command line's and Python's.

Authorities get every document whole, and so do auditors where a mandate covers the data (`api.deps.reads`).
Everybody else gets a bond's trace with what belongs to receivables that are not theirs withheld, and marked
so; sums and states stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query

from api.deps import AnyCaller, Caller, LedgerHere, acting, is_party, reads
from api.schemas.alerts import BroughtIn
from api.schemas.common import content
from ledger.domain.bankmoney import Mismatch
from ledger.domain.dates import day_number
from ledger.domain.indicators import Figure, Indicator, in_force
from ledger.domain.limits import Limits
from ledger.domain.roles import Role
from ledger.errors import BadInput, NotFound
from ledger.tracing.alerts.case import Beside
from ledger.tracing.alerts.kin import tags_of
from ledger.tracing.payment import SeveralPayments

router = APIRouter(tags=["auditor"])

Json = dict[str, Any]
AuditorCaller = Annotated[Caller, Depends(acting(Role.AUDITOR | Role.AUTHORITY))]
RuleName = Annotated[
    Literal["fifo", "prorata", "bounds"],
    Query(description="How money is followed where it mixes: an assumption, an assumption, none."),
]
Hops = Annotated[int | None, Query(ge=0, le=1000, description="Follow so many moves at most.")]
Until = Annotated[
    str | None,
    Query(
        pattern=r"^([0-9]{1,15}|[0-9]{4}-[0-9]{2}-[0-9]{2})$",
        description="Block or date; backward, back to it.",
    ),
]
Least = Annotated[int, Query(ge=1, lt=2**63, description="Do not follow parts below, in minor units.")]


def limits_asked(hops: Hops = None, until: Until = None, least: Least = 1) -> Limits:
    """How far a question is followed. BadInput for what limits nothing."""
    return Limits(hops, until, least)


LimitsAsked = Annotated[Limits, Depends(limits_asked)]
FindingsCaller = Annotated[Caller, Depends(acting(Role.AUDITOR | Role.VERIFIER | Role.AUTHORITY))]
Jurisdiction = Annotated[
    str | None, Query(pattern="^[A-Za-z]{2,20}$", description="Whose figures bind; by default nobody's own.")
]
_ACCOUNT = re.compile(r"0x[0-9a-fA-F]{40}\b")
_ON_RECEIVABLES = frozenset({"circular-receivable", "piece-home", "recycled-invoice", "evidence-missing"})
_OF_RECEIVABLES = frozenset({"encumbrance", "settlement"})
_WITHHELD: Json = {
    **dict.fromkeys(("payee", "payee_account", "refund_of", "receivable", "piece", "tx", "log", "block")),
    "illustrative": False,
    "documents": [],
    "path": [],
    "onward": [],
    "economic": [],
    "withheld": True,
}


@router.get("/traces/bonds/{bond}")
def trace_bond(
    caller: AnyCaller,
    ledger: LedgerHere,
    limits: LimitsAsked,
    bond: Annotated[str, Path(min_length=1, max_length=200, description="Number or label.")],
    view: Literal["cash", "economic"] = "cash",
    rule: RuleName = "fifo",
    as_of_block: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
) -> Json:
    """Where every raised fen is: intervals that tile `[0, raised)`; beyond the first payee by the rule."""
    trace = ledger.auditor.trace_bond(
        bond, view, rule, as_of_block=as_of_block, limits=limits, reader=caller.account
    )
    number = int(trace["bond"])
    whole = reads(ledger, caller, ledger.books.bond(number).issuer, bond=number)
    return dict(trace) if whole else shown(ledger, caller, trace)


@router.get("/traces/payments/{tx}")
def trace_payment(
    caller: AnyCaller,
    ledger: LedgerHere,
    limits: LimitsAsked,
    tx: Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$")],
    log: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
    rule: RuleName = "fifo",
) -> Json:
    """What funded a payment, for its payer and payee, the bond's issuer and their auditors."""
    if not caller.supervises:
        own_payment(ledger, caller, tx, log)
    # Whom a payment concerns is read from the whole of it, whatever part or rule is asked for.
    return dict(ledger.auditor.trace_payment(tx, log, rule, limits=limits))


def own_payment(ledger: LedgerHere, caller: Caller, tx: str, log: int | None) -> Json:
    """What funded a payment that the caller may see. NotFound for any other, worded as for none at all."""
    if caller.supervises:
        return dict(ledger.auditor.trace_payment(tx, log))
    missing = NotFound(f"{tx} moved no cash of yours", who=tx)
    try:
        found = dict(ledger.auditor.trace_payment(tx, log))
    except SeveralPayments as several:
        raise _only_own(ledger, several, caller) or missing from None
    except NotFound:
        raise missing from None
    if not _concerns(ledger, caller, found):
        raise missing
    return found


@router.get("/findings")
def findings(
    caller: FindingsCaller,
    ledger: LedgerHere,
    bond: Annotated[str | None, Query(min_length=1, max_length=200, description="Number or label.")] = None,
    jurisdiction: Jurisdiction = None,
    as_of_block: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
) -> Json:
    """What the indicators of greenwashing raise: questions, and no verdicts.

    Authorities get every finding, auditors those about bonds and parties whose data are open to them,
    verifiers those about bonds, without what belongs to receivables.
    """
    found = dict(ledger.auditor.findings(bond, as_of_block=as_of_block, jurisdiction=jurisdiction))
    return {**found, "findings": [one for one in found["findings"] if may_see(ledger, caller, one)]}


@router.post("/findings")
def findings_beside(caller: FindingsCaller, ledger: LedgerHere, body: BroughtIn) -> Json:
    """The same with what the caller brings: keyed tags, a bank's statement. Nothing of it is kept."""
    tags = tags_of(_text(body.tags).splitlines()) if body.tags else []
    differ: tuple[Mismatch, ...] = ()
    if body.statement and body.cash:
        given = content(body.statement), body.cash, body.first, body.last
        differ = ledger.bank.differences(*given).mismatches
    asked: Json = {"as_of_block": body.as_of_block, "jurisdiction": body.jurisdiction}
    found = dict(ledger.auditor.findings(body.bond, **asked, beside=Beside(tags, differ)))
    return {**found, "findings": [one for one in found["findings"] if may_see(ledger, caller, one)]}


def _text(file: str) -> str:
    try:
        return content(file).decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise BadInput("a file of tags is no text", had=str(failure)) from None


@router.get("/indicators")
def indicators(
    caller: AnyCaller,
    ledger: LedgerHere,
    jurisdiction: Jurisdiction = None,
) -> Json:
    """What each indicator asks today, the clause behind it, how sure it is, and its figures."""
    rows = in_force(jurisdiction, day_number(ledger.session.today()))
    return {"indicators": [_indicator(rows[id_]) for id_ in sorted(rows)]}


@router.get("/status")
def status(caller: AuditorCaller, ledger: LedgerHere) -> Json:
    """Addresses, powers and who holds them: the same document as `greenledger status --json`."""
    return ledger.status()


# --- what others may see ---------------------------------------------------------------------------------


def may_see(ledger: LedgerHere, caller: Caller, one: Mapping[str, Any]) -> bool:
    """Whether a finding is open to a caller."""
    if caller.supervises:
        return True
    number = one["bond"]
    owners = list(one["parties"]) if number is None else [ledger.books.bond(number).issuer]
    if reads(ledger, caller, *owners, bond=number):
        return True
    verifies = bool(caller.roles & Role.VERIFIER)
    return verifies and number is not None and one["indicator"] not in _ON_RECEIVABLES


def _indicator(row: Indicator) -> Json:
    return {
        "indicator": row.id,
        "jurisdiction": row.jurisdiction,
        "clause": row.clause,
        "source": row.source,
        "grade": row.grade,
        "since": row.since.isoformat(),
        "parameters": {name: _figure(figure) for name, figure in row.parameters.items()},
        "says": {"en": row.en, "zh": row.zh},
    }


def _figure(figure: Figure) -> list[str]:
    return [str(one) for one in figure] if isinstance(figure, tuple) else [str(figure)]


def shown(ledger: LedgerHere, caller: Caller, trace: Mapping[str, Any]) -> Json:
    """A bond's trace without what belongs to receivables that are not the caller's, marked so."""
    numbers = {number for one in trace["intervals"] for number in _numbers(one)}
    own = {number for number in numbers if is_party(ledger, caller, int(number))}
    intervals = [_interval(one, own) for one in trace["intervals"]]
    hidden = any(one.get("withheld") for one in intervals)
    # What lies beyond a conversion is another's account.
    beside: Json = {"attested": _sums(trace["attested"]), "converted": []} if "attested" in trace else {}
    return {**trace, "holders": [] if hidden else trace["holders"], "intervals": intervals, **beside}


def _sums(told: Mapping[str, Any] | None) -> Json | None:
    """What is attested outside the ledger, without who was paid by which booking: the sums stay whole."""
    if told is None:
        return None
    return {**told, "intervals": [], "continuations": [], "withheld": True}


def _interval(interval: Json, own: set[str]) -> Json:
    number = interval["receivable"]
    if number is not None and number not in own:
        return {**interval, **_WITHHELD}
    if _numbers(interval) <= own:
        return interval
    return {**interval, "refund_of": None, "documents": [], "path": [], "onward": [], "withheld": True}


def _numbers(interval: Json) -> set[str]:
    """The receivables that an interval speaks of: its own, and those whose sub-accounts its money passed."""
    told = [interval["path"], *(part.get("path", []) for part in interval["onward"])]
    passed = [hop for hops in told for hop in hops if hop["sub_account"] in _OF_RECEIVABLES]
    named = {str(hop["name"]).rpartition(" ")[2] for hop in passed}
    return named if interval["receivable"] is None else named | {interval["receivable"]}


def _concerns(ledger: LedgerHere, caller: Caller, found: Json) -> bool:
    parties = [found["payer"]["account"], found["payee_account"]]
    if caller.account in parties or reads(ledger, caller, *filter(None, parties)):
        return True
    bonds = {int(source["bond"]) for source in found["sources"] if source["bond"] is not None}
    issuers = {bond: ledger.books.bond(bond).issuer for bond in bonds}
    if bonds and all(reads(ledger, caller, issuer, bond=bond) for bond, issuer in issuers.items()):
        return True
    hops = [hop for source in found["sources"] for hop in source["path"]]
    if any(hop["sub_account"] in _OF_RECEIVABLES for hop in hops):
        return False
    return set(issuers.values()) == {caller.account}


def _only_own(ledger: LedgerHere, several: SeveralPayments, caller: Caller) -> SeveralPayments | None:
    """The same error, listing the payments alone that the caller may see; None when there is none."""
    listed = several.had if isinstance(several.had, list) else []
    own = [one for one in listed if caller.account in str(one) or _of_mandants(ledger, caller, str(one))]
    if not own:
        return None
    return SeveralPayments(f"{several.who} made payments to you", who=several.who, had=own, needed="TX:LOG")


def _of_mandants(ledger: LedgerHere, caller: Caller, listed: str) -> bool:
    """Whether a payment, as the error lists it, is of somebody whose data the caller audits."""
    return reads(ledger, caller, *_ACCOUNT.findall(listed))
