"""A body of bytes and files, read from disk as it is sent."""

import os
import stat
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import NamedTuple

from anyio import to_thread

from openapi_mcp.executor.faults import UploadError
from openapi_mcp.model.message import Streamed, Upload

_PIECE = 65536
# The path was found to lie where files may be taken from; what stands there now may be a link, or a pipe that blocks.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))


async def pieces(body: Streamed) -> AsyncGenerator[bytes]:
    """Yield the body in pieces of at most 64 kB, the last one of a file only when it has proved to be what it was.

    Whoever does not take all of them closes it, for the file that is open.

    Raises:
        UploadError: a file is missing, no file, or has changed since the request was made.
    """
    for part in body.pieces:
        if isinstance(part, Upload):
            async with aclosing(_of_file(part)) as file:
                async for piece in file:
                    yield piece
        else:
            for start in range(0, len(part), _PIECE):
                yield part[start : start + _PIECE]


async def _of_file(upload: Upload) -> AsyncGenerator[bytes]:
    """Yield a file, each piece when the next one was read: the last one is held back until the end is seen to be it."""
    with _closing(await to_thread.run_sync(_open, upload)) as descriptor:
        found = os.fstat(descriptor)
        opened = _seen(found)
        if opened.size != upload.size or upload.identity not in (None, (found.st_dev, found.st_ino)):
            raise _changed(upload)
        held, left = b"", upload.size
        while left > 0:
            piece = await to_thread.run_sync(os.read, descriptor, min(_PIECE, left))
            if not piece:
                raise _changed(upload)
            if held:
                yield held
            held, left = piece, left - len(piece)
        if _seen(os.fstat(descriptor)) != opened:
            raise _changed(upload)
        if held:
            yield held


@contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open(upload: Upload) -> int:
    """Return a descriptor of a file that is one: no folder, no pipe, no link."""
    try:
        descriptor = os.open(upload.path, _FLAGS)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UploadError(f"{_name(upload)} cannot be read: {reason}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UploadError(f"{_name(upload)} is not a regular file")
    return descriptor


class _Seen(NamedTuple):
    """What tells that a file is still the same."""

    size: int
    changed_ns: int


def _seen(found: os.stat_result) -> _Seen:
    return _Seen(found.st_size, found.st_mtime_ns)


def _changed(upload: Upload) -> UploadError:
    return UploadError(f"{_name(upload)} has changed since the call began")


def _name(upload: Upload) -> str:
    """Return a file's name in quotes, without the folders above it."""
    return repr(os.path.basename(upload.path))
