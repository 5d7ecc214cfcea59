"""Statements signed off chain: the contracts' own type strings, and digests another library also gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak

from ledger.domain.kinds import LABELS, DocumentKind
from ledger.domain.typed_data import (
    AccountStatement,
    Finding,
    Obligation,
    Quote,
    Review,
    Statement,
    TypedData,
    encode_word,
)

CONTRACTS = Path(__file__).parents[2] / "contracts"
A, B, C = ("0x" + digit * 40 for digit in "123")
HASH = keccak(b"file")

STATEMENTS = [
    Obligation(HASH, HASH, 1, b"CNY", 123_456, 20_254, A, B, "0x" + "0" * 40),
    Review(1, HASH, A, 1, 1, 3, 21_000, HASH, HASH, 7),
    Finding(1, 2, 3, 4, HASH, 5, A, 1, HASH),
    Quote(
        7,
        0,
        65_535,
        10,
        2**63,
        A,
        B,
        30_000,
        3,
        True,
        20_254,
        20_260,
        5,
        0,
        C,
        2**63 - 15,
        2**255,
        1_800_000_000,
    ),
    AccountStatement(HASH),
]


def type_strings() -> set[str]:
    found = set()
    for path in CONTRACTS.rglob("*.sol"):
        found |= set(
            re.findall(
                r'"((?:Obligation|Review|Finding|Quote|AccountStatement)\([^"]*\))"',
                path.read_text(encoding="utf-8"),
            )
        )
    return found


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: type(s).__name__)
def test_type_strings_are_the_contracts(statement: Statement) -> None:
    assert statement.type_string() in type_strings()


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: type(s).__name__)
def test_digests_equal_those_of_an_independent_library(statement: Statement) -> None:
    typed = TypedData(31_337, C, statement)
    message = encode_typed_data(full_message=typed.as_dict())
    assert typed.digest() == keccak(b"\x19" + message.version + message.header + message.body)
    key = Account.create()
    signed = Account.unsafe_sign_hash(typed.digest(), key.key)
    assert Account.recover_message(message, signature=signed.signature) == key.address


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: type(s).__name__)
def test_a_digest_is_bound_to_chain_and_contract(statement: Statement) -> None:
    digests = {TypedData(chain, contract, statement).digest() for chain in (1, 2) for contract in (A, B)}
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("kind", "value"),
    [("uint8", 256), ("uint96", -1), ("bytes32", b"short"), ("bytes3", b"CNYX"), ("address", "0x12")],
)
def test_values_that_do_not_fit_are_refused(kind: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"fit|needed|address"):
        encode_word(kind, value)


def test_document_kinds_are_those_of_the_contracts() -> None:
    text = (CONTRACTS / "libraries" / "Kinds.sol").read_text(encoding="utf-8")
    assert {name: int(value) for name, value in re.findall(r"constant (\w+) = (\d+);", text)} == {
        kind.name: int(kind) for kind in DocumentKind
    }
    assert set(LABELS) == set(DocumentKind)
