"""The bench of pieces lives at a small size what it measures at a large one."""

from __future__ import annotations

from scripts.bench.pieces import Size, run


def test_pieces_are_built_listed_and_settled() -> None:
    rows = run(Size(receivables=4, pieces=5, suppliers=3, days=2))
    done = {what: count for what, count, _ in rows.found}
    assert done["split and pass on"] == 16
    assert done["settle one day's pieces"] == 10
