"""The credit level of a participant: a published formula over what happened, in whole numbers.

    level = assess(observations, as_of=day_number(today))

docs/credit-level.md states it in words, English and Chinese. Anyone can recompute it: it reads nothing but
observations, and `ledger.domain.creditevents` makes those from the chain's events. What the ledger *observed*
and what somebody *attested* are two results; they are never added, and the level is that of the observed one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class ObservationKind(IntEnum):
    """What happened, from the participant's side."""

    PAID_ON_TIME = 1
    PAID_LATE = 2
    DEFAULT = 3
    REPORTED_ON_TIME = 4
    REPORTED_LATE = 5
    RESTATED = 6
    KEPT = 7
    MISSED = 8
    REFUSED = 9
    CANCELLED = 10
    ALERT = 11
    UNPAID = 12


LABELS: Final[dict[int, dict[str, str]]] = {
    ObservationKind.PAID_ON_TIME: {"en": "paid on time", "zh": "按时付款"},
    ObservationKind.PAID_LATE: {"en": "paid late", "zh": "逾期付款"},
    ObservationKind.DEFAULT: {"en": "default", "zh": "违约"},
    ObservationKind.REPORTED_ON_TIME: {"en": "reported on time", "zh": "按时报告"},
    ObservationKind.REPORTED_LATE: {"en": "reported late", "zh": "逾期报告"},
    ObservationKind.RESTATED: {"en": "restated", "zh": "更正报告"},
    ObservationKind.KEPT: {"en": "undertaking kept", "zh": "承诺已履行"},
    ObservationKind.MISSED: {"en": "undertaking missed", "zh": "承诺未履行"},
    ObservationKind.REFUSED: {"en": "claim refused", "zh": "申报未获通过"},
    ObservationKind.CANCELLED: {"en": "undertaking cancelled", "zh": "承诺已取消"},
    ObservationKind.ALERT: {"en": "alert confirmed", "zh": "预警已确认"},
    ObservationKind.UNPAID: {"en": "due and unpaid", "zh": "到期未付"},
}

VALUE: Final[dict[int, int]] = {
    ObservationKind.PAID_ON_TIME: 100,
    ObservationKind.PAID_LATE: 50,
    ObservationKind.DEFAULT: 0,
    ObservationKind.REPORTED_ON_TIME: 100,
    ObservationKind.REPORTED_LATE: 50,
    ObservationKind.RESTATED: 70,
    ObservationKind.KEPT: 100,
    ObservationKind.MISSED: 0,
    ObservationKind.REFUSED: 30,
    ObservationKind.CANCELLED: 30,
    ObservationKind.ALERT: 10,
    ObservationKind.UNPAID: 0,
}
"""How well it speaks for the participant, of 100."""

_MONEY: Final = frozenset(
    {
        ObservationKind.PAID_ON_TIME,
        ObservationKind.PAID_LATE,
        ObservationKind.DEFAULT,
        ObservationKind.UNPAID,
    }
)
_MONEY_WEIGHT: Final = 3
_WORD_WEIGHT: Final = 2
_AGES: Final = ((365, 4), (1_095, 2))
_OLD: Final = 1
LEVELS: Final = ((900, "A"), (750, "B"), (500, "C"), (0, "D"))
NONE: Final = "-"
WORST: Final = "D"
CONFIDENCE: Final = ((20, "long"), (5, "medium"), (1, "short"))
_SCALE: Final = 10


@dataclass(frozen=True, slots=True)
class Observation:
    """`count` things of one kind on a day (day number). `source` opens it: `Contract.Event block:log`.

    Args:
        attested_by: who said so; None for what the ledger itself saw.
    """

    kind: ObservationKind
    day: int
    source: str
    count: int = 1
    attested_by: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One result: `score` of 1,000 (None without observations), its level and how long the record is."""

    score: int | None
    level: str
    confidence: str
    count: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class CreditLevel:
    """Observed and attested apart. `observations` is everything that went into it, oldest first."""

    as_of: int
    observed: Part
    attested: Part
    observations: tuple[Observation, ...]


def assess(observations: Iterable[Observation], as_of: int) -> CreditLevel:
    """The formula. What lies after `as_of` is not looked at."""
    known = sorted((o for o in observations if o.day <= as_of), key=lambda o: (o.day, o.source, o.kind))
    seen = [o for o in known if o.attested_by is None]
    said = [o for o in known if o.attested_by is not None]
    return CreditLevel(as_of, _part(seen, as_of), _part(said, as_of), tuple(known))


def weight(observation: Observation, as_of: int) -> int:
    """Count × what it is about × how recent it is."""
    age = as_of - observation.day
    recency = next((factor for days, factor in _AGES if age <= days), _OLD)
    about = _MONEY_WEIGHT if observation.kind in _MONEY else _WORD_WEIGHT
    return observation.count * about * recency


def _part(observations: Sequence[Observation], as_of: int) -> Part:
    count = sum(o.count for o in observations)
    counts: dict[str, int] = {}
    for o in observations:
        counts[o.kind.name.lower()] = counts.get(o.kind.name.lower(), 0) + o.count
    total = sum(weight(o, as_of) for o in observations)
    if not total:
        return Part(None, NONE, "none", 0, counts)
    score = sum(weight(o, as_of) * VALUE[o.kind] * _SCALE for o in observations) // total
    unpaid = any(o.kind == ObservationKind.UNPAID for o in observations)
    return Part(score, WORST if unpaid else level_of(score), confidence_of(count), count, counts)


def level_of(score: int) -> str:
    """A from 900, B from 750, C from 500, else D."""
    return next(level for least, level in LEVELS if score >= least)


def confidence_of(count: int) -> str:
    """How long the record is: long from 20 observations, medium from 5, short below."""
    return next((name for least, name in CONFIDENCE if count >= least), "none")
