"""What a request may be: amounts, sizes, languages, headers; and that nothing malformed breaks the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from api.errors import http_status, language_of, problem
from api.guard import MOST_BYTES
from ledger.errors import ContractRefusal, LedgerError, RpcError
from tests.api.test_access import TABLE, path_of
from tests.api.world import OTHER, Json, cny, paper

if TYPE_CHECKING:
    from tests.api.world import Api

TRANSFER = "/v1/cash/CNY/transfers"


# --- amounts ---------------------------------------------------------------------------------------------


@pytest.mark.spec("MNY-1")
@pytest.mark.parametrize(
    "amount",
    [
        1, 1.0, "1", None, [], {},
        {"currency": "CNY", "minor": 1},
        {"currency": "CNY", "minor": 1.0},
        {"currency": "CNY", "minor": True},
        {"currency": "CNY", "minor": None},
        *({"currency": "CNY", "minor": text} for text in (
            "-1", "+1", "1.0", "1e3", "01", "", " 1", "1 ", "1,000", "0x1", "١", "1" * 30, "1\n",
        )),
        {"currency": "cny", "minor": "1"},
        {"currency": "CNY", "minor": "1", "major": "1"},
        {"minor": "1"},
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(lived: Api, amount: Any) -> None:
    body = {"to": lived.account("Issuer"), "amount": amount}
    refusal = lived.refused("Investor", "POST", TRANSFER, body, 422, "bad-request")
    assert refusal["errors"][0]["where"].startswith("body.amount")


@pytest.mark.spec("MNY-1")
@pytest.mark.parametrize(
    ("amount", "had"),
    [
        (cny(0), "0"),
        (cny(2**96), str(2**96)),
        ({"currency": "JPY", "minor": "1"}, "JPY"),
        ({"currency": "XXX", "minor": "1"}, "XXX"),
    ],
)
def test_an_amount_that_cannot_be_right_is_refused_by_the_ledger(lived: Api, amount: Json, had: str) -> None:
    body = {"to": lived.account("Issuer"), "amount": amount}
    assert lived.refused("Investor", "POST", TRANSFER, body, 422, "bad-money")["had"] == had


def test_a_refused_request_changes_nothing(lived: Api) -> None:
    before = lived.get("Investor", "/health")["block"]
    lived.refused("Investor", "POST", TRANSFER, {"to": "x", "amount": cny(1)}, 422, "bad-request")
    large = {"to": lived.account("Issuer"), "amount": cny(10**12)}
    refusal = lived.refused("Investor", "POST", TRANSFER, large, 409, "insufficient-balance")
    assert (refusal["needed"], refusal["had"]) == (str(10**12), "1000000")
    assert lived.get("Investor", "/health")["block"] == before


# --- problems --------------------------------------------------------------------------------------------


def test_a_problem_says_who_had_needed_clause_in_the_readers_language(lived: Api) -> None:
    body = {
        "label": "Coal",
        "framework": lived.ids["framework"],
        "company": lived.account("Company"),
        "category": "COAL",
        "budget": cny(1),
        "document": paper(),
    }
    english = lived.refused("Issuer", "POST", "/v1/projects", body, 409, "category-unknown")
    assert set(english) == {
        "type", "title", "status", "code", "detail", "who", "had", "needed", "clause", "detail_zh",
    }  # fmt: skip
    assert english["clause"] == "中国绿色债券原则 2022, use of proceeds"
    answer = lived.ask("Issuer", "POST", "/v1/projects", body, **{"Accept-Language": "zh-CN,en;q=0.5"})
    assert answer.headers["content-language"] == "zh"
    assert answer.json()["detail"] == english["detail_zh"] != english["detail"]


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "en"), ("zh", "zh"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en;q=0.9, zh;q=0.95", "zh"), ("fr", "en"),
     ("zh;q=0", "en"), ("zh;q=nonsense,en", "en"), ("fr, zh;q=0.1", "zh")],
)  # fmt: skip
def test_the_language_is_the_one_liked_best(header: str, language: str) -> None:
    assert language_of(header) == language


def test_what_breaks_inside_is_never_told() -> None:
    for error in (LedgerError("key 0xdeadbeef"), RpcError("node says 0xdeadbeef", data="0xdeadbeef")):
        assert http_status(error) == 500
        assert "deadbeef" not in json.dumps(problem(error, "en")) + json.dumps(problem(error, "zh"))


def test_an_unforeseen_failure_is_a_problem_without_a_trace(lived: Api, monkeypatch: Any) -> None:
    def broken() -> None:
        raise RuntimeError("secret 0xdeadbeef")

    monkeypatch.setattr(lived.app.state.ledger.operator, "today", broken)
    answer = lived.ask("Issuer", "GET", "/v1/business-date")
    assert answer.status_code == 500 and answer.json()["code"] == "internal-error"
    assert "deadbeef" not in answer.text and "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_damaged_file_of_tokens_lets_nobody_in_and_is_not_described(lived: Api) -> None:
    file = lived.state / "api" / "tokens.json"
    lived.headers("Issuer")
    good = file.read_bytes()
    file.write_text("{")
    try:
        answer = lived.ask("Issuer", "GET", "/v1/me")
    finally:
        file.write_bytes(good)
    assert answer.status_code == 500 and str(lived.state) not in answer.text
    assert lived.get("Issuer", "/v1/me")["operator"] is False


@pytest.mark.parametrize(
    ("name", "status"), [("ZeroAmount", 422), ("Unknown", 404), ("NotAdmitted", 409), ("Suspended", 409)]
)
def test_a_refusal_is_a_conflict_unless_it_can_never_be_right(name: str, status: int) -> None:
    assert http_status(ContractRefusal(name)) == status


def test_unknown_paths_and_methods_are_problems_too(lived: Api) -> None:
    lived.refused("Issuer", "GET", "/v1/nothing", None, 404, "not-found")
    lived.refused("Issuer", "DELETE", "/v1/me", None, 405, "method-not-allowed")
    lived.refused(None, "GET", "/v1/nothing", None, 401, "unauthenticated")
    lived.refused("Issuer", "GET", "/v1/bonds/4294967296", None, 422, "bad-request")
    lived.refused("Issuer", "GET", "/v1/bonds/999", None, 404, "not-found")


# --- bounds and headers ----------------------------------------------------------------------------------


def test_a_body_too_large_is_not_read(lived: Api) -> None:
    headers = {**lived.headers("Issuer"), "Content-Type": "application/json"}

    def endless() -> Any:
        for _ in range(MOST_BYTES // 2**20 + 2):
            yield b" " * 2**20

    for content in (b" " * (MOST_BYTES + 1), endless()):
        answer = lived.client.post(TRANSFER, content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/documents", {"file": "A" * 7_200_000}),
        ("/v1/documents", {"file": "not base64!"}),
        ("/v1/documents", {"file": "====", "kind": "other"}),
        ("/v1/documents", {**paper(), "name": "n" * 201}),
        ("/v1/documents", {**paper(), "media_type": "text/html\r\nX: y"}),
        ("/v1/documents", {**paper(), "readers": ["LEI:A"] * 21}),
        ("/v1/documents", {**paper(), "hash": "0x" + "ab" * 32}),
        ("/v1/documents", {}),
        ("/v1/frameworks", {"document": paper(), "catalogue": "C" * 33, "categories": ["A"]}),
        ("/v1/frameworks", {"document": paper(), "catalogue": "C", "categories": ["A"] * 256}),
        ("/v1/frameworks", {"document": paper(), "catalogue": "C", "categories": []}),
        (TRANSFER, {"to": "deployer", "amount": {"currency": "CNY", "minor": "1"}}),
    ],
)
def test_lists_and_texts_are_bounded(lived: Api, path: str, body: Json) -> None:
    refusal = lived.refused(OTHER, "POST", path, body, 422, "bad-request")
    assert len(json.dumps(refusal)) < 2000


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[" * 50_000, b'{"to": NaN}', b'{"to": "\\ud800"}', b""])
def test_what_is_no_json_is_refused(lived: Api, raw: bytes) -> None:
    headers = {**lived.headers("Issuer"), "Content-Type": "application/json"}
    answer = lived.client.post(TRANSFER, content=raw, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_every_answer_carries_the_headers_and_none_allows_other_origins(lived: Api) -> None:
    answers = [
        lived.ask("Issuer", "GET", "/v1/me", Origin="https://elsewhere.example"),
        lived.ask(None, "GET", "/v1/me"),
        lived.ask(None, "GET", "/docs"),
        lived.ask(None, "OPTIONS", "/health", Origin="https://elsewhere.example"),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert not any(name.startswith("access-control") for name in answer.headers)
    assert answers[1].headers["www-authenticate"] == "Bearer"


def test_the_page_of_the_docs_loads_nothing(lived: Api) -> None:
    page = lived.ask(None, "GET", "/docs")
    assert page.status_code == 200 and "/openapi.json" in page.text
    assert "<script" not in page.text and "http" not in page.text


def test_health_needs_no_token_and_tells_no_more_than_that(lived: Api) -> None:
    assert set(lived.ask(None, "GET", "/health").json()) == {"ok", "chain_id", "block"}


# --- nothing malformed breaks the server -----------------------------------------------------------------

BAD = (
    None,
    -1,
    0,
    1.5,
    2**70,
    "",
    "x",
    "\x00",
    "9" * 100,
    "0x" + "00" * 32,
    [],
    {},
    [None],
    True,
    "2025-02-30",
)


def example(schema: Json, components: Json, account: str) -> Any:
    """Something that fits a schema of the API's own."""
    if "$ref" in schema:
        return example(components[schema["$ref"].rpartition("/")[2]], components, account)
    if "anyOf" in schema:
        return example(schema["anyOf"][0], components, account)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    fields = schema.get("properties", {})
    if kind == "object" and {"file", "hash"} <= set(fields):
        rest = {name: one for name, one in fields.items() if name not in ("file", "hash")}
        return {**paper(), **{name: example(one, components, account) for name, one in rest.items()}}
    if kind == "object":
        return {name: example(one, components, account) for name, one in fields.items()}
    if kind == "array":
        return [example(schema["items"], components, account)]
    return {"integer": 1, "boolean": False}.get(str(kind)) if kind != "string" else _text(schema, account)


def _text(schema: Json, account: str) -> str:
    pattern = schema.get("pattern", "")
    lengths = {"{64}": 64, "{130}": 130}
    for mark, length in lengths.items():
        if mark in pattern:
            return ("0x" if "0x" in pattern else "") + "ab" * (length // 2)
    if "{40}" in pattern:
        return account
    known = {"date": "2025-01-02", "date-time": "2099-01-01T00:00:00Z"}
    if schema.get("format") in known:
        return known[schema["format"]]
    return str(schema["examples"][0]) if "examples" in schema else "text/plain"


def worse(good: Any, turn: int) -> Iterator[Any]:
    """The body with each field, at any depth, turned bad once: another way for each."""
    yield BAD[turn % len(BAD)]
    for name in good if isinstance(good, dict) else ():
        for bad in worse(good[name], turn):
            yield {**good, name: bad}
            turn += 1


@pytest.mark.parametrize("name", [name for name in TABLE if not name.startswith("GET")])
def test_a_malformed_body_is_refused_and_breaks_nothing(lived: Api, name: str) -> None:
    method, path = path_of(lived, name)
    document = lived.app.openapi()
    described = document["paths"][name.split(" ")[1]][method.lower()]
    body = described.get("requestBody", {"content": {"application/json": {"schema": {"enum": [None]}}}})
    schema = body["content"]["application/json"]["schema"]
    good = example(schema, document["components"]["schemas"], lived.account("Investor"))
    who = "operator" if "operator" in described["tags"] else OTHER
    for body in (good, *worse(good, len(name))):
        answer = lived.ask(who, method, path, body)
        assert answer.status_code < 500, (body, answer.text)
        assert answer.status_code == 200 or answer.headers["content-type"] == "application/problem+json"
