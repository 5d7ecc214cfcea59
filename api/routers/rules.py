"""Which rules bind, with their clauses, and what they would say to an act; for everybody with a token."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import AnyCaller, LedgerHere
from api.schemas.rules import JudgementIn, JudgementOut, RuleOut, RulesOut, VerdictOut

router = APIRouter(prefix="/rules", tags=["rules"])


@router.get("")
def rules(
    caller: AnyCaller,
    ledger: LedgerHere,
    day: Annotated[dt.date | None, Query(description="YYYY-MM-DD; by default the business date.")] = None,
    programme: Annotated[int, Query(ge=1, lt=2**16)] = 1,
) -> RulesOut:
    """Every rule with its clause, its grade, its days, and the level at which it binds in a programme."""
    return RulesOut(rules=[RuleOut.of(one) for one in ledger.rules.list(day, programme)])


@router.post("/judgements")
def judgement(caller: AnyCaller, ledger: LedgerHere, body: JudgementIn) -> JudgementOut:
    """What the rules would say to an act, by the facts given. Nothing is sent."""
    found = ledger.rules.check(body.act, body.facts, body.programme, day=body.day, arranged=body.arranged)
    return JudgementOut(verdicts=[VerdictOut.of(one) for one in found])
