"""The pages of the tools: all of them, each by itself, and the switch that turns one off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from openapi_mcp.errors import ConfigError
from openapi_mcp.generator.listing import said_mode
from openapi_mcp.model.document import Skipped
from openapi_mcp.model.policy import ToolLimits
from openapi_mcp.model.record import Record
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.records.query import Figures, Filter
from openapi_mcp.records.store import RecordsError
from openapi_mcp.server.dashboard.arguments import rows_of
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.forms import form_of
from openapi_mcp.server.dashboard.frame import render, url
from openapi_mcp.server.dashboard.inventory import Inventory, Line, having
from openapi_mcp.server.dashboard.sessions import Visit, visit_of
from openapi_mcp.serving import Serves
from openapi_mcp.several import Several

_PAGE = 50  # tools
_SKIPPED = 200  # operations that are no tools, which the list names
_LAST = 10  # calls
_SINCE = 7 * 86400.0  # seconds that the figures go back
_LONGEST_FILTER = 200  # characters
_DIGITS = 6  # of a page's number
_NONE = Figures()

Health = Mapping[tuple[str, str], Figures]
"""What the calls of each tool came to, by its API and name."""


def routes(board: Board) -> list[Route]:
    """Return the addresses of the pages; none where no tools are served."""
    if board.app is None or board.inventory is None:
        return []
    pages = ToolPages(board, board.app, board.inventory)
    return [
        Route("/tools", pages.all),
        Route("/tools/{name}", pages.one),
        Route("/tools/{name}/switch", pages.switch, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """A tool that is switched off in the dashboard."""

    api: str
    name: str


class ToolPages:
    """The pages, for what each visitor may see."""

    def __init__(self, board: Board, app: Serves, inventory: Inventory) -> None:
        self._board = board
        self._app = app
        self._inventory = inventory

    async def all(self, request: Request) -> Response:
        """Return the tools, some at a time, with what they cost and how their calls went."""
        visit = visit_of(request)
        lines = await self._inventory.lines(visit.caller.scopes)
        words = request.query_params.get("q", "")[:_LONGEST_FILTER]
        found = list(having(lines, words))
        number = min(_number(request.query_params.get("page", "")), max(0, len(found) - 1) // _PAGE)
        shown = found[number * _PAGE : (number + 1) * _PAGE]
        health, trouble = await self._health(visit, Filter(since=self._board.now() - _SINCE))
        return render(
            request,
            "tools.html",
            words=words,
            count=len(lines),
            found=len(found),
            rows=[(line, health.get((line.api, line.name), _NONE)) for line in shown],
            several=isinstance(self._app, Several),
            trouble=trouble,
            cost=self._cost(lines),
            pages=_pages(number, len(found)),
            off=self._off(visit),
            may_switch=self._may_switch(visit),
            **self._skipped(visit),
        )

    async def one(self, request: Request) -> Response:
        """Return all that is known of one tool."""
        visit, name = visit_of(request), request.path_params["name"]
        tool = self._inventory.rights.tool(name, visit.caller.scopes)
        is_off = self._is_off(tool, name, visit)
        if tool is None:
            page = "tool_off.html" if is_off else "missing.html"
            return render(request, page, 200 if is_off else 404, name=name, may_switch=self._may_switch(visit))
        api = self._app.label_of(name)
        health, trouble = await self._health(visit, Filter(since=self._board.now() - _SINCE, tool=name, api=api))
        rows, more = rows_of(tool)
        return render(
            request,
            "tool.html",
            tool=tool,
            line=await self._line(name, visit),
            about=_about(tool),
            capability=await self._inventory.capability(name, visit.caller.scopes),
            rows=rows,
            more=more,
            settings=_settings(tool.limits, is_asked=self._app.asks_before(tool)),
            figures=health.get((api, name), _NONE),
            trouble=trouble,
            calls=[] if trouble else await self._last(visit, name, api),
            is_off=is_off,
            may_switch=self._may_switch(visit),
        )

    async def switch(self, request: Request) -> Response:
        """Switch a tool off, or on again."""
        visit, name = visit_of(request), request.path_params["name"]
        switches, on = self._board.switches, form_of(request).get("on") == "yes"
        tool = self._app.tool_of(name)
        is_known = tool is not None or self._is_off(None, name, visit)
        if switches is None or not is_known or not self._may_switch(visit):
            return render(request, "missing.html", 404)
        try:
            operation = tool.operation.signature if tool is not None else ""
            switches.switch(self._app.identity_of(name), name, on, operation=operation)
        except ConfigError as error:
            return render(request, "not_switched.html", 503, name=name, error=error)
        if on and tool is None:
            return render(request, "switched_on.html", name=name)
        return RedirectResponse(url(request, "tools", name), 303)

    async def _health(self, visit: Visit, wanted: Filter) -> tuple[Health, str]:
        """Return how the calls of the tools went, and why that cannot be said."""
        records = self._board.records
        if records is None:
            return {}, "no calls are recorded here"
        try:
            stats = await records.ask(lambda store: store.stats(visit.narrowed(wanted), "tool"))
        except RecordsError as error:
            return {}, f"the records cannot be read: {error.message}"
        return {(group.api, group.name): group.figures for group in stats.groups}, ""

    async def _last(self, visit: Visit, name: str, api: str) -> list[Record]:
        records, wanted = self._board.records, visit.narrowed(Filter(tool=name, api=api))
        return [] if records is None else await records.ask(lambda store: store.calls(wanted, limit=_LAST))

    async def _line(self, name: str, visit: Visit) -> Line | None:
        lines = await self._inventory.lines(visit.caller.scopes)
        return next((line for line in lines if line.name == name), None)

    def _may_switch(self, visit: Visit) -> bool:
        """True for who answers for the server: a switch counts for all of its callers."""
        return self._board.switches is not None and visit.is_operator

    def _off(self, visit: Visit) -> list[Off]:
        apis = self._apis() if visit.is_operator else ()
        return [Off(api=label, name=name) for label, api in apis for name in sorted(self._board.off(api))]

    def _is_off(self, tool: Tool | None, name: str, visit: Visit) -> bool:
        """True for a name that is switched off, or a tool that is, as far as this visitor may know."""
        is_named = any(each.name == name for each in self._off(visit))
        return is_named or (tool is not None and visit.is_operator and self._board.is_off(tool))

    def _apis(self) -> list[tuple[str, str]]:
        """Return what each API is called, and what it is known by."""
        app = self._app
        if isinstance(app, Several):
            return [(member.name, member.name) for member in app.members]
        return [(app.label_of(""), app.identity_of(""))]

    def _cost(self, lines: Sequence[Line]) -> str:
        toolset = self._app.toolset
        whole = f"{sum(line.tokens for line in lines):,} tokens for all of them"
        return f"{whole}; {said_mode(toolset.mode, toolset.why)}" if toolset.mode == "search" else whole

    def _skipped(self, visit: Visit) -> dict[str, Any]:
        """Return the operations that are no tools, with the reasons, for who answers for the server."""
        skipped: Sequence[Skipped] = self._app.toolset.skipped if visit.is_operator else ()
        return {"skipped": skipped[:_SKIPPED], "more_skipped": max(0, len(skipped) - _SKIPPED)}


def _number(text: str) -> int:
    """Return the index of a page: "2" -> 1; of anything else the first."""
    return max(0, int(text) - 1) if text.isdecimal() and len(text) <= _DIGITS else 0


def _pages(number: int, count: int) -> dict[str, int]:
    """Return {"here", "last", "previous", "next"}; 0 where there is no such page."""
    last = max(1, -(-count // _PAGE))
    return {
        "here": number + 1,
        "last": last,
        "previous": number,
        "next": number + 2 if number + 1 < last else 0,
    }


def _about(tool: Tool) -> str:
    """Return a tool's description without the title that it begins with."""
    return tool.description.removeprefix(tool.title).lstrip(". \n")


def _settings(limits: ToolLimits, *, is_asked: bool) -> list[tuple[str, str]]:
    """Return what the operator says of a tool's calls, in words."""
    said = {
        "timeout": f"{limits.timeout:g} s" if limits.timeout is not None else "",
        "retries": f"{limits.retries}" if limits.retries is not None else "",
        "rate limit": ", ".join(map(str, limits.rate_limit)) if limits.rate_limit is not None else "",
        "cache lifetime": f"{limits.cache_ttl:g} s" if limits.cache_ttl is not None else "",
        "confirmation": "a person is asked before each call" if is_asked else "",
    }
    return [(name, one_line(text, 200)) for name, text in said.items() if text]
