"""Servers for the API's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.api.world import Api


@pytest.fixture(scope="module")
def api(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A server over a staffed ledger in which nothing happened yet; shared by a module's tests."""
    from tests.api.world import serving

    with serving(staffed_template, tmp_path_factory.mktemp("api") / "ledger") as served:
        yield served


@pytest.fixture(scope="session")
def lived(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A server on which the story was lived over HTTP; shared by all that only look or are refused."""
    from tests.api.world import live, serving

    with serving(staffed_template, tmp_path_factory.mktemp("lived") / "ledger") as served:
        yield live(served)
