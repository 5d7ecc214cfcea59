"""IDX-2: a source that says what cannot be is refused by name, and nothing of it kept; damage says so too."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.history import Header
from ledger.errors import DatabaseDamaged, FalseAnswer
from ledger.indexer import RpcSource
from ledger.indexer.blooms import header_hash, may_hold
from ledger.indexer.decode import MOVED
from ledger.indexer.indexer import ChainUnsettled, Settings
from ledger.store import OtherLedger, Store
from tests.integration.test_indexer import BOB, CASH, EVE, busy_chain, contents, continued, indexer, store_at
from tests.unit.fake_chain import FakeChain, Log, address

pytestmark = pytest.mark.spec("IDX-2")


class Twisted(FakeChain):
    """Gives its logs as a function twists them, where there are cash moves among them."""

    twist: Callable[[list[Log]], list[Log]] = staticmethod(lambda logs: logs)

    def get_logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        logs = super().get_logs(addresses, first, last)
        return self.twist(logs) if any(map(is_move, logs)) else logs


def twisted(twist: Callable[[list[Log]], list[Log]]) -> Twisted:
    chain = Twisted()
    busy_chain(random.Random(3), 20, chain)
    chain.mine([[continued(chain, [], CASH, BOB, EVE, 4)], [continued(chain, [], CASH, EVE, BOB, 2)]])
    chain.twist = twist
    return chain


def is_move(log: Log) -> bool:
    return log["topics"][:1] == [MOVED] and log["address"] == CASH


HARMLESS: dict[str, Callable[[list[Log]], list[Log]]] = {
    "in another order": lambda logs: logs[::-1],
    "each twice": lambda logs: [*logs, *logs],
    "some twice, in any order": lambda logs: random.Random(1).sample(
        [*logs, *logs[::2]], len([*logs, *logs[::2]])
    ),
}


@pytest.mark.parametrize("how", HARMLESS)
def test_what_differs_harmlessly_gives_the_same_rows(how: str, tmp_path: Path) -> None:
    chain, store, plain = twisted(HARMLESS[how]), store_at(tmp_path), store_at(tmp_path, "plain")
    indexer(chain, store).sync()
    chain.twist = lambda logs: logs
    indexer(chain, plain).sync()
    assert contents(store) == contents(plain)


def without(logs: list[Log], which: int) -> list[Log]:
    """All but one of the cash moves, the later ones of whose axes then jump."""
    gone = [log for log in logs if is_move(log)][which]
    return [log for log in logs if log is not gone]


FALSE: dict[str, tuple[Callable[[list[Log]], list[Log]], str]] = {
    "a move left out": (lambda logs: without(logs, 0), "does not begin where"),
    "another one left out": (lambda logs: without(logs, 2), "does not begin where"),
    "a move told again elsewhere": (
        lambda logs: [*logs, {**next(filter(is_move, logs)), "logIndex": "0x63"}],
        "does not begin where",
    ),
    "two logs in one place": (lambda logs: [*logs, {**logs[0], "data": "0x"}], "two different logs"),
    "a log of another contract": (
        lambda logs: [*logs, {**logs[0], "address": address("stranger"), "logIndex": "0x63"}],
        "of another contract",
    ),
    "a log of a later block": (
        lambda logs: [*logs, {**logs[0], "blockNumber": "0xffff"}],
        "of another block",
    ),
    "a log of a block before the ledger's": (
        lambda logs: [*logs, {**logs[0], "blockNumber": "0x0"}],
        "of another block",
    ),
}


@pytest.mark.parametrize("how", FALSE)
def test_what_cannot_be_is_refused_by_name_and_nothing_kept(how: str, tmp_path: Path) -> None:
    twist, named = FALSE[how]
    chain, store = twisted(twist), store_at(tmp_path)
    with pytest.raises(FalseAnswer, match=named) as caught:
        indexer(chain, store, settings=Settings(span=100)).sync()
    before = store.progress()
    assert "block" in str(caught.value.who)
    chain.twist = lambda logs: logs
    indexer(chain, store).sync()
    assert before is None or before.number < chain.head()
    fresh = store_at(tmp_path, "fresh")
    indexer(chain, fresh).sync()
    assert contents(store) == contents(fresh), "nothing false was kept"


def test_a_gap_is_found_across_steps_and_restarts(tmp_path: Path) -> None:
    """The counters are kept with the rows: what was left out before shows when the axis moves again."""
    chain, store = Twisted(), store_at(tmp_path)
    chain.mine([[continued(chain, [], CASH, BOB, EVE, 4)]])
    indexer(chain, store).sync()
    chain.mine([[continued(chain, [], CASH, BOB, EVE, 4)]])
    chain.twist = lambda _logs: []
    indexer(chain, store).sync()
    chain.twist = lambda logs: logs
    chain.mine([[continued(chain, [], CASH, BOB, EVE, 4)]])
    with pytest.raises(FalseAnswer, match="does not begin where") as caught:
        indexer(chain, store_at(tmp_path)).sync()
    assert (caught.value.who, caught.value.had, caught.value.needed) == ("block 3, log 0", 8, 4)


def test_logs_of_two_forks_in_one_block_are_not_mixed(tmp_path: Path) -> None:
    def mix(logs: list[Log]) -> list[Log]:
        return [{**log, "blockHash": "0x" + "99" * 32} if n == 0 else log for n, log in enumerate(logs)]

    chain = Twisted()
    first = continued(chain, [], CASH, BOB, EVE, 4)
    chain.mine([[first], [continued(chain, [first], CASH, BOB, EVE, 4)]])
    chain.twist = mix
    store = store_at(tmp_path)
    with pytest.raises(ChainUnsettled):
        indexer(chain, store).sync()
    assert store.progress() is None


# --- blocks ---


class Blooming(Twisted):
    """Gives a bloom that rules everything out, or nothing."""

    bloom = bytes(256)

    def headers(self, numbers: Sequence[int]) -> list[Header | None]:
        return [
            None if one is None else Header(one.number, one.hash, one.parent, one.timestamp, self.bloom)
            for one in super().headers(numbers)
        ]


def test_a_log_that_its_blocks_bloom_rules_out_is_refused(tmp_path: Path) -> None:
    chain, store = Blooming(), store_at(tmp_path)
    chain.mine([[continued(chain, [], CASH, BOB, EVE, 4)]])
    with pytest.raises(FalseAnswer, match="rules out"):
        indexer(chain, store).sync()
    assert store.progress() is None
    chain.bloom = b"\xff" * 256
    assert indexer(chain, store).sync() == chain.blocks[1].header


class Node:
    """Answers with given blocks."""

    def __init__(self, *blocks: dict[str, Any]) -> None:
        self.blocks = {int(block["number"], 16): block for block in blocks}

    def call(self, method: str, *params: Any) -> Any:
        raise AssertionError(method)

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> Sequence[Any]:
        return [self.blocks.get(int(params[0], 16)) for _, params in calls]


def block(number: int, **changed: str) -> dict[str, Any]:
    words = ("parentHash", "sha3Uncles", "stateRoot", "transactionsRoot", "receiptsRoot", "mixHash")
    made: dict[str, Any] = dict.fromkeys(words, "0x" + f"{number:02x}" * 32)
    made |= {
        "miner": "0x" + "01" * 20,
        "logsBloom": "0x" + "00" * 256,
        "extraData": "0x",
        "nonce": "0x" + "00" * 8,
    }
    made |= dict.fromkeys(("difficulty", "gasUsed", "baseFeePerGas"), "0x0")
    made |= {"number": hex(number), "gasLimit": hex(30_000_000), "timestamp": hex(1_700_000_000 + number)}
    made |= changed
    return {**made, "hash": changed.get("hash") or header_hash(made)}


def test_a_block_that_is_not_its_own_hash_is_refused() -> None:
    honest, false = block(1), block(2) | {"timestamp": hex(5)}
    source = RpcSource(Node(honest, false))
    assert source.headers([1, 7])[1] is None
    with pytest.raises(FalseAnswer, match="does not hash") as caught:
        source.headers([2])
    assert caught.value.who == "block 2"


def test_a_chain_with_headers_of_another_form_is_read_by_its_links() -> None:
    source = RpcSource(Node(block(1, hash="0x" + "77" * 32), block(2, hash="0x" + "78" * 32)))
    assert [one and one.hash[-2:] for one in source.headers([1, 2])] == ["77", "78"]


def test_another_block_than_asked_is_refused() -> None:
    node = Node(block(1))
    node.blocks[5] = block(4)
    with pytest.raises(FalseAnswer, match="another block"):
        RpcSource(node).headers([5])


def test_a_bloom_of_ones_holds_all_and_of_zeros_nothing() -> None:
    assert may_hold(b"\xff" * 256, CASH) and not may_hold(bytes(256), CASH)


# --- the database ---


def full(folder: Path) -> Path:
    store = store_at(folder)
    indexer(busy_chain(random.Random(8), 30), store).sync()
    store.close()
    return folder / "index.sqlite"


def edit(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
        database.execute("pragma wal_checkpoint(truncate)")


def overwrite(file: Path, at: int, size: int) -> None:
    with file.open("r+b") as raw:
        raw.seek(at)
        raw.write(b"\xa5" * size)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no database at all": lambda file: file.write_bytes(b"once upon a time" * 400),
    "a table gone": lambda file: edit(file, "drop table moves"),
    "nothing says whose": lambda file: edit(file, "drop table meta"),
    "whose it is was emptied": lambda file: edit(file, "delete from meta"),
    "its last block gone": lambda file: edit(
        file, "delete from blocks where number = (select max(number) from blocks)"
    ),
    "it stands before its rows": lambda file: edit(file, "update progress set number = 3"),
    "rows without an end": lambda file: edit(file, "delete from progress"),
    "cut short": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2 // 4096 * 4096]),
    "pages overwritten": lambda file: overwrite(file, 4096, file.stat().st_size - 4096),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_database_says_what_to_do(how: str, tmp_path: Path) -> None:
    file = full(tmp_path)
    for beside in ("-wal", "-shm"):
        (tmp_path / f"index.sqlite{beside}").unlink(missing_ok=True)
    DAMAGE[how](file)
    before = file.read_bytes()
    with pytest.raises(DatabaseDamaged) as caught:
        store = store_at(tmp_path)
        contents(store)
    assert "made anew" in str(caught.value.needed)
    assert file.read_bytes() == before or how in ("whose it is was emptied",), "nothing was changed"


def test_an_index_of_another_version_is_another_one(tmp_path: Path) -> None:
    file = full(tmp_path)
    edit(file, "update meta set value = '1' where key = 'version'", "drop table counters")
    with pytest.raises(OtherLedger) as caught:
        Store(file, chain_id=1, start_block=1)
    assert "'version': '1'" in str(caught.value.had)
