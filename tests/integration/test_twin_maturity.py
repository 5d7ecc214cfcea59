"""One life of two receivables on the contracts and their twin: what random histories reach too seldom.

Part payments in batches, default, recourse, write-off and cure; early settlement that closes a receivable.
After every act both say the same, refusals and events included, and every view is compared.
"""

from __future__ import annotations

from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain.discount import discount_half_up
from ledger.domain.kinds import DocumentKind
from ledger.domain.purposes import address_bytes
from ledger.domain.twin.base import ZERO_HASH
from ledger.domain.twin.receivables import Confirmation
from ledger.domain.typed_data import EarlyQuote, Quote, Statement, TypedData
from tests.twin.actors import BY_ADDRESS, COMPANIES, FINANCIERS, NOBODY, OPERATOR, STRANGER, SUPPLIERS
from tests.twin.acts import DAY, Histories
from tests.twin.pair import Pair, opened_pair

OBLIGOR, SUPPLIER, FINANCIER = (one[0].address for one in (COMPANIES, SUPPLIERS, FINANCIERS))
FACE, SOLD = 60_000, 40_000
LINE = 2
"""The obligor's, of the group's line."""


class Life:
    """Acts by name, each done alike on both sides."""

    def __init__(self, pair: Pair, h: Histories) -> None:
        self.pair, self.world, self.h = pair, pair.world, h

    def does(self, who: str, contract: Any, function: str, *args: Any) -> None:
        act = self.h.act(who, contract, function, *args)
        assert self.pair.step(act) is not None, act

    def refused(self, who: str, contract: Any, function: str, *args: Any) -> None:
        assert self.pair.step(self.h.act(who, contract, function, *args)) is None

    def days_pass(self, days: int) -> None:
        self.pair.pass_time(days * DAY)
        people = self.world.participants
        day = (self.world.stage.timestamp + people.zone) // DAY
        self.does(OPERATOR.address, people, "postBusinessDate", day)

    def signed(self, contract: Any, statement: Statement, signer: str) -> bytes:
        typed = TypedData(self.world.stage.chain_id, contract.address, statement)
        return BY_ADDRESS[signer].sign(typed.digest())

    def confirmation(self, days: int) -> Confirmation:
        fingerprint = next(
            tag
            for tag, one in self.world.documents.capacities.items()
            if (one.payer, one.payee) == (OBLIGOR, SUPPLIER)
        )
        contract, delivery = (paper(OBLIGOR, kind) for kind in (DocumentKind.CONTRACT, DocumentKind.DELIVERY))
        due = self.h.today + days
        terms = (FACE, due, LINE, 0, fingerprint, contract, delivery)
        return Confirmation(SUPPLIER, self.h.cash.address, *terms)

    def accepted(self, days: int) -> int:
        self.does(OBLIGOR, self.world.receivables, "confirm", self.confirmation(days))
        id_ = self.world.receivables.count
        self.does(SUPPLIER, self.world.receivables, "accept", id_, 2, ZERO_HASH)
        return id_

    def finances(self, id_: int) -> None:
        """[0, SOLD), with recourse."""
        due, day = self.world.receivables.receivable(id_).due, self.h.today
        discount = discount_half_up(SOLD, 30_000, due - day)
        quote = Quote(
            receivable=id_,
            piece_start=0,
            sequence=0,
            start=0,
            end=SOLD,
            holder=SUPPLIER,
            financier=FINANCIER,
            rate_ppm=30_000,
            convention=1,
            recourse=True,
            funding_day=day,
            end_day=due,
            discount=discount,
            fee=0,
            fee_payee=NOBODY,
            net=SOLD - discount,
            nonce=1,
            deadline=self.world.stage.timestamp + DAY,
        )
        financing, documents = self.world.financing, self.world.documents
        self.does(SUPPLIER, financing, "accept", quote, self.signed(financing, quote, FINANCIER))
        papers = (keccak(b"the search"), keccak(b"the certificate"))
        for kind, hash_ in zip(
            (DocumentKind.REGISTRY_SEARCH, DocumentKind.REGISTRATION), papers, strict=True
        ):
            self.does(FINANCIER, documents, "register", hash_, int(kind), ZERO_HASH)
        self.does(FINANCIER, financing, "fund", quote, keccak(b"number"), papers[1], papers[0])


def paper(who: str, kind: DocumentKind) -> bytes:
    """As the opening registers them."""
    return keccak(address_bytes(who) + bytes([kind]))


@pytest.mark.spec("TWIN-1", "MAT-2", "MAT-3", "MAT-4", "MAT-5")
@pytest.mark.timeout(600)
def test_contracts_and_twin_agree_on_default_recourse_and_cure() -> None:
    """TWIN-1, MAT-2, MAT-3, MAT-4, MAT-5"""
    with opened_pair(replay=True, seed=5, spoil=0) as begun:
        life = Life(*begun)
        maturity, recourse = life.world.maturity, life.world.recourse
        late, soon = life.accepted(30), life.accepted(60)
        life.finances(late)
        _settles_early(life, soon)
        life.does(OBLIGOR, maturity, "payIn", late, 33_333)
        life.refused(STRANGER.address, maturity, "settle", late, 9)
        life.days_pass(35)
        for pieces in (1, 1):
            life.does(STRANGER.address, maturity, "settle", late, pieces)
        life.does(OBLIGOR, maturity, "payIn", late, 1)
        life.does(STRANGER.address, maturity, "settle", late, 1)
        life.does(STRANGER.address, maturity, "markOverdue", late)
        life.refused(OBLIGOR, life.world.receivables, "confirm", life.confirmation(30))
        notice = paper(FINANCIER, DocumentKind.OTHER)
        life.refused(SUPPLIER, recourse, "demandRecourse", late, SOLD, 0, notice)
        life.does(FINANCIER, recourse, "demandRecourse", late, 0, 0, notice)
        life.refused(OBLIGOR, recourse, "repurchase", late, 0)
        life.does(SUPPLIER, recourse, "repurchase", late, 0)
        life.days_pass(120)
        life.does(SUPPLIER, recourse, "writeOff", late, 0, paper(SUPPLIER, DocumentKind.TRADE))
        life.does(STRANGER.address, maturity, "settle", late, 9)  # the round that the one fen began
        life.does(OBLIGOR, maturity, "payIn", late, FACE - 33_334)
        life.does(STRANGER.address, maturity, "settle", late, 9)
        assert life.world.receivables.overdue(OBLIGOR) == 0
        life.does(OBLIGOR, life.world.receivables, "confirm", life.confirmation(30))


def _settles_early(life: Life, id_: int) -> None:
    """The whole of it, after a part was paid in: the part goes back, the receivable is closed."""
    maturity = life.world.maturity
    life.does(OBLIGOR, maturity, "payIn", id_, 10_000)
    quote = EarlyQuote(id_, 0, 0, SUPPLIER, 58_000, 3, life.world.stage.timestamp + DAY)
    life.refused(STRANGER.address, maturity, "settleEarly", quote, life.signed(maturity, quote, SUPPLIER))
    life.does(OBLIGOR, maturity, "settleEarly", quote, life.signed(maturity, quote, SUPPLIER))
    assert life.world.receivables.receivable(id_).state == 5
