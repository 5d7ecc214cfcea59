"""Errors as `application/problem+json`: stable code, who, had, needed, clause, in the reader's language.

status of a LedgerError   HTTP
invalid                   422
missing                   404
forbidden                 403
pending                   202: nothing went wrong, but somebody else must agree
conflict, refused         409, or 422 where the input can never be right, 404 where it names nothing
unavailable               503
broken                    500, without a word about what broke
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ledger.errors import ContractRefusal, LedgerError, NotAllowed, register_sentences

MEDIA_TYPE: Final = "application/problem+json"
_HTTP: Final = {
    "invalid": 422,
    "missing": 404,
    "forbidden": 403,
    "conflict": 409,
    "pending": 202,
    "refused": 409,
    "unavailable": 503,
    "broken": 500,
}
_NEVER_RIGHT: Final = frozenset(
    {
        "AmountTooLarge",
        "BadSignature",
        "DiscountMismatch",
        "KindUnknown",
        "NetMismatch",
        "SameParty",
        "TooManyCategories",
        "ZeroAmount",
        "ZeroHash",
    }
)
_NAMES_NOTHING: Final = frozenset({"Unknown", "NoPiece"})
_log = logging.getLogger("greenledger.api")


class Anonymous(LedgerError):
    """No token, or one that was never issued or was revoked."""

    code = "unauthenticated"
    status = "forbidden"


class WrongRole(NotAllowed):
    """The token's participant lacks the role that the act needs."""

    code = "wrong-role"


class TooLarge(LedgerError):
    """A body larger than is read."""

    code = "too-large"
    status = "invalid"


register_sentences(
    {
        "unauthenticated": {
            "en": "A bearer token is needed: none came, or not a valid one.",
            "zh": "需要有效的访问令牌（Bearer token）。",
        },
        "wrong-role": {
            "en": "{who} lacks the role: has {had}, needs {needed}.",
            "zh": "{who} 缺少角色：现有 {had}，需要 {needed}。",
        },
        "too-large": {"en": "The body is larger than {needed} bytes.", "zh": "请求超过 {needed} 字节。"},
        "bad-request": {"en": "{message}", "zh": "请求内容有误。"},
        "internal-error": {
            "en": "Something broke here. Nothing is known about what was asked; ask again.",
            "zh": "系统内部错误，请求结果未知，请重试。",
        },
    }
)


def http_status(error: LedgerError) -> int:
    """The HTTP status of an error."""
    if isinstance(error, Anonymous):
        return 401
    if isinstance(error, TooLarge):
        return 413
    if isinstance(error, ContractRefusal) and error.name in _NEVER_RIGHT:
        return 422
    if isinstance(error, ContractRefusal) and error.name in _NAMES_NOTHING:
        return 404
    return _HTTP[error.status]


def language_of(accept: str) -> str:
    """zh or en, whichever an Accept-Language header likes better; en when it names neither."""
    best, liked = "en", 0
    for part in accept[:200].split(","):
        tag, _, weight = part.strip().partition(";")
        spoken = tag.lower().split("-")[0]
        thousandths = _thousandths(weight)
        if spoken in ("zh", "en") and thousandths > liked:
            best, liked = spoken, thousandths
    return best


def _thousandths(weight: str) -> int:
    """`q=0.8` → 800; 1000 when no weight is given, 0 for a malformed one."""
    if not weight.strip():
        return 1000
    match = re.fullmatch(r"\s*q=([01])(?:\.([0-9]{0,3}))?\s*", weight)
    return int(match[1]) * 1000 + int((match[2] or "").ljust(3, "0")) if match else 0


def problem(error: LedgerError, language: str) -> dict[str, Any]:
    """The document of RFC 9457 with the ledger's own members; what broke inside is never told."""
    status = http_status(error)
    shown = LedgerError("", code="internal-error") if status == 500 else error
    said = {
        "type": f"urn:greenledger:problem:{shown.code}",
        "title": shown.code.replace("-", " "),
        "status": status,
        "code": shown.code,
        "detail": shown.sentence(language),
        "who": plain(shown.who),
        "had": plain(shown.had),
        "needed": plain(shown.needed),
        "clause": shown.clause,
    }
    chinese = shown.sentence("zh")
    return said if chinese == shown.message else {**said, "detail_zh": chinese}


def plain(value: object) -> Any:
    """A fact as JSON: hashes in hexadecimal, numbers as integer strings, because they may be amounts."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(one) for one in value]
    return str(value)


def response(error: LedgerError, accept: str) -> JSONResponse:
    """The answer to a request that failed. `accept` is its Accept-Language header."""
    language = language_of(accept)
    headers = {"Content-Language": language}
    if isinstance(error, Anonymous):
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(problem(error, language), http_status(error), media_type=MEDIA_TYPE, headers=headers)


def install(app: FastAPI) -> None:
    """Every failure of `app` leaves as a problem document; `api.guard` sees to what nobody foresaw."""
    app.add_exception_handler(LedgerError, _ledger_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http_error)


async def _ledger_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LedgerError)
    if http_status(error) == 500:
        _log.error("a request broke", exc_info=error)
    return response(error, _accept(request))


async def _bad_request(request: Request, error: Exception) -> JSONResponse:
    """What is wrong and where, without repeating what was sent: it may be a document."""
    assert isinstance(error, RequestValidationError)
    wrong = [
        {"where": ".".join(str(step) for step in one["loc"]), "message": one["msg"]} for one in error.errors()
    ]
    first = wrong[0]
    found = _BadRequest(f"{first['where']}: {first['message']}", who=first["where"])
    answer = {**problem(found, language_of(_accept(request))), "errors": wrong[:20]}
    return JSONResponse(answer, 422, media_type=MEDIA_TYPE)


class _BadRequest(LedgerError):
    code = "bad-request"
    status = "invalid"


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: an unknown path, another method, a body that is no JSON."""
    assert isinstance(error, HTTPException)
    if error.status_code == 413:
        return response(TooLarge("the body is too large", needed=error.detail), _accept(request))
    code = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "bad-request")
    named = LedgerError(HTTPStatus(error.status_code).phrase, code=code)
    answer = {**problem(_plain_error(named), language_of(_accept(request))), "status": error.status_code}
    return JSONResponse(answer, error.status_code, media_type=MEDIA_TYPE, headers=dict(error.headers or {}))


def _plain_error(error: LedgerError) -> LedgerError:
    return _BadRequest(error.message, code=error.code)


def unforeseen(error: Exception) -> LedgerError:
    """What is answered in place of a failure that nobody foresaw; the failure itself goes to the log."""
    _log.error("a request broke", exc_info=error)
    return LedgerError("", code="internal-error")


def _accept(request: Request) -> str:
    return request.headers.get("accept-language", "")
