"""DESIGN 2.3's share, taken of all that was paid so far, asks fen back as more is paid (decision 0020)."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ledger.domain.intervals import Interval, share_floor
from ledger.domain.maturity import paid_between


def test_of_five_fen_the_third_has_one_when_two_are_paid_and_none_when_three_are() -> None:
    third = Interval(2, 3)
    assert (share_floor(2, third, 5), share_floor(3, third, 5)) == (1, 0)


def test_five_is_not_an_odd_case_every_larger_face_has_such_fen() -> None:
    """Only faces of up to four fen, and none larger, have no fen that would have to be given back."""

    def gives_back(face: int) -> bool:
        rising = [
            [share_floor(paid, Interval(x, x + 1), face) for paid in range(face + 1)] for x in range(face)
        ]
        return any(later < earlier for one in rising for earlier, later in pairwise(one))

    assert [face for face in range(2, 40) if not gives_back(face)] == [2, 3, 4]


@pytest.mark.spec("MAT-2")
def test_shared_payment_by_payment_the_third_keeps_its_fen() -> None:
    """MAT-2: what was built instead. Each payment is shared over the fen that are still owed."""
    assert [paid_between(2, 3, targets, 5) for targets in ([2], [2, 3], [2, 3, 5])] == [1, 1, 1]
