"""Pro-rata against exact fractions, bounds against choices made at random, and the rules side by side."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from ledger.domain.history import MoveRows
from ledger.errors import BadInput
from ledger.tracing import compiled, course
from ledger.tracing.columns import MoveColumns
from ledger.tracing.shares import Rule, Share, added, by_largest_remainder, of_flow
from ledger.tracing.steps import Horizon, Why
from ledger.tracing.sweep import Start, Stream, spread
from ledger.tracing.walk import backward, forward
from tests.unit.lot_queue import SOURCE, LotQueue, columns_of, random_history

pytestmark = pytest.mark.spec("TRACE-3")

SEEDS = range(40)
Place = tuple[int, Why]
Question = tuple[MoveColumns, int, bool]


@pytest.fixture(params=["long chunks", "short chunks", "compiled"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All ways of sweeping give the same answers."""
    monkeypatch.setattr(course, "_CHUNK", 3 if request.param == "short chunks" else 8_192)
    monkeypatch.setattr(compiled, "LONG", 0 if request.param == "compiled" else 10**9)


def question(seed: int) -> Question:
    """A random history, one of its moves between accounts, and a direction."""
    rng = random.Random(seed)
    axes = rng.randint(3, 8)
    columns = columns_of(
        random_history(rng, axes, moves=rng.randint(10, 80), largest=10 ** rng.randint(1, 3)), axes
    )
    rows = columns.rows
    asked = np.flatnonzero((rows.from_axis != SOURCE) & (rows.to_axis != SOURCE))
    return columns, int(rng.choice(list(asked))), rng.random() < 0.5


def start_of(columns: MoveColumns, row: int, back: bool) -> Start:
    rows = columns.rows
    return Start(row, int((rows.from_axis if back else rows.to_axis)[row]), int(rows.amount[row]))


def by_rule(columns: MoveColumns, row: int, back: bool, rule: Rule, horizon: Horizon) -> list[Share]:
    rows, start = columns.rows, start_of(columns, row, back)
    if rule is Rule.FIFO:
        at = int((rows.out_offset if back else rows.in_offset)[row])
        walk = backward if back else forward
        return of_flow(walk(columns, start.axis, at, at + start.amount, horizon=horizon))
    stream = Stream.backward_of(columns) if back else Stream.forward_of(columns)
    return spread(stream, rule, [start], horizon=horizon)


def exact(columns: MoveColumns, row: int, back: bool, horizon: Horizon) -> dict[Place, Fraction]:
    """Every balance with its tag, layer by layer of moves made, in fractions; it knows no columns."""
    moves = list(zip(*(column.tolist() for column in columns.rows.columns()), strict=True))
    start = start_of(columns, row, back)
    balances: dict[int, int] = defaultdict(int)
    tags: dict[tuple[int, int], Fraction] = defaultdict(Fraction)
    ended: dict[Place, Fraction] = defaultdict(Fraction)
    if back:
        for _, _, source, to, amount, _, _ in moves:
            balances[source] -= amount
            balances[to] += amount
    for at, (_, _, source, to, amount, _, _) in sorted(enumerate(moves), reverse=back):
        if at == row and back:
            balances[source] += amount
            balances[to] -= amount
            tags[start.axis, 0] += start.amount
            continue
        payer, payee = (to, source) if back else (source, to)
        hidden = at < horizon.first_row or (horizon.last_row is not None and at > horizon.last_row)
        for (axis, hops), tag in [item for item in tags.items() if item[0][0] == payer and payer != SOURCE]:
            part = tag * amount / balances[payer]
            tags[axis, hops] -= part
            if hidden or (horizon.hops is not None and hops >= horizon.hops):
                ended[payer, Why.CUT] += part
            elif payee == SOURCE:
                ended[payer, Why.STOP] += part
            else:
                ended[payee, Why.REST] += 0
                tags[payee, hops + 1] += part
        balances[payer] -= amount
        balances[payee] += amount
        if at == row:
            tags[start.axis, 0] += start.amount
    for (axis, _), tag in tags.items():
        ended[axis, Why.REST] += tag
    return {place: amount for place, amount in ended.items() if amount}


def horizons(seed: int, columns: MoveColumns, row: int, back: bool) -> list[Horizon]:
    rng, last = random.Random(seed), len(columns.rows) - 1
    limit = Horizon(first_row=rng.randint(0, row)) if back else Horizon(last_row=rng.randint(row, last))
    return [Horizon(), Horizon(hops=rng.randint(0, 5)), limit]


def ask_all(check: Callable[[MoveColumns, int, bool, Horizon], None], seed: int) -> None:
    columns, row, back = question(seed)
    for horizon in horizons(seed, columns, row, back):
        check(columns, row, back, horizon)


@pytest.mark.parametrize("seed", SEEDS)
def test_prorata_is_the_exact_fraction_rounded_by_largest_remainder(seed: int) -> None:
    """TRACE-3: each place within one fen of its fraction, and the sum is what was asked."""

    def check(columns: MoveColumns, row: int, back: bool, horizon: Horizon) -> None:
        shares = by_rule(columns, row, back, Rule.PRORATA, horizon)
        fractions = exact(columns, row, back, horizon)
        total = int(columns.rows.amount[row])
        assert sum(fractions.values()) == total
        assert added(shares) == (total, total)
        had = {(share.axis, share.why): share.most for share in shares}
        for place in had.keys() | fractions.keys():
            assert abs(had.get(place, 0) - fractions.get(place, Fraction())) < 1

    ask_all(check, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bounds_contain_fifo_and_prorata(seed: int) -> None:
    """TRACE-3: place by place, with every horizon of hops and time."""

    def check(columns: MoveColumns, row: int, back: bool, horizon: Horizon) -> None:
        total = int(columns.rows.amount[row])
        bounds = by_rule(columns, row, back, Rule.BOUNDS, horizon)
        least, most = added(bounds)
        assert least <= total <= most
        limits = {(share.axis, share.why): (share.least, share.most) for share in bounds}
        for rule in (Rule.FIFO, Rule.PRORATA):
            shares = by_rule(columns, row, back, rule, horizon)
            assert added(shares) == (total, total)
            had = {(share.axis, share.why): share.most for share in shares}
            for place in had.keys() | limits.keys():
                low, high = limits.get(place, (0, 0))
                assert low <= had.get(place, 0) <= high

    ask_all(check, seed)


@pytest.mark.parametrize("seed", range(60))
def test_no_choice_of_fen_leaves_the_bounds(seed: int) -> None:
    """TRACE-3: whoever chooses at each move which fen it takes, tagged or not, stays inside."""
    columns, row, _ = question(seed)
    start = start_of(columns, row, False)
    bounds = spread(Stream.forward_of(columns), Rule.BOUNDS, [start])
    limits = {(share.axis, share.why): (share.least, share.most) for share in bounds}
    rng = random.Random(seed)
    for _ in range(20):
        had = chosen(columns, row, start, rng.choice(("greedy", "shy", "any")), rng)
        assert sum(had.values()) == start.amount
        for place in had.keys() | limits.keys():
            low, high = limits.get(place, (0, 0))
            assert low <= had.get(place, 0) <= high


def chosen(columns: MoveColumns, row: int, start: Start, mood: str, rng: random.Random) -> dict[Place, int]:
    """One of the many ways to label fen: each move takes tagged ones first, last, or as it likes."""
    balances: dict[int, int] = defaultdict(int)
    tags: dict[int, int] = defaultdict(int)
    ended: dict[Place, int] = defaultdict(int)
    for at, (_, _, payer, payee, amount, _, _) in enumerate(zip(*columns.rows.columns(), strict=True)):
        tag, balance = tags[payer], balances[payer]
        fewest, most = max(0, int(amount) + tag - balance), min(tag, int(amount))
        if payer != SOURCE and tag:
            part = {"greedy": most, "shy": fewest}.get(mood, rng.randint(fewest, most))
            tags[payer] -= part
            if payee == SOURCE:
                ended[int(payer), Why.STOP] += part
            else:
                tags[payee] += part
        balances[payer] -= int(amount)
        balances[payee] += int(amount)
        if at == row:
            tags[start.axis] += start.amount
    for axis, tag in tags.items():
        ended[int(axis), Why.REST] += tag
    return {place: amount for place, amount in ended.items() if amount}


def test_what_is_certain_and_what_is_possible() -> None:
    """60 of the payee's 100 go on: of the 50 that are asked about, 10 to 50 went along."""
    queue = LotQueue()
    queue.mint(1, 50)
    queue.mint(2, 50)
    queue.move(1, 2, 50)
    queue.move(2, 3, 60)
    columns = columns_of(queue, 4)
    found = {}
    for rule in Rule:
        shares = by_rule(columns, 2, False, rule, Horizon())
        found[rule] = sorted((share.axis, share.least, share.most) for share in shares)
    assert found == {
        Rule.FIFO: [(2, 40, 40), (3, 10, 10)],
        Rule.PRORATA: [(2, 20, 20), (3, 30, 30)],
        Rule.BOUNDS: [(2, 0, 40), (3, 10, 50)],
    }


def test_the_amount_horizon_shows_what_it_cuts() -> None:
    """TRACE-3: a share below the limit stays where it was last, as cut."""
    queue = LotQueue()
    queue.mint(1, 100)
    queue.mint(2, 100)
    queue.move(1, 2, 100)
    queue.move(2, 3, 30)
    queue.move(2, 4, 150)
    columns = columns_of(queue, 5)
    shares = by_rule(columns, 2, False, Rule.PRORATA, Horizon(least=20))
    assert sorted((share.axis, share.why, share.most) for share in shares) == [
        (2, Why.REST, 10),
        (2, Why.CUT, 15),
        (4, Why.REST, 75),
    ]


def test_several_payments_of_one_bond_are_swept_together() -> None:
    queue = LotQueue()
    queue.mint(1, 300)
    queue.move(1, 2, 100)
    queue.move(2, 3, 50)
    queue.move(1, 3, 150)
    queue.move(3, 4, 200)
    columns = columns_of(queue, 5)
    starts = [Start(3, 3, 150), Start(1, 2, 100)]
    assert spread(Stream.forward_of(columns), Rule.PRORATA, starts) == [
        Share(2, Why.REST, 50, 50),
        Share(4, Why.REST, 200, 200),
    ]
    assert spread(Stream.forward_of(columns), Rule.PRORATA, []) == []


def test_axes_and_moves_where_money_ends() -> None:
    queue = LotQueue()
    queue.mint(1, 100)
    queue.move(1, 2, 100)
    queue.move(2, 3, 40)
    queue.move(2, 4, 60)
    queue.move(4, 1, 60)
    columns = columns_of(queue, 5)
    stop = np.array([False, False, False, True, False])
    stream, start = Stream.forward_of(columns), [Start(1, 2, 100)]
    assert spread(stream, Rule.PRORATA, start, stop=stop) == [
        Share(1, Why.REST, 60, 60),
        Share(2, Why.STOP, 40, 40),
    ]
    ending = np.array([4])
    assert spread(stream, Rule.PRORATA, start, ending=ending) == [
        Share(3, Why.REST, 40, 40),
        Share(4, Why.STOP, 60, 60),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_largest_remainder_keeps_the_sum_and_moves_nothing_by_a_fen(seed: int) -> None:
    rng = random.Random(seed)
    whole = [rng.randrange(1000) for _ in range(rng.randint(1, 9))]
    cuts = sorted(rng.randrange(sum(whole) * 256 + 1) for _ in range(8))
    fine = [b - a for a, b in zip([0, *cuts], [*cuts, sum(whole) * 256], strict=True)]
    rounded = by_largest_remainder(fine, sum(whole), 8)
    assert sum(rounded) == sum(whole)
    assert all(amount // 256 <= got <= -(-amount // 256) for amount, got in zip(fine, rounded, strict=True))
    raised = [at for at, amount in enumerate(fine) if rounded[at] > amount // 256]
    left = [at for at, amount in enumerate(fine) if amount % 256 and at not in raised]
    assert all(fine[up] % 256 >= fine[down] % 256 for up in raised for down in left)


def test_numbers_beyond_63_bits_give_the_same_shares() -> None:
    factor = 10**20
    queue = LotQueue()
    queue.mint(1, 6)
    queue.mint(2, 4)
    queue.move(1, 2, 3)
    queue.move(2, 3, 5)
    rows = [(b, log, s, t, a * factor, o * factor, i * factor) for b, log, s, t, a, o, i in queue.moves]
    columns = MoveColumns.build(list("sabc"), SOURCE, MoveRows.wide(*zip(*rows, strict=True)))
    small = columns_of(queue, 4)
    for rule in Rule:
        for back in (False, True):
            large = by_rule(columns, 2, back, rule, Horizon())
            assert [(s.axis, s.why) for s in large] == [
                (s.axis, s.why) for s in by_rule(small, 2, back, rule, Horizon())
            ]
            if rule is not Rule.BOUNDS:
                assert added(large) == (3 * factor, 3 * factor)


def test_unknown_rules_are_refused() -> None:
    with pytest.raises(BadInput, match="unknown rule"):
        Rule.named("lifo")


def test_bounds_hold_for_money_that_comes_round_and_is_asked_about_again() -> None:
    """All that ever came to an account: 100 fen that left and came back are two hundred numbers of it."""
    queue = LotQueue()
    queue.mint(1, 100)
    for source, to, amount in ((1, 2, 100), (2, 1, 60), (1, 3, 50), (3, 1, 20)):
        queue.move(source, to, amount)
    columns = columns_of(queue, 4)
    starts = [Start(0, 1, 100), Start(2, 1, 60), Start(4, 1, 20)]
    stream = Stream.forward_of(columns)
    bounds = {share.axis: share for share in spread(stream, Rule.BOUNDS, starts)}
    prorata = {share.axis: share.most for share in spread(stream, Rule.PRORATA, starts)}
    numbered = {share.axis: share.most for share in of_flow(forward(columns, 1, 0, 180))}
    for had in (prorata, numbered):
        assert sum(had.values()) == 180
        assert all(bounds[axis].least <= had.get(axis, 0) <= bounds[axis].most for axis in had | bounds)
