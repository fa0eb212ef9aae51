"""A store as it is found: which version its tables have, and bringing older ones up to date, by one process alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from openapi_mcp.records.engines import AT_ONCE, WRITING
from openapi_mcp.records.store import RecordsError
from openapi_mcp.records.tables import NEWEST

STEPS = Path(__file__).parent / "migrations"
_LOCK = 0x6F70656E617069  # "openapi": who changes the tables of a PostgreSQL database holds this lock
_IS_THERE = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'",
    "postgresql": "SELECT to_regclass('alembic_version') IS NOT NULL",
}
_TRIES, _PAUSE = 100, 0.05  # seconds


class Make(Protocol):
    """Makes an engine of one store."""

    def __call__(self, *, read_only: bool) -> Engine:
        """Return a new one, to read with or to write too."""


def version_in(engine: Engine) -> str:
    """Return the version of a store's tables: "0001"; "" where there are none yet."""
    with engine.connect() as connection:
        return _version(connection)


def bring_up(make: Make, sleep: Callable[[float], None], steps: Path = STEPS) -> None:
    """Make the tables, or bring older ones up to date.

    Raises:
        RecordsError: a newer program has made them.
    """
    engine = make(read_only=False)
    try:
        if engine.dialect.name == "sqlite":
            _prepare(engine, sleep)
        with engine.connect().execution_options(**WRITING) as connection, connection.begin():
            _migrate(connection, steps)
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


def _migrate(connection: Connection, steps: Path) -> None:
    """Do what is missing, now that nobody else does."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if (found := _version(connection)) == NEWEST:
        return

    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(steps).replace("%", "%%"))
    if found and found not in {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}:
        raise RecordsError(
            f"the records were made by a newer openapi-mcp: their tables are {found[:40]!r}, this one knows {NEWEST!r}",
            hint="upgrade openapi-mcp, or say --records with another file",
        )
    command.upgrade(config, "head")


def _version(connection: Connection) -> str:
    if not connection.execute(text(_IS_THERE[connection.dialect.name])).scalar():
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
