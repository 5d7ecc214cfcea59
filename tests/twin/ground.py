"""Where acts are tried without leaving a trace: on the twin alone, or on it and the contracts together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from ledger.domain.twin import Refusal, World
from ledger.domain.twin.base import Event
from tests.twin.actors import OPERATOR
from tests.twin.acts import DAY, Histories
from tests.twin.chain import Chain, Reverted
from tests.twin.opening import opening

SNAPSHOT: Final = "evm_snapshot"


class Ground:
    """A world after the opening of the histories; with a chain, both move together and must answer alike."""

    def __init__(self, world: World, chain: Chain | None = None) -> None:
        self.world = world
        self.chain = chain
        for act in opening(Histories(world, 0)):
            self.do(act.sender, act.at, act.function, *act.args)

    @property
    def today(self) -> int:
        return self.world.participants.today()

    def do(self, sender: str, at: str, function: str, *args: Any) -> Any:
        """An act that must be done."""
        return self.done(sender, at, function, *args)[0]

    def done(self, sender: str, at: str, function: str, *args: Any) -> tuple[Any, list[Event]]:
        self._tick()
        result = self.world.act(sender, at, function, *args)
        if self.chain:
            receipt = self.chain.send(sender, at, function, args)
            assert receipt["status"] == "0x1", (function, args)
            for token in self.world.bonds.tokens.values():
                self.chain.abi_at.setdefault(token.address, self.chain.abis["GreenBond"])
        return result

    def outcome(self, sender: str, at: str, function: str, *args: Any) -> Refusal | None:
        """What the act would come to; nothing is done."""
        self._tick()
        back, found = self.world.saved(), None
        try:
            self.world.act(sender, at, function, *args)
        except Refusal as refusal:
            found = refusal  # and the twin has undone it by itself
        else:
            back()
        if self.chain:
            self._same(self.chain, found, sender, at, function, args)
        return found

    def _same(self, chain: Chain, found: Refusal | None, *act: Any) -> None:
        """The contract answers as its twin does, name and arguments."""
        expected = (found.name, found.values) if found else None
        try:
            chain.ask(*act)
            got = None
        except Reverted as reverted:
            got = (reverted.name, reverted.values)
        assert got == expected, (act, got, expected)

    def agrees(self) -> None:
        """Every view of the contracts says what the twin says."""
        if self.chain:
            views = self.world.views()
            answers = self.chain.read(list(views))
            pairs = zip(views.items(), answers, strict=True)
            wrong = [(view, want, got) for (view, want), got in pairs if want != got]
            assert wrong == [], wrong[:3]

    def days_pass(self, days: int) -> None:
        """The clock, and the posted date after it."""
        if self.chain:
            self.chain.timestamp += days * DAY
        else:
            self.world.stage.timestamp += days * DAY
        people = self.world.participants
        self.do(OPERATOR.address, people.address, "postBusinessDate", self.today + days)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """What is done within is undone after."""
        back = self.world.saved()
        if not self.chain:
            yield
            return back()
        clock, [snapshot] = (self.chain.timestamp, self.chain.block), self.chain.node.ask([(SNAPSHOT, [])])
        yield
        self.chain.node.ask([("evm_revert", [snapshot])])
        self.chain.timestamp, self.chain.block = clock
        back()

    def _tick(self) -> None:
        if self.chain:
            self.world.stage.timestamp = self.chain.timestamp + 1
            self.world.stage.block = self.chain.block + 1
