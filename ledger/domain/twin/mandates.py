"""Twin of `Mandates`: who may act for, or read the data of, another participant, until when."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.domain.mandates import MandateKind, role_of
from ledger.domain.roles import Role
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, plain, word
from ledger.domain.twin.participants import Participants

_IN_FORCE, _ENDED = 1, 2


@dataclass(frozen=True, slots=True)
class Mandate:
    """`bond` 0 is all bonds; days are day numbers, both inclusive."""

    grantor: str = NOBODY
    agent: str = NOBODY
    owner: str = NOBODY
    kind: int = 0
    bond: int = 0
    since: int = 0
    until: int = 0
    ended: bool = False
    document: bytes = ZERO_HASH

    def same_reach(self, other: Mandate) -> bool:
        """The same owner, agent, kind and bond, given by the same side: the owner's or the authorities'."""
        mine, theirs = self._reach(), other._reach()
        return mine == theirs

    def _reach(self) -> tuple[str, str, int, int, bool]:
        return self.owner, self.agent, self.kind, self.bond, self.grantor == self.owner


class Mandates(Contract):
    def __init__(self, stage: Stage, address: str, participants: Participants) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.mandates: dict[int, Mandate] = {}

    @property
    def count(self) -> int:
        return len(self.mandates)

    def mandate(self, id_: int) -> Mandate:
        return self.mandates.get(id_, Mandate())

    # --- asking ---

    def holds(self, owner: str, agent: str, kind: int, bond: int) -> bool:
        if not self.participants.is_active(agent):
            return False
        wanted = [m for m in self.mandates.values() if (m.owner, m.agent, m.kind) == (owner, agent, kind)]
        return any(m.bond in (0, bond) and self._in_force(m) for m in wanted)

    def require_mandate(self, owner: str, agent: str, kind: int, bond: int) -> None:
        if not self.holds(owner, agent, kind, bond):
            raise Refusal("MandateMissing", owner, agent, kind, bond)

    def check_grant(
        self, grantor: str, agent: str, owner: str, kind: int, until: int, document: bytes
    ) -> None:
        if not 0 < kind <= MandateKind.CREDIT_READER:
            raise Refusal("Unknown", word("MANDATE_KIND"), kind)
        if grantor == owner:
            self.participants.require_active(grantor)
        else:
            self._require_authority(grantor, owner, kind)
        if agent == owner:
            raise Refusal("SameParty", agent, owner)
        self.participants.require_role(agent, role_of(kind))
        if until < self.participants.today():
            raise Refusal("DateOutOfOrder", word("UNTIL"), until, self.participants.today())
        if document == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))

    def _require_authority(self, grantor: str, owner: str, kind: int) -> None:
        """An authority grants reach into somebody's data, never the power to act for somebody."""
        if kind != MandateKind.AUDITOR:
            raise Refusal("NotParty", grantor, owner)
        self.participants.require_role(grantor, Role.AUTHORITY)
        if owner not in self.participants.identifiers:
            raise Refusal("NotAdmitted", owner)

    # --- granting and ending ---

    def grant(
        self, sender: str, agent: str, owner: str, kind: int, bond: int, until: int, document: bytes
    ) -> int:
        self.check_grant(sender, agent, owner, kind, until, document)
        given = Mandate(sender, agent, owner, kind, bond, self.participants.today(), until, False, document)
        for id_, former in self.mandates.items():
            if former.same_reach(given) and self._in_force(former):
                self._end(sender, id_)
        id_ = self.count + 1
        self.mandates[id_] = given
        self.emit("MandateGranted", id_, owner, agent, plain(given))
        return id_

    def end(self, sender: str, id_: int) -> None:
        mandate = self.mandate(id_)
        if mandate.grantor == NOBODY:
            raise Refusal("Unknown", word("MANDATE"), id_)
        self._require_ender(sender, mandate)
        if mandate.ended:
            raise Refusal("WrongState", word("MANDATE"), id_, _ENDED, _IN_FORCE)
        self._end(sender, id_)

    def _require_ender(self, sender: str, mandate: Mandate) -> None:
        if sender in (mandate.grantor, mandate.agent):
            return
        if mandate.grantor == mandate.owner:
            raise Refusal("NotParty", sender, mandate.grantor)
        self.participants.require_role(sender, Role.AUTHORITY)

    def _end(self, sender: str, id_: int) -> None:
        self.mandates[id_] = replace(self.mandates[id_], ended=True)
        self.emit("MandateEnded", id_, sender)

    def _in_force(self, mandate: Mandate) -> bool:
        return not mandate.ended and mandate.until >= self.participants.today()
