"""The first page: what all calls of some time come to, how that went over time, and each API and tool by itself."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.frame import render


def routes(board: Board) -> list[Route]:
    """Return the page's address."""

    async def overview(request: Request) -> Response:
        return render(request, "overview.html")

    return [Route("/", overview)]
