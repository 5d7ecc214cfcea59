"""Coupons, redemption and default: for the issuer, a fixer, and anyone who opens or pays out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from ledger.domain.coupons import CouponKind
from ledger.domain.dates import date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.states import PaymentKind, PaymentState
from ledger.errors import Conflict, NotFound
from ledger.services.bonds import Bond, bond_of
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.session import Act, Session, struct
from ledger.services.termsheet import Coupons, read_terms
from ledger.services.values import Amount, day, minor, minor_or_zero

BATCH: Final = 100
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Opened(Act):
    """A payment that holders are owed now."""

    payment: int
    bond: int


@dataclass(frozen=True, slots=True)
class Distributed:
    """What paying out did: holders that got something, minor units, transactions and their gas."""

    payment: int
    holders: int
    amount: int
    kept: int
    transactions: tuple[str, ...]
    gas: int


@dataclass(frozen=True, slots=True)
class Payment:
    """One coupon or redemption as it stands; amounts in minor units, `total` and `paid_in` the issuer's."""

    id: int
    bond: int
    kind: PaymentKind
    state: PaymentState
    period: int
    record_day: dt.date
    pay_day: dt.date
    rate_ppm: int
    units: int
    total: int
    paid_in: int
    settled_units: int
    from_proceeds: int
    in_default: bool
    currency: str


@dataclass(frozen=True, slots=True)
class Owed:
    """What one holder is owed of a payment, in minor units, unused proceeds included."""

    payment: int
    holder: str
    entitlement: int
    due: int
    paid: int


@dataclass(frozen=True, slots=True)
class Coupon:
    """One period of a filed schedule. `posted` is the fixing in ppm or the observation; None without one."""

    period: int
    start: dt.date
    end: dt.date
    record_day: dt.date
    pay_day: dt.date
    posted: int | None
    opened: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """The filed coupon terms of a bond and where it stands."""

    bond: int
    kind: str
    coupons: tuple[Coupon, ...]
    payments: tuple[Payment, ...]
    principal: int
    outstanding: int
    in_default: bool
    redeemed: bool


class Service(Desk):
    """One attribute for all sides: every act says who does it."""

    # --- terms -------------------------------------------------------------------------------------------

    def terms(self, sheet: Any) -> Coupons:
        """The coupon terms of a term sheet (`ledger.services.termsheet`), to register a bond with."""
        return read_terms(sheet, self._session.address)

    def file(self, who: str, bond: int, coupons: Coupons) -> Act:
        """Files exactly the terms a bond was registered with. Do it before the first record day passes."""
        terms = {_camel(name): value for name, value in asdict(coupons.terms).items()}
        periods = [{_camel(k): v for k, v in asdict(period).items()} for period in coupons.periods]
        return act_of(self._session.act(who, "CouponTerms", "file", bond, terms, periods))

    def post_fixing(self, fixer: str, bond: int, period: int, rate_ppm: int, document: Paper) -> Act:
        """The fixer's rate of a floating coupon, in parts per million; the margin comes on top."""
        paper = self._file(fixer, document, DocumentKind.OTHER)
        return act_of(self._session.act(fixer, "CouponTerms", "postFixing", bond, period, rate_ppm, paper))

    def post_observation(self, verifier: str, bond: int, period: int, value: int, document: Paper) -> Act:
        """The verifier's observation of a KPI."""
        paper = self._file(verifier, document, DocumentKind.OTHER)
        return act_of(
            self._session.act(verifier, "CouponTerms", "postObservation", bond, period, value, paper)
        )

    # --- payments ----------------------------------------------------------------------------------------

    def open(self, who: str, bond: int, period: int | None = None) -> Opened:
        """Opens the next coupon once its record day is over."""
        index = self._next(bond) if period is None else period
        mined = self._session.act(who, "BondService", "open", bond, index)
        return Opened(mined.tx, mined.block, mined.event("ServiceOpened").args["service"], bond)

    def announce_redemption(
        self,
        who: str,
        bond: int,
        document: Paper | None,
        *,
        period: int | None = None,
        per_unit: Amount | None = None,
        from_proceeds: Amount = 0,
        record_day: dt.date | None = None,
        pay_day: dt.date | None = None,
    ) -> Opened:
        """Redeems with the coupon of a period, by default the last and all that is outstanding.

        Without coupons the two days are given. `from_proceeds` comes, per unit, out of unused proceeds.
        Anyone may announce the whole rest once maturity has passed, then without a document.
        """
        known = bond_of(self._session, bond)
        count = self._count(bond)
        index = max(count - 1, 0) if period is None else period
        days = (day(record_day), day(pay_day))
        if count:
            days = self._session.read("CouponTerms", "daysOf", bond, index)[:2]
        rest = (
            struct(self._session.read("BondService", "standing", bond))["outstanding"] or known.denomination
        )
        redemption = {
            "period": index,
            "recordDay": days[0],
            "payDay": days[1],
            "perUnit": rest if per_unit is None else minor(per_unit, known.currency),
            "fromProceeds": minor_or_zero(from_proceeds, known.currency),
        }
        paper = bytes(32) if document is None else self._file(who, document, DocumentKind.OTHER)
        mined = self._session.act(who, "BondService", "announceRedemption", bond, redemption, paper)
        return Opened(mined.tx, mined.block, mined.event("ServiceOpened").args["service"], bond)

    def pay_in(self, payer: str, payment: int, amount: Amount | None = None) -> Act:
        """Pays in for the holders, by default all that is missing. Issuer, or paying agent by mandate."""
        found = self.payment(payment)
        missing = found.total - found.paid_in
        if amount is None and missing == 0:
            raise Conflict(
                f"payment {payment} is paid in", who=payment, had=found.paid_in, needed=found.total
            )
        value = missing if amount is None else minor(amount, found.currency)
        cash = self._session.cash(bond_of(self._session, found.bond).cash)
        self._session.allow(payer, cash, "BondService", value)
        return act_of(self._session.act(payer, "BondService", "payIn", payment, value))

    def pay(
        self,
        who: str,
        payment: int,
        holders: Sequence[str] | None = None,
        *,
        batch: int = BATCH,
        progress: Progress = lambda done, all_: None,
    ) -> Distributed:
        """Pays out in batches, by default to all holders of the record day; again is harmless.

        Args:
            progress: told (holders asked, holders in all) after each transaction.
        """
        accounts = list(map(self._session.address, holders or self._recorded(payment)))
        paid, transactions, gas = [], [], 0
        for first in range(0, len(accounts), batch):
            some = accounts[first : first + batch]
            mined = self._session.act(who, "BondService", "pay", payment, some)
            paid += [event.args for event in mined.events if event.name == "ServicePaid"]
            transactions.append(mined.tx)
            gas += mined.gas_used
            progress(first + len(some), len(accounts))
        amount = sum(one["amount"] + one["fromProceeds"] for one in paid)
        kept = sum(one["amount"] + one["fromProceeds"] for one in paid if one["kept"])
        return Distributed(payment, len(paid), amount, kept, tuple(transactions), gas)

    def _recorded(self, payment: int) -> list[str]:
        """Who held units at the end of the record day, by the index; the contract pays by its own books."""
        found = self.payment(payment)
        held = self._session.index().holders(found.bond, day_number(found.record_day))
        return [one["account"] for one in held["holders"]]

    def declare_default(self, who: str, payment: int) -> Act:
        """After the days of grace, when what was paid in is short."""
        return act_of(self._session.act(who, "BondService", "declareDefault", payment))

    def claim(self, who: str, cash: str) -> Act:
        """Takes what is kept for one who could not receive at the time."""
        address = self._session.cash(cash).contract.address
        return act_of(self._session.act(who, "BondService", "claim", address))

    # --- reading -----------------------------------------------------------------------------------------

    def payment(self, payment: int) -> Payment:
        return payment_of(self._session, payment)

    def owed(self, payment: int, holder: str) -> Owed:
        """What a holder is owed; asked from the day after the record day on."""
        account = self._session.address(holder)
        return Owed(payment, account, *self._session.read("BondService", "owed", payment, account))

    def payments(self, bond: int) -> tuple[Payment, ...]:
        """Coupons and redemptions that were opened, in order."""
        return tuple(map(self.payment, self._session.index().payments(bond)))

    def schedule(self, bond: int) -> Schedule:
        """The filed terms, what was posted, and every payment."""
        known = bond_of(self._session, bond)
        terms = struct(self._session.read("CouponTerms", "terms", bond))
        standing = struct(self._session.read("BondService", "standing", bond))
        kind = terms["couponKind"]
        loaded = int(standing["token"], 16) != 0
        return Schedule(
            bond=bond,
            kind=CouponKind(kind).name.lower() if kind else "none",
            coupons=tuple(self._coupon(bond, index) for index in range(self._count(bond))),
            payments=self.payments(bond),
            principal=standing["principal"] if loaded else known.denomination,
            outstanding=standing["outstanding"] if loaded else known.denomination,
            in_default=bool(standing["defaults"]),
            redeemed=bool(self._session.read("BondService", "redeemed", bond)),
        )

    def bond_of(self, payment: int) -> Bond:
        """The bond that a payment is of."""
        return bond_of(self._session, self.payment(payment).bond)

    def _coupon(self, bond: int, index: int) -> Coupon:
        period = struct(self._session.read("CouponTerms", "period", bond, index))
        posting = struct(self._session.read("CouponTerms", "posting", bond, index))
        start, end, record_day, pay_day = (
            date_of(period[name]) for name in ("start", "end", "recordDay", "payDay")
        )
        posted = posting["value"] if posting["posted"] else None
        return Coupon(index, start, end, record_day, pay_day, posted, index < self._next(bond))

    def _count(self, bond: int) -> int:
        return int(struct(self._session.read("CouponTerms", "progress", bond))["periods"])

    def _next(self, bond: int) -> int:
        return int(struct(self._session.read("CouponTerms", "progress", bond))["next"])


def payment_of(session: Session, payment: int) -> Payment:
    """NotFound when there is no such payment."""
    record = struct(session.read("BondService", "service", payment))
    if not record["bond"]:
        raise NotFound(f"there is no payment {payment}", who=payment)
    return Payment(
        id=payment,
        bond=record["bond"],
        kind=PaymentKind(record["kind"]),
        state=PaymentState(record["state"]),
        period=record["period"],
        record_day=date_of(record["recordDay"]),
        pay_day=date_of(record["payDay"]),
        rate_ppm=record["ratePpm"],
        units=record["units"],
        total=record["total"],
        paid_in=record["paidIn"],
        settled_units=record["settledUnits"],
        from_proceeds=record["units"] * record["fromProceeds"],
        in_default=bool(record["inDefault"]),
        currency=bond_of(session, record["bond"]).currency,
    )


def _camel(name: str) -> str:
    """`pay_day` → `payDay`: as the contract names a field."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
