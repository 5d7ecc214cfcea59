"""The embedded chain's memory: one checksummed line for each block of transactions, synced before an answer.

A line is `<digest> <json>`, where the digest is the first 32 hex digits of SHA-256 over the previous digest
and the JSON. So a changed, missing or exchanged line breaks every line after it. The first line is the
header.

What a reader finds at the end after a crash is told apart like this:
- a last line without its newline, or holding a run of NUL bytes (sectors that never reached the disk), is
  **torn**: its append was never finished, so nothing in it was acknowledged. It is cut off and kept beside
  the journal;
- any other line that does not match its digest is **damage**: JournalCorrupt, and nothing is changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ledger.chain import faults
from ledger.errors import BadInput, JournalCorrupt

FORMAT = 1
_DIGEST_LENGTH = 32
_UNWRITTEN = b"\0" * 16  # a run: one NUL alone is a flipped bit, and that is damage


@dataclass(frozen=True)
class Header:
    """What must be equal for the same transactions to give the same block hashes."""

    format: int
    chain_id: int
    genesis_time: int  # UTC seconds
    hardfork: str
    gas_limit: int
    anvil: str  # version that wrote the journal; named when a replay differs


@dataclass(frozen=True)
class Record:
    """One commit: the raw transactions in the order they were sent, and the blocks they made.

    `time` is the blocks' timestamp in UTC seconds; `blocks` are (number, hash).
    """

    time: int
    transactions: tuple[str, ...]
    blocks: tuple[tuple[int, str], ...]


class Journal:
    """An append-only file. One process writes it, under the state folder's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._digest = ""
        self._file: int | None = None

    def create(self, header: Header) -> None:
        """Write the first line, so that the file appears whole or not at all."""
        fresh = self.path.with_suffix(".new")
        line = self._line(asdict(header))
        _write_synced(fresh, line)
        fresh.rename(self.path)
        _sync_folder(self.path.parent)

    def read(self, *, repair: bool = True) -> tuple[Header, Iterator[Record]]:
        """The header, and the records one by one. The iterator must be exhausted before the first append.

        Only the one who owns the file may `repair` it: another's unfinished append looks like a torn line.
        """
        lines = self._lines(repair)
        first = next(lines, None)
        if first is None:
            raise JournalCorrupt(f"{self.path} has no header", who=str(self.path))
        if first.get("format") != FORMAT:
            raise BadInput("This journal has another format", had=first.get("format"), needed=FORMAT)
        return Header(**first), (_record(line) for line in lines)

    def append(self, record: Record) -> None:
        """Write one record and sync it to the disk. An error here must end the process: see
        JournaledChain."""
        line = self._line({"t": record.time, "x": record.transactions, "b": record.blocks})
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        half = len(line) // 2
        faults.reach("before-write")
        _write_all(self._file, line[:half])
        faults.reach("half-written")
        _write_all(self._file, line[half:])
        faults.reach("before-sync")
        os.fsync(self._file)
        faults.reach("after-sync")

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _line(self, content: dict[str, Any]) -> bytes:
        text = json.dumps(content, separators=(",", ":"))
        self._digest = _chain(self._digest, text)
        return f"{self._digest} {text}\n".encode()

    def _lines(self, repair: bool) -> Iterator[dict[str, Any]]:
        self._digest = ""
        offset = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                text = self._check(line)
                if text is None:
                    is_last = not file.read(1)
                    if is_last and number > 1 and _is_torn(line):
                        break
                    raise JournalCorrupt(
                        f"{self.path} is damaged at line {number} (byte {offset}). Nothing was changed. "
                        "Restore the file from a copy.",
                        who=str(self.path),
                        had=f"line {number}",
                    )
                offset += len(line)
                yield json.loads(text)
        if repair:
            self._cut(offset)

    def _check(self, line: bytes) -> str | None:
        """The JSON of a line that is whole and follows the one before it; None for any other line."""
        try:
            digest, _, text = line.decode("ascii").partition(" ")
        except UnicodeDecodeError:
            return None
        if not text.endswith("\n"):
            return None
        text = text[:-1]
        if digest != _chain(self._digest, text):
            return None
        self._digest = digest
        return text

    def _cut(self, length: int) -> None:
        """Drop what follows `length`: a torn line. It is kept in a file of its own, since losing nothing is
        cheap."""
        with self.path.open("r+b") as file:
            file.seek(length)
            tail = file.read()
            if not tail:
                return
            _write_synced(self.path.with_name(f"{self.path.name}.torn-{time.time_ns()}"), tail)
            file.truncate(length)
            os.fsync(file.fileno())


def _record(line: dict[str, Any]) -> Record:
    return Record(line["t"], tuple(line["x"]), tuple((number, block) for number, block in line["b"]))


def _chain(digest: str, text: str) -> str:
    return hashlib.sha256(f"{digest}{text}".encode()).hexdigest()[:_DIGEST_LENGTH]


def _is_torn(line: bytes) -> bool:
    return not line.endswith(b"\n") or _UNWRITTEN in line


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _write_synced(path: Path, data: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        _write_all(file, data)
        os.fsync(file)
    finally:
        os.close(file)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
