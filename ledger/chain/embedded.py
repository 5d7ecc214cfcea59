"""The embedded chain from a client's side: find its node or start one, and keep it alive while it is used."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from ledger import errors
from ledger.chain.node import LINGER, lock
from ledger.errors import ChainUnavailable, JournalCorrupt, JournalMismatch, LedgerError, NotFound

_POLL = 0.02  # not money: seconds
_KNOWN = {error.code: error for error in (JournalCorrupt, JournalMismatch, NotFound, errors.BadInput)}


class EmbeddedChain:
    """The chain of one state folder, alive from `open` to `close`, or inside `with`.

    Several processes may use one folder at once; they share one node. When the node was killed, `locate`
    starts another, which has every block that was ever acknowledged.

    Raises NotFound with `create=False` when the folder holds no chain, JournalCorrupt or JournalMismatch when
    its journal cannot be replayed, ChainUnavailable when no node answers within `timeout` seconds.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        chain_id: int | None = None,
        create: bool = True,
        timeout: float = 600,
        linger: float = LINGER,
        states: int | None = None,
    ) -> None:
        self.folder = Path(folder).resolve()
        self._asked_chain_id = chain_id
        self._create = create
        self._timeout = timeout
        self._options = ["--linger", str(linger)]
        if chain_id is not None:
            self._options += ["--chain-id", str(chain_id)]
        if states is not None:
            self._options += ["--states", str(states)]
        self._hold: int | None = None
        self._card: dict[str, Any] = {}
        self._locating = threading.Lock()

    def open(self) -> Self:
        if not self._create and not (self.folder / "journal").exists():
            raise NotFound("There is no embedded chain here", who=str(self.folder))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._hold = os.open(self.folder / "clients.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._hold, fcntl.LOCK_SH)
        try:
            self.locate()
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Let go. The node ends by itself soon after its last client has."""
        if self._hold is not None:
            os.close(self._hold)
            self._hold = None

    @property
    def url(self) -> str:
        """Where the node answered when last looked for."""
        return str(self._card["url"])

    @property
    def chain_id(self) -> int:
        return int(self._card["chain_id"])

    @property
    def pid(self) -> int:
        """The node's process."""
        return int(self._card["pid"])

    @property
    def anvil_pid(self) -> int:
        return int(self._card["anvil_pid"])

    def locate(self) -> str:
        """The node's address now; starts a node when none is running."""
        with self._locating:
            return self._locate()

    def _locate(self) -> str:
        deadline = time.monotonic() + self._timeout
        started: subprocess.Popen[bytes] | None = None
        while time.monotonic() < deadline:
            if self._node_is_running():
                card = self._read_card()
                if card is not None:
                    self._card = card
                    return self.url
            elif started is None:
                started = self._start_node()
            elif started.poll():  # ended, and not with 0
                raise self._failure(started.returncode)
            elif started.poll() == 0:
                started = None  # it found another node, which is gone again
            time.sleep(_POLL)
        raise ChainUnavailable("The embedded chain did not start in time", who=str(self.folder))

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _node_is_running(self) -> bool:
        held = lock(self.folder / "node.lock", fcntl.LOCK_SH)
        if held is None:
            return True
        os.close(held)
        return False

    def _read_card(self) -> dict[str, Any] | None:
        """What the node says of itself, if it is there and is the one that wrote the file."""
        try:
            written = json.loads((self.folder / "node.json").read_text())
            with urllib.request.urlopen(written["url"], timeout=10) as answer:
                said = json.load(answer)
        except (OSError, ValueError, KeyError):
            return None
        return written if said.get("instance") == written["instance"] else None

    def _start_node(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "ledger.chain.node", str(self.folder), *self._options]
        with (self.folder / "node.log").open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C at one client's terminal must not end the others' node
                env={**os.environ, "PYTHONPATH": _python_path()},
            )

    def _failure(self, status: int) -> LedgerError:
        try:
            said = json.loads((self.folder / "node.error").read_text())
        except (OSError, ValueError):
            return ChainUnavailable(
                f"The embedded chain's node ended with status {status}; see {self.folder / 'node.log'}",
                who=str(self.folder),
            )
        return _KNOWN.get(said["code"], ChainUnavailable)(said["message"], who=str(self.folder))


@contextmanager
def embedded(folder: str | os.PathLike[str], *, chain_id: int | None = None) -> Iterator[str]:
    """`with embedded(folder) as url:` — the chain's address, for the time of the block."""
    with EmbeddedChain(folder, chain_id=chain_id) as chain:
        yield chain.url


def _python_path() -> str:
    """So that the node finds this package also when it was found by the current folder only."""
    here = str(Path(errors.__file__).resolve().parent.parent)
    return os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
