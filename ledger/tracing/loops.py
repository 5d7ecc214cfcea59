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
_GROUPS = 512


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
    out, into = np.zeros(axes, np.int64), np.zeros(axes, np.int64)
    for row in range(len(amount)):
        if row and (
            block[row] < block[row - 1] or (block[row] == block[row - 1] and log[row] <= log[row - 1])
        ):
            return False
        by, to, moved = payer[row], payee[row], amount[row]
        if moved <= 0 or out_offset[row] != out[by] or in_offset[row] != into[to]:
            return False
        if by != source and into[by] - out[by] < moved:
            return False
        if to == source and out[to] - into[to] < moved:
            return False
        out[by] += moved
        into[to] += moved
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
    found: IntArray,
) -> IntArray:
    """The moves by axis, in their order within each; returns where each axis begins.

    By counting, first into coarse groups of neighbouring axes and then within each: written to all axes at
    once, every number would wait for memory.

    Args:
        table: room for six numbers a move.
        found: columns to be filled: near, amount, far axis, far and row.
    """
    moves, coarse = len(axis), 0
    while axes >> coarse > _GROUPS:
        coarse += 1
    first = np.zeros(axes + 1, np.int64)
    for row in range(moves):
        first[axis[row] + 1] += 1
    for at in range(axes):
        first[at + 1] += first[at]
    place = first[: axes : 1 << coarse].copy()
    for row in range(moves):
        group = axis[row] >> coarse
        at = place[group]
        place[group] = at + 1
        table[at, 0], table[at, 1], table[at, 2] = axis[row], near[row], amount[row]
        table[at, 3], table[at, 4], table[at, 5] = far_axis[row], far[row], row
    place = first[:axes].copy()
    for old in range(moves):
        at = place[table[old, 0]]
        place[table[old, 0]] = at + 1
        for column in range(5):
            found[column, at] = table[old, column + 1]
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
def _holding(near: IntArray, low: int, high: int, number: int) -> int:
    """The last of `[low, high)` that begins at `number` or before."""
    while high - low > 1:
        middle = (low + high) >> 1
        if near[middle] <= number:
            low = middle
        else:
            high = middle
    return low


@_compiled
def _room_for(table: IntArray, rows: int) -> IntArray:
    if rows <= len(table):
        return table
    larger = np.empty((2 * rows, table.shape[1]), np.int64)
    larger[: len(table)] = table
    return larger


@_compiled
def _add_node(
    nodes: IntArray, count: int, start: int, amount: int, axis: int, at: int, edge: int, parent: int
) -> IntArray:
    nodes = _room_for(nodes, count + 1)
    nodes[count, 0], nodes[count, 1], nodes[count, 2] = start, amount, axis
    nodes[count, 3], nodes[count, 4], nodes[count, 5] = at, edge, parent
    return nodes


@_compiled
def _add_leaf(leaves: IntArray, count: int, start: int, amount: int, node: int, why: int) -> IntArray:
    leaves = _room_for(leaves, count + 1)
    leaves[count, 0], leaves[count, 1], leaves[count, 2], leaves[count, 3] = start, amount, node, why
    return leaves


@_compiled
def walked(
    first: IntArray,
    near: IntArray,
    amount: IntArray,
    far_axis: IntArray,
    far: IntArray,
    row: IntArray,
    refund: IntArray,
    stop: BoolArray,
    limits: tuple[int, int, int, int],
    question: tuple[int, int, int],
) -> tuple[IntArray, IntArray]:
    """All stops of a walk, level by level, and its ends in no order: rows of `Nodes` and `Leaves`.

    Args:
        limits: hops, or -1 for all the way; least; first and last row.
        question: axis, first fen and the one behind the last.
    """
    hops, least, first_row, last_row = limits
    axis, begin, behind = question
    is_limited = first_row > 0 or last_row < len(row)
    nodes, leaves = np.empty((64, 6), np.int64), np.empty((64, 4), np.int64)
    nodes = _add_node(nodes, 0, begin, behind - begin, axis, begin, -1, -1)
    node, count, ends, hop, next_level = 0, 1, 0, 0, 1
    while node < count:
        if node == next_level:
            hop, next_level = hop + 1, count
        start, length, axis, at = nodes[node, 0], nodes[node, 1], nodes[node, 2], nodes[node, 3]
        low, high = first[axis], first[axis + 1]
        halted = node > 0 and stop[axis]
        moved = 0
        if low < high and not halted:
            moved = max(0, min(near[high - 1] + amount[high - 1] - at, length))
        if moved < length:
            why = _STOP if halted else _REST
            leaves = _add_leaf(leaves, ends, start + moved, length - moved, node, why)
            ends += 1
        if moved and ((hops >= 0 and hop >= hops) or length < least):
            leaves = _add_leaf(leaves, ends, start, moved, node, _CUT)
            ends, moved = ends + 1, 0
        edge = _holding(near, low, high, at) if moved else low
        number, end = at, at + moved
        while number < end:
            # The next move begins where this one ends; its own amount would be one more wait for memory.
            until = min(near[edge + 1] if edge + 1 < high else end, end)
            shown = True
            if is_limited:
                moment = refund[edge] if refund[edge] >= 0 else row[edge]
                shown = first_row <= moment <= last_row
            if shown:
                to, place = far_axis[edge], far[edge] + number - near[edge]
                nodes = _add_node(nodes, count, start + number - at, until - number, to, place, edge, node)
                count += 1
            else:
                leaves = _add_leaf(leaves, ends, start + number - at, until - number, node, _CUT)
                ends += 1
            number, edge = until, edge + 1
        node += 1
    return nodes[:count], leaves[:ends]


# --- sweeps -------------------------------------------------------------------------------------------------


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
        at = len(payer) - 1 - place if backward else place
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
                target = (layer + 1) * width + to if layer < count - 1 else layer * width + 2 * axes + by
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
        at = len(payer) - 1 - place if backward else place
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
                target = (layer + 1) * width + to if layer < count - 1 else layer * width + 2 * axes + by
            moved, left = amount[at], balance[at] - amount[at]
            low, high = tags[source, 0], min(tags[source, 1], balance[at])
            tags[source, 0], tags[source, 1] = max(0, low - moved), min(high, left)
            tags[target, 0] += max(0, low - left)
            tags[target, 1] += min(high, moved)
