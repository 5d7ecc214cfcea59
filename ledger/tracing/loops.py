"""The long loops of tracing, compiled at their first call and kept beside this file, or in the user's cache.

Each gives what the plain form at its caller gives, number for number; tests hold both to it. All arrays are
contiguous columns of 64-bit integers in order of rows; large ones that a loop fills come from numpy, which
asks the system for large pages. Signed and unsigned numbers are never mixed, for numba would make a float of
them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ledger.domain.history import IntArray
from ledger.tracing.ahead import ask_for
from ledger.tracing.steps import BoolArray, Why

WordArray = NDArray[np.uint64]
_Loop = TypeVar("_Loop", bound=Callable[..., Any])


def _compiled(loop: _Loop) -> _Loop:
    try:
        return cast(_Loop, njit(cache=True, nogil=True, error_model="numpy")(loop))
    except RuntimeError:  # no folder that may be written to: compiled anew by each process
        return cast(_Loop, njit(nogil=True, error_model="numpy")(loop))


_REST, _STOP, _CUT = int(Why.REST), int(Why.STOP), int(Why.CUT)
_NONE, _ONE, _FINE_BITS = np.uint64(0), np.uint64(1), np.uint64(32)
_FINE = np.uint64(2**32 - 1)
_AHEAD = 16
"""So many moves before its turn a row is asked for: memory has answered by then."""


# --- columns ------------------------------------------------------------------------------------------------


@_compiled
def proved(
    block: IntArray,
    log: IntArray,
    payer: IntArray,
    payee: IntArray,
    amount: IntArray,
    out_offset: IntArray,
    in_offset: IntArray,
    axes: int,
    source: int,
) -> bool:
    """Whether moves stand in chain order, tile both ways, and spend what had come in; who does not, others
    say."""
    seen = np.zeros((axes, 2), np.int64)  # what went out of an axis, and what came in: one wait for both
    for row in range(len(amount)):
        if row + _AHEAD < len(amount):
            ask_for(seen, payer[row + _AHEAD])
            ask_for(seen, payee[row + _AHEAD])
        if row and (
            block[row] < block[row - 1] or (block[row] == block[row - 1] and log[row] <= log[row - 1])
        ):
            return False
        by, to, moved = payer[row], payee[row], amount[row]
        if moved <= 0 or out_offset[row] != seen[by, 0] or in_offset[row] != seen[to, 1]:
            return False
        if by != source and seen[by, 1] - seen[by, 0] < moved:
            return False
        if to == source and seen[to, 0] - seen[to, 1] < moved:
            return False
        seen[by, 0] += moved
        seen[to, 1] += moved
    return True


@_compiled
def grouped(
    axis: IntArray,
    near: IntArray,
    far_axis: IntArray,
    far: IntArray,
    amount: IntArray,
    axes: int,
    table: IntArray,
) -> IntArray:
    """The moves by axis, in their order within each; returns where each axis begins.

    By counting, and each move at once to its place: six numbers side by side are one wait for memory, in six
    columns they would be six.

    Args:
        table: `Side.table`, to be filled.
    """
    first = np.zeros(axes + 1, np.int64)
    for row in range(len(axis)):
        first[axis[row] + 1] += 1
    for at in range(axes):
        first[at + 1] += first[at]
    place = first[:axes].copy()
    for row in range(len(axis)):
        if row + _AHEAD < len(axis):
            ask_for(table, place[axis[row + _AHEAD]])
        at = place[axis[row]]
        table[at, 0], table[at, 1], table[at, 2] = near[row], amount[row], far_axis[row]
        # On the far axis these fen are further on than all that has moved there so far in this direction, or
        # (incoming) among the last that have: never far from the move whose turn is next.
        table[at, 3], table[at, 4], table[at, 5] = far[row], row, place[far_axis[row]]
        place[axis[row]] = at + 1
    return first


@_compiled
def balances(
    payer: IntArray, payee: IntArray, amount: IntArray, axes: int, before: IntArray, after: IntArray
) -> None:
    """Fills in by row: the payer's balance before the move, and the payee's after it."""
    held = np.zeros(axes, np.int64)
    for row in range(len(amount)):
        by, to, moved = payer[row], payee[row], amount[row]
        before[row], after[row] = held[by], held[to] + moved
        held[by] -= moved
        held[to] += moved


# --- walks --------------------------------------------------------------------------------------------------


@_compiled
def _holding(table: IntArray, low: int, high: int, near_by: int, number: int) -> int:
    """The last of `[low, high)` that begins at `number` or before, looked for in strides that double from
    `near_by` on, wherever that is."""
    at, stride = min(max(near_by, low), high - 1), 1
    if table[at, 0] <= number:
        low = at
        while at + stride < high and table[at + stride, 0] <= number:
            low, stride = at + stride, stride << 1
        high = min(at + stride, high)
    else:
        high = at
        while at - stride > low and table[at - stride, 0] > number:
            high, stride = at - stride, stride << 1
        low = max(at - stride, low)
    while high - low > 1:
        middle = (low + high) >> 1
        if table[middle, 0] <= number:
            low = middle
        else:
            high = middle
    return low


@_compiled
def _larger(table: IntArray) -> IntArray:
    """With room for four times as many rows; what is not touched costs nothing."""
    larger = np.empty((4 * len(table), table.shape[1]), np.int64)
    larger[: len(table)] = table
    return larger


@_compiled
def _put_node(
    nodes: IntArray, at: int, part: tuple[int, int, int, int], edge: int, parent: int, near_by: int
) -> None:
    nodes[at, 0], nodes[at, 1], nodes[at, 2], nodes[at, 3] = part
    nodes[at, 4], nodes[at, 5], nodes[at, 6] = edge, parent, near_by


@_compiled
def _put_leaf(leaves: IntArray, at: int, start: int, amount: int, node: int, why: int) -> None:
    leaves[at, 0], leaves[at, 1], leaves[at, 2], leaves[at, 3] = start, amount, node, why


@_compiled
def walked(
    first: IntArray,
    total: IntArray,
    table: IntArray,
    refund: IntArray,
    stop: BoolArray,
    limits: tuple[int, int, int, int],
    question: tuple[int, int, int],
) -> tuple[IntArray, IntArray]:
    """All stops of a walk, level by level, and its ends in no order: rows of `Nodes` and `Leaves`.

    Args:
        total: the counter of each axis in the direction that is walked.
        table: `Side.table`.
        refund: `Side.refund`; empty when nothing was refunded.
        limits: hops, or -1 for all the way; least; first and last row.
        question: axis, first fen and the one behind the last.
    """
    hops, least, first_row, last_row = limits
    axis, begin, behind = question
    is_limited = first_row > 0 or last_row < len(table)
    nodes, leaves = np.empty((1_024, 7), np.int64), np.empty((256, 4), np.int64)
    _put_node(nodes, 0, (begin, behind - begin, axis, begin), -1, -1, first[axis])
    node, count, ends, hop, next_level = 0, 1, 0, 0, 1
    while node < count:
        if node == next_level:
            hop, next_level = hop + 1, count
        start, length, axis, at = nodes[node, 0], nodes[node, 1], nodes[node, 2], nodes[node, 3]
        if ends + 2 > len(leaves):
            leaves = _larger(leaves)
        halted = node > 0 and stop[axis]
        moved = 0 if halted else max(0, min(total[axis] - at, length))
        if moved < length:
            why = _STOP if halted else _REST
            _put_leaf(leaves, ends, start + moved, length - moved, node, why)
            ends += 1
        if moved and ((hops >= 0 and hop >= hops) or length < least):
            _put_leaf(leaves, ends, start, moved, node, _CUT)
            ends, moved = ends + 1, 0
        number, end, edge = at, at + moved, 0
        if moved:
            edge = _holding(table, first[axis], first[axis + 1], nodes[node, 6], at)
        while number < end:
            near = table[edge, 0]
            until = min(near + table[edge, 1], end)
            shown = True
            if is_limited:
                moment = table[edge, 4]
                if len(refund) and refund[edge] >= 0:
                    moment = refund[edge]
                shown = first_row <= moment <= last_row
            if shown:
                part = (start + number - at, until - number, table[edge, 2], table[edge, 3] + number - near)
                if count == len(nodes):
                    nodes = _larger(nodes)
                ask_for(table, table[edge, 5])
                _put_node(nodes, count, part, edge, node, table[edge, 5])
                count += 1
            else:
                if ends == len(leaves):
                    leaves = _larger(leaves)
                _put_leaf(leaves, ends, start + number - at, until - number, node, _CUT)
                ends += 1
            number, edge = until, edge + 1
        node += 1
    return nodes[:count, :6], leaves[:ends]


# --- sweeps -------------------------------------------------------------------------------------------------


@_compiled
def _turn(place: int, moves: int, backward: bool) -> int:
    """The move whose turn is at a place in the order of the sweep."""
    return moves - 1 - place if backward else place


@_compiled
def _move_later(layer: int, count: int, width: int, to: int, cut: int) -> int:
    """Where moves are limited: the place in the next layer, or what was cut in the last."""
    return (layer + 1) * width + to if layer < count - 1 else layer * width + cut


@_compiled
def _ends_at(
    row: int, by: int, to: int, stop: BoolArray, ending: BoolArray, span: tuple[int, int], axes: int
) -> int:
    """The place that a move leads to: an axis, or beyond them where money ended or was cut."""
    if row < span[0] or row > span[1]:
        return 2 * axes + by
    if stop[to] or (len(ending) and ending[row]):
        return axes + by
    return to


@_compiled
def part_of(
    whole: np.uint64, fine: np.uint64, amount: np.uint64, balance: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """`(whole x 2^32 + fine) x amount / balance`, rounded down, as whole and fine again; all are unsigned.

    Long division, by as many binary digits at a time as leave room: nothing passes 64 bits while
    `amount <= balance < 2^62`.
    """
    bits = _ONE
    if balance >> np.uint64(31) == _NONE:
        bits = _FINE_BITS
    elif balance >> np.uint64(47) == _NONE:
        bits = np.uint64(16)
    elif balance >> np.uint64(55) == _NONE:
        bits = np.uint64(8)
    digit_mask = (_ONE << bits) - _ONE
    quotient, rest, shift = _NONE, _NONE, np.uint64(64)
    while shift > _NONE:
        shift -= bits
        if (whole >> shift) != _NONE:
            over = (rest << bits) + ((whole >> shift) & digit_mask) * amount
            quotient = (quotient << bits) + over // balance
            rest = over % balance
    fine_quotient, shift = _NONE, _FINE_BITS
    while shift > _NONE:
        shift -= bits
        over = (rest << bits) + ((fine >> shift) & digit_mask) * amount
        fine_quotient = (fine_quotient << bits) + over // balance
        rest = over % balance
    return quotient + (fine_quotient >> _FINE_BITS), fine_quotient & _FINE


@_compiled
def prorata(
    moves: tuple[IntArray, IntArray, IntArray, IntArray, IntArray],
    backward: bool,
    course: tuple[int, int],
    stop: BoolArray,
    ending: BoolArray,
    span: tuple[int, int],
    layers: tuple[int, bool],
    least: int,
    tags: WordArray,
) -> None:
    """Moves tags along by pro-rata.

    Args:
        moves: payer, payee, amount, the payer's balance before, and row; in the order of rows.
        course: the first place in the order of the sweep, and the one behind the last.
        ending: by row, True where the move ends money; empty when none does.
        span: the first and the last row that are followed.
        layers: how many there are, and whether moves are limited to so many less one.
        tags: whole fen and the fraction of one by layer and place; they change.
    """
    payer, payee, amount, balance, rows = moves
    count, limited = layers
    axes = len(stop)
    width = 3 * axes
    for place in range(course[0], course[1]):
        at = _turn(place, len(payer), backward)
        if place + _AHEAD < course[1]:
            following = _turn(place + _AHEAD, len(payer), backward)
            ask_for(tags, payer[following])
            ask_for(tags, payee[following])
        by = payer[at]
        to = -1
        for layer in range(count - 1, -1, -1):
            source = layer * width + by
            whole, fine = tags[source, 0], tags[source, 1]
            if whole == _NONE and fine == _NONE:
                continue
            if to < 0:
                to = _ends_at(rows[at], by, payee[at], stop, ending, span, axes)
            part, part_fine = part_of(whole, fine, np.uint64(amount[at]), np.uint64(balance[at]))
            tags[source, 0] = whole - part - (_ONE if fine < part_fine else _NONE)
            tags[source, 1] = (fine - part_fine) & _FINE
            target = layer * width + to
            if least > 1 and part < np.uint64(least):
                target = 2 * axes + by
            elif limited:
                target = _move_later(layer, count, width, to, 2 * axes + by)
            carried = tags[target, 1] + part_fine
            tags[target, 0] += part + (carried >> _FINE_BITS)
            tags[target, 1] = carried & _FINE


@_compiled
def bounds(
    moves: tuple[IntArray, IntArray, IntArray, IntArray, IntArray],
    backward: bool,
    course: tuple[int, int],
    stop: BoolArray,
    ending: BoolArray,
    span: tuple[int, int],
    layers: tuple[int, bool],
    tags: IntArray,
) -> None:
    """Moves tags along, of which so many are certain and so many possible; else as `prorata`."""
    payer, payee, amount, balance, rows = moves
    count, limited = layers
    axes = len(stop)
    width = 3 * axes
    for place in range(course[0], course[1]):
        at = _turn(place, len(payer), backward)
        if place + _AHEAD < course[1]:
            following = _turn(place + _AHEAD, len(payer), backward)
            ask_for(tags, payer[following])
            ask_for(tags, payee[following])
        by = payer[at]
        to = -1
        for layer in range(count - 1, -1, -1):
            source = layer * width + by
            if not tags[source, 1]:
                continue
            if to < 0:
                to = _ends_at(rows[at], by, payee[at], stop, ending, span, axes)
            target = layer * width + to
            if limited:
                target = _move_later(layer, count, width, to, 2 * axes + by)
            moved, left = amount[at], balance[at] - amount[at]
            low, high = tags[source, 0], min(tags[source, 1], balance[at])
            tags[source, 0], tags[source, 1] = max(0, low - moved), min(high, left)
            tags[target, 0] += max(0, low - left)
            tags[target, 1] += min(high, moved)
