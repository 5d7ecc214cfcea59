"""Near-duplicates: what a change of number, date or total hides from the fingerprint is asked about."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from ledger.domain.duplicates import Paper, Reason, Similarity, near_duplicates, near_to, parameters_at
from ledger.errors import BadInput

FIRST = Paper("0x01", "buyer", "seller", 1, "CNY", 20_000, 1_000_000, "A17", "K1")


def twin(**changed: object) -> Paper:
    return replace(FIRST, **{"fingerprint": "0x02", **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (twin(number="A18", contract="", total=1_005_000, date=20_007), Reason.AMOUNT_AND_DATE),
        (twin(contract="", date=20_300, total=5), Reason.NUMBER),
        (twin(number="A18", date=20_020, total=998_000), Reason.CONTRACT),
        (twin(number="A18", payer="another", total=7), Reason.CONTRACT_ELSEWHERE),
    ],
)
def test_each_reason_is_named(other: Paper, reason: Reason) -> None:
    (near,) = near_duplicates([FIRST, other])
    assert (near.earlier, near.later, near.reason) == (FIRST, other, reason)
    assert near.days_apart == abs(FIRST.date - other.date)
    assert near.amount_apart == abs(FIRST.total - other.total)
    for name in ("payer", "payee", "kind", "currency", "date", "total", "number", "contract"):
        coincides = getattr(FIRST, name) == getattr(other, name) != ""
        assert (name in near.same) == coincides


@pytest.mark.parametrize(
    "other",
    [
        twin(number="A18", contract="", date=20_008),
        twin(number="A18", contract="", total=1_005_026),
        twin(number="A18", contract="", payer="another"),
        twin(number="A18", contract="", currency="EUR"),
        twin(number="A18", date=20_021),
        twin(payee="another seller", contract=""),
    ],
)
def test_what_is_only_alike_is_left_alone(other: Paper) -> None:
    """A day or a fen beyond the parameters, another currency, the rent of the next month."""
    assert near_duplicates([FIRST, other]) == []


def test_what_cannot_be_read_coincides_with_nothing() -> None:
    unread = [twin(fingerprint=f"0x{n}", number="", contract="", date=20_000 + 40 * n) for n in range(5)]
    assert near_duplicates(unread) == []


def test_the_order_of_the_columns_is_the_order_of_registration() -> None:
    later, earlier = twin(), FIRST
    (near,) = near_duplicates([later, earlier])
    assert (near.earlier, near.later) == (later, earlier)


def test_one_document_is_compared_with_those_of_its_parties() -> None:
    third = twin(fingerprint="0x03", payer="x", payee="y", contract="", number="")
    papers = [FIRST, twin(), third, replace(third, fingerprint="0x04")]
    assert [near.later.fingerprint for near in near_to(FIRST, papers)] == ["0x02"]
    assert len(near_duplicates(papers)) == 2


def test_each_document_names_at_most_so_many() -> None:
    papers = [twin(fingerprint=f"0x{n}") for n in range(30)]
    found = near_duplicates(papers, Similarity(most=3))
    assert max(sum(near.later.fingerprint == one.fingerprint for near in found) for one in papers) == 3


def test_parameters_are_dated() -> None:
    early, late = Similarity(since="2025-01-01"), Similarity(since="2026-01-01", days=1)
    assert parameters_at([late, early], 20_300) is early
    assert parameters_at([late, early], 20_500) is late
    with pytest.raises(BadInput):
        parameters_at([late, early], 10_000)


def test_planted_doubles_among_many_are_found_and_nothing_else() -> None:
    """Every planted double and no other pair, among 20,000 ordinary invoices of 400 pairs of parties."""
    dice = Random(11)
    papers = [
        Paper(
            f"0x{n}",
            f"buyer {n % 20}",
            f"seller {n // 20 % 20}",
            1,
            "CNY",
            15_000 + n // 400 * 15,
            dice.randrange(1_000, 10**9),
            f"N{n}",
        )
        for n in range(20_000)
    ]
    doubled = dice.sample(papers, 50)
    planted = [
        replace(one, fingerprint=one.fingerprint + "'", number=one.number + "X", date=one.date + 3)
        for one in doubled
    ]
    found = near_duplicates([*papers, *planted])
    pairs = {(near.earlier.fingerprint, near.later.fingerprint) for near in found}
    assert pairs == {(one.fingerprint, one.fingerprint + "'") for one in doubled}
