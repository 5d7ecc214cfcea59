"""An asset pool's whole life on the contracts and their twin: what random histories reach too seldom.

Pieces put in and bought, a breach bought back, money collected by the trustee and past a suspended one, the
waterfall in two distributions, lots paid and kept. After every act both say the same and every view is
compared.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_hash.auto import keccak

from ledger.domain.kinds import DocumentKind
from ledger.domain.twin.assetpools import Part
from tests.integration.test_twin_maturity import FACE, OBLIGOR, SUPPLIER, Life, paper
from tests.twin.actors import FINANCIERS, INVESTORS, OPERATOR, STRANGER
from tests.twin.pair import opened_pair

ORIGINATOR, TRUSTEE = (financier.address for financier in FINANCIERS)
UPPER, LOWER, LAST = (investor.address for investor in INVESTORS)
CLOSES_IN = 3
TENOR = 30


@pytest.mark.spec("TWIN-1", "POOL-1", "POOL-2", "POOL-3")
def test_an_asset_pool_lives_alike_on_both() -> None:
    """TWIN-1, POOL-1, POOL-2, POOL-3."""
    with opened_pair(replay=True, seed=5, spoil=0) as (pair, h):
        life = Life(pair, h)
        world, id_ = life.world, life.accepted(TENOR)
        pools, tranches, maturity = world.asset_pools, world.tranches, world.maturity
        first, second = Part(id_, 0, 0, 0, 25_000), Part(id_, 25_000, 1, 25_000, 40_000)
        life.does(SUPPLIER, pools, "putIn", 1, first)
        life.refused(SUPPLIER, pools, "putIn", 1, first)
        life.does(SUPPLIER, pools, "putIn", 1, second)
        for investor, tranche, amount in ((UPPER, 0, 20_000), (LOWER, 0, 10_000), (LAST, 1, 10_000)):
            life.does(investor, tranches, "subscribe", 1, tranche, amount)
        life.refused(LAST, tranches, "subscribe", 1, 1, 1)
        life.refused(TRUSTEE, pools, "close", 1)
        life.days_pass(CLOSES_IN)
        life.refused(SUPPLIER, pools, "takeOut", 1, 1)
        life.does(TRUSTEE, pools, "close", 1)
        life.does(STRANGER.address, pools, "buy", 1, 1)
        life.refused(STRANGER.address, tranches, "distribute", 1)
        life.does(STRANGER.address, pools, "buy", 1, 9)

        proof = paper(TRUSTEE, DocumentKind.OTHER)
        life.refused(ORIGINATOR, pools, "repurchase", 1, 2)
        life.does(TRUSTEE, pools, "declareBreach", 1, 2, proof)
        life.does(ORIGINATOR, pools, "repurchase", 1, 2)
        life.does(UPPER, tranches, "distribute", 1)

        life.does(OBLIGOR, maturity, "payIn", id_, FACE // 2)
        life.days_pass(TENOR - CLOSES_IN)
        life.does(STRANGER.address, maturity, "settle", id_, 9)
        life.refused(TRUSTEE, maturity, "releaseHeld", id_, 0)
        life.does(LOWER, pools, "collect", 1, [1])
        life.refused(LOWER, pools, "collect", 1, [1])
        life.does(UPPER, tranches, "pay", 1, [1, 2, 3])
        life.does(UPPER, tranches, "distribute", 1)

        people = world.participants
        for who in (TRUSTEE, LAST):
            barred = replace(people.admission(who), suspended=True)
            life.does(OPERATOR.address, people, "amend", who, barred, keccak(b"why"))
        life.does(OBLIGOR, maturity, "payIn", id_, FACE // 2)
        life.does(STRANGER.address, maturity, "settle", id_, 9)
        life.does(LOWER, pools, "collect", 1, [1])
        life.does(STRANGER.address, tranches, "distribute", 1)
        life.does(STRANGER.address, tranches, "pay", 1, [3, 2, 1, 1])
        assert pools.piece_of(1, 1).collected == first.end
        assert tranches.tranche(1, 0).outstanding == 0 < tranches.tranche(1, 1).received
        print(pair.report())
