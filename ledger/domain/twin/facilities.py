"""Twin of `Facilities`: green loans of one lender or a club, drawn in parts as instruments of the office."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ledger.domain.facilities import shares_down
from ledger.domain.roles import Role
from ledger.domain.states import BondState, FacilityState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, plain, word
from ledger.domain.twin.bonds import MILLION, BondOffice, Terms
from ledger.domain.twin.cash import CashRegistry
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.frameworks import Frameworks
from ledger.domain.twin.participants import Participants

MAX_LENDERS: Final = 32
MAX_INSTALMENTS: Final = 128
_EITHER: Final = int(Role.INVESTOR | Role.FINANCIER)
_WORD: Final = 32


@dataclass(frozen=True, slots=True)
class FacilityTerms:
    """As `IFacilities.Terms`: fen a unit, dates as day numbers."""

    framework: int = 0
    cash: str = NOBODY
    denomination: int = 0
    units: int = 0
    available_until: int = 0
    final_maturity: int = 0
    max_cost_ppm: int = 0
    document: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class Facility:
    borrower: str = NOBODY
    state: int = 0
    committed: int = 0
    called: int = 0
    terms: FacilityTerms = FacilityTerms()


@dataclass(frozen=True, slots=True)
class Lender:
    agreed: bool = False
    offered: int = 0
    committed: int = 0
    called: int = 0

    @property
    def room(self) -> int:
        return self.committed - self.called


@dataclass(frozen=True, slots=True)
class DrawdownRequest:
    """As `IFacilities.Request`."""

    units: int = 0
    min_units: int = 0
    closes_on: int = 0
    issue_date: int = 0
    maturity_date: int = 0
    rate_ppm: int = 0
    service_terms: bytes = ZERO_HASH
    document: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class FacilityDrawdown:
    facility: int = 0
    units: int = 0
    released: bool = False


class Facilities(Contract):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        frameworks: Frameworks,
        registry: CashRegistry,
        office: BondOffice,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.frameworks = frameworks
        self.registry = registry
        self.office = office
        self.facilities: dict[int, Facility] = {}
        self.lenders: dict[tuple[int, str], Lender] = {}
        self.drawdowns: dict[int, FacilityDrawdown] = {}
        self.instalments: dict[int, tuple[int, ...]] = {}
        self.shares: dict[tuple[int, str], int] = {}
        office.lenders = self

    # --- reading ---

    @property
    def count(self) -> int:
        return len(self.facilities)

    def facility(self, id_: int) -> Facility:
        return self.facilities.get(id_, Facility())

    def lender(self, id_: int, who: str) -> Lender:
        return self.lenders.get((id_, who), Lender())

    def lenders_of(self, id_: int) -> tuple[str, ...]:
        """In the order of the borrower's consents."""
        return tuple(who for facility, who in self.lenders if facility == id_)

    def drawdown(self, loan: int) -> FacilityDrawdown:
        return self.drawdowns.get(loan, FacilityDrawdown())

    def drawdowns_of(self, id_: int) -> tuple[int, ...]:
        return tuple(loan for loan, drawdown in self.drawdowns.items() if drawdown.facility == id_)

    def share_of(self, loan: int, who: str) -> int:
        return self.shares.get((loan, who), 0)

    # --- what units, order book and service ask ---

    def require_lender(self, loan: int, who: str) -> None:
        id_ = self.drawdown(loan).facility
        if not self.lender(id_, who).agreed:
            raise Refusal("NotLender", id_, who)
        self.participants.require_active(who)

    def check_lend(self, loan: int, lender: str, units: int) -> None:
        self.require_lender(loan, lender)
        share = self.share_of(loan, lender)
        if units > share:
            raise Refusal("AboveShare", loan, lender, share, units)

    def due_with(self, loan: int, period: int) -> int:
        instalments = self.instalments[loan]
        return instalments[period] if period < len(instalments) else 0

    # --- the agreement ---

    def check_open(self, terms: FacilityTerms, borrower: str) -> None:
        self.participants.require_role(borrower, Role.ISSUER)
        issuer = self.frameworks.framework(terms.framework).issuer
        if issuer == NOBODY:
            raise Refusal("Unknown", word("FRAMEWORK"), terms.framework)
        if issuer != borrower:
            raise Refusal("NotParty", borrower, issuer)
        self.registry.require_cash(terms.cash)
        self.documents.require_known(terms.document, borrower, 0)
        if terms.denomination == 0 or terms.units == 0:
            raise Refusal("ZeroAmount")
        if terms.max_cost_ppm > MILLION:
            raise Refusal("AmountTooLarge", terms.max_cost_ppm, MILLION)
        until, today = terms.available_until, self.participants.today()
        if until < today:
            raise Refusal("DateOutOfOrder", word("AVAILABLE_UNTIL"), until, today)
        if terms.final_maturity <= until:
            raise Refusal("DateOutOfOrder", word("FINAL_MATURITY"), terms.final_maturity, until)

    def open(self, sender: str, terms: FacilityTerms) -> int:
        self.check_open(terms, sender)
        id_ = self.count + 1
        self.facilities[id_] = Facility(sender, FacilityState.AVAILABLE, 0, 0, terms)
        self.emit("FacilityOpened", id_, sender, plain(terms))
        return id_

    def check_agree(self, id_: int, lender: str, units: int, borrower: str) -> None:
        facility = self._known(id_)
        if borrower != facility.borrower:
            raise Refusal("NotParty", borrower, facility.borrower)
        if lender == borrower:
            raise Refusal("SameParty", lender, borrower)
        self.participants.require_active(borrower)
        self.participants.require_active(lender)
        roles = self.participants.admission(lender).roles
        if not roles & _EITHER:
            raise Refusal("MissingRole", lender, roles, _EITHER)
        if units:
            self._require_available(id_, facility)
        if not self.lender(id_, lender).agreed and len(self.lenders_of(id_)) == MAX_LENDERS:
            raise Refusal("TooManyLenders", id_, MAX_LENDERS)

    def agree(self, sender: str, id_: int, lender: str, units: int) -> None:
        self.check_agree(id_, lender, units, sender)
        self.lenders[id_, lender] = replace(self.lender(id_, lender), agreed=True, offered=units)
        self.emit("LenderAgreed", id_, lender, units)

    def check_commit(self, id_: int, units: int, lender: str) -> None:
        facility = self._known(id_)
        self._require_available(id_, facility)
        known = self.lender(id_, lender)
        if not known.agreed:
            raise Refusal("NotLender", id_, lender)
        self.participants.require_active(lender)
        if units == 0:
            raise Refusal("ZeroAmount")
        if units > known.offered:
            raise Refusal("AmountTooLarge", units, known.offered)
        room = facility.terms.units - facility.committed
        if units > room:
            raise Refusal("CommitmentExceeded", id_, room, units)

    def commit(self, sender: str, id_: int, units: int) -> None:
        self.check_commit(id_, units, sender)
        known, facility = self.lender(id_, sender), self.facilities[id_]
        self.lenders[id_, sender] = replace(
            known, offered=known.offered - units, committed=known.committed + units
        )
        self.facilities[id_] = replace(facility, committed=facility.committed + units)
        self.emit("Committed", id_, sender, units)

    def cancel(self, sender: str, id_: int) -> None:
        facility = self._known(id_)
        if sender != facility.borrower:
            raise Refusal("NotParty", sender, facility.borrower)
        if facility.state != FacilityState.AVAILABLE:
            raise self._wrong_state(id_, facility)
        self.facilities[id_] = replace(facility, state=FacilityState.CANCELLED)
        self.emit("FacilityCancelled", id_, facility.committed - facility.called)

    # --- drawdowns ---

    def check_request(self, id_: int, asked: DrawdownRequest, instalments: list[int], borrower: str) -> None:
        facility = self._known(id_)
        if borrower != facility.borrower:
            raise Refusal("NotParty", borrower, facility.borrower)
        self._require_available(id_, facility)
        if asked.units == 0:
            raise Refusal("ZeroAmount")
        room = facility.committed - facility.called
        if asked.units > room:
            raise Refusal("CommitmentExceeded", id_, room, asked.units)
        self.documents.require_known(asked.document, borrower, 0)
        last, latest = facility.terms.available_until, facility.terms.final_maturity
        if asked.closes_on > last:
            raise Refusal("DateOutOfOrder", word("CLOSES_ON"), asked.closes_on, last)
        if asked.maturity_date > latest:
            raise Refusal("DateOutOfOrder", word("FINAL_MATURITY"), asked.maturity_date, latest)
        if asked.maturity_date <= asked.closes_on:
            raise Refusal("DateOutOfOrder", word("MATURITY"), asked.maturity_date, asked.closes_on)
        if instalments:
            _require_instalments(instalments, asked.service_terms, facility.terms.denomination)

    def request(
        self, sender: str, id_: int, asked: DrawdownRequest, instalments: list[int], label: str
    ) -> int:
        """A drawdown at par, and every lender's share of it."""
        self.check_request(id_, asked, instalments, sender)
        facility = self.facilities[id_]
        loan = self.office.register_drawdown(
            self.address, sender, id_, _terms_of(facility.terms, asked), label
        )
        self.facilities[id_] = replace(facility, called=facility.called + asked.units)
        self.drawdowns[loan] = FacilityDrawdown(id_, asked.units)
        self.instalments[loan] = tuple(instalments)
        self.emit("DrawdownRequested", id_, loan, plain(asked), tuple(instalments))
        club = self.lenders_of(id_)
        shares = shares_down([self.lender(id_, who).room for who in club], asked.units)
        for who, share in zip(club, shares, strict=True):
            if share:
                self._call(id_, who, share)
                self.shares[loan, who] = share
                self.emit("ShareCalled", loan, who, share)
        return loan

    def _call(self, id_: int, who: str, units: int) -> None:
        lender = self.lender(id_, who)
        self.lenders[id_, who] = replace(lender, called=lender.called + units)

    def check_release(self, loan: int) -> int:
        """Units that were lent of those called."""
        drawdown = self.drawdown(loan)
        if drawdown.facility == 0:
            raise Refusal("Unknown", word("DRAWDOWN"), loan)
        if drawdown.released:
            raise Refusal("AlreadyUsed", word("DRAWDOWN"), loan.to_bytes(_WORD, "big"))
        found = self.office.bond(loan)
        if found.state == BondState.CANCELLED:
            return 0
        if found.state != BondState.CLOSED:
            raise Refusal("WrongState", word("BOND"), loan, int(found.state), int(BondState.CLOSED))
        if found.allotted_units == drawdown.units:
            raise Refusal("NothingToRelease", loan)
        return found.allotted_units

    def release(self, sender: str, loan: int) -> None:
        """What was called on each lender goes back to it, but for what its units say it lent."""
        lent, drawdown = self.check_release(loan), self.drawdown(loan)
        facility = self.facilities[drawdown.facility]
        back = drawdown.units - lent
        self.drawdowns[loan] = replace(drawdown, released=True)
        self.facilities[drawdown.facility] = replace(facility, called=facility.called - back)
        places = self.office.order(loan) if lent else ()
        booked = {place.investor: place.units for place in places}
        for who in self.lenders_of(drawdown.facility):
            self._call(drawdown.facility, who, booked.get(who, 0) - self.share_of(loan, who))
        self.emit("Released", drawdown.facility, loan, back)

    # --- small parts ---

    def _known(self, id_: int) -> Facility:
        facility = self.facility(id_)
        if facility.state == 0:
            raise Refusal("Unknown", word("FACILITY"), id_)
        return facility

    def _require_available(self, id_: int, facility: Facility) -> None:
        if facility.state != FacilityState.AVAILABLE:
            raise self._wrong_state(id_, facility)
        until, today = facility.terms.available_until, self.participants.today()
        if today > until:
            raise Refusal("DateOutOfOrder", word("AVAILABLE_UNTIL"), until, today)

    def _wrong_state(self, id_: int, facility: Facility) -> Refusal:
        return Refusal("WrongState", word("FACILITY"), id_, int(facility.state), int(FacilityState.AVAILABLE))


def _require_instalments(instalments: list[int], service_terms: bytes, denomination: int) -> None:
    if len(instalments) > MAX_INSTALMENTS:
        raise Refusal("TooManyInstalments", len(instalments), MAX_INSTALMENTS)
    if service_terms == ZERO_HASH:
        raise Refusal("ZeroHash", word("SERVICE_TERMS"))
    if sum(instalments) > denomination:
        raise Refusal("AmountTooLarge", sum(instalments), denomination)


def _terms_of(terms: FacilityTerms, asked: DrawdownRequest) -> Terms:
    """At par: a unit costs its principal."""
    return Terms(
        framework=terms.framework,
        cash=terms.cash,
        denomination=terms.denomination,
        issue_price=terms.denomination,
        min_units=asked.min_units,
        max_units=asked.units,
        closes_on=asked.closes_on,
        issue_date=asked.issue_date,
        maturity_date=asked.maturity_date,
        coupon_ppm=asked.rate_ppm,
        max_cost_ppm=terms.max_cost_ppm,
        service_terms=asked.service_terms,
        document=asked.document,
    )
