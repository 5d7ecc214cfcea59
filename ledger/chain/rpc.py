"""JSON-RPC over kept-alive HTTP: the one way this package talks to a chain's node."""

from __future__ import annotations

import base64
import http.client
import itertools
import json
import threading
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ledger.errors import BadInput, ChainUnavailable, LedgerError, RpcError

Call = tuple[str, Sequence[Any]]
"""A method and its parameters."""


class Rpc:
    """A connection for each thread. `url` may be a function, asked again after a connection breaks.

    Raises ChainUnavailable when there is no answer and RpcError when the answer is an error.
    """

    def __init__(self, url: str | Callable[[], str], *, timeout: float = 60) -> None:
        self._where = url
        self._timeout = timeout
        self._last = ""
        self._local = threading.local()
        self._ids = itertools.count(1)

    @property
    def url(self) -> str:
        self._last = self._where() if callable(self._where) else self._where
        return self._last

    def call(self, method: str, *params: Any) -> Any:
        """One method's result."""
        answer = self._ask({"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params})
        return _result(answer)

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """The results in order. An error takes the place of a result and is not raised."""
        if not calls:
            return []
        asked = [
            {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
            for method, params in calls
        ]
        answer = self._ask(asked)
        if not isinstance(answer, list):
            raise _error(answer.get("error", {}) if isinstance(answer, dict) else {})
        by_id = {entry.get("id"): entry for entry in answer}
        return [_result_or_error(by_id.get(entry["id"])) for entry in asked]

    def post(self, body: bytes) -> bytes:
        """The raw answer to a raw request. A kept connection that the other side had closed is opened anew,
        once.

        Asking twice is safe for all that is asked here: a transaction is itself whatever the number of times
        it is sent, and everything else only reads.
        """
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is not None:
            try:
                return self._exchange(connection, body)
            except (OSError, http.client.HTTPException):
                self.close()
        try:
            return self._exchange(self._open(), body)
        except (OSError, http.client.HTTPException) as failure:
            self.close()
            raise ChainUnavailable(f"No answer from the chain: {failure}", who=self._last) from failure

    def close(self) -> None:
        """Close this thread's connection."""
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _ask(self, request: Any) -> Any:
        answer = self.post(json.dumps(request, default=str).encode())
        try:
            return json.loads(answer)
        except ValueError as failure:
            raise ChainUnavailable(
                f"Not an answer in JSON-RPC: {answer[:200]!r}", who=self._last
            ) from failure

    def _open(self) -> http.client.HTTPConnection:
        url = self.url
        where = urlsplit(url)
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        if where.scheme not in kinds or not where.hostname:
            raise BadInput("The chain's address is no http(s) URL", had=url)
        connection: http.client.HTTPConnection = kinds[where.scheme](
            where.hostname, where.port, timeout=self._timeout
        )
        connection.connect()
        self._local.connection = connection
        self._local.head = _head(where)
        return connection

    def _exchange(self, connection: http.client.HTTPConnection, body: bytes) -> bytes:
        """Head and body in one segment: http.client's own `request` sends two, and every call to the system
        counts."""
        head = f"{self._local.head}Content-Length: {len(body)}\r\n\r\n"
        connection.sock.sendall(head.encode("ascii") + body)
        answer = http.client.HTTPResponse(connection.sock, method="POST")
        answer.begin()
        content = answer.read()
        if answer.will_close:
            self.close()
        if answer.status >= 500 and not content.startswith((b"{", b"[")):
            raise http.client.HTTPException(f"status {answer.status}")
        return content


def _head(where: SplitResult) -> str:
    """The request's first lines. A name and password in the URL are sent as providers expect them."""
    path = (where.path or "/") + (f"?{where.query}" if where.query else "")
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {where.netloc.rpartition('@')[2]}",
        "Content-Type: application/json",
    ]
    if where.username:
        secret = f"{where.username}:{where.password or ''}".encode()
        lines.append(f"Authorization: Basic {base64.b64encode(secret).decode()}")
    return "\r\n".join([*lines, ""])


def _result(answer: Any) -> Any:
    outcome = _result_or_error(answer)
    if isinstance(outcome, LedgerError):
        raise outcome
    return outcome


def _result_or_error(answer: Any) -> Any:
    if not isinstance(answer, dict):
        return ChainUnavailable("The chain left a question of a batch unanswered")
    if answer.get("error") is not None:
        return _error(answer["error"])
    return answer.get("result")


def _error(error: dict[str, Any]) -> RpcError:
    return RpcError(
        str(error.get("message", "unnamed error")), number=error.get("code"), data=error.get("data")
    )
