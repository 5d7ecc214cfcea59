"""Documents sealed off chain, opened by their parties, known to the chain by a salted hash alone.

    document = keccak256(salt ‖ sha256(file))            32 random bytes of salt per document

A plain hash of a short form can be found by trying its possible contents; the salt, sealed with the file,
prevents that. The file is encrypted once (AES-256-GCM, a fresh key); that key is wrapped for each
recipient by HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM), bound to the document and to the
recipient's address. File name and media type are sealed too: only size and recipients can be read by
whoever holds the disk.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eth_utils import keccak  # type: ignore[attr-defined]

from ledger.crypto.files import private_folder, write_private
from ledger.errors import BadInput, LedgerError, NotAllowed, NotFound
from ledger.ports import OpenedDocument, SealedDocument

_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_SALT, _KEY, _NONCE = 32, 32, 12
_HASH = re.compile(r"0x[0-9a-f]{64}")


class DocumentAltered(LedgerError):
    """The sealed file on disk is not the one that was sealed."""

    code = "document-altered"
    status = "broken"


def document_hash(salt: bytes, content: bytes) -> str:
    """What the chain knows of a file: keccak256(salt ‖ sha256(content)), as `0x…`."""
    return "0x" + keccak(salt + hashlib.sha256(content).digest()).hex()


class DocumentVault:
    """Sealed files in one folder, one file per document."""

    def __init__(self, directory: Path) -> None:
        self.directory = private_folder(directory)

    def seal(
        self,
        content: bytes,
        name: str,
        media_type: str,
        recipients: Mapping[str, bytes],
        about: Mapping[str, str] = MappingProxyType({}),
    ) -> SealedDocument:
        """Seals a file for `recipients` (address → 32-byte X25519 public key); BadInput without content or
        recipient. `about` is sealed beside it."""
        if not content or not recipients:
            raise BadInput("a document needs content and at least one recipient", had=len(content), needed=1)
        salt, key, nonce = (secrets.token_bytes(size) for size in (_SALT, _KEY, _NONCE))
        document = document_hash(salt, content)
        inner = {"name": name, "media_type": media_type, "salt": salt.hex(), "about": dict(about)}
        plain = _pack(inner, content)
        sealed = AESGCM(key).encrypt(nonce, plain, bytes.fromhex(document[2:]))
        wraps = {address: _wrap(key, document, address, public) for address, public in recipients.items()}
        self._write(document, {"size": len(content), "nonce": nonce.hex(), "wraps": wraps}, sealed)
        return self.describe(document)

    def open(self, document: str, recipient: str, private_key: bytes) -> OpenedDocument:
        """The file. NotAllowed for one who is no recipient, DocumentAltered when anything in it was
        changed."""
        head, sealed = self._read(document)
        key = _unwrap(head, document, recipient, private_key)
        try:
            plain = AESGCM(key).decrypt(bytes.fromhex(head["nonce"]), sealed, bytes.fromhex(document[2:]))
        except (InvalidTag, ValueError):
            raise _altered(document) from None
        inner, content = _unpack(plain)
        if document_hash(bytes.fromhex(inner["salt"]), content) != document:
            raise _altered(document)
        about = inner.get("about", {})
        return OpenedDocument(document, inner["name"], inner["media_type"], inner["salt"], content, about)

    def share(
        self, document: str, owner: str, private_key: bytes, recipients: Mapping[str, bytes]
    ) -> SealedDocument:
        """Lets further recipients open it; only one who can open it can share it."""
        self.open(document, owner, private_key)
        head, sealed = self._read(document)
        key = _unwrap(head, document, owner, private_key)
        added = {address: _wrap(key, document, address, public) for address, public in recipients.items()}
        self._write(document, {**head, "wraps": {**head["wraps"], **added}}, sealed)
        return self.describe(document)

    def describe(self, document: str) -> SealedDocument:
        """What can be known without a key. NotFound when the vault has no such document."""
        head, _ = self._read(document)
        return SealedDocument(document, int(head["size"]), tuple(sorted(head["wraps"])))

    def has(self, document: str) -> bool:
        return _HASH.fullmatch(document) is not None and self._path(document).exists()

    def _path(self, document: str) -> Path:
        if not _HASH.fullmatch(document):
            raise BadInput(
                "a document is named by its hash", had=document, needed="0x and 64 hexadecimal digits"
            )
        return self.directory / f"{document}.sealed"

    def _write(self, document: str, head: Mapping[str, Any], sealed: bytes) -> None:
        write_private(self._path(document), _pack(head, sealed))

    def _read(self, document: str) -> tuple[dict[str, Any], bytes]:
        path = self._path(document)
        if not path.exists():
            raise NotFound(f"the vault holds no document {document}", who=document)
        try:
            head, sealed = _unpack(path.read_bytes())
            _ = int(head["size"]), bytes.fromhex(head["nonce"]), dict(head["wraps"])
        except (ValueError, KeyError, TypeError):
            raise _altered(document) from None
        return head, sealed


def _wrap(key: bytes, document: str, address: str, public: bytes) -> str:
    sealed = _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(public), _context(document, address))
    return base64.b64encode(sealed).decode()


def _unwrap(head: Mapping[str, Any], document: str, address: str, private_key: bytes) -> bytes:
    wrapped = head["wraps"].get(address)
    if wrapped is None:
        raise NotAllowed(
            f"{address} is no recipient of {document}", who=address, needed="one of its recipients"
        )
    try:
        sealed = base64.b64decode(wrapped, validate=True)
        private = X25519PrivateKey.from_private_bytes(private_key)
        return bytes(_SUITE.decrypt(sealed, private, _context(document, address)))
    except (InvalidTag, ValueError, TypeError):
        raise _altered(document) from None


def _context(document: str, address: str) -> bytes:
    return b"green ledger document key " + bytes.fromhex(document[2:]) + bytes.fromhex(address[2:])


def _altered(document: str) -> DocumentAltered:
    return DocumentAltered(
        f"the sealed file of {document} was altered, or the key does not fit",
        who=document,
        needed="the file as it was sealed",
    )


def _pack(head: Mapping[str, Any], body: bytes) -> bytes:
    """Four bytes of length, the head as JSON, the body."""
    text = json.dumps(head, sort_keys=True).encode()
    return len(text).to_bytes(4, "big") + text + body


def _unpack(packed: bytes) -> tuple[dict[str, Any], bytes]:
    end = 4 + int.from_bytes(packed[:4], "big")
    return dict(json.loads(packed[4:end])), packed[end:]
