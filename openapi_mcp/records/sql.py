"""Opening a store of records: a SQLite file, or a PostgreSQL database. SQLAlchemy is imported when one is opened."""

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from openapi_mcp.errors import ConfigError
from openapi_mcp.private import is_private
from openapi_mcp.records.store import NothingRecordedError, RecordsError, Store

if TYPE_CHECKING:
    from openapi_mcp.records.opening import Make

_FILE = 0o100000
_PORT = 5432
_EXTRA = "pipx inject openapi-mcp-cli 'openapi-mcp-cli[scale]'"


def open_store(where: str | Path, *, read_only: bool = False) -> Store:
    """Return the store in a file, or of a `postgresql://` URL; made where there is none, brought up to date if older.

    Raises:
        RecordsError: it cannot be used, or is to be read and there is none.
        ConfigError: it is a URL of something else, or what it needs is not installed.
    """
    if isinstance(where, str) and "://" in where:
        return _server_store(where, read_only=read_only)
    return _file_store(Path(where).absolute(), read_only=read_only)


def _file_store(path: Path, *, read_only: bool) -> Store:
    from openapi_mcp.records.engines import file_engine

    try:
        if not read_only:
            _make(path)
        _refuse_others(path)
    except FileNotFoundError:
        raise nothing_yet(str(path)) from None
    except OSError as error:
        hint = "see who owns the file and its folder, or say --records with another file"
        raise RecordsError(f"the records cannot be kept: {error.strerror}", where=str(path), hint=hint) from None
    opened = _identity(path)
    return _opened(
        partial(file_engine, str(path)), str(path), read_only=read_only, is_there=lambda: _identity(path) == opened
    )


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one of its name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make(path: Path) -> None:
    """Make a file, and its folder, that are this user's alone; SQLite gives the files beside it the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.path.lexists(path):  # one that is there is never opened here: closing it would end SQLite's own locks
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            return  # another process was first


def _refuse_others(path: Path) -> None:
    """Raise a RecordsError where others may read the file, or put another in its place."""
    if not is_private(path.lstat(), _FILE):
        raise RecordsError(
            "the file of the records is a link, or others may read it", where=str(path), hint=f"chmod 600 {path}"
        )
    folder = path.parent.stat()
    if sys.platform != "win32" and (folder.st_mode & 0o022 or folder.st_uid not in (os.geteuid(), 0)):
        raise RecordsError(
            "others may write in the folder of the records, or it is another user's",
            where=str(path.parent),
            hint="say --records with a file in a folder of your own",
        )


def _server_store(url: str, *, read_only: bool) -> Store:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    from openapi_mcp.records.engines import server_engine

    if url.count("@") > 1:  # what stands between two of them would be taken for the host, and be shown
        hint = "write an @ in the user's name or the password as %40"
        raise ConfigError("there is more than one @ in the URL of the database", where="--records", hint=hint)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError("this is no URL of a database", where="--records", hint=_FORM) from None
    if parsed.drivername not in ("postgresql", "postgres"):
        raise ConfigError(f"records are not kept in {parsed.drivername[:40]!r}", where="--records", hint=_FORM)
    try:
        import psycopg  # noqa: F401 - its absence is told here, in words
    except ImportError:
        raise ConfigError("PostgreSQL needs the extra [scale]", where="--records", hint=_EXTRA) from None
    where = f"postgresql://{parsed.host or 'localhost'}:{parsed.port or _PORT}/{parsed.database or ''}"
    return _opened(partial(server_engine, parsed), where, read_only=read_only)


_FORM = "a file, or postgresql://USER@HOST/DATABASE"


def _opened(make: "Make", where: str, *, read_only: bool, is_there: Callable[[], bool] = lambda: True) -> Store:
    from openapi_mcp.records.faults import told
    from openapi_mcp.records.kept import SqlStore
    from openapi_mcp.records.opening import bring_up, version_in
    from openapi_mcp.records.tables import NEWEST

    with told(where):
        version = version_in(make, where)
        if not version and read_only:
            raise nothing_yet(where)
        if version != NEWEST:
            bring_up(make, where, time.sleep)
        return SqlStore(make(read_only=read_only), where=where, now=time.time, is_there=is_there)


def nothing_yet(where: str) -> NothingRecordedError:
    """Return the error of a store that nobody has written to."""
    hint = "`openapi-mcp serve` and `openapi-mcp call` record what they do, unless --no-records says otherwise"
    return NothingRecordedError("nothing has been recorded yet", where=where, hint=hint)
