"""Twin of `CreditLines`: bank to group, group to subsidiary; reserved + outstanding <= limit (LINE-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ledger.domain.roles import Role
from ledger.domain.states import LinePhase, LineState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, fits, word
from ledger.domain.twin.participants import Participants

_STATES: Final = {
    LinePhase.REQUESTED: LineState.REQUESTED,
    LinePhase.REFUSED: LineState.REFUSED,
    LinePhase.WITHDRAWN: LineState.WITHDRAWN,
}


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
    phase: int = LinePhase.GRANTED

    @property
    def used(self) -> int:
        return self.reserved + self.outstanding


@dataclass(frozen=True, slots=True)
class Request:
    """What a holder asked for."""

    limit: int = 0
    expires_on: int = 0


class CreditLines(Module):
    def __init__(self, stage: Stage, address: str, participants: Participants) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.lines: dict[int, CreditLine] = {}
        self.requests: dict[int, Request] = {}

    @property
    def count(self) -> int:
        return len(self.lines)

    def line(self, id_: int) -> CreditLine:
        return self.lines.get(id_, CreditLine())

    def request_of(self, id_: int) -> Request:
        return self.requests.get(id_, Request())

    def state_of(self, id_: int) -> int:
        """Of a line that is active itself, what the line above it is."""
        line = self.line(id_)
        own = self._state_of(line)
        return self._state_of(self.line(line.parent)) if own == LineState.ACTIVE and line.parent else own

    def _state_of(self, line: CreditLine) -> int:
        if line.bank == NOBODY:
            return 0
        if line.phase != LinePhase.GRANTED:
            return _STATES[LinePhase(line.phase)]
        if line.suspended:
            return LineState.SUSPENDED
        return LineState.EXPIRED if line.expires_on < self.participants.today() else LineState.ACTIVE

    # --- requests ---

    def request(self, sender: str, bank: str, currency: bytes, limit: int, expires_on: int) -> int:
        line = CreditLine(bank=bank, phase=LinePhase.REQUESTED, holder=sender, currency=currency)
        self._require_terms(line, limit, expires_on)
        self.participants.require_role(bank, Role.BANK)
        id_ = self.count + 1
        self.lines[id_], self.requests[id_] = line, Request(limit, expires_on)
        self.emit("LineRequested", id_, bank, sender, currency, limit, expires_on)
        return id_

    def grant_requested(self, sender: str, id_: int, limit: int, expires_on: int) -> None:
        line = self._requested(id_, sender)
        self.participants.require_role(sender, Role.BANK)
        self._require_terms(line, limit, expires_on)
        self.lines[id_] = replace(line, phase=LinePhase.GRANTED, limit=limit, expires_on=expires_on)
        self.emit("LineGranted", id_, sender, line.holder, 0, line.currency, limit, expires_on)

    def refuse_request(self, sender: str, id_: int, reason: bytes) -> None:
        line = self._requested(id_, sender)
        self.participants.require_active(sender)
        if reason == ZERO_HASH:
            raise Refusal("ZeroHash", word("REASON"))
        self.lines[id_] = replace(line, phase=LinePhase.REFUSED)
        self.emit("LineRefused", id_, reason)

    def withdraw_request(self, sender: str, id_: int) -> None:
        line = self._in_state(id_, LineState.REQUESTED)
        if sender != line.holder:
            raise Refusal("NotParty", sender, line.holder)
        self.lines[id_] = replace(line, phase=LinePhase.WITHDRAWN)
        self.emit("LineWithdrawn", id_)

    def _requested(self, id_: int, bank: str) -> CreditLine:
        line = self._in_state(id_, LineState.REQUESTED)
        if bank != line.bank:
            raise Refusal("NotParty", bank, line.bank)
        return line

    # --- bank and group ---

    def grant(self, sender: str, holder: str, currency: bytes, limit: int, expires_on: int) -> int:
        self.participants.require_role(sender, Role.BANK)
        return self._grant(
            CreditLine(sender, expires_on=expires_on, holder=holder, currency=currency, limit=limit)
        )

    def grant_sub(self, sender: str, parent: int, subsidiary: str, limit: int, expires_on: int) -> int:
        above = self._granted(parent)
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
            CreditLine(
                above.bank,
                parent=parent,
                expires_on=expires_on,
                holder=subsidiary,
                currency=above.currency,
                limit=limit,
            )
        )

    def _grant(self, line: CreditLine) -> int:
        self._require_terms(line, line.limit, line.expires_on)
        id_ = self.count + 1
        self.lines[id_] = line
        values = (id_, line.bank, line.holder, line.parent, line.currency, line.limit, line.expires_on)
        self.emit("LineGranted", *values)
        return id_

    def change(self, sender: str, id_: int, limit: int, expires_on: int, suspended: bool) -> None:
        line = self._granted(id_)
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
        line = self._granted(id_)
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

    def _require_terms(self, line: CreditLine, limit: int, expires_on: int) -> None:
        if limit == 0:
            raise Refusal("ZeroAmount")
        if line.currency == bytes(3):
            raise Refusal("ZeroHash", word("CURRENCY"))
        if line.holder == line.bank:
            raise Refusal("SameParty", line.holder, line.bank)
        self.participants.require_role(line.holder, Role.OBLIGOR)
        if expires_on < self.participants.today():
            raise Refusal("DateOutOfOrder", word("EXPIRES_ON"), expires_on, self.participants.today())

    def _in_state(self, id_: int, needed: LineState) -> CreditLine:
        line = self._known(id_)
        state = self._state_of(line)
        if state != needed:
            raise Refusal("WrongState", word("CREDIT_LINE"), id_, state, int(needed))
        return line

    def _granted(self, id_: int) -> CreditLine:
        """Granted once, whatever it is now."""
        line = self._known(id_)
        if line.phase != LinePhase.GRANTED:
            state = self._state_of(line)
            raise Refusal("WrongState", word("CREDIT_LINE"), id_, state, int(LineState.ACTIVE))
        return line

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
