"""Documents, and obligations that two parties sign. Files come in and are sealed; only hashes go out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import AnyCaller, Caller, LedgerHere, ParticipantCaller, is_party, reads
from api.schemas.common import Act, Amount, amounts
from api.schemas.people import (
    CapacityOut,
    CreditAlertOut,
    CreditIn,
    DifferenceOut,
    DocumentIn,
    Filing,
    LinkedOut,
    LinkIn,
    NearOut,
    ObligationIn,
    RecomputationIn,
    RecomputedOut,
    RedInvoicesOut,
    Registered,
    RegisteredObligation,
    SealedOut,
    SignedStatement,
    Statement,
)  # fmt: skip
from ledger.domain.dates import date_of
from ledger.domain.kinds import DocumentKind
from ledger.errors import NotAllowed, NotFound
from ledger.services.doubles import CreditAlert

router = APIRouter(tags=["documents"])

HashPath = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$")]


@router.post("/documents")
def register(caller: ParticipantCaller, ledger: LedgerHere, body: DocumentIn) -> Registered:
    """Seals a file for its registrar and readers and registers its salted hash; or registers a given hash."""
    kind, paper = DocumentKind[body.kind.upper()], body.paper()
    if isinstance(paper, str):
        done = ledger.documents.register_hash(caller.account, paper, kind, supersedes=body.supersedes)
    else:
        done = ledger.documents.register(
            caller.account,
            paper,
            kind,
            name=body.name,
            media_type=body.media_type,
            readers=body.readers,
            supersedes=body.supersedes,
        )
    return Registered(tx=done.tx, block=done.block, document=done.document, kind=body.kind)


@router.get("/documents/{document}")
def describe(caller: ParticipantCaller, ledger: LedgerHere, document: HashPath) -> SealedOut:
    """Size and recipients of a sealed document, for its recipients and their auditors, for nobody else."""
    found = ledger.session.vault.describe(document.lower())
    if caller.account not in found.recipients and not reads(ledger, caller, *found.recipients):
        raise NotFound(f"the vault holds no document {document.lower()}", who=document.lower())
    return SealedOut.model_validate(found)


@router.post("/obligations")
def draft(caller: ParticipantCaller, ledger: LedgerHere, body: ObligationIn) -> SignedStatement:
    """Draws up an obligation between its parties, of whom the caller is one, with the caller's signature."""
    drawn = ledger.documents.obligation(
        DocumentKind[body.kind.upper()],
        payer=_own(ledger, caller, body),
        payee=body.payee,
        number=body.number,
        dated=body.dated,
        total=body.total.money(),
        paper=body.paper.paper(),
        attester=body.attester,
        contract=body.contract,
    )
    return _signed(ledger, caller, Statement.of(drawn))


@router.post("/obligations/signatures")
def sign(caller: ParticipantCaller, ledger: LedgerHere, body: Statement) -> SignedStatement:
    """The caller's signature over an obligation of its own; nothing is sent to the chain."""
    _require_signer(caller, {body.payer, body.payee, body.attester})
    return _signed(ledger, caller, body)


@router.post("/obligations/filings")
def file(caller: ParticipantCaller, ledger: LedgerHere, body: Filing) -> RegisteredObligation:
    """Files an obligation with both signatures. One of its parties sends it."""
    _require_signer(caller, {body.statement.payer, body.statement.payee, body.statement.attester})
    done = ledger.documents.register_obligation(
        caller.account,
        body.statement.obligation(),
        bytes.fromhex(body.first[2:]),
        bytes.fromhex(body.second[2:]),
    )
    return RegisteredObligation(
        tx=done.tx,
        block=done.block,
        fingerprint=done.fingerprint,
        document=done.document,
        total=Amount.of(done.total, done.currency),
    )


@router.get("/obligations/{fingerprint}")
def capacity(caller: AnyCaller, ledger: LedgerHere, fingerprint: HashPath) -> CapacityOut:
    """Total and used of an obligation document, for its payer, its payee and their auditors."""
    found = ledger.documents.capacity(fingerprint)
    if caller.account not in (found.payer, found.payee) and not reads(
        ledger, caller, found.payer, found.payee
    ):
        raise NotFound("no obligation document has this fingerprint", who=fingerprint)
    return CapacityOut.model_validate(
        {
            "fingerprint": found.fingerprint,
            "payer": found.payer,
            "payee": found.payee,
            "kind": found.kind.name.lower(),
            "dated": date_of(found.date),
            "total": Amount.of(found.total, found.currency),
            "used": Amount.of(found.used, found.currency),
            "credited": Amount.of(found.credited, found.currency),
        }
    )


@router.post("/obligations/{fingerprint}/recomputation")
def recompute(
    caller: ParticipantCaller, ledger: LedgerHere, fingerprint: HashPath, body: RecomputationIn
) -> RecomputedOut:
    """Recomputes the fingerprint from the paper under every epoch's key, and looks for near-duplicates; for
    its parties, those whom the paper was passed on to, and their auditors."""
    found = ledger.documents.capacity(fingerprint)
    parties = (found.payer, found.payee)
    if (
        caller.account not in parties
        and not ledger.doubles.is_reader(caller.account, fingerprint)
        and not reads(ledger, caller, *parties)
    ):
        raise NotFound("no obligation document has this fingerprint", who=fingerprint)
    reading = body.read.reading() if body.read else None
    done = ledger.doubles.recompute(caller.account, fingerprint, reading, search=True)
    sums = {name: Amount.of(getattr(done, name), done.currency) for name in ("total", "used", "credited")}
    return RecomputedOut(
        fingerprint=done.fingerprint,
        matches=done.matches,
        differences=[DifferenceOut.model_validate(one) for one in done.differences],
        elsewhere=list(done.elsewhere),
        near=[NearOut.of(one) for one in done.near],
        **sums,
    )


@router.post("/obligations/{fingerprint}/credits")
def credit(caller: ParticipantCaller, ledger: LedgerHere, fingerprint: HashPath, body: CreditIn) -> Act:
    """The payee's red invoice: so much of the total can never be used anew."""
    _require_party(ledger, caller, fingerprint)
    done = ledger.doubles.credit(caller.account, fingerprint, body.note.paper(), body.amount.money())
    return Act.model_validate(done)


@router.post("/obligations/{fingerprint}/links")
def link(caller: ParticipantCaller, ledger: LedgerHere, fingerprint: HashPath, body: LinkIn) -> LinkedOut:
    """The payee names its document by the key of the present epoch too."""
    _require_party(ledger, caller, fingerprint)
    reading = body.read.reading() if body.read else None
    return LinkedOut(fingerprint=ledger.doubles.link(caller.account, fingerprint, reading))


@router.get("/red-invoices")
def red_invoices(caller: AnyCaller, ledger: LedgerHere) -> RedInvoicesOut:
    """Red invoices that came after use, of the documents and receivables that the caller may see."""
    seen = [one for one in ledger.doubles.alerts() if _concerns(ledger, caller, one)]
    return RedInvoicesOut(alerts=[_alert(one) for one in seen])


def _concerns(ledger: LedgerHere, caller: Caller, one: CreditAlert) -> bool:
    return (
        caller.account in (one.payer, one.payee)
        or reads(ledger, caller, one.payer, one.payee)
        or any(is_party(ledger, caller, receivable) for receivable in one.receivables)
    )


def _alert(one: CreditAlert) -> CreditAlertOut:
    said = {name: getattr(one, name) for name in ("fingerprint", "note", "payer", "payee", "tx", "clause")}
    sums = amounts(one, "total", "used", "credited", "over")
    return CreditAlertOut(receivables=list(one.receivables), **said, **sums)


def _require_party(ledger: LedgerHere, caller: Caller, fingerprint: str) -> None:
    found = ledger.documents.capacity(fingerprint)
    if caller.account not in (found.payer, found.payee):
        raise NotFound("no obligation document has this fingerprint", who=fingerprint)


def _own(ledger: LedgerHere, caller: Caller, body: ObligationIn) -> str:
    """The payer, once it is sure that the caller is a party."""
    named = [body.payer, body.payee, *([body.attester] if body.attester else [])]
    _require_signer(caller, {ledger.session.address(one) for one in named})
    return body.payer


def _require_signer(caller: Caller, parties: set[str | None]) -> None:
    if caller.account.lower() not in {one.lower() for one in parties if one}:
        raise NotAllowed(
            "only its parties sign or file an obligation",
            who=caller.account,
            needed="a party of the obligation",
        )


def _signed(ledger: LedgerHere, caller: Caller, statement: Statement) -> SignedStatement:
    signature = ledger.documents.sign_obligation(caller.account, statement.obligation())
    return SignedStatement(statement=statement, signer=caller.account, signature="0x" + signature.hex())
