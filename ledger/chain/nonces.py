"""One account's transactions in one row, whoever sends them: threads and processes alike."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_WIDTH = 128  # of a note: always written whole, in one call


@dataclass(frozen=True)
class Note:
    """What was last sent from here: `next_nonce` counts only while the network still knows transaction
    `last`."""

    next_nonce: int
    last: str


class Turn:
    """An account's turn to send, from the reading of its nonce until the network took what was sent."""

    def __init__(self, file: int) -> None:
        self._file = file

    def note(self) -> Note | None:
        said = os.pread(self._file, _WIDTH, 0).decode().split()
        return Note(int(said[0]), said[1]) if len(said) == 2 else None

    def used(self, note: Note) -> None:
        os.pwrite(self._file, f"{note.next_nonce} {note.last}".ljust(_WIDTH).encode(), 0)


class Nonces:
    """Turns, by a lock file for each account of one chain. All processes that sign for an account share
    `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    @contextmanager
    def turn(self, address: str) -> Iterator[Turn]:
        with self._guard:
            mine = self._threads.setdefault(address, threading.Lock())
        with mine:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._folder / address, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield Turn(file)
            finally:
                os.close(file)
