"""Requirements 12, 23, 28 and 29: rude clients of the HTTP endpoint, on raw sockets; the next request is answered."""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.child import Child, serving_http
from support.upstream import PATIENCE, Upstream, description, running_upstream

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
KIND = "Content-Type: application/json"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with running_upstream() as server:
        yield server


@pytest.fixture(scope="module")
def served(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Child, int]]:
    """One server for all of it, which ends well."""
    spec = upstream.serve(description("/echo"))
    with serving_http("--spec", spec, folder=tmp_path_factory.mktemp("http")) as (child, url):
        yield child, urlsplit(url).port or 0
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
        assert "Traceback" not in child.stderr
        assert child.rest_of_stdout() == []


@pytest.fixture
def port(served: tuple[Child, int]) -> int:
    return served[1]


def body(n: int = 1) -> bytes:
    params = {"name": "echo", "arguments": {"n": n}, "_meta": META}
    return json.dumps({"jsonrpc": "2.0", "id": n, "method": "tools/call", "params": params}).encode()


def post(data: bytes, *headers: str, host: str = "127.0.0.1", version: str = "1.1", length: str | None = None) -> bytes:
    fields = [f"Host: {host}", "Accept: application/json, text/event-stream", "MCP-Protocol-Version: 2026-07-28"]
    fields += ["Mcp-Method: tools/call", "Mcp-Name: echo", *headers]
    if length != "":
        fields.append(f"Content-Length: {len(data) if length is None else length}")
    return "\r\n".join((f"POST /mcp HTTP/{version}", *fields)).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + data


def say(port: int, *data: bytes, answers: int = 1) -> bytes:
    """Send bytes; return so many answers, or what came until the connection was closed. With none, stop sending."""
    came = b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection, suppress(ConnectionError):
        for piece in data:
            connection.sendall(piece)
        if not answers:
            connection.shutdown(socket.SHUT_WR)
        while more := connection.recv(65536):
            came += more
            if answers and whole_answers(came) >= answers:
                break
    return came


def whole_answers(came: bytes) -> int:
    """Count the answers that are there in full."""
    head, blank, rest = came.partition(b"\r\n\r\n")
    if not blank:
        return 0
    if head.startswith(b"HTTP/1.1 1"):
        return whole_answers(rest)
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
    return 0 if len(rest) < length else 1 + whole_answers(rest[length:])


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def is_served(port: int) -> bool:
    answer = say(port, post(body(5), KIND, "Connection: close"))
    return status(answer) == 200 and b"/echo?n=5" in answer


WRONG: dict[str, list[bytes]] = {
    "nothing": [b""],
    "line feeds": [b"\r\n" * 1000],
    "no HTTP": [b"SSH-2.0-x\r\n\r\n"],
    "TLS": [b"\x16\x03\x01\x02\x00\x01\x00"],
    "HTTP/2": [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    "HTTP/9": [post(body(), KIND, version="9.9")],
    "no host": [post(body(), KIND).replace(b"Host: 127.0.0.1\r\n", b"")],
    "two hosts": [post(body(), KIND, "Host: evil.example")],
    "long target": [b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n"],
    "long header": [post(body(), KIND, "X: " + "a" * 1_000_000)],
    "many headers": [post(body(), KIND, *(f"X-{n}: y" for n in range(20_000)))],
    "NUL in header": [post(body(), KIND, "X: a\0b")],
    "no colon": [post(body(), KIND, "what")],
    "folded": [post(body(), KIND, "X: a\r\n b")],
    "space before colon": [post(body(), KIND, "X : a")],
    "odd method": [post(body(), KIND).replace(b"POST", b"P\x00ST")],
    "length no number": [post(body(), KIND, length="x")],
    "length negative": [post(body(), KIND, length="-5")],
    "length plus": [post(body(), KIND, length="+5")],
    "two lengths": [post(body(), KIND, "Content-Length: 3")],
    "length and chunks": [post(body(), KIND, "Transfer-Encoding: chunked")],
    "chunk of no size": [post(b"zz\r\n", KIND, "Transfer-Encoding: chunked", length="")],
    "odd coding": [post(body(), KIND, "Transfer-Encoding: cow", length="")],
    "chunk of exabytes": [post(b"FFFFFFFFFFFFFFFFF\r\nx", KIND, "Transfer-Encoding: chunked", length="")],
    "short": [post(body(), KIND, length="99999")],
    "no JSON": [post(b"{", KIND)],
    "no UTF-8": [post(b"\xff\xfe", KIND)],
    "deep": [post(b"[" * 100_000, KIND)],
    "a list": [post(b"[]", KIND)],
    "a number": [post(b"1e400", KIND)],
    "no body": [post(b"", KIND)],
    "id of a list": [post(body().replace(b'"id": 1', b'"id": [1]'), KIND)],
    "huge id": [post(body().replace(b'"id": 1', b'"id": ' + b"9" * 5000), KIND)],
    "form": [post(body(), "Content-Type: application/x-www-form-urlencoded")],
    "text": [post(body(), "Content-Type: text/plain")],
    "no type": [post(body())],
    "jsonp": [post(body(), "Content-Type: application/jsonp")],
    "json in a parameter": [post(body(), "Content-Type: text/plain; a=application/json")],
    "two types": [post(body(), KIND, "Content-Type: text/plain")],
    "type in a list": [post(body(), "Content-Type: text/plain, application/json")],
    "5 MB": [post(b"x" * 5_000_000, KIND)],
    "5 MB said": [post(b"", KIND, length="5000000")],
    "terabytes said": [post(b"", KIND, length="9" * 18)],
    "5 MB in chunks": [
        post(b"", KIND, "Transfer-Encoding: chunked", length=""),
        *([b"10000\r\n" + b"x" * 65536 + b"\r\n"] * 80),
        b"0\r\n\r\n",
    ],
    "unknown version": [post(body(), KIND).replace(b"2026-07-28", b"9999-99-99", 1)],
    "other name": [post(body(), KIND).replace(b"Mcp-Name: echo", b"Mcp-Name: evil")],
    "session that is none": [post(body(), KIND, "Mcp-Session-Id: ../../x").replace(b"2026-07-28", b"2025-11-25", 1)],
    "odd path": [post(body(), KIND).replace(b"/mcp", b"/mcp/../mcp")],
    "encoded path": [post(body(), KIND).replace(b"/mcp", b"/%6dcp%00")],
    "absolute": [post(body(), KIND).replace(b"/mcp", b"http://evil.example/mcp")],
    "star": [b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"],
    "connect": [b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n"],
    "expect": [post(b"x" * 5_000_000, KIND, "Expect: 100-continue")],
    "upgrade": [
        post(body(), KIND, "Connection: Upgrade", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__").replace(
            b"tools/call", b"tools/evil"
        )
    ],
    "websocket": [
        b"GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    ],
}


UNFINISHED = ("nothing", "line feeds", "TLS", "short", "no HTTP", "length and chunks", "chunk of exabytes")


@pytest.mark.requirement(12, 23, 29)
@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_request_runs_nothing_and_breaks_nothing(port: int, upstream: Upstream, name: str) -> None:
    """4xx or a closed connection, never 5xx; a body over 4 MB is 413 before it is read."""
    before = len(upstream.calls)
    answer = say(port, *WRONG[name], answers=0 if name in UNFINISHED else 1)
    ran = len(upstream.calls) - before
    found = status(answer)
    assert (
        found == 0 or 400 <= found < 500 or name in ("folded", "HTTP/9", "upgrade", "absolute", "star", "two lengths")
    )
    assert found < 500
    assert b"Traceback" not in answer
    assert "access-control" not in answer.decode("latin-1").lower()
    if name.startswith(("5 MB", "terabytes", "expect")):
        assert found in (0, 413)
    if ran:
        assert name in ("folded", "HTTP/9"), name
    assert is_served(port)


FOREIGN = (
    "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil-localhost", "localhost.", "127.0.0.1.",
    "127.0.0.1@evil.example", "127.0.0.1:80@evil.example", "evil.example#127.0.0.1", "127.0.0.1:80.evil.example",
    "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:999999", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "[::]",
    "[::ffff:127.0.0.1]", "127.0.0.2", "127.0.0.1/../x", "127.0.0.1 evil.example", "127.0.0.1,evil.example",
    "xn--localhost", "locaIhost", "\u2112ocalhost", "[::1]evil", "[::1", "::1", "null", "*",
)  # fmt: skip


@pytest.mark.requirement(12)
@pytest.mark.parametrize("host", FOREIGN)
def test_a_name_that_looks_like_ours_is_foreign(port: int, upstream: Upstream, host: str) -> None:
    """DNS rebinding; an Origin is one with its scheme."""
    before = len(upstream.calls)
    if host != "127.0.0.1:":
        assert 400 <= status(say(port, post(body(), KIND, host=host))) < 500
    for origin in (host, f"http://{host}", f"https://{host}", f"HTTP://{host}", f"http://{host}/"):
        if origin.lower() == "http://127.0.0.1:":  # an empty port is none: RFC 3986, 3.2.3
            continue
        answer = say(port, post(body(), KIND, f"Origin: {origin}"))
        assert status(answer) in (403, 400), (origin, answer[:80])
        assert b"access-control" not in answer.lower()
    assert len(upstream.calls) == before or host == "127.0.0.1:"


@pytest.mark.requirement(12)
@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://127.0.0.1",
        "file://",
        "chrome-extension://abc",
        "http://",
        "http:127.0.0.1",
        "ws://localhost",
        "",
    ],
)
def test_another_kind_of_origin_is_foreign(port: int, origin: str) -> None:
    assert status(say(port, post(body(), KIND, f"Origin: {origin}"))) == 403


@pytest.mark.requirement(29)
def test_requests_in_one_write_are_all_answered(port: int) -> None:
    """Pipelining, and HTTP/1.0 after which the connection closes."""
    answer = say(port, b"".join(post(body(n), KIND) for n in range(20)), answers=20)
    assert [b"/echo?n=%d\\" % n in answer or b'/echo?n=%d"' % n in answer for n in range(20)] == [True] * 20
    assert b"/echo?n=7" in say(port, post(body(7), KIND, version="1.0"))


@pytest.mark.requirement(29)
def test_two_hundred_clients_that_stop_halfway_delay_nobody(port: int) -> None:
    """Heads without end, bodies without end, and those that never read."""
    whole = post(body(), KIND)
    with ExitStack() as stack:
        for index in range(200):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            connection.sendall((whole[:40], whole[:-9], b"", b"POST")[index % 4])
        assert is_served(port)


@pytest.mark.requirement(28)
def test_the_server_is_no_larger_for_all_of_this(served: tuple[Child, int]) -> None:
    """Linux: its peak, which 80 MB of chunks and headers did not raise."""
    with open(f"/proc/{served[0].process.pid}/status") as text:
        peak: Any = text.read().partition("VmHWM:")[2].split()[0]
    assert int(peak) < 200_000
