"""Mandates: who may act for whom or read whose data, until when."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field

from api.schemas.common import Act, Answer, Date, Paper, Request, Who
from ledger.services.mandates import Mandate

KindName = Literal[
    "bookrunner", "paying_agent", "depository", "agent", "auditor", "verifier", "credit_reader"
]


class MandateIn(Request):
    """`bond`: one bond, or all of them. `owner`: whose data it is, where an authority grants it."""

    agent: Who
    kind: KindName
    until: Date
    document: Paper
    bond: Annotated[int, Field(ge=1, lt=2**32)] | None = None
    owner: Who | None = None


class Granted(Act):
    id: int


class MandateOut(Answer):
    """A grant as it stands; `bond` null is all bonds, `in_force` is about today."""

    id: int
    grantor: str
    agent: str
    owner: str
    kind: KindName
    bond: int | None
    since: Date
    until: Date
    ended: bool
    in_force: bool
    document: str

    @classmethod
    def of(cls, mandate: Mandate, *, in_force: bool) -> Self:
        same = set(cls.model_fields) - {"kind", "in_force"}
        return cls.model_construct(
            **{name: getattr(mandate, name) for name in same},
            kind=mandate.kind.name.lower(),
            in_force=in_force,
        )
