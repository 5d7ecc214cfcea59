"""Ponder on the same busy chain: installed by the bench, started as published, its rows compared with ours.

Its command runs until it is stopped, so the time is from its start until its table has every row.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from scripts.bench.busy import Busy

HERE = Path(__file__).parent / "ponder"
INSTALLED = Path(__file__).parents[2] / ".cache" / "ponder"
TOLD = 1_500
"""Characters of what a command that failed said last."""


class Unavailable(Exception):
    """Why Ponder could not be measured here."""


def install() -> None:
    """Exact versions into a folder of the bench's own; nothing of it ships."""
    if shutil.which("npm") is None:
        raise Unavailable("there is no npm on this machine")
    shutil.copytree(HERE, INSTALLED, dirs_exist_ok=True)
    wanted = (HERE / "package.json").read_text()
    stamp = INSTALLED / "installed.json"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
    done = subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(f"npm could not install it: {done.stderr[-TOLD:]}")
    stamp.write_text(wanted)


def read(
    busy: Busy, database: str, abis: dict[str, Any], patience: float
) -> tuple[float, set[tuple[Any, ...]]]:
    """Seconds until all events are in its table, and what is in there.

    Raises:
        Unavailable: when it cannot be installed or started here, or does not come to the end in time.
    """
    install()
    events = busy.moves + busy.piece_moves
    url = make_url(database)
    host, name = str(url.query["host"]), str(url.database)
    with psycopg.connect(host=host, user=url.username, dbname=name, autocommit=True) as connection:
        begun = time.perf_counter()
        with _started(busy, f"postgresql://{url.username}@/{name}?host={host}", abis) as (process, log):
            while (had := _count(connection)) < events:
                if process.poll() is not None:
                    raise Unavailable(f"it ended by itself: {log.read_text()[-TOLD:]}")
                if time.perf_counter() - begun > patience:
                    raise Unavailable(
                        f"{had:,} of {events:,} after {patience:,} s: {log.read_text()[-TOLD:]}"
                    )
                time.sleep(0.1)
            seconds = time.perf_counter() - begun
        rows = connection.execute("select block, log, contract, args from bench.facts").fetchall()
    return seconds, {(int(block), log, contract, *json.loads(args)) for block, log, contract, args in rows}


@contextmanager
def _started(busy: Busy, url: str, abis: dict[str, Any]) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    with tempfile.TemporaryDirectory(prefix="bench-ponder-") as made:
        log, told = Path(made) / "ponder.log", Path(made) / "busy.json"
        told.write_text(json.dumps(asdict(busy) | {"abis": abis}))
        environment = os.environ | {
            "BENCH_BUSY": str(told),
            "DATABASE_URL": url,
            "PONDER_TELEMETRY_DISABLED": "1",
        }
        command = ["node", "node_modules/ponder/dist/esm/bin/ponder.js", "start", "--schema", "bench"]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, "--port", "0", "--hostname", "127.0.0.1"],
                cwd=INSTALLED,
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            try:
                yield process, log
            finally:
                process.kill()
                process.wait()


def _count(connection: psycopg.Connection[Any]) -> int:
    try:
        row = connection.execute("select count(*) from bench.facts").fetchone()
    except psycopg.errors.UndefinedTable:
        return 0
    return int(row[0]) if row else 0
