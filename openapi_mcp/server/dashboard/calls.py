"""The calls, newest first, by what a form asks for; new ones are fetched as a part of the same page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openapi_mcp.model.call import FailureKind
from openapi_mcp.model.record import CACHES, Record
from openapi_mcp.records.query import Filter
from openapi_mcp.records.store import Named, RecordsError, Store
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.frame import render
from openapi_mcp.server.dashboard.periods import PERIODS
from openapi_mcp.server.dashboard.sessions import Visit, visit_of

PAGE = 50
KINDS = ("ok", "error", *FailureKind)
_FIELDS = ("tool", "api", "status", "kind", "cache", "caller", "run", "since")
_LONGEST = 200  # characters of a field
_SUGGESTED = 500  # names that a field suggests


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the fields of the form suggest."""

    tools: Sequence[str] = ()
    apis: Sequence[str] = ()
    callers: Sequence[str] = ()


def routes(board: Board) -> list[Route]:
    """Return the page's address."""

    async def calls(request: Request) -> Response:
        asked, after = fields_of(request.query_params), request.query_params.get("after", "")[:_LONGEST]
        visit, now = visit_of(request), board.now()
        if board.records is None:
            return render(request, "calls.html", asked=asked, is_recorded=False)
        wanted = visit.narrowed(filter_of(asked, now))
        found, is_gone = await board.records.ask(lambda store: _beyond(store, wanted, after))
        page: dict[str, Any] = {
            "asked": asked,
            "calls": found[:PAGE],
            "now": now,
            "is_recorded": True,
            "shows_callers": visit.sees_all,
        }
        if request.query_params.get("part") == "rows":
            return render(request, "calls_rows.html", **page)
        names = await board.records.ask(lambda store: _names(store, visit))
        older = found[PAGE - 1].id if len(found) > PAGE else ""
        choices: dict[str, Any] = {"kinds": KINDS, "caches": CACHES, "periods": PERIODS.values()}
        return render(request, "calls.html", **page, **choices, names=names, older=older, after=after, is_gone=is_gone)

    return [Route("/calls", calls)]


def fields_of(query: Mapping[str, str]) -> dict[str, str]:
    """Return what the form asks for; "" is anything."""
    return {name: query.get(name, "").strip()[:_LONGEST] for name in _FIELDS}


def filter_of(asked: Mapping[str, str], now: float) -> Filter:
    """Return the same as a question to the records; a field that means nothing finds what has it: nothing."""
    period = PERIODS.get(asked["since"])
    wanted = Filter(tool=asked["tool"], api=asked["api"], kind=asked["kind"], cache=asked["cache"], run=asked["run"])
    return replace(
        wanted,
        status=asked["status"],
        caller=asked["caller"] or None,
        since=now - period.seconds if period is not None and period.seconds is not None else None,
    )


def _beyond(store: Store, wanted: Filter, after: str) -> tuple[list[Record], bool]:
    """Return the calls after one, or the newest and True where that one is not there: it may have been cleaned up."""
    try:
        last = store.call(after) if after else None
    except RecordsError:  # several begin so; where the store is gone, it says so again
        last = None
    is_gone = bool(after) and (last is None or last.id != after)
    return store.calls(wanted, limit=PAGE + 1, after="" if is_gone else after), is_gone


def _names(store: Store, visit: Visit) -> Names:
    """Return the names in the records, for one who may see them all."""
    if not visit.sees_all:
        return Names()
    named: Sequence[Named] = store.named()
    tools, apis = (sorted({getattr(each, field) for each in named})[:_SUGGESTED] for field in ("tool", "api"))
    return Names(tools=tools, apis=apis, callers=[each for each in store.callers() if each][:_SUGGESTED])
