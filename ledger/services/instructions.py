"""Instructions to the settlement bank: a participant instructs, the bank confirms by a booking or fails it
(BANK-1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ledger.domain.dates import date_of
from ledger.domain.states import LABELS, InstructionState, InstructionWay
from ledger.errors import BadInput, NotFound
from ledger.ports import Mined
from ledger.services.cash import SettlementBank
from ledger.services.session import Act, Session, struct
from ledger.services.values import ZERO_HASH, Amount, hex_of, reference

PAGE = 50
_CONTRACT = "BankInstructions"


@dataclass(frozen=True, slots=True)
class Instructed(Act):
    """A new instruction; the amount in minor units."""

    id: int
    way: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Answered(Act):
    """What the bank answered. `reference`: the hash of its booking; `returned`: what came back, in minor
    units."""

    id: int
    state: str
    reference: str | None = None
    returned: int = 0


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction as it stands, in minor units. `answer`: the hash of the bank's booking or of its
    reason."""

    id: int
    participant: str
    bank: str
    way: str
    state: str
    cash: str
    currency: str
    amount: int
    receivable: int | None
    instructed_on: dt.date
    answered_on: dt.date | None
    answer: str | None


class Instructions(SettlementBank):
    """For participants and their bank. `cash` is a currency code, a record name (`Cash-CNY`) or an
    address."""

    def deposit(self, who: str, amount: Amount, cash: str, *, receivable: int | None = None) -> Instructed:
        """Announces money to the bank. With `receivable`, it is what its obligor pays in at maturity: once it
        is confirmed, `obligor.pay_in` puts it up. 77号文 art. 14: money enters and leaves through banks."""
        found, value = self._amount(amount, cash)
        address = found.contract.address
        mined = self._session.act(who, _CONTRACT, "instructDeposit", address, value, receivable or 0)
        return _instructed(mined, found.currency.code)

    def withdraw(self, who: str, amount: Amount, cash: str) -> Instructed:
        """Has the bank pay out. What is not set aside yet, free of other instructions, is set aside first."""
        found, value = self._amount(amount, cash)
        account, address = self._session.address(who), found.contract.address
        waiting = int(self._session.read(_CONTRACT, "inFlight", address, account))
        missing = waiting + value - self.redeeming(account, cash)
        if missing > 0:
            self.redeem(who, missing, cash)
        mined = self._session.act(who, _CONTRACT, "instructWithdrawal", address, value)
        return _instructed(mined, found.currency.code)

    def confirm(self, bank: str, instruction: int, booking: str) -> Answered:
        """Mints or burns under the bank's booking, and confirms the instruction with it.

        Two transactions, because only the bank's own account mints. When the first went through alone, the
        same call again confirms, if what was booked is what was instructed.
        """
        one, used = instruction_of(self._session, instruction), reference(booking)
        # What every answer asks, before money is made: the bank's own instruction, and not answered yet.
        self._session.read(_CONTRACT, "checkFail", instruction, used, self._session.address(bank))
        cash = self._session.cash(one.cash)
        if self._session.read(cash.contract, "bankReferenceUsed", used):
            self._require_same(one, hex_of(used))
        else:
            settle = self.burn if one.way == _way(InstructionWay.WITHDRAWAL) else self.mint
            settle(bank, one.participant, one.amount, booking, one.cash)
        mined = self._session.act(bank, _CONTRACT, "confirm", instruction, used)
        return Answered(mined.tx, mined.block, instruction, _state(InstructionState.CONFIRMED), hex_of(used))

    def fail(self, bank: str, instruction: int, reason: str) -> Answered:
        """Says that it cannot be done; what waits for a withdrawal comes back. The chain sees the reason's
        hash."""
        mined = self._session.act(bank, _CONTRACT, "fail", instruction, reference(reason))
        returned = int(mined.event("InstructionFailed").args["returned"])
        return Answered(
            mined.tx, mined.block, instruction, _state(InstructionState.FAILED), returned=returned
        )

    def show(self, instruction: int) -> Instruction:
        """NotFound when there is no such instruction."""
        return instruction_of(self._session, instruction)

    def list(self, *, after: int = 0, limit: int = PAGE) -> tuple[Instruction, ...]:
        """Up to `limit` instructions after number `after`, in their order."""
        last = min(int(self._session.read(_CONTRACT, "count")), after + limit)
        return tuple(self.show(number) for number in range(after + 1, last + 1))

    def _require_same(self, one: Instruction, used: str) -> None:
        """The cash keeps of a reference only that it was used; the rest is in its events."""
        way = "out" if one.way == _way(InstructionWay.WITHDRAWAL) else "in"
        party = self._documents.identifier(one.participant)
        for leg in self._legs(self._session.cash(one.cash)):
            if leg.reference == used and (leg.way, leg.amount, leg.party) != (way, one.amount, party):
                booked = f"{leg.way} {leg.amount} {leg.party}"
                raise BadInput(
                    "the booking is of another instruction", who=one.id, had=booked, needed=one.amount
                )


def instruction_of(session: Session, instruction: int) -> Instruction:
    """NotFound when there is no such instruction."""
    record = struct(session.read(_CONTRACT, "instruction", instruction))
    if not record["state"]:
        raise NotFound(f"there is no instruction {instruction}", who=instruction)
    cash, answer = session.cash(record["cash"]), hex_of(record["answer"])
    return Instruction(
        instruction,
        record["participant"],
        cash.bank,
        _way(record["way"]),
        _state(record["state"]),
        cash.name,
        cash.currency.code,
        record["amount"],
        record["receivable"] or None,
        date_of(record["instructedOn"]),
        date_of(record["answeredOn"]) if record["answeredOn"] else None,
        answer if answer != ZERO_HASH else None,
    )


def _instructed(mined: Mined, unit: str) -> Instructed:
    event = mined.event("Instructed").args
    return Instructed(mined.tx, mined.block, event["instruction"], _way(event["way"]), event["amount"], unit)


def _way(way: int) -> str:
    return LABELS[InstructionWay][InstructionWay(way)]["en"]


def _state(state: int) -> str:
    return LABELS[InstructionState][InstructionState(state)]["en"]
