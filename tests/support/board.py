"""The dashboard's pages of the tools of an API that a local server plays, for a visitor of any kind."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from openapi_mcp.as_record import record_of
from openapi_mcp.config import build_config
from openapi_mcp.heard import Heard
from openapi_mcp.joining import open_several
from openapi_mcp.model.record import Record
from openapi_mcp.opening import open_app
from openapi_mcp.records.query import Filter
from openapi_mcp.records.sql import open_store
from openapi_mcp.server.asgi import Message, Receive, Send
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.forms import Forms
from openapi_mcp.server.dashboard.sessions import Visit, noted
from openapi_mcp.server.dashboard.site import PAGES
from openapi_mcp.serving import Serves
from support.upstream import Upstream

HERE = "http://127.0.0.1:8801"
LOCAL = Visit(is_operator=True, name="you", csrf="a-token-of-this-session")


def shop(server: str) -> dict[str, Any]:
    """Return a document with a read, two writes, and an operation for administrators alone."""
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    order = {
        "type": "object",
        "required": ["customer"],
        "properties": {
            "customer": {"type": "integer", "description": "Who orders."},
            "note": {"type": "string", "maxLength": 100_000},
            "express": {"type": "boolean"},
        },
    }
    row = {"type": "object", "properties": {"id": {"type": "integer"}, "customer": {"type": "integer"}}}
    listed = {"200": {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": row}}}}}
    body = {"required": True, "content": {"application/json": {"schema": order}}}
    flows = {"clientCredentials": {"tokenUrl": f"{server}/token", "scopes": {"admin": ""}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": server}],
        "components": {"securitySchemes": {"oauth": {"type": "oauth2", "flows": flows}}},
        "paths": {
            "/orders": {
                "get": {
                    "operationId": "orders_list",
                    "summary": "List orders",
                    "tags": ["orders"],
                    "responses": listed,
                },
                "post": {
                    "operationId": "orders_create",
                    "summary": "Place an order",
                    "tags": ["orders"],
                    "requestBody": body,
                    "responses": {"201": {"description": ""}},
                },
            },
            "/orders/{id}": {
                "parameters": [number],
                "get": {
                    "operationId": "orders_get",
                    "summary": "Get an order",
                    "tags": ["orders"],
                    "responses": listed,
                },
                "delete": {"operationId": "orders_delete", "summary": "Delete an order", "responses": {}},
            },
            "/label": {"get": {"operationId": "label", "summary": "Get a label", "responses": {}}},
            "/salaries": {
                "get": {
                    "operationId": "salaries_list",
                    "summary": "List salaries",
                    "responses": {},
                    "security": [{"oauth": ["admin"]}],
                }
            },
        },
    }


@dataclass(slots=True)
class Switched:
    """Switches in memory."""

    names: set[tuple[str, str]] = field(default_factory=set)
    operations: dict[str, str] = field(default_factory=dict)

    def off(self, api: str) -> dict[str, str]:
        return {name: self.operations.get(name, "") for each, name in self.names if each == api}

    def switch(self, api: str, tool: str, on: bool, *, operation: str = "") -> None:
        self.operations[tool] = operation
        self.names = self.names - {(api, tool)} if on else self.names | {(api, tool)}


@dataclass(slots=True, kw_only=True)
class Pages:
    """The pages as one visitor sees them."""

    client: httpx.AsyncClient
    board: Board
    upstream: Upstream
    visit: Visit

    async def get(self, path: str, status: int = 200) -> str:
        """Return a page."""
        answer = await self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    async def post(self, path: str, status: int = 200, /, **form: str) -> str:
        """Send a form of this session, and return the page, or where it leads to."""
        answer = await self.client.post(path, data={"csrf": self.visit.csrf, **form})
        assert answer.status_code == status, answer.text
        return answer.headers["location"] if status == 303 else answer.text

    async def send(self, tool: str, **form: str) -> str:
        """Have a form shown and send what it shows; return the page with what came back."""
        shown = await self.post(f"/tools/{tool}/try", **form)
        where = await self.post(f"/tools/{tool}/send", 303, **hidden_in(shown))
        return await self.get(f"/tools/{where.rpartition('tools/')[2]}")

    @property
    def api(self) -> str:
        """What the one API is known by to switches."""
        assert self.board.app is not None
        return self.board.app.identity_of("")

    @property
    def sent(self) -> list[str]:
        """The calls that reached the API."""
        return [f"{seen.method} {seen.target}" for seen in self.upstream.calls]

    @property
    def recorded(self) -> list[Record]:
        """What was recorded, newest first."""
        assert self.board.open_records is not None
        with self.board.open_records() as store:
            return store.calls(Filter())


def hidden_in(page: str) -> dict[str, str]:
    """Return the ticket and the arguments that a page with a request would send."""
    found = re.findall(r'<input type="hidden" name="(ticket|arguments)" value="(.*?)">', page, re.DOTALL)
    return {name: unescape(value) for name, value in found}


@asynccontextmanager
async def pages(
    upstream: Upstream,
    folder: Path,
    *,
    visit: Visit = LOCAL,
    document: Mapping[str, Any] | None = None,
    board: Mapping[str, Any] | None = None,
    **options: Any,
) -> AsyncIterator[Pages]:
    """Yield the pages of an API that is served with these options, all of its methods unless they say otherwise."""
    spec = upstream.serve(dict(document or shop(upstream.url)))
    config = build_config({"spec": spec, "methods": "all", "auth": ("oauth=t0k3n",), **options}, {}, folder)
    async with open_app(config, lambda _line: None, {}) as app, seen_by(app, upstream, folder, visit, board) as found:
        yield found


@asynccontextmanager
async def pages_of_two(
    upstream: Upstream, folder: Path, *, board: Mapping[str, Any] | None = None, **options: Any
) -> AsyncIterator[Pages]:
    """Yield the pages of two APIs, which have the same document."""
    spec = upstream.serve(shop(upstream.url))
    given = {"spec": (f"one={spec}", f"two={spec}"), "methods": "all", **options}
    async with (
        open_several(build_config(given, {}, folder), lambda _line: None, {}) as app,
        seen_by(app, upstream, folder, LOCAL, board) as found,
    ):
        yield found


@asynccontextmanager
async def seen_by(
    app: Serves, upstream: Upstream, folder: Path, visit: Visit, more: Mapping[str, Any] | None
) -> AsyncIterator[Pages]:
    """Yield the pages of what an app serves. Each call is recorded before it is answered."""
    path = folder / "records.db"

    def record(heard: Heard) -> None:
        with open_store(path) as store:
            store.add([record_of(heard)])

    app.on_call.append(record)
    with open_store(path):
        board = Board(**{"app": app, "open_records": lambda: open_store(path), **(more or {})})
    routes = [route for each in PAGES for route in each(board)]
    starlette = Starlette(routes=routes)
    starlette.state.sections = frozenset(route.path.split("/")[1] for route in routes)
    inner = Forms(starlette)

    async def site(scope: Message, receive: Receive, send: Send) -> None:
        await inner({**scope, **noted(visit)}, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url=HERE) as client:
        yield Pages(client=client, board=board, upstream=upstream, visit=visit)
    board.close()
