"""Pro-rata and the bounds: one sweep over the moves in order of time, never all pairs of sources and holders.

What was asked about is a tag on the balances that hold it. A move takes a part of the payer's tag along:

- pro-rata: `tag × amount ÷ balance`. Tags are carried in units of 2^-32 fen and each move rounds down, so an
  amount differs from the exact fraction by less than 2^-32 fen a move; in the end they are rounded to whole
  fen by largest remainder, and sum exactly to what was asked.
- bounds: at most `min(tag, amount)`, at least what the untagged rest of the balance cannot cover. They are
  certain, and near for short histories; over long ones they widen, as they must where everything mixed.

Backward is the same sweep over the moves reversed. Long histories are swept by compiled loops, others by
plain ones, which pass over chunks in which no payer holds a tag; both give the same shares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain

import numpy as np

from ledger.domain.history import IntArray
from ledger.tracing.compiled import loops_for
from ledger.tracing.course import Course
from ledger.tracing.fasttags import ROOM, FastBounds, FastProrata
from ledger.tracing.shares import Rule, Share, added_up
from ledger.tracing.steps import ALL_THE_WAY, BoolArray, Horizon
from ledger.tracing.stream import Start, Stream
from ledger.tracing.tags import Bounds, Prorata, Tags

__all__ = ["Start", "Stream", "spread", "spreads"]


def spread(
    stream: Stream,
    rule: Rule,
    starts: Sequence[Start],
    *,
    stop: BoolArray | None = None,
    ending: IntArray | None = None,
    horizon: Horizon = ALL_THE_WAY,
    within: tuple[int, int] | None = None,
) -> list[Share]:
    """Where what starts there is in the end.

    Args:
        rule: pro-rata or bounds; first in, first out is a walk (`ledger.tracing.walk`).
        stop: by axis, True where money is not followed further; the source always ends it.
        ending: rows of moves that end it as well.
        within: for the bounds, what the starts hold together at least and at most; None: all.
    """
    sweeps = list(spreads(stream, rule, starts, stop=stop, ending=ending, horizon=horizon, within=within))
    return sweeps[0] if len(sweeps) == 1 else added_up(chain.from_iterable(sweeps))


def spreads(
    stream: Stream,
    rule: Rule,
    starts: Sequence[Start],
    *,
    stop: BoolArray | None = None,
    ending: IntArray | None = None,
    horizon: Horizon = ALL_THE_WAY,
    within: tuple[int, int] | None = None,
) -> Iterator[list[Share]]:
    """The same sweep by sweep.

    Money that comes round and is asked about again starts again: by the bounds it is swept apart, because one
    sweep knows no balance with more tags than fen.
    """
    course = Course(stream, _stops(stream, stop), ending, horizon)
    waiting = sorted((start for start in starts if start.amount), key=lambda start: stream.after(start.row))
    total = sum(start.amount for start in waiting)
    least, most = within or (total, total)
    make = _maker(stream, rule, waiting)
    while waiting:
        tags = make(stream, horizon)
        later = _swept(stream, course, tags, waiting)
        mine = sum(start.amount for start in waiting) - sum(start.amount for start in later)
        yield tags.shares((max(0, least - (total - mine)), min(mine, most)))
        waiting = later


def _swept(stream: Stream, course: Course, tags: Tags, starts: Sequence[Start]) -> list[Start]:
    """Sweeps from the first start to the end. Those that may be money of an earlier one are given back."""
    course.live[:] = False
    later: list[Start] = []
    at, row, is_round = stream.before(starts[0].row), -1, False
    for start in starts:
        first, after = stream.before(start.row), stream.after(start.row)
        tags.follow(course, at, first)
        if start.row != row:
            row, is_round = start.row, first < after and tags.comes_round(int(stream.payer[first]))
        tags.follow(course, max(at, first), after)
        at = after
        if is_round:
            later.append(start)
            continue
        tags.add(start)
        course.live[start.axis] = True
    tags.follow(course, at, len(stream))
    return later


def _stops(stream: Stream, stop: BoolArray | None) -> BoolArray:
    stops = np.zeros(stream.axes, dtype=np.bool_) if stop is None else stop.copy()
    if stream.source >= 0:
        stops[stream.source] = True
    return stops


def _maker(stream: Stream, rule: Rule, starts: Sequence[Start]) -> Callable[[Stream, Horizon], Tags]:
    """Compiled for a long history; the source, of which no balance is known, is for the plain loops only."""
    loops = loops_for(len(stream)) if _has_room(stream, starts) else None
    if loops is None:
        return Prorata if rule is Rule.PRORATA else Bounds
    return partial(FastProrata if rule is Rule.PRORATA else FastBounds, loops)


def _has_room(stream: Stream, starts: Sequence[Start]) -> bool:
    if stream.amount.dtype != np.int64 or any(start.axis == stream.source for start in starts):
        return False
    return max(int(stream.balance.max(initial=0)), sum(start.amount for start in starts)) < ROOM
