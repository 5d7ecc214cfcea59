"""A bar on the terminal while the index catches up over many blocks; nothing where nobody looks."""

from __future__ import annotations

import time
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

_LONG: Final = 2.0  # not money: seconds
"""A catch-up that is over sooner shows nothing."""
_INSTANT: Final = 1e-6  # not money: seconds


class CatchUp:
    """Takes the indexer's reports. The bar is drawn on the error stream, so that answers stay clean."""

    def __init__(self, console: Console | None = None, long: float = _LONG) -> None:
        self._console = console or Console(stderr=True)
        self._long = long
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._began: float | None = None
        self._first = 0
        self._logs = 0

    def __call__(self, done: int, target: int, logs: int) -> None:
        """After each step: last block read, block to reach, logs of this step."""
        now = time.monotonic()
        if self._began is None:
            self._first, self._began = done, now
            return  # the pace is that of what follows
        self._logs += logs
        seconds = max(now - self._began, _INSTANT)
        if done >= target:
            self._end()
        elif seconds >= self._long and self._console.is_terminal:
            self._show(done, target, seconds)

    def _show(self, done: int, target: int, seconds: float) -> None:
        if self._bar is None:
            columns = (
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[pace]}"),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._task = self._bar.add_task("", total=target, pace="")
            self._bar.start()
        pace = f"{(done - self._first) / seconds:,.0f} blocks/s {self._logs / seconds:,.0f} events/s"
        self._bar.update(self._task, completed=done, total=target, pace=pace)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        self._began, self._logs = None, 0

    def close(self) -> None:
        """Takes away a bar that an error left."""
        self._end()
