"""MCP over standard input and output.

stdout carries the protocol and nothing else: from the first moment its descriptor is ours alone, and what anyone prints
goes to stderr. Reading happens in a thread that nobody waits for, so that a signal ends the process at once even while
the client says nothing.
"""

import asyncio
import gc
import json
import os
import re
import select
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from openapi_mcp.errors import ExitCode
from openapi_mcp.front import Handover, Wire, claim_wire
from openapi_mcp.server.beside import Doing, Looking
from openapi_mcp.server.signals import ending_signals
from openapi_mcp.serving import Serves

if TYPE_CHECKING:
    from openapi_mcp.server.background import Goes

_LONGEST_LINE = 16 << 20  # bytes; more than any sensible request, less than harms us
_ROOM = getattr(select, "PIPE_BUF", 512)  # bytes that a pipe takes at once when it is ready (POSIX)
GRACE = 2.0  # seconds that calls in flight have after the end of stdin
_KEEPING = 4.0  # seconds that writing the catalogue has then; a client may wait 5 for us
_ANSWER = re.compile(r'\{"jsonrpc":"2\.0","id":(-?\d+|"(?:[^"\\]|\\.)*"),"(?:result|error)":')  # as the SDK writes it
_ACKNOWLEDGED = '"method":"notifications/subscriptions/acknowledged"'

__all__ = ["Wire", "claim_wire", "serve_stdio"]


async def serve_stdio(
    app: Serves,
    wire: Wire,
    handover: Handover | None = None,
    behind: Doing | None = None,
    watch: Looking | None = None,
    background: "Goes | None" = None,
) -> ExitCode:
    """Serve one client until its end of stdin, SIGINT or SIGTERM; return the exit status.

    A `handover` is a conversation to go on with; `behind` is what is done once the list was sent; `watch` brings new
    documents and settings while it runs. Calls that take long go on in the `background`.
    """
    from mcp.server.stdio import stdio_server

    from openapi_mcp.server.protocol import create_server

    gc.enable()  # __main__.py turned it off while modules were imported
    gc.freeze()
    server = create_server(app, background=background)
    ended = ExitCode.OK
    async with anyio.create_task_group() as group, ending_signals() as arriving:

        async def stop_on_signal() -> None:
            nonlocal ended
            async for number in arriving:
                ended = ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.OK
                group.cancel_scope.cancel()

        group.start_soon(stop_on_signal)
        unanswered = _Unanswered(handover)
        kept = anyio.Event()

        async def do_behind(behind: Doing) -> None:
            await unanswered.heard.wait()
            await behind.run(app, unanswered.listed)
            kept.set()

        async def look_on(watch: Looking) -> None:
            await unanswered.heard.wait()
            await watch.run(app)

        if behind is not None:
            group.start_soon(do_behind, behind)
        if watch is not None:
            group.start_soon(look_on, watch)
        lines = _lines(handover.chunks() if handover else wire.chunks())
        async with (
            aclosing(lines),
            stdio_server(_Reader(lines, unanswered), _Writer(wire.write, unanswered)) as (read, write),  # type: ignore[arg-type]
        ):
            await server.run(read, write, server.create_initialization_options())
        if behind is not None and behind.is_writing(app) and unanswered.listed.is_set():
            with anyio.move_on_after(_KEEPING):  # a client that only looks at the list leaves at once
                await kept.wait()
        group.cancel_scope.cancel()
    return ended


@dataclass(slots=True)
class _Unanswered:
    """The ids of the requests that await their answer, as they pass by on the wire; `listed`: the client has the list.

    What `handover` says was answered already is heard by the SDK again, and its second answer goes nowhere; then all
    is `heard`, and the SDK can tell the client what is new.
    """

    handover: Handover | None = None
    heard: anyio.Event = field(default_factory=anyio.Event)
    ids: set[str | int] = field(default_factory=set)
    lists: set[str | int] = field(default_factory=set)
    listed: anyio.Event = field(default_factory=anyio.Event)
    emptied: anyio.Event = field(default_factory=anyio.Event)

    def __post_init__(self) -> None:
        self._check_heard()

    def asked(self, line: str) -> None:
        try:
            frame = json.loads(line)
        except (ValueError, RecursionError):
            return
        match frame:
            case {"method": "notifications/cancelled", "params": {"requestId": str() | int() as cancelled}}:
                self._settle(cancelled)
            case {"method": "subscriptions/listen"}:
                return  # stays open for news: nobody waits for its answer
            case {"method": str() as method, "id": str() | int() as asked}:
                self.ids.add(asked)
                if method == "tools/list":
                    self.lists.add(asked)

    def answered(self, text: str) -> None:
        if found := _ANSWER.match(text):
            number = json.loads(found[1])
            self._settle(number)
            if number in self.lists:
                self.listed.set()

    def was_said(self, text: str) -> bool:
        """True, once, for an answer that front/ has given."""
        if self.handover is None or self.heard.is_set():
            return False
        if self.handover.handshake is not None and (found := _ANSWER.match(text)):
            is_handshake = bool(json.loads(found[1]) == self.handover.handshake)
            self.handover.handshake = None if is_handshake else self.handover.handshake
            self._check_heard()
            return is_handshake
        if self.handover.subscriptions and _ACKNOWLEDGED in text[:100]:
            number = json.loads(text)["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"]
            is_known = number in self.handover.subscriptions
            self.handover.subscriptions.discard(number)
            self._check_heard()
            return is_known
        return False

    def _check_heard(self) -> None:
        if self.handover is None or (self.handover.handshake is None and not self.handover.subscriptions):
            self.heard.set()

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

    lines: AsyncIterator[str]
    unanswered: _Unanswered

    async def __aiter__(self) -> AsyncIterator[str]:
        async for line in self.lines:
            self.unanswered.asked(line)
            yield line
        with anyio.move_on_after(GRACE):
            await self.unanswered.none_left()


@dataclass(slots=True)
class _Writer:
    """The pipe to the client as the SDK writes a text file."""

    descriptor: int
    unanswered: _Unanswered

    async def write(self, text: str) -> None:
        if self.unanswered.was_said(text):
            self.unanswered.answered(text)
            return
        if rest := self._write_at_once(text.encode("utf-8", "replace")):
            await anyio.to_thread.run_sync(self._write_all, rest, abandon_on_cancel=True)
        self.unanswered.answered(text)

    async def flush(self) -> None:
        """Nothing is held back."""

    def _write_at_once(self, data: bytes) -> memoryview:
        """Write what the pipe takes without waiting, and return the rest: a thread costs more than most answers."""
        view = memoryview(data)
        while view and self._has_room():
            view = view[self._write(view[:_ROOM]) :]
        return view

    def _has_room(self) -> bool:
        """True where `_ROOM` bytes can be written at once: the pipe is ready. Windows cannot say."""
        if not hasattr(select, "poll"):
            return False
        poll = select.poll()
        poll.register(self.descriptor, select.POLLOUT)
        return poll.poll(0) == [(self.descriptor, select.POLLOUT)]

    def _write_all(self, view: memoryview) -> None:
        while view:
            view = view[self._write(view) :]

    def _write(self, view: memoryview) -> int:
        """Write some of it; all of it is as good as written where the client is gone: the end of stdin ends us."""
        try:
            return os.write(self.descriptor, view)
        except OSError:
            return len(view)


async def _lines(chunks: Iterator[bytes]) -> AsyncGenerator[str]:
    """Yield the lines that a thread reads, which reads the next one when this one was taken."""
    loop, taken = asyncio.get_running_loop(), threading.Semaphore()
    waiting: asyncio.Queue[str | None] = asyncio.Queue()
    is_over = False

    def pump() -> None:
        # Nothing here is a task or waits for the loop: what the loop's end takes with it, nobody is told of.
        with suppress(RuntimeError):  # the loop is over
            for line in _split(chunks):
                taken.acquire()
                if is_over:
                    return
                loop.call_soon_threadsafe(waiting.put_nowait, line)
            loop.call_soon_threadsafe(waiting.put_nowait, None)

    threading.Thread(target=pump, daemon=True, name="stdin").start()
    try:
        while (line := await waiting.get()) is not None:
            taken.release()
            yield line
    finally:
        is_over = True
        taken.release()


def _split(chunks: Iterator[bytes]) -> Iterator[str]:
    """Yield the lines of a pipe as text; a line beyond all measure is cut, and so refused as what it then is."""
    pending = bytearray()
    for chunk in chunks:
        pending += chunk
        while (end := pending.find(b"\n")) >= 0:
            yield pending[: end + 1].decode("utf-8", "replace")
            del pending[: end + 1]
        if len(pending) > _LONGEST_LINE:
            yield pending[:100].decode("utf-8", "replace")
            pending.clear()
    if pending:
        yield pending.decode("utf-8", "replace")
