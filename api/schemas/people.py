"""Participants, business date, documents and obligations, cash."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field

from api.schemas.common import (
    Act,
    Amount,
    Answer,
    Date,
    Hash,
    Label,
    Offset,
    OffsetOut,
    Paper,
    Request,
    Signature,
    Who,
)  # fmt: skip
from ledger.domain.conversion import Side
from ledger.domain.dates import date_of, day_number
from ledger.domain.duplicates import Near
from ledger.domain.kinds import DocumentKind
from ledger.domain.obligations import NOBODY, Reading
from ledger.domain.roles import Role, names
from ledger.domain.typed_data import Obligation
from ledger.services.operator import Participant

RoleName = Literal[
    "issuer",
    "verifier",
    "investor",
    "obligor",
    "supplier",
    "financier",
    "bank",
    "auditor",
    "authority",
    "illustrative",
]
KindName = Literal[
    "invoice", "loan_drawdown", "refinancing", "trade", "contract", "delivery", "registration",
    "registry_search", "order", "application", "review_result", "attestation", "credit_note", "court_order",
    "pledge", "consent", "other",
]  # fmt: skip
ObligationKind = Literal["invoice", "loan_drawdown", "refinancing"]
Roles = Annotated[list[RoleName], Field(min_length=1, max_length=10)]
Readers = Annotated[list[Who], Field(max_length=20)]


def mask(roles: list[RoleName]) -> Role:
    """The bit mask of role names."""
    found = Role(0)
    for role in roles:
        found |= Role[role.upper()]
    return found


# --- admission -------------------------------------------------------------------------------------------


class Admission(Request):
    """Who is admitted, and as what. `account` is given when its key is held elsewhere."""

    name: Label
    identifier: Annotated[str, Field(min_length=5, max_length=40, examples=["USCC:91110000100015525K"])]
    roles: Roles
    account: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$")] | None = None
    lapses: Date | None = None
    group: Annotated[int, Field(ge=0, lt=2**53)] = 0
    kyc: Paper | None = None


class Amendment(Request):
    """What changes of an admission; the rest stays."""

    roles: Roles | None = None
    lapses: Date | None = None
    group: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    suspended: bool | None = None
    document: Paper


class Admitted(Act):
    account: str
    identifier: str
    name: str
    kyc: str


class ParticipantOut(Answer):
    """An admission record as it stands."""

    account: str
    identifier: str
    roles: list[str]
    suspended: bool
    lapses: Date
    group: int
    active: bool

    @classmethod
    def of(cls, found: Participant) -> Self:
        return cls.model_construct(
            account=found.account,
            identifier=found.identifier,
            roles=names(int(found.roles)),
            suspended=found.suspended,
            lapses=found.lapses,
            group=found.group,
            active=found.active,
        )


class Me(Answer):
    """Whose token this is."""

    account: str
    operator: bool
    active: bool
    roles: list[str]


class BusinessDate(Request):
    """A day to judge deadlines by; replay deployments only."""

    date: Date


class BusinessDateOut(Answer):
    date: Date
    replay: bool


class Health(Answer):
    ok: bool
    chain_id: int
    block: int


# --- documents -------------------------------------------------------------------------------------------


class DocumentIn(Paper):
    """A file to seal for its registrar and `readers`, or the hash of one that is sealed elsewhere."""

    kind: KindName = "other"
    name: Label = "document"
    media_type: Annotated[str, Field(pattern=r"^[\w.+-]{1,60}/[\w.+-]{1,60}$")] = "application/octet-stream"
    readers: Readers = Field(default_factory=list)
    supersedes: Hash | None = None


class Registered(Act):
    """Only the salted hash leaves; the file stays sealed."""

    document: str
    kind: KindName


class SealedOut(Answer):
    document: str
    size: int
    recipients: list[str]


# --- obligations -----------------------------------------------------------------------------------------


class ObligationIn(Request):
    """What an invoice, a drawdown or a refinancing says. The one who asks is one of its parties."""

    kind: ObligationKind
    payer: Who
    payee: Who
    attester: Who | None = None
    number: Label
    dated: Date
    total: Amount
    paper: Paper
    contract: Annotated[str, Field(max_length=200)] = ""


class Statement(Request):
    """What both signers sign (EIP-712); `attester` only for a refinancing."""

    fingerprint: Hash
    document: Hash
    kind: ObligationKind
    total: Amount
    dated: Date
    payer: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$")]
    payee: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$")]
    attester: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$")] | None = None

    @classmethod
    def of(cls, said: Obligation) -> Self:
        return cls.model_construct(
            fingerprint="0x" + said.fingerprint.hex(),
            document="0x" + said.document.hex(),
            kind=DocumentKind(said.kind).name.lower(),
            total=Amount.of(said.total, said.currency.decode("ascii")),
            dated=date_of(said.date),
            payer=said.payer,
            payee=said.payee,
            attester=None if said.attester == NOBODY else said.attester,
        )

    def obligation(self) -> Obligation:
        total = self.total.money()
        return Obligation(
            fingerprint=bytes.fromhex(self.fingerprint[2:]),
            document=bytes.fromhex(self.document[2:]),
            kind=int(DocumentKind[self.kind.upper()]),
            currency=total.currency.code_bytes,
            total=total.minor,
            date=day_number(self.dated),
            payer=self.payer,
            payee=self.payee,
            attester=self.attester or NOBODY,
        )


class SignedStatement(Answer):
    statement: Statement
    signer: str
    signature: str


class Filing(Request):
    """A statement with the payer's signature, and the payee's (or the attester's)."""

    statement: Statement
    first: Signature
    second: Signature


class RegisteredObligation(Act):
    fingerprint: str
    document: str
    total: Amount


class CapacityOut(Answer):
    fingerprint: str
    payer: str
    payee: str
    kind: ObligationKind
    dated: Date
    total: Amount
    used: Amount
    credited: Amount


class ReadingIn(Request):
    """What the caller reads in the paper; `issuer` is the identifier of who issued it."""

    kind: ObligationKind
    issuer: Annotated[str, Field(min_length=5, max_length=40, examples=["USCC:91110000100015525K"])]
    number: Label
    dated: Date
    total: Amount

    def reading(self) -> Reading:
        return Reading(
            DocumentKind[self.kind.upper()],
            self.issuer,
            self.number,
            day_number(self.dated),
            self.total.money(),
        )


class RecomputationIn(Request):
    """`read`: what the caller read in the paper; without it, what was sealed with the paper."""

    read: ReadingIn | None = None


class DifferenceOut(Answer):
    field: str
    registered: str
    read: str


class NearOut(Answer):
    """Two registered documents that look like one: a question with its reason, and no verdict."""

    earlier: str
    later: str
    reason: str
    same: list[str]
    days_apart: int
    amount_apart: Annotated[str, Field(pattern="^[0-9]+$")]

    @classmethod
    def of(cls, found: Near) -> Self:
        return cls(
            earlier=found.earlier.fingerprint,
            later=found.later.fingerprint,
            reason=str(found.reason),
            same=list(found.same),
            days_apart=found.days_apart,
            amount_apart=str(found.amount_apart),
        )


class RecomputedOut(Answer):
    """Whether the paper is the document registered. `elsewhere`: other fingerprints of it with a capacity of
    their own. What was pledged outside this ledger cannot be seen here."""

    fingerprint: str
    matches: bool
    differences: list[DifferenceOut]
    elsewhere: list[str]
    total: Amount
    used: Amount
    credited: Amount
    near: list[NearOut]


class CreditIn(Request):
    """A red invoice over `amount` of the document's total."""

    amount: Amount
    note: Paper


class LinkIn(Request):
    """`read`: what the payee reads in the paper; without it, what was sealed with the paper."""

    read: ReadingIn | None = None


class LinkedOut(Answer):
    fingerprint: str


class CreditAlertOut(Answer):
    """A red invoice that came after use. `over` is how much more is used than the red invoices left."""

    fingerprint: str
    note: str
    payer: str
    payee: str
    total: Amount
    used: Amount
    credited: Amount
    over: Amount
    receivables: list[int]
    tx: str
    clause: str


class RedInvoicesOut(Answer):
    alerts: list[CreditAlertOut]


# --- cash ------------------------------------------------------------------------------------------------


class TransferIn(Request):
    to: Who
    amount: Amount
    document: Hash | None = None


class RedemptionIn(Request):
    amount: Amount
    document: Hash | None = None


class PaymentName(Request):
    """A cash move: its transaction, and its log where there are several."""

    tx: Hash
    log: Annotated[int, Field(ge=0, lt=2**31)] | None = None


class ConversionIn(Request):
    """One payment that was converted into another. The rate is minor units of the bought cash for one of the
    sold; what it gives beyond the bought is the residue."""

    sold: PaymentName
    bought: PaymentName
    numerator: Offset
    denominator: Offset
    residue: Offset
    readers: Readers = Field(default_factory=list)


class SideOut(Answer):
    """Numbered fen of an account: of the sold, as they left it; of the bought, as they came."""

    cash: str
    account: str
    start: OffsetOut
    end: OffsetOut

    @classmethod
    def of(cls, side: Side) -> Self:
        return cls(cash=side.cash, account=side.account, start=side.fen.start, end=side.fen.end)


class ConvertedOut(Act):
    document: str
    sold: SideOut
    bought: SideOut


class BankBooking(Request):
    """Money that came to the bank or left it. `booking` is the bank's own reference; it counts once."""

    holder: Who
    amount: Amount
    booking: Label


class CashMoved(Act):
    amount: Amount
    reference: str | None = None


class Balance(Answer):
    account: str
    cash: str
    balance: Amount
    redeeming: Amount


# --- credit lines ----------------------------------------------------------------------------------------


class LineGrant(Request):
    holder: Who
    limit: Amount
    expires: Date


class LineRequest(Request):
    """An obligor asks a bank for a line."""

    bank: Who
    limit: Amount
    expires: Date


class LineAsked(Act):
    id: int
    bank: str
    limit: Amount


class LineAnswer(Request):
    """What the bank grants: by default what was asked for."""

    limit: Amount | None = None
    expires: Date | None = None


class ReasonIn(Request):
    """The chain sees the reason's hash."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class AttestationIn(Request):
    """Why a tenor above 180 days is reasonable; `readers` may open the file."""

    document: Paper
    readers: list[Who] = Field(default_factory=list)


class Attested(Answer):
    document: str


class LineChange(Request):
    limit: Amount | None = None
    expires: Date | None = None
    suspended: bool | None = None


class LineGranted(Act):
    id: int
    holder: str
    limit: Amount


class CreditLineOut(Answer):
    id: int
    bank: str
    holder: str
    parent: int | None
    limit: Amount
    reserved: Amount
    outstanding: Amount
    free: Amount
    expires: Date
    suspended: bool
    state: str


class CreditLinePage(Answer):
    """`next`: ask after this number for more; a page may hold fewer lines than were looked at."""

    lines: list[CreditLineOut]
    next: int | None
