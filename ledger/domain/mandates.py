"""Kinds of mandates, as the library `MandateKinds` numbers them, with the words of the glossary."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from ledger.domain.roles import Role


class MandateKind(IntEnum):
    """What an agent may do: the first four act, the others read; a credit reader sees its owner's score."""

    BOOKRUNNER = 1
    PAYING_AGENT = 2
    DEPOSITORY = 3
    AGENT = 4
    AUDITOR = 5
    VERIFIER = 6
    CREDIT_READER = 7


LABELS: Final[dict[MandateKind, dict[str, str]]] = {
    MandateKind.BOOKRUNNER: {"en": "bookrunner", "zh": "簿记管理人"},
    MandateKind.PAYING_AGENT: {"en": "paying agent", "zh": "付息兑付代理人"},
    MandateKind.DEPOSITORY: {"en": "depository", "zh": "托管机构"},
    MandateKind.AGENT: {"en": "agent", "zh": "代理人"},
    MandateKind.AUDITOR: {"en": "auditor", "zh": "审计"},
    MandateKind.VERIFIER: {"en": "verifier", "zh": "验证人"},
    MandateKind.CREDIT_READER: {"en": "credit reader", "zh": "信用查询人"},
}
_ROLES: Final = {
    MandateKind.AUDITOR: Role.AUDITOR,
    MandateKind.VERIFIER: Role.VERIFIER,
    MandateKind.CREDIT_READER: Role.FINANCIER,
}


def role_of(kind: int) -> Role:
    """The role an agent of this kind needs beside its mandate; none where any participant will do."""
    return _ROLES.get(MandateKind(kind), Role(0))
