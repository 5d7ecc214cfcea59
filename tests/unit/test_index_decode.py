"""Words read at fixed places: the same values, and the same refusals, as a general ABI decoder's."""

from __future__ import annotations

import random

import pytest
from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from ledger.indexer.decode import word_reader

KINDS = [
    *(f"uint{bits}" for bits in (8, 16, 32, 40, 64, 112, 128, 256)),
    *(f"int{bits}" for bits in (8, 32, 128, 256)),
    *(f"bytes{size}" for size in (1, 3, 4, 20, 32)),
    "address",
    "bool",
]


def as_json(value: object) -> object:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return value.lower() if isinstance(value, str) else value


@pytest.mark.spec("IDX-1")
@pytest.mark.parametrize("kind", KINDS)
def test_a_word_is_read_or_refused_as_by_the_general_decoder(kind: str) -> None:
    rng, read = random.Random(kind), word_reader(kind)
    assert read is not None
    edges = [bytes(32), b"\xff" * 32, bytes(31) + b"\x01", b"\x01" + bytes(31), b"\x80" + bytes(31)]
    words = [*edges, *(bytes(32 - n) + rng.randbytes(n) for n in range(33))]
    words += [rng.randbytes(n) + bytes(32 - n) for n in range(33)]
    words += [b"\xff" * (32 - n) + rng.randbytes(n) for n in range(33)]
    accepted = 0
    for word in words:
        try:
            (needed,) = decode([kind], word)
        except DecodingError:
            with pytest.raises(ValueError):
                read(word)
        else:
            accepted += 1
            had = read(word)
            assert (had.lower() if isinstance(had, str) else had) == as_json(needed)
            assert encode([kind], [needed]) == word
    assert accepted >= 2


@pytest.mark.parametrize("kind", ["string", "bytes", "uint8[]", "bytes32[2]", "(uint8,address)", "uint8[3]"])
def test_what_is_longer_than_a_word_is_left_to_the_general_decoder(kind: str) -> None:
    assert word_reader(kind) is None
