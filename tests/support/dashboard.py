"""The dashboard without a socket: a browser that keeps cookies, and records that are made up."""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from openapi_mcp.model.record import Record
from openapi_mcp.records.sql import open_store
from openapi_mcp.server.asgi import AsgiApp
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.entrance import Lock
from openapi_mcp.server.dashboard.site import PAGES, Pages, dashboard_site
from openapi_mcp.server.door import Admission
from openapi_mcp.serving import Serves

HERE = "http://127.0.0.1:8801"
NOW = 1_795_000_000.0  # a Wednesday in November 2026


def lock(admission: Admission | None = None, said: list[str] | None = None, **more: Any) -> Lock:
    """Return what opens a dashboard on this machine; what it says goes to `said`."""
    say: Callable[[str], None] = said.append if said is not None else lambda _line: None
    return Lock(admission=admission or Admission(), say=say, link=f"{HERE}/", cookie="openapi_mcp_8801", **more)


@asynccontextmanager
async def browsing(app: AsgiApp, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client that follows no redirect by itself, and sends what a browser does with a form of its own."""
    sent = {"Origin": HERE, "Sec-Fetch-Site": "same-origin", **headers}
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5))
    async with httpx.AsyncClient(transport=transport, base_url=HERE, headers=sent) as client:
        yield client


async def enter(client: httpx.AsyncClient, link: str) -> httpx.Response:
    """Open the dashboard by a link, and return its first page; from then on the client is below its session's path."""
    entered = await client.get(link)
    assert entered.status_code == 200
    client.base_url = entered.url.join(own_path(entered))
    return await client.get("/")


async def sign_in(client: httpx.AsyncClient, token: str) -> httpx.Response:
    """Send a token, and return the answer; where that was right the client is below its session's path from then on."""
    answer = await client.post(f"{HERE}/sign-in", data={"token": token})
    if answer.status_code == 303:
        client.base_url = answer.url.join(own_path(answer))
    return answer


def own_path(entered: httpx.Response) -> str:
    """Return where an answer to a right sign-in leads to: to a path that nobody else can name."""
    found = re.search(r"0; url='([^']*)'", entered.text)
    path = found[1] if found is not None else entered.headers["location"]
    assert re.fullmatch(r"[0-9a-f]{32}/", path)
    return str(path)


@asynccontextmanager
async def signed_in(board: Board, pages: Sequence[Pages] = PAGES) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the local user, signed in by a ticket."""
    own = lock()
    async with browsing(dashboard_site(board, own, pages)) as client:
        await enter(client, own.new_link())
        yield client


def record(id: str, ago: float = 60.0, **fields: Any) -> Record:
    """Return a call that began some seconds ago."""
    usual = {"api": "Shop", "tool": "orders_list", "method": "GET", "path": "/orders", "status": 200, "attempts": 1}
    return Record(id=id, time=NOW - ago, **{**usual, "duration": 0.02, "size": 400, "tokens": 100, **fields})


def kept(folder: Path, *records: Record, lost: int = 0) -> Path:
    """Return the file of a store that holds these."""
    file = folder / "records.db"
    folder.chmod(0o700)
    with open_store(file) as store:
        store.add(records, lost=lost, why="full" if lost else "")
    return file


def board(file: Path | None = None, app: Serves | None = None, **more: Any) -> Board:
    """Return what is shown of a store, at a time that stands still."""
    return Board(app=app, open_records=(lambda: open_store(file)) if file else None, now=lambda: NOW, **more)


def csrf_in(page: str) -> str:
    """Return the token that a page's forms carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def texts(page: str, tag: str) -> Iterator[str]:
    """Yield what stands in each element of a name, without tags."""
    for inner in re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", page, re.DOTALL):
        yield " ".join(re.sub(r"<[^>]+>", " ", inner).split())
