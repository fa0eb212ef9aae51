"""Statistics: one pass over an index gives every sum, and how many calls are in each bucket of each group.

From that it is known in which bucket a percentile is, and its place there; a look into that bucket gives it exactly.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Connection, Integer, Select, and_, cast, func, select

from openapi_mcp.model.record import HIT, REVALIDATED
from openapi_mcp.records.asked import conditions, picks_names
from openapi_mcp.records.query import Figures, Filter, Group, Point, Stats
from openapi_mcp.records.rows import DAY, read_count, read_seconds, read_text
from openapi_mcp.records.tables import BY_CALLER, BY_DAY, BY_TIME, BY_TOOL, CALLERS, CALLS, LOSSES, TOOLS
from openapi_mcp.records.tally import Part, Place, Tally

SHORT = 0.2
"""The part of all time whose calls are found by their time, and sorted; those of more are read in an index's order."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_DAY = 2_932_896  # the end of the year 9999

Name = tuple[str, str]  # of a group, and of its API
_Key = TypeVar("_Key", bound=Name | float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Counts calls by a column; `index` has them in its order, `holds` is true of the rows of some of its values."""

    connection: Connection
    wanted: Filter
    column: ColumnElement[int]
    index: str
    holds: Callable[[Iterable[int]], ColumnElement[bool]]

    def tallies(self) -> dict[int, Tally]:
        """Return the tally of each value of the column."""
        found: dict[int, Tally] = defaultdict(Tally)
        for row in self.connection.execute(self._sums()):
            found[read_count(row[0])].add(_part(*row[1:]))
        return found

    def _sums(self) -> Select[Any]:
        keys = (self.column.label("value"), CALLS.c.bucket, CALLS.c.kind)
        hits = func.sum(cast(CALLS.c.cache.in_((HIT, REVALIDATED)), Integer))
        sums = (func.sum(CALLS.c[name]) for name in ("duration", "repairs", "tokens", "size"))
        asked = select(*keys, func.count(), func.max(CALLS.c.time), hits, *sums).where(*conditions(self.wanted))
        hint = f"INDEXED BY {self.index}"
        asked = asked.with_hint(CALLS, hint, "sqlite") if self.index else asked
        return asked.group_by(*keys)

    def figures(self, values: Iterable[int], tally: Tally) -> Figures:
        """Return the figures of some values, whose tally is known."""
        if not tally.calls:
            return Figures()
        where = self.holds(values)
        return tally.figures(*(self._duration(where, place) for place in tally.places()))

    def _duration(self, where: ColumnElement[bool], place: Place) -> float:
        """Return the duration that stands at a place."""
        column = CALLS.c.duration
        found = select(column).where(where, CALLS.c.bucket == place.bucket, *conditions(self.wanted))
        if place.at * 2 > place.of:  # nearer from above
            ordered = found.order_by(column.desc()).offset(place.of - 1 - place.at)
        else:
            ordered = found.order_by(column).offset(place.at)
        return read_seconds(self.connection.execute(ordered.limit(1)).scalar())


def stats(connection: Connection, wanted: Filter, by: str) -> Stats:
    """Return the figures of what is wanted, by one of BY."""
    column, index = _COLUMNS[by]
    counter = Counter(
        connection=connection, wanted=wanted, column=column, index=_index(connection, wanted, index), holds=column.in_
    )
    tallies = counter.tallies()
    members = _members(tallies, _names(connection, by))
    groups = [
        Group(name=name, api=api, figures=counter.figures(each, together(tallies, each)))
        for (name, api), each in members.items()
    ]
    total = counter.figures(list(tallies), together(tallies, tallies))
    return Stats(by=by, total=total, groups=_ordered(groups, by), lost=_lost(connection, wanted))


_COLUMNS: dict[str, tuple[ColumnElement[int], str]] = {
    "tool": (CALLS.c.tool, BY_TOOL),
    "api": (CALLS.c.tool, BY_TOOL),
    "caller": (CALLS.c.caller, BY_CALLER),
    "day": (CALLS.c.day, BY_DAY),
}


def series(connection: Connection, wanted: Filter, step: float) -> list[Point]:
    """Return the figures of each step of time that has calls."""
    unit = DAY if step % DAY == 0 else step
    counter = _by_days(connection, wanted) if unit == DAY else _by_steps(connection, wanted, step)
    tallies = counter.tallies()
    members = _members(tallies, lambda value: value * unit // step * step)
    return [
        Point(time=float(time), figures=counter.figures(each, together(tallies, each)))
        for time, each in sorted(members.items())
    ]


def _by_days(connection: Connection, wanted: Filter) -> Counter:
    index = _index(connection, wanted, BY_DAY)
    return Counter(connection=connection, wanted=wanted, column=CALLS.c.day, index=index, holds=CALLS.c.day.in_)


def _by_steps(connection: Connection, wanted: Filter, step: float) -> Counter:
    """Return what counts by the number of a step: the time over its length, which PostgreSQL would round."""
    quotient = CALLS.c.time / step
    column = cast(func.floor(quotient) if connection.dialect.name == "postgresql" else quotient, BigInteger)

    def holds(values: Iterable[int]) -> ColumnElement[bool]:
        first, last = min(values), max(values)  # an index finds the times; what is on their edge, the number decides
        return and_(CALLS.c.time.between(first * step - 1, (last + 1) * step + 1), column.in_(values))

    return Counter(connection=connection, wanted=wanted, column=column, index=BY_TIME, holds=holds)


def together(tallies: Mapping[int, Tally], values: Iterable[int]) -> Tally:
    """Return the tally of several values."""
    whole = Tally()
    for value in values:
        whole.include(tallies[value])
    return whole


def _part(bucket: Any, kind: Any, calls: Any, last: Any, hits: Any, *sums: Any) -> Part:
    duration, repairs, tokens, size = sums
    return Part(
        bucket=read_count(bucket),
        kind=read_text(kind),
        calls=read_count(calls),
        duration=read_seconds(duration),
        last=read_seconds(last),
        repairs=read_count(repairs),
        cache_hits=read_count(hits),
        tokens=read_count(tokens),
        size=read_count(size),
    )


def _index(connection: Connection, wanted: Filter, own: str) -> str:
    """Return the index that SQLite is told to use: it knows nothing of how many rows a condition leaves."""
    if picks_names(wanted):
        return ""
    return BY_TIME if _is_short(connection, wanted) else own


def _is_short(connection: Connection, wanted: Filter) -> bool:
    if wanted.since is None and wanted.until is None:
        return False
    ends = (connection.execute(select(end(CALLS.c.time))).scalar() for end in (func.min, func.max))
    first, last = map(read_seconds, ends)
    began, ended = max(first, wanted.since or first), min(last, wanted.until or last)
    return ended - began < SHORT * (last - first)


def _names(connection: Connection, by: str) -> Callable[[int], Name]:
    """Return what gives a group's name, and its API, by its value."""
    if by == "day":
        return lambda day: ((_EPOCH + timedelta(days=min(day, _LAST_DAY))).date().isoformat(), "")
    found: dict[int, Name] = {}
    if by == "caller":
        for n, caller in connection.execute(select(CALLERS.c.n, CALLERS.c.caller)):
            found[n] = (read_text(caller), "")
    else:
        for n, api, tool in connection.execute(select(TOOLS.c.n, TOOLS.c.api, TOOLS.c.tool)):
            found[n] = (read_text(tool), read_text(api)) if by == "tool" else (read_text(api), "")
    return lambda n: found.get(n, ("", ""))


def _members(values: Iterable[int], names: Callable[[int], _Key]) -> dict[_Key, list[int]]:
    """Return the values of each group."""
    found: dict[_Key, list[int]] = defaultdict(list)
    for value in values:
        found[names(value)].append(value)
    return found


def _ordered(groups: list[Group], by: str) -> list[Group]:
    if by == "day":
        return sorted(groups, key=lambda group: group.name)
    return sorted(groups, key=lambda group: (-group.figures.calls, group.api, group.name))


def _lost(connection: Connection, wanted: Filter) -> int:
    """Return how many calls were lost in the time that is asked for; nobody knows whose they were."""
    times = [LOSSES.c.time >= wanted.since] if wanted.since is not None else []
    times += [LOSSES.c.time < wanted.until] if wanted.until is not None else []
    return read_count(connection.execute(select(func.sum(LOSSES.c.lost)).where(*times)).scalar())
