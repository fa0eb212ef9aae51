"""Links of several replicas to the Redis of the tests."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from openapi_mcp.shared.corner import Corner
from openapi_mcp.shared.link import Link
from openapi_mcp.shared.seal import Seal

KEY = "k" * 40


class Linked(Link):
    """A link that remembers what it said."""

    def __init__(self, url: str, key: str = KEY) -> None:
        self.said: list[str] = []
        super().__init__(url, Seal(key), self.said.append)

    def corner(self, identity: str = "shop") -> Corner:
        return Corner(link=self, identity=identity)


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
