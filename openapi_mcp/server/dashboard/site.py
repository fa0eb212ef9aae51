"""The dashboard as an ASGI app: its pages, behind their entrance."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from openapi_mcp.records.store import RecordsError
from openapi_mcp.server.asgi import AsgiApp, Message, Receive, Send
from openapi_mcp.server.dashboard import calls, graph, one_call, overview, tools, tryit
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.entrance import Entrance, Lock
from openapi_mcp.server.dashboard.frame import Headers, render
from openapi_mcp.server.dashboard.signin import SignIn
from openapi_mcp.server.dashboard.static_files import static_file

Pages = Callable[[Board], list[Route]]
PAGES: Sequence[Pages] = (
    overview.routes,
    calls.routes,
    one_call.routes,
    tools.routes,
    graph.routes,
    tryit.routes,
)


def dashboard_site(board: Board, lock: Lock, pages: Sequence[Pages] = PAGES) -> AsgiApp:
    """Return the dashboard. Below a path it is mounted with that as its `root_path` (`Mounted`)."""
    own, sign_in = [route for each in pages for route in each(board)], SignIn(lock)
    inside = _app([*own, *sign_in.inside()])
    inside.state.sections = frozenset(route.path.split("/")[1] for route in own)
    return Headers(Entrance(inside, _app(sign_in.outside()), lock))


def _app(routes: Sequence[Route]) -> Starlette:
    handlers: dict[Any, Any] = {404: _missing, RecordsError: _unreadable}
    app = Starlette(routes=[*routes, Route("/static/{name}", static_file)], exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app


async def _missing(request: Request, _error: Exception) -> Response:
    return render(request, "missing.html", 404)


async def _unreadable(request: Request, error: Exception) -> Response:
    return render(request, "unreadable.html", 503, error=error)


class Mounted:
    """Shows the dashboard below a path, and hands on what is not there."""

    def __init__(self, path: str, site: AsgiApp, rest: AsgiApp) -> None:
        self._path = path
        self._site = site
        self._rest = rest

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Hand a request to one of the two."""
        path = scope.get("path", "")
        if scope["type"] == "http" and path == self._path:
            await RedirectResponse(f"{path.rpartition('/')[2]}/", 307)(scope, receive, send)
        elif scope["type"] == "http" and path.startswith(f"{self._path}/"):
            await self._site({**scope, "root_path": self._path}, receive, send)
        else:
            await self._rest(scope, receive, send)
