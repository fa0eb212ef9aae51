"""The first page: what the calls of some time come to, how that went over time, and each API and tool by itself."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openapi_mcp.records.query import Figures, Filter, Group, Point, Stats
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.frame import render
from openapi_mcp.server.dashboard.periods import PERIODS, USUAL, Period, Span, filled, span_of
from openapi_mcp.server.dashboard.plots import plots_of
from openapi_mcp.server.dashboard.reading import Reader
from openapi_mcp.server.dashboard.sessions import Visit, visit_of
from openapi_mcp.server.rights import Rights

MOST = 300  # tools, or APIs, that are named: a page is made between other requests
SORTS: Mapping[str, tuple[str, Callable[["Row"], Any]]] = {
    "name": ("Tool", lambda row: (row.api, row.name)),
    "calls": ("Calls", lambda row: -row.figures.calls),
    "success": ("Succeeded", lambda row: row.figures.success_rate),
    "p50": ("p50", lambda row: -row.figures.p50),
    "p95": ("p95", lambda row: -row.figures.p95),
    "tokens": ("Tokens", lambda row: -row.figures.tokens),
    "cache": ("From cache", lambda row: -row.figures.cache_hits),
    "last": ("Last call", lambda row: -row.figures.last),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A tool, or an API, and what its calls come to; `is_served` where one can call it now."""

    api: str
    name: str
    figures: Figures
    is_served: bool = False

    @property
    def worst(self) -> str:
        """How it fails most often."""
        kinds = self.figures.kinds
        return max(kinds, key=lambda kind: kinds[kind]) if kinds else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the records say of a span."""

    span: Span
    stats: Stats
    apis: Sequence[Group]
    points: Sequence[Point]


def routes(board: Board) -> list[Route]:
    """Return the page's address."""
    rights = Rights(board.app) if board.app is not None else None

    async def overview(request: Request) -> Response:
        visit, now = visit_of(request), board.now()
        period = PERIODS.get(request.query_params.get("period", ""), USUAL)
        sort = request.query_params.get("sort", "")
        sort = sort if sort in SORTS else "calls"
        served = _served(board, rights, visit)
        if board.records is None:
            return render(request, "overview.html", seen=None, served=sorted(served)[:MOST], more=len(served) - MOST)
        seen = await _look(board.records, visit, period, now)
        rows = [_row(group, served) for group in seen.stats.groups]
        idle = served - {(row.api, row.name) for row in rows}
        return render(
            request,
            "overview.html",
            seen=seen,
            now=now,
            period=period,
            periods=PERIODS.values(),
            plots=plots_of(seen.points, seen.span.step),
            rows=sorted(rows, key=SORTS[sort][1])[:MOST],
            more=len(rows) - MOST,
            sort=sort,
            sorts={key: title for key, (title, _) in SORTS.items()},
            idle=sorted(idle)[:MOST],
            idle_count=len(idle),
        )

    return [Route("/", overview)]


async def _look(records: Reader, visit: Visit, period: Period, now: float) -> Seen:
    """Ask for figures, and for their course, at once: each takes a while where there are many records."""
    first = now
    if period.seconds is None:
        oldest = await records.ask(lambda store: store.calls(visit.narrowed(Filter()), limit=1, newest_first=False))
        first = oldest[0].time if oldest else now
    span = span_of(period, now, first)
    wanted = visit.narrowed(Filter(since=span.since if period.seconds is not None else None))
    stats, points = await records.ask_each(
        lambda store: store.stats(wanted), lambda store: store.series(wanted, span.step)
    )
    return Seen(span=span, stats=stats, apis=_apis(stats.groups)[:MOST], points=filled(points, span))


def _apis(tools: Sequence[Group]) -> list[Group]:
    """Return what the tools of each API come to together, most calls first; nothing where there is only one.

    Asking for it would take as long as asking for the tools did. What cannot be told from theirs is left out: p50, p95.
    """
    members: dict[str, list[Figures]] = defaultdict(list)
    for group in tools:
        members[group.api].append(group.figures)
    found = [Group(name=api, figures=_together(each)) for api, each in members.items()]
    return sorted(found, key=lambda group: -group.figures.calls) if len(found) > 1 else []


def _together(parts: Sequence[Figures]) -> Figures:
    calls = sum(each.calls for each in parts)
    return Figures(
        calls=calls,
        errors=sum(each.errors for each in parts),
        average=sum(each.average * each.calls for each in parts) / calls if calls else 0.0,
        last=max(each.last for each in parts),
        cache_hits=sum(each.cache_hits for each in parts),
        tokens=sum(each.tokens for each in parts),
    )


def _served(board: Board, rights: Rights | None, visit: Visit) -> set[tuple[str, str]]:
    """Return the tools that are served now, and that this visitor may call, each with its API as records name it."""
    if board.app is None or rights is None:
        return set()
    app, scopes = board.app, visit.caller.scopes
    names: Iterable[str] = app.toolset.by_name
    return {(app.label_of(name), name) for name in names if rights.allows(name, scopes)}


def _row(group: Group, served: set[tuple[str, str]]) -> Row:
    return Row(api=group.api, name=group.name, figures=group.figures, is_served=(group.api, group.name) in served)
