"""Roles of a participant: the bit mask of the library `Roles`, with the words of the glossary."""

from __future__ import annotations

from enum import IntFlag
from typing import Final


class Role(IntFlag):
    """What a participant may act as. ILLUSTRATIVE marks a party that no source names."""

    ISSUER = 1 << 0
    VERIFIER = 1 << 1
    INVESTOR = 1 << 2
    OBLIGOR = 1 << 3
    SUPPLIER = 1 << 4
    FINANCIER = 1 << 5
    BANK = 1 << 6
    AUDITOR = 1 << 7
    AUTHORITY = 1 << 8
    ILLUSTRATIVE = 1 << 31


LABELS: Final[dict[Role, dict[str, str]]] = {
    Role.ISSUER: {"en": "issuer", "zh": "发行人"},
    Role.VERIFIER: {"en": "verifier", "zh": "验证人"},
    Role.INVESTOR: {"en": "investor", "zh": "投资人"},
    Role.OBLIGOR: {"en": "obligor", "zh": "核心企业（付款义务人）"},
    Role.SUPPLIER: {"en": "supplier", "zh": "供应商"},
    Role.FINANCIER: {"en": "financier", "zh": "资金方"},
    Role.BANK: {"en": "settlement bank", "zh": "结算行"},
    Role.AUDITOR: {"en": "auditor", "zh": "审计"},
    Role.AUTHORITY: {"en": "authority (regulator, court)", "zh": "监管/司法机关"},
    Role.ILLUSTRATIVE: {"en": "illustrative", "zh": "示意方（来源未具名）"},
}


def names(mask: int) -> list[str]:
    """The roles of a mask in lower case, in bit order; unnamed bits are shown as `bit<n>`, never dropped."""
    found = [role.name.lower() for role in Role if mask & role and role.name]
    unknown = mask & ~int(sum(Role))
    return found + [f"bit{bit}" for bit in range(unknown.bit_length()) if unknown >> bit & 1]


def labels(mask: int, language: str = "en") -> list[str]:
    """The roles of a mask in the reader's language."""
    return [LABELS[role][language] for role in Role if mask & role]
