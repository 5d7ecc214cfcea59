"""Deployments in two zones, one of half an hour, the business date the clock's: which date a second has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.bootstrap.plan import CashPlan, DeploymentPlan
from ledger.domain.dates import format_day
from tests.twin.actors import BANK, DEPLOYER, GUARDIAN, OPERATOR, STRANGER
from tests.twin.chain import Chain, Node
from tests.unit.test_clock_edges import EVES, INDIA, SHANGHAI, just_before

START = 1_672_531_200  # 2023-01-01


@pytest.fixture(scope="module", params=[SHANGHAI, INDIA], ids=["Shanghai", "India"])
def chain(request: pytest.FixtureRequest) -> Iterator[tuple[Chain, int]]:
    cashes = (CashPlan("CNY", BANK.address),)
    plan = DeploymentPlan(OPERATOR.address, GUARDIAN.address, cashes, zone=request.param)
    with Node(START) as node:
        yield Chain(node, DEPLOYER.address, plan, START), request.param


@pytest.mark.spec("STATE-1")
def test_days_begin_at_local_midnight(chain: tuple[Chain, int]) -> None:
    deployed, zone = chain
    at = deployed.addresses["Participants"]
    for eve in EVES.values():
        last, seen = just_before(eve, zone), []
        for second in (last, last + 1):
            deployed.timestamp = second - 1  # a question is asked of the block after it
            seen.append(deployed.ask(STRANGER.address, at, "today", ()))
        assert (format_day(seen[0]), seen[1]) == (eve, seen[0] + 1)
