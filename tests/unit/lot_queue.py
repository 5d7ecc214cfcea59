"""An independent, naive twin of tracing: every fen is an object in a list; nothing is computed by offsets.

Used to compare answers to the unit. It knows nothing of intervals, columns or binary search.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field

from ledger.domain.history import MoveRows
from ledger.tracing.columns import MoveColumns

SOURCE = 0


@dataclass(eq=False)
class Fen:
    """One fen from its mint on. `stops` are (axis, number there); `rows` the moves between them."""

    tag: int | None = None
    stops: list[tuple[int, int]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


class LotQueue:
    """Queues of fen, first in first out, and the moves that were made, as (row of seven columns)."""

    def __init__(self) -> None:
        self.entered: dict[int, list[Fen]] = defaultdict(list)
        self.left: dict[int, list[Fen]] = defaultdict(list)
        self.moves: list[tuple[int, ...]] = []

    def balance(self, axis: int) -> int:
        return len(self.entered[axis]) - len(self.left[axis])

    def mint(self, to: int, amount: int) -> None:
        fen = [Fen() for _ in range(amount)]
        for one in fen:
            one.stops.append((SOURCE, len(self.left[SOURCE])))
            self.left[SOURCE].append(one)
        self._arrive(SOURCE, to, fen, len(self.left[SOURCE]) - amount)

    def move(self, source: int, to: int, amount: int) -> list[Fen]:
        gone = len(self.left[source])
        fen = self.entered[source][gone : gone + amount]
        assert len(fen) == amount
        self.left[source].extend(fen)
        self._arrive(source, to, fen, gone)
        return fen

    def _arrive(self, source: int, to: int, fen: list[Fen], out_offset: int) -> None:
        row = len(self.moves)
        in_offset = len(self.entered[to])
        for one in fen:
            one.rows.append(row)
            one.stops.append((to, len(self.entered[to])))
            self.entered[to].append(one)
        self.moves.append((row // 3, row, source, to, len(fen), out_offset, in_offset))


def random_history(rng: random.Random, axes: int, moves: int, largest: int) -> LotQueue:
    """Mints, moves and burns among `axes` axes (number 0 is the source)."""
    queue = LotQueue()
    while len(queue.moves) < moves:
        funded = [a for a in range(1, axes) if queue.balance(a)]
        if not funded or rng.random() < 0.1:
            queue.mint(rng.randrange(1, axes), rng.randint(1, largest))
            continue
        payer = rng.choice(funded)
        payee = rng.choice([a for a in range(axes) if a != payer])
        if payee == SOURCE and rng.random() < 0.8:
            continue
        queue.move(payer, payee, rng.randint(1, queue.balance(payer)))
    return queue


def columns_of(queue: LotQueue, axes: int) -> MoveColumns:
    """The same moves as the real thing sees them."""
    rows = MoveRows.of(*zip(*queue.moves, strict=True))
    return MoveColumns.build([f"axis-{a}" for a in range(axes)], SOURCE, rows)
