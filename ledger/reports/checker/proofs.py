"""What Ethereum proves, with the standard library alone: keccak-256, RLP, Merkle-Patricia tries, signatures.

Nothing here knows of the ledger: each function can be compared with any other implementation of its standard.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

_MASK = (1 << 64) - 1


class Wrong(Exception):
    """Something does not follow; the message says what."""


def need(true: object, message: str) -> None:
    if not true:
        raise Wrong(message)


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def unhex(text: str) -> bytes:
    need(text[:2] == "0x", f"{text[:20]!r} does not begin with 0x")
    return bytes.fromhex(text[2:])


def word(value: int | str) -> bytes:
    """An integer, or an address or hash in hexadecimal, as the 32 bytes that the ABI makes of it."""
    return (value if isinstance(value, int) else int(value, 16)).to_bytes(32, "big")


# --- keccak-256 (the padding that came before SHA-3) ---


def _round_constants() -> list[int]:
    constants, lfsr = [], 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            constant |= (lfsr & 1) << ((1 << j) - 1)
            lfsr = (lfsr << 1) ^ (0x171 if lfsr & 0x80 else 0)
        constants.append(constant)
    return constants


def _rho_and_pi() -> list[tuple[int, int]]:
    """The lanes in the order in which pi visits them, each with its rotation by rho."""
    x, y, steps = 1, 0, []
    for t in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        steps.append((x + 5 * y, (t + 1) * (t + 2) // 2 % 64))
    return steps


_ROUNDS, _STEPS = _round_constants(), _rho_and_pi()


def _permute(a: list[int]) -> None:
    for constant in _ROUNDS:
        c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        d = [c[x - 1] ^ ((c[x - 4] << 1 | c[x - 4] >> 63) & _MASK) for x in range(5)]
        for i in range(25):
            a[i] ^= d[i % 5]
        held = a[1]
        for lane, by in _STEPS:
            held, a[lane] = a[lane], (held << by | held >> (64 - by)) & _MASK
        for y in range(0, 25, 5):
            row = a[y : y + 5]
            for x in range(5):
                a[y + x] = row[x] ^ (~row[x - 4] & row[x - 3])
        a[0] ^= constant


def keccak(data: bytes) -> bytes:
    padded = bytearray(data + b"\x01" + b"\0" * (135 - len(data) % 136))
    padded[-1] |= 0x80
    state = [0] * 25
    for block in range(0, len(padded), 136):
        for i in range(17):
            state[i] ^= int.from_bytes(padded[block + 8 * i : block + 8 * i + 8], "little")
        _permute(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


# --- RLP ---


def rlp_decode(data: bytes) -> Any:
    """Bytes, or a list of such. ValueError or IndexError unless all of `data` is one item."""
    item, end = _rlp_item(data, 0)
    if end != len(data):
        raise ValueError("bytes after the RLP item")
    return item


def _rlp_item(data: bytes, at: int) -> tuple[Any, int]:
    first = data[at]
    if first < 0x80:
        return data[at : at + 1], at + 1
    base = 0x80 if first < 0xC0 else 0xC0
    start, length = at + 1, first - base
    if length > 55:
        start += length - 55
        length = int.from_bytes(data[at + 1 : start], "big")
    end = start + length
    if end > len(data):
        raise ValueError("an RLP item is cut short")
    if base == 0x80:
        return data[start:end], end
    items = []
    while start < end:
        item, start = _rlp_item(data[:end], start)
        items.append(item)
    return items, end


def rlp_int(number: int) -> bytes:
    """RLP of an integer; that of its index is the key of a receipt or transaction in its trie."""
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return raw if 0 < number < 0x80 else bytes([0x80 + len(raw)]) + raw


# --- Merkle-Patricia tries ---


def nibbles(data: bytes) -> list[int]:
    return [half for byte in data for half in (byte >> 4, byte & 15)]


def trie_get(root: bytes, key: bytes, proof: Sequence[str]) -> bytes:
    """The value under `key` in the trie with `root`; empty where the proof shows that there is none.

    Raises Wrong unless the proof is exactly the path from the root to the answer.
    """
    nodes, path, value = [unhex(node) for node in proof], nibbles(key), b""
    reference: Any = b"" if not nodes and root == keccak(b"\x80") else root
    while reference:
        node = _open(reference, nodes)
        if not node:  # the empty trie, which some nodes prove by its one empty node and some by none
            break
        if len(node) == 17:
            value, reference = (b"", node[path.pop(0)]) if path else (node[16], b"")
            continue
        prefix = nibbles(node[0])
        leaf, prefix = prefix[0] & 2, prefix[2 - (prefix[0] & 1) :]
        same, path = path[: len(prefix)] == prefix, path[len(prefix) :]
        value = node[1] if leaf and same and not path else b""
        reference = node[1] if same and not leaf else b""
    need(not nodes, "the proof has nodes that its path does not use")
    return value


def _open(reference: Any, nodes: list[bytes]) -> Any:
    if isinstance(reference, list):
        return reference  # shorter than its hash would be: it stands inside its parent
    need(nodes, "the proof ends before its path does")
    node = nodes.pop(0)
    hashed = keccak(node)
    need(hashed == reference, f"a proof node hashes to {hexed(hashed)}, not to {hexed(reference)}")
    return rlp_decode(node)


# --- secp256k1 ---

_P = 2**256 - 2**32 - 977
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_Point = Optional[tuple[int, int]]  # noqa: UP045  evaluated at run time, on any Python from 3.9
_G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)


def _add(a: _Point, b: _Point) -> _Point:
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % _P == 0:
        return None
    rise, run = (3 * a[0] * a[0], 2 * a[1]) if a == b else (b[1] - a[1], b[0] - a[0])
    slope = rise * pow(run, -1, _P)
    x = (slope * slope - a[0] - b[0]) % _P
    return x, (slope * (a[0] - x) - a[1]) % _P


def _times(point: _Point, factor: int) -> _Point:
    total: _Point = None
    while factor:
        if factor & 1:
            total = _add(total, point)
        point, factor = _add(point, point), factor >> 1
    return total


def recover(digest: bytes, signature: bytes) -> str:
    """The address whose key signed `digest` as r‖s‖v (v = 27 or 28, s in the lower half). Raises Wrong."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    y = pow(r**3 + 7, (_P + 1) // 4, _P)
    formed = signature[64:] in (b"\x1b", b"\x1c") and 0 < r < _ORDER and 0 < s <= _ORDER // 2
    need(formed and (y * y - r**3 - 7) % _P == 0, "not a signature")
    point = (r, y if y % 2 == signature[64] - 27 else _P - y)
    inverse = pow(r, -1, _ORDER)
    scale = -int.from_bytes(digest, "big") * inverse % _ORDER
    key = _add(_times(point, s * inverse % _ORDER), _times(_G, scale))
    need(key, "not a signature")
    assert key is not None
    return hexed(keccak(word(key[0]) + word(key[1]))[12:])
