"""The file of kept answers: SQLite, this user's alone, shared safely by many processes."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from openapi_mcp.executor.cache_key import digest
from openapi_mcp.executor.cache_opened import NO_LINK, NOTHING, OpenedFile, identity_of, writing
from openapi_mcp.executor.cache_rules import AHEAD
from openapi_mcp.executor.cache_stored import MAX_BYTES, NO_FILE, Arrivals, Mark, Place, Seen, Shown, Stored
from openapi_mcp.executor.cache_writes import Written

if TYPE_CHECKING:
    import sqlite3

Given = ParamSpec("Given")
Value = TypeVar("Value")

_ROW = 400  # bytes that one takes beside what it holds
_EVICTED = 20  # at a time
_BUSY, _LOCKED, _CORRUPT, _NO_DATABASE = 5, 6, 11, 26  # SQLite's result codes
_KEEP = """
    INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET status = excluded.status, headers = excluded.headers, body = excluded.body,
        size = excluded.size, asked = excluded.asked, answered = excluded.answered, age = excluded.age,
        lifetime = excluded.lifetime, used = excluded.used
    WHERE excluded.asked >= answers.asked OR answers.asked > excluded.used + ?"""
_LIKE = "SELECT 1 FROM answers WHERE kind = ? LIMIT 1"
_EVICT = "DELETE FROM answers WHERE key IN (SELECT key FROM answers ORDER BY used LIMIT ?)"
_FIND = """
    SELECT (SELECT count FROM writes WHERE origin = ?), EXISTS (SELECT 1 FROM answers WHERE kind = ?),
        status, headers, body, asked, answered, age, used
    FROM (SELECT 1) LEFT JOIN answers ON key = ?"""


class CacheFileError(Exception):
    """The file cannot be used: `passes` where another process is at it, `is_damaged` where it must begin anew."""

    def __init__(self, message: str, *, passes: bool = False, is_damaged: bool = False) -> None:
        super().__init__(message)
        self.passes = passes
        self.is_damaged = is_damaged


def _named(
    work: "Callable[Concatenate[AnswerFile, Given], Value]",
) -> "Callable[Concatenate[AnswerFile, Given], Value]":
    """Let what SQLite and the disk raise be a CacheFileError."""

    @wraps(work)
    def done(self: "AnswerFile", /, *given: Given.args, **more: Given.kwargs) -> Value:
        import sqlite3

        with self._lock:
            try:
                return work(self, *given, **more)
            except sqlite3.Error as error:
                code = getattr(error, "sqlite_errorcode", 0) & 0xFF
                is_damaged = code in (_CORRUPT, _NO_DATABASE)
                raise CacheFileError(str(error), passes=code in (_BUSY, _LOCKED), is_damaged=is_damaged) from error
            except OSError as error:
                raise CacheFileError(error.strerror or str(error)) from error
            except (ValueError, TypeError) as error:  # what stands in it is not what we wrote
                raise CacheFileError("it is damaged", is_damaged=True) from error

    return done


class AnswerFile:
    """Kept answers in a file; each method is one transaction, and raises a CacheFileError where it cannot be done.

    It is opened when it is first needed, and again where another file has taken its place. `patience` are the seconds
    that it waits for another process.
    """

    def __init__(self, path: Path, *, patience: float = 2.0, max_bytes: int = MAX_BYTES) -> None:
        self.path = path
        self._arrivals = f"{path}-arrivals"
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._opened = OpenedFile(path, patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it; the next use opens it again."""
        self._opened.close()

    def is_there(self) -> bool:
        """True where there is such a file, whatever it holds."""
        return os.path.lexists(self.path)

    def arrivals(self) -> Arrivals:
        """Return what tells cheaply whether something has been kept of an operation of which nothing was."""
        try:
            found = os.stat(self._arrivals)
        except OSError:
            return NO_FILE
        return found.st_ino, found.st_size, found.st_mtime_ns

    @_named
    def find(self, place: Place) -> Seen:
        """Return what is kept for a place; nothing is made where no file is."""
        arrivals = self.arrivals()  # before the look: what comes after it is seen as new
        found = identity_of(self.path)
        if found == NOTHING:
            return Seen(arrivals=arrivals)
        connection = self._opened.connection(found)
        key = digest(self._opened.secret, place.text)
        writes, has_alike, *row = connection.execute(_FIND, (place.origin, place.kind, key)).fetchone()
        stored = _stored(row) if row[0] is not None else None
        mark = (*self._opened.identity, writes or 0)
        return Seen(stored=stored, mark=mark, is_alone=not has_alike, arrivals=arrivals)

    @_named
    def keep(self, place: Place, stored: Stored, lifetime: float, mark: Mark) -> bool:
        """Keep an answer; False where its origin was written to since the `mark` was seen, or a newer one is there.

        One that was asked for earlier does not take the place of a newer one, unless that is from the future: the
        clock was set back.
        """
        headers = json.dumps(stored.headers)
        size = len(stored.body) + len(headers) + len(place.url) + _ROW
        key = digest(self._opened.secret_of(), place.text)
        row = (
            key, place.origin, place.path, place.method, place.url, place.caller, place.kind, stored.status, headers,
            stored.body, size, stored.asked, stored.answered, stored.age, lifetime, stored.used,
        )  # fmt: skip
        with self._transaction() as connection:
            if not self._is_as_seen(connection, place.origin, mark):
                return False
            is_first = connection.execute(_LIKE, (place.kind,)).fetchone() is None
            kept = connection.execute(_KEEP, (*row, AHEAD)).rowcount
            self._make_room(connection)
            if is_first:
                self._announce()  # where that fails, nothing is kept
        if is_first:
            self._announce()  # now others find it
        return kept > 0

    @_named
    def touch(self, place: Place, now: float) -> None:
        """Note that an answer was used."""
        with self._transaction() as connection:
            key = digest(self._opened.secret, place.text)
            connection.execute("UPDATE answers SET used = ? WHERE key = ?", (now, key))

    @_named
    def forget(self, place: Place, asked: float, now: float) -> None:
        """Drop an answer that is no longer true, unless it was asked for after this, and not in the future."""
        with self._transaction() as connection:
            key = digest(self._opened.secret, place.text)
            connection.execute(
                "DELETE FROM answers WHERE key = ? AND (asked <= ? OR asked > ?)", (key, asked, now + AHEAD)
            )

    @_named
    def drop(self, what: Written) -> None:
        """Drop what a write puts in doubt, for every caller; reads that are on their way are not kept either."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO writes VALUES (?, 1) ON CONFLICT (origin) DO UPDATE SET count = count + 1", (what.where,)
            )
            own = [(what.where, path) for path in what.exactly]
            connection.executemany("DELETE FROM answers WHERE origin = ? AND path = ?", own)
            below = [(what.where, f"{path}/", f"{path}0") for path in what.below]  # "0" comes after "/"
            connection.executemany("DELETE FROM answers WHERE origin = ? AND path >= ? AND path < ?", below)

    @_named
    def listed(self) -> list[Shown]:
        """Return what is kept, the last used first."""
        if not self.is_there():
            return []
        rows = self._opened.connection().execute(
            "SELECT origin, method, url, status, length(body), caller, answered, age, lifetime FROM answers "
            "ORDER BY used DESC, url"
        )
        names = ("origin", "method", "url", "status", "size", "caller", "answered", "age", "lifetime")
        return [Shown(**dict(zip(names, row, strict=True))) for row in rows]

    @_named
    def clear(self, origin: str | None = None, before: float | None = None) -> int:
        """Drop what is kept of an origin, and came before a time; all, where neither is said. Return how many."""
        if not self.is_there():
            return 0
        with self._transaction() as connection:
            cleared = connection.execute(
                "DELETE FROM answers WHERE (?1 IS NULL OR origin = ?1) AND (?2 IS NULL OR answered < ?2)",
                (origin, before),
            ).rowcount
        import sqlite3

        with suppress(sqlite3.OperationalError):  # another process is at it: the room is used again all the same
            self._opened.connection().execute("VACUUM")
            self._opened.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return cleared

    def remove(self) -> None:
        """Delete the file: the next use begins a new one, in other processes too.

        Raises:
            OSError: it cannot be deleted.
        """
        with self._lock:
            self.close()
        for ending in ("", "-wal", "-shm", "-arrivals"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)

    def _announce(self) -> None:
        """Let a file beside grow, which others look at: its length counts, where a time could be the same again."""
        file = os.open(self._arrivals, os.O_WRONLY | os.O_APPEND | os.O_CREAT | NO_LINK, 0o600)
        try:
            os.write(file, b".")
        finally:
            os.close(file)

    @contextmanager
    def _transaction(self) -> "Iterator[sqlite3.Connection]":
        """Yield the connection within a transaction that writes; what fails, or is left early, changes nothing."""
        with writing(self._opened.connection()) as connection:
            yield connection

    def _is_as_seen(self, connection: "sqlite3.Connection", origin: str, mark: Mark) -> bool:
        """True where nothing was written since; a file that was not there then has seen no write yet."""
        found = connection.execute("SELECT count FROM writes WHERE origin = ?", (origin,)).fetchone()
        count = found[0] if found else 0
        return mark == (*self._opened.identity, count) or (mark == NO_FILE and count == 0)

    def _make_room(self, connection: "sqlite3.Connection") -> None:
        while connection.execute("SELECT bytes FROM total").fetchone()[0] > self._max_bytes:
            connection.execute(_EVICT, (_EVICTED,))


def _stored(row: list[Any]) -> Stored:
    status, headers, body, asked, answered, age, used = row
    pairs = tuple((str(name), str(value)) for name, value in json.loads(headers))
    return Stored(status=status, headers=pairs, body=body, asked=asked, answered=answered, age=age, used=used)
