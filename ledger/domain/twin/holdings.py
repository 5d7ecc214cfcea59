"""Twin of `GreenBond`: units of one bond, what was held at the end of a record day, who may stop a move.

The contract keeps a past holding only when a record day passed before it changed. The twin keeps every one,
so asking both for the same day compares the short way with the long one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

from ledger.domain.mandates import MandateKind
from ledger.domain.roles import Role
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, word
from ledger.domain.twin.cash import INFINITE
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.mandates import Mandates
from ledger.domain.twin.participants import Participants

BY_AUTHORITY: Final = 1
BY_DEPOSITORY: Final = 2
MAX_RECORD_DAYS: Final = 256
_MOST_UNITS: Final = 2**64 - 1


class Office(Protocol):
    """What the units ask of the office that issued them."""

    address: str
    duties: dict[str, bytes]

    def issuer_of(self, bond: int) -> str: ...


class Lenders(Protocol):
    """What a loan's units and order book ask of its facility, and its service."""

    address: str

    def require_lender(self, loan: int, who: str) -> None: ...

    def check_lend(self, loan: int, lender: str, units: int) -> None: ...

    def due_with(self, loan: int, period: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Holding:
    """As `IGreenBond.Holding`."""

    units: int
    frozen_by_authority: int
    frozen_by_depository: int
    since: int
    checkpoints: int
    frozen_by: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Whom every unit asks: the immutables of the contract's code."""

    participants: Participants
    mandates: Mandates
    documents: Documents


class GreenBond(Contract):
    """ERC-20 with no decimals; every move asks for an active sender and an admitted investor: for a loan, a
    lender that the borrower agreed to."""

    def __init__(
        self,
        stage: Stage,
        address: str,
        office: Office,
        bond: int,
        asked: Neighbours,
        lenders: Lenders | None = None,
    ) -> None:
        super().__init__(stage, address)
        self.lenders = lenders
        self.office = office
        self.bond_id = bond
        self.participants = asked.participants
        self.mandates = asked.mandates
        self.documents = asked.documents
        self.history: dict[str, tuple[tuple[int, int], ...]] = {}
        self.allowances: dict[tuple[str, str], int] = {}
        self.frozen_units: dict[tuple[str, int], int] = {}
        self.frozen_by: dict[str, int] = {}
        self.record_days: tuple[int, ...] = ()
        self.paused_by = 0
        self.retired = False
        self.emit("Initialized", 1)

    # --- reading ---

    @property
    def total_supply(self) -> int:
        return sum(self.balance_of(holder) for holder in self.history)

    def balance_of(self, holder: str) -> int:
        past = self.history.get(holder)
        return past[-1][1] if past else 0

    def allowance(self, owner: str, spender: str) -> int:
        return self.allowances.get((owner, spender), 0)

    def holding(self, holder: str) -> Holding:
        past = self.history.get(holder, ())
        return Holding(
            self.balance_of(holder),
            self._frozen(holder, BY_AUTHORITY),
            self._frozen(holder, BY_DEPOSITORY),
            past[-1][0] if past else 0,
            sum(units != 0 and self._recorded(start, end) for (start, units), (end, _) in pairwise(past)),
            self.frozen_by.get(holder, 0),
        )

    def _recorded(self, start: int, end: int) -> bool:
        return any(start <= day < end for day in self.record_days)

    def check_transfer(self, from_: str, to: str, units: int) -> None:
        if to == NOBODY:
            raise Refusal("ERC20InvalidReceiver", to)
        self._require_movable(from_, to)
        self._require_free(from_, units)

    # --- record days ---

    def add_record_day(self, sender: str, day: int) -> None:
        self._only_service(sender)
        if day < self.participants.today() or day == 0:
            raise Refusal("DateOutOfOrder", word("RECORD_DAY"), day, self.participants.today())
        if day in self.record_days:
            return
        if len(self.record_days) == MAX_RECORD_DAYS:
            raise Refusal("TooManyRecordDays", MAX_RECORD_DAYS)
        self.record_days = tuple(sorted((*self.record_days, day)))
        self.emit("RecordDayAdded", day)

    def units_at(self, holder: str, day: int) -> int:
        self._require_over(day)
        return self._held_at(holder, day)

    def supply_at(self, day: int) -> int:
        self._require_over(day)
        return sum(self._held_at(holder, day) for holder in self.history)

    def _require_over(self, day: int) -> None:
        if day not in self.record_days:
            raise Refusal("RecordDayUnknown", day)
        if day >= self.participants.today():
            raise Refusal("RecordDayOpen", day, self.participants.today())

    def _held_at(self, holder: str, day: int) -> int:
        return next((units for since, units in reversed(self.history.get(holder, ())) if since <= day), 0)

    # --- the office and its service ---

    def mint(self, sender: str, investor: str, units: int) -> None:
        """What a paid booking is due; nobody is asked for admission again."""
        if sender != self.office.address:
            raise Refusal("NotParty", sender, self.office.address)
        if self.retired:
            raise Refusal("BondRetired", self.bond_id)
        room = _MOST_UNITS - self.total_supply
        if units > room:
            raise Refusal("AmountTooLarge", units, room)
        self._change(investor, units)
        self.emit("Transfer", NOBODY, investor, units)

    def retire(self, sender: str) -> None:
        self._only_service(sender)
        if self.retired:
            raise Refusal("BondRetired", self.bond_id)
        self.retired = True
        self.emit("Retired")

    def _only_service(self, sender: str) -> None:
        if self.office.duties.get(sender, ZERO_HASH) != word("SERVICE"):
            raise Refusal("NotModule", sender, word("SERVICE"))

    # --- moving ---

    def approve(self, sender: str, spender: str, units: int) -> bool:
        if spender == NOBODY:
            raise Refusal("ERC20InvalidSpender", spender)
        self.allowances[sender, spender] = units
        self.emit("Approval", sender, spender, units)
        return True

    def transfer(self, sender: str, to: str, units: int) -> bool:
        return self._transfer(sender, to, units)

    def transfer_from(self, sender: str, owner: str, to: str, units: int) -> bool:
        had = self.allowance(owner, sender)
        if had < units:
            raise Refusal("ERC20InsufficientAllowance", sender, had, units)
        if had != INFINITE:
            self.allowances[owner, sender] = had - units
        return self._transfer(owner, to, units)

    def transfer_for(self, sender: str, from_: str, to: str, units: int, document: bytes) -> None:
        """Custody: by the holder's own depository."""
        self.mandates.require_mandate(from_, sender, MandateKind.DEPOSITORY, self.bond_id)
        self.documents.require_known(document, sender, 0)
        self._transfer(from_, to, units)
        self.emit("CustodyTransfer", from_, to, sender, units, document)

    def _transfer(self, from_: str, to: str, units: int) -> bool:
        self.check_transfer(from_, to, units)
        self._move(from_, to, units)
        return True

    def _move(self, from_: str, to: str, units: int) -> None:
        if units and from_ != to:
            self._change(from_, -units)
            self._change(to, units)
        self.emit("Transfer", from_, to, units)

    def _change(self, holder: str, by: int) -> None:
        """One entry a day: what was held at its end."""
        day, units = self.participants.today(), self.balance_of(holder) + by
        before = tuple(entry for entry in self.history.get(holder, ()) if entry[0] != day)
        self.history[holder] = (*before, (day, units))

    def _require_movable(self, from_: str, to: str) -> None:
        if self.retired:
            raise Refusal("BondRetired", self.bond_id)
        if self.paused_by:
            raise Refusal("BondPaused", self.bond_id, self.paused_by)
        for holder in (from_, to):
            if self.frozen_by.get(holder, 0):
                raise Refusal("AccountFrozen", holder, self.frozen_by[holder])
        self._require_holder(to)
        self.participants.require_active(from_)

    def _require_holder(self, to: str) -> None:
        if self.lenders:
            self.lenders.require_lender(self.bond_id, to)
        else:
            self.participants.require_role(to, Role.INVESTOR)

    def _require_free(self, holder: str, units: int) -> None:
        had = self.balance_of(holder)
        if had < units:
            raise Refusal("ERC20InsufficientBalance", holder, had, units)
        if self._free(holder) < units:
            raise Refusal("UnitsNotFree", holder, self._free(holder), units)

    def _free(self, holder: str) -> int:
        frozen = self._frozen(holder, BY_AUTHORITY) + self._frozen(holder, BY_DEPOSITORY)
        return self.balance_of(holder) - frozen

    def _frozen(self, holder: str, kind: int) -> int:
        return self.frozen_units.get((holder, kind), 0)

    # --- authorities ---

    def freeze(self, sender: str, holder: str, reason: int, document: bytes) -> None:
        kind = self._authority(sender, reason, document)
        self.frozen_by[holder] = self.frozen_by.get(holder, 0) | kind
        self.emit("Frozen", holder, sender, reason, document)

    def unfreeze(self, sender: str, holder: str, reason: int, document: bytes) -> None:
        kind = self._authority(sender, reason, document)
        self.frozen_by[holder] = _lifted(self.frozen_by.get(holder, 0), kind)
        self.emit("Unfrozen", holder, sender, reason, document)

    def freeze_units(self, sender: str, holder: str, units: int, reason: int, document: bytes) -> None:
        kind = self._authority(sender, reason, document)
        if units == 0:
            raise Refusal("ZeroAmount")
        self._require_free(holder, units)
        self.frozen_units[holder, kind] = self._frozen(holder, kind) + units
        self.emit("UnitsFrozen", holder, sender, units, reason, document)

    def unfreeze_units(self, sender: str, holder: str, units: int, reason: int, document: bytes) -> None:
        kind = self._authority(sender, reason, document)
        if units == 0:
            raise Refusal("ZeroAmount")
        self._release(holder, units, kind)
        self.emit("UnitsUnfrozen", holder, sender, units, reason, document)

    def force_transfer(
        self, sender: str, from_: str, to: str, units: int, reason: int, document: bytes
    ) -> None:
        self.participants.require_role(sender, Role.AUTHORITY)
        self._require_order(sender, reason, document)
        if self.retired:
            raise Refusal("BondRetired", self.bond_id)
        if units == 0:
            raise Refusal("ZeroAmount")
        if from_ == to:
            raise Refusal("SameParty", from_, to)
        self._require_holder(to)
        if (had := self.balance_of(from_)) < units:
            raise Refusal("ERC20InsufficientBalance", from_, had, units)
        if (missing := units - self._free(from_)) > 0:
            self._release(from_, missing, BY_AUTHORITY)
            self.emit("UnitsUnfrozen", from_, sender, missing, reason, document)
        self._move(from_, to, units)
        self.emit("ForcedTransfer", from_, to, sender, units, reason, document)

    def pause(self, sender: str, reason: int, document: bytes) -> None:
        self.paused_by |= self._authority(sender, reason, document)
        self.emit("Paused", sender, reason, document)

    def unpause(self, sender: str, reason: int, document: bytes) -> None:
        self.paused_by = _lifted(self.paused_by, self._authority(sender, reason, document))
        self.emit("Unpaused", sender, reason, document)

    def _release(self, holder: str, units: int, kind: int) -> None:
        """An AUTHORITY releases what authorities froze first, and then what a depository froze."""
        reach = (BY_AUTHORITY, BY_DEPOSITORY) if kind == BY_AUTHORITY else (BY_DEPOSITORY,)
        had = sum(self._frozen(holder, by) for by in reach)
        if had < units:
            raise Refusal("UnitsNotFrozen", holder, had, units)
        for by in reach:
            part = min(units, self._frozen(holder, by))
            self.frozen_units[holder, by] = self._frozen(holder, by) - part
            units -= part

    def _authority(self, sender: str, reason: int, document: bytes) -> int:
        if self.participants.admission(sender).roles & Role.AUTHORITY:
            self.participants.require_active(sender)
            kind = BY_AUTHORITY
        else:
            issuer = self.office.issuer_of(self.bond_id)
            self.mandates.require_mandate(issuer, sender, MandateKind.DEPOSITORY, self.bond_id)
            kind = BY_DEPOSITORY
        self._require_order(sender, reason, document)
        return kind

    def _require_order(self, sender: str, reason: int, document: bytes) -> None:
        if reason == 0:
            raise Refusal("ReasonMissing")
        self.documents.require_known(document, sender, 0)


def _lifted(stopped_by: int, kind: int) -> int:
    """What stays stopped when this kind of authority lifts what it may."""
    lifts = BY_AUTHORITY | BY_DEPOSITORY if kind == BY_AUTHORITY else kind
    if not stopped_by & lifts:
        raise Refusal("NotStopped", stopped_by, kind)
    return stopped_by & ~lifts
