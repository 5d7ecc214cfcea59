"""Statements reconcile with the ledger, and each difference has its name."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from ledger.domain.bankmoney import Booking, Confirmed, Leg, Unlike, reconcile, statement_of
from ledger.domain.money import currency
from ledger.errors import BadInput

FIRST, LAST = dt.date(2025, 7, 1), dt.date(2025, 7, 31)
PARTY = "USCC:91310112087994932F"
BOOKINGS = [Booking(FIRST, "A", "in", 1_000, PARTY), Booking(LAST, "B", "out", 300, PARTY)]
LEGS = [Leg(FIRST, "#A", "in", 1_000, PARTY, "0x1"), Leg(LAST, "#B", "out", 300, PARTY, "0x2")]


def compared(bookings: list[Booking], legs: list[Leg]) -> list[tuple[str, str]]:
    found = reconcile(bookings, legs, lambda text: "#" + text, FIRST, LAST)
    return [(str(one.unlike), one.reference) for one in found.mismatches]


@pytest.mark.spec("BANK-2")
def test_what_agrees_reconciles_and_adds_up() -> None:
    found = reconcile(BOOKINGS, LEGS, lambda text: "#" + text, FIRST, LAST)
    assert found.reconciles and found.matched == 2
    assert (found.in_bank, found.out_bank) == (found.in_ledger, found.out_ledger) == (1_000, 300)


@pytest.mark.spec("BANK-2")
@pytest.mark.parametrize(
    ("bookings", "legs", "named"),
    [
        (BOOKINGS, LEGS[:1], [(Unlike.NOT_ON_LEDGER, "B")]),
        (BOOKINGS[:1], LEGS, [(Unlike.NOT_ON_STATEMENT, "#B")]),
        ([*BOOKINGS, BOOKINGS[0]], LEGS, [(Unlike.TWICE, "A")]),
        ([replace(BOOKINGS[0], amount=999), BOOKINGS[1]], LEGS, [(Unlike.AMOUNT, "A")]),
        ([replace(BOOKINGS[0], way="out"), BOOKINGS[1]], LEGS, [(Unlike.WAY, "A")]),
        ([replace(BOOKINGS[0], party="LEI:X"), BOOKINGS[1]], LEGS, [(Unlike.PARTY, "A")]),
        ([replace(BOOKINGS[0], party=""), BOOKINGS[1]], LEGS, []),
        (
            [replace(BOOKINGS[0], amount=1, way="out"), BOOKINGS[1]],
            LEGS,
            [(Unlike.AMOUNT, "A"), (Unlike.WAY, "A")],
        ),
    ],
)
def test_each_difference_is_named(
    bookings: list[Booking], legs: list[Leg], named: list[tuple[str, str]]
) -> None:
    assert compared(bookings, legs) == named


def test_legs_of_other_days_are_no_difference_and_a_late_one_is_found() -> None:
    """The ledger may book a day after the bank; a leg outside the days is missed by nobody."""
    late = replace(LEGS[0], day=LAST + dt.timedelta(days=1))
    before = replace(LEGS[1], day=FIRST - dt.timedelta(days=1))
    assert compared(BOOKINGS[:1], [late, before]) == []
    assert compared([], [late, before]) == []


def test_a_statement_is_read_in_major_units() -> None:
    text = f"date,reference,way,amount,party\n2025-07-01,A,in,10.00,{PARTY}\n2025-07-31,B,out,3.00,{PARTY}\n"
    assert statement_of(text, currency("CNY")) == BOOKINGS


@pytest.mark.parametrize(
    "text",
    [
        "reference,date\n",
        "date,reference,way,amount,party\n2025-07-01,,in,1,\n",
        "date,reference,way,amount,party\n2025-07-01,A,up,1,\n",
        "date,reference,way,amount,party\n2025-07-01,A,in,1.001,\n",
        "date,reference,way,amount,party\n2025-07-01,A,in,0,\n",
        "date,reference,way,amount,party\n2025-13-01,A,in,1,\n",
        "date,reference,way,amount,party\n2025-07-01,A\n",
    ],
)
def test_what_is_no_statement_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        statement_of(text, currency("CNY"))


@pytest.mark.spec("BANK-1")
@pytest.mark.spec("BANK-2")
@pytest.mark.parametrize(
    ("said", "unlike"),
    [({}, False), ({"amount": 999}, True), ({"way": "out"}, True), ({"party": "LEI:X"}, True)],
)
def test_a_confirmed_instruction_is_compared_with_its_booking(said: dict[str, Any], unlike: bool) -> None:
    one = replace(Confirmed(7, "#A", "in", 1_000, PARTY), **said)
    elsewhere = replace(one, reference="#Z", amount=5)
    found = reconcile(BOOKINGS, LEGS, lambda text: "#" + text, FIRST, LAST, [one, elsewhere])
    named = [(str(m.unlike), m.instruction.instruction) for m in found.mismatches if m.instruction]
    assert named == ([(Unlike.INSTRUCTION, 7)] if unlike else [])
