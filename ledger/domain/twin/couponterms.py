"""Twin of `CouponTerms`: the filed schedule, fixings and observations, and the rates they give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ledger.domain.coupons import (
    CouponKind,
    Period,
    ServiceTerms,
    period_parts,
    period_rate,
    terms_hash,
)
from ledger.domain.daycount import ON_CHAIN, BadDayCount
from ledger.domain.roles import Role
from ledger.domain.states import Polarity
from ledger.domain.twin.base import NOBODY, Module, Refusal, Stage, plain, word
from ledger.domain.twin.bonds import BondOffice
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.participants import Participants

MAX_PERIODS: Final = 128
NO_PERIOD: Final = Period(0, 0, 0, 0, 0, 0, 0)
NO_TERMS: Final = ServiceTerms(coupon_kind=0, day_count=0, frequency=0)


@dataclass(frozen=True, slots=True)
class Progress:
    periods: int = 0
    next: int = 0
    last_rate_ppm: int = 0


@dataclass(frozen=True, slots=True)
class Posting:
    posted: bool = False
    value: int = 0


@dataclass(frozen=True, slots=True)
class Coupon:
    """What one coupon is paid by."""

    record_day: int
    pay_day: int
    rate_ppm: int
    numerator: int
    denominator: int


class CouponTerms(Module):
    def __init__(
        self, stage: Stage, address: str, participants: Participants, documents: Documents, office: BondOffice
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.office = office
        self.filed: dict[int, tuple[ServiceTerms, tuple[Period, ...]]] = {}
        self.fixed: dict[int, Progress] = {}
        self.postings: dict[tuple[int, int], Posting] = {}

    # --- reading ---

    def terms(self, bond: int) -> ServiceTerms:
        return self.filed[bond][0] if bond in self.filed else NO_TERMS

    def period(self, bond: int, index: int) -> Period:
        periods = self.filed[bond][1] if bond in self.filed else ()
        return periods[index] if index < len(periods) else NO_PERIOD

    def posting(self, bond: int, index: int) -> Posting:
        return self.postings.get((bond, index), Posting())

    def progress(self, bond: int) -> Progress:
        return self.fixed.get(bond, Progress())

    def days_of(self, bond: int, index: int) -> tuple[int, int, bool]:
        """Record day, pay day, and whether it is the last coupon."""
        period = self._known(bond, index)
        return period.record_day, period.pay_day, index + 1 == self.progress(bond).periods

    # --- terms and schedule ---

    def file(self, sender: str, bond: int, terms: ServiceTerms, periods: tuple[Period, ...]) -> None:
        """Exactly what hashes to the bond's terms; anyone may file."""
        published = self.office.bond(bond)
        if published.state == 0:
            raise Refusal("Unknown", word("BOND"), bond)
        if bond in self.filed:
            raise Refusal("AlreadyUsed", word("SERVICE_TERMS"), bond.to_bytes(32, "big"))
        had, needed = terms_hash(terms, periods), published.terms.service_terms
        if had != needed:
            raise Refusal("ScheduleMismatch", had, needed)
        if not 0 < len(periods) <= MAX_PERIODS:
            raise Refusal("TooManyPeriods", len(periods), MAX_PERIODS)
        _require_terms(terms, published.terms.coupon_ppm)
        self.filed[bond] = (terms, tuple(periods))
        self.fixed[bond] = Progress(len(periods))
        for index, period in enumerate(periods):
            _require_period(terms, periods, index)
            self.office.tokens[bond].add_record_day(self.address, period.record_day)
        self.emit("TermsFiled", bond, plain(terms), tuple(plain(period) for period in periods))

    # --- fixings and observations ---

    def check_post(self, bond: int, index: int, fixer: str) -> None:
        period, terms = self._known(bond, index), self.terms(bond)
        floating, kpi = int(CouponKind.FLOATING), terms.coupon_kind == CouponKind.KPI
        if terms.coupon_kind < floating:
            raise Refusal("WrongState", word("COUPON_KIND"), bond, terms.coupon_kind, floating)
        if fixer != terms.fixer:
            raise Refusal("NotParty", fixer, terms.fixer)
        if kpi:
            self.participants.require_role(fixer, Role.VERIFIER)
        else:
            self.participants.require_active(fixer)
        if index < self.progress(bond).next or self.posting(bond, index).posted:
            raise Refusal("AlreadyUsed", word("PERIOD"), index.to_bytes(32, "big"))
        day = self.participants.today()
        if day > period.fixing_day if kpi else day < period.fixing_day:
            raise Refusal("DateOutOfOrder", word("FIXING_DAY"), period.fixing_day, day)

    def post_fixing(self, sender: str, bond: int, index: int, rate_ppm: int, document: bytes) -> None:
        self._post(sender, bond, index, CouponKind.FLOATING, rate_ppm, document)
        self.emit("FixingPosted", bond, index, rate_ppm, document)

    def post_observation(self, sender: str, bond: int, index: int, value: int, document: bytes) -> None:
        self._post(sender, bond, index, CouponKind.KPI, value, document)
        self.emit("ObservationPosted", bond, index, value, document)

    def _post(
        self, sender: str, bond: int, index: int, kind: CouponKind, value: int, document: bytes
    ) -> None:
        self.check_post(bond, index, sender)
        had = self.terms(bond).coupon_kind
        if had != kind:
            raise Refusal("WrongState", word("COUPON_KIND"), bond, had, int(kind))
        self.documents.require_known(document, sender, 0)
        self.postings[bond, index] = Posting(True, value)

    # --- rates ---

    def check_fix(self, bond: int, index: int) -> None:
        period, following = self._known(bond, index), self.progress(bond).next
        if index != following:
            raise Refusal("PeriodOutOfOrder", bond, index, following)
        day, terms = self.participants.today(), self.terms(bond)
        if day <= period.record_day:
            raise Refusal("DateOutOfOrder", word("RECORD_DAY"), period.record_day, day)
        waits = terms.coupon_kind == CouponKind.FLOATING and not self.posting(bond, index).posted
        if waits and day <= period.pay_day + terms.grace_days:
            raise Refusal("FixingMissing", bond, index)

    def fix(self, sender: str, bond: int, index: int) -> Coupon:
        self.only_duty(sender, "SERVICE")
        self.check_fix(bond, index)
        terms, period, progress = self.terms(bond), self.period(bond, index), self.progress(bond)
        posting = self.posting(bond, index)
        last = progress.last_rate_ppm if index else None
        rate = period_rate(terms, period, posting.value if posting.posted else None, last)
        self.fixed[bond] = replace(progress, next=index + 1, last_rate_ppm=rate)
        self.emit("CouponFixed", bond, index, rate)
        return Coupon(period.record_day, period.pay_day, rate, *period_parts(terms, period))

    def _known(self, bond: int, index: int) -> Period:
        periods = self.progress(bond).periods
        if periods == 0:
            raise Refusal("NotFiled", bond)
        if index >= periods:
            raise Refusal("Unknown", word("PERIOD"), index)
        return self.period(bond, index)


def _require_terms(terms: ServiceTerms, coupon_ppm: int) -> None:
    kind = terms.coupon_kind
    if not CouponKind.FIXED <= kind <= CouponKind.KPI:
        raise Refusal("TermsInvalid", word("COUPON_KIND"), kind)
    if kind == CouponKind.FIXED and terms.rate_ppm != coupon_ppm:
        raise Refusal("TermsInvalid", word("RATE"), terms.rate_ppm)
    if kind >= CouponKind.FLOATING and terms.fixer == NOBODY:
        raise Refusal("TermsInvalid", word("FIXER"), 0)
    if 0 < terms.cap_ppm < terms.floor_ppm:
        raise Refusal("TermsInvalid", word("CAP"), terms.cap_ppm)
    said = terms.polarity in (Polarity.HIGHER, Polarity.LOWER)
    if kind == CouponKind.KPI and not said:
        raise Refusal("TermsInvalid", word("POLARITY"), terms.polarity)


def _require_period(terms: ServiceTerms, periods: tuple[Period, ...], index: int) -> None:
    period, before = periods[index], periods[index - 1]
    follows = index == 0 or (period.start == before.end and period.record_day > before.record_day)
    ordered = period.start < period.end and period.fixing_day <= period.record_day < period.pay_day
    if not (follows and ordered):
        raise Refusal("PeriodInvalid", index)
    if terms.day_count not in ON_CHAIN:
        raise Refusal("DayCountUnknown", terms.day_count)
    try:
        period_parts(terms, period)
    except BadDayCount:
        raise Refusal("ReferenceUnfit", period.ref_start, period.ref_end, terms.frequency) from None
