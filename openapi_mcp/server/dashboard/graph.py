"""The page of the graph: which tools yield what others need, to be zoomed and searched."""

from functools import partial

import anyio.to_thread
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openapi_mcp.index.drawing import COLOURS, LEGEND
from openapi_mcp.index.graph import Graph
from openapi_mcp.index.weblook import GRAPH_LOOK
from openapi_mcp.index.webscript import SCRIPT
from openapi_mcp.model.text import clean_text, one_line
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.drawn import Drawn, draw
from openapi_mcp.server.dashboard.frame import render, url
from openapi_mcp.server.dashboard.inventory import Inventory
from openapi_mcp.server.dashboard.sessions import visit_of
from openapi_mcp.serving import Serves

_MOST_OFFERED = 500  # names that a field of the form offers
_KEPT = {"cache-control": "no-cache"}
# The colours of the script's own look, by those of the dashboard's style sheet; and where the page puts its parts.
_LOOK = """
.graph-page { --bar: var(--card); --faint: var(--soft); --mark: var(--link); --under: var(--card); --on: var(--page) }
.graph-page svg.graph { --back: var(--under); --card: var(--on) }
.graph-page .framed { background: var(--card); border-color: var(--line) }
.graph-page .filters { margin: .75rem 0 }
.graph-page #find { width: 100%; background: var(--card) }
.graph-page .zoom { padding: .5rem 0 }
.graph-page .zoom button { background: var(--card); border-color: var(--line) }
.graph-search { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: end; margin: .75rem 0 0 }
.graph-search p { margin: 0 }
.graph-search .wide { flex: 0 1 22rem }
"""


def routes(board: Board) -> list[Route]:
    """Return the page's address, and those of the script and the look that it shares with `inspect --graph`."""
    if board.app is None or board.inventory is None:
        return []
    page = GraphPage(board.app, board.inventory)
    return [
        Route("/graph", page.show),
        Route("/static/graph.js", _script),
        Route("/static/graph.css", _look),
    ]


class GraphPage:
    """Draws what a visitor may see."""

    def __init__(self, app: Serves, inventory: Inventory) -> None:
        self._app = app
        self._inventory = inventory

    async def show(self, request: Request) -> Response:
        """Return the picture of all, of ?resource=, or of what is around ?tool=."""
        graph = await self._inventory.graph(visit_of(request).caller.scopes)
        if graph is None:
            return render(request, "graph_later.html", 503)
        asked = request.query_params
        resource = asked.get("resource", "")
        by_name = {clean_text(name): name for name in graph.resources}
        tool = asked.get("tool", "").strip()
        if (tool and not _has(graph, tool)) or (resource and resource not in by_name):
            return self._page(request, graph, None, tool=tool, resource=resource)
        work = partial(_draw, request, graph, self._app.toolset.title, tool, by_name.get(resource, ""))
        drawn = await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
        return self._page(request, graph, drawn, tool=tool, resource=resource)

    def _page(self, request: Request, graph: Graph, drawn: Drawn | None, *, tool: str, resource: str) -> Response:
        return render(
            request,
            "graph.html",
            200 if drawn else 404,
            drawn=drawn,
            picture=Markup(drawn.svg) if drawn else "",  # noqa: S704  drawing.py escapes each text in it
            legend=LEGEND,
            tool=one_line(tool, 200),
            resource=resource,
            resources=[clean_text(name) for name in graph.resources][:_MOST_OFFERED],
            names=[node.tool for node in graph.nodes][:_MOST_OFFERED],
            count=len(graph.nodes),
        )


def _has(graph: Graph, tool: str) -> bool:
    return any(node.tool == tool for node in graph.nodes)


def _draw(request: Request, graph: Graph, title: str, tool: str, resource: str) -> Drawn:
    return draw(
        graph,
        tool or resource or title,
        tool=tool,
        resource=resource,
        tool_link=lambda name: url(request, "tools", name),
        resource_link=lambda name: url(request, "graph", resource=clean_text(name)),
    )


async def _script(request: Request) -> Response:
    return Response(SCRIPT, media_type="text/javascript", headers=_KEPT)


async def _look(request: Request) -> Response:
    return Response(f"{COLOURS}{GRAPH_LOOK}{_LOOK}", media_type="text/css", headers=_KEPT)
