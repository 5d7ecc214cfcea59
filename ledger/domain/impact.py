"""Impact: quantities, what a figure was computed with, and whose share of it is whose. No float anywhere.

A project's figure I over a period is shared out so that nothing is counted twice and nothing gets lost:

    a bond's financed share   f = amount of the bond in the projects ÷ their total investment, never above 1
                                  over all bonds together; as the period ends
    a holder's share          f × (unit-days held ÷ units × days of the period) × I: (H/R) × I, time-weighted
    what is left              days on which nobody held the units, and other funding

A holding of a day is the one at its end. Shares are rounded by largest remainder, so that all of them and
what is left sum to I in whole units of the last decimal shown (IMP-3).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeVar

from ledger.domain.obligations import NOBODY
from ledger.errors import BadInput

K = TypeVar("K")
MOST_DECIMALS: Final = 18
SHARE_DECIMALS: Final = 6
"""Shares show at least so many decimals: a small holding's share of a whole number is not nothing."""
MOST_BASIS: Final = 1024
_QUANTITY: Final = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]{1,18}))?")
_MOST: Final = 2**128 - 1

INDICATORS: Final[Mapping[str, Mapping[str, str]]] = {
    "CO2_AVOIDED": {"en": "CO2 reduction", "zh": "二氧化碳减排量"},
    "CAPACITY": {"en": "installed capacity", "zh": "装机容量"},
    "GENERATION": {"en": "annual generation", "zh": "年发电量"},
    "ENERGY_SAVED": {"en": "energy efficiency", "zh": "节能量"},
    "COAL_SAVED": {"en": "standard coal saved", "zh": "节约标准煤"},
    "NOX_AVOIDED": {"en": "NOx reduction", "zh": "氮氧化物减排量"},
}
"""Well-known codes and what they mean; an issuer may use others. More is better in all of these."""


class BasisKind(StrEnum):
    """What stands behind a figure. A bare number without it is meaningless (RULES, impact)."""

    AVERAGE = "average"
    MARGINAL = "marginal"
    FOSSIL = "fossil"
    NONE = "none"
    UNPUBLISHED = "unpublished"


@dataclass(frozen=True, slots=True)
class Basis:
    """The factor a figure was computed with; NONE for one that needs none (a count, a meter's reading),
    UNPUBLISHED where the source does not say. `value` is a decimal in text."""

    kind: BasisKind
    source: str
    value: str = ""
    unit: str = ""
    year: str = ""
    region: str = ""
    version: str = ""
    note: str = ""

    def text(self) -> str:
        """As the report carries it: JSON with sorted keys, what is empty left out."""
        said = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def basis_text(basis: Basis) -> str:
    """BadInput for a factor without its value, unit, year, region or version, for no source, or too much."""
    if not basis.source:
        raise BadInput("a figure names the source of its basis", had=basis.source, needed="a source")
    if basis.kind in (BasisKind.AVERAGE, BasisKind.MARGINAL, BasisKind.FOSSIL):
        parts = ("value", "unit", "year", "region", "version")
        missing = [name for name in parts if not getattr(basis, name)]
        if missing:
            raise BadInput("a factor is more than a number", had=basis.text(), needed=", ".join(missing))
        quantity(basis.value)
    text = basis.text()
    if len(text.encode()) > MOST_BASIS:
        raise BadInput("the basis of a figure is too long", had=len(text.encode()), needed=MOST_BASIS)
    return text


def quantity(text: str) -> tuple[int, int]:
    """`"4200000"` -> (4200000, 0); `"191.7"` -> (1917, 1): exact, or BadInput."""
    match = _QUANTITY.fullmatch(text)
    value = int(match[1] + (match[2] or "")) if match else 0
    if match is None or value > _MOST:
        raise BadInput(
            "a quantity is a plain decimal", had=text, needed="digits, at most 18 of them decimals"
        )
    return value, len(match[2] or "")


def shown(value: int, decimals: int) -> str:
    """The quantity in digits, with all its decimals."""
    whole, rest = divmod(value, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)


# --- holdings over time ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitMove:
    """Units that changed hands on a business day; from nobody when they were allotted."""

    day: int
    source: str
    target: str
    units: int


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both counted, through which a holding stayed the same."""

    first: int
    last: int
    units: int

    @property
    def unit_days(self) -> int:
        return self.units * (self.last - self.first + 1)


def spans(moves: Iterable[UnitMove], first: int, last: int) -> dict[str, list[Span]]:
    """Who held how much at the end of each day from `first` to `last`. Moves come in order of time."""
    held: dict[str, int] = {}
    since: dict[str, int] = {}
    found: dict[str, list[Span]] = {}
    for move in moves:
        if move.day > last:
            break
        for who, change in ((move.source, -move.units), (move.target, move.units)):
            if who == NOBODY:
                continue
            _close(found, who, since.get(who, first), move.day - 1, held.get(who, 0))
            held[who] = held.get(who, 0) + change
            since[who] = max(move.day, first)
    for who, units in held.items():
        _close(found, who, since[who], last, units)
    return found


def _close(found: dict[str, list[Span]], who: str, first: int, last: int, units: int) -> None:
    if units and first <= last:
        found.setdefault(who, []).append(Span(first, last, units))


def supply(moves: Iterable[UnitMove], day: int) -> int:
    """Units allotted by the end of a day."""
    done = [move for move in moves if move.day <= day]
    made = sum(move.units for move in done if move.source == NOBODY)
    return made - sum(move.units for move in done if move.target == NOBODY)


# --- shares ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stake:
    """One bond's part in what a report covers: its amount in the projects, and who held its units."""

    bond: int
    amount: int
    supply: int
    held: Mapping[str, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Share:
    """One holder's share through one bond: `part` of the whole is exact, `value` rounded."""

    bond: int
    holder: str
    financed: Fraction
    unit_days: int
    part: Fraction
    value: int


@dataclass(frozen=True, slots=True)
class Shares:
    """A figure shared out; all values are in units of 10^-decimals and sum to `value`."""

    value: int
    decimals: int
    holders: tuple[Share, ...]
    unheld: int
    other: int


def financed_shares(stakes: Iterable[Stake], total: int) -> dict[int, Fraction]:
    """By bond; never above 1 together, even where more was put in than the total says."""
    amounts = {stake.bond: stake.amount for stake in stakes if stake.amount}
    whole = max(total, sum(amounts.values()))
    return {bond: Fraction(amount, whole) for bond, amount in amounts.items()}


def share_out(value: int, decimals: int, days: int, total: int, stakes: Sequence[Stake]) -> Shares:
    """Shares a figure out among the holders of every bond, days nobody held, and other funding (IMP-3)."""
    financed = financed_shares(stakes, total)
    parts = list(_parts(stakes, financed, days))
    held = sum((part for *_, part in parts), Fraction(0))
    bonds = sum(financed.values(), Fraction(0))
    fine = max(decimals, SHARE_DECIMALS)
    whole = value * 10 ** (fine - decimals)
    *values, unheld, other = largest_remainder(whole, [*(p for *_, p in parts), bonds - held, 1 - bonds])
    shares = (
        Share(bond, holder, financed[bond], unit_days, part, rounded)
        for (bond, holder, unit_days, part), rounded in zip(parts, values, strict=True)
    )
    return Shares(whole, fine, tuple(shares), unheld, other)


def _parts(
    stakes: Iterable[Stake], financed: Mapping[int, Fraction], days: int
) -> Iterator[tuple[int, str, int, Fraction]]:
    for stake in stakes:
        if stake.bond not in financed or not stake.supply:
            continue
        for holder, held in stake.held.items():
            unit_days = sum(span.unit_days for span in held)
            weight = Fraction(unit_days, stake.supply * days)
            yield stake.bond, holder, unit_days, financed[stake.bond] * weight


def largest_remainder(whole: int, parts: Sequence[Fraction]) -> list[int]:
    """Whole numbers in proportion to parts that sum to 1, summing to `whole`; ties go to the earlier.

    Raises:
        BadInput: when a part is negative or they do not sum to 1.
    """
    if sum(parts, Fraction(0)) != 1 or min(parts) < 0:
        raise BadInput("the parts of a whole sum to it", had=str(sum(parts, Fraction(0))), needed=1)
    exact = [whole * part for part in parts]
    floors = [int(one) for one in exact]
    missing = whole - sum(floors)
    order = sorted(range(len(parts)), key=lambda i: (floors[i] - exact[i], i))
    for i in order[:missing]:
        floors[i] += 1
    return floors
