"""MCP over Streamable HTTP, seen from the other end of the socket: plain HTTP against `openapi-mcp serve http`."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import pytest
from support.child import INITIALIZE, LISTED_OVER_HTTP, Child, run_command, serving_http
from support.upstream import PATIENCE, Upstream, description, running_upstream

from openapi_mcp.config import build_config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.opening import open_app
from openapi_mcp.server.http import Endpoint, bind, serve_http

TOYS = ("/echo", "/hang", "/held")
ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


@pytest.fixture(scope="module")
def shared_upstream() -> Iterator[Upstream]:
    """The API behind `endpoint`."""
    with running_upstream() as server:
        yield server


@pytest.fixture(scope="module")
def endpoint(shared_upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that many tests talk to; it ends well, whatever they said to it."""
    spec = shared_upstream.serve(description(*TOYS))
    with serving_http("--spec", spec, folder=tmp_path_factory.mktemp("http")) as (child, url):
        yield url
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
        assert len(child.stderr.splitlines()) == 3  # what is served, in which mode, where
        assert child.rest_of_stdout() == []


@pytest.fixture
def toys(upstream: Upstream, tmp_path: Path) -> Iterator[tuple[Child, str]]:
    """A server for one test, which may end it."""
    with serving_http("--spec", upstream.serve(description(*TOYS)), folder=tmp_path) as (child, url):
        yield child, url


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20) as browser:
        yield browser


def call(tool: str, **arguments: Any) -> dict[str, Any]:
    """Return the body and the headers of a call as 2026-07-28 has it."""
    params = {"name": tool, "arguments": arguments, "_meta": META}
    return {
        "headers": {**ACCEPT, "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": tool},
        "content": json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}),
    }


def call_with(headers: dict[str, str | None], tool: str = "echo") -> dict[str, Any]:
    """Return a call with other headers; None leaves one out."""
    request = call(tool, n=1)
    merged = {**request["headers"], **headers}
    return {**request, "headers": {name: value for name, value in merged.items() if value is not None}}


def open_session(client: httpx.Client, url: str) -> dict[str, str]:
    """Shake hands as clients before 2026-07-28 do; return the headers of the session."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
    answer = client.post(url, headers=ACCEPT, json=body)
    session = {**ACCEPT, "Mcp-Session-Id": answer.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-11-25"}
    ready = client.post(url, headers=session, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (answer.status_code, ready.status_code) == (200, 202)
    return session


def legacy_call(number: int, tool: str, **arguments: Any) -> dict[str, Any]:
    """Return a call as a frame."""
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def from_stream(answer: httpx.Response) -> dict[str, Any]:
    """Return the one message of an event stream."""
    (data,) = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")]
    message: dict[str, Any] = json.loads(data)
    return message


def test_a_call_is_answered_as_json(client: httpx.Client, endpoint: str) -> None:
    """mcp-facts.md section 4."""
    answer = client.post(endpoint, **call("echo", n=4))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["result"]["structuredContent"]["target"] == "/echo?n=4"


@pytest.mark.requirement(12)
def test_the_endpoint_stands_at_mcp_on_the_loopback_address(client: httpx.Client, endpoint: str) -> None:
    """security.md 12; design.md."""
    parts = urlsplit(endpoint)
    assert (parts.hostname, parts.path) == ("127.0.0.1", "/mcp")
    assert client.post(f"{endpoint}/other", **call("echo")).status_code == 404


FOREIGN_HOSTS = [
    "evil.test",
    "evil.test:8800",
    "127.0.0.1.evil.test",
    "localhost.evil.test",
    "localhost.evil.test:8800",
    "localhost:80.evil.test",
    "localhost:80@evil.test",
    "evil.test:80@localhost",
    "notlocalhost",
    "127.0.0.2",
    "127.1",
    "2130706433",
    "0.0.0.0",
    "[::2]",
    "[::1].evil.test",
    "",
]
FOREIGN_ORIGINS = [
    "null",
    "http://evil.test",
    "https://evil.test",
    "http://127.0.0.1.evil.test",
    "http://localhost.evil.test",
    "http://localhost.evil.test:8800",
    "http://localhost:80.evil.test",
    "http://localhost:80@evil.test",
    "http://evil.test/http://localhost",
    "http://localhost/",
    "localhost",
    "file://",
    "chrome-extension://localhost",
    "",
]


def refused(client: httpx.Client, url: str, upstream: Upstream, headers: dict[str, str | None]) -> set[int]:
    """Return how a modern and a legacy request with these headers are refused; neither may reach the API."""
    before = len(upstream.seen)
    asked = [call_with(headers), {**call_with(headers), "content": json.dumps(legacy_call(1, "echo"))}]
    asked[1]["headers"] = {name: asked[1]["headers"][name] for name in asked[1]["headers"] if "cp-" not in name}
    answers = [client.post(url, **request) for request in asked]
    assert [name for answer in answers for name in answer.headers if name.startswith("access-control")] == []
    assert len(upstream.seen) == before
    return {answer.status_code for answer in answers}


@pytest.mark.requirement(12)
@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_refused(client: httpx.Client, endpoint: str, shared_upstream: Upstream, host: str) -> None:
    """security.md 12: DNS rebinding; lookalike names do not match."""
    assert refused(client, endpoint, shared_upstream, {"Host": host}) == {421}


@pytest.mark.requirement(12)
@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_origin_is_refused(
    client: httpx.Client, endpoint: str, shared_upstream: Upstream, origin: str
) -> None:
    """security.md 12; MCP 2026-07-28, basic/transports: 403."""
    assert refused(client, endpoint, shared_upstream, {"Origin": origin}) == {403}


@pytest.mark.requirement(12)
@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; application/json",
        "application/jsonp",
        "application/json-patch+json",
        "application/json, text/plain",
    ],
)
def test_a_post_that_is_not_json_runs_nothing(
    client: httpx.Client, endpoint: str, shared_upstream: Upstream, content_type: str | None
) -> None:
    """security.md 12: what a form of a web page can send without asking first."""
    assert refused(client, endpoint, shared_upstream, {"Content-Type": content_type}) == {415}


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS", "PUT"])
@pytest.mark.parametrize("path", ["", "/", "/other"])
def test_other_methods_and_paths_are_guarded_alike(client: httpx.Client, endpoint: str, method: str, path: str) -> None:
    """security.md 12: no preflight of a foreign page gets a word of CORS, and no redirect repeats a foreign Host."""
    answers = [
        client.request(method, endpoint + path, headers={"Host": "evil.test"}),
        client.request(method, endpoint + path, headers={"Origin": "http://evil.test"}),
    ]
    assert [answer.status_code for answer in answers] == [421, 403]
    assert [name for answer in answers for name in answer.headers if name.startswith(("access-", "location"))] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "localhost"},
        {"Host": "localhost:1"},
        {"Host": "127.0.0.1"},
        {"Host": "[::1]:8800"},
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost:6274"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Content-Type": "application/json; charset=utf-8"},
    ],
    ids=str,
)
def test_loopback_names_are_served(client: httpx.Client, endpoint: str, headers: dict[str, str | None]) -> None:
    """security.md 12, the other way round: local tools in a browser work."""
    assert client.post(endpoint, **call_with(headers)).json()["result"]["isError"] is False


MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "half an object": b"{",
    "a batch": b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
    "an empty batch": b"[]",
    "null": b"null",
    "a text": b'"x"',
    "NaN": b"NaN",
    "invalid UTF-8": b"\xff\xfe",
    "brackets": b"[" * 100_000,
    "params that are a list": b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}',
    "no method": b'{"jsonrpc":"2.0","id":1}',
}


@pytest.mark.requirement(29)
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_a_malformed_request_is_the_callers_error(client: httpx.Client, endpoint: str, body: bytes, era: str) -> None:
    """security.md 29: 4xx and never a 500 or an exit."""
    headers = call("echo")["headers"] if era == "modern" else open_session(client, endpoint)
    assert 400 <= client.post(endpoint, headers=headers, content=body).status_code < 500
    assert client.post(endpoint, **call("echo")).status_code == 200


@pytest.mark.requirement(29)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_4_mib_is_refused(
    client: httpx.Client, endpoint: str, shared_upstream: Upstream, chunked: bool
) -> None:
    """security.md 29: 413."""
    before = len(shared_upstream.seen)
    request = call("echo")
    body = b" " * (4 << 20) + str(request["content"]).encode()
    content: Any = iter([body[:3_000_000], body[3_000_000:]]) if chunked else body
    assert client.post(endpoint, headers=request["headers"], content=content).status_code == 413
    assert len(shared_upstream.seen) == before


def test_what_the_client_sent_as_headers_stays_with_us(
    client: httpx.Client, endpoint: str, shared_upstream: Upstream
) -> None:
    """security.md 9: MCP servers must not pass tokens through."""
    sent: dict[str, str | None] = {
        "Authorization": "Bearer of-the-client",
        "Cookie": "session=of-the-client",
        "X-Api-Key": "of-the-client",
        "X-Forwarded-For": "203.0.113.9",
        "User-Agent": "of-the-client",
        "Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    assert client.post(endpoint, **call_with(sent)).status_code == 200
    seen = shared_upstream.seen[-1]
    assert "of-the-client" not in str(seen.headers)
    assert {name.lower() for name, _ in seen.headers} == {
        "host", "accept", "accept-encoding", "connection", "user-agent",
    }  # fmt: skip


@pytest.mark.requirement(26)
def test_two_clients_that_count_alike_each_get_their_own_answer(toys: tuple[Child, str], upstream: Upstream) -> None:
    """security.md 26; CVE-2026-25536: both ask with id 2, at the same time."""
    _, url = toys
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        browsers = [stack.enter_context(httpx.Client(trust_env=False, timeout=20)) for _ in range(2)]
        sessions = [open_session(browser, url) for browser in browsers]
        waiting = [
            pool.submit(browser.post, url, headers=session, json=legacy_call(2, "held", n=number))
            for number, (browser, session) in enumerate(zip(browsers, sessions, strict=True))
        ]
        assert [upstream.wait_for_call() for _ in waiting] == ["/held", "/held"]
        upstream.release.set()
        answers = [from_stream(answer.result()) for answer in waiting]
    assert [answer["result"]["structuredContent"]["n"] for answer in answers] == [["0"], ["1"]]


@pytest.mark.requirement(25)
def test_a_client_that_hangs_up_takes_its_call_with_it(toys: tuple[Child, str], upstream: Upstream) -> None:
    """security.md 25: disconnect on HTTP, as 2026-07-28 has it."""
    _, url = toys
    with httpx.Client(trust_env=False, timeout=20) as client, ThreadPoolExecutor(1) as pool:
        request = call("hang")
        address = (urlsplit(url).hostname, urlsplit(url).port)
        head = "".join(f"{name}: {value}\r\n" for name, value in request["headers"].items())
        body = str(request["content"])
        with socket.create_connection(address, timeout=20) as connection:
            connection.sendall(
                f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            assert upstream.wait_for_call() == "/hang"
        assert pool.submit(upstream.wait_for_hang_up).result() == "/hang"
        assert client.post(url, **call("echo")).status_code == 200
    assert [seen.path for seen in upstream.calls] == ["/hang", "/echo"]


@pytest.mark.requirement(25)
def test_a_legacy_client_that_cancels_takes_its_call_with_it(toys: tuple[Child, str], upstream: Upstream) -> None:
    """security.md 25; MCP 2025-11-25, basic/utilities/cancellation."""
    _, url = toys
    with httpx.Client(trust_env=False, timeout=20) as client:
        session = open_session(client, url)
        with client.stream("POST", url, headers=session, json=legacy_call(7, "hang")) as stream:
            assert stream.status_code == 200
            assert upstream.wait_for_call() == "/hang"
            cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
            with httpx.Client(trust_env=False, timeout=20) as second:
                assert second.post(url, headers=session, json=cancelled).status_code == 202
            assert upstream.wait_for_hang_up() == "/hang"


def test_the_stream_of_an_older_session_carries_that_the_list_has_changed(
    client: httpx.Client, upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 3, Live: a list-changed notification in both eras; MCP 2025-11-25, Listening for Messages."""
    spec = upstream.serve(description("/echo"))
    with serving_http("--spec", spec, "--refresh", "1", folder=tmp_path) as (child, url):
        body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
        assert from_stream(client.post(url, headers=ACCEPT, json=body))["result"]["capabilities"] == {
            "tools": {"listChanged": True}
        }
        session = open_session(client, url)
        with (
            httpx.Client(trust_env=False, timeout=20) as listener,
            listener.stream("GET", url, headers=session) as news,
        ):
            assert news.status_code == 200
            upstream.serve(description("/more"))
            line = next(line for line in news.iter_lines() if line.startswith("data: "))
        assert json.loads(line.removeprefix("data: ")) == {
            "jsonrpc": "2.0",
            "method": "notifications/tools/list_changed",
        }
        child.wait_for_stderr("the document has changed: 1 tools now")
        asked = client.post(url, headers=session, json={"jsonrpc": "2.0", "id": 2, "method": "tools/list"})
        assert [tool["name"] for tool in from_stream(asked)["result"]["tools"]] == ["more", *LISTED_OVER_HTTP]


@pytest.mark.requirement(29)
def test_slow_clients_delay_nobody(client: httpx.Client, endpoint: str) -> None:
    """security.md 29: 100 of them, each in the middle of its headers."""
    address = (urlsplit(endpoint).hostname, urlsplit(endpoint).port)
    with ExitStack() as stack:
        for _ in range(100):
            slow = stack.enter_context(socket.create_connection(address, timeout=20))
            slow.sendall(b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-")
        assert client.post(endpoint, **call("echo")).status_code == 200


@pytest.mark.requirement(24)
@pytest.mark.parametrize("listening", [False, True], ids=["no stream", "an open stream"])
def test_sigterm_lets_a_call_in_flight_finish_and_then_ends(
    toys: tuple[Child, str], upstream: Upstream, listening: bool
) -> None:
    """security.md 24; a legacy client's GET stream, which never ends by itself, does not hold us up."""
    child, url = toys
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        client = stack.enter_context(httpx.Client(trust_env=False, timeout=20))
        session = open_session(client, url)
        if listening:
            listener = stack.enter_context(httpx.Client(trust_env=False, timeout=20))
            stream = stack.enter_context(listener.stream("GET", url, headers=session))
            assert stream.status_code == 200
        waiting = pool.submit(client.post, url, **call("held", n=1))
        assert upstream.wait_for_call() == "/held"
        child.process.send_signal(signal.SIGTERM)
        upstream.release.set()
        assert waiting.result().json()["result"]["structuredContent"] == {"held": True, "n": ["1"]}
        assert child.wait() == 0
    assert len(child.stderr.splitlines()) == 3  # what is served, in which mode, where
    assert child.rest_of_stdout() == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"])
def test_a_second_signal_ends_it_at_once(
    toys: tuple[Child, str], upstream: Upstream, number: signal.Signals, status: int
) -> None:
    """security.md 24: a call that hangs would have 10 s after the first."""
    child, url = toys
    with httpx.Client(trust_env=False, timeout=20) as client, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.post, url, **call("hang"))
        assert upstream.wait_for_call() == "/hang"
        child.process.send_signal(number)
        _refuses_connections(url)
        child.process.send_signal(number)
        assert child.wait() == status
        assert upstream.wait_for_hang_up() == "/hang"
        assert waiting.exception(timeout=5) is not None or waiting.result().status_code >= 400
    assert "Traceback" not in child.stderr


def _refuses_connections(url: str) -> None:
    """Return once nobody listens there any more."""
    address = (urlsplit(url).hostname, urlsplit(url).port)
    for _ in range(100_000):
        try:
            socket.create_connection(address, timeout=5).close()
        except OSError:
            return
    raise AssertionError("still listening")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"])
def test_an_idle_server_ends_when_it_is_told_to(toys: tuple[Child, str], number: signal.Signals, status: int) -> None:
    """security.md 24; style.md, Errors: 130 interrupted."""
    child, _ = toys
    child.process.send_signal(number)
    assert child.wait() == status
    assert len(child.stderr.splitlines()) == 3  # what is served, in which mode, where


def test_a_signal_that_came_while_the_document_was_loaded_ends_it_before_it_serves(
    upstream: Upstream, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """security.md 24: in every phase, without a traceback; work without a pause puts the end off until it is done."""
    config = build_config({"spec": upstream.serve(description(*TOYS))}, {}, tmp_path)
    begun: list[str] = []

    async def begin() -> None:
        with bind("127.0.0.1", 0) as listener, anyio.fail_after(PATIENCE):
            async with open_app(config, lambda _: None, {}) as app:
                signal.raise_signal(signal.SIGINT)  # to this thread, so that it is there before anything else happens
                await serve_http(app, Endpoint(listener=listener), lambda: begun.append("ready"))

    with pytest.raises(KeyboardInterrupt):
        anyio.run(begin)
    assert begun == []
    assert caplog.text == ""


def test_a_port_in_use_is_a_clean_error(endpoint: str, shared_upstream: Upstream, tmp_path: Path) -> None:
    """style.md, Errors: 2 usage or config."""
    port = str(urlsplit(endpoint).port)
    ended = run_command(
        "serve", "http", "--port", port, "--spec", f"{shared_upstream.url}/document.json", folder=tmp_path
    )
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == (
        f"error: cannot listen on 127.0.0.1:{port}: Address already in use\n   at: --port\n"
        "  fix: another program has the port: choose another one, or --port 0 for any that is free\n"
    )


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("0.0.0.0", "0.0.0.0 is reachable from other machines"),
        ("203.0.113.1", "203.0.113.1 is reachable from other machines"),
        ("::", ":: is reachable from other machines"),
        ("no such host", "the host 'no such host' is unknown"),
    ],
)
def test_an_address_that_others_can_reach_is_refused(host: str, words: str) -> None:
    """security.md 30."""
    with pytest.raises(ConfigError) as caught:
        bind(host, 0)
    assert words in caught.value.message
    assert (caught.value.where, caught.value.exit_code) == ("--host", 2)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGTERM, ExitCode.OK), (signal.SIGINT, ExitCode.INTERRUPTED)],
    ids=["SIGTERM", "SIGINT"],
)
async def test_the_whole_life_of_a_server(
    upstream: Upstream, tmp_path: Path, number: signal.Signals, status: ExitCode
) -> None:
    """The same in this process: bound, asked, refused, told to end with a call in flight."""
    config = build_config({"spec": upstream.serve(description(*TOYS))}, {}, tmp_path)
    answers: list[httpx.Response] = []
    async with open_app(config, lambda _: None, {}) as app, anyio.create_task_group() as group:
        listener = bind("127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        ended: list[ExitCode] = []

        ready = anyio.Event()

        async def serve() -> None:
            ended.append(await serve_http(app, Endpoint(listener=listener), ready.set))

        async def ask(client: httpx.AsyncClient, request: dict[str, Any]) -> None:
            answers.append(await client.post(url, **request))

        group.start_soon(serve)
        await ready.wait()
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            await ask(client, call_with({"Origin": "http://evil.test"}))
            await ask(client, call("echo", n=1))
            async with anyio.create_task_group() as in_flight:
                in_flight.start_soon(ask, client, call("held", n=2))
                assert await anyio.to_thread.run_sync(upstream.wait_for_call) == "/held"
                os.kill(os.getpid(), number)
                upstream.release.set()
    assert [answer.status_code for answer in answers] == [403, 200, 200]
    assert answers[2].json()["result"]["structuredContent"]["n"] == ["2"]
    assert ended == [status]
