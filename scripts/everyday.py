"""The everyday suite in three lanes: Python tests, shown as they run; beside them Brownie's and forge's, and
more Python tests, shown after. Whichever lane is free takes the next Python part.

A part waits half of its time for its chain, so three lanes keep two processors busy. Every part runs even
when another fails. The last lines say how each ended and what it took; exit status 1 when one failed.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from re import MULTILINE, compile
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / ".cache" / "test-logs"
PYTHON = str(ROOT / ".venv" / "bin" / "python")
FORGE = str(ROOT / ".cache" / "bin" / "forge")
PYTEST = [
    PYTHON,
    "-m",
    "pytest",
    "-p",
    "no:pytest-brownie",
    "--ignore=tests/contracts",
    "-q",
    "--durations=12",
]
LONG = ("integration", "acceptance")
"""Folders of tests that are parts of their own; another part has all the rest."""
BROWNIE = [PYTHON, "scripts/brownie_run.py", "test", "tests/contracts", "-q"]
CLOSING_LINE = compile(
    r"^(?:=+ )?\d+ (?:passed|failed|skipped|error).* in [\d.]+s.*$"
    r"|^.*no tests ran.*$|^Ran \d+ test suites? .*$",
    MULTILINE,
)


@dataclass
class Part:
    """One command of the suite, its output, and how it ended."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    status: int | None = None
    seconds: int = 0
    processor: int = 0
    output: bytes = b""
    shown: bool = False

    def run(self, show: bool) -> None:
        self.shown = show
        started = time.monotonic()
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        # The suite starts hundreds of processes: where bytecode is not kept, each compiles all it imports.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with (LOGS / f"{self.name}.log").open("wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            assert self.process.stdout is not None
            while chunk := os.read(self.process.stdout.fileno(), 65_536):
                log.write(chunk)
                self.output += chunk
                if show:
                    write(chunk)
        _, status, used = os.wait4(self.process.pid, 0)
        self.status = self.process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = round(time.monotonic() - started)
        self.processor = round(used.ru_utime + used.ru_stime)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def summary(self) -> str:
        closing = CLOSING_LINE.findall(self.output.decode(errors="replace"))
        verdict = "passed" if self.status == 0 else f"FAILED (exit status {self.status})"
        last = closing[-1] if closing else "no closing line"
        took = f"{self.seconds}s ({self.processor}s of a processor)"
        return f"{self.name:<11} {verdict} after {took}: {last}"


def write(text: bytes) -> None:
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


def head(text: str) -> None:
    write(f"\n=== {text}\n".encode())


def python_parts() -> deque[Part]:
    rest = [*PYTEST, *(f"--ignore=tests/{folder}" for folder in LONG)]
    parts = [Part(folder, [*PYTEST, f"tests/{folder}"]) for folder in LONG]
    return deque([*parts, Part("python", rest)])


def run_first(waiting: deque[Part]) -> None:
    with suppress(IndexError):
        while True:
            part = waiting.popleft()
            head(f"{part.name} (what runs beside it is shown below)")
            part.run(show=True)


def run_beside(own: list[Part], waiting: deque[Part]) -> None:
    """Another lane: its own parts, then Python parts from the other end of the list."""
    for part in own:
        part.run(show=False)
    with suppress(IndexError):
        while True:
            waiting.pop().run(show=False)


def leave(*_: FrameType | int | None) -> None:
    sys.exit(143)


def main() -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, leave)
    waiting, contracts = python_parts(), [Part("brownie", BROWNIE), Part("forge", [FORGE, "test"])]
    parts = [*waiting, *contracts]
    lanes = [threading.Thread(target=run_beside, args=(own, waiting), daemon=True) for own in (contracts, [])]
    try:
        for lane in lanes:
            lane.start()
        run_first(waiting)
        for lane in lanes:
            lane.join()
    finally:
        for part in parts:
            part.stop()
    for part in parts:
        if not part.shown:
            head(part.name)
            write(part.output)
    head("summary")
    write("".join(f"{part.summary()}\n" for part in parts).encode())
    return 0 if all(part.status == 0 for part in parts) else 1


if __name__ == "__main__":
    sys.exit(main())
