"""Real connections that wait only so long for a request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest
import uvicorn
from uvicorn.server import ServerState

from openapi_mcp.server import connection
from openapi_mcp.server.asgi import Message, Receive, Send, answer
from openapi_mcp.server.connection import Connection

pytestmark = pytest.mark.anyio

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Watched(Connection):
    """A connection that tells when it has looked three times."""

    looks = 0
    looked: asyncio.Event

    def _look(self) -> None:
        super()._look()
        Watched.looks += 1
        if Watched.looks == 3:
            Watched.looked.set()


@asynccontextmanager
async def connected(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Yield a connection to an app that answers once the server has looked three times."""
    monkeypatch.setattr(connection, "PATIENCE", 0.02)
    Watched.looks, Watched.looked = 0, asyncio.Event()

    async def app(scope: Message, _receive: Receive, send: Send) -> None:
        if scope["path"] == "/later":
            await Watched.looked.wait()
        await answer(send, 200, "well")

    config = uvicorn.Config(app, http=Watched, ws="none", lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(lambda: Watched(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    try:
        with anyio.fail_after(20):
            yield reader, writer
    finally:
        writer.close()
        server.close()
        with anyio.fail_after(20):
            while state.connections:
                await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize(
    "said", [b"", b"GET / HTTP/1.1\r\nHost: lo", REQUEST + b"GET / HT"], ids=["none", "half", "2nd"]
)
async def test_a_client_that_asks_nothing_is_hung_up_on(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 29: in its first request or in a later one."""
    async with connected(monkeypatch) as (reader, writer):
        writer.write(said)
        answered = await reader.read()
        assert answered.count(b"HTTP/1.1 200") == said.count(REQUEST)


async def test_a_byte_now_and_then_is_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 29: uvicorn's own timer begins anew with each of them."""
    async with connected(monkeypatch) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nX: ")
        end = asyncio.ensure_future(reader.read())
        while not end.done():
            writer.write(b"x")
            await asyncio.wait([end], timeout=0.005)
        assert isinstance(end.exception(), ConnectionResetError | None)  # what was written meanwhile is refused


async def test_between_two_requests_a_connection_may_be_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: a balancer keeps it for a minute, and loses the request that it sends as we hang up."""
    async with connected(monkeypatch) as (reader, writer):
        for _ in range(2):
            writer.write(REQUEST)
            while (await reader.readline()).strip():
                pass
            assert await reader.readexactly(4) == b"well"
            await Watched.looked.wait()


@pytest.mark.parametrize(("most", "seconds"), [(1, 5), (2, 75)])
async def test_where_many_wait_none_waits_for_long(most: int, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Security requirement 29: there is room for more."""
    monkeypatch.setattr(connection, "_MANY", most)
    patience: list[int] = []

    class Told(Watched):
        def on_response_complete(self) -> None:
            super().on_response_complete()
            patience.append(self.timeout_keep_alive)

    monkeypatch.setattr("test_server_connection.Watched", Told)
    async with connected(monkeypatch) as (reader, writer):
        writer.write(REQUEST)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        while not patience:
            await anyio.lowlevel.checkpoint()
    assert patience == [seconds]


async def test_an_answer_may_take_as_long_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call has a deadline of its own, and a stream of news has no end."""
    async with connected(monkeypatch) as (reader, writer):
        writer.write(REQUEST.replace(b"/ ", b"/later ", 1))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        assert Watched.looks >= 3
