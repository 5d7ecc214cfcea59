"""Refunded fen inherit the reversed interval's origin; the payee's own account stays first in, first out."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from ledger.tracing import columns as columns_
from ledger.tracing import compiled, steps
from ledger.tracing.columns import IncompleteHistory, MoveColumns
from ledger.tracing.refunds import Refund, incoming_with, outgoing_with
from ledger.tracing.walk import backward, forward
from tests.unit.lot_queue import Fen, LotQueue, columns_of

BOOKS = (1, 2, 3)
"""Origin 1, then the lines 2 and 3; general axes follow."""
PAYEES = (4, 5, 6)


@pytest.fixture(
    params=["part by part", "all at once", "all at once, beyond 63 bits", "compiled"], autouse=True
)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All ways of advancing give the same answers."""
    monkeypatch.setattr(steps, "_NARROW", 10**9 if request.param == "part by part" else 0)
    monkeypatch.setattr(compiled, "LONG", 0 if request.param == "compiled" else 10**9)
    if request.param.endswith("63 bits"):
        monkeypatch.setattr(columns_, "LARGEST", -1)


class Bond:
    """Random life of a bond whose fen carry tags; a refund hands the reversed tags to what comes back."""

    def __init__(self, rng: random.Random, raised: int) -> None:
        self.queue = LotQueue()
        self.rng = rng
        self.raised = raised
        self.refunds: list[Refund] = []
        self.payments: list[tuple[int, int, list[int | None]]] = []
        self.queue.mint(1, raised)
        for number, fen in enumerate(self.queue.entered[1]):
            fen.tag = number
        for payee in PAYEES:
            queue_other_income(self.queue, payee, rng.randint(0, 40))

    def step(self) -> None:
        self.rng.choice((self.allocate, self.pay, self.pay, self.give_back, self.trade))()

    def allocate(self) -> None:
        if balance := self.queue.balance(1):
            self.queue.move(1, self.rng.choice((2, 3)), self.rng.randint(1, balance))

    def pay(self) -> None:
        line = self.rng.choice((2, 3))
        if balance := self.queue.balance(line):
            offset = len(self.queue.left[line])
            fen = self.queue.move(line, self.rng.choice(PAYEES), self.rng.randint(1, balance))
            self.payments.append((line, offset, take_tags(fen)))

    def give_back(self) -> None:
        open_ = [i for i, payment in enumerate(self.payments) if payment[2]]
        if not open_:
            return
        index = self.rng.choice(open_)
        payer = self.rng.choice(PAYEES)
        amount = min(len(self.payments[index][2]), self.queue.balance(payer), self.rng.randint(1, 20))
        if amount:
            self._refund(index, payer, amount)

    def _refund(self, index: int, payer: int, amount: int) -> None:
        line, offset, tags = self.payments[index]
        in_offset = len(self.queue.entered[line])
        back = self.queue.move(payer, line, amount)
        for fen, tag in zip(back, tags, strict=False):
            fen.tag = tag
        self.refunds.append(Refund(line, offset, amount, line, in_offset))
        self.payments[index] = (line, offset + amount, tags[amount:])

    def trade(self) -> None:
        payer, payee = self.rng.sample(PAYEES, 2)
        if balance := self.queue.balance(payer):
            self.queue.move(payer, payee, self.rng.randint(1, balance))

    def columns(self) -> MoveColumns:
        return columns_of(self.queue, 7)

    def holders(self) -> dict[int, int]:
        """Tag → the books' axis it is on now; tags that are on no axis of the books were paid."""
        found: dict[int, int] = {}
        for axis in BOOKS:
            for fen in self.queue.entered[axis][len(self.queue.left[axis]) :]:
                if fen.tag is not None:
                    found[fen.tag] = axis
        return found


def take_tags(fen: list[Fen]) -> list[int | None]:
    """What left the books carries no tag any more; the payment remembers."""
    tags = [one.tag for one in fen]
    for one in fen:
        one.tag = None
    return tags


def queue_other_income(queue: LotQueue, payee: int, amount: int) -> None:
    if amount:
        queue.mint(payee, amount)


def life(seed: int) -> Bond:
    rng = random.Random(seed)
    bond = Bond(rng, raised=rng.randint(50, 200))
    for _ in range(60):
        bond.step()
    return bond


@pytest.mark.parametrize("seed", range(60))
def test_each_origin_fen_is_where_its_tag_is(seed: int) -> None:
    """BOND-1: the trace of [0, raised) agrees with tags carried by hand, refunds and re-refunds included."""
    bond = life(seed)
    columns = bond.columns()
    general = [axis not in BOOKS for axis in range(7)]
    flow = forward(columns, 1, 0, bond.raised, side=outgoing_with(columns, bond.refunds), stop=_mask(general))
    holders = bond.holders()
    for leaf in range(len(flow.leaves)):
        start = int(flow.leaves.start[leaf])
        for fen in range(start, start + int(flow.leaves.amount[leaf])):
            assert holders.get(fen, "paid") == (flow.axis(leaf) if flow.axis(leaf) in BOOKS else "paid")
    assert int(flow.leaves.amount.sum()) == bond.raised


@pytest.mark.parametrize("seed", range(60))
def test_walking_back_from_a_line_reaches_the_origin_it_came_from(seed: int) -> None:
    """BOND-1: backward is the inverse of forward, through refunds too."""
    bond = life(seed)
    columns = bond.columns()
    side = incoming_with(columns, bond.refunds)
    for line in (2, 3):
        entered = bond.queue.entered[line]
        if not entered:
            continue
        flow = backward(columns, line, 0, len(entered), side=side, stop=_mask([a == 1 for a in range(7)]))
        gone = len(bond.queue.left[line])
        for leaf in range(len(flow.leaves)):
            assert flow.axis(leaf) == 1, "the books' own money comes from the origin alone"
            start = int(flow.leaves.start[leaf])
            for fen in range(max(start, gone), start + int(flow.leaves.amount[leaf])):
                assert entered[fen].tag == flow.at(leaf) + fen - start


def test_a_refund_shows_payment_and_refund_on_its_edge() -> None:
    queue = LotQueue()
    queue.mint(1, 10)
    queue.move(1, 2, 10)
    queue.move(2, 4, 8)
    queue.move(4, 2, 3)
    columns = columns_of(queue, 5)
    side = outgoing_with(columns, [Refund(axis=2, reversed_offset=0, amount=3, line_axis=2, in_offset=10)])
    flow = forward(columns, 1, 0, 10, side=side, stop=_mask([a == 4 for a in range(5)]))
    found = [(int(flow.leaves.start[i]), flow.axis(i), flow.at(i)) for i in range(len(flow.leaves))]
    assert found == [(0, 2, 10), (3, 4, 3), (8, 2, 8)]
    back = flow.nodes.edge[flow.path(0)[-1]]
    assert (int(side.row[back]), int(side.refund[back])) == (2, 3)


def test_a_refund_in_the_middle_of_a_payment_leaves_both_its_ends() -> None:
    queue = LotQueue()
    queue.mint(1, 10)
    queue.move(1, 4, 10)
    queue.move(4, 2, 3)
    columns = columns_of(queue, 5)
    side = outgoing_with(columns, [Refund(axis=1, reversed_offset=5, amount=3, line_axis=2, in_offset=0)])
    flow = forward(columns, 1, 0, 10, side=side, stop=_mask([a == 4 for a in range(5)]))
    found = [(int(flow.leaves.start[i]), flow.axis(i), flow.at(i)) for i in range(len(flow.leaves))]
    assert found == [(0, 4, 0), (5, 2, 0), (8, 4, 8)]


@pytest.mark.parametrize(
    "refund",
    [
        Refund(axis=2, reversed_offset=5, amount=3, line_axis=2, in_offset=10),
        Refund(axis=2, reversed_offset=0, amount=2, line_axis=2, in_offset=10),
        Refund(axis=2, reversed_offset=0, amount=3, line_axis=2, in_offset=13),
    ],
)
def test_a_refund_that_no_move_bears_out_is_refused(refund: Refund) -> None:
    queue = LotQueue()
    queue.mint(2, 10)
    queue.move(2, 4, 5)
    queue.move(4, 2, 3)
    columns = columns_of(queue, 5)
    with pytest.raises(IncompleteHistory):
        outgoing_with(columns, [refund])


def _mask(values: list[bool]) -> NDArray[np.bool_]:
    return np.array(values)
