"""Values in Redis that are none of ours, whatever they are: a start, a list and a call go on. Part 8, findings."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest
import redis as redis_client
from support.linked import Links, links
from support.redis import RedisServer
from support.upstream import Upstream, description

from openapi_mcp.app import App
from openapi_mcp.config import build_config
from openapi_mcp.model.call import Call
from openapi_mcp.opening import open_app
from openapi_mcp.server.agree import Agreeing
from openapi_mcp.server.questions import Questions
from openapi_mcp.server.switching import Switching
from openapi_mcp.switches import switch

pytestmark = pytest.mark.anyio

Own = redis_client.Redis
WRONG: dict[str, Callable[[Any, bytes], Any]] = {
    "string": lambda own, key: own.set(key, b"\xff\x00 nonsense"),
    "number": lambda own, key: own.set(key, "9" * 30),
    "empty string": lambda own, key: own.set(key, ""),
    "hash": lambda own, key: own.hset(key, mapping={"made": "abc", "mark": b"\xff", "sealed": "x", "total": "much"}),
    "list": lambda own, key: own.rpush(key, "a", "b"),
    "set": lambda own, key: own.sadd(key, "a", "b"),
    "sorted set": lambda own, key: own.zadd(key, {"a": 1e300, b"\xff": float("inf"), "c": float("-inf")}),
    "stream": lambda own, key: own.xadd(key, {"a": "b"}),
}
INSIDE = [b"abc", b"", b"\xff\xfe", b"-1", b"inf", b"nan", b"0x7f", b"9" * 15, b"9" * 18, b"9" * 400, b"1.5", b"null"]


class Server:
    """A server of several replicas, each with all that it shares."""

    def __init__(self, url: str, folder: Path, made: Links) -> None:
        options = {"spec": url, "rate_limit": "1000/s"}
        self.config = build_config(options, {}, folder)
        self.environ, self.made = {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}, made
        switch("shop", "gone", False, self.environ)

    async def replica(self) -> App:
        """Start one, look at the list as it does, call, and switch and confirm something; return its app."""
        link = self.made.link()
        async with AsyncExitStack() as stack:
            opening = open_app(self.config, self.made.said.append, {}, can_change=True, link=link, agrees=True)
            app = await stack.enter_async_context(opening)
            agreeing = Agreeing(app=app, link=link, notice=self.made.said.append, environ={})
            for _ in range(2):
                await agreeing.look()
                await agreeing.is_due(60)
            await Switching(link=link, environ=self.environ).look()
            for _ in range(2):
                result = await app.call(Call(tool="a", arguments={}))
                assert result.failure is None, result.failure
            questions = Questions(link)
            assert await questions.is_about(await questions.begin("a call"), "a call")
            return app
        raise AssertionError


def _inside(own: Any, key: bytes, value: bytes) -> None:
    """Put a value in place of each that a key has."""
    match own.type(key):
        case b"string":
            own.set(key, value)
        case b"hash":
            own.hset(key, mapping=dict.fromkeys([*own.hkeys(key), b"more"], value))
        case b"zset":
            own.zadd(key, dict.fromkeys([value, *own.zrange(key, 0, -1)], 1e300))


@pytest.mark.parametrize("kind", WRONG)
async def test_a_value_of_any_type_under_any_key_ends_nothing(
    redis: RedisServer, upstream: Upstream, tmp_path: Path, kind: str
) -> None:
    """A law: of each key that is there after a start, and of all of them."""

    def spoil(own: Own, key: bytes) -> None:
        own.delete(key)
        WRONG[kind](own, key)

    await _holds(redis, upstream, tmp_path, spoil)


@pytest.mark.parametrize("value", INSIDE, ids=lambda value: repr(value[:12]))
async def test_any_content_of_what_is_ours_ends_nothing(
    redis: RedisServer, upstream: Upstream, tmp_path: Path, value: bytes
) -> None:
    """A law: of the right type, with something else in it."""
    await _holds(redis, upstream, tmp_path, lambda own, key: _inside(own, key, value))


async def _holds(redis: RedisServer, upstream: Upstream, folder: Path, spoil: Callable[[Own, bytes], None]) -> None:
    async with links(redis.url) as made:
        server = Server(upstream.serve(description("/a", "/b")), folder, made)
        with Own.from_url(redis.url) as own, anyio.fail_after(60):
            await server.replica()
            kinds = {key: own.type(key) for key in own.scan_iter()}
            assert len(kinds) > 3
            for key in kinds:
                spoil(own, key)
                await server.replica()
            for key in kinds:
                spoil(own, key)
            await server.replica()
            fetched = len(upstream.seen)
            await server.replica()
            assert len(upstream.seen) - fetched <= 2  # the list, and answers, are written anew
