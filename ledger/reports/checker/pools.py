"""An asset pool, piece by piece, down to everybody who held each."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

if __package__:
    from .packs import Pack, bits, slot_of
    from .pieces import Receivable
    from .proofs import need, word
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from pieces import *  # type: ignore[import-not-found]  # noqa: F403

POOLS_SLOT, POOL_PIECES_SLOT = 2, 4
INSIDE = (1, 2, 3)  # offered, bought, in breach; else taken out or repurchased


class PoolPack(Pack):
    """`pool lookthrough`: every piece in an asset pool, by the pool's own list, and who held it."""

    kind = "pool"
    subject = ("pool",)

    def check_kind(self) -> None:
        answer, facts = self.load("answer.json"), self.facts
        self.check_place(answer)
        pool, contract = int(facts["pool"]), facts["contract"]
        first = int.from_bytes(slot_of(POOLS_SLOT, pool), "big")
        count = bits(self.word(contract, word(first), f"pool {pool}"), 168, 32)
        self.face = bits(self.word(contract, word(first + 1), f"pool {pool}"), 0, 64)
        told = {one["piece"]: one for one in answer["pieces"]}
        books: dict[int, Receivable] = {}
        inside = 0
        for number in range(1, count + 1):
            packed = self.word(contract, slot_of(POOL_PIECES_SLOT, pool, number), f"its piece {number}")
            receivable, start, end = (bits(packed, at, 64) for at in (0, 64, 128))
            self.step = f"answer.json: piece {number}"
            is_inside = bits(packed, 208, 8) in INSIDE
            need(is_inside == (number in told), f"it is {'in the pool' if is_inside else 'not in the pool'}")
            if not is_inside:
                continue
            book = books.setdefault(receivable, Receivable(self, facts["book"], receivable))
            self.step = f"answer.json: piece {number}"
            one, piece = told.pop(number), book.pieces.get(start)
            need(
                piece is not None and piece.end == end,
                f"no piece of receivable {receivable} is [{start}, {end})",
            )
            self.check_piece(one, receivable, start, book)
            inside += end - start
        self.step = "answer.json"
        need(not told, f"the pool has no {', '.join(map(str, told))}")
        need(inside == self.face, f"the pieces sum to {inside}, not to the pool's face {self.face}")
        self.same(answer, {"face": str(self.face), "complete": True, "by_obligor": self.by_obligor(answer)})

    def check_piece(self, one: Mapping[str, Any], receivable: int, start: int, book: Receivable) -> None:
        piece = book.pieces[start]
        held = [book.first, *(step[1] for step in piece.steps)]
        said = {"receivable": str(receivable), "start": str(start), "end": str(piece.end)}
        said |= {"amount": str(piece.end - start)}
        self.same(
            one, {**said, "path": [{"account": who} for who in held], "holder": {"account": piece.holder}}
        )
        need(piece.state & 7 != 1, "nobody has locked it for the pool")

    def by_obligor(self, answer: Mapping[str, Any]) -> list[dict[str, str]]:
        """Concentration; who the obligor of a receivable is, is attested."""
        sums: dict[str, int] = {}
        for one in answer["pieces"]:
            who = one["obligor"]["account"].lower()
            sums[who] = sums.get(who, 0) + int(one["amount"])
        order: Sequence[Any] = [one["account"].lower() for one in answer["by_obligor"]]
        return [{"account": who, "amount": str(sums.pop(who, 0))} for who in order] + [
            {"left out": w} for w in sums
        ]

    def found(self) -> dict[str, Any]:
        return {"face": self.face}
