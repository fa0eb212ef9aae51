"""What the cache costs, and what it saves: calls a second of one executor with it against one without.

    python benchmarks/cache.py [-n CALLS] [--rounds ROUNDS]

A local upstream answers GETs with a small JSON object: one that stays fresh, one that names neither a lifetime nor a
validator, one with an ETag; and PUTs. The same calls are made, one after the other, with the cache and without, in
turns of a few, so that what else the machine does meets both. Time is that of a call, in microseconds; of several
rounds the median is shown. A call that cannot be cached may cost 1.05 of one without the cache.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from openapi_mcp.executor.cache import Cache
from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.generate import generate
from openapi_mcp.loader.read import read
from openapi_mcp.model.call import Call
from openapi_mcp.model.policy import METHODS, Selection

BODY = b'{"id": 7, "name": "Kettle", "price": "38.00", "in_stock": true}'
HEADERS = {
    "fresh": "Cache-Control: max-age=86400\r\n",
    "plain": "",
    "etag": 'ETag: "%d"\r\n',
    "write": "",
}
TOLD = {
    "fresh": "a fresh answer that is kept",
    "plain": "a read that cannot be kept",
    "etag": "a new answer each time, kept with its ETag",
    "write": "a write",
}
TURN = 20


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=1000, help="calls of each kind in each round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the median counts")
    options = parser.parse_args()
    print(f"{'':46}{'without, us':>12}{'with, us':>10}{'ratio':>8}")
    asyncio.run(measure(options.n, options.rounds))


async def measure(calls: int, rounds: int) -> None:
    """Measure each kind of call and show it."""
    with tempfile.TemporaryDirectory() as folder:
        async with upstream() as base, AsyncExitStack() as stack:
            without = await stack.enter_async_context(executor(base, None))
            cache = Cache(path=Path(folder) / "own" / "answers.db", now=time.time, say=print)
            stack.callback(cache.close)
            with_it = await stack.enter_async_context(executor(base, cache))
            for kind in HEADERS:
                times = [await one_round(kind, calls, without, with_it) for _ in range(rounds)]
                off, on = (statistics.median(column) for column in zip(*times, strict=True))
                ratio = statistics.median(on / off for off, on in times)
                print(f"{TOLD[kind]:46}{off * 1e6:12.0f}{on * 1e6:10.0f}{ratio:8.2f}", flush=True)


async def one_round(kind: str, calls: int, *executors: Executor) -> list[float]:
    """Return the seconds of a call with each executor; they take turns."""
    spent = [0.0 for _ in executors]
    for each in executors:
        await timed(each, kind, TURN)
    for _ in range(calls // TURN):
        for index, each in enumerate(executors):
            spent[index] += await timed(each, kind, TURN)
    return [each / (calls // TURN * TURN) for each in spent]


async def timed(executor: Executor, kind: str, calls: int) -> float:
    """Return the seconds that these calls take."""
    began = time.perf_counter()
    for _ in range(calls):
        if (await executor.call(Call(tool=kind))).is_error:
            raise SystemExit(f"a call of {kind} failed")
    return time.perf_counter() - began


@asynccontextmanager
async def executor(base: str, cache: Cache | None) -> AsyncIterator[Executor]:
    """Yield an executor of the upstream's operations."""
    paths: dict[str, Any] = {
        f"/{kind}": {"put" if kind == "write" else "get": {"operationId": kind, "responses": {}}} for kind in HEADERS
    }
    document = read(
        {"openapi": "3.1.0", "info": {"title": "Benchmark", "version": "1"}, "paths": paths}, source="", base_uri=None
    )
    tools = generate(document, Selection(methods=frozenset(METHODS)))
    async with Executor(document, tools, base_url=base, cache=cache) as running:
        yield running


class Products(asyncio.Protocol):
    """Answers each request by the path asked for, on a connection that stays."""

    transport: asyncio.Transport
    count = 0

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self.transport, self.pending = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self.pending += data
        while b"\r\n\r\n" in self.pending:
            head, _, self.pending = self.pending.partition(b"\r\n\r\n")
            headers = HEADERS[head.split(b" ", 2)[1].decode().strip("/")]
            Products.count += 1
            said = headers % Products.count if "%d" in headers else headers
            fields = f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n{said}"
            self.transport.write(f"HTTP/1.1 200 OK\r\n{fields}\r\n".encode() + BODY)


@asynccontextmanager
async def upstream() -> AsyncIterator[str]:
    """Yield the base URL of an upstream in this process: what it takes is in both."""
    server = await asyncio.get_running_loop().create_server(Products, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


if __name__ == "__main__":
    main()
