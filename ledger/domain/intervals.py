"""Half-open intervals of numbered fen, and the arithmetic that carries the whole ledger.

Splitting is cutting an interval; tracing is intersecting intervals; nothing is estimated (DESIGN 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.errors import BadInput


class BadInterval(BadInput):
    """An empty or backward interval, a cut outside, or intervals that do not tile."""

    code = "bad-interval"


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The fen `start, start + 1, ..., end - 1`; never empty."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise BadInterval(
                f"[{self.start}, {self.end}) is no interval", had=self.end, needed=f"> {self.start} >= 0"
            )

    def __contains__(self, fen: int) -> bool:
        return self.start <= fen < self.end

    def __str__(self) -> str:
        return f"[{self.start}, {self.end})"

    @property
    def length(self) -> int:
        """How many fen; never zero."""
        return self.end - self.start

    def covers(self, other: Interval) -> bool:
        """True when every fen of `other` is in this interval."""
        return self.start <= other.start and other.end <= self.end

    def cut(self, at: int) -> tuple[Interval, Interval]:
        """Two neighbours that meet at `at`.

        Raises:
            BadInterval: unless `start < at < end`.
        """
        if not self.start < at < self.end:
            raise BadInterval(f"cannot cut {self} at {at}", had=at, needed=f"{self.start} < at < {self.end}")
        return Interval(self.start, at), Interval(at, self.end)

    def intersect(self, other: Interval) -> Interval | None:
        """The common fen, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Interval(start, end) if start < end else None

    def shift(self, by: int) -> Interval:
        """The same length, renumbered: what a move does between two axes."""
        return Interval(self.start + by, self.end + by)


def subtract(whole: Interval, parts: Iterable[Interval]) -> Iterator[Interval]:
    """The fen of `whole` that no part covers, in order. Parts may lie outside and may overlap."""
    at = whole.start
    for part in sorted(parts):
        if part.start >= whole.end:
            break
        if part.start > at:
            yield Interval(at, part.start)
        at = max(at, part.end)
    if at < whole.end:
        yield Interval(at, whole.end)


def require_tiling(parts: Iterable[Interval], whole: Interval) -> None:
    """Checks that the parts, in any order, cover each fen of `whole` exactly once.

    Raises:
        BadInterval: naming the first gap or overlap.
    """
    at = whole.start
    for part in sorted(parts):
        if part.start != at:
            kind = "gap" if part.start > at else "overlap"
            raise BadInterval(f"{kind} at {min(at, part.start)} in {whole}", had=part.start, needed=at)
        at = part.end
    if at != whole.end:
        raise BadInterval(f"tiles end at {at} in {whole}", had=at, needed=whole.end)


def tiles(parts: Iterable[Interval], whole: Interval) -> bool:
    """True when the parts cover each fen of `whole` exactly once."""
    try:
        require_tiling(parts, whole)
    except BadInterval:
        return False
    return True


def share_floor(paid: int, piece: Interval, face: int) -> int:
    """What `piece` of a receivable of `face` fen has received when `paid` are paid so far (DESIGN 2.3).

    `floor(paid*end, face) - floor(paid*start, face)`: exact, additive under cuts, in any order of batches.

    Raises:
        BadInterval: when the piece reaches beyond the face or more is paid than owed.
    """
    if piece.end > face:
        raise BadInterval(f"{piece} reaches beyond the face", had=piece.end, needed=face)
    if not 0 <= paid <= face:
        raise BadInterval("paid lies between nothing and the face", had=paid, needed=face)
    return paid * piece.end // face - paid * piece.start // face
