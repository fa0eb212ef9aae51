"""What leaves the process and what comes back, byte for byte."""

import asyncio
import gzip
import socket

import anyio
import anyio.lowlevel
import httpx
import pytest
from pytest_httpx import HTTPXMock
from support.raw import answer, hang, raw_upstream, redirect

from openapi_mcp.executor.send import (
    BrokenAnswerError,
    LostError,
    NoTurnError,
    Sender,
    SendError,
    TooLargeError,
    UnreachableError,
    UnsendableError,
)
from openapi_mcp.model.message import HttpRequest, HttpResponse

pytestmark = pytest.mark.anyio


def request(
    url: str, method: str = "GET", *, headers: tuple[tuple[str, str], ...] = (), body: bytes | None = None
) -> HttpRequest:
    return HttpRequest(method=method, url=url, headers=headers, body=body)


async def send(what: HttpRequest, *, max_body: int = 1_000_000) -> HttpResponse:
    async with Sender(max_body=max_body, user_agent="openapi-mcp/test") as sender:
        return await sender.send(what)


async def failing(what: HttpRequest, *, max_body: int = 1_000_000) -> SendError:
    with pytest.raises(SendError) as raised:
        await send(what, max_body=max_body)
    return raised.value


async def test_an_answer_is_plain_data() -> None:
    """style.md, Words: HttpResponse."""
    async with raw_upstream(answer(b"\x00body", "203 Odd", "text/plain", X_One="é", x_two="2")) as upstream:
        response = await send(request(f"{upstream.url}/a?b=1"))
    assert response == HttpResponse(
        status=203,
        url=f"{upstream.url}/a?b=1",
        headers=(
            ("Content-Type", "text/plain"),
            ("Content-Length", "5"),
            ("Connection", "close"),
            ("X-One", "Ã©"),
            ("x-two", "2"),
        ),
        body=b"\x00body",
    )
    assert response.header("X-TWO") == "2"


@pytest.mark.parametrize(
    "target",
    ["/a%2Fb/%252e%252e/c", "/%00%0D%0A", "/a%3Fb%23c?d=%26&e=%2B", "//a//", "/a;b=c,d", "/%E2%82%AC?a%5Bb%5D=1", "/?"],
)
async def test_the_request_target_leaves_as_it_was_built(target: str) -> None:
    """security.md 1 R-PATH: the request target that leaves the process."""
    async with raw_upstream(answer()) as upstream:
        await send(request(f"{upstream.url}{target}"))
    assert upstream.targets == [f"GET {target}" if target != "/?" else "GET /?"]


async def test_headers_and_body_leave_as_they_were_built() -> None:
    """security.md 5 R-HEADER; header values are UTF-8 on the wire."""
    headers = (("X-Name", "é 日本"), ("Content-Type", "application/json"), ("x-empty", ""))
    async with raw_upstream(answer()) as upstream:
        await send(request(f"{upstream.url}/", "POST", headers=headers, body=b'{"a":1}'))
    assert upstream.seen[0].endswith(b'\r\n\r\n{"a":1}')
    assert sorted(upstream.headers()) == sorted(
        [
            ("host", f"127.0.0.1:{upstream.port}"),
            ("accept", "*/*"),
            ("accept-encoding", "gzip, deflate, br, zstd"),
            ("connection", "keep-alive"),
            ("user-agent", "openapi-mcp/test"),
            ("content-length", "7"),
            ("x-name", "é 日本"),
            ("content-type", "application/json"),
            ("x-empty", ""),
        ]
    )


async def test_cookies_are_not_kept_between_requests() -> None:
    """security.md 26 R-ISOLATE: no cookie jar."""
    cookie = answer(Set_Cookie="session=theirs; Path=/")
    async with raw_upstream(cookie) as upstream, Sender(max_body=1000, user_agent="x") as sender:
        for _ in range(2):
            await sender.send(request(f"{upstream.url}/"))
    assert len(upstream.seen) == 2
    assert upstream.values("cookie", 0) == upstream.values("cookie", 1) == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("relative", [True, False])
async def test_a_redirect_within_the_origin_is_followed(status: int, relative: bool) -> None:
    """security.md 7 R-REDIR. Many servers redirect /orders to /orders/."""
    answers: list[bytes] = []
    async with raw_upstream(b"") as upstream:
        upstream.answers[:] = [redirect("/b" if relative else f"{upstream.url}/b", status), answer(b"[1]")]
        response = await send(request(f"{upstream.url}/a"))
    assert answers == []
    assert upstream.targets == ["GET /a", "GET /b"]
    assert (response.body, response.redirect, response.url) == (b"[1]", None, f"{upstream.url}/b")


async def test_a_redirect_keeps_what_the_request_carries() -> None:
    """security.md 3 R-CRED: nothing removes the credential. httpx drops the cookies of a redirected request."""
    headers = (("Authorization", "Bearer b"), ("X-API-Key", "k"), ("Cookie", "session=s"))
    cookie = redirect("/b", Set_Cookie="session=theirs")
    async with raw_upstream(cookie, redirect("/c"), answer()) as upstream:
        await send(request(f"{upstream.url}/a", headers=headers))
    for index in range(3):
        assert upstream.values("authorization", index) == ["Bearer b"]
        assert upstream.values("x-api-key", index) == ["k"]
        assert upstream.values("cookie", index) == ["session=s"]


@pytest.mark.parametrize(
    ("status", "method", "body"), [(307, "POST", b"data"), (308, "POST", b"data"), (303, "GET", b"")]
)
async def test_a_redirect_repeats_the_body_only_where_its_status_says_so(status: int, method: str, body: bytes) -> None:
    """RFC 9110 section 15.4; security.md 27 R-RETRY: the upstream has answered that it did nothing."""
    async with raw_upstream(redirect("/b", status), answer()) as upstream:
        await send(request(f"{upstream.url}/a", "POST", body=b"data"))
    assert upstream.targets == ["POST /a", f"{method} /b"]
    assert upstream.seen[1].endswith(b"\r\n\r\n" + body)


@pytest.mark.spec("OAS 3.2.0 Path Item Object")
@pytest.mark.parametrize("method", ["CoPy", "copy", "HEAD"])
async def test_a_method_goes_out_in_the_letters_of_the_document(method: str) -> None:
    """additionalOperations: the key is the method as it is sent; RFC 9110 section 9.1: methods are case-sensitive."""
    async with raw_upstream(redirect("/b", 307), answer(b"")) as upstream:
        await send(request(f"{upstream.url}/a", method))
    assert upstream.targets == [f"{method} /a", f"{method} /b"]


async def test_the_user_in_a_redirect_takes_the_place_of_no_credential() -> None:
    """security.md 3 R-CRED. httpx makes an Authorization of the user in a URL."""
    headers = (("Authorization", "Bearer b"),)
    async with raw_upstream(b"") as upstream:
        upstream.answers[:] = [redirect(f"http://admin:pw@127.0.0.1:{upstream.port}/b"), answer()]
        await send(request(f"{upstream.url}/a", headers=headers))
    assert upstream.targets == ["GET /a", "GET /b"]
    assert upstream.values("authorization") == ["Bearer b"]


async def test_redirects_without_end_are_given_up_after_five() -> None:
    """security.md 7 R-REDIR: same-origin redirects at most 5."""
    async with raw_upstream(redirect("/again")) as upstream:
        error = await failing(request(f"{upstream.url}/a"))
    assert isinstance(error, BrokenAnswerError)
    assert str(error) == "more than 5 redirects"
    assert len(upstream.seen) == 6


async def test_five_redirects_are_followed() -> None:
    """security.md 7 R-REDIR."""
    async with raw_upstream(*[redirect("/again")] * 5, answer(b"[]")) as upstream:
        assert (await send(request(f"{upstream.url}/a"))).body == b"[]"


@pytest.mark.requirement(7)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_nothing_reaches_another_origin(status: int) -> None:
    """security.md 7 R-REDIR: no credential in any header, no cookie, no body. Another port is another origin."""
    headers = (("Authorization", "Bearer b"), ("X-API-Key", "k"), ("Cookie", "c=1"))
    async with raw_upstream(answer()) as other, raw_upstream(redirect(f"{other.url}/x", status)) as upstream:
        response = await send(request(f"{upstream.url}/a", "POST", headers=headers, body=b"data"))
    assert other.seen == []
    assert len(upstream.seen) == 1
    assert (response.status, response.redirect) == (status, f"{other.url}/x")


@pytest.mark.parametrize(
    ("location", "pointed"),
    [
        ("http://api.example.com/x", "http://api.example.com/x"),
        ("//evil.example/x", "https://evil.example/x"),
        ("https://api.example.com:8443/x", "https://api.example.com:8443/x"),
        ("https://api.example.com@evil.example/", "https://api.example.com@evil.example/"),
        ("ftp://api.example.com/x", "ftp://api.example.com/x"),
        ("file:///etc/passwd", "file://api.example.com/etc/passwd"),
        ("https://api.example.com.evil.example/", "https://api.example.com.evil.example/"),
    ],
)
async def test_a_redirect_elsewhere_is_told_and_not_followed(
    httpx_mock: HTTPXMock, location: str, pointed: str
) -> None:
    """security.md 7 R-REDIR: never https to http, scheme is never anything but http or https."""
    httpx_mock.add_response(status_code=302, headers={"Location": location}, text="moved")
    response = await send(request("https://api.example.com/a"))
    assert (response.status, response.redirect, response.body) == (302, pointed, b"moved")
    assert len(httpx_mock.get_requests()) == 1


async def test_a_redirect_without_location_is_an_answer() -> None:
    """RFC 9110 section 15.4."""
    async with raw_upstream(answer(b"pick", "300 Multiple Choices")) as upstream:
        response = await send(request(upstream.url))
    assert (response.status, response.body, response.redirect) == (300, b"pick", None)


async def test_a_redirect_to_no_url_is_a_broken_answer(httpx_mock: HTTPXMock) -> None:
    """security.md 18 R-UPSTREAM."""
    httpx_mock.add_response(status_code=302, headers={"Location": "https://[::1/"})
    assert isinstance(await failing(request("https://api.example.com/a")), BrokenAnswerError)


async def test_an_answer_without_body_needs_no_unpacking() -> None:
    """RFC 9110 section 9.3.2: HEAD has the headers of GET."""
    for encoding in (b"br", b"zstd, gzip", b"exotic"):
        raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: 99\r\n\r\n" % encoding
        async with raw_upstream(raw) as upstream:
            response = await send(request(upstream.url, "HEAD"))
        assert (response.status, response.body) == (200, b"")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_a_status_without_body_needs_no_unpacking(status: str) -> None:
    """RFC 9110 sections 15.3.5, 15.4.5."""
    async with raw_upstream(f"HTTP/1.1 {status}\r\nContent-Encoding: gzip\r\n\r\n".encode()) as upstream:
        assert (await send(request(upstream.url))).body == b""


@pytest.mark.parametrize(("size", "fits"), [(1000, True), (1001, False), (300_000, False)])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_an_answer_larger_than_the_cap_is_too_large(size: int, fits: bool, encoding: str) -> None:
    """security.md 17 R-UPSTREAM: a cap on decompressed bytes."""
    body = b"x" * size if encoding == "identity" else gzip.compress(b"x" * size)
    async with raw_upstream(answer(body, Content_Encoding=encoding)) as upstream:
        if fits:
            assert len((await send(request(upstream.url), max_body=1000)).body) == size
            return
        error = await failing(request(upstream.url), max_body=1000)
    assert isinstance(error, TooLargeError)
    assert str(error) == "the answer is larger than 1,000 bytes"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
    ],
)
async def test_what_is_no_whole_http_answer_is_broken(broken: bytes) -> None:
    """security.md 18 R-UPSTREAM: truncated, unframed, non-HTTP or contradictory responses."""
    async with raw_upstream(broken) as upstream:
        error = await failing(request(upstream.url))
    assert isinstance(error, BrokenAnswerError)
    assert str(error)


async def test_a_port_that_nobody_listens_on_is_unreachable() -> None:
    """design.md, A result: unreachable."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        error = await failing(request(f"http://127.0.0.1:{port}/"))
    assert isinstance(error, UnreachableError)


@pytest.mark.parametrize(
    ("raised", "kind", "reason"),
    [
        (httpx.ConnectError("refused"), UnreachableError, "refused"),
        (httpx.ConnectTimeout(""), UnreachableError, "ConnectTimeout"),
        (httpx.ProxyError("407"), UnreachableError, "407"),
        (httpx.UnsupportedProtocol("ftp"), UnreachableError, "ftp"),
        (httpx.ReadError(""), LostError, "ReadError"),
        (httpx.WriteError("reset"), LostError, "reset"),
        (httpx.RemoteProtocolError("odd"), BrokenAnswerError, "odd"),
        (httpx.DecodingError("zip"), BrokenAnswerError, "zip"),
        (httpx.StreamClosed(), BrokenAnswerError, "Attempted to read or stream content"),
        (httpx.LocalProtocolError("Illegal header value"), UnsendableError, "Illegal header value"),
    ],
)
async def test_every_fault_of_the_network_is_one_of_ours(
    httpx_mock: HTTPXMock, raised: Exception, kind: type[SendError], reason: str
) -> None:
    """style.md, Errors: catch what you can name; httpx's own errors go no further."""
    httpx_mock.add_exception(raised)
    error = await failing(request("https://api.example.com/"))
    assert type(error) is kind
    assert str(error).startswith(reason)


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://h/?q=" + "x" * 70_000, ()),
        ("https://h/a\nb", ()),
        ("http://127.0.0.1:9/", (("Clé", "x"),)),
        ("http://127.0.0.1:9/", (("X-A", "b\r\nX-Evil: 1"),)),
    ],
)
async def test_what_http_cannot_carry_is_not_sent(url: str, headers: tuple[tuple[str, str], ...]) -> None:
    """security.md 5 R-HEADER: nothing is sent. A name beyond ASCII ended the call with a UnicodeEncodeError."""
    async with raw_upstream(answer()) as upstream:
        sent_to = url.replace("http://127.0.0.1:9", upstream.url)
        error = await failing(request(sent_to, headers=headers))
    assert isinstance(error, UnsendableError)
    assert upstream.seen == []


@pytest.mark.parametrize(
    ("status", "method", "onward"),
    [
        *((status, method, method) for status in (301, 302, 307, 308) for method in ("GET", "HEAD", "PUT", "DELETE")),
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
        (301, "post", "post"),
    ],
)
async def test_a_redirect_changes_the_method_only_where_the_rules_say_so(status: int, method: str, onward: str) -> None:
    """RFC 9110 section 15.4; issue 4, Redirects: method kept by the RFC's rules. httpx makes a DELETE a GET."""
    async with raw_upstream(redirect("/b", status), answer(b"")) as upstream:
        response = await send(request(f"{upstream.url}/a", method))
    assert upstream.targets == [f"{method} /a", f"{onward} /b"]
    assert response.became_get is (onward != method)
    assert response.was_led_on is (status == 303)


async def test_a_post_that_became_a_get_stays_one() -> None:
    """Where that is redirected once more, too."""
    async with raw_upstream(redirect("/b", 303), redirect("/c", 307), answer(b"", "404 No")) as upstream:
        response = await send(request(f"{upstream.url}/a", "POST"))
    assert (upstream.targets, response.became_get) == (["POST /a", "GET /b", "GET /c"], True)


async def test_a_redirect_leads_on_from_where_the_last_one_led() -> None:
    """RFC 9110 section 10.2.2: relative to the request's own URL; a fragment stays with us."""
    answers = (redirect("../c/d?x=1#part"), redirect("e"), answer())
    async with raw_upstream(*answers) as upstream:
        response = await send(request(f"{upstream.url}/a/b/"))
    assert upstream.targets == ["GET /a/b/", "GET /a/c/d?x=1", "GET /a/c/e"]
    assert response.url == f"{upstream.url}/a/c/e"


async def test_a_header_of_the_request_takes_the_place_of_our_own() -> None:
    """A document may declare Accept-Encoding or User-Agent as parameters."""
    headers = (("accept-encoding", "gzip;q=0.5"), ("User-Agent", "theirs"), ("ACCEPT", "a/b"))
    async with raw_upstream(answer()) as upstream:
        await send(request(upstream.url, headers=headers))
    for name, value in headers:
        assert upstream.values(name) == [value]


async def test_calls_beyond_the_bound_wait_their_turn() -> None:
    """design.md, Options: --max-concurrency. httpx slows down badly with hundreds of open connections."""
    in_flight = most = 0

    async def count(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal in_flight, most
        in_flight += 1
        most = max(most, in_flight)
        for _ in range(20):
            await asyncio.sleep(0)
        in_flight -= 1
        writer.write(answer())

    statuses: list[int] = []
    async with raw_upstream(count) as upstream, Sender(max_body=10, user_agent="x", max_concurrency=3) as sender:

        async def call() -> None:
            statuses.append((await sender.send(request(upstream.url))).status)

        async with anyio.create_task_group() as group:
            for _ in range(30):
                group.start_soon(call)
    assert (statuses, most) == ([200] * 30, 3)


async def test_a_call_whose_turn_does_not_come_in_time_says_so() -> None:
    """Waiting counts into the deadline; nothing was sent."""
    async with raw_upstream(hang) as upstream, Sender(max_body=10, user_agent="x", max_concurrency=1) as sender:
        async with anyio.create_task_group() as group:
            group.start_soon(sender.send, request(f"{upstream.url}/first"))
            with anyio.fail_after(5):
                while not upstream.seen:
                    await anyio.lowlevel.checkpoint()
            with pytest.raises(NoTurnError, match="1 calls were in flight already"):
                await sender.send(request(f"{upstream.url}/second"), anyio.current_time() + 0.05)
            group.cancel_scope.cancel()
        with anyio.fail_after(5):
            await upstream.hung_up.wait()
        upstream.answers[:] = [answer()]
        assert (await sender.send(request(f"{upstream.url}/third"))).status == 200
    assert upstream.targets == ["GET /first", "GET /third"]


@pytest.mark.requirement(25)
async def test_waiting_calls_go_in_order_and_one_that_is_cancelled_takes_nobodys_turn() -> None:
    """Issue 7, Retry: `--max-concurrency`, waiting calls in order, cancellable."""
    gate = asyncio.Event()

    async def held(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        writer.write(answer())

    scopes = {number: anyio.CancelScope() for number in range(6)}
    async with raw_upstream(held) as upstream, Sender(max_body=10, user_agent="x", max_concurrency=1) as sender:

        async def call(number: int) -> None:
            with scopes[number]:
                await sender.send(request(f"{upstream.url}/{number}"))

        async with anyio.create_task_group() as group:
            for number in scopes:
                group.start_soon(call, number)
            with anyio.fail_after(5):
                while not upstream.seen:
                    await anyio.lowlevel.checkpoint()
            scopes[1].cancel()  # the first that waits
            scopes[3].cancel()  # one behind it
            gate.set()
    assert upstream.targets == ["GET /0", "GET /2", "GET /4", "GET /5"]


async def keep_alive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer request after request on one connection: with its own target."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            target = head.split(b" ", 2)[1]
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(target), target))
    except (ConnectionError, asyncio.IncompleteReadError):
        writer.close()


async def test_a_connection_is_used_again() -> None:
    """The one used last; a rush opens no more than there are calls in flight."""
    connections = 0

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await keep_alive(reader, writer)

    async with await asyncio.start_server(count, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with Sender(max_body=1000, user_agent="x", max_concurrency=8) as sender:

            async def calls(number: int) -> None:
                for turn in range(20):
                    target = f"/{number}/{turn}"
                    assert (await sender.send(request(url + target))).body == target.encode()

            for number in range(3):
                await calls(number)
            assert connections == 1
            async with anyio.create_task_group() as group:
                for number in range(40):
                    group.start_soon(calls, number)
            assert connections <= 8


async def test_a_thousand_calls_at_once_each_get_their_own_answer() -> None:
    """security.md 28 R-LOAD."""
    async with await asyncio.start_server(keep_alive, "127.0.0.1", 0, backlog=1000) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with Sender(max_body=1000, user_agent="x") as sender, anyio.create_task_group() as group:

            async def call(number: int) -> None:
                assert (await sender.send(request(f"{url}/{number}"))).body == f"/{number}".encode()

            for number in range(1000):
                group.start_soon(call, number)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "all_proxy"])
async def test_a_proxy_of_the_environment_carries_the_request(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What httpx does, and so what is expected: HTTP_PROXY, ALL_PROXY and NO_PROXY are honoured."""
    async with raw_upstream(answer(b"[1]")) as proxy, raw_upstream(answer(b"[2]")) as direct:
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NO_PROXY", f"127.0.0.1:{direct.port}")
        headers = (("Authorization", "Bearer b"),)
        response = await send(request("http://user:pw@api.test/a?b=1", "CoPy", headers=headers, body=b"x"))
        assert (response.body, (await send(request(direct.url))).body) == (b"[1]", b"[2]")
    assert proxy.targets == ["CoPy http://api.test/a?b=1"]
    assert proxy.values("authorization") == ["Bearer b"]
    assert direct.targets == ["GET /"]
