"""The opened file of kept answers: this user's alone, no link, of our format; another in its place is opened anew."""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from openapi_mcp.executor.cache_schema import FORMAT, SCHEMA
from openapi_mcp.private import is_private, own_folder

if TYPE_CHECKING:
    import sqlite3

NOTHING = (0, 0)
NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class OpenedFile:
    """A connection to the file at a path; `patience` are the seconds that it waits for another process.

    `identity` and `secret` are those of the file as it was opened last: keys of answers are digests under its secret.
    """

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._connection: sqlite3.Connection | None = None
        self.identity = NOTHING
        self.secret = b""

    def close(self) -> None:
        """Close it; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def secret_of(self) -> bytes:
        """Return the secret of the file that is there now."""
        self.connection()
        return self.secret

    def connection(self, found: tuple[int, int] | None = None) -> "sqlite3.Connection":
        """Return a connection to the file that is there now: `found`, where that is known.

        Raises:
            OSError: it cannot be made or read, is not this user's alone, or is of another version of ours.
            sqlite3.Error: it is damaged, or another process is at it.
        """
        if self._connection is not None and (found or identity_of(self._path)) == self.identity:
            return self._connection
        self.close()
        own_folder(self._path.parent)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | NO_LINK, 0o600))
        if not is_private(self._path.lstat(), 0o100000):
            raise PermissionError(0, "the file is a link, or others may read it")
        self.identity = identity_of(self._path)
        self._connection = self._connected()
        return self._connection

    def _connected(self) -> "sqlite3.Connection":
        import sqlite3

        made = sqlite3.connect(self._path, timeout=self._patience, isolation_level=None, check_same_thread=False)
        with ExitStack() as unusable:
            unusable.callback(made.close)
            made.execute("PRAGMA synchronous = NORMAL")
            (found,) = made.execute("PRAGMA user_version").fetchone()
            if found != FORMAT:
                _begin(made, found)
            (self.secret,) = made.execute("SELECT value FROM secret").fetchone()
            unusable.pop_all()
        return made


def _begin(connection: "sqlite3.Connection", found: int) -> None:
    if found:
        raise OSError(0, "another version of openapi-mcp made it; `openapi-mcp cache clear` begins it anew")
    connection.execute("PRAGMA journal_mode = WAL")
    with writing(connection):
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT OR IGNORE INTO secret VALUES (1, ?)", (secrets.token_bytes(32),))
        connection.execute(f"PRAGMA user_version = {FORMAT}")


@contextmanager
def writing(connection: "sqlite3.Connection") -> "Iterator[sqlite3.Connection]":
    """Yield the connection within a transaction that writes; what fails, or is left early, changes nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def identity_of(path: Path) -> tuple[int, int]:
    """Return what tells a file from another of its name: its device and number, `NOTHING` where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return NOTHING
    return found.st_dev, found.st_ino
