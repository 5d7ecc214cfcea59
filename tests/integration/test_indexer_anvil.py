"""The indexer on a real node that reorganises: equal, each time, to never having seen what is gone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.rpc import Rpc
from ledger.indexer import Indexer, RpcSource
from ledger.indexer.indexer import Settings
from ledger.store import Store
from tests.anvil import anvil
from tests.unit.fake_chain import Emitted, abi_of, address, emit, moved
from tests.unit.index_rows import rows


def echo_code() -> str:
    """A contract that says what it is told: how many topics (3 or 1), the topics, then the data."""
    # CALLDATACOPY(0, 0x80, size - 0x80); LOG3 with words 3, 2 and 1 as topics; STOP
    three = "60803603608060003760603560403560203560803603" + "6000a300"
    # the same with one topic
    one = "5b" + "6040360360406000376020356040360360" + "00a100"
    head = "600035600314" + "15" + "60{:02x}" + "57"
    at = len(bytes.fromhex(head.format(0))) + len(bytes.fromhex(three))
    return head.format(at) + three + one


class Node:
    """An Anvil whose one sender is unlocked; blocks come when asked for."""

    def __init__(self, url: str) -> None:
        self.rpc = Rpc(url)
        self.sender = self.rpc.call("eth_accounts")[0]
        self.cash, self.people = self._place(address("cash")), self._place(address("participants"))
        self.counter = 0

    def _place(self, at: str) -> str:
        self.rpc.call("anvil_setCode", at, "0x" + echo_code())
        return at

    def say(self, one: Emitted) -> None:
        topics = "".join(topic[2:] for topic in one.topics)
        data = "0x" + f"{len(one.topics):064x}" + topics + one.data[2:]
        said = {"from": self.sender, "to": one.address, "data": data, "gas": hex(200_000)}
        self.rpc.call("eth_sendTransaction", said)

    def mine(self, rng: random.Random, blocks: int) -> None:
        for _ in range(blocks):
            for _ in range(rng.randrange(3)):
                self.counter += 1
                sides = (address(f"{side} {self.counter}") for side in "ab")
                self.say(moved(self.cash, *sides, 1 + rng.randrange(50), 0, 0))
            if rng.random() < 0.3:
                self.say(emit(self.people, "Participants", "BusinessDatePosted", day=self.counter))
            self.rpc.call("anvil_mine", "0x1")

    def revert(self, snapshot: str) -> str:
        """Back to a snapshot; the blocks above it are gone. Returns a new snapshot of the same state."""
        assert self.rpc.call("evm_revert", snapshot) is True
        return str(self.rpc.call("evm_snapshot"))


@pytest.fixture
def node() -> Iterator[Node]:
    with anvil("--no-mining") as url:
        yield Node(url)


def indexer(node: Node, store: Store, **settings: Any) -> Indexer:
    contracts = {
        node.cash: ("Cash", abi_of("Cash")),
        node.people: ("Participants", abi_of("Participants")),
    }
    return Indexer(RpcSource(node.rpc), store, contracts, 1, settings=Settings(**settings))


def new_store(folder: Path, name: str) -> Store:
    return Store(folder / f"{name}.sqlite", chain_id=31337, start_block=1)


def test_reorganisations_of_many_depths(node: Node, tmp_path: Path) -> None:
    """IDX-1: a replay equals the live read model after every reorganisation."""
    rng = random.Random(5)
    live = new_store(tmp_path, "live")
    snapshots = [str(node.rpc.call("evm_snapshot"))]
    for turn in range(12):
        node.mine(rng, rng.randint(1, 6))
        snapshots.append(str(node.rpc.call("evm_snapshot")))
        indexer(node, live, span=4, linked=3).sync()
        if rng.random() < 0.6:
            keep = rng.randrange(len(snapshots))
            snapshots[keep:] = [node.revert(snapshots[keep])]
            node.mine(rng, rng.randint(0, 7))
            indexer(node, live, span=4, linked=3).sync()
        fresh = new_store(tmp_path, f"fresh{turn}")
        indexer(node, fresh).sync()
        had, needed = rows(live), rows(fresh)
        assert had | {"blocks": []} == needed | {"blocks": []}, "which headers are kept depends on the steps"
    assert live.progress() is not None


def test_logs_of_a_node_are_read_as_the_node_means_them(node: Node, tmp_path: Path) -> None:
    node.say(moved(node.cash, address("a"), address("c"), 6, 0, 0))
    node.say(moved(node.cash, address("c"), address("b"), 7, 0, 0))
    node.say(moved(node.cash, address("a"), address("b"), 5, 6, 7, b"\x01" * 32))
    node.say(emit(node.people, "Participants", "BusinessDatePosted", day=20_000))
    node.rpc.call("anvil_mine", "0x3")
    store = new_store(tmp_path, "index")
    tip = indexer(node, store).sync()
    assert tip is not None
    assert tip.number == 3
    with store.snapshot() as history:
        rows = history.moves(history.cashes()[0])
        assert [int(column[2]) for column in (rows.amount, rows.out_offset, rows.in_offset)] == [5, 6, 7]
        refs = history.move_refs([(1, int(rows.log[2]))])
        assert [ref.document for ref in refs.values()] == ["0x" + "01" * 32]
        assert [(row.name, row.args) for row in history.events()] == [("BusinessDatePosted", {"day": 20_000})]
