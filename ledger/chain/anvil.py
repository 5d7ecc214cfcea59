"""One Anvil process that dies with the process that started it."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from ledger.chain.rpc import Rpc
from ledger.errors import ChainUnavailable, NotFound

_PR_SET_PDEATHSIG = 1
_LISTENING = re.compile(r"Listening on ([0-9.]+:\d+)")


def find_anvil() -> Path:
    """The real binary: $GREENLEDGER_ANVIL, else the npm package's own file, else `anvil` on PATH.

    Never npm's wrapper script: killing that leaves the real process behind, with its port.
    """
    named = os.environ.get("GREENLEDGER_ANVIL")
    if named:
        if not os.access(named, os.X_OK):
            raise NotFound("GREENLEDGER_ANVIL names no program", had=named)
        return Path(named)
    for root in (Path.cwd(), *Path(__file__).resolve().parents):
        found = sorted(root.glob("node_modules/@foundry-rs/anvil-*/bin/anvil"))
        if found:
            return found[0]
    on_path = shutil.which("anvil")
    if on_path and not _is_script(Path(on_path)):
        return Path(on_path)
    raise NotFound(
        "Anvil, the embedded chain's engine, is not installed. Run `npm install`, or set GREENLEDGER_ANVIL.",
        needed="anvil",
    )


def anvil_version(binary: Path) -> str:
    """Such as "1.7.1"."""
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+\.\d+\.\d+\S*", said)
    return found.group() if found else "unknown"


class Anvil:
    """A running Anvil that nobody pays for gas on, mines only when told to, and has no accounts of its own.

    The kernel kills it when the thread that started it ends (Linux), so start it from the main thread.
    """

    def __init__(
        self, binary: Path, *, chain_id: int, genesis_time: int, hardfork: str, gas_limit: int, states: int
    ) -> None:
        options = {
            "host": "127.0.0.1",
            "port": 0,
            "chain-id": chain_id,
            "timestamp": genesis_time,
            "hardfork": hardfork,
            "gas-limit": gas_limit,
            "accounts": 0,
            "gas-price": 0,
            "block-base-fee-per-gas": 0,
            "order": "fifo",
            "prune-history": states,
        }
        flags = [
            "no-mining",
            "no-cors",
            "disable-min-priority-fee",
            "disable-default-create2-deployer",
            "no-request-size-limit",
        ]
        command = [str(binary), *(f"--{flag}" for flag in flags)]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        self._process: subprocess.Popen[str] = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=_die_with_parent(os.getpid()),
        )
        self.rpc = Rpc(f"http://{self._address()}", timeout=600)
        self.rpc.call("anvil_setLoggingEnabled", False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self) -> int:
        """Until it ends, however it ends."""
        return self._process.wait()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _address(self) -> str:
        output = self._process.stdout
        assert output is not None
        said = []
        for line in output:
            said.append(line)
            found = _LISTENING.search(line)
            if found:
                threading.Thread(target=_drain, args=(output,), daemon=True).start()
                return found.group(1)
        raise ChainUnavailable("Anvil did not start: " + "".join(said)[-2000:])


def _drain(output: IO[str]) -> None:
    for _ in output:
        pass


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def in_child() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return in_child


def _is_script(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"#!"
