"""A low-level Server that lists an app's tools and runs their calls, in both protocol eras."""

from typing import Any, Literal

import anyio
import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.shared.exceptions import MCPError
from mcp.shared.memory import create_client_server_memory_streams
from mcp.shared.message import SessionMessage

from openapi_mcp import __version__
from openapi_mcp.front import page_of
from openapi_mcp.generator.catalogue import Answers
from openapi_mcp.generator.pages import Mark
from openapi_mcp.model.tool import WireTool
from openapi_mcp.server.background import Calls, Goes
from openapi_mcp.server.callers import caller_of
from openapi_mcp.server.confirm import sealed_state
from openapi_mcp.server.modes import Modes
from openapi_mcp.server.rights import Rights
from openapi_mcp.server.tasks import add_tasks
from openapi_mcp.server.traced import traced
from openapi_mcp.serving import Serves

_LIST_FRESH_MS = 60_000


def create_server(app: Serves, *, is_private: bool = False, background: Goes | None = None) -> Server[Any]:
    """Return an MCP server that lists the app's tools and runs their calls.

    The list is the same for every caller with the same scopes, and no call changes it; where a new document may arrive,
    so may a new list. With `is_private` nobody on the way to a client may keep it for another one. Calls that take long
    go on in the `background`.
    """
    rights = Rights(app)
    calls = Calls(app, rights, background)
    modes = Modes(app, rights, calls)
    scope: Literal["public", "private"] = "private" if is_private else "public"

    async def list_tools(
        context: ServerRequestContext[Any, Any], params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        index = _page_index(params.cursor if params else None)
        try:
            following = None if rights.pages(caller_of(context).scopes).is_last(index) else str(index + 1)
        except IndexError:
            raise _no_such_page() from None
        return types.ListToolsResult(tools=[], next_cursor=following)  # `_put_tools_in` has the tools

    bus = InMemorySubscriptionBus()
    server: Server[Any] = Server(
        "openapi-mcp",
        version=__version__,
        title=app.toolset.title,
        instructions=rights.instructions if is_private else app.toolset.instructions,
        cache_hints={
            "tools/list": CacheHint(ttl_ms=_LIST_FRESH_MS, scope=scope),
            "server/discover": CacheHint(ttl_ms=_LIST_FRESH_MS, scope=scope),
        },
        get_tool_input_schema=modes.input_schema,
        on_list_tools=list_tools,
        on_call_tool=modes.call,
        on_subscriptions_listen=ListenHandler(bus) if app.can_change else None,
    )
    add_tasks(server, app, calls)
    shaken: list[ServerSession] = []
    server.middleware[:] = [traced(app)]  # in place of the SDK's own
    server.middleware.append(_put_tools_in(app, rights, shaken))
    server.middleware.append(sealed_state(server.name, app.link))

    async def list_changed() -> None:
        server.instructions = rights.instructions if is_private else app.toolset.instructions
        await bus.publish(ToolsListChanged())
        for session in shaken:
            await session.send_tool_list_changed()

    app.on_change.append(list_changed)
    return server


def _put_tools_in(app: Serves, rights: Rights, shaken: list[ServerSession]) -> ServerMiddleware[Any]:
    """Return a middleware that puts a page of tools into the answer to `tools/list`.

    The SDK would validate each of them anew at every list: 50 ms for a thousand. What surrounds them stays its own.
    It also says in a handshake whether the list may change, and notes who shook hands on stdio: that client hears of a
    new list by itself, one over HTTP by its stream (asgi.py), a modern one by its subscription.
    """

    async def put_in(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        result = await call_next(ctx)
        if ctx.method == "initialize" and isinstance(result, dict):
            result["capabilities"]["tools"]["listChanged"] = app.can_change
            if ctx.request is None:
                shaken[:] = [ctx.session]
        if ctx.method == "tools/list" and isinstance(result, dict):
            pages = rights.pages(caller_of(ctx).scopes)
            result["tools"] = pages.tools(_page_index((ctx.params or {}).get("cursor")))
        return result

    return put_in


def _page_index(cursor: str | None) -> int:
    index = 0 if cursor is None else page_of(cursor)
    if index is None:
        raise _no_such_page()
    return index


def _no_such_page() -> MCPError:
    return MCPError(types.INVALID_PARAMS, "Unknown cursor")


async def first_answers(app: Serves) -> Answers:
    """Return what a client's first questions are answered with, by asking the SDK itself."""
    framed: Any = _Framed(app)
    server = create_server(framed)
    envelope = {
        "io.modelcontextprotocol/protocolVersion": types.LATEST_PROTOCOL_VERSION,
        "io.modelcontextprotocol/clientInfo": {"name": "openapi-mcp", "version": __version__},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    handshake = {
        "protocolVersion": "2025-11-25",
        "clientInfo": {"name": "openapi-mcp", "version": __version__},
        "capabilities": {},
    }
    discover = await _asked(server, "server/discover", {"_meta": envelope})
    listed = await _asked(server, "tools/list", {"_meta": envelope})
    initialize = await _asked(server, "initialize", handshake)
    del listed["tools"]
    return Answers(initialize=initialize, discover=discover, list=listed, listens=app.can_change)


class _Framed:
    """All that an app is but for its list, and for who is told of a change."""

    def __init__(self, app: Serves) -> None:
        self._app = app
        self.pages = _NoTools()
        self.on_change: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)


class _NoTools:
    """A list of which only the frame is wanted."""

    def tools(self, _index: int) -> list[WireTool]:
        return []

    def is_last(self, _index: int) -> bool:
        return True

    def marks(self) -> tuple[Mark, ...]:
        return ()


async def _asked(server: Server[Any], method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return the result of one request on a connection of its own."""
    async with (
        create_client_server_memory_streams() as ((read, write), (server_read, server_write)),
        anyio.create_task_group() as group,
    ):
        group.start_soon(server.run, server_read, server_write, server.create_initialization_options())
        await write.send(SessionMessage(types.JSONRPCRequest(jsonrpc="2.0", id=1, method=method, params=params)))
        message = await read.receive()
        group.cancel_scope.cancel()
    if isinstance(message, Exception) or not isinstance(message.message, types.JSONRPCResponse):
        raise TypeError(f"{method} was not answered")
    return dict(message.message.result)
