"""Twin of `Frameworks`: frameworks, and the external reviews bound to exactly one version of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from eth_hash.auto import keccak

from ledger.domain.purposes import WORD
from ledger.domain.roles import Role
from ledger.domain.states import ReviewOutcome, UndertakingKind
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, plain, word
from ledger.domain.twin.documents import Recover, require_signed
from ledger.domain.twin.participants import Participants
from ledger.domain.typed_data import Review

MAX_CATEGORIES: Final = 64
MAX_UNDERTAKINGS: Final = 64
_POLARITIES: Final = 2
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


@dataclass(frozen=True, slots=True)
class Catalogue:
    """First and last day in force (0: no end), and the hash of the published list."""

    from_day: int = 0
    until: int = 0
    content_hash: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class Undertaking:
    """One atomic, measurable, dated promise; as `IFrameworks.Undertaking`."""

    kind: int
    polarity: int
    every_months: int
    due_day: int
    last_day: int
    validator: str
    code: bytes
    unit: bytes
    target: int

    def encoded(self) -> bytes:
        """`abi.encode`: nine words."""
        numbers = (self.kind, self.polarity, self.every_months, self.due_day, self.last_day)
        validator = int(self.validator, 16)
        words = [*map(_word, numbers), _word(validator), self.code, self.unit.ljust(WORD, b"\0")]
        return b"".join([*words, _word(self.target)])


@dataclass(frozen=True, slots=True)
class Content:
    """What a version consists of; as `IFrameworks.Content`."""

    document: bytes
    catalogue: bytes
    categories: list[bytes]
    undertakings: list[Undertaking]


class Frameworks(Contract):
    def __init__(self, stage: Stage, address: str, participants: Participants, recover: Recover) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.recover = recover
        self.frameworks: dict[int, Framework] = {}
        self.reviews: dict[int, Standing] = {}
        self.codes: dict[int, tuple[bytes, ...]] = {}
        self.nonces: dict[tuple[int, str], int] = {}
        self.catalogues: dict[bytes, Catalogue] = {}
        self.catalogue_codes: dict[int, bytes] = {}
        self.held: dict[int, int] = {}
        self.undertakings: dict[int, tuple[Undertaking, ...]] = {}
        self.dropped_on: dict[tuple[int, int], int] = {}

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

    def catalogue(self, code: bytes) -> Catalogue:
        return self.catalogues.get(code, Catalogue())

    def check_catalogue(self, code: bytes) -> None:
        c, today = self.catalogue(code), self.participants.today()
        if c.from_day == 0 or c.from_day > today or (c.until != 0 and c.until < today):
            raise Refusal("CatalogueNotInForce", code, c.from_day, c.until, today)

    def undertaken(self, id_: int) -> int:
        """Bit i: the present version holds the i-th undertaking."""
        return self.held.get(id_, 0)

    def undertaking(self, id_: int, index: int) -> tuple[Undertaking, int]:
        """What was promised, and the day a version dropped it (0: it is held)."""
        known = self.undertakings.get(id_, ())
        if index >= len(known):
            raise Refusal("UndertakingUnknown", id_, index)
        return known[index], self.dropped_on.get((id_, index), 0)

    def has_review(self, id_: int) -> bool:
        try:
            self.require_review(id_)
        except Refusal:
            return False
        return True

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

    def register(self, sender: str, content: Content) -> int:
        self.participants.require_role(sender, Role.ISSUER)
        id_ = self.count + 1
        self.frameworks[id_] = Framework(issuer=sender)
        self._write(id_, content)
        return id_

    def amend(self, sender: str, id_: int, content: Content) -> None:
        issuer = self.framework(id_).issuer
        if issuer == NOBODY:
            raise Refusal("Unknown", word("FRAMEWORK"), id_)
        if sender != issuer:
            raise Refusal("NotParty", sender, issuer)
        self.participants.require_role(sender, Role.ISSUER)
        self._write(id_, content)

    def _write(self, id_: int, content: Content) -> None:
        if content.document == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))
        if content.catalogue == ZERO_HASH:
            raise Refusal("ZeroHash", word("CATALOGUE"))
        if not content.categories:
            raise Refusal("ZeroHash", word("CATEGORIES"))
        self._set_catalogue_of(id_, content.catalogue)
        old = self.frameworks[id_]
        version = old.version + 1
        admitted = 0
        for code in content.categories:
            admitted |= 1 << self._index_or_add(id_, code)
        held = self._hold(id_, content.undertakings)
        content_hash = content_hash_of(id_, version, content)
        self.frameworks[id_] = replace(old, version=version, admitted=admitted, content_hash=content_hash)
        said = (content.document, content.catalogue, tuple(content.categories), held, content_hash)
        self.emit("FrameworkRegistered", id_, old.issuer, version, *said)

    def _set_catalogue_of(self, id_: int, code: bytes) -> None:
        """A framework keeps its own catalogue for ever; another must be in force."""
        if self.catalogue_codes.get(id_) != code:
            self.check_catalogue(code)
            self.catalogue_codes[id_] = code

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

    # --- undertakings ---

    def _hold(self, id_: int, undertakings: Sequence[Undertaking]) -> int:
        held = 0
        for undertaking in undertakings:
            held |= 1 << self._undertaking_or_add(id_, undertaking)
        changed = self.undertaken(id_) ^ held
        self.held[id_] = held
        for index in range(changed.bit_length()):
            if changed >> index & 1:
                self._change_held(id_, index, bool(held >> index & 1))
        return held

    def _change_held(self, id_: int, index: int, is_held: bool) -> None:
        if not is_held:
            self.dropped_on[id_, index] = self.participants.today()
            self.emit("UndertakingDropped", id_, index, self.participants.today())
        elif self.dropped_on.pop((id_, index), 0):
            self.emit("UndertakingResumed", id_, index)

    def _undertaking_or_add(self, id_: int, undertaking: Undertaking) -> int:
        known = self.undertakings.get(id_, ())
        if undertaking in known:
            return known.index(undertaking)
        if len(known) >= MAX_UNDERTAKINGS:
            raise Refusal("TooManyUndertakings", len(known) + 1, MAX_UNDERTAKINGS)
        self._require_terms(undertaking, len(known))
        self.undertakings[id_] = (*known, undertaking)
        self.emit("UndertakingAdded", id_, len(known), plain(undertaking))
        return len(known)

    def _require_terms(self, u: Undertaking, index: int) -> None:
        """Atomic, measurable, dated: a name, a day, and a unit wherever there is a target."""
        if u.code == ZERO_HASH:
            raise Refusal("ZeroHash", word("UNDERTAKING"))
        if not 0 < u.kind <= UndertakingKind.PERFORMANCE:
            last = int(UndertakingKind.PERFORMANCE)
            raise Refusal("WrongState", word("UNDERTAKING_KIND"), index, u.kind, last)
        measured = u.polarity != 0 or u.kind == UndertakingKind.PERFORMANCE
        if u.polarity > _POLARITIES or (measured and u.polarity == 0):
            raise Refusal("WrongState", word("POLARITY"), index, u.polarity, _POLARITIES)
        if measured and not any(u.unit):
            raise Refusal("ZeroHash", word("UNIT"))
        if u.due_day < self.participants.today():
            raise Refusal("DateOutOfOrder", word("DUE_DAY"), u.due_day, self.participants.today())
        if u.last_day < u.due_day:
            raise Refusal("DateOutOfOrder", word("LAST_DAY"), u.last_day, u.due_day)

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
        if r.outcome != ReviewOutcome.POSITIVE and r.reasons == ZERO_HASH:
            raise Refusal("ZeroHash", word("REASONS"))
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

    # --- delayed powers ---

    def set_catalogue(self, sender: str, code: bytes, from_day: int, until: int, content_hash: bytes) -> None:
        self.only_powers(sender)
        if code == ZERO_HASH:
            raise Refusal("ZeroHash", word("CATALOGUE"))
        if from_day == 0:
            raise Refusal("DateOutOfOrder", word("FROM"), 0, 1)
        if until != 0 and until < from_day:
            raise Refusal("DateOutOfOrder", word("UNTIL"), until, from_day)
        self.catalogues[code] = Catalogue(from_day, until, content_hash)
        self.emit("CatalogueSet", code, from_day, until, content_hash)


def content_hash_of(id_: int, version: int, content: Content) -> bytes:
    """`keccak256(abi.encode(uint32, uint32, Content))`: what a review signs."""
    categories = _array(content.categories)
    undertakings = _array([u.encoded() for u in content.undertakings])
    heads = [_word(4 * WORD), _word(4 * WORD + len(categories))]
    body = [content.document, content.catalogue, *heads, categories, undertakings]
    return keccak(b"".join([_word(id_), _word(version), _word(3 * WORD), *body]))


def _array(items: list[bytes]) -> bytes:
    return b"".join([_word(len(items)), *items])


def _word(value: int) -> bytes:
    return value.to_bytes(WORD, "big")
