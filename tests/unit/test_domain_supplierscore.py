"""SCORE-1: a supplier's score is a pure function of events and of a dated card."""

from __future__ import annotations

from dataclasses import asdict, replace
from random import Random

import pytest
from eth_hash.auto import keccak

from ledger.domain.scorecards import Weighed, card_on, cards
from ledger.domain.supplierscore import Features, assess, attested_of, features_hash, features_of
from ledger.errors import NotFound
from tests.unit.supplier_events import COURT, DAY, FINANCIER, OBLIGOR, OTHER, SECOND, SUPPLIER, Events

EMPTY = Features(0, 0, 0, None, None, None, None, 0, None)


@pytest.fixture
def events() -> Events:
    """Four receivables in a year: two in time, one late, one not due; one refused; one invoice credited."""
    e = Events()
    for id_, obligor in ((1, OBLIGOR), (2, OBLIGOR), (3, OTHER), (4, OBLIGOR)):
        e.accepted(id_, due=DAY + 100 * id_, obligor=obligor)
    e.confirmed(5, due=DAY + 50)
    e.add("Receivables", "Refused", receivable=5)
    e.add("Documents", "Credited", fingerprint="invoice 2")
    for id_, day in ((1, DAY + 103), (2, DAY + 150), (3, DAY + 304)):
        e.day = day
        e.add("Receivables", "Settled", receivable=id_)
    e.day = DAY + 365
    return e


@pytest.mark.spec("SCORE-1")
def test_the_features_of_a_year(events: Events) -> None:
    found = features_of(events.all, SUPPLIER, DAY + 365)
    assert found == replace(
        EMPTY,
        months_active=12,
        accepted=4,
        settled_in_time_ppm=666_666,  # 1 and 2 in time, 3 four days late; 4 is not due
        dilution_ppm=400_000,  # 2 and 5 of five
        concentration_ppm=750_000,
        refinanced_ppm=0,
    )
    assert features_of(events.all, OTHER, DAY + 365) == EMPTY


@pytest.mark.spec("SCORE-1")
def test_what_happened_later_is_not_looked_at(events: Events) -> None:
    early = features_of(events.all, SUPPLIER, DAY + 104)
    assert early == features_of([e for e in events.all if e.day <= DAY + 104], SUPPLIER, DAY + 104)
    assert early.settled_in_time_ppm == 1_000_000 and early.months_active == 3


@pytest.mark.spec("SCORE-1")
def test_pieces_passed_on_sold_and_frozen(events: Events) -> None:
    events.moved(4, 0, 400, SECOND, "trade")
    events.financed(4, 0, 100, SECOND, discount=1, fee=0, net=99)
    events.add("Transfers", "Frozen", receivable=4, authority=COURT, start=300, end=400, order="order")
    found = features_of(events.all, SECOND, DAY + 400)
    assert (found.received, found.accepted, found.disputes, found.months_active) == (1, 0, 1, 1)
    assert features_of(events.all, SUPPLIER, DAY + 400).disputes == 0
    events.financed(4, 400, 500, SUPPLIER, discount=1, fee=0, net=99)
    assert features_of(events.all, SUPPLIER, DAY + 400).refinanced_ppm == 250_000


@pytest.mark.spec("SCORE-1")
def test_loans_of_its_own_count_by_their_due_day() -> None:
    e = Events()
    e.add("SupplierLoans", "LoanApplied", line=1, supplier=SUPPLIER)
    for drawdown in (1, 2, 3):
        e.add("SupplierLoans", "Drawn", drawdown=drawdown, line=1, dueOn=DAY + 10 * drawdown)
    e.day = DAY + 11
    e.add("SupplierLoans", "Repaid", drawdown=1, line=1, outstanding=0)
    e.add("SupplierLoans", "Repaid", drawdown=2, line=1, outstanding=5)
    assert features_of(e.all, SUPPLIER, DAY + 15).loans_in_time_ppm == 0
    e.add("SupplierLoans", "Repaid", drawdown=2, line=1, outstanding=0)
    assert features_of(e.all, SUPPLIER, DAY + 15).loans_in_time_ppm == 500_000


@pytest.mark.spec("SCORE-1")
def test_what_is_attested_is_counted_apart_and_gives_no_points(events: Events) -> None:
    before = features_of(events.all, SUPPLIER, DAY + 365)
    for record, kind in ((1, 1), (2, 3), (3, 1)):
        said = {"kind": kind, "count": 7}
        events.add("Records", "Attested", record=record, subject=SUPPLIER, by=COURT, statement=said)
    events.add("Records", "AttestationWithdrawn", record=3)
    attested = attested_of(events.all, SUPPLIER, DAY + 365)
    assert attested == {"paid_on_time": 7, "paid_late": 0, "default": 7}
    assert features_of(events.all, SUPPLIER, DAY + 365) == before


@pytest.mark.spec("SCORE-1")
@pytest.mark.parametrize(
    ("zero", "full", "value", "points"),
    [
        (0, 24, 0, 0), (0, 24, 12, 500), (0, 24, 23, 958), (0, 24, 99, 1_000),
        (200_000, 0, 0, 1_000), (200_000, 0, 50_000, 750), (200_000, 0, 200_000, 0), (3, 0, 9, 0),
        (500_000, 1_000_000, 499_999, 0), (500_000, 1_000_000, 999_999, 999),
    ],
)  # fmt: skip
def test_points_lie_on_a_straight_line_and_round_down(zero: int, full: int, value: int, points: int) -> None:
    assert Weighed("x", 1, zero, full).points(value) == points


@pytest.mark.spec("SCORE-1")
def test_the_score_is_the_mean_over_what_could_be_measured(events: Events) -> None:
    card = card_on(DAY + 365)
    score = assess(features_of(events.all, SUPPLIER, DAY + 365), card)
    points = {part.feature: part.points for part in score.parts}
    assert points == {
        "months_active": 500,
        "accepted": 166,
        "settled_in_time_ppm": 333,
        "dilution_ppm": 0,
        "concentration_ppm": 357,
        "refinanced_ppm": 1_000,
        "disputes": 1_000,
        "loans_in_time_ppm": None,
    }
    weighed = 15 * 500 + 15 * 166 + 30 * 333 + 0 + 10 * 357 + 5 * 1_000 + 5 * 1_000
    assert (score.score, score.level) == (weighed // 95, "D")
    assert assess(EMPTY, card).score is None and assess(EMPTY, card).level == "-"


@pytest.mark.spec("SCORE-1")
def test_the_hash_names_supplier_block_and_every_feature() -> None:
    text = (
        '{"block":7,"features":{"accepted":0,"concentration_ppm":null,"dilution_ppm":null,"disputes":0,'
        '"loans_in_time_ppm":null,"months_active":0,"received":0,"refinanced_ppm":null,'
        f'"settled_in_time_ppm":null}},"supplier":"{SUPPLIER}"}}'
    )
    assert features_hash(EMPTY, SUPPLIER, 7) == keccak(text.encode())
    others = [replace(EMPTY, **{name: 1}) for name in asdict(EMPTY)]
    hashes = {features_hash(one, SUPPLIER, 7) for one in others}
    hashes |= {features_hash(EMPTY, SUPPLIER, 8), features_hash(EMPTY, FINANCIER, 7)}
    assert len(hashes) == len(others) + 2


@pytest.mark.spec("SCORE-1")
def test_every_score_lies_between_none_and_all() -> None:
    dice = Random(12)
    for _ in range(200):
        values = [dice.choice([None, 0, dice.randrange(1_000_000), 1_000_000]) for _ in range(9)]
        whole = [v or 0 if at in (0, 1, 2, 7) else v for at, v in enumerate(values)]
        found = assess(Features(*whole), card_on(DAY))  # type: ignore[arg-type]
        assert found.score is None or 0 <= found.score <= 1_000


def test_cards_are_dated_and_weigh_known_features() -> None:
    for card in cards():
        assert {part.feature for part in card.parts} <= set(asdict(EMPTY))
        assert sum(part.weight for part in card.parts) == 100
    with pytest.raises(NotFound):
        card_on(0)
