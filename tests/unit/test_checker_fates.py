"""The checker's interval arithmetic against queues of single fen, over random histories with refunds."""

from __future__ import annotations

import random
from collections import defaultdict, deque

import pytest

from ledger.reports.checker.fates import Book, Move
from ledger.reports.checker.proofs import Wrong

RAISED = 120
LINES = ("line1", "line2", "line3")
PAYEES = ("alice", "bob")


class Queues:
    """First in, first out, one fen at a time; the payment a fen left by is remembered for its refund."""

    def __init__(self) -> None:
        self.queue: dict[str, deque[int]] = defaultdict(deque)
        self.counters: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.left: dict[tuple[str, int], int] = {}
        self.state: dict[int, tuple[str, str, int]] = {}
        self.line: dict[int, str] = {}
        self.refund_of: dict[int, str] = {}
        self.moves = 0

    def move(self, source: str, target: str, amount: int) -> Move:
        self.moves += 1
        out, into = self.counters[source][1], self.counters[target][0]
        self.counters[source][1] += amount
        self.counters[target][0] += amount
        return Move(self.moves, 0, 0, f"tx{self.moves}", source, target, amount, out, into, "")

    def carry(self, move: Move, state: str, line: str | None) -> None:
        for at in range(move.amount):
            fen = self.queue[move.from_axis].popleft()
            self.left[move.from_axis, move.out_offset + at] = fen
            self.put(move, fen, state, line)

    def put(self, move: Move, fen: int, state: str, line: str | None) -> None:
        if move.to_axis not in PAYEES:
            self.queue[move.to_axis].append(fen)
        self.state[fen] = (state, move.tx, move.block)
        if line is not None:
            self.line[fen] = line


def play(seed: int, steps: int) -> tuple[Queues, Book]:
    rng = random.Random(seed)
    queues, book = Queues(), Book()
    start = rng.randrange(1, RAISED)
    for amount in (start, RAISED - start):
        book.number(queues.move("escrow", "origin", amount))
    queues.queue["origin"].extend(range(RAISED))
    paid: list[list[int | str]] = []
    cost = rng.randrange(RAISED)
    for target, amount in (("cost", cost), ("pool", RAISED - cost)):
        if amount:
            act(queues, book, "origin", target, amount)
    for _ in range(steps):
        step(rng, queues, book, paid)
    return queues, book


def act(queues: Queues, book: Book, source: str, target: str, amount: int) -> Move:
    state = {"pool": "unallocated", "cost": "cost", **dict.fromkeys(LINES, "available")}.get(target, "spent")
    line = target if target in LINES else "" if target == "pool" else None
    move = queues.move(source, target, amount)
    queues.carry(move, state, line)
    book.enter(move, state, line)
    return move


def step(rng: random.Random, queues: Queues, book: Book, paid: list[list[int | str]]) -> None:
    line = rng.choice(LINES)
    choice = rng.choice(["allocate", "pay", "pay", "take back", "refund", "refund"])
    source, target = {"allocate": ("pool", line), "take back": (line, "pool")}.get(choice, (line, "alice"))
    if choice == "refund":
        refund(rng, queues, book, paid)
    elif queues.queue[source]:
        amount = rng.randint(1, len(queues.queue[source]))
        move = act(queues, book, source, target, amount)
        if choice == "pay":
            paid.append([line, move.out_offset, amount, move.tx])


def refund(rng: random.Random, queues: Queues, book: Book, paid: list[list[int | str]]) -> None:
    """The payment's next unrefunded fen come back to the line, as the contract takes them."""
    if not paid:
        return
    payment = rng.choice(paid)
    line, offset, left, tx = str(payment[0]), int(payment[1]), int(payment[2]), str(payment[3])
    if not left:
        return
    amount = rng.randint(1, left)
    move = queues.move("alice", line, amount)
    for at in range(amount):
        fen = queues.left[line, offset + at]
        queues.put(move, fen, "available", line)
        queues.refund_of[fen] = tx
    book.reverse(move, line, offset, amount)
    payment[1:3] = [offset + amount, left - amount]


@pytest.mark.parametrize("seed", range(150))
def test_intervals_say_of_every_fen_what_the_queues_say(seed: int) -> None:
    queues, book = play(seed, steps=40)
    told = {}
    for fate in book.fates:
        for fen in range(fate.start, fate.end):
            told[fen] = ((fate.state, fate.move.tx, fate.move.block), fate.line, fate.refund_of)
            number = fate.at + fen - fate.start
            if fate.state == "spent":
                assert queues.left[fate.move.from_axis, fate.move.out_offset + number] == fen
    assert [(fate.start, fate.end) for fate in book.fates] == sorted((f.start, f.end) for f in book.fates)
    assert told == {
        fen: (queues.state[fen], queues.line.get(fen, ""), queues.refund_of.get(fen, ""))
        for fen in range(RAISED)
    }


def test_fen_cannot_leave_an_axis_before_they_came() -> None:
    book = Book()
    book.number(Move(1, 0, 0, "tx1", "escrow", "origin", 10, 0, 0, ""))
    with pytest.raises(Wrong, match=r"axis origin has had no \[5, 11\)"):
        book.enter(Move(2, 0, 0, "tx2", "origin", "pool", 6, 5, 0, ""), "unallocated", "")


def test_a_refund_of_another_length_is_refused() -> None:
    queues, book = play(1, steps=0)
    act(queues, book, "pool", "line1", 5)
    act(queues, book, "line1", "alice", 5)
    with pytest.raises(Wrong, match="its refund is of 4"):
        book.reverse(queues.move("alice", "line1", 5), "line1", 0, 4)


def test_placed_fen_come_back_or_are_lost() -> None:
    """Of 10 placed, 3 come back, the last 4 are lost and 1 of those is made good."""
    book, fen = Book(), "axis origin"
    book.number(Move(1, 0, 0, "0xa", "escrow", fen, 10, 0, 0, ""))
    book.enter(Move(2, 0, 0, "0xb", fen, "pool", 10, 0, 0, ""), "unallocated", "")
    book.enter(Move(3, 0, 0, "0xc", "pool", "bank", 10, 0, 0, ""), "placed", "")
    back = Move(4, 0, 0, "0xd", "bank", "pool", 3, 0, 10, "")
    book.reverse(back, "pool", 0, 3, "placed", "unallocated")
    book.reverse(Move(5, 0, 0, "0xe", "bank", "pool", 1, 3, 13, ""), "pool", 9, 1, "placed", "unallocated")
    book.lose("pool", 6, 4)
    assert [(f.start, f.end, f.state, f.refund_of) for f in book.fates] == [
        (0, 3, "unallocated", "0xc"),
        (3, 6, "placed", ""),
        (6, 9, "lost", ""),
        (9, 10, "unallocated", "0xc"),
    ]
    with pytest.raises(Wrong, match="are not placed"):
        book.reverse(back, "pool", 0, 3, "placed", "unallocated")
