"""Twin of `Frameworks`: frameworks, and the external reviews bound to exactly one version of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from eth_hash.auto import keccak

from ledger.domain.purposes import WORD
from ledger.domain.roles import Role
from ledger.domain.states import ReviewOutcome
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, word
from ledger.domain.twin.documents import Recover, require_signed
from ledger.domain.twin.participants import Participants
from ledger.domain.typed_data import Review

MAX_CATEGORIES: Final = 64
_KINDS: Final = 4
_SHADES: Final = 3
_LAST_NONCE: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Framework:
    """Bit i of `admitted`: the i-th category code is admitted in this version."""

    issuer: str = NOBODY
    version: int = 0
    admitted: int = 0
    content_hash: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class Standing:
    """The last review handed in, and the version it is about."""

    verifier: str = NOBODY
    version: int = 0
    valid_until: int = 0
    kind: int = 0
    outcome: int = 0
    shade: int = 0


class Frameworks(Contract):
    def __init__(self, stage: Stage, address: str, participants: Participants, recover: Recover) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.recover = recover
        self.frameworks: dict[int, Framework] = {}
        self.reviews: dict[int, Standing] = {}
        self.codes: dict[int, tuple[bytes, ...]] = {}
        self.nonces: dict[tuple[int, str], int] = {}

    # --- reading ---

    @property
    def count(self) -> int:
        return len(self.frameworks)

    def framework(self, id_: int) -> Framework:
        return self.frameworks.get(id_, Framework())

    def standing(self, id_: int) -> Standing:
        return self.reviews.get(id_, Standing())

    def last_nonce(self, id_: int, verifier: str) -> int:
        """The next statement of this verifier on this framework must have a larger nonce."""
        return self.nonces.get((id_, verifier), 0)

    def category_index(self, id_: int, code: bytes) -> int:
        codes = self.codes.get(id_, ())
        if code not in codes:
            raise Refusal("CategoryUnknown", id_, code)
        return codes.index(code)

    def require_review(self, id_: int) -> None:
        version, review = self.framework(id_).version, self.standing(id_)
        if version == 0:
            raise Refusal("Unknown", word("FRAMEWORK"), id_)
        if review.version != version:
            raise Refusal("ReviewMissing", id_, review.version, version)
        if review.outcome == ReviewOutcome.REFUSED:
            raise Refusal("ReviewNotPositive", id_, review.outcome)
        if review.valid_until < self.participants.today():
            raise Refusal("ReviewLapsed", id_, review.valid_until, self.participants.today())

    def require_eligible(self, id_: int, category: int) -> None:
        self.require_review(id_)
        if not self.framework(id_).admitted >> category & 1:
            raise Refusal("CategoryNotAdmitted", id_, category)

    # --- issuer ---

    def register(self, sender: str, document: bytes, catalogue: bytes, categories: list[bytes]) -> int:
        self.participants.require_role(sender, Role.ISSUER)
        id_ = self.count + 1
        self.frameworks[id_] = Framework(issuer=sender)
        self._write(id_, document, catalogue, categories)
        return id_

    def amend(
        self, sender: str, id_: int, document: bytes, catalogue: bytes, categories: list[bytes]
    ) -> None:
        issuer = self.framework(id_).issuer
        if issuer == NOBODY:
            raise Refusal("Unknown", word("FRAMEWORK"), id_)
        if sender != issuer:
            raise Refusal("NotParty", sender, issuer)
        self.participants.require_role(sender, Role.ISSUER)
        self._write(id_, document, catalogue, categories)

    def _write(self, id_: int, document: bytes, catalogue: bytes, categories: list[bytes]) -> None:
        if document == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))
        if catalogue == ZERO_HASH:
            raise Refusal("ZeroHash", word("CATALOGUE"))
        if not categories:
            raise Refusal("ZeroHash", word("CATEGORIES"))
        old = self.frameworks[id_]
        version = old.version + 1
        admitted = 0
        for code in categories:
            admitted |= 1 << self._index_or_add(id_, code)
        content_hash = content_hash_of(id_, version, document, catalogue, categories)
        self.frameworks[id_] = replace(old, version=version, admitted=admitted, content_hash=content_hash)
        values = (id_, old.issuer, version, document, catalogue, tuple(categories), content_hash)
        self.emit("FrameworkRegistered", *values)

    def _index_or_add(self, id_: int, code: bytes) -> int:
        if code == ZERO_HASH:
            raise Refusal("ZeroHash", word("CATEGORY"))
        codes = self.codes.get(id_, ())
        if code in codes:
            return codes.index(code)
        if len(codes) >= MAX_CATEGORIES:
            raise Refusal("TooManyCategories", len(codes) + 1, MAX_CATEGORIES)
        self.codes[id_] = (*codes, code)
        return len(codes)

    # --- verifier ---

    def submit_review(self, sender: str, r: Review, signature: bytes) -> None:
        """Anyone may hand it in; what counts is who signed."""
        framework = self.framework(r.framework)
        self._require_fitting(r, framework)
        if r.valid_until < self.participants.today():
            raise Refusal("DateOutOfOrder", word("VALID_UNTIL"), r.valid_until, self.participants.today())
        self.participants.require_role(r.verifier, Role.VERIFIER)
        self.participants.require_unrelated(framework.issuer, r.verifier)
        self._require_no_other(r, framework)
        last = self.last_nonce(r.framework, r.verifier)
        if r.nonce <= last or r.nonce == _LAST_NONCE:
            raise Refusal("StaleReview", r.framework, r.nonce, last + 1)
        require_signed(self, self.recover, r.verifier, r, signature)
        self.nonces[r.framework, r.verifier] = r.nonce
        self.reviews[r.framework] = Standing(
            r.verifier, framework.version, r.valid_until, r.kind, r.outcome, r.shade
        )
        self.emit("Reviewed", r.framework, framework.version, r.values())

    def _require_no_other(self, r: Review, framework: Framework) -> None:
        """One verifier's finding on a version is not overwritten by another's."""
        present = self.standing(r.framework)
        stands = present.version == framework.version and present.valid_until >= self.participants.today()
        if stands and present.verifier != r.verifier:
            raise Refusal("NotParty", r.verifier, present.verifier)

    def _require_fitting(self, r: Review, framework: Framework) -> None:
        if framework.version == 0:
            raise Refusal("Unknown", word("FRAMEWORK"), r.framework)
        if r.content_hash != framework.content_hash:
            raise Refusal("ReviewMismatch", r.framework, r.content_hash, framework.content_hash)
        if r.document == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))
        if not 0 < r.kind <= _KINDS:
            raise Refusal("WrongState", word("REVIEW_KIND"), r.framework, r.kind, _KINDS)
        if not 0 < r.outcome <= ReviewOutcome.REFUSED:
            raise Refusal("WrongState", word("OUTCOME"), r.framework, r.outcome, int(ReviewOutcome.POSITIVE))
        if r.shade > _SHADES:
            raise Refusal("WrongState", word("SHADE"), r.framework, r.shade, _SHADES)

    def withdraw_review(self, sender: str, id_: int, document: bytes) -> None:
        verifier = self.standing(id_).verifier
        if verifier == NOBODY:
            raise Refusal("ReviewMissing", id_, 0, self.framework(id_).version)
        if sender != verifier:
            raise Refusal("NotParty", sender, verifier)
        if document == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))
        del self.reviews[id_]
        self.nonces[id_, verifier] = min(self.last_nonce(id_, verifier) + 1, _LAST_NONCE - 1)
        self.emit("ReviewWithdrawn", id_, verifier, document)


def content_hash_of(
    id_: int, version: int, document: bytes, catalogue: bytes, categories: list[bytes]
) -> bytes:
    """`keccak256(abi.encode(uint32, uint32, bytes32, bytes32, bytes32[]))`: what a review signs."""
    heads = [_word(id_), _word(version), document, catalogue, _word(5 * WORD)]
    return keccak(b"".join([*heads, _word(len(categories)), *categories]))


def _word(value: int) -> bytes:
    return value.to_bytes(WORD, "big")
