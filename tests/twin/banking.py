"""Random instructions to the settlement bank, and its answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ledger.domain import purposes
from ledger.domain.states import InstructionState, InstructionWay, ReceivableState
from ledger.domain.twin.bankinstructions import Instruction
from ledger.domain.twin.base import ZERO_HASH
from tests.twin.actors import BANK, PARTICIPANTS

if TYPE_CHECKING:
    from tests.twin.acts import Act, Histories


class BankingActs:
    """What is drawn between participants and their bank; `h` is the history that it is drawn for."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def builders(self) -> list[tuple[int, Callable[[], Act]]]:
        return [(3, self.deposit), (3, self.withdraw), (3, self.confirm), (2, self.fail)]

    def deposit(self) -> Act:
        """At times for a receivable, by its obligor."""
        h = self.h
        cash = h.spoilt(h.cash.address, lambda: h.world.book.address)
        sender, receivable = h.one(PARTICIPANTS).address, 0
        if h.chance(0.4):
            known = h.world.receivables.receivables
            open_ = [id_ for id_, one in known.items() if one.state == ReceivableState.ACCEPTED]
            receivable = h.fit(open_, lambda: h.number(len(known)))
            sender = h.who(known[receivable].obligor) if receivable in known else sender
        amount = h.amount(50_000, 112)
        return h.act(sender, h.world.instructions, "instructDeposit", cash, amount, receivable)

    def withdraw(self) -> Act:
        """What is set aside and nothing waits for; else something is set aside first."""
        h, cash = self.h, self.h.cash
        free = {one.address: self._free(one.address) for one in PARTICIPANTS}
        ready = [who for who, amount in free.items() if amount > 0]
        if not ready and h.chance(0.8):
            sender = h.one([one.address for one in PARTICIPANTS])
            return h.act(sender, cash, "redeem", h.amount(cash.balance_of(sender)), h.hash())
        sender = h.fit(ready, lambda: h.one(PARTICIPANTS).address)
        amount = h.amount(max(free[sender], 1), 112)
        return h.act(sender, h.world.instructions, "instructWithdrawal", cash.address, amount)

    def _free(self, who: str) -> int:
        axis = purposes.axis_of(purposes.CASH, purposes.redemption(who))
        waiting = self.h.world.instructions.in_flight.get((self.h.cash.address, who), 0)
        return self.h.cash.balance_of(axis) - waiting

    def _open(self) -> tuple[int, Instruction]:
        known = self.h.world.instructions.instructions
        open_ = [id_ for id_, one in known.items() if one.state == InstructionState.INSTRUCTED]
        id_ = self.h.fit(open_, lambda: self.h.number(len(known)))
        return id_, known.get(id_, Instruction())

    def confirm(self) -> Act:
        """By a booking that confirmed nothing yet; at times it is booked first, as the instruction says."""
        h, instructions = self.h, self.h.world.instructions
        id_, one = self._open()
        used = {reference for _, reference in instructions.confirmed_by}
        fresh = sorted(h.cash.references - used)
        if one.state and (not fresh or h.chance(0.3)):
            act = "burn" if one.way == InstructionWay.WITHDRAWAL else "mint"
            return h.act(h.who(BANK.address), h.cash, act, one.participant, one.amount, h.hash())
        reference = h.spoilt(h.fit(fresh, h.hash), lambda: h.one([ZERO_HASH, *sorted(used)]))
        return h.act(h.who(BANK.address), instructions, "confirm", id_, reference)

    def fail(self) -> Act:
        h = self.h
        id_, _ = self._open()
        reason = h.spoilt(h.hash(), lambda: ZERO_HASH)
        return h.act(h.who(BANK.address), h.world.instructions, "fail", id_, reason)
