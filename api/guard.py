"""What stands before every request: its token, the size of its body; and headers on every answer.

It works on the bare ASGI messages, so nothing of a body is read for somebody unknown, and no endpoint under
`/v1` can forget to ask for a token.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Anonymous, TooLarge, response, unforeseen
from api.tokens import TokenBook

PROTECTED: Final = "/v1"
MOST_BYTES: Final = 8 * 1024 * 1024
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """ASGI middleware. The account that a token acts as is left in `request.state.account`."""

    def __init__(self, app: ASGIApp, tokens: TokenBook) -> None:
        self._app = app
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        headers = Headers(scope=scope)
        guarded = _Marked(send)
        try:
            self._admit(scope, headers)
            await self._app(scope, _Bounded(receive, headers), guarded)
        except Exception as error:
            if guarded.started:
                raise
            known = error if isinstance(error, Anonymous | TooLarge) else unforeseen(error)
            answer = response(known, headers.get("accept-language", ""))
            await answer(scope, receive, guarded)

    def _admit(self, scope: Scope, headers: Headers) -> None:
        path = scope["path"]
        if path != PROTECTED and not path.startswith(PROTECTED + "/"):
            return
        scheme, _, token = headers.get("authorization", "").partition(" ")
        account = self._tokens.account_of(token.strip()) if scheme.lower() == "bearer" else None
        if account is None:
            raise Anonymous("no valid token", needed="Authorization: Bearer ...")
        scope.setdefault("state", {})["account"] = account


class _Marked:
    """Sends an answer with the headers; knows whether one was begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
        await self._send(message)


class _Bounded:
    """Receives a body up to a bound, whatever its Content-Length says of itself."""

    def __init__(self, receive: Receive, headers: Headers) -> None:
        declared = headers.get("content-length", "0")
        if not declared.isdigit() or int(declared[:20]) > MOST_BYTES:
            raise TooLarge("the body is too large", needed=MOST_BYTES)
        self._receive = receive
        self._left = MOST_BYTES

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            # Of all errors in reading a body, the framework passes only its own on.
            raise HTTPException(413, str(MOST_BYTES))
        return message
