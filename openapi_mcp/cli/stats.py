"""`openapi-mcp stats`: what calls come to, by tool, API, caller or day."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from openapi_mcp.cli.figures import Counts, Shown, Steps, figures_table, steps_of
from openapi_mcp.cli.options import takes
from openapi_mcp.cli.output import Notice, show, show_json, show_text, stdout_height
from openapi_mcp.cli.recorded import records_of, said_of_none
from openapi_mcp.cli.start import start
from openapi_mcp.cli.units import many
from openapi_mcp.cli.wanted import FILTERS, STORE, require_count, take_filter
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.model.record import iso_time
from openapi_mcp.records.query import BY, Figures, Filter, Group, Stats
from openapi_mcp.records.store import Store

HELP = """Show what the recorded calls come to: for each tool how many there were, how many succeeded, how long they
took (on average, the median, the 95th percentile), the last one, how they failed, repairs, cache hits, tokens.

The line at the end of each row is the calls of the last 24 hours, or from --since to --until. Days are UTC.

Examples:

\b
  openapi-mcp stats --since 7d
      the tools that were called this week, most calls first

\b
  openapi-mcp stats --by day --tool 'orders_*'
      the calls of these tools, day by day; also --by api and --by caller

\b
  openapi-mcp stats --sort p95 --limit 5
      the five slowest tools

\b
  openapi-mcp stats --json
      {"since", "until", "by", "total": {...}, "tools": [{"tool", "api", "calls", ...}], "lost"}
"""
_FEWEST = 10  # rows, however low a terminal is
_MOST = 500  # rows in a pipe: callers can make names up
_AROUND = 9  # lines around them: headings, the total, the next prompt
_KEYS = {"tool": "tools", "api": "apis", "caller": "callers", "day": "days"}
_SORTS: Mapping[str, Callable[[Figures], float]] = {
    "calls": lambda figures: figures.calls,
    "errors": lambda figures: figures.errors,
    "p95": lambda figures: figures.p95,
    "tokens": lambda figures: figures.tokens,
}


@takes(FILTERS, STORE)
def stats(
    *,
    by: Annotated[str, typer.Option("--by", metavar="WHAT", help="tool (default), api, caller or day.")] = "tool",
    sort: Annotated[
        str | None,
        typer.Option("--sort", metavar="FIGURE", help="Most first: calls (default), errors, p95 or tokens."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", metavar="N", help="At most N rows; 0 is all. Default: what fits.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    flags: Mapping[str, Any],
) -> int:
    """Show statistics."""
    now = time.time()
    wanted, flags = take_filter(flags, now)
    require_count(limit or 0)
    _require_one_of(by, BY, "--by")
    _require_one_of(sort or "calls", tuple(_SORTS), "--sort")
    config, notice = start(flags)
    with records_of(config, notice) as store:
        found = _sorted(store.stats(wanted, by) if store else Stats(by=by, total=Figures()), sort)
        if as_json:
            show_json(_as_json(found, wanted, _chosen(found, sort, limit or None)))
        elif store is not None and found.total.calls:
            groups = _chosen(found, sort, _fitting() if limit is None else limit or None)
            _show(store, found, groups, steps_of(wanted, now), wanted, now)
        elif store is not None:
            notice(said_of_none(store, wanted))
    if not as_json:
        _say_lost(found, notice)
    return ExitCode.OK


def _require_one_of(word: str, allowed: Sequence[str], where: str) -> None:
    if word not in allowed:
        raise ConfigError(f"unknown value {word[:40]!r}", where=where, hint=f"choose from {', '.join(allowed)}")


def _sorted(found: Stats, sort: str | None) -> Stats:
    """Return the groups by a figure, the most first; without one days stay in their order."""
    if sort is None:
        return found
    key = _SORTS[sort]
    return replace(found, groups=sorted(found.groups, key=lambda group: key(group.figures), reverse=True))


def _chosen(found: Stats, sort: str | None, most: int | None) -> Sequence[Group]:
    """Return the groups that are shown: the first, and of days that are in their order the last."""
    if most is None or len(found.groups) <= most:
        return found.groups
    return found.groups[-most:] if found.by == "day" and sort is None else found.groups[:most]


def _as_json(found: Stats, wanted: Filter, groups: Sequence[Group]) -> dict[str, Any]:
    return {
        "since": None if wanted.since is None else iso_time(wanted.since),
        "until": None if wanted.until is None else iso_time(wanted.until),
        "by": found.by,
        "total": found.total.as_json(),
        _KEYS[found.by]: [_group_json(group, found.by) for group in groups],
        "lost": found.lost,
    }


def _group_json(group: Group, by: str) -> dict[str, Any]:
    api = {"api": group.api} if by == "tool" else {}
    return {by: group.name, **api, **group.figures.as_json()}


def _show(store: Store, found: Stats, groups: Sequence[Group], steps: Steps, wanted: Filter, now: float) -> None:
    counts: Counts = {}
    if found.by != "day":  # there the rows are the time
        counts = store.activity(replace(wanted, since=steps.since, until=steps.until), found.by, steps.length)
    is_asked = wanted.since is not None or wanted.until is not None
    shown = Shown(stats=found, groups=groups, now=now, steps=steps, counts=counts, is_asked=is_asked)
    table, left_out = figures_table(shown)
    show(table)
    if left_out:
        show(f"no room for {', '.join(left_out)} (in a wider terminal there is; --json has all figures)")
    if len(groups) < len(found.groups):
        show_text(f"and {len(found.groups) - len(groups):,} more (--limit 0 shows all)")


def _fitting() -> int:
    """Return how many rows a terminal shows at once; a pipe takes many."""
    height = stdout_height()
    return _MOST if height is None else max(height - _AROUND, _FEWEST)


def _say_lost(found: Stats, notice: Notice) -> None:
    if found.lost:
        notice(
            f"warning: {many(found.lost, 'call')} could not be recorded, and {'is' if found.lost == 1 else 'are'} "
            "not counted here"
        )
