"""What outsiders rely on is frozen: a change of the API shows in review.

UPDATE_SNAPSHOTS=1 .venv/bin/python -m pytest -p no:pytest-brownie tests/api/test_openapi.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from ledger.config import Settings

SNAPSHOT = Path(__file__).parent.parent / "snapshots" / "openapi.json"


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    app = create_app(Settings(state=tmp_path_factory.mktemp("described")))
    return dict(json.loads(json.dumps(app.openapi())))


def test_the_description_is_as_frozen(described: dict[str, Any]) -> None:
    text = json.dumps(described, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(text)
    assert text == SNAPSHOT.read_text(), "the API changed: look at it, then UPDATE_SNAPSHOTS=1"


def test_every_endpoint_but_health_asks_for_a_token_and_says_what_it_does(described: dict[str, Any]) -> None:
    paths = described["paths"]
    for path, methods in paths.items():
        for told in methods.values():
            assert told["description"] and told["tags"]
            assert ("security" in told) == (path != "/health")


def test_no_amount_is_a_number(described: dict[str, Any]) -> None:
    """Every money-like field of every schema is an amount, or a string of digits."""
    money = {
        "amount", "face", "budget", "allocated", "limit", "net", "fee", "discount", "raised", "cost", "total",
        "used", "denomination", "issue_price", "balance", "redeeming", "start", "end", "offset", "minor",
    }  # fmt: skip
    schemas = described["components"]["schemas"].values()
    fields = [pair for schema in schemas for pair in schema.get("properties", {}).items()]
    judged = [one for name, one in fields if name in money]
    assert len(judged) > 60
    for one in judged:
        kinds = [part.get("type", "object" if "$ref" in part else None) for part in one.get("anyOf", [one])]
        assert set(kinds) <= {"string", "object", "null"}, one
