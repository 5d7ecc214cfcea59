"""Merkle-Patricia tries as a node builds them: the root of a block's receipts, and the path to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eth_hash.auto import keccak

from ledger.reports.checker.proofs import nibbles

Rlp = bytes | Sequence["Rlp"]
"""What RLP encodes: bytes, or a list of such."""


def rlp(item: Rlp) -> bytes:
    """RLP of bytes or nested lists of bytes."""
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else _length(len(item), 0x80) + item
    body = b"".join(rlp(part) for part in item)
    return _length(len(body), 0xC0) + body


def _length(length: int, base: int) -> bytes:
    if length <= 55:
        return bytes([base + length])
    raw = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(raw)]) + raw


class Trie:
    """A trie of values by key. No key may begin another: RLP of integers, and hashes, never do."""

    def __init__(self, values: Mapping[bytes, bytes]) -> None:
        self._nodes: dict[tuple[int, ...], Rlp] = {}
        items = sorted((tuple(nibbles(key)), value) for key, value in values.items())
        self._top = rlp(self._node(items, 0)) if items else b"\x80"

    @property
    def root(self) -> bytes:
        return keccak(self._top)

    def proof(self, key: bytes) -> list[bytes]:
        """The nodes from the root towards `key`, as `eth_getProof` has them: without those inside others."""
        path = tuple(nibbles(key))
        begun = [path[:depth] for depth in range(len(path) + 1)]
        passed = [rlp(self._nodes[prefix]) for prefix in begun if prefix in self._nodes]
        return [node for i, node in enumerate(passed) if i == 0 or len(node) >= 32]

    def _node(self, items: list[tuple[tuple[int, ...], bytes]], depth: int) -> Rlp:
        """The node for all of `items`, which share their first `depth` nibbles."""
        first = items[0][0]
        node: Rlp
        if len(items) == 1:
            node = [_compact(first[depth:], leaf=True), items[0][1]]
        elif (shared := _shared(first, items[-1][0])) > depth:
            node = [_compact(first[depth:shared], leaf=False), _reference(self._node(items, shared))]
        else:
            groups = [[item for item in items if item[0][depth] == nibble] for nibble in range(16)]
            node = [_reference(self._node(group, depth + 1)) if group else b"" for group in groups] + [b""]
        self._nodes[first[:depth]] = node
        return node


def _shared(first: Sequence[int], last: Sequence[int]) -> int:
    """How many nibbles two keys begin with alike; for sorted keys, all between them do so too."""
    return next(at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)


def _reference(node: Rlp) -> Rlp:
    encoded = rlp(node)
    return node if len(encoded) < 32 else keccak(encoded)


def _compact(path: Sequence[int], *, leaf: bool) -> bytes:
    flag = 2 * leaf + len(path) % 2
    padded = [flag, *path] if len(path) % 2 else [flag, 0, *path]
    return bytes(16 * high + low for high, low in zip(padded[::2], padded[1::2], strict=True))
