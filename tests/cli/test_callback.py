"""The loopback address: one answer, and nothing that breaks it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.abc import SocketStream

from openapi_mcp.auth.code import StrangeRedirectError
from openapi_mcp.auth.token import TokenError
from openapi_mcp.cli import callback as module
from openapi_mcp.cli.callback import Callback, listen
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.secret import Secret

pytestmark = pytest.mark.anyio


def read(query: str) -> Secret:
    match query:
        case "good":
            return Secret("c0de")
        case "no":
            raise TokenError("no")
    raise StrangeRedirectError


@asynccontextmanager
async def listening() -> AsyncIterator[Callback]:
    callback = await listen(0)
    callback.read = read
    async with callback.listener, anyio.create_task_group() as group:
        group.start_soon(callback.serve)
        yield callback
        group.cancel_scope.cancel()


async def connect(callback: Callback) -> SocketStream:
    return await anyio.connect_tcp("127.0.0.1", callback.port)


def asking(callback: Callback, target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nhost: 127.0.0.1:{callback.port}\r\n\r\n".encode()


async def answer(stream: SocketStream) -> bytes:
    """Return what arrives until the other side hangs up."""
    found = b""
    with anyio.fail_after(30):
        async with stream:
            try:
                while True:
                    found += await stream.receive()
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                return found


async def test_the_first_answer_counts_and_the_browser_is_told_how_it_ended() -> None:
    """RFC 8252 section 7.3."""
    async with listening() as callback:
        assert callback.redirect_uri == f"http://127.0.0.1:{callback.port}/callback"
        first = await connect(callback)
        for piece in (b"GET /callback?good HTTP/1.1\r\nHo", f"st: 127.0.0.1:{callback.port}\r\n\r\n".encode()):
            await first.send(piece)
        await callback.came.wait()
        assert callback.code == Secret("c0de")
        second = await connect(callback)
        await second.send(asking(callback, "/callback?good"))
        assert (await answer(second)).startswith(b"HTTP/1.1 400 Bad Request\r\n")
        await callback.say("Done.")
        page = await answer(first)
        callback.give_up(ConfigError("too late"))
    assert page.startswith(b"HTTP/1.1 200 OK\r\n")
    assert page.endswith(b"\r\n\r\nopenapi-mcp: Done.\n")
    assert callback.refusal is None


async def test_a_refusal_is_an_answer_too() -> None:
    """RFC 6749 section 4.1.2.1."""
    async with listening() as callback:
        stream = await connect(callback)
        await stream.send(asking(callback, "/callback?no"))
        await callback.came.wait()
        assert (callback.code, str(callback.refusal)) == (None, "no")
        await callback.say("Failed.")
        assert (await answer(stream)).endswith(b"openapi-mcp: Failed.\n")


async def test_before_anything_is_asked_nothing_is_an_answer() -> None:
    """Our choice: the address is bound before the question is made."""
    async with listening() as callback:
        callback.read = None
        stream = await connect(callback)
        await stream.send(asking(callback, "/callback?good"))
        assert b" 400 " in await answer(stream)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x00\xff garbage\r\n\r\n", b"404"),
        (b"\r\n\r\n", b"404"),
        (b"GET /callback?good\r\n\r\n", b"404"),
        (b"GET /callback?good HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /callback?good HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"400"),
        (b"POST /callback?good HTTP/1.1\r\n\r\n", b"405"),
        (b"x" * 40_000, b"404"),
    ],
)
async def test_what_is_no_answer_is_refused(sent: bytes, status: bytes) -> None:
    """security.md 29: malformed requests get 4xx and end nothing."""
    async with listening() as callback:
        stream = await connect(callback)
        await stream.send(sent)
        assert (await answer(stream)).startswith(b"HTTP/1.1 " + status)
        assert not callback.came.is_set()


async def test_who_says_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 29: slow clients do not delay others."""
    monkeypatch.setattr(module, "_HEAD_SECONDS", 0.01)
    async with listening() as callback:
        idle = await connect(callback)
        assert await answer(idle) == b""
        gone = await connect(callback)
        await gone.aclose()
        await callback.say("Nobody reads this.")


async def test_the_last_word_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 16."""
    monkeypatch.setattr(module, "_LAST_WORD_SECONDS", 0.0)
    async with listening() as callback:
        await callback.say("Nobody is there.")


async def test_a_port_that_cannot_be_had_is_said() -> None:
    """style.md, Errors."""
    async with listening() as callback:
        with pytest.raises(ConfigError, match=f"cannot listen on port {callback.port}"):
            await listen(callback.port)
