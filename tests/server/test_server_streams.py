"""How many streams for news there may be where nobody has a session, and which ends for a new one."""

from typing import Any

import anyio
import pytest
from support.asgi import Answers, http

from openapi_mcp.model.call import Caller
from openapi_mcp.server.asgi import Message, Receive, Send
from openapi_mcp.server.callers import noted
from openapi_mcp.server.streams import Streams

pytestmark = pytest.mark.anyio


class Sdk:
    """An app whose answer to a GET goes on until the test is over; `starts` says whether it begins."""

    def __init__(self, *, starts: bool = True) -> None:
        self.asked: list[str] = []
        self._starts = starts

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.asked.append(scope.get("method", scope["type"]))
        if scope.get("method") != "GET":
            return
        if self._starts:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        await anyio.sleep_forever()


async def receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


class Open:
    """Streams that are opened one after another, and what became of them."""

    def __init__(self, streams: Streams, group: Any) -> None:
        self._streams = streams
        self._group = group
        self.ended: list[str] = []
        self.answers: dict[str, Answers] = {}

    async def open(self, name: str, who: str = "") -> None:
        """Open a stream, and let all that follows from it happen."""
        self.answers[name] = Answers()
        self._group.start_soon(self._one, name, who)
        await anyio.wait_all_tasks_blocked()

    async def _one(self, name: str, who: str) -> None:
        scope = {**http("GET"), **noted(Caller(id=who), {})}
        await self._streams(scope, receive, self.answers[name].send)
        self.ended.append(name)


async def test_a_caller_with_too_many_loses_the_oldest_of_their_own() -> None:
    """security.md 29: and nobody else loses any. What has begun ends well."""
    async with anyio.create_task_group() as group:
        streams = Open(Streams(Sdk(), of_one=2, of_all=10), group)
        await streams.open("a", "ann")
        for name in ("b", "c", "d"):
            await streams.open(name, "bob")
        assert streams.ended == ["b"]
        assert streams.answers["b"][-1] == {"type": "http.response.body"}
        group.cancel_scope.cancel()


async def test_where_there_are_too_many_the_oldest_ends_for_the_newcomer() -> None:
    """Nobody can lock others out."""
    async with anyio.create_task_group() as group:
        streams = Open(Streams(Sdk(), of_one=2, of_all=3), group)
        for name in ("a", "b", "c", "d"):
            await streams.open(name)
        assert streams.ended == ["a"]
        group.cancel_scope.cancel()


async def test_one_that_has_not_begun_is_answered_as_a_whole() -> None:
    """No request goes without an answer."""
    async with anyio.create_task_group() as group:
        streams = Open(Streams(Sdk(starts=False), of_all=1), group)
        await streams.open("a")
        await streams.open("b")
        assert streams.answers["a"].status == 503
        group.cancel_scope.cancel()


async def test_what_is_no_stream_is_not_counted() -> None:
    """A POST, and what is not HTTP."""
    sdk = Sdk()
    streams = Streams(sdk, of_all=0)
    for scope in (http("POST"), http("POST"), {"type": "lifespan"}):
        await streams(scope, receive, Answers().send)
    assert sdk.asked == ["POST", "POST", "lifespan"]
