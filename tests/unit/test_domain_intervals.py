"""Intervals tile, cut and share to the fen."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from ledger.domain.intervals import BadInterval, Interval, require_tiling, share_floor, subtract, tiles


def random_tiling(dice: random.Random, whole: Interval) -> list[Interval]:
    cuts = sorted(dice.sample(range(whole.start + 1, whole.end), k=min(6, whole.length - 1)))
    ends = [whole.start, *cuts, whole.end]
    return [Interval(a, b) for a, b in pairwise(ends)]


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 2), (-1, 2)])
def test_empty_backward_and_negative_intervals_are_refused(start: int, end: int) -> None:
    with pytest.raises(BadInterval):
        Interval(start, end)


def test_cut_gives_two_neighbours() -> None:
    left, right = Interval(2, 9).cut(5)
    assert (left, right) == (Interval(2, 5), Interval(5, 9))
    assert 4 in left and 5 not in left and 5 in right


@pytest.mark.parametrize("at", [1, 2, 9, 10])
def test_cut_outside_is_refused(at: int) -> None:
    with pytest.raises(BadInterval):
        Interval(2, 9).cut(at)


def test_intersect_and_shift() -> None:
    assert Interval(0, 5).intersect(Interval(3, 9)) == Interval(3, 5)
    assert Interval(0, 5).intersect(Interval(5, 9)) is None
    assert Interval(3, 5).shift(10) == Interval(13, 15)
    assert Interval(0, 9).covers(Interval(3, 5)) and not Interval(3, 5).covers(Interval(0, 9))


@pytest.mark.spec("CASH-1")
def test_tiling_names_the_first_fault() -> None:
    """CASH-1, PIECE-1: a gap, an overlap, a short and a long tiling each show."""
    whole = Interval(0, 10)
    require_tiling([Interval(5, 10), Interval(0, 5)], whole)
    for parts, message in (
        ([Interval(0, 4), Interval(5, 10)], "gap at 4"),
        ([Interval(0, 6), Interval(5, 10)], "overlap at 5"),
        ([Interval(0, 9)], "end at 9"),
        ([Interval(0, 10), Interval(10, 11)], "end at 11"),
        ([], "end at 0"),
    ):
        with pytest.raises(BadInterval, match=message):
            require_tiling(parts, whole)
        assert not tiles(parts, whole)


def test_subtract_leaves_exactly_the_rest() -> None:
    dice = random.Random(7)
    for _ in range(200):
        whole = Interval(dice.randrange(5), dice.randrange(10, 40))
        parts = [
            Interval(a, a + dice.randrange(1, 9))
            for a in (dice.randrange(45) for _ in range(dice.randrange(5)))
        ]
        rest = list(subtract(whole, parts))
        fen = {f for r in rest for f in range(r.start, r.end)}
        assert fen == {f for f in range(whole.start, whole.end) if not any(f in p for p in parts)}
        assert all(a.end < b.start for a, b in pairwise(rest))


@pytest.mark.spec("PIECE-1")
def test_shares_of_any_tiling_sum_to_what_was_paid() -> None:
    """PIECE-1: the share is additive under cuts, grows batch by batch, and ends at the piece's own length."""
    dice = random.Random(11)
    for _ in range(300):
        face = dice.randrange(2, 10**12)
        pieces = random_tiling(dice, Interval(0, face)) if face > 8 else [Interval(0, face)]
        before = dict.fromkeys(pieces, 0)
        for paid in sorted([dice.randrange(face + 1), dice.randrange(face + 1), face]):
            shares = {piece: share_floor(paid, piece, face) for piece in pieces}
            assert sum(shares.values()) == paid
            assert all(shares[p] >= before[p] for p in pieces)
            before = shares
        assert all(before[p] == p.length for p in pieces)


def test_share_refuses_pieces_beyond_the_face_and_overpayment() -> None:
    with pytest.raises(BadInterval, match="beyond the face"):
        share_floor(1, Interval(0, 11), 10)
    with pytest.raises(BadInterval, match="paid lies between"):
        share_floor(11, Interval(0, 10), 10)
