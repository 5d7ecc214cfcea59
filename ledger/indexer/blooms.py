"""What a block's header says of its logs, and of itself: cheap to compute again, hard to lie about."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from eth_hash.auto import keccak

_BITS: Final = 2_048
_NUMBER, _BYTES = int, bytes
_FIELDS: Final = (
    ("parentHash", _BYTES),
    ("sha3Uncles", _BYTES),
    ("miner", _BYTES),
    ("stateRoot", _BYTES),
    ("transactionsRoot", _BYTES),
    ("receiptsRoot", _BYTES),
    ("logsBloom", _BYTES),
    ("difficulty", _NUMBER),
    ("number", _NUMBER),
    ("gasLimit", _NUMBER),
    ("gasUsed", _NUMBER),
    ("timestamp", _NUMBER),
    ("extraData", _BYTES),
    ("mixHash", _BYTES),
    ("nonce", _BYTES),
)
_LATER: Final = (
    ("baseFeePerGas", _NUMBER),
    ("withdrawalsRoot", _BYTES),
    ("blobGasUsed", _NUMBER),
    ("excessBlobGas", _NUMBER),
    ("parentBeaconBlockRoot", _BYTES),
    ("requestsHash", _BYTES),
)
"""Each fork of Ethereum appended some; a header has all up to its own fork's."""


def may_hold(bloom: bytes, name: str) -> bool:
    """False when no log of the block has this address or topic; true when one may have."""
    return all(bloom[at] & bit for at, bit in _places(name))


def header_hash(answer: Mapping[str, Any]) -> str | None:
    """What a header of Ethereum's form hashes to; None when this one lacks a field of it."""
    if any(answer.get(name) is None for name, _ in _FIELDS):
        return None
    fields = [*_FIELDS, *(one for one in _LATER if answer.get(one[0]) is not None)]
    encoded = b"".join(_rlp(_raw(answer[name], kind)) for name, kind in fields)
    return "0x" + keccak(_prefixed(0xC0, encoded)).hex()


@lru_cache(maxsize=4_096)
def _places(name: str) -> tuple[tuple[int, int], ...]:
    """Byte and bit of the three places that the yellow paper gives a name."""
    digest = keccak(bytes.fromhex(name[2:]))
    found = []
    for pair in range(0, 6, 2):
        place = int.from_bytes(digest[pair : pair + 2], "big") % _BITS
        found.append((_BITS // 8 - 1 - place // 8, 1 << place % 8))
    return tuple(found)


def _raw(value: str, kind: type) -> bytes:
    if kind is _BYTES:
        return bytes.fromhex(value[2:])
    number = int(value, 16)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _rlp(raw: bytes) -> bytes:
    return raw if len(raw) == 1 and raw[0] < 0x80 else _prefixed(0x80, raw)


def _prefixed(base: int, body: bytes) -> bytes:
    size = len(body)
    if size <= 55:
        return bytes([base + size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(length)]) + length + body
