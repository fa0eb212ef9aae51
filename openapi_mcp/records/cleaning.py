"""How large a store is, and dropping what is old or too much, a step at a time: others write between two steps."""

import math
from collections.abc import Sequence
from itertools import accumulate

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select

from openapi_mcp.records.rows import read_count, read_seconds
from openapi_mcp.records.settling import part_of, unsettle
from openapi_mcp.records.tables import CALLERS, CALLS, LOSSES, TEXTS, TIDIED, TOOLS
from openapi_mcp.records.writing import alone

STEP = 1_000
"""Calls that are dropped in one transaction, at most."""
_PAGES = 500  # of SQLite's, given back to the disk at a time


def size(connection: Connection) -> int:
    """Return how many bytes the records take: of a file, its pages that are in use; else what the rows weigh.

    PostgreSQL keeps the space of dropped rows for new ones, so that the size of its tables tells nothing of them.
    """
    if connection.dialect.name != "sqlite":
        return read_count(connection.execute(select(func.sum(CALLS.c.weight))).scalar())
    pages, free, each = (connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in _SIZES)
    return (read_count(pages) - read_count(free)) * read_count(each)


_SIZES = ("page_count", "freelist_count", "page_size")


def drop_old(connection: Connection, before: float, most: int) -> int:
    """Drop calls that began before a time, at most so many; return how many."""
    alone(connection)
    return _drop(connection, _oldest(connection, most, CALLS.c.time < before))


def drop_beyond(connection: Connection, most_bytes: int, most: int) -> int:
    """Drop some of the oldest calls, at most so many, where all take more than some bytes; return how many."""
    alone(connection)
    excess = size(connection) - most_bytes
    if excess <= 0:
        return 0
    oldest = _oldest(connection, most)
    weights = accumulate(read_count(row.weight) for row in oldest)
    return _drop(connection, oldest[: sum(weight < excess for weight in weights) + 1])


def _oldest(connection: Connection, most: int, *where: ColumnElement[bool]) -> Sequence[Row[int, float, int]]:
    """Return the oldest calls, at most so many."""
    asked = select(CALLS.c.n, CALLS.c.time, CALLS.c.weight).where(*where)
    return connection.execute(asked.order_by(CALLS.c.time, CALLS.c.n).limit(most)).all()


def _drop(connection: Connection, chosen: Sequence[Row[int, float, int]]) -> int:
    numbers = [row.n for row in chosen]
    if numbers:
        connection.execute(delete(TEXTS).where(TEXTS.c.n.in_(numbers)))
        connection.execute(delete(CALLS).where(CALLS.c.n.in_(numbers)))
        unsettle(connection, (part_of(read_seconds(row.time)) for row in chosen))
    return len(numbers)


def drop_names(connection: Connection) -> None:
    """Drop the tools and callers that have no calls any more: a caller's name is not kept longer than its calls."""
    alone(connection)
    for table, column in ((TOOLS, CALLS.c.tool), (CALLERS, CALLS.c.caller)):
        connection.execute(delete(table).where(table.c.n.not_in(select(column).distinct())))


def drop_losses(connection: Connection, before: float) -> None:
    """Drop what is known of losses before a time."""
    connection.execute(delete(LOSSES).where(LOSSES.c.time < before))


def last_tidied(connection: Connection) -> float:
    """Return when all there was was last cleaned, in seconds since 1970; long before that where it never was."""
    found = connection.execute(select(TIDIED.c.time)).scalar()
    return found if isinstance(found, float) else -math.inf


def note_tidied(connection: Connection, now: float) -> None:
    """Keep that all there was to clean is cleaned."""
    alone(connection)
    connection.execute(delete(TIDIED))
    connection.execute(insert(TIDIED), {"n": 1, "time": now})


def give_back(connection: Connection) -> bool:
    """Give some free pages of a file back to the disk; return whether there are more. PostgreSQL sees to it itself."""
    if connection.dialect.name != "sqlite":
        return False
    free = read_count(connection.exec_driver_sql("PRAGMA freelist_count").scalar())
    for _ in range(min(free, _PAGES)):
        connection.exec_driver_sql(
            "PRAGMA incremental_vacuum(1)"
        )  # the driver does one step of it, and that is one page
    return free > _PAGES
