"""Twin of `BondOffice`: booking, delivery versus payment, closing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.roles import Role
from ledger.domain.states import BondState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, plain, word
from ledger.domain.twin.cash import CashRegistry
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.frameworks import Frameworks
from ledger.domain.twin.holdings import GreenBond, Neighbours
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
    token: str = NOBODY
    booked_units: int = 0
    allotted_units: int = 0
    terms: Terms = Terms()


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
        self.bookings: dict[tuple[int, str], int] = {}

    @property
    def count(self) -> int:
        return len(self.bonds)

    def bond(self, id_: int) -> Bond:
        return self.bonds.get(id_, Bond())

    def issuer_of(self, id_: int) -> str:
        return self.bond(id_).issuer

    def booking(self, id_: int, investor: str) -> int:
        return self.bookings.get((id_, investor), 0)

    # --- issuer ---

    def register(self, sender: str, terms: Terms, label: str) -> int:
        self.participants.require_role(sender, Role.ISSUER)
        self._require_terms(sender, terms)
        id_ = self.count + 1
        self._take_isin(terms.isin, id_)
        token = GreenBond(self.stage, created_address(self.address, id_), self, id_, self.units_ask)
        self.tokens[id_] = token
        self.bonds[id_] = Bond(sender, BondState.BOOKING, token.address, 0, 0, terms)
        self.proceeds.open_books(
            self.address, id_, sender, terms.framework, self.registry.require_cash(terms.cash)
        )
        self.emit("BondRegistered", id_, sender, token.address, label, plain(terms))
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

    def allot(self, sender: str, id_: int, investors: list[str], units: list[int]) -> None:
        """Delivery versus payment, investor by investor: all of them or nobody."""
        bond = self._own_in_booking(sender, id_)
        self._require_floor(id_, bond.booked_units, bond)
        if len(investors) != len(units):
            raise Refusal("LengthMismatch", len(units), len(investors))
        for investor, allotted in zip(investors, units, strict=True):
            total = self.bond(id_).allotted_units + allotted
            if total > bond.terms.max_units:
                raise Refusal("OverMaximum", id_, total, bond.terms.max_units)
            self.bonds[id_] = replace(bond, allotted_units=total)
            self._allot_one(id_, bond, investor, allotted)

    def _allot_one(self, id_: int, bond: Bond, investor: str, units: int) -> None:
        booked = self.booking(id_, investor)
        if units == 0:
            raise Refusal("ZeroAmount")
        if booked == 0:
            raise Refusal("NothingBooked", id_, investor)
        if booked < units:
            raise Refusal("OverBooking", investor, booked, units)
        del self.bookings[id_, investor]
        price = bond.terms.issue_price
        rest = (booked - units) * price
        self.proceeds.accept_booking(self.address, id_, investor, units * price)
        if rest:
            self.proceeds.return_booking(self.address, id_, investor, rest)
        self.tokens[id_].mint(self.address, investor, units)
        self.emit("Allotted", id_, investor, units, units * price, rest)

    def close(self, sender: str, id_: int, cost: int, value_date: int) -> None:
        bond = self._own_in_booking(sender, id_)
        if bond.allotted_units == 0:
            raise Refusal("ZeroAmount")
        self._require_floor(id_, bond.allotted_units, bond)
        if value_date > self.participants.today():
            raise Refusal("DateOutOfOrder", word("VALUE_DATE"), value_date, self.participants.today())
        self.bonds[id_] = replace(bond, state=BondState.CLOSED)
        raised = self.proceeds.close_books(self.address, id_, cost, value_date)
        self.emit("BondClosed", id_, raised, cost, value_date)

    def cancel(self, sender: str, id_: int) -> None:
        bond = self._in_booking(id_)
        over = self.participants.today() > bond.terms.closes_on
        missed = over and bond.booked_units < bond.terms.min_units
        if sender != bond.issuer and not missed and not self._abandoned(bond):
            raise Refusal("NotParty", sender, bond.issuer)
        if bond.allotted_units != 0:
            raise Refusal("WrongState", word("ALLOTTED"), id_, 1, 0)
        self.bonds[id_] = replace(bond, state=BondState.CANCELLED)
        self.emit("BondCancelled", id_)

    # --- investor ---

    def check_book(self, id_: int, investor: str, units: int) -> None:
        bond = self._in_booking(id_)
        self.participants.require_role(investor, Role.INVESTOR)
        if units == 0:
            raise Refusal("ZeroAmount")
        if self.participants.today() > bond.terms.closes_on:
            raise Refusal(
                "DateOutOfOrder", word("CLOSES_ON"), bond.terms.closes_on, self.participants.today()
            )
        room = _MOST_UNITS - bond.booked_units
        if units > room:
            raise Refusal("AmountTooLarge", units, room)

    def book(self, sender: str, id_: int, units: int) -> None:
        self.check_book(id_, sender, units)
        bond = self.bonds[id_]
        self.bonds[id_] = replace(bond, booked_units=bond.booked_units + units)
        self.bookings[id_, sender] = self.booking(id_, sender) + units
        amount = units * bond.terms.issue_price
        self.proceeds.collect_booking(self.address, id_, sender, amount)
        self.emit("Booked", id_, sender, units, amount)

    def return_booking(self, sender: str, id_: int, investor: str) -> None:
        """Anyone may call: the money goes back to the investor only."""
        bond = self.bond(id_)
        waiting = bond.state == BondState.BOOKING and not self._abandoned(bond)
        if bond.state == 0 or waiting:
            raise Refusal("WrongState", word("BOND"), id_, bond.state, int(BondState.CLOSED))
        units = self.booking(id_, investor)
        if units == 0:
            raise Refusal("NothingBooked", id_, investor)
        del self.bookings[id_, investor]
        amount = units * bond.terms.issue_price
        self.proceeds.return_booking(self.address, id_, investor, amount)
        self.emit("BookingReturned", id_, investor, amount)

    # --- states ---

    def _abandoned(self, bond: Bond) -> bool:
        return self.participants.today() > bond.terms.closes_on + ALLOTMENT_DAYS

    def _in_booking(self, id_: int) -> Bond:
        bond = self.bond(id_)
        if bond.state == 0:
            raise Refusal("Unknown", word("BOND"), id_)
        if bond.state != BondState.BOOKING:
            raise Refusal("WrongState", word("BOND"), id_, bond.state, int(BondState.BOOKING))
        return bond

    def _own_in_booking(self, sender: str, id_: int) -> Bond:
        bond = self._in_booking(id_)
        if sender != bond.issuer:
            raise Refusal("NotParty", sender, bond.issuer)
        self.participants.require_role(sender, Role.ISSUER)
        return bond

    def _require_floor(self, id_: int, had: int, bond: Bond) -> None:
        if had < bond.terms.min_units:
            raise Refusal("FloorMissed", id_, had, bond.terms.min_units)


def created_address(creator: str, nonce: int) -> str:
    """Where the `nonce`-th contract that `creator` makes will stand: keccak of RLP([creator, nonce])."""
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    encoded = number if nonce < 0x80 else bytes([0x80 + len(number)]) + number
    body = b"\x94" + purposes.address_bytes(creator) + encoded
    return purposes.checksum(keccak(bytes([0xC0 + len(body)]) + body)[-purposes.ADDRESS :])
