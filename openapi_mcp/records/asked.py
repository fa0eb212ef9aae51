"""A Filter as conditions on the rows of `calls`. No value ever becomes SQL: each of them is bound."""

from collections.abc import Iterator

from sqlalchemy import Column, ColumnElement, false, select

from openapi_mcp.records.query import Filter
from openapi_mcp.records.rows import clean
from openapi_mcp.records.tables import CALLERS, CALLS, TOOLS

ERROR, OK = "error", "ok"
_LONGEST = 1_000


def conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what holds for each row that is wanted."""
    return [*_names(wanted), *_outcome(wanted), *_times(wanted)]


def picks_names(wanted: Filter) -> bool:
    """True where the filter picks tools or callers: then few rows are left, and their own index finds them."""
    return bool(wanted.tool or wanted.api or wanted.caller is not None)


def _names(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    tools = [_fits(TOOLS.c[name], value) for name, value in (("tool", wanted.tool), ("api", wanted.api)) if value]
    if tools:
        yield CALLS.c.tool.in_(select(TOOLS.c.n).where(*tools))
    if wanted.caller is not None:
        yield CALLS.c.caller.in_(select(CALLERS.c.n).where(_fits(CALLERS.c.caller, wanted.caller)))


def _fits(column: Column[str], value: str) -> ColumnElement[bool]:
    """Return the condition of a name: itself, or with `*` whatever fits; `%` and `_` stand for themselves."""
    value = clean(value, _LONGEST)
    if "*" not in value:
        return column == value
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like("%".join(_parts(escaped)), escape="\\")


def _parts(value: str) -> list[str]:
    while "**" in value:
        value = value.replace("**", "*")
    return value.split("*")


def _outcome(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.status:
        yield _status(wanted.status.lower())
    if wanted.kind in (ERROR, OK):
        yield CALLS.c.kind != "" if wanted.kind == ERROR else CALLS.c.kind == ""
    elif wanted.kind:
        yield CALLS.c.kind == clean(wanted.kind, _LONGEST)
    if wanted.cache:
        yield CALLS.c.cache == clean(wanted.cache, _LONGEST)


def _status(status: str) -> ColumnElement[bool]:
    """Return the condition of "404" or "4xx"; nothing has any other."""
    digits = status.removesuffix("xx")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 3):
        return false()
    if digits == status:
        return CALLS.c.status == int(digits)
    return CALLS.c.status.between(int(digits) * 100, int(digits) * 100 + 99)


def _times(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield CALLS.c.time >= wanted.since
    if wanted.until is not None:
        yield CALLS.c.time < wanted.until
