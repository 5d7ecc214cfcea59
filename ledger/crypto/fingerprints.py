"""Keyed fingerprints of obligation documents: the same invoice gives the same tag, whoever files it and however.

The hash of a file is defeated by saving the file again, and a plain hash of an invoice's few fields can be found
by trying them all. So the identity fields are normalised and tagged with HMAC-SHA256 under the consortium's key
of an epoch. A contract cannot recompute the tag: both signers of the document vouch for it, and whoever pays or
finances recomputes it from the document first. (RULES: double financing; 77号文 art. 12.)
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from datetime import date

from ledger.errors import BadInput

_SEPARATOR = "\x1f"


def fingerprint(key: bytes, kind: int, issuer: str, number: str, dated: date, total: int) -> bytes:
    """32 bytes over (kind, id of who issued the document, its number, its date, its total in minor units).

    Spaces, hyphens, case and full-width forms make no difference. BadInput when a field is missing.
    """
    fields = [str(kind), _plain(issuer), _plain(number), dated.isoformat(), str(total)]
    if not all(fields) or total <= 0:
        raise BadInput("a fingerprint needs issuer, number, date and a positive total", had=total)
    return hmac.new(key, _SEPARATOR.join(fields).encode(), hashlib.sha256).digest()


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in folded if letter.isalnum())
