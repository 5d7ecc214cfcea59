"""Factoring files, suppliers' scores and loans, and what suppliers wait and pay."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field

from api.schemas.common import Act, Amount, Answer, Date, Hash, Offset, OffsetOut, Paper, Ppm, Request, Who
from ledger.services.loans import LoanDrawdown, LoanLine

PaperKind = Literal["order", "delivery", "invoice"]
FileId = Annotated[int, Field(ge=1, lt=2**53)]


class FileIn(Request):
    """An interval of a receivable that the caller holds."""

    receivable: FileId
    start: Offset
    end: Offset


class FileOpened(Act):
    id: int


class FilingIn(Request):
    """The next paper, or a correction of one on file; an invoice by its fingerprint, as `hash`.

    `registrar`: who registered it, the caller by default.
    """

    kind: PaperKind
    document: Paper
    registrar: Who | None = None


class ApplicationIn(Request):
    financier: Who
    document: Paper


class ReviewResultIn(Request):
    """`version` of the file that was looked at; `reason` is needed for a rejection."""

    version: Annotated[int, Field(ge=1, lt=2**16)]
    approved: bool
    document: Paper
    reason: Annotated[str, Field(max_length=1_000)] = ""


class FiledOut(Answer):
    kind: PaperKind
    document: str
    registrar: str
    day: str


class ApplicationOut(Answer):
    financier: str
    state: Literal["applied", "approved", "rejected", "outdated"]
    document: str
    applied_on: str
    reviewed_on: str | None
    review: str | None


class StepOut(Answer):
    """One thing that happened. `time` is UTC seconds of its block, `day` its business date."""

    name: str
    day: str
    time: int
    block: int
    tx: str
    party: str | None
    paper: str | None
    kind: int | None
    start: str | None
    end: str | None
    approved: bool | None


class FileOut(Answer):
    """A factoring file and its timeline; a financier sees its own application, review and quote alone."""

    file: int
    supplier: str
    receivable: int
    start: str
    end: str
    opened_on: str
    version: int
    papers: list[FiledOut]
    applications: list[ApplicationOut]
    timeline: list[StepOut]


class ConsentIn(Request):
    """Lets a financier see the caller's score up to a last day."""

    financier: Who
    until: Date
    document: Paper


class ConsentOut(Act):
    """The mandate that the consent stands in; ending it takes the consent back."""

    id: int


class FeaturesOut(Answer):
    """Shares are parts per million; null where there is nothing to measure."""

    months_active: int
    accepted: int
    received: int
    settled_in_time_ppm: int | None
    dilution_ppm: int | None
    concentration_ppm: int | None
    refinanced_ppm: int | None
    disputes: int
    loans_in_time_ppm: int | None


class PartOut(Answer):
    feature: str
    value: int | None
    weight: int
    points: int | None


class ScoreOut(Answer):
    """A supplier's score as of a block, what it is made from, and what was attested, apart."""

    supplier: str
    block: int
    as_of: str
    card: str
    score: int | None
    level: str
    confidence: str
    features_hash: str
    features: FeaturesOut
    parts: list[PartOut]
    attested: dict[str, int]


class LoanIn(Request):
    """An application for a line; `security` a pledge document, where something secures it."""

    financier: Who
    amount: Amount
    document: Paper
    security: Paper | None = None


class LoanApplied(Act):
    line: int
    features: str
    as_of_block: int


class LoanTermsIn(Request):
    limit: Amount
    rate_ppm: Ppm
    tenor_days: Annotated[int, Field(ge=1, lt=2**16)]
    expires: Date
    document: Paper


class LoanPaperIn(Request):
    document: Paper


class DrawIn(Request):
    """Against a loan drawdown document that both signed."""

    fingerprint: Hash
    amount: Amount


class DrawnOut(Act):
    drawdown: int
    line: int
    due: Date


class RepayIn(Request):
    amount: Amount


class RepaidOut(Act):
    """`kept`: it waits on the financier's claim."""

    drawdown: int
    principal: OffsetOut
    interest: OffsetOut
    outstanding: OffsetOut
    kept: bool


class DrawdownOut(Answer):
    """`interest` is what it owes today beside its principal."""

    id: int
    line: int
    state: Literal["outstanding", "overdue", "repaid"]
    drawn_on: Date
    due: Date
    rate_ppm: int
    drawn: Amount
    outstanding: Amount
    interest: Amount
    interest_paid: Amount
    fingerprint: str

    @classmethod
    def of(cls, one: LoanDrawdown, code: str) -> Self:
        amounts: dict[str, Any] = {
            name: Amount.of(getattr(one, name), code)
            for name in ("drawn", "outstanding", "interest", "interest_paid")
        }
        same = {name: getattr(one, name) for name in ("id", "line", "drawn_on", "due", "rate_ppm")}
        state = one.state.name.lower()
        return cls.model_construct(**same, **amounts, state=state, fingerprint=one.fingerprint)


class LoanOut(Answer):
    """A loan line; limit, rate, tenor and last day are its financier's, zero or null until it is granted."""

    id: int
    supplier: str
    financier: str
    state: Literal["applied", "granted", "declined", "closed"]
    cash: str
    asked: Amount
    limit: Amount
    outstanding: Amount
    drawn: Amount
    repaid: Amount
    interest_paid: Amount
    rate_ppm: int
    tenor_days: int
    expires: Date | None
    overdue: int
    applied_on: Date
    features: str
    as_of_block: int
    drawdowns: list[DrawdownOut]

    @classmethod
    def of(cls, line: LoanLine, drawdowns: tuple[LoanDrawdown, ...]) -> Self:
        names = ("asked", "limit", "outstanding", "drawn", "repaid", "interest_paid")
        amounts: dict[str, Any] = {name: Amount.of(getattr(line, name), line.currency) for name in names}
        same = set(cls.model_fields) - {*names, "state", "drawdowns"}
        return cls.model_construct(
            **{name: getattr(line, name) for name in same},
            **amounts,
            state=line.state.name.lower(),
            drawdowns=[DrawdownOut.of(one, line.currency) for one in drawdowns],
        )


class MeasuresOut(Answer):
    """Amounts are integer strings in minor units; shares and costs parts per million. `supplier` null: all
    suppliers of the obligor together."""

    supplier: str | None
    programme: int
    cash: str
    currency: str
    receipts: int
    amount: str
    days: int | None
    longest: int | None
    over_60_ppm: int | None
    financed: str
    cost: str
    all_in_365_ppm: int | None
    all_in_360_ppm: int | None
    deepest_tier: int


class MetricsOut(Answer):
    """What suppliers wait and pay; `clause` is the rule that limits the days."""

    block: int
    as_of: str
    limit_days: int
    clause: str
    rows: list[MeasuresOut]
