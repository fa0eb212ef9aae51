"""The dashboard without a socket: a browser that keeps cookies, and records that are made up."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import httpx

from openapi_mcp.server.asgi import AsgiApp
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.entrance import Lock
from openapi_mcp.server.dashboard.site import PAGES, Pages, dashboard_site
from openapi_mcp.server.door import Admission

HERE = "http://127.0.0.1:8801"


def lock(admission: Admission | None = None, say: Callable[[str], None] | None = None) -> Lock:
    """Return what opens a dashboard on this machine."""
    admission = admission or Admission()
    return Lock(admission=admission, say=say or (lambda _line: None), link=f"{HERE}/", cookie="openapi_mcp_8801")


@asynccontextmanager
async def browsing(app: AsgiApp, base: str = HERE) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client that follows no redirect by itself, and sends what a browser does with a form of its own."""
    headers = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5))
    async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
        yield client


@asynccontextmanager
async def signed_in(board: Board, pages: Sequence[Pages] = PAGES) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the local user, signed in by a ticket."""
    own = lock()
    async with browsing(dashboard_site(board, own, pages)) as client:
        answer = await client.get(own.new_link())
        assert answer.status_code == 200
        yield client
