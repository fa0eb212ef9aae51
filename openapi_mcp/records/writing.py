"""Records as they are kept, and dropped again."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from openapi_mcp.model.record import Record
from openapi_mcp.records.rows import Row, call_row, caller_names, clean, names_row, text_row, tool_names
from openapi_mcp.records.tables import CALLERS, CALLS, LOSSES, NUMBERS, TEXTS, TOOLS

_LOCK = 0x6F70656E617068  # one writer at a time in PostgreSQL: the order of numbers is that in which calls are seen
_WHY = 200
_MOST = 2**31 - 1
_ROWS = 60  # of one statement: SQLite before 3.32 takes 999 values


def alone(connection: Connection) -> None:
    """Be the only one that changes records until the transaction ends; in SQLite the way it begins sees to that."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def add(connection: Connection, records: Sequence[Record]) -> None:
    """Keep records; one that is there already is left as it is, so that whoever is not sure may try again."""
    alone(connection)
    tools = _numbers_of(connection, TOOLS, [tool_names(record) for record in records])
    callers = _numbers_of(connection, CALLERS, [caller_names(record) for record in records])
    texts = [text_row(record, n=n) for n, record in zip(_numbers(connection, len(records)), records, strict=True)]
    rows = [
        call_row(record, long, n=long["n"], tool=tool, caller=caller)
        for record, long, tool, caller in zip(records, texts, tools, callers, strict=True)
    ]
    all_new = _insert(connection, CALLS, rows) == len(rows)
    _insert(connection, TEXTS, texts if all_new else _of_kept(connection, texts))


def add_lost(connection: Connection, lost: int, why: str, now: float) -> None:
    """Keep that calls were lost."""
    connection.execute(insert(LOSSES), {"time": now, "lost": min(lost, _MOST), "why": clean(why, _WHY)})


def _insert(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Insert rows that have all columns, and leave those that are there already; return how many were new.

    The statements are made once, and given the rows as they are: SQLAlchemy would look at each value of each of them.
    Many rows are one step of SQLite's: before and after each the interpreter is let go of, and had again only after the
    calls that it serves meanwhile.
    """
    if connection.dialect.name == "postgresql":  # all rows are one value, and one statement
        return connection.exec_driver_sql(_from_json(table), (json.dumps(rows),)).rowcount
    steps = (rows[at : at + _ROWS] for at in range(0, len(rows), _ROWS))
    return sum(connection.exec_driver_sql(_from_values(table, len(some)), _values(some)).rowcount for some in steps)


def _values(rows: Sequence[Row]) -> tuple[Any, ...]:
    return tuple(chain.from_iterable(row.values() for row in rows))


@cache
def _from_json(table: Table) -> str:
    rows = f"json_populate_recordset(NULL::{table.name}, %s)"
    return f"INSERT INTO {table.name} SELECT * FROM {rows} ON CONFLICT DO NOTHING"  # noqa: S608 - a name of ours


@cache
def _from_values(table: Table, rows: int) -> str:
    names = table.columns.keys()
    columns, values = ", ".join(names), ", ".join(["?"] * len(names))
    every = ", ".join([f"({values})"] * rows)
    return f"INSERT OR IGNORE INTO {table.name} ({columns}) VALUES {every}"  # noqa: S608 - names of ours


def _of_kept(connection: Connection, texts: Sequence[Row]) -> Sequence[Row]:
    """Return the long texts of those calls that were not there already."""
    first, last = texts[0]["n"], texts[-1]["n"]
    kept = set(connection.execute(select(CALLS.c.n).where(CALLS.c.n.between(first, last))).scalars())
    return [text for text in texts if text["n"] in kept]


def _numbers_of(connection: Connection, table: Table, names: Sequence[tuple[str, ...]]) -> list[int]:
    """Return the number of each of these names, which are given one where they have none."""
    rows = {each: names_row(table, each) for each in dict.fromkeys(names)}
    keys = [row["key"] for row in rows.values()]
    found = _known(connection, table, keys)
    if new := {row["key"]: row for row in rows.values() if row["key"] not in found}:
        connection.execute(insert(table), list(new.values()))
        found = _known(connection, table, keys)
    return [found[rows[each]["key"]] for each in names]


def _known(connection: Connection, table: Table, keys: Sequence[str]) -> dict[str, int]:
    rows = connection.execute(select(table.c.key, table.c.n).where(table.c.key.in_(keys)))
    return {row.key: row.n for row in rows}


def _numbers(connection: Connection, count: int) -> Iterable[int]:
    """Return numbers for new calls; nobody else takes any while this transaction lasts."""
    if connection.dialect.name == "postgresql":
        drawn = select(NUMBERS.next_value()).select_from(func.generate_series(1, count))
        return sorted(connection.execute(drawn).scalars())
    first = (connection.execute(select(func.max(CALLS.c.n))).scalar() or 0) + 1
    return range(first, first + count)
