"""Random acts around a confirmation: lines that banks are asked for, orders delivered, voiding by both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ledger.domain.kinds import DocumentKind
from ledger.domain.programmes import TENOR_ASKED, Terms
from ledger.domain.states import LinePhase, ReceivableState
from ledger.domain.twin.base import ZERO_HASH
from ledger.domain.twin.receivables import BY_OBLIGOR, Receivable
from tests.twin.actors import COMPANIES, EVERYBODY, ISSUERS, LENDER

if TYPE_CHECKING:
    from tests.twin.acts import Act, Histories


class ConfirmingActs:
    """What is drawn for lines, orders and voiding; `h` is the history that it is drawn for."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def builders(self) -> list[tuple[int, Callable[[], Act]]]:
        return [
            (3, self.request_line),
            (4, self.answer_request),
            (3, self.deliver),
            (5, self.propose_void),
            (5, self.answer_void),
        ]

    # --- what a confirmation has beside its parties, papers and money ---

    def terms(self, obligor: str, face: int, due: int, budget_line: int, bank: str) -> dict[str, Any]:
        """Programme, order, reasons and green fen of a confirmation; often as the programme wants it."""
        h, known = self.h, self.h.world.programmes.programmes
        programme = h.spoilt(h.one([1, 1, *known]), lambda: 99)
        orders = programme in known and bool(known[programme].terms & Terms.ORDERS)
        order = h.spoilt(orders and h.chance(0.5), lambda: True)
        long = due - h.today > TENOR_ASKED
        paper = DocumentKind.ORDER if order else DocumentKind.DELIVERY
        return {
            "delivery_document": h._document(obligor, paper),
            "programme": programme,
            "order": order,
            "reasons": h._document(bank, DocumentKind.ATTESTATION) if long else ZERO_HASH,
            **self._green(obligor, face, budget_line),
        }

    def _green(self, obligor: str, face: int, budget_line: int) -> dict[str, Any]:
        h, frameworks = self.h, self.h.world.frameworks
        own = [id_ for id_, one in frameworks.frameworks.items() if one.issuer == obligor]
        if budget_line or not own or h.chance(0.5):
            return {"green": h.spoilt(0, lambda: 1)}
        return {
            "green": h.spoilt(h.dice.randint(1, max(face, 1)), lambda: face + 1),
            "framework": h.spoilt(h.one(own), lambda: 99),
            "category": h.spoilt(0, lambda: 63),
            "green_document": h._document(obligor, DocumentKind.OTHER),
        }

    # --- credit lines ---

    def request_line(self) -> Act:
        h = self.h
        holder = h.who(h.one([ISSUERS[0], *COMPANIES]).address)
        bank = h.spoilt(LENDER.address, lambda: h.one(EVERYBODY).address)
        until = h.spoilt(h.days(100, 900), lambda: h.today - 1)
        currency = h.spoilt(h.cash.currency, lambda: bytes(3))
        return h.act(holder, h.world.lines, "request", bank, currency, h.amount(900_000, 96), until)

    def answer_request(self) -> Act:
        h, lines = self.h, self.h.world.lines
        open_ = [id_ for id_, line in lines.lines.items() if line.phase == LinePhase.REQUESTED]
        id_ = h.fit(open_, lambda: h.number(lines.count))
        line = lines.line(id_)
        how = h.dice.choices(["grantRequested", "refuseRequest", "withdrawRequest"], [5, 2, 1])[0]
        if how == "withdrawRequest":
            return h.act(h.who(line.holder), lines, how, id_)
        bank = h.who(line.bank)
        if how == "refuseRequest":
            return h.act(bank, lines, how, id_, h.spoilt(h.hash(), lambda: ZERO_HASH))
        until = h.spoilt(h.days(100, 900), lambda: h.today - 1)
        return h.act(bank, lines, how, id_, h.amount(900_000, 96), until)

    # --- orders and voiding ---

    def deliver(self) -> Act:
        h, known = self.h, self.h.world.receivables.receivables
        ordered = [id_ for id_, one in known.items() if one.order and one.state <= ReceivableState.ACCEPTED]
        id_ = h.fit(ordered, lambda: h.number(len(known)))
        obligor = self._receivable(id_).obligor
        paper = h._document(obligor, DocumentKind.DELIVERY)
        return h.act(h.who(obligor), h.world.receivables, "deliver", id_, paper)

    def propose_void(self) -> Act:
        h = self.h
        id_ = h.fit(self._untouched(wanted=False), lambda: h.number(h.world.receivables.count))
        party = self._receivable(id_)
        by = h.who(h.one([party.obligor, party.supplier]))
        reason = h.spoilt(h.hash(), lambda: ZERO_HASH)
        return h.act(by, h.world.receivables, "proposeVoid", id_, reason)

    def answer_void(self) -> Act:
        h = self.h
        id_ = h.fit(self._untouched(wanted=True), lambda: h.number(h.world.receivables.count))
        found = self._receivable(id_)
        mine, other = (
            (found.obligor, found.supplier)
            if found.void_by == BY_OBLIGOR
            else (found.supplier, found.obligor)
        )
        if h.chance(0.3):
            return h.act(h.who(mine), h.world.receivables, "withdrawVoid", id_)
        return h.act(h.who(other), h.world.receivables, "void", id_)

    def _untouched(self, *, wanted: bool) -> list[int]:
        """Accepted receivables, somebody wanting them voided or nobody, mostly with their one piece whole."""
        world = self.h.world
        return [
            id_
            for id_, one in world.receivables.receivables.items()
            if one.state == ReceivableState.ACCEPTED
            and bool(one.void_by) == wanted
            and (world.book.receivable_of(id_).pieces == 1 or self.h.chance(0.2))
        ]

    def _receivable(self, id_: int) -> Receivable:
        return self.h.world.receivables.receivable(id_)
