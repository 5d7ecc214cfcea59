"""The index's database: all or nothing, back to any block, and never another ledger's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from ledger.domain.history import Batch, Discovered, EventRow, Header, MoveLogs
from ledger.domain.purposes import address_bytes, checksum
from ledger.store import IndexConflict, OtherLedger, Store
from scripts.postgres import new_database

CASH = "0x" + "11" * 19 + "01"


def header(number: int) -> Header:
    return Header(number, f"0x{number:064x}", f"0x{number - 1:064x}", 1000 + number)


def moves(block: int, *amounts: int) -> MoveLogs:
    """One payer of the block's own pays payees of its own: both counters of each begin at zero."""
    count, own = len(amounts), block.to_bytes(2, "big")
    paid = np.array(amounts, dtype=np.int64)
    return MoveLogs(
        cash=[_checked(CASH)] * count,
        tx=[block.to_bytes(32, "big")] * count,
        from_axis=[bytes(17) + own + b"\x02"] * count,
        to_axis=[bytes(17) + own + bytes([3 + i]) for i in range(count)],
        document=[None if i else b"\x07" * 32 for i in range(count)],
        block=np.full(count, block),
        log=np.arange(count),
        amount=paid,
        out_offset=np.cumsum(paid) - paid,
        in_offset=np.zeros(count, dtype=np.int64),
    )


def _checked(address: str) -> str:
    return checksum(address_bytes(address))


def event(block: int, log: int = 9, address: str = CASH) -> EventRow:
    args = {"amount": 2**200, "name": "示意", "terms": {"due": 3}}
    return EventRow(block, "0x" + "aa" * 32, log, address, "Proceeds", "Allocated", args)


def batch(block: int, *amounts: int) -> Batch:
    return Batch(header(block), [header(block)], moves(block, *amounts), [event(block)])


def contents(store: Store) -> object:
    with store.snapshot() as history:
        known = history.addresses()
        rows = {
            cash: [column.tolist() for column in history.moves(cash).columns()] for cash in history.cashes()
        }
        named = {
            cash: [columns[:2], [known[i] for i in columns[2]], [known[i] for i in columns[3]], columns[4:]]
            for cash, columns in rows.items()
        }
        return (
            history.progress(),
            history.events(),
            history.discovered(),
            named,
            history.header_at_or_before(10**9),
        )


Make = Callable[..., Store]


@pytest.fixture(params=["sqlite", "postgresql"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Opens databases by name; the same name is the same database."""
    urls: dict[str, str] = {}

    def url(name: str) -> str:
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path / name}.sqlite"
        if name not in urls:
            urls[name] = new_database(request.getfixturevalue("postgres"))
        return urls[name]

    opened: list[Store] = []

    def open_(name: str, *, chain_id: int = 31337, start_block: int = 1) -> Store:
        opened.append(Store(url(name), chain_id=chain_id, start_block=start_block))
        return opened[-1]

    yield open_
    for store in opened:
        store.close()


@pytest.fixture
def store(make: Make) -> Store:
    return make("index")


def test_what_was_written_is_read_back(store: Store) -> None:
    store.append(batch(5, 10, 2**63 - 11), None)
    with store.snapshot() as history:
        assert history.progress() == header(5)
        (cash,) = history.cashes()
        rows = history.moves(cash)
        assert rows.amount.tolist() == [10, 2**63 - 11]
        assert rows.block.tolist() == [5, 5]
        assert history.events() == [event(5)]
        assert history.timestamps([5, 6]) == {5: 1005}
        refs = history.move_refs([(5, 0), (5, 1), (6, 0)])
        assert refs[5, 0].document == "0x" + "07" * 32
        assert refs[5, 1].document is None
        assert refs[5, 1].tx == "0x" + "00" * 31 + "05"
        assert history.moves_of(refs[5, 0].tx) == [(cash, 5, 0), (cash, 5, 1)]
        addresses = history.addresses()
        assert addresses[rows.to_axis[1]].lower() == "0x" + "00" * 17 + "000504"
        assert history.addresses(2) == addresses[2:]


def test_ranges_of_moves_and_events(store: Store) -> None:
    store.append(batch(5, 10), None)
    store.append(batch(6, 20), header(5))
    store.append(batch(8, 30), header(6))
    with store.snapshot() as history:
        (cash,) = history.cashes()
        assert history.moves(cash, after=5, up_to=7).amount.tolist() == [20]
        assert [row.block for row in history.events(after=5)] == [6, 8]
        assert history.events(contracts=["Receivables"]) == []
        assert history.header_at_or_before(7) == header(6)
        assert history.header_at_or_before(4) is None


def test_a_rollback_equals_never_having_seen_it(store: Store, make: Make) -> None:
    """IDX-1: rows, headers, discovered contracts and progress, at every depth."""
    other = make("other")
    for block in range(2, 8):
        previous = header(block - 1) if block > 2 else None
        store.append(batch(block, block, block + 1), previous)
        other.append(batch(block, block, block + 1), previous)
    late = Batch(
        header(9), [header(9)], moves(9, 1), [event(9)], [Discovered("0x" + "22" * 20, "GreenBond", 9)]
    )
    store.append(late, header(7))
    store.roll_back(header(7), header(9))
    assert contents(store) == contents(other)
    store.roll_back(header(3), header(7))
    other.roll_back(header(3), header(7))
    store.append(batch(4, 9), header(3))
    other.append(batch(4, 9), header(3))
    assert contents(store) == contents(other)
    store.roll_back(None, header(4))
    assert contents(store) == contents(make("empty"))


def test_a_contract_that_was_never_announced_leaves_nothing_in_older_blocks(store: Store) -> None:
    """IDX-1: an announced contract is read from its own beginning, so its rollback reaches back as well."""
    store.append(batch(2), None)
    address = "0x" + "22" * 20
    earlier = Batch(
        header(3), [header(3)], moves(3), [event(1, 1, address)], [Discovered(address, "GreenBond", 3)]
    )
    store.append(earlier, header(2))
    store.roll_back(header(2), header(3))
    with store.snapshot() as history:
        assert history.events() == [event(2)]
        assert history.discovered() == []


def test_only_one_of_two_writers_wins(store: Store, make: Make) -> None:
    second = make("index")
    store.append(batch(2, 5), None)
    with pytest.raises(IndexConflict):
        second.append(batch(2, 5), None)
    with pytest.raises(IndexConflict):
        second.roll_back(None, header(3))
    second.append(batch(3, 6, 7), header(2))
    store.append(batch(4, 8, 9, 10, 11), header(3))
    with store.snapshot() as history:
        assert history.moves(history.cashes()[0]).amount.tolist() == [5, 6, 7, 8, 9, 10, 11]
        assert len(set(history.addresses())) == len(history.addresses())


def test_many_writers_at_once_leave_one_history(store: Store, make: Make) -> None:
    """IDX-1: each batch is written once, whoever writes it."""
    writers = [make("index") for _ in range(4)]

    def write(writer: Store) -> None:
        while True:
            tip = writer.progress()
            number = tip.number + 1 if tip else 1
            if number > 12:
                return
            with suppress(IndexConflict):
                writer.append(batch(number, number, 1), tip)

    with ThreadPoolExecutor(len(writers)) as pool:
        list(pool.map(write, writers))
    with store.snapshot() as history:
        assert [row.block for row in history.events()] == list(range(1, 13))
        rows = history.moves(history.cashes()[0])
        assert rows.amount.tolist() == [amount for number in range(1, 13) for amount in (number, 1)]


def test_nothing_of_a_failed_batch_is_kept(store: Store) -> None:
    store.append(batch(2, 5), None)
    before = contents(store)
    doubled = Batch(header(3), [header(3), header(3)], moves(3, 1), [event(3)])
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.append(doubled, header(2))
    assert contents(store) == before


def test_a_snapshot_does_not_see_what_is_written_meanwhile(store: Store) -> None:
    store.append(batch(2, 5), None)
    with store.snapshot() as history:
        assert history.progress() == header(2)
        store.append(batch(3, 6), header(2))
        assert history.progress() == header(2)
        assert len(history.events()) == 1
    assert store.progress() == header(3)


@pytest.mark.parametrize(("chain_id", "start_block"), [(1, 1), (31337, 2)])
def test_another_ledgers_database_is_refused(
    store: Store, make: Make, chain_id: int, start_block: int
) -> None:
    with pytest.raises(OtherLedger):
        make("index", chain_id=chain_id, start_block=start_block)
    assert make("index").progress() == store.progress()


def test_commits_are_synced_to_disk(tmp_path: Path) -> None:
    store = Store(tmp_path / "index.sqlite", chain_id=31337, start_block=1)
    with store.snapshot() as history:
        connection = history._connection
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
