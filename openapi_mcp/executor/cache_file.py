"""The file of kept answers: SQLite, this user's alone, shared safely by many processes."""

import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from openapi_mcp.executor.cache_key import digest
from openapi_mcp.executor.cache_rules import AHEAD
from openapi_mcp.executor.cache_schema import FORMAT, SCHEMA
from openapi_mcp.executor.cache_writes import Written
from openapi_mcp.model.message import Headers
from openapi_mcp.private import is_private, own_folder

if TYPE_CHECKING:
    import sqlite3

Given = ParamSpec("Given")
Value = TypeVar("Value")

MAX_BYTES = 200_000_000  # of all answers together; the least recently used go first
_ROW = 400  # bytes that one takes beside what it holds
_EVICTED = 20  # at a time
_NOTHING = (0, 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_BUSY, _LOCKED, _CORRUPT, _NO_DATABASE = 5, 6, 11, 26  # SQLite's result codes
Mark = tuple[int, int, int]
"""A file (device and number), and how many writes to an origin it has seen."""
NO_FILE: Mark = (0, 0, 0)
Arrivals = tuple[int, int, int]
"""What is another once something is kept of an operation of which nothing was."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An answer as it is kept. Times are in seconds since 1970; `age` is how old it was when it came."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    asked: float
    answered: float
    age: float = 0.0
    used: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an answer belongs: `text` tells it apart (`key_text`), the rest is what people and writes find it by.

    `kind` is the operation that it is of.
    """

    text: bytes = field(repr=False)
    origin: str
    path: str
    method: str
    url: str
    caller: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found for a read: a kept answer or none, and in which file, after how many writes to its origin.

    `is_alone` where nothing at all was kept of its operation, after these `arrivals`.
    """

    stored: Stored | None = None
    mark: Mark = NO_FILE
    is_alone: bool = True
    arrivals: Arrivals = NO_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A kept answer for people; `lifetime` as it was when it came."""

    origin: str
    method: str
    url: str
    status: int
    size: int
    caller: str
    answered: float
    age: float
    lifetime: float


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
        self._patience = patience
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._identity = _NOTHING
        self._secret = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

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
        found = _identity(self.path)
        if found == _NOTHING:
            return Seen(arrivals=arrivals)
        connection = self._open(found)
        key = digest(self._secret, place.text)
        writes, has_alike, *row = connection.execute(_FIND, (place.origin, place.kind, key)).fetchone()
        stored = _stored(row) if row[0] is not None else None
        mark = (*self._identity, writes or 0)
        return Seen(stored=stored, mark=mark, is_alone=not has_alike, arrivals=arrivals)

    @_named
    def keep(self, place: Place, stored: Stored, lifetime: float, mark: Mark) -> bool:
        """Keep an answer; False where its origin was written to since the `mark` was seen, or a newer one is there.

        One that was asked for earlier does not take the place of a newer one, unless that is from the future: the
        clock was set back.
        """
        headers = json.dumps(stored.headers)
        size = len(stored.body) + len(headers) + len(place.url) + _ROW
        row = (
            digest(self._secret_of(), place.text), place.origin, place.path, place.method, place.url, place.caller,
            place.kind, stored.status, headers, stored.body, size, stored.asked, stored.answered, stored.age, lifetime,
            stored.used,
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
            key = digest(self._secret, place.text)
            connection.execute("UPDATE answers SET used = ? WHERE key = ?", (now, key))

    @_named
    def forget(self, place: Place, asked: float, now: float) -> None:
        """Drop an answer that is no longer true, unless it was asked for after this, and not in the future."""
        with self._transaction() as connection:
            key = digest(self._secret, place.text)
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
        rows = self._open().execute(
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
            self._open().execute("VACUUM")
            self._open().execute("PRAGMA wal_checkpoint(TRUNCATE)")
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
        file = os.open(self._arrivals, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NO_LINK, 0o600)
        try:
            os.write(file, b".")
        finally:
            os.close(file)

    def _secret_of(self) -> bytes:
        self._open()
        return self._secret

    @contextmanager
    def _transaction(self) -> "Iterator[sqlite3.Connection]":
        """Yield the connection within a transaction that writes; what fails, or is left early, changes nothing."""
        with _writing(self._open()) as connection:
            yield connection

    def _is_as_seen(self, connection: "sqlite3.Connection", origin: str, mark: Mark) -> bool:
        """True where nothing was written since; a file that was not there then has seen no write yet."""
        found = connection.execute("SELECT count FROM writes WHERE origin = ?", (origin,)).fetchone()
        count = found[0] if found else 0
        return mark == (*self._identity, count) or (mark == NO_FILE and count == 0)

    def _make_room(self, connection: "sqlite3.Connection") -> None:
        while connection.execute("SELECT bytes FROM total").fetchone()[0] > self._max_bytes:
            connection.execute(_EVICT, (_EVICTED,))

    def _open(self, found: tuple[int, int] | None = None) -> "sqlite3.Connection":
        """Return a connection to the file that is there now: `found`, where that is known."""
        if self._connection is not None and (found or _identity(self.path)) == self._identity:
            return self._connection
        self.close()
        own_folder(self.path.parent)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o600))
        if not is_private(self.path.lstat(), 0o100000):
            raise PermissionError(0, "the file is a link, or others may read it")
        self._identity = _identity(self.path)
        self._connection = self._connected()
        return self._connection

    def _connected(self) -> "sqlite3.Connection":
        import sqlite3

        made = sqlite3.connect(self.path, timeout=self._patience, isolation_level=None, check_same_thread=False)
        try:
            made.execute("PRAGMA synchronous = NORMAL")
            (found,) = made.execute("PRAGMA user_version").fetchone()
            if found != FORMAT:
                _begin(made, found)
            (self._secret,) = made.execute("SELECT value FROM secret").fetchone()
        except BaseException:
            made.close()
            raise
        return made


def _begin(connection: "sqlite3.Connection", found: int) -> None:
    if found:
        raise OSError(0, "another version of openapi-mcp made it; `openapi-mcp cache clear` begins it anew")
    connection.execute("PRAGMA journal_mode = WAL")
    with _writing(connection):
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT OR IGNORE INTO secret VALUES (1, ?)", (secrets.token_bytes(32),))
        connection.execute(f"PRAGMA user_version = {FORMAT}")


@contextmanager
def _writing(connection: "sqlite3.Connection") -> "Iterator[sqlite3.Connection]":
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return _NOTHING
    return found.st_dev, found.st_ino


def _stored(row: list[Any]) -> Stored:
    status, headers, body, asked, answered, age, used = row
    pairs = tuple((str(name), str(value)) for name, value in json.loads(headers))
    return Stored(status=status, headers=pairs, body=body, asked=asked, answered=answered, age=age, used=used)
