"""What funded a payment, by a recursive query of DuckDB over the same moves, beside our walk.

DuckDB is a peer of the bench and no part of the product: it is installed into a folder of the bench's own
(`peers/requirements.txt`). The query renumbers intervals move by move, as ours does, until they are minted.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from ledger.tracing.columns import MoveColumns
from ledger.tracing.walk import backward

HERE = Path(__file__).parent / "peers"
LARGEST = 1_000_000
QUERY = """
    with recursive walk(axis, low, high) as (
        select ?::bigint, ?::bigint, ?::bigint
        union all
        select m.payer,
               m.out_offset + greatest(w.low, m.in_offset) - m.in_offset,
               m.out_offset + least(w.high, m.in_offset + m.amount) - m.in_offset
        from walk w
        join moves m on m.payee = w.axis and m.in_offset < w.high and m.in_offset + m.amount > w.low
        where w.axis <> ?
    )
    select low, high from walk where axis = ? order by low
"""


def compare(columns: MoveColumns, questions: int, seconds: float) -> tuple[float | None, float]:
    """The same payments asked of both; the sources must be equal to the fen.

    Returns:
        The median seconds of theirs, None when not one question ended in time, and of ours.
    """
    connection, deadline = _loaded(columns), time.monotonic() + seconds
    payments = np.flatnonzero(columns.rows.from_axis != columns.source)
    theirs, ours = [], []
    for row in random.Random(5).sample(range(len(payments) // 2, len(payments)), questions):
        asked = _asked(columns, int(payments[row]))
        begun = time.perf_counter()
        flow = backward(columns, *asked)
        ours.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        found = _answer(connection, [*asked, columns.source, columns.source], deadline)
        if found is None:
            print(f"  DuckDB is interrupted after {seconds:.0f} s, with {len(theirs)} of {questions} answers")
            break
        theirs.append(time.perf_counter() - begun)
        mine = [(flow.at(leaf), flow.at(leaf) + int(a)) for leaf, a in enumerate(flow.leaves.amount)]
        assert _merged(found) == _merged(sorted(mine))
    return statistics.median(theirs) if theirs else None, statistics.median(ours)


def _answer(connection: Any, asked: list[int], deadline: float) -> list[tuple[int, int]] | None:
    """None when it is interrupted at the deadline."""
    timer = threading.Timer(max(0.1, deadline - time.monotonic()), connection.interrupt)
    timer.start()
    try:
        found: list[tuple[int, int]] = connection.execute(QUERY, asked).fetchall()
        return found
    except _duckdb().InterruptException:
        return None
    finally:
        timer.cancel()


def _asked(columns: MoveColumns, row: int) -> tuple[int, int, int]:
    """Up to LARGEST fen of a payment, as an interval of the payer's axis."""
    rows = columns.rows
    start = int(rows.out_offset[row])
    return int(rows.from_axis[row]), start, start + min(LARGEST, int(rows.amount[row]))


def _merged(parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in parts:
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _loaded(columns: MoveColumns) -> Any:
    rows = columns.rows
    connection = _duckdb().connect()
    connection.execute("set threads = 2")
    names = ("payer", "payee", "amount", "out_offset", "in_offset")
    given = dict(
        zip(names, (rows.from_axis, rows.to_axis, rows.amount, rows.out_offset, rows.in_offset), strict=True)
    )
    begun = time.perf_counter()
    connection.register("given", given)
    connection.execute("create table moves as select * from given order by payee, in_offset")
    connection.unregister("given")
    print(f"  DuckDB load, sorted for the question {time.perf_counter() - begun:8.2f} s")
    return connection


def _duckdb() -> Any:
    """The exact version, in a folder of the bench's own."""
    site = HERE / "python"
    if not site.exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, "--target", site, "-r", HERE / "requirements.txt"], check=True)
    sys.path.append(str(site))
    import duckdb

    return duckdb
