"""The error tree: as drawn, with stable codes, and sentences in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ledger import errors
from ledger.errors import (
    BadInput,
    ContractRefusal,
    LedgerError,
    NotFound,
    RpcError,
    kebab,
    register_sentences,
)


def tree(root: type[LedgerError], depth: int = 0) -> Iterator[tuple[int, type[LedgerError]]]:
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield depth, child
            yield from tree(child, depth + 1)


def drawn() -> list[tuple[int, str, str]]:
    assert errors.__doc__ is not None
    lines = re.findall(r"^    ([│ ]*)[├└]── (\w+) +(<[^>]+>|\S+) ", errors.__doc__, re.MULTILINE)
    return [(len(indent) // 4, name, code) for indent, name, code in lines]


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    made = [(depth, error.__name__, error.code) for depth, error in tree(LedgerError)]
    shown = [
        (depth, name, "contract-refusal" if name == "ContractRefusal" else code)
        for depth, name, code in drawn()
    ]
    assert sorted(shown) == sorted(made)


def test_codes_are_unique_and_kebab_case() -> None:
    codes = [error.code for _, error in tree(LedgerError)]
    assert len(codes) == len(set(codes)) > 9
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("PayeeNotAdmitted", "payee-not-admitted"),
        ("NotAdmitted", "not-admitted"),
        ("ERC20InsufficientBalance", "erc20-insufficient-balance"),
        ("OverBudget", "over-budget"),
        ("KYCLapsed", "kyc-lapsed"),
    ],
)
def test_a_contracts_error_names_its_code(name: str, code: str) -> None:
    assert kebab(name) == code
    assert ContractRefusal(name).code == code


def test_a_refusal_says_who_had_and_needed_and_keeps_every_argument() -> None:
    refusal = ContractRefusal(
        "OverBudget", {"who": "0xAb", "had": 5, "needed": 7, "line": 2}, contract="Proceeds"
    )
    assert (refusal.who, refusal.had, refusal.needed) == ("0xAb", 5, 7)
    assert refusal.arguments == {"who": "0xAb", "had": 5, "needed": 7, "line": 2}
    assert str(refusal) == "Proceeds refused: OverBudget(who=0xAb, had=5, needed=7, line=2)"
    assert refusal.status == "refused"


def test_sentences_come_in_the_readers_language_and_fall_back_to_the_message() -> None:
    register_sentences(
        {
            "TestOnlyOverBudget": {
                "en": "{who} asked for {needed} of {had}.",
                "zh": "{who} 申请 {needed}，仅余 {had}。",
            },
            "test-only": {"en": "Nothing is called {who}."},
            "TestOnlyFaulty": {"en": "{nothing_of_that_name}"},
        }
    )
    refusal = ContractRefusal("TestOnlyOverBudget", {"who": "A", "had": 5, "needed": 7})
    assert refusal.sentence() == "A asked for 7 of 5."
    assert refusal.sentence("zh") == "A 申请 7，仅余 5。"
    assert refusal.sentence("fr") == refusal.message
    assert NotFound("plain", who="x", code="test-only").sentence() == "Nothing is called x."
    assert BadInput("plain").sentence("zh") == "plain"
    assert ContractRefusal("TestOnlyFaulty").sentence() == "The contract refused: TestOnlyFaulty()"


def test_fields_are_none_until_they_are_known() -> None:
    error = BadInput("no", had=3, clause="77号文 art. 4")
    assert (error.message, error.who, error.had, error.needed, error.clause) == (
        "no",
        None,
        3,
        None,
        "77号文 art. 4",
    )
    assert RpcError("x", number=3, data="0x").number == 3
