"""What one deployment keeps off chain beside its index: requests for quotes, checkpoints. A database is
opened when it is first asked."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from ledger.ports import Deployment

if TYPE_CHECKING:
    from ledger.store import CheckpointBook, RequestBook


class LazyRequests:
    """Calling it opens the book, once. Safe to share among threads."""

    def __init__(self, database: str, deployment: Deployment, closing: ExitStack) -> None:
        self._database = database
        self._ledger = f"{deployment.chain_id}/{deployment['Financing'].address}"
        self._closing = closing
        self._lock = threading.Lock()
        self._book: RequestBook | None = None

    def __call__(self) -> RequestBook:
        from ledger.store import RequestBook  # an act needs no SQL

        with self._lock:
            if self._book is None:
                self._book = RequestBook(self._database, self._ledger)
                self._closing.callback(self._book.close)
            return self._book


class LazyCheckpoints:
    """Calling it opens the book, once. Safe to share among threads."""

    def __init__(self, database: str, deployment: Deployment, closing: ExitStack) -> None:
        self._database = database
        self._ledger = f"{deployment.chain_id}/{deployment['Powers'].address}"
        self._closing = closing
        self._lock = threading.Lock()
        self._book: CheckpointBook | None = None

    def __call__(self) -> CheckpointBook:
        from ledger.store import CheckpointBook  # an act needs no SQL

        with self._lock:
            if self._book is None:
                self._book = CheckpointBook(self._database, self._ledger)
                self._closing.callback(self._book.close)
            return self._book
