"""Rules as dated data: each at each level, before, on and after its days."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from ledger.domain.rules import Facts, Level, Outcome, Rule, all_rules, judge, rules_of, with_parameters
from ledger.errors import BadInput

DAY = dt.timedelta(days=1)
RULES = all_rules()
JUDGED = [rule for rule in RULES if rule.test != "note"]
LEVELS = [Level.OWN, Level.WARN, Level.ATTEST, Level.BLOCK]


def named(rule: Rule) -> str:
    return rule.id


def facts_of(rule: Rule, *, holds: bool, attested: bool = False) -> Facts:
    """Facts that keep or break exactly this rule; a bound that is a fact itself is 7."""
    given: dict[str, int | str | bool | None] = {rule.attested: "0x01"} if attested else {}
    if rule.test in ("present", "is"):
        return {**given, **dict.fromkeys(rule.facts, True), rule.facts[-1]: holds}
    bound = rule.parameters.get(rule.bound, 7)
    off = 0 if holds else 1
    value = bound + off if rule.test == "at_most" else bound - off
    return {**given, rule.bound: 7, rule.facts[0]: value}


def said(
    rule: Rule, facts: Facts, day: dt.date, set_: int = 0, arranged: dt.date | None = None
) -> Outcome | None:
    found = judge(rule.acts[0], facts, day, {rule.id: set_}, arranged=arranged, rules=[rule])
    return found[0].outcome if found else None


@pytest.mark.spec("RULE-1")
@pytest.mark.parametrize("rule", JUDGED, ids=named)
@pytest.mark.parametrize("set_", LEVELS)
def test_each_rule_binds_from_its_day_at_the_level_set(rule: Rule, set_: Level) -> None:
    """RULE-1: nothing before the day, the level of the programme from the day on, never below the floor."""
    broken = facts_of(rule, holds=False)
    assert said(rule, broken, rule.since - DAY, set_) is None
    level = max(rule.floor, {Level.OWN: rule.level}.get(set_, set_))
    expected = Outcome.WARNED if level is Level.WARN else Outcome.REFUSED
    for day in (rule.since, rule.since + DAY, rule.since + 3_000 * DAY):
        assert said(rule, broken, day, set_) is expected
        assert said(rule, facts_of(rule, holds=True), day, set_) is Outcome.HOLDS


@pytest.mark.spec("RULE-1")
@pytest.mark.parametrize("rule", [rule for rule in JUDGED if rule.transition], ids=named)
def test_what_was_arranged_before_may_differ_until_the_transition_ends(rule: Rule) -> None:
    """RULE-1: on the last day of the transition it still warns only, the day after it binds; a floor does not
    wait."""
    assert rule.transition is not None
    broken, before = facts_of(rule, holds=False), rule.since - DAY
    eased = Outcome.REFUSED if rule.floor > Level.WARN else Outcome.WARNED
    bound = Outcome.WARNED if rule.level is Level.WARN else Outcome.REFUSED
    for day, arranged, expected in (
        (rule.since, before, eased),
        (rule.transition, before, eased),
        (rule.transition + DAY, before, bound),
        (rule.since, rule.since, bound),
        (rule.since, None, bound),
    ):
        assert said(rule, broken, day, arranged=arranged) is expected


@pytest.mark.parametrize("rule", [rule for rule in JUDGED if rule.attested], ids=named)
def test_an_attestation_satisfies_a_rule_that_asks_for_one_and_no_block(rule: Rule) -> None:
    told = facts_of(rule, holds=False, attested=True)
    for set_, expected in (
        (Level.WARN, Outcome.WARNED),
        (Level.ATTEST, Outcome.ATTESTED),
        (Level.BLOCK, Outcome.REFUSED),
    ):
        assert said(rule, told, rule.since, set_) is expected


@pytest.mark.spec("RULE-1")
@pytest.mark.parametrize("rule", JUDGED, ids=named)
def test_what_nobody_told_is_unknown_and_shown(rule: Rule) -> None:
    assert said(rule, {}, rule.since) is Outcome.UNKNOWN


@pytest.mark.spec("RULE-1")
@pytest.mark.parametrize("rule", RULES, ids=named)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_verdict_quotes_its_clause(rule: Rule, language: str) -> None:
    facts = {} if rule.test == "note" else facts_of(rule, holds=False)
    (verdict,) = judge(rule.acts[0], facts, rule.since, rules=[rule])
    sentence = verdict.sentence(language)
    assert rule.clause in sentence and "{" not in sentence and "None" not in sentence
    assert (verdict.by_contract) == bool(rule.error)


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_an_unverified_figure_is_a_parameter(rule: Rule) -> None:
    """Grade C is a parameter with a default: whoever runs the ledger chooses another."""
    if rule.grade != "C" or not rule.parameters:
        return
    (name, figure), *_ = rule.parameters.items()
    (changed,) = with_parameters([rule], {rule.id: {name: figure + 1}})
    assert said(changed, facts_of(rule, holds=False), rule.since) is Outcome.HOLDS


def test_the_figures_of_half_a_year_and_a_year() -> None:
    day = dt.date(2025, 7, 1)
    for tenor, six_months, year in (
        (180, "kept", "kept"),
        (181, "refused", "kept"),
        (366, "refused", "refused"),
    ):
        found = {one.rule.id: one.outcome for one in judge("confirm", {"tenor_days": tenor}, day)}
        assert (found["77-11"], found["77-11-1Y"]) == (six_months, year)
    found = {one.rule.id: one for one in judge("confirm", {"tenor_days": 200, "reasons": "0x01"}, day)}
    assert found["77-11"].outcome is Outcome.ATTESTED


def test_acts_have_rules_of_their_own() -> None:
    day = dt.date(2026, 1, 1)
    assert {one.rule.id for one in judge("confirm", {}, day)} == {
        *("77-11", "77-11-1Y", "77-12", "77-15", "SME-09"),
    }
    assert judge("no such act", {}, day) == []


def test_unknown_parameters_and_malformed_rules_are_refused() -> None:
    with pytest.raises(BadInput):
        with_parameters(RULES, {"77-11": {"weeks": 1}})
    with pytest.raises(BadInput):
        rules_of("[[rule]]\nid = 'x'")
    with pytest.raises(BadInput):
        rules_of("not toml")
    good = next(rule for rule in RULES if rule.id == "77-11")
    for wrong in (
        {"test": "maybe"},
        {"grade": "D"},
        {"bound": ""},
        {"attested": ""},
        {"level": Level.OWN},
        {"until": good.since - DAY},
    ):
        with pytest.raises(BadInput):
            replace(good, **wrong)


def test_versions_of_one_rule_follow_each_other() -> None:
    """The old version to its last day, the new one from the day after."""
    good = next(rule for rule in RULES if rule.id == "77-11")
    old = replace(good, until=dt.date(2025, 12, 31))
    new = replace(good, since=dt.date(2026, 1, 1), parameters={"days": 90})
    for day, outcome in ((dt.date(2025, 12, 31), Outcome.HOLDS), (dt.date(2026, 1, 1), Outcome.REFUSED)):
        (verdict,) = judge("confirm", {"tenor_days": 100}, day, rules=[old, new])
        assert verdict.outcome is outcome
