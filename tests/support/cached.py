"""An executor with a cache whose clock a test sets, before an API that answers as it is told."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

from openapi_mcp.executor.cache import Cache
from openapi_mcp.executor.cache_disk import AnswersOnDisk
from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.generate import generate
from openapi_mcp.model.call import ANYONE, Call, Caller, Result
from openapi_mcp.model.policy import Limits
from support.make import ALL_METHODS, Json, document, parameter
from support.raw import RawUpstream, Write, answer, raw_upstream

ORDER = [parameter("id", "path")]
PATHS: Json = {
    "/orders": {
        "get": {"operationId": "orders", "parameters": [parameter("page"), parameter("X-Part", "header")]},
        "head": {"operationId": "orders_head"},
        "post": {"operationId": "add_order"},
    },
    "/orders/{id}": {
        "get": {
            "operationId": "order",
            "parameters": [*ORDER, parameter("If-None-Match", "header"), parameter("Range", "header")],
        },
        "put": {"operationId": "set_order", "parameters": ORDER},
        "delete": {"operationId": "drop_order", "parameters": ORDER},
    },
    "/orders/{id}/lines": {
        "get": {"operationId": "lines", "parameters": ORDER},
        "post": {"operationId": "add_line", "parameters": ORDER},
    },
    "/people": {"get": {"operationId": "people"}},
}


@dataclass(slots=True)
class Clock:
    """Seconds since 1970, as a test sets them."""

    now: float = field(default_factory=lambda: float(int(time.time())))

    def __call__(self) -> float:
        return self.now

    def date(self, seconds: float = 0) -> str:
        """Return the time so many seconds from now, as a header has it."""
        return formatdate(self.now + seconds, usegmt=True)


@dataclass(slots=True)
class Cached:
    """An executor that runs, its API, its clock, and what was said of the cache."""

    running: Executor
    upstream: RawUpstream
    clock: Clock
    cache: Cache
    said: list[str]

    async def call(self, tool: str = "orders", caller: Caller = ANYONE, **arguments: Any) -> Result:
        return await self.running.call(Call(tool=tool, arguments=arguments, caller=caller))

    async def note(self, tool: str = "orders", caller: Caller = ANYONE, **arguments: Any) -> Any:
        """Return what the result of a call says of the cache: None where the API answered it."""
        result = await self.call(tool, caller, **arguments)
        return ((result.structured or {}).get("_note") or {}).get("cache")

    async def is_kept(self, tool: str = "orders", caller: Caller = ANYONE, **arguments: Any) -> bool:
        """True where a call is answered without the API."""
        before = len(self.upstream.seen)
        await self.call(tool, caller, **arguments)
        return len(self.upstream.seen) == before

    async def keep(self, tool: str = "orders", caller: Caller = ANYONE, **arguments: Any) -> None:
        """Make a call, whose answer must be kept."""
        result = await self.call(tool, caller, **arguments)
        assert result.trace is not None
        assert result.trace.cache in ("stored", "hit")


def disk(api: Cached) -> AnswersOnDisk:
    """Return the file of its kept answers, as the cache has it."""
    assert isinstance(api.cache.store, AnswersOnDisk)
    return api.cache.store


@asynccontextmanager
async def cached(
    folder: Path,
    *answers: bytes | Write,
    paths: Json | None = None,
    limits: Limits | None = None,
    clock: Clock | None = None,
    cache: Mapping[str, Any] | None = None,
    root: Json | None = None,
    **options: Any,
) -> AsyncIterator[Cached]:
    """Yield an executor whose API gives these answers, and whose kept ones are in a folder."""
    clock = clock or Clock()
    said: list[str] = []
    made = document(paths or PATHS, **(root or {}))
    held = Cache(path=folder / "kept" / "answers.db", now=clock, say=said.append, **(cache or {}))
    limits = limits or Limits(retries=0)
    async with raw_upstream(*(answers or (fresh(),))) as upstream:
        url = options.pop("base_url", None) or upstream.url
        tools = generate(made, ALL_METHODS)
        async with Executor(made, tools, base_url=url, limits=limits, cache=held, **options) as running:
            try:
                yield Cached(running, upstream, clock, held, said)
            finally:
                held.close()


def fresh(body: bytes = b'{"n": 1}', seconds: int = 60, **headers: str) -> bytes:
    """Return an answer that stays fresh for so long."""
    return answer(body, **{"Cache_Control": f"max-age={seconds}", **headers})


def not_modified(**headers: str) -> bytes:
    """Return a 304."""
    fields = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n{fields}\r\n".encode()


class Held:
    """An answer that comes when it is let: `has_come` says that its request is there."""

    def __init__(self, said: bytes) -> None:
        self._said = said
        self.has_come = asyncio.Event()
        self.let = asyncio.Event()

    async def __call__(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.has_come.set()
        await self.let.wait()
        writer.write(self._said)
        await writer.drain()
