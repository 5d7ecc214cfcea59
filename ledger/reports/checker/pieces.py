"""Receivables piece by piece: every act on each of their pieces, without a hole, and who holds what.

Every act carries the piece's next number and a cut hands its number to both parts. So acts 1 to n of a
piece, n being the number in its word of the state, are all there were: a tier in the middle that is left
out is a number that is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

if __package__:
    from .packs import Pack, bits, slot_of, values_of
    from .proofs import Wrong, hexed, keccak, need, word
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from packs import *  # type: ignore[import-not-found]  # noqa: F403

PIECES_SLOT, RECEIVABLES_SLOT = 0, 1
ACTS = {
    keccak(signature.encode()): signature.split("(")[0]
    for signature in (
        "Opened(uint64,address,uint64,(uint48,uint16,uint8,uint32,uint8))",
        "Cut(uint64,uint64,uint64,uint64,uint16)",
        "PieceMoved(uint64,address,address,uint64,uint64,uint8,uint16,bytes32)",
        "Locked(uint64,uint64,uint64,uint8,uint16)",
        "Unlocked(uint64,uint64,uint64,uint8,uint16)",
        "Discharged(uint64,address,uint64,uint64,uint8,uint16)",
    )
}
STATES = {1: "held", 2: "locked", 3: "paid", 4: "set_off", 5: "voided"}
Step = tuple[str, str, str, str, int]  # from, to, document, transaction, block


class Hole(Wrong):
    """An act of a receivable is missing; who builds a pack asks the chain for all of that receivable."""

    def __init__(self, book: str, receivable: int, message: str) -> None:
        super().__init__(message)
        self.book, self.receivable = book, receivable


class Piece(NamedTuple):
    end: int
    holder: str
    state: int = 1
    layers: int = 0
    sequence: int = 0
    steps: tuple[Step, ...] = ()

    @property
    def is_live(self) -> bool:
        return self.state & 7 < 3


class Act(NamedTuple):
    block: int
    tx_index: int
    log_index: int
    tx: str
    act: str
    start: int
    sequence: int
    document: str | None

    def __str__(self) -> str:
        place = f"{self.block}/{self.tx_index}/{self.log_index} of transaction {self.tx}"
        return f"act {self.sequence} ({self.act}) on the piece at {self.start}, {place}"


class Receivable:
    """Its acts, replayed, against the words of the state; or how it stood at an earlier block, of which
    nothing is missing either."""

    def __init__(self, pack: Pack, book: str, receivable: int, block: int | None = None) -> None:
        self.pack, self.book, self.receivable = pack, book, receivable
        self.block = pack.head if block is None else block
        self.pieces: dict[int, Piece] = {}  # by start, as the acts leave them
        self.first = ""  # who held it first
        self.step = f"moves.json: receivable {receivable}"
        for act, topics, values in self.acts():
            pack.step = self.step
            self.replay(act, topics, values)
        if block is None:
            self.check_ends()

    def acts(self) -> Iterator[tuple[Act, list[int], list[int]]]:
        for place, tx, (address, topics, data) in self.pack.logs:
            name = ACTS.get(topics[0]) if topics else None
            if name and hexed(address) == self.book and place[0] <= self.block:
                numbers, values = [int.from_bytes(topic, "big") for topic in topics[1:]], values_of(data)
                if numbers[0] == self.receivable:
                    start, sequence = (0, 0) if name == "Opened" else (values[0], values[3])
                    document = hexed(word(values[4])) if name == "PieceMoved" else None
                    act = Act(*place, tx, name, start, sequence, document)
                    self.pack.rows[place] = act._asdict() | {"receivable": self.receivable}
                    yield act, numbers[1:], values

    def replay(self, act: Act, topics: list[int], values: list[int]) -> None:
        parties = [hexed(word(topic)[12:]) for topic in topics]
        if act.act == "Opened":
            need(not self.pieces, f"{act}: opened twice")
            self.first, self.pieces[0] = parties[0], Piece(values[0], parties[0])
            return
        piece = self.pieces.get(act.start)
        if piece is None:
            raise Hole(
                self.book,
                self.receivable,
                f"the act that made the piece at {act.start} is missing before {act}",
            )
        self.no_hole(act.start, piece.sequence, act.sequence - 1, f"before {act}")
        end = values[2] if act.act == "Cut" else values[1]
        need(piece.end == end, f"{act}: the piece ends at {piece.end}, not at {end}")
        piece = piece._replace(sequence=act.sequence)
        if act.act == "Cut":
            self.pieces[values[1]], piece = piece, piece._replace(end=values[1])
        elif act.act == "PieceMoved":
            step = (parties[0], parties[1], str(act.document), act.tx, act.block)
            need(piece.holder == parties[0], f"{act}: its holder was {piece.holder}")
            piece = piece._replace(holder=parties[1], layers=values[2], steps=(*piece.steps, step))
        else:
            state = {"Locked": 2 | values[2] << 3, "Unlocked": 1, "Discharged": values[2]}[act.act]
            piece = piece._replace(state=state)
        self.pieces[act.start] = piece

    def no_hole(self, start: int, had: int, last: int, where: str) -> None:
        missing = f"act {last}" if last == had + 1 else f"acts {had + 1} to {last}"
        if had != last:
            raise Hole(self.book, self.receivable, f"piece at {start}: {missing} missing {where}")

    def check_ends(self) -> None:
        """The words of the pieces, from the first to the face, are what the acts lead to."""
        of = f"receivable {self.receivable}"
        slot = slot_of(RECEIVABLES_SLOT, self.receivable)
        self.face, at = bits(self.pack.word(self.book, slot, of), 0, 64), 0
        self.pack.step = self.step
        while at < self.face:
            slot = slot_of(PIECES_SLOT, self.receivable, at)
            packed = self.pack.word(self.book, slot, f"piece at {at} of {of}")
            end, state, layers, sequence = (
                bits(packed, *part) for part in ((160, 64), (224, 8), (232, 8), (240, 16))
            )
            piece = self.pieces.get(at)
            if piece is None:
                raise Hole(
                    self.book, self.receivable, f"the act that made the piece at {at} is missing at the end"
                )
            self.no_hole(at, piece.sequence, sequence, "at the end")
            proved = Piece(end, hexed(word(bits(packed, 0, 160))[12:]), state, layers, sequence)
            need(piece[:5] == proved[:5], f"piece at {at}: its acts lead to {piece[:5]}, not {proved[:5]}")
            at = end
        need(at == self.face, f"the pieces end at {at}, not at {self.face}")

    def told(self, start: int) -> dict[str, Any]:
        piece = self.pieces[start]
        names = ("from", "to")
        return {
            "start": str(start),
            "end": str(piece.end),
            "holder": {"account": piece.holder},
            "state": STATES[piece.state & 7],
            "sequence": piece.sequence,
            "layers": piece.layers,
            "documents": [step[2] for step in piece.steps],
            "history": [
                {**{name: {"account": step[at]} for at, name in enumerate(names)}, "document": step[2],
                 "tx": step[3], "block": step[4]}
                for step in piece.steps
            ],
        }  # fmt: skip


class ReceivablePack(Pack):
    """`piece show`: who holds and held each piece of a receivable, and against which documents."""

    kind = "receivable"
    subject = ("receivable",)

    def check_kind(self) -> None:
        found = Receivable(self, self.facts["book"], self.facts["receivable"])
        answer = self.load("answer.json")
        self.check_place(answer)
        self.pieces, self.face = len(found.pieces), found.face
        self.same(answer, {"pieces": [found.told(start) for start in sorted(found.pieces)]})
        if found.pieces:
            self.same(answer, {"face": str(found.face), "supplier": {"account": found.first}})

    def found(self) -> dict[str, Any]:
        return {"pieces": self.pieces, "face": self.face}
