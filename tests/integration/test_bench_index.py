"""The bench of the index reads at a small size what it measures at a large one."""

from __future__ import annotations

import pytest

from scripts import postgres
from scripts.bench.busy import A_BLOCK, EVERY_PIECE
from scripts.bench.index import run


@pytest.mark.spec("IDX-1")
def test_all_readers_end_with_equal_rows() -> None:
    busy, found, notes = run(A_BLOCK * EVERY_PIECE, 1, with_ponder=False)
    assert (busy.moves, busy.piece_moves) == (A_BLOCK * (EVERY_PIECE - 1), A_BLOCK)
    here = ["PostgreSQL"] if postgres.programs() else []
    assert [(one.who, one.into) for one in found] == [
        ("web3.py", "SQLite"),
        *(("ours", into) for into in ("SQLite", *here)),
    ]
    assert len(notes) == 1 - len(here)
