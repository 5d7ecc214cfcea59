"""Green loans: how a drawdown falls on the lenders of its facility."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise


def shares_down(rooms: Sequence[int], units: int) -> tuple[int, ...]:
    """Each lender's part of a drawdown of so many units, by what each has committed and not been called for.

    The rooms lie side by side; one that holds `[a, b)` of all R gets `⌊b·units/R⌋ − ⌊a·units/R⌋`. The parts
    add up to the units, and none is above its room as long as the units are not above R.
    """
    whole = sum(rooms)
    marks = (end * units // whole if whole else 0 for end in accumulate(rooms, initial=0))
    return tuple(end - start for start, end in pairwise(marks))
