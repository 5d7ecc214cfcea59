"""Random histories on the deployed contracts and on their readable twin: equal after every step.

The same act goes to both. Both accept it, with the same events in the same order (offsets and
sequence numbers included) and the same result; or both refuse it with the same error and the same arguments.
Then every view of everything known is compared. `GREENLEDGER_FUZZ=N` runs N acts, `GREENLEDGER_SEED=S` takes
another history.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ledger.bootstrap.plan import CashPlan, DeploymentPlan, Programme
from ledger.domain.twin import CashTerms, Refusal, Setting, World
from ledger.domain.twin.pieces import Limits
from tests.twin.actors import BANK, DEPLOYER, GUARDIAN, INVESTORS, NOBODY, OPERATOR, recover
from tests.twin.acts import Act, Histories
from tests.twin.chain import Chain, Node, Reverted
from tests.twin.opening import opening
from tests.twin.promises import broken
from tests.twin.questions import question

START = 1_751_328_000  # 2025-07-01
ACTS = int(os.environ.get("GREENLEDGER_FUZZ", "400"))
SEED = int(os.environ.get("GREENLEDGER_SEED", "20250615"))


class Pair:
    """The contracts and their twin, moved together."""

    def __init__(self, chain: Chain, world: World) -> None:
        self.chain = chain
        self.world = world
        self.accepted: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()

    def pass_time(self, seconds: int) -> None:
        self.chain.timestamp += seconds - 1
        self.world.stage.timestamp = self.chain.timestamp + 1

    def step(self, act: Act) -> list[Any] | None:
        """Does the act on both; the twin's events, or None when both refused."""
        self.world.stage.timestamp = self.chain.timestamp + 1
        self._same_question(act)
        expected = self._on_twin(act)
        if isinstance(expected, Refusal):
            self._refused_alike(act, expected)
        else:
            self._done_alike(act, *expected)
        self._same_state(act)
        assert broken(self.world) == [], act
        return None if isinstance(expected, Refusal) else expected[1]

    def _on_twin(self, act: Act) -> tuple[Any, list[Any]] | Refusal:
        try:
            return self.world.act(act.sender, act.at, act.function, *act.args)
        except Refusal as refusal:
            return refusal

    def _same_question(self, act: Act) -> None:
        """May I, and if not why: the free view answers as the act would (DESIGN 3, rule 2)."""
        asked = question(self.world, act)
        if asked is None:
            return
        try:
            self.chain.ask(act.sender, act.at, asked.function, asked.args)
            answer = None
        except Reverted as reverted:
            answer = reverted
        try:
            self.chain.ask(act.sender, act.at, act.function, act.args)
            outcome = None
        except Reverted as reverted:
            outcome = reverted
        if answer is None:
            assert outcome is None or outcome.name in asked.apart, (act, asked, outcome)
        elif outcome is None or not asked.is_before(act.sender, outcome.name):
            assert outcome == answer, (act, asked, answer, outcome)

    def _refused_alike(self, act: Act, expected: Refusal) -> None:
        self.refused[act.kind] += 1
        self.errors[expected.name] += 1
        with pytest.raises(Reverted) as reverted:
            self.chain.ask(act.sender, act.at, act.function, act.args)
        assert (reverted.value.name, reverted.value.values) == (expected.name, expected.values), act
        receipt = self.chain.send(act.sender, act.at, act.function, act.args)
        assert receipt["status"] == "0x0", act

    def _done_alike(self, act: Act, result: Any, events: list[Any]) -> None:
        self.accepted[act.kind] += 1
        try:
            answer = self.chain.ask(act.sender, act.at, act.function, act.args)
        except Reverted as reverted:
            pytest.fail(f"the contract refuses what the twin accepts: {reverted} {act}")
        assert answer == result, act
        receipt = self.chain.send(act.sender, act.at, act.function, act.args)
        assert receipt["status"] == "0x1", act
        for bond, token in self.world.bonds.tokens.items():
            self.chain.abi_at.setdefault(token.address, self.chain.abis["GreenBond"])
            assert token.address == self.world.bonds.bond(bond).token
        assert self.chain.events(receipt) == [(e.emitter, e.name, e.values) for e in events], act

    def _same_state(self, act: Act) -> None:
        views = self.world.views()
        answers = self.chain.read(list(views))
        wrong = [(v, want, got) for (v, want), got in zip(views.items(), answers, strict=True) if want != got]
        assert not wrong, (act, wrong[:3])

    def report(self) -> str:
        lines = [f"{self.accepted.total()} acts accepted, {self.refused.total()} refused"]
        for kind in sorted(self.accepted | self.refused):
            lines.append(f"  {kind:38} {self.accepted[kind]:5} accepted {self.refused[kind]:5} refused")
        lines.append("refusals: " + ", ".join(f"{name} {n}" for name, n in self.errors.most_common()))
        return "\n".join(lines)


@pytest.fixture
def pair() -> Iterator[Pair]:
    terms = Programme(min_piece=10, max_pieces=12, max_layers=4)
    cashes = (CashPlan("CNY", BANK.address),)
    plan = DeploymentPlan(OPERATOR.address, GUARDIAN.address, cashes, replay=True, programme=terms)
    with Node(START) as node:
        chain = Chain(node, DEPLOYER.address, plan, START)
        limits = Limits(terms.min_piece, terms.max_pieces, terms.max_layers)
        programme = (limits, terms.accept_days, terms.max_tenor_days)
        setting = Setting(31_337, OPERATOR.address, True, plan.zone, programme, chain.timestamp)
        cash = CashTerms(chain.addresses[plan.cashes[0].record], BANK.address, b"CNY")
        yield Pair(chain, World(chain.addresses, [cash], setting, recover))


def test_the_comparison_can_fail(pair: Pair) -> None:
    """A check that cannot fail proves nothing: a fen, a refusal, an event on one side only are noticed."""
    h = Histories(pair.world, SEED)
    for act in opening(h):
        pair.step(act)
    investor, people = INVESTORS[0].address, pair.world.participants
    transfer = h.act(investor, h.cash, "transfer", INVESTORS[1].address, 1)

    axis = h.cash.axes[investor]
    h.cash.axes[investor] = replace(axis, incoming=axis.incoming + 1)
    with pytest.raises(AssertionError, match="axis"):
        pair.step(transfer)
    pair = Pair(pair.chain, pair.world)
    h.cash.axes[investor] = replace(h.cash.axes[investor], incoming=axis.incoming)
    pair.step(transfer)

    admission = people.admissions[investor]
    people.admissions[investor] = replace(admission, suspended=True)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        pair.step(transfer)
    people.admissions[investor] = admission

    pair.world.book.emit("Transfer", NOBODY, NOBODY, 1)
    with pytest.raises(AssertionError, match="Transfer"):
        pair._done_alike(transfer, True, list(pair.world.stage.events))


@pytest.mark.spec("CASH-1", "PIECE-1", "BOND-1", "BOND-2", "DOC-1", "LINE-1", "FIN-1")
@pytest.mark.timeout(3600)
def test_contracts_and_twin_agree_after_every_step(pair: Pair) -> None:
    """CASH-1, PIECE-1, BOND-1, BOND-2, DOC-1, LINE-1, FIN-1: the contracts do what the twin says."""
    print(f"seed {SEED}, {ACTS} acts")
    h = Histories(pair.world, SEED)
    for act in opening(h):
        assert pair.step(act) is not None, act
    for _ in range(ACTS):
        pair.pass_time(h.time_passes())
        act = h.next()
        events = pair.step(act)
        if events is not None:
            h.remember(act, events)
    print(pair.report())
    assert pair.accepted.total() > ACTS // 5 and pair.refused.total() > ACTS // 10
