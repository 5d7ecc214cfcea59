"""IDX-1: SIGKILL at any instant, inside commits too; what is left continues to what one go would have made.

The everyday suite kills some; `make kill-index` a thousand (GREENLEDGER_KILLS), on each database.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from ledger.indexer import Indexer
from ledger.indexer.indexer import Settings
from ledger.store import Store
from scripts.postgres import new_database
from tests.integration.test_indexer import ANNOUNCED, CONTRACTS, busy_chain
from tests.unit.fake_chain import FakeChain
from tests.unit.index_rows import rows

EVERYDAY = 20
KILLS = int(os.environ.get("GREENLEDGER_KILLS", EVERYDAY))
SETTINGS = Settings(span=1, linked=10**6)
INSTANT, STATEMENT, INSTRUCTION = "instant", "statement", "instruction"


def read(chain: FakeChain, url: str, die: tuple[str, int] | None = None) -> None:
    store = Store(url, chain_id=1, start_block=1)
    if die is not None:
        _arm(store, *die)
    try:
        Indexer(chain, store, CONTRACTS, 1, announced=ANNOUNCED, settings=SETTINGS).sync()
    finally:
        store.close()


def _arm(store: Store, how: str, count: int) -> None:
    """Dies at the count-th statement or commit, or at an instruction of SQLite's machine, whatever comes."""
    left = count

    def tick(*_: object) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if how == STATEMENT:
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(store._engine, name, tick)
    else:
        event.listen(
            store._engine, "begin", lambda one: one.connection.dbapi_connection.set_progress_handler(tick, 20)
        )


def killed(chain: FakeChain, url: str, how: str, rng: random.Random) -> bool:
    """Reads in a process of its own that dies on the way; False when it had come to its end before."""
    child = os.fork()
    if child == 0:
        failed = 1
        try:
            limits = {STATEMENT: 120, INSTRUCTION: 600}
            read(chain, url, (how, rng.randint(1, limits[how])) if how in limits else None)
            failed = 0
        finally:
            os._exit(failed)
    if how == INSTANT:
        time.sleep(rng.uniform(0.0, 0.15))
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "it failed by itself"
    return os.WIFSIGNALED(status)


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = Store(url, chain_id=1, start_block=1)
    yield store
    store.close()


@pytest.mark.spec("IDX-1")
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_at_any_instant_it_ends_as_made_in_one_go(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Each time it came to its end, the chain goes back any number of blocks and on, so rollbacks die too."""
    rng = random.Random(23)
    made = f"sqlite:///{tmp_path}/made.sqlite"
    url = f"sqlite:///{tmp_path}/killed.sqlite"
    if kind == "postgresql":
        url = new_database(request.getfixturevalue("postgres"))
    ways = [INSTANT, STATEMENT, INSTRUCTION] if kind == "sqlite" else [INSTANT, STATEMENT]
    chain = busy_chain(rng, 60)
    kills = dict.fromkeys(ways, 0)
    ends = 0
    wanted = KILLS if kind == "sqlite" or KILLS > EVERYDAY else KILLS // 3
    while sum(kills.values()) < wanted:
        how = rng.choice(ways)
        if killed(chain, url, how, rng):
            kills[how] += 1
            continue
        ends += 1
        chain.fork(after=rng.randint(0, chain.head()))
        busy_chain(rng, rng.randint(20, 60) if chain.head() < 60 else 5, chain)
    read(chain, url)
    read(chain, made)
    with opened(url) as one, opened(made) as other:
        had, needed = rows(one), rows(other)
    for table in needed:
        assert had[table] == needed[table], table
    assert all(needed.values()) and min(kills.values()) >= wanted // 10, kills
    assert ends or KILLS <= EVERYDAY, "it came to its end and the chain went back in between"
