"""Bearer tokens, one or more for each organisation. Only their hashes are kept.

A token is 256 random bits, so one round of SHA-256 is enough: there is nothing to guess from its hash.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.crypto.files import private_folder, write_private
from ledger.errors import Conflict

PREFIX = "glt_"
_BITS_256 = 32
_LONGEST = 200


class TokenBook:
    """The tokens of one state folder, in `<state>/api/tokens.json`, mode 0600. Safe among threads and
    processes.

    A file that another process changed is read again before the next answer, so a revocation counts at once.
    """

    def __init__(self, state: Path) -> None:
        self._folder = private_folder(state / "api")
        self._file = self._folder / "tokens.json"
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] | None = None
        self._accounts: dict[str, str] = {}

    def issue(self, account: str) -> str:
        """A new token that acts as the account at this address. Earlier ones stay good until revoked."""
        token = PREFIX + secrets.token_urlsafe(_BITS_256)
        made = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self._changing() as entries:
            entries.append({"sha256": _hash(token), "account": account, "made": made})
        return token

    def revoke(self, account: str) -> int:
        """Takes back every token of the account; how many there were."""
        with self._changing() as entries:
            kept = [entry for entry in entries if entry["account"] != account]
            gone = len(entries) - len(kept)
            entries[:] = kept
        return gone

    def account_of(self, token: str) -> str | None:
        """The address that a token acts as; None for one that was never issued, or was revoked."""
        if len(token) > _LONGEST:
            return None
        with self._lock:
            self._refresh()
            return self._accounts.get(_hash(token))

    def _refresh(self) -> None:
        mark = self._mark()
        if mark != self._seen:
            self._accounts = {entry["sha256"]: entry["account"] for entry in self._entries()}
            self._seen = mark

    def _mark(self) -> tuple[int, ...]:
        """A file replaced has another inode, also within the clock's grain."""
        if not self._file.exists():
            return ()
        found = self._file.stat()
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def _entries(self) -> list[dict[str, str]]:
        try:
            return list(json.loads(self._file.read_text())["tokens"])
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError):
            raise Conflict(
                "the file of tokens is damaged", who=str(self._file), needed="valid JSON"
            ) from None

    @contextmanager
    def _changing(self) -> Iterator[list[dict[str, str]]]:
        with (self._folder / "tokens.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            entries = self._entries()
            yield entries
            write_private(self._file, json.dumps({"tokens": entries}, indent=1).encode())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
