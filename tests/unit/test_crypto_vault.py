"""Sealed documents open for their recipients and for nobody else, and any change to them is noticed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from ledger.crypto.vault import DocumentAltered, DocumentVault, document_hash
from ledger.errors import BadInput, NotAllowed, NotFound

ALICE, BOB = "0x" + "a1" * 20, "0x" + "b0" * 20
FILE = "发票 No. 25442000000012345678\n".encode() * 9


def pair() -> tuple[bytes, bytes]:
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


KEYS = {ALICE: pair(), BOB: pair()}


@pytest.fixture
def vault(tmp_path: Path) -> DocumentVault:
    return DocumentVault(tmp_path / "documents")


def sealed(vault: DocumentVault, *readers: str) -> str:
    return vault.seal(FILE, "invoice.pdf", "application/pdf", {who: KEYS[who][1] for who in readers}).document


def path_of(vault: DocumentVault, document: str) -> Path:
    return vault.directory / f"{document}.sealed"


def test_each_recipient_opens_the_file(vault: DocumentVault) -> None:
    document = sealed(vault, ALICE, BOB)
    for who in (ALICE, BOB):
        opened = vault.open(document, who, KEYS[who][0])
        assert (opened.content, opened.name, opened.media_type) == (FILE, "invoice.pdf", "application/pdf")
        assert document_hash(bytes.fromhex(opened.salt), FILE) == document


def test_a_stranger_is_refused(vault: DocumentVault) -> None:
    document = sealed(vault, ALICE)
    with pytest.raises(NotAllowed):
        vault.open(document, BOB, KEYS[BOB][0])


def test_a_key_that_does_not_fit_is_refused(vault: DocumentVault) -> None:
    document = sealed(vault, ALICE)
    with pytest.raises(DocumentAltered):
        vault.open(document, ALICE, KEYS[BOB][0])


def test_the_same_file_twice_has_two_hashes(vault: DocumentVault) -> None:
    assert sealed(vault, ALICE) != sealed(vault, ALICE)


def test_sharing_needs_one_who_can_open(vault: DocumentVault) -> None:
    document = sealed(vault, ALICE)
    with pytest.raises(NotAllowed):
        vault.share(document, BOB, KEYS[BOB][0], {BOB: KEYS[BOB][1]})
    assert vault.share(document, ALICE, KEYS[ALICE][0], {BOB: KEYS[BOB][1]}).recipients == (ALICE, BOB)
    assert vault.open(document, BOB, KEYS[BOB][0]).content == FILE


def test_disk_shows_neither_content_nor_name(vault: DocumentVault) -> None:
    document = sealed(vault, ALICE)
    raw = path_of(vault, document).read_bytes()
    assert FILE[:20] not in raw and b"invoice" not in raw and b"pdf" not in raw
    assert stat.S_IMODE(path_of(vault, document).stat().st_mode) == 0o600


@pytest.mark.spec("KEY-1")
def test_any_changed_byte_is_noticed(vault: DocumentVault) -> None:
    document = sealed(vault, ALICE)
    good = path_of(vault, document).read_bytes()
    silent = []
    for place in range(len(good)):
        path_of(vault, document).write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        try:
            opened = vault.open(document, ALICE, KEYS[ALICE][0])
        except (DocumentAltered, NotAllowed):
            continue
        if opened.content != FILE or opened.name != "invoice.pdf":
            silent.append(place)
    assert silent == []


def test_a_document_cannot_stand_in_for_another(vault: DocumentVault) -> None:
    first, second = sealed(vault, ALICE), sealed(vault, ALICE)
    path_of(vault, first).write_bytes(path_of(vault, second).read_bytes())
    with pytest.raises(DocumentAltered):
        vault.open(first, ALICE, KEYS[ALICE][0])


def test_unknown_and_malformed_names(vault: DocumentVault) -> None:
    with pytest.raises(NotFound):
        vault.describe("0x" + "00" * 32)
    for bad in ("", "../keystore/keyring.json", "0x12", "0x" + "AB" * 32):
        with pytest.raises(BadInput):
            vault.open(bad, ALICE, KEYS[ALICE][0])


def test_nothing_to_seal_or_nobody_to_seal_for(vault: DocumentVault) -> None:
    with pytest.raises(BadInput):
        vault.seal(b"", "x", "text/plain", {ALICE: KEYS[ALICE][1]})
    with pytest.raises(BadInput):
        vault.seal(FILE, "x", "text/plain", {})


def test_a_test_vector_of_the_hash() -> None:
    """keccak256(salt ‖ sha256("abc")), computed once by hand with two independent tools' primitives."""
    from hashlib import sha256

    from Crypto.Hash import keccak  # pycryptodome, a second implementation

    salt = bytes(range(32))
    other = keccak.new(digest_bits=256, data=salt + sha256(b"abc").digest()).hexdigest()
    assert document_hash(salt, b"abc") == "0x" + other
