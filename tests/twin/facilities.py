"""Random acts on green loans: consent, commitment, drawdowns; funding and repaying them are a bond's acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.coupons import Period, ServiceTerms, terms_hash
from ledger.domain.daycount import DayCount
from ledger.domain.kinds import DocumentKind
from ledger.domain.states import BondState, FacilityState
from ledger.domain.twin import World
from ledger.domain.twin.base import NOBODY, ZERO_HASH
from ledger.domain.twin.facilities import DrawdownRequest, FacilityTerms
from tests.twin.actors import BANK, EVERYBODY, FINANCIERS, INVESTORS, ISSUERS

if TYPE_CHECKING:
    from tests.twin.acts import Act, Histories

BORROWER = ISSUERS[0].address
CLUB = (FINANCIERS[0].address, INVESTORS[0].address)
_MARK = 2**96 - 1


def facilities_opening(h: Histories) -> Iterator[Act]:
    """A facility of two lenders with one drawdown, lent, and repaid in parts with its interest."""
    w, paper = h.world, keccak(purposes.address_bytes(BORROWER) + bytes([DocumentKind.OTHER]))
    terms = FacilityTerms(1, h.cash.address, 1_000, 900, h.today + 300, h.today + 700, 20_000, paper)
    yield h.act(BORROWER, w.facilities, "open", terms)
    for lender, units in zip(CLUB, (170, 80), strict=True):
        yield h.act(BORROWER, w.facilities, "agree", 1, lender, units)
        yield h.act(lender, w.facilities, "commit", 1, units)
    interest = ServiceTerms(day_count=DayCount.ACT_360, rate_ppm=60_000, grace_days=3, callable_from=h.today)
    days = [h.today + 7 * n for n in range(5)]
    periods = tuple(Period(a, b, a, b, b - 1, 0, b) for a, b in pairwise(days))
    request = DrawdownRequest(
        99, 0, h.today, h.today, h.today + 28, 60_000, terms_hash(interest, periods), paper
    )
    yield h.act(BORROWER, w.facilities, "request", 1, request, [200, 0, 300], "the first drawdown")
    loan = w.bonds.count
    for lender in CLUB:
        yield h.act(lender, w.bonds, "book", loan, w.facilities.share_of(loan, lender))
    yield h.act(BORROWER, w.bonds, "allot", loan, 9)
    yield h.act(BORROWER, w.bonds, "close", loan, 0, h.today)
    yield h.act(BORROWER, w.coupon_terms, "file", loan, interest, periods)


class FacilityActs:
    """What is drawn for green loans; `h` is the history that it is drawn for."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def builders(self) -> list[tuple[int, Callable[[], Act]]]:
        return [
            (1, self.open),
            (3, self.agree),
            (4, self.commit),
            (5, self.request),
            (5, self.lend),
            (2, self.release),
            (1, self.cancel),
        ]

    def _facility(self) -> int:
        """Mostly one that can be drawn on."""
        known = self.h.world.facilities.facilities
        open_ = [
            id_
            for id_, one in known.items()
            if one.state == FacilityState.AVAILABLE and one.terms.available_until >= self.h.today
        ]
        return self.h.fit(open_, lambda: self.h.number(len(known)))

    def _borrower(self, id_: int) -> str:
        return self.h.who(self.h.world.facilities.facility(id_).borrower)

    def open(self) -> Act:
        h = self.h
        framework = h.number(h.world.frameworks.count)
        issuer = h.world.frameworks.framework(framework).issuer
        until = h.spoilt(h.days(40, 200), lambda: h.today - 1)
        terms = FacilityTerms(
            framework=framework,
            cash=h.spoilt(h.cash.address, lambda: h.world.book.address),
            denomination=h.spoilt(h.one([1_000, 100]), lambda: 0),
            units=h.spoilt(h.one([50, 400]), lambda: 0),
            available_until=until,
            final_maturity=h.spoilt(until + h.one([20, 400]), lambda: until),
            max_cost_ppm=h.spoilt(h.one([0, 30_000]), lambda: 1_000_001),
            document=h._document(issuer, DocumentKind.OTHER),
        )
        return h.act(h.who(issuer), h.world.facilities, "open", terms)

    def agree(self) -> Act:
        h, id_ = self.h, self._facility()
        wrong = [NOBODY, BANK.address, h.world.facilities.facility(id_).borrower]
        lender = h.spoilt(h.one([*INVESTORS, *FINANCIERS]).address, lambda: h.one(wrong))
        units = h.one([0, h.amount(120, 64)])
        return h.act(self._borrower(id_), h.world.facilities, "agree", id_, lender, units)

    def commit(self) -> Act:
        h, lenders = self.h, self.h.world.facilities.lenders
        asked = [(id_, who, one.offered) for (id_, who), one in lenders.items() if one.offered]
        id_, who, units = h.fit(asked, lambda: (self._facility(), h.one(EVERYBODY).address, 1))
        return h.act(h.who(who), h.world.facilities, "commit", id_, h.amount(units, 64))

    def request(self) -> Act:
        h, id_ = self.h, self._facility()
        facility = h.world.facilities.facility(id_)
        terms, room = facility.terms, facility.committed - facility.called
        units = h.one([h.amount(room, 64), h.spoilt(min(room, 40), lambda: room + 1)])
        closes_on = h.spoilt(min(h.days(0, 9), terms.available_until), lambda: terms.available_until + 1)
        matures = h.spoilt(terms.final_maturity, lambda: h.one([closes_on, terms.final_maturity + 1]))
        schedule = h.schedule()
        face = terms.denomination
        parts = h.spoilt(
            h.one([[], [face // 4, face // 4], [0, face]]), lambda: h.one([[face, 1], [1] * 129])
        )
        asked = DrawdownRequest(
            units=units,
            min_units=h.spoilt(h.one([0, units]), lambda: min(units + 1, 2**64 - 1)),
            closes_on=closes_on,
            issue_date=0,
            maturity_date=matures,
            rate_ppm=30_000,
            service_terms=h.spoilt(schedule, lambda: ZERO_HASH),
            document=h._document(facility.borrower, DocumentKind.OTHER),
        )
        args = (id_, asked, [min(part, _MARK) for part in parts], "drawdown")
        return h.act(self._borrower(id_), h.world.facilities, "request", *args)

    def lend(self) -> Act:
        """A lender's share, or what is left of it."""
        h, office, facilities = self.h, self.h.world.bonds, self.h.world.facilities
        open_ = [
            (loan, who, share - office.booking(loan, who))
            for (loan, who), share in facilities.shares.items()
            if office.bond(loan).state == BondState.BOOKING and share > office.booking(loan, who)
        ]
        loan, who, units = h.fit(open_, lambda: (h.number(office.count), h.one(EVERYBODY).address, 1))
        return h.act(who, office, "book", loan, h.spoilt(units, lambda: units + 1))

    def release(self) -> Act:
        h, facilities, office = self.h, self.h.world.facilities, self.h.world.bonds
        over = [
            loan
            for loan, drawdown in facilities.drawdowns.items()
            if office.bond(loan).state in (BondState.CANCELLED, BondState.CLOSED) and not drawdown.released
        ]
        loan = h.fit(over, lambda: h.number(office.count))
        return h.act(h.one(EVERYBODY).address, facilities, "release", loan)

    def cancel(self) -> Act:
        """Mostly by somebody who may not: nothing is drawn from a cancelled one."""
        id_ = self._facility()
        sender = self._borrower(id_) if self.h.chance(0.1) else self.h.one(EVERYBODY).address
        return self.h.act(sender, self.h.world.facilities, "cancel", id_)


def unfair(world: World) -> Iterator[str]:
    """FAC-1 and FAC-2, where they do not hold."""
    facilities, office = world.facilities, world.bonds
    for id_, facility in facilities.facilities.items():
        club = [facilities.lender(id_, who) for who in facilities.lenders_of(id_)]
        sums = tuple(sum(getattr(one, name) for one in club) for name in ("committed", "called"))
        if sums != (facility.committed, facility.called) or any(one.room < 0 for one in club):
            yield f"FAC-1: facility {id_} counts {facility}, its lenders {club}"
    for loan, drawdown in facilities.drawdowns.items():
        club = facilities.lenders_of(drawdown.facility)
        if sum(facilities.share_of(loan, who) for who in club) != drawdown.units:
            yield f"FAC-1: drawdown {loan} was not called on its lenders as a whole"
        token = office.tokens[loan]
        strangers = [who for who in token.history if token.balance_of(who) and who not in club]
        if strangers:
            yield f"FAC-2: units of drawdown {loan} are held by {strangers}"
