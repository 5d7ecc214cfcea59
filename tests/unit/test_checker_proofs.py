"""The checker's own keccak, RLP, tries and signatures against other implementations of the same standards."""

from __future__ import annotations

import random
from typing import Any

import pytest
import rlp as reference_rlp
from coincurve import PrivateKey
from eth_hash.auto import keccak as reference_keccak

from ledger.reports.checker.proofs import Wrong, hexed, keccak, recover, rlp_decode, rlp_int, trie_get
from ledger.reports.tries import Trie, rlp

EMPTY = "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
SINGLE_ITEM = "d23786fb4a010da3ce639d66d5e904a11dbc02746d1ce25029e53290cabf28ab"


def bytes_of(rng: random.Random, length: int) -> bytes:
    return bytes(rng.randrange(256) for _ in range(length))


def proof_of(trie: Trie, key: bytes) -> list[str]:
    return [hexed(node) for node in trie.proof(key)]


def nested(rng: random.Random, depth: int = 0) -> Any:
    if depth == 3 or rng.random() < 0.5:
        return bytes_of(rng, rng.choice([0, 1, 1, 2, 54, 55, 56, 57, 255, 256, 300]))
    return [nested(rng, depth + 1) for _ in range(rng.randrange(5))]


@pytest.mark.parametrize("length", [0, 1, 55, 135, 136, 137, 271, 272, 273, 1000])
def test_keccak_equals_the_reference_at_and_round_its_block_length(length: int) -> None:
    data = bytes_of(random.Random(length), length)
    assert keccak(data) == reference_keccak(data)


def test_rlp_reads_what_the_reference_writes_and_writes_the_same() -> None:
    rng = random.Random(1)
    for _ in range(200):
        item = nested(rng)
        assert rlp(item) == reference_rlp.encode(item)
        assert rlp_decode(reference_rlp.encode(item)) == item


@pytest.mark.parametrize("number", [0, 1, 127, 128, 255, 256, 2**64])
def test_rlp_of_integers_equals_the_reference(number: int) -> None:
    assert rlp_int(number) == reference_rlp.encode(number)


@pytest.mark.parametrize("raw", ["", "82ff", "c2820102", "c0c0", "b9", "c2817f00", "bf" + "ff" * 8])
def test_rlp_that_is_cut_short_or_runs_over_is_refused(raw: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        rlp_decode(bytes.fromhex(raw))


def test_published_roots() -> None:
    """The empty trie, and `singleItem` of Ethereum's test suite (trieanyorder.json)."""
    assert Trie({}).root.hex() == EMPTY
    assert Trie({b"A": b"a" * 50}).root.hex() == SINGLE_ITEM


@pytest.mark.parametrize("size", [1, 2, 3, 17, 129])
def test_each_value_of_a_trie_keyed_by_index_is_proved(size: int) -> None:
    rng = random.Random(size)
    values = {rlp_int(i): bytes_of(rng, rng.choice([1, 5, 40, 200])) for i in range(size)}
    trie = Trie(values)
    for key, value in values.items():
        assert trie_get(trie.root, key, proof_of(trie, key)) == value


@pytest.mark.parametrize("size", [0, 1, 2, 50])
def test_absence_is_proved_in_a_trie_keyed_by_hash(size: int) -> None:
    trie = Trie({keccak(bytes([i])): bytes([1 + i]) for i in range(size)})
    for i in range(size, size + 50):
        key = keccak(bytes([i]))
        assert trie_get(trie.root, key, proof_of(trie, key)) == b""


def test_the_empty_trie_is_proved_by_its_one_node_or_by_none() -> None:
    root = bytes.fromhex(EMPTY)
    assert trie_get(root, keccak(b"key"), []) == trie_get(root, keccak(b"key"), ["0x80"]) == b""
    with pytest.raises(Wrong, match="does not use"):
        trie_get(root, keccak(b"key"), ["0x80", "0x80"])


def test_flipped_bits_and_every_lost_or_added_node_of_a_proof_is_refused() -> None:
    trie = Trie({keccak(bytes([i])): b"x" * 40 for i in range(30)})
    key = keccak(b"\x07")
    nodes = trie.proof(key)
    for at, node in enumerate(nodes):
        for position in range(0, len(node), 3):
            flipped = node[:position] + bytes([node[position] ^ 1]) + node[position + 1 :]
            with pytest.raises(Wrong, match="a proof node hashes to"):
                trie_get(trie.root, key, [hexed(n) for n in [*nodes[:at], flipped, *nodes[at + 1 :]]])
        with pytest.raises(Wrong):
            trie_get(trie.root, key, [hexed(n) for n in [*nodes[:at], *nodes[at + 1 :]]])
    with pytest.raises(Wrong, match="does not use"):
        trie_get(trie.root, key, [hexed(n) for n in [*nodes, nodes[-1]]])


def test_a_proof_for_one_key_proves_nothing_about_another() -> None:
    trie = Trie({keccak(bytes([i])): bytes([1 + i]) * 40 for i in range(30)})
    proof = proof_of(trie, keccak(b"\x03"))
    with pytest.raises(Wrong):
        trie_get(trie.root, keccak(b"\x04"), proof)


def test_recover_equals_the_reference() -> None:
    for seed in range(5):
        rng = random.Random(seed)
        key = PrivateKey(bytes_of(rng, 32))
        digest = bytes_of(rng, 32)
        raw = key.sign_recoverable(digest, hasher=None)
        address = hexed(reference_keccak(key.public_key.format(compressed=False)[1:])[12:])
        assert recover(digest, raw[:64] + bytes([27 + raw[64]])) == address


def test_a_changed_signature_names_another_signer_or_none() -> None:
    key, digest = PrivateKey(b"\x11" * 32), keccak(b"block")
    raw = key.sign_recoverable(digest, hasher=None)
    signature = raw[:64] + bytes([27 + raw[64]])
    signer = recover(digest, signature)
    for position in range(0, 65, 4):
        flipped = signature[:position] + bytes([signature[position] ^ 1]) + signature[position + 1 :]
        try:
            assert recover(digest, flipped) != signer
        except Wrong as wrong:
            assert str(wrong) == "not a signature"


def test_the_second_form_of_a_signature_is_refused() -> None:
    """Everyone can make (r, order - s) from (r, s): it must not count as a signature of its own."""
    key, digest = PrivateKey(b"\x22" * 32), keccak(b"block")
    raw = key.sign_recoverable(digest, hasher=None)
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    other = order - int.from_bytes(raw[32:64], "big")
    with pytest.raises(Wrong, match="not a signature"):
        recover(digest, raw[:32] + other.to_bytes(32, "big") + bytes([28 - raw[64]]))
