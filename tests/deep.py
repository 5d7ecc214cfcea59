"""How far tests go that could go on for ever: every day far enough to notice, `make test-deep` further."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")
DEEP = os.environ.get("GREENLEDGER_DEEP") == "1"


def depth(everyday: T, deeper: T) -> T:
    return deeper if DEEP else everyday
