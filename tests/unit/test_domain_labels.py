"""Roles and states carry the glossary's words in both languages."""

from __future__ import annotations

import re
from enum import IntEnum
from pathlib import Path

import pytest

from ledger.domain import roles, states
from ledger.domain.mandates import LABELS as MANDATES
from ledger.domain.mandates import MandateKind
from ledger.domain.roles import Role

LIBRARIES = Path(__file__).parents[2] / "contracts" / "libraries"


def test_role_bits_are_those_of_the_contracts() -> None:
    found = re.findall(r"constant (\w+) = 1 << (\d+);", (LIBRARIES / "Roles.sol").read_text(encoding="utf-8"))
    assert {name: 1 << int(bit) for name, bit in found} == {role.name: int(role) for role in Role}


def test_role_names_of_a_mask() -> None:
    mask = Role.ISSUER | Role.OBLIGOR | Role.ILLUSTRATIVE
    assert roles.names(mask) == ["issuer", "obligor", "illustrative"]
    assert roles.names(1 << 9) == ["bit9"] and roles.names(1 << 8) == ["authority"]
    assert roles.labels(mask, "zh") == ["发行人", "核心企业（付款义务人）", "示意方（来源未具名）"]


@pytest.mark.parametrize("kind", list(states.LABELS))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_state_has_a_label(kind: type[IntEnum], language: str) -> None:
    words = [states.label(state, language) for state in kind]  # type: ignore[arg-type]
    assert all(words) and len(set(words)) == len(words)


def test_mandate_kinds_are_those_of_the_contracts() -> None:
    text = (LIBRARIES / "MandateKinds.sol").read_text(encoding="utf-8")
    found = re.findall(r"constant (\w+) = (\d+);", text)
    assert {name: int(number) for name, number in found} == {kind.name: int(kind) for kind in MandateKind}
    assert all(set(MANDATES[kind]) == {"en", "zh"} for kind in MandateKind)
