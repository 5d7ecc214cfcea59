"""The application: one opened ledger for the process, its routers, and a guard before them.

    uvicorn.run(create_app(settings))

Services are blocking, so every endpoint is a plain function and runs in the thread pool; the ledger's client,
keystore and read model are safe to share between threads.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from api import errors
from api.deps import LedgerHere, bearer
from api.guard import PROTECTED, Guard
from api.routers import ROUTERS
from api.schemas.people import Health
from api.tokens import TokenBook
from ledger import Ledger
from ledger.config import Settings

TITLE = "Green Ledger"
VERSION = "1"
ABOUT = """Green bonds and receivables on one ledger in which every fen has a number.

Amounts are `{currency, minor}`, `minor` an integer string of minor units; offsets are integer strings.
Every act is in the name of the participant that the bearer token was made for. Errors are
`application/problem+json` with a stable `code`. Demo money; unaudited."""
_DOCS = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Green Ledger API</title>
<h1>Green Ledger API</h1>
<p>The description of every endpoint: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3).
Any OpenAPI viewer shows it; this page loads nothing from elsewhere.</p>
<p>Tokens: <code>greenledger token PARTICIPANT</code>, then <code>Authorization: Bearer …</code></p></html>"""
_log = logging.getLogger("greenledger.api")

Opening = Callable[[], Ledger]


def create_app(settings: Settings, opening: Opening | None = None) -> FastAPI:
    """The API over the configured ledger, which is opened when the server starts and closed when it stops.

    Args:
        opening: opens another ledger instead; its state folder is still the settings'.
    """
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(opening or (lambda: Ledger.open(settings))),
        responses={"4XX": {"description": "A problem document.", "content": {errors.MEDIA_TYPE: {}}}},
    )
    app.add_middleware(Guard, tokens=TokenBook(settings.state))
    errors.install(app)
    guarded = APIRouter(prefix=PROTECTED, dependencies=[Depends(bearer)])
    for router in ROUTERS:
        guarded.include_router(router)
    app.include_router(guarded)
    app.add_api_route("/health", _health, methods=["GET"], tags=["common"])
    app.add_api_route("/docs", _docs, methods=["GET"], include_in_schema=False)
    return app


def _lifespan(opening: Opening) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        ledger = await run_in_threadpool(opening)
        app.state.ledger = ledger
        try:
            yield
        finally:
            await run_in_threadpool(ledger.close)

    return lifespan


def _health(ledger: LedgerHere) -> Health:
    """Whether the chain answers. Needs no token."""
    return Health(ok=True, chain_id=ledger.client.chain_id, block=ledger.client.block_number())


def _docs(request: Request) -> HTMLResponse:
    return HTMLResponse(_DOCS)


def run(settings: Settings, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serves until it is stopped.

    Warning: it speaks plain HTTP. Beyond this machine, put a proxy with TLS before it: a token on the wire is
    as good as its owner.
    """
    import uvicorn

    if not _is_loopback(host):
        _log.warning("listening on %s without TLS: put a proxy with TLS before it", host)
    uvicorn.run(create_app(settings), host=host, port=port, server_header=False, log_level="info")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
