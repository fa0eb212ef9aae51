"""Records as they are read back: many by a filter, one by its id, and the names that they have."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, select, tuple_

from openapi_mcp.model.record import Record
from openapi_mcp.records.asked import conditions
from openapi_mcp.records.query import Filter
from openapi_mcp.records.rows import clean, read_text, record_of
from openapi_mcp.records.store import AmbiguousError, Named, UnknownRecordError
from openapi_mcp.records.tables import CALLERS, CALLS, TEXTS, TOOLS

_OF_CALLS = [column for column in CALLS.c if column.name not in ("tool", "caller", "repairs")]
_OF_TOOLS = [TOOLS.c[name] for name in ("api", "tool", "method", "path", "operation_id")]
_OF_TEXTS = [TEXTS.c[name] for name in ("arguments", "message", "repairs", "lookups", "curl")]
_LONGEST_ID = 64

Place = tuple[float, int]
"""Where a record stands among the others: its time, and its number, which tells in which order they were kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How many records are read, in which order: the newest first, or as they were kept; those `after` a place."""

    limit: int
    after: Place | None = None
    newest_first: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Records in an order, and the place of the last of them, where the next page begins whatever became of it."""

    records: list[Record]
    last: Place | None


def calls(connection: Connection, wanted: Filter, order: Order, *, whole: bool) -> Page:
    """Return records in an order; with their answers where the `whole` is wanted."""
    columns = [CALLS.c.time.desc(), CALLS.c.n.desc()] if order.newest_first else [CALLS.c.n]
    read = _records(TEXTS.c.answer) if whole else _records()
    found = read.where(*conditions(wanted), *_beyond(order)).order_by(*columns).limit(max(order.limit, 0))
    rows = connection.execute(found).mappings().all()
    last = (rows[-1]["time"], rows[-1]["n"]) if rows else None
    return Page(records=[record_of(dict(row)) for row in rows], last=last)


def _records(*more: ColumnElement[Any]) -> Select[Any]:
    joined = (
        CALLS.outerjoin(TOOLS, TOOLS.c.n == CALLS.c.tool)
        .outerjoin(CALLERS, CALLERS.c.n == CALLS.c.caller)
        .outerjoin(TEXTS, TEXTS.c.n == CALLS.c.n)
    )
    return select(*_OF_CALLS, *_OF_TOOLS, CALLERS.c.caller, *_OF_TEXTS, *more).select_from(joined)


def place_of(connection: Connection, id: str) -> Place:
    """Return where a record stands.

    Raises:
        UnknownRecordError: there is no such record.
    """
    asked = select(CALLS.c.time, CALLS.c.n).where(CALLS.c.id == clean(id, _LONGEST_ID))
    if (row := connection.execute(asked).first()) is None:
        raise UnknownRecordError(
            f"no record has the id {clean(id, _LONGEST_ID)!r}",
            hint="it may have been cleaned up by now; begin anew, without it",
        )
    return row.time, row.n


def _beyond(order: Order) -> list[ColumnElement[bool]]:
    """Return the condition of what comes after a place."""
    if order.after is None:
        return []
    place = tuple_(*order.after)
    return [tuple_(CALLS.c.time, CALLS.c.n) < place if order.newest_first else CALLS.c.n > order.after[1]]


def call(connection: Connection, id: str) -> Record | None:
    """Return one record in full, by its id or by a beginning of it that no other has.

    Raises:
        AmbiguousError: several begin so.
    """
    if not (id := clean(id, _LONGEST_ID)):
        return None
    rows = (
        connection.execute(_records(TEXTS.c.answer).where(_begins(id)).order_by(CALLS.c.id).limit(2)).mappings().all()
    )
    if len(rows) == 2 and rows[0]["id"] != id:
        raise AmbiguousError(f"more than one record has an id that begins with {id!r}", hint="give more of it")
    return record_of(dict(rows[0])) if rows else None


def _begins(id: str) -> ColumnElement[bool]:
    """Return the condition of ids that begin so: those between it and the next text of its length, in code points."""
    return and_(CALLS.c.id >= id, CALLS.c.id <= id + "\U0010ffff" * _LONGEST_ID)


def named(connection: Connection) -> list[Named]:
    """Return the tools that have records: names without any are dropped with the last of them."""
    asked = select(*_OF_TOOLS).order_by(TOOLS.c.n)
    tools = {}
    for row in connection.execute(asked):
        api, tool, method, path = (read_text(each) for each in row[:4])
        tools[api, tool] = Named(
            api=api, tool=tool, operation=f"{method} {path}" if method else ""
        )  # the newest is told
    return sorted(tools.values(), key=lambda each: (each.api, each.tool))


def callers(connection: Connection) -> list[str]:
    """Return the callers that have records."""
    return sorted({read_text(each) for each in connection.execute(select(CALLERS.c.caller)).scalars()})
