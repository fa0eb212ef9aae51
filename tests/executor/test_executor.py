"""The life of one call: whatever goes wrong with it is in its result."""

import asyncio
import base64
import gzip
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

import anyio
import anyio.lowlevel
import anyio.to_thread
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpx import HTTPXMock
from support.make import ALL_METHODS, Json, answering, document, json_body, parameter
from support.raw import answer, hang, raw_upstream, redirect, trickle

from openapi_mcp.errors import ArgumentsError, ConfigError, CredentialsError
from openapi_mcp.executor.base import server_url
from openapi_mcp.executor.executor import Executor
from openapi_mcp.executor.failures import not_sent
from openapi_mcp.executor.faults import UploadError
from openapi_mcp.generator.generate import generate
from openapi_mcp.model.call import Blob, Call, Failure, Result, Text
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.policy import Limits
from openapi_mcp.model.secret import Credential, Place, Redactor, Secret

pytestmark = pytest.mark.anyio

API = "https://api.example.com/v1"
SECRET = "t0p/s3cr3t+Key=="
BEARER = Credential(place=Place.HEADER, name="Authorization", value=Secret(SECRET), prefix="Bearer ")
THING: Json = {
    "operationId": "thing",
    "parameters": [
        parameter("id", schema={"type": "integer"}),
        parameter("text"),
        parameter("Authorization", "header"),
    ],
}
PATHS: Json = {
    "/thing": {
        "get": THING,
        "head": {"operationId": "thing_head"},
        "post": {
            "operationId": "thing_add",
            "requestBody": {"required": True, "content": json_body({"type": "object", "properties": {"name": {}}})},
        },
    },
}


def executor(base_url: str | None = API, paths: Json | None = None, **options: Any) -> Executor:
    root = {name: options.pop(name) for name in ("servers", "components") if name in options}
    made = document(paths or PATHS, **root)
    once: Json = {"limits": Limits(retries=0)}  # what follows is in test_trying.py
    return Executor(made, generate(made, ALL_METHODS), base_url=base_url, **{**once, **options})


async def called(base_url: str | None, tool: str = "thing", arguments: Json | None = None, **options: Any) -> Result:
    async with executor(base_url, **options) as running:
        return await running.call(Call(tool=tool, arguments=arguments or {}))


def failure(result: Result) -> Failure:
    """Return the failure of a result, which says the same in text and in structured content."""
    assert result.is_error
    assert result.failure is not None
    (block,) = result.content
    assert isinstance(block, Text)
    assert json.loads(block.text) == result.structured == result.failure.as_json()
    return result.failure


def error_of(result: Result) -> Any:
    failure(result)
    assert result.structured is not None
    return result.structured["error"]


async def test_a_call_is_validated_sent_and_decoded() -> None:
    """style.md, One picture: call, request, response, result."""
    async with raw_upstream(answer(b'{"id": 7}', "201 Created", Location="/thing/7")) as upstream:
        result = await called(upstream.url, "thing_add", {"name": "x"}, user_agent="openapi-mcp/9")
    assert result.structured == {"id": 7, "_note": {"status": 201, "headers": {"location": "/thing/7"}}}
    assert upstream.targets == ["POST /thing"]
    assert upstream.values("user-agent") == ["openapi-mcp/9"]
    assert upstream.seen[0].endswith(b'{"name":"x"}')


async def test_an_answer_that_breaks_its_schema_is_delivered_and_that_is_said() -> None:
    """security.md 18; issue 4, Answers."""
    paths: Json = {"/thing": {"get": {"operationId": "thing", **answering({"$ref": "#/components/schemas/Thing"})}}}
    schemas = {"Thing": {"type": "object", "properties": {"id": {"type": "integer"}}}}
    async with raw_upstream(answer(b'{"id": "7"}')) as upstream:
        result = await called(upstream.url, paths=paths, components={"schemas": schemas})
    said = 'the body breaks its schema: id is "7", but must be integer'
    assert result.structured == {"id": "7", "_note": {"mismatch": said}}


async def test_calls_may_run_side_by_side() -> None:
    """security.md 28 R-LOAD: every answer goes to its own request."""

    async def echo(_reader: Any, writer: Any) -> None:
        number = upstream.targets[-1].rpartition("=")[2]
        writer.write(answer(json.dumps({"id": int(number)}).encode()))

    results: dict[int, Any] = {}
    async with raw_upstream(echo) as upstream, executor(upstream.url) as running, anyio.create_task_group() as group:

        async def call(number: int) -> None:
            results[number] = (await running.call(Call(tool="thing", arguments={"id": number}))).structured

        for number in range(30):
            group.start_soon(call, number)
    assert len(upstream.seen) == 30
    assert results == {number: {"id": number} for number in range(30)}


@pytest.mark.parametrize("name", ["thin", "thing_", "Thing"])
async def test_an_unknown_tool_is_said_with_those_that_are_near(name: str) -> None:
    """design.md, A result: unknown_tool."""
    error = error_of(await called(API, name))
    assert error == {
        "kind": "unknown_tool",
        "message": f"there is no tool '{name}'",
        "status": None,
        "field": None,
        "retryable": False,
        "retry_after": None,
        "attempts": 0,
        "hint": error["hint"],
        "try": [],
        "body": None,
    }
    assert "thing" in error["hint"]


async def test_a_tool_like_no_other_is_said() -> None:
    """style.md, Errors: what to do."""
    assert error_of(await called(API, "zzz"))["hint"] == "list the tools to see their names"


async def test_wrong_arguments_are_said_and_nothing_is_sent(httpx_mock: HTTPXMock) -> None:
    """security.md 15 R-ARGS; design.md, A result: the failure's shape."""
    assert error_of(await called(API, arguments={"id": "x"})) == {
        "kind": "invalid_arguments",
        "message": 'argument "id" is "x", but must be integer',
        "status": None,
        "field": "id",
        "retryable": False,
        "retry_after": None,
        "attempts": 0,
        "hint": 'correct "id": it must be integer; then call again',
        "try": [],
        "body": None,
        "rule": "type",
    }
    assert httpx_mock.get_requests() == []


async def test_an_argument_that_no_request_can_carry_is_said(httpx_mock: HTTPXMock) -> None:
    """security.md 1 R-PATH: is an error and nothing is sent."""
    paths = {"/a/{id}": {"get": {"operationId": "thing", "parameters": [parameter("id", "path")]}}}
    failed = failure(await called(API, arguments={"id": ".."}, paths=paths))
    assert (failed.kind, failed.field) == ("invalid_arguments", "id")
    assert httpx_mock.get_requests() == []


async def test_an_argument_too_long_to_send_is_the_callers_to_shorten() -> None:
    """It was told as an answer of the API that cannot be read."""
    error = error_of(await called(API, arguments={"text": "x" * 80_000}))
    assert (error["kind"], error["attempts"], error["retryable"]) == ("invalid_arguments", 0, False)
    assert error["message"] == "no request can carry these arguments: URL too long"


REFUSALS: list[tuple[str, bytes, Json]] = [
    (
        "404 Not Found",
        b'{"detail": "No Thing matches."}',
        {
            "kind": "not_found",
            "message": "the API answered 404: No Thing matches.",
            "status": 404,
            "hint": "check the identifiers; find valid ones with a tool that lists or searches",
            "body": {"detail": "No Thing matches."},
            "evidence": {"at": "#/detail", "said": "No Thing matches."},
        },
    ),
    (
        "422 Unprocessable Entity",
        b'{"city": ["Unknown."]}',
        {
            "kind": "rejected",
            "message": "the API answered 422: city: Unknown.",
            "status": 422,
            "field": "city",
            "hint": 'correct "city": Unknown; then call again',
            "body": {"city": ["Unknown."]},
            "evidence": {"at": "#/city/0", "said": "Unknown."},
        },
    ),
    (
        "500 Oops",
        b"",
        {
            "kind": "upstream_error",
            "message": "the API answered 500",
            "status": 500,
            "hint": "the API failed; try again later, or report it to its operators",
            "body": None,
        },
    ),
    (
        "300 Multiple Choices",
        b"[1]",
        {
            "kind": "bad_response",
            "message": "the API answered 300",
            "status": 300,
            "hint": "the API did not answer as HTTP has it; report it to its operators, or check --base-url",
            "body": [1],
        },
    ),
]


@pytest.mark.parametrize(("status", "body", "expected"), REFUSALS)
async def test_a_refusing_answer_is_a_failure_of_this_shape(status: str, body: bytes, expected: Json) -> None:
    """design.md, A result: Failure."""
    async with raw_upstream(answer(body, status)) as upstream:
        error = error_of(await called(upstream.url))
    rest: Json = {"field": None, "retryable": False, "retry_after": None, "attempts": 1, "try": []}
    assert error == {**rest, **expected}
    assert [key for key in error if key != "evidence"] == [
        "kind", "message", "status", "field", "retryable", "retry_after", "attempts", "hint", "try", "body"
    ]  # fmt: skip


async def test_a_refusal_for_now_says_when() -> None:
    """RFC 9110 section 10.2.3."""
    async with raw_upstream(answer(b"slow down", "429 Too Many", "text/plain", Retry_After="7")) as upstream:
        error = error_of(await called(upstream.url))
    assert (error["kind"], error["retryable"], error["retry_after"]) == ("rate_limited", True, 7.0)
    assert error["body"] == "slow down"


async def test_304_is_no_failure() -> None:
    """RFC 9110 section 15.4.5: it answers a condition that the caller set."""
    async with raw_upstream(answer(b"", "304 Not Modified", ETag='"1"')) as upstream:
        result = await called(upstream.url)
    assert result.structured == {"_note": {"status": 304, "headers": {"etag": '"1"'}}}


@pytest.mark.parametrize(
    ("body", "content_type", "shown"),
    [
        (b"<h1>Oops</h1>", "text/html", "<h1>Oops</h1>"),
        (b"\xff\x00", "image/png", None),
        (b"{broken", "application/json", "{broken"),
        (b'{"\\ud800": 1}', "application/json", {"\ufffd": 1}),
        (b"[" * 150 + b"]" * 150, "application/json", "[" * 150 + "]" * 150),
        (b"[" * 900 + b"]" * 900, "application/json", "[" * 900 + "]" * 900),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "application/problem+json", ('{"a":' * 900 + "1" + "}" * 900)[:4000]),
    ],
)
async def test_the_upstreams_own_answer_stands_in_the_failure(body: bytes, content_type: str, shown: Any) -> None:
    """design.md, A result: body. Deep nesting ended the call with a RecursionError. security.md 17."""
    async with raw_upstream(answer(body, "400 Bad Request", content_type)) as upstream:
        assert error_of(await called(upstream.url))["body"] == shown


@pytest.mark.parametrize("body", [b"x" * 100_000, json.dumps({"detail": ["x" * 90] * 900}).encode()])
async def test_a_long_error_is_shortened(body: bytes) -> None:
    """security.md 35 R-SECRET: upstream error bodies are shortened."""
    async with raw_upstream(answer(body, "400 Bad Request", "application/json")) as upstream:
        result = await called(upstream.url)
    assert len(json.dumps(result.structured)) < 6000


async def test_head_answers_its_headers() -> None:
    """RFC 9110 section 9.3.2. Cookies are state, and not the caller's."""
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nX-Total-Count: 3\r\nSet-Cookie: a=b\r\n\r\n"
    async with raw_upstream(raw) as upstream:
        result = await called(upstream.url, "thing_head")
    assert result.structured == {"_note": {"headers": {"content-length": "99", "x-total-count": "3"}}}


async def test_a_redirect_to_another_origin_is_refused_and_says_where_it_pointed() -> None:
    """security.md 7 R-REDIR: the result says where it pointed."""
    async with raw_upstream(answer()) as other:
        pointed = f"{other.url}/login?next=%2Fthing&token=abc"
        async with raw_upstream(redirect(pointed)) as upstream:
            error = error_of(await called(upstream.url, credentials=[BEARER]))
    assert other.seen == []
    assert error == {
        "kind": "refused",
        "message": f"the API redirects to another origin, which is not followed: {other.url}/login?next=***&token=***",
        "status": 302,
        "field": None,
        "retryable": False,
        "retry_after": None,
        "attempts": 1,
        "hint": "if that is where the API lives now, start the server with --base-url for it",
        "try": [],
        "body": None,
    }


async def test_a_redirect_within_the_origin_is_followed_with_the_credential() -> None:
    """security.md 7 R-REDIR."""
    async with raw_upstream(redirect("/thing/", 301), answer(b"[]")) as upstream:
        result = await called(upstream.url, credentials=[BEARER])
    assert result.structured == {"result": []}
    assert upstream.values("authorization", 0) == upstream.values("authorization", 1) == [f"Bearer {SECRET}"]


@pytest.mark.parametrize("location", ["/thing/", "/thing/?id=1&KEY=theirs"])
async def test_a_key_in_the_query_stands_in_every_request_to_its_origin(location: str) -> None:
    """security.md 3 R-CRED: set last, in place of whatever stood there."""
    key = Credential(place=Place.QUERY, name="key", value=Secret("mine"))
    async with raw_upstream(redirect(location), answer(b"[]")) as upstream:
        result = await called(upstream.url, credentials=[key])
    assert result.structured == {"result": []}
    kept = "id=1&" if "?" in location else ""
    assert upstream.targets == ["GET /thing?key=mine", f"GET /thing/?{kept}key=mine"]


async def test_a_refusal_that_hangs_is_what_its_status_says() -> None:
    """It was a timeout that may be repeated; a new credential is not tried when there is no time left."""
    begun = b"HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\n"

    async def write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(begun)
        await reader.read()

    async with raw_upstream(write) as upstream:
        options: Any = {"credentials": [BEARER], "renew": Rotating("second"), "limits": Limits(timeout=0.2)}
        error = error_of(await called(upstream.url, **options))
    assert (error["kind"], error["status"], error["retryable"]) == ("unauthenticated", 401, False)
    assert (error["attempts"], error["body"]) == (1, None)


@pytest.mark.parametrize("status", ["200 OK", "400 No"])
async def test_a_large_answer_is_read_and_cut_beside_the_event_loop(
    monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    """security.md 16 R-TIMEOUT: other calls go on meanwhile."""
    threads: list[int] = []
    run = anyio.to_thread.run_sync

    async def noted(work: Callable[[], Any], **options: Any) -> Any:
        threads.append(1)
        return await run(work, **options)

    monkeypatch.setattr(anyio.to_thread, "run_sync", noted)
    async with raw_upstream(answer(json.dumps(["x" * 100] * 12_000).encode(), status)) as upstream:
        result = await called(upstream.url)
    assert result.is_error is (status != "200 OK")
    assert len(threads) == (1 if result.is_error else 2)


async def test_redirects_without_end_are_a_bad_response() -> None:
    """security.md 7 R-REDIR."""
    async with raw_upstream(redirect("/thing")) as upstream:
        error = error_of(await called(upstream.url))
    assert (error["kind"], error["message"]) == (
        "bad_response",
        "the API's answer cannot be read: more than 5 redirects",
    )
    assert len(upstream.seen) == 6


@pytest.mark.parametrize("upstreams_way", [hang, trickle])
@pytest.mark.parametrize(("tool", "retryable"), [("thing", True), ("thing_add", False)])
async def test_an_upstream_that_never_ends_is_a_timeout(upstreams_way: Any, tool: str, retryable: bool) -> None:
    """security.md 16 R-TIMEOUT: a total deadline, not only per read; 25: the upstream request is closed."""
    async with raw_upstream(upstreams_way) as upstream:
        error = error_of(await called(upstream.url, tool, {}, limits=Limits(timeout=0.1, retries=0)))
        with anyio.fail_after(5):
            await upstream.hung_up.wait()
    tries, unknown = error.pop("try"), error.pop("unknown_outcome", False)
    assert ([step["tool"] for step in tries], unknown) == ([] if retryable else ["thing"], not retryable)
    look = "" if retryable else "it may have been carried out: read the present state before you call again; "
    assert error == {
        "kind": "timeout",
        "message": f"http://127.0.0.1:{upstream.port} did not answer in full within 0.1 s",
        "status": None,
        "field": None,
        "retryable": retryable,
        "retry_after": None,
        "attempts": 1,
        "hint": f"{look}ask for less, or start the server with a longer --timeout",
        "body": None,
    }


async def test_cancelling_a_call_closes_its_upstream_request() -> None:
    """security.md 25 R-CANCEL."""
    async with raw_upstream(hang) as upstream, executor(upstream.url) as running:
        async with anyio.create_task_group() as group:
            group.start_soon(running.call, Call(tool="thing"))
            with anyio.fail_after(5):
                while not upstream.seen:
                    await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
        with anyio.fail_after(5):
            await upstream.hung_up.wait()


@pytest.mark.parametrize(("body", "encoding"), [(b"x" * 2000, "identity"), (gzip.compress(b"x" * 5_000_000), "gzip")])
async def test_an_answer_over_the_cap_is_too_large(body: bytes, encoding: str) -> None:
    """security.md 17 R-UPSTREAM."""
    async with raw_upstream(answer(body, Content_Encoding=encoding)) as upstream:
        error = error_of(await called(upstream.url, limits=Limits(max_body=1000)))
    assert (error["kind"], error["message"]) == ("too_large", "the answer is larger than 1,000 bytes")
    assert error["hint"] == "ask for less: a filter, a smaller page, fewer fields"


async def test_a_truncated_answer_is_a_bad_response() -> None:
    """security.md 18 R-UPSTREAM."""
    async with raw_upstream(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{") as upstream:
        error = error_of(await called(upstream.url))
    assert (error["kind"], error["retryable"], error["attempts"]) == ("bad_response", False, 1)
    assert error["message"].startswith("the API's answer cannot be read: peer closed connection")


async def test_an_api_that_is_not_there_is_unreachable(httpx_mock: HTTPXMock) -> None:
    """design.md, A result: unreachable. Nothing was sent, so any method may be sent again."""
    httpx_mock.add_exception(httpx.ConnectError("All connection attempts failed"))
    error = error_of(await called(API, "thing_add", {}))
    assert (error["kind"], error["retryable"], error["status"]) == ("unreachable", True, None)
    assert error["message"] == "cannot connect to https://api.example.com:443: All connection attempts failed"
    assert error["hint"] == (
        "check that the API runs, and the network; where the API is elsewhere, start the server with --base-url"
    )


async def test_the_budget_of_a_result_is_kept() -> None:
    """design.md, Options: --max-response."""
    body = json.dumps([{"n": number} for number in range(5000)]).encode()
    async with raw_upstream(answer(body)) as upstream:
        result = await called(upstream.url, limits=Limits(max_response=2000))
    (block,) = result.content
    assert isinstance(block, Text)
    assert len(block.text) <= 2000


async def test_no_cookie_passes_from_one_call_to_the_next() -> None:
    """security.md 26 R-ISOLATE."""
    async with raw_upstream(answer(Set_Cookie="session=theirs")) as upstream, executor(upstream.url) as running:
        await running.call(Call(tool="thing"))
        await running.call(Call(tool="thing"))
    assert upstream.values("cookie", 1) == []


@pytest.mark.parametrize("spelling", ["Authorization", "authorization"])
async def test_the_configured_credential_is_the_one_that_is_sent(spelling: str) -> None:
    """security.md 3 and 4 R-CRED: whatever the letter case, and ignored if given."""
    async with raw_upstream(answer()) as upstream:
        result = await called(upstream.url, arguments={spelling: "Bearer stolen"}, credentials=[BEARER])
    assert not result.is_error
    assert upstream.values("authorization") == [f"Bearer {SECRET}"]


@pytest.mark.parametrize("status", [401, 403])
async def test_no_credential_goes_to_a_server_that_was_not_named(httpx_mock: HTTPXMock, status: int) -> None:
    """security.md 6 R-SSRF; the failure says so. Some APIs answer 403 to who brings no key."""
    httpx_mock.add_response(status_code=status)
    servers = [{"url": "https://other.example/v1"}]
    options: Any = {"servers": servers, "typed_url": "https://api.example.com/o.json", "credentials": [BEARER]}
    error = error_of(await called(None, **options))
    (request,) = httpx_mock.get_requests()
    assert str(request.url) == "https://other.example/v1/thing"
    assert "authorization" not in request.headers
    assert error["hint"] == (
        "no credential was sent: https://other.example:443 was not named; confirm it with --base-url"
    )
    running = executor(None, **options)
    assert running.trusts("https://api.example.com/x")
    assert not running.trusts("https://other.example/v1")


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_of_who_brings_no_credential_says_that_none_is_set(httpx_mock: HTTPXMock, status: int) -> None:
    """docs/guides/walk.md: Jupyter Server answers 403, and its document asks for no credential."""
    httpx_mock.add_response(status_code=status)
    error = error_of(await called(API))
    assert error["hint"].startswith("no credential was sent, as none is set; give one where this server is started")


async def test_a_refusal_of_a_credential_that_was_sent_is_the_apis_word(httpx_mock: HTTPXMock) -> None:
    """As before: it is the right that lacks, not the credential."""
    httpx_mock.add_response(status_code=403)
    error = error_of(await called(API, credentials=[BEARER]))
    assert error["hint"] == "the credential does not allow this; use another tool, or ask for the right"


@pytest.mark.parametrize("level", ["document", "path", "operation"])
async def test_no_server_of_the_document_moves_a_pinned_call(httpx_mock: HTTPXMock, level: str) -> None:
    """security.md 6 R-SSRF: servers at document, path or operation level cannot move it."""
    httpx_mock.add_response(json={})
    evil: Any = {"servers": [{"url": "https://evil.example/x"}]}
    item: Json = {"get": {"operationId": "thing", **(evil if level == "operation" else {})}}
    paths = {"/thing": {**item, **(evil if level == "path" else {})}}
    await called(API, paths=paths, **(evil if level == "document" else {}))
    assert [str(request.url) for request in httpx_mock.get_requests()] == [f"{API}/thing"]


def first(*urls: str) -> str:
    return server_url(document({"/a": {}}, servers=[{"url": url} for url in urls]))


def test_the_first_usable_server_is_the_one() -> None:
    """OAS 3.1.1, Server Object; security.md 6: only http and https servers are accepted."""
    assert first("ftp://h", "/v1", "https://{host}/v1", "https://u:p@h/", "https://h:x", "https://ok.example/v1") == (
        "https://ok.example/v1"
    )


def test_no_usable_server_is_said_without_its_secrets() -> None:
    """security.md 10 R-SECRET: also when they occur in a URL."""
    with pytest.raises(ConfigError) as raised:
        first("https://me:pw@h/?key=abc", "/v1", "ftp://c", "ftp://d")
    assert raised.value.message == "the document names no usable server ('https://h/?key=***', '/v1', 'ftp://c')"
    assert "--base-url" in str(raised.value.hint)
    with pytest.raises(ConfigError, match=re.escape("no usable server (none)")):
        server_url(replace(document({"/a": {}}), servers=()))


async def test_an_operations_own_server_comes_first(httpx_mock: HTTPXMock) -> None:
    """OAS 3.1.1, Operation Object: servers."""
    httpx_mock.add_response(json={})
    item = {"get": {"operationId": "thing", "servers": [{"url": "https://files.example/up"}]}}
    await called(None, paths={"/thing": item})
    assert str(httpx_mock.get_requests()[0].url) == "https://files.example/up/thing"


async def test_a_call_without_any_server_is_refused() -> None:
    """design.md, A result: refused."""
    error = error_of(await called(None, servers=[{"url": "/v1"}]))
    assert (error["kind"], error["attempts"]) == ("refused", 0)
    assert error["message"] == "the document names no usable server ('/v1')"
    assert error["hint"] == "say where the API is with --base-url https://host/path"


class Rotating:
    """Credentials as a file gives them: another value at each reading."""

    def __init__(self, *values: str) -> None:
        self.values = list(values)

    def __call__(self) -> Sequence[Credential]:
        return (replace(BEARER, value=Secret(self.values.pop(0))),)


async def test_a_rotated_credential_is_read_again_after_a_401_and_tried_once_more() -> None:
    """design.md, Options: a `file:` is read again after a 401, so that a rotated token is picked up."""
    async with raw_upstream(answer(b"", "401 No"), answer(b'{"was":"new-value"}')) as upstream:
        options: Any = {"credentials": [BEARER], "renew": Rotating("new-value", "unread")}
        async with executor(upstream.url, **options) as running:
            result = await running.call(Call(tool="thing"))
            await running.call(Call(tool="thing"))
    assert result.structured == {"was": "***"}
    assert [upstream.values("authorization", index) for index in range(3)] == [
        [f"Bearer {SECRET}"],
        ["Bearer new-value"],
        ["Bearer new-value"],
    ]


async def test_a_401_is_tried_once_more_and_no_more() -> None:
    """design.md, A result: attempts says how often it was sent."""
    async with raw_upstream(answer(b"", "401 No")) as upstream:
        result = await called(upstream.url, credentials=[BEARER], renew=Rotating("second", "third"))
    error = error_of(result)
    assert (error["kind"], error["attempts"]) == ("unauthenticated", 2)
    assert error["hint"] == "the API wants a valid credential; it is configured where this server is started"
    assert len(upstream.seen) == 2


def unreadable() -> Sequence[Credential]:
    raise CredentialsError("cannot read the file")


@pytest.mark.parametrize("renew", [None, lambda: (BEARER,), unreadable])
async def test_a_401_with_the_same_credential_is_not_tried_again(renew: Any) -> None:
    """design.md, Options."""
    async with raw_upstream(answer(b"", "401 No")) as upstream:
        error = error_of(await called(upstream.url, credentials=[BEARER], renew=renew))
    assert (error["kind"], error["attempts"]) == ("unauthenticated", 1)
    assert len(upstream.seen) == 1


async def test_a_preview_is_the_exact_request_with_secrets_masked(httpx_mock: HTTPXMock) -> None:
    """design.md, Commands: --dry-run; security.md 10."""
    request = executor(credentials=[BEARER]).preview(Call(tool="thing", arguments={"id": 7}))
    assert request.url == f"{API}/thing?id=7"
    assert request.headers == (("Accept", "*/*"), ("Authorization", "Bearer ***"))
    assert httpx_mock.get_requests() == []


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (Call(tool="thing", arguments={"id": "x"}), 'argument "id" is "x", but must be integer'),
        (Call(tool="nothing_like_it"), "there is no tool 'nothing_like_it'"),
    ],
)
async def test_a_preview_of_no_request_says_why(call: Call, message: str) -> None:
    """style.md, Errors."""
    with pytest.raises(ArgumentsError) as raised:
        executor().preview(call)
    assert raised.value.message == message


async def test_what_is_foreseen_is_the_preview_or_the_failure_of_the_call(httpx_mock: HTTPXMock) -> None:
    """Issue 5, Writes: nobody is asked about what cannot be sent, and it fails as always, secrets masked."""
    ours = executor(credentials=[BEARER])
    good, bad = Call(tool="thing", arguments={"id": 7}), Call(tool="thing", arguments={"id": SECRET})
    assert ours.foresee(good) == ours.preview(good)
    assert ours.foresee(bad) == (await ours.call(bad)).failure
    assert ours.redactor(good)(f"a {SECRET}") == "a ***"
    assert SECRET not in str(ours.foresee(bad))
    assert httpx_mock.get_requests() == []


def everything(result: Result) -> str:
    """Return all that a client sees of a result."""
    parts = [json.dumps(result.structured, ensure_ascii=False)]
    for block in result.content:
        parts += (
            [block.text]
            if isinstance(block, Text)
            else [block.data.decode("utf-8", "replace"), block.mime_type, block.uri]
        )
    return "\n".join(parts)


FORMS = {
    "raw": SECRET,
    "percent-encoded": quote(SECRET, safe=""),
    "form-encoded": quote_plus(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "with its prefix": f"Bearer {SECRET}",
}
ECHOES: dict[str, Callable[[str], bytes]] = {
    "json value": lambda text: answer(json.dumps({"you sent": f"x{text}y"}).encode()),
    "json key": lambda text: answer(json.dumps({"headers": {text: 1}}).encode()),
    "json root": lambda text: answer(json.dumps(text).encode()),
    "text": lambda text: answer(text.encode(), content_type="text/plain"),
    "bytes": lambda text: answer(b"\xff\x00" + text.encode(), content_type="application/octet-stream"),
    "location": lambda text: answer(b"", "201 Created", Location=f"/x?key={text}"),
    "link": lambda text: answer(b"{}", Link=f"<https://h/?key={text}>; rel=next"),
    "error body": lambda text: answer(json.dumps({"detail": f"bad key {text}", text: text}).encode(), "403 Forbidden"),
    "error text": lambda text: answer(text.encode(), "500 Oops", "text/html"),
    "redirect path": lambda text: redirect(f"http://127.0.0.1:1/{text}"),
    "redirect query": lambda text: redirect(f"http://127.0.0.1:1/?key={text}"),
    "cut at the end of a message": lambda text: redirect(f"http://127.0.0.1:1/{'x' * 470}{text}"),
    "cut at the end of a sentence": lambda text: answer(json.dumps({"detail": "x" * 292 + text}).encode(), "400 Bad"),
    "cut at the end of a body": lambda text: answer(("x" * 3992 + text).encode(), "400 Bad", "text/plain"),
    "cut at the end of json": lambda text: answer(json.dumps({"a": "x" * 3570 + text}).encode(), "400 Bad"),
    "cut at the end of text": lambda text: answer(("x" * 24_992 + text).encode(), content_type="text/plain"),
    "content type": lambda text: answer(b"\xff", content_type=f"image/{text}"),
    "broken header": lambda text: b"HTTP/1.1 200 OK\r\n" + f"{text} {text}".encode() + b"\r\n\r\n",
    "broken status": lambda text: f"HTTP/1.1 {text}\r\n\r\n".encode(),
    "no http": lambda text: text.encode() + b"\r\n\r\n",
}


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("echo", sorted(ECHOES))
@pytest.mark.parametrize("place", sorted(Place))
async def test_a_secret_is_in_no_result_whatever_the_upstream_echoes(echo: str, form: str, place: Place) -> None:
    """Law. security.md 10 R-SECRET. Cut in the middle, half a secret stood in messages and bodies."""
    credential = Credential(
        place=place, name="X-Key", value=Secret(SECRET), prefix="Bearer " if place == "header" else ""
    )
    async with raw_upstream(ECHOES[echo](FORMS[form])) as upstream:
        result = await called(upstream.url, credentials=[credential])
    assert len(upstream.seen) == 1
    shown = everything(result)
    pieces = {whole[start : start + 8] for whole in (SECRET, FORMS[form].removeprefix("Bearer ")) for start in (0, 4)}
    assert not [piece for piece in pieces if piece in shown]


async def test_a_secret_in_a_header_of_head_is_masked() -> None:
    """security.md 10 R-SECRET: name and value."""
    token = Credential(place=Place.HEADER, name="X-Key", value=Secret("t0ps3cr3t"))
    raw = b"HTTP/1.1 200 OK\r\nX-Echo: t0ps3cr3t\r\nX-t0ps3cr3t: 1\r\n\r\n"
    async with raw_upstream(raw) as upstream:
        result = await called(upstream.url, "thing_head", credentials=[token])
    assert result.structured == {"_note": {"headers": {"x-echo": "***", "x-***": "1"}}}


async def test_the_password_within_basic_is_a_secret_too() -> None:
    """security.md 10 R-SECRET; RFC 7617."""
    body = json.dumps({"password": "op3n s3same", "pair": "aladdin:op3n s3same"}).encode()
    async with raw_upstream(answer(body)) as upstream:
        result = await called(upstream.url, credentials=[Credential.basic("aladdin", "op3n s3same")])
    assert result.structured == {"password": "***", "pair": "***"}


async def test_a_secret_in_a_result_of_bytes_does_not_stand_in_its_uri() -> None:
    """security.md 10 R-SECRET: also when they occur in a URL."""
    key = Credential(place=Place.QUERY, name="key", value=Secret(SECRET))
    async with raw_upstream(answer(b"\x89PNG", content_type="image/png")) as upstream:
        (block,) = (await called(upstream.url, credentials=[key])).content
    assert block == Blob(data=b"\x89PNG", mime_type="image/png", uri=f"{upstream.url}/thing?key=***")
    assert upstream.targets == [f"GET /thing?key={quote(SECRET, safe='')}"]


async def test_a_secret_given_as_an_argument_is_masked_in_what_is_said_of_it() -> None:
    """security.md 10 R-SECRET."""
    result = await called(API, arguments={"id": SECRET, SECRET: 1}, credentials=[BEARER])
    assert SECRET not in everything(result)
    assert failure(result).field == "***"


async def test_what_a_failure_says_is_text_that_utf_8_can_carry() -> None:
    """security.md 11 R-STDOUT: valid UTF-8. A lone surrogate in a name went into the failure."""
    result = await called(API, arguments={"\ud800": 1})
    everything(result).encode()
    assert failure(result).field == "?"


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just("\ud800")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)
ANYTHING: Json = {
    "/any/{p}": {
        "post": {
            "operationId": "anything",
            "parameters": [
                *(
                    parameter(name, place, schema={})
                    for name, place in zip("pqhc", ("path", "query", "header", "cookie"), strict=True)
                ),
                parameter("d", style="deepObject", explode=True, schema={}),
            ],
            "requestBody": {"content": json_body({"type": "object", "properties": {"b": {}}})},
        }
    }
}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.one_of(st.sampled_from(list("pqhcdb")), st.text(max_size=4)), values, max_size=7),
    st.one_of(st.just("anything"), st.text(max_size=12)),
)
async def test_no_call_ends_in_an_exception(httpx_mock: HTTPXMock, arguments: Json, tool: str) -> None:
    """Law. style.md, Errors; security.md 36: whatever goes wrong with a call is in its result."""
    httpx_mock.add_response(json={"ok": True}, is_optional=True, is_reusable=True)
    result = await called(API, tool, arguments, paths=ANYTHING, credentials=[BEARER])
    everything(result).encode()
    if result.is_error:
        assert failure(result).kind in ("invalid_arguments", "unknown_tool")
    for request in httpx_mock.get_requests():
        assert (request.url.scheme, request.url.host) == ("https", "api.example.com")
        assert request.headers.get_list("authorization") == [f"Bearer {SECRET}"]


async def test_a_call_whose_turn_does_not_come_is_a_timeout_that_may_be_repeated() -> None:
    """Nothing was sent, whatever the method; the deadline is that of the whole call."""
    limits = Limits(timeout=0.2, max_concurrency=1)
    async with (
        raw_upstream(hang) as upstream,
        executor(upstream.url, limits=limits) as running,
        anyio.create_task_group() as group,
    ):
        group.start_soon(running._sender.send, HttpRequest(method="GET", url=upstream.url))  # has no deadline
        with anyio.fail_after(5):
            while not upstream.seen:
                await anyio.lowlevel.checkpoint()
        error = error_of(await running.call(Call(tool="thing_add", arguments={})))
        group.cancel_scope.cancel()
    assert error == {
        "kind": "timeout",
        "message": "the call's turn did not come in time: 1 calls were in flight already",
        "status": None,
        "field": None,
        "retryable": True,
        "retry_after": None,
        "attempts": 0,
        "hint": "call again when others have ended",
        "try": [],
        "body": None,
    }
    assert len(upstream.seen) == 1


async def test_what_came_of_an_answer_without_end_is_the_result() -> None:
    """Issue 4, Answers: collected until the deadline or the cap, then returned as what came."""

    async def events(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        await reader.read()

    async with raw_upstream(events) as upstream:
        result = await called(upstream.url, limits=Limits(timeout=0.3))
    assert not result.is_error
    assert any(isinstance(block, Text) and "data: 1" in block.text for block in result.content)


def test_a_file_that_cannot_be_sent_is_the_callers_to_mend() -> None:
    """design.md, A result: what happened, and what to do."""
    failed = not_sent(
        UploadError("'a.bin' has changed since the call began"), Redactor.of(()), HttpRequest(method="POST", url=API)
    )
    assert (failed.kind, failed.attempts, failed.retryable) == ("invalid_arguments", 0, False)
    assert failed.message == "a file was not sent: 'a.bin' has changed since the call began"
    assert failed.hint == "leave the file as it is until the call has ended, and call again"
