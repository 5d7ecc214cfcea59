"""What is promised and what follows: catalogues, undertakings, labels, and participants' records."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import (
    AnyCaller,
    IssuerCaller,
    JudgeCaller,
    LedgerHere,
    ParticipantCaller,
    VerifierCaller,
    reads,
)
from api.schemas.common import Act, Code, Who
from api.schemas.promises import (
    BreachIn,
    CancellationIn,
    CatalogueOut,
    CategoryOut,
    Cited,
    CureIn,
    EvidenceIn,
    FindingIn,
    LabelOut,
    LevelOut,
    OccurrenceOut,
    Raised,
    RecordIn,
)  # fmt: skip
from ledger.domain.catalogues import catalogue, catalogues
from ledger.domain.creditlevel import ObservationKind
from ledger.domain.states import Cause
from ledger.services.frameworks import Outcome

router = APIRouter(tags=["promises"])

Id = Annotated[int, Path(ge=1, lt=2**32)]
Wide = Annotated[int, Path(ge=1, lt=2**53)]
Index = Annotated[int, Path(ge=0, lt=64)]
OUTCOMES = {"accepted": Outcome.POSITIVE, "qualified": Outcome.QUALIFIED, "refused": Outcome.REFUSED}


# --- catalogues ------------------------------------------------------------------------------------------


@router.get("/catalogues")
def all_catalogues(caller: AnyCaller) -> list[CatalogueOut]:
    """The catalogues of green projects that are at hand, with their days in force."""
    return [CatalogueOut.of(one) for one in catalogues()]


@router.get("/catalogues/{code}")
def categories(caller: AnyCaller, code: Code) -> list[CategoryOut]:
    """The categories of a catalogue, each with its source; none when its list is not at hand."""
    return [CategoryOut.of(one) for one in catalogue(code).categories().values()]


# --- undertakings ----------------------------------------------------------------------------------------


@router.get("/frameworks/{framework}/undertakings")
def undertakings(caller: AnyCaller, ledger: LedgerHere, framework: Id) -> list[OccurrenceOut]:
    """What a framework owes until today, and the next due days."""
    return [OccurrenceOut.of(one) for one in ledger.books.undertakings(framework)]


@router.post("/frameworks/{framework}/undertakings/{index}/reports")
def report(caller: IssuerCaller, ledger: LedgerHere, framework: Id, index: Index, body: EvidenceIn) -> Act:
    """The issuer's evidence for one due day; a later report restates an earlier one."""
    done = ledger.issuer.report_undertaking(
        caller.account,
        framework,
        index,
        body.document.paper(),
        occurrence=body.occurrence,
        value=int(body.value),
    )
    return Act.model_validate(done)


@router.post("/frameworks/{framework}/undertakings/{index}/cancellations")
def cancel(
    caller: IssuerCaller, ledger: LedgerHere, framework: Id, index: Index, body: CancellationIn
) -> Act:
    """Takes one due day back, with a reason; it counts as failed until the validator excuses it."""
    done = ledger.issuer.cancel_undertaking(
        caller.account, framework, index, body.document.paper(), occurrence=body.occurrence
    )
    return Act.model_validate(done)


@router.post("/frameworks/{framework}/undertakings/{index}/findings")
def judge(caller: VerifierCaller, ledger: LedgerHere, framework: Id, index: Index, body: FindingIn) -> Act:
    """The validator accepts, qualifies or refuses what was reported last."""
    outcome = OUTCOMES[body.outcome]
    done = ledger.verifier.judge_undertaking(
        caller.account, framework, index, outcome, body.document.paper(), occurrence=body.occurrence
    )
    return Act.model_validate(done)


# --- labels ----------------------------------------------------------------------------------------------


@router.get("/bonds/{bond}/label")
def label(caller: AnyCaller, ledger: LedgerHere, bond: Id) -> LabelOut:
    """A bond's label and every open breach. It is reported and gates no money."""
    return LabelOut.of(ledger.labels.label(bond))


@router.post("/bonds/{bond}/label/breaches")
def raise_breach(caller: ParticipantCaller, ledger: LedgerHere, bond: Id, body: BreachIn) -> Raised:
    """Has a cause recorded that the chain sees."""
    done = ledger.labels.raise_breach(
        caller.account, bond, Cause[body.cause.upper()], index=body.index, occurrence=body.occurrence
    )
    return Raised.model_validate(done)


@router.post("/breaches/{breach}/severity")
def aggravate(caller: JudgeCaller, ledger: LedgerHere, breach: Wide, body: Cited) -> Act:
    """An auditor or authority calls an open breach severe: the label is withdrawn."""
    return Act.model_validate(ledger.labels.aggravate(caller.account, breach, body.document.paper()))


@router.post("/breaches/{breach}/cure")
def cure(caller: ParticipantCaller, ledger: LedgerHere, breach: Wide, body: CureIn) -> Act:
    """Closes a breach whose cause is gone; an alert is cured with a document, by who may."""
    paper = body.document.paper() if body.document else None
    return Act.model_validate(ledger.labels.cure(caller.account, breach, paper))


# --- records ---------------------------------------------------------------------------------------------


@router.get("/participants/{who}/level")
def level(caller: AnyCaller, ledger: LedgerHere, who: Who) -> LevelOut:
    """The credit level by the published formula; its makings are for itself and for who may read its data."""
    account = ledger.books.participant(who).account
    withheld = caller.account != account and not reads(ledger, caller, account)
    return LevelOut.of(account, ledger.performance.credit_level(account), withheld)


@router.post("/participants/{who}/records")
def attest(caller: ParticipantCaller, ledger: LedgerHere, who: Who, body: RecordIn) -> Act:
    """Puts history on record that this ledger did not see; it is shown as attested, by name."""
    done = ledger.performance.attest(
        caller.account,
        who,
        ObservationKind[body.kind.upper()],
        body.document.paper(),
        count=body.count,
        first=body.first,
        last=body.last,
        amount=body.amount.money() if body.amount else None,
    )
    return Act.model_validate(done)


@router.post("/records/{record}/withdrawal")
def take_back(caller: ParticipantCaller, ledger: LedgerHere, record: Wide, body: Cited) -> Act:
    """Takes an attestation of one's own back, in the open."""
    return Act.model_validate(ledger.performance.withdraw(caller.account, record, body.document.paper()))
