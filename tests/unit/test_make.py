"""Set-up states the versions it needs and says what to install; the everyday suite hides no failure."""

import shutil
import subprocess
import sys

import pytest

from scripts import everyday
from scripts.linters import ROOT

TOOLS = ("sh", "cat", "cmp", "dirname", "grep", "head", "ln", "ls", "mkdir", "mv", "rm", "uname")


@pytest.fixture
def machine(tmp_path):
    """A machine with a shell and little else; `machine(name, script)` installs a program there."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in TOOLS:
        (programs / tool).symlink_to(shutil.which(tool))
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup.sh", tmp_path / "scripts")

    def install(name, script):
        path = tmp_path / name if "/" in name else programs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return install


def set_up(tmp_path):
    environment = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    command = [shutil.which("sh"), str(tmp_path / "scripts" / "setup.sh")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path)


def with_environment(machine, tmp_path):
    """The Python part is done: what it stands for is not this test's matter."""
    stamps = tmp_path / ".cache" / "stamps"
    stamps.mkdir(parents=True)
    machine(".venv/bin/python", "exit 0")
    machine(".venv/bin/greenledger", f"exec {tmp_path.resolve()}/.venv/bin/python")
    for stamp, name in (("python", "requirements.lock"), ("project", "pyproject.toml")):
        (tmp_path / name).write_text("as before\n")
        (stamps / stamp).write_text("as before\n")


@pytest.mark.parametrize("old", ["echo Python 3.9.2; exit 1", None])
def test_an_old_or_missing_python_is_named_with_what_to_install(machine, tmp_path, old):
    if old:
        machine("python3", old)
    done = set_up(tmp_path)
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr
    assert "apt-get install python3" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_missing_node_is_named(machine, tmp_path):
    with_environment(machine, tmp_path)
    done = set_up(tmp_path)
    assert done.returncode == 1
    assert "Node 20 or newer with npm was not found" in done.stderr


def test_an_old_node_is_named_with_its_version(machine, tmp_path):
    with_environment(machine, tmp_path)
    machine("npm", "exit 1")
    machine("node", '[ "$1" = --version ] && echo v18.1.0 && exit 0; exit 1')
    done = set_up(tmp_path)
    assert done.returncode == 1
    assert "Node 20 or newer is needed and this is v18.1.0" in done.stderr


def test_the_real_node_passes_the_check(machine, tmp_path):
    """The check itself, on the Node that runs the rest of the suite; npm comes next, and stops here."""
    with_environment(machine, tmp_path)
    machine("node", f'exec {shutil.which("node")} "$@"')
    machine("npm", "echo npm was reached; exit 3")
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "package-lock.json").write_text("{}")
    done = set_up(tmp_path)
    assert "npm was reached" in done.stderr
    assert done.returncode == 3


def test_an_environment_that_was_moved_is_made_anew(machine, tmp_path):
    with_environment(machine, tmp_path)
    machine(".venv/bin/greenledger", "exec /somewhere/else/.venv/bin/python")
    done = set_up(tmp_path)
    assert "Python 3.11 or newer" in done.stderr  # it looks for a Python to make one with, and there is none
    assert done.returncode == 1


# --- the everyday suite ------------------------------------------------------------------------------------


@pytest.fixture
def suite(tmp_path):
    """Run scripts/everyday.py on stand-ins for pytest, Brownie and forge that end with the given statuses."""

    def run(python, brownie, forge):
        (tmp_path / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "everyday.py", tmp_path / "scripts")
        stand_ins = {
            ".venv/bin/python": (
                f'[ "$1" = -m ] && echo "7 passed, 1 skipped in 0.12s" && exit {python}\n'
                f'echo "=== 5 passed in 1.00s ===" && echo Terminating && exit {brownie}'
            ),
            ".cache/bin/forge": f'echo "Ran 2 test suites in 1ms: 9 tests passed, 0 failed" && exit {forge}',
        }
        for name, script in stand_ins.items():
            (tmp_path / name).parent.mkdir(parents=True)
            (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
            (tmp_path / name).chmod(0o755)
        command = [sys.executable, "scripts/everyday.py"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    return run


PYTHON_PARTS = 3


def test_the_suite_ends_with_the_closing_line_of_each_part(suite):
    done = suite(0, 0, 0)
    assert done.returncode == 0
    *python, brownie, forge = done.stdout.splitlines()[-PYTHON_PARTS - 2 :]
    assert [line.split()[:2] for line in python] == [
        [part, "passed"] for part in ("integration", "acceptance", "python")
    ]
    assert all(line.endswith("7 passed, 1 skipped in 0.12s") for line in python)
    assert brownie.endswith("=== 5 passed in 1.00s ===")
    assert forge.endswith("Ran 2 test suites in 1ms: 9 tests passed, 0 failed")


def test_the_python_parts_have_every_test_between_them():
    *long, rest = everyday.python_parts()
    left_out = [word.removeprefix("--ignore=") for word in rest.command if word.startswith("--ignore=")]
    assert sorted([*(part.command[-1] for part in long), "tests/contracts"]) == sorted(left_out)
    assert all((ROOT / folder).is_dir() for folder in left_out)
    assert not any(word.startswith("tests/") for word in rest.command)


@pytest.mark.parametrize("failing", ["python", "brownie", "forge"])
@pytest.mark.parametrize("status", [1, 2, 5, 139])
def test_one_part_that_fails_fails_the_suite_and_the_others_still_run(suite, failing, status):
    done = suite(*[status if part == failing else 0 for part in ("python", "brownie", "forge")])
    assert done.returncode == 1
    lines = done.stdout.splitlines()[-PYTHON_PARTS - 2 :]
    kinds = [*["python"] * PYTHON_PARTS, "brownie", "forge"]
    assert [f"FAILED (exit status {status})" in line for line in lines] == [kind == failing for kind in kinds]
