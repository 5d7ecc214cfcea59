"""Twin of `BondOffice`: booking, delivery versus payment, closing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.mandates import MandateKind
from ledger.domain.roles import Role
from ledger.domain.states import BondState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, plain, word
from ledger.domain.twin.cash import CashRegistry
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.frameworks import Frameworks
from ledger.domain.twin.holdings import GreenBond, Lenders, Neighbours
from ledger.domain.twin.mandates import Mandates
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.proceeds import Proceeds

ALLOTMENT_DAYS: Final = 30
MILLION: Final = 1_000_000
_NO_ISIN: Final = bytes(12)
_MOST_UNITS: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Terms:
    """As `IBondOffice.Terms`: fen a unit, ppm a year, dates as day numbers, zero where not published."""

    framework: int = 0
    cash: str = NOBODY
    isin: bytes = _NO_ISIN
    denomination: int = 0
    issue_price: int = 0
    min_units: int = 0
    max_units: int = 0
    closes_on: int = 0
    issue_date: int = 0
    maturity_date: int = 0
    coupon_ppm: int = 0
    max_cost_ppm: int = 0
    service_terms: bytes = ZERO_HASH
    document: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class Bond:
    issuer: str = NOBODY
    state: int = 0
    facility: int = 0
    token: str = NOBODY
    booked_units: int = 0
    allotted_units: int = 0
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class Booking:
    """A place in the order of bookings. After allotment it still says what was asked for."""

    investor: str
    units: int


@dataclass(frozen=True, slots=True)
class Allotment:
    """When booking ended, and how far allotment has come: the next place, the units of those before it, and
    how many units those were allotted."""

    ended_on: int = 0
    next: int = 0
    passed: int = 0
    units: int = 0


class BondOffice(Module):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        frameworks: Frameworks,
        proceeds: Proceeds,
        registry: CashRegistry,
        mandates: Mandates,
        documents: Documents,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.frameworks = frameworks
        self.proceeds = proceeds
        self.registry = registry
        self.mandates = mandates
        self.units_ask = Neighbours(participants, mandates, documents)
        self.bonds: dict[int, Bond] = {}
        self.tokens: dict[int, GreenBond] = {}
        self.isins: dict[bytes, int] = {}
        self.orders: dict[int, tuple[Booking, ...]] = {}
        self.allotments: dict[int, Allotment] = {}
        self.lenders: Lenders | None = None  # whoever has the duty "FACILITIES" puts itself here

    @property
    def count(self) -> int:
        return len(self.bonds)

    def bond(self, id_: int) -> Bond:
        return self.bonds.get(id_, Bond())

    def issuer_of(self, id_: int) -> str:
        return self.bond(id_).issuer

    def order(self, id_: int) -> tuple[Booking, ...]:
        """Every place in the order of bookings; a cancelled one is empty and keeps its place."""
        return self.orders.get(id_, ())

    def allotment(self, id_: int) -> Allotment:
        return self.allotments.get(id_, Allotment())

    def booking(self, id_: int, investor: str) -> int:
        """Units that wait: neither allotted nor gone back."""
        waiting = self.order(id_)[self.allotment(id_).next :]
        return sum(place.units for place in waiting if place.investor == investor)

    # --- registration ---

    def register(self, sender: str, terms: Terms, label: str) -> int:
        return self._register(sender, 0, terms, label)

    def register_drawdown(self, sender: str, borrower: str, facility: int, terms: Terms, label: str) -> int:
        """A green loan's: its units ask the facility who may hold them."""
        self.only_duty(sender, "FACILITIES")
        return self._register(borrower, facility, terms, label)

    def _register(self, issuer: str, facility: int, terms: Terms, label: str) -> int:
        self.participants.require_role(issuer, Role.ISSUER)
        self._require_terms(issuer, terms)
        id_ = self.count + 1
        self._take_isin(terms.isin, id_)
        lenders = self.lenders if facility else None
        token = GreenBond(self.stage, created_address(self.address, id_), self, id_, self.units_ask, lenders)
        self.tokens[id_] = token
        self.bonds[id_] = Bond(issuer, BondState.BOOKING, facility, token.address, 0, 0, terms)
        self.proceeds.open_books(
            self.address, id_, issuer, terms.framework, self.registry.require_cash(terms.cash)
        )
        self.emit("BondRegistered", id_, issuer, token.address, label, plain(terms))
        return id_

    def _require_terms(self, sender: str, terms: Terms) -> None:
        issuer = self.frameworks.framework(terms.framework).issuer
        if issuer == NOBODY:
            raise Refusal("Unknown", word("FRAMEWORK"), terms.framework)
        if issuer != sender:
            raise Refusal("NotParty", sender, issuer)
        self.frameworks.require_review(terms.framework)
        self.registry.require_cash(terms.cash)
        if terms.document == ZERO_HASH:
            raise Refusal("ZeroHash", word("TERMS"))
        if 0 in (terms.denomination, terms.issue_price, terms.max_units):
            raise Refusal("ZeroAmount")
        if terms.min_units > terms.max_units:
            raise Refusal("OverMaximum", self.count + 1, terms.min_units, terms.max_units)
        if terms.max_cost_ppm > MILLION:
            raise Refusal("AmountTooLarge", terms.max_cost_ppm, MILLION)
        if terms.closes_on < self.participants.today():
            raise Refusal("DateOutOfOrder", word("CLOSES_ON"), terms.closes_on, self.participants.today())
        dated = terms.issue_date != 0 and terms.maturity_date != 0
        if dated and terms.maturity_date <= terms.issue_date:
            raise Refusal("DateOutOfOrder", word("MATURITY"), terms.maturity_date, terms.issue_date)

    def _take_isin(self, isin: bytes, id_: int) -> None:
        if isin == _NO_ISIN:
            return
        if isin in self.isins:
            raise Refusal("AlreadyUsed", word("ISIN"), isin.ljust(32, b"\0"))
        self.isins[isin] = id_

    # --- booking ---

    def check_book(self, id_: int, investor: str, units: int) -> None:
        bond = self._in_state(id_, BondState.BOOKING)
        if self.lenders and bond.facility:
            self.lenders.check_lend(id_, investor, self.booking(id_, investor) + units)
        else:
            self.participants.require_role(investor, Role.INVESTOR)
        if units == 0:
            raise Refusal("ZeroAmount")
        self._require_booking_day(bond)
        room = _MOST_UNITS - bond.booked_units
        if units > room:
            raise Refusal("AmountTooLarge", units, room)

    def book(self, sender: str, id_: int, units: int) -> None:
        self.check_book(id_, sender, units)
        self._change(id_, sender, units)
        amount = units * self.bond(id_).terms.issue_price
        self.proceeds.collect_booking(self.address, id_, sender, amount)
        self.emit("Booked", id_, sender, units, amount)

    def cancel_booking(self, sender: str, id_: int, units: int) -> None:
        """All or part of it, until booking ends; whoever cannot receive keeps a claim."""
        bond = self._in_state(id_, BondState.BOOKING)
        if units == 0:
            raise Refusal("ZeroAmount")
        self._require_booking_day(bond)
        booked = self.booking(id_, sender)
        if units > booked:
            raise Refusal("OverBooking", sender, booked, units)
        self._change(id_, sender, -units)
        amount = units * bond.terms.issue_price
        self.proceeds.return_booking(self.address, id_, sender, amount)
        self.emit("BookingCancelled", id_, sender, units, amount)

    def _change(self, id_: int, investor: str, units: int) -> None:
        """More or fewer units in the investor's place; its first booking takes the next one."""
        order = self.order(id_)
        if all(place.investor != investor for place in order):
            order = (*order, Booking(investor, 0))
        self.orders[id_] = tuple(
            replace(place, units=place.units + units) if place.investor == investor else place
            for place in order
        )
        bond = self.bonds[id_]
        self.bonds[id_] = replace(bond, booked_units=bond.booked_units + units)

    def _require_booking_day(self, bond: Bond) -> None:
        today = self.participants.today()
        if today > bond.terms.closes_on:
            raise Refusal("DateOutOfOrder", word("CLOSES_ON"), bond.terms.closes_on, today)

    # --- allotment ---

    def check_allot(self, id_: int, who: str) -> None:
        bond = self._known(id_)
        if bond.state not in (BondState.BOOKING, BondState.ALLOTTING):
            raise Refusal("WrongState", word("BOND"), id_, bond.state, int(BondState.ALLOTTING))
        self._require_actor(id_, bond, who)
        if bond.state == BondState.ALLOTTING:
            if self.allotment(id_).next == len(self.order(id_)):
                raise Refusal("AllotmentDone", id_)
            return
        today = self.participants.today()
        if today <= bond.terms.closes_on and who != bond.issuer:
            raise Refusal("DateOutOfOrder", word("CLOSES_ON"), today, bond.terms.closes_on)
        if bond.booked_units < bond.terms.min_units:
            raise Refusal("FloorMissed", id_, bond.booked_units, bond.terms.min_units)
        if bond.booked_units == 0:
            raise Refusal("ZeroAmount")

    def allot(self, sender: str, id_: int, max_bookings: int) -> None:
        """The next places in their order; delivery versus payment, booking by booking."""
        self.check_allot(id_, sender)
        if max_bookings == 0:
            raise Refusal("ZeroAmount")
        bond = self.bond(id_)
        if bond.state == BondState.BOOKING:
            self.bonds[id_] = replace(bond, state=BondState.ALLOTTING)
            self.allotments[id_] = Allotment(ended_on=self.participants.today())
            self.emit("AllotmentBegun", id_, bond.booked_units, allottable(bond))
        first = self.allotment(id_).next
        for place in self.order(id_)[first : first + max_bookings]:
            self._allot_one(id_, place)

    def _allot_one(self, id_: int, place: Booking) -> None:
        bond, cursor = self.bond(id_), self.allotment(id_)
        end = cursor.passed + place.units
        units = share_down(bond, end) - share_down(bond, cursor.passed)
        self.allotments[id_] = Allotment(cursor.ended_on, cursor.next + 1, end, cursor.units + units)
        if place.units == 0:
            return
        self.bonds[id_] = replace(bond, allotted_units=bond.allotted_units + units)
        amount, rest = (n * bond.terms.issue_price for n in (units, place.units - units))
        if units:
            self.proceeds.accept_booking(self.address, id_, place.investor, amount)
        if rest:
            self.proceeds.return_booking(self.address, id_, place.investor, rest)
        if units:
            self.tokens[id_].mint(self.address, place.investor, units)
        self.emit("Allotted", id_, place.investor, units, amount, rest)

    def check_close(self, id_: int, who: str, cost: int, value_date: int) -> None:
        bond = self._in_state(id_, BondState.ALLOTTING)
        self._require_actor(id_, bond, who)
        done, places = self.allotment(id_).next, len(self.order(id_))
        if done != places:
            raise Refusal("AllotmentOpen", id_, done, places)
        left = self._abandoned(id_, bond)
        raised = bond.allotted_units * bond.terms.issue_price
        most = 0 if left else raised * bond.terms.max_cost_ppm // MILLION
        if cost > most:
            raise Refusal("CostAboveCap", id_, cost, most)
        latest = 0 if left else self.participants.today()
        if value_date > latest:
            raise Refusal("DateOutOfOrder", word("VALUE_DATE"), value_date, latest)

    def close(self, sender: str, id_: int, cost: int, value_date: int) -> None:
        self.check_close(id_, sender, cost, value_date)
        self.bonds[id_] = replace(self.bond(id_), state=BondState.CLOSED)
        raised = self.proceeds.close_books(self.address, id_, cost, value_date)
        self.emit("BondClosed", id_, raised, cost, value_date)

    # --- cancelling ---

    def cancel(self, sender: str, id_: int) -> None:
        bond = self._in_state(id_, BondState.BOOKING)
        over = self.participants.today() > bond.terms.closes_on
        missed = over and bond.booked_units < bond.terms.min_units
        if sender != bond.issuer and not missed and not self._abandoned(id_, bond):
            raise Refusal("NotParty", sender, bond.issuer)
        self.bonds[id_] = replace(bond, state=BondState.CANCELLED)
        self.emit("BondCancelled", id_)

    def return_booking(self, sender: str, id_: int, investor: str) -> None:
        """Anyone may call: the money goes back to the investor only."""
        bond = self._in_state(id_, BondState.CANCELLED)
        units = self.booking(id_, investor)
        if units == 0:
            raise Refusal("NothingBooked", id_, investor)
        self.orders[id_] = tuple(
            replace(place, units=0) if place.investor == investor else place for place in self.order(id_)
        )
        amount = units * bond.terms.issue_price
        self.proceeds.return_booking(self.address, id_, investor, amount)
        self.emit("BookingReturned", id_, investor, amount)

    # --- states ---

    def _known(self, id_: int) -> Bond:
        bond = self.bond(id_)
        if bond.state == 0:
            raise Refusal("Unknown", word("BOND"), id_)
        return bond

    def _in_state(self, id_: int, needed: BondState) -> Bond:
        bond = self._known(id_)
        if bond.state != needed:
            raise Refusal("WrongState", word("BOND"), id_, bond.state, int(needed))
        return bond

    def _require_actor(self, id_: int, bond: Bond, who: str) -> None:
        """The issuer or its bookrunner; whoever wants, once what was begun was left for too long."""
        if bond.state == BondState.ALLOTTING and self._abandoned(id_, bond):
            return
        if who != bond.issuer:
            self.mandates.require_mandate(bond.issuer, who, MandateKind.BOOKRUNNER, id_)
        self.participants.require_role(bond.issuer, Role.ISSUER)

    def _abandoned(self, id_: int, bond: Bond) -> bool:
        allotting = bond.state == BondState.ALLOTTING
        ended = self.allotment(id_).ended_on if allotting else bond.terms.closes_on
        return self.participants.today() > ended + ALLOTMENT_DAYS


def allottable(bond: Bond) -> int:
    """Units that are allotted in all."""
    return min(bond.booked_units, bond.terms.max_units)


def share_down(bond: Bond, booked: int) -> int:
    """Of what is allotted, the units of the first `booked` units of the order book."""
    return booked * allottable(bond) // bond.booked_units


def created_address(creator: str, nonce: int) -> str:
    """Where the `nonce`-th contract that `creator` makes will stand: keccak of RLP([creator, nonce])."""
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    encoded = number if nonce < 0x80 else bytes([0x80 + len(number)]) + number
    body = b"\x94" + purposes.address_bytes(creator) + encoded
    return purposes.checksum(keccak(bytes([0xC0 + len(body)]) + body)[-purposes.ADDRESS :])
