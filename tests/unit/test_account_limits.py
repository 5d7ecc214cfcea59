"""Which word of a call's arguments is its amount: what a clerk's limit counts."""

from __future__ import annotations

import pytest

from ledger.chain.abi import Abis
from ledger.errors import BadInput, NotFound


@pytest.mark.parametrize(
    ("contract", "function", "parameter", "word"),
    [
        ("Cash", "transfer", "amount", 2),
        ("Cash", "transferFromWithDocument", "amount", 3),
        ("Proceeds", "pay", "amount", 3),
        ("Receivables", "confirm", "c.face", None),
        ("Financing", "fund", "q.net", 16),
        ("Documents", "registerObligation", "o.total", 5),
    ],
)
def test_an_amount_is_found_by_its_name(
    contract: str, function: str, parameter: str, word: int | None
) -> None:
    """Encoded with the amount alone set, the call has it at that word."""
    artifact = Abis()[contract]
    found = artifact.word_of(function, parameter)
    assert word in (None, found)
    inputs = artifact.only(function)["inputs"]
    data = bytes.fromhex(artifact.encode_call(function, [_value(part, parameter) for part in inputs])[2:])
    assert int.from_bytes(data[4 + 32 * (found - 1) : 4 + 32 * found], "big") == 77


def _value(part: dict, parameter: str, within: str = "") -> object:  # type: ignore[type-arg]
    name = within + part["name"]
    if part["type"] == "tuple":
        return {c["name"]: _value(c, parameter, name + ".") for c in part["components"]}
    if name == parameter:
        return 77
    if part["type"] == "address":
        return "0x" + "00" * 20
    return b"" if part["type"] == "bytes" else 0 if "int" in part["type"] else _zeros(part["type"])


def _zeros(kind: str) -> object:
    return bytes(int(kind.removeprefix("bytes"))) if kind.startswith("bytes") else False


def test_what_is_no_word_is_no_amount() -> None:
    abis = Abis()
    for contract, function, parameter in (
        ("Cash", "transfer", "price"),
        ("Account", "execute", "calls"),
        ("Documents", "registerObligation", "first"),
    ):
        with pytest.raises(NotFound):
            abis[contract].word_of(function, parameter)
    with pytest.raises(NotFound):
        abis["Cash"].selector_of("transform")
    with pytest.raises(BadInput):
        abis["PieceBook"].selector_of("safeTransferFrom")
    assert abis["Cash"].named(abis["Cash"].selector_of("transfer")) == "transfer"
    assert abis["Cash"].named(b"\0\0\0\0") is None
