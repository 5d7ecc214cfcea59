"""What is asked about any interval of numbered fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.domain.conversion import Conversion
from ledger.domain.limits import UNLIMITED, Limits
from ledger.errors import BadInput

MOST_PARTS: Final = 10_000
"""Parts in one answer; more are asked for page by page, so that no answer grows with the history."""
MOST_MOVES: Final = 1_000
"""Moves of one account in one page of a statement."""


@dataclass(frozen=True, slots=True)
class IntervalQuestion:
    """Fen `[start, end)` of a sub-account, to all that came in where `end` is None.

    Args:
        named: `line:7`, `origin:1`, `service:3`, `general:0x…`, or any address.
        cash: a currency or the address of a cash, for a sub-account with money in several.
        direction: `forward`, where they went, or `backward`, what funded them.
        after: the first part of the page that is answered, which has `limit` parts at most.
        conversions: the conversion documents that the reader can open, by hash.

    Raises:
        BadInput: unknown direction, or no such page.
    """

    named: str
    cash: str | None = None
    start: int = 0
    end: int | None = None
    direction: str = "forward"
    rule: str = "fifo"
    limits: Limits = UNLIMITED
    after: int = 0
    limit: int = MOST_PARTS
    conversions: Mapping[str, Conversion] | None = None

    def __post_init__(self) -> None:
        if self.direction not in ("forward", "backward"):
            raise BadInput("unknown direction", had=self.direction, needed="forward or backward")
        require_page(self.after, self.limit, MOST_PARTS)

    @property
    def is_backward(self) -> bool:
        return self.direction == "backward"


def require_page(after: int, limit: int, most: int) -> None:
    """BadInput unless a page begins at 0 or later, and has 1 to `most` lines."""
    if after < 0 or not 1 <= limit <= most:
        raise BadInput("no such page", had=[after, limit], needed=f"0 or more, 1 to {most}")
