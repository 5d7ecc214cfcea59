"""The checker's arithmetic against queues of single fen, and the index's own, over random histories."""

from __future__ import annotations

import random
from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from eth_hash.auto import keccak as reference_keccak

from ledger.reports.checker import moves, packs
from ledger.reports.checker.bonds import Bond
from ledger.reports.checker.moves import (
    MOVED,
    REFUNDED,
    SOURCE,
    Cash,
    Gap,
    Horizon,
    Leaf,
    axis_of,
)
from ledger.reports.checker.packs import Pack
from ledger.reports.checker.proofs import Wrong, hexed, word
from ledger.reports.checker.sweeps import check_shares
from ledger.reports.checker.sweeps import spread as sweep
from ledger.tracing.shares import Rule
from ledger.tracing.steps import Horizon as Far
from ledger.tracing.steps import Why
from ledger.tracing.sweep import Start, Stream, spread
from ledger.tracing.walk import backward, forward
from tests.unit import lot_queue
from tests.unit.lot_queue import columns_of, random_history

CASH, CONTROLLER = "0x" + "ca" * 20, "0x" + "c0" * 20
ORIGIN, POOL, COST = (axis_of(name, 7) for name in ("ORIGIN", "POOL", "COST"))
LINES = [axis_of("LINE", line) for line in (1, 2, 3)]
ALICE, INVESTOR = "0x" + "a1" * 20, "0x" + "12" * 20
NAMED = {
    ORIGIN: ["ORIGIN", 7],
    POOL: ["POOL", 7],
    COST: ["COST", 7],
    axis_of("ESCROW", 7, INVESTOR): ["ESCROW", 7, INVESTOR],
}
RAISED = 120


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """The same hash, faster; the checker's own is shown equal elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moves, "keccak", reference_keccak)
        patch.setattr(packs, "keccak", reference_keccak)
        yield


class Told(Pack):
    """A pack without proofs: moves, and refunds, one a block."""

    def __init__(self, named: dict[str, list[Any]]) -> None:
        super().__init__({})
        self.facts = {"block": 10**9, "purposes": named}
        self.counters: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.events: list[tuple[str, bytes, Any, list[int], bytes]] = []

    def move(self, source: str, target: str, amount: int) -> int:
        out, into = self.counters[source][1], self.counters[target][0]
        self.counters[source][1] += amount
        self.counters[target][0] += amount
        self._tell(CASH, MOVED, [source, target], [amount, out, into, 0])
        return into

    def refund(self, axis: str, number: int, amount: int, line: int) -> None:
        into = self.move(ALICE, axis_of("LINE", line), amount)
        self._tell(
            CONTROLLER,
            REFUNDED,
            [hexed(word(7)), hexed(word(line)), axis],
            [number, amount, into, 0],
            same=True,
        )

    def _tell(
        self, contract: str, event: bytes, topics: list[str], data: list[int], *, same: bool = False
    ) -> None:
        number = len({one[2][0] for one in self.events}) - same
        place = (number, 0, int(same), f"0x{number:064x}")
        said = b"".join(word(one) for one in data)
        self.events.append((contract, event, place, [int(one, 16) for one in topics], said))

    def emitted(self, contract: str, event: bytes) -> Iterator[tuple[Any, list[int], bytes]]:
        return (one[2:] for one in self.events if one[:2] == (contract, event))  # type: ignore[misc]

    def word(self, contract: str, slot: bytes, what: str) -> int:
        into, out = self.counters.get(what.removeprefix("axis "), (0, 0))
        return int(CONTROLLER, 16) if what == "the controller of PROCEEDS" else into | out << 112


# --- a bond's fen, one by one ----------------------------------------------------------------------------


class Queues:
    """First in, first out, one fen at a time; the payment a fen left by is remembered for its refund."""

    def __init__(self) -> None:
        named = {**NAMED, **{axis: ["LINE", line] for line, axis in enumerate(LINES, 1)}}
        self.pack = Told(named)
        self.queue: dict[str, deque[int]] = defaultdict(deque)
        self.left: dict[tuple[str, int], int] = {}
        self.stands: dict[int, str] = {}
        self.refunded: set[int] = set()
        self.paid: list[list[int]] = []

    def move(self, source: str, target: str, amount: int) -> None:
        out = self.pack.counters[source][1]
        self.pack.move(source, target, amount)
        for at in range(amount):
            fen = self.queue[source].popleft()
            self.left[source, out + at] = fen
            self.queue[target].append(fen)
            self.stands[fen] = target

    def pay(self, line: int, amount: int) -> None:
        self.paid.append([line, self.pack.counters[LINES[line]][1], amount])
        self.move(LINES[line], ALICE, amount)

    def refund(self, payment: list[int], amount: int) -> None:
        """The payment's next unrefunded fen come back to the line, as the contract takes them."""
        line, number, left = payment
        self.pack.refund(LINES[line], number, amount, line + 1)
        for at in range(amount):
            fen = self.left[LINES[line], number + at]
            self.queue[LINES[line]].append(fen)
            self.stands[fen] = LINES[line]
            self.refunded.add(fen)
        payment[1:] = [number + amount, left - amount]


def play(seed: int, steps: int) -> Queues:
    rng, queues = random.Random(seed), Queues()
    escrow = axis_of("ESCROW", 7, INVESTOR)
    queues.pack.move(SOURCE, INVESTOR, RAISED)
    queues.pack.move(INVESTOR, escrow, RAISED)
    queues.pack.move(escrow, ORIGIN, RAISED)
    queues.queue[ORIGIN].extend(range(RAISED))
    cost = rng.randrange(1, RAISED)
    queues.move(ORIGIN, COST, cost)
    queues.move(ORIGIN, POOL, RAISED - cost)
    for _ in range(steps):
        line = rng.randrange(3)
        choice = rng.choice(["allocate", "pay", "pay", "take back", "refund", "refund"])
        source = POOL if choice == "allocate" else LINES[line]
        payments = [payment for payment in queues.paid if payment[2]]
        if choice == "refund" and payments:
            payment = rng.choice(payments)
            queues.refund(payment, rng.randint(1, payment[2]))
        elif choice != "refund" and queues.queue[source]:
            amount = rng.randint(1, len(queues.queue[source]))
            if choice == "pay":
                queues.pay(line, amount)
            else:
                queues.move(source, LINES[line] if choice == "allocate" else POOL, amount)
    return queues


@pytest.mark.parametrize("seed", range(40))
def test_a_bonds_fen_are_where_the_queues_have_them(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cash, "bond_of", lambda cash, axis: 7 if axis in cash.purposes else None)
    queues = play(seed, steps=40)
    bond = Bond(Cash(queues.pack, CASH), 7)
    told = {fen: leaf for leaf in bond.leaves for fen in range(leaf.start, leaf.end)}
    assert {fen: leaf.last.axis for fen, leaf in told.items()} == queues.stands
    assert {
        fen for fen, leaf in told.items() if any(stop.refund_of for stop in leaf.stops)
    } == queues.refunded


def test_a_refund_of_what_never_left_and_one_of_two_payments_are_refused() -> None:
    queues = play(1, steps=0)
    for line, amount in ((0, 5), (0, 5)):
        queues.move(POOL, LINES[line], amount)
        queues.pay(line, amount)
    queues.pack.refund(LINES[0], 3, 4, 1)
    with pytest.raises(Gap, match=r"the payment that move .* reverses is missing"):
        Cash(queues.pack, CASH).walk(LINES[0], 10, 12, back=True)


# --- any money -------------------------------------------------------------------------------------------


def told(queue: lot_queue.LotQueue) -> tuple[Told, dict[int, str]]:
    """The same moves as the checker sees them, and its name for each axis."""
    pack = Told({})
    for _, _, source, target, amount, _, _ in queue.moves:
        ends = [SOURCE if axis == lot_queue.SOURCE else f"0x{axis:040x}" for axis in (source, target)]
        pack.move(*ends, amount)
    return pack, {axis: f"0x{axis:040x}" for axis in range(1, 20)} | {lot_queue.SOURCE: SOURCE}


def history(seed: int) -> tuple[random.Random, lot_queue.LotQueue, int]:
    rng = random.Random(seed)
    axes = rng.randint(3, 7)
    return rng, random_history(rng, axes, moves=rng.randint(10, 60), largest=10 ** rng.randint(1, 3)), axes


WHY = {"rest": Why.REST, "end": Why.STOP, "cut": Why.CUT}


@pytest.mark.spec("EVD-1")
@pytest.mark.parametrize("seed", range(30))
def test_both_walks_are_those_of_the_index_within_any_horizon(seed: int) -> None:
    rng, queue, axes = history(seed)
    pack, names = told(queue)
    cash, columns = Cash(pack, CASH), columns_of(queue, axes)
    axis = rng.choice([axis for axis in range(1, axes) if queue.entered[axis]])
    start = rng.randrange(len(queue.entered[axis]))
    end = rng.randint(start + 1, len(queue.entered[axis]))
    hops, least = rng.choice([None, None, 0, 1, 3]), rng.choice([1, 1, 5])
    row = rng.choice([None, rng.randrange(len(queue.moves))])
    for back in (False, True):
        far = {"first_row" if back else "last_row": row} if row is not None else {}
        walk = backward if back else forward
        flow = walk(columns, axis, start, end, horizon=Far(hops=hops, least=least, **far))  # type: ignore[arg-type]
        found = cash.walk(
            names[axis], start, end, back=back, horizon=Horizon(1 << 62 if hops is None else hops, least, row)
        )
        assert [(leaf.start, leaf.end - leaf.start, int(WHY[leaf.why])) for leaf in found] == list(
            zip(
                flow.leaves.start.tolist(), flow.leaves.amount.tolist(), flow.leaves.why.tolist(), strict=True
            )
        )
        for at, leaf in enumerate(found):
            nodes = flow.path(at)
            stops = [(names[int(flow.nodes.axis[n])], flow.number(n, leaf.start)) for n in nodes]
            assert [(stop.axis, leaf.start + stop.shift) for stop in leaf.stops] == stops


@pytest.mark.spec("EVD-1")
@pytest.mark.parametrize("rule", ["prorata", "bounds"])
@pytest.mark.parametrize("seed", range(30))
def test_amounts_by_the_rules_that_number_no_fen_are_those_of_the_index(seed: int, rule: str) -> None:
    """Several starts, so that some come round; one fen more or less anywhere is refused."""
    rng, queue, axes = history(seed)
    pack, names = told(queue)
    cash, columns = Cash(pack, CASH), columns_of(queue, axes)
    rows, back = columns.rows, rng.random() < 0.5
    asked = np.flatnonzero((rows.from_axis != lot_queue.SOURCE) & (rows.to_axis != lot_queue.SOURCE)).tolist()
    if not asked:
        return
    chosen = sorted(set(rng.choices(asked, k=rng.randint(1, 3))))
    ends = (rows.from_axis if back else rows.to_axis).tolist()
    starts = [Start(row, ends[row], int(rows.amount[row])) for row in chosen]
    stream = Stream.backward_of(columns) if back else Stream.forward_of(columns)
    shares = spread(stream, Rule.named(rule), starts)
    lines = [
        {"at": (names[one.axis], one.why is Why.STOP), "least": str(one.least), "most": str(one.most)}
        for one in shares
    ]
    total = sum(start.amount for start in starts)
    found = sweep(
        cash,
        [(row, names[ends[row]], int(rows.amount[row])) for row in chosen],
        rule,
        back,
        lambda at, axis: False,
    )

    def judged() -> None:
        check_shares(lines, found, lambda line: line["at"], lambda axis, ended: (axis, ended), total, rule)

    judged()
    for line in lines:
        true = dict(line)
        for change in (1, -1):
            line.update(least=str(int(true["least"]) + change), most=str(int(true["most"]) + change))
            with pytest.raises(Wrong):
                judged()
        line.update(true)
    for at in range(len(lines)):
        gone = lines.pop(at)
        with pytest.raises(Wrong):
            judged()
        lines.insert(at, gone)


def test_a_rule_needs_every_axis_that_its_money_reached_whole() -> None:
    pack = Told({})
    for source, target in ((SOURCE, ALICE), (SOURCE, INVESTOR), (ALICE, INVESTOR), (INVESTOR, ALICE)):
        pack.move(source, target, 10)
    del pack.events[1]
    with pytest.raises(Gap, match=f"moves into axis {INVESTOR} .*is missing"):
        sweep(Cash(pack, CASH), [(0, ALICE, 10)], "prorata", False, lambda at, axis: False)


def test_a_fen_that_rests_is_one_that_the_counter_has_not_reached() -> None:
    pack = Told({})
    for source, target, amount in ((SOURCE, ALICE, 10), (ALICE, INVESTOR, 4)):
        pack.move(source, target, amount)
    whole = Cash(pack, CASH).walk(ALICE, 0, 10)
    assert [(leaf.start, leaf.end, leaf.last.axis, leaf.why) for leaf in whole] == [
        (0, 4, INVESTOR, "rest"),
        (4, 10, ALICE, "rest"),
    ]
    assert isinstance(whole[0], Leaf)
    del pack.events[1]
    with pytest.raises(Gap, match=r"moves out of axis .*\[0, 10\) is missing after the question"):
        Cash(pack, CASH).walk(ALICE, 0, 10)
