"""Green bonds: registration and allotment (issuer), booking and units (investor)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.dates import date_of
from ledger.domain.identifiers import isin_slot
from ledger.domain.kinds import DocumentKind
from ledger.errors import BadInput, NotFound
from ledger.ports import Contract
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.impact import portfolio_of
from ledger.services.session import Act, Session, struct
from ledger.services.values import Amount, day, hash_bytes, hex_of, minor, minor_or_zero, ordered, whole

_MAX_UNITS = 2**64 - 1
_MAX_COUPON = 2**32 - 1
MILLION = 1_000_000
MAX_COST_PPM = 50_000
"""Issue costs are a few percent at most; a bond that costs more says so in its terms."""
STATES = {1: "booking", 2: "closed", 3: "cancelled", 4: "allotting"}
PLACES = 100
"""Bookings allotted in one transaction: some 15 million gas."""
_MAX_PLACES = 2**32 - 1


@dataclass(frozen=True, slots=True)
class RegisteredBond(Act):
    """A bond open for booking. `token` is the ERC-20 of its units."""

    id: int
    issuer: str
    token: str


@dataclass(frozen=True, slots=True)
class Allotted(Act):
    """How far an allotment has come: units allotted so far, and `done` of `places` bookings."""

    bond: int
    units: int
    done: int
    places: int


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of bookings: what was asked for, even after allotment. None when cancelled."""

    investor: str
    units: int


@dataclass(frozen=True, slots=True)
class ClosedBond(Act):
    """A bond whose money has arrived, in minor units."""

    id: int
    raised: int
    cost: int


@dataclass(frozen=True, slots=True)
class Booking(Act):
    """A booking or its return: units, and the money that moved, in minor units."""

    bond: int
    investor: str
    units: int
    amount: int


@dataclass(frozen=True, slots=True)
class Bond:
    """A bond as it stands; amounts in minor units, None where nothing was published. `facility` is the green
    loan that it is a drawdown of, None for a bond."""

    id: int
    issuer: str
    state: str
    facility: int | None
    token: str
    framework: int
    cash: str
    currency: str
    isin: str | None
    denomination: int
    issue_price: int
    min_units: int
    max_units: int
    booked_units: int
    allotted_units: int
    closes_on: dt.date
    issue_date: dt.date | None
    maturity: dt.date | None
    coupon_ppm: int
    max_cost_ppm: int
    service_terms: str | None


class Bonds(Desk):
    """The issuer's side."""

    def register_bond(
        self,
        issuer: str,
        label: str,
        *,
        framework: int,
        cash: str,
        denomination: Amount,
        max_units: int,
        closes_on: dt.date,
        document: Paper,
        issue_price: Amount | None = None,
        min_units: int = 0,
        isin: str | None = None,
        issue_date: dt.date | None = None,
        maturity: dt.date | None = None,
        coupon_ppm: int = 0,
        max_cost_ppm: int = MAX_COST_PPM,
        service_terms: str | None = None,
    ) -> RegisteredBond:
        """Opens a bond for booking, under a framework of the issuer's that has a review in force.

        Args:
            cash: the ledger cash it is paid in: currency code, record name or address.
            denomination: face of one unit; issue_price: what one unit costs, the face by default.
            closes_on: last day of booking. Dates nobody published stay None.
            coupon_ppm: a year, in parts per million.
            max_cost_ppm: the most of the proceeds that issue costs may take, in parts per million.
            service_terms: hash of the coupon terms and periods; None when none are published.
        """
        found = self._session.cash(cash)
        unit = found.currency.code
        ordered(issue_date, maturity, "maturity after issue")
        if min_units > max_units:
            raise BadInput("a floor above the maximum", had=min_units, needed=max_units)
        face = minor(denomination, unit)
        terms = {
            "framework": framework,
            "cash": found.contract.address,
            "isin": isin_slot(isin),
            "denomination": face,
            "issuePrice": face if issue_price is None else minor(issue_price, unit),
            "minUnits": whole(min_units, _MAX_UNITS, "a floor"),
            "maxUnits": whole(max_units, _MAX_UNITS, "a maximum"),
            "closesOn": day(closes_on),
            "issueDate": day(issue_date),
            "maturityDate": day(maturity),
            "couponPpm": whole(coupon_ppm, _MAX_COUPON, "a coupon"),
            "maxCostPpm": whole(max_cost_ppm, MILLION, "a share of issue costs"),
            "serviceTerms": hash_bytes(service_terms, "coupon terms") if service_terms else bytes(32),
            "document": self._file(issuer, document, DocumentKind.OTHER),
        }
        mined = self._session.act(issuer, "BondOffice", "register", terms, label)
        event = mined.event("BondRegistered").args
        return RegisteredBond(mined.tx, mined.block, event["bond"], event["issuer"], event["token"])

    def allot(self, who: str, bond: int, *, places: int | None = None) -> Allotted:
        """Ends booking, where it has not ended, and allots by the order of bookings: pro rata to the unit.

        `who` is the issuer or its bookrunner; what was left for 30 days anyone may finish.

        Args:
            places: how many bookings, in one transaction; by default all of them, in as many as it takes.
        """
        count = int(self._session.read("BondOffice", "placeCount", bond))
        batch = PLACES if places is None else whole(places, _MAX_PLACES, "a number of bookings")
        while True:
            mined = self._session.act(who, "BondOffice", "allot", bond, batch)
            done = int(struct(self._session.read("BondOffice", "allotment", bond))["next"])
            if done >= count or places is not None:
                units = bond_of(self._session, bond).allotted_units
                return Allotted(mined.tx, mined.block, bond, units, done, count)

    def close(
        self, who: str, bond: int, *, cost: Amount = 0, value_date: dt.date | None = None
    ) -> ClosedBond:
        """After allotment: what was allotted is raised, `cost` of it withheld as issue costs, within the cap.

        `who` is the issuer or its bookrunner. `value_date` is the day the money counts from; None when it was
        not published.
        """
        currency = bond_of(self._session, bond).currency
        mined = self._session.act(
            who, "BondOffice", "close", bond, minor_or_zero(cost, currency), day(value_date)
        )
        event = mined.event("BondClosed").args
        return ClosedBond(mined.tx, mined.block, bond, event["raised"], event["cost"])

    def cancel(self, who: str, bond: int) -> Act:
        """The issuer may until allotment begins; anyone may when the floor was missed, or 30 days passed."""
        return act_of(self._session.act(who, "BondOffice", "cancel", bond))


class Investor(Desk):
    """The investor's side."""

    def book(self, investor: str, bond: int, units: int) -> Booking:
        """Books units; the money waits in escrow. Gives `Proceeds` its allowance when that is missing."""
        terms = bond_of(self._session, bond)
        amount = whole(units, _MAX_UNITS, "a number of units") * terms.issue_price
        self._session.allow(investor, self._session.cash(terms.cash), "Proceeds", amount)
        mined = self._session.act(investor, "BondOffice", "book", bond, units)
        return Booking(mined.tx, mined.block, bond, self._session.address(investor), units, amount)

    def cancel_booking(self, investor: str, bond: int, units: int | None = None) -> Booking:
        """Takes back some units of a booking, by default all, until booking ends."""
        account = self._session.address(investor)
        if units is None:
            units = int(self._session.read("BondOffice", "booking", bond, account))
        whole(units, _MAX_UNITS, "a number of units")
        mined = self._session.act(investor, "BondOffice", "cancelBooking", bond, units)
        amount = mined.event("BookingCancelled").args["amount"]
        return Booking(mined.tx, mined.block, bond, account, units, amount)

    def booked(self, investor: str, bond: int) -> int:
        """Units that wait to be allotted."""
        return int(self._session.read("BondOffice", "booking", bond, self._session.address(investor)))

    def return_booking(self, who: str, bond: int, investor: str | None = None) -> Booking:
        """After cancelling: what was booked goes back. Anyone may ask for it."""
        account = self._session.address(investor or who)
        units = int(self._session.read("BondOffice", "booking", bond, account))
        mined = self._session.act(who, "BondOffice", "returnBooking", bond, account)
        amount = mined.event("BookingReturned").args["amount"]
        return Booking(mined.tx, mined.block, bond, account, units, amount)

    def units(self, investor: str, bond: int) -> int:
        """Units held."""
        return int(self._session.read(self._token(bond), "balanceOf", self._session.address(investor)))

    def portfolio(
        self, investor: str, first: dt.date | None = None, last: dt.date | None = None
    ) -> Mapping[str, Any]:
        """Bonds held, and the investor's time-weighted share of what their projects achieved, by indicator.

        Every figure opens its report, its validation, and the numerators and denominators of the share. A
        figure counts in the window in which its period ends; by default, all up to the business date.
        """
        return portfolio_of(self._session, investor, first, last)

    def transfer_units(self, investor: str, bond: int, to: str, units: int) -> Act:
        """Passes units on to another admitted investor."""
        whole(units, _MAX_UNITS, "a number of units")
        recipient = self._session.address(to)
        return act_of(self._session.act(investor, self._token(bond), "transfer", recipient, units))

    def _token(self, bond: int) -> Contract:
        return Contract("GreenBond", bond_of(self._session, bond).token)


def order_of(session: Session, bond: int) -> tuple[Place, ...]:
    """Every place in the order of bookings, read page by page."""
    found: list[Place] = []
    while page := session.read("BondOffice", "bookings", bond, len(found), PLACES):
        found.extend(Place(str(one["investor"]), int(one["units"])) for one in map(struct, page))
    return tuple(found)


def bond_of(session: Session, bond: int) -> Bond:
    """NotFound when there is no such bond."""
    record = struct(session.read("BondOffice", "bond", bond))
    if not record["state"]:
        raise NotFound(f"there is no bond {bond}", who=bond)
    terms = struct(record["terms"])
    cash = session.cash(terms["cash"])
    return Bond(
        id=bond,
        issuer=record["issuer"],
        state=STATES[record["state"]],
        facility=record["facility"] or None,
        token=record["token"],
        framework=terms["framework"],
        cash=cash.name,
        currency=cash.currency.code,
        isin=bytes(terms["isin"]).rstrip(b"\0").decode("ascii") or None,
        denomination=terms["denomination"],
        issue_price=terms["issuePrice"],
        min_units=terms["minUnits"],
        max_units=terms["maxUnits"],
        booked_units=record["bookedUnits"],
        allotted_units=record["allottedUnits"],
        closes_on=date_of(terms["closesOn"]),
        issue_date=published(terms["issueDate"]),
        maturity=published(terms["maturityDate"]),
        coupon_ppm=terms["couponPpm"],
        max_cost_ppm=terms["maxCostPpm"],
        service_terms=hex_of(terms["serviceTerms"]) if any(terms["serviceTerms"]) else None,
    )


def published(day_: int) -> dt.date | None:
    """The date of a day number; None for zero, which says that none was published."""
    return date_of(day_) if day_ else None
