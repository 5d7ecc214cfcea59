"""A bank's statement against the ledger: every booking has its leg, every leg its booking, and what differs
is named.

Bank and ledger agree when each line of the statement names a reference that one mint or burn of the same
amount, way and participant cites, and no mint or burn of these days is without a line. References are
compared as the chain knows them: keccak256 of the bank's text.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from typing import Any, Final

from ledger.domain.dates import date_of, parse_day
from ledger.domain.money import BadMoney, Currency, parse_major
from ledger.errors import BadInput

COLUMNS: Final = ("date", "reference", "way", "amount", "party")
_WAYS: Final = {"in": "in", "out": "out"}


class Unlike(StrEnum):
    """How statement and ledger differ."""

    NOT_ON_LEDGER = "not on the ledger"
    NOT_ON_STATEMENT = "not on the statement"
    TWICE = "twice on the statement"
    AMOUNT = "another amount"
    WAY = "another way"
    PARTY = "another party"
    INSTRUCTION = "not as instructed"


@dataclass(frozen=True, slots=True)
class Booking:
    """One line of a bank's statement: `way` is `in` for money that reached the bank. `party` is an
    identifier, or empty where the bank does not say."""

    day: dt.date
    reference: str
    way: str
    amount: int
    party: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """A mint (`in`) or a burn (`out`): `reference` as the chain knows it."""

    day: dt.date
    reference: str
    way: str
    amount: int
    party: str
    tx: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An instruction that the bank confirmed by a booking; `way`, `amount` and `party` as instructed."""

    instruction: int
    reference: str
    way: str
    amount: int
    party: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference, with what each side says; `instruction` where one says otherwise."""

    unlike: Unlike
    reference: str
    booking: Booking | None
    leg: Leg | None
    instruction: Confirmed | None = None

    def told(self) -> dict[str, Any]:
        return {
            "unlike": str(self.unlike),
            "reference": self.reference,
            "bank": str(self.booking.amount) if self.booking else None,
            "ledger": str(self.leg.amount) if self.leg else None,
            "instruction": self.instruction.instruction if self.instruction else None,
            "tx": self.leg.tx if self.leg else None,
        }


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Bank and ledger of some days; the sums of both are equal when nothing differs."""

    matched: int
    in_bank: int
    out_bank: int
    in_ledger: int
    out_ledger: int
    mismatches: tuple[Mismatch, ...]

    @property
    def reconciles(self) -> bool:
        return not self.mismatches

    def told(self, unit: Currency) -> dict[str, Any]:
        """As command line and HTTP answer it: amounts as integer strings in minor units."""
        sums = ("in_bank", "out_bank", "in_ledger", "out_ledger")
        return {
            "currency": unit.code,
            "reconciles": self.reconciles,
            "matched": self.matched,
            **{name: str(getattr(self, name)) for name in sums},
            "mismatches": [one.told() for one in self.mismatches],
        }


def reconcile(
    statement: Sequence[Booking],
    legs: Sequence[Leg],
    known_as: Callable[[str], str],
    first: dt.date,
    last: dt.date,
    confirmed: Sequence[Confirmed] = (),
) -> Reconciliation:
    """Compares the statement of the days `first` to `last` with the ledger.

    Args:
        legs: of all days: the ledger may book a day later than the bank.
        known_as: a bank's reference as the chain knows it.
        confirmed: instructions, each compared with the leg that it was confirmed by.
    """
    by_reference = {leg.reference: leg for leg in legs}
    found: list[Mismatch] = []
    seen: set[str] = set()
    for booking in statement:
        name = known_as(booking.reference)
        found += _differences(booking, by_reference.get(name), name in seen)
        seen.add(name)
    days = [leg for leg in legs if first <= leg.day <= last]
    alone = [leg for leg in days if leg.reference not in seen]
    found += [Mismatch(Unlike.NOT_ON_STATEMENT, leg.reference, None, leg) for leg in alone]
    used = [leg for leg in legs if leg.reference in seen] + alone
    found += _unlike_instructed(confirmed, {leg.reference: leg for leg in used})
    return Reconciliation(
        sum(name in by_reference for name in seen),
        sum(one.amount for one in statement if one.way == "in"),
        sum(one.amount for one in statement if one.way == "out"),
        sum(one.amount for one in used if one.way == "in"),
        sum(one.amount for one in used if one.way == "out"),
        tuple(found),
    )


def _differences(booking: Booking, leg: Leg | None, again: bool) -> Iterator[Mismatch]:
    if again:
        yield Mismatch(Unlike.TWICE, booking.reference, booking, leg)
        return
    if leg is None:
        yield Mismatch(Unlike.NOT_ON_LEDGER, booking.reference, booking, None)
        return
    pairs = (
        (Unlike.AMOUNT, booking.amount, leg.amount),
        (Unlike.WAY, booking.way, leg.way),
        (Unlike.PARTY, booking.party or leg.party, leg.party),
    )
    for unlike, said, had in pairs:
        if said != had:
            yield Mismatch(unlike, booking.reference, booking, leg)


def _unlike_instructed(confirmed: Sequence[Confirmed], legs: Mapping[str, Leg]) -> Iterator[Mismatch]:
    for one in confirmed:
        leg = legs.get(one.reference)
        if leg and (leg.way, leg.amount, leg.party) != (one.way, one.amount, one.party):
            yield Mismatch(Unlike.INSTRUCTION, one.reference, None, leg, one)


def statement_of(text: str, unit: Currency) -> list[Booking]:
    """A statement as CSV: date,reference,way,amount,party; amounts in major units, `way` in or out.

    Raises:
        BadInput: for another header, an empty reference, an unknown way or an amount that is none.
    """
    rows = csv.DictReader(StringIO(text, newline=""))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise BadInput("a statement has other columns", had=rows.fieldnames, needed=",".join(COLUMNS))
    return [_booking(row, unit, place) for place, row in enumerate(rows, 2)]


def _booking(row: dict[str, str], unit: Currency, place: int) -> Booking:
    try:
        day, amount = date_of(parse_day(row["date"])), parse_major(row["amount"], unit).minor
    except (BadMoney, BadInput, TypeError, AttributeError) as failure:
        raise BadInput("a line of the statement cannot be read", who=place, had=str(failure)) from None
    if not row["reference"] or row["way"] not in _WAYS or amount <= 0:
        raise BadInput("a booking has a reference, a way and an amount", who=place, had=dict(row))
    return Booking(day, row["reference"], row["way"], amount, row["party"] or "")
