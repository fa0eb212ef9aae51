"""A store as it is found: which version its tables have, and bringing older ones up to date, by one process alone."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from openapi_mcp.records.engines import AT_ONCE, WRITING
from openapi_mcp.records.store import RecordsError
from openapi_mcp.records.tables import NEWEST, SETTLED

STEPS = Path(__file__).parent / "migrations"
_LOCK = 0x6F70656E617069  # "openapi": who changes the tables of a PostgreSQL database holds this lock
_VERSION = "alembic_version"
_NAMES = {
    "sqlite": "SELECT name FROM sqlite_master",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}
_ALEMBIC = threading.Lock()  # it keeps what it works on in its modules: two threads would take each other's
_TRIES, _PAUSE = 100, 0.05  # seconds


class Make(Protocol):
    """Makes an engine of one store."""

    def __call__(self, *, read_only: bool) -> Engine:
        """Return a new one, to read with or to write too."""


def version_in(make: Make, where: str) -> str:
    """Return the version of a store's tables: "0001"; "" where there are none yet. It only looks, and changes nothing.

    Raises:
        RecordsError: they are another program's.
    """
    engine = make(read_only=True)
    try:
        with engine.connect() as connection:
            return _version(connection, where)
    finally:
        engine.dispose()


def bring_up(make: Make, where: str, sleep: Callable[[float], None], steps: Path = STEPS) -> None:
    """Make the tables, or bring older ones up to date.

    Raises:
        RecordsError: a newer program has made them.
    """
    engine = make(read_only=False)
    try:
        if engine.dialect.name == "sqlite":
            _prepare(engine, sleep)
        with engine.connect().execution_options(**WRITING) as connection, connection.begin():
            _migrate(connection, where, steps)
    finally:
        engine.dispose()


def _prepare(engine: Engine, sleep: Callable[[float], None]) -> None:
    """Have a new file give back what is freed, and written while it is read: both are said before there is a table.

    Whoever sets the second must be alone for a moment, and SQLite does not wait for that by itself.
    """
    with engine.connect().execution_options(**AT_ONCE) as connection:
        connection.exec_driver_sql("PRAGMA auto_vacuum = INCREMENTAL")
        for left in reversed(range(_TRIES)):
            try:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            except OperationalError:
                if not left:
                    raise
                sleep(_PAUSE)
            else:
                return


def _migrate(connection: Connection, where: str, steps: Path) -> None:
    """Do what is missing, now that nobody else does."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if (found := _version(connection, where)) == NEWEST:
        return

    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(steps).replace("%", "%%"))
    if found and found not in {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}:
        raise RecordsError(
            f"the records were made by a newer openapi-mcp: their tables are {found[:40]!r}, this one knows {NEWEST!r}",
            where=where,
            hint="upgrade openapi-mcp, or say --records with another file",
        )
    with _ALEMBIC:
        command.upgrade(config, "head")


def _version(connection: Connection, where: str) -> str:
    """Return the version of the tables; other programs' may stand beside ours in a database, and not in a file."""
    names = set(connection.execute(text(_NAMES[connection.dialect.name])).scalars())
    if {_VERSION, SETTLED.name} <= names:
        return str(connection.execute(text(f"SELECT version_num FROM {_VERSION}")).scalar() or "")  # noqa: S608
    if _VERSION in names or (names and connection.dialect.name == "sqlite"):
        raise RecordsError(
            "what is there is another program's", where=where, hint="say --records with a place that is not used yet"
        )
    return ""
