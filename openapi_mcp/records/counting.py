"""Statistics: the sums of the parts of time that are settled, and the calls of the rest, one by one.

A question that sums cannot answer (of one caller by tool, of a step of an hour) is answered by the calls alone.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, func, select

from openapi_mcp.records.asked import conditions, sum_conditions
from openapi_mcp.records.query import Filter, Group, Point, Stats
from openapi_mcp.records.rows import DAY, LAST, read_count, read_text, sound_calls, sound_sums
from openapi_mcp.records.tables import CALLER, CALLERS, CALLS, LOSSES, PART, SETTLED, SUMS, TOOL, TOOLS
from openapi_mcp.records.tally import Tally

_END = math.nextafter(LAST, math.inf)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Name = tuple[str, str]  # of a group, and of its API
Key = TypeVar("Key", bound=Hashable)
KeyOf = Callable[[int, float], Key]
"""Gives the group of calls: by the number of their tool or caller, and by their time."""


def stats(connection: Connection, wanted: Filter, by: str) -> Stats:
    """Return the figures of what is wanted, by one of BY."""
    counter = Counter(connection=connection, wanted=wanted, member=told_by(wanted, by))
    key_of = key_by(by)
    names = names_of(connection, by)
    total, groups = Tally(), defaultdict[Name, Tally](Tally)
    for value, tally in counter.tallies(key_of, uses_sums=is_summed(wanted, by)).items():
        groups[names(value)].include(tally)
        total.include(tally)
    shown = [Group(name=name, api=api, figures=tally.figures()) for (name, api), tally in groups.items()]
    return Stats(by=by, total=total.figures(), groups=tuple(_ordered(shown, by)), lost=_lost(connection, wanted))


def key_by(by: str) -> KeyOf[int]:
    """Return what gives the number of a call's day, tool or caller."""
    return _day_of if by == "day" else _member_of


def _day_of(_: int, time: float) -> int:
    return int(time // DAY)


def _member_of(member: int, _: float) -> int:
    return member


def series(connection: Connection, wanted: Filter, step: float) -> list[Point]:
    """Return the figures of each step of time that has calls."""
    counter = Counter(connection=connection, wanted=wanted, member=told_by(wanted, "day"))
    uses_sums = step % PART == 0 and is_summed(wanted, "day")
    tallies = counter.tallies(lambda _, time: time // step * step, uses_sums=uses_sums)
    return [Point(time=time, figures=tally.figures()) for time, tally in sorted(tallies.items())]


def told_by(wanted: Filter, by: str) -> str:
    """Return what calls are told by: their callers, where those are asked for and no tools are."""
    return CALLER if by == "caller" or (by == "day" and wanted.caller is not None) else TOOL


def is_summed(wanted: Filter, by: str) -> bool:
    """True where sums answer a question: they are of tools, or of callers, and of no tool's calls by a caller.

    Nor are they of one run's calls, or of one workflow's.
    """
    if wanted.run or wanted.step_of:
        return False
    asks_tool = by in ("tool", "api") or bool(wanted.tool or wanted.api)
    return not (asks_tool and (by == "caller" or wanted.caller is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Counts the calls that are wanted; `member` says whether groups are told by their tools or by their callers."""

    connection: Connection
    wanted: Filter
    member: str

    def tallies(self, key_of: KeyOf[Key], *, uses_sums: bool) -> dict[Key, Tally]:
        """Return the tally of each group."""
        found: dict[Key, Tally] = defaultdict(Tally)
        settled = _settled(self.connection, self.wanted) if uses_sums else []
        if settled:
            self._add_sums(settled, key_of, found)
        for since, until in gaps(settled, self.wanted):
            self._add_calls(_bounded(self.wanted, since, until), key_of, found)
        return found

    def _add_sums(self, settled: list[int], key_of: KeyOf[Key], found: dict[Key, Tally]) -> None:
        parts = set(settled)
        within = SUMS.c.by == self.member, SUMS.c.part.between(settled[0], settled[-1])
        rows = self.connection.execute(select(*_OF_SUMS).where(*within, *sum_conditions(self.wanted, self.member)))
        for part, member, *counted in sound_sums(rows):
            if part in parts:
                found[key_of(member, part * PART)].add(*counted)

    def _add_calls(self, wanted: Filter, key_of: KeyOf[Key], found: dict[Key, Tally]) -> None:
        asked = select(CALLS.c[self.member], *_OF_CALLS).where(*conditions(wanted))
        for member, kind, cache, time, *counted in sound_calls(self.connection.execute(asked)):
            found[key_of(member, time)].count(kind, cache, time, *counted)


def _bounded(wanted: Filter, since: float | None, until: float | None) -> Filter:
    """Return what is wanted of a time that a clock can say; of two bounds on one side SQLite may take the wider."""
    since = max(since if since is not None else 0.0, 0.0)
    return replace(wanted, since=since, until=min(until if until is not None else _END, _END))


_OF_CALLS = [CALLS.c[name] for name in ("kind", "cache", "time", "duration", "repairs", "tokens", "size")]
_OF_SUMS = [
    SUMS.c[name]
    for name in ("part", "member", "kind", "cache", "calls", "last", "repairs", "tokens", "size", "durations")
]


def _settled(connection: Connection, wanted: Filter) -> list[int]:
    """Return the settled parts that are wanted as a whole, in order."""
    found = connection.execute(select(SETTLED.c.part).order_by(SETTLED.c.part)).scalars()
    since = -math.inf if wanted.since is None else wanted.since
    until = math.inf if wanted.until is None else wanted.until
    return [part for part in found if since <= part * PART and (part + 1) * PART <= until]


def gaps(settled: list[int], wanted: Filter) -> Iterator[tuple[float | None, float | None]]:
    """Yield the times that are wanted and not settled: since when, and until."""
    since = wanted.since
    for part in settled:
        if since is None or since < part * PART:
            yield since, part * PART
        since = (part + 1) * PART
    if since is None or wanted.until is None or since < wanted.until:
        yield since, wanted.until


def names_of(connection: Connection, by: str) -> Callable[[int], Name]:
    """Return what gives the name of a day, tool or caller, and its API, by its number."""
    if by == "day":
        return lambda day: ((_EPOCH + timedelta(days=day)).date().isoformat(), "")
    if by == "caller":
        rows = connection.execute(select(CALLERS.c.n, CALLERS.c.caller))
        names = {n: (read_text(caller), "") for n, caller in rows}
    else:
        tools = connection.execute(select(TOOLS.c.n, TOOLS.c.tool, TOOLS.c.api))
        names = {n: (read_text(tool), read_text(api)) for n, tool, api in tools}
        names = names if by == "tool" else {n: (api, "") for n, (_, api) in names.items()}
    return lambda member: names.get(member, ("", ""))


def _ordered(groups: list[Group], by: str) -> list[Group]:
    if by == "day":
        return sorted(groups, key=lambda group: group.name)
    return sorted(groups, key=lambda group: (-group.figures.calls, group.api, group.name))


def _lost(connection: Connection, wanted: Filter) -> int:
    """Return how many calls were lost in the time that is asked for; nobody knows whose they were."""
    times = [LOSSES.c.time >= wanted.since] if wanted.since is not None else []
    times += [LOSSES.c.time < wanted.until] if wanted.until is not None else []
    return read_count(connection.execute(select(func.sum(LOSSES.c.lost)).where(*times)).scalar())
