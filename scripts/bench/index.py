"""`make bench-index`: a busy chain read into SQLite and PostgreSQL, beside web3.py and Ponder.

    python -m scripts.bench.index [--events 100000] [--rounds 3] [--no-ponder]

All read the same logs from the same node: an Anvil on this machine, with cash moves and moves of pieces. The
time runs from a process that is ready to rows that are committed. Afterwards every row of every reader is
compared with ours. web3.py decodes by ABI in ranges of the same blocks and inserts its rows into SQLite.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web3 import Web3

from ledger import tables
from ledger.chain.rpc import Rpc
from ledger.indexer import Indexer, RpcSource
from ledger.store import Store
from scripts import postgres
from scripts.bench import theirs
from scripts.bench.busy import Busy, busy_chain

ABI_FOLDER = Path(__file__).parents[2] / "ledger/chain/abi"
CHAIN_ID, START, SPAN = 31337, 1, 8
PATIENCE, SECONDS_AN_EVENT = 60, 0.02

Fact = tuple[Any, ...]
"""One event as every reader has it: (block, log, contract, its arguments in the order of the ABI)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Who read, where the rows went, and the seconds of each round."""

    who: str
    into: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-ponder", action="store_true")
    asked = parser.parse_args()
    show(*run(asked.events, asked.rounds, with_ponder=not asked.no_ponder))


def run(events: int, rounds: int, *, with_ponder: bool) -> tuple[Busy, list[Reading], list[str]]:
    """All readers in turn on one chain; their rows are equal, or it fails."""
    found: list[Reading] = []
    notes: list[str] = []
    with busy_chain(events) as busy, tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        folder = Path(made)
        web = [read_by_web3(busy, folder / f"web3-{n}.sqlite") for n in range(rounds)]
        facts = facts_of_web3(folder / "web3-0.sqlite")
        found.append(Reading("web3.py", "SQLite", tuple(web)))
        urls: dict[str, Callable[[int], str]] = {"SQLite": lambda n: f"sqlite:///{folder}/ours-{n}.sqlite"}
        if postgres.programs() is None:
            notes.append("PostgreSQL: not measured, there is none on this machine")
        else:
            server = stack.enter_context(postgres.server(safe=True))
            urls["PostgreSQL"] = lambda _: postgres.new_database(server)
        for into, url in urls.items():
            seconds = []
            for n in range(rounds):
                store = Store(url(n), chain_id=CHAIN_ID, start_block=START)
                seconds.append(read_by_ours(busy, store))
                _require_equal(facts_of_ours(store), facts)
                store.close()
            found.append(Reading("ours", into, tuple(seconds)))
        if with_ponder and "PostgreSQL" in urls:
            try:
                abis = {name: _abi(name) for name in ("Cash", "PieceBook")}
                patience = PATIENCE + events * SECONDS_AN_EVENT
                seconds, said = theirs.read(busy, urls["PostgreSQL"](0), abis, patience)
            except theirs.Unavailable as why:
                notes.append(f"Ponder: not measured: {why}")
            else:
                _require_equal(_as_text(said), _as_text(facts))
                found.append(Reading("Ponder", "PostgreSQL", (seconds,)))
    return busy, found, notes


def _as_text(facts: set[Fact]) -> set[tuple[str, ...]]:
    """Ponder's numbers are digits in JSON, and its addresses are in lower case."""
    return {tuple(str(one).lower() for one in fact) for fact in facts}


def _require_equal(had: set[Any], needed: set[Any]) -> None:
    if had != needed:
        raise AssertionError(f"{len(had ^ needed)} rows differ, such as {sorted(had ^ needed)[:2]}")


# --- ours ---


def read_by_ours(busy: Busy, store: Store) -> float:
    contracts = {busy.cash: ("Cash", _abi("Cash")), busy.pieces: ("PieceBook", _abi("PieceBook"))}
    indexer = Indexer(RpcSource(Rpc(busy.url)), store, contracts, START)
    begun = time.perf_counter()
    indexer.sync()
    return time.perf_counter() - begun


def facts_of_ours(store: Store) -> set[Fact]:
    found: set[Fact] = set()
    with store.snapshot() as history:
        axes = history.addresses()
        for cash in history.cashes():
            columns = [column.tolist() for column in history.moves(cash).columns()]
            refs = history.move_refs(zip(*columns[:2], strict=True))
            for block, log, payer, payee, *numbers in zip(*columns, strict=True):
                document = refs[block, log].document or "0x" + "00" * 32
                found.add((block, log, "Cash", axes[payer], axes[payee], *numbers, document))
        for row in history.events():
            found.add((row.block, row.log, row.contract, *row.args.values()))
    return found


# --- web3.py ---


def read_by_web3(busy: Busy, file: Path) -> float:
    """What a page of its documentation does: `get_logs` by ranges, decoded by ABI; one insert a range."""
    web3 = Web3(Web3.HTTPProvider(busy.url))
    events = [
        ("Cash", web3.eth.contract(Web3.to_checksum_address(busy.cash), abi=_abi("Cash")).events.Moved()),
        (
            "PieceBook",
            web3.eth.contract(
                Web3.to_checksum_address(busy.pieces), abi=_abi("PieceBook")
            ).events.PieceMoved(),
        ),
    ]
    with closing(sqlite3.connect(file)) as database:
        database.execute("create table facts (block, log, tx, contract, args, primary key (block, log))")
        begun = time.perf_counter()
        head = web3.eth.block_number
        for first in range(START, head + 1, SPAN):
            rows = [
                (
                    one["blockNumber"],
                    one["logIndex"],
                    one["transactionHash"],
                    name,
                    json.dumps(_said(one["args"])),
                )
                for name, event in events
                for one in event.get_logs(from_block=first, to_block=min(first + SPAN - 1, head))
            ]
            with database:
                database.executemany("insert into facts values (?, ?, ?, ?, ?)", rows)
        return time.perf_counter() - begun


def _said(args: Any) -> list[Any]:
    return ["0x" + one.hex() if isinstance(one, bytes) else one for one in args.values()]


def facts_of_web3(file: Path) -> set[Fact]:
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute("select block, log, contract, args from facts").fetchall()
    return {(block, log, contract, *json.loads(args)) for block, log, contract, args in rows}


def _abi(name: str) -> list[dict[str, Any]]:
    abi: list[dict[str, Any]] = json.loads((ABI_FOLDER / f"{name}.json").read_text())["abi"]
    return abi


# --- what is shown ---


def show(busy: Busy, found: list[Reading], notes: list[str]) -> None:
    out, events = tables.console(), busy.moves + busy.piece_moves
    title = f"{busy.moves:,} cash moves and {busy.piece_moves:,} moves of pieces, equal rows by all"
    grid = tables.table(title, "reader", "into", ">seconds", ">events a second", ">of ours")
    best = min(one.median for one in found if one.who == "ours")
    for one in found:
        times = f"{one.median / best:,.1f} to 1"
        grid.add_row(one.who, one.into, f"{one.median:,.2f}", f"{events / one.median:,.0f}", times)
    out.print(grid)
    for note in notes:
        out.print(note)


if __name__ == "__main__":
    main()
