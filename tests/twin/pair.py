"""The deployed contracts and their readable twin, moved together and compared after every act."""

from __future__ import annotations

import atexit
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import pytest

from ledger.bootstrap.plan import CashPlan, DeploymentPlan, Wire
from ledger.domain.programmes import Programme
from ledger.domain.twin import CashTerms, Refusal, Setting, World
from ledger.domain.twin.accounts import Outside
from ledger.domain.twin.base import word
from tests.twin.actors import BANK, DEPLOYER, GUARDIAN, OPERATOR, SERVICE_DESK, recover
from tests.twin.acts import Act, Histories
from tests.twin.alone import give_duties, more_programmes, twin_catalogues, twin_pockets
from tests.twin.chain import Chain, Mark, Node, Reverted
from tests.twin.opening import opening
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

    def begin_again(self, acts: Iterable[Act], start: Mark) -> None:
        """The twin does acts that the contracts did after `start`, one a block; then all views are alike."""
        stage = self.world.stage
        for number, act in enumerate(acts, 1):
            stage.timestamp, stage.block = start.timestamp + number, start.block + number
            self.world.act(act.sender, act.at, act.function, *act.args)
            self.accepted[act.kind] += 1
        assert (stage.timestamp, stage.block) == (self.chain.timestamp, self.chain.block)
        self._same_state(act)

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
    plan = _plan(replay)
    with Node(START) as node:
        chain = Chain(node, DEPLOYER.address, plan, START, (SERVICE_WIRE,))
        yield Pair(chain, _twin(chain, plan, chain.timestamp))


@contextmanager
def opened_pair(replay: bool, seed: int, spoil: float = 0.06) -> Iterator[tuple[Pair, Histories]]:
    """As `new_pair`, with a history that has begun: the acts of `opening` are done, and compared one by one.

    The contracts do them once in a run of the tests, and are taken back to there for whoever comes next; its
    twin does them again, and has to answer every view as the contracts do.
    """
    if replay not in _begun:
        _begun[replay] = _Begun(replay)
    yield from _begun[replay].history(seed, spoil)


class _Begun:
    """A node that is kept until the tests end, and its states before and after the opening."""

    def __init__(self, replay: bool) -> None:
        self._plan = _plan(replay)
        node = _until_the_end.enter_context(Node(START))
        self._chain = Chain(node, DEPLOYER.address, self._plan, START, (SERVICE_WIRE,))
        self._before = self._chain.mark()
        pair = self._pair()
        for act in opening(Histories(pair.world, 0)):
            assert pair.step(act) is not None, act
        self._after = self._chain.mark()
        self._in_use = False

    def _pair(self) -> Pair:
        return Pair(self._chain, _twin(self._chain, self._plan, self._before.timestamp))

    def history(self, seed: int, spoil: float) -> Iterator[tuple[Pair, Histories]]:
        assert not self._in_use, "one pair after the other"
        self._in_use = True
        try:
            self._chain.go_back(self._after)
            self._after = self._chain.mark()
            pair = self._pair()
            h = Histories(pair.world, seed, spoil)
            pair.begin_again(opening(h), self._before)
            yield pair, h
        finally:
            self._in_use = False


_until_the_end = ExitStack()
atexit.register(_until_the_end.close)
_begun: dict[bool, _Begun] = {}


def _plan(replay: bool) -> DeploymentPlan:
    terms = Programme(min_piece=10, max_pieces=12, max_layers=4)
    cashes = (CashPlan("CNY", BANK.address),)
    return DeploymentPlan(
        OPERATOR.address,
        GUARDIAN.address,
        cashes,
        replay=replay,
        programme=terms,
        more_programmes=more_programmes(terms)[1:],
    )


def _twin(chain: Chain, plan: DeploymentPlan, timestamp: int) -> World:
    setting = Setting(
        31_337,
        OPERATOR.address,
        plan.replay,
        plan.zone,
        more_programmes(plan.programme),
        timestamp,
        twin_catalogues(),
        pockets=twin_pockets(),
    )
    cash = CashTerms(chain.addresses[plan.cashes[0].record], BANK.address, b"CNY")
    outside = Outside(chain.place, chain.decode)
    world = World(chain.addresses, [cash], setting, recover, outside)
    give_duties(world)
    return world
