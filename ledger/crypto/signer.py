"""Signing with a key that is held in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_account import Account
from eth_keys.datatypes import PrivateKey

from ledger.errors import BadInput


class LocalSigner:
    """Signs transactions and EIP-712 digests with a 32-byte secp256k1 key. Its repr shows the address
    alone."""

    def __init__(self, private_key: bytes) -> None:
        if len(private_key) != 32:
            raise BadInput("a signing key has 32 bytes", had=len(private_key), needed=32)
        self._account = Account.from_key(private_key)
        self._key = PrivateKey(private_key)

    @property
    def address(self) -> str:
        return str(self._account.address)

    def sign_transaction(self, transaction: Mapping[str, Any]) -> bytes:
        """The raw signed transaction. `from` may be absent; when present it must be this address."""
        return bytes(self._account.sign_transaction(dict(transaction)).raw_transaction)

    def sign_digest(self, digest: bytes) -> bytes:
        """65 bytes r‖s‖v with v 27 or 28, s in the lower half, as OpenZeppelin's ECDSA takes them."""
        if len(digest) != 32:
            raise BadInput("a digest has 32 bytes", had=len(digest), needed=32)
        signature = self._key.sign_msg_hash(digest)
        return bytes(signature.to_bytes()[:64]) + bytes([27 + signature.v])

    def __repr__(self) -> str:
        return f"LocalSigner({self.address})"
