"""The compiled loops against the plain ones: equal number for number, up to the top of 62 bits."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from ledger.domain.history import MoveRows
from ledger.tracing import compiled
from ledger.tracing.columns import MoveColumns
from ledger.tracing.fasttags import FastBounds, FastProrata
from ledger.tracing.shares import Rule, Share
from ledger.tracing.steps import BoolArray, Horizon
from ledger.tracing.sweep import Start, Stream, spread
from ledger.tracing.walk import backward, forward

pytestmark = pytest.mark.spec("TRACE-3")

SEEDS = range(30)
SOURCE = 0
AXES = 7


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], tuple[object, object]]:
    """What a question gives by plain loops, and by compiled ones."""

    def ask(question: Callable[[], object]) -> tuple[object, object]:
        monkeypatch.setattr(compiled, "LONG", 10**9)
        plain = question()
        monkeypatch.setattr(compiled, "LONG", 0)
        return plain, question()

    return ask


Both = Callable[[Callable[[], object]], tuple[object, object]]


def history(seed: int) -> MoveRows:
    """Mints, burns, fan-in, loops and moves to oneself, of amounts of any magnitude up to 2^60 in all."""
    rng = random.Random(seed)
    room = 10 ** rng.choice([2, 4, 8, 9, 10, 13, 14, 15, 16, 17, 18])
    out, into = [0] * AXES, [0] * AXES
    moves: list[tuple[int, ...]] = []
    for row in range(rng.randint(20, 120)):
        held = [into[axis] - out[axis] for axis in range(AXES)]
        funded = [axis for axis in range(1, AXES) if held[axis]]
        payer = rng.choice(funded) if funded and rng.random() < 0.8 else SOURCE
        payee = rng.randrange(AXES) if payer and rng.random() < 0.5 else rng.randint(1, 2)
        amount = some_of(rng, held[payer]) if payer else 1 + rng.randrange(room // 100 or 1)
        moves.append((row // 3, row, payer, payee, amount, out[payer], into[payee]))
        out[payer] += amount
        into[payee] += amount
    return MoveRows.of(*zip(*moves, strict=True))


def some_of(rng: random.Random, balance: int) -> int:
    """One fen, all, all but one, or any part."""
    return rng.choice([1, balance, max(1, balance - 1), rng.randint(1, balance), rng.randint(1, balance)])


def build(rows: MoveRows) -> MoveColumns:
    return MoveColumns.build([f"axis-{axis}" for axis in range(AXES)], SOURCE, rows)


def asked(seed: int, rows: MoveRows) -> tuple[int, bool]:
    """A move between accounts, and a direction."""
    rng = random.Random(seed)
    among = np.flatnonzero((rows.from_axis != SOURCE) & (rows.to_axis != SOURCE)).tolist()
    return rng.choice(among), rng.random() < 0.5


def horizons(seed: int, rows: MoveRows) -> Iterator[Horizon]:
    rng, moves = random.Random(seed), len(rows)
    first, last = sorted(rng.randrange(moves) for _ in range(2))
    yield Horizon()
    yield Horizon(hops=rng.randint(0, 5))
    yield Horizon(first_row=first, last_row=last)
    yield Horizon(least=1 + rng.randrange(int(rows.amount.max())))
    yield Horizon(hops=rng.randint(0, 3), least=1 + rng.randrange(int(rows.amount.max())), last_row=last)


def stops(seed: int) -> BoolArray:
    rng = random.Random(seed)
    return np.array([rng.random() < 0.15 for _ in range(AXES)], dtype=np.bool_)


@pytest.mark.parametrize("seed", SEEDS)
def test_columns_and_balances_are_the_same(seed: int, both: Both) -> None:
    """CASH-1: sorted by counting or by comparing, proved in one pass or in many."""
    rows = history(seed)

    def made() -> list[list[int]]:
        columns = build(rows)
        named = ("first", "near", "amount", "far_axis", "far", "row", "refund")
        sides = (getattr(side, name) for side in (columns.outgoing, columns.incoming) for name in named)
        return [column.tolist() for column in (*sides, *columns.balances())]

    plain, fast = both(made)
    assert fast == plain


@pytest.mark.parametrize("seed", SEEDS)
def test_walks_are_the_same_stop_for_stop(seed: int, both: Both) -> None:
    """TRACE-4: nodes and leaves in the same order, under every horizon, with axes that end them."""
    rows = history(seed)
    columns, (row, back) = build(rows), asked(seed, rows)
    walk, axis = (backward, rows.from_axis) if back else (forward, rows.to_axis)
    start = int((rows.out_offset if back else rows.in_offset)[row])
    end = start + int(rows.amount[row])

    for horizon in horizons(seed, rows):

        def walked(horizon: Horizon = horizon) -> list[list[int]]:
            flow = walk(columns, int(axis[row]), start, end, stop=stops(seed), horizon=horizon)
            return [column.tolist() for column in (*flow.nodes.columns(), *flow.leaves.columns())]

        plain, fast = both(walked)
        assert fast == plain


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_where_a_move_is_looked_for_first_changes_no_answer(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRACE-4: near by is only where the search begins; before and behind the axis, and anywhere else."""
    monkeypatch.setattr(compiled, "LONG", 0)
    rows, rng = history(seed), random.Random(seed)
    columns, (row, back) = build(rows), asked(seed, rows)
    walk, axis = (backward, rows.from_axis) if back else (forward, rows.to_axis)
    side = columns.incoming if back else columns.outgoing
    start = int((rows.out_offset if back else rows.in_offset)[row])

    def walked() -> list[list[int]]:
        flow = walk(columns, int(axis[row]), start, start + int(rows.amount[row]))
        return [column.tolist() for column in (*flow.nodes.columns(), *flow.leaves.columns())]

    found = walked()
    for _ in range(3):
        side.near_by[:] = [rng.randint(-5, len(rows) + 5) for _ in range(len(rows))]
        assert walked() == found


def sweeps(seed: int, rule: Rule) -> list[list[Share]]:
    """One start, or all there were on an account, so that money comes round and starts again; with every
    horizon, and axes and moves that end money."""
    rows = history(seed)
    columns, (row, back) = build(rows), asked(seed, rows)
    stream = Stream.backward_of(columns) if back else Stream.forward_of(columns)
    ends = rows.from_axis if back else rows.to_axis
    same = np.flatnonzero(ends == ends[row]).tolist() if seed % 3 == 0 else [row]
    starts = [Start(at, int(ends[at]), int(rows.amount[at]) // 2 + 1) for at in same]
    ending = np.array(random.Random(seed).sample(range(len(rows)), 2))
    return [
        spread(stream, rule, starts, stop=stop, ending=end, horizon=horizon)
        for horizon in horizons(seed, rows)
        if rule is Rule.PRORATA or horizon.least == 1
        for stop, end in ((None, None), (stops(seed), ending))
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rule", [Rule.PRORATA, Rule.BOUNDS])
def test_shares_are_the_same_to_the_fen(seed: int, rule: Rule, both: Both) -> None:
    """TRACE-3: forward and backward; tags that pass 64 bits as well."""
    plain, fast = both(lambda: sweeps(seed, rule))
    assert fast == plain


@pytest.mark.parametrize("bits", [8, 30, 31, 32, 46, 47, 48, 54, 55, 56, 61, 62])
def test_a_part_is_rounded_down_exactly_whatever_its_size(bits: int) -> None:
    """TRACE-3: against Python's own integers, at both sides of every change of step."""
    from ledger.tracing.loops import part_of

    rng, top = random.Random(bits), 2**bits - 1
    for _ in range(500):
        balance = rng.choice([top, max(1, top - rng.randrange(5)), rng.randint(1, top)])
        amount = rng.choice([1, balance, max(1, balance - 1), rng.randint(1, balance)])
        whole = rng.choice([0, balance, balance - 1, rng.randint(0, balance), rng.getrandbits(62)])
        fine = rng.choice([0, 2**32 - 1, rng.getrandbits(32)])
        given = (np.uint64(number) for number in (whole, fine, amount, balance))
        part, part_fine = part_of(*given)
        assert int(part) * 2**32 + int(part_fine) == (whole * 2**32 + fine) * amount // balance
        assert int(part_fine) < 2**32


def test_balances_without_room_and_the_source_are_left_to_plain_loops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """TRACE-3: what the compiled loops could not hold is not given to them."""
    made: list[object] = []
    for kind in (FastProrata, FastBounds):
        monkeypatch.setattr(kind, "add", lambda self, start: made.append(self))
    monkeypatch.setattr(compiled, "LONG", 0)
    most = 2**62
    moves = [(0, 0, SOURCE, 1, most, 0, 0), (1, 1, 1, 2, most, 0, 0), (2, 2, 2, 3, most // 2, 0, 0)]
    stream = Stream.forward_of(build(MoveRows.of(*zip(*moves, strict=True))))
    assert int(stream.balance.max()) == most
    for rule in (Rule.PRORATA, Rule.BOUNDS):
        shares = spread(stream, rule, [Start(1, 2, most)])
        assert sum(share.most for share in shares) == most
        small = Stream.forward_of(build(MoveRows.of([0], [0], [SOURCE], [1], [5], [0], [0])))
        spread(small, rule, [Start(0, SOURCE, 5)])
    assert not made


def test_without_numba_long_histories_take_the_plain_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "LONG", 0)
    monkeypatch.setitem(sys.modules, "numba", None)
    compiled._loops.cache_clear()
    try:
        assert compiled.loops_for(10) is None
    finally:
        compiled._loops.cache_clear()


def test_nothing_compiled_is_loaded_before_a_long_history_is_asked_about() -> None:
    """A command's start does not wait for a compiler."""
    told = "import sys, ledger.tracing.sweep, ledger.tracing.walk; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
