"""Whether the long loops run compiled (docs/decisions/0038).

Numba is an extra of the package: without it, and for short histories, the plain loops give the same answers.
Nothing is loaded before a long history is asked about, so a command's start costs no more.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, Final

LONG: Final = 100_000
"""Moves from which on loading the compiled loops, about a second once a process, is soon earned back."""


def loops_for(moves: int) -> Any | None:
    """`ledger.tracing.loops`; None for a history that is short, or where numba is not installed."""
    return _loops() if moves >= LONG else None


@cache
def _loops() -> Any | None:
    try:
        import_module("numba")
    except ImportError:
        return None
    return import_module("ledger.tracing.loops")
