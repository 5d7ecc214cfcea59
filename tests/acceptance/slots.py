"""Where a contract keeps a number, from the storage layout that ships with its ABI."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from eth_hash.auto import keccak

from ledger.chain.abi import ABI_FOLDER


@dataclass(frozen=True)
class Place:
    """Some bits of one storage slot."""

    slot: int
    shift: int = 0
    bits: int = 256

    def part(self, shift: int, bits: int) -> Place:
        """For a word that the contract packs by hand."""
        return Place(self.slot, shift, bits)

    def read(self, word: int) -> int:
        return word >> self.shift & (1 << self.bits) - 1

    def write(self, word: int, value: int) -> int:
        assert 0 <= value < 1 << self.bits, value
        return word & ~((1 << self.bits) - 1 << self.shift) | value << self.shift


def place(contract: str, variable: str, *keys: int, member: str = "") -> Place:
    """The slot of a variable, through its mappings by `keys`, of a member where it holds a struct."""
    layout = json.loads((ABI_FOLDER / f"{contract}.json").read_text())["storageLayout"]
    entry = next(one for one in layout["storage"] if one["label"] == variable)
    slot, kind = int(entry["slot"]), layout["types"][entry["type"]]
    for key in keys:
        slot = int.from_bytes(keccak(key.to_bytes(32, "big") + slot.to_bytes(32, "big")), "big")
        kind = layout["types"][kind["value"]]
    return _member(layout, slot, kind, member) if member else Place(slot)


def _member(layout: dict[str, Any], slot: int, kind: dict[str, Any], name: str) -> Place:
    found = next(one for one in kind["members"] if one["label"] == name)
    size = int(layout["types"][found["type"]]["numberOfBytes"])
    return Place(slot + int(found["slot"]), 8 * int(found["offset"]), 8 * size)
