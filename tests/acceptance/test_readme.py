"""The README's first screen: its example runs as it stands, its commands exist, its Chinese twin keeps up."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ledger import cli
from ledger.config import Settings
from tests.acceptance.conftest import Demo

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh.md"


def blocks(readme: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)


def commands(readme: Path) -> list[str]:
    """The shell lines, without what is said about them."""
    lines = "".join(blocks(readme, "sh")).splitlines()
    return [line.split("#")[0].strip() for line in lines if line.strip()]


def headings(readme: Path) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", readme.read_text(encoding="utf-8"), re.MULTILINE)]


@pytest.mark.usefixtures("lived")
def test_the_example_runs_where_the_demo_was_lived(demo: Demo) -> None:
    (example,) = blocks(ENGLISH, "python")
    assert len([line for line in example.splitlines() if line.strip()]) == 5
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=demo.state.parent, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    printed = done.stdout.splitlines()
    assert "spent 400000000 Sub-supplier (illustrative)" in printed
    assert sum(int(line.split()[1]) for line in printed) == 200_000_000_000, "all that was raised"


def test_every_command_named_exists() -> None:
    named = {line.split()[1] for line in commands(ENGLISH) if line.startswith("greenledger ")} - {"--help"}
    assert {"trace", "piece", "evidence", "verify", "check", "status", "serve"} <= named
    for name in sorted(named):
        assert CliRunner().invoke(cli.app, [name, "--help"]).exit_code == 0, name


def test_every_setting_named_exists() -> None:
    named = set(re.findall(r"GREENLEDGER_([A-Z_]+)", ENGLISH.read_text(encoding="utf-8")))
    assert named and {name.lower() for name in named} <= set(Settings.model_fields)


def test_every_folder_and_file_named_exists() -> None:
    text = ENGLISH.read_text(encoding="utf-8")
    named = re.findall(r"\]\((?!http)([^)#]+)\)", text) + re.findall(r"^\| `([a-z]+/)`", text, re.MULTILINE)
    assert len(named) > 6
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_chinese_twin_has_the_same_parts_commands_and_example() -> None:
    assert headings(CHINESE) == headings(ENGLISH)
    assert commands(CHINESE) == commands(ENGLISH)
    assert code(CHINESE) == code(ENGLISH)


def code(readme: Path) -> list[str]:
    """The example, without what is said about it."""
    return [line.split("#")[0].rstrip() for line in blocks(readme, "python")[0].splitlines()]
