"""Records as they are kept, and dropped again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from openapi_mcp.model.record import Record
from openapi_mcp.records.rows import call_row, caller_row, clean, id_of, text_row, tool_row
from openapi_mcp.records.tables import CALLERS, CALLS, LOSSES, NUMBERS, TEXTS, TOOLS

_LOCK = 0x6F70656E617068  # one writer at a time in PostgreSQL: the order of numbers is that in which calls are seen
_WHY = 200
_MOST = 2**31 - 1


def alone(connection: Connection) -> None:
    """Be the only one that changes records until the transaction ends; in SQLite the way it begins sees to that."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def add(connection: Connection, records: Sequence[Record]) -> None:
    """Keep records; one that is there already is left as it is, so that whoever is not sure may try again."""
    alone(connection)
    records = _new(connection, records)
    if not records:
        return
    tools = _numbers_of(connection, TOOLS, [tool_row(record) for record in records])
    callers = _numbers_of(connection, CALLERS, [caller_row(record) for record in records])
    texts = [text_row(record, n=n) for n, record in zip(_numbers(connection, len(records)), records, strict=True)]
    rows = [
        call_row(record, long, n=long["n"], tool=tool, caller=caller)
        for record, long, tool, caller in zip(records, texts, tools, callers, strict=True)
    ]
    connection.execute(insert(CALLS), rows)
    connection.execute(insert(TEXTS), texts)


def add_lost(connection: Connection, lost: int, why: str, now: float) -> None:
    """Keep that calls were lost."""
    connection.execute(insert(LOSSES), {"time": now, "lost": min(lost, _MOST), "why": clean(why, _WHY)})


def _new(connection: Connection, records: Iterable[Record]) -> list[Record]:
    by_id = {id_of(record): record for record in records}
    known = set(connection.execute(select(CALLS.c.id).where(CALLS.c.id.in_(by_id))).scalars())
    return [record for id, record in by_id.items() if id not in known]


def _numbers_of(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the number of each row of names, which is made where there is none."""
    by_key = {row["key"]: row for row in rows}
    found = _known(connection, table, by_key)
    if new := [row for key, row in by_key.items() if key not in found]:
        connection.execute(insert(table), new)
        found = _known(connection, table, by_key)
    return [found[row["key"]] for row in rows]


def _known(connection: Connection, table: Table, keys: Iterable[str]) -> dict[str, int]:
    rows = connection.execute(select(table.c.key, table.c.n).where(table.c.key.in_(keys)))
    return {row.key: row.n for row in rows}


def _numbers(connection: Connection, count: int) -> Iterable[int]:
    """Return numbers for new calls; nobody else takes any while this transaction lasts."""
    if connection.dialect.name == "postgresql":
        drawn = select(NUMBERS.next_value()).select_from(func.generate_series(1, count))
        return sorted(connection.execute(drawn).scalars())
    first = (connection.execute(select(func.max(CALLS.c.n))).scalar() or 0) + 1
    return range(first, first + count)
