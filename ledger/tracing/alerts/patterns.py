"""The indicators: pure functions of columns and parameters, each with the clause or habit behind it.

Shares are compared as `amount × share ÷ 1,000,000` in whole numbers. Money from outside begins no finding:
nothing is known about it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from ledger.domain.history import IntArray
from ledger.tracing.alerts.parameters import Parameters
from ledger.tracing.foreign import ForeignMoves

_MILLION: Final = 1_000_000
_DAY: Final = 86_400
_HOUR: Final = 3_600


@dataclass(frozen=True, slots=True)
class Finding:
    """`rows` are the moves of its path in order of time; `amount` is what it is about, in minor units.

    `end` is the axis whose share of the first move is weighed by each rule, right after the last one.
    """

    indicator: str
    clause: str
    rows: tuple[int, ...]
    amount: int
    end: int


@dataclass(frozen=True, slots=True)
class _Ways:
    """Moves by payer, in order of time."""

    moves: ForeignMoves

    def out_of(self, axis: int, row: int, until: int) -> IntArray:
        """The moves out of an axis after a move, up to a time."""
        side, time = self.moves.columns.outgoing, self.moves.time
        rows = side.row[side.first[axis] : side.first[axis + 1]]
        begin = int(rows.searchsorted(row, side="right"))
        end = begin + int(time[rows[begin:]].searchsorted(until, side="right"))
        return rows[begin:end]

    def into(self, axis: int, row: int, until: int) -> IntArray:
        """The moves into an axis after a move, up to a time."""
        side, time = self.moves.columns.incoming, self.moves.time
        rows = side.row[side.first[axis] : side.first[axis + 1]]
        begin = int(rows.searchsorted(row, side="right"))
        end = begin + int(time[rows[begin:]].searchsorted(until, side="right"))
        return rows[begin:end]

    def within(self, rows: IntArray, low: int, high: int) -> IntArray:
        """Those of the moves whose amounts are in `[low, high]`."""
        amount = self.moves.columns.rows.amount[rows]
        return rows[(amount >= low) & (amount <= high)]


def _payments(moves: ForeignMoves, least: int) -> IntArray:
    return np.flatnonzero((moves.opened == 0) & (moves.columns.rows.amount >= least))


# --- round trip --------------------------------------------------------------------------------------------

ROUND_TRIP: Final = (
    "中国绿色债券原则 2022: all proceeds to eligible green projects; a round trip spends nothing"
)


def round_trips(moves: ForeignMoves, given: Parameters) -> Iterator[Finding]:
    """Money that comes back to who paid it, over two companies or more, nearly whole at each move.

    A payee that pays back at once is none: that is a refund, or for `out_and_back` and `rotations` to say.
    """
    ways, rows = _Ways(moves), moves.columns.rows
    for row in _payments(moves, given.least).tolist():
        payer, amount, until = _begun(moves, row, given.trip_days)
        low = amount
        for _ in range(given.trip_moves - 1):
            low = low * given.trip_share // _MILLION
        returned = ways.within(ways.into(payer, row, until), low, amount)
        if not len(returned):
            continue
        path = _trip(ways, given, (row,), payer, until)
        if path:
            yield Finding("round-trip", ROUND_TRIP, path, int(rows.amount[path[-1]]), payer)


def _begun(moves: ForeignMoves, row: int, days: int) -> tuple[int, int, int]:
    rows = moves.columns.rows
    return int(rows.from_axis[row]), int(rows.amount[row]), int(moves.time[row]) + days * _DAY


def _trip(
    ways: _Ways, given: Parameters, path: tuple[int, ...], home: int, until: int
) -> tuple[int, ...] | None:
    """The first way home, depth first; a way is tried in order of time and visits no account twice."""
    rows = ways.moves.columns.rows
    at, amount = int(rows.to_axis[path[-1]]), int(rows.amount[path[-1]])
    low = amount * given.trip_share // _MILLION
    seen = {int(rows.from_axis[row]) for row in path} | {at}
    for row in ways.within(ways.out_of(at, path[-1], until), low, amount).tolist():
        to = int(rows.to_axis[row])
        if to == home:
            if len(path) >= 2:
                return (*path, row)
        elif to not in seen and len(path) + 1 < given.trip_moves:
            found = _trip(ways, given, (*path, row), home, until)
            if found:
                return found
    return None


# --- split payments ----------------------------------------------------------------------------------------

SPLIT: Final = "payments split just under an approval limit (indicator; the limit is a parameter)"


def split_payments(moves: ForeignMoves, given: Parameters) -> Iterator[Finding]:
    """Several payments of one payer to one payee within days, each just below a limit."""
    for limit in given.split_limits:
        yield from _splits(moves, given, limit)


def _splits(moves: ForeignMoves, given: Parameters, limit: int) -> Iterator[Finding]:
    rows, low = moves.columns.rows, limit * given.split_below // _MILLION
    near = _Ways(moves).within(_payments(moves, low), low, limit - 1)
    pairs: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in near.tolist():
        pairs[int(rows.from_axis[row]), int(rows.to_axis[row])].append(row)
    for (_, payee), paid in pairs.items():
        for group in _bunches(moves, paid, given.split_days * _DAY):
            if len(group) >= given.split_times:
                amount = sum(int(rows.amount[row]) for row in group)
                yield Finding("split-payments", SPLIT, tuple(group), amount, payee)


def _bunches(moves: ForeignMoves, rows: list[int], seconds: int) -> Iterator[list[int]]:
    """Cut where the span from a bunch's first move would pass the time given."""
    bunch: list[int] = []
    for row in rows:
        if bunch and moves.time[row] - moves.time[bunch[0]] > seconds:
            yield bunch
            bunch = []
        bunch.append(row)
    yield bunch


# --- out and back around a report date ---------------------------------------------------------------------

REPORT: Final = "绿色债券存续期信息披露指南: half-yearly and yearly report on the management of proceeds"


def out_and_back(moves: ForeignMoves, given: Parameters) -> Iterator[Finding]:
    """Money that is there on a report date only.

    It was lent to somebody before and comes back within days before the date; or it comes within days before,
    and goes back to whom it came from within days after.
    """
    ways, rows = _Ways(moves), moves.columns.rows
    for row, report in _before_reports(moves, given):
        payer, payee, amount = (int(c[row]) for c in (rows.from_axis, rows.to_axis, rows.amount))
        lent = _lent(ways, given, row, payee, payer, amount)
        if lent is not None:
            yield Finding("out-and-back", REPORT, (lent, row), amount, payee)
        until = report + (given.report_window + 1) * _DAY
        after = ways.within(ways.out_of(payee, row, until), *_band(amount, given))
        for back in after[(rows.to_axis[after] == payer) & (moves.time[after] >= report + _DAY)].tolist()[:1]:
            yield Finding("out-and-back", REPORT, (row, back), amount, payer)


def _band(amount: int, given: Parameters) -> tuple[int, int]:
    return amount * given.back_share // _MILLION, amount * given.back_most // _MILLION


def _before_reports(moves: ForeignMoves, given: Parameters) -> Iterator[tuple[int, int]]:
    """(row, first second of the report date) of payments shortly before it, or on it."""
    payments = _payments(moves, given.least)
    times = moves.time[payments]
    for report in _reports(moves, given):
        begin, end = np.searchsorted(times, [report - given.report_window * _DAY, report + _DAY])
        yield from ((row, report) for row in payments[begin:end].tolist())


def _reports(moves: ForeignMoves, given: Parameters) -> Iterator[int]:
    if not len(moves.time):
        return
    years = [datetime.fromtimestamp(int(moves.time[at]), UTC).year for at in (0, -1)]
    for year in range(years[0], years[1] + 1):
        for day in given.report_days:
            yield int(datetime.fromisoformat(f"{year}-{day}").replace(tzinfo=UTC).timestamp())


def _lent(ways: _Ways, given: Parameters, row: int, lender: int, borrower: int, back: int) -> int | None:
    """The last earlier payment to who pays back now, that this pays back."""
    rows, side = ways.moves.columns.rows, ways.moves.columns.outgoing
    out = side.row[side.first[lender] : side.first[lender + 1]]
    out = out[: int(out.searchsorted(row))]
    out = out[rows.to_axis[out] == borrower]
    matching = [one for one in out.tolist() if _matches(int(rows.amount[one]), back, given)]
    longer = [
        one for one in matching if ways.moves.time[row] - ways.moves.time[one] > given.turn_hours * _HOUR
    ]
    return longer[-1] if longer else None


def _matches(out: int, back: int, given: Parameters) -> bool:
    low, high = _band(out, given)
    return low <= back <= high


# --- rotation ----------------------------------------------------------------------------------------------

ROTATION: Final = (
    "PBoC 2015: a special account or ledger that makes the flow traceable; rotation undoes the order"
)


def rotations(moves: ForeignMoves, given: Parameters) -> Iterator[Finding]:
    """A part of an account's balance goes out and comes back within hours, again and again.

    By first in, first out it then stands behind all that stayed; nothing else was achieved. Once is a payment
    that bounced; all of a balance keeps its order.
    """
    turns: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for out, back in _turns(moves, given):
        rows = moves.columns.rows
        turns[int(rows.from_axis[out]), int(rows.to_axis[out])].append((out, back))
    for (account, _), found in turns.items():
        for group in _bunches(moves, [out for out, _ in found], given.turn_hours * _HOUR):
            if len(group) >= given.turn_times:
                path = [row for pair in found if pair[0] in group for row in pair]
                amount = sum(int(moves.columns.rows.amount[row]) for row in group)
                yield Finding("rotation", ROTATION, tuple(sorted(set(path))), amount, account)


def _turns(moves: ForeignMoves, given: Parameters) -> Iterator[tuple[int, int]]:
    ways, rows = _Ways(moves), moves.columns.rows
    before, _ = moves.columns.balances()
    payments = _payments(moves, given.least)
    part = rows.amount[payments]
    held = before[payments]
    partial = payments[(part < held) & (part >= held // _MILLION * given.turn_share)]
    for row in partial.tolist():
        amount, payee, payer = int(rows.amount[row]), int(rows.to_axis[row]), int(rows.from_axis[row])
        until = int(moves.time[row]) + given.turn_hours * _HOUR
        back = ways.within(ways.out_of(payee, row, until), amount * given.back_share // _MILLION, amount)
        for one in back[rows.to_axis[back] == payer].tolist()[:1]:
            yield row, one


INDICATORS: Final[tuple[Callable[[ForeignMoves, Parameters], Iterator[Finding]], ...]] = (
    round_trips,
    split_payments,
    out_and_back,
    rotations,
)
