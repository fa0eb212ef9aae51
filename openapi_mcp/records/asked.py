"""A Filter as conditions on the rows of `calls` and `sums`. No value ever becomes SQL: each of them is bound."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Column, ColumnElement, Select, Table, false, select

from openapi_mcp.records.query import Filter
from openapi_mcp.records.rows import clean
from openapi_mcp.records.tables import CALLER, CALLERS, CALLS, SUMS, TOOL, TOOLS

ERROR, OK = "error", "ok"
_LONGEST = 1_000


def without_any(wanted: Filter) -> Filter:
    """Return the filter without the names that leave nothing out: `*` alone."""
    tool, api = ("" if value and not value.strip("*") else value for value in (wanted.tool, wanted.api))
    is_any = bool(wanted.caller) and not str(wanted.caller).strip("*")
    return replace(wanted, tool=tool, api=api, caller=None if is_any else wanted.caller)


def conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what holds for each row of `calls` that is wanted."""
    names = [CALLS.c[by].in_(numbers) for by, numbers in _names(wanted)]
    return [*names, *_outcome(wanted, CALLS), *_times(wanted), *_made_by(wanted)]


def sum_conditions(wanted: Filter, by: str) -> list[ColumnElement[bool]]:
    """Return what holds for each row of `sums` by tool or by caller that is wanted, whatever its time."""
    names = [SUMS.c.member.in_(numbers) for named, numbers in _names(wanted) if named == by]
    return [*names, *_outcome(wanted, SUMS)]


def _names(wanted: Filter) -> Iterator[tuple[str, Select[int]]]:
    """Yield the numbers of the tools that are wanted, and those of the callers, where the filter names any."""
    tools = [_fits(TOOLS.c[name], value) for name, value in (("tool", wanted.tool), ("api", wanted.api)) if value]
    if tools:
        yield TOOL, select(TOOLS.c.n).where(*tools)
    if wanted.caller is not None:
        yield CALLER, select(CALLERS.c.n).where(_fits(CALLERS.c.caller, wanted.caller))


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


def _outcome(wanted: Filter, table: Table) -> Iterator[ColumnElement[bool]]:
    if wanted.status:
        yield _status(table.c.status, wanted.status.lower())
    if wanted.kind in (ERROR, OK):
        yield table.c.kind != "" if wanted.kind == ERROR else table.c.kind == ""
    elif wanted.kind:
        yield table.c.kind == clean(wanted.kind, _LONGEST)
    if wanted.cache:
        yield table.c.cache == clean(wanted.cache, _LONGEST)


def _status(column: Column[int], status: str) -> ColumnElement[bool]:
    """Return the condition of "404" or "4xx"; nothing has any other."""
    digits = status.removesuffix("xx")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 3):
        return false()
    if digits == status:
        return column == int(digits)
    return column.between(int(digits) * 100, int(digits) * 100 + 99)


def _made_by(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.run:
        yield CALLS.c.run == clean(wanted.run, _LONGEST)
    if wanted.step_of:
        yield CALLS.c.step_of == clean(wanted.step_of, _LONGEST)


def _times(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield CALLS.c.time >= wanted.since
    if wanted.until is not None:
        yield CALLS.c.time < wanted.until
