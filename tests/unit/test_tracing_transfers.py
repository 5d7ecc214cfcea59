"""Real token transfers: both questions of 1,000 random payments, equal to the unit to a plain lot queue."""

from __future__ import annotations

import csv
import gzip
import random
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from ledger.tracing.foreign import ForeignMoves, Transfer, foreign_moves
from ledger.tracing.shares import Rule, added
from ledger.tracing.sweep import Start, Stream, spread
from ledger.tracing.walk import Flow, Why, backward, forward

FILE = Path(__file__).parents[1] / "data" / "transfers" / "erc20_transfers_graphpulse_228586.csv.gz"
TOKENS = ("digixdao(DGD)", "adex(ADX)", "centra(CTR)")
PAYMENTS = 1_000
OUTSIDE = "outside"
Lot = tuple[int, int]


@cache
def transfers(token: str) -> list[Transfer]:
    with gzip.open(FILE, "rt", newline="") as lines:
        return [
            (int(row["unix_time"]), row["from_node"], row["to_node"], int(row["value_raw_units"]))
            for row in csv.DictReader(lines)
            if row["token"] == token
        ]


@cache
def loaded(token: str) -> ForeignMoves:
    return foreign_moves(transfers(token))


@dataclass
class LotQueue:
    """Lots of units numbered as they came from outside, first in, first out."""

    queues: dict[str, deque[Lot]] = field(default_factory=lambda: defaultdict(deque))
    balance: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    outside: int = 0
    paid: list[list[Lot]] = field(default_factory=list)

    def pay(self, payer: str, payee: str, amount: int) -> None:
        lacking = amount - self.balance[payer]
        if lacking > 0:
            self.queues[payer].append((self.outside, lacking))
            self.balance[payer] += lacking
            self.outside += lacking
        lots = list(self.take(self.queues[payer], amount))
        self.balance[payer] -= amount
        self.balance[payee] += amount
        self.queues[payee].extend(lots)
        self.paid.append(lots)

    @staticmethod
    def take(queue: deque[Lot], amount: int) -> Iterator[Lot]:
        while amount:
            start, length = queue.popleft()
            taken = min(length, amount)
            if taken < length:
                queue.appendleft((start + taken, length - taken))
            yield start, taken
            amount -= taken


@cache
def replayed(token: str) -> LotQueue:
    queue = LotQueue()
    for _, payer, payee, amount in sorted(transfers(token), key=lambda one: one[0]):
        if amount and payer != payee:
            queue.pay(payer, payee, amount)
    return queue


@cache
def resting(token: str) -> tuple[list[int], list[tuple[int, str]]]:
    """Where each unit is in the end: lots sorted by their numbers, with length and account."""
    lots = sorted((s, n, name) for name, queue in replayed(token).queues.items() for s, n in queue)
    return [start for start, _, _ in lots], [(length, name) for _, length, name in lots]


def placed(token: str, lots: list[Lot]) -> list[tuple[str, int]]:
    starts, places = resting(token)
    found: list[tuple[str, int]] = []
    for start, length in lots:
        end = start + length
        at = bisect_right(starts, start) - 1
        while start < end:
            until = min(starts[at] + places[at][0], end)
            found.append((places[at][1], until - start))
            start, at = until, at + 1
    return joined(found)


def joined(parts: list[tuple[str, int]]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for name, amount in parts:
        if found and found[-1][0] == name:
            found[-1] = (name, found[-1][1] + amount)
        else:
            found.append((name, amount))
    return found


def merged(lots: list[Lot]) -> list[Lot]:
    found: list[Lot] = []
    for start, length in lots:
        if found and sum(found[-1]) == start:
            found[-1] = (found[-1][0], found[-1][1] + length)
        else:
            found.append((start, length))
    return found


def leaves(moves: ForeignMoves, flow: Flow) -> list[tuple[str, int]]:
    return joined([(moves.columns.axes[flow.axis(i)], int(a)) for i, a in enumerate(flow.leaves.amount)])


def test_every_transfer_is_loaded_and_what_came_from_outside_is_shown() -> None:
    counted = {token: len(transfers(token)) for token in TOKENS}
    assert sum(counted.values()) == 228_586
    for token in TOKENS:
        moves = loaded(token)
        assert len(moves) + moves.idle == counted[token]
        assert len(moves) == len(replayed(token).paid)
        assert moves.from_outside == replayed(token).outside > 0
        assert int(moves.opened.sum()) == sum(moves.columns.rows.from_axis == 0)


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.spec("CASH-1")
def test_both_questions_equal_the_lot_queue_to_the_unit(token: str) -> None:
    """Also where amounts pass 63 bits, as raw units of a token with 18 decimals do."""
    moves, queue = loaded(token), replayed(token)
    rows = moves.columns.rows
    payments = (moves.opened == 0).nonzero()[0]
    rng = random.Random(token)
    for number in rng.sample(range(len(payments)), -(-PAYMENTS // len(TOKENS))):
        row = int(payments[number])
        amount, at, to = rows.amount[row], rows.out_offset[row], rows.in_offset[row]
        origin = backward(moves.columns, int(rows.from_axis[row]), at, at + amount)
        numbers = [(int(origin.at(i)), int(a)) for i, a in enumerate(origin.leaves.amount)]
        assert merged(numbers) == merged(queue.paid[number])
        assert (origin.leaves.why == Why.STOP).all()
        fate = forward(moves.columns, int(rows.to_axis[row]), to, to + amount)
        assert leaves(moves, fate) == placed(token, queue.paid[number])


@pytest.mark.spec("TRACE-3")
def test_pro_rata_and_bounds_sum_on_real_transfers() -> None:
    moves = loaded("adex(ADX)")
    rows = moves.columns.rows
    payments = (moves.opened == 0).nonzero()[0]
    for stream in (Stream.forward_of(moves.columns), Stream.backward_of(moves.columns)):
        for row in random.Random(3).sample(list(map(int, payments)), 3):
            axis = rows.from_axis if stream.backward else rows.to_axis
            start = Start(row, int(axis[row]), int(rows.amount[row]))
            assert added(spread(stream, Rule.PRORATA, [start])) == (start.amount, start.amount)
            least, most = added(spread(stream, Rule.BOUNDS, [start]))
            assert least <= start.amount <= most
