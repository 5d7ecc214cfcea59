"""Ledger cash: what every holder does with it, and what its settlement bank alone does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.bankmoney import Booking, Confirmed, Leg, Reconciliation, reconcile
from ledger.domain.camt import read_statement
from ledger.domain.dates import date_of
from ledger.domain.purposes import CASH, axis_of, redemption
from ledger.domain.states import InstructionWay
from ledger.errors import NotAllowed
from ledger.services.dated import history
from ledger.services.desk import Desk, act_of
from ledger.services.session import Act, CashContract
from ledger.services.values import ZERO_HASH, Amount, hash_bytes, hex_of, minor, reference


@dataclass(frozen=True, slots=True)
class CashAct(Act):
    """Cash that moved, in minor units of `currency`. `reference` is the hash of the bank's own booking, if
    any."""

    amount: int
    currency: str
    reference: str | None = None


class Cash(Desk):
    """A holder's own cash. `cash` is a currency code, a record name (`Cash-CNY`) or an address."""

    def balance(self, who: str, cash: str) -> int:
        """Minor units on the general account of `who`."""
        return int(self._session.read(self._cash(cash).contract, "balanceOf", self._session.address(who)))

    def redeeming(self, who: str, cash: str) -> int:
        """Minor units that wait for the bank to pay them out."""
        axis = axis_of(CASH, redemption(self._session.address(who)))
        return int(self._session.read(self._cash(cash).contract, "balanceOf", axis))

    def transfer(
        self, who: str, to: str, amount: Amount, cash: str, *, document: str | None = None
    ) -> CashAct:
        """Sends money to another participant's account, naming a document where there is one."""
        found, value = self._amount(amount, cash)
        mined = self._session.act(
            who, found.contract, "transferWithDocument", self._session.address(to), value, _hash(document)
        )
        return CashAct(mined.tx, mined.block, value, found.currency.code)

    def redeem(self, who: str, amount: Amount, cash: str, *, document: str | None = None) -> CashAct:
        """Puts money aside for the settlement bank to pay out and burn."""
        return self._redemption(who, "redeem", amount, cash, document)

    def cancel_redeem(self, who: str, amount: Amount, cash: str, *, document: str | None = None) -> CashAct:
        """Takes back what the bank has not burned yet."""
        return self._redemption(who, "cancelRedeem", amount, cash, document)

    def _redemption(
        self, who: str, function: str, amount: Amount, cash: str, document: str | None
    ) -> CashAct:
        found, value = self._amount(amount, cash)
        mined = self._session.act(who, found.contract, function, value, _hash(document))
        return CashAct(mined.tx, mined.block, value, found.currency.code)

    def approve(self, who: str, spender: str, amount: int, cash: str) -> Act:
        """Sets how much `spender` may still collect from `who`; 0 takes a module's consent back."""
        return act_of(
            self._session.act(
                who, self._cash(cash).contract, "approve", self._session.address(spender), amount
            )
        )

    def _cash(self, cash: str) -> CashContract:
        return self._session.cash(cash)

    def _amount(self, amount: Amount, cash: str) -> tuple[CashContract, int]:
        found = self._cash(cash)
        return found, minor(amount, found.currency.code)


class SettlementBank(Cash):
    """Bank money into ledger cash and back, each act against one of the bank's own bookings."""

    def mint(self, bank: str, to: str, amount: Amount, booking: str, cash: str) -> CashAct:
        """Credits `to` for money that reached the bank under `booking`; each booking is used once.

        The chain sees keccak256 of the booking's text. 77号文 art. 14: money enters and leaves through banks.
        """
        return self._settle("mint", bank, to, amount, booking, cash)

    def burn(self, bank: str, holder: str, amount: Amount, booking: str, cash: str) -> CashAct:
        """Destroys what `holder` put aside, the bank having paid it out under `booking`."""
        return self._settle("burn", bank, holder, amount, booking, cash)

    def _settle(
        self, function: str, bank: str, holder: str, amount: Amount, booking: str, cash: str
    ) -> CashAct:
        found, value = self._amount(amount, cash)
        if self._session.address(bank) != found.bank:
            raise NotAllowed(f"{bank} does not keep {found.name}", who=bank, had=bank, needed=found.bank)
        used = reference(booking)
        mined = self._session.act(bank, found.contract, function, self._session.address(holder), value, used)
        return CashAct(mined.tx, mined.block, value, found.currency.code, hex_of(used))

    def reconcile(
        self, statement: Sequence[Booking], cash: str, first: dt.date, last: dt.date
    ) -> Reconciliation:
        """A bank's statement of some days against the mints and burns of its ledger cash, and these against
        the instructions that they confirmed; each difference named. 77号文 art. 14."""
        found = self._cash(cash)
        legs, confirmed = list(self._legs(found)), list(self._confirmed(found))
        return reconcile(statement, legs, lambda text: hex_of(reference(text)), first, last, confirmed)

    def differences(
        self, statement: bytes, cash: str, first: dt.date | None = None, last: dt.date | None = None
    ) -> Reconciliation:
        """The same of a statement's file (camt.053 or CSV), over its own days where none are given."""
        given = read_statement(statement, self._cash(cash).currency)
        return self.reconcile(given.bookings, cash, *given.days(first, last))

    def _confirmed(self, cash: CashContract) -> Iterator[Confirmed]:
        """Every instruction on this cash that its bank confirmed."""
        given: dict[int, dict[str, Any]] = {}
        for one in history(self._session, ["BankInstructions"]).events:
            args = one.row.args
            if one.row.name == "Instructed" and args["cash"] == cash.contract.address:
                given[int(args["instruction"])] = dict(args)
            elif one.row.name == "InstructionConfirmed" and int(args["instruction"]) in given:
                id_ = int(args["instruction"])
                said = given[id_]
                way = "out" if int(said["way"]) == InstructionWay.WITHDRAWAL else "in"
                party = self._documents.identifier(said["participant"])
                yield Confirmed(id_, str(args["bankReference"]), way, int(said["amount"]), party)

    def _legs(self, cash: CashContract) -> Iterator[Leg]:
        """Every mint and burn, by business date."""
        for one in history(self._session, ["Cash"]).events:
            event = one.row
            if event.address == cash.contract.address and event.name in _WAYS:
                way, who = _WAYS[event.name]
                party = self._documents.identifier(event.args[who])
                booked = str(event.args["bankReference"])
                yield Leg(date_of(one.day), booked, way, int(event.args["amount"]), party, event.tx)


_WAYS: Final = {"Minted": ("in", "to"), "Burned": ("out", "holder")}


def _hash(document: str | None) -> bytes:
    return bytes.fromhex(ZERO_HASH[2:]) if document is None else hash_bytes(document, "a document")
