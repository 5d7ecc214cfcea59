"""Green-bond frameworks (issuer) and the external reviews bound to them (verifier)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from ledger.domain.catalogues import Catalogue, catalogue_for, catalogues
from ledger.domain.catalogues import catalogue as catalogue_at_hand
from ledger.domain.dates import date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.states import Polarity, UndertakingKind
from ledger.domain.typed_data import Review, TypedData
from ledger.errors import BadInput, NotFound
from ledger.ports import Mined
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.session import Act, Session, struct
from ledger.services.values import ZERO_HASH, code, day, hex_of, ordered, whole

_NOBODY = "0x" + "00" * 20
_UNIT_LENGTH = 16
_MONTHS = 255
_MOST = 2**128 - 1


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
class Undertaking:
    """One atomic, measurable, dated promise of a framework.

    Args:
        code: the issuer's name for it, as in the document; at most 32 ASCII characters.
        due: the (first) day by which its evidence is reported.
        every_months: months from one due day to the next; 0 for a promise kept once.
        until: no occurrence is due after this day; by default `due`.
        unit: of `target` and of what is reported, at most 16 ASCII characters. Figures are whole
            numbers: choose the unit small enough.
        validator: who judges the evidence; by default the verifier of the framework's review.
    """

    code: str
    kind: UndertakingKind
    due: dt.date
    every_months: int = 0
    until: dt.date | None = None
    unit: str = ""
    target: int = 0
    polarity: Polarity = Polarity.NONE
    validator: str | None = None


@dataclass(frozen=True, slots=True)
class FrameworkVersion(Act):
    """One version of a framework; `content_hash` is what a review signs."""

    id: int
    version: int
    content_hash: str
    document: str


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework's present version. `catalogue` names the list that its categories belong to."""

    id: int
    issuer: str
    version: int
    content_hash: str
    catalogue: str


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
        self,
        issuer: str,
        document: Paper,
        *,
        catalogue: str,
        categories: Sequence[str],
        undertakings: Sequence[Undertaking] = (),
    ) -> FrameworkVersion:
        """Registers a framework: its document, its catalogue with version, the category codes it may fund,
        and what the issuer undertakes; a review signs all of it.

        Raises:
            UnknownCategory: the catalogue is at hand and has no such code; the nearest are named.
        """
        return self._write(issuer, document, catalogue, categories, undertakings, None)

    def amend_framework(
        self,
        issuer: str,
        framework: int,
        document: Paper,
        *,
        catalogue: str,
        categories: Sequence[str],
        undertakings: Sequence[Undertaking] = (),
    ) -> FrameworkVersion:
        """Makes a new version. It voids the review for new allocation, payment and confirmation. Undertakings
        that are not named again are dropped; what was due until today stays owed."""
        return self._write(issuer, document, catalogue, categories, undertakings, framework)

    def catalogue_for(self, jurisdiction: str, on: dt.date | None = None) -> Catalogue:
        """The list that a new framework of this jurisdiction (`CN`, `EU`, ...) uses on a day, by default
        today."""
        return catalogue_for(jurisdiction, on or self._session.today())

    def _write(
        self,
        issuer: str,
        document: Paper,
        catalogue: str,
        categories: Sequence[str],
        undertakings: Sequence[Undertaking],
        framework: int | None,
    ) -> FrameworkVersion:
        content = {
            "document": b"",
            "catalogue": code(catalogue, "a catalogue"),
            "categories": [code(category, "a category") for category in categories],
            "undertakings": [self._undertaking(one) for one in undertakings],
        }
        _require_known(catalogue, categories)
        content["document"] = self._file(issuer, document, DocumentKind.OTHER)
        act = self._session.act
        if framework is None:
            mined = act(issuer, "Frameworks", "register", content)
        else:
            mined = act(issuer, "Frameworks", "amend", framework, content)
        return _version(mined)

    def _undertaking(self, one: Undertaking) -> dict[str, Any]:
        if one.until is not None and one.until < one.due:
            ordered(one.due, one.until, f"undertaking {one.code}")
        if len(one.unit) > _UNIT_LENGTH or not one.unit.isascii():
            raise BadInput("a unit is short", had=one.unit, needed=f"up to {_UNIT_LENGTH} ASCII characters")
        return {
            "kind": int(one.kind),
            "polarity": int(one.polarity),
            "everyMonths": whole(one.every_months, _MONTHS, "months between two due days"),
            "dueDay": day(one.due),
            "lastDay": day(one.until or one.due),
            "validator": self._session.address(one.validator) if one.validator else _NOBODY,
            "code": code(one.code, "an undertaking"),
            "unit": one.unit.encode("ascii").ljust(_UNIT_LENGTH, b"\0"),
            "target": whole(one.target, _MOST, "a target"),
        }


def _require_known(catalogue: str, categories: Sequence[str]) -> None:
    """Codes of a list that is at hand are codes of that list; another network's own list is not judged."""
    if catalogue in {one.code for one in catalogues()}:
        for category in categories:
            catalogue_at_hand(catalogue).category(category)


class Reviews(Desk):
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
        reasons: Paper | None = None,
    ) -> Reviewed:
        """Signs a review of exactly the framework's present content and submits it.

        Args:
            reasons: why it is qualified or refused; needed for both.
        """
        if outcome is not Outcome.POSITIVE and reasons is None:
            raise BadInput(
                "a review that is not positive says why", had=outcome.name.lower(), needed="its reasons"
            )
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
            reasons=bytes(32) if reasons is None else self._file(verifier, reasons, DocumentKind.OTHER),
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
    named = bytes(session.read("Frameworks", "catalogueOf", framework)).rstrip(b"\0").decode("ascii")
    return Framework(framework, record["issuer"], record["version"], content, named)


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
