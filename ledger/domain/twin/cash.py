"""Twin of `Cash`: axes with two ever-growing counters; first-in-first-out is the identity map (CASH-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.domain import purposes
from ledger.domain.roles import Role
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, word
from ledger.domain.twin.participants import Participants

GENERAL: Final = 0
PURPOSE: Final = 1
SOURCE: Final = 2
COUNTER_MAX: Final = 2**112 - 1
INFINITE: Final = 2**256 - 1


@dataclass(frozen=True, slots=True)
class Axis:
    """`incoming` and `outgoing` only grow; the balance is their difference."""

    incoming: int = 0
    outgoing: int = 0
    flags: int = GENERAL

    @property
    def balance(self) -> int:
        return self.incoming - self.outgoing


class Cash(Contract):
    def __init__(
        self, stage: Stage, address: str, participants: Participants, bank: str, currency: bytes
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.bank = bank
        self.currency = currency
        self.source = purposes.axis_of(purposes.CASH, purposes.source())
        self.axes: dict[str, Axis] = {self.source: Axis(flags=SOURCE)}
        self.allowances: dict[tuple[str, str], int] = {}
        self.references: set[bytes] = set()
        self.controllers: dict[bytes, str] = {}

    # --- reading ---

    def axis(self, axis: str) -> Axis:
        return self.axes.get(axis, Axis())

    def balance_of(self, axis: str) -> int:
        return 0 if axis == self.source else self.axis(axis).balance

    def total_supply(self) -> int:
        return -self.axis(self.source).balance

    def allowance(self, owner: str, spender: str) -> int:
        return self.allowances.get((owner, spender), 0)

    def check_transfer(self, from_axis: str, to_axis: str, amount: int) -> None:
        self._require_general(from_axis)
        self._require_general(to_axis)
        self.participants.require_active_pair(from_axis, to_axis)
        had = self.balance_of(from_axis)
        if had < amount:
            raise Refusal("InsufficientBalance", from_axis, had, amount)

    # --- holders ---

    def approve(self, sender: str, spender: str, amount: int) -> bool:
        self.allowances[sender, spender] = amount
        self.emit("Approval", sender, spender, amount)
        return True

    def transfer(self, sender: str, to: str, amount: int) -> bool:
        return self._transfer(sender, to, amount, ZERO_HASH)

    def transfer_with_document(self, sender: str, to: str, amount: int, document: bytes) -> bool:
        return self._transfer(sender, to, amount, document)

    def transfer_from(self, sender: str, owner: str, to: str, amount: int) -> bool:
        return self.transfer_from_with_document(sender, owner, to, amount, ZERO_HASH)

    def transfer_from_with_document(
        self, sender: str, owner: str, to: str, amount: int, document: bytes
    ) -> bool:
        self._spend_allowance(owner, sender, amount)
        return self._transfer(owner, to, amount, document)

    def redeem(self, sender: str, amount: int, document: bytes) -> None:
        self.participants.require_active(sender)
        self._require_amount(amount)
        self._move_to_purpose(sender, self._redemption(sender), amount, document)

    def cancel_redeem(self, sender: str, amount: int, document: bytes) -> None:
        self._require_amount(amount)
        self._move(self._redemption(sender), sender, amount, document)

    # --- settlement bank ---

    def mint(self, sender: str, to: str, amount: int, bank_reference: bytes) -> None:
        self._only_bank(sender)
        self.participants.require_role(sender, Role.BANK)
        self._use_reference(bank_reference)
        self._require_amount(amount)
        self._require_general(to)
        self.participants.require_active(to)
        out_offset = self._count_out(self.source, amount)
        self._credit(self.source, to, amount, out_offset, bank_reference)
        self.emit("Transfer", NOBODY, to, amount)
        self.emit("Minted", to, amount, bank_reference)

    def burn(self, sender: str, holder: str, amount: int, bank_reference: bytes) -> None:
        self._only_bank(sender)
        self._use_reference(bank_reference)
        self._require_amount(amount)
        axis = self._redemption(holder)
        out_offset = self._debit(axis, amount)
        self._credit(axis, self.source, amount, out_offset, bank_reference)
        self.emit("Transfer", axis, NOBODY, amount)
        self.emit("Burned", holder, amount, bank_reference)

    # --- modules ---

    def collect(
        self, sender: str, module: bytes, purpose: bytes, owner: str, amount: int, document: bytes
    ) -> int:
        """Returns the in-offset. Asks no admission: who is suspended may still pay a debt or give back."""
        self._only_controller(sender, module)
        self._require_amount(amount)
        self._spend_allowance(owner, sender, amount)
        to = purposes.axis_of(module, purpose)
        in_offset = self.axis(to).incoming
        self._move_to_purpose(owner, to, amount, document)
        return in_offset

    def shift(
        self, sender: str, module: bytes, from_purpose: bytes, to_purpose: bytes, amount: int, document: bytes
    ) -> int:
        """Returns the out-offset at which the money left."""
        self._only_controller(sender, module)
        self._require_amount(amount)
        from_axis = purposes.axis_of(module, from_purpose)
        return self._move_to_purpose(from_axis, purposes.axis_of(module, to_purpose), amount, document)

    def pay(self, sender: str, module: bytes, purpose: bytes, to: str, amount: int, document: bytes) -> int:
        """Returns the out-offset at which the money left."""
        self._only_controller(sender, module)
        self._require_general(to)
        self.participants.require_active(to)
        self._require_amount(amount)
        return self._move(purposes.axis_of(module, purpose), to, amount, document)

    def return_redemption(self, sender: str, holder: str, amount: int, document: bytes) -> None:
        """Brings back what waits for the bank to pay it out: a withdrawal that failed."""
        self._only_controller(sender, purposes.BANK)
        self._require_amount(amount)
        self._move(self._redemption(holder), holder, amount, document)

    # --- delayed powers ---

    def set_controller(self, sender: str, module: bytes, controller: str) -> None:
        self.only_powers(sender)
        if module in (ZERO_HASH, purposes.CASH):
            raise Refusal("NotModule", controller, module)
        self.controllers[module] = controller
        self.emit("ControllerSet", module, controller)

    # --- the two counters ---

    def _transfer(self, from_axis: str, to: str, amount: int, document: bytes) -> bool:
        self.check_transfer(from_axis, to, amount)
        if amount == 0 or from_axis == to:
            self.emit("Transfer", from_axis, to, amount)
            return True
        self._move(from_axis, to, amount, document)
        return True

    def _move_to_purpose(self, from_axis: str, to: str, amount: int, document: bytes) -> int:
        self.axes.setdefault(to, Axis(flags=PURPOSE))
        return self._move(from_axis, to, amount, document)

    def _move(self, from_axis: str, to: str, amount: int, document: bytes) -> int:
        if from_axis == to:
            raise Refusal("SameParty", from_axis, to)
        out_offset = self._debit(from_axis, amount)
        self._credit(from_axis, to, amount, out_offset, document)
        self.emit("Transfer", from_axis, to, amount)
        return out_offset

    def _debit(self, from_axis: str, amount: int) -> int:
        axis = self.axis(from_axis)
        if axis.balance < amount:
            raise Refusal("InsufficientBalance", from_axis, axis.balance, amount)
        self.axes[from_axis] = Axis(axis.incoming, axis.outgoing + amount, axis.flags)
        return axis.outgoing

    def _count_out(self, from_axis: str, amount: int) -> int:
        axis = self.axis(from_axis)
        self._require_fits(axis.outgoing, amount)
        self.axes[from_axis] = Axis(axis.incoming, axis.outgoing + amount, axis.flags)
        return axis.outgoing

    def _credit(self, from_axis: str, to: str, amount: int, out_offset: int, document: bytes) -> None:
        axis = self.axis(to)
        self._require_fits(axis.incoming, amount)
        self.axes[to] = Axis(axis.incoming + amount, axis.outgoing, axis.flags)
        self.emit("Moved", from_axis, to, amount, out_offset, axis.incoming, document)

    # --- small parts ---

    def _redemption(self, holder: str) -> str:
        return purposes.axis_of(purposes.CASH, purposes.redemption(holder))

    def _only_bank(self, sender: str) -> None:
        if sender != self.bank:
            raise Refusal("NotParty", sender, self.bank)

    def _only_controller(self, sender: str, module: bytes) -> None:
        if self.controllers.get(module) != sender:
            raise Refusal("NotModule", sender, module)

    def _require_amount(self, amount: int) -> None:
        if amount == 0:
            raise Refusal("ZeroAmount")

    def _require_fits(self, counter: int, amount: int) -> None:
        if amount > COUNTER_MAX - counter:
            raise Refusal("AmountTooLarge", amount, COUNTER_MAX - counter)

    def _require_general(self, who: str) -> None:
        if purposes.is_purpose(who):
            raise Refusal("NotGeneralAxis", who)

    def _use_reference(self, bank_reference: bytes) -> None:
        if bank_reference == ZERO_HASH:
            raise Refusal("ZeroHash", word("BANK_REFERENCE"))
        if bank_reference in self.references:
            raise Refusal("AlreadyUsed", word("BANK_REFERENCE"), bank_reference)
        self.references.add(bank_reference)

    def _spend_allowance(self, owner: str, spender: str, amount: int) -> None:
        had = self.allowance(owner, spender)
        if had < amount:
            raise Refusal("InsufficientAllowance", owner, spender, had, amount)
        if had != INFINITE:
            self.allowances[owner, spender] = had - amount


class CashRegistry(Contract):
    """Twin of `CashRegistry`: which contracts are ledger cash. Entries are never taken away."""

    def __init__(self, stage: Stage, address: str) -> None:
        super().__init__(stage, address)
        self.listed: dict[str, Cash] = {}

    def require_cash(self, cash: str) -> Cash:
        if cash not in self.listed:
            raise Refusal("CashUnknown", cash)
        return self.listed[cash]

    def list_cash(self, sender: str, cash: Cash) -> None:
        self.only_powers(sender)
        if cash.address in self.listed:
            raise Refusal("AlreadyUsed", word("CASH"), purposes.address_bytes(cash.address).rjust(32, b"\0"))
        self.listed[cash.address] = cash
        self.emit("CashListed", cash.address, cash.currency, cash.bank)
