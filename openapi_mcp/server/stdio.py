"""MCP over standard input and output.

stdout carries the protocol and nothing else: from the first moment its descriptor is ours alone, and what anyone prints
goes to stderr. Reading happens in a thread that nobody waits for, so that a signal ends the process at once even while
the client says nothing.
"""

import json
import os
import re
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from openapi_mcp.app import App
from openapi_mcp.errors import ExitCode
from openapi_mcp.server.signals import ending_signals

_CHUNK = 1 << 16
_LONGEST_LINE = 16 << 20  # bytes; more than any sensible request, less than harms us
_GRACE = 2.0  # seconds that calls in flight have after the end of stdin
_ANSWER = re.compile(r'\{"jsonrpc":"2\.0","id":(-?\d+|"(?:[^"\\]|\\.)*"),"(?:result|error)":')  # as the SDK writes it


@dataclass(frozen=True, slots=True)
class Wire:
    """The descriptors of the client's pipe, moved away from 0 and 1."""

    read: int
    write: int


def claim_wire() -> Wire:
    """Take stdin and stdout for the protocol: descriptor 0 becomes empty, descriptor 1 becomes stderr."""
    sys.stdout.flush()
    wire = Wire(os.dup(0), os.dup(1))
    if sys.platform != "win32":
        for descriptor in (wire.read, wire.write):
            os.set_blocking(descriptor, True)  # a parent may have left its pipes otherwise
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return wire


async def serve_stdio(app: App, wire: Wire) -> ExitCode:
    """Serve one client until its end of stdin, SIGINT or SIGTERM; return the exit status."""
    from mcp.server.stdio import stdio_server

    from openapi_mcp.server.protocol import create_server

    server = create_server(app)
    ended = ExitCode.OK
    async with anyio.create_task_group() as group, ending_signals() as arriving:

        async def stop_on_signal() -> None:
            nonlocal ended
            async for number in arriving:
                ended = ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.OK
                group.cancel_scope.cancel()

        group.start_soon(stop_on_signal)
        unanswered = _Unanswered()
        async with (
            _lines(wire.read) as lines,
            stdio_server(_Reader(lines, unanswered), _Writer(wire.write, unanswered)) as (read, write),  # type: ignore[arg-type]
        ):
            await server.run(read, write, server.create_initialization_options())
        group.cancel_scope.cancel()
    return ended


@dataclass(slots=True)
class _Unanswered:
    """The ids of the requests that await their answer, as they pass by on the wire."""

    ids: set[str | int] = field(default_factory=set)
    emptied: anyio.Event = field(default_factory=anyio.Event)

    def asked(self, line: str) -> None:
        try:
            frame = json.loads(line)
        except (ValueError, RecursionError):
            return
        match frame:
            case {"method": "notifications/cancelled", "params": {"requestId": str() | int() as cancelled}}:
                self._settle(cancelled)
            case {"method": str(), "id": str() | int() as asked}:
                self.ids.add(asked)

    def answered(self, text: str) -> None:
        if found := _ANSWER.match(text):
            self._settle(json.loads(found[1]))

    async def none_left(self) -> None:
        while self.ids:
            self.emptied = anyio.Event()
            await self.emptied.wait()

    def _settle(self, number: str | int) -> None:
        self.ids.discard(number)
        if not self.ids:
            self.emptied.set()


@dataclass(slots=True)
class _Reader:
    """The lines of the client as the SDK reads a text file; its end waits a little for answers that are due."""

    lines: MemoryObjectReceiveStream[str]
    unanswered: _Unanswered

    async def __aiter__(self) -> AsyncIterator[str]:
        async for line in self.lines:
            self.unanswered.asked(line)
            yield line
        with anyio.move_on_after(_GRACE):
            await self.unanswered.none_left()


@dataclass(slots=True)
class _Writer:
    """The pipe to the client as the SDK writes a text file."""

    descriptor: int
    unanswered: _Unanswered

    async def write(self, text: str) -> None:
        await anyio.to_thread.run_sync(self._write_all, text.encode("utf-8", "replace"), abandon_on_cancel=True)
        self.unanswered.answered(text)

    async def flush(self) -> None:
        """Nothing is held back."""

    def _write_all(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self.descriptor, view) :]
            except OSError:
                return  # the client is gone; the end of stdin ends us


@asynccontextmanager
async def _lines(descriptor: int) -> AsyncIterator[MemoryObjectReceiveStream[str]]:
    send, receive = anyio.create_memory_object_stream[str](0)
    token = anyio.lowlevel.current_token()
    threading.Thread(target=_pump, args=(descriptor, send, token), daemon=True, name="stdin").start()
    async with receive:
        yield receive


def _pump(descriptor: int, send: MemoryObjectSendStream[str], token: Any) -> None:
    """Hand lines to the loop, each when it is asked for; ends with the pipe, or with the loop."""
    try:
        for line in _split(descriptor):
            anyio.from_thread.run(send.send, line, token=token)
        anyio.from_thread.run_sync(send.close, token=token)
    except (anyio.RunFinishedError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        return


def _split(descriptor: int) -> Any:
    """Yield the lines of a pipe as text; a line beyond all measure is cut, and so refused as what it then is."""
    pending = bytearray()
    while chunk := os.read(descriptor, _CHUNK):
        pending += chunk
        while (end := pending.find(b"\n")) >= 0:
            yield pending[: end + 1].decode("utf-8", "replace")
            del pending[: end + 1]
        if len(pending) > _LONGEST_LINE:
            yield pending[:100].decode("utf-8", "replace")
            pending.clear()
    if pending:
        yield pending.decode("utf-8", "replace")
