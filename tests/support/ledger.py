"""An API that keeps a ledger: what reached it, when, and what it has done, for tests that count.

A plain HTTP server of its own loop and thread. It answers at once, late, with 202 and a job, with 429 or 503 at first,
with more than fits, by the path; every write is counted when it arrives, whether its answer gets home or not.
"""

import asyncio
import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from support.upstream import PATIENCE

LINES = 400  # of a large answer
_LINE = "a line that makes an answer larger than what one result may hold"

Document = dict[str, Any]
Said = tuple[int, Any, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request: `at` by the monotonic clock, `n` its number."""

    at: float
    method: str
    kind: str
    n: int
    key: str


@dataclass(slots=True)
class Ledger:
    """What the API has seen and done.

    `late` is how many seconds its slow answers take, `steps` how often a job is asked before it has ended.
    `done` counts each write by its kind and number: ("orders", 7) -> 1.
    """

    late: float = 2.0
    steps: int = 2
    port: int = 0
    operations: tuple[str, ...] = ()
    arrivals: list[Arrival] = field(default_factory=list)
    done: Counter[tuple[str, int]] = field(default_factory=Counter)
    fetched: list[int] = field(default_factory=list)
    _keys: dict[str, Said] = field(default_factory=dict)
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _asked: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def spec(self) -> str:
        """Where its description is."""
        return f"{self.url}/document.json"

    @property
    def twice(self) -> dict[tuple[str, int], int]:
        """The writes that were done more than once."""
        return {what: times for what, times in self.done.items() if times > 1}

    def arrived(self, kind: str, n: int | None = None) -> list[Arrival]:
        """Return the requests of a kind, or those of one number."""
        return [each for each in list(self.arrivals) if each.kind == kind and n in (None, each.n)]

    async def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Said:
        """Return status, JSON and headers."""
        if target == "/document.json":
            return self._description(headers)
        _, kind, *rest = target.partition("?")[0].split("/")
        n = int(rest[0]) if rest else int(json.loads(body)["n"])
        seen = Arrival(time.monotonic(), method, kind, n, headers.get("idempotency-key", ""))
        self.arrivals.append(seen)
        self._asked[kind, n] += 1
        return await (self._write(seen) if method in ("POST", "PUT") else self._read(seen))

    async def _read(self, seen: Arrival) -> Said:
        said = {"n": seen.n, "kind": seen.kind}
        first = self._asked[seen.kind, seen.n] == 1
        match seen.kind:
            case "slow":
                await asyncio.sleep(self.late)
            case "held":
                await self._released.wait()
            case "flaky" if first:
                return 503, {"detail": "in a moment"}, {}
            case "limited" if first:
                return 429, {"detail": "one a second"}, {"Retry-After": "1"}
            case "large":
                return 200, {**said, "lines": [{"line": n, "text": f"{seen.n}: {_LINE}"} for n in range(LINES)]}, {}
            case "builds":
                return self._build(seen)
            case "failing":
                return 503, {"detail": "not today"}, {}
            case "cached":
                return 200, {**said, "version": self.done["cached", seen.n]}, {"Cache-Control": "max-age=600"}
        return 200, said, {}

    def _build(self, seen: Arrival) -> Said:
        asked = self._asked["ask", seen.n] = self._asked["ask", seen.n] + 1
        if asked <= self.steps:
            return 200, {"id": seen.n, "status": "running"}, {"Retry-After": "1"}
        return 200, {"id": seen.n, "status": "succeeded", "n": seen.n, "kind": "builds"}, {}

    async def _write(self, seen: Arrival) -> Said:
        if seen.key in self._keys:
            return self._keys[seen.key]
        self.done[seen.kind, seen.n] += 1
        said: Said = (201, {"n": seen.n, "kind": seen.kind}, {})
        match seen.kind:
            case "exports":
                await asyncio.sleep(self.late)
            case "builds":
                return 202, {"id": seen.n, "status": "queued"}, {"Location": f"/builds/{seen.n}", "Retry-After": "1"}
        if seen.key:
            self._keys[seen.key] = said
        return said

    def _description(self, headers: dict[str, str]) -> Said:
        document = describe(*self.operations)
        etag = f'"{hashlib.sha256(json.dumps(document).encode()).hexdigest()[:16]}"'
        status = 304 if headers.get("if-none-match") == etag else 200
        self.fetched.append(status)
        return status, document, {"ETag": etag}


_READS = ("fast", "slow", "held", "flaky", "limited", "large", "counted", "failing", "cached")
_WRITES = ("orders", "payments", "exports", "builds")
_N: Document = {"type": "integer"}
_KEY: Document = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}


def describe(*more: str) -> Document:
    """Return the description of the API; further reads are named."""
    paths: Document = {f"/{kind}/{{n}}": {"get": _read(kind)} for kind in (*_READS, *more)}
    paths |= {f"/{kind}": {"post": _write(kind)} for kind in _WRITES}
    paths["/payments"]["post"]["parameters"] = [_KEY]
    paths["/builds"]["post"]["responses"] = {"202": {"description": "Begun."}}
    paths["/cached/{n}"]["put"] = {**_read("cached"), "operationId": "cached_put"}
    paths["/builds/{n}"] = {"get": _read("build")}
    return {"openapi": "3.1.0", "info": {"title": "Ledger", "version": "1"}, "paths": paths}


def _read(kind: str) -> Document:
    return {
        "operationId": kind,
        "parameters": [{"name": "n", "in": "path", "required": True, "schema": _N}],
        "responses": {"200": {"description": "Well."}},
    }


def _write(kind: str) -> Document:
    body = {"type": "object", "properties": {"n": _N}, "required": ["n"]}
    return {
        "operationId": kind,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"201": {"description": "Done."}},
    }


@contextmanager
def running_ledger(**more: Any) -> Iterator[Ledger]:
    """Yield the API on a free port of 127.0.0.1, stopped at the end."""
    ledger, started, ended = Ledger(**more), Future[asyncio.AbstractEventLoop](), asyncio.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(ledger, started, ended)), daemon=True)
    thread.start()
    loop = started.result(PATIENCE)
    try:
        yield ledger
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(PATIENCE)
        assert not thread.is_alive()


async def _serve(ledger: Ledger, started: "Future[asyncio.AbstractEventLoop]", ended: asyncio.Event) -> None:
    clients: set[asyncio.Task[None]] = set()

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(_conversation(ledger, reader, writer))
        clients.add(task)
        await asyncio.wait([task])
        clients.discard(task)

    server = await asyncio.start_server(client, "127.0.0.1", 0, backlog=512)
    ledger.port = server.sockets[0].getsockname()[1]
    started.set_result(asyncio.get_running_loop())
    await ended.wait()
    server.close()
    for task in clients:
        task.cancel()
    await asyncio.sleep(0)  # each closes its connection


async def _conversation(ledger: Ledger, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with closing(writer), suppress(ConnectionError, asyncio.IncompleteReadError):
        while True:
            await _exchange(ledger, reader, writer)


async def _exchange(ledger: Ledger, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines if each)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, target, _ = line.split(" ")
    status, said, more = await ledger.answer(method, target, headers, body)
    content = b"" if status == HTTPStatus.NOT_MODIFIED else json.dumps(said).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(content)), **more}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    writer.write(f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}\r\n".encode() + content)
    await writer.drain()
