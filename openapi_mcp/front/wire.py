"""The client's pipe, moved away from descriptors 0 and 1, and read ahead while we import."""

import os
import sys

TYPE_CHECKING = False  # as typing has it, without importing typing
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

CHUNK = 1 << 16
_AHEAD = 16 << 20  # bytes that are read while the SDK is imported


class Wire:
    """The descriptors of the client's pipe, moved away from 0 and 1."""

    def __init__(self, read: int, write: int) -> None:
        self.read = read
        self.write = write
        self._ahead: _Ahead | None = None

    def read_ahead(self, *, idle: bool) -> None:
        """Read on from now; where the client is `idle` and leaves before `chunks` are asked for, the process ends."""
        self._ahead = _Ahead(self.read, idle=idle)

    def chunks(self) -> "Iterator[bytes]":
        """Yield what the client sends; ends with the pipe."""
        if self._ahead is not None and not (yield from self._ahead.taken()):
            return
        while chunk := os.read(self.read, CHUNK):
            yield chunk


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


class _Ahead:
    """Reads on while we import or load, so that the end of an idle client's pipe ends the process at once."""

    def __init__(self, descriptor: int, *, idle: bool) -> None:
        import queue
        import threading

        self._descriptor = descriptor
        self._idle = idle
        self._taken = False
        self._chunks: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, daemon=True, name="ahead").start()

    def _run(self) -> None:
        read = 0
        while not self._taken and read < _AHEAD:
            chunk = os.read(self._descriptor, CHUNK)
            if not chunk and self._idle and not self._taken:
                os._exit(0)
            self._chunks.put(chunk)
            if not chunk:
                return
            self._idle = False
            read += len(chunk)
        self._chunks.put(None)

    def taken(self) -> "Generator[bytes, None, bool]":
        """Yield what was read; return whether the pipe may hold more."""
        self._taken = True
        while chunk := self._chunks.get():
            yield chunk
        return chunk is None
