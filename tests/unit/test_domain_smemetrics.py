"""SME-1: days from delivery to cash, all-in cost a year, tier depth, by named conventions."""

from __future__ import annotations

import pytest

from ledger.domain.smemetrics import Receipt, all_in_half_up, measures, receipts_of
from tests.unit.supplier_events import CASH, DAY, OBLIGOR, SECOND, SUPPLIER, Events

DUE = DAY + 120


@pytest.fixture
def events() -> Events:
    """Delivered on day 0, accepted on day 5; [0, 400) sold on day 20, [400, 700) passed on on day 30."""
    e = Events()
    e.paper("delivery 1")
    e.day = DAY + 5
    e.accepted(1, due=DUE, programme=2)
    e.day = DAY + 20
    e.financed(1, 0, 400, SUPPLIER, discount=8, fee=2, net=390)
    e.day = DAY + 30
    e.paper("trade")
    e.day = DAY + 32
    e.moved(1, 400, 700, SECOND, "trade")
    e.day = DUE
    for start, end, holder in ((0, 400, "financier"), (400, 700, SECOND), (700, 1_000, SUPPLIER)):
        e.settled(1, start, end, holder)
    return e


@pytest.mark.spec("SME-1")
def test_cash_comes_by_sale_or_at_maturity_and_a_financier_waits_for_nothing(events: Events) -> None:
    found = receipts_of(events.all, DUE)
    assert [(r.supplier, r.tier, r.amount, r.days, r.net, r.cost) for r in found] == [
        (SUPPLIER, 1, 400, 20, 390, 10),
        (SECOND, 2, 300, 90, 300, 0),
        (SUPPLIER, 1, 300, 120, 300, 0),
    ]
    assert {(r.programme, r.obligor, r.cash) for r in found} == {(2, OBLIGOR, CASH)}
    assert receipts_of(events.all, DAY + 25) == found[:1]


@pytest.mark.spec("SME-1")
def test_measures_of_each_supplier_and_of_a_programme(events: Events) -> None:
    found = {m.supplier: m for m in measures(receipts_of(events.all, DUE))}
    first, second = found[SUPPLIER], found[SECOND]
    assert (first.days, first.longest, first.over_60_ppm) == ((400 * 20 + 300 * 120) // 700, 120, 428_571)
    assert (first.financed, first.cost, first.deepest_tier) == (400, 10, 1)
    assert first.all_in_365_ppm == round(10 * 365 * 1_000_000 / (390 * 100))
    assert (second.days, second.over_60_ppm, second.all_in_365_ppm, second.deepest_tier) == (
        90, 1_000_000, None, 2
    )  # fmt: skip
    [together] = measures(receipts_of(events.all, DUE), by_supplier=False)
    assert (together.supplier, together.receipts, together.amount) == (None, 3, 1_000)
    assert together.deepest_tier == 2


@pytest.mark.spec("SME-1")
@pytest.mark.parametrize(
    ("net", "cost", "days", "year", "ppm"),
    [
        (992_500, 7_500, 90, 360, 30_227),  # RULES' published check, on the money advanced: 3.0227%
        (992_500, 7_500, 90, 365, 30_647),
        (1_000_000, 0, 90, 360, 0),
        (1, 1, 1, 360, 360_000_000),
        (2_000_000, 1, 180, 360, 1),  # exactly one
        (4_000_000, 1, 180, 360, 1),  # a half, up
        (4_000_001, 1, 180, 360, 0),
    ],
)
def test_the_all_in_cost_is_rounded_half_up(net: int, cost: int, days: int, year: int, ppm: int) -> None:
    one = Receipt(SUPPLIER, OBLIGOR, 1, CASH, 1, net + cost, 0, net, cost, days, "x")
    assert all_in_half_up([one], year) == ppm
    assert all_in_half_up([], year) is None


@pytest.mark.spec("SME-1")
def test_a_sale_of_parts_is_shared_to_the_fen() -> None:
    """One quote over two pieces' worth of one holder, waiting since two different days."""
    e = Events()
    e.paper("delivery 1")
    e.accepted(1, due=DUE)
    e.moved(1, 0, 333, SECOND, "paper that nobody registered")
    e.day = DAY + 9
    e.moved(1, 0, 333, SUPPLIER, "and another")
    e.financed(1, 0, 1_000, SUPPLIER, discount=10, fee=0, net=990)
    found = receipts_of(e.all, DUE)
    assert [(r.amount, r.cost, r.days, r.tier) for r in found] == [(333, 3, 0, 3), (667, 7, 9, 1)]
    assert sum(r.net + r.cost for r in found) == 1_000


@pytest.mark.spec("SME-1")
def test_money_that_a_pledgee_got_is_no_suppliers_cash() -> None:
    e = Events()
    e.accepted(1, due=DUE)
    e.settled(1, 0, 1_000, SUPPLIER, payee=OBLIGOR)
    assert receipts_of(e.all, DUE) == []


@pytest.mark.spec("SME-1")
def test_where_no_paper_says_when_nothing_is_made_up() -> None:
    e = Events()
    e.accepted(1, due=DUE)
    e.day = DUE
    e.settled(1, 0, 1_000, SUPPLIER)
    [one] = measures(receipts_of(e.all, DUE))
    assert (one.days, one.longest, one.over_60_ppm, one.amount) == (None, None, None, 1_000)


def _sold(e: Events) -> list[Receipt]:
    e.financed(1, 0, 1_000, SUPPLIER, discount=10, fee=0, net=990)
    return receipts_of(e.all, DUE)


@pytest.mark.spec("SME-1")
def test_a_confirmed_order_waits_from_its_delivery() -> None:
    e = Events()
    e.paper("delivery 1")
    e.accepted(1, due=DUE, order=True)
    assert [r.days for r in _sold(e)] == [None]
    e = Events()
    e.paper("delivery 1")
    e.accepted(1, due=DUE, order=True)
    e.day = DAY + 40
    e.add("Receivables", "Delivered", receivable=1, document="later")
    e.day = DAY + 50
    e.financed(1, 0, 1_000, SUPPLIER, discount=10, fee=0, net=990)
    [one] = receipts_of(e.all, DUE)
    assert one.days == 10
