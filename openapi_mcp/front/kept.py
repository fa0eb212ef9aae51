"""The file of a catalogue: opened, held against its checksums, and read a part at a time.

It is written by generator/catalogue.py: a line with the header's length and checksum, the header (a line of JSON), then
the body: the listed tools, a line of JSON for each page, and what only the server reads.
"""

import json
import os
import sys
import zlib
from _thread import allocate_lock  # part of the interpreter: `threading` would be another import to wait for

TYPE_CHECKING = False  # as typing has it, without importing typing
if TYPE_CHECKING:
    from io import BytesIO, FileIO
    from typing import Any

FORMAT = 6
MAGIC = f"openapi-mcp catalogue {FORMAT}"
SUFFIX = ".catalogue"
_PRELUDE = 80
_LONGEST_HEADER = 16 << 20  # bytes


class Kept:
    """An open catalogue whose header is whole; the rest is read when it is needed."""

    def __init__(self, path: str, file: "FileIO | BytesIO", header: "dict[str, Any]", start: int) -> None:
        self.path = path
        self.file = file
        self.header = header
        self.start = start
        self._turn = allocate_lock()  # a large answer is held against its schema in a thread of its own

    def read(self, offset: int, length: int) -> bytes:
        """Return a part of the body."""
        with self._turn:
            self.file.seek(self.start + offset)
            data = self.file.read(length)
            while len(data) < length and (chunk := self.file.read(length - len(data))):
                data += chunk
        return data

    def page(self, index: int) -> memoryview | None:
        """Return a page of listed tools as a JSON array, None where the file is damaged there."""
        pages = self.header["pages"]
        length, checksum = pages[index]
        data = self.read(sum(before[0] for before in pages[:index]), length)
        return memoryview(data)[:-1] if (len(data), zlib.crc32(data)) == (length, checksum) else None


def open_catalogue(path: str, key: str) -> Kept | None:
    """Return a catalogue that is ours alone, whole and of this key; None for any other file."""
    try:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        file = open(os.open(path, flags), "rb", buffering=0)  # noqa: SIM115  stays open while it serves
    except OSError:
        return None
    try:
        kept = _read_header(path, file, key) if _is_private(os.fstat(file.fileno())) else None
    except (OSError, ValueError, RecursionError, TypeError, KeyError):
        kept = None
    if kept is None:
        file.close()
    return kept


def catalogue_in(data: bytes, key: str) -> Kept | None:
    """Return the catalogue that these bytes are, as they stand in its file; None where they are none of this key."""
    from io import BytesIO

    try:
        return _read_header("", BytesIO(data), key)
    except (OSError, ValueError, RecursionError, TypeError, KeyError):
        return None


def _is_private(found: os.stat_result) -> bool:
    """True for a plain file of this user that nobody else may read or write: another one's is not trusted."""
    if found.st_mode & 0o170000 != 0o100000:
        return False
    return sys.platform == "win32" or (found.st_uid == os.geteuid() and not found.st_mode & 0o077)


def _read_header(path: str, file: "FileIO | BytesIO", key: str) -> Kept | None:
    prelude = file.read(_PRELUDE).partition(b"\n")[0]
    magic, length, checksum = prelude.decode("ascii").rsplit(" ", 2)
    kept = Kept(path, file, {}, len(prelude) + 1)
    data = kept.read(0, min(int(length), _LONGEST_HEADER)) if magic == MAGIC else b""
    if zlib.crc32(data) != int(checksum, 16) or not data:
        return None
    kept.header = json.loads(data)
    kept.start += len(data)
    whole = file.seek(0, os.SEEK_END) == kept.start + kept.header["length"]
    return kept if whole and kept.header["key"] == key else None
