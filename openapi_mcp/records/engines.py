"""SQLAlchemy's engines: how a file, or a database's server, is spoken to."""

from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event

_BUSY = 5_000  # milliseconds that SQLite waits for another process
_PRAGMAS = (
    f"busy_timeout = {_BUSY}",
    "synchronous = NORMAL",  # what was committed outlives us; a power cut may take the last moments
    "cache_size = -8000",  # 8 MB
    "case_sensitive_like = ON",  # as PostgreSQL does it
    "journal_size_limit = 67108864",
)


def file_engine(path: str, *, read_only: bool) -> Engine:
    """Return an engine of a SQLite file: in WAL, so that it is read while others write."""
    query = {"uri": "true", **({"mode": "ro"} if read_only else {})}
    engine = create_engine(URL.create("sqlite", database=f"file:{quote(path)}", query=query))

    @event.listens_for(engine, "connect")
    def opened(raw: Any, _: Any) -> None:
        raw.isolation_level = None  # transactions begin where we say, below
        raw.text_factory = _decoded
        for pragma in _PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")

    event.listen(engine, "begin", _begin)
    return engine


def _decoded(found: bytes) -> str:
    """Return a text of a file, whatever became of its bytes."""
    return found.decode("utf-8", "replace")


BEGIN = "begin"  # an option of a connection: how its transactions begin
WRITING = {BEGIN: "BEGIN IMMEDIATE"}
"""The options of a connection that will write: it takes the lock now, which it cannot have once another has written."""
AT_ONCE = {BEGIN: ""}
"""The options of a connection without transactions: some settings of a file are only made outside of one."""


def _begin(connection: Connection) -> None:
    if statement := connection.get_execution_options().get(BEGIN, "BEGIN"):
        connection.exec_driver_sql(statement)


def server_engine(url: URL, *, read_only: bool) -> Engine:
    """Return an engine of a PostgreSQL server; a transaction that reads sees one state, however long it takes.

    A connection that has died since it was used last is made anew: one from before a restart is no server that is away.
    """
    settings = {
        "lock_timeout": "5s",
        "statement_timeout": "60s",
        "idle_in_transaction_session_timeout": "30s",
        **({"default_transaction_isolation": r"repeatable\ read"} if read_only else {}),
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    arguments = {
        "connect_timeout": 5,
        "tcp_user_timeout": 20_000,
        "options": options,
        "application_name": "openapi-mcp",
    }
    return create_engine(url.set(drivername="postgresql+psycopg"), connect_args=arguments, pool_pre_ping=True)
