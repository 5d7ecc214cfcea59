"""Twin of `BondService`: coupons, redemption, default; pro rata while a payment is short."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from ledger.domain import purposes
from ledger.domain.coupons import PPM, due_floor, entitlement_floor
from ledger.domain.mandates import MandateKind
from ledger.domain.purposes import SERVICE, WORD, axis_of
from ledger.domain.states import BondState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, plain, word
from ledger.domain.twin.bonds import Bond, BondOffice
from ledger.domain.twin.cash import Cash
from ledger.domain.twin.claims import pay_or_keep, pay_out
from ledger.domain.twin.couponterms import CouponTerms
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.holdings import Lenders
from ledger.domain.twin.mandates import Mandates
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.proceeds import Proceeds

COUPON: Final = 1
REDEMPTION: Final = 2
OPEN: Final = 1
SETTLED: Final = 2
MAX_SERVICES: Final = 256
_MOST: Final = 2**128 - 1


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a bond stands; principal and outstanding are per unit."""

    token: str = NOBODY
    principal: int = 0
    issuer: str = NOBODY
    outstanding: int = 0
    cash: str = NOBODY
    services: int = 0
    unsettled: int = 0
    defaults: int = 0
    facility: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """One payment to all holders; `total` is the issuer's part, `from_proceeds` comes on top, per unit."""

    bond: int = 0
    kind: int = 0
    state: int = 0
    index: int = 0
    period: int = 0
    partly: bool = False
    in_default: bool = False
    record_day: int = 0
    pay_day: int = 0
    rate_ppm: int = 0
    units: int = 0
    per_unit: int = 0
    numerator: int = 0
    denominator: int = 0
    from_proceeds: int = 0
    settled_units: int = 0
    total: int = 0
    paid_in: int = 0

    @property
    def short(self) -> bool:
        return self.paid_in < self.total

    def entitlement(self, units: int) -> int:
        """What so many units are owed by the issuer."""
        part = Fraction(self.numerator, self.denominator)
        return entitlement_floor(units, self.per_unit, self.rate_ppm, part)

    def share(self, units: int) -> int:
        """What of it is due now."""
        return due_floor(self.entitlement(units), self.paid_in, self.total)


@dataclass(frozen=True, slots=True)
class Redemption:
    period: int
    record_day: int
    pay_day: int
    per_unit: int
    from_proceeds: int


class BondService(Module):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        mandates: Mandates,
        documents: Documents,
        office: BondOffice,
        proceeds: Proceeds,
        coupon_terms: CouponTerms,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.mandates = mandates
        self.documents = documents
        self.office = office
        self.proceeds = proceeds
        self.coupon_terms = coupon_terms
        self.services: dict[int, Service] = {}
        self.standings: dict[int, Standing] = {}
        self.redeemed_with: dict[tuple[int, int], int] = {}
        self.settled: set[tuple[int, str]] = set()
        self.partial: dict[tuple[int, str], int] = {}

    # --- reading ---

    @property
    def service_count(self) -> int:
        return len(self.services)

    def service(self, id_: int) -> Service:
        return self.services.get(id_, Service())

    def standing(self, bond: int) -> Standing:
        return self.standings.get(bond, Standing())

    def in_default(self, bond: int) -> bool:
        return self.standing(bond).defaults != 0

    def redeemed(self, bond: int) -> bool:
        standing = self.standing(bond)
        return standing.token != NOBODY and standing.outstanding == 0 and standing.unsettled == 0

    def owed(self, id_: int, holder: str) -> tuple[int, int, int]:
        """Entitlement, due of it so far, paid of that; unused proceeds included."""
        service = self._known(id_)
        units = self.office.tokens[service.bond].units_at(holder, service.record_day)
        returned = units * service.from_proceeds
        due = service.share(units) + returned
        paid = due if (id_, holder) in self.settled else 0
        if not paid and (id_, holder) in self.partial:
            paid = self.partial[id_, holder] + returned
        return service.entitlement(units) + returned, due, paid

    # --- coupons ---

    def check_open(self, bond: int, index: int) -> None:
        self._require_closed(bond)
        self.coupon_terms.check_fix(bond, index)
        if self._principal_of(bond, index) == 0:
            raise Refusal("ZeroAmount")

    def open(self, sender: str, bond: int, index: int) -> int:
        """After the record day, by anyone: fixes rate, units, principal and total."""
        self.check_open(bond, index)
        self._load(bond)
        principal = self._principal_of(bond, index)
        self.standings[bond] = replace(self.standings[bond], principal=principal)
        coupon = self.coupon_terms.fix(self.address, bond, index)
        service = Service(
            bond=bond,
            kind=COUPON,
            period=index,
            record_day=coupon.record_day,
            pay_day=coupon.pay_day,
            rate_ppm=coupon.rate_ppm,
            units=self.office.tokens[bond].supply_at(coupon.record_day),
            per_unit=principal,
            numerator=coupon.numerator,
            denominator=coupon.denominator,
        )
        id_ = self._open_service(service)
        lenders = self.office.lenders
        if lenders and self.standings[bond].facility:
            self._fall_due(lenders, service)
        return id_

    def _fall_due(self, lenders: Lenders, interest: Service) -> None:
        """Of a loan's principal: the instalment of this period, less what was announced with it before."""
        bond, period, due = interest.bond, interest.period, self.standings[interest.bond].outstanding
        *_, last = self.coupon_terms.days_of(bond, period)
        if not last:
            promised = lenders.due_with(bond, period) - self.redeemed_with.get((bond, period), 0)
            due = min(max(promised, 0), due)
        if due:
            asked = Redemption(period, interest.record_day, interest.pay_day, due, 0)
            self._redeem(bond, asked, ZERO_HASH)

    def _principal_of(self, bond: int, index: int) -> int:
        if bond not in self.standings:
            return self.office.bond(bond).terms.denomination
        return self.standings[bond].principal - self.redeemed_with.get((bond, index - 1), 0)

    def _load(self, bond: int) -> None:
        if bond not in self.standings:
            known = self.office.bond(bond)
            face = known.terms.denomination
            self.standings[bond] = Standing(
                known.token, face, known.issuer, face, known.terms.cash, facility=known.facility
            )

    def _open_service(self, service: Service) -> int:
        standing = self.standings[service.bond]
        if standing.services == MAX_SERVICES:
            raise Refusal("AmountTooLarge", MAX_SERVICES, MAX_SERVICES)
        self.standings[service.bond] = replace(standing, services=standing.services + 1)
        total = service.entitlement(service.units)
        if total > _MOST:
            raise Refusal("AmountTooLarge", total, _MOST)
        state = SETTLED if total == 0 and service.from_proceeds == 0 else OPEN
        id_ = self.service_count + 1
        opened = replace(service, index=standing.services, total=total, state=state)
        self.services[id_] = opened
        self.emit("ServiceOpened", id_, service.bond, plain(opened))
        return id_

    # --- redemption ---

    def check_announce(self, bond: int, who: str, asked: Redemption) -> None:
        known = self._require_closed(bond)
        face = known.terms.denomination
        outstanding = self.standings[bond].outstanding if bond in self.standings else face
        if asked.per_unit == 0:
            raise Refusal("ZeroAmount")
        for had, needed in ((asked.per_unit, outstanding), (asked.from_proceeds, asked.per_unit)):
            if had > needed:
                raise Refusal("AmountTooLarge", had, needed)
        if asked.pay_day <= asked.record_day:
            raise Refusal("DateOutOfOrder", word("PAY_DAY"), asked.pay_day, asked.record_day)
        if any(known.terms.service_terms):
            as_due = self._of_schedule(bond, asked, outstanding)
        else:
            as_due = self._at_maturity(bond, asked, known.terms.maturity_date)
        whole = asked.per_unit == outstanding and asked.from_proceeds == 0
        if who != known.issuer and not (as_due and whole):
            raise Refusal("NotParty", who, known.issuer)

    def _of_schedule(self, bond: int, asked: Redemption, outstanding: int) -> bool:
        """With a coupon; True for the last one once its pay day has passed."""
        record_day, pay_day, last = self.coupon_terms.days_of(bond, asked.period)
        if asked.record_day != record_day:
            raise Refusal("DateOutOfOrder", word("RECORD_DAY"), asked.record_day, record_day)
        if asked.pay_day != pay_day:
            raise Refusal("DateOutOfOrder", word("PAY_DAY"), asked.pay_day, pay_day)
        if self.redeemed_with.get((bond, asked.period)):
            raise Refusal("AlreadyUsed", word("PERIOD"), asked.period.to_bytes(WORD, "big"))
        day, callable_from = self.participants.today(), self.coupon_terms.terms(bond).callable_from
        if last:
            if asked.per_unit != outstanding:
                raise Refusal("NotWhole", bond, asked.per_unit, outstanding)
            return day > pay_day
        if callable_from == 0 or pay_day < callable_from:
            raise Refusal("NotCallable", bond, callable_from, pay_day)
        if day > record_day:
            raise Refusal("DateOutOfOrder", word("RECORD_DAY"), record_day, day)
        return False

    def _at_maturity(self, bond: int, asked: Redemption, maturity: int) -> bool:
        if asked.pay_day < maturity:
            raise Refusal("NotCallable", bond, 0, asked.pay_day)
        day = self.participants.today()
        if asked.record_day < day:
            raise Refusal("DateOutOfOrder", word("RECORD_DAY"), asked.record_day, day)
        soonest = (asked.record_day, asked.pay_day) == (day, day + 1)
        return 0 < maturity < day and soonest

    def announce_redemption(self, sender: str, bond: int, asked: Redemption, document: bytes) -> int:
        self.check_announce(bond, sender, asked)
        self._load(bond)
        if sender == self.standings[bond].issuer:
            self.documents.require_known(document, sender, 0)
        return self._redeem(bond, asked, document)

    def _redeem(self, bond: int, asked: Redemption, document: bytes) -> int:
        self._change(bond, outstanding=-asked.per_unit, unsettled=1)
        with_ = self.redeemed_with.get((bond, asked.period), 0)
        self.redeemed_with[bond, asked.period] = with_ + asked.per_unit
        token = self.office.tokens[bond]
        service = Service(
            bond=bond,
            kind=REDEMPTION,
            period=asked.period,
            record_day=asked.record_day,
            pay_day=asked.pay_day,
            rate_ppm=PPM,
            units=token.total_supply,
            per_unit=asked.per_unit - asked.from_proceeds,
            numerator=1,
            denominator=1,
            from_proceeds=asked.from_proceeds,
        )
        id_ = self._open_service(service)
        self.emit("RedemptionAnnounced", bond, id_, plain(asked), document)
        if asked.record_day >= self.participants.today():
            token.add_record_day(self.address, asked.record_day)
        if asked.from_proceeds:
            self.proceeds.return_unused(self.address, bond, service.units * asked.from_proceeds)
        return id_

    # --- money in ---

    def check_pay_in(self, id_: int, payer: str, amount: int) -> None:
        service = self._known(id_)
        issuer = self.standings[service.bond].issuer
        if payer != issuer:
            self.mandates.require_mandate(issuer, payer, int(MandateKind.PAYING_AGENT), service.bond)
        if amount == 0:
            raise Refusal("ZeroAmount")
        room = service.total - service.paid_in
        if amount > room:
            raise Refusal("AmountTooLarge", amount, room)

    def pay_in(self, sender: str, id_: int, amount: int) -> None:
        self.check_pay_in(id_, sender, amount)
        service = replace(self.services[id_], paid_in=self.services[id_].paid_in + amount)
        self.services[id_] = service
        self.emit("ServicePaidIn", id_, service.bond, sender, amount)
        if service.in_default and not service.short:
            self.services[id_] = replace(service, in_default=False)
            self._change(service.bond, defaults=-1)
            self.emit("DefaultCured", service.bond, id_)
        cash = self._cash_of(service)
        cash.collect(self.address, SERVICE, purposes.service(id_), sender, amount, _number(id_))

    # --- money out ---

    def check_pay(self, id_: int) -> None:
        service, day = self._known(id_), self.participants.today()
        if day < service.pay_day:
            raise Refusal("DateOutOfOrder", word("PAY_DAY"), service.pay_day, day)

    def pay(self, sender: str, id_: int, holders: list[str]) -> None:
        """Anyone, any batch: who is owed nothing, or twice, gets nothing."""
        self.check_pay(id_)
        service = self.services[id_]
        if service.state == SETTLED:
            return
        settled = sum(self._pay_one(id_, service, holder) for holder in holders)
        if service.short:
            self.services[id_] = replace(service, partly=True)
        elif settled:
            done = replace(service, settled_units=service.settled_units + settled)
            self.services[id_] = done
            if done.settled_units == done.units:
                self._settle(id_, done)

    def _pay_one(self, id_: int, service: Service, holder: str) -> int:
        """Returns the holder's units once the holder has got all."""
        if (id_, holder) in self.settled:
            return 0
        units = self.office.tokens[service.bond].units_at(holder, service.record_day)
        if units == 0:
            return 0
        share, had = service.share(units), self.partial.get((id_, holder))
        if service.short:
            self.partial[id_, holder] = share
        else:
            self.settled.add((id_, holder))
        amount = share - (had or 0)
        returned = units * service.from_proceeds if had is None else 0
        settled = 0 if service.short else units
        if amount or returned or settled:
            kept = self._pay_out(id_, service, holder, amount, returned)
            self.emit("ServicePaid", id_, holder, amount, returned, kept)
        return settled

    def _pay_out(self, id_: int, service: Service, holder: str, amount: int, returned: int) -> bool:
        kept = False
        if returned:
            kept = self.proceeds.pay_returned(self.address, service.bond, holder, returned, _number(id_))
        return self._out(id_, service, holder, amount) if amount else kept

    def _settle(self, id_: int, service: Service) -> None:
        """All units have got all: what is left is rounding, and goes back to the issuer."""
        self.services[id_] = replace(service, state=SETTLED)
        residue = self._cash_of(service).balance_of(axis_of(SERVICE, purposes.service(id_)))
        if service.kind == REDEMPTION:
            self._change(service.bond, unsettled=-1)
        issuer = self.standings[service.bond].issuer
        kept = self._out(id_, service, issuer, residue) if residue else False
        self.emit("ServiceSettled", id_, residue, kept)
        if service.kind == REDEMPTION and self.redeemed(service.bond):
            self.office.tokens[service.bond].retire(self.address)

    def _out(self, id_: int, service: Service, to: str, amount: int) -> bool:
        cash, purpose = self._cash_of(service), purposes.service(id_)
        return pay_or_keep(self.participants, self.address, cash, SERVICE, purpose, to, amount, _number(id_))

    def claim(self, sender: str, cash: Cash) -> None:
        pay_out(self.address, cash, SERVICE, sender)

    # --- default ---

    def check_declare_default(self, id_: int) -> None:
        service = self._known(id_)
        if service.in_default:
            raise Refusal("WrongState", word("DEFAULT"), id_, 1, 0)
        if not service.short:
            raise Refusal("NotShort", id_, service.paid_in, service.total)
        last = service.pay_day + self.coupon_terms.terms(service.bond).grace_days
        if self.participants.today() <= last:
            raise Refusal("DateOutOfOrder", word("GRACE"), last, self.participants.today())

    def declare_default(self, sender: str, id_: int) -> None:
        self.check_declare_default(id_)
        service = replace(self.services[id_], in_default=True)
        self.services[id_] = service
        self._change(service.bond, defaults=1)
        self.emit("Defaulted", service.bond, id_, service.paid_in, service.total)

    # --- small parts ---

    def _known(self, id_: int) -> Service:
        if id_ not in self.services:
            raise Refusal("Unknown", word("SERVICE"), id_)
        return self.services[id_]

    def _require_closed(self, bond: int) -> Bond:
        known = self.office.bond(bond)
        if known.state == 0:
            raise Refusal("Unknown", word("BOND"), bond)
        if known.state != BondState.CLOSED:
            raise Refusal("WrongState", word("BOND"), bond, known.state, int(BondState.CLOSED))
        return known

    def _change(self, bond: int, **added: int) -> None:
        standing = self.standings[bond]
        self.standings[bond] = replace(
            standing, **{name: getattr(standing, name) + n for name, n in added.items()}
        )

    def _cash_of(self, service: Service) -> Cash:
        return self.proceeds.books[service.bond].cash


def _number(id_: int) -> bytes:
    return id_.to_bytes(WORD, "big")
