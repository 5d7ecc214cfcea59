"""The journal alone: what a crash leaves is cut, what somebody changed is named, and nothing else happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.chain.journal import FORMAT, Header, Journal, Record
from ledger.errors import BadInput, JournalCorrupt

HEADER = Header(FORMAT, 7, 1_700_000_000, "paris", 30_000_000, "1.7.1")
RECORDS = [Record(1_700_000_000 + n, (f"0xaa{n:02x}", "0xbb"), ((n + 1, f"0x{n:064x}"),)) for n in range(4)]

pytestmark = pytest.mark.spec("EMB-1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    journal = Journal(tmp_path / "journal")
    journal.create(HEADER)
    for record in RECORDS:
        journal.append(record)
    journal.close()
    return journal.path


def read(path: Path) -> list[Record]:
    _, records = Journal(path).read()
    return list(records)


def torn_files(path: Path) -> list[Path]:
    return sorted(path.parent.glob("journal.torn-*"))


def test_what_is_written_is_read_again(path: Path) -> None:
    header, records = Journal(path).read()
    assert header == HEADER
    assert list(records) == RECORDS
    assert torn_files(path) == []


def test_a_journal_read_goes_on_where_it_stopped(path: Path) -> None:
    journal = Journal(path)
    _, records = journal.read()
    assert len(list(records)) == 4
    journal.append(Record(1_800_000_000, ("0xcc",), ((5, "0x05"),)))
    assert read(path)[4].transactions == ("0xcc",)


@pytest.mark.parametrize("kept", [1, 20, 40, -1])
def test_a_torn_last_line_is_cut_and_kept_beside(path: Path, kept: int) -> None:
    """A line without its end was never synced whole, so nobody was told that it counts."""
    whole = path.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    path.write_bytes(whole[: -len(last)] + last[:kept])
    assert read(path) == RECORDS[:3]
    assert path.read_bytes() == whole[: -len(last)]
    assert [file.read_bytes() for file in torn_files(path)] == [last[:kept]]
    assert read(path) == RECORDS[:3], "cutting once is enough"


def test_a_last_line_with_sectors_that_never_reached_the_disk_is_torn(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:-60] + b"\0" * 59 + b"\n")
    assert read(path) == RECORDS[:3]


@pytest.mark.parametrize("line", range(5))
@pytest.mark.parametrize("place", [0, 32, 33, 60])
def test_one_flipped_bit_is_named_and_nothing_is_changed(path: Path, line: int, place: int) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    damaged = bytearray(lines[line])
    damaged[place] ^= 0x20  # of a space this makes a NUL: even that is no torn line
    lines[line] = bytes(damaged)
    path.write_bytes(b"".join(lines))
    before = path.read_bytes()
    with pytest.raises(JournalCorrupt, match=f"line {line + 1} "):
        read(path)
    assert path.read_bytes() == before
    assert torn_files(path) == []


def test_a_line_taken_out_or_exchanged_is_noticed(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    for changed in ([*lines[:2], *lines[3:]], [lines[0], lines[2], lines[1], *lines[3:]]):
        path.write_bytes(b"".join(changed))
        with pytest.raises(JournalCorrupt):
            read(path)


def test_a_line_that_is_torn_but_not_the_last_is_damage(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], lines[2][:50], *lines[3:]]))
    with pytest.raises(JournalCorrupt, match="line 3 "):
        read(path)


def test_an_empty_file_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "journal").write_bytes(b"")
    with pytest.raises(JournalCorrupt, match="no header"):
        read(tmp_path / "journal")


def test_another_format_is_refused(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.create(Header(FORMAT + 1, 7, 0, "paris", 1, "9"))
    with pytest.raises(BadInput, match="another format"):
        Journal(journal.path).read()
