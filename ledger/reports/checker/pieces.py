"""What a pack about a receivable proves: every act on each of its pieces, without a hole, and who holds what.

Every act carries the piece's next number and a cut hands its number to both parts. So acts 1 to n of a
piece, n being the number in its word of the state, are all there were: a tier in the middle that is left
out is a number that is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

if __package__:
    from .packs import Pack
    from .proofs import hexed, keccak, need, word
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


class Piece(NamedTuple):
    end: int
    holder: str
    state: int = 1
    layers: int = 0
    sequence: int = 0
    steps: tuple[Step, ...] = ()


class Act(NamedTuple):
    block: int
    tx_index: int
    log_index: int
    tx: str
    act: str
    start: int
    sequence: int

    @property
    def place(self) -> str:
        return f"{self.block}/{self.tx_index}/{self.log_index}"

    def __str__(self) -> str:
        where = f"{self.place} of transaction {self.tx}"
        return f"act {self.sequence} ({self.act}) on the piece at {self.start}, {where}"


class PiecePack(Pack):
    """`piece show`."""

    kind = "receivable"
    contract = "book"
    subject = ("receivable",)

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(files)
        self.face = 0
        self.words: dict[int, Piece] = {}  # by start, as the state has them
        self.pieces: dict[int, Piece] = {}  # as the acts leave them
        self.acts: list[Act] = []
        self.documents: list[tuple[str, str]] = []
        self.first = ""  # who held it first

    def layout(self) -> dict[str, Any]:
        return piece_layout()

    def check_kind(self) -> None:
        self.check_words()
        for act, topics, values in self.proved():
            self.step = f"moves.json: receivable {self.facts['receivable']}"
            self.replay(act, topics, values)
            self.acts.append(act)
        self.check_acts()
        self.check_ends()

    def check_words(self) -> None:
        receivable = self.facts["receivable"]
        packed = self.slot(receivable_key(receivable), self.facts["face"]["proof"])
        self.face, at = packed & (1 << 64) - 1, 0
        need(str(self.face) == self.facts["face"]["value"], f"the face is {self.face}")
        for entry in self.facts["pieces"]:
            self.step = f"counters.json: piece at {entry['start']}"
            need(int(entry["start"]) == at, f"the one before it ends at {at}")
            packed = self.slot(piece_key(receivable, at), entry["proof"])
            need(hex(packed) == entry["value"], f"its word is {hex(packed)}")
            at, state, layers = packed >> 160 & (1 << 64) - 1, packed >> 224 & 255, packed >> 232 & 255
            holder = hexed((packed & (1 << 160) - 1).to_bytes(20, "big"))
            self.words[int(entry["start"])] = Piece(at, holder, state, layers, packed >> 240)
        self.step = "counters.json: pieces"
        need(at == self.face, f"[{at}, {self.face}) is left out")

    def proved(self) -> Iterator[tuple[Act, list[int], list[int]]]:
        for place, tx, (address, topics, data) in self.logs:
            name = ACTS.get(topics[0]) if topics else None
            if name and hexed(address) == self.facts["book"]:
                numbers = [int.from_bytes(topic, "big") for topic in topics[1:]]
                values = [int.from_bytes(data[at : at + 32], "big") for at in range(0, len(data), 32)]
                if numbers[0] == self.facts["receivable"]:
                    start = 0 if name == "Opened" else values[0]
                    sequence = 0 if name == "Opened" else values[3]
                    yield Act(*place, tx, name, start, sequence), numbers[1:], values

    def replay(self, act: Act, topics: list[int], values: list[int]) -> None:
        parties = [hexed(topic.to_bytes(20, "big")) for topic in topics]
        if act.act == "Opened":
            need(not self.pieces, f"{act}: opened twice")
            self.first, self.pieces[0] = parties[0], Piece(values[0], parties[0])
            return
        piece = self.pieces.get(act.start)
        need(piece, f"the act that made the piece at {act.start} is missing before {act}")
        assert piece is not None
        self.no_hole(act.start, piece.sequence, act.sequence - 1, f"before {act}")
        end = values[2] if act.act == "Cut" else values[1]
        need(piece.end == end, f"{act}: the piece ends at {piece.end}, not at {end}")
        piece = piece._replace(sequence=act.sequence)
        if act.act == "Cut":
            self.pieces[values[1]], piece = piece, piece._replace(end=values[1])
        elif act.act == "PieceMoved":
            step = (parties[0], parties[1], hexed(values[4].to_bytes(32, "big")), act.tx, act.block)
            self.documents.append((step[2], act.place))
            need(piece.holder == parties[0], f"{act}: its holder was {piece.holder}")
            piece = piece._replace(holder=parties[1], layers=values[2], steps=(*piece.steps, step))
        else:
            state = {"Locked": 2 | values[2] << 3, "Unlocked": 1, "Discharged": values[2]}[act.act]
            piece = piece._replace(state=state)
        self.pieces[act.start] = piece

    def no_hole(self, start: int, had: int, last: int, where: str) -> None:
        missing = f"act {last}" if last == had + 1 else f"acts {had + 1} to {last}"
        need(had == last, f"piece at {start}: {missing} missing {where}")

    def check_acts(self) -> None:
        left = {(act.block, act.tx_index, act.log_index): act for act in self.acts}
        for row in self.load("moves.json"):
            place = (row["block"], row["tx_index"], row["log_index"])
            self.step = f"moves.json: act {'/'.join(map(str, place))}"
            need(place in left, "no receipt has it, or it is here twice")
            need(row == left.pop(place)._asdict(), "the receipt says otherwise")
        self.step = "moves.json"
        need(not left, f"left out: {', '.join(map(str, left.values()))}")

    def check_ends(self) -> None:
        self.step = f"moves.json: receivable {self.facts['receivable']}"
        for start, proved in self.words.items():
            piece = self.pieces.get(start)
            need(piece, f"the act that made the piece at {start} is missing at the end")
            assert piece is not None
            self.no_hole(start, piece.sequence, proved.sequence, "at the end")
            need(piece[:5] == proved[:5], f"piece at {start}: its acts lead to {piece[:5]}, not {proved[:5]}")

    def cited(self) -> Iterator[tuple[str, str]]:
        return iter(self.documents)

    def check_answer(self) -> None:
        """Names, days, papers and what was paid are attested."""
        answer, pieces = self.load("answer.json"), sorted(self.pieces.items())
        need(len(answer["pieces"]) == len(pieces), f"there are {len(pieces)} pieces")
        if pieces:
            need(answer["face"] == str(self.face), f"face is {self.face}")
            need(answer["supplier"]["account"].lower() == self.first, f"the supplier is {self.first}")
        for told, (start, piece) in zip(answer["pieces"], pieces):  # noqa: B905  as long as each other
            self.step = f"answer.json: piece at {start}"
            had = {name: told[name] for name in ("start", "end", "state", "sequence", "layers", "documents")}
            had["holder"] = told["holder"]["account"].lower()
            for field, value in self.expected(start, piece).items():
                need(had[field] == value, f"{field} is {value}")
            steps = [self.step_of(step) for step in told["history"]]
            need(steps == list(piece.steps), f"its history is {piece.steps}")

    def expected(self, start: int, piece: Piece) -> dict[str, Any]:
        return {
            "start": str(start),
            "end": str(piece.end),
            "holder": piece.holder,
            "state": STATES[piece.state & 7],
            "sequence": piece.sequence,
            "layers": piece.layers,
            "documents": [step[2] for step in piece.steps],
        }

    def step_of(self, told: dict[str, Any]) -> Step:
        source, target = (told[side]["account"].lower() for side in ("from", "to"))
        return source, target, told["document"], told["tx"], told["block"]

    def found(self) -> dict[str, Any]:
        return {"acts": len(self.acts), "pieces": len(self.pieces), "face": self.face}


def piece_key(receivable: int, start: int) -> bytes:
    """The slot of a piece's word."""
    return keccak(word(start) + keccak(word(receivable) + word(PIECES_SLOT)))


def receivable_key(receivable: int) -> bytes:
    """The slot of a receivable's word, whose low 64 bits are its face."""
    return keccak(word(receivable) + word(RECEIVABLES_SLOT))


def piece_layout() -> dict[str, Any]:
    return {
        "pieces_slot": PIECES_SLOT,
        "receivables_slot": RECEIVABLES_SLOT,
        "key": "keccak256(start ++ keccak256(receivable ++ pieces_slot)), each as 32 bytes",
        "packing": "holder: bits 0..159, end: to 223, state: to 231, layers: to 239, sequence: to 255",
    }
