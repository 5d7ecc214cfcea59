"""Twin of `BankInstructions`: each answered once, by the bank, against a booking of its own (BANK-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.domain import purposes
from ledger.domain.states import InstructionState, InstructionWay
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, word
from ledger.domain.twin.cash import Cash, CashRegistry
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.receivables import Receivables


@dataclass(frozen=True, slots=True)
class Instruction:
    """`answer`: the bank's reference, or the hash of its reason."""

    participant: str = NOBODY
    way: int = 0
    state: int = 0
    instructed_on: int = 0
    answered_on: int = 0
    cash: str = NOBODY
    receivable: int = 0
    amount: int = 0
    answer: bytes = ZERO_HASH


class BankInstructions(Contract):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        registry: CashRegistry,
        receivables: Receivables,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.registry = registry
        self.receivables = receivables
        self.instructions: dict[int, Instruction] = {}
        self.confirmed_by: dict[tuple[str, bytes], int] = {}
        self.in_flight: dict[tuple[str, str], int] = {}

    # --- participant ---

    def instruct_deposit(self, sender: str, cash: str, amount: int, receivable: int) -> int:
        self._require_may(cash, amount, sender)
        if receivable:
            known = self.receivables.receivable(receivable)
            if not known.state or known.cash != cash:
                raise Refusal("Unknown", word("RECEIVABLE"), receivable)
            if known.obligor != sender:
                raise Refusal("NotParty", sender, known.obligor)
        way = InstructionWay.PAY_IN if receivable else InstructionWay.DEPOSIT
        return self._open(Instruction(sender, int(way), cash=cash, receivable=receivable, amount=amount))

    def instruct_withdrawal(self, sender: str, cash: str, amount: int) -> int:
        self._require_may(cash, amount, sender)
        needed = self.in_flight.get((cash, sender), 0) + amount
        had = self._redeemed(cash, sender)
        if had < needed:
            raise Refusal("InsufficientBalance", sender, had, needed)
        self.in_flight[cash, sender] = needed
        return self._open(Instruction(sender, int(InstructionWay.WITHDRAWAL), cash=cash, amount=amount))

    # --- settlement bank ---

    def confirm(self, sender: str, id_: int, bank_reference: bytes) -> None:
        cash = self._open_for(id_, sender)
        if bank_reference == ZERO_HASH:
            raise Refusal("ZeroHash", word("BANK_REFERENCE"))
        if (cash.address, bank_reference) in self.confirmed_by:
            raise Refusal("AlreadyUsed", word("BANK_REFERENCE"), bank_reference)
        if bank_reference not in cash.references:
            raise Refusal("NotBooked", cash.address, bank_reference)
        self.confirmed_by[cash.address, bank_reference] = id_
        self._answer(id_, InstructionState.CONFIRMED, bank_reference)
        self.emit("InstructionConfirmed", id_, bank_reference)

    def fail(self, sender: str, id_: int, reason: bytes) -> None:
        cash = self._open_for(id_, sender)
        if reason == ZERO_HASH:
            raise Refusal("ZeroHash", word("REASON"))
        self._answer(id_, InstructionState.FAILED, reason)
        failed = self.instructions[id_]
        returned = self._left(failed) if failed.way == InstructionWay.WITHDRAWAL else 0
        self.emit("InstructionFailed", id_, reason, returned)
        if returned:
            cash.return_redemption(self.address, failed.participant, returned, reason)

    # --- small parts ---

    def _require_may(self, cash: str, amount: int, participant: str) -> None:
        self.participants.require_active(participant)
        self.registry.require_cash(cash)
        if amount == 0:
            raise Refusal("ZeroAmount")

    def _open(self, new: Instruction) -> int:
        id_ = len(self.instructions) + 1
        opened = replace(new, state=int(InstructionState.INSTRUCTED), instructed_on=self.participants.today())
        self.instructions[id_] = opened
        self.emit("Instructed", id_, new.participant, new.cash, new.way, new.amount, new.receivable)
        return id_

    def _open_for(self, id_: int, bank: str) -> Cash:
        if id_ not in self.instructions:
            raise Refusal("Unknown", word("INSTRUCTION"), id_)
        had = self.instructions[id_]
        cash = self.registry.listed[had.cash]
        if bank != cash.bank:
            raise Refusal("NotParty", bank, cash.bank)
        if had.state != InstructionState.INSTRUCTED:
            needed = int(InstructionState.INSTRUCTED)
            raise Refusal("WrongState", word("INSTRUCTION"), id_, had.state, needed)
        return cash

    def _answer(self, id_: int, state: InstructionState, answer: bytes) -> None:
        had = self.instructions[id_]
        self.instructions[id_] = replace(
            had, state=int(state), answered_on=self.participants.today(), answer=answer
        )
        if had.way == InstructionWay.WITHDRAWAL:
            self.in_flight[had.cash, had.participant] -= had.amount

    def _left(self, failed: Instruction) -> int:
        """What was not cancelled meanwhile and no other withdrawal waits for, up to the amount."""
        others = self.in_flight[failed.cash, failed.participant]
        return min(max(self._redeemed(failed.cash, failed.participant) - others, 0), failed.amount)

    def _redeemed(self, cash: str, participant: str) -> int:
        axis = purposes.axis_of(purposes.CASH, purposes.redemption(participant))
        return self.registry.listed[cash].balance_of(axis)
