"""Bytes from this machine: of a file, of standard input, of what a command prints. Nobody waits for a silent pipe."""

import io
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import cast

import anyio

from openapi_mcp.errors import OpenapiMcpError, SourceError
from openapi_mcp.loader.size import check_size
from openapi_mcp.loader.source import CommandSource, FileSource, Source, StdinSource

_CHUNK = 1 << 20
_COMPLAINT = 20_000  # bytes of what a command says on stderr that are kept


async def from_file(source: FileSource) -> bytes:
    """Return the bytes of a file.

    Raises:
        SourceError: it cannot be read, or is too large.
    """
    try:
        return await _unwaited(lambda: _read_all(source, Path(source.path).open("rb", buffering=0)))
    except (OSError, ValueError) as error:
        hint = "check the path; a URL starts with http:// or https://"
        raise SourceError(f"cannot read the file: {_reason(error)}", where=str(source), hint=hint) from None


async def from_stdin(source: StdinSource) -> bytes:
    """Return the bytes of standard input.

    Raises:
        SourceError: it cannot be read, or is too large.
    """
    try:
        return await _unwaited(lambda: _read_all(source, open(0, "rb", buffering=0, closefd=False)))
    except OSError as error:
        hint = "pipe the document in, or give a file"
        raise SourceError(f"cannot read: {_reason(error)}", where=str(source), hint=hint) from None


def _read_all(source: Source, file: io.FileIO) -> bytes:
    data = bytearray()
    with file:
        while chunk := file.read(_CHUNK):
            data += chunk
            check_size(len(data), str(source))
    return bytes(data)


async def _unwaited(read: Callable[[], bytes]) -> bytes:
    """Read in a thread that nobody waits for: a pipe that stays silent cannot hold up the end of the process."""
    token, done = anyio.lowlevel.current_token(), anyio.Event()
    outcome: Future[bytes] = Future()

    def run() -> None:
        try:
            outcome.set_result(read())
        except (OSError, ValueError, SourceError) as error:
            outcome.set_exception(error)
        with suppress(anyio.RunFinishedError):
            anyio.from_thread.run_sync(done.set, token=token)

    threading.Thread(target=run, daemon=True, name="source").start()
    await done.wait()
    return outcome.result()


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


async def from_command(source: CommandSource) -> bytes:
    """Return what a command prints.

    Raises:
        SourceError: it cannot be run, fails, or prints too much.
    """
    try:
        process = await anyio.open_process(source.argv, stdin=subprocess.DEVNULL)
    except (OSError, ValueError) as error:
        hint = "check the program's name and PATH; no shell is used, so write 'sh -c \"...\"' for pipes"
        raise SourceError(f"cannot run the command: {_reason(error)}", where=str(source), hint=hint) from None
    output, complaint = bytearray(), bytearray()
    async with process:
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_read_stream, source, cast("anyio.abc.ByteReceiveStream", process.stdout), output)
                group.start_soon(_read_end, cast("anyio.abc.ByteReceiveStream", process.stderr), complaint)
                await process.wait()
        except ExceptionGroup as errors:  # what `except*` raises comes in a group of its own in Python 3.11.2
            known, others = errors.split(OpenapiMcpError)
            if known is None or others is not None:
                raise
            raise known.exceptions[0] from None
        finally:
            if process.returncode is None:  # we are interrupted, or have read enough; leaving it would wait for its end
                with suppress(ProcessLookupError):
                    process.kill()
    if process.returncode:
        said = complaint.decode(errors="replace").strip()
        message = f"the command ended with status {process.returncode}" + (f":\n{said[-2000:]}" if said else "")
        raise SourceError(message, where=str(source), hint="run it in a shell and correct what it says")
    return bytes(output)


async def _read_stream(source: Source, stream: "anyio.abc.ByteReceiveStream", into: bytearray) -> None:
    async for chunk in stream:
        into += chunk
        check_size(len(into), str(source))


async def _read_end(stream: "anyio.abc.ByteReceiveStream", into: bytearray) -> None:
    """Read a stream to its end; only its last bytes are kept."""
    async for chunk in stream:
        into += chunk
        del into[:-_COMPLAINT]
