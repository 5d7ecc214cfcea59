"""Keys at rest: they come back as they went in, only with the passphrase, and never in the clear on disk."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from eth_account import Account
from eth_keys.datatypes import Signature

from ledger.crypto.keystore import KeyStore, KeyStoreLocked
from ledger.crypto.signer import LocalSigner
from ledger.errors import BadInput, Conflict, NotAllowed, NotFound

KEY = bytes(range(1, 33))


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore.open(tmp_path / "keys", "correct horse", cost=2**10)


def reopened(store: KeyStore, passphrase: str = "correct horse") -> KeyStore:
    return KeyStore.open(store.directory, passphrase)


def test_a_reopened_keystore_signs_with_the_same_key(store: KeyStore) -> None:
    account = store.create("三峡集团", KEY)
    assert account.address == Account.from_key(KEY).address
    assert reopened(store).signer("三峡集团").sign_digest(b"\7" * 32) == LocalSigner(KEY).sign_digest(
        b"\7" * 32
    )


@pytest.mark.spec("KEY-1")
def test_a_wrong_passphrase_opens_nothing(store: KeyStore) -> None:
    with pytest.raises(KeyStoreLocked):
        reopened(store, "wrong horse")


def test_an_empty_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        KeyStore.open(tmp_path, "")


@pytest.mark.spec("KEY-1")
def test_no_file_holds_a_key_in_the_clear_and_all_are_private(store: KeyStore) -> None:
    store.create("bank", KEY)
    sealing = store.unsealer("bank")
    _, fingerprint = store.fingerprint_key()
    for path in store.directory.iterdir():
        text = path.read_text().lower()
        assert not any(secret.hex() in text for secret in (KEY, sealing, fingerprint))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.directory.stat().st_mode) == 0o700


def test_repr_and_errors_show_no_key(store: KeyStore) -> None:
    store.create("bank", KEY)
    assert KEY.hex() not in repr(store.signer("bank")) + repr(store)
    with pytest.raises(Conflict) as refused:
        store.create("another", KEY)
    assert KEY.hex() not in str(refused.value)


def test_names_and_keys_are_taken_once(store: KeyStore) -> None:
    store.create("bank")
    with pytest.raises(Conflict):
        store.create("bank")
    for bad in ("", "  ", "0xabc"):
        with pytest.raises(BadInput):
            store.create(bad)


def test_an_unknown_account_is_named(store: KeyStore) -> None:
    with pytest.raises(NotFound) as refused:
        store.signer("nobody")
    assert refused.value.who == "nobody"


def test_an_account_is_found_by_address_too(store: KeyStore) -> None:
    account = store.create("bank")
    assert store.signer(account.address.lower()).address == account.address


@pytest.mark.parametrize("field", ["name", "address", "sealing_key"])
def test_the_readable_part_cannot_be_changed_under_a_key(store: KeyStore, field: str) -> None:
    account = store.create("bank")
    path = store.directory / f"{account.address.lower()}.json"
    box = json.loads(path.read_text())
    other = store.create("other")
    box["head"][field] = {
        "name": "mallory",
        "address": account.address.lower(),
        "sealing_key": other.sealing_key.hex(),
    }[field]
    path.write_text(json.dumps(box))
    with pytest.raises(KeyStoreLocked):
        reopened(store).signer(account.address)


def test_one_key_file_cannot_stand_in_for_another(store: KeyStore) -> None:
    first, second = store.create("first"), store.create("second")
    folder = store.directory
    text = (folder / f"{second.address.lower()}.json").read_bytes()
    (folder / f"{first.address.lower()}.json").write_bytes(text)
    with pytest.raises(NotFound):
        reopened(store).signer("first")


def test_fingerprint_key_is_made_once_and_later_epochs_replace_it(store: KeyStore) -> None:
    epoch, key = store.fingerprint_key()
    assert (epoch, key) == reopened(store).fingerprint_key()
    store.set_fingerprint_key(2, KEY)
    assert reopened(store).fingerprint_key() == (2, KEY)
    with pytest.raises(BadInput):
        store.set_fingerprint_key(2, key)


def test_a_transaction_recovers_to_the_signer() -> None:
    signer = LocalSigner(KEY)
    raw = signer.sign_transaction(
        {
            "nonce": 0,
            "gas": 21000,
            "gasPrice": 1,
            "to": signer.address,
            "value": 0,
            "chainId": 31337,
            "data": b"",
        }
    )
    assert Account.recover_transaction(raw) == signer.address


def test_a_digest_signature_recovers_and_has_v_27_or_28() -> None:
    signer = LocalSigner(KEY)
    for number in range(20):
        digest = number.to_bytes(32, "big")
        signature = signer.sign_digest(digest)
        assert len(signature) == 65 and signature[64] in (27, 28)
        standard = Signature(signature[:64] + bytes([signature[64] - 27]))
        assert standard.recover_public_key_from_msg_hash(digest).to_checksum_address() == signer.address


@pytest.mark.parametrize("size", [0, 31, 33])
def test_keys_and_digests_have_32_bytes(size: int) -> None:
    with pytest.raises(BadInput):
        LocalSigner(b"\1" * size)
    with pytest.raises(BadInput):
        LocalSigner(KEY).sign_digest(b"\1" * size)


def test_an_account_contract_is_found_and_opens_documents_but_signs_nothing(store: KeyStore) -> None:
    contract = "0x" + "Ab" * 20
    assert store.adopt("house", contract) == store.adopt("house", contract) == contract
    again = reopened(store)
    assert (again.address_of("house"), again.ensure("house"), again.names()) == (
        contract,
        contract,
        ("house",),
    )
    assert again.has(contract) and not again.signs("house") and not again.signs("nobody")
    public = X25519PrivateKey.from_private_bytes(again.unsealer("house")).public_key().public_bytes_raw()
    assert public == again.sealing_key("house")
    with pytest.raises(NotAllowed):
        again.signer("house")
    with pytest.raises(Conflict):
        again.adopt("house", "0x" + "Cd" * 20)
    with pytest.raises(Conflict):
        again.adopt("another", contract)
    key = store.create("key", KEY)
    assert store.signs("key") and store.signs(key.address)
