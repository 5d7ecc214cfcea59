"""Rules as dated data: what binds on a day, and what the rules say to an act."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field

from api.schemas.common import Answer, Date, Request
from ledger.domain.rules import Verdict
from ledger.services.rules import Notice, RuleOnDay

LevelName = Literal["warn", "attest", "block"]
OutcomeName = Literal["kept", "warned", "attested", "refused", "unknown", "noted"]
FactName = Annotated[str, Field(pattern="^[a-z][a-z_]{0,39}$")]
FactIn = bool | Annotated[int, Field(ge=-(2**63), lt=2**63)] | Annotated[str, Field(max_length=200)]


class RuleOut(Answer):
    """Grade A: text read; B: a law firm, the press or a secondary guide; C: not verified, a parameter with a
    default. `contract_refuses`: a contract holds it too, whatever the level."""

    id: str
    acts: list[str]
    clause: str
    source: str
    grade: Literal["A", "B", "C"]
    since: Date
    until: Date | None
    transition: Date | None
    level: LevelName
    in_force: bool
    contract_refuses: bool
    parameters: dict[str, int]
    says: dict[Literal["en", "zh"], str]

    @classmethod
    def of(cls, one: RuleOnDay) -> Self:
        rule = one.rule
        return cls.model_construct(
            id=rule.id,
            acts=list(rule.acts),
            clause=rule.clause,
            source=rule.source,
            grade=rule.grade,
            since=rule.since,
            until=rule.until,
            transition=rule.transition,
            level=one.level.name.lower(),
            in_force=one.in_force,
            contract_refuses=bool(rule.error),
            parameters=dict(rule.parameters),
            says={"en": rule.en, "zh": rule.zh},
        )


class RulesOut(Answer):
    rules: list[RuleOut]


class JudgementIn(Request):
    """Facts by name; one that is left out is unknown. `arranged`: the day of what the act belongs to."""

    act: Annotated[str, Field(pattern="^[a-z_]{1,40}$")]
    facts: Annotated[dict[FactName, FactIn], Field(max_length=40)]
    programme: Annotated[int, Field(ge=1, lt=2**16)] = 1
    day: Date | None = None
    arranged: Date | None = None


class VerdictOut(Answer):
    rule: str
    outcome: OutcomeName
    level: LevelName
    clause: str
    sentence: dict[Literal["en", "zh"], str]

    @classmethod
    def of(cls, one: Verdict) -> Self:
        return cls.model_construct(
            rule=one.rule.id,
            outcome=str(one.outcome),
            level=one.level.name.lower(),
            clause=one.rule.clause,
            sentence={"en": one.sentence("en"), "zh": one.sentence("zh")},
        )


class JudgementOut(Answer):
    verdicts: list[VerdictOut]


class NoticeOut(Answer):
    """What a rule had to say to an act that went on all the same."""

    rule: str
    outcome: OutcomeName
    clause: str
    sentence: dict[Literal["en", "zh"], str]

    @classmethod
    def of(cls, one: Notice) -> Self:
        return cls.model_construct(
            rule=one.rule, outcome=one.outcome, clause=one.clause, sentence=dict(one.sentence)
        )
