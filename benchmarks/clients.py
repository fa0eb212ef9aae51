"""What the benchmarks of calls share: an upstream, the commands of servers for it, and clients that send them calls.

Upstream and servers are processes of their own; every answer is held against its own request's id.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

UPSTREAM = """
import asyncio
BODY = b'{"id": %s, "name": "Kettle", "price": "38.00", "in_stock": true}'
HEAD = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n"
class Products(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.pending = transport, b""
    def data_received(self, data):
        self.pending += data
        while b"\\r\\n\\r\\n" in self.pending:
            head, _, self.pending = self.pending.partition(b"\\r\\n\\r\\n")
            body = BODY % head.split(b" ", 2)[1].rpartition(b"/")[2]
            self.transport.write(HEAD % len(body) + body)
async def main():
    server = await asyncio.get_running_loop().create_server(Products, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "benchmark", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
HEADERS = (
    "Host: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
    "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: get_product\r\n"
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What calls took: CPU seconds of the process, and the seconds from the first whole round of them to the last."""

    cpu: float
    seconds: float


Run = Callable[[int, int], Cost]


def commands(base: str, document: Path) -> tuple[list[str], list[str]]:
    """Write the document; return what starts a server for it over stdio, and over HTTP."""
    document.write_text(json.dumps(description()), encoding="utf-8")
    options = ["--spec", str(document), "--base-url", base, "--no-catalogue"]
    serve = [sys.executable, "-m", "openapi_mcp", "serve"]
    return [*serve, *options], [*serve, "http", "--port", "0", *options]


def description() -> dict[str, Any]:
    """Return a document with one operation."""
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    operation = {"operationId": "get_product", "parameters": [parameter]}
    paths = {"/products/{id}": {"get": {**operation, "responses": {"200": {"description": "the product"}}}}}
    return {"openapi": "3.1.0", "info": {"title": "Benchmark", "version": "1"}, "paths": paths}


@contextmanager
def upstream() -> Iterator[str]:
    """Yield the base URL of an upstream."""
    with subprocess.Popen([sys.executable, "-c", UPSTREAM], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{int(pipe(process.stdout).readline())}"
        finally:
            process.kill()


def run_stdio(command: list[str], calls: int, width: int) -> Cost:
    """Send the calls through a server over stdio, `width` at a time."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        seconds = exchange(process, calls, width)
        pipe(process.stdin).close()
        return Cost(cpu_of(process), seconds)


def exchange(process: "subprocess.Popen[bytes]", calls: int, width: int) -> float:
    """Send calls to a server over stdio, `width` at a time; return the seconds from the first whole round of them."""
    sent, began, awaited = 0, 0.0, set()
    stdin, stdout = pipe(process.stdin), pipe(process.stdout)
    for answered in range(calls):
        while sent < min(calls, answered + width):
            stdin.write(frame(sent) + b"\n")
            awaited.add(sent)
            sent += 1
        stdin.flush()
        awaited.remove(own_id(stdout.readline()))
        began = time.perf_counter() if answered + 1 == width else began
    return time.perf_counter() - began


def run_http(command: list[str], calls: int, width: int) -> Cost:
    """Send the calls through a server over Streamable HTTP, on `width` connections."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        port, path = listening(pipe(process.stderr))
        seconds = asyncio.run(Clients(calls, width, path).run(port))
        process.send_signal(signal.SIGTERM)
        return Cost(cpu_of(process), seconds)


def listening(stderr: IO[str]) -> tuple[int, str]:
    """Return port and path of an endpoint, once a server says that it listens there."""
    for line in stderr:
        if found := re.search(r"listening on http://127\.0\.0\.1:(\d+)(/\S*)", line):
            return int(found[1]), found[2]
    raise RuntimeError("the server ended before it listened")


class Clients:
    """Connections that each send a call when the answer to the last one is there."""

    def __init__(self, calls: int, width: int, path: str) -> None:
        self.numbers = iter(range(calls))
        self.width, self.path = width, path
        self.answered = self.closed = 0
        self.began = 0.0
        self.done = asyncio.Event()

    async def run(self, port: int) -> float:
        """Return the seconds from the first whole round to the last answer."""
        loop = asyncio.get_running_loop()
        for _ in range(self.width):
            await loop.create_connection(lambda: Client(self), "127.0.0.1", port)
        await self.done.wait()
        return time.perf_counter() - self.began

    def request(self, number: int) -> bytes:
        """Return a call as an HTTP request."""
        body = frame(number)
        return f"POST {self.path} HTTP/1.1\r\n{HEADERS}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def was_answered(self) -> None:
        """Count one more."""
        self.answered += 1
        if self.answered == self.width:
            self.began = time.perf_counter()

    def was_closed(self) -> None:
        """Count a connection that has nothing left to do."""
        self.closed += 1
        if self.closed == self.width:
            self.done.set()


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.pending = b""
        self.number: int | None = None
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first call."""
        self.transport = transport
        self.go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """Be counted; with a call unanswered it is a failure."""
        self.clients.was_closed()
        if self.number is not None:
            raise SystemExit("a connection was lost")

    def go_on(self) -> None:
        """Send the next call, or hang up."""
        self.number = next(self.clients.numbers, None)
        if self.number is None:
            self.transport.close()
        else:
            self.transport.write(self.clients.request(self.number))

    def data_received(self, data: bytes) -> None:
        """Take a whole answer, which must be that of the call."""
        self.pending += data
        head, blank, body = self.pending.partition(b"\r\n\r\n")
        if not blank or len(body) < int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]):
            return
        if own_id(body) != self.number:
            raise SystemExit("an answer went astray")
        self.pending = b""
        self.clients.was_answered()
        self.go_on()


def frame(number: int) -> bytes:
    """Return a call for the product of this number, under the same number."""
    call = {"name": "get_product", "arguments": {"id": number}, "_meta": META}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": call}).encode()


def own_id(answer: bytes) -> int:
    """Return the number of an answer, which must hold the product of that number."""
    said = json.loads(answer)
    number = int(said["id"])
    if said["result"]["isError"] or said["result"]["structuredContent"]["id"] != number:
        raise SystemExit(f"an answer is not of its own request: {answer[:300]!r}")
    return number


def pipe(stream: IO[Any] | None) -> IO[Any]:
    """Return a pipe that is there."""
    if stream is None:
        raise RuntimeError("the process has no such pipe")
    return stream


def cpu_of(process: "subprocess.Popen[Any]") -> float:
    """Wait for the end of a process and return the CPU seconds it took."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"a process ended with {process.returncode}")
    return used.ru_utime + used.ru_stime
