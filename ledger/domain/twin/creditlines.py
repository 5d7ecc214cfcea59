"""Twin of `CreditLines`: bank to group, group to subsidiary; reserved + outstanding <= limit (LINE-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ledger.domain.roles import Role
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, fits, word
from ledger.domain.twin.participants import Participants


@dataclass(frozen=True, slots=True)
class CreditLine:
    """Amounts in fen; `parent` is zero at the bank's own level."""

    bank: str = NOBODY
    suspended: bool = False
    parent: int = 0
    expires_on: int = 0
    holder: str = NOBODY
    currency: bytes = bytes(3)
    limit: int = 0
    reserved: int = 0
    outstanding: int = 0

    @property
    def used(self) -> int:
        return self.reserved + self.outstanding


class CreditLines(Module):
    def __init__(self, stage: Stage, address: str, participants: Participants) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.lines: dict[int, CreditLine] = {}

    @property
    def count(self) -> int:
        return len(self.lines)

    def line(self, id_: int) -> CreditLine:
        return self.lines.get(id_, CreditLine())

    # --- bank and group ---

    def grant(self, sender: str, holder: str, currency: bytes, limit: int, expires_on: int) -> int:
        self.participants.require_role(sender, Role.BANK)
        return self._grant(CreditLine(sender, False, 0, expires_on, holder, currency, limit))

    def grant_sub(self, sender: str, parent: int, subsidiary: str, limit: int, expires_on: int) -> int:
        above = self._known(parent)
        if above.parent != 0:
            raise Refusal("LevelTooDeep", parent)
        if sender != above.holder:
            raise Refusal("NotParty", sender, above.holder)
        self.participants.require_active_pair(sender, subsidiary)
        group = self.participants.admission(sender).group
        if group == 0 or group != self.participants.admission(subsidiary).group:
            raise Refusal("NotParty", subsidiary, sender)
        if limit > above.limit:
            raise Refusal("LineExceeded", parent, above.limit, limit)
        return self._grant(
            CreditLine(above.bank, False, parent, expires_on, subsidiary, above.currency, limit)
        )

    def _grant(self, line: CreditLine) -> int:
        if line.limit == 0:
            raise Refusal("ZeroAmount")
        if line.currency == bytes(3):
            raise Refusal("ZeroHash", word("CURRENCY"))
        if line.holder == line.bank:
            raise Refusal("SameParty", line.holder, line.bank)
        self.participants.require_role(line.holder, Role.OBLIGOR)
        if line.expires_on < self.participants.today():
            raise Refusal("DateOutOfOrder", word("EXPIRES_ON"), line.expires_on, self.participants.today())
        id_ = self.count + 1
        self.lines[id_] = line
        values = (id_, line.bank, line.holder, line.parent, line.currency, line.limit, line.expires_on)
        self.emit("LineGranted", *values)
        return id_

    def change(self, sender: str, id_: int, limit: int, expires_on: int, suspended: bool) -> None:
        line = self._known(id_)
        owner = self.line(line.parent).holder if line.parent else line.bank
        if sender not in (owner, line.bank):
            raise Refusal("NotParty", sender, owner)
        self.participants.require_active(sender)
        if line.suspended and not suspended and sender != line.bank:
            raise Refusal("NotParty", sender, line.bank)
        if limit < line.used:
            raise Refusal("LimitBelowUse", id_, line.used, limit)
        above = self.line(line.parent).limit
        if line.parent and limit > above:
            raise Refusal("LineExceeded", line.parent, above, limit)
        self.lines[id_] = replace(line, limit=limit, expires_on=expires_on, suspended=suspended)
        self.emit("LineChanged", id_, limit, expires_on, suspended)

    # --- use ---

    def check_reserve(self, id_: int, holder: str, currency: bytes, amount: int) -> None:
        line = self._known(id_)
        if amount == 0:
            raise Refusal("ZeroAmount")
        if holder != line.holder:
            raise Refusal("NotParty", holder, line.holder)
        if currency != line.currency:
            raise Refusal("CurrencyMismatch", currency, line.currency)
        self.participants.require_role(line.bank, Role.BANK)
        for level in self._levels(id_):
            self._require_free(level, amount)

    def reserve(self, sender: str, id_: int, holder: str, currency: bytes, amount: int) -> None:
        self._only_module(sender)
        self.check_reserve(id_, holder, currency, amount)
        self._use(id_, amount, 0)

    def convert(self, sender: str, id_: int, amount: int) -> None:
        self._only_module(sender)
        self._use(id_, -amount, amount)

    def unreserve(self, sender: str, id_: int, amount: int) -> None:
        self._only_module(sender)
        self._use(id_, -amount, 0)

    def release(self, sender: str, id_: int, amount: int) -> None:
        self._only_module(sender)
        self._use(id_, 0, -amount)

    # --- small parts ---

    def _use(self, id_: int, reserved: int, outstanding: int) -> None:
        for level in self._levels(id_):
            line = self.lines[level]
            line = replace(
                line,
                reserved=fits(line.reserved + reserved, 96),
                outstanding=fits(line.outstanding + outstanding, 96),
            )
            self.lines[level] = line
            self.emit("LineUsed", level, line.reserved, line.outstanding)

    def _levels(self, id_: int) -> Iterator[int]:
        while id_:
            yield id_
            id_ = self.line(id_).parent

    def _known(self, id_: int) -> CreditLine:
        line = self.line(id_)
        if line.bank == NOBODY:
            raise Refusal("Unknown", word("CREDIT_LINE"), id_)
        return line

    def _require_free(self, id_: int, amount: int) -> None:
        line = self.line(id_)
        if line.suspended:
            raise Refusal("LineSuspended", id_)
        if line.expires_on < self.participants.today():
            raise Refusal("LineExpired", id_, line.expires_on, self.participants.today())
        free = line.limit - line.used
        if amount > free:
            raise Refusal("LineExceeded", id_, free, amount)

    def _only_module(self, sender: str) -> None:
        if self.duties.get(sender, ZERO_HASH) == ZERO_HASH:
            raise Refusal("NotModule", sender, word("CREDIT_LINES"))
