"""Histories of units alone, with many days and record days: the short memory equals the long one (HOLD-2).

The contract keeps a past holding only when a record day passed; the twin keeps every one. After every act
both are asked for every holder at the end of every record day that is over, and for the code of a move that
somebody might want to make.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from ledger.domain.restrictions import Restriction, code_of
from ledger.domain.twin import Refusal
from tests.deep import depth
from tests.twin.actors import BANK, FINANCIERS, INVESTORS, STRANGER
from tests.twin.acts import DAY, Histories
from tests.twin.holding import HoldingActs
from tests.twin.pair import Pair, opened_pair

ACTS = int(os.environ.get("GREENLEDGER_FUZZ", depth("110", "2000")))
SEED = int(os.environ.get("GREENLEDGER_SEED", "20250617"))


def same_code(pair: Pair, h: Histories, codes: Counter[str]) -> None:
    """ERC-1404's code of the contract is that of the twin's refusal."""
    token, people = pair.world.bonds.tokens[1], [*INVESTORS, *INVESTORS, *FINANCIERS, BANK, STRANGER]
    giver, taker = h.one(people).address, h.one(people).address
    units = h.one([0, 1, token.balance_of(giver), token.balance_of(giver) + 1])
    expected = Restriction.NONE
    pair.world.stage.timestamp = pair.chain.timestamp + 1
    try:
        token.check_transfer(giver, taker, units)
    except Refusal as refusal:
        expected = code_of(refusal.name, next(iter(refusal.values), None), taker)
    answer = pair.chain.ask(giver, token.address, "detectTransferRestriction", (giver, taker, units))
    assert answer == expected, (giver, taker, units, answer, expected)
    codes[expected.name] += 1


@pytest.mark.spec("HOLD-2", "HOLD-1", "TWIN-1")
@pytest.mark.parametrize("replay", [True, False], ids=["replay", "live"])
def test_units_agree_at_the_end_of_every_record_day(replay: bool) -> None:
    with opened_pair(replay, SEED, spoil=0.03) as (pair, h):
        acts, codes = HoldingActs(h), Counter[str]()
        h.builders = [
            (14, h.move_units),
            (9, h.post_date),
            (3, h.amend),
            (5, acts.add_record_day),
            (4, acts.trade),
            (2, acts.force),
            (2, acts.keep_in_custody),
            (1, acts.stop),
            (3, acts.start_again),
        ]
        for _ in range(ACTS):
            pair.pass_time(h.dice.choice([12, 12, DAY, 2 * DAY, 5 * DAY]))
            act = h.next()
            h.remember(act, pair.step(act) or [])
            same_code(pair, h, codes)
        print(pair.report(), codes)
        token = pair.world.bonds.tokens[1]
        over = [day for day in token.record_days if day < h.today]
        kept = sum(token.holding(holder).checkpoints for holder in token.history)
        assert len(codes) > 5, codes
        assert len(over) > 5 and kept > 8, (over, kept)
