"""What the chain's logs say, decoded: the rows that the indexer writes, the store keeps and tracing reads.

Addresses are EIP-55 strings, hashes `0x…` in lower case, amounts and offsets minor units, times UTC seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

LARGEST: Final = 2**63 - 1
"""Counters are 112 bits on chain; here they are kept in 64, and what does not fit is refused."""


@dataclass(frozen=True, slots=True)
class Header:
    """What links one block to the one before it. `bloom`: of its logs, while it comes from a node."""

    number: int
    hash: str
    parent: str
    timestamp: int
    bloom: bytes | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One decoded log that is no cash move. `args` by name: bytes as `0x…` strings, structs as mappings."""

    block: int
    tx: str
    log: int
    address: str
    contract: str
    name: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MoveRef:
    """Where one cash move stands in the chain, and the document it cites (None: none)."""

    block: int
    tx: str
    log: int
    document: str | None


@dataclass(frozen=True, slots=True)
class MoveRows:
    """Cash moves as columns, in chain order. Axes are numbers into a table of addresses kept beside them."""

    block: IntArray
    log: IntArray
    from_axis: IntArray
    to_axis: IntArray
    amount: IntArray
    out_offset: IntArray
    in_offset: IntArray

    def __len__(self) -> int:
        return len(self.block)

    def columns(self) -> tuple[IntArray, ...]:
        """All columns, in the order of the fields."""
        return (
            self.block,
            self.log,
            self.from_axis,
            self.to_axis,
            self.amount,
            self.out_offset,
            self.in_offset,
        )

    def followed_by(self, more: MoveRows) -> MoveRows:
        """These moves, then later ones."""
        pairs = zip(self.columns(), more.columns(), strict=True)
        return MoveRows(*(np.concatenate(pair) for pair in pairs))

    def up_to(self, block: int) -> MoveRows:
        """The moves of the blocks up to one."""
        end = int(self.block.searchsorted(block, side="right"))
        return MoveRows(*(column[:end] for column in self.columns()))

    @classmethod
    def of(cls, *columns: Any) -> MoveRows:
        """From anything that numpy takes as seven columns of integers."""
        return cls(*(np.asarray(column, dtype=np.int64) for column in columns))

    @classmethod
    def wide(cls, *columns: Any) -> MoveRows:
        """As `of`, amounts and offsets of any size: Python's integers, with the same answers, and slower.

        Foreign sets may need it; of the ledger's own counters, what passes 63 bits is refused.
        """
        places = (np.asarray(column, dtype=np.int64) for column in columns[:4])
        return cls(*places, *(np.array(column, dtype=object) for column in columns[4:]))

    @classmethod
    def none(cls) -> MoveRows:
        """No moves at all."""
        return cls.of(*([] for _ in range(7)))


@dataclass(frozen=True, slots=True)
class MoveLogs:
    """Cash moves as they come out of the logs, in chain order: raw bytes beside columns of numbers.

    `cash` is an EIP-55 address, the axes are 20 bytes, `tx` and `document` 32 bytes (None: no document).
    """

    cash: Sequence[str]
    tx: Sequence[bytes]
    from_axis: Sequence[bytes]
    to_axis: Sequence[bytes]
    document: Sequence[bytes | None]
    block: IntArray
    log: IntArray
    amount: IntArray
    out_offset: IntArray
    in_offset: IntArray

    def __len__(self) -> int:
        return len(self.cash)


@dataclass(frozen=True, slots=True)
class Discovered:
    """A contract that another one announced, and the block in which it did."""

    address: str
    name: str
    block: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step of the index learned. After it, everything up to and including `tip` is known."""

    tip: Header
    headers: Sequence[Header]
    moves: MoveLogs
    events: Sequence[EventRow]
    discovered: Sequence[Discovered] = ()
