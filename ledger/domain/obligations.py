"""Obligation documents: what a payment discharges, its identity and its fingerprint.

The identity of a document is its kind, who issued it, its number and its date. The same identity gives the
same fingerprint however the file was saved and whatever total it names, so its capacity is used once and
nobody inflates it. A fingerprint is a keyed tag, because a plain hash of guessable fields can be enumerated,
followed by the payee's account, so that nobody registers a rival's document first.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.domain.dates import format_day, parse_day
from ledger.domain.kinds import OBLIGATION_KINDS, DocumentKind
from ledger.domain.money import Money, currency
from ledger.domain.purposes import address_bytes
from ledger.domain.typed_data import Obligation
from ledger.errors import BadInput

NOBODY: Final = "0x" + "0" * 40
TAG_BYTES: Final = 12
_SEPARATOR: Final = "\x1f"


class BadObligation(BadInput):
    """An obligation document that lacks an identity field or names its parties wrongly."""

    code = "bad-obligation"


@dataclass(frozen=True, slots=True)
class ObligationDocument:
    """A typed obligation document before it is signed.

    Args:
        kind: invoice, loan drawdown or refinancing statement.
        issuer: identifier of who issued it (an invoice: the seller's), as registered.
        number: as printed on the document.
        date: day number.
        total: what it is about, in minor units of its currency.
        payer, payee: accounts; equal in a self-reimbursement, unlike otherwise.
        attester: the verifier's account where the payer reimburses itself.
    """

    kind: DocumentKind
    issuer: str
    number: str
    date: int
    total: Money
    payer: str
    payee: str
    attester: str = NOBODY

    def __post_init__(self) -> None:
        if self.kind not in OBLIGATION_KINDS:
            raise BadObligation(
                f"{self.kind.name.lower()} is no obligation", had=int(self.kind), needed="1, 2 or 3"
            )
        if self.total.minor <= 0:
            raise BadObligation("an obligation is about a positive amount", had=self.total.minor, needed=1)
        if not (plain(self.issuer) and plain(self.number)):
            raise BadObligation("issuer and number identify a document", had=self.number, needed="both")
        self._require_parties()

    def canonical(self) -> bytes:
        """The identity fields, normalised: spaces, hyphens, case and full-width forms make no difference."""
        return _identity(self.kind, self.issuer, self.number, self.date)

    def fingerprint(self, key: bytes) -> bytes:
        """32 bytes: a tag (the first 12 of HMAC-SHA256 of the canonical identity under the consortium's key
        of an epoch), then the payee's account."""
        return _tagged(key, self.canonical(), self.payee)

    def reading(self) -> Reading:
        return Reading(self.kind, self.issuer, self.number, self.date, self.total)

    def statement(self, key: bytes, document: bytes) -> Obligation:
        """What both signers sign; `document` is the salted hash of the sealed file."""
        return Obligation(
            fingerprint=self.fingerprint(key),
            document=document,
            kind=int(self.kind),
            currency=self.total.currency.code_bytes,
            total=self.total.minor,
            date=self.date,
            payer=self.payer,
            payee=self.payee,
            attester=self.attester,
        )

    def _require_parties(self) -> None:
        itself = self.payer == self.payee
        if itself != (self.kind is DocumentKind.REFINANCING):
            raise BadObligation(
                "a refinancing reimburses its payer; any other obligation has two parties",
                who=self.payer,
                had=self.payee,
            )
        if itself == (self.attester == NOBODY):
            raise BadObligation("exactly a self-reimbursement is attested", who=self.payer, had=self.attester)


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody reads in an obligation document: its identity and its total, and no account."""

    kind: DocumentKind
    issuer: str
    number: str
    date: int
    total: Money

    def about(self) -> dict[str, str]:
        """As it is sealed with the paper, so that whoever opens that can recompute."""
        return {
            "kind": self.kind.name.lower(),
            "issuer": self.issuer,
            "number": self.number,
            "date": format_day(self.date),
            "currency": self.total.currency.code,
            "total": str(self.total.minor),
        }

    @classmethod
    def of(cls, about: Mapping[str, str]) -> Reading | None:
        """From what was sealed with a paper; None when nothing fit was."""
        try:
            total = Money(int(about["total"]), currency(about["currency"]))
            kind = DocumentKind[about["kind"].upper()]
            return cls(kind, about["issuer"], about["number"], parse_day(about["date"]), total)
        except (KeyError, ValueError, BadInput):
            return None

    def document(self, payer: str, payee: str, attester: str = NOBODY) -> ObligationDocument:
        """Between these parties, as their accounts are known to the chain."""
        return ObligationDocument(
            kind=self.kind,
            issuer=self.issuer,
            number=self.number,
            date=self.date,
            total=self.total,
            payer=payer,
            payee=payee,
            attester=attester,
        )

    def fingerprints(self, payee: str, keys: Mapping[int, bytes]) -> dict[int, bytes]:
        """Its fingerprint under the key of each epoch."""
        identity = _identity(self.kind, self.issuer, self.number, self.date)
        return {epoch: _tagged(key, identity, payee) for epoch, key in keys.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the paper and the ledger differ."""

    field: str
    registered: str
    read: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger holds under a fingerprint. `issuer` is the identifier under which the payee was
    admitted."""

    fingerprint: bytes
    kind: DocumentKind
    issuer: str
    payee: str
    date: int
    total: Money


def differences(read: Reading, entry: Entry, keys: Mapping[int, bytes]) -> tuple[Difference, ...]:
    """In what the paper that somebody read and the ledger's entry differ; nothing when they are one document.

    The fingerprint is named last and always when it is under no epoch's key that of the paper: then the entry
    is of another document, whatever else agrees.
    """
    pairs = (
        ("kind", entry.kind.name.lower(), read.kind.name.lower()),
        ("issuer", plain(entry.issuer), plain(read.issuer)),
        ("date", format_day(entry.date), format_day(read.date)),
        ("currency", entry.total.currency.code, read.total.currency.code),
        ("total", str(entry.total.minor), str(read.total.minor)),
    )
    found = [Difference(name, had, seen) for name, had, seen in pairs if had != seen]
    tags = read.fingerprints(entry.payee, keys)
    if entry.fingerprint not in tags.values():
        newest = tags[max(tags)] if tags else b""
        found.append(Difference("fingerprint", "0x" + entry.fingerprint.hex(), "0x" + newest.hex()))
    return tuple(found)


def _identity(kind: DocumentKind, issuer: str, number: str, date: int) -> bytes:
    fields = (str(int(kind)), plain(issuer), plain(number), format_day(date))
    return _SEPARATOR.join(fields).encode("utf-8")


def _tagged(key: bytes, identity: bytes, payee: str) -> bytes:
    return hmac.new(key, identity, hashlib.sha256).digest()[:TAG_BYTES] + address_bytes(payee)


def plain(text: str) -> str:
    """An identity field, normalised: spaces, hyphens, case and full-width forms make no difference."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in folded if letter.isalnum())
