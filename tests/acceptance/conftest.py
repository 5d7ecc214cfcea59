"""The demo, lived once for all tests of this folder, and the command line to ask it with."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import typer
from typer.testing import CliRunner

from ledger import Ledger, cli
from ledger.commands import common
from ledger.commands.language import translate
from ledger.words import speak


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """What a command line named in this process, its language too, is forgotten after the test."""
    yield
    common.give()
    speak("en")


GREENLEDGER = Path(sys.executable).with_name("greenledger")


def greenledger(*arguments: str, seconds: int = 150) -> subprocess.CompletedProcess[str]:
    """The installed command, with nothing configured but a wide screen and English."""
    given = {key: value for key, value in os.environ.items() if not key.startswith("GREENLEDGER_")}
    environment = given | {"COLUMNS": "250", "LANG": "en_US.UTF-8", "LC_ALL": "C.UTF-8"}
    command = [str(GREENLEDGER), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds)


def greenledger_here(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As `greenledger`, in this process: a new one takes longer to start than most commands to run."""
    given = {key: value for key, value in os.environ.items() if not key.startswith("GREENLEDGER_")}
    environment = given | {"COLUMNS": "250", "LANG": "en_US.UTF-8", "LC_ALL": "C.UTF-8"}
    out, err, status = io.StringIO(), io.StringIO(), 0
    with (
        patch.dict(os.environ, environment, clear=True),
        patch.object(sys, "argv", ["greenledger", *arguments]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as left:
            status = int(left.code or 0)
        finally:
            common.give()
            speak("en")
            if "zh" in arguments:  # the panels of this process speak English again
                translate(typer.main.get_command(cli.app))
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Demo:
    """A state folder with the story in it, and what `greenledger demo` printed."""

    state: Path
    printed: str

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return greenledger_here("--state", str(self.state), *arguments)

    def ask(self, *arguments: str) -> dict[str, Any]:
        """The JSON answer of a query that exits 0 and says nothing else; in this process, to save time."""
        unset = {key: None for key in os.environ if key.startswith("GREENLEDGER_")}
        done = CliRunner().invoke(cli.app, ["--state", str(self.state), *arguments, "--json"], env=unset)
        assert done.exit_code == 0, done.exception
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """As a newcomer runs it, with the published figures."""
    state = tmp_path_factory.mktemp("newcomer") / "demo"
    done = greenledger("--state", str(state), "demo")
    assert done.returncode == 0, done.stderr
    return Demo(state, done.stdout)


@pytest.fixture(scope="session")
def lived(demo: Demo) -> Iterator[Ledger]:
    """The same ledger, from Python. While it is open the commands find its chain running."""
    with Ledger.embedded(demo.state) as ledger:
        yield ledger
