"""The calls, newest first."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.frame import render


def routes(board: Board) -> list[Route]:
    """Return the page's address."""

    async def calls(request: Request) -> Response:
        return render(request, "calls.html")

    return [Route("/calls", calls)]
