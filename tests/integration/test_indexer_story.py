"""The trace against the real contracts: after every act, states on chain and in the trace are the same."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, Any

from ledger.domain.money import Money, currency
from ledger.errors import LedgerError
from ledger.services.proceeds import Payment

if TYPE_CHECKING:
    from ledger import Ledger

CNY = currency("CNY")
RAISED, COST = 1_000_000, 12_345
DUE = dt.date(2025, 3, 3)


def issue(ledger: Ledger, label: str, framework: int) -> tuple[int, list[int]]:
    """A bond of RAISED fen with two budget lines; the project company may confirm payables from the first."""
    bond = ledger.issuer.register_bond(
        "Issuer",
        label,
        framework=framework,
        cash="CNY",
        denomination=Money(1000, CNY),
        max_units=RAISED // 1000,
        closes_on=dt.date(2025, 1, 31),
        document=b"terms",
    )
    ledger.bank.mint("settlement bank", "Investor", Money(RAISED, CNY), f"deposit for {label}", "CNY")
    ledger.investor.book("Investor", bond.id, RAISED // 1000)
    ledger.issuer.allot("Issuer", bond.id)
    ledger.issuer.close("Issuer", bond.id, cost=Money(COST, CNY), value_date=dt.date(2025, 1, 2))
    lines = []
    for name in ("dam", "turbines"):
        project = ledger.issuer.register_project(
            "Issuer",
            f"{label} {name}",
            framework=framework,
            company="Company",
            category="1",
            budget=Money(RAISED, CNY),
            currency="CNY",
            document=b"project",
        )
        budget = Money(RAISED, CNY)
        line = ledger.issuer.open_line(
            "Issuer", bond.id, project.id, budget=budget, label=name, company_may_spend=True
        )
        lines.append(line.id)
    return bond.id, lines


class Life:
    """Random acts; the ones that the contracts refuse change nothing and are skipped."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self.ledger = ledger
        self.rng = random.Random(seed)
        framework = ledger.issuer.register_framework(
            "Issuer", b"framework", catalogue="ICMA-GBP", categories=["1"]
        )
        ledger.verifier.review("Verifier", framework.id, b"opinion", valid_until=dt.date(2030, 1, 1))
        self.bonds = [issue(ledger, label, framework.id) for label in ("ONE", "TWO")]
        limit, until = Money(10 * RAISED, CNY), dt.date(2026, 1, 1)
        self.credit = ledger.bank.grant_line("settlement bank", "Company", limit, until).id
        self.numbers = 0
        self.payments: list[Payment] = []
        self.receivables: dict[int, str] = {}
        self.accepted = 0
        for _, lines in self.bonds:
            for line in lines:
                ledger.issuer.allocate("Issuer", line, 200_000)

    def invoice(self, total: int, seller: str) -> str:
        self.numbers += 1
        registered = self.ledger.documents.invoice(
            seller=seller,
            buyer="Company",
            number=str(self.numbers),
            dated=dt.date(2025, 1, 2),
            total=Money(total, CNY),
            paper=f"invoice {self.numbers}".encode(),
        )
        return registered.fingerprint

    def act(self) -> None:
        acts = (self.allocate, self.deallocate, self.pay, self.pay, self.refund, self.confirm, self.confirm)
        try:
            self.rng.choice((*acts, self.answer, self.answer, self.pass_on, self.trade))()
            self.accepted += 1
        except LedgerError:
            pass

    def line(self) -> tuple[int, int]:
        bond, lines = self.rng.choice(self.bonds)
        return bond, self.rng.choice(lines)

    def amount(self) -> int:
        return self.rng.choice((1, 17, self.rng.randrange(1, RAISED // 16)))

    def allocate(self) -> None:
        self.ledger.issuer.allocate("Issuer", self.line()[1], self.amount())

    def deallocate(self) -> None:
        self.ledger.issuer.deallocate("Issuer", self.line()[1], self.amount())

    def pay(self) -> None:
        amount = self.amount()
        invoice = self.invoice(amount, "Contractor")
        self.payments.append(self.ledger.issuer.pay("Issuer", self.line()[1], invoice, amount))

    def refund(self) -> None:
        payment = self.rng.choice(self.payments or [None])  # type: ignore[list-item]
        if payment is not None:
            amount = self.rng.randint(1, payment.amount)
            self.ledger.supplier.refund("Contractor", payment, amount, b"credit note")

    def confirm(self) -> None:
        face = self.amount()
        made = self.ledger.obligor.confirm(
            "Company",
            "Contractor",
            Money(face, CNY),
            cash="CNY",
            due=DUE,
            credit_line=self.credit,
            fingerprint=self.invoice(face, "Contractor"),
            contract=b"contract",
            delivery=b"delivery",
            budget_line=self.line()[1],
        )
        self.receivables[made.id] = "proposed"

    def answer(self) -> None:
        open_ = [r for r, state in self.receivables.items() if state == "proposed"]
        if not open_:
            return
        receivable = self.rng.choice(open_)
        if self.rng.random() < 0.3:
            self.ledger.supplier.refuse("Contractor", receivable, "0x" + "01" * 32)
            self.receivables[receivable] = "refused"
        else:
            self.ledger.supplier.accept("Contractor", receivable)
            self.receivables[receivable] = "accepted"

    def pass_on(self) -> None:
        accepted = [r for r, state in self.receivables.items() if state == "accepted"]
        receivable = self.rng.choice(accepted or [0])
        piece = self.rng.choice(self.ledger.books.pieces(receivable) if receivable else [None])
        if piece is None or piece.end - piece.start < 2:
            return
        at = self.rng.randrange(piece.start + 1, piece.end)
        paper = b"trade document"
        self.ledger.supplier.transfer(
            "Contractor", receivable, "Subcontractor", start=piece.start, end=at, trade_document=paper
        )

    def trade(self) -> None:
        self.ledger.cash.transfer("Contractor", "Subcontractor", self.amount(), "CNY")

    def settle_all(self) -> None:
        self.ledger.operator.post_business_date(DUE)
        for receivable, state in self.receivables.items():
            if state == "accepted":
                self.ledger.obligor.settle("Company", receivable)
                self.check()

    def check(self) -> None:
        """BOND-1, on chain and in the trace; PIECE-1 in the book and in the replay."""
        for bond, _ in self.bonds:
            answer = self.ledger.auditor.trace_bond(bond)
            on_chain = self.ledger.books.states(bond)
            assert {state: int(amount) for state, amount in answer["states"].items()} == dict(on_chain)
            assert answer["conserved"] is True
            assert int(answer["raised"]) == self.ledger.books.raised(bond)
        for receivable, state in self.receivables.items():
            shown = self.ledger.auditor.piece_show(receivable)
            assert shown["complete"] is True
            pieces = self.ledger.books.pieces(receivable) if state == "accepted" else ()
            assert [(int(p["start"]), int(p["end"]), p["holder"]["account"]) for p in shown["pieces"]] == [
                (p.start, p.end, p.holder) for p in pieces
            ]


def test_the_trace_equals_the_contracts_after_every_act(staffed: Ledger) -> None:
    """BOND-1, PIECE-1."""
    life = Life(staffed, seed=7)
    for _ in range(60):
        life.act()
        life.check()
    life.settle_all()
    life.check()
    assert life.accepted > 30
    assert "accepted" in life.receivables.values()
    found: list[Any] = [i for b, _ in life.bonds for i in staffed.auditor.trace_bond(b)["intervals"]]
    assert {i["state"] for i in found} >= {"cost", "unallocated", "available", "spent"}
    assert any(len(i["economic"]) and i["economic"][0]["role"] == "supplier" for i in found)
    assert any(i["refund_of"] for i in found)
    assert any(i["receivable"] for i in found)
    for interval in found:
        if interval["state"] == "spent":
            sources = staffed.auditor.trace_payment(interval["tx"], interval["log"])["sources"]
            numbers = {n for s in sources for n in (int(s["origin_start"]), int(s["origin_end"]) - 1)}
            assert min(numbers) <= int(interval["start"])
            assert max(numbers) >= int(interval["end"]) - 1
