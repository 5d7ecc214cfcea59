"""`trace compare`: the same question at two blocks, and what moved between them.

A bond's fen keep their origin numbers, so both answers are laid over each other: every fen is in one part,
which names where it was and where it is. Parts that stayed are summed, parts that moved are listed. A fen
that is in one answer alone (a bond that closed between, a budget line that got it between) has null on the
other side.

    {chain_id, bond, label, line, currency, minor_unit, rule,
     before: {block, block_hash, as_of, amount}, after: the same,
     states, lines, payees: [{…, before, after, change}], unchanged, moved_amount,
     moved: [{start, end, amount, before: {state, project, line, payee, payee_account, receivable} | null,
              after, tx, log, block, documents}]}

The `before` of each list sum to the earlier answer's amount, the `after` to the later one's; `unchanged`
and `moved_amount` sum to all fen of either answer (TRACE-8). `tx`, `log` and `block` are of the move
that brought the money where it is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from ledger.errors import BadInput
from ledger.tracing.hops import Json

_WHERE: Final = ("state", "project", "line", "payee", "payee_account", "receivable")
_FACTS: Final = ("chain_id", "bond", "label", "currency", "minor_unit", "rule")
_SUMS: Final = {
    "states": ("state",),
    "lines": ("project", "line"),
    "payees": ("payee", "payee_account"),
}


def compare(before: Json, after: Json, line: int | None = None) -> Json:
    """Two answers of `bond_trace`, or two sections of `line_trace` with the facts of their answers.

    Raises:
        BadInput: they are not the same question, or come in the wrong order.
    """
    if any(before[fact] != after[fact] for fact in _FACTS):
        raise BadInput("two questions were compared", had=before["label"], needed=after["label"])
    require_order(before, after)
    return {
        **{fact: after[fact] for fact in _FACTS},
        "line": line,
        "before": side(before, before["intervals"]),
        "after": side(after, after["intervals"]),
        **overlaid(before["intervals"], after["intervals"], _WHERE, _SUMS, _came),
    }


def require_order(before: Json, after: Json) -> None:
    """BadInput unless the earlier block comes first."""
    if int(before["block"]) > int(after["block"]):
        raise BadInput("the earlier block comes first", had=before["block"], needed=after["block"])


def side(answer: Json, parts: Sequence[Json]) -> Json:
    """Which answer one side is, and how many fen it tells of."""
    amount = sum(int(one["amount"]) for one in parts)
    return {key: answer[key] for key in ("block", "block_hash", "as_of")} | {"amount": str(amount)}


def overlaid(
    earlier: Sequence[Json],
    later: Sequence[Json],
    where: Sequence[str],
    sums: Mapping[str, tuple[str, ...]],
    came: Callable[[Json | None], Json],
) -> Json:
    """`{…sums, unchanged, moved_amount, moved}` of two lists of parts that are sorted and do not overlap.

    Args:
        where: what a part says of the place of its fen; what differs in it has moved.
        sums: by name, what the amounts are added up by.
        came: of the later part (or none), by what its fen came there.
    """
    laid = list(_laid(earlier, later))
    places = [(start, end, _place(was, where), _place(now, where), now) for start, end, was, now in laid]
    moved = [
        {
            "start": str(start),
            "end": str(end),
            "amount": str(end - start),
            "before": was,
            "after": now,
            **came(part),
        }
        for start, end, was, now, part in places
        if was != now
    ]
    gone = sum(int(one["amount"]) for one in moved)
    return {
        **{name: _sums(earlier, later, *keys) for name, keys in sums.items()},
        "unchanged": str(sum(end - start for start, end, _, _ in laid) - gone),
        "moved_amount": str(gone),
        "moved": moved,
    }


def _laid(
    earlier: Sequence[Json], later: Sequence[Json]
) -> Iterator[tuple[int, int, Json | None, Json | None]]:
    """Every fen of either answer once, cut where one of them is cut. Both are sorted and do not overlap."""
    edges = sorted({int(one[edge]) for one in (*earlier, *later) for edge in ("start", "end")})
    was, now = _Cursor(earlier), _Cursor(later)
    for start, end in pairwise(edges):
        left, right = was.at(start), now.at(start)
        if left is not None or right is not None:
            yield start, end, left, right


class _Cursor:
    """The interval that holds a number, for numbers that only grow."""

    def __init__(self, intervals: Sequence[Json]) -> None:
        self._intervals = intervals
        self._next = 0

    def at(self, number: int) -> Json | None:
        found = self._intervals
        while self._next < len(found) and int(found[self._next]["end"]) <= number:
            self._next += 1
        if self._next == len(found) or int(found[self._next]["start"]) > number:
            return None
        return found[self._next]


def _place(part: Json | None, where: Sequence[str]) -> Json | None:
    return None if part is None else {key: part[key] for key in where}


def _came(interval: Json | None) -> Json:
    if interval is None:
        return {**dict.fromkeys(("tx", "log", "block")), "documents": []}
    return {key: interval[key] for key in ("tx", "log", "block", "documents")}


def _sums(earlier: Sequence[Json], later: Sequence[Json], *keys: str) -> list[Json]:
    """Amounts by what the intervals say of these, in the order in which they are met."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for side, intervals in enumerate((earlier, later)):
        for one in intervals:
            found.setdefault(tuple(one[key] for key in keys), [0, 0])[side] += int(one["amount"])
    return [
        dict(zip(keys, name, strict=True)) | {"before": str(a), "after": str(b), "change": str(b - a)}
        for name, (a, b) in found.items()
    ]
