"""Fixtures for everybody: a fresh ledger on the embedded chain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ledger import Ledger

# What a fixture needs is imported inside it: most tests here never open a ledger.


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server, by the URL of one of its databases: a given one, or one of our own for this run.

    Where the machine has none, what asks for it is reported as skipped.
    """
    from scripts.postgres import programs, server

    given = os.environ.get("GREENLEDGER_TEST_POSTGRES")
    if given:
        yield given
    elif programs() is None:
        pytest.skip("not run: there is no PostgreSQL on this machine (initdb and postgres)")
    else:
        with server() as url:
            yield url


@pytest.fixture(scope="session")
def ledger_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployed replay ledger, closed; copied by the fixture `ledger`."""
    from ledger.bootstrap.testing import new_ledger

    return new_ledger(tmp_path_factory.mktemp("ledger-template"))


@pytest.fixture(scope="session")
def staffed_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `ledger_template`, with the whole cast of `ledger.bootstrap.testing` admitted."""
    from ledger.bootstrap.testing import new_ledger

    return new_ledger(tmp_path_factory.mktemp("staffed-template"), staffed=True)


@pytest.fixture(scope="session")
def housed_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `staffed_template`, where everybody but the bank acts from an account contract."""
    from ledger.bootstrap.testing import new_ledger

    return new_ledger(tmp_path_factory.mktemp("housed-template"), staffed=True, contracts=True)


@pytest.fixture
def ledger(ledger_template: Path, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of its own for the test, in 2025, with nobody admitted yet."""
    from ledger.bootstrap.testing import fresh_ledger

    with fresh_ledger(ledger_template, tmp_path / "ledger") as opened:
        yield opened


@pytest.fixture
def staffed(staffed_template: Path, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of its own for the test, with the whole cast admitted."""
    from ledger.bootstrap.testing import fresh_ledger

    with fresh_ledger(staffed_template, tmp_path / "ledger") as opened:
        yield opened


@pytest.fixture(scope="module")
def town(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A staffed ledger that a module's tests share: refusals change nothing, and other acts may add up."""
    from ledger.bootstrap.testing import fresh_ledger

    with fresh_ledger(staffed_template, tmp_path_factory.mktemp("town") / "ledger") as opened:
        yield opened
