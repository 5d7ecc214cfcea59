"""docs/auditor.md is lived: each command of it runs on the demo and prints each line that the page shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ledger import Ledger
from tests.acceptance.conftest import Demo

DOCS = Path(__file__).parents[2] / "docs"
ENGLISH, CHINESE = DOCS / "auditor.md", DOCS / "auditor.zh.md"
LEFT_OUT = "…"


def fenced(page: Path) -> list[tuple[str, str]]:
    """(what is said after the fence, its text) of each block, in order."""
    return re.findall(r"```(.*?)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def sessions(page: Path) -> list[tuple[str, list[str]]]:
    """Each command of the page with the lines that it shows."""
    found: list[tuple[str, list[str]]] = []
    for kind, text in fenced(page):
        for line in text.splitlines() if kind == "console" else ():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line != LEFT_OUT:
                found[-1][1].append(line)
    return found


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with the files that the page gives."""
    folder = tmp_path_factory.mktemp("auditor")
    for kind, text in fenced(ENGLISH):
        if kind.startswith("csv "):
            (folder / kind.split()[1]).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def payment(demo: Demo, lived: Ledger) -> str:
    """What was paid to the sub-supplier when the receivable was settled, as the page's TX:LOG."""
    trace = lived.auditor.trace_bond("CTG-CN-2021")
    paid = next(one for one in trace["intervals"] if one["payee"] == "Sub-supplier (illustrative)")
    return f"{paid['tx']}:{paid['log']}"


@pytest.mark.spec("TRACE-2", "ALERT-1", "EVD-1")
def test_every_command_of_the_page_prints_what_the_page_shows(
    demo: Demo, desk: Path, payment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    for line, shown in sessions(ENGLISH):
        program, *arguments = shlex.split(line.replace("TX:LOG", payment))
        if program == "greenledger":
            done = demo.run(*arguments)
        else:
            bare = [sys.executable, "-E", "-s", "-S", *arguments]
            done = subprocess.run(bare, capture_output=True, text=True, timeout=120)
        printed = done.stdout
        assert done.returncode == 0, (line, printed, done.stderr)
        for one in shown:
            assert squeezed(one) in squeezed(printed), (line, one, printed)


def test_the_page_is_the_same_in_chinese() -> None:
    assert sessions(CHINESE) == sessions(ENGLISH)
    assert len(sessions(ENGLISH)) > 20
