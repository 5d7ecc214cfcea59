"""Schemes of greenwashing, and honest cases that look odd, each on a bond of its own in one town.

A scheme says which indicators must raise it, and which may say so as well; an honest case none. Labels stay
here: nothing of them reaches the index.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from ledger.domain.roles import Role
from ledger.tracing.alerts.kin import Tag
from tests.unit.town import BEGIN, DAY, Bond, Town, at, axis, day_of, ordinary_moves, p, text

DAYS = 760
ORDINARY = 100_000
RAISED = at(2023, 3, 1)
HALF = at(2023, 6, 30)
NEXT_HALF = at(2024, 6, 30)
A = 12_345_678
FACTOR = '{"kind":"average","source":"grid","unit":"tCO2/MWh","value":"0.5"}'


@dataclass
class Case:
    """What is planted on one bond (or on none), and what may be raised about it."""

    bond: int
    must: frozenset[str]
    may: frozenset[str] = frozenset()


@dataclass
class Planted:
    town: Town
    cases: dict[str, Case] = field(default_factory=dict)
    tags: list[Tag] = field(default_factory=list)

    def bond(
        self, name: str, *must: str, may: tuple[str, ...] = (), time: int = RAISED, **more: object
    ) -> Bond:
        made = self.town.bond(time, **more)
        self.cases[name] = Case(made.number, frozenset(must), frozenset(may))
        return made

    def people(self, number: int) -> list[str]:
        """Admitted long before, with some days between."""
        found = self.town.several(number)
        for who in found:
            self.town.plan(BEGIN - 5 * DAY, lambda who=who: self.town.admit(who))
        return found

    def spend(self, bond: Bond, time: int) -> None:
        """The rest of a bond is spent honestly, so that nothing is idle."""
        (builder,) = self.people(1)

        def pay() -> None:
            pool = self.town.counters[axis(p.pool(bond.number))]
            line = self.town.counters[axis(p.budget_line(bond.line))]
            if pool[0] > pool[1]:
                self.town.allocate(bond, pool[0] - pool[1])
            if line[0] > line[1]:
                self.town.pay(bond, builder, line[0] - line[1])

        self.town.plan(time, pay)


Plant = Callable[[Planted, str], None]


# --- money that comes home ---------------------------------------------------------------------------------


def trip(companies: int, gap: int, fee: int, to: str = "issuer") -> Plant:
    """Bond money over so many companies; `to`: the issuer, a declared or an undeclared relation of it."""

    def plant(planted: Planted, name: str) -> None:
        town = planted.town
        bond = planted.bond(
            name, "round-trip", may=("rule-dependent",), group=7_000 if to == "declared" else 0
        )
        ring, (friend,) = planted.people(companies), town.several(1)
        town.plan(BEGIN, lambda: town.admit(friend, group=7_000 if to == "declared" else 0))
        if to == "tagged":
            planted.tags += [Tag(friend, "bank account", "a1"), Tag(bond.issuer, "bank account", "a1")]
        home, time = bond.issuer if to == "issuer" else friend, at(2023, 4, 4)
        town.plan(time, lambda: town.pay(bond, ring[0], A) and None)
        amount = A
        for payer, payee in zip(ring, [*ring[1:], home], strict=True):
            time, amount = time + gap, amount - amount * fee // 1000
            town.plan(time, lambda a=payer, b=payee, n=amount: town.transfer(a, b, n))
        planted.spend(bond, at(2023, 9, 1))

    return plant


def coupon_of_another(planted: Planted, name: str) -> None:
    """The money of a new bond pays the coupon of an old one, over a shell."""
    town, (shell,) = planted.town, planted.people(1)
    bond = planted.bond(name, "round-trip")
    service = 50_000 + bond.number

    def coupon() -> None:
        terms = {"bond": bond.number, "kind": 1}
        town.say("BondService", "ServiceOpened", service=service, bond=bond.number, terms=terms)
        town.transfer(shell, axis(p.service(service), p.SERVICE), A - A // 100)

    town.plan(at(2023, 4, 4), lambda: town.pay(bond, shell, A) and None)
    town.plan(at(2023, 4, 9), coupon)
    planted.spend(bond, at(2023, 9, 1))


def salami(planted: Planted, name: str) -> None:
    town, (payee,) = planted.town, planted.people(1)
    bond = planted.bond(name, "returned-in-parts", may=("rule-dependent",))
    town.plan(at(2023, 4, 4), lambda: town.pay(bond, payee, A) and None)
    for part in range(6):
        town.plan(at(2023, 4, 6 + 3 * part), lambda: town.transfer(payee, bond.issuer, A // 6 - 1_000))
    planted.spend(bond, at(2023, 9, 1))


def outside(planted: Planted, name: str) -> None:
    """The payee redeems, the issuer is paid outside, and its bank mints."""
    town, (payee,) = planted.town, planted.people(1)
    bond = planted.bond(name, "off-ledger-return")
    town.plan(at(2023, 4, 4), lambda: town.pay(bond, payee, A) and None)
    town.plan(at(2023, 4, 6), lambda: town.redeem(payee, A))
    town.plan(at(2023, 4, 11), lambda: town.mint_to(bond.issuer, A - A // 200))
    planted.spend(bond, at(2023, 9, 1))


def mixed(planted: Planted, name: str) -> None:
    """Half comes home from an account in which older money stands before it: by order, nothing came back."""
    town, (payee, other) = planted.town, planted.people(2)
    bond = planted.bond(name, "rule-dependent", raised=20_000_000, time=at(2025, 1, 10))

    def older() -> None:
        town.mint_to(payee, 1)
        town.transfer(payee, other, town.counters[payee][0] - town.counters[payee][1])
        town.mint_to(payee, 40_000_000)

    town.plan(at(2025, 1, 19), older)
    town.plan(at(2025, 1, 20), lambda: town.pay(bond, payee, 19_000_000) and None)
    town.plan(at(2025, 1, 22), lambda: town.transfer(payee, bond.issuer, 14_000_000))


# --- split and turned --------------------------------------------------------------------------------------


def split(limit: int, times: int, payees: int) -> Plant:
    def plant(planted: Planted, name: str) -> None:
        town, bond = planted.town, planted.bond(name, "split-payments", may=("recycled-invoice",))
        some = town.several(payees)
        for who in some:
            town.plan(BEGIN, lambda who=who: town.admit(who, group=8_000 + bond.number))
        for number in range(times):
            payee, amount = some[number % payees], limit - 1_000 * (number + 1)
            town.plan(at(2023, 4, 4 + number), lambda a=payee, n=amount: town.pay(bond, a, n) and None)
        planted.spend(bond, at(2023, 9, 1))

    return plant


def rotated(planted: Planted, name: str) -> None:
    """Half of what a payee has goes to a helper and back, twice."""
    town, (payee, helper) = planted.town, planted.people(2)
    bond, half = planted.bond(name, "rotation"), list[int]()

    def paid() -> None:
        town.pay(bond, payee, A)
        half.append((town.counters[payee][0] - town.counters[payee][1]) // 2)

    town.plan(at(2023, 4, 4, 1), paid)
    for turn in range(2):
        town.plan(at(2023, 4, 4, 2 + 2 * turn), lambda: town.transfer(payee, helper, half[0]))
        town.plan(at(2023, 4, 4, 3 + 2 * turn), lambda: town.transfer(helper, payee, half[0]))
    planted.spend(bond, at(2023, 9, 1))


def turned_in_books(planted: Planted, name: str) -> None:
    town, bond = planted.town, planted.bond(name, "books-turned")
    for turn in range(3):
        town.plan(at(2023, 4, 4 + turn, 1), lambda: town.allocate(bond, 40_000_000))
        town.plan(at(2023, 4, 4 + turn, 2), lambda: town.deallocate(bond, 40_000_000))
    planted.spend(bond, at(2023, 9, 1))


# --- idle, placed, around report days
# ------------------------------------------------------------------------


def left_idle(planted: Planted, name: str) -> None:
    town, (builder,) = planted.town, planted.people(1)
    bond = planted.bond(name, "idle", time=at(2023, 1, 10))
    town.plan(at(2023, 5, 4), lambda: town.pay(bond, builder, 30_000_000) and None)


def placing(
    name_of: str,
    *,
    related: bool = False,
    months: int = 3,
    income: int = 0,
    again: bool = False,
    forgotten: bool = False,
    begins: int = at(2023, 3, 30),
    ends: int = at(2023, 7, 20),
) -> Plant:
    def plant(planted: Planted, name: str) -> None:
        town, (bank,) = planted.town, planted.town.several(1)
        group = 7_100 if related else 0
        bond = planted.bond(name, *([name_of] if name_of else []), group=group)
        offsets: list[int] = []
        first = 2 * bond.number
        town.plan(BEGIN, lambda: town.admit(bank, Role.BANK, group=group))
        until = day_of(begins) + 30 * months
        town.plan(begins, lambda: offsets.append(town.place(bond, first, bank, A, until)))
        if not forgotten:
            town.plan(ends, lambda: town.bring_back(bond, first, bank, offsets[0], A, income))
        if again:
            town.plan(ends + 3 * DAY, lambda: offsets.append(town.place(bond, first + 1, bank, A, 0)))
            town.plan(ends + 60 * DAY, lambda: town.bring_back(bond, first + 1, bank, offsets[1], A, income))
        planted.spend(bond, at(2023, 10, 1))

    return plant


def refund_at_report(planted: Planted, name: str, *, red: bool = False, time: int = HALF - DAY) -> None:
    """Out as a payment and back as a refund on the eve of the report: lent, not spent."""
    town, (friend,) = planted.town, planted.people(1)
    bond = planted.bond(name, *([] if red else ["refund-at-report"]))
    paid: list[tuple[str, int]] = []
    town.plan(at(2023, 4, 4), lambda: paid.append(town.pay(bond, friend, A)))

    def back() -> None:
        if red:
            town.credit(paid[0][0], A, 0)
        town.refund(bond, friend, paid[0][1], A)

    town.plan(time, back)
    planted.spend(bond, at(2023, 9, 1))


def shifted_late(planted: Planted, name: str) -> None:
    town, bond = planted.town, planted.bond(name, "late-shift")
    more = town.more(bond)

    def shift() -> None:
        town.project(bond, more, f"second project {bond.number}")
        town.line(bond, more, more)
        town.allocate(bond, A, more)

    town.plan(HALF - 2 * DAY, shift)
    town.plan(HALF + 6 * DAY, lambda: town.deallocate(bond, A, more))
    planted.spend(bond, at(2023, 9, 1))


# --- papers ------------------------------------------------------------------------------------------------


def dated(indicator: str, kind: int, date: int, amount: int = A) -> Plant:
    """Paid against a document of an earlier day: an invoice is 1, a refinancing statement 3."""

    def plant(planted: Planted, name: str) -> None:
        town, (builder,) = planted.town, planted.people(1)
        bond = planted.bond(name, *([indicator] if indicator else []))
        payee = bond.issuer if kind == 3 else builder
        town.plan(
            at(2023, 4, 4), lambda: town.pay(bond, payee, amount, date=day_of(date), kind=kind) and None
        )
        planted.spend(bond, at(2023, 9, 1))

    return plant


def recycled_across(planted: Planted, name: str) -> None:
    """One invoice, registered twice with one day between: paid by the bond, and confirmed as a receivable."""
    town, (seller,) = planted.town, planted.people(1)
    bond = planted.bond(name, "recycled-invoice")
    date = day_of(at(2023, 4, 1))
    town.plan(at(2023, 4, 4), lambda: town.pay(bond, seller, A, date=date) and None)
    town.plan(at(2023, 5, 4), lambda: town.confirm(bond.company, seller, A, date=date + 1) and None)
    planted.spend(bond, at(2023, 9, 1))


def recycled_over_bonds(planted: Planted, name: str) -> None:
    town, (seller,) = planted.town, planted.people(1)
    bond = planted.bond(name, "recycled-invoice")
    other = planted.bond(name + " (the other bond)")
    date = day_of(at(2023, 4, 1))

    def second() -> None:
        fingerprint = town.obligation(bond.company, seller, A - 7, date + 2)
        town.pay_against(other, seller, A - 7, fingerprint)

    town.plan(at(2023, 4, 4), lambda: town.pay(bond, seller, A, date=date) and None)
    town.plan(at(2023, 6, 4), second)
    planted.spend(bond, at(2023, 9, 1))
    planted.spend(other, at(2023, 9, 1))


def one_contract_two_suppliers(planted: Planted, name: str) -> None:
    town, people = planted.town, planted.people(3)
    planted.cases[name] = Case(0, frozenset({"recycled-invoice"}))
    for number, supplier in enumerate(people[1:]):
        town.plan(
            at(2023, 5, 4 + number),
            lambda s=supplier, n=number: (
                town.confirm(people[0], s, A + n * 999_999, contract_="C-77") and None
            ),
        )


def red_after_use(planted: Planted, name: str) -> None:
    town, (seller,) = planted.town, planted.people(1)
    bond, paid = planted.bond(name, "red-invoice"), list[tuple[str, int]]()
    town.plan(at(2023, 4, 4), lambda: paid.append(town.pay(bond, seller, A)))
    town.plan(at(2023, 5, 4), lambda: town.credit(paid[0][0], A // 2, A))
    planted.spend(bond, at(2023, 9, 1))


def ordered(delivered: bool) -> Plant:
    def plant(planted: Planted, name: str) -> None:
        town, (obligor, supplier) = planted.town, planted.people(2)
        numbers: list[int] = []
        planted.cases[name] = Case(0, frozenset() if delivered else frozenset({"evidence-missing"}))
        town.plan(
            at(2023, 5, 4), lambda: numbers.append(town.confirm(obligor, supplier, 23_456_789, order=True))
        )
        if delivered:
            town.plan(
                at(2023, 6, 4),
                lambda: town.say(
                    "Receivables", "Delivered", receivable=numbers[0], document=text("delivery")
                ),
            )

    return plant


def works(certified: bool) -> Plant:
    """A milestone due in August, and whether somebody saw it."""

    def plant(planted: Planted, name: str) -> None:
        town, bond = planted.town, planted.bond(name, *([] if certified else ["evidence-missing"]))
        milestone = {"amount": A, "dueDay": day_of(at(2023, 8, 1))}
        said = {"line": bond.line, "bond": bond.number, "certifier": bond.verifier}
        town.plan(at(2023, 3, 2), lambda: town.say("Proceeds", "WorksSet", **said, milestones=[milestone]))
        if certified:
            done = {"index": 0, "amount": A, "day": day_of(at(2023, 8, 9)), "document": text("certificate")}
            town.plan(at(2023, 8, 9), lambda: town.say("Proceeds", "MilestoneCertified", **said, **done))
        planted.spend(bond, at(2023, 9, 1))

    return plant


def no_line(planted: Planted, name: str) -> None:
    """Money that no bank has."""
    town, (holder,) = planted.town, planted.people(1)
    planted.cases[name] = Case(0, frozenset({"no-bank-line"}))
    town.plan(at(2023, 5, 4), lambda: town.mint_to(holder, A, on_statement=False))


# --- people ------------------------------------------------------------------------------------------------


def fresh(planted: Planted, name: str, *, days: int = 1) -> None:
    town, (payee,) = planted.town, planted.town.several(1)
    bond = planted.bond(name, *(["fresh-payee"] if days <= 1 else []))
    town.plan(at(2023, 4, 4), lambda: town.admit(payee))
    town.plan(at(2023, 4, 4) + days * DAY, lambda: town.pay(bond, payee, A) and None)
    planted.spend(bond, at(2023, 9, 1))


def tagged_payee(planted: Planted, name: str) -> None:
    town, (payee,) = planted.town, planted.people(1)
    bond = planted.bond(name, "related-suspected")
    planted.tags += [Tag(who, "legal representative", "mr x") for who in (payee, bond.issuer)]
    town.plan(at(2023, 4, 4), lambda: town.pay(bond, payee, A) and None)
    planted.spend(bond, at(2023, 9, 1))


def tagged_verifier(planted: Planted, name: str) -> None:
    bond = planted.bond(name, "related-suspected")
    planted.tags += [Tag(who, "controller", "holding y") for who in (bond.verifier, bond.issuer)]
    planted.spend(bond, at(2023, 9, 1))


def related_verifier(planted: Planted, name: str) -> None:
    """The tie is declared after the review: at the review the contract would refuse it."""
    town, bond = planted.town, planted.bond(name, "verifier-related")
    town.plan(at(2023, 8, 1), lambda: town.amend(bond.verifier, Role.VERIFIER, group=7_300))
    town.plan(at(2023, 8, 1), lambda: town.amend(bond.issuer, Role.ISSUER, group=7_300))
    planted.spend(bond, at(2023, 9, 1))


def paid_verifier(over: bool) -> Plant:
    def plant(planted: Planted, name: str) -> None:
        town, (shell,) = planted.town, planted.people(1)
        bond = planted.bond(name, "verifier-paid")
        first = shell if over else bond.verifier
        town.plan(at(2023, 4, 4), lambda: town.pay(bond, first, A) and None)
        if over:
            town.plan(at(2023, 4, 9), lambda: town.transfer(shell, bond.verifier, A - A // 20))
        planted.spend(bond, at(2023, 9, 1))

    return plant


def fee(share: int, *must: str) -> Plant:
    """The verifier's fee, paid from the issue costs: so many ten-thousandths of what was raised."""

    def plant(planted: Planted, name: str) -> None:
        town, bond = planted.town, planted.bond(name, *must)
        town.plan(at(2023, 4, 4), lambda: town.pay_cost(bond, bond.verifier, bond.raised * share // 10_000))
        planted.spend(bond, at(2023, 9, 1))

    return plant


def lapsed_verifier(planted: Planted, name: str, *, lapse: int = at(2023, 5, 1)) -> None:
    early = lapse < at(2023, 9, 1)
    bond = planted.bond(name, *(["verifier-lapsed"] if early else []), verifier_lapse=day_of(lapse))
    planted.spend(bond, at(2023, 9, 1))


# --- projects ----------------------------------------------------------------------------------------------


def claimed_twice(planted: Planted, name: str) -> None:
    town, first = planted.town, planted.bond(name + " (the first bond)")
    second = planted.bond(name, "project-twice", time=RAISED + 20 * DAY)
    (builder,) = planted.people(1)

    def again() -> None:
        for bond, label in ((first, "Wind Farm 7"), (second, "WIND-FARM 7")):
            town.project(bond, town.more(bond), label)
            town.line(bond, town.more(bond), town.more(bond))
            town.pay(bond, builder, A if bond is first else 2 * A, line=town.more(bond))

    town.plan(at(2023, 5, 5), again)
    planted.spend(first, at(2023, 9, 1))
    planted.spend(second, at(2023, 9, 1))


def swapped(used: bool) -> Plant:
    def plant(planted: Planted, name: str) -> None:
        town, bond = planted.town, planted.bond(name, *(["category-swap"] if used else []))

        def swap() -> None:
            town.framework(bond, 2, ["1.1", "2.2", "9.9"])
            town.review(bond, 2)
            if used:
                town.project(bond, town.more(bond), f"coal {bond.number}", category=2)
                town.line(bond, town.more(bond), town.more(bond))
                town.allocate(bond, A, town.more(bond))

        town.plan(at(2023, 5, 5), swap)
        planted.spend(bond, at(2023, 9, 1))
        if used:
            (builder,) = planted.people(1)
            town.plan(at(2023, 9, 1), lambda: town.pay(bond, builder, A, line=town.more(bond)) and None)

    return plant


# --- receivables -------------------------------------------------------------------------------------------


def circular(honest: bool) -> Plant:
    """The supplier is the obligor's shell: it factors, and the obligor has the money."""

    def plant(planted: Planted, name: str) -> None:
        town, (obligor, supplier, bank, maker) = planted.town, planted.people(4)
        planted.cases[name] = Case(0, frozenset() if honest else frozenset({"circular-receivable"}))
        face = 34_567_890

        def factored() -> None:
            town.finance(town.confirm(obligor, supplier, face), supplier, bank, face)

        town.plan(at(2023, 5, 4), factored)
        to = maker if honest else obligor
        town.plan(at(2023, 5, 9), lambda: town.transfer(supplier, to, face - face // 25))

    return plant


def piece_home(planted: Planted, name: str) -> None:
    town, (obligor, supplier) = planted.town, planted.people(2)
    planted.cases[name] = Case(0, frozenset({"piece-home"}))

    def passed() -> None:
        town.pass_on(
            town.confirm(obligor, supplier, 45_678_901), supplier, obligor, 45_678_901, text("trade")
        )

    town.plan(at(2023, 5, 4), passed)


# --- reports -----------------------------------------------------------------------------------------------


def promised(*, late: int | None, must: bool) -> Plant:
    """An undertaking due on 30 April 2024; delivered so many days late, or never."""

    def plant(planted: Planted, name: str) -> None:
        town, due = planted.town, at(2024, 4, 30)
        bond = planted.bond(name, *(["report-late"] if must else []))
        town.plan(at(2023, 3, 2), lambda: town.undertake(bond, day_of(due), 0))
        if late is not None:
            town.plan(due + late * DAY, lambda: town.deliver(bond, 0, day_of(due)))
        planted.spend(bond, at(2023, 9, 1))

    return plant


YEAR = (day_of(at(2023, 1, 1)), day_of(at(2023, 12, 31)))


def figures(tonnes: int, *must: str) -> Plant:
    """40,000 MWh at 0.5 t/MWh: 20,000 t."""

    def plant(planted: Planted, name: str) -> None:
        town, bond = planted.town, planted.bond(name, *must)

        def report() -> None:
            town.figure([bond.project], "GENERATION", 40_000, "MWh", YEAR)
            town.figure([bond.project], "CO2_AVOIDED", tonnes, "tCO2", YEAR, basis=FACTOR)

        town.plan(at(2024, 3, 1), report)
        planted.spend(bond, at(2023, 9, 1))

    return plant


def reported_again(planted: Planted, name: str) -> None:
    town, bond = planted.town, planted.bond(name, "impact-again")

    def report() -> None:
        town.figure([bond.project], "COAL_SAVED", 7_777, "t", YEAR)
        town.figure([bond.project], "ENERGY_SAVED", 7_777, "t", YEAR)

    town.plan(at(2024, 3, 1), report)
    planted.spend(bond, at(2023, 9, 1))


def reported_elsewhere(planted: Planted, name: str) -> None:
    town, bond = planted.town, planted.bond(name, "impact-again")

    def report() -> None:
        for project in (bond.project, 90_000 + bond.project):
            town.figure([project], "NOX_AVOIDED", 8_888, "t", YEAR, document=f"meters {bond.number}")

    town.plan(at(2024, 3, 1), report)
    planted.spend(bond, at(2023, 9, 1))


SCHEMES: dict[str, Plant] = {
    "round trip through one company": trip(1, 3 * DAY, 5),
    "round trip through two companies": trip(2, DAY, 10),
    "round trip through three companies": trip(3, 3 * DAY, 10),
    "round trip within a day": trip(3, 60, 0),
    "slow round trip": trip(3, 14 * DAY, 20),
    "round trip to a declared relation": trip(2, DAY, 5, "declared"),
    "round trip to an undeclared relation": trip(2, DAY, 5, "tagged"),
    "coupon of an old bond paid with a new one's money": coupon_of_another,
    "salami refunds": salami,
    "payee redeems, issuer is paid outside": outside,
    "half comes home behind older money": mixed,
    "split under the lower limit": split(5_000_000, 4, 1),
    "split under the middle limit, over days": split(10_000_000, 3, 1),
    "split over related payees": split(10_000_000, 4, 2),
    "money rotated to change its order": rotated,
    "allocated and taken back again and again": turned_in_books,
    "idle past its period": left_idle,
    "placed with a related bank": placing("related-place", related=True, income=200_000),
    "placed, back on the report day, placed again": placing(
        "placed-around-report", income=100_000, again=True, ends=HALF - DAY
    ),
    "placement that earns nothing": placing("placement-without-income"),
    "placement never accounted for": placing("evidence-missing", forgotten=True),
    "lent out as a payment, back on the eve of the report": refund_at_report,
    "late shift between projects": shifted_late,
    "refinancing beyond the look-back": dated("look-back", 3, at(2019, 4, 1)),
    "refinancing dressed as new": dated("refinancing-as-new", 1, at(2021, 2, 1)),
    "loan of old, dressed as new": dated("refinancing-as-new", 2, at(2022, 3, 1)),
    "more refinanced than disclosed": dated("refinanced-share", 3, at(2022, 4, 1), 60_000_000),
    "invoice recycled across bond and receivable": recycled_across,
    "invoice recycled over two bonds": recycled_over_bonds,
    "one contract, two suppliers": one_contract_two_suppliers,
    "red invoice after use": red_after_use,
    "order never delivered": ordered(delivered=False),
    "milestone that nobody certified": works(certified=False),
    "money without a bank line": no_line,
    "payee admitted the day before": fresh,
    "payee with the issuer's representative": tagged_payee,
    "verifier with the issuer's controller": tagged_verifier,
    "verifier related since": related_verifier,
    "verifier paid from a project": paid_verifier(over=False),
    "verifier paid over a shell": paid_verifier(over=True),
    "verifier's fee beyond a review's": fee(90, "verifier-paid"),
    "verifier lapsed between review and payment": lapsed_verifier,
    "one project, two bonds": claimed_twice,
    "category swapped after the raising": swapped(used=True),
    "circular receivable": circular(honest=False),
    "piece passed home to its debtor": piece_home,
    "report late": promised(late=40, must=True),
    "report never": promised(late=None, must=True),
    "impact beyond the meter": figures(31_000, "impact-against-meter"),
    "impact again under another indicator": reported_again,
    "impact of one meter for two projects": reported_elsewhere,
}


# --- honest, and unusual -----------------------------------------------------------------------------------


def honest_refund(planted: Planted, name: str) -> None:
    refund_at_report(planted, name, red=True)


def refund_in_spring(planted: Planted, name: str) -> None:
    refund_at_report(planted, name, red=True, time=at(2023, 5, 5))


def buys_power(planted: Planted, name: str) -> None:
    """A builder is the issuer's customer, each month."""
    town, (builder,) = planted.town, planted.people(1)
    bond = planted.bond(name)
    town.plan(at(2023, 4, 4), lambda: town.pay(bond, builder, 9 * A // 2) and None)
    for month in range(5, 12):
        town.plan(at(2023, month, 4), lambda: town.transfer(builder, bond.issuer, 654_321))
    planted.spend(bond, at(2023, 9, 1))


def project_company(planted: Planted, name: str) -> None:
    """The issuer's own company is paid, and pays the builders over the year."""
    town, builders = planted.town, planted.people(4)
    bond = planted.bond(name, group=7_400)
    town.plan(BEGIN, lambda: town.admit(bond.company, group=7_400))
    town.plan(at(2023, 4, 4), lambda: town.amend(bond.company, 0, group=7_400))
    town.plan(at(2023, 4, 5), lambda: town.pay(bond, bond.company, 60_000_000) and None)
    for month, builder in enumerate(builders):
        town.plan(at(2023, 5 + month, 5), lambda b=builder: town.transfer(bond.company, b, 14_000_000))
        planted.spend(bond, at(2023, 9, 1))


def monthly(planted: Planted, name: str) -> None:
    """Equal invoices each month, as it happens below a limit."""
    town, (builder,) = planted.town, planted.people(1)
    bond = planted.bond(name)
    for month in range(4, 12):
        town.plan(at(2023, month, 7), lambda: town.pay(bond, builder, 4_900_000) and None)
    planted.spend(bond, at(2023, 12, 1))


def reimbursed(planted: Planted, name: str) -> None:
    """A refinancing within look-back and share; with what is its own again the issuer pays a coupon."""
    dated("", 3, at(2022, 4, 1), 20_000_000)(planted, name)


def phases(planted: Planted, name: str) -> None:
    town, bond = planted.town, planted.bond(name)
    (builder,) = planted.people(1)

    def second() -> None:
        town.project(bond, town.more(bond), f"project {bond.number} of {bond.issuer[:8]}, phase two")
        town.line(bond, town.more(bond), town.more(bond))
        town.pay(bond, builder, A, line=town.more(bond))

    town.plan(at(2023, 5, 5), second)
    planted.spend(bond, at(2023, 9, 1))


def triangle(planted: Planted, name: str) -> None:
    """Builder, maker and issuer buy from each other, each its own goods at its own price."""
    town, (builder, maker) = planted.town, planted.people(2)
    bond = planted.bond(name)
    town.plan(at(2023, 4, 4), lambda: town.pay(bond, builder, A) and None)
    town.plan(at(2023, 4, 9), lambda: town.transfer(builder, maker, A * 63 // 100))
    town.plan(at(2023, 4, 14), lambda: town.transfer(maker, bond.issuer, A * 11 // 100))
    planted.spend(bond, at(2023, 9, 1))


def bounced(planted: Planted, name: str) -> None:
    """Part of a payee's money goes to a wrong account and comes back the same day, once."""
    town, (payee, wrong) = planted.town, planted.people(2)
    bond = planted.bond(name)
    town.plan(at(2023, 4, 3), lambda: town.mint_to(payee, A))
    town.plan(at(2023, 4, 4, 1), lambda: town.pay(bond, payee, A) and None)
    town.plan(at(2023, 4, 4, 3), lambda: town.transfer(payee, wrong, A))
    town.plan(at(2023, 4, 4, 5), lambda: town.transfer(wrong, payee, A))
    planted.spend(bond, at(2023, 9, 1))


HONEST: dict[str, Plant] = {
    "a declared refund with its red invoice, before the report": honest_refund,
    "a declared refund in spring": refund_in_spring,
    "a builder that is the issuer's customer": buys_power,
    "the issuer's project company": project_company,
    "a deposit that earns, back in summer": placing("", income=150_000),
    "a deposit that ends before the report and is spent": placing("", income=150_000, ends=HALF - DAY),
    "equal invoices each month": monthly,
    "a verifier's fee": fee(20),
    "a reimbursement within look-back and share": reimbursed,
    "an invoice a month older than the bond": dated("", 1, at(2023, 2, 1)),
    "phase two": phases,
    "a payee admitted a month before": lambda pl, n: fresh(pl, n, days=30),
    "a report on time": promised(late=-3, must=False),
    "a category added and not used": swapped(used=False),
    "a verifier that lapses after all is paid": lambda pl, n: lapsed_verifier(pl, n, lapse=at(2023, 10, 1)),
    "figures that agree": figures(20_400),
    "a supplier that factors and pays its maker": circular(honest=True),
    "an order delivered": ordered(delivered=True),
    "a milestone certified": works(certified=True),
    "trade in a triangle": triangle,
    "a payment that bounced": bounced,
}


def planted(seed: int, *, prefix: str = "", ordinary: int = ORDINARY) -> Planted:
    """Every scheme and every honest case once, among ordinary payments."""
    made = Planted(Town(random.Random(seed), prefix))
    for name, plant in (SCHEMES | HONEST).items():
        plant(made, name)
    ordinary_moves(made.town, ordinary, DAYS)
    made.town.run()
    return made
