"""Signatures over HTTP: a key's, and those that an account contract wraps, wherever one is taken."""

from __future__ import annotations

import json
import re
from pathlib import Path

SCHEMAS = json.loads((Path(__file__).parents[1] / "snapshots" / "openapi.json").read_text(encoding="utf-8"))[
    "components"
]["schemas"]
NAMES = ("signature", "first", "second")
TAKEN = {
    f"{schema}.{name}": content["properties"][name]["pattern"]
    for schema, content in SCHEMAS.items()
    for name in NAMES
    if "pattern" in content.get("properties", {}).get(name, {})
}
KEY = 65  # bytes


def test_signatures_are_taken_of_plain_keys_and_of_account_contracts() -> None:
    """One key's, or up to four as clerk and approver sign: everywhere the same."""
    assert len(TAKEN) >= 5, TAKEN
    for place, pattern in TAKEN.items():
        for count in (1, 2, 3, 4):
            assert re.search(pattern, "0x" + "ab" * KEY * count), (place, count)
        for wrong in ("", "0x", "0x" + "ab" * (KEY - 1), "0x" + "ab" * (KEY + 1), "0x" + "ab" * KEY * 5):
            assert not re.search(pattern, wrong), (place, wrong)
        assert not re.search(pattern, "0x" + "xy" * KEY), place
