"""Both questions against a naive lot queue, equal to the fen; histories that do not tile are refused."""

from __future__ import annotations

import random

import numpy as np
import pytest

from ledger.domain.history import MoveRows
from ledger.tracing import columns as columns_
from ledger.tracing import compiled, steps
from ledger.tracing.columns import IncompleteHistory, MoveColumns
from ledger.tracing.walk import BadRange, Flow, Horizon, Why, backward, forward
from tests.unit.lot_queue import SOURCE, Fen, LotQueue, columns_of, random_history

SEEDS = range(25)


@pytest.fixture(
    params=["part by part", "all at once", "all at once, beyond 63 bits", "compiled"], autouse=True
)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All ways of advancing give the same answers."""
    monkeypatch.setattr(steps, "_NARROW", 10**9 if request.param == "part by part" else 0)
    monkeypatch.setattr(compiled, "LONG", 0 if request.param == "compiled" else 10**9)
    if request.param.endswith("63 bits"):
        monkeypatch.setattr(columns_, "LARGEST", -1)


def stops(flow: Flow, leaf: int, fen: int) -> list[tuple[int, int]]:
    """What the flow says about one fen: each axis it stood on and its number there."""
    return [(int(flow.nodes.axis[n]), flow.number(n, fen)) for n in flow.path(leaf)]


def rows(flow: Flow, leaf: int) -> list[int]:
    return [int(flow.side.row[flow.nodes.edge[n]]) for n in flow.path(leaf)[1:]]


def ends(flow: Flow) -> list[tuple[int, int, int]]:
    """(axis, number there, amount) of each leaf."""
    return [(flow.axis(leaf), flow.at(leaf), int(a)) for leaf, a in enumerate(flow.leaves.amount)]


def each_fen(flow: Flow, start: int, end: int) -> list[tuple[int, int]]:
    """(leaf, fen) for every fen that was asked for; fails unless the leaves tile the question."""
    leaves = flow.leaves
    found = [
        (leaf, fen)
        for leaf in range(len(leaves))
        for fen in range(int(leaves.start[leaf]), int(leaves.start[leaf] + leaves.amount[leaf]))
    ]
    assert [fen for _, fen in found] == list(range(start, end))
    return found


def position(fen: Fen, axis: int, number: int) -> int:
    return fen.stops.index((axis, number))


@pytest.mark.parametrize("seed", SEEDS)
def test_forward_equals_the_lot_queue_for_every_fen_of_every_axis(seed: int) -> None:
    """CASH-1: fen x that leaves an axis is fen x that entered it, all the way to where it rests."""
    rng = random.Random(seed)
    axes = rng.randint(3, 9)
    queue = random_history(rng, axes, moves=60, largest=30)
    columns = columns_of(queue, axes)
    for axis in range(axes):
        known = queue.left[SOURCE] if axis == SOURCE else queue.entered[axis]
        if not known:
            continue
        start = rng.randrange(len(known))
        end = rng.randint(start + 1, len(known))
        flow = forward(columns, axis, start, end)
        for leaf, fen in each_fen(flow, start, end):
            one = known[fen]
            begin = position(one, axis, fen)
            assert stops(flow, leaf, fen) == one.stops[begin:]
            assert rows(flow, leaf) == one.rows[begin:]


@pytest.mark.parametrize("seed", SEEDS)
def test_backward_equals_the_lot_queue_for_every_fen_of_every_axis(seed: int) -> None:
    """CASH-1: every fen is followed back to the mint it came from."""
    rng = random.Random(1000 + seed)
    axes = rng.randint(3, 9)
    queue = random_history(rng, axes, moves=60, largest=30)
    columns = columns_of(queue, axes)
    for axis in range(axes):
        known = queue.entered[axis]
        if not known:
            continue
        flow = backward(columns, axis, 0, len(known))
        for leaf, fen in each_fen(flow, 0, len(known)):
            one = known[fen]
            begin = len(one.stops) - 1 if axis == SOURCE else position(one, axis, fen)  # burned, not minted
            assert stops(flow, leaf, fen) == one.stops[: begin + 1][::-1]
            assert rows(flow, leaf) == one.rows[:begin][::-1]
            assert flow.leaves.why[leaf] == Why.STOP


def test_wide_levels_take_the_search_over_all_at_once() -> None:
    """More parts in a level than are searched one by one give the same answer."""
    rng = random.Random(7)
    queue = random_history(rng, 6, moves=600, largest=400)
    columns = columns_of(queue, 6)
    end = len(queue.left[SOURCE])
    flow = forward(columns, SOURCE, 0, end)
    assert len(flow.leaves) > 300
    for leaf, fen in each_fen(flow, 0, end):
        assert stops(flow, leaf, fen) == queue.left[SOURCE][fen].stops


def test_what_lies_beyond_the_horizon_is_shown_as_cut() -> None:
    queue = LotQueue()
    queue.mint(1, 100)
    queue.move(1, 2, 60)
    queue.move(2, 3, 50)
    columns = columns_of(queue, 4)
    near = forward(columns, 1, 0, 100, horizon=Horizon(hops=1))
    assert ends(near) == [(2, 0, 50), (2, 50, 10), (1, 60, 40)]
    assert near.leaves.why.tolist() == [Why.CUT, Why.REST, Why.REST]
    assert near.cut() == 50
    coarse = forward(columns, 1, 0, 100, horizon=Horizon(least=61))
    assert coarse.cut() == 50
    assert forward(columns, 1, 0, 100).cut() == 0


def test_a_walk_ends_at_the_axes_it_may_not_leave() -> None:
    queue = LotQueue()
    queue.mint(1, 10)
    queue.move(1, 2, 10)
    queue.move(2, 3, 10)
    columns = columns_of(queue, 4)
    stop = np.array([False, False, True, False])
    flow = forward(columns, 1, 0, 10, stop=stop)
    assert (flow.axis(0), int(flow.leaves.why[0])) == (2, Why.STOP)


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (6, 5), (0, 11)])
def test_intervals_out_of_range_are_refused(start: int, end: int) -> None:
    queue = LotQueue()
    queue.mint(1, 10)
    columns = columns_of(queue, 2)
    with pytest.raises(BadRange):
        forward(columns, 1, start, end)
    with pytest.raises(BadRange):
        backward(columns, 1, start, end)


def test_a_dropped_move_names_axis_and_number() -> None:
    """CASH-1: an omitted move is a gap."""
    queue = LotQueue()
    queue.mint(1, 10)
    queue.mint(1, 20)
    queue.move(1, 2, 5)
    queue.move(1, 2, 6)
    del queue.moves[2]
    with pytest.raises(IncompleteHistory, match="gap in the outgoing moves of axis axis-1 at 0") as caught:
        columns_of(queue, 3)
    assert (caught.value.who, caught.value.had, caught.value.needed) == ("axis-1", 5, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_dropped_move_is_noticed(seed: int) -> None:
    """CASH-1: what is not a gap is a last move, and that differs from the counters."""
    rng = random.Random(seed)
    queue = random_history(rng, 6, moves=30, largest=9)
    proved = {a: (len(queue.entered[a]), len(queue.left[a])) for a in range(6)}
    columns_of(queue, 6).require_counters(proved)
    whole = list(queue.moves)
    for dropped in range(len(whole)):
        queue.moves = whole[:dropped] + whole[dropped + 1 :]
        with pytest.raises(IncompleteHistory):
            columns_of(queue, 6).require_counters(proved)


@pytest.mark.parametrize("seed", SEEDS)
def test_doubled_and_exchanged_moves_are_noticed(seed: int) -> None:
    rng = random.Random(seed)
    queue = random_history(rng, 5, moves=30, largest=9)
    whole = list(queue.moves)
    at = rng.randrange(len(whole) - 1)
    queue.moves = [*whole[: at + 1], *whole[at:]]
    with pytest.raises(IncompleteHistory):
        columns_of(queue, 5)
    queue.moves = [*whole[:at], whole[at + 1], whole[at], *whole[at + 2 :]]
    with pytest.raises(IncompleteHistory, match="before an earlier one"):
        columns_of(queue, 5)


def test_exchanging_the_numbers_of_two_equal_moves_is_noticed() -> None:
    """The same amounts tile in either order; the order in the chain does not let them."""
    queue = LotQueue()
    queue.mint(1, 10)
    queue.mint(2, 10)
    first, second = queue.moves
    queue.moves = [(*first[:5], second[5], first[6]), (*second[:5], first[5], second[6])]
    with pytest.raises(IncompleteHistory, match="gap in the outgoing moves of axis axis-0"):
        columns_of(queue, 3)


def test_spending_what_had_not_come_in_is_noticed() -> None:
    moves = [(0, 0, SOURCE, 1, 5, 0, 0), (1, 1, 1, 2, 6, 0, 0), (2, 2, SOURCE, 1, 5, 5, 5)]
    with pytest.raises(IncompleteHistory, match="axis axis-1 paid out 1 that had not come in"):
        MoveColumns.build(["axis-0", "axis-1", "axis-2"], SOURCE, MoveRows.of(*zip(*moves, strict=True)))


def test_a_move_of_nothing_is_refused() -> None:
    with pytest.raises(IncompleteHistory, match="a move of nothing"):
        MoveColumns.build(["a", "b"], SOURCE, MoveRows.of([0], [0], [0], [1], [0], [0], [0]))


def test_an_empty_history_is_complete() -> None:
    columns = MoveColumns.build(["axis-0"], SOURCE, MoveRows.none())
    assert columns.counters(0) == (0, 0)


def test_large_counters_are_exact() -> None:
    """Numbers near the top of 63 bits, where a floating-point number would be off by hundreds."""
    top = 2**62
    moves = [(0, 0, 0, 1, top, 0, 0), (1, 1, 1, 2, top - 1, 0, 0), (2, 2, 0, 1, top - 1, top, top)]
    columns = MoveColumns.build(["s", "a", "b"], SOURCE, MoveRows.of(*zip(*moves, strict=True)))
    flow = forward(columns, 1, top - 2, top + 1)
    assert ends(flow) == [(2, top - 2, 1), (1, top - 1, 2)]
