"""Rules as dated data, judged before an act: a pure function of act, facts, business date and levels.

A rule says what it is about, its clause and source and how sure they are (RULES.md), since when it binds, and
at what level: `warn` tells, `attest` refuses unless the named fact attests it, `block` refuses. A programme
may set another level; where a contract refuses whatever the level and the day, `floor` says so and no
programme goes below it. What was arranged before a rule began may differ until its transition ends: then it
only warns.

Warning: a fact that nobody gave is `unknown`, and unknown is neither held nor broken; it is shown.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from ledger.errors import BadInput

_FOLDER: Final = Path(__file__).parent
_TESTS: Final = ("at_most", "at_least", "present", "is", "note")
_GRADES: Final = ("A", "B", "C")

Fact = int | str | bool | None
Facts = Mapping[str, Fact]


class Level(IntEnum):
    """How a rule binds, as `Programmes` numbers it; zero there means the rule's own."""

    OWN = 0
    WARN = 1
    ATTEST = 2
    BLOCK = 3


class Outcome(StrEnum):
    """What a rule says to an act."""

    HOLDS = "kept"
    WARNED = "warned"
    ATTESTED = "attested"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it binds from `since` on, until its last day; see the head of `receivables.toml`."""

    id: str
    acts: tuple[str, ...]
    clause: str
    source: str
    grade: str
    since: dt.date
    level: Level
    test: str
    facts: tuple[str, ...]
    en: str
    zh: str
    until: dt.date | None = None
    transition: dt.date | None = None
    floor: Level = Level.OWN
    bound: str = ""
    attested: str = ""
    error: str = ""
    parameters: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.test not in _TESTS or self.grade not in _GRADES:
            raise BadInput("no such test or grade of a rule", who=self.id, had=f"{self.test}, {self.grade}")
        if self.test in ("at_most", "at_least") and not (len(self.facts) == 1 and self.bound):
            raise BadInput("a rule that compares has one fact and a bound", who=self.id, had=self.bound)
        if self.level is Level.ATTEST and not self.attested:
            raise BadInput("a rule to attest says by what", who=self.id)
        if self.level is Level.OWN or (self.until is not None and self.until < self.since):
            raise BadInput("a rule has a level and an order of days", who=self.id, had=self.until)

    def in_force(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    def level_on(self, day: dt.date, set_: int = 0, arranged: dt.date | None = None) -> Level:
        """How it binds on a day, as a programme set it, for what was arranged on a day.

        An attestation can be asked only where the rule names one; else `attest` is as strict as `block`.
        """
        chosen = Level(set_) if set_ else self.level
        if chosen is Level.ATTEST and not self.attested:
            chosen = Level.BLOCK
        eased = arranged is not None and arranged < self.since
        if eased and self.transition is not None and day <= self.transition:
            chosen = Level.WARN
        return max(chosen, self.floor)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says to one act. `by_contract`: the contract refuses too, and in its own words."""

    rule: Rule
    outcome: Outcome
    level: Level
    had: Fact = None
    needed: Fact = None

    @property
    def by_contract(self) -> bool:
        return bool(self.rule.error)

    def sentence(self, language: str = "en") -> str:
        """In the reader's language, with its clause."""
        said = self.rule.zh if language == "zh" else self.rule.en
        brackets = ("（", "）") if language == "zh" else (" (", ")")
        return said.format(had=self.had, needed=self.needed) + self.rule.clause.join(brackets)


def judge(
    act: str,
    facts: Facts,
    day: dt.date,
    levels: Mapping[str, int] | None = None,
    *,
    arranged: dt.date | None = None,
    rules: Sequence[Rule] | None = None,
) -> list[Verdict]:
    """What every rule in force on a day says to an act.

    Args:
        facts: by name; one that is left out is unknown.
        levels: by rule, as the programme set them; 0 or left out: the rule's own.
        arranged: the day on which what the act belongs to was arranged, for the transition.
    """
    known = all_rules() if rules is None else rules
    set_ = levels or {}
    return [
        _verdict(rule, rule.level_on(day, set_.get(rule.id, 0), arranged), facts)
        for rule in known
        if act in rule.acts and rule.in_force(day)
    ]


def _verdict(rule: Rule, level: Level, facts: Facts) -> Verdict:
    if rule.test == "note":
        return Verdict(rule, Outcome.NOTED, level)
    if rule.test == "present":
        return _present(rule, level, facts)
    had = facts.get(rule.facts[0])
    needed: Fact = True if rule.test == "is" else rule.parameters.get(rule.bound, facts.get(rule.bound))
    if had is None or needed is None:
        return Verdict(rule, Outcome.UNKNOWN, level, had, needed)
    holds = {
        "is": lambda: had is True,
        "at_most": lambda: int(had) <= int(needed),
        "at_least": lambda: int(had) >= int(needed),
    }[rule.test]()
    return _said(rule, level, facts, holds, had, needed)


def _present(rule: Rule, level: Level, facts: Facts) -> Verdict:
    """Every fact is there: False and an empty text are absent, None is unknown."""
    absent = [name for name in rule.facts if name in facts and facts[name] in (False, "")]
    if not absent and any(facts.get(name) is None for name in rule.facts):
        return Verdict(rule, Outcome.UNKNOWN, level)
    return _said(rule, level, facts, not absent, ", ".join(absent), ", ".join(rule.facts))


def _said(rule: Rule, level: Level, facts: Facts, holds: bool, had: Fact, needed: Fact) -> Verdict:
    if holds:
        return Verdict(rule, Outcome.HOLDS, level, had, needed)
    if level is Level.WARN:
        return Verdict(rule, Outcome.WARNED, level, had, needed)
    if level is Level.ATTEST and facts.get(rule.attested):
        return Verdict(rule, Outcome.ATTESTED, level, had, needed)
    return Verdict(rule, Outcome.REFUSED, level, had, needed)


# --- the data --------------------------------------------------------------------------------------------


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule in the tree, by file and place in it; successive versions of one rule have one id."""
    found: list[Rule] = []
    for path in sorted(_FOLDER.glob("*.toml")):
        found += rules_of(path.read_text(encoding="utf-8"))
    _require_one_at_a_time(found)
    return tuple(found)


def rules_of(text: str) -> list[Rule]:
    """Rules as TOML tells them. BadInput for a field or a level that a rule does not have."""
    try:
        return [_rule(row) for row in tomllib.loads(text).get("rule", [])]
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as failure:
        raise BadInput("the rules cannot be read", had=str(failure)) from None


def with_parameters(rules: Iterable[Rule], chosen: Mapping[str, Mapping[str, int]]) -> list[Rule]:
    """The rules with other figures for their parameters, by rule; BadInput for one that it does not have."""
    found = list(rules)
    for id_, figures in chosen.items():
        known = [rule for rule in found if rule.id == id_ and set(figures) <= set(rule.parameters)]
        if not known:
            raise BadInput("a rule has no such parameter", who=id_, had=", ".join(figures))
    return [
        replace(rule, parameters={**rule.parameters, **chosen.get(rule.id, {})})
        if rule.id in chosen
        else rule
        for rule in found
    ]


def _rule(row: Mapping[str, Any]) -> Rule:
    said = dict(row)
    for name in ("level", "floor"):
        if name in said:
            said[name] = Level[str(said[name]).upper()]
    return Rule(**{**said, "acts": tuple(said["acts"]), "facts": tuple(said["facts"])})


def _require_one_at_a_time(rules: Sequence[Rule]) -> None:
    """Of one id at most one version is in force on any day."""
    for place, one in enumerate(rules):
        for other in rules[place + 1 :]:
            if one.id == other.id and (one.in_force(other.since) or other.in_force(one.since)):
                raise BadInput("two versions of one rule are in force at once", who=one.id)
