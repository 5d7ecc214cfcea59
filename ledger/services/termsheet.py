"""Coupon terms as people write them down: a term sheet in, `ServiceTerms` and periods out.

    {"start": "2024-05-17", "end": "2034-05-25", "frequency": 2, "stub": "long first",
     "kind": "fixed", "rate": "1.214", "day_count": "ACT/ACT ICMA", "rule": "preceding",
     "calendar": "WEEKENDS", "record_days": 1, "grace_days": 5}

Rates are percent a year in decimals. Also: `rates` and `targets` (one a period), `floor`, `cap`, `step`,
`penalty` (percent), `fixing_days`, `fixer`, `kpi`, `polarity` ("higher" is better, or "lower"),
`callable_from`. What is not said is none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from ledger.domain.calendars import BusinessDayRule, NamedCalendar, calendar
from ledger.domain.coupons import (
    NO_FIXER,
    BadSchedule,
    CouponKind,
    Period,
    Plan,
    ServiceTerms,
    schedule,
    terms_hash,
)
from ledger.domain.dates import parse_day
from ledger.domain.daycount import LABELS, ON_CHAIN
from ledger.domain.states import Polarity
from ledger.services.values import code, hex_of

_PERCENT: Final = 10_000
_KNOWN: Final = frozenset(
    {"start", "end", "frequency", "stub", "kind", "rate", "day_count", "rule", "calendar", "record_days"}
    | {"grace_days", "rates", "targets", "floor", "cap", "step", "penalty", "fixing_days", "fixer", "kpi"}
    | {"polarity", "callable_from"}
)
_DAY_COUNTS: Final = {LABELS[one]: one for one in sorted(ON_CHAIN)}


@dataclass(frozen=True, slots=True)
class Coupons:
    """Coupon terms with their periods. `hash` is what a bond is registered with."""

    terms: ServiceTerms
    periods: tuple[Period, ...]

    @property
    def hash(self) -> str:
        return hex_of(terms_hash(self.terms, self.periods))


def read_terms(
    sheet: str | Mapping[str, Any],
    address_of: Callable[[str], str] = lambda who: who,
    supplied: Mapping[str, NamedCalendar] | None = None,
) -> Coupons:
    """The coupon terms of a term sheet, as JSON text or already read.

    Args:
        address_of: the account of a fixer that the sheet names.
        supplied: calendars beside those that ship.

    Raises:
        BadSchedule: for a word that is not known, or terms that contradict themselves.
    """
    said = _object(sheet)
    kind = _named(said.get("kind", "fixed"), CouponKind, "a coupon kind")
    plan = Plan(
        start=parse_day(_needed(said, "start")),
        end=parse_day(_needed(said, "end")),
        frequency=_number(said, "frequency", 1),
        stub=said.get("stub", "short first"),
        rule=_named(said.get("rule", "none"), BusinessDayRule, "a business-day rule"),
        calendar=calendar(said.get("calendar", "WEEKENDS"), supplied).days,
        record_days=_number(said, "record_days", 1),
        fixing_days=_number(said, "fixing_days", 2),
        kind=kind,
    )
    periods = _with_figures(schedule(plan), said.get("rates"), said.get("targets"))
    return Coupons(_terms(said, plan, address_of), tuple(periods))


def _terms(said: Mapping[str, Any], plan: Plan, address_of: Callable[[str], str]) -> ServiceTerms:
    day_count = _DAY_COUNTS.get(said.get("day_count", "30/360"))
    if day_count is None:
        raise BadSchedule("no day count on chain", had=said["day_count"], needed=", ".join(_DAY_COUNTS))
    return ServiceTerms(
        coupon_kind=plan.kind,
        day_count=day_count,
        frequency=plan.frequency,
        business_day_rule=plan.rule,
        polarity=_named(said.get("polarity", "none"), Polarity, "a polarity"),
        **{f"{name}_ppm": _ppm(said.get(name, "0")) for name in ("rate", "floor", "cap", "step", "penalty")},
        grace_days=_number(said, "grace_days", 0),
        callable_from=parse_day(said["callable_from"]) if said.get("callable_from") else 0,
        fixer=address_of(said["fixer"]) if said.get("fixer") else NO_FIXER,
        calendar=code(said.get("calendar", "WEEKENDS"), "a calendar"),
        kpi=code(said["kpi"], "a KPI") if said.get("kpi") else bytes(32),
    )


def _with_figures(
    periods: Sequence[Period], rates: Sequence[str] | None, targets: Sequence[int] | None
) -> list[Period]:
    """Rates of a step coupon and targets of a KPI, one for each period."""
    for what, figures in (("rates", rates), ("targets", targets)):
        if figures is not None and len(figures) != len(periods):
            raise BadSchedule(f"{what}: one for each period", had=len(figures), needed=len(periods))
    by_rate = [replace(p, rate_ppm=_ppm(rate)) for p, rate in zip(periods, rates or (), strict=False)]
    some = by_rate or list(periods)
    by_target = [replace(p, target=int(target)) for p, target in zip(some, targets or (), strict=False)]
    return by_target or some


def _ppm(percent: Any) -> int:
    """`"1.214"` percent is 12,140 parts per million, exactly."""
    try:
        ppm = Fraction(str(percent)) * _PERCENT
    except ValueError:
        raise BadSchedule("a rate is percent in decimals", had=percent, needed='"1.214"') from None
    if ppm.denominator != 1 or ppm < 0:
        raise BadSchedule("a rate has four decimals at most", had=percent, needed='"1.214"')
    return int(ppm)


def _object(sheet: str | Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        said = json.loads(sheet) if isinstance(sheet, str) else sheet
    except ValueError:
        said = None
    if not isinstance(said, Mapping):
        raise BadSchedule("a term sheet is one JSON object", had=str(sheet)[:40], needed="{…}")
    if unknown := sorted(set(said) - _KNOWN):
        raise BadSchedule("a term sheet says nothing else", had=unknown, needed=sorted(_KNOWN))
    return said


def _needed(said: Mapping[str, Any], name: str) -> str:
    if name not in said:
        raise BadSchedule(f"a term sheet names its {name}", had=sorted(said), needed=name)
    return str(said[name])


def _number(said: Mapping[str, Any], name: str, otherwise: int) -> int:
    value = said.get(name, otherwise)
    if type(value) is not int or value < 0:
        raise BadSchedule(f"{name} is a whole number", had=value, needed=otherwise)
    return value


def _named(text: Any, kinds: Any, what: str) -> Any:
    known = {one.name.lower().replace("_", " "): one for one in kinds}
    if text not in known:
        raise BadSchedule(f"not {what}", had=text, needed=", ".join(known))
    return known[text]
