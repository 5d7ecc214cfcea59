"""Named places where a test can have the process killed, to prove that nothing acknowledged is lost there."""

from __future__ import annotations

import os
import signal

_VARIABLE = "GREENLEDGER_CRASH_AT"
_seen = 0


def reach(point: str) -> None:
    """Kill this process, as SIGKILL would at any instant, when $GREENLEDGER_CRASH_AT is `point:n`, the n-th
    time."""
    global _seen
    name, _, count = os.environ.get(_VARIABLE, "").partition(":")
    if name != point:
        return
    _seen += 1
    if _seen >= int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
