"""Every refusal of a contract has a sentence in both languages that names only what the error carries."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from ledger.errors import ContractRefusal
from ledger.sentences import CLAUSES, SENTENCES

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
ERROR = re.compile(r"^\s*error (\w+)\(([^)]*)\);", re.MULTILINE)


def declared() -> dict[str, list[str]]:
    """Error name → its parameters' names, from the sources."""
    found: dict[str, list[str]] = {}
    for file in CONTRACTS.rglob("*.sol"):
        if "mocks" in file.parts:
            continue
        for name, parameters in ERROR.findall(file.read_text()):
            found[name] = [p.split()[-1] for p in parameters.split(",") if p.strip()]
    return found


def test_every_contract_error_has_a_sentence_and_no_sentence_is_left_over() -> None:
    assert set(SENTENCES) == set(declared())
    assert set(CLAUSES) <= set(SENTENCES)


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_a_sentence_names_only_what_the_error_carries(name: str) -> None:
    parameters = declared()[name]
    for template in SENTENCES[name]:
        fields = {field for _, field, _, _ in Formatter().parse(template) if field}
        assert fields <= set(parameters)
    refusal = ContractRefusal(name, dict.fromkeys(parameters, 7))
    assert refusal.sentence("zh") != refusal.sentence("en")
    assert "{" not in refusal.sentence("en")


def test_the_clause_reaches_the_error() -> None:
    assert ContractRefusal("TenorTooLong", {"had": 400, "needed": 365}).clause == "银发〔2025〕77号 art. 11"
