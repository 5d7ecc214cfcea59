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
from dataclasses import dataclass
from typing import Final

from ledger.domain.dates import format_day
from ledger.domain.kinds import OBLIGATION_KINDS, DocumentKind
from ledger.domain.money import Money
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
        if not (_plain(self.issuer) and _plain(self.number)):
            raise BadObligation("issuer and number identify a document", had=self.number, needed="both")
        self._require_parties()

    def canonical(self) -> bytes:
        """The identity fields, normalised: spaces, hyphens, case and full-width forms make no difference."""
        identity = (
            str(int(self.kind)),
            _plain(self.issuer),
            _plain(self.number),
            format_day(self.date),
        )
        return _SEPARATOR.join(identity).encode("utf-8")

    def fingerprint(self, key: bytes) -> bytes:
        """32 bytes: a tag (the first 12 of HMAC-SHA256 of the canonical identity under the consortium's key
        of an epoch), then the payee's account."""
        tag = hmac.new(key, self.canonical(), hashlib.sha256).digest()[:TAG_BYTES]
        return tag + address_bytes(self.payee)

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


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in folded if letter.isalnum())
