"""Calls without end, 20 in flight, over stdio or HTTP, until a server is told to end: which were answered, and when."""

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from support.child import Child, running, serving_http
from support.upstream import PATIENCE

IN_FLIGHT = 20
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "load", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
HEADERS = (
    "Host: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
    "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: echo\r\n"
)


@dataclass(slots=True)
class Load:
    """Calls of `echo` with the numbers from `first` on; `answered` says when each was, by the monotonic clock."""

    child: Child
    url: str = ""
    first: int = 0
    answered: dict[int, float] = field(default_factory=dict)
    is_over: bool = False
    _thread: Thread | None = None

    def begin(self) -> None:
        """Start calling."""
        self._thread = Thread(target=self._over_http if self.url else self._over_stdio, daemon=True)
        self._thread.start()

    def go_on(self, seconds: float, calls: int = 100) -> None:
        """Return when calls have been answered for so long, and so many of them at least."""
        until, most = time.monotonic() + seconds, time.monotonic() + PATIENCE
        while time.monotonic() < until or len(self.answered) < calls:
            assert time.monotonic() < most, f"{len(self.answered)} calls were answered: {self.child.stderr}"
            assert self.child.process.poll() is None, self.child.stderr
            time.sleep(0.02)

    def end(self, how: signal.Signals | None) -> float:
        """End the server by a signal, or by the end of its stdin; return when. All that it answered has been read."""
        at = time.monotonic()
        if how is None:
            self.is_over = True  # a frame that is half written when its pipe closes is no call
            self._joined()
            self.child.close_stdin()
        else:
            self.child.process.send_signal(how)
        self.child.wait()
        self.is_over = True
        self._joined()
        return at

    def _joined(self) -> None:
        assert self._thread is not None
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def answered_before(self, moment: float) -> set[int]:
        """Return the numbers of the calls that were answered before a moment."""
        return {n for n, when in self.answered.items() if when < moment}

    def _was_answered(self, answer: bytes) -> None:
        now, said = time.monotonic(), json.loads(answer)
        assert said["result"]["structuredContent"]["target"] == f"/echo?n={said['id']}"
        self.answered[said["id"]] = now

    def _over_stdio(self) -> None:
        numbers, waiting = count(self.first), 0
        while True:
            while waiting < IN_FLIGHT and not self.is_over:
                with suppress(BrokenPipeError):
                    self.child.write(call(next(numbers)) + b"\n")
                waiting += 1
            if not waiting or (line := self.child.out.get(timeout=PATIENCE)) is None:
                return
            waiting -= 1
            self._was_answered(line)

    def _over_http(self) -> None:
        asyncio.run(self._clients())

    async def _clients(self) -> None:
        numbers = count(self.first)
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(self._client(numbers))

    async def _client(self, numbers: "count[int]") -> None:
        """Call one after the other until the server has gone."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(self.url).port)
            try:
                while not self.is_over and await self._has_called(next(numbers), reader, writer):
                    continue
            finally:
                writer.close()
                await writer.wait_closed()

    async def _has_called(self, n: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Make one call; return whether it was answered."""
        body = call(n)
        head = f"POST {urlsplit(self.url).path} HTTP/1.1\r\n{HEADERS}Content-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        said = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not said.startswith(b"http/1.1 200 "):
            return False
        self._was_answered(await reader.readexactly(int(said.partition(b"content-length:")[2].split(b"\r\n")[0])))
        return True


def call(n: int) -> bytes:
    params: dict[str, Any] = {"name": "echo", "arguments": {"n": n}, "_meta": META}
    return json.dumps({"jsonrpc": "2.0", "id": n, "method": "tools/call", "params": params}).encode()


@contextmanager
def under_load(transport: str, *options: str, folder: Path, first: int = 0) -> Iterator[Load]:
    """Yield a server that is being called."""
    if transport == "stdio":
        with running("serve", *options, folder=folder) as child:
            load = Load(child, first=first)
            load.begin()
            yield load
    else:
        with serving_http(*options, folder=folder) as (child, url):
            load = Load(child, url, first=first)
            load.begin()
            yield load
