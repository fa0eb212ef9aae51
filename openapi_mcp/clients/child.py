"""A server as a child process: messages on its pipes within bounds, all else kept apart, ended with its children."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

import anyio

from openapi_mcp.model.text import one_line

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams

LONGEST_LINE = 32 << 20  # bytes of one message
_MOST = 128 << 20  # bytes of all it writes; a list of 100,000 tools fits
_KEPT = 64 << 10  # bytes of stderr, its end: what is wrong is said last
_MOST_STRAYS = 1000  # lines on stdout that are no message: clients put up with a few
_WAITING = 1024  # messages that nobody has read yet
_GRACE = 2.0  # seconds to end in once its stdin has, and once more after SIGTERM (MCP, Lifecycle, Shutdown)
_AFTER_ITS_END = 0.5  # seconds for what is still in its pipes
Deliver = Callable[[bytes], None]


class Child(asyncio.SubprocessProtocol):
    """A running server; `fault` is why we stopped to listen, `stray` the first line on stdout that is no message."""

    def __init__(self) -> None:
        self.fault = ""
        self.stray = ""
        self.strays = 0
        self.exited = anyio.Event()
        self.silent = anyio.Event()
        self._deliver: Deliver = lambda _: None
        self._closed: Callable[[], None] = lambda: None
        self._line, self._said = bytearray(), bytearray()
        self._read = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what controls the process."""
        self.transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take what it wrote: messages on stdout, words for people on stderr."""
        if fd == 2:
            self._said += data
            del self._said[:-_KEPT]
        elif not self.fault:
            self._read += len(data)
            self._take(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Say that it writes no more."""
        if fd == 1:
            self._closed()
        elif fd == 2:
            self.silent.set()

    def process_exited(self) -> None:
        """Say that it has ended; what it began may hold its stdout open, and is not what we talk to."""
        self.exited.set()
        asyncio.get_running_loop().call_later(_AFTER_ITS_END, lambda: self._closed())

    @property
    def status(self) -> int | None:
        """The exit status, None while it runs; negative where a signal ended it."""
        return self.transport.get_returncode()

    @property
    def said(self) -> str:
        """The end of what it wrote on stderr; text of others, with whatever they put there."""
        return self._said.decode("utf-8", "replace")

    def write(self, data: bytes) -> None:
        """Send bytes to its stdin; where that is closed they go nowhere."""
        cast("asyncio.WriteTransport", self.transport.get_pipe_transport(0)).write(data)

    def listen(self, deliver: Deliver, closed: Callable[[], None]) -> None:
        """Tell of each line on stdout from now on, and of the end."""
        self._deliver, self._closed = deliver, closed

    def is_no_message(self, line: bytes) -> None:
        """Keep a line that is not of the protocol."""
        self.strays += 1
        self.stray = self.stray or one_line(line[:400].decode("utf-8", "replace"), 200)
        if self.strays > _MOST_STRAYS:
            self.stop("what it writes on stdout is not the protocol")

    def _take(self, data: bytes) -> None:
        *whole, rest = data.split(b"\n")
        for line in whole:
            if self.fault:
                return
            self._deliver(bytes(self._line + line))
            self._line.clear()
        self._line += rest
        if len(self._line) > LONGEST_LINE or self._read > _MOST:
            self.stop(f"it writes without end: {self._read:,} bytes on stdout, {len(self._line):,} of them in one line")

    def stop(self, fault: str) -> None:
        """Listen no more."""
        self.fault = self.fault or fault
        self._line.clear()
        self._closed()


@asynccontextmanager
async def child(
    command: str, args: Sequence[str], environ: Mapping[str, str], folder: str | None
) -> AsyncIterator[Child]:
    """Yield a started server, without a terminal; at the end it is gone, and so are the processes that it began.

    Raises:
        OSError: there is no such command, or it cannot be run.
        ValueError: the command, or a variable, holds what no command line can.
    """
    loop = asyncio.get_running_loop()
    pipe = subprocess.PIPE
    apart: dict[str, Any] = {"creationflags": 0x200} if sys.platform == "win32" else {"start_new_session": True}
    _, begun = await loop.subprocess_exec(
        Child, command, *args, stdin=pipe, stdout=pipe, stderr=pipe, env=dict(environ), cwd=folder, **apart
    )
    try:
        yield begun
    finally:
        with anyio.CancelScope(shield=True):
            await _end(begun)


async def _end(begun: Child) -> None:
    """End a server as the protocol has it: close its stdin, then ask, then kill it with all that is of its group."""
    cast("asyncio.WriteTransport", begun.transport.get_pipe_transport(0)).close()
    ended = await _has_ended(begun)
    if sys.platform != "win32" and not ended:
        _signal(begun, signal.SIGTERM)
        await _has_ended(begun)
    await _kill(begun)
    begun.transport.close()
    await _has_ended(begun)


async def _has_ended(begun: Child) -> bool:
    with anyio.move_on_after(_GRACE):
        await begun.exited.wait()
    return begun.exited.is_set()


async def _kill(begun: Child) -> None:
    if sys.platform == "win32":
        with suppress(OSError):  # no taskkill: it ends when its stdin is closed
            await anyio.run_process(["taskkill", "/F", "/T", "/PID", str(begun.transport.get_pid())], check=False)
        return
    _signal(begun, signal.SIGKILL)


def _signal(begun: Child, number: int) -> None:
    """Signal its group: of one that has ended, what it left behind."""
    with suppress(ProcessLookupError, PermissionError):  # all gone; on macOS also where only zombies are left
        os.killpg(begun.transport.get_pid(), number)


@asynccontextmanager
async def streams(begun: Child) -> AsyncIterator["TransportStreams"]:
    """Yield the two streams that the SDK's client talks over."""
    from mcp.shared.message import SessionMessage
    from mcp_types import jsonrpc_message_adapter

    heard, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](_WAITING)
    outgoing, told = anyio.create_memory_object_stream[SessionMessage](0)

    def deliver(line: bytes) -> None:
        try:
            heard.send_nowait(SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False)))
        except ValueError:
            begun.is_no_message(line)
        except anyio.WouldBlock:
            begun.stop(f"it sends more than {_WAITING:,} messages at once")
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            begun.stop("the conversation is over")

    async def tell() -> None:
        async for message in told:
            begun.write(message.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")

    begun.listen(deliver, heard.close)
    async with anyio.create_task_group() as tasks, heard, incoming, outgoing, told:
        tasks.start_soon(tell)
        yield incoming, outgoing
        tasks.cancel_scope.cancel()
