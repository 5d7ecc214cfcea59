"""Twin of `Documents`: documents by hash, and the capacity of obligation documents (DOC-1, DOC-3, DOC-4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ledger.domain.documentuses import MOST_USES, amount_at, use_of
from ledger.domain.kinds import DocumentKind
from ledger.domain.purposes import address_bytes
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, word
from ledger.domain.twin.participants import Participants
from ledger.domain.typed_data import Obligation, Statement, TypedData

PAYEE_SIGNS: Final = 1
ATTESTER_SIGNS: Final = 2

Recover = Callable[[bytes, bytes], str]
"""Who signed: (digest, signature) -> address, or the zero address. Elliptic curves are not the twin's."""


@dataclass(frozen=True, slots=True)
class Document:
    kind: int = 0
    registered_at: int = 0
    supersedes: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class KindRule:
    """`second` 1: the payee signs beside the payer; 2: an attester does, and the payer reimburses itself."""

    second: int = 0
    attester_role: int = 0


@dataclass(frozen=True, slots=True)
class Capacity:
    """A registered obligation: its parties, and how much of its total is used, and credited by red
    invoices."""

    payer: str = NOBODY
    payee: str = NOBODY
    kind: int = 0
    currency: bytes = bytes(3)
    date: int = 0
    total: int = 0
    used: int = 0
    credited: int = 0

    @property
    def free(self) -> int:
        """What can still be used; never negative, though a red invoice may come after the use."""
        return max(self.total - self.used - self.credited, 0)


class Documents(Contract):
    def __init__(self, stage: Stage, address: str, participants: Participants, recover: Recover) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.recover = recover
        self.documents: dict[tuple[bytes, str], Document] = {}
        self.capacities: dict[bytes, Capacity] = {}
        self.uses: dict[bytes, tuple[int, ...]] = {}
        self.papers: dict[bytes, bytes] = {}
        self.links: dict[bytes, bytes] = {}
        self.notes_used: set[tuple[str, bytes]] = set()
        self.kinds: dict[int, KindRule] = {}
        self.users: set[str] = set()

    # --- documents by hash ---

    def document(self, hash_: bytes, registrar: str) -> Document:
        return self.documents.get((hash_, registrar), Document())

    def require_known(self, hash_: bytes, registrar: str, kind: int) -> None:
        had = self.document(hash_, registrar).kind
        if had == 0 or kind not in (0, had):
            raise Refusal("DocumentUnknown", hash_, registrar, kind)

    def register(self, sender: str, hash_: bytes, kind: int, supersedes: bytes) -> None:
        self.participants.require_active(sender)
        if hash_ == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))
        if kind == 0:
            raise Refusal("KindUnknown", kind)
        if (hash_, sender) in self.documents:
            raise Refusal("AlreadyUsed", word("DOCUMENT"), hash_)
        if supersedes != ZERO_HASH and (supersedes, sender) not in self.documents:
            raise Refusal("DocumentUnknown", supersedes, sender, 0)
        self.documents[hash_, sender] = Document(kind, self.stage.timestamp, supersedes)
        self.emit("DocumentRegistered", hash_, sender, kind, supersedes)

    # --- obligation documents ---

    def obligation(self, fingerprint: bytes) -> Capacity:
        return self.capacities.get(self.root_of(fingerprint), Capacity())

    def root_of(self, fingerprint: bytes) -> bytes:
        """The fingerprint that holds the capacity; zero when there is none."""
        return fingerprint if fingerprint in self.capacities else self.links.get(fingerprint, ZERO_HASH)

    def paper_of(self, fingerprint: bytes) -> bytes:
        return self.papers.get(self.root_of(fingerprint), ZERO_HASH)

    def credited(self, fingerprint: bytes) -> int:
        return self.obligation(fingerprint).credited

    def register_obligation(self, sender: str, o: Obligation, first: bytes, second: bytes) -> None:
        """Anyone may hand it in; what counts is who signed."""
        if o.fingerprint == ZERO_HASH:
            raise Refusal("ZeroHash", word("FINGERPRINT"))
        if o.document == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))
        if o.total == 0:
            raise Refusal("ZeroAmount")
        if o.date == 0 or o.date > self.participants.today():
            raise Refusal("DateOutOfOrder", word("OBLIGATION"), o.date, self.participants.today())
        self._require_new(o.fingerprint, o.payee)
        other = self._second_signer(o)
        self.participants.require_active_pair(o.payer, other)
        require_signed(self, self.recover, o.payer, o, first)
        require_signed(self, self.recover, other, o, second)
        self.capacities[o.fingerprint] = Capacity(o.payer, o.payee, o.kind, o.currency, o.date, o.total, 0)
        self.papers[o.fingerprint] = o.document
        self.emit("ObligationRegistered", o.fingerprint, o.values())

    def _require_new(self, fingerprint: bytes, payee: str) -> None:
        if fingerprint[-20:] != address_bytes(payee):
            raise Refusal("FingerprintForeign", fingerprint, payee)
        if self.root_of(fingerprint) != ZERO_HASH:
            raise Refusal("AlreadyUsed", word("FINGERPRINT"), fingerprint)

    def _second_signer(self, o: Obligation) -> str:
        rule = self.kinds.get(o.kind, KindRule())
        if rule.second == PAYEE_SIGNS:
            if o.payer == o.payee:
                raise Refusal("SameParty", o.payer, o.payee)
            return o.payee
        if rule.second != ATTESTER_SIGNS:
            raise Refusal("KindUnknown", o.kind)
        if o.payer != o.payee:
            raise Refusal("SameParty", o.payer, o.payee)
        self.participants.require_role(o.attester, rule.attester_role)
        self.participants.require_unrelated(o.payer, o.attester)
        return o.attester

    def check_use(self, fingerprint: bytes, amount: int) -> None:
        capacity = self.obligation(fingerprint)
        if capacity.total == 0:
            raise Refusal("ObligationUnknown", fingerprint)
        if amount == 0:
            raise Refusal("ZeroAmount")
        if amount > capacity.free:
            raise Refusal("CapacityExceeded", fingerprint, capacity.free, amount)

    def use(self, sender: str, fingerprint: bytes, amount: int) -> Capacity:
        self._only_user(sender)
        self.check_use(fingerprint, amount)
        root = self.root_of(fingerprint)
        used = self.capacities[root].used + amount
        self.capacities[root] = replace(self.capacities[root], used=used)
        self.emit("CapacityUsed", root, sender, amount, used)
        return self.capacities[root]

    def use_at(
        self, sender: str, fingerprint: bytes, amount: int, place: int
    ) -> tuple[Capacity, bytes, bool]:
        """As `use`; the root too, and whether the obligation itself remembers this use."""
        used, root = self.use(sender, fingerprint, amount), self.root_of(fingerprint)
        uses = self.uses.get(root, ())
        kept = len(uses) < MOST_USES
        if kept:
            self.uses[root] = (*uses, use_of(place, amount))
        return used, root, kept

    def uses_of(self, fingerprint: bytes) -> tuple[int, ...]:
        """Those that named a place, as far as they are remembered here."""
        return self.uses.get(self.root_of(fingerprint), ())

    def used_at(self, fingerprint: bytes, place: int, all_: Sequence[int]) -> int:
        """How much, by whoever brings all of them."""
        uses = self.uses_of(fingerprint)
        return amount_at(uses, place) if uses == tuple(all_) else 0

    def release(self, sender: str, fingerprint: bytes, amount: int) -> None:
        self._only_user(sender)
        root, capacity = self.root_of(fingerprint), self.obligation(fingerprint)
        if amount > capacity.used:
            raise Refusal("CapacityExceeded", fingerprint, capacity.used, amount)
        used = capacity.used - amount
        self.capacities[root] = replace(capacity, used=used)
        self.emit("CapacityReleased", root, sender, amount, used)

    # --- red invoices and epochs ---

    def credit(self, sender: str, fingerprint: bytes, note: bytes, amount: int) -> None:
        """The payee's red invoice: so much of the total can never be used anew."""
        root = self._require_payee(sender, fingerprint)
        if self.document(note, sender).kind != DocumentKind.CREDIT_NOTE:
            raise Refusal("DocumentUnknown", note, sender, int(DocumentKind.CREDIT_NOTE))
        if (sender, note) in self.notes_used:
            raise Refusal("AlreadyUsed", word("CREDIT_NOTE"), note)
        if amount == 0:
            raise Refusal("ZeroAmount")
        capacity = self.capacities[root]
        left = capacity.total - capacity.credited
        if amount > left:
            raise Refusal("CapacityExceeded", fingerprint, left, amount)
        self.notes_used.add((sender, note))
        credited = capacity.credited + amount
        self.capacities[root] = replace(capacity, credited=credited)
        self.emit("Credited", root, note, amount, credited, capacity.used)

    def link(self, sender: str, former: bytes, fingerprint: bytes) -> None:
        """After a change of the consortium's key: the same document by its new tag."""
        root = self._require_payee(sender, former)
        self._require_new(fingerprint, sender)
        self.links[fingerprint] = root
        self.emit("Linked", root, fingerprint)

    def _require_payee(self, sender: str, fingerprint: bytes) -> bytes:
        self.participants.require_active(sender)
        root = self.root_of(fingerprint)
        if root == ZERO_HASH:
            raise Refusal("ObligationUnknown", fingerprint)
        payee = self.capacities[root].payee
        if sender != payee:
            raise Refusal("NotParty", sender, payee)
        return root

    # --- delayed powers ---

    def set_user(self, sender: str, module: str, allowed: bool) -> None:
        self.only_powers(sender)
        if allowed:
            self.users.add(module)
        else:
            self.users.discard(module)
        self.emit("UserSet", module, allowed)

    def set_kind(self, sender: str, kind: int, rule: KindRule) -> None:
        self.only_powers(sender)
        self.kinds[kind] = rule
        self.emit("KindSet", kind, (rule.second, rule.attester_role))

    def _only_user(self, sender: str) -> None:
        if sender not in self.users:
            raise Refusal("NotModule", sender, word("DOCUMENTS"))


def digest_of(contract: Contract, statement: Statement) -> bytes:
    """The EIP-712 digest of a statement addressed to this contract on this chain."""
    return TypedData(contract.stage.chain_id, contract.address, statement).digest()


def require_signed(
    contract: Contract, recover: Recover, signer: str, statement: Statement, signature: bytes
) -> bytes:
    """Returns the digest; BadSignature unless `signer` signed exactly this statement for this contract."""
    digest = digest_of(contract, statement)
    if recover(digest, signature) != signer:
        raise Refusal("BadSignature", signer, digest)
    return digest
