"""Twin of `Programmes`, which the delayed powers set."""

from __future__ import annotations

from ledger.domain.programmes import Level, Programme
from ledger.domain.twin.base import DAY, ZERO_HASH, Contract, Refusal, Stage, plain, word


class Programmes(Contract):
    def __init__(self, stage: Stage, address: str) -> None:
        super().__init__(stage, address)
        self.programmes: dict[int, Programme] = {}
        self.levels: dict[tuple[int, bytes], int] = {}

    @property
    def last(self) -> int:
        return max(self.programmes, default=0)

    def programme(self, id_: int) -> Programme:
        if id_ not in self.programmes:
            raise Refusal("Unknown", word("PROGRAMME"), id_)
        return self.programmes[id_]

    def level_of(self, id_: int, rule: bytes) -> int:
        return self.levels.get((id_, rule), int(Level.OWN))

    def set(self, sender: str, id_: int, terms: Programme) -> None:
        self.only_powers(sender)
        if id_ == 0:
            raise Refusal("Unknown", word("PROGRAMME"), id_)
        if terms.max_pieces == 0 or terms.max_tenor_days == 0:
            raise Refusal("ZeroAmount")
        if terms.cut_off > DAY:
            raise Refusal("AmountTooLarge", terms.cut_off, DAY)
        self.programmes[id_] = terms
        self.emit("ProgrammeSet", id_, plain(terms))

    def set_level(self, sender: str, id_: int, rule: bytes, level: int) -> None:
        self.only_powers(sender)
        self.programme(id_)
        if rule == ZERO_HASH:
            raise Refusal("ZeroHash", word("RULE"))
        if level > Level.BLOCK:
            raise Refusal("Unknown", word("LEVEL"), level)
        self.levels[id_, rule] = level
        self.emit("LevelSet", id_, rule, level)
