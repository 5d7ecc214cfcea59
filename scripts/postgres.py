"""A PostgreSQL server of one's own in a temporary folder, for tests and benches; gone afterwards.

It listens on a socket in that folder and nowhere else. PostgreSQL refuses to run as root, so root hands it to
another user of the machine.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

USERS: Final = ("postgres", "nobody")
"""Who runs it when we are root: the first that the machine has."""
PATIENCE: Final = 30
"""Seconds until a server answers, or never will."""
UNSAFE: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""Quick, and enough where what is killed is never the server."""


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`; None when this machine has none."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    found = shutil.which("initdb")
    folders = [*reversed(packaged), *([Path(found).resolve().parent] if found else [])]
    return next(
        (one for one in folders if all((one / name).exists() for name in ("initdb", "postgres"))), None
    )


@contextmanager
def server(*, safe: bool = False) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database on a server that ends with the context.

    Args:
        safe: writes reach the disk before they are acknowledged, as in production.

    Raises:
        FileNotFoundError: when this machine has no PostgreSQL.
    """
    folder = programs()
    if folder is None:
        raise FileNotFoundError("no initdb and postgres on this machine")
    with tempfile.TemporaryDirectory(prefix="pg-") as made:
        home, owner = Path(made), _owner()
        if owner is not None:
            os.chown(home, owner.pw_uid, owner.pw_gid)
        data = home / "data"
        _run(
            [folder / "initdb", "-D", data, "-U", "ledger", "--auth=trust", "-E", "UTF8", "--no-sync"], owner
        )
        options = [word for one in (() if safe else UNSAFE) for word in ("-c", one)]
        only_here = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={home}"]
        command = [folder / "postgres", "-D", data, *only_here, *options]
        process = subprocess.Popen(command, **_as(owner), **_QUIET)
        try:
            _wait(process, home)
            yield f"postgresql+psycopg://ledger@/postgres?host={home}"
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: nothing of it is needed any more
            process.wait()


def new_database(server: str) -> str:
    """The URL of a new empty database on a server."""
    name = f"ledger_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


_QUIET: Final[dict[str, Any]] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def _owner() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    known = {one.pw_name: one for one in pwd.getpwall()}
    return next(known[name] for name in USERS if name in known)


def _as(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    if owner is None:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": [], "cwd": "/"}


def _run(command: Sequence[Any], owner: pwd.struct_passwd | None) -> None:
    done = subprocess.run(command, **_as(owner), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


def _wait(process: subprocess.Popen[bytes], home: Path) -> None:
    import psycopg

    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            psycopg.connect(host=str(home), user="ledger", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start")
