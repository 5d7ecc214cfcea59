"""How far a question is followed. What lies beyond is shown as cut, never left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.domain.dates import parse_day
from ledger.errors import BadInput


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader asks for.

    Args:
        hops: moves at most; None: all the way.
        until: a block number or a date `YYYY-MM-DD`, the last one followed forward, the first one backward.
        least: parts below so many minor units are not followed.

    Raises:
        BadInput: for what limits nothing or everything.
    """

    hops: int | None = None
    until: str | None = None
    least: int = 1

    def __post_init__(self) -> None:
        if self.hops is not None and self.hops < 0:
            raise BadInput("a trace goes so many moves far", had=self.hops, needed="0 or more")
        if self.least < 1:
            raise BadInput("the least amount to follow", had=self.least, needed="1 or more")
        if self.until is not None and not self.until.isdecimal():
            parse_day(self.until)

    @property
    def block(self) -> int | None:
        """The block of `until`; None when it names a day, or nothing."""
        return int(self.until) if self.until is not None and self.until.isdecimal() else None

    @property
    def day(self) -> int | None:
        """The day number of `until`; None when it names a block, or nothing."""
        return parse_day(self.until) if self.until is not None and not self.until.isdecimal() else None


UNLIMITED: Final = Limits()
