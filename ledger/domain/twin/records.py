"""Twin of `Records`: history that a participant brings with it, attested by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.domain.roles import Role
from ledger.domain.twin.base import NOBODY, Contract, Refusal, Stage, plain, word
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.participants import Participants

WITNESSES: Final = int(Role.BANK | Role.AUDITOR | Role.VERIFIER | Role.AUTHORITY)
_KINDS: Final = 8


@dataclass(frozen=True, slots=True)
class Statement:
    """`count` things of one kind between two days, and their sum in minor units."""

    subject: str
    kind: int
    count: int
    amount: int
    currency: bytes
    from_day: int
    until: int
    document: bytes


class Records(Contract):
    def __init__(self, stage: Stage, address: str, participants: Participants, documents: Documents) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.records: dict[int, tuple[Statement, str]] = {}
        self.withdrawn: set[int] = set()

    @property
    def count(self) -> int:
        return len(self.records)

    def check_attest(self, s: Statement, by: str) -> None:
        had = self.participants.require_active(by).roles
        if by != s.subject:
            if not had & WITNESSES:
                raise Refusal("MissingRole", by, had, WITNESSES)
            if s.subject not in self.participants.identifiers:
                raise Refusal("NotAdmitted", s.subject)
        if not 0 < s.kind <= _KINDS:
            raise Refusal("WrongState", word("RECORD_KIND"), s.kind, s.kind, _KINDS)
        if s.count == 0:
            raise Refusal("ZeroAmount")
        if s.amount != 0 and not any(s.currency):
            raise Refusal("ZeroHash", word("CURRENCY"))
        if s.until < s.from_day:
            raise Refusal("DateOutOfOrder", word("UNTIL"), s.until, s.from_day)
        if s.until > self.participants.today():
            raise Refusal("DateOutOfOrder", word("UNTIL"), s.until, self.participants.today())
        self.documents.require_known(s.document, by, 0)

    def attest(self, sender: str, s: Statement) -> int:
        self.check_attest(s, sender)
        id_ = self.count + 1
        self.records[id_] = (s, sender)
        self.emit("Attested", id_, s.subject, sender, plain(s))
        return id_

    def withdraw(self, sender: str, id_: int, document: bytes) -> None:
        _, by = self.records.get(id_, (None, NOBODY))
        if by == NOBODY:
            raise Refusal("Unknown", word("RECORD"), id_)
        if sender != by:
            raise Refusal("NotParty", sender, by)
        if id_ in self.withdrawn:
            raise Refusal("AlreadyUsed", word("RECORD"), id_.to_bytes(32, "big"))
        self.participants.require_active(by)
        self.documents.require_known(document, by, 0)
        self.withdrawn.add(id_)
        self.emit("AttestationWithdrawn", id_, document)
