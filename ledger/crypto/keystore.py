"""Keys at rest: one encrypted file per account, under one passphrase.

    keystore/
      keyring.json            scrypt parameters and a random master key, sealed under the passphrase
      0x<address>.json        name, address, public sealing key; both private keys sealed under the master key
                              (an account contract has a sealing key alone: it signs through its own keys)
      fingerprints.json       the consortium's fingerprint keys by epoch, sealed likewise

A passphrase costs one scrypt when the keystore is opened, not one per key. Every sealed box is
AES-256-GCM with a key of its own (HKDF from the master key) and the file's readable part as associated
data, so a name or an address cannot be changed under a key. Nothing here logs, prints or puts a secret
into an error.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ledger.crypto.files import private_folder, write_private
from ledger.crypto.signer import LocalSigner
from ledger.errors import BadInput, Conflict, LedgerError, NotAllowed, NotFound

COST = 2**17
_BLOCK, _LANES, _KEY, _NONCE = 8, 1, 32, 12
_KEYRING, _FINGERPRINTS = "keyring.json", "fingerprints.json"


class KeyStoreLocked(LedgerError):
    """The passphrase is wrong, or a key file was altered; which of the two cannot be told."""

    code = "keystore-locked"
    status = "forbidden"


@dataclass(frozen=True, slots=True)
class Account:
    """The readable part of an account's file. `sealing_key` is 32 bytes of X25519, to encrypt documents
    to. A `contract` has no signing key here."""

    name: str
    address: str
    sealing_key: bytes
    contract: bool = False


class KeyStore:
    """An opened keystore. Open one with `KeyStore.open`; keys leave it only as signers."""

    def __init__(self, directory: Path, master: bytes) -> None:
        self.directory = directory
        self._master = master
        self._signers: dict[str, LocalSigner] = {}
        self._known: dict[str, Account] = {}

    def __repr__(self) -> str:
        return f"KeyStore({str(self.directory)!r})"

    @classmethod
    def open(cls, directory: Path, passphrase: str, *, cost: int = COST) -> KeyStore:
        """Opens the keystore in `directory`, making a new one there when there is none.

        `cost` is scrypt's N and counts only for a new keystore. KeyStoreLocked when the passphrase is wrong.
        """
        if not passphrase:
            raise BadInput("the keystore needs a passphrase", needed="a passphrase")
        private_folder(directory)
        path = directory / _KEYRING
        if not path.exists():
            with suppress(FileExistsError):  # another process made it first: open that one
                write_private(path, _new_keyring(passphrase, cost), exclusive=True)
        return cls(directory, _unlock(path, passphrase))

    # --- accounts ----------------------------------------------------------------------------------------

    def accounts(self) -> tuple[Account, ...]:
        """Every account, by name."""
        found = sorted(map(_account, self._boxes()), key=lambda account: account.name)
        # A new dictionary: other threads may be looking into the one that is there.
        self._known = {name: one for one in found for name in (one.name, one.address.lower())}
        return tuple(found)

    def names(self) -> tuple[str, ...]:
        return tuple(account.name for account in self.accounts())

    def find(self, name: str) -> Account | None:
        """By name or address; None when there is none. Accounts never change, so a known one is not read
        again."""
        key = name.lower() if name.startswith(("0x", "0X")) else name
        if key not in self._known:
            self.accounts()
        return self._known.get(key)

    def account(self, name: str) -> Account:
        """By name or address. NotFound when there is none."""
        found = self.find(name)
        if found is None:
            raise NotFound(
                f"the keystore holds no account called {name}", who=name, needed="an account of this keystore"
            )
        return found

    def has(self, name: str) -> bool:
        return self.find(name) is not None

    def address_of(self, name: str) -> str:
        return self.account(name).address

    def sealing_key(self, name: str) -> bytes:
        """The account's 32-byte X25519 public key."""
        return self.account(name).sealing_key

    def ensure(self, name: str) -> str:
        """The address of the account called `name`, which is made when there is none."""
        found = self.find(name)
        if found is None:
            with suppress(Conflict):  # another process made it first
                return self.create(name).address
        return self.account(name).address

    def create(self, name: str, private_key: bytes | None = None) -> Account:
        """A new account with fresh keys, or with the 32-byte key given. Conflict when the name or key is
        taken."""
        signing = private_key or _signing_key()
        return self._write(name, LocalSigner(signing).address, signing)

    def adopt(self, name: str, address: str) -> str:
        """Takes in an account contract under a name; it has a sealing key of its own here. Conflict when the
        name or the address is taken by another."""
        found = self.find(name)
        if found is not None and found.contract and found.address.lower() == address.lower():
            return found.address
        return self._write(name, address, b"").address

    def _write(self, name: str, address: str, signing: bytes) -> Account:
        if not name.strip() or name.lower().startswith("0x"):
            raise BadInput("an account needs a name that is no address", had=name)
        if self.has(name):
            raise Conflict(f"the keystore already has an account called {name}", who=name)
        sealing = X25519PrivateKey.generate()
        public = sealing.public_key().public_bytes_raw()
        account = Account(name, address, public, contract=not signing)
        box = self._seal(_head(account), signing + sealing.private_bytes_raw())
        try:
            write_private(self._path(account.address), box, exclusive=True)
        except FileExistsError:
            raise Conflict(f"the keystore already has the account {account.address}", who=name) from None
        return account

    def signs(self, name: str) -> bool:
        """Whether the key of that name or address is here; False for an account contract."""
        found = self.find(name)
        return found is not None and not found.contract

    def signer(self, name: str) -> LocalSigner:
        """Somebody who signs for the account, by name or address. NotAllowed for an account contract, which
        signs through its keys."""
        account = self.account(name)
        if account.contract:
            raise NotAllowed(f"{name} is an account contract: its keys sign for it", who=account.address)
        if account.address not in self._signers:
            self._signers[account.address] = LocalSigner(self._secrets(account.address)[:_KEY])
        return self._signers[account.address]

    def unsealer(self, name: str) -> bytes:
        """The 32-byte X25519 private key that opens documents sealed to the account."""
        return self._secrets(self.account(name).address)[-_KEY:]

    # --- fingerprint keys --------------------------------------------------------------------------------

    def fingerprint_key(self) -> tuple[int, bytes]:
        """The present epoch and its 32-byte key, the same for the whole consortium. Made on first use."""
        keys = self.fingerprint_keys()
        if not keys:
            keys = {1: secrets.token_bytes(_KEY)}
            with suppress(FileExistsError):
                self._write_fingerprint_keys(keys, exclusive=True)
            keys = self.fingerprint_keys()
        epoch = max(keys)
        return epoch, keys[epoch]

    def set_fingerprint_key(self, epoch: int, key: bytes) -> None:
        """Takes over the consortium's key of a later epoch; earlier ones are kept."""
        keys = self.fingerprint_keys()
        if len(key) != _KEY or epoch <= max(keys, default=0):
            raise BadInput(
                "a fingerprint key has 32 bytes and a later epoch", had=epoch, needed=max(keys, default=0) + 1
            )
        self._write_fingerprint_keys({**keys, epoch: key})

    def fingerprint_keys(self) -> dict[int, bytes]:
        """The key of every epoch so far: a document registered under an earlier one is found by it."""
        path = self.directory / _FINGERPRINTS
        if not path.exists():
            return {}
        plain = json.loads(self._open(path))
        return {int(epoch): base64.b64decode(key) for epoch, key in plain.items()}

    def _write_fingerprint_keys(self, keys: Mapping[int, bytes], *, exclusive: bool = False) -> None:
        plain = {str(epoch): base64.b64encode(key).decode() for epoch, key in keys.items()}
        box = self._seal({"kind": "fingerprints"}, json.dumps(plain).encode())
        write_private(self.directory / _FINGERPRINTS, box, exclusive=exclusive)

    # --- boxes -------------------------------------------------------------------------------------------

    def _path(self, address: str) -> Path:
        return self.directory / f"{address.lower()}.json"

    def _boxes(self) -> Iterator[Mapping[str, Any]]:
        for path in self.directory.glob("0x*.json"):
            yield json.loads(path.read_bytes())["head"]

    def _secrets(self, address: str) -> bytes:
        return self._open(self._path(address))

    def _seal(self, head: Mapping[str, Any], plain: bytes) -> bytes:
        return _box(self._master, head, plain)

    def _open(self, path: Path) -> bytes:
        return _unbox(self._master, path)


def _signing_key() -> bytes:
    """32 random bytes in secp256k1's range; outside it lies one in 2^128."""
    return secrets.token_bytes(_KEY)


def _head(account: Account) -> dict[str, Any]:
    head = {"name": account.name, "address": account.address, "sealing_key": account.sealing_key.hex()}
    return {**head, "contract": True} if account.contract else head


def _account(head: Mapping[str, Any]) -> Account:
    sealing_key = bytes.fromhex(head["sealing_key"])
    return Account(str(head["name"]), str(head["address"]), sealing_key, bool(head.get("contract", False)))


def _subkey(secret: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), _KEY, salt, b"green ledger keystore box").derive(secret)


def _associated(head: Mapping[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()


def _box(secret: bytes, head: Mapping[str, Any], plain: bytes) -> bytes:
    salt, nonce = secrets.token_bytes(_KEY), secrets.token_bytes(_NONCE)
    sealed = AESGCM(_subkey(secret, salt)).encrypt(nonce, plain, _associated(head))
    return json.dumps(
        {"head": head, "salt": salt.hex(), "nonce": nonce.hex(), "sealed": sealed.hex()}, indent=1
    ).encode()


def _unbox(secret: bytes, path: Path) -> bytes:
    try:
        box = json.loads(path.read_bytes())
        salt, nonce, sealed = (bytes.fromhex(box[field]) for field in ("salt", "nonce", "sealed"))
        return AESGCM(_subkey(secret, salt)).decrypt(nonce, sealed, _associated(box["head"]))
    except (InvalidTag, ValueError, KeyError, TypeError):
        raise KeyStoreLocked(
            f"{path.name} does not open: the passphrase is wrong or the file was altered",
            who=str(path),
            needed="the keystore's passphrase and its unaltered files",
        ) from None


def _new_keyring(passphrase: str, cost: int) -> bytes:
    head = {"kdf": "scrypt", "n": cost, "r": _BLOCK, "p": _LANES, "salt": secrets.token_hex(_KEY)}
    return _box(_stretch(passphrase, head), head, secrets.token_bytes(_KEY))


def _unlock(path: Path, passphrase: str) -> bytes:
    head = json.loads(path.read_bytes())["head"]
    return _unbox(_stretch(passphrase, head), path)


def _stretch(passphrase: str, head: Mapping[str, Any]) -> bytes:
    salt = bytes.fromhex(head["salt"])
    scrypt = Scrypt(salt=salt, length=_KEY, n=int(head["n"]), r=int(head["r"]), p=int(head["p"]))
    return scrypt.derive(passphrase.encode())
