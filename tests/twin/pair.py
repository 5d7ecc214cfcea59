"""The deployed contracts and their readable twin, moved together and compared after every act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from ledger.bootstrap.plan import CashPlan, DeploymentPlan, Wire
from ledger.domain.programmes import Programme
from ledger.domain.twin import CashTerms, Refusal, Setting, World
from ledger.domain.twin.accounts import Outside
from ledger.domain.twin.base import word
from tests.twin.actors import BANK, DEPLOYER, GUARDIAN, OPERATOR, SERVICE_DESK, recover
from tests.twin.acts import Act
from tests.twin.alone import give_duties, more_programmes, twin_catalogues, twin_pockets
from tests.twin.chain import Chain, Node, Reverted
from tests.twin.promises import broken
from tests.twin.questions import question

START: Final = 1_751_328_000  # 2025-07-01


SERVICE_WIRE: Final = Wire(
    "the histories' own service desk",
    "BondOffice",
    "setDuty",
    (SERVICE_DESK.address, word("SERVICE")),
    "dutyOf",
    (SERVICE_DESK.address,),
    word("SERVICE"),
)


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
        self.world.stage.block = self.chain.block + 1
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
        got = (reverted.value.name, reverted.value.values)
        assert got == (expected.name, expected.values), (act, got, expected.message)
        receipt = self.chain.send(act.sender, act.at, act.function, act.args)
        assert receipt["status"] == "0x0", act

    def _done_alike(self, act: Act, result: Any, events: list[Any]) -> None:
        self.accepted[act.kind] += 1
        try:
            answer = self.chain.ask(act.sender, act.at, act.function, act.args)
        except Reverted as reverted:
            pytest.fail(f"the contract refuses what the twin accepts: {reverted} {act}")
        assert answer == result, (act, answer, result)
        receipt = self.chain.send(act.sender, act.at, act.function, act.args)
        assert receipt["status"] == "0x1", act
        for bond, token in self.world.bonds.tokens.items():
            self.chain.abi_at.setdefault(token.address, self.chain.abis["GreenBond"])
            assert token.address == self.world.bonds.bond(bond).token
        for account in self.world.factory.accounts:
            self.chain.abi_at.setdefault(account, self.chain.abis["Account"])
        emitted, expected = self.chain.events(receipt), [(e.emitter, e.name, e.values) for e in events]
        assert emitted == expected, (act, emitted, expected)

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


@contextmanager
def new_pair(replay: bool) -> Iterator[Pair]:
    """A fresh deployment and its twin; business dates are posted (replay) or the block's own."""
    terms = Programme(min_piece=10, max_pieces=12, max_layers=4)
    cashes = (CashPlan("CNY", BANK.address),)
    programmes = more_programmes(terms)
    plan = DeploymentPlan(
        OPERATOR.address,
        GUARDIAN.address,
        cashes,
        replay=replay,
        programme=terms,
        more_programmes=programmes[1:],
    )
    with Node(START) as node:
        chain = Chain(node, DEPLOYER.address, plan, START, (SERVICE_WIRE,))
        setting = Setting(
            31_337,
            OPERATOR.address,
            replay,
            plan.zone,
            programmes,
            chain.timestamp,
            twin_catalogues(),
            pockets=twin_pockets(),
        )
        cash = CashTerms(chain.addresses[cashes[0].record], BANK.address, b"CNY")
        outside = Outside(chain.place, chain.decode)
        world = World(chain.addresses, [cash], setting, recover, outside)
        give_duties(world)
        yield Pair(chain, world)
