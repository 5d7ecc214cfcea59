"""Tracing and the index on synthetic moves: `make bench-trace ARGS="1000000 10000000"`.

Two shapes. `shallow`: a bond pays many suppliers who seldom trade. `deep`: a few hundred accounts pass money
round and round, so that one interval falls into very many parts. Answers are checked: forward leaves and
backward leaves tile what was asked; DuckDB gives the same sources of the same payments by recursive queries,
and a plain lot queue the same ends of the same minted money, in the same run. Where a peer is left out or
does not end within `--peer-seconds`, it says so; of the lot queue, what it had replayed by then is compared.

Processor time is given beside the clock's, for on a busy machine the two differ much. Kept means: all columns
in one file, and the file and its folder synced to disk before the clock stops.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ledger.domain.history import Batch, Header, IntArray, MoveLogs, MoveRows
from ledger.indexer.decode import MOVED, move_logs
from ledger.store import Store
from ledger.tracing import compiled
from ledger.tracing.columns import MoveColumns
from ledger.tracing.shares import Rule, added
from ledger.tracing.sweep import Start, Stream, spread
from ledger.tracing.walk import Flow, backward, forward
from scripts.bench import duck
from scripts.bench.targets import Targets

SOURCE = 0
MOVES_A_BLOCK = 200
QUESTIONS = 300
LOTS_LARGEST = 1_000_000


def generate(moves: int, axes: int, keep: float, seed: int) -> MoveRows:
    """Mints and moves; `keep` is the part of a balance that a payer is likely to leave behind."""
    rng = np.random.default_rng(seed)
    payers, payees = rng.integers(1, axes, moves), rng.integers(1, axes, moves)
    payers[rng.random(moves) < 0.02] = SOURCE
    payers[:axes] = SOURCE
    parts = rng.integers(0, round((1 - keep) * 1000), moves).tolist()
    balances = [0] * axes
    given: list[int] = []
    for row, (payer, payee, part) in enumerate(zip(payers.tolist(), payees.tolist(), parts, strict=True)):
        balance = balances[payer] if payer else 0
        if balance < 2:
            payers[row], payer, balance = SOURCE, SOURCE, 10**9
        if payee == payer:
            payees[row] = payee = 1 + payee % (axes - 1)
        amount = max(1, balance * part // 1000)
        balances[payer] -= amount
        balances[payee] += amount
        given.append(amount)
    block, log = np.divmod(np.arange(moves), MOVES_A_BLOCK)
    amounts = np.array(given, dtype=np.int64)
    offsets = numbered(payers, amounts, axes), numbered(payees, amounts, axes)
    return MoveRows.of(block + 1, log, payers, payees, amounts, *offsets)


def numbered(axis: IntArray, amounts: IntArray, axes: int) -> IntArray:
    """The number of each move's first fen on its axis."""
    order = np.argsort(axis, kind="stable")
    before = np.cumsum(amounts[order]) - amounts[order]
    first = np.searchsorted(axis[order], np.arange(axes))
    base = before[np.minimum(first, len(before) - 1)]
    numbers = np.empty_like(amounts)
    numbers[order] = before - base[axis[order]]
    return numbers


class Taken:
    """Seconds of the processor, all threads together, and of the clock."""

    worked = 0.0
    passed = 0.0


@contextmanager
def timed(what: str, count: int) -> Iterator[Taken]:
    """Processor time and the clock's: on a busy machine the two differ much."""
    taken = Taken()
    worked, begun = time.process_time(), time.perf_counter()
    yield taken
    taken.worked, taken.passed = time.process_time() - worked, time.perf_counter() - begun
    rate = count / taken.worked
    print(f"  {what:<28} {taken.worked:7.2f} s of processor, {taken.passed:7.2f} s, {rate:12,.0f} moves/s")


def as_logs(rows: MoveRows, addresses: list[str]) -> list[dict[str, object]]:
    """The same moves as a node would give them."""
    logs: list[dict[str, object]] = []
    topics = ["0x" + "00" * 12 + address[2:] for address in addresses]
    for block, log, payer, payee, amount, out, into in zip(
        *(c.tolist() for c in rows.columns()), strict=True
    ):
        logs.append(
            {
                "address": "0x" + "cc" * 20,
                "topics": [MOVED, topics[payer], topics[payee]],
                "data": f"0x{amount:064x}{out:064x}{into:064x}{0:064x}",
                "blockNumber": hex(block),
                "blockHash": f"0x{block:064x}",
                "transactionHash": f"0x{block * 1000 + log:064x}",
                "logIndex": hex(log),
            }
        )
    return logs


def store_all(decoded: MoveLogs, rows: MoveRows, store: Store) -> None:
    """In the steps of the indexer: 50 blocks a transaction, synced to disk each."""
    last, tip = int(rows.block[-1]), None
    for first in range(1, last + 1, 50):
        end = min(first + 49, last)
        lo, hi = np.searchsorted(rows.block, [first, end + 1])
        header = Header(end, f"0x{end:064x}", f"0x{end - 1:064x}", end)
        part = MoveLogs(
            *(
                getattr(decoded, name)[lo:hi]
                for name in ("cash", "tx", "from_axis", "to_axis", "document", "block", "log", "amount")
            ),
            decoded.out_offset[lo:hi],
            decoded.in_offset[lo:hi],
        )
        store.append(Batch(header, [header], part, []), tip)
        tip = header


def ask(columns: MoveColumns, walk: Callable[..., Flow], largest: int, targets: Targets) -> None:
    """Processor time of QUESTIONS random intervals of up to `largest` fen; each answer is checked to tile."""
    rng, seconds, sizes = random.Random(largest), [], []
    for _ in range(QUESTIONS):
        axis = rng.randrange(1, len(columns.axes))
        total = columns.counters(axis)[0]
        start = rng.randrange(total)
        end = min(total, start + rng.randint(1, largest))
        begun = time.thread_time()
        flow = walk(columns, axis, start, end)
        seconds.append(time.thread_time() - begun)
        sizes.append(len(flow.leaves))
        ends = flow.leaves.start + flow.leaves.amount
        assert flow.leaves.start[0] == start
        assert ends[-1] == end
        assert (flow.leaves.start[1:] == ends[:-1]).all()
    median, worst = statistics.median(seconds) * 1e3, max(seconds) * 1e3
    targets.asked(walk.__name__, largest, median, worst)
    print(
        f"  {walk.__name__:<10} up to {largest:>13,} fen: median {median:8.3f} ms, worst {worst:9.2f} ms;"
        f" parts median {int(statistics.median(sizes)):,}, most {max(sizes):,}"
    )


def compare_with_lot_queue(columns: MoveColumns, seconds: float) -> None:
    """Replays moves through queues of lots for so long, and compares where minted intervals are then."""
    rows, axes = columns.rows, len(columns.axes)
    queues: dict[int, deque[tuple[int, int]]] = {axis: deque() for axis in range(axes)}
    begun = time.process_time()
    minted = done = 0
    for payer, payee, amount in zip(
        rows.from_axis.tolist(), rows.to_axis.tolist(), rows.amount.tolist(), strict=True
    ):
        if done % 1_000 == 0 and time.process_time() - begun > seconds:
            break
        minted = _replayed(queues, minted, payer, payee, amount)
        done += 1
    worked = time.process_time() - begun
    print(f"  lot queue: {done:,} of {len(rows):,} moves in {worked:.2f} s of processor")
    part = MoveColumns.build(columns.axes, SOURCE, MoveRows(*(column[:done] for column in rows.columns())))
    rest = sorted((start, length, axis) for axis, queue in queues.items() for start, length in queue)
    rng, parts = random.Random(11), 0
    for _ in range(QUESTIONS):
        start = rng.randrange(minted)
        end = min(minted, start + rng.randint(1, LOTS_LARGEST))
        flow = forward(part, SOURCE, start, end)
        mine = [
            (int(s), int(a), flow.axis(leaf))
            for leaf, (s, a) in enumerate(zip(flow.leaves.start, flow.leaves.amount, strict=True))
        ]
        assert _joined(mine) == _joined(_within(rest, start, end))
        parts += len(mine)
    print(f"  equal to the lot queue in {QUESTIONS} minted intervals ({parts:,} parts)")


def _replayed(
    queues: dict[int, deque[tuple[int, int]]], minted: int, payer: int, payee: int, amount: int
) -> int:
    """One move; how much has been minted after it."""
    if payer == SOURCE:
        queues[payee].append((minted, amount))
        return minted + amount
    while amount:
        start, length = queues[payer].popleft()
        taken = min(length, amount)
        if taken < length:
            queues[payer].appendleft((start + taken, length - taken))
        queues[payee].append((start, taken))
        amount -= taken
    return minted


def _within(rest: list[tuple[int, int, int]], start: int, end: int) -> list[tuple[int, int, int]]:
    """The parts of sorted lots that lie in `[start, end)`."""
    found = []
    for low, length, axis in rest[bisect_right(rest, (start, sys.maxsize, 0)) - 1 :]:
        if low >= end:
            break
        begin, until = max(low, start), min(low + length, end)
        if begin < until:
            found.append((begin, until - begin, axis))
    return found


def _joined(parts: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Neighbours on one axis as one part, so that only places are compared."""
    joined: list[tuple[int, int, int]] = []
    for start, length, axis in parts:
        if joined and joined[-1][2] == axis and joined[-1][0] + joined[-1][1] == start:
            joined[-1] = (joined[-1][0], joined[-1][1] + length, axis)
        else:
            joined.append((start, length, axis))
    return joined


def keep_columns(rows: MoveRows, folder: Path) -> None:
    """One file, synced to disk as is its folder: all that a start without the index needs."""
    with (folder / "moves.npy").open("wb") as file:
        for column in rows.columns():
            np.save(file, column)
        file.flush()
        os.fsync(file.fileno())
    place = os.open(folder, os.O_RDONLY)
    os.fsync(place)
    os.close(place)


def through_the_index(rows: MoveRows, addresses: list[str]) -> None:
    """As the product does it: logs decoded, kept in SQLite, read back, proved."""
    moves = len(rows)
    logs = as_logs(rows, addresses)
    with timed("decode logs into columns", moves):
        decoded = move_logs(logs)
    del logs
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "index.sqlite", chain_id=1, start_block=1)
        with timed("write to SQLite, synced", moves):
            store_all(decoded, rows, store)
        with timed("read back as columns", moves), store.snapshot() as history:
            read = history.moves(history.cashes()[0])
            known = history.addresses()
        store.close()
    source = known.index(next(a for a in known if int(a, 16) == SOURCE))
    MoveColumns.build(known, source, read)


def sweep(columns: MoveColumns, targets: Targets) -> None:
    """One source of the first hundredth of the history, followed to its end by both rules."""
    moves, rows = len(columns.rows), columns.rows
    with timed("order for sweeps (once)", moves):
        stream = Stream.forward_of(columns)
    row = int(np.flatnonzero(rows.from_axis != SOURCE)[moves // 100])
    start = Start(row, int(rows.to_axis[row]), int(rows.amount[row]))
    with timed("pro-rata of one source", moves) as taken:
        shares = spread(stream, Rule.PRORATA, [start])
    assert added(shares) == (start.amount, start.amount)
    print(f"  {'':<28} {len(shares):,} holders")
    targets.note("pro-rata of one source", taken.worked, taken.passed, 1.0)
    with timed("bounds of one source", moves):
        least, most = added(spread(stream, Rule.BOUNDS, [start]))
    assert least <= start.amount <= most


def warm() -> None:
    """Loads the compiled loops, or compiles them the first time: once a machine, and not what is measured."""
    rows = generate(compiled.LONG, 50, 0.5, seed=2)
    with timed("loops made ready (once)", len(rows)):
        columns = MoveColumns.build([str(axis) for axis in range(50)], SOURCE, rows)
        forward(columns, 1, 0, 1)
        stream, start = Stream.forward_of(columns), Start(len(rows) - 1, 1, 1)
        for rule in (Rule.PRORATA, Rule.BOUNDS):
            spread(stream, rule, [start])


def bench(name: str, moves: int, axes: int, keep: float, given: argparse.Namespace) -> None:
    print(f"{name}: {moves:,} moves among {axes:,} axes; load {os.getloadavg()[0]:.1f}")
    rows = generate(moves, axes, keep, seed=1)
    addresses, targets = [f"0x{axis:040x}" for axis in range(axes)], Targets(f"{name}, {moves:,} moves")
    if moves <= given.index_up_to:
        through_the_index(rows, addresses)
    else:
        print(f"  the index is not measured above {given.index_up_to:,} moves")
    folder = tempfile.TemporaryDirectory()
    with folder, timed("build: sort, prove, keep", moves) as taken:
        columns = MoveColumns.build(addresses, SOURCE, rows)
        keep_columns(rows, Path(folder.name))
    targets.note("build, kept on disk", taken.worked, taken.passed, 3.0)
    for largest in (1_000, 1_000_000, 1_000_000_000):
        ask(columns, backward, largest, targets)
        ask(columns, forward, largest, targets)
    sweep(columns, targets)
    if given.duckdb:
        targets.peer("DuckDB recursive query", *duck.compare(columns, given.duckdb, given.peer_seconds))
    if given.peer_seconds:
        compare_with_lot_queue(columns, given.peer_seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"  at most {peak:,} MiB of memory so far, generator and peers included")
    targets.show()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("moves", nargs="*", type=int, default=[1_000_000])
    parser.add_argument(
        "--index-up-to", type=int, default=1_000_000, help="measure SQLite up to so many moves"
    )
    parser.add_argument("--shape", choices=["shallow", "deep"], help="one of the two only")
    parser.add_argument("--duckdb", type=int, default=5, help="so many questions to DuckDB; 0 leaves it out")
    parser.add_argument(
        "--peer-seconds", type=int, default=60, help="how long a peer may take for its questions"
    )
    given = parser.parse_args(arguments)
    warm()
    for moves in given.moves:
        if given.shape != "deep":
            bench("shallow", moves, max(3, moves // 50), 0.1, given)
        if given.shape != "shallow":
            bench("deep", moves, 300, 0.5, given)
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.exit(main())
