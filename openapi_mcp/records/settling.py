"""Working out, behind the calls, what those of each part of time come to, so that statistics need not read them all.

A part is settled some time after it has passed. A call that comes later, or is dropped, makes its part unsettled: its
sums are dropped too, its calls are counted one by one, and it is settled again when it is its turn.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from openapi_mcp.records.rows import read_seconds, sound_settling
from openapi_mcp.records.tables import CALLER, CALLS, PART, SETTLED, SUMS, TOOL
from openapi_mcp.records.tally import Tally, packed
from openapi_mcp.records.writing import alone

SOON = 900.0
"""Seconds after its end that a part is settled: few calls take longer than that, and are recorded when they end."""
_COUNTED = [CALLS.c[name] for name in ("time", "duration", "repairs", "tokens", "size")]
_COLUMNS = [*(CALLS.c[name] for name in ("caller", "status", "tool", "kind", "cache")), *_COUNTED]


def part_of(time: float) -> int:
    """Return the part of time that a time is in."""
    return int(time // PART)


def settle(connection: Connection, now: float) -> bool:
    """Settle one part that has passed; return whether there was one."""
    alone(connection)
    part = _next(connection, part_of(now - SOON))
    if part is None:
        return False
    if rows := _sums(connection, part):
        connection.execute(insert(SUMS), rows)
    connection.execute(insert(SETTLED), {"part": part})
    return True


def unsettle(connection: Connection, parts: Iterable[int]) -> None:
    """Drop the sums of parts whose calls have changed."""
    settled = select(SETTLED.c.part).where(SETTLED.c.part.in_(sorted(set(parts))))
    if changed := connection.execute(settled).scalars().all():
        connection.execute(delete(SUMS).where(SUMS.c.part.in_(changed)))
        connection.execute(delete(SETTLED).where(SETTLED.c.part.in_(changed)))


def _next(connection: Connection, end: int) -> int | None:
    """Return the first part that has calls and no sums, of those before an end."""
    settled = set(connection.execute(select(SETTLED.c.part)).scalars())
    part = _with_calls(connection, 0)
    while part is not None and part in settled:
        part = _with_calls(connection, part + 1)
    return part if part is not None and part < end else None


def _with_calls(connection: Connection, part: int) -> int | None:
    """Return the first part that has calls, from one on."""
    first = connection.execute(select(func.min(CALLS.c.time)).where(CALLS.c.time >= part * PART)).scalar()
    return None if first is None else max(part_of(read_seconds(first)), part)


def _sums(connection: Connection, part: int) -> list[dict[str, Any]]:
    """Return the rows of what a part's calls come to: of each tool, and of each caller, by how they went."""
    within = CALLS.c.time >= part * PART, CALLS.c.time < (part + 1) * PART
    tallies: dict[tuple[Any, ...], Tally] = defaultdict(Tally)
    for row in sound_settling(connection.execute(select(*_COLUMNS).where(*within))):
        caller, status, tool, kind, cache = row[:5]
        for key in ((TOOL, tool, status, kind, cache), (CALLER, caller, status, kind, cache)):
            tallies[key].count(kind, cache, *row[5:])
    return [_row(part, key, tally) for key, tally in tallies.items()]


def _row(part: int, key: tuple[Any, ...], tally: Tally) -> dict[str, Any]:
    by, member, status, kind, cache = key
    return {
        "part": part,
        "by": by,
        "member": member,
        "status": status,
        "kind": kind,
        "cache": cache,
        "calls": tally.calls,
        "last": tally.last,
        "repairs": tally.repairs,
        "tokens": tally.tokens,
        "size": tally.size,
        "durations": packed(tally.durations),
    }
