"""Answers without end, from a live server: what came until the deadline, the cap or the break is the answer."""

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable

import anyio
import pytest
from support.raw import answer, raw_upstream

from openapi_mcp.executor.faults import BrokenAnswerError, TooLargeError
from openapi_mcp.executor.send import Sender
from openapi_mcp.model.message import HttpRequest, HttpResponse

pytestmark = pytest.mark.anyio

Write = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ENDLESS = [
    "text/event-stream", "Text/Event-Stream; charset=utf-8", "application/x-ndjson", "application/ndjson",
    "application/jsonl", "application/json-lines", "application/json-seq", "application/stream+json",
    "multipart/x-mixed-replace; boundary=x", "application/x-jsonl", "application/jsonlines",
    "application/x-json-stream", "text/x-ndjson", "text/jsonl", "application/geo+json-seq", "text/plain",
]  # fmt: skip


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def head(content_type: str, **headers: str) -> bytes:
    fields = {"Content-Type": content_type, "Transfer-Encoding": "chunked"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    return "\r\n".join(["HTTP/1.1 200 OK", *(f"{k}: {v}" for k, v in fields.items())]).encode() + b"\r\n\r\n"


def then_silence(*pieces: bytes) -> Write:
    """Send these, then nothing until the other side hangs up."""

    async def write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
        await reader.read()
        raise ConnectionResetError

    return write


def without_end(first: bytes, again: bytes) -> Write:
    """Send the first, then the other again and again."""

    async def write(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(again)
            await writer.drain()

    return write


async def send(url: str, *, seconds: float = 0.3, max_body: int = 1000) -> HttpResponse:
    async with Sender(max_body=max_body, user_agent="x") as sender:
        return await sender.send(HttpRequest(method="GET", url=url), anyio.current_time() + seconds)


@pytest.mark.parametrize("content_type", ENDLESS)
async def test_what_came_until_the_deadline_is_the_answer(content_type: str) -> None:
    """Issue 4, Answers: collected until the deadline or the cap, then returned as what came."""
    async with raw_upstream(then_silence(head(content_type), chunk(b"data: 1\n\n"), chunk(b"data"))) as upstream:
        response = await send(upstream.url)
        with anyio.fail_after(5):
            await upstream.hung_up.wait()
    assert (response.status, response.body, response.ended_early) == (200, b"data: 1\n\ndata", "deadline")
    assert response.header("content-type") == content_type


@pytest.mark.parametrize("content_type", ENDLESS)
async def test_what_came_up_to_the_cap_is_the_answer(content_type: str) -> None:
    """Issue 4, Answers. security.md 17: a cap on decompressed bytes."""
    async with raw_upstream(without_end(head(content_type), chunk(b"data: 1\n\n"))) as upstream:
        response = await send(upstream.url, seconds=30)
        with anyio.fail_after(5):
            await upstream.hung_up.wait()
    assert (response.body, response.ended_early) == ((b"data: 1\n\n" * 200)[:1000], "cap")


@pytest.mark.parametrize("content_type", ENDLESS)
async def test_one_that_ends_by_itself_is_whole(content_type: str) -> None:
    """Our choice: only what was left has to be told."""
    async with raw_upstream(head(content_type) + chunk(b"data: 1\n\n") + chunk(b"")) as upstream:
        response = await send(upstream.url, seconds=30)
    assert (response.body, response.ended_early) == (b"data: 1\n\n", None)


@pytest.mark.parametrize("content_type", ENDLESS[:-1])
async def test_what_came_before_a_stream_broke_off_is_the_answer(content_type: str) -> None:
    """Streams end so when a server restarts; what they told holds."""
    async with raw_upstream(head(content_type) + chunk(b"data: 1\n\n") + b"5\r\nda") as upstream:
        response = await send(upstream.url, seconds=30)
    assert (response.body, response.ended_early) == (b"data: 1\n\nda", "broken")


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "text/html"])
async def test_what_is_whole_or_nothing_is_broken_when_it_breaks_off(content_type: str) -> None:
    """security.md 18 R-UPSTREAM: truncated responses are isError."""
    async with raw_upstream(head(content_type) + chunk(b"data") + b"5\r\nda") as upstream:
        with pytest.raises(BrokenAnswerError):
            await send(upstream.url, seconds=30)


@pytest.mark.parametrize("sent", [(), (head("text/event-stream"),), (head("application/json"), chunk(b"[1,"))])
async def test_nothing_or_half_an_answer_by_the_deadline_is_a_timeout(sent: tuple[bytes, ...]) -> None:
    """security.md 16 R-TIMEOUT."""
    async with raw_upstream(then_silence(*sent)) as upstream:
        with pytest.raises(TimeoutError):
            await send(upstream.url)
        with anyio.fail_after(5):
            await upstream.hung_up.wait()


async def test_a_text_whose_length_was_said_is_whole_or_nothing() -> None:
    """Only what comes in chunks may be without end."""
    begun = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nhalf"
    async with raw_upstream(then_silence(begun)) as upstream:
        with pytest.raises(TimeoutError):
            await send(upstream.url)
    async with raw_upstream(answer(b"x" * 2000, content_type="text/plain")) as upstream:
        with pytest.raises(TooLargeError):
            await send(upstream.url, seconds=30)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_packed_stream_is_left_in_its_middle(encoding: str) -> None:
    """What was unpacked so far is kept, though what packs it has not come to its end."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | (16 if encoding == "gzip" else 0))
    first = packer.compress(b"data: 1\n\n") + packer.flush(zlib.Z_SYNC_FLUSH)
    begun = head("text/event-stream", Content_Encoding=encoding)
    async with raw_upstream(then_silence(begun, chunk(first))) as upstream:
        response = await send(upstream.url)
    assert (response.body, response.ended_early) == (b"data: 1\n\n", "deadline")


@pytest.mark.parametrize("rest", [b"\xff" * 50, b""])
async def test_a_stream_that_is_packed_no_longer_keeps_what_came(rest: bytes) -> None:
    """The error of an unpacker throws nothing away that it gave before; nor does an end that never came."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    first = packer.compress(b"data: 1\n\n") + packer.flush(zlib.Z_SYNC_FLUSH)
    sent = head("text/event-stream", Content_Encoding="gzip") + chunk(first) + (chunk(rest) if rest else b"")
    async with raw_upstream(sent + chunk(b"")) as upstream:
        response = await send(upstream.url, seconds=30)
    assert (response.body, response.ended_early) == (b"data: 1\n\n", "broken")


async def test_a_packed_stream_is_left_at_the_cap() -> None:
    """security.md 17 R-UPSTREAM: decompressed bytes count."""
    sent = head("text/event-stream", Content_Encoding="gzip") + chunk(gzip.compress(bytes(5_000_000)))
    async with raw_upstream(sent) as upstream:
        response = await send(upstream.url, seconds=30)
    assert (len(response.body), response.ended_early) == (1000, "cap")


async def test_what_came_of_a_redirect_is_not_the_answer() -> None:
    """Each request of a redirect begins anew."""
    onward = head("text/event-stream", Location="/b").replace(b"200 OK", b"307 Moved") + chunk(b"no")
    async with raw_upstream(onward, then_silence()) as upstream:
        with pytest.raises(TimeoutError):
            await send(upstream.url)
    assert upstream.targets == ["GET /", "GET /b"]


async def test_a_cancelled_call_has_no_answer() -> None:
    """security.md 25 R-CANCEL: the upstream request is closed, and nothing more is said."""
    async with raw_upstream(then_silence(head("text/event-stream"), chunk(b"data: 1\n\n"))) as upstream:
        with anyio.move_on_after(0.2) as scope:
            await send(upstream.url, seconds=30)
        assert scope.cancelled_caught
        with anyio.fail_after(5):
            await upstream.hung_up.wait()


@pytest.mark.parametrize(
    ("sent", "body", "end"),
    [
        (answer(b"plain", "500 No", Content_Encoding="gzip"), b"", "broken"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 100\r\n\r\nhalf", b"half", "broken"),
        (answer(b"x" * 2000, "429 No"), b"x" * 1000, "cap"),
        (then_silence(b"HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\nhalf"), b"half", "deadline"),
        (then_silence(b"HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\n"), b"", "deadline"),
    ],
)
async def test_a_refusal_keeps_its_status_whatever_becomes_of_its_body(
    sent: bytes | Write, body: bytes, end: str
) -> None:
    """RFC 9110 section 15: the status says what to do next."""
    async with raw_upstream(sent) as upstream:
        response = await send(upstream.url, seconds=0.3 if end == "deadline" else 30)
    assert response.status >= 400
    assert (response.body, response.ended_early) == (body, end)
