"""Where a way is converted into another currency, by every rule, and where it goes on there.

That money was converted is said by its move, when it cites a registered conversion document, or by a
document that the reader can open (`ledger.domain.conversion`). The first ends the way; the second leads on.
Its numbers name fen of moves, so by the rules that number no fen a move is cut where the document begins or
ends: what the rule sends along the converted part goes on from the bought fen that it stands for.

What is told of a conversion (`facts`), always as attested:

    {document, standing: "attested", registrar, numerator, denominator, cash, currency, minor_unit,
     start, end}

`start` and `end` are numbers of fen on the account in the other currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ledger.domain.conversion import Conversion, Side
from ledger.domain.history import IntArray
from ledger.domain.limits import Limits
from ledger.errors import NotFound
from ledger.tracing.axes import Kind
from ledger.tracing.hops import Json, who
from ledger.tracing.legs import STANDING
from ledger.tracing.shares import Rule
from ledger.tracing.stream import Stream
from ledger.tracing.subaccounts import SubAccount, sub_account
from ledger.tracing.world import World


@dataclass(frozen=True, slots=True)
class Way:
    """How a question is followed, whichever currency it comes to.

    `known`: the documents that may lead on. Each does once on any way, so one that lies cannot lead in a
    circle.
    """

    rule: Rule
    limits: Limits
    backward: bool
    known: tuple[Conversion, ...]

    def without(self, used: Conversion) -> Way:
        return replace(self, known=tuple(one for one in self.known if one.document != used.document))


def by_banks(world: World, conversions: Mapping[str, Conversion] | None) -> tuple[Conversion, ...]:
    """Those that the settlement bank of one of their two cashes registered: others say nothing."""
    return tuple(one for one in (conversions or {}).values() if _is_by_bank(world, one))


def _is_by_bank(world: World, known: Conversion) -> bool:
    banks = {world.books.banks.get(side.cash) for side in (known.sold, known.bought)}
    return None not in banks and world.books.conversions.get(known.document) in banks


def there(world: World, far: Side) -> SubAccount | None:
    """The other side's sub-account; None where the document speaks of fen that never were."""
    try:
        found = sub_account(world, far.account, far.cash)
    except NotFound:
        return None
    return found if far.fen.end <= found.columns.counters(found.axis)[0] else None


def facts(world: World, known: Conversion, far: Side, start: int, end: int) -> Json:
    """What is told of a document that leads on to fen `[start, end)` of the far side."""
    code, digits = world.currency(far.cash)
    return {
        "document": known.document,
        "standing": STANDING,
        "registrar": who(world.books.party(world.books.conversions[known.document])),
        "numerator": str(known.numerator),
        "denominator": str(known.denominator),
        "cash": far.cash,
        "currency": code,
        "minor_unit": digits,
        "start": str(start),
        "end": str(end),
    }


# --- cut out of moves -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """Fen of the move `row` that were converted: `[start, end)` of the near account. `axis`: forward who got
    them, backward who bought them. `known`: the document, if the reader can open it."""

    row: int
    start: int
    end: int
    axis: int
    known: Conversion | None

    @property
    def amount(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Cut(Stream):
    """A stream whose converted stretches lead to places of their own, numbered from `axes` of the whole on.

    Several entries may have one `row`, in the order of their fen.
    """

    def after(self, row: int) -> int:
        """The place in this order right behind all of a move."""
        if self.backward:
            return len(self) - int(self.row[::-1].searchsorted(row, side="left"))
        return int(self.row.searchsorted(row, side="right"))

    def before(self, row: int) -> int:
        """The place right before the first entry of a move."""
        if self.backward:
            return len(self) - int(self.row[::-1].searchsorted(row, side="right"))
        return int(self.row.searchsorted(row, side="left"))


def stretches(world: World, cash: str, way: Way) -> list[Stretch]:
    """Every part of a move of this cash by which money was converted, in the order of rows."""
    columns = world.columns(cash)
    linked: dict[int, list[tuple[int, int, Conversion]]] = {}
    for known in way.known:
        near = known.near(backward=way.backward)
        axis = world.axis(near.account) if near.cash == cash else None
        if axis is not None and world.meanings()[axis].kind is Kind.GENERAL:
            for row, start, end in _covered(world, cash, axis, near, backward=way.backward):
                linked.setdefault(row, []).append((start, end, known))
    cited = set(world.converting_rows(cash).tolist())
    rows = columns.rows
    found: list[Stretch] = []
    for row in sorted(linked.keys() | cited):
        first = int((rows.in_offset if way.backward else rows.out_offset)[row])
        whole = first, first + int(rows.amount[row])
        place = int(rows.to_axis[row])
        found += _parts(row, whole, place, linked.get(row, []), everywhere=row in cited)
    return found


def _covered(
    world: World, cash: str, axis: int, near: Side, *, backward: bool
) -> Iterator[tuple[int, int, int]]:
    """`(row, start, end)`: the fen of a document's near side, move by move, as far as they have moved."""
    columns = world.columns(cash)
    side = columns.incoming if backward else columns.outgoing
    end = min(near.fen.end, columns.counters(axis)[0 if backward else 1])
    if near.fen.start >= end:
        return
    ends = np.array([near.fen.start, end - 1], dtype=side.near.dtype)
    first, last = side.holding(np.array([axis, axis]), ends).tolist()
    for edge in range(first, last + 1):
        low = int(side.near[edge])
        high = low + int(side.amount[edge])
        yield int(side.row[edge]), max(low, near.fen.start), min(high, end)


def _parts(
    row: int,
    whole: tuple[int, int],
    axis: int,
    linked: Sequence[tuple[int, int, Conversion]],
    *,
    everywhere: bool,
) -> Iterator[Stretch]:
    """A move cut where documents begin and end; of two that claim the same fen the first counts. A move that
    cites one (`everywhere`) is a conversion beyond what the reader can open, too."""
    edges = {*whole, *(edge for start, end, _ in linked for edge in (start, end))}
    for start, end in pairwise(sorted(edges)):
        known = next((one for low, high, one in linked if low <= start < high), None)
        if known is not None or everywhere:
            yield Stretch(row, start, end, axis, known)


def cut(world: World, cash: str, way: Way) -> tuple[Stream, list[Stretch]]:
    """The stream of a cash with every converted stretch cut out; place `axes + n` is stretch n."""
    whole, found = world.stream(cash, backward=way.backward), stretches(world, cash, way)
    if not found:
        return whole, []
    rows = world.columns(cash).rows
    pieces = _pieces(found, rows.in_offset if way.backward else rows.out_offset, rows.amount)
    count = np.ones(len(whole), dtype=np.int64)
    for row, some in pieces.items():
        count[whole.after(row) - 1] = len(some)
    at = np.repeat(np.arange(len(whole)), count)
    payee, amount, balance = whole.payee[at], whole.amount[at], whole.balance[at]
    first = np.cumsum(count) - count
    for row, some in pieces.items():
        place = int(first[whole.after(row) - 1])
        gone = 0
        for length, stretch in some:
            amount[place] = length
            balance[place] -= gone
            payee[place] = payee[place] if stretch is None else whole.axes + stretch
            place, gone = place + 1, gone + length
    rest = np.concatenate((whole.rest, np.array([one.amount for one in found], dtype=whole.rest.dtype)))
    axes = whole.axes + len(found)
    return (
        Cut(axes, whole.source, whole.payer[at], payee, amount, balance, whole.row[at], rest, whole.backward),
        found,
    )


def _pieces(
    found: Sequence[Stretch], offsets: IntArray, amounts: IntArray
) -> dict[int, list[tuple[int, int | None]]]:
    """By row, all of its fen in order: how many, and of which stretch; None for those that only moved."""
    pieces: dict[int, list[tuple[int, int | None]]] = {}
    reached: dict[int, int] = {}
    for number, one in enumerate(found):
        at = reached.get(one.row, int(offsets[one.row]))
        some = pieces.setdefault(one.row, [])
        some += [(one.start - at, None)] if one.start > at else []
        some.append((one.amount, number))
        reached[one.row] = one.end
    for row, at in reached.items():
        left = int(offsets[row]) + int(amounts[row]) - at
        pieces[row] += [(left, None)] if left else []
    return pieces
