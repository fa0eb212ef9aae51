"""How many calls each group has in each step of time: what a line in a table is drawn from."""

from collections import Counter, defaultdict

from sqlalchemy import BigInteger, Connection, cast, func, select

from openapi_mcp.records.asked import conditions
from openapi_mcp.records.counting import COLUMNS, Name, index_for, names_of
from openapi_mcp.records.query import Filter
from openapi_mcp.records.rows import read_count
from openapi_mcp.records.tables import CALLS


def activity(connection: Connection, wanted: Filter, by: str, step: float) -> dict[Name, Counter[int]]:
    """Return the calls of each group, (name, API), by the number of the step: its time divided by a step."""
    column, index = COLUMNS[by]
    quotient = CALLS.c.time / step
    number = cast(func.floor(quotient) if connection.dialect.name == "postgresql" else quotient, BigInteger)
    asked = select(column, number.label("step"), func.count()).where(*conditions(wanted)).group_by(column, "step")
    if hint := index_for(connection, wanted, index):
        asked = asked.with_hint(CALLS, f"INDEXED BY {hint}", "sqlite")
    names, found = names_of(connection, by), defaultdict[Name, Counter[int]](Counter)
    for value, at, calls in connection.execute(asked):
        found[names(read_count(value))][read_count(at)] += read_count(calls)
    return dict(found)
