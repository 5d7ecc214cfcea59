"""Kinds of mandates, as the library `MandateKinds` numbers them, with the words of the glossary."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from ledger.domain.roles import Role


class MandateKind(IntEnum):
    """What an agent may do: the first four act, an auditor and a verifier read."""

    BOOKRUNNER = 1
    PAYING_AGENT = 2
    DEPOSITORY = 3
    AGENT = 4
    AUDITOR = 5
    VERIFIER = 6


LABELS: Final[dict[MandateKind, dict[str, str]]] = {
    MandateKind.BOOKRUNNER: {"en": "bookrunner", "zh": "簿记管理人"},
    MandateKind.PAYING_AGENT: {"en": "paying agent", "zh": "付息兑付代理人"},
    MandateKind.DEPOSITORY: {"en": "depository", "zh": "托管机构"},
    MandateKind.AGENT: {"en": "agent", "zh": "代理人"},
    MandateKind.AUDITOR: {"en": "auditor", "zh": "审计"},
    MandateKind.VERIFIER: {"en": "verifier", "zh": "验证人"},
}


def role_of(kind: int) -> Role:
    """The role an agent of this kind needs beside its mandate; none where any participant will do."""
    return {MandateKind.AUDITOR: Role.AUDITOR, MandateKind.VERIFIER: Role.VERIFIER}.get(
        MandateKind(kind), Role(0)
    )
