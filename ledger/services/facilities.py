"""Green loans: a facility of one lender or a club, drawn in parts; for the borrower and its lenders.

Each drawdown is an instrument with a number of its own among the bonds: what is asked or done of a bond by
its number (`ledger.issuer`, `ledger.service`, `ledger.auditor`, packs, indicators) is so of a loan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.domain.dates import date_of
from ledger.domain.kinds import DocumentKind
from ledger.domain.states import FacilityState, PaymentKind
from ledger.errors import NotFound
from ledger.services.bonds import MAX_COST_PPM, MILLION, Bonds, Booking, ClosedBond, Investor, bond_of
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.service import payment_of
from ledger.services.session import Act, Session, struct
from ledger.services.values import Amount, day, hash_bytes, minor, minor_or_zero, whole

_MOST_UNITS: Final = 2**64 - 1
_STATES: Final = ("cost", "unallocated", "placed", "lost", "available", "encumbered", "spent", "returned")


@dataclass(frozen=True, slots=True)
class OpenedFacility(Act):
    id: int
    borrower: str


@dataclass(frozen=True, slots=True)
class Commitment(Act):
    facility: int
    lender: str
    units: int


@dataclass(frozen=True, slots=True)
class Requested(Act):
    """A drawdown that waits for its lenders; `loan` is its number among the bonds, `shares` are units."""

    facility: int
    loan: int
    token: str
    shares: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Released(Act):
    """Units that were called and not lent, and may be called again."""

    facility: int
    loan: int
    units: int


@dataclass(frozen=True, slots=True)
class ClubLender:
    """One lender of a facility, in units; `held` of all its drawdowns, whoever lent them first."""

    account: str
    offered: int
    committed: int
    called: int
    held: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawdown, amounts in minor units. `called` and `lent` are units; `repaid` is what came in for
    principal, `instalments` is per unit by interest period."""

    loan: int
    state: str
    called: int
    lent: int
    released: bool
    raised: int
    repaid: int
    maturity: dt.date | None
    instalments: tuple[int, ...]
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility as it stands: its agreement, its lenders, and the sums of its drawdowns."""

    id: int
    borrower: str
    state: FacilityState
    framework: int
    cash: str
    currency: str
    denomination: int
    units: int
    committed: int
    called: int
    available_until: dt.date
    final_maturity: dt.date
    max_cost_ppm: int
    lenders: tuple[ClubLender, ...]
    drawdowns: tuple[Drawn, ...]

    @property
    def raised(self) -> int:
        return sum(one.raised for one in self.drawdowns)

    @property
    def repaid(self) -> int:
        return sum(one.repaid for one in self.drawdowns)

    @property
    def states(self) -> Mapping[str, int]:
        """The partition of all that was raised, added up over the drawdowns (BOND-1 of each)."""
        return {state: sum(one.states[state] for one in self.drawdowns) for state in _STATES}

    def concerns(self, account: str) -> bool:
        return account == self.borrower or account in {one.account for one in self.lenders}


class Facilities(Desk):
    """The borrower's side, then the lender's, then what anyone may ask."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._bonds = Bonds(session)
        self._investor = Investor(session)

    # --- borrower ----------------------------------------------------------------------------------------

    def open(
        self,
        borrower: str,
        *,
        framework: int,
        cash: str,
        denomination: Amount,
        units: int,
        available_until: dt.date,
        final_maturity: dt.date,
        document: Paper,
        max_cost_ppm: int = MAX_COST_PPM,
    ) -> OpenedFacility:
        """Opens a facility under a framework of the borrower's; nobody is committed yet.

        Args:
            denomination: principal of one unit; commitments, drawdowns and repayment are in whole units.
            available_until: last day on which a drawdown is funded; final_maturity: the latest of any.
            document: the facility agreement.
        """
        found = self._session.cash(cash)
        terms = {
            "framework": framework,
            "cash": found.contract.address,
            "denomination": minor(denomination, found.currency.code),
            "units": whole(units, _MOST_UNITS, "a facility's size"),
            "availableUntil": day(available_until),
            "finalMaturity": day(final_maturity),
            "maxCostPpm": whole(max_cost_ppm, MILLION, "a share of issue costs"),
            "document": self._file(borrower, document, DocumentKind.CONTRACT),
        }
        mined = self._session.act(borrower, "Facilities", "open", terms)
        event = mined.event("FacilityOpened").args
        return OpenedFacility(mined.tx, mined.block, event["facility"], event["borrower"])

    def agree(self, borrower: str, facility: int, lender: str, units: int = 0) -> Act:
        """Agrees to a lender and asks it for units; without units it may hold what another passes on."""
        account = self._session.address(lender)
        asked = whole(units, _MOST_UNITS, "a number of units")
        return act_of(self._session.act(borrower, "Facilities", "agree", facility, account, asked))

    def request(
        self,
        borrower: str,
        facility: int,
        label: str,
        *,
        units: int,
        closes_on: dt.date,
        maturity: dt.date,
        document: Paper,
        min_units: int = 0,
        issue_date: dt.date | None = None,
        rate_ppm: int = 0,
        service_terms: str | None = None,
        instalments: Sequence[Amount] = (),
    ) -> Requested:
        """Asks for a drawdown: calls on each lender for its part, at par.

        Args:
            closes_on: last day for the lenders to lend; maturity: when it is repaid at the latest.
            min_units: below which the drawdown fails.
            service_terms: hash of its interest terms and periods (`ledger.service.terms`).
            instalments: principal of one unit that falls due with each interest period, from the first; the
                last period takes the rest.
            document: the utilisation request.
        """
        unit = self.show(facility).currency
        asked = {
            "units": whole(units, _MOST_UNITS, "a number of units"),
            "minUnits": whole(min_units, _MOST_UNITS, "a floor"),
            "closesOn": day(closes_on),
            "issueDate": day(issue_date),
            "maturityDate": day(maturity),
            "ratePpm": whole(rate_ppm, 2**32 - 1, "an interest rate"),
            "serviceTerms": hash_bytes(service_terms, "interest terms") if service_terms else bytes(32),
            "document": self._file(borrower, document, DocumentKind.OTHER),
        }
        parts = [minor_or_zero(part, unit) for part in instalments]
        mined = self._session.act(borrower, "Facilities", "request", facility, asked, parts, label)
        loan = mined.event("DrawdownRequested").args["loan"]
        called = [one.args for one in mined.events if one.name == "ShareCalled"]
        shares = {one["lender"]: one["units"] for one in called}
        return Requested(mined.tx, mined.block, facility, loan, bond_of(self._session, loan).token, shares)

    def take(
        self, borrower: str, loan: int, *, cost: Amount = 0, value_date: dt.date | None = None
    ) -> ClosedBond:
        """Takes what was lent, units against money; then it is raised. The borrower, or its bookrunner."""
        self._loan(loan)
        self._bonds.allot(borrower, loan)
        return self._bonds.close(borrower, loan, cost=cost, value_date=value_date)

    def cancel(self, borrower: str, facility: int) -> Act:
        """Gives up what was not called: nothing more is committed or drawn."""
        return act_of(self._session.act(borrower, "Facilities", "cancel", facility))

    # --- lender ------------------------------------------------------------------------------------------

    def commit(self, lender: str, facility: int, units: int | None = None) -> Commitment:
        """Commits units that the borrower asked for, by default all of them."""
        account = self._session.address(lender)
        if units is None:
            units = int(struct(self._session.read("Facilities", "lender", facility, account))["offered"])
        asked = whole(units, _MOST_UNITS, "a number of units")
        mined = self._session.act(lender, "Facilities", "commit", facility, asked)
        return Commitment(mined.tx, mined.block, facility, account, asked)

    def lend(self, lender: str, loan: int, units: int | None = None) -> Booking:
        """Lends the lender's part of a drawdown, by default what is left of it; it waits in escrow."""
        self._loan(loan)
        account = self._session.address(lender)
        if units is None:
            share = int(self._session.read("Facilities", "shareOf", loan, account))
            units = share - int(self._session.read("BondOffice", "booking", loan, account))
        return self._investor.book(lender, loan, units)

    # --- anyone ------------------------------------------------------------------------------------------

    def release(self, who: str, loan: int) -> Released:
        """After a drawdown was cancelled, or taken with less than was called."""
        mined = self._session.act(who, "Facilities", "release", loan)
        event = mined.event("Released").args
        return Released(mined.tx, mined.block, event["facility"], loan, event["units"])

    def facility_of(self, bond: int) -> int | None:
        """The facility that an instrument is a drawdown of; None for a bond. NotFound for neither."""
        return bond_of(self._session, bond).facility

    def show(self, facility: int) -> Facility:
        """NotFound when there is no such facility."""
        record = struct(self._session.read("Facilities", "facility", facility))
        if not record["state"]:
            raise NotFound(f"there is no facility {facility}", who=facility)
        terms = struct(record["terms"])
        cash = self._session.cash(terms["cash"])
        loans = self._session.read("Facilities", "drawdownsOf", facility)
        return Facility(
            id=facility,
            borrower=record["borrower"],
            state=FacilityState(record["state"]),
            framework=terms["framework"],
            cash=cash.name,
            currency=cash.currency.code,
            denomination=terms["denomination"],
            units=terms["units"],
            committed=record["committed"],
            called=record["called"],
            available_until=date_of(terms["availableUntil"]),
            final_maturity=date_of(terms["finalMaturity"]),
            max_cost_ppm=terms["maxCostPpm"],
            lenders=self._club(facility, loans),
            drawdowns=tuple(map(self._drawn, loans)),
        )

    def every(self) -> tuple[Facility, ...]:
        """Every facility, in the order in which they were opened."""
        return tuple(self.show(one + 1) for one in range(int(self._session.read("Facilities", "count"))))

    def trace(
        self, facility: int, view: str = "cash", rule: str = "fifo", *, as_of_block: int | None = None
    ) -> Mapping[str, Any]:
        """Where every fen of a facility is: the traces of its drawdowns at one block, and their sums.

        Each fen keeps its drawdown and its number there; no fen of one is counted in another (FAC-4).
        """
        found, index, traces = self.show(facility), self._session.index(), []
        for one in found.drawdowns:
            traces.append(dict(index.bond_trace(one.loan, view, as_of_block, rule)))
            as_of_block = int(traces[0]["block"])
        return {
            "facility": facility,
            "block": as_of_block,
            "view": view,
            "rule": rule,
            "currency": found.currency,
            "raised": str(sum(int(trace["raised"]) for trace in traces)),
            "states": {
                state: str(sum(int(trace["states"].get(state, 0)) for trace in traces)) for state in _STATES
            },
            "drawdowns": traces,
        }

    def trace_payment(self, tx: str, log: int | None = None, rule: str = "fifo") -> Mapping[str, Any]:
        """What funded a payment, with the facility of each drawdown that did, and who lent that."""
        answer = dict(self._session.index().payment_trace(tx, log, rule))
        facilities = {}
        for loan in sorted({int(one["bond"]) for one in answer["sources"] if one.get("bond")}):
            if facility := self.facility_of(loan):
                facilities[str(loan)] = {"facility": facility, "lenders": self._lent(loan)}
        return {**answer, "facilities": facilities}

    def _lent(self, loan: int) -> list[dict[str, Any]]:
        """Who lent a drawdown, in the order of bookings, with the interval of its fen that each paid."""
        price, lent, start = bond_of(self._session, loan).issue_price, [], 0
        for place in self._bonds_order(loan):
            end = start + place[1] * price
            lent.append({"lender": place[0], "start": str(start), "end": str(end)})
            start = end
        return lent

    def _bonds_order(self, loan: int) -> list[tuple[str, int]]:
        count = int(self._session.read("BondOffice", "placeCount", loan))
        places = map(struct, self._session.read("BondOffice", "bookings", loan, 0, count))
        return [(str(one["investor"]), int(one["units"])) for one in places if one["units"]]

    def _club(self, facility: int, loans: Sequence[int]) -> tuple[ClubLender, ...]:
        club = []
        for account in self._session.read("Facilities", "lendersOf", facility):
            one = struct(self._session.read("Facilities", "lender", facility, account))
            held = sum(self._investor.units(account, loan) for loan in loans)
            club.append(ClubLender(account, one["offered"], one["committed"], one["called"], held))
        return tuple(club)

    def _drawn(self, loan: int) -> Drawn:
        record = struct(self._session.read("Facilities", "drawdown", loan))
        states = struct(self._session.read("Proceeds", "states", loan))
        found = bond_of(self._session, loan)
        return Drawn(
            loan=loan,
            state=found.state,
            called=record["units"],
            lent=found.allotted_units,
            released=bool(record["released"]),
            raised=int(self._session.read("Proceeds", "raised", loan)),
            repaid=self._repaid(loan),
            maturity=found.maturity,
            instalments=tuple(self._session.read("Facilities", "instalmentsOf", loan)),
            states={state: int(states[state]) for state in _STATES},
        )

    def _repaid(self, loan: int) -> int:
        """Principal that came in, and what of the unused proceeds is on its way back."""
        payments = [payment_of(self._session, one) for one in self._session.index().payments(loan)]
        return sum(one.paid_in + one.from_proceeds for one in payments if one.kind is PaymentKind.REDEMPTION)

    def _loan(self, loan: int) -> int:
        """NotFound for a number that is a bond's or nobody's."""
        found = int(struct(self._session.read("Facilities", "drawdown", loan))["facility"])
        if not found:
            raise NotFound(f"there is no drawdown {loan}", who=loan)
        return found
