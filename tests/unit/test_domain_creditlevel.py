"""LVL-1: the credit level is a formula over observations; attested and observed stay apart."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from ledger.domain.creditevents import Dated, observations
from ledger.domain.creditlevel import VALUE, CreditLevel, Observation, ObservationKind, assess
from ledger.domain.history import EventRow

DAY = 20_000
WHO, OTHER, BANK = ("0x" + digit * 40 for digit in "123")


def seen(kind: ObservationKind, days_ago: int = 0, count: int = 1, by: str | None = None) -> Observation:
    return Observation(kind, DAY - days_ago, f"X.Y 1:{days_ago}", count, by)


PAID, LATE, DEFAULT = ObservationKind.PAID_ON_TIME, ObservationKind.PAID_LATE, ObservationKind.DEFAULT
RESTATED, UNPAID, MISSED = ObservationKind.RESTATED, ObservationKind.UNPAID, ObservationKind.MISSED


@pytest.mark.spec("LVL-1")
@pytest.mark.parametrize(
    ("record", "score", "level"),
    [
        ([], None, "-"),
        ([seen(PAID)], 1_000, "A"),
        ([seen(PAID), seen(LATE)], 750, "B"),
        ([seen(PAID, count=9), seen(DEFAULT)], 900, "A"),
        ([seen(PAID, 4_000), seen(DEFAULT, 0)], 200, "D"),  # old 1 × 3, recent 4 × 3
        ([seen(PAID, 0), seen(DEFAULT, 4_000)], 800, "B"),
        ([seen(PAID, 365), seen(DEFAULT, 366)], 666, "C"),  # 4 against 2, rounded down
        ([seen(PAID, 1_095), seen(DEFAULT, 1_096)], 666, "C"),  # 2 against 1
        ([seen(PAID), seen(RESTATED)], 880, "B"),  # money weighs 3, words 2
        ([seen(PAID, count=99), seen(UNPAID)], 990, "D"),  # what is due and unpaid caps it
    ],
)
def test_the_formula(record: list[Observation], score: int | None, level: str) -> None:
    found = assess(record, DAY).observed
    assert (found.score, found.level) == (score, level)


@pytest.mark.spec("LVL-1")
def test_what_is_attested_never_moves_what_was_observed() -> None:
    observed = [seen(PAID, 3), seen(LATE, 9)]
    alone = assess(observed, DAY)
    mixed = assess([*observed, seen(PAID, 1, 500, by=BANK), seen(DEFAULT, 2, 7, by=WHO)], DAY)
    assert mixed.observed == alone.observed
    assert alone.attested.score is None and mixed.attested.count == 507
    assert mixed.attested.counts == {"default": 7, "paid_on_time": 500}


@pytest.mark.parametrize(
    ("count", "confidence"), [(0, "none"), (1, "short"), (4, "short"), (5, "medium"), (20, "long")]
)
def test_a_short_record_is_marked(count: int, confidence: str) -> None:
    assert assess([seen(PAID, n) for n in range(count)], DAY).observed.confidence == confidence


@pytest.mark.spec("LVL-1")
def test_order_does_not_matter_and_the_future_is_not_looked_at() -> None:
    dice = Random(7)
    record = [seen(dice.choice(list(ObservationKind)), dice.randrange(2_000)) for _ in range(50)]
    first = assess(record, DAY)
    dice.shuffle(record)
    assert assess([*record, seen(DEFAULT, -1)], DAY) == first


def test_better_news_never_lowers_a_score() -> None:
    dice = Random(8)
    for _ in range(200):
        record = [seen(dice.choice(list(VALUE)), dice.randrange(2_000)) for _ in range(6)]  # type: ignore[arg-type]
        before = assess(record, DAY).observed.score
        after = assess([*record, seen(PAID)], DAY).observed.score
        assert before is not None and after is not None and after >= before


# --- from events ---


def event(contract: str, name: str, on: int, /, **args: Any) -> Dated:
    return Dated(EventRow(on, "0x", 0, "0x", contract, name, args), on)


def level(events: list[Dated], as_of: int = DAY) -> CreditLevel:
    return assess(observations(events, WHO, as_of), as_of)


def yearly(index: int = 0, **changes: Any) -> Dated:
    terms: Mapping[str, Any] = {"dueDay": DAY - 500, "lastDay": DAY + 900, "everyMonths": 12} | changes
    return event("Frameworks", "UndertakingAdded", DAY - 700, framework=1, index=index, undertaking=terms)


MINE = event("Frameworks", "FrameworkRegistered", DAY - 700, framework=1, issuer=WHO)


def report(occurrence: int, day: int, due: int, restates: bool = False) -> Dated:
    args = {"framework": 1, "index": 0, "occurrence": occurrence, "day": day, "dueOn": due}
    return event("Undertakings", "UndertakingReported", day, restates=restates, **args)


@pytest.mark.spec("LVL-1")
def test_undertakings_speak_by_their_days() -> None:
    """Two yearly reports were due: the first came late and was restated, the second never came."""
    first = report(0, DAY - 400, DAY - 500)
    again = report(0, DAY - 300, DAY - 500, restates=True)
    refused = event("Undertakings", "UndertakingJudged", DAY - 200, framework=1, state=4, day=DAY - 200)
    found = level([MINE, yearly(), first, again, refused])
    assert found.observed.counts == {"missed": 1, "refused": 1, "reported_late": 1, "restated": 1}
    [missed] = [o for o in found.observations if o.kind is MISSED]
    assert missed.day == DAY - 500 + 366 + 1 and missed.source.endswith("#1")


def test_nothing_is_missed_before_its_day_is_over_or_after_it_was_dropped() -> None:
    due = yearly(dueDay=DAY, lastDay=DAY, everyMonths=0)
    assert level([MINE, due], DAY).observed.counts == {}
    assert level([MINE, due], DAY + 1).observed.counts == {"missed": 1}
    dropped = event("Frameworks", "UndertakingDropped", DAY - 400, framework=1, index=0, day=DAY - 400)
    assert level([MINE, yearly(), dropped]).observed.counts == {"missed": 1}
    resumed = event("Frameworks", "UndertakingResumed", DAY - 10, framework=1, index=0)
    assert level([MINE, yearly(), dropped, resumed]).observed.counts == {"missed": 2}
    other = event("Frameworks", "FrameworkRegistered", DAY - 700, framework=1, issuer=OTHER)
    assert level([other, yearly()]).observed.counts == {}


def receivable(id_: int, due: int, line: int = 0) -> list[Dated]:
    terms = {"due": due, "budgetLine": line}
    return [
        event("Receivables", "Confirmed", DAY - 99, receivable=id_, obligor=WHO, confirmation=terms),
        event("Receivables", "Accepted", DAY - 98, receivable=id_),
    ]


def test_a_payable_is_paid_by_the_day_the_money_came() -> None:
    def paid(id_: int, day: int) -> Dated:
        return event("Maturity", "PaidIn", day, receivable=id_, obligor=WHO, amount=1)

    in_time, late = (
        [*receivable(1, DAY - 10), paid(1, DAY - 10)],
        [*receivable(2, DAY - 10), paid(2, DAY - 9)],
    )
    assert level(in_time).observed.counts == {"paid_on_time": 1}
    assert level(late).observed.counts == {"paid_late": 1}
    assert level(receivable(3, DAY)).observed.counts == {}
    open_ = level(receivable(4, DAY - 1))
    assert open_.observed.counts == {"unpaid": 1} and open_.observed.level == "D"
    locked = [*receivable(5, DAY - 10, line=7), event("Receivables", "Settled", DAY, receivable=5)]
    assert level(locked).observed.counts == {"paid_on_time": 1}
    assert level(receivable(6, DAY - 1)[:1]).observed.counts == {}, "nobody accepted it"


def test_a_default_is_late_once_it_is_cured_and_unpaid_until_then() -> None:
    mine = event("BondOffice", "BondRegistered", DAY - 99, bond=1, issuer=WHO)
    opened = [event("BondService", "ServiceOpened", DAY - 50, service=n, bond=1) for n in (1, 2)]
    default = event("BondService", "Defaulted", DAY - 20, bond=1, service=1)
    cured = event("BondService", "DefaultCured", DAY - 5, bond=1, service=1)
    settled = [event("BondService", "ServiceSettled", DAY - 4, service=n) for n in (1, 2)]
    assert level([mine, *opened, default]).observed.counts == {"default": 1, "unpaid": 1}
    whole = level([mine, *opened, default, cured, *settled])
    assert whole.observed.counts == {"default": 1, "paid_late": 1, "paid_on_time": 1}


def test_alerts_refused_figures_and_attested_history() -> None:
    mine = event("BondOffice", "BondRegistered", DAY - 99, bond=1, issuer=WHO)
    alert = event("Labels", "BreachRaised", DAY, bond=1, terms={"cause": 4})
    late = event("Labels", "BreachRaised", DAY, bond=1, terms={"cause": 3})
    figure = event("Impact", "ImpactReported", DAY - 9, report=1, reporter=WHO)
    restated = event("Impact", "ImpactRestated", DAY - 8, report=2, former=1)
    refused = event("Impact", "ImpactValidated", DAY - 7, report=1, validation={"outcome": 3})
    found = level([mine, alert, late, figure, restated, refused])
    assert found.observed.counts == {"alert": 1, "refused": 1, "restated": 1}
    said = {"kind": 1, "count": 12, "until": DAY - 700}
    attested = event("Records", "Attested", DAY, record=1, subject=WHO, by=BANK, statement=said)
    found = level([attested])
    assert (found.attested.counts, found.attested.level, found.observed.level) == (
        {"paid_on_time": 12}, "A", "-",
    )  # fmt: skip
    gone = event("Records", "AttestationWithdrawn", DAY, record=1)
    assert level([attested, gone]).attested.counts == {}
