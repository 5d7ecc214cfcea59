"""Twin of `Documents`: documents by hash, and the capacity of obligation documents (DOC-1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

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
    """A registered obligation: its parties, and how much of its total is used."""

    payer: str = NOBODY
    payee: str = NOBODY
    kind: int = 0
    currency: bytes = bytes(3)
    date: int = 0
    total: int = 0
    used: int = 0


class Documents(Contract):
    def __init__(self, stage: Stage, address: str, participants: Participants, recover: Recover) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.recover = recover
        self.documents: dict[tuple[bytes, str], Document] = {}
        self.capacities: dict[bytes, Capacity] = {}
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
        return self.capacities.get(fingerprint, Capacity())

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
        if o.fingerprint in self.capacities:
            raise Refusal("AlreadyUsed", word("FINGERPRINT"), o.fingerprint)
        other = self._second_signer(o)
        self.participants.require_active_pair(o.payer, other)
        require_signed(self, self.recover, o.payer, o, first)
        require_signed(self, self.recover, other, o, second)
        self.capacities[o.fingerprint] = Capacity(o.payer, o.payee, o.kind, o.currency, o.date, o.total, 0)
        self.emit("ObligationRegistered", o.fingerprint, o.values())

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
        free = capacity.total - capacity.used
        if amount > free:
            raise Refusal("CapacityExceeded", fingerprint, free, amount)

    def use(self, sender: str, fingerprint: bytes, amount: int) -> Capacity:
        self._only_user(sender)
        self.check_use(fingerprint, amount)
        used = self.capacities[fingerprint].used + amount
        self.capacities[fingerprint] = replace(self.capacities[fingerprint], used=used)
        self.emit("CapacityUsed", fingerprint, sender, amount, used)
        return self.capacities[fingerprint]

    def release(self, sender: str, fingerprint: bytes, amount: int) -> None:
        self._only_user(sender)
        capacity = self.obligation(fingerprint)
        if amount > capacity.used:
            raise Refusal("CapacityExceeded", fingerprint, capacity.used, amount)
        used = capacity.used - amount
        self.capacities[fingerprint] = replace(capacity, used=used)
        self.emit("CapacityReleased", fingerprint, sender, amount, used)

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
