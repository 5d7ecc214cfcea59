"""A server for the API's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.api.world import Api


@pytest.fixture(scope="session")
def lived(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A server on which the story was lived over HTTP; shared by all that only look or are refused."""
    from tests.api.world import live, serving

    with serving(staffed_template, tmp_path_factory.mktemp("lived") / "ledger") as served:
        yield live(served)
