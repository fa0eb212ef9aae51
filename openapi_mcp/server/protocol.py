"""Our values as MCP's types, and a low-level Server that answers with them in both protocol eras."""

import base64
import logging
from typing import Any

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from openapi_mcp import __version__
from openapi_mcp.app import App
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.model.call import Blob, Call, Content, Failure, FailureKind, Result, Text
from openapi_mcp.model.tool import Tool, wire_tool

_LIST_FRESH_MS = 60_000
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")

log = logging.getLogger(__name__)


def create_server(app: App) -> Server[Any]:
    """Return an MCP server that lists the app's tools and runs their calls.

    The list is made once: it is the same for every caller, and no call changes it.
    """
    listed = types.ListToolsResult(tools=[mcp_tool(tool) for tool in app.toolset.tools])
    schemas = {tool.name: dict(tool.input_schema) for tool in app.toolset.tools}

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return listed

    async def call_tool(_context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        if params.name not in schemas:
            raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name[:128]}")
        return mcp_result(await _run(app, Call(tool=params.name, arguments=params.arguments or {})))

    return Server(
        "openapi-mcp",
        version=__version__,
        title=app.toolset.title,
        instructions=app.toolset.instructions,
        cache_hints={
            "tools/list": CacheHint(ttl_ms=_LIST_FRESH_MS, scope="public"),
            "server/discover": CacheHint(ttl_ms=_LIST_FRESH_MS, scope="public"),
        },
        get_tool_input_schema=schemas.get,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def _run(app: App, call: Call) -> Result:
    """Run a call behind one of the two outermost doors: what we did not foresee becomes a failure, never a crash."""
    try:
        return await app.executor.call(call)
    except OpenapiMcpError as error:
        return Failure(kind=FailureKind.REFUSED, message=error.message, hint=error.hint or "").as_result()
    except Exception as error:
        # The traceback may quote values of the call, so it is shown only where debugging was asked for.
        log.error("call_failed tool=%s error=%s", call.tool, type(error).__name__)
        log.debug("call_failed traceback", exc_info=True)
        hint = "report it with the server's log at --log-level debug"
        return Failure(
            kind=FailureKind.BAD_RESPONSE, message="openapi-mcp failed; this is a bug", hint=hint
        ).as_result()


def mcp_tool(tool: Tool) -> types.Tool:
    """Return a tool as `tools/list` carries it."""
    return types.Tool.model_validate(wire_tool(tool))


def mcp_result(result: Result) -> types.CallToolResult:
    """Return a result as `tools/call` carries it."""
    return types.CallToolResult(
        content=[_block(content) for content in result.content],
        structured_content=dict(result.structured) if result.structured is not None else None,
        is_error=result.is_error,
    )


def _block(content: Content) -> types.ContentBlock:
    match content:
        case Text():
            return types.TextContent(type="text", text=content.text)
        case Blob() if content.mime_type in _IMAGES:
            return types.ImageContent(type="image", data=_base64(content), mime_type=content.mime_type)
        case Blob() if content.mime_type.startswith("audio/"):
            return types.AudioContent(type="audio", data=_base64(content), mime_type=content.mime_type)
        case Blob():
            blob = types.BlobResourceContents(uri=content.uri, mime_type=content.mime_type, blob=_base64(content))
            return types.EmbeddedResource(type="resource", resource=blob)


def _base64(content: Blob) -> str:
    return base64.b64encode(content.data).decode("ascii")
