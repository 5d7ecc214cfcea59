"""Gas of our acts on a live (not replay) deployment with every check on: first and repeated, least and most.

First means that the receiving slot was zero before; repeated that it was not. All contracts are deployed as
they ship: modules behind their proxies, callers plain keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ledger import Ledger
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money, currency
from ledger.domain.roles import Role
from ledger.story.cast import illustrative_lei
from scripts.bench import holders
from scripts.bench.row import Row

CNY = currency("CNY")
BANK = "settlement bank"
PIECES = 100
BATCH = 50


def measure(ledger: Ledger) -> Iterator[Row]:
    """Every act of the table, in an order in which each finds what it needs."""
    scene = Scene(ledger)
    yield from scene.cash()
    yield from scene.bond()
    yield from scene.payment()
    yield from scene.receivable()


def measure_settlement(ledger: Ledger, day: dt.date) -> Iterator[Row]:
    """A receivable of 100 pieces at maturity, on a replay deployment, where a due date can be reached.

    A posted business date costs one more slot read (2,100 gas) a transaction than a live one.
    """
    ledger.operator.post_business_date(day)
    scene = Scene(ledger)
    yield from scene.settlement()
    yield from scene.record_day()


class Scene:
    """One issuer, two investors, a company, its suppliers and a financier, all admitted."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.today = ledger.operator.today()
        roles = {
            BANK: Role.BANK,
            "issuer": Role.ISSUER | Role.OBLIGOR,
            "verifier": Role.VERIFIER,
            "investor one": Role.INVESTOR,
            "investor two": Role.INVESTOR,
            "investor three": Role.INVESTOR,
            "investor four": Role.INVESTOR,
            "supplier": Role.SUPPLIER,
            "second supplier": Role.SUPPLIER,
            "third supplier": Role.SUPPLIER,
            "financier": Role.FINANCIER,
        }
        for name, mask in roles.items():
            ledger.operator.admit(name, illustrative_lei(name), mask)
        for name in (
            "investor one",
            "investor two",
            "investor three",
            "investor four",
            "financier",
            "supplier",
        ):
            ledger.bank.mint(BANK, name, yuan(1_000_000_000), f"deposit {name}", "CNY")

    def address(self, contract: str) -> str:
        return self.ledger.session.deployment[contract].address

    def gas(self, act: Any) -> int:
        return int(self.ledger.client.receipt(act.tx)["gasUsed"], 16)

    def row(self, act: str, case: str, done: Any, checks: str) -> Row:
        return Row(act, case, self.gas(done), checks)

    # --- money -------------------------------------------------------------------------------------------

    def cash(self) -> Iterator[Row]:
        checks = "admission of both, two counters, document"
        for case in ("first", "repeated"):
            move = self.ledger.cash.transfer("investor one", "second supplier", yuan(1), "CNY")
            yield self.row("cash move", case, move, checks)

    # --- bonds -------------------------------------------------------------------------------------------

    def bond(self) -> Iterator[Row]:
        issuer = self.ledger.issuer
        self.framework = self.reviewed()
        self.bond_id = issuer.register_bond(
            "issuer",
            "BENCH",
            framework=self.framework,
            cash="CNY",
            denomination=yuan(100),
            max_units=1_000_000,
            closes_on=self.today,
            document=b"terms",
        ).id
        for investor in ("investor one", "investor two"):
            yield self.row(
                "booking into escrow",
                "first",
                self.ledger.investor.book(investor, self.bond_id, 500_000),
                "role, dates",
            )
        for case in ("first", "repeated"):
            allotted = issuer.allot("issuer", self.bond_id, places=1)
            yield self.row(
                "delivery versus payment (allot one)", case, allotted, "pro rata in the order of bookings"
            )
        issuer.close("issuer", self.bond_id)
        checks = "role and admission, freezes, pause, record days"
        for case in ("first", "repeated"):
            units = self.ledger.investor.transfer_units("investor one", self.bond_id, "investor three", 10)
            yield self.row("bond units", case, units, checks)
        yield from self.trade()

    def trade(self) -> Iterator[Row]:
        """The buyer executes what the seller signed; both have given their allowances."""
        checks = "signature, nonce, deadline, allowances, and all of both moves"
        for case, buyer in (("first", "investor four"), ("repeated", "investor three")):
            self.ledger.cash.approve(buyer, self.address("Trades"), 2**256 - 1, "CNY")
            signed = self.ledger.trades.sign(
                "investor one",
                self.bond_id,
                seller="investor one",
                buyer=buyer,
                units=10,
                price=yuan(990),
                deadline=dt.datetime.now(dt.UTC) + dt.timedelta(days=2),
                document=f"contract note {case}".encode(),
            )
            traded = self.ledger.trades.execute(buyer, signed)
            yield self.row("trade: units against money", case, traded, checks)

    def payment(self) -> Iterator[Row]:
        issuer = self.ledger.issuer
        project = issuer.register_project(
            "issuer",
            "project",
            framework=self.framework,
            company="issuer",
            category="1",
            budget=yuan(90_000_000),
            currency="CNY",
            document=b"project",
        )
        self.line = issuer.open_line("issuer", self.bond_id, project.id, budget=yuan(90_000_000)).id
        allocated = issuer.allocate("issuer", self.line, yuan(90_000_000))
        yield self.row("allocation", "first", allocated, "review, category, budgets")
        invoice = self.invoice("pay", yuan(5_000_000))
        checks = "issuer's role, payee, category, review, budget, obligation document, refund record"
        for case in ("first", "repeated"):
            payment = issuer.pay(
                "issuer", self.line, self.invoice(f"pay {case}", yuan(1_000_000)), yuan(1_000_000)
            )
            yield self.row("earmarked payment with gate", case, payment, checks)
        for case in ("first", "repeated"):
            payment = issuer.pay("issuer", self.line, invoice, yuan(1_000_000))
            yield self.row("earmarked payment with gate, a part of its document", case, payment, checks)
        self.ledger.supplier.refund("supplier", payment, yuan(1), b"credit note")
        refund = self.ledger.supplier.refund("supplier", payment, yuan(1), b"second credit note")
        yield self.row("refund", "repeated", refund, "payment named, counter, capacity released")

    # --- receivables -------------------------------------------------------------------------------------

    def receivable(self) -> Iterator[Row]:
        self.credit = self.ledger.bank.grant_line(
            BANK, "issuer", yuan(80_000_000), self.today + dt.timedelta(days=300)
        ).id
        papers = self.papers("issuer", (DocumentKind.CONTRACT, DocumentKind.DELIVERY))
        confirmed = self.confirm("bench", yuan(10_000_000), papers, self.line)
        yield self.row(
            "confirm, bond money locked", "first", confirmed, "invoice capacity, credit line, gate, documents"
        )
        accepted = self.ledger.supplier.accept("supplier", confirmed.id)
        yield self.row("accept", "first", accepted, "party, time limit, credit line")
        (trade,) = self.papers("supplier", (DocumentKind.TRADE,))
        checks = (
            "admission of both, role, lock, sequence, layer and piece limits, trade document, ERC-721 events"
        )
        end = yuan(10_000_000).minor
        for case, (start, stop) in (
            ("first, one cut", (end - 100_000, end)),
            ("repeated, one cut", (end - 200_000, end - 100_000)),
            ("repeated, two cuts", (end - 400_000, end - 300_000)),
        ):
            split = self.pass_on("supplier", confirmed.id, "second supplier", (start, stop), trade)
            yield self.row("split to another holder", case, split, checks)
        whole = self.pass_on(
            "supplier", confirmed.id, "third supplier", (end - 300_000, end - 200_000), trade
        )
        yield self.row("move a whole piece", "first", whole, checks)
        (trade,) = self.papers("third supplier", (DocumentKind.TRADE,))
        back = self.pass_on(
            "third supplier", confirmed.id, "second supplier", (end - 300_000, end - 200_000), trade
        )
        yield self.row("move a whole piece", "repeated", back, checks)
        yield from self.financing(confirmed.id)
        yield from holders.passing(self, confirmed.id, yuan(2_000_000).minor)
        yield from holders.lending(self, yuan(1_000_000))

    def financing(self, receivable: int) -> Iterator[Row]:
        quote = self.ledger.financier.quote(
            "financier",
            receivable,
            start=0,
            end=yuan(1_000_000).minor,
            rate_ppm=30_000,
            deadline=dt.datetime.now(dt.UTC) + dt.timedelta(days=2),
        )
        accepted = self.ledger.financier.accept("supplier", quote)
        yield self.row("accept a quote", "first", accepted, "signature, discount, cut, lock")
        papers = self.papers("financier", (DocumentKind.REGISTRY_SEARCH, DocumentKind.REGISTRATION))
        funded = self.ledger.financier.fund(
            "financier", quote, number="1", registration=papers[1], search=papers[0]
        )
        yield self.row(
            "fund: piece against money", "first", funded, "registration, search, unlock, both admissions"
        )

    def settlement(self) -> Iterator[Row]:
        """Cut by its holder into 100 pieces, paid in by the obligor, settled 50 pieces a transaction."""
        face = yuan(1_000_000)
        self.credit = self.ledger.bank.grant_line(BANK, "issuer", face, self.today + dt.timedelta(days=9)).id
        papers = self.papers("issuer", (DocumentKind.CONTRACT, DocumentKind.DELIVERY))
        confirmed = self.confirm("settle", face, papers, None, due=self.today + dt.timedelta(days=1))
        self.ledger.supplier.accept("supplier", confirmed.id)
        step = face.minor // PIECES
        for piece in range(1, PIECES):
            self.ledger.supplier.split("supplier", confirmed.id, (piece - 1) * step, piece * step)
        self.ledger.bank.mint(BANK, "issuer", face, "deposit for maturity", "CNY")
        paid_in = self.ledger.obligor.pay_in("issuer", confirmed.id)
        yield self.row("pay in", "first", paid_in, "obligor, state")
        self.ledger.operator.post_business_date(self.today + dt.timedelta(days=1))
        batches = [
            self.ledger.obligor.settle_batch("issuer", confirmed.id, BATCH) for _ in range(PIECES // BATCH)
        ]
        gas = sum(map(self.gas, batches)) // PIECES
        yield Row("settle, a piece of 100", "amortised", gas, "cursor, discharge, admission, claim fallback")
        yield from self.pooling(papers, face)

    def pooling(self, papers: list[str], face: Money) -> Iterator[Row]:
        self.today = self.ledger.operator.today()
        self.credit = self.ledger.bank.grant_line(
            BANK, "issuer", face, self.today + dt.timedelta(days=200)
        ).id
        confirmed = self.confirm("pool", face, papers, None)
        self.ledger.supplier.accept("supplier", confirmed.id)
        yield from holders.pooling(self, confirmed.id, face)

    def record_day(self) -> Iterator[Row]:
        """The first move after a record day keeps what both sides held at its end."""
        today = self.ledger.operator.today()
        end = today.replace(year=today.year + 1)
        coupons = self.ledger.service.terms(
            {
                "start": today.isoformat(),
                "end": end.isoformat(),
                "frequency": 2,
                "rate": "3.65",
                "day_count": "ACT/365F",
                "rule": "following",
                "record_days": 2,
                "grace_days": 3,
            }
        )
        bond = self.ledger.issuer.register_bond(
            "issuer",
            "RECORD",
            framework=self.reviewed(),
            cash="CNY",
            denomination=yuan(100),
            max_units=1_000,
            closes_on=today,
            document=b"terms",
            coupon_ppm=36_500,
            issue_date=today,
            maturity=end,
            service_terms=coupons.hash,
        ).id
        self.ledger.investor.book("investor one", bond, 1_000)
        self.ledger.issuer.allot("issuer", bond)
        self.ledger.issuer.close("issuer", bond)
        self.ledger.service.file("issuer", bond, coupons)
        self.ledger.investor.transfer_units("investor one", bond, "investor two", 10)
        self.ledger.operator.post_business_date(self.ledger.holding.units(bond).record_days[0])
        self.ledger.operator.post_business_date(self.ledger.operator.today() + dt.timedelta(days=1))
        units = self.ledger.investor.transfer_units("investor one", bond, "investor two", 10)
        yield self.row("bond units after a record day", "first", units, "as bond units; both holdings kept")

    # --- parts -------------------------------------------------------------------------------------------

    def reviewed(self) -> int:
        """A framework with a review in force."""
        issuer = self.ledger.issuer
        framework = issuer.register_framework("issuer", b"framework", catalogue="ICMA-GBP", categories=["1"])
        valid_until = self.today + dt.timedelta(days=300)
        self.ledger.verifier.review("verifier", framework.id, b"review", valid_until=valid_until)
        return framework.id

    def invoice(self, number: str, total: Money) -> str:
        return self.ledger.documents.invoice(
            seller="supplier",
            buyer="issuer",
            number=number,
            dated=self.today,
            total=total,
            paper=number.encode(),
        ).fingerprint

    def papers(self, who: str, kinds: tuple[DocumentKind, ...]) -> list[str]:
        """Registered beforehand, so that only the act itself is measured."""
        return [
            self.ledger.documents.register(who, f"{who} {kind} {self.today}".encode(), kind).document
            for kind in kinds
        ]

    def confirm(
        self, number: str, face: Money, papers: list[str], line: int | None, due: dt.date | None = None
    ) -> Any:
        fingerprint = self.invoice(number, face)
        return self.ledger.obligor.confirm(
            "issuer",
            "supplier",
            face,
            cash="CNY",
            due=due or self.today + dt.timedelta(days=90),
            credit_line=self.credit,
            fingerprint=fingerprint,
            contract=papers[0],
            delivery=papers[1],
            budget_line=line,
        )

    def pass_on(self, holder: str, receivable: int, to: str, interval: tuple[int, int], trade: str) -> Any:
        start, end = interval
        return self.ledger.supplier.transfer(
            holder, receivable, to, start=start, end=end, trade_document=trade
        )


def yuan(amount: int) -> Money:
    return Money(amount * CNY.units, CNY)
