"""Links of several replicas to the Redis of the tests."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from redis.asyncio import Redis

from openapi_mcp.shared.link import Link
from openapi_mcp.shared.namespace import Namespace
from openapi_mcp.shared.seal import Seal

KEY = "k" * 40
_BACK = 100_000  # milliseconds


class Linked(Link):
    """A link that remembers what it said."""

    def __init__(self, url: str, key: str = KEY) -> None:
        self.said: list[str] = []
        super().__init__(url, Seal(key), self.said.append)

    def namespace(self, identity: str = "shop") -> Namespace:
        return Namespace(link=self, identity=identity)


@asynccontextmanager
async def links(url: str, *keys: str) -> AsyncIterator[tuple[Linked, ...]]:
    """Yield a link for each replica, closed at the end."""
    async with AsyncExitStack() as stack:
        found = tuple(Linked(url, key) for key in keys)
        for each in found:
            stack.push_async_callback(each.aclose)
        yield found


@asynccontextmanager
async def linked(url: str) -> AsyncIterator[Linked]:
    """Yield one link."""
    async with links(url, KEY) as (link,):
        yield link


def closed_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def wind_back(link: Linked) -> None:
    """Let the pauses of all breakers in Redis, whose clock nobody can move, be over."""

    async def work(redis: Redis) -> None:
        for key in await redis.keys("*:breakers:*"):
            for name, value in (await redis.hgetall(key)).items():
                failures, pause, until, probed, held = map(int, value.split())
                text = f"{failures} {pause} {until - _BACK} {probed and probed - _BACK} {held}"
                await redis.hset(key, name, text)

    await link.ask(work, None)


async def everything(redis: Redis) -> dict[bytes, bytes]:
    """Return all keys, with the values of those that are strings or hold some, as Redis has them on disk."""
    keys = [key for key in await redis.keys() if isinstance(key, bytes)]
    return {key: await redis.dump(key) or b"" for key in keys}


async def texts(redis: Redis, pattern: str) -> dict[bytes, bytes]:
    """Return the values of the keys of this pattern."""
    found = {key: await redis.get(key) for key in await redis.keys(pattern)}
    return {key: value for key, value in found.items() if isinstance(key, bytes) and isinstance(value, bytes)}
