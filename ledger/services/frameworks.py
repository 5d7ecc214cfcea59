"""Green-bond frameworks (issuer) and the external reviews bound to them (verifier)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from ledger.domain.dates import date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.typed_data import Review, TypedData
from ledger.errors import NotFound
from ledger.ports import Mined
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.session import Act, Session, struct
from ledger.services.values import ZERO_HASH, code, hex_of


class ReviewKind(IntEnum):
    """What kind of external review it is (glossary: 外部评估认证)."""

    SECOND_PARTY_OPINION = 1
    VERIFICATION = 2
    CERTIFICATION = 3
    RATING = 4


class Outcome(IntEnum):
    """What the verifier concluded. Only a refusal keeps money where it is."""

    POSITIVE = 1
    QUALIFIED = 2
    REFUSED = 3


class Shade(IntEnum):
    """Shade of green, where the review gives one."""

    NONE = 0
    LIGHT = 1
    MEDIUM = 2
    DARK = 3


@dataclass(frozen=True, slots=True)
class FrameworkVersion(Act):
    """One version of a framework; `content_hash` is what a review signs."""

    id: int
    version: int
    content_hash: str
    document: str


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework's present version."""

    id: int
    issuer: str
    version: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class Reviewed(Act):
    """A review in force. `valid_until` is its last day."""

    framework: int
    version: int
    verifier: str
    valid_until: dt.date


class Frameworks(Desk):
    """The issuer's side."""

    def register_framework(
        self, issuer: str, document: Paper, *, catalogue: str, categories: Sequence[str]
    ) -> FrameworkVersion:
        """Registers a framework: its document, its catalogue with version, and the category codes it may
        fund."""
        return self._write(issuer, document, catalogue, categories, None)

    def amend_framework(
        self, issuer: str, framework: int, document: Paper, *, catalogue: str, categories: Sequence[str]
    ) -> FrameworkVersion:
        """Makes a new version. It voids the review for new allocation, payment and confirmation."""
        return self._write(issuer, document, catalogue, categories, framework)

    def _write(
        self,
        issuer: str,
        document: Paper,
        catalogue: str,
        categories: Sequence[str],
        framework: int | None,
    ) -> FrameworkVersion:
        codes = [code(category, "a category") for category in categories]
        list_code = code(catalogue, "a catalogue")
        paper = self._file(issuer, document, DocumentKind.OTHER)
        act = self._session.act
        if framework is None:
            mined = act(issuer, "Frameworks", "register", paper, list_code, codes)
        else:
            mined = act(issuer, "Frameworks", "amend", framework, paper, list_code, codes)
        return _version(mined)


class Verifier(Desk):
    """The verifier's side."""

    def review(
        self,
        verifier: str,
        framework: int,
        document: Paper,
        *,
        valid_until: dt.date,
        kind: ReviewKind = ReviewKind.SECOND_PARTY_OPINION,
        outcome: Outcome = Outcome.POSITIVE,
        shade: Shade = Shade.NONE,
    ) -> Reviewed:
        """Signs a review of exactly the framework's present content and submits it."""
        content = bytes.fromhex(framework_of(self._session, framework).content_hash[2:])
        review = Review(
            framework=framework,
            content_hash=content,
            verifier=self._session.address(verifier),
            kind=int(kind),
            outcome=int(outcome),
            shade=int(shade),
            valid_until=day_number(valid_until),
            document=self._file(verifier, document, DocumentKind.OTHER),
            nonce=1
            + int(self._session.read("Frameworks", "lastNonce", framework, self._session.address(verifier))),
        )
        return self.submit_review(verifier, review, self.sign_review(verifier, review))

    def sign_review(self, verifier: str, review: Review) -> bytes:
        """65 bytes over the review, bound to this chain and its `Frameworks` contract."""
        contract = self._session.deployment["Frameworks"].address
        digest = TypedData(self._session.chain.chain_id, contract, review).digest()
        return self._session.signer(verifier).sign_digest(digest)

    def submit_review(self, sender: str, review: Review, signature: bytes) -> Reviewed:
        """Files a signed review; anyone may."""
        mined = self._session.act(sender, "Frameworks", "submitReview", review.message(), signature)
        event = mined.event("Reviewed").args
        return Reviewed(
            mined.tx,
            mined.block,
            review.framework,
            event["version"],
            review.verifier,
            date_of(review.valid_until),
        )

    def withdraw_review(self, verifier: str, framework: int, document: Paper) -> Act:
        """Takes the review in force back, citing a document."""
        paper = self._file(verifier, document, DocumentKind.OTHER)
        return act_of(self._session.act(verifier, "Frameworks", "withdrawReview", framework, paper))


def framework_of(session: Session, framework: int) -> Framework:
    """NotFound when there is no such framework."""
    record = struct(session.read("Frameworks", "framework", framework))
    content = hex_of(record["contentHash"])
    if content == ZERO_HASH:
        raise NotFound(f"there is no framework {framework}", who=framework)
    return Framework(framework, record["issuer"], record["version"], content)


def _version(mined: Mined) -> FrameworkVersion:
    event = mined.event("FrameworkRegistered").args
    return FrameworkVersion(
        mined.tx,
        mined.block,
        event["framework"],
        event["version"],
        hex_of(event["contentHash"]),
        hex_of(event["document"]),
    )
